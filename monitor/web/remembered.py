"""What takes long to find in a large database, kept for a while."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class _Answer(Generic[T]):
    """What was found last, and who is about to find it anew."""

    def __init__(self) -> None:
        self.finding = Lock()
        self.found: tuple[datetime, T] | None = None


class Remembered(Generic[T]):
    """Answers by their questions, those asked last.

    One thread at a time finds an answer. Others that ask meanwhile get the one before,
    and wait only where there is none yet.
    """

    def __init__(self, lasts: timedelta, most: int) -> None:
        self._lasts = lasts
        self._most = most
        self._lock = Lock()
        self._known: dict[Hashable, _Answer[T]] = {}

    def get(self, key: Hashable, now: datetime, find: Callable[[], T]) -> T:
        """What was found lately, or is found now."""
        answer = self._answer(key)
        before = answer.found
        if before and self._is_fresh(before[0], now):
            return before[1]
        if not answer.finding.acquire(blocking=before is None):
            assert before is not None
            return before[1]
        try:
            if answer.found is not before and answer.found is not None:
                return answer.found[1]  # by the thread that we waited for
            answer.found = now, find()
            return answer.found[1]
        finally:
            answer.finding.release()

    def _answer(self, key: Hashable) -> _Answer[T]:
        with self._lock:
            answer = self._known.pop(key, None) or _Answer()
            self._known[key] = answer
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
            return answer

    def _is_fresh(self, at: datetime, now: datetime) -> bool:
        return abs(now - at) < self._lasts
