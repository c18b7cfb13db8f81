"""
The nouns, in the order data meets them. Frozen values: no I/O, no clock.

Datetimes are aware and in UTC. A *language* is ``en`` or ``es``; a *country* is an
ISO 3166 code and, for stories, a *side*: ``US`` or ``MX``. The two are independent:
Univision is US + es, Mexico News Daily is MX + en.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Language = Literal["en", "es"]
Country = Literal["US", "MX"]
DateSource = Literal["feed", "default-zone", "fetched"]
"""Where ``Item.published`` comes from: the feed's own date and offset; the feed's date
read in the outlet's zone, since it names none; or the minute we saw it, where the feed
gives no date, or one that lies ahead and cannot be believed, or the day alone: then it
is the minute we saw it or, if that came later, the day's last."""
Doubt = Literal["undated", "future"]
"""Why an item's date is not believed: none can be read, or it lies ahead."""
Reach = Literal["all", "headlines", "none"]
"""How much of an item is translated: its title and summary, its title, or nothing."""
FailureKind = Literal["soft", "hard", "dns", "gone"]
"""Why a poll failed: a trouble that passes by itself (a timeout, 404, 429, 5xx); one
that lasts until a person acts (no feed there, refused, unsafe); a host name that cannot
be found; or 410, by which a feed says that it has ended."""

LANGUAGES: tuple[Language, ...] = ("en", "es")
OTHER: Mapping[Language, Language] = {"en": "es", "es": "en"}
SIDES: tuple[Country, ...] = ("US", "MX")
OTHER_SIDE: Mapping[Country, Country] = {"US": "MX", "MX": "US"}


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as feeds.yaml states it; polling never changes it."""

    url: str
    outlet: str
    country: Country
    language: Language
    kind: str
    owner: str
    tz: str
    drop_params: tuple[str, ...] = ()
    """Query parameters of its links that do not tell one item from another."""
    id_pattern: str | None = None
    """Regular expression with one group: the outlet's own item id in a link."""
    recurring_titles: tuple[str, ...] = ()
    """Regular expressions of columns whose title repeats from day to day."""
    local: bool = False
    """Whether the feed may live on a private or loopback address."""
    translate: Reach = "all"
    """How much of its items is translated."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling has taught us about a feed."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    failures: int = 0
    """Failed polls in a row."""
    error: str | None = None
    """Why the last poll failed; None after a good one."""
    failure: FailureKind | None = None
    """Of which kind that was."""
    moved_to: str | None = None
    """Where a permanent redirect sends us."""
    last_poll: datetime | None = None
    last_good: datetime | None = None
    """When its document was last read, or known unchanged, without error."""
    next_poll: datetime | None = None
    interval_minutes: int | None = None
    """How long to wait between polls, learnt from how much was new; None before."""
    last_full: datetime | None = None
    """When its whole document last came, whatever it said of itself."""
    distrusts_validators: bool = False
    """Whether its ETag once stayed the same over another body: 304 proves nothing."""
    retired: datetime | None = None
    """When it answered 410; from then on it is asked only by name."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as fetched."""

    url: str
    """Where it was found in the end, after redirects."""
    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    moved_to: str | None = None
    """The new address, if every redirect on the way was permanent; the feed's own, if
    it is back there."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A feed's word (304) that its document is the one we know."""

    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of one feed, as published."""

    id: str
    feed: str
    """The feed's url."""
    outlet: str
    country: Country
    language: Language
    url: str
    title: str
    summary: str
    published: datetime
    published_raw: str
    """The date as the feed wrote it; empty if it gave none."""
    date_source: DateSource
    seen: datetime
    """When we first saw it."""
    recurring: bool = False
    """Whether its title is one of the outlet's recurring columns."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One item as one document shows it."""

    item: Item
    """Its id is the one it gets if none of ``keys`` is known."""
    keys: tuple[str, ...]
    """What it may be known by, the surest first."""
    digest: str
    """Of the bytes that show it: the same digest needs no second reading."""
    doubt: Doubt | None = None
    """None, too, where the date gives the day alone."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document holds."""

    sightings: tuple[Sighting, ...]
    """The items read, in the document's order."""
    known: tuple[str, ...] = ()
    """Digests of the items that were known and not read again."""


@dataclass(frozen=True, slots=True)
class PollDay:
    """What one feed's polls of one day, in UTC, came to."""

    feed: str
    day: date
    polls: int
    failures: int
    new: int
    """Items not seen before."""
    duplicates: int
    """Items that another feed of the outlet, or another address, had shown before."""
    undated: int
    """Of the new ones and duplicates, as is ``future``."""
    future: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One reason for which one feed failed, and how often."""

    feed: str
    kind: FailureKind
    reason: str
    first: datetime
    last: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Translation:
    """One item in another language, by one engine."""

    item: str
    language: Language
    """The language translated into."""
    engine: str
    engine_version: str
    title: str
    summary: str | None
    """None where only the headline is translated, or only the headline so far."""
    warnings: tuple[str, ...] = ()
    """Why a reader should doubt it; empty when every check passed. What is doubted of
    the summary begins with ``summary:``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An item as the clusterer reads it: the original beside its English."""

    item: Item
    english_title: str
    english_summary: str
    """The original for English items, otherwise a translation; empty without one."""
    doubts: tuple[str, ...] = ()
    """``Translation.warnings`` of that translation."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item is in its story."""

    parts: Mapping[str, float]
    """Channel -> its share of the score; the shares add up to the score."""
    shared: tuple[str, ...] = ()
    """Names, numbers and words the item shares with the story, strongest first."""
    nearest: str | None = None
    """The item of the story it is closest to; None if it opened the story."""
    runner_up: str | None = None
    """The story it would be in otherwise; None if no other has anything in common."""
    runner_up_score: float = 0.0
    """How likely the item belongs there instead, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One item's membership in a story."""

    item: str
    story: str
    score: float
    """How likely it belongs there, 0 to 1; for an opener, to the best other story."""
    why: Why
    copy_of: str | None = None
    """The item whose text it repeats, if it is one outlet's or agency's copy of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item inside its story, with what a reader needs beside it."""

    item: Item
    assignment: Assignment
    translations: Mapping[Language, Translation]
    """The preferred translation into each language the item is not written in."""


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one event, across languages and days."""

    id: str
    members: tuple[Member, ...]
    """By (published, id)."""

    @property
    def first_seen(self) -> datetime:
        """When its first item was published."""
        return min(m.item.published for m in self.members)

    @property
    def last_seen(self) -> datetime:
        """When its newest item was published."""
        return max(m.item.published for m in self.members)

    def headline(self, language: Language) -> str | None:
        """Its first headline in a language: an original before a translation."""
        own = (m.item.title for m in self.members if m.item.language == language)
        made = (
            m.translations[language].title
            for m in self.members
            if language in m.translations and m.translations[language].title
        )
        return next(own, next(made, None))
