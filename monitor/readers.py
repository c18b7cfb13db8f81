"""
Who reads what the monitor finds, and what each of them gets. Frozen values, as in
``model.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from monitor.comparison import Coverage, FeedHealth
from monitor.model import LANGUAGES, Country, Language


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Terms an analyst follows, in either language."""

    name: str
    terms: tuple[str, ...]
    en: tuple[str, ...] = ()
    """What else the terms are called, looked for in texts of that language alone."""
    es: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader of the daily digest."""

    name: str
    address: str
    language: Literal["en", "es", "both"]
    tz: str
    time: time
    """When the edition is due, in the subscriber's zone."""
    watchlists: tuple[str, ...] = ()
    translate: bool = True
    """Whether translations stand beside the originals."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those the edition speaks, the page's own first."""
        return LANGUAGES if self.language == "both" else (self.language,)


AlertKind = Literal["watchlist", "crossing", "jump", "blind-spot", "quiet"]
"""What an alert may tell: a story matches a watch-list, has crossed the border, jumps
in volume, is a blind spot of one side; or one side's feeds have gone quiet."""

ALERT_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, on one zone's clock, nobody wants to be told."""

    start: time
    end: time
    """Earlier than ``start`` where a midnight lies between."""
    tz: str


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody wants to be told at once, and through which channels."""

    name: str
    on: tuple[AlertKind, ...]
    to: str = ""
    """Name of the environment variable that holds Apprise addresses."""
    webhook: str = ""
    """Web address that is posted to; the one of ``to`` and ``webhook`` is empty."""
    secret: str = ""
    """Name of the environment variable that holds the webhook's secret."""
    watchlists: tuple[str, ...] = ()
    """Only stories that match one of them; empty: any story."""
    themes: tuple[str, ...] = ()
    """Only stories of one of them; empty: of any theme or none."""
    language: Literal["en", "es", "both"] = "both"
    cooldown: timedelta = timedelta(hours=6)
    """At least so long lies between two messages on one story or side."""
    quiet_hours: QuietHours | None = None
    local: bool = False
    """Whether the webhook may live on a private or loopback address."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those the alert speaks, English first."""
        return LANGUAGES if self.language == "both" else (self.language,)


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest for one subscriber and date."""

    subscriber: Subscriber
    date: date
    start: datetime
    end: datetime
    """Stories with an item published or first seen in [start, end)."""
    both: tuple[Coverage, ...]
    only: Mapping[Country, tuple[Coverage, ...]]
    """Stories that one side alone covers, by that side."""
    watched: Mapping[str, tuple[str, ...]]
    """Story id -> names of the subscriber's watch-lists it matches."""
    health: tuple[FeedHealth, ...]
    untranslated: int
    """Items in the window that have no translation a reader would need."""
    translator: str
    """Which engine made the translations, or why there are none."""


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """An edition as mail parts."""

    subject: str
    html: str
    text: str
