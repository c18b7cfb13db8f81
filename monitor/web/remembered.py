"""What takes seconds to find in a large database, kept for a while."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers by their questions, the newest few; one thread finds one at a time."""

    def __init__(self, lasts: timedelta, most: int) -> None:
        self._lasts = lasts
        self._most = most
        self._lock = Lock()
        self._known: dict[Hashable, tuple[datetime, T]] = {}

    def get(self, key: Hashable, now: datetime, find: Callable[[], T]) -> T:
        """What was found lately, or is found now."""
        with self._lock:
            at, found = self._known.pop(key, (None, None))
            if at is None or found is None or abs(now - at) >= self._lasts:
                at, found = now, find()
            self._known[key] = at, found
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
            return found
