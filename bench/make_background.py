"""
Learn ``monitor/stories/background.json.gz`` from real headlines.

    python bench/make_background.py US.csv.xz MX.csv.xz OUT.json.gz --without DATE ...

Both files have the columns ``title`` and ``summary``, and ``published`` or
``published_utc``; the second is in Spanish and is translated by Apertium. Only counts
of words leave here, never a text. Days that the evaluation uses are left out.
"""

import argparse
import csv
import gzip
import json
import lzma
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.model import Item, Language, Reading
from monitor.stories.aliases import aliases
from monitor.stories.background import LEMMAS, Background, Table
from monitor.stories.terms import TermReader, proper_words
from monitor.translation.apertium import ApertiumTranslator

_SEEN = datetime(2024, 1, 1, tzinfo=UTC)
_PROPER_SHARE = 0.8
"""A word with a capital this often inside sentences is a name's."""


def main() -> None:
    """Read, count in two rounds (proper words first: names need them), write."""
    args = _arguments()
    readings = [
        *_readings(args.english, "en", args.without),
        *_readings(args.spanish, "es", args.without),
    ]
    print(f"{len(readings)} items")
    proper = _proper(readings)
    made = _count(readings, Background(_sizes(readings), _no_counts(), proper))
    # The second round knows which words are in the lexicon, which the name test asks.
    made = _count(readings, made)
    _write(args.out, made)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", type=Path)
    parser.add_argument("spanish", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", nargs="*", default=[], metavar="DATE")
    return parser.parse_args()


def _readings(path: Path, language: Language, without: Sequence[str]) -> list[Reading]:
    rows = list(_rows(path, without))
    titles = [" ".join(row["title"].split()) for row in rows]
    summaries = [" ".join(row["summary"].split()) for row in rows]
    english = titles, summaries
    if language == "es":
        english = _translate(titles), _translate(summaries)
    return [
        Reading(_item(str(i), language, titles[i], summaries[i]), *texts)
        for i, texts in enumerate(zip(*english, strict=True))
    ]


def _rows(path: Path, without: Sequence[str]) -> Iterator[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            published = row.get("published") or row["published_utc"]
            if published[:10] not in without:
                yield row


def _item(item: str, language: Language, title: str, summary: str) -> Item:
    return Item(
        item, "", "", "US", language, "", title, summary, _SEEN, "", "feed", _SEEN
    )


def _translate(texts: Sequence[str]) -> list[str]:
    """Spanish to English, each different text once."""
    distinct = sorted(set(texts))
    english = ApertiumTranslator().translate(distinct, "es", "en")
    by_text = dict(zip(distinct, english, strict=True))
    return [by_text[text] for text in texts]


def _proper(readings: Sequence[Reading]) -> frozenset[str]:
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for reading in readings:
        for word, is_capital in proper_words(reading.item):
            (capital if is_capital else small)[word] += 1
    return frozenset(
        word
        for word, n in capital.items()
        if n > 1 and n >= _PROPER_SHARE * (n + small[word])
    )


def _sizes(readings: Sequence[Reading]) -> dict[Table, int]:
    languages = Counter(reading.item.language for reading in readings)
    return {
        "english": len(readings),
        "names": len(readings),
        **{LEMMAS[language]: n for language, n in languages.items()},
    }


def _no_counts() -> dict[Table, dict[str, int]]:
    return {"english": {}, "names": {}, "lemmas-en": {}, "lemmas-es": {}}


def _count(readings: Sequence[Reading], known: Background) -> Background:
    reader = TermReader(known, aliases())
    counts: dict[Table, Counter[str]] = {table: Counter() for table in _no_counts()}
    for reading in readings:
        for table, terms in reader.occurring(reading):
            counts[table].update(terms)
    kept: dict[Table, dict[str, int]] = {
        table: {term: n for term, n in sorted(found.items()) if n > 1}
        for table, found in counts.items()
    }
    return Background(known.items, kept, known.proper)


def _write(path: Path, made: Background) -> None:
    plain = {
        "items": dict(made.items),
        "counts": made.counts,
        "proper": sorted(made.proper),
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    # No time in the header: the same counts make the same bytes.
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print({table: len(found) for table, found in made.counts.items()})
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
