"""
The dates that feeds write, in English and Spanish, to instants in UTC.

feedparser's own reading is not used: it takes a date without a zone for UTC, reads
``2:00 PM CST`` as two in the morning, 2026/11/20 as the first of the month, and no
Spanish at all.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.model import DateSource
from monitor.text import fold, squeeze

_AHEAD = timedelta(hours=1)  # servers' clocks run ahead, and embargoes lapse
_OLDEST_YEAR = 1990  # years 1, 1900 and 1970 are how software writes "no date"
_NEWEST_YEAR = 9998  # the last that no zone and no 24:00 can push past datetime.max
_LONGEST = 120  # characters; no date needs more
_LARGEST_OFFSET = timedelta(hours=14)  # Kiribati

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago agto",
            "september sept sep septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre novbre",
            "december dec diciembre dic dicbre",
        ),
        start=1,
    )
    for name in names.split()
}
_OFFSETS = {
    name: hours
    for hours, names in {
        0: "z ut utc gmt wet",
        1: "bst cet",
        2: "cest",
        -3: "adt",
        -4: "ast edt",
        -5: "est cdt",
        -6: "cst mdt",
        -7: "mst pdt",
        -8: "pst akdt",
        -9: "akst",
        -10: "hst",
    }.items()
    for name in names.split()
}
"""Hours ahead of UTC of the names that US, Mexican and Spanish feeds write."""
_REGIONS = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>\d{4}|\d\d)(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|o)?"
_GAP = r"(?:[\s,./-]|\b(?:de|del|of)\b)*"
_TIME = re.compile(
    r"(?<![\d:])(?<!\d[+-])(?P<hour>\d{1,2})(?::|h(?=\d))(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,]\d+)?)?(?!\d)"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?",
    re.ASCII,
)
_HOUR = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?\s?m\b\.?", re.ASCII
)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?)?(?!\d)", re.ASCII)
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"{_DAY}{_GAP}(?P<name>{_MONTH})\b{_GAP}{_YEAR}",
        rf"\b(?P<name>{_MONTH})\b{_GAP}{_DAY}{_GAP}(?P<year>\d{{4}})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?!\d)",
    )
)
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d*)?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d\d))?(?!\d)", re.ASCII)
_WORD = re.compile(r"[a-z]+")
_IANA = re.compile(r"\b[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2}\b")


def read_date(raw: str, tz: str, now: datetime) -> tuple[datetime, DateSource]:
    """When an item was published, in UTC, and where we know it from.

    ``raw`` is the feed's own text, ``tz`` the IANA name of the zone in which to read
    it if it names none. A date that is missing, unreadable, or more than an hour
    after ``now`` gives ``now`` and ``fetched``: clamping it would make a date up.

    >>> noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> raw = "vie, 20 nov. 2026, 2:30 p.m."
    >>> when, known_from = read_date(raw, "America/Mexico_City", noon)
    >>> when.isoformat(), known_from
    ('2026-11-20T20:30:00+00:00', 'default-zone')
    """
    found = _read(squeeze(raw)[:_LONGEST], ZoneInfo(tz))
    if found is None or found[0] > now + _AHEAD:
        return now, "fetched"
    return found


def _read(raw: str, home: ZoneInfo) -> tuple[datetime, DateSource] | None:
    if epoch := _EPOCH.fullmatch(raw):
        return _in_utc(datetime.fromtimestamp(int(epoch[1]), UTC), "feed")
    text = _COMPACT.sub(_spread_out, fold(raw).replace("−", "-"))
    clock, text = _time(text)
    local, text = _date(text)
    if local is None or clock is None:
        return None
    local += clock
    zone = _zone(raw, text, local, home)
    if zone is None:
        return _in_utc(local.replace(tzinfo=home), "default-zone")
    return _in_utc(local.replace(tzinfo=zone), "feed")


def _in_utc(when: datetime, known: DateSource) -> tuple[datetime, DateSource] | None:
    return (when.astimezone(UTC), known) if when.year >= _OLDEST_YEAR else None


def _spread_out(match: re.Match[str]) -> str:
    """20261120t140000 -> 2026-11-20 14:00:00."""
    year, month, day, hour, minute, second = match.groups()
    clock = f" {hour}:{minute}:{second or '00'}" if hour else ""
    return f"{year}-{month}-{day}{clock} "


def _time(text: str) -> tuple[timedelta | None, str]:
    """The time of day, and the text without it; midnight if it gives none."""
    match = _TIME.search(text) or _HOUR.search(text)
    if match is None:
        return timedelta(), text
    parts = match.groupdict()
    hour = _hour(int(parts["hour"]), parts["half"])
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    # 24:00 is the end of the day and :60 a leap second: both roll over.
    if hour > 24 or minute > 59 or second > 60:
        return None, rest
    return timedelta(hours=hour, minutes=minute, seconds=second), rest


def _hour(hour: int, half: str | None) -> int:
    """On the 24-hour clock; ``14:00 pm`` is 14:00."""
    if half is None or hour > 12:
        return hour
    return hour % 12 + (12 if half == "p" else 0)


def _date(text: str) -> tuple[datetime | None, str]:
    """The day, at midnight without a zone, and the text without it."""
    for pattern in _DATES:
        if match := pattern.search(text):
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            return _day(match.groupdict()), rest
    return None, text


def _day(parts: dict[str, str]) -> datetime | None:
    day, year = int(parts["day"]), _full_year(parts["year"])
    month = _MONTHS[parts["name"]] if "name" in parts else int(parts["month"])
    if month > 12 >= day:  # 11/20/2026 can only be American
        day, month = month, day
    try:
        midnight = datetime(year, month, day)  # noqa: DTZ001 - its zone is read later
    except ValueError:
        return None
    return midnight if year <= _NEWEST_YEAR else None


def _full_year(digits: str) -> int:
    """RFC 2822, section 4.3: two digits below 50 belong to this century."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _zone(raw: str, text: str, local: datetime, home: ZoneInfo) -> tzinfo | None:
    """The zone a date names: an IANA name, an offset or an abbreviation, if any."""
    for name in _IANA.findall(raw):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # it only looks like a zone
            continue
    if match := _OFFSET.search(text):
        sign, hours, minutes = match.groups(default="0")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset <= _LARGEST_OFFSET:
            return timezone(-offset if sign == "-" else offset)
    words = (_named(word, local, home) for word in _WORD.findall(text))
    return next((zone for zone in words if zone), None)


def _named(name: str, local: datetime, home: ZoneInfo) -> tzinfo | None:
    if name in _REGIONS:
        is_home = _letters(home, local) in {f"{name[0]}st", f"{name[0]}dt"}
        return home if is_home else ZoneInfo(_REGIONS[name])
    if name not in _OFFSETS:
        return None
    # US feeds write the winter name all year (the LA Times PST in July, feedparser
    # issue 160): on its home ground in summer it cannot be believed, and local time
    # is the better guess. Mexico's CST stays literal: no summer time since 2022.
    if name.endswith("st") and _letters(home, local) == f"{name[:-2]}dt":
        return None
    return timezone(timedelta(hours=_OFFSETS[name]))


def _letters(zone: ZoneInfo, local: datetime) -> str:
    return (local.replace(tzinfo=zone).tzname() or "").lower()
