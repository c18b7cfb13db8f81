"""
The items of the last seven days and their stories, as whoever clusters sees them.

What it answers is a function of those items alone: recall them, in the order in which
they were decided, and it answers as if it had never forgotten them. Items that repeat
another's text are members of its story, but nothing is compared with them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitor.change import Move
from monitor.model import Item
from monitor.stories.joining import DIGITS, LEAST_SCORE, Bond, Link, closeness
from monitor.stories.similarity import (
    CHANNELS,
    Features,
    PairModel,
    candidates,
    score,
)
from monitor.stories.sparse import Numbers, Rows
from monitor.stories.templates import Heading, is_frame_pair, is_routine_pair
from monitor.stories.terms import Terms
from monitor.stories.window import Window

WINDOW_HOURS = 7 * 24.0
"""How long after its last item a story can be joined."""

_SWEEP_ROWS = 250
"""How often to look for rows to sweep out."""
_MOST_OLD = 1 / 3
"""The share of rows out of sight, of 12 kB each, at which they are swept out. A sweep
takes 0.07 ms for each row that stays: shared by the items between two, 0.14 ms of 4."""
_CROWD = slice(20, 60)
"""Ranks of those that a text is alike to by its theme, not by its story."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item of the window that repeats none."""

    id: str
    story: str
    outlet: str
    hours: float
    heading: Heading


class Present:
    """The window's items by row, and the stories that they and their copies are in."""

    def __init__(self, model: PairModel, dimensions: int = 0) -> None:
        self._model = model
        self.window = Window(dimensions)
        self.members: list[Member] = []
        self._row_of: dict[str, int] = {}
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._story_of: dict[str, str] = {}
        """Item -> its story, copies too."""
        self._items: dict[str, set[str]] = defaultdict(set)
        """Story -> its items, copies too."""
        self._copies: dict[str, list[str]] = defaultdict(list)
        """Item -> those that repeat it."""
        self.latest = float("-inf")

    def __contains__(self, story: str) -> bool:
        """Whether it has a member in the window."""
        return len(self.rows(story)) > 0

    # --- what is known -----------------------------------------------------------

    def story(self, item: str) -> str | None:
        """Of an item or a copy, however old; None if the story is out of the window."""
        story = self._story_of.get(item)
        return story if story is not None and story in self else None

    def items(self, story: str) -> set[str]:
        """Of a story, copies and those older than the window too."""
        return self._items.get(story, set()) if story in self else set()

    def listed(self, story: str) -> list[str]:
        """The same in order: by (published, id), each item before its copies.

        Last are those of items older than the window.
        """
        members = (self.members[row].id for row in self.ordered(story))
        young = [item for member in members for item in self.repeating(member)]
        return [*young, *sorted(self.items(story).difference(young))]

    def repeating(self, item: str) -> list[str]:
        """An item and those of its story that repeat it."""
        mine = self._story_of.get(item)
        copies = self._copies.get(item, ())
        return [item, *sorted(c for c in copies if self._story_of.get(c) == mine)]

    def rows(self, story: str) -> Rows:
        """Of its members in the window, in no order."""
        rows = np.array(self._rows.get(story, ()), np.intp)
        return rows[self.window.hours[rows] >= self.latest - WINDOW_HOURS]

    def ordered(self, story: str) -> list[int]:
        """The same, by (published, id)."""
        members = self.members
        return sorted(
            self.rows(story).tolist(),
            key=lambda row: (members[row].hours, members[row].id),
        )

    def row(self, item: str) -> int | None:
        """Of an item in the window that is no copy."""
        row = self._row_of.get(item)
        if row is None or self.members[row].hours < self.latest - WINDOW_HOURS:
            return None
        return row

    def visible(self, hours: float) -> NDArray[np.bool_]:
        """Which rows an item of that time may be compared with."""
        since = max(self.latest, hours) - WINDOW_HOURS
        is_near = np.abs(self.window.hours - hours) <= WINDOW_HOURS
        return np.asarray(is_near & (self.window.hours >= since))

    # --- what it learns ----------------------------------------------------------

    def add(
        self,
        item: Item,
        terms: Terms,
        hours: float,
        vector: NDArray[np.float32] | None,
    ) -> int:
        """A new row, of no story yet."""
        self._turn_day(hours)
        row = self.window.add(terms, hours, vector)
        self.members.append(Member(item.id, "", item.outlet, hours, terms.heading))
        self._row_of[item.id] = row
        return row

    def join(self, row: int, story: str) -> None:
        """Put a row into a story."""
        member = replace(self.members[row], story=story)
        self.members[row] = member
        self._rows[story].append(row)
        self._place(member.id, story)
        self._forget()

    def attach(self, copy: str, original: str, story: str) -> None:
        """Put an item that repeats another into a story."""
        self._copies[original].append(copy)
        self._place(copy, story)

    def move(self, moves: Iterable[Move]) -> None:
        """Follow changes; items not known any more are let go."""
        for move in moves:
            if move.item in self._story_of:
                self._place(move.item, move.after)
            row = self._row_of.get(move.item)
            if row is not None and self.members[row].story != move.after:
                self._rows[self.members[row].story].remove(row)
                self._rows[move.after].append(row)
                self.members[row] = replace(self.members[row], story=move.after)

    def _place(self, item: str, story: str) -> None:
        before = self._story_of.get(item)
        if before is not None:
            self._items[before].discard(item)
        self._story_of[item] = story
        self._items[story].add(item)

    # --- comparison --------------------------------------------------------------

    def bonds(self, row: int) -> tuple[list[Bond], float]:
        """(what links a row to each story, the closest first; its crowd).

        The row itself does not count as a member of its story.
        """
        hours = self.window.hours[row]
        rows = self.window.search(row, self.visible(hours))
        features = self.window.compare(row, rows)
        links: dict[str, list[Link]] = defaultdict(list)
        for link in self._links(row, rows, features):
            links[self.members[link.row].story].append(link)
        bonds = [self._bond(row, story, found) for story, found in links.items()]
        bonds = [bond for bond in bonds if bond.members]
        bonds.sort(key=lambda bond: (-bond.closeness, self._order(bond.links[0])))
        return bonds, _crowd(features)

    def scores(self, row: int, rows: Rows) -> Numbers:
        """Of a row with others, rounded; 0 where they say nothing to each other."""
        features = self.window.compare(row, rows)
        found = np.zeros(len(rows))
        kept = candidates(features)
        kept = kept[features.gap_hours[kept] <= WINDOW_HOURS]
        scores, _ = score(features.take(kept), self._model)
        scores = np.round(scores, DIGITS)
        for i, value in zip(kept.tolist(), scores.tolist(), strict=True):
            if value >= LEAST_SCORE and not self._is_template(row, int(rows[i])):
                found[i] = value
        return found

    def age(self, story: str) -> tuple[float, str]:
        """When the oldest member in the window was published, and its id."""
        members = (self.members[row] for row in self.rows(story).tolist())
        return min((member.hours, member.id) for member in members)

    def _links(self, row: int, rows: Rows, features: Features) -> Iterable[Link]:
        """To the rows that count, those of one template aside."""
        kept = candidates(features)
        scores, parts = score(features.take(kept), self._model)
        scores = np.round(scores, DIGITS)
        for i in np.flatnonzero(scores >= LEAST_SCORE).tolist():
            other = int(rows[kept[i]])
            if not self._is_template(row, other):
                shares = {channel: float(parts[channel][i]) for channel in CHANNELS}
                across = bool(features.is_across[kept[i]])
                yield Link(float(scores[i]), other, shares, across)

    def _bond(self, row: int, story: str, links: list[Link]) -> Bond:
        rows, hours = self.rows(story), self.window.hours
        is_near = np.abs(hours[rows] - hours[row]) <= WINDOW_HOURS
        rows = rows[(rows != row) & is_near]
        links.sort(key=self._order)
        spanish = self.window.is_spanish
        return Bond(
            story=story,
            links=links,
            members=len(rows),
            has_own=bool((spanish[rows] == spanish[row]).any()),
            closeness=closeness([link.score for link in links], max(len(rows), 1)),
        )

    def _order(self, link: Link) -> tuple[float, float, str]:
        """The best first, then the oldest."""
        member = self.members[link.row]
        return -link.score, member.hours, member.id

    def _is_template(self, row: int, other: int) -> bool:
        mine, theirs = self.members[row], self.members[other]
        is_one_outlet = mine.outlet == theirs.outlet and mine.outlet != ""
        return is_routine_pair(mine.heading, theirs.heading) or (
            is_one_outlet and is_frame_pair(mine.heading, theirs.heading)
        )

    # --- time --------------------------------------------------------------------

    def _turn_day(self, hours: float) -> None:
        """At the first item of a day, take anew how rare the week's terms are."""
        if hours // 24 > self.latest // 24:
            midnight = hours // 24 * 24
            known = self.window.hours
            week = (known >= midnight - WINDOW_HOURS) & (known < midnight)
            self.window.damp(np.flatnonzero(week))
        self.latest = max(self.latest, hours)

    def _forget(self) -> None:
        """Sweep out what no item can see any more, hundreds and more at a time.

        A sweep costs as much as the window is large, so it waits for half as many old
        rows as there are young ones. It changes no answer: old rows are out of sight.
        Which items a story has stays known as long as the story can be joined.
        """
        if len(self.members) % _SWEEP_ROWS:
            return
        start = self.latest - WINDOW_HOURS
        kept = np.flatnonzero(self.window.hours >= start)
        if len(kept) > len(self.members) * (1 - _MOST_OLD):
            return
        self.window.keep(kept)
        self.members = [self.members[i] for i in kept.tolist()]
        self._rows = defaultdict(list)
        for row, member in enumerate(self.members):
            self._rows[member.story].append(row)
        self._items = defaultdict(
            set, {s: items for s, items in self._items.items() if s in self._rows}
        )
        self._story_of = {i: s for s, items in self._items.items() for i in items}
        self._row_of = {member.id: row for row, member in enumerate(self.members)}
        self._copies = defaultdict(
            list, {i: c for i, c in self._copies.items() if i in self._row_of}
        )


def _crowd(features: Features) -> float:
    """How alike a row is to those of its theme, 0 to 10."""
    alike = np.sort(np.maximum(features.english, features.original))[::-1][_CROWD]
    return float(alike.sum()) / (_CROWD.stop - _CROWD.start) * 10
