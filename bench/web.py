"""
Time the dashboard while items come in.

    python -m bench.web [--items 1000000] [--stories 50000] [--keep FOLDER]
        [--seconds 60] [--rate 20] [--processes 2] [--items-a-second 10]

Makes the database of ``bench/coverage.py`` or takes the one in FOLDER, and readies a
copy as ``bench/search.py`` and ``bench/lists.py`` do: words of the news in headlines,
an index, outlines, studies. The copy stays in FOLDER. Then, in processes of their own,
it runs the servers with their clock from the newest item on, and a writer that takes in
ten items a second, 860,000 a day, or as ``--items-a-second`` says, and once a minute
clusters, marks, outlines and studies them, as a run does; it first reads its week,
which takes minutes. Readers ask for a third each of today, stories and searches; of
stories half from the newest days, and by size. They ask at fixed times, whatever the
answers take, at the rate and at twice the rate; the time of an answer counts from when
it was due. Last comes the start of ``monitor serve``.
"""

import argparse
import http.client
import json
import multiprocessing
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, cycle, islice
from multiprocessing import synchronize
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event
from urllib.parse import quote_plus

from bench import coverage, search
from bench.coverage import END
from monitor.clustering import Clustering, Waiting
from monitor.coverage.framing import Framing
from monitor.coverage.framing_file import lexicon
from monitor.coverage.marks import Marker
from monitor.marking import RECENT, mark
from monitor.model import Item, Sighting
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.store.pool import Pool
from monitor.studying import Lexicons, UsualOfWeeks, study_due
from monitor.verbs.web import SETTLES, warm_aside
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.site import Site

TICK_SECONDS = 60.0
"""As often ``monitor run`` does what is due."""
WORKERS = 64
"""Answers waited for at once, at most."""
QUERIES = (
    *("Trump", "aranceles", '"Guardia Nacional"', "Trump aranceles", "Zihuatanejo"),
    *("migra*", "México OR Mexico", "Trump -aranceles"),
)
_FEEDS_YAML = "bench-web.yaml"


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: str
    milliseconds: float
    """From when it was due."""
    bytes: int


def main() -> None:
    """One database, a server, a writer, readers."""
    args = _arguments()
    with TemporaryDirectory(prefix="web-") as folder:
        kept = args.keep or Path(folder)
        path = _ready(kept, args.items, args.stories)
        with (
            _writer(path, args.items_a_second) as writing,
            _server(path, args.processes) as (serving, port),
        ):
            _warm(path, port, args.processes)
            for rate in (args.rate, 2 * args.rate):
                before = _cpu(*serving), _cpu(writing)
                answers = _load(path, port, args.seconds, rate)
                print(f"{rate} requests a second for {args.seconds} s:")
                _tell(answers)
                after = _cpu(*serving), _cpu(writing)
                for name, was, now in zip(
                    ("servers", "writer"), before, after, strict=True
                ):
                    share = (now - was) / args.seconds
                    print(f"  {name}: {share:.0%} of a processor", flush=True)
        _time_start(path, kept)


# --- the database --------------------------------------------------------------------


def _ready(folder: Path, items: int, stories: int) -> Path:
    """A copy with words of the news, indexed and outlined."""
    made, ready = folder / f"{items}-{stories}.db", folder / f"{items}-{stories}-web.db"
    if ready.exists():
        return ready
    if not made.exists():
        coverage.make_aside(made, items, stories)
    started = folder / "unready.db"
    shutil.copy(made, started)
    search.plant(started)
    search.index(started)
    marker = _marker()
    with Store(started) as store:
        while sum(outline_due(store, marker, coverage.open_desk().owners)):
            pass
        lexicons = _lexicons()
        while list(study_due(store, lexicons, END)):
            pass
    started.rename(ready)
    return ready


def _marker() -> Marker:
    desk = coverage.open_desk()
    return Marker(desk.themes, tuple(desk.watchlists))


def _lexicons() -> Lexicons:
    desk = coverage.open_desk()
    framing = Framing(lexicon(desk.framing))
    return Lexicons(desk.themes, framing, desk.own, UsualOfWeeks())


# --- the processes -------------------------------------------------------------------


@contextmanager
def _server(path: Path, count: int) -> Iterator[tuple[list[BaseProcess], int]]:
    """So many processes on one port, as ``monitor serve`` has them."""
    context = multiprocessing.get_context("spawn")
    with server.listen(0) as listener:
        serving = [
            context.Process(target=_serve, args=(path, listener), daemon=True)
            for _ in range(count)
        ]
        for process in serving:
            process.start()
        try:
            yield serving, listener.getsockname()[1]
        finally:
            for process in serving:
                process.terminate()
                process.join()


def _serve(path: Path, listener: socket.socket) -> None:
    desk = coverage.open_desk()
    site = Site(Pool(path).open, lambda: desk, _clock(), settles=SETTLES)
    warm_aside(desk.own)
    server.serve(create_app(site), listener, Event())


def _clock() -> Callable[[], datetime]:
    begin = time.monotonic()
    return lambda: END + timedelta(seconds=time.monotonic() - begin)


@contextmanager
def _writer(path: Path, items: int) -> Iterator[BaseProcess]:
    context = multiprocessing.get_context("spawn")
    at_work = context.Event()
    process = context.Process(target=_write, args=(path, items, at_work), daemon=True)
    begin = time.perf_counter()
    process.start()
    at_work.wait()
    print(f"the writer has read its week in {time.perf_counter() - begin:.0f} s")
    try:
        yield process
    finally:
        process.terminate()
        process.join()


def _write(path: Path, items: int, at_work: synchronize.Event) -> None:
    draw, marker, clock = random.Random(time.time_ns()), _marker(), _clock()
    owners, clustering, lexicons = (
        coverage.open_desk().owners,
        Clustering(),
        _lexicons(),
    )
    waiting = Waiting(END, timedelta(0), frozenset(), frozenset())
    with Store(path) as store, closing(sqlite3.connect(path)) as db:
        texts = db.execute(
            "select title, summary, outlet, country, language, feed from items"
            " order by published desc limit 5000"
        ).fetchall()
        begin, added, ticked = time.monotonic(), 0, -TICK_SECONDS
        while True:
            spent = time.monotonic() - begin
            new = draw.choices(texts, k=int(spent * items) + items - added)
            for text in new:
                item = _item(draw, text)
                keys = (f"id:{item.id}",)
                store.items.add([Sighting(item, keys, item.id)], item.feed, (), END)
            added += len(new)
            if spent >= ticked + TICK_SECONDS:
                ticked = spent
                steps = (
                    clustering.assign(store, waiting),
                    mark(store, marker, END - RECENT),
                    outline_due(store, marker, owners),
                    study_due(store, lexicons, clock()),
                )
                for _ in chain.from_iterable(steps):
                    pass
                if not at_work.is_set():
                    at_work.set()
                    begin, added, ticked = time.monotonic(), 0, 0.0
            time.sleep(1)


def _item(draw: random.Random, text: tuple[str, ...]) -> Item:
    title, summary, outlet, country, language, feed = text
    name = f"{draw.getrandbits(64):016x}"
    words = title.split()
    draw.shuffle(words)
    at = END - timedelta(minutes=draw.randrange(60), seconds=1)
    return Item(
        *(name, feed, outlet, country, language, f"{feed}/{name}"),  # type: ignore[arg-type]
        title=" ".join(words),
        summary=summary,
        published=at,
        published_raw=at.isoformat(),
        date_source="feed",
        seen=END - timedelta(seconds=1),
    )


def _cpu(*processes: BaseProcess) -> float:
    """Seconds of the processor that processes have used."""
    stats = (Path(f"/proc/{process.pid}/stat").read_text() for process in processes)
    fields = (stat.rpartition(")")[2].split() for stat in stats)
    return sum(int(each[11]) + int(each[12]) for each in fields) / 100


# --- the load ------------------------------------------------------------------------


def _warm(path: Path, port: int, processes: int) -> None:
    """Ask for what all later pages share: the day, and the words of each week.

    Often enough that each process was asked, whichever takes a connection.
    """
    begin = time.perf_counter()
    for _ in range(10 * processes):
        _get(port, "/")
    with closing(sqlite3.connect(path)) as db:
        largest = db.execute(
            "select story, max(items) from outlines where us_items > 9 and mx_items > 9"
            " group by strftime('%W', last_seen)"
        ).fetchall()
    for story, _ in largest * processes:
        _get(port, f"/stories/{story}")
    print(
        f"today and a story of each of {len(largest)} weeks, asked for once:"
        f" {time.perf_counter() - begin:.0f} s"
    )


def _load(path: Path, port: int, seconds: int, rate: int) -> list[_Answer]:
    begin = time.perf_counter() + 0.5
    asked = islice(_asked(path), seconds * rate)
    with ThreadPoolExecutor(WORKERS) as pool:
        waited = []
        for number, (kind, address) in enumerate(asked):
            due = begin + number / rate
            time.sleep(max(due - time.perf_counter(), 0))
            waited.append(pool.submit(_ask, port, kind, address, due))
        return [each.result() for each in waited]


def _asked(path: Path) -> Iterator[tuple[str, str]]:
    """Kinds and addresses, without end."""
    draw = random.Random(13)
    queries = cycle(
        f"/search?q={quote_plus(query)}&by={by}"
        for query in QUERIES
        for by in ("item", "story")
    )
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("select story, items, last_seen from outlines").fetchall()
    since = (END - timedelta(days=2)).isoformat()
    fresh = [(story, items) for story, items, last in found if last >= since]
    some = [(story, items) for story, items, _ in found]
    draws = [
        ([story for story, _ in group], [items for _, items in group])
        for group in (fresh, some)
    ]
    while True:
        yield "today", "/"
        [story] = draw.choices(*draws[draw.random() < 0.5])
        yield "story", f"/stories/{story}"
        address = next(queries)
        yield ("search by story" if address.endswith("story") else "search"), address


def _ask(port: int, kind: str, address: str, due: float) -> _Answer:
    size = _get(port, address)
    return _Answer(kind, 1000 * (time.perf_counter() - due), size)


def _get(port: int, address: str) -> int:
    """Bytes of a page, which must be there."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as ask:
        ask.request("GET", address, headers={"Accept": "text/html"})
        answer = ask.getresponse()
        body = answer.read()
    assert answer.status == 200, f"{address}: {answer.status}"
    return len(body)


def _tell(answers: list[_Answer]) -> None:
    kinds = defaultdict(list)
    for answer in answers:
        kinds[answer.kind].append(answer)
    for kind, found in kinds.items():
        spent = [answer.milliseconds for answer in found]
        points = quantiles(spent, n=100)
        sizes = [answer.bytes for answer in found]
        print(
            f"  {kind:16} median {median(spent):5.0f}, p95 {points[94]:5.0f},"
            f" p99 {points[98]:5.0f} ms; median {median(sizes) / 1000:.0f} kB,"
            f" at most {max(sizes) / 1000:.0f} kB"
        )


# --- the start -----------------------------------------------------------------------


def _time_start(path: Path, folder: Path) -> None:
    """From the command to the first answers, the best of three."""
    config = folder / _FEEDS_YAML
    config.write_text(_settings())
    spent = [_start(path, config) for _ in range(3)]
    live, page = (min(each) for each in zip(*spent, strict=True))
    print(f"monitor serve: /livez answers after {live:.1f} s, today after {page:.1f} s")


def _start(path: Path, config: Path) -> tuple[float, float]:
    words = ["--config", str(config), "--db", str(path), "serve", "--port", "0"]
    begin = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        port = int(running.stdout.readline().rstrip("/\n").rpartition(":")[2])
        _get(port, "/livez")
        live = time.perf_counter() - begin
        _get(port, "/")
        return live, time.perf_counter() - begin
    finally:
        running.send_signal(signal.SIGINT)
        running.wait()


def _settings() -> str:
    """The outlets of the database, as feeds.yaml says them; JSON is YAML."""
    feeds = [
        {
            "url": feed.url,
            "outlet": feed.outlet,
            "country": feed.country,
            "language": feed.language,
            "kind": feed.kind,
            "owner": feed.owner,
            "tz": feed.tz,
        }
        for feed in coverage.open_desk().feeds
    ]
    return json.dumps({"contact": "desk@desk.example", "feeds": feeds})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--stories", type=int, default=50_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--items-a-second", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
