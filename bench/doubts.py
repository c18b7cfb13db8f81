"""
What the checks say of many real headlines, by engine.

    python bench/doubts.py HEADLINES.csv[.xz] [--from es --to en] [--count N]
                           [--package FILE.argosmodel]

HEADLINES has a column ``title``; each different one is translated once, in batches as
the monitor does, with names put right as the monitor does, and checked. Engines are
Apertium and, where a package is named, Argos with that package. Nothing of the text is
kept or printed.
"""

import argparse
import csv
import lzma
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.model import Item, Language
from monitor.pipeline import BATCH, batches
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import import_package
from monitor.translation.bridge import bridge
from monitor.translation.checks import MEANINGS
from monitor.translation.items import translate_items
from monitor.translation.translator import Translator

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print a column for each engine, a row for each warning."""
    flags = _flags()
    titles = _titles(flags.headlines)[: flags.count]
    items = [_item(n, title, flags.source) for n, title in enumerate(titles)]
    print(f"{len(items)} different headlines from {flags.source} to {flags.target}")
    with TemporaryDirectory() as folder:
        for engine in _engines(Path(folder), flags.package):
            with closing(engine):
                _measure(engine, items, flags.target)


def _measure(engine: Translator, items: list[Item], target: Language) -> None:
    found: Counter[str] = Counter()
    began = time.perf_counter()
    for batch in batches(items, BATCH):
        made = translate_items(batch, target, engine, bridge=bridge())
        found["failed"] += len(made.failures)
        found["translated"] += len(made.translations)
        found["doubted"] += sum(bool(each.warnings) for each in made.translations)
        found.update(code for each in made.translations for code in each.warnings)
    seconds = time.perf_counter() - began
    print(f"\n{engine.name}: {len(items) / seconds:.0f} headlines a second")
    for code in ("translated", "failed", "doubted", *MEANINGS):
        print(f"  {code:16} {found[code]:6} {100 * found[code] / len(items):7.2f} %")


def _engines(folder: Path, package: Path | None) -> Iterator[Translator]:
    yield ApertiumTranslator(bridge().glossary)
    if package:
        import_package(package, folder)
        yield ArgosTranslator(folder)


def _titles(path: Path) -> list[str]:
    opened = lzma.open if path.suffix == ".xz" else open
    csv.field_size_limit(sys.maxsize)
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        titles = (row["title"].strip() for row in csv.DictReader(file))
        return list(dict.fromkeys(filter(None, titles)))


def _item(number: int, title: str, language: Language) -> Item:
    return Item(
        *(str(number), "", "", "MX" if language == "es" else "US", language, ""),
        *(title, "", NOW, "", "feed", NOW),
    )


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("headlines", type=Path)
    parser.add_argument("--from", dest="source", default="es", choices=["en", "es"])
    parser.add_argument("--to", dest="target", default="en", choices=["en", "es"])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--package", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
