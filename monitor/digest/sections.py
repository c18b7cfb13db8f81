"""In which section of an edition a story is told: once, in the first that it fits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.comparison import BlindSpot, Coverage
from monitor.model import SIDES, Country
from monitor.readers import Edition

SectionKey = Literal[
    "watched", "crossed", "new", "continuing", "blind-US", "blind-MX", "US", "MX"
]
"""On a watch-list; taken up by the second side in the window; of both sides, new and
known before; a blind spot of that side; of that side alone."""

SECTIONS: tuple[SectionKey, ...] = (
    *("watched", "crossed", "new", "continuing", "blind-US", "blind-MX", "US", "MX"),
)
"""In the order in which an edition tells them."""

SILENT: dict[SectionKey, Country] = {
    "blind-US": "US",
    "blind-MX": "MX",
    "US": "MX",
    "MX": "US",
}
"""The side that says nothing, of the sections of which there is one."""


@dataclass(frozen=True, slots=True)
class Section:
    """Stories of one kind, most important first."""

    key: SectionKey
    stories: tuple[Coverage, ...]


def sections(edition: Edition) -> tuple[Section, ...]:
    """Every section, those without stories too; each story of the edition is in one."""
    blind = blind_spots(edition)
    keyed = [(_key(edition, blind, story), story) for story in _stories(edition)]
    return tuple(
        Section(key, tuple(story for k, story in keyed if k == key)) for key in SECTIONS
    )


def blind_spots(edition: Edition) -> dict[str, BlindSpot]:
    """Story id -> its blind spot, where the silent side's feeds can tell."""
    return {
        spot.story: spot
        for spot in edition.blind_spots
        if spot.closed is None and spot.health.can_tell
    }


def _stories(edition: Edition) -> Iterator[Coverage]:
    yield from edition.both
    for side in SIDES:
        yield from edition.only[side]


def _key(
    edition: Edition, blind: Mapping[str, BlindSpot], coverage: Coverage
) -> SectionKey:
    story = coverage.story.id
    if story in edition.watched:
        return "watched"
    if not coverage.crosses_border:
        return _one_sided(blind.get(story), coverage)
    if edition.news[story].crossed:
        return "crossed"
    return "new" if edition.news[story].is_new else "continuing"


def _one_sided(spot: BlindSpot | None, coverage: Coverage) -> SectionKey:
    if spot is not None:
        return "blind-US" if spot.silent == "US" else "blind-MX"
    return "US" if coverage.sides["US"].items else "MX"
