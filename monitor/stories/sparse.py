"""
Sparse vectors of many items, one row each: found by their terms, compared exactly.

A search walks the rows of an item's rarest terms and stops at a budget, so that its
cost does not grow with the number of rows. A comparison is exact and looks at the rows
it is given alone: neither a row's number nor what the other rows hold changes a bit
of it.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

_FIRST_ROOM = 1024


class Column:
    """A NumPy array that grows at its end."""

    def __init__(self, dtype: type[np.generic], width: int = 0) -> None:
        """``width`` 0 is for plain numbers, else each cell is a row of so many."""
        self._room = np.empty((_FIRST_ROOM, width) if width else _FIRST_ROOM, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def cells(self) -> NDArray[Any]:
        """What was put in; a view, good until the next extension."""
        return self._room[: self._length]

    def extend(self, cells: object) -> None:
        """Put cells at the end."""
        added = np.asarray(cells, self._room.dtype)
        end = self._length + len(added)
        if end > len(self._room):
            room = np.empty((2 * end, *self._room.shape[1:]), self._room.dtype)
            room[: self._length] = self.cells
            self._room = room
        self._room[self._length : end] = added
        self._length = end

    def replace(self, cells: NDArray[Any]) -> None:
        """Hold these cells and nothing else."""
        self._room = cells.copy() if len(cells) else self._room[:_FIRST_ROOM]
        self._length = len(cells)


@dataclass(frozen=True, slots=True)
class Hits:
    """Where the terms of one row are found in other rows, one value for each hit."""

    which: Rows
    """Index into the rows asked for."""
    mine: Rows
    """Index into the one row's terms."""
    theirs: NDArray[np.float32]
    """The other row's values for the term: (hits, columns)."""


class Sparse:
    """Terms with some values each, by row."""

    def __init__(self, columns: int, *, is_searched: bool = True) -> None:
        """The first column is what a search goes by.

        What is not searched is not damped either, and has no rarity.
        """
        self._is_searched = is_searched
        self._ids: dict[str, int] = {}
        self._postings: list[array[float]] = []
        """Of each term, (row, first value) of the rows that have it, flat."""
        self._rarity = Column(np.float32)
        """Of each cell, not of each term: which row came first must not matter."""
        self._starts = Column(np.int64)
        self._starts.extend([0])
        self._terms = Column(np.int32)
        self._values = Column(np.float32, columns)
        self._place = np.full(0, -1, np.int32)
        self._damping = Column(np.float64)
        self._found = Column(np.int64)
        """In how many rows a term was found when it was damped, and in rows since: what
        a search may cost. Postings hold rows out of sight as well, until a sweep."""

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(
        self, values: Mapping[str, tuple[float, ...]], rarity: Sequence[float]
    ) -> None:
        """A new row: its terms' values, and their rarity in the background.

        Two rows may hold one term for more or less rare: a word of two languages is.
        """
        row, known = len(self), len(self._ids)
        ids = [self._ids.setdefault(term, len(self._ids)) for term in values]
        fresh = len(self._ids) - known
        self._damping.extend(np.ones(fresh))
        self._found.extend(np.zeros(fresh))
        self._found.cells[ids] += 1
        self._postings.extend(array("f") for _ in range(fresh))
        self._terms.extend(ids)
        if values:
            self._values.extend(list(values.values()))
        self._starts.extend([len(self._terms)])
        if self._is_searched:
            self._rarity.extend(rarity)
            for i, cells in zip(ids, values.values(), strict=True):
                self._postings[i].extend((row, cells[0]))

    def terms(self, row: int) -> NDArray[np.int32]:
        """The numbers of a row's terms, in the order in which they were added."""
        start, end = self._starts.cells[row : row + 2]
        found: NDArray[np.int32] = self._terms.cells[start:end]
        return found

    def values(self, row: int) -> NDArray[np.float32]:
        """A row's values: (terms, columns)."""
        start, end = self._starts.cells[row : row + 2]
        found: NDArray[np.float32] = self._values.cells[start:end]
        return found

    def rarity(self, row: int) -> Numbers:
        """How rare each of a row's terms is in the background."""
        start, end = self._starts.cells[row : row + 2]
        return np.asarray(self._rarity.cells[start:end], np.float64)

    def damping(self, row: int) -> Numbers:
        """What is left of the rarity of each of a row's terms, 0 to 1."""
        return np.asarray(self._damping.cells[self.terms(row)], np.float64)

    def damp(self, rows: Rows, background_items: float) -> None:
        """Take rarity anew over the background and these rows together.

        The background counts as so many items. The one row that a term may pair with
        does not count. Where rows differ about a term's rarity, the largest holds.
        """
        _, flat = self._flat(rows)
        terms = self._terms.cells[flat]
        found = np.bincount(terms, minlength=len(self._ids))
        rarity = np.zeros(len(self._ids))
        np.maximum.at(rarity, terms, self._rarity.cells[flat])
        others = np.maximum(found - 1, 0) / background_items
        anew = np.log((1 + len(rows) / background_items) / (np.exp(-rarity) + others))
        left = np.clip(anew / np.maximum(rarity, 1e-9), 0, 1)
        self._damping.replace(np.where(found > 0, left, 1.0))
        self._found.replace(found)

    def hits(self, row: int, rows: Rows) -> Hits:
        """Where a row's terms are found in the rows given."""
        mine = self.terms(row)
        if len(self._place) < len(self._ids):
            self._place = np.full(2 * len(self._ids), -1, np.int32)
        self._place[mine] = np.arange(len(mine))
        which, flat = self._flat(rows)
        places = self._place[self._terms.cells[flat]]
        self._place[mine] = -1
        is_hit = places >= 0
        return Hits(
            which[is_hit],
            places[is_hit].astype(np.intp),
            self._values.cells[flat[is_hit]],
        )

    def search(self, row: int, budget: int) -> tuple[Rows, Numbers]:
        """(row, share of the cosine) wherever a row's terms are found, rarest first.

        Stops before the term that would exceed ``budget`` cells of rows in sight.
        """
        ids, values = self.terms(row), self.values(row)[:, 0] * self.damping(row)
        counts = self._found.cells[ids].tolist()
        order = sorted(range(len(counts)), key=counts.__getitem__)
        cells, weights, total = [np.empty(0, np.float32)], [np.empty(0)], 0
        for i in order:
            total += counts[i]
            if total > budget:
                break
            cells.append(np.frombuffer(self._postings[ids[i]], np.float32))
            weights.append(np.full(len(cells[-1]) // 2, values[i]))
        found = np.concatenate(cells).reshape(-1, 2)
        products = found[:, 1].astype(np.float64) * np.concatenate(weights)
        return found[:, 0].astype(np.intp), products

    def keep(self, rows: Rows) -> None:
        """Forget all rows but these, which are numbered anew in their order."""
        which, flat = self._flat(rows)
        terms, values = self._terms.cells[flat], self._values.cells[flat]
        # A term of none of these rows stays known as long as it is damped: should it
        # come back, it counts as if nothing had been forgotten.
        is_damped = (self._found.cells > 0) | (self._damping.cells < 1)
        is_used = is_damped & self._is_searched
        is_used[terms] = True
        used = np.flatnonzero(is_used)
        anew = (np.cumsum(is_used) - 1)[terms]
        names = list(self._ids)
        self._ids = {names[old]: new for new, old in enumerate(used.tolist())}
        self._damping.replace(self._damping.cells[used])
        self._found.replace(self._found.cells[used])
        self._place = np.full(0, -1, np.int32)
        lengths = np.bincount(which, minlength=len(rows))
        self._starts.replace(np.concatenate([[0], np.cumsum(lengths)]))
        self._terms.replace(anew.astype(np.int32))
        self._values.replace(values)
        self._postings = [array("f") for _ in self._ids]
        if self._is_searched:
            self._rarity.replace(self._rarity.cells[flat])
            order = np.argsort(anew, kind="stable")
            pairs = np.column_stack((which[order], values[order, 0]))
            ends = np.cumsum(np.bincount(anew, minlength=len(used)))
            parts = np.split(pairs.astype(np.float32), ends)[: len(ends)]
            for posting, part in zip(self._postings, parts, strict=True):
                posting.frombytes(part.tobytes())

    def _flat(self, rows: Rows) -> tuple[Rows, Rows]:
        """(index into ``rows``, index into all cells) of every cell of the rows."""
        starts = self._starts.cells
        lengths = starts[rows + 1] - starts[rows]
        which = np.repeat(np.arange(len(rows)), lengths)
        before = np.cumsum(lengths) - lengths
        flat = np.arange(len(which)) + np.repeat(starts[rows] - before, lengths)
        return which, flat
