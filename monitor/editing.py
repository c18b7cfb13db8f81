"""
Make editions: for one subscriber, or for many at once.

What is alike for many is done once: the stories of all windows are read once and
compared once for every moment at which a window ends, so that a hundred subscribers
cost little more than one.
"""

from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, cached_property

from monitor.change import ChangeKind, LoggedChange
from monitor.comparing import window_sides
from monitor.comparison import BlindSpot, Coverage, FeedHealth
from monitor.contrasting import retitled
from monitor.coverage.marks import Marker, Marks
from monitor.coverage.sides import compare
from monitor.digest.edition import Ranked, Window, choose, ranked, window
from monitor.marking import marks_of
from monitor.model import LANGUAGES, Language, Story
from monitor.pipeline import Desk, window_health
from monitor.readers import Corrected, Edition, Links, Subscriber
from monitor.store.database import Store
from monitor.store.whole import nothing_collected

Owed = Sequence[tuple[Subscriber, date]]
"""Editions to make."""

_CORRECTIONS: frozenset[ChangeKind] = frozenset({"merge", "move", "split"})


def make_edition(
    store: Store,
    desk: Desk,
    subscriber: Subscriber,
    day: date,
    now: datetime,
    among: Collection[str] | None = None,
) -> Edition:
    """What one subscriber reads on one day, of the stories with these ids if given."""
    shared = _Shared(store, desk, [(subscriber, day)], now, among)
    return shared.edition(subscriber, day, Links())


def make_editions(
    store: Store,
    desk: Desk,
    owed: Owed,
    now: datetime,
    link: Callable[[Subscriber, date], Links] | None = None,
) -> Iterator[Edition]:
    """What each subscriber reads on a day, in the order asked for, one at a time.

    Each edition is as of its end: what came later is left out, though a neighbour on
    another clock may have it. ``link`` says where an edition leads.
    """
    if not owed:
        return
    shared = _Shared(store, desk, owed, now)
    for subscriber, day in owed:
        links = link(subscriber, day) if link else Links()
        yield shared.edition(subscriber, day, links)


@dataclass(frozen=True, slots=True)
class _Told:
    """A story as of a moment, with all that is asked of it whoever reads it."""

    coverage: Coverage
    marks: Marks


class _Shared:
    """What the editions of several windows have in common."""

    def __init__(
        self,
        store: Store,
        desk: Desk,
        owed: Owed,
        now: datetime,
        among: Collection[str] | None = None,
    ) -> None:
        windows = [window(subscriber, day) for subscriber, day in owed]
        start = min(start for start, _ in windows)
        end = max(end for _, end in windows)
        self._store = store
        self._desk = desk
        self._stories = store.stories.between(
            start, end, among=among, is_explained=False
        )
        self._changes = store.stories.changes(start)
        self._now = now
        self._sides = window_sides(store, desk.feeds, set(windows), now)
        self._marker = Marker(desk.themes, tuple(desk.watchlists))
        self._marks = marks_of(store, self._marker, self._stories)
        self._labels = {
            theme.name: {code: theme.label(code) for code in LANGUAGES}
            for theme in desk.themes.themes
        }
        self._told: dict[tuple[str, int], _Told] = {}
        # Kept for the life of this object alone.
        self._as_of = cache(self._as_of_anew)
        self._within = cache(self._within_anew)
        self._ranked = cache(self._ranked_anew)
        self._missing = cache(self._missing_anew)
        self._health = cache(self._health_anew)

    def edition(self, subscriber: Subscriber, day: date, links: Links) -> Edition:
        start, end = window(subscriber, day)
        named = {
            t.coverage.story.id: _followed(t, subscriber) for t in self._as_of(end)
        }
        untranslated = (
            self._missing(language, start, end)
            for language in subscriber.languages
            if subscriber.translate
        )
        return choose(
            *(subscriber, day, self._ranked(start, end)),
            {story: names for story, names in named.items() if names},
            *(self._health(start, end), sum(untranslated), self._desk.translator),
            *(self._within(start, end), links),
        )

    def _as_of_anew(self, end: datetime) -> tuple[_Told, ...]:
        with nothing_collected():
            then = (story_as_of(story, end) for story in self._stories)
            return tuple(self._tell(story) for story in then if story.members)

    def _tell(self, story: Story) -> _Told:
        """Once for each state of a story: as time goes on, it only gains items."""
        state = (story.id, len(story.members))
        if state not in self._told:
            self._told[state] = _Told(
                compare(story, self._desk.owners),
                self._marker.from_marks(story, self._marks),
            )
        return self._told[state]

    def _ranked_anew(self, start: datetime, end: datetime) -> tuple[Ranked, ...]:
        coverages = (t.coverage for t in self._as_of(end))
        return ranked(coverages, start, end, self._within(start, end).retitled)

    def _within_anew(self, start: datetime, end: datetime) -> Window:
        changes = (c for c in self._changes if start <= c.at < end)
        told = self._as_of(end)
        return Window(
            retitled=self._retitled(start, end),
            themes={
                t.coverage.story.id: t.marks.themes for t in told if t.marks.themes
            },
            labels=self._labels,
            blind_spots=blind_spots(self._store, start, end),
            sides=self._sides[start, end],
            corrected=corrected(self._store, changes),
        )

    def _retitled(self, start: datetime, end: datetime) -> Counter[str]:
        """Story -> how many of its headlines were changed."""
        found = (r.item.id for r in retitled(self._store, start, end))
        return Counter(self._holders[i] for i in found if i in self._holders)

    @cached_property
    def _holders(self) -> Mapping[str, str]:
        """Item -> its story."""
        return {m.item.id: story.id for story in self._stories for m in story.members}

    def _health_anew(self, start: datetime, end: datetime) -> tuple[FeedHealth, ...]:
        return window_health(self._store, self._desk.feeds, start, end, self._now)

    def _missing_anew(self, language: Language, start: datetime, end: datetime) -> int:
        missing = self._store.translations.missing
        return missing(language, start, end, self._desk.untranslated)


def story_as_of(story: Story, end: datetime) -> Story:
    """The story without what was published or seen from ``end`` on."""
    members = tuple(
        m for m in story.members if m.item.published < end and m.item.seen < end
    )
    return story if len(members) == len(story.members) else Story(story.id, members)


def blind_spots(store: Store, start: datetime, end: datetime) -> tuple[BlindSpot, ...]:
    """Those open at the end of [start, end), and those that were picked up in it.

    With their stories as they are called now, and as of ``end``: what ended later had
    not ended yet.
    """
    found = [
        spot
        if spot.closed and spot.closed < end
        else replace(spot, closed=None, end=None)
        for spot in store.blind_spots.between(start, end)
    ]
    leads = store.relations.living(spot.story for spot in found)
    return tuple(
        replace(spot, story=leads.get(spot.story, spot.story))
        for spot in found
        if spot.end in (None, "picked-up")
    )


def corrected(store: Store, changes: Iterable[LoggedChange]) -> tuple[Corrected, ...]:
    """Those of the changes that a person asked for and that still hold."""
    asked = [
        c
        for c in changes
        if c.change.correction is not None
        and c.change.kind in _CORRECTIONS
        and not c.undone
    ]
    touched = {story for logged in asked for story in _touched(logged)}
    living = {s.id: s for s in store.stories.some(sorted(touched))} if touched else {}
    return tuple(Corrected(logged, _left(logged, living)) for logged in asked)


def _left(logged: LoggedChange, living: Mapping[str, Story]) -> tuple[Story, ...]:
    found = [living[story] for story in _touched(logged) if story in living]
    return tuple(sorted(found, key=lambda s: (-len(s.members), s.id)))


def _touched(logged: LoggedChange) -> set[str]:
    return {s for move in logged.change.moves for s in (move.before, move.after)}


def _followed(told: _Told, subscriber: Subscriber) -> tuple[str, ...]:
    return tuple(
        name for name in told.marks.watchlists if name in subscriber.watchlists
    )
