"""
Items -> stories, one item at a time, as they come.

An item joins the story it is closest to, if that is close enough, and opens one
otherwise. What the clusterer knows is a function of the items of the last seven days
and of their stories: recall those, in any order, and it decides as if it had never
stopped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.model import Assignment, Item, Reading, Why
from monitor.stories.aliases import Aliases, aliases
from monitor.stories.background import background
from monitor.stories.similarity import (
    CHANNELS,
    Channel,
    Features,
    Scorer,
    candidates,
    score,
)
from monitor.stories.templates import Heading, is_frame_pair, is_routine_pair
from monitor.stories.terms import TermReader, Terms
from monitor.stories.window import Window
from monitor.text import fold, words

WINDOW = timedelta(days=7)
"""How long after its last item a story can be joined."""

_WINDOW_HOURS = WINDOW / timedelta(hours=1)
_JOIN = 0.15
"""Least closeness for joining: B-cubed on rss_* days is flat from .12 to .20, and items
of multi-item stories gain from the lower end."""
_ACROSS = 0.7
"""Least score of a pair for a story to become bilingual: of the bilingual stories
found on rss_* days, 13 % are wrong then."""
_NEAR = 10
_NEAREST = 3
"""Closeness is half the mean over the nearest 10 members and half over the nearest 3:
big stories have many angles, and no item is close to all of them."""
_HUB_MEMBERS = 200
_HUB_SCORE = 0.5
"""A story of 200 items takes another only if its 3 nearest members are this close: in
six weeks of news the largest story has 256 items so, and 462 without."""
_LEAST_SCORE = 0.02
"""Pairs below this cannot make a story close enough."""
_SHARED_TERMS = 6
_TELLING = 4.0
"""Rarity of words worth showing: commoner ones, such as "still", explain nothing."""
_SWEEP_ROWS = 1000
"""How often to look for rows to sweep out."""
_DIGITS = 4
"""Scores are rounded before they are compared, so that no last bit decides."""


@dataclass(frozen=True, slots=True)
class _Member:
    """An item of the window."""

    id: str
    story: str
    outlet: str
    hours: float
    heading: Heading


@dataclass(frozen=True, slots=True)
class _Link:
    """How an item compares with one member."""

    row: int
    member: _Member
    score: float
    parts: Mapping[Channel, float]
    is_across: bool


@dataclass(frozen=True, slots=True)
class _Match:
    """How close an item is to one story."""

    story: str
    closeness: float
    parts: Mapping[str, float]
    links: Sequence[_Link]
    """To its nearest members, the nearest first."""
    oldest: tuple[float, str]
    """When its oldest member in the window was published, and its id."""
    is_open: bool
    """Whether the guards let the item in, should it be close enough."""


class Clusterer:
    """Assigns items to stories; remembers the items of the last seven days."""

    def __init__(self, known: Aliases | None = None, scorer: Scorer = score) -> None:
        """``known`` None is what the bridge we ship knows."""
        self._score = scorer
        self._reader = TermReader(background(), known or aliases())
        self._window = Window()
        self._members: list[_Member] = []
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._latest = float("-inf")

    def recall(self, reading: Reading, assignment: Assignment) -> None:
        """Remember an item that was assigned before, as after a restart.

        Recall every item published up to ``WINDOW`` before the newest assigned one;
        older ones do no harm.
        """
        if not reading.item.recurring:
            self._remember(reading.item, self._reader.read(reading), assignment.story)

    def assign(self, reading: Reading) -> Assignment:
        """Decide an item's story, and remember it.

        A recurring item opens a story that no other item joins.
        """
        item = reading.item
        if item.recurring:
            return _opened(item, [])
        terms = self._reader.read(reading)
        matches = self._matches(item, terms)
        joined = next((m for m in matches if m.is_open and m.closeness >= _JOIN), None)
        made = self._joined(item, terms, joined) if joined else _opened(item, matches)
        self._remember(item, terms, made.story)
        return made

    def _matches(self, item: Item, terms: Terms) -> list[_Match]:
        """The stories with anything in common, the closest first, then the oldest."""
        hours = _hours(item)
        since = max(self._latest, hours) - _WINDOW_HOURS
        features = self._window.compare(terms, hours, since)
        is_visible = self._window.hours >= since
        is_visible &= features.gap_hours <= _WINDOW_HOURS
        rows = candidates(features)
        rows = rows[is_visible[rows]]
        links: dict[str, list[_Link]] = defaultdict(list)
        for link in self._links(item, terms.heading, rows, features.take(rows)):
            links[link.member.story].append(link)
        matches = []
        for story, found in links.items():
            members = np.array(self._rows[story])
            members = members[is_visible[members]]
            has_own = not features.is_across[members].all()
            everyone = [self._members[row] for row in members]
            matches.append(_match(story, found, everyone, has_own))
        return sorted(matches, key=lambda match: (-match.closeness, match.oldest))

    def _links(
        self, item: Item, heading: Heading, rows: NDArray[np.intp], features: Features
    ) -> Iterator[_Link]:
        """To the members that count, those of one template aside."""
        scores, parts = self._score(features)
        for i in np.flatnonzero(scores >= _LEAST_SCORE):
            row = int(rows[i])
            member = self._members[row]
            if not _is_template(item, heading, member):
                shares = {channel: float(parts[channel][i]) for channel in CHANNELS}
                across = bool(features.is_across[i])
                yield _Link(row, member, float(scores[i]), shares, across)

    def _joined(self, item: Item, terms: Terms, match: _Match) -> Assignment:
        why = Why(
            parts=match.parts,
            shared=self._shared(terms, match.links),
            nearest=match.links[0].member.id,
        )
        return Assignment(item.id, match.story, match.closeness, why)

    def _shared(self, terms: Terms, links: Sequence[_Link]) -> tuple[str, ...]:
        """What the item shares with the nearest members, as the item writes it."""
        rows = np.array([link.row for link in links])
        found = self._window.shared_names(terms, rows)
        names = {key: terms.names[key].rarity for key in found}
        if links[0].is_across:
            found = self._window.shared_words(terms, rows)
            others = {key: terms.words[key] for key in found}
        else:
            found = self._window.shared_lemmas(terms, rows)
            others = {key: terms.original[key].rarity for key in found}
        telling = {k: rarity for k, rarity in others.items() if rarity >= _TELLING}
        keys = [*_rarest(names), *_rarest(telling)]
        return _distinct([terms.surfaces[key] for key in keys])[:_SHARED_TERMS]

    def _remember(self, item: Item, terms: Terms, story: str) -> None:
        hours = _hours(item)
        row = self._window.add(terms, hours)
        member = _Member(item.id, story, item.outlet, hours, terms.heading)
        self._members.append(member)
        self._rows[story].append(row)
        self._latest = max(self._latest, hours)
        self._forget()

    def _forget(self) -> None:
        """Sweep out what no item can see any more, a thousand and more at a time.

        A sweep costs as much as the window is large, so it waits for as many old rows
        as there are young ones. It changes no decision: old rows are out of sight.
        """
        if len(self._members) % _SWEEP_ROWS:
            return
        start = self._latest - _WINDOW_HOURS
        kept = [i for i, member in enumerate(self._members) if member.hours >= start]
        if len(kept) > len(self._members) / 2:
            return
        self._window.keep(kept)
        self._members = [self._members[i] for i in kept]
        self._rows = defaultdict(list)
        for row, member in enumerate(self._members):
            self._rows[member.story].append(row)


def _hours(item: Item) -> float:
    """When an item was published, in hours of the epoch; a date to come is no date."""
    return min(item.published, item.seen).timestamp() / 3600


def _is_template(item: Item, heading: Heading, member: _Member) -> bool:
    is_one_outlet = item.outlet == member.outlet and item.outlet != ""
    return is_routine_pair(heading, member.heading) or (
        is_one_outlet and is_frame_pair(heading, member.heading)
    )


def _match(
    story: str, links: list[_Link], members: Sequence[_Member], has_own: bool
) -> _Match:
    """Closeness to a story of these members, some of which are linked to the item.

    ``has_own`` says whether any of them is in the item's language.
    """
    links.sort(key=lambda link: (-link.score, link.member.hours, link.member.id))
    nearest = links[:_NEAR]
    weights = [
        0.5 / min(_NEAR, len(members))
        + (0.5 / min(_NEAREST, len(members)) if rank < _NEAREST else 0)
        for rank in range(len(nearest))
    ]
    pairs = list(zip(weights, nearest, strict=True))
    closeness = round(sum(weight * link.score for weight, link in pairs), _DIGITS)
    parts = {c: sum(w * link.parts[c] for w, link in pairs) for c in CHANNELS}
    return _Match(
        story=story,
        closeness=closeness,
        parts=_rounded(parts, closeness),
        links=nearest,
        oldest=min((member.hours, member.id) for member in members),
        is_open=_is_open(links, len(members), has_own),
    )


def _is_open(links: Sequence[_Link], members: int, has_own: bool) -> bool:
    """Whether a story takes an item with these links, the nearest first."""
    if not has_own and links[0].score < _ACROSS:
        return False
    return members < _HUB_MEMBERS or (
        len(links) >= _NEAREST and links[_NEAREST - 1].score >= _HUB_SCORE
    )


def _opened(item: Item, matches: Sequence[_Match]) -> Assignment:
    """The item in a story of its own; its score is that of the closest other."""
    story = f"s{item.id}"
    if not matches:
        return Assignment(item.id, story, 0.0, Why(dict.fromkeys(CHANNELS, 0.0)))
    return Assignment(item.id, story, matches[0].closeness, Why(matches[0].parts))


def _rounded(parts: Mapping[Channel, float], total: float) -> Mapping[str, float]:
    """Parts rounded so that they add up to the total: the largest takes the rest."""
    made: dict[str, float] = {c: round(part, _DIGITS) for c, part in parts.items()}
    largest = max(made, key=lambda channel: made[channel])
    rest = total - sum(made.values())
    made[largest] = round(made[largest] + rest, _DIGITS)
    return made


def _rarest(rarity: Mapping[str, float]) -> list[str]:
    """Terms, the rarest first."""
    return sorted(rarity, key=lambda term: (-rarity[term], term))


def _distinct(surfaces: Iterable[str]) -> tuple[str, ...]:
    """Texts that add a word to those before: not ``Haley`` after ``Nikki Haley``."""
    shown: list[str] = []
    said: set[str] = set()
    for surface in surfaces:
        words_in = set(words(fold(surface)))
        if not words_in <= said:
            shown.append(surface)
            said |= words_in
    return tuple(shown)
