"""
Corrections as JSON, one a line: to read, to keep under version control, to take along.

Items are matched by their ids; their addresses and titles stand there for the reader.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from monitor.change import Author, Correction, CorrectionVerb, LoggedCorrection
from monitor.errors import ConfigError
from monitor.model import Item
from monitor.text import clip, printable, squeeze

_VERBS = get_args(CorrectionVerb)
MAX_NAME = 64
"""Characters of who made a correction."""
_HALF = re.compile("[\ud800-\udfff]")
"""What JSON can write and no database can hold."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A correction as a line of a file states it."""

    line: int
    """Counted up from 1."""
    correction: Correction
    made: datetime | None
    """None if the line does not say."""
    by: Author | None = None
    """Whom the line names; None if it names nobody."""


def correction_dict(
    logged: LoggedCorrection, items: Mapping[str, Item]
) -> dict[str, Any]:
    """A correction for other programs; ``items`` are those known, by their ids."""
    correction = logged.correction
    return {
        "verb": correction.verb,
        "made": logged.made.isoformat(),
        "by": logged.by.name if logged.by else None,
        "reason": correction.reason,
        "together": [_item(item, items) for item in correction.together],
        "apart": [[_item(item, items) for item in side] for side in correction.apart],
    }


def write_corrections(
    corrections: Iterable[LoggedCorrection], items: Mapping[str, Item]
) -> str:
    """One line a correction."""
    rows = (correction_dict(logged, items) for logged in corrections)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_corrections(text: str, name: str) -> list[Stated]:
    """The corrections of a file of that name; empty lines are skipped.

    Raises ConfigError, naming file and line, for one that is not as
    ``write_corrections`` writes it.
    """
    return list(_stated(text, name))


def _stated(text: str, name: str) -> Iterator[Stated]:
    # Not splitlines(), which also breaks at what a title may hold, such as U+2028.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
                yield Stated(number, _correction(row), _made(row), _by(row))
            except json.JSONDecodeError as error:
                raise ConfigError(
                    f"{name}:{number}: is no JSON: {error.msg} at character"
                    f" {error.pos + 1}; write one correction a line"
                ) from error
            except (ValueError, RecursionError) as error:
                raise ConfigError(f"{name}:{number}: {error}") from error


def _correction(row: object) -> Correction:
    if not isinstance(row, dict):
        raise ValueError("is no JSON object; write one correction a line")
    verb: Any = row.get("verb")
    reason = row.get("reason", "")
    if verb not in _VERBS:
        raise ValueError(f"verb {verb!r} is none of {', '.join(_VERBS)}")
    if not isinstance(reason, str):
        raise ValueError("reason is no text")
    if _HALF.search(reason):
        raise ValueError("reason holds half a character, such as \\ud83d alone")
    sides = row.get("apart", [[], []])
    if not isinstance(sides, list) or len(sides) != 2:
        raise ValueError("apart is not two lists of items")
    together = _ids(row.get("together", []), "together")
    first, second = (_ids(side, "apart") for side in sides)
    if len(together) < 2 and not (first and second):
        raise ValueError("names no two items; fill together, or both lists of apart")
    return Correction(verb, reason, together, (first, second))


def _ids(items: object, key: str) -> tuple[str, ...]:
    if not isinstance(items, list):
        raise ValueError(f"{key} is no list of items")
    ids = [item.get("id") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(i, str) and i and not _HALF.search(i) for i in ids):
        raise ValueError(f'an item of {key} has no id; write {{"id": "..."}}')
    return tuple(dict.fromkeys(str(i) for i in ids))


def _made(row: Mapping[str, object]) -> datetime | None:
    made = row.get("made")
    if made is None:
        return None
    try:
        moment = datetime.fromisoformat(str(made))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:  # in UTC it may be of no year
        raise ValueError(f"made {made!r} is no time such as 2026-03-02") from error


def _by(row: Mapping[str, object]) -> Author | None:
    name = row.get("by")
    if name is None:
        return None
    if not isinstance(name, str) or _HALF.search(name):
        raise ValueError(f"by {name!r} is no name")
    return Author(clip(squeeze(printable(name)), MAX_NAME), "file")


def _item(item: str, items: Mapping[str, Item]) -> dict[str, str | None]:
    known = items.get(item)
    return {
        "id": item,
        "url": known.url if known else None,
        "outlet": known.outlet if known else None,
        "title": known.title if known else None,
    }
