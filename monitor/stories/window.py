"""
The items of the last days as an inverted index: one item against all of them at once.

A row is one item. For each term a channel keeps the rows that have it and their
weights, so that the cosines of an item with every row are sums over its own terms.
Sums run in the order of the item's terms: neither the number of a row nor what else
is in the window changes a bit of them.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.stories.similarity import Features, Numbers
from monitor.stories.terms import Terms

_Rows = NDArray[np.intp]


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
        found = [
            np.frombuffer(self._cells[term]).reshape(-1, self._width)
            if term in self._cells
            else np.empty((0, self._width))
            for term in terms
        ]
        cells = np.concatenate([np.empty((0, self._width)), *found])
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

    @property
    def is_spanish(self) -> NDArray[np.bool_]:
        """Whether each row is in Spanish; a copy."""
        return np.array(self._is_spanish, dtype=np.bool_)

    def add(self, terms: Terms, hours: float) -> int:
        """Remember an item; returns its row."""
        row = len(self)
        for term, weight in terms.english.whole.items():
            self._english.add(row, term, weight, terms.english.title.get(term, 0.0))
        for term, weight in terms.original.items():
            self._original.add(row, term, weight)
        for term, weight in terms.names.items():
            self._names.add(row, term, weight)
        for term, (_, share) in terms.masses.items():
            self._masses.add(row, term, share)
        for term in terms.words:
            self._words.add(row, term)
        self._hours.append(hours)
        self._is_spanish.append(terms.language == "es")
        return row

    def compare(self, terms: Terms, hours: float) -> Features:
        """How an item compares with each row."""
        english, english_title = self._english_cosines(terms)
        name_mass, name_count = self._name_masses(terms)
        return Features(
            english=english,
            english_title=english_title,
            original=self._cosine(self._original, terms.original),
            names=self._cosine(self._names, terms.names),
            name_mass=name_mass,
            name_count=name_count,
            word_mass=self._word_mass(terms),
            is_across=self.is_spanish != (terms.language == "es"),
            gap_hours=np.abs(self.hours - hours),
        )

    def shared_names(self, terms: Terms, rows: _Rows) -> set[str]:
        """Which names and numbers of an item those rows have."""
        return _terms_in(self._names, terms.names, rows)

    def shared_words(self, terms: Terms, rows: _Rows) -> set[str]:
        """Which of its English words, names aside, those rows have."""
        return _terms_in(self._words, terms.words, rows)

    def keep(self, rows: Iterable[int]) -> None:
        """Forget all rows but these, which are numbered anew in their order."""
        kept = np.fromiter(rows, np.intp)
        new_rows = np.full(len(self), -1, np.intp)
        new_rows[kept] = np.arange(len(kept))
        for channel in (
            self._english,
            self._original,
            self._names,
            self._masses,
            self._words,
        ):
            channel.renumber(new_rows)
        self._hours = array("d", self.hours[kept])
        self._is_spanish = array("b", np.array(self._is_spanish)[kept].tolist())

    def _english_cosines(self, terms: Terms) -> tuple[Numbers, Numbers]:
        keys = list(terms.english.whole)
        whole = np.array([terms.english.whole[key] for key in keys])
        title = np.array([terms.english.title.get(key, 0.0) for key in keys])
        rows, values, which = self._english.find(keys)
        of_whole, of_title = values[:, 0], values[:, 1]
        return (
            self._sum(rows, of_whole * whole[which]),
            np.maximum(
                self._sum(rows, of_whole * title[which]),
                self._sum(rows, of_title * whole[which]),
            ),
        )

    def _cosine(self, channel: _Postings, weights: Mapping[str, float]) -> Numbers:
        rows, values, which = channel.find(list(weights))
        return self._sum(rows, values[:, 0] * np.array([*weights.values()])[which])

    def _name_masses(self, terms: Terms) -> tuple[Numbers, Numbers]:
        """A name that is half of one name and all of another counts root one half."""
        keys = list(terms.masses)
        rarity = np.array([terms.masses[key][0] for key in keys])
        share = np.array([terms.masses[key][1] for key in keys])
        rows, values, which = self._masses.find(keys)
        count = np.sqrt(values[:, 0] * share[which])
        return self._sum(rows, count * rarity[which]), self._sum(rows, count)

    def _word_mass(self, terms: Terms) -> Numbers:
        rows, _, which = self._words.find(list(terms.words))
        return self._sum(rows, np.array([*terms.words.values()])[which])

    def _sum(self, rows: _Rows, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(rows, values, len(self)), np.float64)


def _terms_in(channel: _Postings, terms: Iterable[str], rows: _Rows) -> set[str]:
    keys = list(terms)
    found, _, which = channel.find(keys)
    return {keys[i] for i in np.unique(which[np.isin(found, rows)])}
