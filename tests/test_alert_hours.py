from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.hours import quiet_until
from monitor.readers import QuietHours

ZONES = (
    *("America/Tijuana", "America/Ciudad_Juarez", "America/Mexico_City"),
    *("America/New_York", "UTC"),
)
START = datetime(2026, 1, 1, tzinfo=UTC)
NIGHT = QuietHours(time(22), time(7), "America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_without_quiet_hours_there_are_none():
    assert quiet_until(None, at("2026-03-02T23:00-05:00")) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T21:59:59-05:00", None),
        ("2026-03-02T22:00-05:00", "2026-03-03T07:00-05:00"),
        ("2026-03-03T00:00-05:00", "2026-03-03T07:00-05:00"),
        ("2026-03-03T06:59:59-05:00", "2026-03-03T07:00-05:00"),
        ("2026-03-03T07:00-05:00", None),
    ],
)
def test_they_last_across_midnight(now, until):
    assert quiet_until(NIGHT, at(now)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("now", "until"),
    [("12:59", None), ("13:00", "15:00"), ("14:59", "15:00"), ("15:00", None)],
)
def test_they_may_lie_within_a_day(now, until):
    siesta = QuietHours(time(13), time(15), "UTC")
    found = quiet_until(siesta, at(f"2026-03-02T{now}+00:00"))
    assert found == (at(f"2026-03-02T{until}+00:00") if until else None)


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter():
    """2026-03-08 in New York: 02:00 EST is 03:00 EDT."""
    start = at("2026-03-07T22:00-05:00")
    assert quiet_until(NIGHT, start) == at("2026-03-08T07:00-04:00")
    assert quiet_until(NIGHT, start) - start == timedelta(hours=8)


def test_the_night_in_which_clocks_go_back_is_an_hour_longer():
    """2026-11-01 in New York: 02:00 EDT is 01:00 EST."""
    start = at("2026-10-31T22:00-04:00")
    assert quiet_until(NIGHT, start) == at("2026-11-01T07:00-05:00")
    assert quiet_until(NIGHT, start) - start == timedelta(hours=10)


def test_an_end_that_occurs_twice_is_the_second_one():
    early = QuietHours(time(22), time(1, 30), "America/New_York")
    assert quiet_until(early, at("2026-11-01T01:45-04:00")) == at(
        "2026-11-01T01:30-05:00"
    )


def test_a_start_that_occurs_twice_is_the_first_one():
    late = QuietHours(time(1, 30), time(7), "America/New_York")
    assert quiet_until(late, at("2026-11-01T01:30-04:00")) is not None
    assert quiet_until(late, at("2026-11-01T01:10-05:00")) is not None
    assert quiet_until(late, at("2026-11-01T01:29-04:00")) is None


@pytest.mark.parametrize("quiet", [(time(22), time(2, 30)), (time(2, 30), time(7))])
def test_a_time_that_is_left_out_is_the_jump(quiet):
    hours = QuietHours(*quiet, "America/New_York")
    jump = at("2026-03-08T03:00-04:00")
    is_end = quiet[1] == time(2, 30)
    assert (quiet_until(hours, jump) is None) is is_end
    assert (quiet_until(hours, jump - timedelta(seconds=1)) is None) is not is_end
    if is_end:
        assert quiet_until(hours, jump - timedelta(seconds=1)) == jump


@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
    st.integers(0, 730 * 24 * 60).map(lambda n: START + timedelta(minutes=n)),
)
def test_their_end_lies_ahead_within_a_day_and_is_no_quiet_hour(start, end, tz, now):
    if start == end:
        return
    until = quiet_until(QuietHours(start, end, tz), now)
    wall = now.astimezone(ZoneInfo(tz)).time()
    is_quiet = start <= wall < end if start < end else wall >= start or wall < end
    if until is None:
        # But for the hour that a clock shows twice or leaves out.
        shifted = {now + timedelta(hours=h) for h in (-1, 1)}
        offsets = {m.astimezone(ZoneInfo(tz)).utcoffset() for m in shifted}
        assert not is_quiet or len(offsets) > 1
        return
    assert now < until <= now + timedelta(hours=25)
    assert quiet_until(QuietHours(start, end, tz), until) is None
