"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Event, Thread

from monitor.config.settings import Config
from monitor.logs import LogFormat, in_force, log_to_stderr
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

LOOK_SECONDS = 0.5
"""How often a process that serves aside is looked after."""
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
    reach = _reach(paths, place)
    app = _app(paths, reach)
    return partial(server.serve, app, _listen(place, reach), reach=reach)


def dashboard_aside(paths: Paths, place: Place) -> Callable[[Event], None]:
    """The same, served by a process of its own: no page waits while this one clusters.

    Call it to serve until the event is set, or until that process ends by itself, which
    is logged. Where this process is killed, that one ends, too. Raises ConfigError as
    ``dashboard`` does.
    """
    listener = _listen(place, _reach(paths, place))

    def serve(stop: Event) -> None:
        process = get_context("spawn").Process(
            target=_serve_aside,
            args=(paths, place, listener, log.getEffectiveLevel(), in_force()),
            name="dashboard",
            daemon=True,
        )
        process.start()
        while not (stop.is_set() or wait([process.sentinel], LOOK_SECONDS)):
            pass
        if stop.is_set():
            process.terminate()
        process.join()
        if stop.is_set():
            return
        log.error(
            "dashboard: ended with status %s; it starts again within a minute",
            process.exitcode,
        )

    return serve


def _serve_aside(
    paths: Paths,
    place: Place,
    listener: socket.socket,
    level: int,
    log_format: LogFormat,
) -> None:
    """What the process does: serve until SIGTERM, or until who started it is dead."""
    stop = Event()
    # Ctrl-C reaches both; when to end, the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Thread(target=_heed_the_end, args=(stop,), daemon=True).start()
    log_to_stderr(level, log_format)
    reach = _reach(paths, place)
    args = (_app(paths, reach), listener, stop, reach)
    # In a thread of its own it leaves the signals alone.
    serving = Thread(target=server.serve, args=args)
    serving.start()
    serving.join()


def _heed_the_end(stop: Event) -> None:
    monitor = parent_process()
    if monitor is not None:
        monitor.join()
        stop.set()


def _reach(paths: Paths, place: Place) -> Reach:
    """From where it can be reached; raises ConfigError where it should not be."""
    reach = Reach(
        place.host,
        paths.read_config().web_address,
        place.certificate,
        place.key,
        compose.token(),
    )
    with paths.open_known_store() as store:
        check(reach, store.users.any())
    server.check_certificate(reach)
    return reach


def _listen(place: Place, reach: Reach) -> socket.socket:
    """The port, taken; where that is, is printed."""
    listener = server.listen(place.port, place.host)
    scheme = "https" if reach.has_own_tls else "http"
    print(f"dashboard: {server.address(listener, scheme)}", flush=True)
    return listener


def _app(paths: Paths, reach: Reach) -> server.App:
    config = paths.read_config()
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
    return create_app(site)


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
