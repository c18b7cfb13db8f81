"""
How fast each step is, and what it holds in memory, in one run.

    python bench/speed.py [COPIES]

Machines are noisy, so read the ratios: every figure of a run is taken on the same
machine within a minute. The newsroom's items are repeated COPIES times (20), each time
in another week with other names for its places and people, so that stories do not melt
together; the polls go over loopback HTTP.
"""

import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import pipeline
from monitor.clustering import Clustering, Waiting
from monitor.coverage.framing import Framing
from monitor.coverage.framing_file import lexicon as concepts
from monitor.coverage.themes import lexicon, tag
from monitor.coverage.watch import matches
from monitor.digest.render import render
from monitor.editing import make_edition
from monitor.evaluation.datasets import read
from monitor.feeds.cadence import Pace
from monitor.feeds.fetch import Fetcher
from monitor.model import Item, Sighting
from monitor.newsroom.content import FIRST_HOUR, LAST_HOUR, labelled_path
from monitor.newsroom.server import serve
from monitor.parsers import Inline
from monitor.polling import Crew, poll
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.verbs.demo import READER, WATCHLISTS

COPIES = 20
SEEN = datetime(2025, 12, 1, tzinfo=UTC)


def main() -> None:
    """Print one line a step: units, seconds, units a second, memory so far."""
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else COPIES
    print(f"{'':34} {'units':>7} {'seconds':>8} {'a second':>9} {'MB':>5}")
    with TemporaryDirectory() as folder, Store(Path(folder) / "bench.db") as store:
        _poll(store)
    items = [item for n in range(copies) for item in _week(n)]
    with TemporaryDirectory() as folder, Store(Path(folder) / "bench.db") as store:
        _steps(store, items)


def _poll(store: Store) -> None:
    with (
        serve() as newsroom,
        Fetcher("https://example.org/bench", 10, 5_000_000, gap_seconds=0) as fetcher,
        ThreadPoolExecutor(8) as threads,
    ):
        crew = Crew(fetcher.fetch, threads, Inline())
        feeds = newsroom.feeds()
        for name, now in (
            ("poll, first", FIRST_HOUR),
            ("poll, nothing new", FIRST_HOUR),
            ("poll, three days on", LAST_HOUR),
        ):
            newsroom.now = now
            due = store.feeds.states(feeds)
            _timed(
                f"{name} (feeds)",
                len(due),
                lambda due=due, now=now: list(
                    poll(due, crew, store, now, Pace(15, 15))
                ),
            )


def _steps(store: Store, items: list[Item]) -> None:
    now = max(item.published for item in items)
    seen = [Sighting(item, (f"id:{item.id}",), item.id) for item in items]
    _timed("store (items)", len(items), lambda: store.items.add(seen, "", (), now))
    with closing(compose.open_translator("auto")) as translator:
        for code, target in (("es", "en"), ("en", "es")):
            count = sum(item.language == code for item in items)
            _timed(
                f"translate {code}-{target} (items)",
                count,
                lambda target=target: list(
                    pipeline.translate(store, translator, pipeline.Plan((target,)), now)
                ),
            )
    clustering, waiting = Clustering(), Waiting(SEEN, timedelta(0))
    _timed(
        "cluster (items)", len(items), lambda: list(clustering.assign(store, waiting))
    )
    _timed(
        "second thoughts (items)",
        len(items),
        lambda: clustering.consolidate(store, "hour", SEEN),
    )
    end = SEEN + timedelta(seconds=1)
    stories = store.stories.between(SEEN, end)
    _timed(
        "compare (stories)",
        len(stories),
        lambda: pipeline.compare(store, {}, SEEN, end),
    )
    themes = lexicon()
    _timed("themes (items)", len(items), lambda: [tag(s, themes) for s in stories])
    framing = Framing(concepts())
    _timed("framing (items)", len(items), lambda: [framing.mentions(i) for i in items])
    lists = [replace(w, name=f"{n} {w.name}") for n in range(10) for w in WATCHLISTS]
    _timed(
        f"{len(lists)} watch-lists (items)",
        len(items),
        lambda: [matches(s, lists) for s in stories],
    )
    desk = pipeline.Desk((), {}, WATCHLISTS, "auto")
    _timed(
        "digest (editions)",
        1,
        lambda: render(make_edition(store, desk, READER, now.date(), now)),
    )


def _week(n: int) -> list[Item]:
    """The newsroom's items, n weeks later, their names and numbers marked as others."""
    mark = chr(ord("a") + n % 26) * (1 + n // 26)
    return [
        replace(
            item,
            id=f"{item.id}{mark}",
            title=_renamed(item.title, mark),
            summary=_renamed(item.summary, mark),
            published=item.published + timedelta(weeks=n),
            seen=SEEN,
        )
        for item in read(labelled_path()).items
    ]


def _renamed(text: str, mark: str) -> str:
    return " ".join(
        word + mark if word[:1].isupper() and word.isalpha() else word
        for word in text.split()
    )


def _timed(name: str, units: int, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:34} {units:7} {seconds:8.2f} {units / seconds:9.0f} {megabytes:5}",
        flush=True,
    )


if __name__ == "__main__":
    main()
