"""
Fit what the clusterer learns, and say how good it is on days that it has not seen.

    python -m bench.fit_stories DAY.csv ... [--dense] [--engine apertium|none]
                                            [--pin] [--write | --only-write]

Each file is one labelled day in the format of ``monitor eval stories``; its name ends
in its date. The newsroom's own labelled set is always one of them. For each date the
scores of the whole clusterer, consolidated every hour, are printed as fitted on the
other dates. Their means are held against the floors that ``--pin`` has put into
``floors.json``. ``--write`` puts the coefficients fitted on all of them into
``monitor/stories/model.json``, beside what they were made of.

Fitting has two rounds. Pairs of items are weighed first. Then joins: in the first round
each item is shown the true stories of those before it, in the second the stories that
the clusterer of the first has made of them, mistakes and all.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.stories import FLOORS, broken, figures
from monitor.evaluation.datasets import LabelledSet, read
from monitor.evaluation.scores import Report, report
from monitor.model import Item, Reading
from monitor.newsroom.content import labelled_path
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.cluster import Clusterer, hours_of
from monitor.stories.coefficients import SCHEMA, Coefficients, plain
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules
from monitor.stories.dense import DIMENSIONS, dense_text
from monitor.stories.dense_model import open_encoder
from monitor.stories.joining import FEATURES, JoinModel, features
from monitor.stories.present import Present
from monitor.stories.similarity import (
    COLUMNS,
    PairModel,
    Regression,
    candidates,
    evidence,
)
from monitor.stories.sparse import Numbers
from monitor.stories.terms import TermReader, Terms
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.bridge import bridge
from monitor.translation.items import translate_items
from monitor.translation.translator import NoTranslator, Translator

MODEL = Path("monitor/stories/model.json")
NEWSROOM = "newsroom"

_OF_WITHIN = {"names_and_words"}
"""Columns that pairs in one language do without ..."""
_OF_ACROSS = {"original"}
"""... and those across."""
_RIDGE = 1.0
_STEPS = 100
_PRECISION = 1e-8
_BONDS = 8
_LIMITS = {False: (0.4, 0.2), True: (0.4, 0.25)}
"""Whether dense -> where to join and to merge. Joining finds little that is wrong, of
what it misses merging finds most. On rss_* days B-cubed is flat from .3 to .4 and from
.15 to .25; the more, the fewer wrong merges, which the dense channel is prone to."""
_PURE = 0.5
"""A story that the clusterer made is the right one if half of it is an item's own."""

_NO_FLOORS: dict[str, dict[str, float]] = {"floors": {}}
_NONE = Regression(0.0, (0.0,) * len(COLUMNS))


class _Reader(TermReader):
    """Reads each item once."""

    def __init__(self) -> None:
        super().__init__(background(), aliases())
        self._known: dict[int, Terms] = {}

    def read(self, reading: Reading) -> Terms:
        if id(reading) not in self._known:
            self._known[id(reading)] = super().read(reading)
        return self._known[id(reading)]


@dataclass(frozen=True)
class Day:
    """One labelled file."""

    name: str
    path: Path
    labelled: LabelledSet
    readings: Sequence[Reading]
    vectors: Sequence[NDArray[np.float32] | None]

    @property
    def date(self) -> str:
        """The end of its name."""
        return self.name[-10:]

    @property
    def dimensions(self) -> int:
        """Of its vectors."""
        return DIMENSIONS if self.vectors[0] is not None else 0

    @cached_property
    def numbers(self) -> dict[str, int]:
        """True story -> its number."""
        return {s: n for n, s in enumerate(sorted(set(self.labelled.stories.values())))}

    def truth(self, item: str) -> int:
        """The number of an item's true story."""
        return self.numbers[self.labelled.stories[item]]


@dataclass(frozen=True)
class Examples:
    """Rows of a regression, true ones weighed by their story."""

    columns: Numbers
    is_true: NDArray[np.bool_]
    weights: Numbers
    is_apart: NDArray[np.bool_]
    """Whether a row is across the languages, or would make a story bilingual."""


def main() -> None:
    """Score each date by the coefficients of the others, then fit on all."""
    args = _arguments()
    reader = _Reader()
    translator = ApertiumTranslator() if args.engine == "apertium" else NoTranslator()
    paths = [labelled_path(), *args.days]
    days = [_day(path, translator, dense=args.dense) for path in paths]
    pairs = {day.name: _pairs(day, reader) for day in days}
    failures: list[str] = []
    if not args.only_write:
        for kind, of_kind in groupby(sorted(days, key=_kind), _kind):
            reports: list[Report] = []
            for day in of_kind:
                others = [d for d in days if d.date != day.date]
                learnt = _learn(others, pairs, reader)
                reports.append(_report(day, learnt, reader))
                print(f"{day.name:20} {_line([reports[-1]])}", flush=True)
            print(f"{kind + ' mean':20} {_line(reports)}", flush=True)
            name = f"unseen {kind}{' dense' if args.dense else ''}"
            failures += _compare(name, reports, pin=args.pin)
    if args.write or args.only_write:
        _write(_learn(days, pairs, reader), days, is_dense=args.dense)
    print("\n".join(failures))
    sys.exit(bool(failures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", type=Path, nargs="+", metavar="DAY.csv")
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--engine", choices=["apertium", "none"], default="apertium")
    parser.add_argument("--pin", action="store_true", help="as floors of unseen days")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-write", action="store_true")
    return parser.parse_args()


def _kind(day: Day) -> str:
    return day.name if day.name == NEWSROOM else day.name[:-11]


def _day(path: Path, translator: Translator, *, dense: bool) -> Day:
    labelled = read(path)
    readings = in_english(labelled.items, translator)
    vectors: Sequence[NDArray[np.float32] | None] = [None] * len(readings)
    if dense:
        encoder = open_encoder()
        assert encoder, "the extra [dense] is not installed"
        vectors = list(encoder.encode([dense_text(r) for r in readings]))
    name = NEWSROOM if path == labelled_path() else path.stem
    return Day(name, path, labelled, readings, vectors)


def in_english(items: Sequence[Item], translator: Translator) -> list[Reading]:
    """Items as the clusterer reads them, in their order."""
    batch = translate_items(items, "en", translator, bridge=bridge())
    english = {made.item: made for made in batch.translations}

    def reading(item: Item) -> Reading:
        if item.language == "en":
            return Reading(item, item.title, item.summary)
        if item.id not in english:
            return Reading(item, "", "")
        made = english[item.id]
        return Reading(item, made.title, made.summary or "", made.warnings)

    return [reading(item) for item in items]


# --- pairs ---------------------------------------------------------------------------


def _pairs(day: Day, reader: TermReader) -> Examples:
    """Each certain item with those before it, as the clusterer would compare them."""
    present = Present(PairModel(_NONE, _NONE), day.dimensions)
    window, truth = present.window, []
    certain = np.array([r.item.id in day.labelled.certain for r in day.readings])
    parts: list[Examples] = []
    for i, (reading, vector) in enumerate(zip(day.readings, day.vectors, strict=True)):
        hours = hours_of(reading.item)
        row = present.add(reading.item, reader.read(reading), hours, vector)
        truth.append(day.truth(reading.item.id))
        rows = window.search(row, present.visible(hours))
        rows = rows[certain[rows] & certain[i]]
        compared = window.compare(row, rows)
        kept = candidates(compared)
        found, stories = compared.take(kept), np.array(truth, np.intp)[rows[kept]]
        is_true = stories == truth[-1]
        own = np.where(is_true, truth[-1], -1)
        parts.append(
            Examples(evidence(found), is_true, own.astype(float), found.is_across)
        )
    joined = _joined(parts)
    return Examples(
        joined.columns, joined.is_true, _pair_weights(joined), joined.is_apart
    )


def _pair_weights(pairs: Examples) -> Numbers:
    """One; for true pairs, one over the root of the number of pairs of their story.

    Unweighted, a day's largest story would decide alone.
    """
    weights = np.ones(len(pairs.is_true))
    for is_apart in (False, True):
        mine = pairs.is_true & (pairs.is_apart == is_apart)
        stories = pairs.weights[mine].astype(np.intp)
        weights[mine] = 1 / np.sqrt(np.bincount(stories)[stories])
    return weights


def _fit_pairs(pairs: Examples) -> PairModel:
    """Columns whose weight would be negative are left out, the worst first."""

    def fit(chosen: NDArray[np.bool_], without: set[str]) -> Regression:
        free = np.array([name not in without for name, _ in COLUMNS])
        free &= pairs.columns.std(axis=0) > 0
        while True:
            made = _regress(pairs, chosen, free)
            fitted = np.array(made.weights)[free]
            if fitted.min() >= 0:
                return made
            free[np.flatnonzero(free)[np.argmin(fitted)]] = False

    return PairModel(fit(~pairs.is_apart, _OF_WITHIN), fit(pairs.is_apart, _OF_ACROSS))


# --- joins ---------------------------------------------------------------------------


def _learn(
    days: Sequence[Day], pairs: dict[str, Examples], reader: TermReader
) -> Coefficients:
    """In two rounds."""
    model = _fit_pairs(_joined([pairs[day.name] for day in days]))
    first = [_shown_truth(day, model, reader) for day in days]
    limits = _LIMITS[days[0].dimensions > 0]
    learnt = Coefficients(model, _fit_joins(_joined(first)), *limits)
    second = [_shown_found(day, learnt, reader) for day in days]
    return Coefficients(model, _fit_joins(_joined([*first, *second])), *limits)


def _fit_joins(joins: Examples) -> JoinModel:
    free = np.ones(len(FEATURES), np.bool_)
    return JoinModel(
        _regress(joins, ~joins.is_apart, free), _regress(joins, joins.is_apart, free)
    )


def _shown_truth(day: Day, model: PairModel, reader: TermReader) -> Examples:
    """Each certain item with the true stories of those before it."""
    present = Present(model, day.dimensions)
    seen: Counter[int] = Counter()
    parts = []
    for reading, vector in zip(day.readings, day.vectors, strict=True):
        item, truth = reading.item, day.truth(reading.item.id)
        row = present.add(item, reader.read(reading), hours_of(item), vector)
        if item.id in day.labelled.certain:
            parts.append(_joins(present, row, {str(truth)}, seen[truth]))
        present.join(row, str(truth))
        seen[truth] += 1
    return _joined(parts)


def _shown_found(day: Day, learnt: Coefficients, reader: TermReader) -> Examples:
    """Each certain item with the stories that the clusterer made of those before it."""
    clusterer = Clusterer(reader, dimensions=day.dimensions, learnt=learnt)
    present = clusterer.present
    before: dict[int, list[str]] = defaultdict(list)
    parts = []
    for reading, vector in zip(day.readings, day.vectors, strict=True):
        item, truth = reading.item, day.truth(reading.item.id)
        clusterer.assign(reading, vector)
        row = present.row(item.id)
        if item.id in day.labelled.certain and row is not None:
            own = Counter(present.story(other) for other in before[truth])
            right = {
                story
                for story, count in own.items()
                if story and count >= _PURE * len(present.items(story) - {item.id})
            }
            parts.append(_joins(present, row, right, len(before[truth])))
        before[truth].append(item.id)
    return _joined(parts)


def _joins(present: Present, row: int, right: set[str], seen: int) -> Examples:
    """A row with all stories that it has links to."""
    bonds, crowd = present.bonds(row)
    columns = features(bonds, crowd)[:_BONDS]
    is_true = np.array([bond.story in right for bond in bonds[:_BONDS]], np.bool_)
    return Examples(
        columns,
        is_true,
        np.where(is_true, 1 / np.sqrt(1 + seen), 1.0),
        np.array([not bond.has_own for bond in bonds[:_BONDS]], np.bool_),
    )


# --- regression ----------------------------------------------------------------------


def _joined(parts: Iterable[Examples]) -> Examples:
    found = list(parts)
    return Examples(
        np.concatenate([part.columns for part in found]),
        np.concatenate([part.is_true for part in found]),
        np.concatenate([part.weights for part in found]),
        np.concatenate([part.is_apart for part in found]),
    )


def _regress(
    examples: Examples, chosen: NDArray[np.bool_], free: NDArray[np.bool_]
) -> Regression:
    """A ridge logistic regression on standardised columns, by Newton's method."""
    columns = examples.columns[chosen][:, free]
    is_true, weights = examples.is_true[chosen], examples.weights[chosen]
    scale = columns.std(axis=0) + 1e-9
    design = np.column_stack((np.ones(len(columns)), columns / scale))
    ridge = np.diag([0.0, *[_RIDGE] * columns.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (is_true - expected)) - ridge @ found
        curvature = (design.T * (weights * expected * (1 - expected))) @ design + ridge
        step = np.linalg.solve(curvature, slope)
        found = found + step
        if np.abs(step).max() < _PRECISION:
            break
    fitted = np.zeros(len(free))
    fitted[free] = found[1:] / scale
    return Regression(
        round(float(found[0]), 3), tuple(round(float(w), 3) for w in fitted)
    )


# --- outcome -------------------------------------------------------------------------


def _report(day: Day, learnt: Coefficients, reader: TermReader) -> Report:
    found, copies = live(day, learnt, reader)
    labelled = day.labelled
    return report(labelled.items, labelled.stories, found, labelled.certain, copies)


def live(
    day: Day, learnt: Coefficients, reader: TermReader
) -> tuple[dict[str, str], set[str]]:
    """(item -> story, the copies), consolidated at the end of every hour and day."""
    clusterer = Clusterer(reader, dimensions=day.dimensions, learnt=learnt)
    found: dict[str, str] = {}
    copies: set[str] = set()
    for _, hour in groupby(
        zip(day.readings, day.vectors, strict=True),
        key=lambda pair: int(hours_of(pair[0].item)),
    ):
        came = []
        for reading, vector in hour:
            made = clusterer.assign(reading, vector)
            found[made.item] = made.story
            came.append(made.item)
            if made.copy_of:
                copies.add(made.item)
        think_again(clusterer, came, found)
    think_again(clusterer, list(found), found)
    return found, copies


def think_again(
    clusterer: Clusterer, items: Sequence[str], found: dict[str, str]
) -> None:
    """Second thoughts on some items; ``found``, item -> story, follows them."""
    living = set(found.values())
    for change in consolidate(clusterer, items, Rules(), living.__contains__):
        for move in change.moves:
            found[move.item] = move.after


def _write(learnt: Coefficients, days: Sequence[Day], *, is_dense: bool) -> None:
    made = json.loads(MODEL.read_text()) if MODEL.exists() else {}
    made["schema"] = SCHEMA
    made["made_by"] = "bench/fit_stories.py"
    kind = "dense" if is_dense else "sparse"
    digests = {day.name: sha256(day.path.read_bytes()).hexdigest() for day in days}
    made.setdefault("made_of", {})[kind] = digests
    made[kind] = plain(learnt)
    MODEL.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")


def _compare(name: str, reports: Sequence[Report], *, pin: bool) -> list[str]:
    """The means that lie below their floors; pins them if that is wanted."""
    each = [figures(scored) for scored in reports]
    reached = {
        key: round(sum(made[key] for made in each) / len(each), 3) for key in each[0]
    }
    floors = json.loads(FLOORS.read_text())
    if pin:
        floors[name] = {"floors": reached}
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    return [f"{name}: {what}" for what in broken(floors.get(name, _NO_FLOORS), reached)]


def _line(reports: Sequence[Report]) -> str:
    """Means of the reports' figures; stories are summed."""
    scores = [report.scores for report in reports]
    floors = [report.singletons for report in reports]
    two = [s.bilingual for s in scores]
    return (
        f"B3 {_mean(s.all.bcubed.f1 for s in scores)}"
        f" ({_mean(s.all.bcubed.precision for s in scores)}"
        f"/{_mean(s.all.bcubed.recall for s in scores)})"
        f" floor {_mean(s.all.bcubed.f1 for s in floors)}"
        f" multi {_mean(s.multi.f1 for s in scores)}"
        f" floor {_mean(s.multi.f1 for s in floors)}"
        f" en {_mean(s.languages['en'].bcubed.f1 for s in scores)}"
        f" es {_mean(s.languages['es'].bcubed.f1 for s in scores)}"
        f" pairs {_mean(s.all.pairs.f1 for s in scores)}"
        f" across {_mean(b.pairs.f1 for b in two)}"
        f" (P {_mean(b.pairs.precision for b in two)})"
        f" found {sum(b.found for b in two)}/{sum(b.true_stories for b in two)}"
        f" wrong {sum(b.wrong for b in two)}/{sum(b.found_stories for b in two)}"
        f" share {_mean(b.mean_share for b in two)}"
    )


def _mean(values: Iterable[float]) -> str:
    found = list(values)
    return f"{sum(found) / len(found):.3f}"


if __name__ == "__main__":
    main()
