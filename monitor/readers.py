"""
Who reads what the monitor finds, and what each of them gets. Frozen values, as in
``model.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from monitor.comparison import Coverage, FeedHealth
from monitor.model import LANGUAGES, Country, Language
from monitor.query import Or, Query, Term


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What an analyst follows, in either language: any of its terms, or a query."""

    name: str
    terms: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    """What else the terms are called, looked for in texts of that language alone."""
    es: tuple[str, ...] = ()
    query: Query | None = None
    """Instead of terms."""

    @property
    def asks(self) -> Query:
        """The query, or the one that asks for any of the terms."""
        if self.query is not None:
            return self.query
        # What the terms are called elsewhere counts for all of them at once.
        called = [Term(term, self.en, self.es) for term in self.terms[:1]]
        return Or((*called, *map(Term, self.terms[1:])))


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
