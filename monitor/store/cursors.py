"""
Where the next page of a list begins, as a text that programs hand back unread.

It names the last row by what the list is ordered by, so rows that come or go meanwhile
neither repeat a row nor skip one.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from monitor.errors import ConfigError

Key = str | int | None
_LONGEST = 400


class Cursor(NamedTuple):
    """The last row of a page: what it is ordered by, and its id."""

    key: Key
    id: str


def write(order: str, cursor: Cursor) -> str:
    """A cursor in letters, digits, ``-`` and ``_``."""
    said = json.dumps([order, *cursor], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


def read(order: str, text: str, kinds: tuple[type, ...]) -> Cursor:
    """The cursor of a list in this order, whose keys are of these kinds.

    Raises ConfigError for what ``write`` has not made of that order.
    """
    try:
        if len(text) > _LONGEST:
            raise ValueError
        padded = text + "=" * (-len(text) % 4)
        said, key, row = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError):
        raise _fault(text) from None
    if said != order or type(key) not in kinds or not isinstance(row, str):
        raise _fault(text)
    if _holds_lone_surrogate(f"{key}{row}") or (
        isinstance(key, int) and abs(key) >> 63
    ):
        raise _fault(text)
    return Cursor(key, row)


def _holds_lone_surrogate(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def _fault(text: str) -> ConfigError:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return ConfigError(
        f"after: {shown!r} is no place in this list; ask for the first page, and take"
        " what that says of the next"
    )
