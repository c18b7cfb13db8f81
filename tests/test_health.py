"""Health is judged on simulated feeds: a weekly rhythm, even or bursty, seeded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.feeds.changes import changes
from monitor.feeds.health import FeedReport, report
from monitor.model import Failure, FeedState, PollDay

TODAY = NOW.date()
DAY = timedelta(days=1)
FEED = feed()
WELL = FeedState(FEED.url, last_good=NOW)
WEEK = (1.15, 1.2, 1.2, 1.15, 1.1, 0.6, 0.6)
EVEN = float("inf")


def counts(
    mean: float, evenness: float, levels: Sequence[float], seed: int
) -> list[int]:
    """New items on the days before TODAY, one for each level: the mean's multiple.

    Their variance is mean + mean² / evenness.
    """
    random = np.random.default_rng(seed)
    first = TODAY - len(levels) * DAY
    means = [
        mean * level * WEEK[(first + n * DAY).weekday()]
        for n, level in enumerate(levels)
    ]
    if evenness != EVEN:
        means = [random.gamma(evenness, m / evenness) if m else 0.0 for m in means]
    return [int(random.poisson(m)) for m in means]


def steady(days: int = 112, seed: int = 1, mean: float = 20) -> list[int]:
    return counts(mean, 10, [1.0] * days, seed)


def poll_day(day: date, new: int, polls: int = 96, failures: int = 0) -> PollDay:
    return PollDay(FEED.url, day, polls, failures, new, 0, 0, 0)


def past(new: Sequence[int], before: date = TODAY) -> list[PollDay]:
    """Healthy days that end the day before one."""
    return [
        poll_day(before - (len(new) - n) * DAY, count) for n, count in enumerate(new)
    ]


def judge(days: Sequence[PollDay], state: FeedState = WELL) -> FeedReport:
    return report(FEED, state, days, (), TODAY)


# --- changes of volume ----------------------------------------------------------------


def _found(level: float, mean: float, evenness: float, runs: int = 40) -> float:
    """The share of feeds whose change four weeks ago is found within a week."""
    hits = 0
    for seed in range(runs):
        series = counts(mean, evenness, [1.0] * 84 + [level] * 28, seed)
        points = changes([(d.day, d.new) for d in past(series)])
        hits += any(abs((p.day - TODAY).days + 28) <= 7 for p in points)
    return hits / runs


@pytest.mark.parametrize("mean", [1, 5, 20, 80])
@pytest.mark.parametrize("evenness, most", [(EVEN, 0.02), (10, 0.03), (3, 0.07)])
def test_a_steady_feed_seldom_seems_to_change(
    mean: float, evenness: float, most: float
) -> None:
    runs = 60
    alarms = [
        changes(
            [(d.day, d.new) for d in past(counts(mean, evenness, [1.0] * 112, seed))]
        )
        for seed in range(runs)
    ]
    assert sum(map(bool, alarms)) / runs <= most


@pytest.mark.parametrize(
    "level, mean, evenness, least",
    [
        (0.5, 5, EVEN, 0.85),
        (0.5, 20, 10, 0.9),
        (0.5, 20, 3, 0.55),
        (2, 5, 10, 0.85),
        (2, 20, 10, 0.95),
        (2, 20, 3, 0.65),
        (0, 1, 3, 0.9),
        (0, 20, 3, 0.98),
    ],
)
def test_a_change_of_four_weeks_is_found(
    level: float, mean: float, evenness: float, least: float
) -> None:
    assert _found(level, mean, evenness) >= least


def test_a_change_says_when_and_by_how_much() -> None:
    [point] = judge(past([20] * 70 + [5] * 42)).change_points
    assert (point.day, point.before, point.after) == (TODAY - 42 * DAY, 20, 5)


def test_a_fortnight_s_dip_is_two_changes() -> None:
    points = judge(past([20] * 56 + [4] * 14 + [20] * 42)).change_points
    assert [(p.before, p.after) for p in points] == [(20, 4), (4, 20)]


def test_a_quiet_week_end_hides_no_change() -> None:
    """Read as unrest, the week's ups and downs would drown this one."""
    before, after = [20] * 5 + [0] * 2, [12] * 5 + [0] * 2
    [point] = judge(past(before * 12 + after * 4)).change_points
    assert abs((TODAY - point.day).days - 28) <= 2


def test_a_small_lasting_change_is_none() -> None:
    assert judge(past([1000] * 56 + [1300] * 56)).change_points == ()


def test_days_that_failed_are_left_out_and_not_counted_as_empty() -> None:
    days = past([20] * 112)
    broken = [
        replace(d, new=0, failures=d.polls) if n in range(60, 80) else d
        for n, d in enumerate(days)
    ]
    unpolled = [d for n, d in enumerate(days) if n not in range(60, 80)]
    for gap in (broken, unpolled):
        assert judge(gap).change_points == ()
        assert judge(gap).usual_per_day == 20


def test_what_had_piled_up_before_the_first_poll_is_no_volume() -> None:
    assert judge(past([500])).usual_per_day is None
    assert judge(past([500, 20, 30])).usual_per_day == 25


# --- silence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mean, evenness, within",
    [(5, EVEN, 3), (20, 10, 2), (20, 3, 4), (80, 3, 2), (1, 10, 21)],
)
def test_silence_is_told_by_the_feed_s_own_rhythm(
    mean: float, evenness: float, within: int
) -> None:
    told = [
        judge(past(counts(mean, evenness, [1.0] * 84, seed) + [0] * within)).is_silent
        for seed in range(30)
    ]
    assert sum(told) >= 27


def test_a_busy_feed_is_not_silent_before_a_whole_day_is_over() -> None:
    assert not judge(past(steady())).is_silent
    assert judge([*past([*steady(), 0]), poll_day(TODAY, 0)]).is_silent


@pytest.mark.parametrize("mean, evenness", [(1, 10), (20, EVEN), (20, 3)])
def test_a_feed_seldom_seems_silent_or_flooding(mean: float, evenness: float) -> None:
    silent = flooding = mornings = 0
    for seed in range(20):
        series = counts(mean, evenness, [1.0] * 112, seed)
        for end in range(85, 112, 3):
            days = past(series[:end])
            silent += judge(days).is_silent
            flooding += judge([*days, poll_day(TODAY, series[end])]).is_flooding
            mornings += 1
    assert silent / mornings <= 0.012
    assert flooding / mornings <= 0.012


def _column(weeks: int) -> list[int]:
    return [1, 0, 0, 0, 0, 0, 0] * weeks


@pytest.mark.parametrize(
    "new, is_silent",
    [
        (_column(12) + [1] + [0] * 2, False),  # a weekly column, two days on
        (_column(12) + [1] + [0] * 13, False),  # one week left out
        (_column(12) + [1] + [0] * 83, True),
        ([1] + [0] * 83, False),
        ([1] + [0] * 84, True),  # whatever the rhythm
        ([10, 10, 10, 10, 10, 0, 0] * 8, False),  # its week-end
        ([10, 10, 10, 10, 10, 0, 0] * 8 + [0], True),  # and the day after
        ([20] * 10 + [0] * 5, False),  # too young to have a rhythm
    ],
)
def test_a_rare_feed_is_given_its_time(new: list[int], is_silent: bool) -> None:
    assert judge(past(new)).is_silent is is_silent


def test_a_feed_that_comes_in_bursts_is_given_twice_its_longest_gap() -> None:
    burst = [30, 0, 0, 0, 0]
    lived = [*burst * 6, *[0] * 10, *burst * 6, 30]
    assert not judge(past(lived + [0] * 16)).is_silent
    assert judge(past(lived + [0] * 40)).is_silent


def test_a_feed_that_fails_is_broken_and_not_silent() -> None:
    quiet = past([*steady(), 0, 0, 0])
    assert judge(quiet).is_silent
    assert not judge(quiet, replace(WELL, error="HTTP 503")).is_silent
    failed = [*quiet[:-3], *(replace(d, failures=d.polls) for d in quiet[-3:])]
    assert not judge(failed).is_silent
    assert judge(failed).days_silent == 0


def test_silence_ends_with_the_first_new_item() -> None:
    days = past([*steady(), 0, 0])
    assert judge(days).days_silent == 2
    after = judge([*days, poll_day(TODAY, 1)])
    assert (after.is_silent, after.days_silent) == (False, 0)


# --- flood ----------------------------------------------------------------------------


@pytest.mark.parametrize("new, is_flooding", [(20, False), (59, False), (120, True)])
def test_a_flood_is_many_times_the_usual(new: int, is_flooding: bool) -> None:
    days = [*past(steady()), poll_day(TODAY, new)]
    assert judge(days).is_flooding is is_flooding


def test_nine_items_flood_nobody() -> None:
    days = past(_column(12))
    assert not judge([*days, poll_day(TODAY, 9)]).is_flooding
    assert judge([*days, poll_day(TODAY, 20)]).is_flooding


def test_what_had_piled_up_while_a_feed_was_down_is_no_flood() -> None:
    *days, yesterday = past(steady())
    today = poll_day(TODAY, 200)
    assert judge([*days, yesterday, today]).is_flooding
    assert not judge([*days, replace(yesterday, failures=96), today]).is_flooding
    assert not judge([*days, today]).is_flooding


def test_a_feed_that_comes_in_bursts_does_not_flood_with_one_more() -> None:
    for seed in range(30):
        random = Random(seed)
        days = past([random.choice([0] * 6 + [10]) for _ in range(112)])
        assert not judge([*days, poll_day(TODAY, 10)]).is_flooding


# --- the rest -------------------------------------------------------------------------


def test_shares_are_of_the_items_read_in_four_weeks() -> None:
    long_ago = PollDay(FEED.url, TODAY - 28 * DAY, 96, 0, 100, 100, 100, 100)
    lately = PollDay(FEED.url, TODAY - 27 * DAY, 96, 0, 6, 2, 4, 1)
    today = PollDay(FEED.url, TODAY, 96, 0, 2, 0, 0, 0)
    judged = judge([long_ago, lately, today])
    assert judged.share_undated == 0.4
    assert judged.share_future == 0.1
    assert judged.share_duplicate == 0.2


def test_a_feed_never_polled_has_a_report_of_nothing() -> None:
    assert judge([], FeedState(FEED.url)) == FeedReport(
        feed=FEED,
        last_good=None,
        failures=0,
        error=None,
        failure=None,
        retired=None,
        reasons=(),
        share_undated=None,
        share_future=None,
        share_duplicate=None,
        usual_per_day=None,
        change_points=(),
        is_silent=False,
        is_flooding=False,
        days_silent=0,
    )


failure_rows = st.builds(
    Failure,
    feed=st.just(FEED.url),
    kind=st.sampled_from(["soft", "hard", "dns", "gone"]),
    reason=st.sampled_from(["HTTP 404", "HTTP 503", "timed out"]),
    first=st.just(NOW),
    last=st.datetimes(
        NOW.replace(tzinfo=None) - 60 * DAY,
        NOW.replace(tzinfo=None),
        timezones=st.just(UTC),
    ),
    times=st.integers(1, 1000),
)
numbers = st.integers(0, 10**9)
poll_days = st.lists(
    st.builds(
        PollDay,
        feed=st.just(FEED.url),
        day=st.dates(TODAY - 130 * DAY, TODAY + 2 * DAY),
        polls=st.integers(1, 96),
        failures=st.integers(0, 96),
        new=st.sampled_from([0, 0, 1, 20]) | numbers,
        duplicates=numbers,
        undated=numbers,
        future=numbers,
    ),
    unique_by=lambda day: day.day,
    max_size=130,
)


@given(poll_days, st.lists(failure_rows, max_size=5), st.randoms(use_true_random=False))
def test_any_history_has_one_report_in_any_order(
    days: list[PollDay], failures: list[Failure], random: Random
) -> None:
    judged = report(FEED, WELL, days, failures, TODAY)
    for share in (judged.share_undated, judged.share_future, judged.share_duplicate):
        assert share is None or 0 <= share <= 1
    assert all(point.before != point.after for point in judged.change_points)
    assert not (judged.is_silent and judged.is_flooding)
    assert [f.last for f in judged.reasons] == sorted(
        (f.last for f in failures), reverse=True
    )
    mixed = random.sample(days, len(days)), random.sample(failures, len(failures))
    shuffled = report(FEED, WELL, *mixed, TODAY)
    assert replace(shuffled, reasons=()) == replace(judged, reasons=())
    assert [f.last for f in shuffled.reasons] == [f.last for f in judged.reasons]
