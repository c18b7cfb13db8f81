import logging
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Condition, Event, Thread

import pytest

from monitor.schedule import run, stopping_on_signals

FAST = 0.02
PATIENCE = 5.0


class Work:
    """A piece of work that counts its calls."""

    def __init__(self, act: Callable[[], object] = lambda: None) -> None:
        self.calls = 0
        self._act = act
        self._changed = Condition()

    def __call__(self) -> None:
        with self._changed:
            self.calls += 1
            self._changed.notify_all()
        self._act()

    def wait(self, calls: int) -> None:
        """Until it was called that often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.calls >= calls, PATIENCE)


@pytest.fixture
def scheduled():
    """Runs pieces of work in a thread of their own; stops them at the end."""
    stop = Event()
    threads: list[Thread] = []

    def start(seconds: float = FAST, **work: Callable[[], None]) -> Event:
        thread = Thread(target=run, args=(work, seconds, stop))
        thread.start()
        threads.append(thread)
        return stop

    yield start
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_every_piece_is_called_at_once_and_again(scheduled):
    tick, digest = Work(), Work()
    scheduled(tick=tick, digest=digest)
    tick.wait(3)
    digest.wait(3)


def test_the_first_call_does_not_wait_for_the_interval(scheduled):
    tick = Work()
    scheduled(3600, tick=tick)
    tick.wait(1)


def test_a_piece_that_takes_long_does_not_hold_up_the_other(scheduled):
    free = Event()
    slow, digest = Work(lambda: free.wait(PATIENCE)), Work()
    scheduled(slow=slow, digest=digest)
    slow.wait(1)
    digest.wait(4)
    assert slow.calls == 1
    free.set()
    slow.wait(2)


def test_a_piece_that_raises_is_logged_once_and_called_again(scheduled, caplog):
    def fail() -> None:
        raise ZeroDivisionError("a bug")

    tick = Work(fail)
    with caplog.at_level(logging.INFO):
        stop = scheduled(tick=tick)
        tick.wait(2)
        stop.set()
    assert {(r.name, r.levelname, r.getMessage()) for r in caplog.records} == {
        ("monitor.schedule", "ERROR", "tick stopped")
    }
    assert len(caplog.records) <= tick.calls
    assert "in fail\n" in caplog.text
    assert "ZeroDivisionError: a bug" in caplog.text


@pytest.mark.parametrize("hours", [-5, -24 * 400, 5])
def test_a_clock_that_is_set_does_not_hold_up_the_next_call(
    scheduled, monkeypatch, hours
):
    class Clock(datetime):
        off = timedelta(0)

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + cls.off

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    monkeypatch.setattr("monitor.schedule.datetime", Clock)
    tick = Work()
    scheduled(tick=tick)
    tick.wait(3)
    Clock.off = timedelta(hours=hours)
    tick.wait(tick.calls + 3)


def test_run_returns_at_once_when_told_to_stop():
    free = Event()
    stuck = Work(lambda: free.wait(PATIENCE))
    stop = Event()
    thread = Thread(target=run, args=({"stuck": stuck}, 3600, stop))
    thread.start()
    stuck.wait(1)
    start = time.monotonic()
    stop.set()
    thread.join(PATIENCE)
    took = time.monotonic() - start
    free.set()
    assert not thread.is_alive()
    assert took < 1


def test_nothing_is_called_after_the_stop(scheduled):
    tick = Work()
    stop = scheduled(tick=tick)
    tick.wait(2)
    stop.set()
    time.sleep(3 * FAST)
    calls = tick.calls
    time.sleep(3 * FAST)
    assert tick.calls == calls


def test_run_told_to_stop_beforehand_returns():
    stop = Event()
    stop.set()
    run({"tick": Work()}, 3600, stop)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_the_event_and_the_old_handler_returns(number):
    before = signal.getsignal(number)
    with stopping_on_signals() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(PATIENCE)
    assert signal.getsignal(number) is before


def test_the_old_handlers_return_after_an_error():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), stopping_on_signals():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGTERM) is before
