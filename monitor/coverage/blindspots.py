"""
Blind spots: what one side covers and the other does not.

A silence is claimed only where it says something: enough of the covering side's owners
and texts, enough hours since, enough items that the silent side would have by its usual
volume, and enough of its feeds read meanwhile. Once claimed, a blind spot stays one
until the silent side covers the story, the story ends, or its items go elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.comparison import BlindSpot, BlindSpotEnd, Part, SideHealth
from monitor.coverage.precedents import Precedents
from monitor.coverage.volumes import Rhythm
from monitor.model import OTHER_SIDE, SIDES, Country

LEAST_OWNERS = 2
"""One owner's story may be nobody else's."""
LEAST_TEXTS = 3
"""Copies of one dispatch are no interest of the covering side's own."""
LEAST_HOURS = 12.0
"""Of what a side takes up, it has a good third by then (median 14 hours, nine tenths
within 50); a day more would come after the edition that is to tell of it."""
LEAST_EXPECTED = 3.0
"""Of items that come by themselves none comes with a chance of exp(-3), 5 %."""
LEAST_SURPRISE = 0.25
"""Most news of one country is no news in the other: of the stories of several owners in
five weeks of real feeds, the other side took up 14 % of the US ones and 6 % of the
Mexican. Expected volume alone claims 17 silences a day there, most of them on one
country's own affairs; this leaves 6, of which about half are of note."""
FADED = timedelta(hours=72)
"""Without a new item for so long, a story is over."""


@dataclass(frozen=True, slots=True)
class Background:
    """What a silence is judged against."""

    owners: Mapping[str, str]
    """Outlet -> who owns it; an outlet it lacks owns itself."""
    usual: Mapping[Country, Rhythm]
    precedents: Precedents
    read: Callable[[Country, datetime], SideHealth]
    """A side's health from a moment until now."""
    activity: Callable[[Country, datetime], float]
    """What a side brought from a moment until now, as a share of what is usual."""
    naming: frozenset[str] = frozenset()
    """Stories that name the other side."""
    themes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Story -> its themes."""
    ratios: Mapping[str, Mapping[Country, float]] = field(default_factory=dict)
    """Theme -> side -> its items, see ``volumes.theme_ratios``."""


def silent_side(parts: Iterable[Part]) -> Country | None:
    """The side that does not cover a story; None if both do."""
    covering = {part.side for part in parts}
    return OTHER_SIDE[covering.pop()] if len(covering) == 1 else None


def silence(parts: Sequence[Part], against: Background, now: datetime) -> BlindSpot:
    """What one side's silence on a story comes to, claimed or not.

    ``parts`` are those of one story, in any order, all of one side.
    """
    [side] = {part.side for part in parts}
    silent, story = OTHER_SIDE[side], parts[0].story
    since = min(part.first for part in parts)
    outlets = {part.outlet for part in parts}
    owned = {against.owners.get(outlet, outlet) for outlet in outlets}
    texts = sum(part.texts for part in parts)
    covered, of = against.precedents.like(
        *(story, side, len(owned), (now - since) / timedelta(hours=1)),
        names_other=story in against.naming,
    )
    return BlindSpot(
        story=story,
        silent=silent,
        since=since,
        items=sum(part.items for part in parts),
        outlets=len(outlets),
        owners=len(owned),
        texts=texts,
        expected=texts
        * _ratio(parts, side, against)
        * _activity(silent, since, against),
        covered=covered,
        of=of,
        health=against.read(silent, since),
    )


def is_striking(spot: BlindSpot, now: datetime) -> bool:
    """Whether a silence says something, if the silent side was read."""
    return (
        spot.owners >= LEAST_OWNERS
        and spot.texts >= LEAST_TEXTS
        and spot.expected >= LEAST_EXPECTED
        and surprise(spot) >= LEAST_SURPRISE
        and now - spot.since >= timedelta(hours=LEAST_HOURS)
    )


def is_claimed(spot: BlindSpot, now: datetime) -> bool:
    """Whether it is a blind spot: striking, and the silent side was read."""
    return is_striking(spot, now) and spot.health.can_tell


def surprise(spot: BlindSpot) -> float:
    """How often stories like it were taken up, 0 to 1: the more, the odder the silence.

    As if one more had been and one more had not, so that few precedents say little.
    """
    return (spot.covered + 1) / (spot.of + 2)


def ranked(spots: Iterable[BlindSpot]) -> list[BlindSpot]:
    """The most surprising first."""
    return sorted(spots, key=lambda s: (-surprise(s), -s.expected, s.story))


# --- over time -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revision:
    """What becomes of one kept blind spot, or of none."""

    before: BlindSpot | None
    after: BlindSpot


def revisions(
    kept: Iterable[BlindSpot],
    stories: Mapping[str, Sequence[Part]],
    leads: Mapping[str, str],
    against: Background,
    now: datetime,
) -> list[Revision]:
    """What changes: blind spots that open, go on with new figures, or end.

    ``kept`` are those still open, ``stories`` the parts of every story in question,
    ``leads`` where the ids of stories lead that were merged. Asked again with what it
    gave, it gives nothing.
    """
    made: list[Revision] = []
    going_on: set[str] = set()
    for spot in sorted(kept, key=lambda spot: _by_opening(spot, leads)):
        after = _later(spot, stories, leads, against, now)
        if after.closed is None:
            if after.story in going_on:  # two became one; the older one goes on
                after = _ended(spot, "corrected", now)
            else:
                going_on.add(after.story)
        made.append(Revision(spot, after))
    for story in sorted(stories.keys() - going_on):
        opened = _opened(stories[story], against, now)
        if opened:
            made.append(Revision(None, opened))
    return [each for each in made if each.before != each.after]


def unclaimed(
    stories: Mapping[str, Sequence[Part]], against: Background, now: datetime
) -> list[BlindSpot]:
    """Striking silences of which nobody can tell, the most surprising first."""
    found = (
        silence(parts, against, now)
        for parts in stories.values()
        if may_open(parts, now)
    )
    return ranked(s for s in found if is_striking(s, now) and not s.health.can_tell)


def _later(
    spot: BlindSpot,
    stories: Mapping[str, Sequence[Part]],
    leads: Mapping[str, str],
    against: Background,
    now: datetime,
) -> BlindSpot:
    story = leads.get(spot.story, spot.story)
    parts = stories.get(story, ())
    sides = {part.side for part in parts}
    if len(sides) == len(SIDES):
        return _ended(spot, "picked-up", now)
    if not parts or spot.silent in sides:
        return _ended(spot, "corrected", now)
    current = replace(silence(parts, against, now), opened=spot.opened)
    if current.texts < LEAST_TEXTS or current.owners < LEAST_OWNERS:
        return _ended(spot, "corrected", now)
    if _is_faded(parts, now):
        return _ended(spot, "faded", now)
    return current


def _opened(
    parts: Sequence[Part], against: Background, now: datetime
) -> BlindSpot | None:
    if not may_open(parts, now):
        return None
    found = silence(parts, against, now)
    return replace(found, opened=now) if is_claimed(found, now) else None


def may_open(parts: Sequence[Part], now: datetime) -> bool:
    """What can be said without asking further, of the many stories that are nothing."""
    return (
        sum(part.texts for part in parts) >= LEAST_TEXTS
        and len(parts) >= LEAST_OWNERS
        and silent_side(parts) is not None
        and not _is_faded(parts, now)
    )


def _ended(spot: BlindSpot, end: BlindSpotEnd, now: datetime) -> BlindSpot:
    return replace(spot, closed=now, end=end)


def _is_faded(parts: Iterable[Part], now: datetime) -> bool:
    return now - max(part.last for part in parts) >= FADED


def _by_opening(
    spot: BlindSpot, leads: Mapping[str, str]
) -> tuple[datetime, bool, str]:
    """Of two that opened at once, the one whose story lives on is the older: the other
    cannot take its place, being kept by the same story and time."""
    assert spot.opened is not None
    is_moved = leads.get(spot.story, spot.story) != spot.story
    return spot.opened, is_moved, spot.story


# --- what is expected ----------------------------------------------------------


def _ratio(parts: Sequence[Part], side: Country, against: Background) -> float:
    """Items of the silent side for one of the covering: of its themes, or of all.

    Without its own: the more a side says of a story that the other is silent on, the
    less the other would seem to care for such stories.
    """
    silent, own = OTHER_SIDE[side], sum(part.items for part in parts)
    themes = against.themes.get(parts[0].story, ())
    known = [theme for theme in themes if theme in against.ratios]
    mine = sum(max(0.0, against.ratios[theme][side] - own) for theme in known)
    if mine:
        return sum(against.ratios[theme][silent] for theme in known) / mine
    usual = against.usual[side].per_day
    return against.usual[silent].per_day / usual if usual else 0.0


def _activity(silent: Country, since: datetime, against: Background) -> float:
    """More than usual raises no expectation: its reason is seldom this story."""
    return min(1.0, against.activity(silent, since))
