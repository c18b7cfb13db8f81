"""
What an item costs: CPU by step, bytes in the database, bytes in the clusterer's window.

    python -m bench.capacity [--copies 10] [--windows 1000 4000 16000]

Takes the newsroom's items, renamed so that stories do not melt together, through every
step of a live monitor, and prints CPU seconds for 1,000 items, of all processes at work
for us (CPU, not time on the clock: others may be busy on the machine). Then the size
of the database, and what the clusterer takes with so many items in its window, each in
a story of its own. ``docs/capacity.md`` reckons with these figures.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cluster import DOCUMENTS, PER_DOCUMENT, _cpu, _document
from bench.speed import SEEN, _week
from monitor import pipeline
from monitor.clustering import Clustering, Waiting
from monitor.coverage.marks import Marker
from monitor.coverage.themes import lexicon
from monitor.feeds.parse import parse
from monitor.marking import mark
from monitor.model import Assignment, Item, Reading, Sighting, Why
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.stories.cluster import Clusterer
from monitor.stories.similarity import CHANNELS
from monitor.translation.translator import Translator
from monitor.verbs import compose

DAY = timedelta(days=1)
WINDOW_DAYS = 7
"""Over which the items are spread, as the clusterer remembers so many."""
TIMED = 100
"""Items assigned to each size of window."""
DENSE = 64
"""Texts that are encoded: each takes 20 ms."""


def main() -> None:
    """Print a line for each step, then the sizes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--copies", type=int, default=10)
    asked.add_argument("--windows", type=int, nargs="*", default=[1000, 4000, 16000])
    options = asked.parse_args()
    items = list(_spread([i for n in range(options.copies) for i in _week(n)]))
    print(f"{len(items)} items, {sum(i.language == 'es' for i in items)} in Spanish")
    print(f"{'step':28} {'CPU s per 1,000 items':>22}")
    documents = [_document(n) for n in range(DOCUMENTS)]
    _timed(
        "read documents, all new",
        DOCUMENTS * PER_DOCUMENT,
        lambda: [parse(feed, document, SEEN) for feed, document in documents],
    )
    with (
        TemporaryDirectory() as folder,
        closing(compose.open_translator("auto")) as translator,
    ):
        path = Path(folder) / "bench.db"
        with Store(path) as store:
            _steps(store, items, translator)
        print(
            f"{'database, bytes an item':28} {path.stat().st_size / len(items):22.0f}"
        )


def _steps(store: Store, items: list[Item], translator: Translator) -> None:
    units, now = len(items), SEEN
    seen = [Sighting(item, (f"id:{item.id}",), item.id) for item in items]
    _timed("keep, and index", units, lambda: store.items.add(seen, "", (), now))
    for language, target in (("es", "en"), ("en", "es")):
        _timed(
            f"translate into {target}, each",
            sum(item.language == language for item in items),
            lambda target=target: list(
                pipeline.translate(store, translator, pipeline.Plan((target,)), now)
            ),
        )
    encoder = compose.open_encoder()
    if encoder is not None:
        texts = [f"{item.title}. {item.summary}" for item in items[:DENSE]]
        encoder.encode(texts[:2])
        _timed("dense vector", len(texts), lambda: encoder.encode(texts))
    clustering, waiting = Clustering(), Waiting(now, timedelta(0))
    list(clustering.assign(store, replace(waiting, now=now - 30 * DAY)))
    clustering._reader.read(store.stories.unassigned(now)[0])  # loads the lemmas
    _timed("cluster", units, lambda: list(clustering.assign(store, waiting)))
    _timed(
        "second thoughts, of all",
        units,
        lambda: clustering.consolidate(store, "window", now),
    )
    marker = Marker(lexicon())
    _timed("mark", units, lambda: list(mark(store, marker, now - 30 * DAY)))
    _timed("outline", units, lambda: list(outline_due(store, marker, {})))


def _windows(sizes: Iterable[int]) -> None:
    """What an item takes when so many are remembered: CPU to assign one, and memory."""
    print(
        f"{'items in the window':28} {'CPU ms to assign one':>22} {'bytes an item':>14}"
    )
    clusterer, coming = Clusterer(), _coming()
    why = Why(dict.fromkeys(CHANNELS, 0.0))
    known, before = 0, 0
    for size in sizes:
        for reading in islice(coming, size - known):
            alone = f"story {reading.item.id}"
            clusterer.recall(reading, Assignment(reading.item.id, alone, 0.0, why))
        grown = (_resident() - before) / (size - known) if before else 0.0
        start = time.process_time()
        for reading in islice(coming, TIMED):
            clusterer.assign(reading)
        spent = 1000 * (time.process_time() - start) / TIMED
        print(f"{size:28} {spent:22.2f} {grown:14.0f}", flush=True)
        known, before = size + TIMED, _resident()


def _coming() -> Iterator[Reading]:
    """Items without end, one each half minute."""
    for n, item in enumerate(item for week in count() for item in _week(week)):
        at = SEEN + n * timedelta(seconds=30)
        coming = replace(item, id=f"item {n}", published=at, seen=at)
        yield Reading(coming, coming.title, coming.summary)


def _spread(items: list[Item]) -> Iterator[Item]:
    """Evenly over the days that the clusterer remembers."""
    step = WINDOW_DAYS * DAY / len(items)
    for n, item in enumerate(items):
        at = (SEEN - WINDOW_DAYS * DAY + n * step).replace(microsecond=0)
        yield replace(item, published=at, seen=at)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _timed(name: str, units: int, work: Callable[[], object]) -> None:
    start, clock = _cpu(), time.perf_counter()
    work()
    spent = _cpu() - start
    seconds = time.perf_counter() - clock
    print(f"{name:28} {1000 * spent / units:22.2f}   ({seconds:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
