"""
Items -> stories, one item at a time, as they come.

An item that repeats another's text goes where that one is. Any other joins the story to
which it most likely belongs, if that is likely enough, and opens one otherwise. What a
person said comes before all that. What the clusterer knows is a function of the items
of the last seven days and of their stories: recall those, in the order in which they
were decided, and it decides as if it had never stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.change import Change
from monitor.model import Assignment, Item, Reading, Why
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.coefficients import Coefficients, coefficients
from monitor.stories.copies import Copies, CopyText, copy_text
from monitor.stories.corrections import Rules
from monitor.stories.joining import (
    DIGITS,
    Bond,
    features,
    probabilities,
    weights,
)
from monitor.stories.obey import new_story
from monitor.stories.present import WINDOW_HOURS, Present
from monitor.stories.shared import TELLING, distinct
from monitor.stories.similarity import CHANNELS
from monitor.stories.terms import TermReader, Terms

WINDOW = timedelta(hours=WINDOW_HOURS)

ACROSS = 0.7
"""Least score of a pair for a story to become bilingual: of the bilingual stories
found on rss_* days, 8 % are wrong then."""
_HUB_MEMBERS = 200
_HUB_SCORE = 0.5
"""A story of 200 items takes another only if its 3 nearest members are this close."""
_HUB_LINKS = 3
_OUTLET_MEMBERS = 12
_OUTLET_SHARE = 0.8
"""A story of which one outlet has written so much takes more of it only as a hub does:
live pages and series would grow for ever."""
_LEAST_OF_OUTLET = 0.6
"""Least probability for joining a story that is by the item's own outlet alone: an
outlet writes of one person twice a day."""
_BONDS = 8
"""Stories that are weighed for an item, the closest first."""
_SHARED_TERMS = 6


@dataclass(frozen=True, slots=True)
class Match:
    """How likely an item belongs to one story."""

    bond: Bond
    score: float


class Clusterer:
    """Assigns items to stories; remembers the items of the last seven days."""

    def __init__(
        self,
        reader: TermReader | None = None,
        rules: Rules | None = None,
        dimensions: int = 0,
        learnt: Coefficients | None = None,
    ) -> None:
        """``reader`` None reads by what the bridge we ship knows.

        ``dimensions`` is the length of the dense vectors that come with every item; 0
        where none does.
        """
        self.learnt = learnt or coefficients(is_dense=dimensions > 0)
        self._reader = reader or TermReader(background(), aliases())
        self._rules = rules or Rules()
        self._copies = Copies()
        self._parted: dict[str, str] = {}
        """Copy -> its original, where a person keeps the two apart."""
        self.present = Present(self.learnt.pairs, dimensions)

    def recall(
        self,
        reading: Reading,
        assignment: Assignment,
        vector: NDArray[np.float32] | None = None,
        *,
        is_parted: bool = False,
    ) -> None:
        """Remember an item that was assigned before, as after a restart.

        Recall every item published up to eight days before the newest assigned one;
        older ones do no harm. A copy that ``is_parted`` is in another story than its
        original: a person has said so, and it is compared like any other. The
        original itself may be too old to be recalled.
        """
        item, hours = reading.item, hours_of(reading.item)
        if item.recurring:
            return
        terms = self._reader.read(reading)
        original = assignment.copy_of
        self._copies.add(item.id, _copy_text(item, terms), hours, original)
        if original is None or is_parted:
            if original is not None:
                self._parted[item.id] = original
            row = self.present.add(item, terms, hours, vector)
            self.present.join(row, assignment.story)
        else:
            self.present.attach(item.id, original, assignment.story)

    def assign(
        self, reading: Reading, vector: NDArray[np.float32] | None = None
    ) -> Assignment:
        """Decide an item's story, and remember it.

        A recurring item opens a story that no other item joins.
        """
        item, hours = reading.item, hours_of(reading.item)
        if item.recurring:
            return self._opened(item, [])
        terms = self._reader.read(reading)
        text = _copy_text(item, terms)
        original = self._copies.find(text, hours)
        copied = self._copied(item, original)
        self._copies.add(item.id, text, hours, copied.copy_of if copied else None)
        if copied and original:
            self.present.attach(item.id, original, copied.story)
            return copied
        row = self.present.add(item, terms, hours, vector)
        made = self._bound(item) or self._decided(item, terms, row)
        self.present.join(row, made.story)
        return made

    def follow(self, changes: Iterable[Change]) -> None:
        """Take over what happened to stories since their items were assigned."""
        for change in changes:
            self.present.move(change.moves)

    @property
    def has_reunited(self) -> bool:
        """Whether a copy recalled as parted is in one story with its original again.

        It should be no item of its own any more: recall all anew.
        """
        story = self.present.story
        return any(
            story(copy) is not None and story(copy) == story(original)
            for copy, original in self._parted.items()
        )

    def _copied(self, item: Item, original: str | None) -> Assignment | None:
        """In the story of the item that it repeats, unless a person parted the two."""
        story = self.present.story(original) if original else None
        if original is None or story is None or story in self.barred(item.id):
            return None
        if self._rules.bound(item.id) - {item.id}:
            return None
        parts: dict[str, float] = {c: float(c == "original") for c in CHANNELS}
        return Assignment(item.id, story, 1.0, Why(parts, (), original), original)

    def _bound(self, item: Item) -> Assignment | None:
        """In the story of the items that a person put it with, if they are known."""
        for other in sorted(self._rules.bound(item.id) - {item.id}):
            story = self.present.story(other)
            if story is not None:
                why = Why(dict.fromkeys(CHANNELS, 0.0), nearest=other)
                return Assignment(item.id, story, 1.0, why)
        return None

    def barred(self, item: str) -> set[str]:
        """The stories that a person keeps it out of."""
        stories = {self.present.story(other) for other in self._rules.barred(item)}
        return {story for story in stories if story is not None}

    def _decided(self, item: Item, terms: Terms, row: int) -> Assignment:
        barred = self.barred(item.id)
        matches = [m for m in self.matches(row) if m.bond.story not in barred]
        likely = (m for m in matches if m.score >= self.least(m.bond, row))
        joined = next((m for m in likely if self.is_open(m.bond, row)), None)
        if joined is None:
            return self._opened(item, matches)
        return self._joined(item, terms, row, joined, matches)

    def matches(self, row: int) -> list[Match]:
        """The stories with anything in common, the likeliest first, then the oldest."""
        bonds, crowd = self.present.bonds(row)
        if not bonds:
            return []
        found = probabilities(bonds, features(bonds, crowd), self.learnt.joins)
        matches = list(map(Match, bonds[:_BONDS], found[:_BONDS]))
        age = self.present.age
        return sorted(matches, key=lambda m: (-m.score, age(m.bond.story)))

    def is_open(self, bond: Bond, row: int) -> bool:
        """Whether the guards let a row into a story, should it be likely enough."""
        if not bond.has_own and bond.nearest < ACROSS:
            return False
        is_wary = bond.members >= _HUB_MEMBERS or self._is_flooded(bond, row)
        links = bond.links
        return not is_wary or (
            len(links) >= _HUB_LINKS and links[_HUB_LINKS - 1].score >= _HUB_SCORE
        )

    def least(self, bond: Bond, row: int) -> float:
        """The probability at which a row joins a story."""
        is_one_outlets = self._own_share(bond, row) == 1
        return _LEAST_OF_OUTLET if is_one_outlets else self.learnt.join_at

    def _is_flooded(self, bond: Bond, row: int) -> bool:
        """Whether a story is large, and nearly all by the row's own outlet."""
        return (
            bond.members >= _OUTLET_MEMBERS
            and self._own_share(bond, row) > _OUTLET_SHARE
        )

    def _own_share(self, bond: Bond, row: int) -> float:
        """What share of a story is by a row's own outlet."""
        outlet = self.present.members[row].outlet
        rows = self.present.rows(bond.story).tolist()
        others = [self.present.members[r].outlet for r in rows if r != row]
        return others.count(outlet) / len(others) if outlet and others else 0.0

    def _opened(self, item: Item, matches: Sequence[Match]) -> Assignment:
        """The item in a story of its own; its score is that of the likeliest other."""
        story = new_story((item.id,), lambda s: bool(self.present.items(s)))
        if not matches:
            return Assignment(item.id, story, 0.0, Why(dict.fromkeys(CHANNELS, 0.0)))
        best = matches[0]
        why = Why(_parts(best), runner_up=best.bond.story, runner_up_score=best.score)
        return Assignment(item.id, story, best.score, why)

    def _joined(
        self,
        item: Item,
        terms: Terms,
        row: int,
        match: Match,
        matches: Sequence[Match],
    ) -> Assignment:
        other = next((m for m in matches if m is not match), None)
        why = Why(
            parts=_parts(match),
            shared=self._shared(terms, row, match.bond),
            nearest=self.present.members[match.bond.links[0].row].id,
            runner_up=other.bond.story if other else None,
            runner_up_score=other.score if other else 0.0,
        )
        return Assignment(item.id, match.bond.story, match.score, why)

    def _shared(self, terms: Terms, row: int, bond: Bond) -> tuple[str, ...]:
        """What the item shares with the nearest members, as the item writes it."""
        window, links = self.present.window, bond.links[: len(weights(1))]
        rows = np.array([link.row for link in links])
        found = window.shared_names(row, list(terms.names), rows)
        names = {key: terms.names[key].rarity for key in found}
        if links[0].is_across:
            found = window.shared_words(row, list(terms.english), rows)
            others = {k: terms.words[k] for k in found if k in terms.words}
        else:
            found = window.shared_lemmas(row, list(terms.original), rows)
            others = {key: terms.original[key].rarity for key in found}
        telling = {k: rarity for k, rarity in others.items() if rarity >= TELLING}
        keys = [*_rarest(names), *_rarest(telling)]
        return distinct(terms.surfaces[key] for key in keys)[:_SHARED_TERMS]


def hours_of(item: Item) -> float:
    """When an item was published, in hours of the epoch; a date to come is no date."""
    return min(item.published, item.seen).timestamp() / 3600


def _copy_text(item: Item, terms: Terms) -> CopyText:
    return copy_text(item, terms.heading.numbers, terms.masses)


def _parts(match: Match) -> Mapping[str, float]:
    """Channel -> its share of the probability; the largest takes what rounding left."""
    links = match.bond.links
    pairs = list(zip(weights(match.bond.members), links, strict=False))
    raw = {c: sum(w * link.parts[c] for w, link in pairs) for c in CHANNELS}
    total = sum(raw.values())
    made: dict[str, float] = {
        c: round(part / total * match.score, DIGITS) for c, part in raw.items()
    }
    largest = max(made, key=lambda channel: made[channel])
    rest = match.score - sum(made.values())
    made[largest] = round(made[largest] + rest, DIGITS)
    return made


def _rarest(rarity: Mapping[str, float]) -> list[str]:
    """Terms, the rarest first."""
    return sorted(rarity, key=lambda term: (-rarity[term], term))
