"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event

from monitor.config.settings import Config
from monitor.pipeline import Desk
from monitor.store.kept import kept_version
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.in_force import InForce
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.site import Site

log = logging.getLogger("monitor")


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
    desk = InForce(config, _desk, log.warning)
    site = Site(
        paths.open_known_store,
        lambda: desk.of(kept_version(paths.db), paths.open_known_store),
        compose.now,
        config.web_address,
    )
    app = create_app(site)
    listener = server.listen(port)
    print(f"dashboard: {server.address(listener)}", flush=True)
    return partial(server.serve, app, listener)


def _desk(config: Config) -> Desk:
    return Desk(
        config.feeds,
        config.owners,
        compose.watchlists(config),
        # Pages name the engine of each translation; none is opened to show them.
        config.engine,
        own=config.bridge,
        themes=compose.themes(config),
        framing=config.framing,
    )
