"""Until when nobody wants to be told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.readers import QuietHours


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """When the quiet hours that hold ``now`` end, in UTC; None outside of them.

    They go by the clock on the wall: in the night in which it is put forward they are
    an hour shorter, in the one in which it is put back an hour longer. A time of day
    that occurs twice begins them the first time and ends them the second; one that is
    left out begins or ends them at the jump.
    """
    if quiet is None:
        return None
    today = now.astimezone(ZoneInfo(quiet.tz)).date()
    for day in (today - timedelta(days=1), today):
        ends = day if quiet.start < quiet.end else day + timedelta(days=1)
        start = _moment(datetime.combine(day, quiet.start), quiet.tz, is_end=False)
        end = _moment(datetime.combine(ends, quiet.end), quiet.tz, is_end=True)
        if start <= now < end:
            return end
    return None


def _moment(wall: datetime, tz: str, is_end: bool) -> datetime:
    """When a zone's clock shows this: of two such moments the last, if it is an end."""
    zone = ZoneInfo(tz)
    first, last = sorted(
        wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    shown = last.astimezone(zone).replace(tzinfo=None)
    if shown == wall:
        return last if is_end else first
    return _jump(first, last, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When between two moments, less than a day apart, a zone's clock is changed."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
