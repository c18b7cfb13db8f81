"""
What comparing the two sides of a story comes to. Frozen values, as in ``model.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model import SIDES, Country, Feed, FeedState, Item, Story

LagCertainty = Literal["feed", "default-zone", "poll-bounded"]
"""How far to trust a lag. ``feed``: both first dates carry their own offset.
``default-zone``: one of them was read in its outlet's zone. ``poll-bounded``: a side
has an undated item seen before its first dated one, so that side may be earlier."""
NoLeader = Literal["silent", "undated", "same-minute", "copies"]
"""Why neither side leads. ``silent``: one has no items. ``undated``: one has no dated
item. ``same-minute``: their first ones came within the same minute. ``copies``: each
side only repeats others' texts, or one does and did so before the other wrote."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """How one outlet took up a story: its first item of it."""

    outlet: str
    side: Country
    item: Item
    minutes: int | None
    """After the first dated item of the story that is no copy, whole minutes towards
    zero; negative for a copy that came before it, None where either is undated."""
    is_copy: bool
    """Whether that item repeats another's text: a copy makes no leader."""


@dataclass(frozen=True, slots=True)
class SideCoverage:
    """How one country covers one story."""

    items: tuple[Item, ...]
    """By (published, id)."""
    outlets: tuple[str, ...]
    """In the order in which they had the story."""
    owners: tuple[str, ...]
    """Distinct owners of those outlets, sorted."""
    first: Item | None
    """What its lag rests on: the earliest dated item that is no copy; where every dated
    one is a copy, the earliest of those; None if every item is undated."""
    copies: frozenset[str]
    """Ids of its items that repeat another's text, or an agency's."""
    texts: int
    """Independent texts among its items."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Compare's answer for one story."""

    story: Story
    sides: Mapping[Country, SideCoverage]
    """Always both sides; a silent one has no items."""
    leader: Country | None
    """Who had it first, by a text of its own; None if nobody can be said to."""
    no_leader: NoLeader | None
    """Why nobody can; None if there is a leader."""
    lag_minutes: int | None
    """From the leader's first item to the other side's; None without a comparison."""
    lag_certainty: LagCertainty | None
    texts: int
    """Independent texts of both sides; one that both have counts once."""
    pickups: tuple[Pickup, ...]
    """How it spread: one for each outlet of a side, by (published, id) of its item."""

    @property
    def crosses_border(self) -> bool:
        """Whether both sides cover it."""
        return all(self.sides[side].items for side in SIDES)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """Whether a side's silence can be believed."""

    feed: Feed
    state: FeedState
    is_healthy: bool
    """Whether its last poll went well and lies within a day."""


@dataclass(frozen=True, slots=True)
class SideHealth:
    """Whether one side's silence over a stretch of time can be believed."""

    side: Country
    feeds: int
    """How many feeds of the side are followed."""
    down: int
    """How many of them were not read well throughout."""
    share_down: float
    """Of the side's usual volume, what they carry on the days on which they were not
    read, 0 to 1; of its feeds, where no volume is known yet."""

    @property
    def can_tell(self) -> bool:
        """Whether enough of the side was read for its silence to mean something."""
        return self.feeds > 0 and self.share_down <= MOST_DOWN


MOST_DOWN = 0.2
"""Share of a side's usual volume without which its silence says nothing."""

BlindSpotEnd = Literal["picked-up", "faded", "corrected"]
"""Why a blind spot is one no more: the silent side covers the story; the story came to
an end in silence; a correction took its items elsewhere."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one outlet has of one story."""

    story: str
    side: Country
    outlet: str
    first: datetime
    """When its first item was published, or seen where undated, as is ``last``."""
    last: datetime
    items: int
    texts: int
    """Those that repeat no other item."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A story that one side covers and the other does not."""

    story: str
    silent: Country
    since: datetime
    """When the covering side's first item was published, or seen where undated."""
    items: int
    """On the covering side, as are the next three."""
    outlets: int
    owners: int
    texts: int
    """Independent ones."""
    expected: float
    """Items that the silent side would have by now if it gave the story the share of
    its usual volume that the covering side does, theme by theme."""
    covered: int
    """Of ``of`` stories like it in the last four weeks, how many the silent side took
    up within the hours that have passed."""
    of: int
    health: SideHealth
    """The silent side's, from ``since`` until now. Where it cannot tell, nothing is
    claimed."""
    opened: datetime | None = None
    """When it was first claimed; None if it never was."""
    closed: datetime | None = None
    end: BlindSpotEnd | None = None
