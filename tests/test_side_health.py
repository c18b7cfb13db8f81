"""Whether a side's silence can be believed, today and on days that are over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, TODAY, feed, poll_day
from monitor import pipeline
from monitor.coverage.health import missed, side_health, vouching
from monitor.model import FeedState

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MIDNIGHT = datetime.combine(TODAY, datetime.min.time(), UTC)
FEEDS = [feed(f"Diario {n}", "MX", url=f"https://{n}.example/rss") for n in range(10)]
ALL = frozenset(TODAY - n * DAY for n in range(40))


def well(of):
    return FeedState(of.url, last_poll=NOW, last_good=NOW)


def down(of):
    return FeedState(of.url, last_poll=NOW, error="timed out", failures=3)


def judged(states, healthy, start, end=NOW, weights=None):
    pairs = list(zip(FEEDS, states, strict=True))
    return side_health("MX", pairs, healthy, weights or {}, (start, end), NOW)


def test_a_past_day_is_judged_by_its_own_polls_not_by_today():
    yesterday = (MIDNIGHT - DAY, MIDNIGHT)
    broken_now = vouching(FEEDS[0], down(FEEDS[0]), ALL, *yesterday, NOW)
    assert broken_now.is_healthy
    assert broken_now.state.error is None
    broken_then = vouching(
        FEEDS[0], well(FEEDS[0]), ALL - {TODAY - DAY}, *yesterday, NOW
    )
    assert not broken_then.is_healthy
    assert broken_then.state.error == f"not read on {TODAY - DAY}"


def test_today_is_judged_as_it_stands():
    window = (MIDNIGHT, NOW)
    assert vouching(FEEDS[0], well(FEEDS[0]), frozenset(), *window, NOW).is_healthy
    found = vouching(FEEDS[0], down(FEEDS[0]), ALL, *window, NOW)
    assert not found.is_healthy
    assert found.state.error == "timed out"


def test_a_window_of_two_days_needs_both():
    window = (NOW - DAY, NOW)
    state = well(FEEDS[0])
    assert missed(state, frozenset(), *window, NOW) == {TODAY - DAY: 12 * HOUR}
    assert missed(state, frozenset({TODAY - DAY}), *window, NOW) == {}


def test_what_lies_ahead_is_not_missed():
    assert missed(well(FEEDS[0]), ALL, NOW - HOUR, NOW + 9 * DAY, NOW) == {}
    found = missed(down(FEEDS[0]), ALL, NOW - HOUR, NOW + 9 * DAY, NOW)
    assert found == {TODAY: HOUR}


def test_an_empty_window_is_now():
    assert missed(down(FEEDS[0]), ALL, NOW, NOW, NOW) == {TODAY: timedelta(0)}
    assert not judged([down(f) for f in FEEDS], {}, NOW).can_tell


def test_seven_of_ten_feeds_down_cannot_tell():
    states = [down(f) for f in FEEDS[:7]] + [well(f) for f in FEEDS[7:]]
    found = judged(states, {f.url: ALL for f in FEEDS}, MIDNIGHT)
    assert (found.feeds, found.down, found.can_tell) == (10, 7, False)
    assert found.share_down == pytest.approx(0.7)


def test_a_feed_weighs_what_it_usually_brings():
    states = [down(FEEDS[0])] + [well(f) for f in FEEDS[1:]]
    healthy = {f.url: ALL for f in FEEDS}
    light = {f.url: 10.0 for f in FEEDS}
    heavy = light | {FEEDS[0].url: 90.0}
    assert judged(states, healthy, MIDNIGHT, weights=light).can_tell
    assert not judged(states, healthy, MIDNIGHT, weights=heavy).can_tell


def test_a_day_of_ten_costs_a_tenth_of_what_a_feed_brings():
    healthy = {f.url: ALL - {TODAY - 3 * DAY} for f in FEEDS}
    found = judged([well(f) for f in FEEDS], healthy, MIDNIGHT - 9 * DAY)
    assert found.down == 10
    assert found.share_down == pytest.approx(24 / (9 * 24 + 12))
    assert found.can_tell


def test_a_side_without_feeds_cannot_tell():
    assert not side_health("US", [], {}, {}, (MIDNIGHT, NOW), NOW).can_tell


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.1, 99)), min_size=10, max_size=10),
    st.integers(1, 20),
)
def test_one_more_feed_down_never_makes_a_side_more_believable(feeds, days):
    weights = {f.url: w for f, (_, w) in zip(FEEDS, feeds, strict=True)}
    states = [
        well(f) if is_well else down(f)
        for f, (is_well, _) in zip(FEEDS, feeds, strict=True)
    ]
    start = MIDNIGHT - days * DAY
    healthy = {f.url: ALL for f in FEEDS}
    before = judged(states, healthy, start, weights=weights)
    after = judged([down(FEEDS[0]), *states[1:]], healthy, start, weights=weights)
    assert 0 <= before.share_down <= after.share_down + 1e-9
    assert after.share_down <= 1
    assert after.down >= before.down


def test_the_health_of_a_past_window_is_kept(store):
    one, two = FEEDS[:2]
    for of in (one, two):
        store.feeds.put(well(of))
    store.feeds.count(poll_day(one, TODAY - 5 * DAY))
    store.feeds.count(poll_day(two, TODAY - 5 * DAY, failures=96))
    window = (MIDNIGHT - 5 * DAY, MIDNIGHT - 4 * DAY)
    found = pipeline.window_health(store, [one, two], *window, NOW)
    assert [h.is_healthy for h in found] == [True, False]
    now = pipeline.window_health(store, [one, two], MIDNIGHT, NOW, NOW)
    assert [h.is_healthy for h in now] == [True, True]
