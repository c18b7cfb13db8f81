"""Pairs of sentences, in files of the columns ``es<TAB>en<TAB>dataset``."""

import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError
from monitor.model import Language


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence in both languages."""

    es: str
    en: str
    dataset: str

    def side(self, language: Language) -> str:
        """The sentence in one language."""
        return self.es if language == "es" else self.en


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a file, one a line; ``.xz`` is unpacked.

    Raises ConfigError if it cannot be read, or a line has not three columns.
    """
    try:
        with _open(path) as lines:
            for number, line in enumerate(lines, 1):
                cells = line.removesuffix("\n").removesuffix("\r").split("\t")
                if len(cells) != 3:
                    raise ConfigError(
                        f"{path}:{number}: {len(cells)} columns; a line is Spanish,"
                        " English and the dataset's name, with tabs between them"
                    )
                yield Pair(*cells)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from error


def write_pairs(path: Path, pairs: Iterable[Pair]) -> int:
    """Write such a file, packed if its name ends in ``.xz``; how many pairs."""
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path, "wt") as file:
        for count, pair in enumerate(pairs, 1):  # noqa: B007 - it is the answer
            cells = (pair.es, pair.en, pair.dataset)
            file.write("\t".join(" ".join(cell.split()) for cell in cells) + "\n")
    return count


def _open(path: Path, mode: str = "rt"):  # type: ignore[no-untyped-def]
    # newline="\n": a line ends where it ends, and not at rarer marks inside a text.
    if path.suffix == ".xz":
        return lzma.open(path, mode, encoding="utf-8", newline="\n")
    return path.open(mode, encoding="utf-8", newline="\n")
