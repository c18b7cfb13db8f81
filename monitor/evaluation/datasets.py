"""
Labelled items from a CSV file of the columns

    id,language,country,outlet,published,title,summary,story[,certain]

``published`` is ISO 8601; without an offset it is read as UTC. ``country`` may be empty
(then US for English and MX for Spanish), and so may ``outlet``, ``title`` and
``summary``. Rows with ``certain`` 0 are for clustering, not for scoring.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from monitor.errors import ConfigError
from monitor.model import LANGUAGES, SIDES, Country, Item, Language
from monitor.text import squeeze

_COLUMNS = (
    "id",
    "language",
    "country",
    "outlet",
    "published",
    "title",
    "summary",
    "story",
)
_HOME: Mapping[Language, Country] = {"en": "US", "es": "MX"}


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Items with the story that a careful reader put each into."""

    items: tuple[Item, ...]
    """By (published, id): the order in which a live day brings them."""
    stories: Mapping[str, str]
    """Item id -> its true story."""
    certain: frozenset[str]
    """Ids of the items whose story the reader was sure of: the ones to score."""

    def second_half(self) -> "LabelledSet":
        """The same, but of the certain items only those of the later half to score.

        The halves are those of the items in their order.
        """
        later = {item.id for item in self.items[len(self.items) // 2 :]}
        return replace(self, certain=self.certain & later)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the file, and where it stands."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].strip()

    def wrong(self, column: str, remedy: str) -> ConfigError:
        """The error that says which cell is wrong and what to write there."""
        cell = self[column]
        return ConfigError(
            f"{self.path}:{self.line}: column {column}: {cell!r}: {remedy}"
        )


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, cut at line ends alone and at nothing rarer.

    Raises ConfigError if it cannot be read or has no text.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save it as UTF-8") from error
    if not text.strip():
        raise ConfigError(f"{path}: is empty; give one sentence a line")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def read(path: Path) -> LabelledSet:
    """Read a labelled file.

    Raises ConfigError, naming file, line, column and remedy, if it cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(path, file))
    except OSError as exc:
        raise ConfigError(
            f"{path}: cannot be read ({exc.strerror}): name a labelled CSV file"
        ) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(
            f"{path}: not UTF-8 ({exc}): save the table as CSV in UTF-8"
        ) from exc
    return _labelled(path, rows)


def _labelled(path: Path, rows: Sequence[_Row]) -> LabelledSet:
    if not rows:
        raise ConfigError(f"{path}: no rows below the heading: add labelled items")
    lines: dict[str, int] = {}
    for row in rows:
        if row["id"] in lines:
            first = lines[row["id"]]
            raise row.wrong("id", f"also on line {first}: give each item its own id")
        lines[row["id"]] = row.line
    items = sorted(map(_item, rows), key=lambda item: (item.published, item.id))
    return LabelledSet(
        items=tuple(items),
        stories={row["id"]: _filled(row, "story") for row in rows},
        certain=frozenset(row["id"] for row in rows if _is_certain(row)),
    )


def _rows(path: Path, file: TextIO) -> Iterator[_Row]:
    table = _cells(path, file)
    heading = [name.strip() for name in next(table, (1, []))[1]]
    missing = [name for name in _COLUMNS if name not in heading]
    if missing:
        raise ConfigError(
            f"{path}:1: no column {', '.join(missing)}: "
            f"the heading is {','.join(_COLUMNS)}[,certain]"
        )
    for line, cells in table:
        if cells and len(cells) != len(heading):
            raise ConfigError(
                f"{path}:{line}: {len(cells)} cells under {len(heading)} columns: "
                "put texts with commas or line breaks between double quotes"
            )
        if cells:
            yield _Row(path, line, dict(zip(heading, cells, strict=True)))


def _cells(path: Path, file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """(line it starts on, cells) of each row, the heading first."""
    table = csv.reader(file, strict=True)
    line = 1
    try:
        for cells in table:
            yield line, cells
            line = table.line_num + 1
    except csv.Error as exc:
        raise ConfigError(
            f"{path}:{line}: not CSV ({exc}): "
            "close every double quote, and double those inside a text"
        ) from exc


def _item(row: _Row) -> Item:
    language = _language(row)
    published = _published(row)
    return Item(
        id=_filled(row, "id"),
        feed="",
        outlet=row["outlet"],
        country=_country(row, language),
        language=language,
        url="",
        title=squeeze(row["title"]),
        summary=squeeze(row["summary"]),
        published=published,
        published_raw=row["published"],
        date_source="feed",
        seen=published,
    )


def _filled(row: _Row, column: str) -> str:
    if not row[column]:
        raise row.wrong(column, "fill it in")
    return row[column]


def _language(row: _Row) -> Language:
    for language in LANGUAGES:
        if row["language"] == language:
            return language
    raise row.wrong("language", f"write {' or '.join(LANGUAGES)}")


def _country(row: _Row, language: Language) -> Country:
    if not row["country"]:
        return _HOME[language]
    for country in SIDES:
        if row["country"] == country:
            return country
    raise row.wrong("country", f"write {' or '.join(SIDES)}, or leave it empty")


def _published(row: _Row) -> datetime:
    try:
        published = datetime.fromisoformat(row["published"])
        if published.tzinfo is None:
            return published.replace(tzinfo=UTC)
        return published.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise row.wrong("published", "write it as 2026-03-02T12:00:00+00:00") from exc


def _is_certain(row: _Row) -> bool:
    answer = row["certain"] if "certain" in row.cells else ""
    if answer not in ("", "0", "1"):
        raise row.wrong("certain", "write 1, or 0 for a row that is not to be scored")
    return answer != "0"
