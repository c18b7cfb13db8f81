"""
Second thoughts: stories that prove to be one are merged, items that belong elsewhere
move, and a story of two halves is split.

An item is assigned by what was there when it came. Once an hour, what came since is
looked at again beside all that came with it, and once a day the whole window is. Ids
stay: a merge keeps that of the larger story, a split that of the larger part. Every
step is a Change that can be taken back; what a person said stands above all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from monitor.change import Change, Move
from monitor.stories.cluster import ACROSS, Clusterer
from monitor.stories.corrections import Rules
from monitor.stories.joining import DIGITS, NEAR, weights
from monitor.stories.obey import new_story
from monitor.stories.present import Present
from monitor.stories.sparse import Numbers, Rows

_MORE_ALONE = 0.1
_LEAST_OF_OUTLET = 0.5
"""Stories of a single item merge at a linkage that much higher, and those of one and
the same outlet only from the other on: an outlet writes of one person twice a day. Of
the stories of several items found on rss_* days, .21 hold a false member so, .30
without, and B-cubed is .947, .943 without."""
_LEAST_TIE = 0.1
"""Least score of a pair for its stories to be compared."""
_NEIGHBOURS = 8
"""Stories that an item's own is compared with, the closest first."""
_COMPARED = 60
"""Items of a story that a comparison looks at, the newest."""
_STAY = 0.2
_MARGIN = 0.15
"""An item moves if it belongs where it is with less than the one, and elsewhere with
more by the other."""
_APART = 0.02
_SPLIT_MEMBERS = (6, 200)
_PART_MEMBERS = 3
"""A story of at least six items, and of at most 200, is split in two parts of three or
more if the mean score of the pairs between them is below this."""


def consolidate(
    clusterer: Clusterer,
    items: Sequence[str],
    rules: Rules,
    is_living: Callable[[str], bool],
) -> list[Change]:
    """What second thoughts on these items ask for; the clusterer follows it at once.

    ``is_living`` tells whether a story of that id has items, in the window or before.
    Items that repeat another, or are out of the window, are passed over.
    """
    known = [item for item in items if clusterer.present.row(item) is not None]
    merging = _Merging(clusterer, rules)
    strays = [item for item in known if merging.tie(item)]
    # Strays first: one ties two stories that have nothing else in common.
    made = [*_moves(clusterer, strays, rules), *merging.merge()]
    left = {move.before for change in made for move in change.moves}

    def is_taken(story: str) -> bool:
        has_items = bool(clusterer.present.items(story))
        return has_items or (story not in left and is_living(story))

    return [*made, *_splits(clusterer, known, rules, is_taken)]


# --- merge ---------------------------------------------------------------------------


class _Tie(NamedTuple):
    """The strongest pair between two stories."""

    score: float
    item: str
    other: str


class _Merging:
    """Best first; what a merge makes is compared anew with all that it is tied to."""

    def __init__(self, clusterer: Clusterer, rules: Rules) -> None:
        self._clusterer = clusterer
        self._present = clusterer.present
        self._rules = rules
        self._linkage = _Linkage(clusterer.present)
        self._ties: dict[str, dict[str, _Tie]] = defaultdict(dict)
        self._waiting: list[tuple[float, str, str]] = []

    def tie(self, item: str) -> bool:
        """Tie an item's story to others; whether one of those is closer to the item."""
        row, mine = self._present.row(item), self._present.story(item)
        if row is None or mine is None:
            return False
        bonds, _ = self._present.bonds(row)
        for bond in bonds[:_NEIGHBOURS]:
            if bond.story != mine and bond.nearest >= _LEAST_TIE:
                nearest = self._present.members[bond.links[0].row].id
                tie = _Tie(bond.nearest, item, nearest)
                if tie > self._ties[mine].get(bond.story, _Tie(0, "", "")):
                    self._ties[mine][bond.story] = tie
                    self._ties[bond.story][mine] = tie
        return bool(bonds) and bonds[0].story != mine

    def merge(self) -> Iterator[Change]:
        """What becomes of the stories of the items that were tied."""
        for one in sorted(self._ties):
            for other in sorted(self._ties[one]):
                if one < other and one in self._present and other in self._present:
                    self._weigh(one, other)
        while self._waiting:
            negative, one, other = heappop(self._waiting)
            if other in self._ties.get(one, ()) and -negative == self._linkage.of(
                one, other
            ):
                yield self._join(one, other, -negative)

    def _weigh(self, one: str, other: str) -> None:
        least = self._least(one, other)
        sizes = [len(self._present.rows(story)) for story in (one, other)]
        if sizes == [1, 1] and self._ties[one][other].score < least:
            return  # their one pair is all there is
        linkage = self._linkage.of(one, other)
        if linkage >= least and not self._rules.is_barred(
            self._present.items(one), self._present.items(other)
        ):
            first, second = sorted((one, other))
            heappush(self._waiting, (-linkage, first, second))

    def _least(self, one: str, other: str) -> float:
        """The linkage at which two stories merge."""
        rows = [self._present.rows(story).tolist() for story in (one, other)]
        outlets = {self._present.members[row].outlet for row in (*rows[0], *rows[1])}
        if len(outlets) == 1 and "" not in outlets:
            return _LEAST_OF_OUTLET
        is_alone = min(map(len, rows)) == 1
        return self._clusterer.learnt.merge_at + (_MORE_ALONE if is_alone else 0.0)

    def _join(self, one: str, other: str, linkage: float) -> Change:
        kept, ended = sorted((one, other), key=self._standing)
        tie = self._ties[kept].pop(ended)
        change = Change(
            "merge",
            tuple(Move(item, ended, kept) for item in self._present.listed(ended)),
            f"{self._told(tie.item)} and {self._told(tie.other)} are nearest,"
            f" score {tie.score:.2f}",
            linkage,
        )
        self._clusterer.follow([change])
        self._linkage.forget(kept)
        self._linkage.forget(ended)
        del self._ties[ended][kept]
        for story, between in self._ties.pop(ended).items():
            del self._ties[story][ended]
            known = self._ties[kept].get(story, between)
            self._ties[kept][story] = self._ties[story][kept] = max(between, known)
        for story in sorted(self._ties[kept]):
            if story in self._present:
                self._weigh(kept, story)
        return change

    def _told(self, item: str) -> str:
        return _told(self._present, item)

    def _standing(self, story: str) -> tuple[int, tuple[float, str]]:
        """The larger story first, then the older."""
        return -len(self._present.rows(story)), self._present.age(story)


class _Linkage:
    """How closely stories are linked, remembered until one of them changes."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._scores: dict[tuple[str, str], Numbers] = {}
        self._pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def of(self, one: str, other: str) -> float:
        """0 to 1: the mean closeness of the items of each to the other story.

        0 if it would make a story bilingual without one strong pair.
        """
        scores = self._between(*sorted((one, other)))
        if not scores.any() or self._is_weak_across(one, other, scores):
            return 0.0
        mean = (_closeness(scores).mean() + _closeness(scores.T).mean()) / 2
        return round(float(mean), DIGITS)

    def forget(self, story: str) -> None:
        """Its items have changed."""
        for pair in self._pairs.pop(story, ()):
            self._scores.pop(pair, None)

    def _between(self, one: str, other: str) -> Numbers:
        """(items of one, items of the other): the score of each pair."""
        if (one, other) not in self._scores:
            mine, theirs = self._newest(one), self._newest(other)
            is_turned = len(theirs) < len(mine)
            few, many = (theirs, mine) if is_turned else (mine, theirs)
            found = np.array([self._present.scores(row, many) for row in few.tolist()])
            self._scores[one, other] = found.T if is_turned else found
            self._pairs[one].add((one, other))
            self._pairs[other].add((one, other))
        return self._scores[one, other]

    def _newest(self, story: str) -> Rows:
        return np.array(self._present.ordered(story)[-_COMPARED:], np.intp)

    def _is_weak_across(self, one: str, other: str, scores: Numbers) -> bool:
        spanish = self._present.window.is_spanish
        mine, theirs = (spanish[self._present.rows(s)] for s in (one, other))
        is_one_each = (mine.all() and not theirs.any()) or (
            theirs.all() and not mine.any()
        )
        return bool(is_one_each) and float(scores.max()) < ACROSS


def _closeness(scores: Numbers) -> Numbers:
    """Of each row to the story that the columns are."""
    best = -np.sort(-scores, axis=1)[:, :NEAR]
    return np.asarray(best @ np.array(weights(scores.shape[1])[: best.shape[1]]))


# --- move ----------------------------------------------------------------------------


def _moves(
    clusterer: Clusterer, items: Iterable[str], rules: Rules
) -> Iterator[Change]:
    """Items that would by now be assigned elsewhere."""
    present = clusterer.present
    for item in items:
        row, mine = present.row(item), present.story(item)
        if row is None or mine is None or len(present.rows(mine)) < 2:
            continue
        companions = present.repeating(item)
        if any(len(rules.bound(companion)) > 1 for companion in companions):
            continue
        matches = clusterer.matches(row)
        own = next((m.score for m in matches if m.bond.story == mine), 0.0)
        better = [m for m in matches if m.bond.story != mine]
        if own >= _STAY or not better:
            continue
        best = better[0]
        is_better = best.score >= max(clusterer.least(best.bond, row), own + _MARGIN)
        is_barred = rules.is_barred(set(companions), present.items(best.bond.story))
        if is_better and not is_barred and clusterer.is_open(best.bond, row):
            nearest = present.members[best.bond.links[0].row].id
            moves = [Move(i, mine, best.bond.story) for i in companions]
            change = Change(
                "move",
                tuple(moves),
                f"it is nearest to {_told(present, nearest)}, probability"
                f" {best.score:.2f} there and {own:.2f} before",
                best.score,
            )
            clusterer.follow([change])
            yield change


def _told(present: Present, item: str) -> str:
    """An item in words: its outlet and id."""
    row = present.row(item)
    outlet = present.members[row].outlet if row is not None else ""
    return f"{outlet or 'item'} ({item})"


# --- split ---------------------------------------------------------------------------


def _splits(
    clusterer: Clusterer,
    items: Iterable[str],
    rules: Rules,
    is_living: Callable[[str], bool],
) -> Iterator[Change]:
    """Stories of two parts that have little to do with each other."""
    present = clusterer.present
    stories = {story for item in items if (story := present.story(item))}
    for story in sorted(stories):
        rows = np.array(present.ordered(story), np.intp)
        least, most = _SPLIT_MEMBERS
        if not least <= len(rows) <= most:
            continue
        scores = np.array([present.scores(row, rows) for row in rows.tolist()])
        part, between = _halves(scores)
        if between >= _APART or min(len(part), len(rows) - len(part)) < _PART_MEMBERS:
            continue
        if 2 * len(part) > len(rows):
            part = sorted(set(range(len(rows))) - set(part))
        leaving = [present.members[rows[i]].id for i in part]
        moved = [copy for item in leaving for copy in present.repeating(item)]
        if any(not rules.bound(item) <= set(moved) for item in moved):
            continue
        opened = new_story(leaving, is_living)
        change = Change(
            "split",
            tuple(Move(item, story, opened) for item in moved),
            f"two parts have little in common, mean score {between:.3f}",
            round(1 - between, DIGITS),
        )
        clusterer.follow([change])
        yield change


def _halves(scores: Numbers) -> tuple[list[int], float]:
    """(one of two parts, mean score between them), by average linkage."""
    parts: list[list[int]] = [[i] for i in range(len(scores))]
    means = (scores + scores.T) / 2
    np.fill_diagonal(means, -1.0)
    while len(parts) > 2:
        i, j = divmod(int(np.argmax(means)), len(parts))
        i, j = min(i, j), max(i, j)
        sizes = len(parts[i]), len(parts[j])
        mixed = (means[i] * sizes[0] + means[j] * sizes[1]) / sum(sizes)
        means[i], means[:, i] = mixed, mixed
        means[i, i] = -1.0
        means = np.delete(np.delete(means, j, 0), j, 1)
        parts[i] += parts.pop(j)
    return sorted(parts[0]), float(means[0, 1])
