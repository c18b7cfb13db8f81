"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event

from monitor.pipeline import Desk
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.site import Site


def serve(paths: Paths, port: int) -> None:
    """Serve the dashboard on this machine until Ctrl-C is pressed.

    Raises ConfigError if there is no database or the port cannot be had.
    """
    with suppress(KeyboardInterrupt):
        dashboard(paths, port)(None)


def dashboard(paths: Paths, port: int) -> Callable[[Event | None], None]:
    """The dashboard, its port taken: call it to serve until the event is set.

    Raises ConfigError if there is no database or the port cannot be had.
    """
    config = paths.read_config()
    paths.open_known_store().close()
    # Pages name the engine of each translation; none is opened to show them.
    lists = compose.watchlists(config)
    engine, own = config.engine, config.bridge
    desk = Desk(
        config.feeds,
        config.owners,
        lists,
        engine,
        own=own,
        themes=compose.themes(config),
        framing=config.framing,
    )
    public = config.web_address
    site = Site(paths.open_known_store, lambda: desk, compose.now, public)
    app = create_app(site)
    listener = server.listen(port)
    print(f"dashboard: {server.address(listener)}", flush=True)
    return partial(server.serve, app, listener)
