"""When steps run: the only module that knows APScheduler.

Two jobs in all. Each asks the store what is due, so a missed minute is caught up by the
next one, whatever the clock or a daylight-saving night did meanwhile.
"""

import logging
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger("monitor.schedule")


def run(work: Mapping[str, Callable[[], None]], seconds: float, stop: Event) -> None:
    """Call each piece of work now and then every ``seconds``, until ``stop`` is set.

    A piece still at work is not started again; one that raises is logged with its
    traceback and called again at its next time. Returns at once on ``stop``: work in
    progress is told by the same event.
    """
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(work))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_listener(_log_error, EVENT_JOB_ERROR)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # It would log what a piece raises once more, under the name of a function.
    logging.getLogger("apscheduler.executors.default").setLevel(logging.CRITICAL)
    for name, piece in work.items():
        scheduler.add_job(
            piece,
            IntervalTrigger(seconds=seconds, timezone=UTC),
            id=name,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    while not stop.wait(seconds):
        _set_right(scheduler, seconds)
    scheduler.shutdown(wait=False)


@contextmanager
def stopping_on_signals() -> Iterator[Event]:
    """An event that SIGTERM or SIGINT sets; the old handlers return afterwards."""
    stop = Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    old = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, old, strict=True):
            signal.signal(number, handler)


def _set_right(scheduler: BackgroundScheduler, seconds: float) -> None:
    """Call at once what would wait for longer than its interval.

    APScheduler goes by the clock on the wall: set back by hours, it would call nothing
    for as long.
    """
    now = datetime.now(UTC)
    for job in scheduler.get_jobs():
        if job.next_run_time > now + timedelta(seconds=seconds):
            job.modify(next_run_time=now)


def _log_error(failed: JobExecutionEvent) -> None:
    log.error("%s stopped", failed.job_id, exc_info=failed.exception)
