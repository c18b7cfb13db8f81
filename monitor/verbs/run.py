"""The verb that does it all, for ever."""

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
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
from monitor.translation.translator import Translator
from monitor.verbs import compose
from monitor.verbs.alerts import Lookout
from monitor.verbs.alerts import outcome as alerted
from monitor.verbs.alerts import send as send_alerts
from monitor.verbs.blindspots import compare_all
from monitor.verbs.compose import Paths
from monitor.verbs.crew import Workers, open_workers
from monitor.verbs.in_force import InForce
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
        running_alone(paths.db),
        open_workers(workers) as crew,
        compose.open_fetcher(config) as fetcher,
        closing(compose.open_translator(config.engine, config.bridge)) as translator,
    ):
        if config.mail:
            compose.open_mailer(config)  # a key that is missing is missed now
        if not compose.translates(translator):
            log.warning(compose.NO_TRANSLATOR)
        with paths.open_store() as store:
            store.alerts.retire_all_but(alert.name for alert in config.alerts)
        serve = open_dashboard() if open_dashboard else None
        with schedule.stopping_on_signals() as stop:
            live = _Live(paths, config, fetcher, translator, stop, crew)
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
            schedule.run(work, TICK_SECONDS, stop)
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
        workers: Workers,
    ) -> None:
        self._paths = paths
        self._config = config
        self._in_force = InForce(config, lambda merged: merged, log.warning)
        self._fetcher = fetcher
        self._translator = translator
        self._workers = workers
        self._clustering = compose.open_clustering(config, workers.encoder)
        self._channels = compose.open_channels(config)
        self._lookout = Lookout(config.feeds, log.info)
        for name, mine in self._channels.items():
            if mine.fault:
                log.warning("alert %s: %s", name, mine.fault)
        self._stop = stop
        self._today: date | None = None
        self._compared: datetime | None = None

    def tick(self) -> None:
        """Poll, translate, cluster, mark, outline and compare what is due."""
        now, stop = compose.now(), self._stop
        with self._paths.open_store() as store:
            config = self._in_force.at(store)
            plan = compose.plan(config)
            if self._today != now.date():
                store.feeds.forget(now.date())
                self._today = now.date()
            due = store.feeds.due(self._config.feeds, now)
            poll_due(
                *(self._config, store, self._fetcher, due, now, log.info, stop),
                self._workers,
            )
            if not stop.is_set():
                self._translate(store, plan, now)
            if not stop.is_set():
                waiting = compose.waiting(plan, self._translator, now)
                cluster_waiting(store, self._clustering, waiting, log.info, stop)
            if not stop.is_set():
                think_again(store, self._clustering, now, log.info)
            is_time = self._is_time_to_compare(now)
            if not stop.is_set():
                self._note(store, config, now - (MARKED if is_time else RECENT))
            index_items(store, stop)
            if not stop.is_set() and is_time:
                compare_all(config, store, now, log.info)
                if config.alerts:
                    self._lookout.count(store, now)
                self._compared = now
            if config.alerts and not stop.is_set():
                self._lookout.look(store, config, now)

    def _translate(self, store: Store, plan: Plan, now: datetime) -> None:
        hands = self._workers.hands(self._config.engine)
        told = log.info, self._stop
        try:
            translate_pending(store, self._translator, plan, now, *told, hands=hands)
        except TranslationError as error:
            log.error("translate: %s", error)

    def _note(self, store: Store, config: Config, since: datetime) -> None:
        """Mark items published since then, and outline stories."""
        mark_items(store, config, since, self._stop)
        if not self._stop.is_set():
            outline_stories(store, config, self._stop)

    def send_alerts(self) -> None:
        """Send the alerts that are due, whatever the tick is busy with."""
        with (
            self._paths.open_store() as store,
            closing(send_alerts(self._paths, store, self._channels)) as results,
        ):
            for result in results:
                is_sent = result.standing.state == "sent"
                log.log(logging.INFO if is_sent else logging.ERROR, alerted(result))
                if self._stop.is_set():
                    return

    def _is_time_to_compare(self, now: datetime) -> bool:
        return self._compared is None or now - self._compared >= EVERY

    def send_due(self) -> None:
        """Make the editions that are due; mail those, and others that still wait."""
        if self._config.mail is None:
            return
        now = compose.now()
        with self._paths.open_store() as store:
            config = self._in_force.at(store)
            for delivery in send_due(self._paths, config, store, now, self._stop):
                is_sent = delivery.state == "sent"
                log.log(logging.INFO if is_sent else logging.ERROR, told(delivery))
