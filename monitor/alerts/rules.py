"""
What is so, as far as alerts can tell it: stories and sides -> findings.

A finding is one fact about one story or one side. Whether anybody is told, and when, is
decided in ``decide.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.alerts.notice import Notice, headlines
from monitor.comparison import BlindSpot, Coverage
from monitor.coverage.trends import RECENT, Quiet, Rise
from monitor.model import SIDES, Country, Story
from monitor.readers import Alert, AlertKind

_HOURS = RECENT / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is so at one moment; in which order its stories come does not matter."""

    coverages: tuple[Coverage, ...] = ()
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Story -> names of the watch-lists it matches."""
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Story -> names of its themes."""
    jumps: Mapping[str, Rise] = field(default_factory=dict)
    """Story -> its jump, for those that jump now."""
    blind_spots: tuple[BlindSpot, ...] = ()
    """Those whose stories are among the coverages count."""
    sides: Mapping[Country, Quiet] = field(default_factory=dict)
    """Side -> its last hours, quiet or not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about one story or side."""

    what: str
    """Its kind, and what tells it from others of it: ``watchlist:Water``, or
    ``blind-spot:`` and when it was opened."""
    about: str
    """The story's id, or the side."""
    items: frozenset[str]
    """Of the story: it is the same one wherever they go. Empty for a side."""
    since: datetime | None
    """When its newest part was first seen; None where only now can be told."""
    notice: Notice

    @property
    def kind(self) -> AlertKind:
        """What kind of fact it is."""
        return self.notice.kind

    @property
    def is_passing(self) -> bool:
        """Whether it ends, and may come again; that a border was crossed stays so."""
        return self.kind not in LASTING


LASTING: frozenset[AlertKind] = frozenset({"watchlist", "crossing"})


def findings(picture: Picture, now: datetime) -> tuple[Finding, ...]:
    """All that is so, by story or side and kind."""
    found = (
        *(f for c in picture.coverages for f in _of_story(c, picture, now)),
        *(f for side in SIDES for f in _of_side(side, picture, now)),
    )
    return tuple(sorted(found, key=lambda f: (f.about, f.what)))


def wants(alert: Alert, finding: Finding) -> bool:
    """Whether an alert tells such a thing; of a side's feeds, whatever its lists."""
    if finding.kind not in alert.on:
        return False
    if finding.kind == "quiet":
        return True
    is_listed = not alert.watchlists or set(alert.watchlists) & set(
        finding.notice.watchlists
    )
    has_theme = not alert.themes or set(alert.themes) & set(finding.notice.themes)
    return bool(is_listed and has_theme)


def crossed(coverage: Coverage) -> datetime | None:
    """When the second side was first seen to have an item that is no copy, if it has.

    An outlet that prints an agency's dispatch, or what the other side has written, has
    not taken the story up.
    """
    own = [
        [item.seen for item in one.items if item.id not in one.copies]
        for one in coverage.sides.values()
    ]
    return max(map(min, own)) if all(own) else None


# --- stories ---------------------------------------------------------------------


def _of_story(coverage: Coverage, picture: Picture, now: datetime) -> Iterator[Finding]:
    story = coverage.story
    about = _about_story(coverage, picture, now)
    for name in about.watchlists:
        listed = replace(about, kind="watchlist", watchlists=(name,))
        yield _found(story, listed, name)
    if since := crossed(coverage):
        yield _found(story, about, since=since)
    if jump := picture.jumps.get(story.id):
        figures = {"items": jump.items, "usual": jump.expected, "hours": _HOURS}
        yield _found(story, replace(about, kind="jump", counts=figures))
    for spot in picture.blind_spots:
        if spot.story == story.id and spot.opened and not spot.closed:
            yield from _of_blind_spot(story, about, spot)


def _of_blind_spot(story: Story, about: Notice, spot: BlindSpot) -> Iterator[Finding]:
    """What cannot be told is not claimed."""
    if spot.health.can_tell:
        figures = {
            "items": spot.items,
            "outlets": spot.outlets,
            "owners": spot.owners,
            "texts": spot.texts,
            "expected": spot.expected,
        }
        notice = replace(about, kind="blind-spot", side=spot.silent, counts=figures)
        mark = f"{spot.opened:%Y-%m-%dT%H:%M:%SZ}"
        yield _found(story, notice, mark, since=spot.opened)


def _about_story(coverage: Coverage, picture: Picture, now: datetime) -> Notice:
    """What every notice about a story says; a crossing says no more."""
    story, sides = coverage.story, coverage.sides.values()
    return Notice(
        kind="crossing",
        at=now,
        story=story.id,
        watchlists=picture.matched.get(story.id, ()),
        themes=picture.themes.get(story.id, ()),
        headlines=headlines(coverage),
        items=sum(len(one.items) for one in sides),
        outlets=len({outlet for one in sides for outlet in one.outlets}),
        owners=len({owner for one in sides for owner in one.owners}),
        leader=coverage.leader,
        lag_minutes=coverage.lag_minutes,
        lag_certainty=coverage.lag_certainty,
    )


def _found(
    story: Story, notice: Notice, mark: str = "", since: datetime | None = None
) -> Finding:
    return Finding(
        what=f"{notice.kind}:{mark}" if mark else notice.kind,
        about=story.id,
        items=frozenset(m.item.id for m in story.members),
        since=since or max(m.item.seen for m in story.members),
        notice=notice,
    )


# --- sides -----------------------------------------------------------------------


def _of_side(side: Country, picture: Picture, now: datetime) -> Iterator[Finding]:
    quiet = picture.sides.get(side)
    figures: dict[str, float] = {}
    if quiet and quiet.health.feeds and not quiet.health.can_tell:
        figures |= {"feeds": quiet.health.feeds, "down": quiet.health.down}
    if quiet and quiet.is_quiet:
        figures |= {"items": quiet.items, "usual": quiet.expected, "hours": _HOURS}
    if figures:
        notice = Notice("quiet", now, side=side, counts=figures)
        yield Finding("quiet", side, frozenset(), None, notice)
