"""Which day a page shows: calendar days on one clock, and the way from one to the next.

The clock is Mexico City's: it never changes for summer, and lies between the coasts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.digest.phrases import Speaker
from monitor.readers import Subscriber, Watchlist
from monitor.web.catalogue import later

ZONE = "America/Mexico_City"
_DAY = timedelta(days=1)
YEARS = range(1970, 2400)
"""Wide enough for any news and narrow enough for every clock."""


@dataclass(frozen=True, slots=True)
class DayLink:
    """A day one can go to."""

    day: str
    """``2025-04-08``"""
    title: str


@dataclass(frozen=True, slots=True)
class DaysView:
    """The day shown and the ways to others; None where there is nothing to see."""

    day: str
    title: str
    zone: str
    previous: DayLink | None
    next: DayLink | None
    newest: DayLink | None


def reader(watchlists: Iterable[Watchlist]) -> Subscriber:
    """The dashboard as a subscriber: days from midnight to midnight, every list."""
    return Subscriber(
        name="dashboard",
        address="",
        language="en",
        tz=ZONE,
        time=time(0),
        watchlists=tuple(watchlist.name for watchlist in watchlists),
    )


def edition_date(day: date) -> date:
    """The date of the reader's edition that covers this day: it closes at midnight."""
    return day + _DAY


def day_of(moment: datetime) -> date:
    """The calendar day of a moment on the dashboard's clock."""
    return moment.astimezone(ZoneInfo(ZONE)).date()


def parse_day(text: str) -> date:
    """The day of an address such as ``/?day=2025-04-08``.

    Raises ValueError with a text of the catalogue, whose field is ``text``.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(later("{text}: expected a day such as 2025-04-08"))
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(later("{text}: there is no such day")) from error
    if day.year not in YEARS:
        message = later("{text}: expected a day of our times, such as 2025-04-08")
        raise ValueError(message)
    return day


def days_view(
    day: date, newest: date, first: date, last: date, speaker: Speaker
) -> DaysView:
    """``first`` and ``last`` are the days on which the monitor saw items.

    From a day outside them one goes straight back to the nearest of them.
    """
    return DaysView(
        day=day.isoformat(),
        title=speaker.long_date(day),
        zone=ZONE,
        previous=_link(min(day - _DAY, last), speaker) if day > first else None,
        next=_link(max(day + _DAY, first), speaker) if day < last else None,
        newest=_link(newest, speaker) if day != newest else None,
    )


def _link(day: date, speaker: Speaker) -> DayLink:
    return DayLink(day.isoformat(), speaker.day(day))
