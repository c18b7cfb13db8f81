from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from monitor.feeds.cadence import next_poll

DAY = timedelta(days=1)
URL = "https://diario.example/rss.xml"


def _wait(failures: int, interval_minutes: int = 15, url: str = URL) -> timedelta:
    return next_poll(NOW, interval_minutes, failures, url) - NOW


def test_a_good_feed_is_polled_after_its_interval_and_a_tenth_at_most() -> None:
    minutes = timedelta(minutes=1)
    assert 15 * minutes <= _wait(0) <= 16.5 * minutes


def test_the_wait_doubles_with_every_failure_up_to_a_day() -> None:
    spread = _wait(0) - timedelta(minutes=15)
    waits = [(_wait(n) - spread) / timedelta(minutes=15) for n in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 96, 96]


def test_a_feed_polled_less_than_daily_waits_its_interval_after_failures() -> None:
    week = 7 * 24 * 60
    assert _wait(3, week) == _wait(0, week) >= 7 * DAY


def test_feeds_polled_together_do_not_fall_due_together() -> None:
    waits = {_wait(0, url=f"https://diario.example/{n}.xml") for n in range(100)}
    assert len(waits) == 100
    assert max(waits) - min(waits) > timedelta(minutes=1)


@given(st.integers(1, 100_000), st.integers(0, 10**9), st.text())
def test_any_history_gives_a_time_within_its_bounds(
    interval_minutes: int, failures: int, url: str
) -> None:
    interval = timedelta(minutes=interval_minutes)
    wait = next_poll(NOW, interval_minutes, failures, url) - NOW
    assert interval <= wait <= max(DAY, interval) + interval * 0.1
    assert next_poll(NOW, interval_minutes, failures, url) == NOW + wait
