"""
Time the clusterer with a full window, and how it grows.

    python -m bench.time_stories US.csv.xz MX.csv.xz [--windows 20000 200000]

Takes real items (columns ``title``, ``summary``, ``outlet``) and lays so many evenly
over seven days. Where a window wants more items than there are, they come again with
other names: half of the rarer words get an ending of their own, so that common words
grow as common as in a larger window and names do not. For each window, in a process of
its own: fills it, times the assignment of the next items, second thoughts of an hour
and, for windows up to 20,000, twice those of all; the first of the windows also against
a loop that compares an item with every story, as the public reference systems do. Such
windows are filled by assigning, larger ones by recalling every item in a story of its
own. Translation is not timed.
"""

import argparse
import csv
import lzma
import multiprocessing
import re
import resource
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from math import sqrt
from pathlib import Path
from zlib import crc32

from monitor.model import Assignment, Item, Language, Reading, Why
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.cluster import WINDOW, Clusterer
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules
from monitor.stories.terms import TermReader
from monitor.translation.apertium import ApertiumTranslator

_START = datetime(2026, 3, 1, tzinfo=UTC)
_LARGEST_WHOLE = 20_000
"""Window up to which second thoughts on all of it are timed."""
_LOOPED = 20
_RARER = re.compile(r"\b[^\W\d_]{6,}\b")

_Row = tuple[str, str, str, Language, str, str]
"""outlet, title, summary, language, English title, English summary"""


def main() -> None:
    """One process a window."""
    args = _arguments()
    rows = list(_rows(args.english, args.spanish))
    print(f"{len(rows)} real items")
    context = multiprocessing.get_context("spawn")
    for window in args.windows:
        process = context.Process(
            target=_time, args=(rows, window, args.timed, window == args.windows[0])
        )
        process.start()
        process.join()


def _time(rows: Sequence[_Row], window: int, timed: int, is_compared: bool) -> None:
    step = WINDOW / window
    readings = [_reading(rows, n, _START + n * step) for n in range(window + timed)]
    before = _memory_mb()
    clusterer = Clusterer()
    is_whole = window <= _LARGEST_WHOLE
    seconds = (_assign if is_whole else _recall)(clusterer, readings[:window])
    done = "assigned" if is_whole else "recalled"
    print(f"\nwindow of {window}: {done} {window / seconds:.0f} items/s", flush=True)
    begin = time.perf_counter()
    made = [clusterer.assign(reading) for reading in readings[window:]]
    seconds = time.perf_counter() - begin
    each = seconds / timed
    print(f"  assigned {1 / each:.0f} items/s, {each * 1e3:.2f} ms each", flush=True)
    print(f"  memory {_memory_mb()} MB, {before} MB of it the items and word lists")
    begin = time.perf_counter()
    hour = [assignment.item for assignment in made][: window // 168]
    _think(clusterer, hour)
    print(f"  second thoughts of an hour: {time.perf_counter() - begin:.1f} s")
    for _ in range(2 if is_whole else 0):
        begin = time.perf_counter()
        changes = _think(clusterer, [r.item.id for r in readings])
        seconds = time.perf_counter() - begin
        print(f"  of all: {seconds:.1f} s, {changes} changes", flush=True)
    if is_compared:
        loop = _loop(readings[:window], readings[window : window + _LOOPED])
        print(f"  a loop over all stories: {1 / loop:.1f} items/s, {loop / each:.0f}x")


def _think(clusterer: Clusterer, items: list[str]) -> int:
    present = clusterer.present
    return len(consolidate(clusterer, items, Rules(), lambda s: s in present))


def _loop(known: Sequence[Reading], new: Sequence[Reading]) -> float:
    """Seconds an item, when it is compared with the centroid of every story.

    The centroids are dictionaries of English terms, one a story, as in the systems
    that keep a list of clusters; the items' terms are read beforehand.
    """
    reader = TermReader(background(), aliases())
    stories = [_weights(reader, reading) for reading in known]
    items = [_weights(reader, reading) for reading in new]
    begin = time.perf_counter()
    for item in items:
        max(_cosine(item, story) for story in stories)
    return (time.perf_counter() - begin) / len(items)


def _weights(reader: TermReader, reading: Reading) -> dict[str, float]:
    return {key: weight.whole for key, weight in reader.read(reading).english.items()}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    few, many = (one, other) if len(one) < len(other) else (other, one)
    dot = sum(weight * many.get(term, 0.0) for term, weight in few.items())
    lengths = sqrt(
        sum(w * w for w in one.values()) * sum(w * w for w in other.values())
    )
    return dot / lengths if lengths else 0.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", type=Path)
    parser.add_argument("spanish", type=Path)
    parser.add_argument("--windows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--timed", type=int, default=2_000)
    return parser.parse_args()


def _rows(english: Path, spanish: Path) -> Iterator[_Row]:
    """The languages in turn."""
    mexican = list(_read(spanish))
    texts = list(chain.from_iterable((title, lead) for _, title, lead in mexican))
    translated = iter(ApertiumTranslator().translate(texts, "es", "en"))
    pairs = zip_longest(
        ((*row, "en", row[1], row[2]) for row in _read(english)),
        ((*row, "es", next(translated), next(translated)) for row in mexican),
    )
    yield from filter(None, chain.from_iterable(pairs))  # type: ignore[arg-type]


def _read(path: Path) -> Iterator[tuple[str, str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["outlet"], row["title"], row["summary"]


def _reading(rows: Sequence[_Row], number: int, published: datetime) -> Reading:
    again, place = divmod(number, len(rows))
    outlet, title, summary, language, *english = rows[place]

    def other(text: str) -> str:
        return _RARER.sub(lambda m: _renamed(m.group(), again), text) if again else text

    item = Item(
        id=f"{number:08}",
        feed="",
        outlet=outlet,
        country="US" if language == "en" else "MX",
        language=language,
        url="",
        title=other(title),
        summary=other(summary),
        published=published,
        published_raw="",
        date_source="feed",
        seen=published + timedelta(minutes=1),
    )
    return Reading(item, other(english[0]), other(english[1]))


def _renamed(word: str, again: int) -> str:
    """The same word of a language, half of the time; else one of this round alone."""
    return word if crc32(word.encode()) % 2 else f"{word}{'abcdefgh'[again % 8]}"


def _assign(clusterer: Clusterer, readings: Sequence[Reading]) -> float:
    begin = time.perf_counter()
    for reading in readings:
        clusterer.assign(reading)
    return time.perf_counter() - begin


def _recall(clusterer: Clusterer, readings: Sequence[Reading]) -> float:
    begin = time.perf_counter()
    for reading in readings:
        story = f"s{reading.item.id}"
        clusterer.recall(reading, Assignment(reading.item.id, story, 0, Why({})))
    return time.perf_counter() - begin


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
