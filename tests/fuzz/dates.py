"""Dates of feeds: any text is an instant in UTC that is not ahead, in little time."""

from datetime import UTC, timedelta

from builders import NOW
from fuzz import feeds
from fuzz.driver import bounded
from monitor.feeds.dates import is_ahead, read_date, read_day

MAX_LENGTH = 600
ZONES = ("America/Mexico_City", "America/New_York", "America/Tijuana", "UTC")
WORDS = (
    *(*feeds.DATES, "de la tarde", "p. m.", "st", "°", "(", ")", "<i>", "T", "W53-7"),
    *("24:00:00", "23:59:60", "Z", "+99:99", "-0000", "a las", " al ", "/", "\u202f"),
    *("martes", "miércoles", "septiembre", "Sept.", "noon", "366", "1.5", "٣", "２"),
)


def seeds() -> list[bytes]:
    """One for each zone and form."""
    return [bytes([n % len(ZONES)]) + d.encode() for n, d in enumerate(feeds.DATES)]


def check(data: bytes, allowance: float = 1.0) -> int:
    """1 where the text is a date, else 0; AssertionError if a promise is broken."""
    tz, raw = (
        ZONES[data[0] % len(ZONES) if data else 0],
        data[1:].decode(errors="ignore"),
    )
    with bounded(data, 0.2 * allowance):
        when, source = read_date(raw, tz, NOW)
        day = read_day(raw, tz, NOW)
        ahead = is_ahead(raw, tz, NOW)
    assert when.tzinfo is UTC, repr(when)
    assert when <= NOW + timedelta(hours=1), f"ahead: {when}"
    assert when.year >= 1989, f"before there were feeds: {when}"  # noon of 1990 may be
    assert source in ("feed", "default-zone", "fetched")
    assert source != "fetched" or when in (NOW, day), f"made up: {when}"
    assert source == "fetched" or not ahead, "both believed and ahead"
    assert day is None or (day <= NOW and source == "fetched"), f"day {day}"
    if (
        source == "feed"
    ):  # it says its zone, or needs none: no other zone of that country changes it
        other = "America/Denver" if tz == "America/New_York" else "America/Cancun"
        assert read_date(raw, other, NOW)[0] == when
    again, _ = read_date(when.isoformat(), tz, NOW)
    assert again == when, "our own spelling is read otherwise"
    return int(source != "fetched")
