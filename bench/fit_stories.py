"""
Fit the pair models of ``monitor/stories/similarity.py`` and say how good they are.

    python bench/fit_stories.py DAY.csv ... [--engine apertium|none]

Each file is one labelled day in the format of ``monitor eval stories``; its name ends
in its date. Prints the weights fitted on all files, and for each file the scores of
the whole clusterer with weights fitted on the files of the other dates.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.evaluation.datasets import LabelledSet, read
from monitor.evaluation.scores import Report, report
from monitor.model import Item, Reading
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.cluster import Clusterer
from monitor.stories.similarity import (
    COLUMNS,
    Model,
    Models,
    Numbers,
    candidates,
    evidence,
    score,
)
from monitor.stories.terms import TermReader
from monitor.stories.window import Window
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.bridge import bridge
from monitor.translation.items import translate_items
from monitor.translation.translator import NoTranslator, Translator

_WITHIN_COLUMNS = np.array([name != "names_and_words" for name, _ in COLUMNS])
_ACROSS_COLUMNS = np.array([True for _ in COLUMNS])
_ALL = float("-inf")
_RIDGE = 1.0
_STEPS = 100
_PRECISION = 1e-8


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs of certain items: arrays, one value for each pair."""

    columns: Numbers
    is_across: NDArray[np.bool_]
    story: NDArray[np.intp]
    """A number for the story of a true pair, -1 for a false one."""


@dataclass(frozen=True)
class Day:
    """One labelled file."""

    path: Path
    labelled: LabelledSet
    readings: Sequence[Reading]

    @property
    def date(self) -> str:
        """The end of its name."""
        return self.path.stem[-10:]


def main() -> None:
    """Fit on all days, then score each by the models of the other dates."""
    args = _arguments()
    translator = ApertiumTranslator() if args.engine == "apertium" else NoTranslator()
    days = [_day(path, translator) for path in args.days]
    pairs = {day.path: _pairs(day) for day in days}
    print(_fit([pairs[day.path] for day in days]))
    for kind, of_kind in groupby(sorted(days, key=_kind), _kind):
        reports: list[Report] = []
        for day in of_kind:
            others = [pairs[d.path] for d in days if d.date != day.date]
            reports.append(_report(day, _fit(others)))
            print(f"{day.path.stem:20} {_line([reports[-1]])}")
        print(f"{kind + ' mean':20} {_line(reports)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", type=Path, nargs="+", metavar="DAY.csv")
    parser.add_argument("--engine", choices=["apertium", "none"], default="apertium")
    return parser.parse_args()


def _kind(day: Day) -> str:
    return day.path.stem[:-11]


def _day(path: Path, translator: Translator) -> Day:
    labelled = read(path)
    batch = translate_items(labelled.items, "en", translator, bridge=bridge())
    english = {made.item: (made.title, made.summary) for made in batch.translations}

    def reading(item: Item) -> Reading:
        own = (item.title, item.summary) if item.language == "en" else ("", "")
        return Reading(item, *english.get(item.id, own))

    return Day(path, labelled, [reading(item) for item in labelled.items])


def _pairs(day: Day) -> Pairs:
    """Each item with those before it, as the clusterer would compare them."""
    reader, window = TermReader(background(), aliases()), Window()
    numbers = {s: n for n, s in enumerate(sorted(set(day.labelled.stories.values())))}
    stories = np.array(
        [numbers[day.labelled.stories[i.id]] for i in day.labelled.items]
    )
    certain = np.array([i.id in day.labelled.certain for i in day.labelled.items])
    parts: list[Pairs] = []
    for i, reading in enumerate(day.readings):
        terms, hours = reader.read(reading), reading.item.published.timestamp() / 3600
        features = window.compare(terms, hours, _ALL)
        rows = candidates(features)
        rows = rows[certain[rows] & certain[i]]
        story = np.where(stories[rows] == stories[i], stories[i], -1)
        found = features.take(rows)
        parts.append(Pairs(evidence(found), found.is_across, story))
        window.add(terms, hours)
    return _joined(parts)


def _joined(parts: Sequence[Pairs]) -> Pairs:
    """All pairs of several; each part's stories are its own."""
    return Pairs(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.is_across for part in parts]),
        np.concatenate([part.story for part in parts]),
    )


def _fit(days: Sequence[Pairs]) -> Models:
    within = [_only(day, ~day.is_across) for day in days]
    across = [_only(day, day.is_across) for day in days]
    return Models(_model(within, _WITHIN_COLUMNS), _model(across, _ACROSS_COLUMNS))


def _only(pairs: Pairs, rows: NDArray[np.bool_]) -> Pairs:
    return Pairs(pairs.columns[rows], pairs.is_across[rows], pairs.story[rows])


def _model(days: Sequence[Pairs], free: NDArray[np.bool_]) -> Model:
    """Fit; columns whose weight would be negative are left out, the worst first."""
    pairs, weights = _joined(days), np.concatenate([_weights(day) for day in days])
    scale = pairs.columns.std(axis=0)
    while True:
        columns = pairs.columns[:, free] / scale[free]
        bias, *fitted = _regress(columns, pairs.story >= 0, weights)
        if min(fitted) >= 0:
            break
        free = free.copy()
        free[np.flatnonzero(free)[np.argmin(fitted)]] = False
    found = np.zeros(len(free))
    found[free] = np.array(fitted) / scale[free]
    return Model(
        round(float(bias), 3), tuple(round(float(weight), 3) for weight in found)
    )


def _weights(pairs: Pairs) -> Numbers:
    """One; for true pairs, one over the root of the number of pairs of their story."""
    counts = np.bincount(pairs.story[pairs.story >= 0], minlength=1)
    return np.where(
        pairs.story >= 0, 1 / np.sqrt(np.maximum(counts, 1))[pairs.story], 1
    )


def _regress(columns: Numbers, is_true: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """Bias and weights of a ridge logistic regression, by Newton's method."""
    design = np.column_stack((np.ones(len(columns)), columns))
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
    return found


def _report(day: Day, models: Models) -> Report:
    clusterer = Clusterer(scorer=partial(score, models=models))
    found = {r.item.id: clusterer.assign(r).story for r in day.readings}
    labelled = day.labelled
    return report(labelled.items, labelled.stories, found, labelled.certain)


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
