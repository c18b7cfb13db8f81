"""
What an item costs: CPU by step, bytes in the database, bytes in the clusterer's window.

    python -m bench.capacity [--copies 10]

Takes the newsroom's items, renamed so that stories do not melt together, through every
step of a live monitor, and prints CPU seconds for 1,000 items, of all processes at work
for us (CPU, not time on the clock: others may be busy on the machine). Then the size
of the database, and how much the clusterer's memory grew. ``docs/capacity.md`` reckons
with these figures.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
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
from monitor.model import Item, Sighting
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.translation.translator import Translator
from monitor.verbs import compose

DAY = timedelta(days=1)
WINDOW_DAYS = 7
"""Over which the items are spread, as the clusterer remembers so many."""
DENSE = 64
"""Texts that are encoded: each takes 20 ms."""


def main() -> None:
    """Print a line for each step, then the sizes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--copies", type=int, default=10)
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
    count, now = len(items), SEEN
    seen = [Sighting(item, (f"id:{item.id}",), item.id) for item in items]
    _timed("keep, and index", count, lambda: store.items.add(seen, "", (), now))
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
    before = _resident()
    _timed("cluster", count, lambda: list(clustering.assign(store, waiting)))
    grown = (_resident() - before) / count
    _timed(
        "second thoughts, of all",
        count,
        lambda: clustering.consolidate(store, "window", now),
    )
    marker = Marker(lexicon())
    _timed("mark", count, lambda: list(mark(store, marker, now - 30 * DAY)))
    _timed("outline", count, lambda: list(outline_due(store, marker, {})))
    print(f"{'window, bytes an item':28} {grown:22.0f}")


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
