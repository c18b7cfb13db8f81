"""SQLite's errors, in our words and with a remedy."""

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from monitor.errors import StoreError
from monitor.text import squeeze

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's module raises; the second, where SQLite quotes damaged text."""

NEWER = "newer monitor"
"""In what is said of a database that a later version has changed."""
_DAMAGED = "the file is damaged; restore a backup: 'monitor restore'"
_REMEDIES = {
    "database is locked": "another program is writing; try again when it is done",
    "readonly database": "make the file and its folder writable, or name another --db",
    "disk is full": "free some space; nothing was half written",
    "unable to open": "name a file in a folder that exists and may be written",
    "not a database": "name another --db, or restore a backup: 'monitor restore'",
    "malformed": _DAMAGED,
    "is empty": _DAMAGED,
    "Could not decode": _DAMAGED,
    "can't decode": _DAMAGED,
    "already exists": _DAMAGED,  # the list of migrations has lost some
    "duplicate column": _DAMAGED,
    "disk I/O error": "check the disk; nothing was half written",
    "another program's": "it is left alone; name another --db",
    NEWER: "update the monitor, or restore a backup that this one made",
    "changed meanwhile": "nothing was moved; try again",
    "UNIQUE constraint": "another monitor did the same work meanwhile; try again",
    "no such table": "the file belongs to another program; name another --db",
    "no such column": "the file belongs to another program; name another --db",
}

P = ParamSpec("P")
R = TypeVar("R")


class Located(Protocol):
    """Anything that knows which file it reads."""

    path: str


S = TypeVar("S", bound=Located)


def store_error(path: str, error: Exception) -> StoreError:
    """The StoreError that says what SQLite said, and what to do about it.

    What damaged text SQLite quotes is left out: it may be as long as a page, and hold
    anything.
    """
    said = squeeze(str(error).partition(" with text ")[0])
    remedy = next((r for words, r in _REMEDIES.items() if words in said), "")
    return StoreError(f"{path}: {said}" + (f"; {remedy}" if remedy else ""))


def guarded(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """Raise StoreError from a method of an object with a ``path``."""

    @wraps(method)
    def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except FAULTS as error:
            raise store_error(self.path, error) from error

    return wrapper
