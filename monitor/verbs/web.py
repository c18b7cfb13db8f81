"""The verb that serves the dashboard; ``run`` and ``demo`` serve it, too."""

import gc
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread

from monitor.config.settings import Config
from monitor.entry import Entry
from monitor.errors import StoreError
from monitor.logs import LogFormat, in_force, log_to_stderr
from monitor.pipeline import Desk
from monitor.store.kept import KeptVersion
from monitor.studying import read_lists
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.in_force import InForce
from monitor.verbs.keep import check_at_start
from monitor.verbs.meters import Meters, take_meters
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.reach import LOOPBACK, Reach, check
from monitor.web.sessions import drawn
from monitor.web.site import Site

log = logging.getLogger("monitor")

WARM_AFTER_SECONDS = 3.0
"""The first pages go first."""
YOUNG = 10_000
"""Objects made between two looks for garbage. A page makes some thousands, and nearly
all go without: at Python's 700, looking was an eighth of the work."""
LOOK_SECONDS = 0.5
"""How often a process that serves aside is looked after."""
SETTLES = timedelta(seconds=10)
"""While items come in every second, today's page is made anew as often: of a million
items that takes half a second."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person wants the dashboard, and by how many processes."""

    port: int
    host: str = LOOPBACK
    certificate: Path | None = None
    key: Path | None = None
    processes: int = 1
    """Each answers at the pace of one processor."""


@dataclass(frozen=True, slots=True)
class _Together:
    """What the processes of one dashboard share."""

    place: Place
    listener: socket.socket
    secret: bytes = field(default_factory=drawn, repr=False)
    """A form that one has handed out may come back to another."""
    meters: Meters | None = None
    """Where each counts what it answers; None: each counts for itself."""

    @classmethod
    def at(cls, place: Place, reach: Reach) -> "_Together":
        """With the port taken."""
        listener = _listen(place, reach)
        many = place.processes > 1
        return cls(place, listener, meters=take_meters() if many else None)

    @property
    def counted(self) -> Path | None:
        """Where to count; None where the folder is gone: systems clear away."""
        if self.meters and self.meters.folder.is_dir():
            return self.meters.folder
        return None

    def end(self) -> None:
        """Leave nothing behind."""
        if self.meters:
            self.meters.end()


def serve(paths: Paths, place: Place) -> None:
    """Serve the dashboard until Ctrl-C is pressed.

    A damaged database is told in the log: pages do not wait until it was looked
    through. Raises ConfigError as ``dashboard`` does.
    """
    answer = dashboard(paths, place)
    warm_aside(paths.read_config().bridge)
    Thread(target=_look_through, args=(paths,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        answer(None)


def _look_through(paths: Paths) -> None:
    try:
        with paths.open_known_store() as store:
            check_at_start(store)
    except StoreError as error:
        log.error("%s", error)


def dashboard(paths: Paths, place: Place) -> Callable[[Event | None], None]:
    """The dashboard, its port taken: call it to serve until the event is set.

    Without an event, and in the main thread, until a signal comes.

    This process serves at once, others beside it as soon as they have started. Raises
    ConfigError if there is no database, the port cannot be had, or who should not could
    use it.
    """
    reach = _reach(paths, place)
    together = _Together.at(place, reach)
    app = _app(paths, together, reach)

    def serve(stop: Event | None) -> None:
        others = range(place.processes - 1)
        beside = [_start_aside(paths, together) for _ in others]
        try:
            server.serve(app, together.listener, stop, reach)
        finally:
            _end(beside)
            together.end()

    return serve


def dashboard_aside(paths: Paths, place: Place) -> Callable[[Event], None]:
    """The same, served by processes of its own: no page waits while this one clusters.

    Call it to serve until the event is set, or until one of them ends by itself, which
    is logged. Where this process is killed, those end, too. Raises ConfigError as
    ``dashboard`` does.
    """
    together = _Together.at(place, _reach(paths, place))

    def serve(stop: Event) -> None:
        aside = [_start_aside(paths, together) for _ in range(place.processes)]
        dead: list[object] = []
        while not (stop.is_set() or dead):
            dead = [*wait([process.sentinel for process in aside], LOOK_SECONDS)]
        # A process that is dead has no status before it was waited for.
        _end(aside)
        if stop.is_set():
            together.end()
            return
        [status, *_] = (p.exitcode for p in aside if p.sentinel in dead)
        log.error(
            "dashboard: ended with status %s; it starts again within a minute", status
        )

    return serve


def warm_aside(own: tuple[Entry, ...]) -> None:
    """In a thread: have pages of small stories, which are read as asked, wait less.

    For a process that does nothing but serve: what is there by then stays. To look
    through it for garbage held pages up for 0.2 s.
    """
    gc.set_threshold(YOUNG, 20, 20)

    def warm() -> None:
        time.sleep(WARM_AFTER_SECONDS)
        read_lists(own)
        gc.collect()
        gc.freeze()

    Thread(target=warm, daemon=True).start()


def _start_aside(paths: Paths, together: _Together) -> BaseProcess:
    """Another process that answers at the same port."""
    process = get_context("spawn").Process(
        target=_serve_aside,
        args=(paths, together, log.getEffectiveLevel(), in_force()),
        name="dashboard",
        daemon=True,
    )
    # Starting the tracker, as the first start of a process does, lets Ctrl-C through.
    resource_tracker.ensure_running()
    # Ctrl-C reaches it before it can say that it leaves that to us; it inherits this.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _end(processes: Iterable[BaseProcess]) -> None:
    """Have them finish what they are about; each waits for the others."""
    ending = list(processes)
    for process in ending:
        process.terminate()
    for process in ending:
        process.join()


def _serve_aside(
    paths: Paths, together: _Together, level: int, log_format: LogFormat
) -> None:
    """What the process does: serve until SIGTERM, or until who started it is dead."""
    stop = Event()
    # Ctrl-C reaches both; when to end, the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Thread(target=_heed_the_end, args=(stop,), daemon=True).start()
    log_to_stderr(level, log_format)
    warm_aside(paths.read_config().bridge)
    reach = _reach(paths, together.place)
    args = (_app(paths, together, reach), together.listener, stop, reach)
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


def _app(paths: Paths, together: _Together, reach: Reach) -> server.App:
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
        together.secret,
        together.place.processes,
        together.counted,
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
