"""
How the two sides word the matters of the framing lexicon, from originals alone.

Each count is of items in which a frame's term stands, title or summary, each text once
an outlet; an item that uses two frames counts for both. Every number carries the
mentions it was counted from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.concept import ASIDE, Concept
from monitor.coverage.finder import Finder, Hit, longest
from monitor.coverage.odds import Leaning, leanings
from monitor.coverage.originals import Original, once
from monitor.model import LANGUAGES, SIDES, Country, Item, Language

MIN_MENTIONS = 5
"""Mentions of a concept on each side below which nothing is said of its frames."""
MIN_TEXTS = 3
"""Independent texts in which the side that uses a frame more must have it."""

Part = Literal["title", "summary"]
Key = tuple[str, str]
"""(concept, frame)"""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an item words a concept."""

    item: Item
    concept: str
    frame: str
    part: Part
    start: int
    """In the item's title or summary, as is ``end``."""
    end: int

    @property
    def words(self) -> str:
        """What stands there."""
        text = self.item.title if self.part == "title" else self.item.summary
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Cell:
    """How one side uses one frame of a concept."""

    mentions: tuple[Mention, ...] = ()
    """The first of each item counted, by (published, id): a title's before a
    summary's."""
    share: float = 0.0
    """Of the side's uses of any frame of the concept, 0 to 1."""
    texts: int = 0
    """Independent ones among the items."""

    @property
    def items(self) -> int:
        """How many items use it, each text once an outlet."""
        return len(self.mentions)


@dataclass(frozen=True, slots=True)
class FrameUse:
    """One frame of a concept on both sides."""

    frame: str
    cells: Mapping[Country, Cell]
    leaning: Leaning | None
    """Above 0 where the United States use it more; None below the least counts."""


@dataclass(frozen=True, slots=True)
class ConceptUse:
    """How both sides word one concept."""

    concept: str
    uses: tuple[FrameUse, ...]
    """In the lexicon's order, those that neither side uses left out."""
    totals: Mapping[Country, int]
    """Uses of any of its frames by each side."""


class Framing:
    """The framing lexicon, ready to read items."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts = tuple(concepts)
        self._finders = {x: Finder(_terms(self.concepts, x)) for x in LANGUAGES}

    def mentions(self, item: Item) -> list[Mention]:
        """Where an item words a concept: in its title, then in its summary."""
        parts: tuple[tuple[Part, str], ...] = (
            ("title", item.title),
            ("summary", item.summary),
        )
        return [
            Mention(item, *hit.key, part, hit.start, hit.end)
            for part, text in parts
            for hit in _apart(self._finders[item.language].hits(text))
            if hit.key[1] != ASIDE
        ]

    def compare(self, found: Iterable[Original]) -> tuple[ConceptUse, ...]:
        """How each side words each concept that is mentioned, in the lexicon's order.

        The order of ``found`` does not matter.
        """
        by_cell: dict[Key, dict[Country, list[tuple[Mention, str]]]] = defaultdict(
            lambda: {side: [] for side in SIDES}
        )
        for each in once(found):
            first: dict[Key, Mention] = {}
            for mention in self.mentions(each.item):
                first.setdefault((mention.concept, mention.frame), mention)
            for key, mention in first.items():
                by_cell[key][each.item.country].append((mention, each.text))
        made = (_use(concept, by_cell) for concept in self.concepts)
        return tuple(use for use in made if use.uses)


def _terms(
    concepts: Iterable[Concept], language: Language
) -> Iterable[tuple[Key, str]]:
    for concept in concepts:
        for frame in (*concept.frames, concept.aside):
            for term in frame.terms(language):
                yield (concept.name, frame.name), term


def _apart(hits: Iterable[Hit[Key]]) -> list[Hit[Key]]:
    """The hits without those that begin inside another of their concept, by place.

    So *undocumented migrants* is one wording, not two, and *Wall Street* no wall.
    """
    of_concept: dict[str, list[Hit[Key]]] = defaultdict(list)
    for hit in hits:
        of_concept[hit.key[0]].append(hit)
    kept = (hit for found in of_concept.values() for hit in longest(found))
    return sorted(kept, key=lambda hit: hit.start)


def _use(
    concept: Concept,
    by_cell: Mapping[Key, Mapping[Country, list[tuple[Mention, str]]]],
) -> ConceptUse:
    used = {f.name: (concept.name, f.name) for f in concept.frames}
    used = {frame: key for frame, key in used.items() if key in by_cell}
    counts = {s: {f: len(by_cell[k][s]) for f, k in used.items()} for s in SIDES}
    totals = {side: sum(counts[side].values()) for side in SIDES}
    told = leanings(counts["US"], counts["MX"])
    uses = []
    for frame, key in used.items():
        cells = {s: _cell(by_cell[key][s], totals[s]) for s in SIDES}
        is_enough = min(totals.values()) >= MIN_MENTIONS and _is_backed(cells)
        leaning = told.get(frame) if is_enough else None
        uses.append(FrameUse(frame, cells, leaning))
    return ConceptUse(concept.name, tuple(uses), totals)


def _is_backed(cells: Mapping[Country, Cell]) -> bool:
    return max(cell.texts for cell in cells.values()) >= MIN_TEXTS


def _cell(found: Sequence[tuple[Mention, str]], total: int) -> Cell:
    return Cell(
        tuple(mention for mention, _ in found),
        len(found) / total if total else 0.0,
        len({text for _, text in found}),
    )
