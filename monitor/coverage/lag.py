"""
Who had a story first, by how much, and how far to trust the answer.

A side, or an outlet, *starts* with its first dated item that is no copy: an agency's
dispatch makes no leader of the paper that prints it. One that has copies alone starts
with the first of them and can only follow.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.comparison import LagCertainty, NoLeader
from monitor.model import Item

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Start:
    """Where one side, or one outlet, came into a story."""

    first: Item | None
    """None if it has no dated item."""
    is_copy: bool
    """Whether it has nothing better than a copy."""
    may_be_earlier: bool
    """Whether it has an undated item, of its own if ``first`` is, seen before that."""
    is_silent: bool
    """Whether it has no item at all."""


@dataclass(frozen=True, slots=True)
class Lag:
    """From one start to another."""

    ahead: int | None
    """Minutes by which the one came before the other, cut towards zero; negative if it
    came after. None if nobody can be called first."""
    certainty: LagCertainty | None
    """None where ``ahead`` is."""
    no_leader: NoLeader | None
    """None where ``ahead`` says who leads."""


def first_dated(items: Iterable[Item]) -> Item | None:
    """The earliest item whose date is the feed's own; None if every one is undated."""
    dated = (item for item in items if not is_undated(item))
    return min(dated, key=lambda item: (item.published, item.id), default=None)


def start(items: Iterable[Item], copies: Collection[str]) -> Start:
    """Where those who published these items came in; ``copies`` are ids."""
    everything = list(items)
    own = [item for item in everything if item.id not in copies]
    found = first_dated(own)
    counted = own if found else everything
    first = found or first_dated(everything)
    return Start(
        first=first,
        is_copy=first is not None and found is None,
        may_be_earlier=first is not None
        and any(is_undated(item) and item.seen < first.published for item in counted),
        is_silent=not everything,
    )


def lag(one: Start, other: Start) -> Lag:
    """By how much the one came before the other.

    Feeds date their items to the minute at best, so less than a minute is no lead. A
    copy leads nobody: where it came before the other's own first text, nobody does.
    """
    if one.is_silent or other.is_silent:
        return Lag(None, None, "silent")
    if one.first is None or other.first is None:
        return Lag(None, None, "undated")
    ahead = minutes_between(one.first, other.first)
    leads_by_copy = one.is_copy if ahead > 0 else other.is_copy
    if (one.is_copy and other.is_copy) or (ahead and leads_by_copy):
        return Lag(None, None, "copies")
    return Lag(ahead, _certainty(one, other), None if ahead else "same-minute")


def minutes_between(one: Item, other: Item) -> int:
    """From the one's publication to the other's, cut towards zero."""
    ahead = other.published - one.published
    minutes = abs(ahead) // _MINUTE
    return minutes if ahead > timedelta(0) else -minutes


def is_undated(item: Item) -> bool:
    """Whether its time of publication is when we saw it."""
    return item.date_source == "fetched"


def _certainty(one: Start, other: Start) -> LagCertainty:
    """The worst of the doubts that ``LagCertainty`` documents."""
    if one.may_be_earlier or other.may_be_earlier:
        return "poll-bounded"
    sources = {s.first.date_source for s in (one, other) if s.first}
    return "default-zone" if "default-zone" in sources else "feed"
