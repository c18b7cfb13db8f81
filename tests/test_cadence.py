from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.feeds.cadence import (
    Haul,
    Pace,
    after_failure,
    after_success,
    in_turn,
    learnt_minutes,
    wish,
)
from monitor.model import FailureKind, FeedState

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
URL = "https://diario.example/rss.xml"
PACE = Pace(15, 240)
KINDS: tuple[FailureKind, ...] = ("soft", "hard", "dns", "gone")


def known(minutes: int = 60, *, last_good: datetime | None = None) -> FeedState:
    """A feed that was well one learnt wait ago."""
    good = last_good or NOW - minutes * MINUTE
    return FeedState(URL, last_good=good, interval_minutes=minutes)


def failing(failures: int, kind: FailureKind, minutes: int | None = None) -> FeedState:
    return FeedState(
        URL, failures=failures, failure=kind, error="x", interval_minutes=minutes
    )


# --- the learnt wait ----------------------------------------------------------------


@pytest.mark.parametrize(
    "before, held, new, after",
    [
        (60, 0, 0, 120),  # unchanged
        (60, 30, 0, 120),  # another body, nothing new in it
        (240, 30, 0, 240),  # never past the longest
        (60, 30, 1, 30),
        (20, 30, 1, 15),  # never below the shortest
        (240, 30, 8, 30),  # a morning: an item in each half hour, at once
        (240, 30, 20, 15),
        (240, 4, 3, 15),  # mostly new: some may be lost
        (240, 1, 1, 15),
    ],
)
def test_the_wait_follows_what_was_new(
    before: int, held: int, new: int, after: int
) -> None:
    assert learnt_minutes(known(before), Haul(None, held, new), NOW, PACE) == after


def test_a_first_document_brings_the_shortest_wait() -> None:
    assert learnt_minutes(FeedState(URL), Haul("h", 30, 30), NOW, PACE) == 15


@pytest.mark.parametrize("gap_minutes", [40, 90, 150])
def test_the_wait_settles_near_the_mean_gap_between_two_items(gap_minutes: int) -> None:
    random = Random(7)
    state, now, waits = known(15), NOW, []
    for _ in range(4000):
        now += (state.interval_minutes or 15) * MINUTE
        passed = (now - (state.last_good or now)) / MINUTE
        new, at = 0, random.expovariate(1 / gap_minutes)
        while at < passed:
            new, at = new + 1, at + random.expovariate(1 / gap_minutes)
        minutes = learnt_minutes(state, Haul(None, 100, new), now, PACE)
        state = replace(state, last_good=now, interval_minutes=minutes)
        waits.append(minutes)
    mean = sum(waits) / len(waits)
    assert 0.6 * gap_minutes < mean < 1.4 * gap_minutes


# --- the site's wish -----------------------------------------------------------------

HTTP_NOW = "Mon, 02 Mar 2026 12:00:00 GMT"
HOUR_ON = "Mon, 02 Mar 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    "headers, minutes",
    [
        ({}, 0),
        ({"cache-control": "max-age=3600"}, 60),
        ({"cache-control": 'PUBLIC,Max-Age="3600"'}, 60),
        ({"cache-control": "max-age=3600, must-revalidate"}, 60),
        ({"cache-control": "max-age=3600", "age": "600"}, 50),
        ({"cache-control": "max-age=60", "age": "600"}, 0),
        ({"cache-control": "s-maxage=3600"}, 0),
        ({"cache-control": "no-cache, max-age=3600"}, 0),
        ({"cache-control": "no-store", "expires": HOUR_ON, "date": HTTP_NOW}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": f"max-age={'9' * 5000}"}, 24 * 60),
        ({"expires": HOUR_ON, "date": HTTP_NOW}, 60),
        ({"expires": HOUR_ON, "date": "Mon, 02 Mar 2026 12:30:00 GMT"}, 30),
        ({"expires": HOUR_ON}, 60),  # against our own clock
        ({"expires": HOUR_ON, "cache-control": "max-age=120"}, 2),
        ({"expires": HTTP_NOW, "date": HOUR_ON}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "Mon, 02 Mar 2030 13:00:00 GMT"}, 24 * 60),
    ],
)
def test_a_site_wishes_for_a_wait(headers: Mapping[str, str], minutes: float) -> None:
    assert wish(headers, NOW) == minutes * MINUTE


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "date", "age"]), st.text()
    )
)
def test_no_header_breaks_the_wish(headers: dict[str, str]) -> None:
    assert timedelta() <= wish(headers, NOW) <= DAY


def _waits(state: FeedState, haul: Haul, max_age: timedelta) -> float:
    headers = {"cache-control": f"max-age={max_age // timedelta(seconds=1)}"}
    _, then = after_success(state, haul, headers, NOW, PACE)
    return (then - NOW) / MINUTE


def test_a_wish_lengthens_the_wait_and_never_shortens_it() -> None:
    quiet = Haul("h", 30, 0)
    assert 120 <= _waits(known(60), quiet, 5 * MINUTE) <= 132
    assert 600 <= _waits(known(60), quiet, 600 * MINUTE) <= 660


def test_a_wish_of_a_week_is_granted_for_a_day() -> None:
    assert _waits(FeedState(URL), Haul("h", 30, 30), 7 * DAY) == 24 * 60
    assert _waits(known(60), Haul("h", 30, 0), 7 * DAY) == 24 * 60


def test_a_wish_that_would_lose_items_is_cut_to_half_the_document() -> None:
    """Ten of thirty were new after four hours: half is replaced after six."""
    assert 360 <= _waits(known(240), Haul("h", 30, 10), DAY) <= 396


def test_a_wish_does_not_change_what_is_learnt() -> None:
    haul, asks = Haul("h", 30, 0), {"cache-control": "max-age=80000"}
    assert after_success(known(60), haul, asks, NOW, PACE)[0] == 120


# --- failures ------------------------------------------------------------------------


def _backs_off(state: FeedState, retry_after: float | None = None) -> float:
    then = after_failure(state, NOW, PACE, retry_after)
    assert then is not None
    return (then - NOW) / MINUTE


@pytest.mark.parametrize(
    "kind, failures, minutes",
    [
        ("hard", 1, 30),
        ("hard", 3, 120),
        ("soft", 2, 30),
        ("soft", 6, 120),
        ("dns", 4, 30),
        ("dns", 12, 120),
        ("hard", 10**9, 24 * 60),
        ("dns", 10**9, 24 * 60),
    ],
)
def test_the_wait_grows_with_what_the_failures_weigh(
    kind: FailureKind, failures: int, minutes: int
) -> None:
    assert minutes <= _backs_off(failing(failures, kind)) <= min(1.1 * minutes, 1440)


def test_a_feed_in_trouble_is_asked_no_more_often_than_when_it_was_well() -> None:
    assert 240 <= _backs_off(failing(1, "soft", 240)) <= 264
    assert 480 <= _backs_off(failing(5, "hard", 240)) <= 528


@pytest.mark.parametrize(
    "seconds, minutes", [(7200, 120), (1, 30), (0, 30), (-5, 30), (317_000, 1440)]
)
def test_retry_after_lengthens_the_wait_up_to_a_day(seconds: int, minutes: int) -> None:
    waited = _backs_off(failing(1, "hard"), seconds)
    assert minutes <= waited <= min(1.1 * minutes, 1440)


def test_a_retired_feed_is_not_polled_again() -> None:
    assert after_failure(replace(failing(1, "gone"), retired=NOW), NOW, PACE, 5) is None


def test_feeds_turned_away_together_do_not_come_back_together() -> None:
    waits = {
        _backs_off(replace(failing(1, "soft"), url=f"https://diario.example/{n}"), 3600)
        for n in range(100)
    }
    assert len(waits) == 100
    assert max(waits) - min(waits) > 5
    assert min(waits) >= 60


states = st.builds(
    FeedState,
    url=st.text(),
    failures=st.integers(0, 10**9),
    failure=st.sampled_from(KINDS),
    interval_minutes=st.none() | st.integers(1, 1440),
    last_good=st.none() | st.datetimes(timezones=st.just(UTC)),
)
paces = st.integers(1, 1440).flatmap(
    lambda shortest: st.builds(Pace, st.just(shortest), st.integers(shortest, 1440))
)


@given(states, paces, st.none() | st.floats(0, 1e12))
def test_any_failure_is_forgiven_within_a_day(
    state: FeedState, pace: Pace, retry_after: float | None
) -> None:
    then = after_failure(state, NOW, pace, retry_after)
    assert then is not None
    asked = min(timedelta(seconds=min(retry_after or 0, 86400)), DAY)
    assert max(asked, pace.interval_minutes * MINUTE) <= then - NOW <= DAY
    assert after_failure(state, NOW, pace, retry_after) == then


@given(states, paces, st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 10**9))
def test_any_success_gives_a_wait_within_its_bounds(
    state: FeedState, pace: Pace, held: int, new: int, max_age: int
) -> None:
    haul, headers = Haul("h", held, new), {"cache-control": f"max-age={max_age}"}
    minutes, then = after_success(state, haul, headers, NOW, pace)
    assert pace.interval_minutes <= minutes <= pace.longest_minutes
    assert minutes * MINUTE <= then - NOW <= DAY


# --- turns ---------------------------------------------------------------------------


def _due(*outlets: str, hosts: str = "") -> list[tuple]:
    """Feeds of outlets, the first of them the longest overdue."""
    return [
        (
            feed(name, url=f"https://{hosts[n : n + 1] or name}.example/{n}.xml"),
            FeedState(f"https://{name}.example/{n}.xml", next_poll=NOW + n * MINUTE),
        )
        for n, name in enumerate(outlets)
    ]


def _outlets(order: list[tuple]) -> str:
    return "".join(feed.outlet for feed, _ in order)


@pytest.mark.parametrize(
    "due, order",
    [
        ("", ""),
        ("aaa", "aaa"),
        ("abc", "abc"),
        ("cba", "cba"),  # the longest overdue first
        ("aaabcd", "abacad"),
        ("aaabbbcd", "abcabdab"),
        ("aaaab", "aaaab"),
    ],
)
def test_feeds_of_one_outlet_lie_far_apart(due: str, order: str) -> None:
    assert _outlets(in_turn(_due(*due))) == order


def test_feeds_of_one_host_lie_far_apart_too() -> None:
    assert _outlets(in_turn(_due(*"abcd", hosts="hhxy"))) == "acdb"


def test_a_feed_counts_for_the_host_it_moved_to() -> None:
    due = _due(*"abcd")
    moved = [
        (f, replace(s, moved_to=f"https://new.example/{f.outlet}")) for f, s in due[:2]
    ]
    assert _outlets(in_turn([*moved, *due[2:]])) == "acdb"


def test_a_feed_never_polled_is_longest_overdue() -> None:
    due = _due(*"ab")
    due[1] = (due[1][0], replace(due[1][1], next_poll=None))
    assert _outlets(in_turn(due)) == "ba"


@given(st.text("abcdefgh", max_size=60), st.randoms(use_true_random=False))
def test_turns_keep_every_feed_and_the_widest_distance(
    names: str, random: Random
) -> None:
    due = _due(*names)
    order = in_turn(due)
    assert Counter(f.url for f, _ in order) == Counter(f.url for f, _ in due)
    assert in_turn(random.sample(due, len(due))) == order
    counts = Counter(names)
    most = max(counts.values(), default=0)
    if most > 1:
        widest = (len(names) - list(counts.values()).count(most)) // (most - 1)
        places = [[n for n, c in enumerate(_outlets(order)) if c == x] for x in counts]
        gaps = [b - a for at in places for a, b in zip(at, at[1:], strict=False)]
        assert min(gaps) >= widest
