"""
How far one machine is from its limit: a minute of news, and the seconds that it takes.

    python -m bench.load                          # half an hour, 4 GB of memory
    python -m bench.load --windows 2000 --minutes 3

Five thousand feeds on loopback, each at an address of its own, bring 500,000 items a
day: the newsroom's three days, told over and over with other names (``bench/news.py``).
The clock is ours. First the window is filled: documents are read and kept as ever, but
translations are made from those of the newsroom and stories are the true ones. Then
``monitor run``'s own tick is called for each of so many minutes, with Apertium, and
each step is timed. The headroom is 60 s by the CPU seconds that a minute of news takes,
of all processes of the monitor: steps come one after the other, and others may be busy
on the machine. Seconds on the clock are beside them. So for each size of the window.

What comes less often than each minute is spread over its minutes: comparing, second
thoughts of the hour. The server of the feeds is a process of its own, on the same
cores; its CPU is left out, its time on the clock is not.
"""

import argparse
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from bench.cluster import _cpu
from bench.news import World, newsroom, renamed
from bench.poll import _Child, _Server, address, number_of
from monitor.clustering import EVERY as THINKS
from monitor.comparing import EVERY as COMPARES
from monitor.config.settings import Config, PollSettings
from monitor.feeds.parse import parse
from monitor.model import (
    Assignment,
    Document,
    Feed,
    FeedState,
    Sighting,
    Translation,
    Why,
)
from monitor.newsroom.documents import document
from monitor.store.database import Store
from monitor.stories.consolidate import consolidate
from monitor.stories.similarity import CHANNELS
from monitor.translation.translator import Translator
from monitor.verbs import compose, run
from monitor.verbs.compose import Paths
from monitor.verbs.crew import HERE
from monitor.verbs.watchdog import Pulse

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHOWN = 30
"""Items in a feed."""
INTERVAL = 15
"""Minutes between two polls of a feed: each shows one new item by then."""
TO_SETTLE = 60
"""Ticks at most, until all that was filled in is outlined."""
THOUGHT = 1000
"""Items of which second thoughts are had, to time them."""
_BY = ("apertium", "filled in")


# --- the feeds -----------------------------------------------------------------------


def body(world: World, feed: int, now: datetime, most: int = SHOWN) -> bytes:
    """The feed's document at a moment, with its newest items."""
    shown = world.shown(feed, now)
    newest = range(shown - 1, max(-1, shown - 1 - most), -1)
    notices = [world.notice(feed, nth)[0] for nth in newest]
    return document(world.outlet(feed), notices, now)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    world: World
    now: datetime

    def do_GET(self) -> None:
        feed, now = number_of(self.headers["host"]), type(self).now
        made = body(self.world, feed, now)
        etag = f'"{blake2b(made, digest_size=8).hexdigest()}"'
        is_same = self.headers["if-none-match"] == etag
        self.send_response(304 if is_same else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(0 if is_same else len(made)))
        self.end_headers()
        self.wfile.write(b"" if is_same else made)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serve(pipe: Connection, world: World) -> None:
    """Say the port; then take moments until told None."""
    answer = type("Answer", (_Answer,), {"world": world, "now": world.start})
    server = _Server(("0.0.0.0", 0), answer)
    Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_address[1])
    while (now := pipe.recv()) is not None:
        answer.now = now  # type: ignore[attr-defined]
        pipe.send(time.process_time())
    server.shutdown()


# --- filling the window --------------------------------------------------------------


def fill(
    store: Store, world: World, feeds: Sequence[Feed], since: datetime, now: datetime
) -> None:
    """Keep all that was published since then, each item in its true story."""
    for start in range(0, len(feeds), 100):
        with store.atomic():
            for number in range(start, min(start + 100, len(feeds))):
                _fill(store, world, number, feeds[number], since, now)
    store.stories.log_pass("window", now)
    store.stories.log_pass("hour", now)


def _fill(
    store: Store, world: World, number: int, feed: Feed, since: datetime, now: datetime
) -> None:
    # Some feeds are due each minute: nobody has asked them for a quarter of an hour.
    due = now + MINUTE * (number % INTERVAL)
    now = due - MINUTE * INTERVAL
    known = {"last_poll": now, "last_good": now, "next_poll": due}
    store.feeds.put(FeedState(feed.url, interval_minutes=INTERVAL, **known))
    # What the last minutes brought, polls may have read.
    first, shown = world.shown(number, since), world.shown(number, now)
    notices = [world.notice(number, nth) for nth in range(first, shown)]
    told = {notice.title: (telling, item.id) for notice, telling, item in notices}
    made = Document(feed.url, body(world, number, now, shown - first + SHOWN), {})
    parsed = parse(feed, made, now, store.items.digests(feed.url))
    seen = [_seen(s) for s in parsed.sightings if s.item.title in told]
    store.items.add(seen, feed.url, parsed.known, now)
    why = Why(dict.fromkeys(CHANNELS, 0.0))
    stories, english = newsroom()[1], _english()
    translations, assignments = [], []
    for item in (sighting.item for sighting in seen):
        telling, base = told[item.title]
        if item.language == "es":
            title, summary = (renamed(text, telling) for text in english[base])
            translations.append(Translation(item.id, "en", *_BY, title, summary))
        story = f"{stories.get(base, base)} {telling}"
        assignments.append(Assignment(item.id, story, 0.0, why))
    store.translations.add(translations, now)
    store.stories.assign(assignments)


def _seen(sighting: Sighting) -> Sighting:
    """As if it had been seen when it came out."""
    item = sighting.item
    return replace(sighting, item=replace(item, seen=item.published))


@cache
def _english() -> Mapping[str, tuple[str, str]]:
    """Item of the newsroom -> its headline and summary in English, by the engine."""
    spanish = [item for item in newsroom()[0] if item.language == "es"]
    with closing(compose.open_translator("auto")) as by:
        if not by.supports("es", "en"):
            return {item.id: (item.title, item.summary) for item in spanish}
        made = [_texts(by, [i.title for i in spanish]), _texts(by, _summaries(spanish))]
    return {i.id: texts for i, *texts in zip(spanish, *made, strict=True)}  # type: ignore[misc]


def _summaries(items: Sequence[Any]) -> list[str]:
    return [item.summary or item.title for item in items]


def _texts(by: Translator, texts: Sequence[str]) -> list[str]:
    found = by.translate(texts, "es", "en")
    return [
        made if isinstance(made, str) else text
        for made, text in zip(found, texts, strict=True)
    ]


# --- a minute of news ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of all processes of ours but the server, and on the clock."""

    cpu: float
    clock: float

    def times(self, factor: float) -> "Spent":
        """So many times as much."""
        return Spent(self.cpu * factor, self.clock * factor)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a minute of news takes with so many items in the window."""

    window: int
    new: float
    """Items a minute."""
    steps: Mapping[str, Spent]
    """Step -> what it takes of a minute of news."""
    megabytes: float
    """What this process holds in memory."""
    file_bytes: int
    started: float
    """Seconds until the window was remembered, and what was filled in was outlined."""

    @property
    def total(self) -> float:
        """CPU seconds that a minute of news takes."""
        return sum(spent.cpu for spent in self.steps.values())

    @property
    def headroom(self) -> float:
        """How many times as much news would be too much."""
        return 60 / self.total


class Monitor:
    """What ``monitor run`` does, by our clock."""

    def __init__(
        self, paths: Paths, config: Config, world: World, server: _Child
    ) -> None:
        self.world, self._server = world, server
        self._close = ExitStack()
        fetcher = self._close.enter_context(compose.open_fetcher(config))
        translator = self._close.enter_context(
            closing(compose.open_translator(config.engine))
        )
        live = run._Live(paths, config, fetcher, translator, Event(), Pulse(), HERE)
        self._live = live
        self.watch = Watch(server.pid)
        self._close.callback(setattr, run, "timed", run.timed)
        run.timed = self.watch.timed  # type: ignore[assignment]

    def close(self) -> None:
        """Give back what it holds."""
        self._close.close()

    def tick(self, now: datetime) -> None:
        """One minute's work."""
        compose.now = lambda: now
        self._server.ask(now)
        self._live.tick()

    def think_again(self, store: Store) -> Spent:
        """Second thoughts of a minute's items, by the newest ones; none is kept.

        They are had each hour, of all that came in it.
        """
        of_minute = self.world.items_a_day / (timedelta(days=1) / MINUTE)
        items = store.stories.to_reconsider(compose.now() - THINKS)[-THOUGHT:]
        clustering = self._live._clustering
        clusterer, _ = clustering._ready(store)
        clustering._mark = None
        with self.watch.on("second thoughts"):
            consolidate(clusterer, items, clustering._rules, lambda _: True)
        spent = self.watch.spent["second thoughts"][-1]
        return spent.times(of_minute / max(1, len(items)))


class Watch:
    """Knows what each run of a step took."""

    def __init__(self, server: int) -> None:
        self._server = server
        self.spent: dict[str, list[Spent]] = {}

    @contextmanager
    def on(self, step: str) -> Iterator[None]:
        """Note what the block takes."""
        cpu, clock = self._cpu(), time.perf_counter()
        try:
            yield
        finally:
            took = Spent(self._cpu() - cpu, time.perf_counter() - clock)
            self.spent.setdefault(step, []).append(took)

    @contextmanager
    def timed(self, _: Store, step: str) -> Iterator[None]:
        """In the place of what the monitor itself notes."""
        with self.on(step):
            yield

    def _cpu(self) -> float:
        ticks = Path(f"/proc/{self._server}/stat").read_text("ascii").rpartition(")")[2]
        served = sum(map(int, ticks.split()[11:13])) / os.sysconf("SC_CLK_TCK")
        return _cpu() - served

    def a_minute(self, minutes: int) -> dict[str, Spent]:
        """Step -> what it takes of a minute; the tick that holds them is left out."""
        made = {}
        for step, runs in self.spent.items():
            # Of what is seldom due, the last time counts, whenever that was.
            share = MINUTE / COMPARES if step == "compare" else 1 / minutes
            chosen = runs[-1:] if step == "compare" else runs[-minutes:]
            cpu, clock = sum(r.cpu for r in chosen), sum(r.clock for r in chosen)
            if step not in ("tick", "consolidate", "second thoughts"):
                made[step] = Spent(cpu, clock).times(share)
        return made


def measure(
    monitor: Monitor, store: Store, now: datetime, minutes: int, items: int
) -> Stage:
    """Let so many minutes pass, once all that waits is done."""
    began = time.perf_counter()
    before: list[int] = []
    for _ in range(TO_SETTLE):
        monitor.tick(now)
        waiting = [queue.waiting for queue in store.figures.queues()]
        if waiting == before:  # without an engine, some wait for ever
            break
        before = waiting
    started, known = time.perf_counter() - began, _items(store)
    for minute in range(1, minutes + 1):
        monitor.tick(now + minute * MINUTE)
    new, steps = _items(store) - known, monitor.watch.a_minute(minutes)
    steps["second thoughts"] = monitor.think_again(store)
    size = store.figures.file().size
    return Stage(items, new / minutes, steps, _resident(), size, started)


def _items(store: Store) -> int:
    return sum(t.n for t in store.figures.tallies() if t.what == "items")


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- the run -------------------------------------------------------------------------


@contextmanager
def _feeds(world: World) -> Iterator[tuple[_Child, tuple[Feed, ...]]]:
    server = _Child(_serve, world)
    try:
        yield (
            server,
            tuple(
                replace(
                    world.outlet(n).feed(""),
                    url=f"http://{address(n)}:{server.greeting}/rss",
                )
                for n in range(world.feeds)
            ),
        )
    finally:
        server.close()


def load(
    folder: Path, world: World, windows: Sequence[int], minutes: int, engine: Any
) -> Iterator[Stage]:
    """A stage for each window, one after the other in one database."""
    paths = Paths(folder / "feeds.yaml", folder / "load.db")
    now = world.start
    real = compose.now
    with ExitStack() as stack:
        stack.callback(setattr, compose, "now", real)
        server, feeds = stack.enter_context(_feeds(world))
        poll = PollSettings(INTERVAL, INTERVAL, gap_seconds=0)
        config = Config(
            *("https://example.org/load", poll, engine, (), None, (), feeds),
            dense="none",
        )
        monitor = stack.enter_context(closing(Monitor(paths, config, world, server)))
        store = stack.enter_context(paths.open_store())
        for window in windows:
            since, now = now, world.start + timedelta(days=window / world.items_a_day)
            fill(store, world, feeds, since, max(since, now))
            yield measure(monitor, store, max(since, now), minutes, _items(store))


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The line through points by least squares: its height at 0, and its slope."""
    if len(points) < 2:
        return (points[0][1] if points else 0.0), 0.0
    middle, height = (sum(each) / len(points) for each in zip(*points, strict=True))
    wide = sum((x - middle) ** 2 for x, _ in points)
    rise = sum((x - middle) * (y - height) for x, y in points) / wide
    return height - rise * middle, rise


def told(stages: Sequence[Stage], world: World) -> Iterator[str]:
    """The table, and where its lines lead."""
    last = stages[-1].steps
    yield f"{'of a minute, CPU s (clock)':26}" + _line(f"{s.window:,}" for s in stages)
    for step in sorted(last, key=lambda step: -last[step].cpu):
        each = [s.steps.get(step, Spent(0.0, 0.0)) for s in stages]
        yield f"{step:26}" + _line(f"{s.cpu:.2f} ({s.clock:.2f})" for s in each)
    yield f"{'all steps, CPU s':26}" + _line(f"{s.total:.2f}" for s in stages)
    yield f"{'headroom':26}" + _line(f"{s.headroom:.1f}x" for s in stages)
    yield f"{'items a minute':26}" + _line(f"{s.new:.0f}" for s in stages)
    yield f"{'memory, MB':26}" + _line(f"{s.megabytes:.0f}" for s in stages)
    yield f"{'database, MB':26}" + _line(f"{s.file_bytes / 1e6:.0f}" for s in stages)
    yield f"{'seconds until settled':26}" + _line(f"{s.started:.0f}" for s in stages)
    week = 7 * world.items_a_day
    base, rise = slope([(s.window, s.total) for s in stages])
    yield f"extrapolated: {base:.2f} s and {1000 * rise:.4f} s for each 1,000 items"
    if rise > 0:
        yield f"  headroom 1 at {(60 - base) / rise:,.0f} items"
        yield f"  a week of {week:,} items: {60 / (base + rise * week):.2f}x"
    base, rise = slope([(s.window, s.megabytes) for s in stages])
    yield f"  memory: {base:.0f} MB and {1000 * rise:.1f} kB an item"
    yield f"  a week of {week:,} items: {(base + rise * week) / 1000:,.0f} GB"


def _line(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>17}" for cell in cells)


def main() -> None:
    """Print a line for each step, with a column for each window."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    asked.add_argument("--feeds", type=int, default=5000)
    asked.add_argument("--items-a-day", type=int, default=500_000)
    asked.add_argument("--minutes", type=int, default=5)
    asked.add_argument(
        "--windows", type=int, nargs="+", default=[10_000, 50_000, 150_000]
    )
    asked.add_argument("--translator", default="apertium")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    logging.getLogger("monitor").setLevel(logging.WARNING)
    world = World(given.feeds, given.items_a_day, START)
    stages = []
    with TemporaryDirectory(prefix="load-") as folder:
        for stage in load(
            *(Path(folder), world, given.windows, given.minutes, given.translator)
        ):
            stages.append(stage)
            if not given.json:
                by = ", ".join(f"{k} {v.cpu:.2f}" for k, v in stage.steps.items())
                said = f"{stage.window:,} items: {stage.headroom:.1f}x ({by})"
                print(said, flush=True)
    if given.json:
        print(json.dumps([asdict(stage) for stage in stages]))
        return
    for line in told(stages, world):
        print(line)


if __name__ == "__main__":
    main()
