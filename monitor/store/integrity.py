"""Whether a database file is sound, found out without changing a byte of it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from monitor.store.errors import store_error
from monitor.store.schema_decided import migrations

MOST_FAULTS = 20
"""Told of one file; what is broken in one place is often broken in more."""
_STEPS = 20_000
"""Of SQLite's machine between two looks at the clock: some milliseconds."""


def faults(
    path: Path | str, *, thorough: bool, seconds: float | None = None
) -> list[str] | None:
    """What is wrong with a file, as ``looked_through`` says it.

    Raises StoreError for what is no database, or too broken to be looked through.
    """
    with _reading(path) as connection:
        return looked_through(connection, thorough=thorough, seconds=seconds)


def looked_through(
    conn: sqlite3.Connection, *, thorough: bool, seconds: float | None = None
) -> list[str] | None:
    """What is wrong with an open database, in SQLite's words; nothing if it is sound.

    ``thorough`` holds indexes and foreign keys against their tables, too, and takes
    several times as long. None if ``seconds`` were over before the end.
    """
    end = time.monotonic() + (seconds or 0)
    if seconds is not None:
        conn.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        return list(_faults(conn, thorough))
    except sqlite3.OperationalError as error:
        if seconds is None or "interrupted" not in str(error):
            raise
        return None
    finally:
        if seconds is not None:
            conn.set_progress_handler(None, 0)


def _faults(conn: sqlite3.Connection, thorough: bool) -> Iterator[str]:
    check = "integrity_check" if thorough else "quick_check"
    for (text,) in conn.execute(f"pragma {check}({MOST_FAULTS})"):
        if text != "ok":
            yield text
    if thorough:
        for table, row, parent, _ in conn.execute("pragma foreign_key_check"):
            yield f"{table}: row {row} names a {parent} that there is not"


@dataclass(frozen=True, slots=True)
class Schema:
    """Which tables a database has, by the names of migrations."""

    pending: tuple[str, ...]
    """Those that it lacks: an older monitor has written it."""
    unknown: tuple[str, ...]
    """Those that we lack: a newer one has."""

    @property
    def is_ours(self) -> bool:
        """Whether it is of this version."""
        return not (self.pending or self.unknown)


def schema(path: Path | str) -> Schema:
    """Of which version a file is, without bringing it up to date. Raises StoreError."""
    with _reading(path) as connection:
        return schema_of(Database(connection))


def schema_of(db: Database) -> Schema:
    """The same of one that is open."""
    pending = {migration.name for migration in migrations.pending(db)}
    applied = {migration.name for migration in migrations.applied(db)}
    return Schema(tuple(sorted(pending)), tuple(sorted(applied - every_migration())))


@cache
def every_migration() -> frozenset[str]:
    """The names of all there are: all that an empty database waits for."""
    return frozenset(m.name for m in migrations.pending(Database(memory=True)))


@contextmanager
def _reading(path: Path | str) -> Iterator[sqlite3.Connection]:
    try:
        address = f"{Path(path).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise store_error(str(path), error) from error
