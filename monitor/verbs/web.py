"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

from contextlib import suppress
from threading import Event

from monitor.pipeline import Desk
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.web import server
from monitor.web.app import create_app


def serve(paths: Paths, port: int, stop: Event | None) -> None:
    """Serve the dashboard on this machine until ``stop`` is set or Ctrl-C is pressed.

    Raises ConfigError if there is no database or the port cannot be had.
    """
    config = paths.read_config()
    paths.open_known_store().close()
    # Pages name the engine of each translation; none is opened to show them.
    desk = Desk(config.feeds, config.owners, config.watchlists, config.engine)
    app = create_app(paths.open_known_store, desk, compose.now)
    listener = server.listen(port)
    print(f"dashboard: {server.address(listener)}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve(app, listener, stop)
