"""Series by side, stories that rise and sides that fall quiet."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from monitor.comparison import SideHealth
from monitor.coverage.trends import (
    RARE,
    is_jump,
    quiet,
    rise,
    rising,
    series,
)
from monitor.coverage.volumes import NO_RHYTHM, WEEK, Rhythm

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FLAT = Rhythm((10.0,) * WEEK, 28)
USUAL = {"US": FLAT, "MX": FLAT}
WELL = SideHealth("US", 10, 0, 0.0)
OUTLETS = ("Ledger", "Courier", "Herald", "Gaceta")


def came(*hours_ago: float, side="US"):
    return [
        (side, OUTLETS[n % len(OUTLETS)], NOW - hours * HOUR)
        for n, hours in enumerate(hours_ago)
    ]


# --- series --------------------------------------------------------------------


def test_days_without_an_item_are_there():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    found = series([("US", NOW, 2)], start, start + 3 * DAY, "day", "UTC")
    assert [step.items["US"] for step in found] == [0, 2, 0]
    assert all(set(step.items) == {"US", "MX"} for step in found)


def test_a_day_begins_at_midnight_of_the_zone():
    late = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)  # 23:59 in Mexico City
    counts = [("MX", late, 1), ("MX", late + HOUR, 1)]
    found = series(counts, NOW, NOW + 2 * DAY, "day", "America/Mexico_City")
    assert [(s.start.isoformat()[:10], s.items["MX"]) for s in found] == [
        ("2026-03-02", 1),
        ("2026-03-03", 1),
        ("2026-03-04", 0),
    ]


@pytest.mark.parametrize(("day", "hours"), [(8, 23), (9, 24)])
def test_the_day_on_which_clocks_go_forward_is_one_hour_shorter(day, hours):
    start = datetime(2026, 3, day, 8 if day == 8 else 7, tzinfo=UTC)
    end = datetime(2026, 3, day + 1, 7, tzinfo=UTC)  # midnight in Tijuana
    found = series([], start, end, "hour", "America/Tijuana")
    assert len(found) == hours
    days = series([("MX", end - HOUR, 1)], start, end, "day", "America/Tijuana")
    assert [step.items["MX"] for step in days] == [1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["US", "MX"]), st.integers(0, 9000), st.integers(1, 9)
        )
    ),
    st.sampled_from(["hour", "day"]),
    st.sampled_from(["America/Tijuana", "America/New_York", "America/Mexico_City"]),
)
def test_counts_add_up_in_any_order(found, by, tz):
    start, end = NOW, NOW + timedelta(minutes=9000)
    counts = [(side, start + timedelta(minutes=m), n) for side, m, n in found]
    steps = series(counts, start, end, by, tz)
    for side in ("US", "MX"):
        whole = sum(n for s, at, n in counts if s == side and start <= at < end)
        assert sum(step.items[side] for step in steps) == whole
    assert series(counts[::-1], start, end, by, tz) == steps


# --- rising stories ----------------------------------------------------------------


def test_a_new_story_of_several_outlets_has_jumped():
    assert is_jump(rise("s", came(0.5, 1, 1.5, 2, 3), USUAL, NOW))


def test_a_story_that_goes_on_as_before_has_not():
    steady = came(*(n * 0.5 for n in range(150)))
    found = rise("s", steady, USUAL, NOW)
    assert found.items == 12
    assert found.expected == pytest.approx(11.5, abs=0.6)
    assert not is_jump(found)


def test_few_items_or_one_outlet_are_no_jump():
    assert not is_jump(rise("s", came(0.5, 1, 1.5, 2), USUAL, NOW))
    alone = [("US", "Ledger", NOW - n * HOUR / 2) for n in range(9)]
    assert not is_jump(rise("s", alone, USUAL, NOW))


def test_the_rhythm_of_the_side_is_taken_out():
    # 18 items in the six hours before noon, after three days of 18 a day: three times
    # the rate, and nothing at all where three quarters of all items come then.
    moments = came(*(n / 3 for n in range(18)))
    moments += came(
        *(6 + n for n in range(0, 72, 4)), *(7 + n for n in range(0, 72, 4))
    )
    morning = Rhythm(
        tuple(30.0 if 6 <= hour % 24 < 12 else 3.0 for hour in range(WEEK)), 28
    )
    assert is_jump(rise("s", moments, USUAL, NOW))
    assert not is_jump(rise("s", moments, {"US": morning, "MX": morning}, NOW))


def test_the_surprise_is_the_exact_chance():
    # All of 3 items in 6 of 78 hours.
    found = rise("s", came(1, 2, 3), USUAL, NOW)
    assert found.surprise == pytest.approx(-3 * math.log(6 / 78))


def test_without_a_rhythm_every_hour_counts_the_same():
    unknown = {"US": NO_RHYTHM, "MX": NO_RHYTHM}
    moments = came(1, 2, 3, 20, 40)
    assert rise("s", moments, unknown, NOW) == rise("s", moments, USUAL, NOW)


def test_nothing_lately_is_no_rise():
    assert rise("s", came(7, 8, 9), USUAL, NOW) is None
    assert rise("s", came(-1, -2), USUAL, NOW) is None


def test_rising_stories_come_most_surprising_first():
    small = [("small", *of) for of in came(1, 2, 3, 4, 5)]
    large = [("large", *of) for of in came(*(n / 4 for n in range(20)))]
    steady = [("steady", *of) for of in came(*(n * 0.5 for n in range(150)))]
    found = rising([*small, *steady, *large], USUAL, NOW)
    assert [each.story for each in found] == ["large", "small"]


@given(st.lists(st.floats(0, 90), max_size=40), st.randoms(use_true_random=False))
def test_rises_do_not_depend_on_order_or_side(hours, rng: random.Random):
    moments = came(*hours)
    mirrored = came(*hours, side="MX")
    found = rise("s", moments, USUAL, NOW)
    assert rise("s", rng.sample(moments, len(moments)), USUAL, NOW) == found
    assert rise("s", mirrored, USUAL, NOW) == found
    if found:
        assert found.surprise >= 0
        more = rise("s", [*moments, *came(0.25)], USUAL, NOW)
        assert more.surprise >= found.surprise - 1e-9


# --- sides that fall quiet -----------------------------------------------------------


def counts(last=60, before=10, days=28):
    """Ten items an hour for weeks, and so many in the six hours that are judged."""
    end = NOW - HOUR
    found = {end - n * HOUR: before for n in range(1, 24 * days)}
    return found | {end - n * HOUR: last // 6 for n in range(1, 7)}


def test_a_side_that_stops_is_quiet():
    assert quiet(counts(0), FLAT, WELL, NOW).is_quiet


def test_a_side_as_usual_or_louder_is_not():
    for last in (60, 48, 600):
        found = quiet(counts(last), FLAT, WELL, NOW)
        assert (found.items, found.is_quiet) == (last, False)
    assert quiet(counts(600), FLAT, WELL, NOW).surprise == 0


def test_the_newest_hour_is_left_out():
    found = quiet(counts(), FLAT, WELL, NOW)
    assert (found.start, found.end) == (NOW - 7 * HOUR, NOW - HOUR)


@pytest.mark.parametrize(("times", "is_quiet"), [(4, True), (5, False)])
def test_a_side_that_is_often_quiet_is_not_told(times, is_quiet):
    hours = sorted(counts(), reverse=True)  # the last first
    silent = [h for n in range(times + 1) for h in hours[n * 24 : n * 24 + 6]]
    found = quiet(counts() | dict.fromkeys(silent, 0), FLAT, WELL, NOW)
    assert found.surprise > RARE
    assert found.is_quiet is is_quiet


def test_without_a_rhythm_nothing_is_quiet():
    young = Rhythm(FLAT.means, 6)
    assert not quiet(counts(0, days=6), young, WELL, NOW).is_quiet
    assert not quiet({}, NO_RHYTHM, WELL, NOW).is_quiet


@given(st.integers(0, 60))
def test_fewer_items_are_never_less_surprising(last):
    fewer = quiet(counts(max(0, last - 6)), FLAT, WELL, NOW)
    assert fewer.surprise >= quiet(counts(last), FLAT, WELL, NOW).surprise - 1e-9


def test_a_false_alarm_is_rare():
    rng = random.Random(7)

    def poisson(mean):
        return sum(rng.random() < mean / 100 for _ in range(100))

    history = {NOW - n * HOUR: poisson(10) for n in range(1, 24 * 28)}
    moments = [NOW - n * 6 * HOUR for n in range(60)]
    found = [quiet(history, FLAT, WELL, at) for at in moments]
    assert sum(each.is_quiet for each in found) == 0
    assert max(each.surprise for each in found) < RARE
