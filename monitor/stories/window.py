"""
The items of the last days as an inverted index: one item against all of them at once.

A row is one item. For each term a channel keeps the rows that have it and their
weights, so that the cosines of an item with every row are sums over its own terms.
Sums run in the order of the item's terms: neither the number of a row nor what lies
outside the days asked for changes a bit of them.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.stories.similarity import Features, Numbers
from monitor.stories.terms import Bag, Terms

_Rows = NDArray[np.intp]

_BACKGROUND_ITEMS = 8_400
"""What the background counts for, in items of the window: a fifth of its items. In
weeks when half of the news is about the Olympics, the word says nothing. B-cubed on
og2021 is .66 so and .43 by the background alone; on a week of mixed news, the same."""


class _Postings:
    """Term -> (row, values ...) of the rows that have it, flat."""

    def __init__(self, values: int) -> None:
        self._width = values + 1
        self._cells: dict[str, array[float]] = {}

    def add(self, row: int, term: str, *values: float) -> None:
        """Note that a row has a term."""
        self._cells.setdefault(term, array("d")).extend((row, *values))

    def find(self, terms: Sequence[str]) -> tuple[_Rows, Numbers, _Rows]:
        """(rows, their values, index into terms) of all rows that have the terms."""
        nothing = np.empty((0, self._width))
        found = [
            np.frombuffer(self._cells[term]).reshape(-1, self._width)
            if term in self._cells
            else nothing
            for term in terms
        ]
        cells = np.concatenate([nothing, *found])
        which = np.repeat(np.arange(len(terms)), [len(part) for part in found])
        return cells[:, 0].astype(np.intp), cells[:, 1:], which

    def renumber(self, new_rows: _Rows) -> None:
        """Give rows new numbers; those of -1 are forgotten."""
        kept: dict[str, array[float]] = {}
        for term, cells in self._cells.items():
            table = np.frombuffer(cells).reshape(-1, self._width).copy()
            table[:, 0] = new_rows[table[:, 0].astype(np.intp)]
            table = table[table[:, 0] >= 0]
            if len(table):
                kept[term] = array("d", table.ravel())
        self._cells = kept


@dataclass(frozen=True, slots=True)
class _Hits:
    """Where an item's terms are found among the rows asked for."""

    rows: _Rows
    values: Numbers
    """Of the rows, as posted."""
    which: _Rows
    """Index of the term."""
    damping: Numbers
    """Of each term, 0 to 1: what is left of its rarity in this window."""


class Window:
    """The terms of some items, by row, ready to be compared with another item's."""

    def __init__(self) -> None:
        self._english = _Postings(2)
        self._original = _Postings(1)
        self._names = _Postings(1)
        self._masses = _Postings(1)
        self._words = _Postings(0)
        self._hours = array("d")
        self._is_spanish = array("b")

    def __len__(self) -> int:
        return len(self._hours)

    @property
    def hours(self) -> Numbers:
        """When each row was published, in hours of the epoch; a copy."""
        return np.array(self._hours)

    def add(self, terms: Terms, hours: float) -> int:
        """Remember an item; returns its row."""
        row = len(self)
        for term, weight in terms.english.items():
            self._english.add(row, term, weight.whole, weight.title)
        for term, weight in terms.original.items():
            self._original.add(row, term, weight.whole)
        for term, weight in terms.names.items():
            self._names.add(row, term, weight.whole)
        for term, (_, share) in terms.masses.items():
            self._masses.add(row, term, share)
        for term in terms.words:
            self._words.add(row, term)
        self._hours.append(hours)
        self._is_spanish.append(terms.language == "es")
        return row

    def compare(self, terms: Terms, hours: float, since: float) -> Features:
        """How an item compares with each row; with rows before ``since`` in nothing.

        ``hours`` and ``since`` are in hours of the epoch.
        """
        is_recent = self.hours >= since
        english, english_title = self._english_cosines(terms.english, is_recent)
        name_mass, name_count = self._name_masses(terms.masses, is_recent)
        return Features(
            english=english,
            english_title=english_title,
            original=self._cosine(self._original, terms.original, is_recent),
            names=self._cosine(self._names, terms.names, is_recent),
            name_mass=name_mass,
            name_count=name_count,
            word_mass=self._word_mass(terms.words, is_recent),
            is_across=np.array(self._is_spanish, np.bool_) != (terms.language == "es"),
            gap_hours=np.abs(self.hours - hours),
        )

    def shared_names(self, terms: Terms, rows: _Rows) -> set[str]:
        """Which names and numbers of an item those rows have."""
        return _terms_in(self._names, terms.names, rows)

    def shared_words(self, terms: Terms, rows: _Rows) -> set[str]:
        """Which of its English words, names aside, those rows have."""
        return _terms_in(self._words, terms.words, rows)

    def shared_lemmas(self, terms: Terms, rows: _Rows) -> set[str]:
        """Which lemmas of its own language those rows have."""
        return _terms_in(self._original, terms.original, rows)

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all rows but these, which are numbered anew in their order."""
        kept = np.array(rows, np.intp)
        new_rows = np.full(len(self), -1, np.intp)
        new_rows[kept] = np.arange(len(kept))
        for channel in (self._english, self._original, self._names):
            channel.renumber(new_rows)
        for channel in (self._masses, self._words):
            channel.renumber(new_rows)
        self._hours = array("d", self.hours[kept])
        self._is_spanish = array("b", [self._is_spanish[row] for row in rows])

    def _english_cosines(
        self, bag: Bag, is_recent: NDArray[np.bool_]
    ) -> tuple[Numbers, Numbers]:
        weights = _table(bag)
        hits = _find(self._english, list(bag), weights[:, 2], is_recent)
        whole = (weights[:, 0] * hits.damping)[hits.which]
        title = (weights[:, 1] * hits.damping)[hits.which]
        return (
            self._sum(hits.rows, hits.values[:, 0] * whole),
            np.maximum(
                self._sum(hits.rows, hits.values[:, 0] * title),
                self._sum(hits.rows, hits.values[:, 1] * whole),
            ),
        )

    def _cosine(
        self, channel: _Postings, bag: Bag, is_recent: NDArray[np.bool_]
    ) -> Numbers:
        weights = _table(bag)
        hits = _find(channel, list(bag), weights[:, 2], is_recent)
        whole = (weights[:, 0] * hits.damping)[hits.which]
        return self._sum(hits.rows, hits.values[:, 0] * whole)

    def _name_masses(
        self, masses: Mapping[str, tuple[float, float]], is_recent: NDArray[np.bool_]
    ) -> tuple[Numbers, Numbers]:
        """What is half of one name and all of another counts as root one half."""
        rarity, share = np.array([*masses.values()]).reshape(-1, 2).T
        hits = _find(self._masses, list(masses), rarity, is_recent)
        count = np.sqrt(hits.values[:, 0] * share[hits.which])
        count = count * hits.damping[hits.which]
        mass = self._sum(hits.rows, count * rarity[hits.which])
        return mass, self._sum(hits.rows, count)

    def _word_mass(
        self, words: Mapping[str, float], is_recent: NDArray[np.bool_]
    ) -> Numbers:
        rarity = np.array([*words.values()])
        hits = _find(self._words, list(words), rarity, is_recent)
        return self._sum(hits.rows, (rarity * hits.damping)[hits.which])

    def _sum(self, rows: _Rows, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(rows, values, len(self)), np.float64)


def _table(bag: Bag) -> Numbers:
    """Whole, title and rarity of each term."""
    return np.array([*bag.values()], np.float64).reshape(-1, 3)


def _find(
    channel: _Postings,
    terms: Sequence[str],
    rarity: Numbers,
    is_recent: NDArray[np.bool_],
) -> _Hits:
    rows, values, which = channel.find(terms)
    if not is_recent.all():
        kept = is_recent[rows]
        rows, values, which = rows[kept], values[kept], which[kept]
    found = np.bincount(which, minlength=len(terms))
    damping = _damping(rarity, found, int(is_recent.sum()))
    return _Hits(rows, values, which, damping)


def _damping(rarity: Numbers, found: NDArray[np.intp], items: int) -> Numbers:
    """What is left of the rarity of terms found in so many of the items, 0 to 1.

    Rarity is taken anew over the background and the items together; the one item
    that a term may pair with does not count.
    """
    others = np.maximum(found - 1, 0) / _BACKGROUND_ITEMS
    anew = np.log((1 + items / _BACKGROUND_ITEMS) / (np.exp(-rarity) + others))
    return np.clip(anew / np.maximum(rarity, 1e-9), 0, 1)


def _terms_in(channel: _Postings, terms: Iterable[str], rows: _Rows) -> set[str]:
    keys = list(terms)
    found, _, which = channel.find(keys)
    return {keys[i] for i in np.unique(which[np.isin(found, rows)])}
