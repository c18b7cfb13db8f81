"""Whether a database file is sound, found out without changing a byte of it."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from monitor.store.errors import store_error

MOST_FAULTS = 5
"""Told of one file; what is broken in one place is often broken in more."""


def faults(path: Path | str, thorough: bool, most_seconds: float) -> list[str] | None:
    """What SQLite finds broken in the file; None if it could not look at it all.

    ``thorough`` holds every index against its table, too. Raises StoreError for what is
    no database, or too broken to be looked through.
    """
    end = time.monotonic() + most_seconds
    how = "integrity" if thorough else "quick"
    try:
        address = f"{Path(path).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
            found = connection.execute(f"pragma {how}_check({MOST_FAULTS})").fetchall()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise store_error(str(path), error) from error
    except sqlite3.Error as error:
        raise store_error(str(path), error) from error
    return [said for (said,) in found if said != "ok"]
