"""
The step from stories to what their comparison comes to over time: blind spots, kept;
and what is asked of volumes: rising stories, sides that fall quiet.

Reading costs what four weeks hold, a second or two at five thousand items a day, so a
long run compares every few minutes. What was decided is written in one transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from monitor.comparison import BlindSpot, Part, SideHealth
from monitor.coverage import blindspots
from monitor.coverage.blindspots import Background, Revision
from monitor.coverage.health import side_health
from monitor.coverage.naming import naming
from monitor.coverage.precedents import Precedents, told
from monitor.coverage.trends import Quiet, Rise, quiet, rising
from monitor.coverage.volumes import (
    HISTORY,
    brought,
    by_hour,
    healthy_days,
    per_day,
    rhythms,
    side_rhythms,
    theme_ratios,
)
from monitor.model import SIDES, Country, Feed, FeedState
from monitor.store.database import Store

EVERY = timedelta(minutes=10)
"""How often a long run compares: a silence is claimed after half a day."""

REMEMBERED = HISTORY + timedelta(days=7)
"""What is read: four weeks, and the week in which their first stories began."""

Span = tuple[datetime, datetime]
"""From the first moment until before the second."""

NAMES_OTHER = "\0names the other side"
"""A theme of our own: what both countries have to do with. No lexicon can have it."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Whose silence is judged, as feeds.yaml has it."""

    feeds: Sequence[Feed]
    owners: Mapping[str, str]
    """Outlet -> who owns it."""
    themes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Story -> its themes, where they are known."""


def compare(store: Store, followed: Followed, now: datetime) -> list[Revision]:
    """Open, go on with and end blind spots; returns what changed.

    Run again at the same time, it changes nothing.
    """
    kept = store.blind_spots.open()
    leads = store.relations.living(spot.story for spot in kept)
    stories, against = _background(store, followed, now, leads.values())
    made = blindspots.revisions(kept, stories, leads, against, now)
    with store.atomic():
        store.blind_spots.put(made)
    return made


def unclaimed(store: Store, followed: Followed, now: datetime) -> list[BlindSpot]:
    """Silences that would be blind spots, had the silent side's feeds been read.

    Those that were claimed before the feeds failed are not among them: they are kept.
    """
    kept = store.relations.living(spot.story for spot in store.blind_spots.open())
    stories, against = _background(store, followed, now, ())
    found = blindspots.unclaimed(stories, against, now)
    return [spot for spot in found if spot.story not in kept.values()]


@dataclass(frozen=True, slots=True)
class Changes:
    """How volumes have changed in the hours before a moment."""

    at: datetime
    rising: tuple[Rise, ...]
    """Stories that have jumped, the most surprising first."""
    sides: tuple[Quiet, ...]
    """Each side, quiet or not."""


def changes(store: Store, feeds: Sequence[Feed], now: datetime) -> Changes:
    """The stories that jump, and how each side's last hours compare with the usual."""
    known = _Volumes(store, feeds, now)
    return Changes(now, tuple(_rising(store, known, now)), tuple(_quiet(known, now)))


def rising_stories(store: Store, feeds: Sequence[Feed], now: datetime) -> list[Rise]:
    """The stories that have jumped in the last hours, the most surprising first."""
    return _rising(store, _Volumes(store, feeds, now), now)


def _rising(store: Store, known: "_Volumes", now: datetime) -> list[Rise]:
    moments = store.volumes.moments(now - timedelta(days=4), now + _SECOND)
    return rising(moments, known.sides, now)


def _quiet(known: "_Volumes", now: datetime) -> list[Quiet]:
    return [
        quiet(
            known.hours[side],
            known.sides[side],
            known.read(side, now - timedelta(hours=7)),
            now,
        )
        for side in SIDES
    ]


def window_sides(
    store: Store, feeds: Sequence[Feed], windows: Iterable[Span], now: datetime
) -> dict[Span, dict[Country, SideHealth]]:
    """Whether each side's silence in each window can be believed.

    A window that is over is judged by what was kept of it. A feed weighs what it has
    brought in the weeks before ``now``, whatever the window.
    """
    spans = list(windows)
    start = min((*(start for start, _ in spans), now - REMEMBERED))
    states, healthy = _read(store, feeds, start)
    usual = per_day(store.volumes.days(now - HISTORY, now), healthy, now)
    return {
        span: {s: side_health(s, states, healthy, usual, span, now) for s in SIDES}
        for span in spans
    }


def _read(
    store: Store, feeds: Sequence[Feed], since: datetime
) -> tuple[list[tuple[Feed, FeedState]], dict[str, frozenset[date]]]:
    """How each feed stands, and feed -> the days since then on which it was read."""
    days = store.feeds.days(since.date())
    return store.feeds.states(feeds), {u: healthy_days(of) for u, of in days.items()}


class _Volumes:
    """What the feeds have brought in the last weeks, and how they were read."""

    def __init__(self, store: Store, feeds: Sequence[Feed], now: datetime) -> None:
        start = now - REMEMBERED
        self._now = now
        self._states, self._healthy = _read(store, feeds, start)
        urls = {feed.url for feed in feeds}
        found = store.volumes.hours(start, now + _SECOND)
        volumes = [v for v in found if v.feed in urls]
        counts = ((v.feed, v.hour.date(), v.items) for v in volumes)
        self._usual = per_day(counts, self._healthy, now)
        self.sides = side_rhythms(feeds, rhythms(volumes, self._healthy, now))
        self.hours = {side: by_hour(volumes, side) for side in SIDES}
        """Side -> the beginning of an hour -> its items."""

    def read(self, side: Country, since: datetime) -> SideHealth:
        """A side's health from a moment until now."""
        window = (since, self._now)
        return side_health(
            *(side, self._states, self._healthy, self._usual, window, self._now)
        )

    def activity(self, side: Country, since: datetime) -> float:
        """What a side has brought since then, as a share of what is usual."""
        usual = self.sides[side].between(since, self._now)
        came = brought(self.hours[side], since, self._now)
        return came / usual if usual else 0.0


def _background(
    store: Store, followed: Followed, now: datetime, more: Iterable[str]
) -> tuple[dict[str, list[Part]], Background]:
    """The stories in question, whole, and what a silence on them is judged against.

    In question are those that may be blind spots, and ``more``.
    """
    end = now + _SECOND
    volumes = _Volumes(store, followed.feeds, now)
    recent = _by_story(store.volumes.parts(now - REMEMBERED, end))
    wanted = {s for s, parts in recent.items() if blindspots.may_open(parts, now)}
    stories = _by_story(store.volumes.parts_of(wanted | set(more), end))
    shared = [s for s, parts in recent.items() if len(parts) > 1]
    named = naming(store.volumes.texts({*shared, *stories}, end))
    themes = {s: tuple(followed.themes.get(s, ())) for s in (*recent, *stories)}
    for story in named & themes.keys():
        themes[story] += (NAMES_OTHER,)
    usual = {side: volumes.sides[side].per_day for side in SIDES}
    all_parts = (part for parts in recent.values() for part in parts)
    return stories, Background(
        owners=followed.owners,
        usual=volumes.sides,
        precedents=Precedents(told(recent, followed.owners, named), now),
        read=cache(volumes.read),
        activity=_by_the_hour(volumes.activity),
        naming=named,
        themes=themes,
        ratios=theme_ratios(all_parts, themes, usual),
    )


def _by_the_hour(
    ask: Callable[[Country, datetime], float],
) -> Callable[[Country, datetime], float]:
    """Asked once an hour of beginnings: hundreds of stories begin within days."""
    known = cache(ask)
    return lambda side, since: known(side, since.replace(minute=0, second=0))


def _by_story(parts: Iterable[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.story, []).append(part)
    return found


_SECOND = timedelta(seconds=1)
