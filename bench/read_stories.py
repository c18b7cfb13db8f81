"""
Cluster real, unlabelled news, to be read by a person who counts the false joins.

    python -m bench.read_stories US.csv.xz MX.csv.xz OUT [--days 43] [--sample 100]

Takes items with columns ``title``, ``summary``, ``outlet`` and ``published`` or
``published_utc``, from the first day of the first file on. They go through the
clusterer as a live stream, with second thoughts every hour and every night. Writes to
the folder OUT: ``several.txt``, stories of several items, and ``bilingual.txt``, of
both languages, drawn at random; and ``largest.txt``. Prints how large stories grow.
"""

import argparse
import csv
import lzma
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from bench.fit_stories import in_english, think_again
from monitor.model import Item, Language, Reading
from monitor.stories.cluster import WINDOW, Clusterer, hours_of
from monitor.translation.apertium import ApertiumTranslator

_SHOWN = 12
_LARGEST = 40


def main() -> None:
    """Cluster, draw, write."""
    args = _arguments()
    english, spanish = (
        list(_items(args.english, "en")),
        list(_items(args.spanish, "es")),
    )
    start = min(item.published for item in english)
    end = start + timedelta(days=args.days)
    items = [i for i in (*english, *spanish) if start <= i.published < end]
    items.sort(key=lambda item: (item.published, item.id))
    readings = in_english(items, ApertiumTranslator())
    found = _live(readings)
    stories: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        stories[found[reading.item.id]].append(reading)
    several = [members for members in stories.values() if len(members) > 1]
    both = [m for m in several if len({r.item.language for r in m}) > 1]
    sizes = Counter(len(members) for members in stories.values())
    print(
        f"{len(items)} items, {len(stories)} stories, {len(several)} of several items"
    )
    print(f"{len(both)} bilingual; largest {sorted(sizes, reverse=True)[:10]}")
    draw = random.Random(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, of in (("several", several), ("bilingual", both)):
        chosen = draw.sample(of, min(args.sample, len(of)))
        (args.out / f"{name}.txt").write_text("".join(map(_text, chosen)))
    largest = sorted(several, key=len, reverse=True)[:_LARGEST]
    (args.out / "largest.txt").write_text("".join(map(_text, largest)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", type=Path)
    parser.add_argument("spanish", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--days", type=int, default=43)
    parser.add_argument("--sample", type=int, default=100)
    return parser.parse_args()


def _items(path: Path, language: Language) -> Iterator[Item]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            said = row.get("published") or row.get("published_utc") or ""
            published = datetime.fromisoformat(said).astimezone(UTC)
            yield Item(
                id=f"{language}{number:06}",
                feed="",
                outlet=row["outlet"],
                country="US" if language == "en" else "MX",
                language=language,
                url="",
                title=row["title"],
                summary=row["summary"],
                published=published,
                published_raw=said,
                date_source="feed",
                seen=published,
            )


def _live(readings: Iterable[Reading]) -> Mapping[str, str]:
    """Item -> story in the end."""
    clusterer = Clusterer()
    found: dict[str, str] = {}
    recent: list[tuple[float, str]] = []
    day = None
    for hour, came in groupby(readings, key=lambda r: int(hours_of(r.item))):
        new = []
        for reading in came:
            found[reading.item.id] = clusterer.assign(reading).story
            new.append(reading.item.id)
            recent.append((hours_of(reading.item), reading.item.id))
        think_again(clusterer, new, found)
        if day is not None and hour // 24 > day:
            since = hour - WINDOW / timedelta(hours=1)
            recent = [pair for pair in recent if pair[0] >= since]
            think_again(clusterer, [item for _, item in recent], found)
        day = hour // 24
    return found


def _text(members: Sequence[Reading]) -> str:
    outlets = len({reading.item.outlet for reading in members})
    lines = [f"== {len(members)} items, {outlets} outlets"]
    step = max(1, len(members) // _SHOWN)
    for reading in members[::step]:
        item = reading.item
        lead = f" || {item.summary[:110]}" if item.summary else ""
        lines.append(
            f"  {item.published:%m-%d %H} {item.language} {item.outlet[:16]:16}"
            f" {item.title[:130]}{lead}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
