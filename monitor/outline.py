"""
What lists show of stories, and what is asked of a list. Frozen values, as in
``model.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from monitor.comparison import LagCertainty, NoLeader
from monitor.model import Country, Language

Told = Literal["US", "MX", "both", "only-US", "only-MX"]
"""Which sides tell a story: that one at all, both of them, or that one alone."""
Order = Literal["newest", "first", "largest", "lag"]
"""Of stories: by the newest item, the newest first; by the first item, the newest
first; by the number of items; by the lag, the longest first and those without one
last."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Headline:
    """A story's first headline in one language."""

    text: str
    is_translation: bool
    """Whether no item of the story is in that language."""


@dataclass(frozen=True, slots=True)
class SideOutline:
    """How much one country has of one story."""

    items: int
    outlets: tuple[str, ...]
    """In the order in which they had the story."""
    owners: int
    texts: int
    """Independent ones among its items."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One story as lists show it: its Coverage without the items."""

    story: str
    headlines: Mapping[Language, Headline]
    """Of the languages in which it has any."""
    first_seen: datetime
    """When its first item was published."""
    last_seen: datetime
    """When its newest item was published."""
    seen: datetime
    """When we saw the item that came to us last."""
    leader: Country | None
    no_leader: NoLeader | None
    lag_minutes: int | None
    lag_certainty: LagCertainty | None
    """These four as in ``Coverage``."""
    texts: int
    """Independent ones of both sides; one that both have counts once."""
    sides: Mapping[Country, SideOutline]
    """Always both sides."""
    languages: tuple[Language, ...]
    """Those its items are written in, English first."""
    themes: tuple[str, ...]
    """Names, in the order of the lexicon."""
    watchlists: tuple[str, ...]
    """Names, in the order of the lists."""

    @property
    def items(self) -> int:
        """Of both sides."""
        return sum(side.items for side in self.sides.values())

    @property
    def crosses_border(self) -> bool:
        """Whether both sides cover it."""
        return all(side.items for side in self.sides.values())


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is narrowed down to; what is None narrows nothing."""

    start: datetime | None = None
    """Stories under way from then on: with an item published at that moment or later.
    Items published from then on."""
    end: datetime | None = None
    """Stories that began before, items published before."""
    side: Told | None = None
    """Items: of that country; of stories that both tell; of those one alone tells."""
    language: Language | None = None
    """Stories with an item in it."""
    outlet: str | None = None
    theme: str | None = None
    certainty: LagCertainty | None = None
    """Stories: of the lag. Items: of the date; ``poll-bounded`` are the undated."""
    leader: Country | None = None
    """Stories that this side had first, and their items."""
    watchlist: str | None = None


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of a list."""

    rows: tuple[T, ...]
    after: str | None
    """Where the next page begins; None after the last row."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has."""

    number: int
    is_more: bool = False
    """Whether there are more: ``number`` is as far as anybody counted."""


@dataclass(frozen=True, slots=True)
class DayStories:
    """Ids of the stories with an item of one day, the largest first."""

    both: tuple[str, ...]
    only: Mapping[Country, tuple[str, ...]]
    """Stories that one side alone tells, by that side."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, those of both sides first."""
        return (*self.both, *(story for side in self.only.values() for story in side))


@dataclass(frozen=True, slots=True)
class OutletVolume:
    """What one outlet published in a stretch of time."""

    outlet: str
    side: Country
    items: int
    stories: int
    """Under way in that time, with an item of the outlet at any time."""


@dataclass(frozen=True, slots=True)
class StoryVolume:
    """What came of one story in a stretch of time."""

    story: str
    items: int
    """Those that came in it."""
    sides: frozenset[Country]
    """That tell the story at its end."""
