"""
How well stories found agree with stories labelled.

B-cubed asks of every item how pure its story is (precision) and how much of its true
story it holds (recall); pairwise scores ask the same of pairs of items. Most news
items are alone in their story, which flatters B-cubed: so everything stands beside the
score of *singletons*, the answer that puts every item by itself, and B-cubed is also
given over the items that are not alone, by the size of their story.

Copies of one text are easily found together and flatter all of these, so everything is
given without them, too.

Cost is one pass over the items and one over (true story, found story) cells.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from math import comb
from typing import Any

from monitor.model import LANGUAGES, Item, Language

_Cell = tuple[str, str]
"""(true story, found story)"""
_Sizes = Mapping[str, Mapping[Language, int]]
"""Story -> how many of its items are in each language."""

SIZES: Mapping[str, range] = {
    "2-3": range(2, 4),
    "4-10": range(4, 11),
    "11+": range(11, 10**9),
}
"""Items of a true story, scored ones: most have two or three, a few have most items."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean, each 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """0 if both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Slice:
    """Agreement over some of the items."""

    items: int
    true_stories: int
    found_stories: int
    bcubed: Agreement
    pairs: Agreement


@dataclass(frozen=True, slots=True)
class Sized:
    """Agreement over the items of true stories of some size."""

    items: int
    stories: int
    bcubed: Agreement


@dataclass(frozen=True, slots=True)
class Bilingual:
    """Agreement on what the two languages share."""

    pairs: Agreement
    """Over pairs of an English and a Spanish item."""
    largest_share: float
    """Share of the true pairs that the labelled story with most of them has."""
    pairs_besides: Agreement
    """As ``pairs``, without the items of that story."""
    true_stories: int
    """Labelled stories with items in both languages ..."""
    found: int
    """... of which at least one true pair is together in a found story."""
    mean_share: float
    """Share of its true pairs found together, averaged over those stories."""
    found_stories: int
    """Found stories with items in both languages ..."""
    wrong: int
    """... of which not one pair across the languages is true."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One answer's agreement with the labels."""

    all: Slice
    languages: Mapping[Language, Slice]
    """Of each language's items alone."""
    multi: Agreement
    """B-cubed averaged over the items of true stories of two items or more."""
    sizes: Mapping[str, Sized]
    """The same by size, as in ``SIZES``."""
    bilingual: Bilingual


@dataclass(frozen=True, slots=True)
class Report:
    """An answer's scores beside the floor."""

    scores: Scores
    singletons: Scores
    """What putting every item by itself would score."""
    originals: Scores
    """As ``scores``, with the copies left out of what is scored ..."""
    originals_alone: Scores
    """... and ``singletons`` over the same items."""
    copies: int
    """Scored items that repeat another's text."""
    unscored: int
    """Items that were clustered but not scored, such as those of uncertain label."""

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON values; every agreement carries its f1."""
        made = _plain(self)
        assert isinstance(made, dict)
        return made


def report(
    items: Iterable[Item],
    truth: Mapping[str, str],
    found: Mapping[str, str],
    scored: Set[str],
    copies: Set[str] = frozenset(),
) -> Report:
    """Score found stories (item id -> story) against true ones over the scored ids.

    ``copies`` are the ids of the items that were found to repeat another's text.
    """
    languages: dict[str, Language] = {i.id: i.language for i in items}
    kept = {item: spoken for item, spoken in languages.items() if item in scored}
    originals = {item: spoken for item, spoken in kept.items() if item not in copies}
    alone = {item: item for item in kept}
    return Report(
        scores=score(kept, truth, found),
        singletons=score(kept, truth, alone),
        originals=score(originals, truth, found),
        originals_alone=score(originals, truth, alone),
        copies=len(kept) - len(originals),
        unscored=len(languages) - len(kept),
    )


def score(
    languages: Mapping[str, Language],
    truth: Mapping[str, str],
    found: Mapping[str, str],
) -> Scores:
    """Score found stories over the items given with their languages."""
    cells: dict[_Cell, Counter[Language]] = defaultdict(Counter)
    for item, language in languages.items():
        cells[truth[item], found[item]][language] += 1
    totals = {cell: counts.total() for cell, counts in cells.items()}
    true_sizes = _totals(totals, 0)
    return Scores(
        all=_slice(totals),
        languages={
            language: _slice(
                {c: counts[language] for c, counts in cells.items() if counts[language]}
            )
            for language in LANGUAGES
        },
        multi=_bcubed(totals, lambda cell: true_sizes[cell[0]] > 1),
        sizes={name: _sized(totals, true_sizes, size) for name, size in SIZES.items()},
        bilingual=_bilingual(cells),
    )


def _slice(cells: Mapping[_Cell, int]) -> Slice:
    true_sizes, found_sizes = _totals(cells, 0), _totals(cells, 1)
    together = sum(comb(n, 2) for n in cells.values())
    return Slice(
        items=sum(cells.values()),
        true_stories=len(true_sizes),
        found_stories=len(found_sizes),
        bcubed=_bcubed(cells, lambda _: True),
        pairs=_agreement(
            together,
            sum(comb(n, 2) for n in found_sizes.values()),
            sum(comb(n, 2) for n in true_sizes.values()),
        ),
    )


def _sized(
    cells: Mapping[_Cell, int], true_sizes: Mapping[str, int], size: range
) -> Sized:
    chosen = [n for n in true_sizes.values() if n in size]
    return Sized(
        items=sum(chosen),
        stories=len(chosen),
        bcubed=_bcubed(cells, lambda cell: true_sizes[cell[0]] in size),
    )


def _bcubed(cells: Mapping[_Cell, int], counts: Callable[[_Cell], bool]) -> Agreement:
    """B-cubed averaged over the items of the cells that count."""
    true_sizes, found_sizes = _totals(cells, 0), _totals(cells, 1)
    kept = [(cell, n) for cell, n in cells.items() if counts(cell)]
    items = sum(n for _, n in kept)
    if not items:
        return Agreement(1.0, 1.0)
    return Agreement(
        precision=sum(n * n / found_sizes[cell[1]] for cell, n in kept) / items,
        recall=sum(n * n / true_sizes[cell[0]] for cell, n in kept) / items,
    )


def _totals(cells: Mapping[_Cell, int], side: int) -> Counter[str]:
    """Sizes of the true (side 0) or found (side 1) stories."""
    sizes: Counter[str] = Counter()
    for cell, n in cells.items():
        sizes[cell[side]] += n
    return sizes


def _agreement(together: int, found: int, true: int) -> Agreement:
    """Of pairs; of none found, none is wrong, and of none true, none is missed."""
    return Agreement(
        precision=together / found if found else 1.0,
        recall=together / true if true else 1.0,
    )


def _bilingual(cells: Mapping[_Cell, Mapping[Language, int]]) -> Bilingual:
    true_pairs = _pairs_across(_sizes(cells, 0))
    found_pairs = _pairs_across(_sizes(cells, 1))
    together = {cell: _across(counts) for cell, counts in cells.items()}
    total = sum(true_pairs.values())
    largest = max(true_pairs, key=lambda story: (true_pairs[story], story), default="")
    shares = dict.fromkeys(true_pairs, 0.0)
    for (story, _), pairs in together.items():
        if pairs:
            shares[story] += pairs / true_pairs[story]
    right = {found for (_, found), pairs in together.items() if pairs}
    return Bilingual(
        pairs=_agreement_across(cells),
        largest_share=true_pairs[largest] / total if total else 0.0,
        pairs_besides=_agreement_across(
            {cell: counts for cell, counts in cells.items() if cell[0] != largest}
        ),
        true_stories=len(true_pairs),
        found=sum(share > 0 for share in shares.values()),
        mean_share=sum(shares.values()) / len(shares) if shares else 1.0,
        found_stories=len(found_pairs),
        wrong=len(found_pairs.keys() - right),
    )


def _agreement_across(cells: Mapping[_Cell, Mapping[Language, int]]) -> Agreement:
    """Over the pairs across the languages."""
    return _agreement(
        sum(map(_across, cells.values())),
        sum(_pairs_across(_sizes(cells, 1)).values()),
        sum(_pairs_across(_sizes(cells, 0)).values()),
    )


def _sizes(cells: Mapping[_Cell, Mapping[Language, int]], side: int) -> _Sizes:
    sizes: dict[str, Counter[Language]] = defaultdict(Counter)
    for cell, counts in cells.items():
        sizes[cell[side]].update(counts)
    return sizes


def _pairs_across(sizes: _Sizes) -> dict[str, int]:
    """Story -> its pairs across the languages, for stories that have any."""
    return {s: _across(counts) for s, counts in sizes.items() if _across(counts)}


def _across(counts: Mapping[Language, int]) -> int:
    return counts.get("en", 0) * counts.get("es", 0)


def _plain(value: object) -> object:
    if isinstance(value, Agreement):
        return {**asdict(value), "f1": value.f1}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {
            name: _plain(getattr(value, name)) for name in value.__dataclass_fields__
        }
    return value
