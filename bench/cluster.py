"""
What a cluster of workers gains, and what handing work to it costs.

    python -m bench.cluster [--workers 1 2 4] [--copies 3] [--json]

Starts a Dask scheduler and its workers on this machine, so that the machine's cores
bound what they do together, and what they cost each other is in the figures: read from
them what a task costs, and how that is spread over a larger share. Beside them stand
the monitor's own thread and its own processes, in the same run. Texts are those of the
newsroom, renamed; bytes are those on the wire, to a worker and back.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.speed import SEEN, _week
from bench.translate import headlines
from monitor.feeds.parse import parse
from monitor.model import Document, Feed, Reading
from monitor.parsers import Inline, Processes
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.terms import TermReader, Terms
from monitor.translation.memory import NO_MEMORY
from monitor.translation.shares import share
from monitor.verbs import compose, errands
from monitor.verbs.crew import open_workers

ROOT = Path(__file__).parent.parent
PER_DOCUMENT = 30
DOCUMENTS = 200
SIZES = (16, 64, 256)
"""Items in a share of the translating."""
TASKS = 500

Piece = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Load:
    """Work in pieces."""

    name: str
    items: int
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Row:
    """What one load came to in one place."""

    load: str
    place: str
    items: int
    seconds: float
    cpu: float
    """Seconds of every process of ours, those of the cluster too."""
    here: float
    """Those of the one that asks and writes."""
    out: int
    """Bytes to the workers, an item."""
    back: int

    @property
    def a_second(self) -> float:
        return self.items / self.seconds


def main() -> None:
    """Print a line for each load in each place."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked.add_argument("--copies", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    loads = list(_loads(options.copies))
    rows = list(_rows(loads, options.workers, options.json))
    if options.json:
        print(json.dumps([asdict(row) for row in rows]))


def _rows(
    loads: Sequence[Load], workers: Sequence[int], is_quiet: bool
) -> Iterator[Row]:
    if not is_quiet:
        print(f"{os.cpu_count()} cores")
        print(
            f"{'load':26} {'where':12} {'units':>6} {'seconds':>8} {'a second':>9}"
            f" {'CPU ms':>7} {'ours':>6} {'bytes out':>10} {'back':>6}"
        )
    for row in _measured(loads, workers):
        if not is_quiet:
            print(
                f"{row.load:26} {row.place:12} {row.items:6} {row.seconds:8.2f}"
                f" {row.a_second:9.0f} {1000 * row.cpu / row.items:7.2f}"
                f" {1000 * row.here / row.items:6.2f} {row.out:10} {row.back:6}",
                flush=True,
            )
        yield row


def _measured(loads: Sequence[Load], workers: Sequence[int]) -> Iterator[Row]:
    for load in loads:
        yield _row(load, "this thread", Inline())
    with Processes(os.cpu_count() or 1) as processes:
        for load in loads:
            _run(load, processes)  # they start, and load what they need
            yield _row(load, f"{os.cpu_count()} processes", processes)
    for number in workers:
        with _fleet(number) as address, open_workers(address) as by:
            assert by.executor is not None
            for load in loads:
                _run(load, by.executor)
                yield _row(load, f"{number} workers", by.executor)


def _row(load: Load, place: str, executor: Executor) -> Row:
    start, cpu, here = time.perf_counter(), _cpu(), time.process_time()
    _run(load, executor)
    spent = time.perf_counter() - start, _cpu() - cpu, time.process_time() - here
    return Row(
        load.name, place, load.items, *(round(s, 3) for s in spent), *_bytes(load)
    )


def _cpu() -> float:
    """Seconds that this process and all below it have used."""
    parents, ticks = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = file.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended
            continue
        pid = int(file.parent.name)
        parents[pid], ticks[pid] = int(said[1]), sum(map(int, said[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")


def _run(load: Load, executor: Executor) -> None:
    for future in [executor.submit(work, *args) for work, args in load.pieces]:
        future.result()


@cache
def _sizes(name: str, packed: bytes) -> tuple[int, int]:
    return len(packed), len(errands.do(errands.program(), packed))


def _bytes(load: Load) -> tuple[int, int]:
    """Of one item, by the first piece."""
    work, args = load.pieces[0]
    out, back = _sizes(load.name, errands.pack(work, *args))
    each = load.items / len(load.pieces)
    return round(out / each), round(back / each)


# --- the loads -----------------------------------------------------------------------


def _loads(copies: int) -> Iterator[Load]:
    yield Load("nothing (tasks)", TASKS, [(abs, (-n,)) for n in range(TASKS)])
    documents = [_document(n) for n in range(DOCUMENTS)]
    known: dict[str, str] = {}
    yield Load(
        f"parse, {PER_DOCUMENT} items each (items)",
        DOCUMENTS * PER_DOCUMENT,
        [(parse, (feed, document, SEEN, known)) for feed, document in documents],
    )
    items = [item for n in range(copies) for item in _week(n)]
    spanish = [item for item in items if item.language == "es"]
    translator = compose.open_translator("auto")
    if translator.supports("es", "en"):
        for size in SIZES:
            asked = [
                share(batch, "en", "whole", translator, NO_MEMORY)
                for batch in _batches(spanish, size)
            ]
            work = partial(errands.translate, "auto")
            shares: list[Piece] = [(work, (each,)) for each in asked]
            yield Load(f"translate, {size} a share (items)", len(spanish), shares)
    readings = [Reading(item, item.title, item.summary) for item in items]
    batches = list(_batches(readings, 64))
    yield Load(
        "terms, 64 a share (items)", len(items), [(_terms, (b,)) for b in batches]
    )


def _batches(units: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (units[n : n + size] for n in range(0, len(units), size))


def _terms(readings: Sequence[Reading]) -> list[Terms]:
    reader = _reader()
    return [reader.read(reading) for reading in readings]


@cache
def _reader() -> TermReader:
    return TermReader(background(), aliases())


def _document(n: int) -> tuple[Feed, Document]:
    url = f"https://outlet{n}.example/rss"
    feed = Feed(
        *(url, f"Outlet {n}", "MX", "es", "national", f"Outlet {n}"),
        "America/Mexico_City",
    )
    said = headlines("es", 4 * PER_DOCUMENT)
    rows = "".join(
        f"<item><title>{said[i]} {n}</title><link>{url}/{n}/{i}</link>"
        f"<pubDate>Mon, 01 Dec 2025 0{i % 10}:00:00 GMT</pubDate>"
        f"<description>{'. '.join(said[i + 30 : i + 33])}</description></item>"
        for i in range(PER_DOCUMENT)
    )
    body = f'<rss version="2.0"><channel><title>O</title>{rows}</channel></rss>'
    return feed, Document(url, body.encode(), {})


# --- the workers ---------------------------------------------------------------------


@contextmanager
def _fleet(workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers, on this machine."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        shared = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", file]
        roles = [["scheduler", "--port", "0", "--no-show"]]
        roles += [["worker", "--nthreads", "1", "--local-directory", folder]] * workers
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *role, *map(str, shared)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for role in roles
        ]
        try:
            while not file.exists() or not file.read_text().endswith("}"):
                time.sleep(0.1)
            address: str = json.loads(file.read_text())["address"]
            _wait_for(address, workers)
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait()


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client  # the extra; the bench alone needs it here

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers)


if __name__ == "__main__":
    # By its name, under which workers find what they are asked to do.
    import_module("bench.cluster").main()
