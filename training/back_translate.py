"""
Between two trainings: real headlines with a machine's translation, as pairs.

A model learns to write from the real side of such a pair alone; the made side, with its
faults, it only reads. Translations that the program's own checks doubt are left out,
and so are headlines of items that something is measured on.
"""

import argparse
import csv
import lzma
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from monitor.errors import ConfigError
from monitor.feeds.language import detect
from monitor.model import Language
from monitor.text import fold, squeeze
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import import_package
from monitor.translation.checks import warnings
from monitor.translation.translator import Translator
from monitor.verbs.compose import open_translator
from training.directions import DIRECTIONS, languages
from training.pairs import Pair, write_pairs

BATCH = 1_024
SEED = 2013
SHORTEST = 20
"""Characters: shorter texts are the names of columns, not headlines."""


def headlines(path: Path) -> Iterator[str]:
    """Titles and summaries of a CSV file with these columns; ``.xz`` is unpacked.

    Raises ConfigError if it cannot be read or has no titles.
    """
    opened = lzma.open if path.suffix == ".xz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if "title" not in (rows.fieldnames or ()):
                raise ConfigError(f"{path}:1: no column title")
            for row in rows:
                yield squeeze(row["title"] or "")
                yield squeeze(row.get("summary") or "")
    except (OSError, EOFError, lzma.LZMAError, csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def chosen(texts: Iterable[str], language: Language, without: set[str]) -> list[str]:
    """Those of the language, each once; ``without`` are folded texts to leave out."""
    found: dict[str, str] = {}
    for text in texts:
        key = fold(text)
        if len(text) >= SHORTEST and key not in without and detect(text) == language:
            found.setdefault(key, text)
    return list(found.values())


def back_translated(
    texts: Sequence[str], engine: Translator, source: Language, target: Language
) -> Iterator[Pair | str]:
    """Each text with its translation, or else the first doubt of that."""
    for at in range(0, len(texts), BATCH):
        real = texts[at : at + BATCH]
        made = engine.translate(real, source, target)
        for text, translation in zip(real, made, strict=True):
            doubts = warnings(text, translation, source, target)
            yield doubts[0] if doubts else _pair(text, translation, source)


def _pair(text: str, translation: str, source: Language) -> Pair:
    if source == "es":
        return Pair(text, translation, "headlines_es")
    return Pair(translation, text, "headlines_en")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument(
        "direction", choices=DIRECTIONS, help="from the headlines' language"
    )
    parser.add_argument(
        "--headlines",
        type=Path,
        action="append",
        required=True,
        help="a CSV file with the columns title and summary, .csv or .csv.xz",
    )
    parser.add_argument(
        "--without",
        type=Path,
        action="append",
        default=[],
        help="such a file of items that something is measured on",
    )
    parser.add_argument("--package", type=Path, help="an .argosmodel to go by")
    parser.add_argument("--most", type=int, help="headlines")
    parser.add_argument("--out", type=Path, required=True, help="the file of pairs")


def main(wanted: argparse.Namespace) -> int:
    """Translate, and print what was left out for which doubt."""
    source, target = languages(wanted.direction)
    measured = {fold(text) for path in wanted.without for text in headlines(path)}
    given = (text for path in wanted.headlines for text in headlines(path))
    texts = chosen(given, source, measured)
    if wanted.most is not None and wanted.most < len(texts):
        texts = random.Random(SEED).sample(texts, wanted.most)
    with tempfile.TemporaryDirectory() as folder:
        opened: Translator = open_translator("auto")
        if wanted.package:
            import_package(wanted.package, Path(folder), languages=(source, target))
            opened = ArgosTranslator(Path(folder))
        with closing(opened) as engine:
            done = list(back_translated(texts, engine, source, target))
    count = write_pairs(wanted.out, (pair for pair in done if isinstance(pair, Pair)))
    doubts = dict(Counter(doubt for doubt in done if isinstance(doubt, str)))
    print(f"{wanted.out}: {count:,} of {len(texts):,} headlines; doubted: {doubts}")
    return 0
