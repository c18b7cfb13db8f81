"""
Time the clusterer with a full window.

    python -m bench.time_stories US.csv.xz MX.csv.xz [--window 20000] [--timed 2000]

Takes real items (columns ``title``, ``summary``, ``outlet``), lays so many evenly over
seven days, recalls them and times the assignment of the next ones.
"""

import argparse
import csv
import lzma
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, zip_longest
from pathlib import Path

from monitor.model import Assignment, Item, Language, Reading, Why
from monitor.stories.cluster import WINDOW, Clusterer
from monitor.translation.apertium import ApertiumTranslator

_START = datetime(2026, 3, 1, tzinfo=UTC)


def main() -> None:
    """Read, translate, fill the window, time."""
    args = _arguments()
    wanted = args.window + args.timed
    step = WINDOW / args.window
    readings = [
        _reading(row, language, english, _START + i * step, i)
        for i, (row, language, english) in enumerate(_rows(args, wanted))
    ]
    clusterer = Clusterer()
    print(f"memory before: {_memory_mb()} MB")
    _recall(clusterer, readings[: args.window])
    print(f"memory with {args.window} items: {_memory_mb()} MB")
    begin = time.perf_counter()
    for reading in readings[args.window :]:
        clusterer.assign(reading)
    seconds = time.perf_counter() - begin
    print(f"assigned {args.timed} items: {args.timed / seconds:.0f} items/s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", type=Path)
    parser.add_argument("spanish", type=Path)
    parser.add_argument("--window", type=int, default=20_000)
    parser.add_argument("--timed", type=int, default=2_000)
    return parser.parse_args()


def _rows(
    args: argparse.Namespace, wanted: int
) -> Iterator[tuple[dict[str, str], Language, tuple[str, str]]]:
    """(row, language, English title and summary), the languages in turn."""
    half = wanted // 2 + 1
    english, spanish = _read(args.english, half), _read(args.spanish, half)
    texts = [row[column] for row in spanish for column in ("title", "summary")]
    translated = iter(ApertiumTranslator().translate(texts, "es", "en"))
    rows = zip_longest(
        ((row, "en", (row["title"], row["summary"])) for row in english),
        ((row, "es", (next(translated), next(translated))) for row in spanish),
    )
    return islice(filter(None, chain.from_iterable(rows)), wanted)


def _read(path: Path, rows: int) -> list[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(islice(csv.DictReader(file), rows))


def _reading(
    row: dict[str, str],
    language: Language,
    english: tuple[str, str],
    published: datetime,
    number: int,
) -> Reading:
    item = Item(
        id=f"{number:08}",
        feed="",
        outlet=row["outlet"],
        country="US" if language == "en" else "MX",
        language=language,
        url="",
        title=row["title"],
        summary=row["summary"],
        published=published,
        published_raw="",
        date_source="feed",
        seen=published + timedelta(minutes=1),
    )
    return Reading(item, *english)


def _recall(clusterer: Clusterer, readings: list[Reading]) -> None:
    begin = time.perf_counter()
    for reading in readings:
        story = f"s{reading.item.id}"
        clusterer.recall(reading, Assignment(reading.item.id, story, 0, Why({})))
    seconds = time.perf_counter() - begin
    print(f"recalled {len(readings)} items: {len(readings) / seconds:.0f} items/s")


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
