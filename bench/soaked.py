"""
The monitor of ``bench/soak.py``: that of ``bench/alive.py``, taking notes of itself.

    python -m bench.soaked CONFIG DB CLOCK BUSY_SECONDS

In the first tick of each hour of the clock, and after it, a line of JSON goes to the
file ``notes`` beside CLOCK: what the process holds, once Python has thrown away what
nobody needs, how large the database is, and how long what waits has waited. A file
``soak`` there is a JSON list: how many days stories are kept, fewer than feeds.yaml
would allow, and the dashboard's port; 0 is for ever, and none.
"""

import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import alive
from monitor import pruning
from monitor.config.settings import Config
from monitor.store import pruning as kept_rows
from monitor.store.database import Store
from monitor.verbs import compose, run, web
from monitor.verbs.compose import Paths
from monitor.verbs.keep import GROWTH, daily_items, forecast_bytes


class Notes:
    """A line for each hour of the clock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._hour = ""

    def take(self, paths: Paths) -> None:
        """Note how things stand, once an hour."""
        now = compose.now()
        if (hour := f"{now:%Y-%m-%dT%H}") == self._hour:
            return
        self._hour = hour
        gc.collect()
        with paths.open_store() as store:
            days = {d: f"{now - timedelta(days=d):%Y-%m-%dT%H:%M:%S}" for d in GROWTH}
            extent = store.file.extent(days)
            noted = {
                "at": now.isoformat(),
                **memory(),
                "handles": len(list(Path("/proc/self/fd").iterdir())),
                "threads": threading.active_count(),
                "file": extent.bytes,
                "bare": extent.bare,
                "free": extent.free,
                "items": extent.items,
                "an_item": forecast_bytes(extent),
                "a_day": daily_items(extent, now),
                "waits": waits(store),
            }
        with self._file.open("a", encoding="ascii") as notes:
            notes.write(f"{json.dumps(noted)}\n")


def memory() -> dict[str, float]:
    """Megabytes: this process's own, what it has mapped of files, and its children's.

    What is mapped the system takes back when others need it. And thousands of blocks
    that Python has given out: what leaks shows there, whatever the allocators keep.
    """
    mine = _held("self")
    beside = sum(_held(child).get("RssAnon", 0.0) for child in _children(os.getpid()))
    return {
        "megabytes": mine["RssAnon"] + mine["RssShmem"],
        "mapped": mine["RssFile"],
        "beside": beside,
        "kiloblocks": sys.getallocatedblocks() / 1000,
    }


def _held(process: int | str) -> dict[str, float]:
    """Sort of memory -> megabytes; none of a process that has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
        told = (line.split() for line in lines if line.startswith("Rss"))
        return {name.rstrip(":"): int(kilo) * 1024 / 1e6 for name, kilo, _ in told}
    return {}


def _children(process: int) -> Iterator[int]:
    """Those of a process and theirs: the dashboard, the translator's, parsers."""
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, thread.read_text("ascii").split()):
                yield child
                yield from _children(child)


def waits(store: Store) -> dict[str, float]:
    """Queue -> minutes that the oldest in it has waited; outlines, how many wait."""
    now, found = compose.now(), {}
    for queue in store.figures.queues():
        oldest = (now - queue.oldest).total_seconds() / 60 if queue.oldest else 0.0
        found[queue.name] = queue.waiting if queue.name == "outline" else oldest
    return found


def noted(tick: Callable[[Any], None], notes: Notes) -> Callable[[Any], None]:
    """The same tick, of which notes are taken."""

    def ticked(live: Any) -> None:
        tick(live)
        notes.take(live._paths)

    return ticked


def kept(read: Callable[[Any], Config], days: int) -> Callable[[Any], Config]:
    """The same feeds.yaml, with stories kept for so many days; 0 for ever."""
    return lambda paths: replace(read(paths), keep_days=days or None)


def main() -> None:
    """Run until killed or told to stop, with the dashboard beside it."""
    clock = Path(sys.argv[3])
    days, port = json.loads(clock.with_name("soak").read_text("ascii"))
    # Stories are kept for 120 days at least, and what a feed still shows for 14.
    pruning.horizon = lambda days, now: now - timedelta(days=days)
    kept_rows.SHOWN *= days / pruning.LEAST_DAYS
    Paths.read_config = kept(Paths.read_config, days)  # type: ignore[method-assign]
    notes = Notes(clock.with_name("notes"))
    run._Live.tick = noted(run._Live.tick, notes)  # type: ignore[method-assign]
    whole = run.run

    def with_dashboard(paths: Paths, _: object) -> None:
        place = web.Place(port)
        whole(paths, partial(web.dashboard_aside, paths, place) if port else None)

    run.run = with_dashboard  # type: ignore[assignment]
    sys.stdout = sys.stderr  # which is for what the steps say
    alive.main()


if __name__ == "__main__":
    main()
