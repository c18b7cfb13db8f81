"""
Stores kept open from one use to the next.

To open one takes 2.5 ms: SQLite reads the schema, and we look whether it is ours and
up to date. A page that opens two would wait longer for that than for what it asks.
"""

import time
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from monitor.store.database import Store

MOST_IDLE = 8
"""Kept while nobody has them: as many as pages are made at once, and some."""
LASTS_SECONDS = 60.0
"""A store older than this is closed when it comes back: whatever a mistake leaves open
in it, such as a query read halfway, holds up the database's housekeeping no longer."""


class _Kept(NamedTuple):
    store: Store
    file: tuple[int, int]
    until: float


class Pool:
    """The stores of one database; one thread at a time has each.

    A file that was replaced, by a backup that came back, is noticed.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._lock = Lock()
        self._idle: list[_Kept] = []
        self._is_closed = False

    def open(self) -> Store:
        """A store that comes back here when it is closed. Raises StoreError."""
        file = _file(self.path)
        while kept := self._take():
            if kept.file == file:
                return self._lent(kept)
            kept.store.close_for_good()
        store = Store(self.path, across_threads=True)
        until = time.monotonic() + LASTS_SECONDS
        return self._lent(_Kept(store, _file(self.path) or (0, 0), until))

    def close(self) -> None:
        """Close those that nobody has, and each of the others when it comes back."""
        self._is_closed = True
        while kept := self._take():
            kept.store.close_for_good()

    def _take(self) -> _Kept | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _lent(self, kept: _Kept) -> Store:
        kept.store.when_closed = lambda: self._take_back(kept)
        return kept.store

    def _take_back(self, kept: _Kept) -> None:
        kept.store.when_closed = None
        is_fresh = time.monotonic() < kept.until and not kept.store.is_writing
        with self._lock:
            is_kept = is_fresh and not self._is_closed and len(self._idle) < MOST_IDLE
            if is_kept:
                self._idle.append(kept)
        if not is_kept:
            kept.store.close_for_good()


def _file(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
