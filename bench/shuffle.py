"""
How much stories hang on the order in which items arrive.

    python bench/shuffle.py FILE.csv ... [--seeds 3]

Clusters each labelled file in the order of publication, twice, and then with the items
of every hour in a random order. Prints B-cubed between the stories of the first run and
those of each other: two runs of one order must agree to the byte, and no shuffle may
come below ``LEAST``. Second thoughts are had at the end of every hour.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from threading import Event

from monitor.evaluation.datasets import LabelledSet, read
from monitor.evaluation.scores import score
from monitor.model import Assignment, Reading, Sighting
from monitor.pipeline import Plan
from monitor.store.database import Store
from monitor.stories.cluster import Clusterer, hours_of
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules
from monitor.verbs import compose
from monitor.verbs.steps import translate_pending

LEAST = 0.97


def main() -> None:
    """Print one line a file; fail if one is below the least, or two runs differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    wanted = parser.parse_args()
    is_broken = False
    for file in wanted.files:
        readings = _readings(read(file))
        first = cluster(readings)
        is_equal = repr(first) == repr(cluster(readings))
        shuffles = [
            agreement(first, cluster(shuffled(readings, seed)))
            for seed in range(wanted.seeds)
        ]
        said = " ".join(f"{one:.3f}" for one in shuffles)
        print(f"{file.stem:24} again: {'equal' if is_equal else 'NOT EQUAL'}  {said}")
        is_broken |= not is_equal or min(shuffles, default=1.0) < LEAST
    sys.exit(is_broken)


def cluster(readings: Sequence[Reading]) -> list[Assignment]:
    """Decide items one after the other, with second thoughts after each hour."""
    clusterer = Clusterer()
    made: list[Assignment] = []
    for _, hour in groupby(readings, lambda r: int(hours_of(r.item))):
        came = [clusterer.assign(reading) for reading in hour]
        made += came
        items = [one.item for one in came]
        consolidate(clusterer, items, Rules(), clusterer.present.__contains__)
    return [
        replace(one, story=clusterer.present.story(one.item) or one.story)
        for one in made
    ]


def shuffled(readings: Sequence[Reading], seed: int) -> list[Reading]:
    """The items of each hour in a random order, hour after hour."""
    draw = random.Random(seed)
    hours = groupby(readings, key=lambda r: r.item.published.strftime("%Y%m%d%H"))
    made: list[Reading] = []
    for _, of_hour in hours:
        found = list(of_hour)
        made += draw.sample(found, len(found))
    return made


def agreement(one: Sequence[Assignment], other: Sequence[Assignment]) -> float:
    """B-cubed F1 between the stories of two runs over the same items."""
    first, second = ({a.item: a.story for a in run} for run in (one, other))
    return score(dict.fromkeys(first, "en"), first, second).all.bcubed.f1


def _readings(labelled: LabelledSet) -> list[Reading]:
    """Translated items by (published, id), as the cluster step reads them."""
    quiet: Callable[[str], None] = lambda line: None  # noqa: E731
    last = max(item.published for item in labelled.items)
    with (
        Store(":memory:") as store,
        closing(compose.open_translator("auto")) as translator,
    ):
        seen = [Sighting(item, (f"id:{item.id}",), item.id) for item in labelled.items]
        store.items.add(seen, "", (), last)
        translate_pending(store, translator, Plan(("en",)), last, quiet, Event())
        return store.stories.unassigned(last + timedelta(days=1))


if __name__ == "__main__":
    main()
