"""
A poll's speed beside that of ``reader`` (PyPI), in one run on one machine.

    python bench/poll.py [--feeds N] [--items N] [--new N] [--workers N] [--json]

A loopback server in a process of its own serves the feeds, each at an address of its
own (127.a.b.c, which Linux answers without set-up), so that politeness towards one host
is not what is measured. Each side polls in a process of its own: cold; unchanged with
validators (304) and without (the same body again); changed (``--new`` items of each
feed); and, for us, one tick with nothing due. CPU counts child processes; memory is the
largest sum, over a side's processes, of what each holds alone and its share of the rest
(PSS). Machines are noisy: read the ratios.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAMPLE_SECONDS = 0.2
KINDS = ("cold", "304", "same body", "changed")

Figures = dict[str, float]
"""seconds, cpu (seconds), mb."""

# --- the feeds -----------------------------------------------------------------------

WORDS = {
    "es": "el río crece junto al puente y los vecinos de la colonia piden a la "
    "alcaldía más bombas antes de la próxima tormenta según el informe del distrito "
    "de riego",
    "en": "the county board heard from ranchers about water rights while the bridge "
    "stays closed to trucks and crews repair the east lane before the weekend rush "
    "begins",
}
UNACCENTED = str.maketrans("áéíóúñ", "aeioun")
"""Content systems write the words of an address so."""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Outlet {feed}</title>
<link>http://{host}/</link><language>{language}</language>
<atom:link href="http://{host}/rss" rel="self" type="application/rss+xml"/>
<lastBuildDate>{built:%a, %d %b %Y %H:%M:%S} GMT</lastBuildDate>
"""
ITEM = """<item><title><![CDATA[{title}]]></title>
<link>http://{host}/{number}/{slug}?utm_source=rss&amp;utm_medium=feed</link>
<guid isPermaLink="false">http://{host}/?p={number}</guid>
<dc:creator><![CDATA[{author}]]></dc:creator>
<pubDate>{at:%a, %d %b %Y %H:%M:%S} {zone}</pubDate>
<category><![CDATA[Frontera]]></category><category>Agua &amp; clima</category>
<description><![CDATA[<p>{summary}</p>]]></description></item>
"""


def document(feed: int, host: str, items: int, first: int) -> bytes:
    """A feed's items, the newest first; the oldest has the number ``first``."""
    language = ("es", "en")[feed % 2]
    built = START + timedelta(minutes=first)
    head = HEAD.format(feed=feed, host=host, language=language, built=built)
    numbers = range(first + items - 1, first - 1, -1)
    shown = (_item(feed, host, language, number) for number in numbers)
    return f"{head}{''.join(shown)}</channel></rss>".encode()


def _item(feed: int, host: str, language: str, number: int) -> str:
    words = WORDS[language].split()
    turn = (feed * 7 + number * 3) % len(words)
    turned = words[turn:] + words[:turn]
    title = " ".join(turned[:9]).capitalize()
    return ITEM.format(
        host=host,
        number=number,
        title=f"{title} {feed * 1000 + number}",
        slug="-".join(turned[:5]).translate(UNACCENTED),
        author=("Redacción", "Staff")[feed % 2],
        at=START - timedelta(days=2) + timedelta(minutes=7 * number),
        zone=("-0600", "GMT")[feed % 2],
        summary=" ".join(turned)[:170],
    )


# --- the server ----------------------------------------------------------------------


@cache
def _built(feed: int, host: str, items: int, first: int) -> tuple[bytes, str]:
    body = document(feed, host, items, first)
    return body, f'"{blake2b(body, digest_size=8).hexdigest()}"'


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    first = 0
    has_validators = True
    items = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        host = self.headers["host"]
        server = self.server
        body, etag = _built(number_of(host), host, server.items, server.first)
        is_same = server.has_validators and self.headers["if-none-match"] == etag
        self.send_response(304 if is_same else 200)
        if server.has_validators:
            self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(0 if is_same else len(body)))
        self.end_headers()
        self.wfile.write(b"" if is_same else body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def address(feed: int) -> str:
    """127.1.0.1 and up."""
    return f"127.{1 + feed // 62500}.{feed // 250 % 250}.{1 + feed % 250}"


def number_of(host: str) -> int:
    """The feed that lives at an address."""
    _, high, middle, low = (int(part) for part in host.partition(":")[0].split("."))
    return (high - 1) * 62500 + middle * 250 + low - 1


def _serve(pipe: Connection, feeds: int, items: int) -> None:
    """Say the port; then take (first, has_validators) until told None."""
    server = _Server(("0.0.0.0", 0), _Handler)
    server.items = items
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_address[1])
    while (order := pipe.recv()) is not None:
        server.first, server.has_validators = order
        for feed in range(feeds):  # no side pays for the making of the documents
            host = f"{address(feed)}:{server.server_address[1]}"
            _built(feed, host, items, server.first)
        pipe.send(True)
    server.shutdown()


# --- the sides -----------------------------------------------------------------------


class Reader:
    """``reader``, as its documentation has it polled."""

    def __init__(self, folder: Path, urls: list[str], workers: int) -> None:
        from reader import make_reader

        self._reader = make_reader(str(folder / "reader.db"))
        self._workers = workers
        for url in urls:
            self._reader.add_feed(url)

    def poll(self, _: int) -> int:
        """One poll of every feed; how many items are new."""
        results = self._reader.update_feeds_iter(scheduled=False, workers=self._workers)
        return sum(result.value.new if result.value else 0 for result in results)


class Ours:
    """``polling.poll`` with the real fetcher and a store in a file."""

    def __init__(self, folder: Path, urls: list[str], workers: int) -> None:
        from monitor.store.database import Store

        self._store = Store(folder / "monitor.db")
        self._feeds = [_feed(number, url) for number, url in enumerate(urls)]
        self._workers = workers

    def poll(self, minute: int) -> int:
        """One poll of every feed; how many items are new."""
        due = self._store.feeds.states(self._feeds)
        now = START + timedelta(minutes=minute)
        return _poll(due, self._store, now, self._workers)

    def tick(self, copies: int) -> float:
        """Seconds to find that none of so many times our feeds is due."""
        feeds = [
            replace(feed, url=f"{feed.url}?{copy}")
            for copy in range(copies)
            for feed in self._feeds
        ]
        states = self._store.feeds.states(self._feeds)
        later = START + timedelta(days=365)
        with self._store.atomic():
            for feed, (_, state) in zip(feeds, states * copies, strict=True):
                self._store.feeds.put(replace(state, url=feed.url, next_poll=later))
        began = time.perf_counter()
        # Asked after they were polled: a poll in time to come would be a clock's fault.
        assert not self._store.feeds.due(feeds, later - timedelta(days=1))
        return time.perf_counter() - began


def _feed(number: int, url: str) -> Any:
    from monitor.model import Feed

    country, language, tz = (
        ("MX", "es", "America/Mexico_City"),
        ("US", "en", "America/New_York"),
    )[number % 2]
    outlet = f"Outlet {number}"
    return Feed(url, outlet, country, language, "national", "", tz, local=True)  # type: ignore[arg-type]


def _poll(due: Any, store: Any, now: datetime, workers: int) -> int:
    """The one place that knows how our poll is called; new items."""
    from monitor import polling
    from monitor.feeds.cadence import Pace
    from monitor.feeds.fetch import Fetcher
    from monitor.parsers import open_parsers

    with (
        Fetcher("https://example.org/bench", 20, 5_000_000, gap_seconds=0) as fetcher,
        ThreadPoolExecutor(workers) as threads,
        open_parsers(len(due)) as parsers,
    ):
        crew = polling.Crew(fetcher.fetch, threads, parsers)
        results = list(polling.poll(due, crew, store, now, Pace(15, 240)))
    errors = [str(result.error) for result in results if result.error]
    if errors:
        raise SystemExit(f"{len(errors)} feeds failed, such as {errors[0]}")
    return sum(result.new for result in results)


SIDES: dict[str, Callable[[Path, list[str], int], Reader | Ours]] = {
    "reader": Reader,
    "ours": Ours,
}


def _side(
    pipe: Connection, name: str, folder: Path, urls: list[str], workers: int
) -> None:
    """Take ("poll", minute) or ("tick", copies) until told None."""
    side = SIDES[name](folder, urls, workers)
    pipe.send(True)
    while (order := pipe.recv()) is not None:
        what, number = order
        if what == "tick":
            assert isinstance(side, Ours)
            pipe.send(side.tick(number))
            continue
        with _memory() as peak:
            began, cpu = time.perf_counter(), _cpu()
            new = side.poll(number)
            seconds, cpu = time.perf_counter() - began, _cpu() - cpu
        pipe.send((new, {"seconds": seconds, "cpu": cpu, "mb": max(peak)}))


def _cpu() -> float:
    """Seconds of this process, of its children that ended and of those that live."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    ticks = os.sysconf("SC_CLK_TCK")
    for child in _family(os.getpid())[1:]:
        try:
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended, and is counted above
            continue
        total += sum(int(field) for field in fields[11:15]) / ticks
    return total


def _family(parent: int) -> list[int]:
    """A process and all below it."""
    found = [parent]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


@contextmanager
def _memory() -> Iterator[list[float]]:
    """Megabytes, sampled while the block runs."""
    samples, stop = [_megabytes()], threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            samples.append(_megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        stop.set()
        watcher.join()
        samples.append(_megabytes())


def _megabytes() -> float:
    total = 0
    for pid in _family(os.getpid()):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+)", rollup, re.M))
    return total / 1024


# --- the run -------------------------------------------------------------------------


class _Child:
    """A process that answers orders."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(theirs, *arguments))
        self._process.start()
        theirs.close()
        self.greeting = self._pipe.recv()
        self.pid = self._process.pid or 0

    def ask(self, order: object) -> Any:
        """Its answer."""
        self._pipe.send(order)
        return self._pipe.recv()

    def close(self) -> None:
        """Let it end."""
        self._pipe.send(None)
        self._process.join()


def measure(feeds: int, items: int, new: int, workers: int) -> dict[str, Any]:
    """Both sides' figures by kind of poll, and our ticks in seconds by feeds."""
    result: dict[str, Any] = {}
    server = _Child(_serve, feeds, items)
    urls = [f"http://{address(feed)}:{server.greeting}/rss" for feed in range(feeds)]
    for name in SIDES:
        with tempfile.TemporaryDirectory() as folder:
            side = _Child(_side, name, Path(folder), urls, workers)
            result[name] = _kinds(server, side, feeds * items, feeds * new, new)
            if name == "ours":
                counts = (1, 5)
                ticks = {feeds * n: side.ask(("tick", n)) for n in counts}
                result["ticks"] = ticks
            side.close()
    server.close()
    return result


def _kinds(
    server: _Child, side: _Child, all_items: int, new_items: int, new: int
) -> dict[str, Figures]:
    """The polls in their order, each with what the server then says."""
    orders = (  # the server's first item and whether it has validators; what is new
        ("cold", (0, True), all_items),
        ("304", (0, True), 0),
        ("same body", (0, False), 0),
        ("changed", (new, True), new_items),
    )
    figures = {}
    for minute, (kind, order, expected) in enumerate(orders):
        server.ask(order)
        found, figures[kind] = side.ask(("poll", minute * 600))
        if found != expected:
            raise SystemExit(f"{kind}: {found} new items, where {expected} were served")
    return figures


def _show(result: dict[str, Any], feeds: int) -> None:
    print(f"{'':10} {'':7} {'seconds':>8} {'feeds/s':>8} {'CPU s':>7} {'MB':>6}")
    for kind in KINDS:
        for name in SIDES:
            row = result[name][kind]
            print(
                f"{kind:10} {name:7} {row['seconds']:8.2f} "
                f"{feeds / row['seconds']:8.0f} {row['cpu']:7.2f} {row['mb']:6.0f}"
            )
        theirs, ours = result["reader"][kind], result["ours"][kind]
        faster, leaner, smaller = (theirs[unit] / ours[unit] for unit in ours)
        print(f"{'':10} ratio   {faster:8.2f} {'':8} {leaner:7.2f} {smaller:6.2f}")
    for count, seconds in result["ticks"].items():
        print(f"nothing due of {count:,}: {seconds * 1000:.1f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--new", type=int, default=2)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    flags = parser.parse_args()
    result = measure(flags.feeds, flags.items, flags.new, flags.workers)
    if flags.json:
        print(json.dumps(vars(flags) | result, indent=1))
    else:
        _show(result, flags.feeds)


if __name__ == "__main__":
    main()
