"""Blind spots both ways -> the page that lists them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.comparison import BlindSpot, BlindSpotEnd
from monitor.coverage.blindspots import ranked
from monitor.model import OTHER_SIDE, SIDES, Country, Story
from monitor.web.evidence import StoryLink, story_link
from monitor.web.findings import spot_words
from monitor.web.guide import Guide

_ENDED = 60
"""Those that ended that are shown."""
_UNTOLD = 40
"""Of which nobody can tell."""


@dataclass(frozen=True, slots=True)
class SpotView:
    """One blind spot."""

    story: StoryLink
    silent: Country
    covered: str
    """``5 items · 4 outlets · 3 owners · 3 independent texts``"""
    side_name: str
    """Of the side that covers it."""
    told: str
    end: BlindSpotEnd | None


@dataclass(frozen=True, slots=True)
class SideSpots:
    """Open ones of one side."""

    silent: Country
    title: str
    spots: tuple[SpotView, ...]


@dataclass(frozen=True, slots=True)
class BlindSpotsPage:
    """All of it."""

    sides: tuple[SideSpots, ...]
    untold: tuple[SpotView, ...]
    more_untold: int
    ended: tuple[SpotView, ...]
    more_ended: int


def blind_spots_page(
    kept: Iterable[BlindSpot],
    unclaimed: Sequence[BlindSpot],
    stories: Mapping[str, Story],
    now: datetime,
    guide: Guide,
) -> BlindSpotsPage:
    """Those open, those nobody can tell, and those that ended, the newest end first.

    ``stories`` are by the ids that blind spots have, and may lack some.
    """
    found = list(kept)
    opened = [spot for spot in found if spot.closed is None]
    told = ranked(spot for spot in opened if spot.health.can_tell)
    untold = [*ranked(s for s in opened if not s.health.can_tell), *unclaimed]
    ended = sorted(
        (spot for spot in found if spot.closed),
        key=lambda spot: (spot.closed, spot.story),
        reverse=True,
    )

    def view(spot: BlindSpot) -> SpotView:
        return spot_view(spot, stories.get(spot.story), now, guide)

    return BlindSpotsPage(
        sides=tuple(
            SideSpots(
                side,
                guide.heading("blind-US" if side == "US" else "blind-MX"),
                tuple(view(spot) for spot in told if spot.silent == side),
            )
            for side in reversed(SIDES)
        ),
        untold=tuple(map(view, untold[:_UNTOLD])),
        more_untold=max(len(untold) - _UNTOLD, 0),
        ended=tuple(map(view, ended[:_ENDED])),
        more_ended=max(len(ended) - _ENDED, 0),
    )


def spot_view(
    spot: BlindSpot, story: Story | None, now: datetime, guide: Guide
) -> SpotView:
    """One blind spot, as a list shows it."""
    words = guide.words
    counts = (
        guide.count(spot.items, words.items),
        guide.count(spot.outlets, words.outlets),
        guide.count(spot.owners, words.owners),
        guide.count(spot.texts, words.texts),
    )
    return SpotView(
        story=story_link(story, guide)
        if story
        else StoryLink(spot.story, spot.story, "en"),
        silent=spot.silent,
        covered=" · ".join(counts),
        side_name=words.side[OTHER_SIDE[spot.silent]],
        told=spot_words(spot, story, now, guide),
        end=spot.end,
    )
