"""
How often a side took up what the other one had first: the stories of the last four
weeks, against which a silence of today is held.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.comparison import Part
from monitor.coverage.volumes import HISTORY
from monitor.model import OTHER_SIDE, SIDES, Country

_SIZES = (2, 3, 5, 9)
"""Where buckets of sizes begin, in owners: few stories have many, and one of two is
taken up far less often than one of nine."""
LEAST_OWNERS = _SIZES[0]


@dataclass(frozen=True, slots=True)
class Told:
    """How a story that one side had first went on."""

    story: str
    side: Country
    """The one that had it first."""
    names_other: bool
    """Whether its items name the other side."""
    first: datetime
    owners: tuple[float, ...]
    """Hours after ``first`` at which one more owner of that side had it."""
    taken_up: float | None
    """Hours after ``first`` at which the other side had it; None if it has not."""


def told(
    parts: Mapping[str, Sequence[Part]],
    owners: Mapping[str, str],
    naming: frozenset[str],
) -> list[Told]:
    """The stories that one side had first, of two owners or more, by story.

    ``parts`` has the parts of each story; ``owners`` maps an outlet to its owner;
    ``naming`` are the stories that name the other side. Where both sides came at once,
    neither took it up.
    """
    found = (
        _told(story, of, owners, story in naming)
        for story, of in parts.items()
        if len(of) >= LEAST_OWNERS
    )
    return sorted(
        (t for t in found if t and len(t.owners) >= LEAST_OWNERS), key=_by_story
    )


class Precedents:
    """Answers how often stories like one were taken up."""

    def __init__(self, stories: Iterable[Told], now: datetime) -> None:
        self._stories: dict[tuple[Country, bool], list[Told]] = defaultdict(list)
        for each in stories:
            if now - HISTORY <= each.first <= now:
                self._stories[each.side, each.names_other].append(each)
        self._now = now
        self._like = lru_cache(maxsize=None)(self._found)

    def like(
        self, story: str, side: Country, owners: int, hours: float, *, names_other: bool
    ) -> tuple[int, int]:
        """How many were taken up within so many whole hours, and of how many.

        Those that ``side`` had first, of about as many owners by then, that name the
        other side or do not, as this one; without the story itself.
        """
        found = self._like(side, _size(owners), int(hours), names_other)
        others = [is_taken for name, is_taken in found if name != story]
        return sum(others), len(others)

    def _found(
        self, side: Country, size: int, hours: int, names_other: bool
    ) -> tuple[tuple[str, bool], ...]:
        least = timedelta(hours=hours)
        return tuple(
            (t.story, t.taken_up is not None and t.taken_up <= hours)
            for t in self._stories.get((side, names_other), ())
            if self._now - t.first >= least
            and _size(bisect_right(t.owners, hours)) == size
        )


def _told(
    story: str, parts: Sequence[Part], owners: Mapping[str, str], names_other: bool
) -> Told | None:
    firsts = {
        side: min((p.first for p in parts if p.side == side), default=None)
        for side in SIDES
    }
    known = sorted((first, side) for side, first in firsts.items() if first)
    if not known or (len(known) == 2 and known[0][0] == known[1][0]):
        return None
    first, side = known[0]
    other = firsts[OTHER_SIDE[side]]
    by_owner: dict[str, float] = defaultdict(lambda: float("inf"))
    for part in parts:
        if part.side == side:
            owner = owners.get(part.outlet, part.outlet)
            by_owner[owner] = min(by_owner[owner], _hours(part.first - first))
    return Told(
        story,
        side,
        names_other,
        first,
        tuple(sorted(by_owner.values())),
        _hours(other - first) if other else None,
    )


def _by_story(one: Told) -> str:
    return one.story


def _size(owners: int) -> int:
    """The bucket of a number of owners; 0 for fewer than the least."""
    return bisect_right(_SIZES, owners)


def _hours(length: timedelta) -> float:
    return length / timedelta(hours=1)
