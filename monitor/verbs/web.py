"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from monitor.config.settings import Config
from monitor.pipeline import Desk
from monitor.store.kept import KeptVersion
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.in_force import InForce
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.reach import LOOPBACK, Reach, check
from monitor.web.site import Site

log = logging.getLogger("monitor")

SETTLES = timedelta(seconds=5)
"""While items come in every second, today's page is made anew as often."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person wants the dashboard."""

    port: int
    host: str = LOOPBACK
    certificate: Path | None = None
    key: Path | None = None


def serve(paths: Paths, place: Place) -> None:
    """Serve the dashboard until Ctrl-C is pressed.

    Raises ConfigError as ``dashboard`` does.
    """
    with suppress(KeyboardInterrupt):
        dashboard(paths, place)(None)


def dashboard(paths: Paths, place: Place) -> Callable[[Event | None], None]:
    """The dashboard, its port taken: call it to serve until the event is set.

    Raises ConfigError if there is no database, the port cannot be had, or who should
    not could use it.
    """
    config = paths.read_config()
    reach = Reach(
        place.host,
        config.web_address,
        place.certificate,
        place.key,
        compose.token(),
    )
    with paths.open_known_store() as store:
        check(reach, store.users.any())
    server.check_certificate(reach)
    desk, version = InForce(config, _desk, log.warning), KeptVersion(paths.db)
    open_store = paths.lend_known_store()
    site = Site(
        open_store,
        lambda: desk.of(version.now(), open_store),
        compose.now,
        reach,
        SETTLES,
        config,
    )
    app = create_app(site)
    listener = server.listen(place.port, place.host)
    scheme = "https" if reach.has_own_tls else "http"
    print(f"dashboard: {server.address(listener, scheme)}", flush=True)
    return partial(server.serve, app, listener, reach=reach)


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
