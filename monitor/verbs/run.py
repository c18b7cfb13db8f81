"""The verb that does it all, for ever."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from threading import Event

from monitor import schedule
from monitor.comparing import EVERY
from monitor.config.settings import Config
from monitor.errors import MonitorError, TranslationError
from monitor.feeds.fetch import Fetcher
from monitor.marking import MARKED, RECENT
from monitor.pipeline import Plan
from monitor.store.database import Store
from monitor.store.lock import running_alone
from monitor.studying import UsualOfWeeks
from monitor.translation.translator import Translator
from monitor.verbs import compose
from monitor.verbs.alerts import Lookout
from monitor.verbs.alerts import outcome as alerted
from monitor.verbs.alerts import send as send_alerts
from monitor.verbs.blindspots import compare_all
from monitor.verbs.compose import Paths
from monitor.verbs.crew import Workers, open_workers
from monitor.verbs.in_force import InForce
from monitor.verbs.keep import check_at_start, prune_due
from monitor.verbs.outbox import send_due, told
from monitor.verbs.steps import (
    cluster_waiting,
    index_items,
    mark_items,
    outline_stories,
    poll_due,
    think_again,
    translate_pending,
)
from monitor.verbs.timing import timed
from monitor.verbs.watchdog import Pulse, notify

log = logging.getLogger("monitor")

TICK_SECONDS = 60.0
STOP_SECONDS = 8.0
"""How long a stop waits, in all, for work to reach its next commit."""


def run(
    paths: Paths,
    open_dashboard: Callable[[], Callable[[Event], None]] | None,
    workers: str | None = None,
) -> None:
    """Do what is due, every minute, for ever; end the process on SIGTERM or SIGINT."""
    config = paths.read_config()
    with (
        running_alone(paths.db) as show_life,
        open_workers(workers) as crew,
        compose.open_fetcher(config) as fetcher,
        closing(compose.open_translator(config.engine, config.bridge)) as translator,
    ):
        if config.mail:
            compose.open_mailer(config)  # a key that is missing is missed now
        if not compose.translates(translator):
            log.warning(compose.NO_TRANSLATOR)
        with paths.open_store() as store:
            check_at_start(store)
            store.alerts.retire_all_but(alert.name for alert in config.alerts)
        serve = open_dashboard() if open_dashboard else None
        with schedule.stopping_on_signals() as stop:
            manager = compose.notify_socket()
            pulse = Pulse(show_life, lambda: notify(manager, "WATCHDOG=1"))
            live = _Live(paths, config, fetcher, translator, stop, pulse, crew)
            busy = _Busy()
            work: dict[str, Callable[[], None]] = {
                "tick": busy.around(live.tick),
                "digest": busy.around(live.send_due),
            }
            if config.alerts:
                work["alerts"] = busy.around(live.send_alerts)
            if serve:
                work["serve"] = busy.around(lambda: serve(stop))
            count = len(config.feeds)
            log.info("run: %d feeds into %s, pid %d", count, paths.db, os.getpid())
            notify(manager, "READY=1")
            schedule.run(work, TICK_SECONDS, stop)
            notify(manager, "STOPPING=1")
            busy.wait(STOP_SECONDS)
            log.info("run: stopped")
    # A thread may still wait for a silent server. Nothing of it is committed, and the
    # interpreter would wait for it past the time a stop may take.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


class _Busy:
    """Knows the pieces of work under way, to wait for them at the end."""

    def __init__(self) -> None:
        self._free: list[Event] = []

    def around(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work, known to ``wait``; what we expect to fail is logged."""
        free = Event()
        free.set()
        self._free.append(free)

        def counted() -> None:
            free.clear()
            try:
                work()
            except MonitorError as error:
                log.error("%s", error)
            finally:
                free.set()

        return counted

    def wait(self, seconds: float) -> None:
        """Until all of it has ended, or ``seconds`` are over."""
        end = time.monotonic() + seconds
        for free in self._free:
            free.wait(max(0.0, end - time.monotonic()))


class _Live:
    """What one run does again and again."""

    def __init__(
        self,
        paths: Paths,
        config: Config,
        fetcher: Fetcher,
        translator: Translator,
        stop: Event,
        pulse: Pulse,
        workers: Workers,
    ) -> None:
        self._paths = paths
        self._pulse = pulse
        self._config = config
        self._in_force = InForce(config, lambda merged: merged, log.warning)
        self._fetcher = fetcher
        self._translator = translator
        self._workers = workers
        self._clustering = compose.open_clustering(config, workers.encoder)
        self._channels = compose.open_channels(config)
        self._lookout = Lookout(config.feeds, self._say)
        for name, mine in self._channels.items():
            if mine.fault:
                log.warning("alert %s: %s", name, mine.fault)
        self._stop = stop
        self._usual = UsualOfWeeks()
        self._today: date | None = None
        self._compared: datetime | None = None
        self._pruned: date | None = None

    def tick(self) -> None:
        """Poll, translate, cluster, mark, outline and compare what is due."""
        with self._paths.open_store() as store, timed(store, "tick"):
            self._tick(store)

    def _tick(self, store: Store) -> None:
        now, stop, say = compose.now(), self._stop, self._say
        config = self._in_force.at(store)
        plan = compose.plan(config)
        if self._today != now.date():
            store.feeds.forget(now.date())
            self._today, self._usual = now.date(), UsualOfWeeks()
        with self._step(store, "poll"):
            due = store.feeds.due(self._config.feeds, now)
            poll_due(
                *(self._config, store, self._fetcher, due, now, say, stop),
                self._workers,
            )
        if not stop.is_set():
            self._translate(store, plan, now)
        if not stop.is_set():
            with self._step(store, "cluster"):
                waiting = compose.waiting(plan, self._translator, now)
                cluster_waiting(store, self._clustering, waiting, say, stop)
        if not stop.is_set():
            with self._step(store, "consolidate"):
                think_again(store, self._clustering, now, say)
        is_time = self._is_time_to_compare(now)
        if not stop.is_set():
            self._note(store, config, now - (MARKED if is_time else RECENT))
        with self._step(store, "index"):
            index_items(store, stop)
        if not stop.is_set() and is_time:
            with self._step(store, "compare"):
                compare_all(config, store, now, say)
                if config.alerts:
                    self._lookout.count(store, now)
            self._compared = now
        if config.alerts and not stop.is_set():
            with self._step(store, "look"):
                self._lookout.look(store, config, now)
        self._prune(store, now)

    def _prune(self, store: Store, now: datetime) -> None:
        """Remove what is too old, once a day; a large part of it in several ticks."""
        if self._pruned == now.date() or self._stop.is_set():
            return
        with self._step(store, "prune"):
            if prune_due(store, self._config, now, self._stop, self._say):
                self._pruned = now.date()

    def _say(self, line: str) -> None:
        """Log a unit of work, which is a sign of life."""
        log.info(line)
        self._pulse.beat()

    @contextmanager
    def _step(self, store: Store, name: str) -> Iterator[None]:
        """A step of the tick, noted; its beginning is a sign of life, too."""
        self._pulse.beat()
        with timed(store, name):
            yield

    def _translate(self, store: Store, plan: Plan, now: datetime) -> None:
        """Without an engine that works, stories are matched all the same."""
        hands = self._workers.hands(self._config.engine)
        told = self._say, self._stop
        try:
            with self._step(store, "translate"):
                translate_pending(
                    store, self._translator, plan, now, *told, hands=hands
                )
        except TranslationError as error:
            log.error("translate: %s", error)

    def _note(self, store: Store, config: Config, since: datetime) -> None:
        """Mark items published since then, and outline stories."""
        with self._step(store, "mark"):
            mark_items(store, config, since, self._stop)
        if not self._stop.is_set():
            with self._step(store, "outline"):
                outline_stories(store, config, self._stop, self._usual)

    def send_alerts(self) -> None:
        """Send the alerts that are due, whatever the tick is busy with."""
        with (
            self._paths.open_store() as store,
            timed(store, "alerts"),
            closing(send_alerts(self._paths, store, self._channels)) as results,
        ):
            for result in results:
                is_sent = result.standing.state == "sent"
                log.log(logging.INFO if is_sent else logging.ERROR, alerted(result))
                if self._stop.is_set():
                    return

    def _is_time_to_compare(self, now: datetime) -> bool:
        # The clock may have been set back meanwhile.
        return self._compared is None or not (
            timedelta(0) <= now - self._compared < EVERY
        )

    def send_due(self) -> None:
        """Make the editions that are due; mail those, and others that still wait."""
        if self._config.mail is None:
            return
        now = compose.now()
        with self._paths.open_store() as store, timed(store, "digest"):
            config = self._in_force.at(store)
            for delivery in send_due(self._paths, config, store, now, self._stop):
                is_sent = delivery.state == "sent"
                log.log(logging.INFO if is_sent else logging.ERROR, told(delivery))
