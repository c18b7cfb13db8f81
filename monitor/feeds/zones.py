"""
The zones that dates name: offsets, abbreviations, IANA names and, in English and
Spanish, the common names of the zones of the United States and Mexico.
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_LARGEST_OFFSET = timedelta(hours=14)  # Kiribati

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

_AMERICAN = re.compile(
    r"US/.*|Pacific/Honolulu|America/(?:New_York|Detroit|Chicago|Menominee|Denver|Boise"
    r"|Phoenix|Los_Angeles|Anchorage|Juneau|Sitka|Metlakatla|Yakutat|Nome|Adak"
    r"|(?:Kentucky|Indiana|North_Dakota)/.*)"
)
_MEXICAN = re.compile(
    r"Mexico/.*|America/(?:Mexico_City|Cancun|Merida|Monterrey|Matamoros|Chihuahua"
    r"|Ciudad_Juarez|Ojinaga|Mazatlan|Bahia_Banderas|Hermosillo|Tijuana)"
)
"""Both as the tz database's zone.tab lists them, and their old names."""

_REGIONS = {
    name: zone
    for zone, names in {
        "America/New_York": "et eastern este",
        "America/Chicago": "ct central centro",
        "America/Denver": "mt mountain montana",
        "America/Los_Angeles": "pt pacific pacifico",
    }.items()
    for name in names.split()
}
"""Each begins with the letter that its zone's abbreviations begin with."""
_MEXICAN_REGIONS = {"centro": "America/Mexico_City", "pacifico": "America/Mazatlan"}
"""By Mexico's law of 2022, where el Pacífico is Sinaloa and its neighbours."""
_MEXICAN_ALONE = {
    "noroeste": "America/Tijuana",
    "sureste": "America/Cancun",
    "mexico": "America/Mexico_City",
    "cdmx": "America/Mexico_City",
}

_SPANISH = re.compile(
    r"\b(?:hora|horario|tiempo)\s+(?:estandar\s+)?(?:del?\s+)?(?:la\s+)?(?:zona\s+)?"
    r"(?:ciudad\s+de\s+)?"
    r"(este|centro|montana|pacifico|noroeste|sureste|mexico|cdmx)\b"
)
_ENGLISH = re.compile(
    r"\b(eastern|central|mountain|pacific)(?:\s+(?:standard|daylight))?"
    r"(?:\s+time\b|[\s.)]*$)"
)
_OFFSET = re.compile(r"(?<!\d)([+-])(\d{1,2})(?::?([0-5]\d))?(?!\d)", re.ASCII)
_WORD = re.compile(r"[a-z]+")
_IANA = re.compile(
    r"\b(?:[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2}(?:[+-]\d{1,2})?"
    r"|EST5EDT|CST6CDT|MST7MDT|PST8PDT)(?![\w/])",
    re.ASCII,
)


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None for a name that only looks like one.

    The search for one that does not exist goes through the file system, 50 us each
    time; a whole date takes 15.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def writes_month_first(tz: str) -> bool:
    """Whether 03/02/2026 is the second of March to an outlet in this zone."""
    return _AMERICAN.fullmatch(tz) is not None


def named_zone(raw: str, text: str, local: datetime, home: ZoneInfo) -> tzinfo | None:
    """The zone that a date names: by IANA name, offset, phrase or abbreviation, if any.

    ``raw`` is the date as written; ``text`` the same folded, without day and time of
    day; ``local`` these two, without a zone; ``home`` the zone of the outlet.
    """
    for name in _IANA.findall(raw):
        if zone := zone_of(name):
            return zone
    if match := _OFFSET.search(text):
        sign, hours, minutes = match.groups(default="0")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset <= _LARGEST_OFFSET:
            return timezone(-offset if sign == "-" else offset)
    if match := _SPANISH.search(text) or _ENGLISH.search(text):
        return _region(match[1], local, home)
    words = (_abbreviated(word, local, home) for word in _WORD.findall(text))
    return next((zone for zone in words if zone), None)


def _region(name: str, local: datetime, home: ZoneInfo) -> tzinfo:
    """One that keeps summer time by itself; the outlet's own, if it can be meant."""
    if name in _MEXICAN_ALONE:
        return ZoneInfo(_MEXICAN_ALONE[name])
    if _letters(home, local) & {f"{name[0]}st", f"{name[0]}dt"}:
        return home
    is_mexican = _MEXICAN.fullmatch(home.key)
    return ZoneInfo((is_mexican and _MEXICAN_REGIONS.get(name)) or _REGIONS[name])


def _abbreviated(name: str, local: datetime, home: ZoneInfo) -> tzinfo | None:
    if name in ("et", "ct", "mt", "pt"):
        return _region(name, local, home)
    if name not in _OFFSETS:
        return None
    # US feeds write the winter name all year (the LA Times PST in July, feedparser
    # issue 160): on its home ground in summer it cannot be believed, and local time
    # is the better guess. In the hour that autumn repeats it can, and tells which of
    # the two is meant. Mexico's CST stays literal: no summer time since 2022.
    if name.endswith("st") and _letters(home, local) == {f"{name[:-2]}dt"}:
        return None
    return timezone(timedelta(hours=_OFFSETS[name]))


def _letters(zone: ZoneInfo, local: datetime) -> set[str]:
    """What a zone calls a local time: two names where clocks change, otherwise one."""
    instants = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return {(instant.tzname() or "").lower() for instant in instants}
