"""In which section of an edition a story is told: once, in the first that it fits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.comparison import BlindSpot, Coverage
from monitor.model import OTHER_SIDE, SIDES, Country
from monitor.readers import Edition

SectionKey = Literal[
    "watched", "crossed", "new", "continuing", "blind-US", "blind-MX", "US", "MX"
]
"""On a watch-list; taken up by the second side in the window, or its blind spot until
then; of both sides, new and known before; a blind spot of that side; of that side
alone."""

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
    keys = _Keys(edition, silences(edition))
    keyed = [(keys.of(story), story) for story in _stories(edition)]
    return tuple(
        Section(key, tuple(story for k, story in keyed if k == key)) for key in SECTIONS
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """A silence that ended."""

    silent: Country
    """The side that was."""
    lasted: timedelta
    """From the first item of the one side to the first of the other."""


@dataclass(frozen=True, slots=True)
class Silences:
    """What an edition tells of the silence of one side, by story."""

    blind: Mapping[str, BlindSpot]
    """Open ones, where the silent side's feeds can tell."""
    broken: Mapping[str, Broken]
    """Those that were found to have ended in the window."""


def silences(edition: Edition) -> Silences:
    """Of its stories, those that last and those that were broken."""
    return Silences(_blind(edition), _broken(edition))


def _blind(edition: Edition) -> dict[str, BlindSpot]:
    """What the silent side has since taken up is none any more."""
    alone = {side: {c.story.id for c in edition.only[side]} for side in SIDES}
    return {
        spot.story: spot
        for spot in edition.blind_spots
        if spot.closed is None
        and spot.health.can_tell
        and spot.story in alone[OTHER_SIDE[spot.silent]]
    }


def _broken(edition: Edition) -> dict[str, Broken]:
    """Where the side turns out to have had the story all along there was none."""
    both = {c.story.id: c for c in edition.both}
    return {
        spot.story: Broken(spot.silent, lasted)
        for spot in edition.blind_spots
        if spot.end == "picked-up"
        and spot.story in both
        and (lasted := _first(both[spot.story], spot.silent) - spot.since)
        > timedelta(0)
    }


def _first(coverage: Coverage, side: Country) -> datetime:
    """When a side's first item came: published or, where that lies ahead, seen."""
    return min(min(i.published, i.seen) for i in coverage.sides[side].items)


def _stories(edition: Edition) -> Iterator[Coverage]:
    yield from edition.both
    for side in SIDES:
        yield from edition.only[side]


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which section each story fits."""

    edition: Edition
    silences: Silences

    def of(self, coverage: Coverage) -> SectionKey:
        story = coverage.story.id
        if story in self.edition.watched:
            return "watched"
        if not coverage.crosses_border:
            return _one_sided(self.silences.blind.get(story), coverage)
        if self.edition.news[story].crossed or story in self.silences.broken:
            return "crossed"
        return "new" if self.edition.news[story].is_new else "continuing"


def _one_sided(spot: BlindSpot | None, coverage: Coverage) -> SectionKey:
    if spot is not None:
        return "blind-US" if spot.silent == "US" else "blind-MX"
    return "US" if coverage.sides["US"].items else "MX"
