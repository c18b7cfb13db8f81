"""Whether a database file is sound, found out without changing a byte of it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from monitor.store.errors import store_error
from monitor.store.schema_operate import migrations

MOST_FAULTS = 5
"""Told of one file; what is broken in one place is often broken in more."""


def faults(path: Path | str, thorough: bool, most_seconds: float) -> list[str] | None:
    """What SQLite finds broken in the file; None if it could not look at it all.

    ``thorough`` holds every index against its table, too. Raises StoreError for what is
    no database, or too broken to be looked through.
    """
    end = time.monotonic() + most_seconds
    how = "integrity" if thorough else "quick"
    with _reading(path) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        try:
            found = connection.execute(f"pragma {how}_check({MOST_FAULTS})").fetchall()
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                return None
            raise
    return [said for (said,) in found if said != "ok"]


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
    every = {m.name for m in migrations.pending(Database(memory=True))}
    return Schema(tuple(sorted(pending)), tuple(sorted(applied - every)))


@contextmanager
def _reading(path: Path | str) -> Iterator[sqlite3.Connection]:
    try:
        address = f"{Path(path).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise store_error(str(path), error) from error
