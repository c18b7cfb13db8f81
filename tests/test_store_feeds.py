"""What polling has taught us, kept."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed, poll_day
from monitor.model import Failure, FeedState, PollDay
from monitor.store import rows
from monitor.store.database import Store
from monitor.store.feeds import KEEP_DAYS, KEEP_REASONS

ONE, OTHER = feed("Uno", "MX"), feed("Otro", "MX")
TODAY = NOW.date()
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "monitor.db") as store:
        yield store


# --- what is due ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "is_due"),
    [
        (None, True),
        (FeedState(ONE.url), True),
        (FeedState(ONE.url, next_poll=NOW - HOUR), True),
        (FeedState(ONE.url, next_poll=NOW), True),
        (FeedState(ONE.url, next_poll=NOW + timedelta(seconds=1)), False),
        (FeedState(ONE.url, next_poll=NOW - HOUR, retired=NOW), False),
        (FeedState(ONE.url, next_poll=None, retired=NOW), False),
    ],
)
def test_a_feed_is_due_when_its_time_has_come_unless_it_is_retired(
    store, state, is_due
):
    if state:
        store.feeds.put(state)
    found = store.feeds.due([ONE], NOW)
    assert found == ([(ONE, state or FeedState(ONE.url))] if is_due else [])


def test_due_feeds_come_in_the_order_asked_for(store):
    store.feeds.put(FeedState(OTHER.url, next_poll=NOW - HOUR))
    assert [f for f, _ in store.feeds.due([OTHER, ONE], NOW)] == [OTHER, ONE]
    assert [f for f, _ in store.feeds.due([ONE, OTHER], NOW)] == [ONE, OTHER]


# --- what a day came to ----------------------------------------------------------------


def test_the_polls_of_a_day_add_up(store):
    store.feeds.count(poll_day(ONE, polls=1, new=3, undated=1))
    store.feeds.count(poll_day(ONE, polls=1, new=2, duplicates=4, future=1))
    store.feeds.count(poll_day(ONE, polls=1, failures=1))
    assert store.feeds.days(TODAY) == {
        ONE.url: [PollDay(ONE.url, TODAY, 3, 1, 5, 4, 1, 1)]
    }


def test_days_are_kept_apart_by_feed_and_date_and_come_in_order(store):
    for back in (1, 3, 0):
        store.feeds.count(
            poll_day(ONE, TODAY - timedelta(days=back), polls=1, new=back)
        )
    store.feeds.count(poll_day(OTHER, polls=7))
    found = store.feeds.days(TODAY - timedelta(days=1))
    assert [(day.day, day.new) for day in found[ONE.url]] == [
        (TODAY - timedelta(days=1), 1),
        (TODAY, 0),
    ]
    assert [day.polls for day in found[OTHER.url]] == [7]


# --- why it failed ---------------------------------------------------------------------


def test_one_reason_is_kept_once_with_how_often_and_since_when(store):
    for hour in range(3):
        store.feeds.fail(ONE.url, "soft", "answered 502", NOW + hour * HOUR)
    store.feeds.fail(ONE.url, "hard", "is not a feed", NOW + HOUR)
    assert store.feeds.failures(NOW)[ONE.url] == [
        Failure(ONE.url, "soft", "answered 502", NOW, NOW + 2 * HOUR, 3),
        Failure(ONE.url, "hard", "is not a feed", NOW + HOUR, NOW + HOUR, 1),
    ]


def test_of_reasons_that_are_always_new_the_latest_are_kept(store):
    store.feeds.fail(OTHER.url, "soft", "answered 502", NOW - HOUR)
    store.feeds.fail(ONE.url, "soft", "answered 502", NOW)
    for hour in range(1, 3 * KEEP_REASONS):
        store.feeds.fail(ONE.url, "hard", f"redirects to /{hour}", NOW + hour * HOUR)
        store.feeds.fail(ONE.url, "soft", "answered 502", NOW + hour * HOUR)
    kept = store.feeds.failures(NOW - HOUR)
    assert len(kept[ONE.url]) == KEEP_REASONS
    assert {f.reason: f.times for f in kept[ONE.url]}["answered 502"] == (
        3 * KEEP_REASONS
    )
    assert len(kept[OTHER.url]) == 1


def test_reasons_that_no_longer_hold_are_left_out(store):
    store.feeds.fail(ONE.url, "soft", "answered 502", NOW - HOUR)
    assert store.feeds.failures(NOW) == {}


def test_what_is_older_than_anybody_asks_for_is_forgotten(store):
    old = timedelta(days=KEEP_DAYS + 1)
    for back in (old, timedelta(days=KEEP_DAYS)):
        store.feeds.count(poll_day(ONE, TODAY - back, polls=1))
        store.feeds.fail(ONE.url, "soft", f"{back.days}", NOW - back)
    store.feeds.forget(TODAY)
    since = NOW - 2 * old
    assert [d.day for d in store.feeds.days(since.date())[ONE.url]] == [
        TODAY - timedelta(days=KEEP_DAYS)
    ]
    assert [f.reason for f in store.feeds.failures(since)[ONE.url]] == [str(KEEP_DAYS)]


# --- rows ------------------------------------------------------------------------------

COUNTS = st.integers(0, 10**6)


@given(st.builds(PollDay, st.text(), st.dates(), *[COUNTS] * 6))
def test_a_poll_day_survives_its_row(day):
    assert rows.poll_day(rows.poll_day_row(day)) == day
