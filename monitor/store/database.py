"""The open database: one connection, its transactions, and a table family each noun."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from monitor.store.editions import Deliveries
from monitor.store.errors import store_error
from monitor.store.feeds import FeedStates
from monitor.store.items import Items
from monitor.store.schema import migrations
from monitor.store.stories import Stories
from monitor.store.translations import Translations

BUSY_SECONDS = 5.0
"""How long a write waits for another program's; our own writes take milliseconds."""


class Store:
    """One connection. Open one per thread; never share it.

    Raises StoreError, naming the file and the remedy, for whatever SQLite cannot do.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        try:
            self._db = _open(self.path)
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error
        self.feeds = FeedStates(self._db, self.path)
        self.items = Items(self._db, self.path)
        self.translations = Translations(self._db, self.path)
        self.stories = Stories(self._db, self.path)
        self.deliveries = Deliveries(self._db, self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All of the block's writes or none of them."""
        try:
            with self._db.atomic():
                yield
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error


def _open(path: str) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    db = Database(connection)
    try:
        db.execute("pragma foreign_keys = on")
        db.enable_wal()
        migrations.apply(db)
    except BaseException:
        db.close()
        raise
    return db
