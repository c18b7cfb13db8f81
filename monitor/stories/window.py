"""
The items of the last days, by row: which could tell one item's story, and how they
compare with it.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from monitor.stories.similarity import Features
from monitor.stories.sparse import Column, Hits, Numbers, Rows, Sparse
from monitor.stories.terms import Bag, Terms

_BACKGROUND_ITEMS = 1_000
"""What the background counts for, in items of the window. In weeks when half of the
news is about the Olympics, the word says nothing: B-cubed on the second half of og2021
is .68 so, .64 at 8,400. On labelled days after a week of mixed news it is the same."""
_BUDGET = 30_000
"""Cells that one search in one channel may look at. A window of 20,000 items has fewer
for most items; in one of 200,000, what an item shares with thousands is left out."""
_MOST_CANDIDATES = 100
"""B-cubed on rss_* days and og2021 is the same with 400."""
_LEAST_SHARED = 0.05
"""Sum of the cosines found by the search; below it a pair has no words in common that
matter."""


class Window:
    """The terms of some items, by row."""

    def __init__(self, dimensions: int = 0) -> None:
        """``dimensions`` is the length of the items' dense vectors; 0 without them."""
        self._english = Sparse(3)
        self._original = Sparse(1)
        self._names = Sparse(2)
        self._letters = Sparse(1, is_searched=False)
        self._channels = (self._english, self._original, self._names, self._letters)
        self._vectors = Column(np.float32, dimensions) if dimensions else None
        self._hours = Column(np.float64)
        self._is_spanish = Column(np.bool_)

    def __len__(self) -> int:
        return len(self._hours)

    @property
    def hours(self) -> Numbers:
        """When each row was published, in hours of the epoch; a view."""
        return np.asarray(self._hours.cells, np.float64)

    @property
    def is_spanish(self) -> NDArray[np.bool_]:
        """Whether each row is in Spanish; a view."""
        return np.asarray(self._is_spanish.cells, np.bool_)

    def add(
        self, terms: Terms, hours: float, vector: NDArray[np.float32] | None = None
    ) -> int:
        """Remember an item; returns its row."""
        english = {
            key: (weight.whole, weight.title, sqrt(terms.words.get(key, 0.0)))
            for key, weight in terms.english.items()
        }
        names = {
            key: (weight.whole, terms.masses[key][1] if key in terms.masses else 0.0)
            for key, weight in terms.names.items()
        }
        self._english.add(english, _rarities(terms.english))
        self._original.add(
            {key: (weight.whole,) for key, weight in terms.original.items()},
            _rarities(terms.original),
        )
        self._names.add(names, _rarities(terms.names))
        self._letters.add({k: (weight,) for k, weight in terms.letters.items()}, ())
        if self._vectors is not None:
            self._vectors.extend([vector])
        self._hours.extend([hours])
        self._is_spanish.extend([terms.language == "es"])
        return len(self) - 1

    def damp(self, rows: Rows) -> None:
        """Count what these rows have in common as less rare from now on."""
        for channel in (self._english, self._original, self._names):
            channel.damp(rows, _BACKGROUND_ITEMS)

    def search(self, row: int, is_visible: NDArray[np.bool_]) -> Rows:
        """The visible rows that share most with a row; never itself."""
        shared = np.zeros(len(self))
        for channel in (self._english, self._original, self._names):
            rows, cosines = channel.search(row, _BUDGET)
            shared += np.bincount(rows, cosines, len(self))
        shared[row] = 0
        rows = np.flatnonzero(is_visible & (shared > _LEAST_SHARED))
        if len(rows) > _MOST_CANDIDATES:
            # The rows of equal sums are taken by their time, not by their number.
            order = np.lexsort((-self.hours[rows], -np.round(shared[rows], 4)))
            rows = np.sort(rows[order[:_MOST_CANDIDATES]])
        return rows

    def compare(self, row: int, rows: Rows) -> Features:
        """How a row compares with each of the others."""
        count = len(rows)
        english, title, words = self._compare_english(row, rows)
        names, mass, name_count = self._compare_names(row, rows)
        own = self._original.hits(row, rows)
        original = self._original.values(row)[:, 0] * self._original.damping(row)
        mine = self._letters.values(row)[:, 0].astype(np.float64)
        letters = self._letters.hits(row, rows)
        across = self.is_spanish[rows] != self.is_spanish[row]
        return Features(
            english=english,
            english_title=title,
            original=_sums(own, original, count) * ~across,
            names=names,
            name_mass=mass,
            name_count=name_count,
            word_mass=words,
            letters=_sums(letters, mine, count),
            dense=self._compare_vectors(row, rows),
            is_across=across,
            gap_hours=np.abs(self.hours[rows] - self.hours[row]),
        )

    def shared_names(self, row: int, keys: Sequence[str], rows: Rows) -> set[str]:
        """Which names and numbers of a row, in their order, those rows have."""
        return _found(self._names, row, keys, rows)

    def shared_words(self, row: int, keys: Sequence[str], rows: Rows) -> set[str]:
        """Which of its English terms, in their order, those rows have."""
        return _found(self._english, row, keys, rows)

    def shared_lemmas(self, row: int, keys: Sequence[str], rows: Rows) -> set[str]:
        """Which lemmas of its own language, in their order, those rows have."""
        return _found(self._original, row, keys, rows)

    def keep(self, rows: Rows) -> None:
        """Forget all rows but these, which are numbered anew in their order."""
        for channel in self._channels:
            channel.keep(rows)
        for column in (self._hours, self._is_spanish, self._vectors):
            if column is not None:
                column.replace(column.cells[rows])

    def _compare_english(self, row: int, rows: Rows) -> tuple[Numbers, ...]:
        hits = self._english.hits(row, rows)
        damping = self._english.damping(row)
        whole, title, worth = (self._english.values(row) * damping[:, None]).T
        return (
            _sums(hits, whole, len(rows)),
            np.maximum(
                _sums(hits, title, len(rows)), _sums(hits, whole, len(rows), column=1)
            ),
            _sums(hits, worth, len(rows), column=2),  # root times root is the rarity
        )

    def _compare_names(self, row: int, rows: Rows) -> tuple[Numbers, ...]:
        """What is half of one name and all of another counts as root one half."""
        hits = self._names.hits(row, rows)
        damping = self._names.damping(row)
        mine = self._names.values(row)
        count = np.sqrt(mine[hits.mine, 1] * hits.theirs[:, 1]) * damping[hits.mine]
        mass = count * self._names.rarity(row)[hits.mine]
        return (
            _sums(hits, mine[:, 0] * damping, len(rows)),
            np.asarray(np.bincount(hits.which, mass, len(rows)), np.float64),
            np.asarray(np.bincount(hits.which, count, len(rows)), np.float64),
        )

    def _compare_vectors(self, row: int, rows: Rows) -> Numbers:
        if self._vectors is None:
            return np.zeros(len(rows))
        vectors = self._vectors.cells
        mine = vectors[row].astype(np.float64)
        cosines = np.einsum("ij,j->i", vectors[rows], mine)
        return np.asarray(np.maximum(cosines, 0.0), np.float64)


def _rarities(bag: Bag) -> list[float]:
    return [weight.rarity for weight in bag.values()]


def _sums(hits: Hits, mine: Numbers, count: int, column: int = 0) -> Numbers:
    """Of the products of values, over the shared terms of each pair."""
    products = mine[hits.mine] * hits.theirs[:, column]
    return np.asarray(np.bincount(hits.which, products, count), np.float64)


def _found(channel: Sparse, row: int, keys: Sequence[str], rows: Rows) -> set[str]:
    return {keys[i] for i in np.unique(channel.hits(row, rows).mine).tolist()}
