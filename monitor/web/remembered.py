"""What takes long to find in a large database, kept for a while."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Generic, NamedTuple, TypeVar

from monitor.errors import MonitorError

T = TypeVar("T")


class _Found(NamedTuple, Generic[T]):
    at: datetime
    version: Hashable
    answer: T


class _Answer(Generic[T]):
    """What was found last, and who is about to find it anew."""

    def __init__(self) -> None:
        self.finding = Lock()
        self.found: _Found[T] | None = None


class Remembered(Generic[T]):
    """Answers by their questions, those asked last.

    One thread at a time finds an answer. Others that ask meanwhile get the one before,
    and wait only where there is none yet.
    """

    def __init__(
        self,
        lasts: timedelta,
        most: int,
        settles: timedelta = timedelta(0),
        lags: timedelta = timedelta(0),
    ) -> None:
        """Each answer ``lasts`` so long, or until its version is another.

        ``settles`` is how long it lasts at least, whatever its version. One that ended
        within ``lags`` is still given, while a thread of its own finds the next: where
        many ask, nobody waits; who comes after a while gets what is so now.
        """
        self._lasts = lasts
        self._most = most
        self._settles = settles
        self._lags = lags
        self._lock = Lock()
        self._known: dict[Hashable, _Answer[T]] = {}

    def get(
        self,
        key: Hashable,
        now: datetime,
        find: Callable[[], T],
        version: Hashable = None,
    ) -> T:
        """What was found lately, or is found now, from sources of this version."""
        answer = self._answer(key)
        before = answer.found
        if before and self._is_fresh(before, now, version):
            return before.answer
        if not answer.finding.acquire(blocking=before is None):
            assert before is not None
            return before.answer
        if before and self._is_fresh(before, now, version, self._lags):
            args = (answer, before, now, find, version)
            Thread(target=self._find_aside, args=args, daemon=True).start()
            return before.answer
        return self._find(answer, before, now, find, version)

    def _find(
        self,
        answer: _Answer[T],
        before: _Found[T] | None,
        now: datetime,
        find: Callable[[], T],
        version: Hashable,
    ) -> T:
        """What is so now, unless somebody found it since ``before``."""
        try:
            if answer.found is None or answer.found is before:
                answer.found = _Found(now, version, find())
            return answer.found.answer
        finally:
            answer.finding.release()

    def _find_aside(
        self,
        answer: _Answer[T],
        before: _Found[T],
        now: datetime,
        find: Callable[[], T],
        version: Hashable,
    ) -> None:
        # Whoever asks when the answer lags too far gets told.
        with suppress(MonitorError):
            self._find(answer, before, now, find, version)

    def _answer(self, key: Hashable) -> _Answer[T]:
        with self._lock:
            answer = self._known.pop(key, None) or _Answer()
            self._known[key] = answer
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
            return answer

    def _is_fresh(
        self,
        found: _Found[T],
        now: datetime,
        version: Hashable,
        lags: timedelta = timedelta(0),
    ) -> bool:
        lasts = self._lasts if version == found.version else self._settles
        return abs(now - found.at) < lasts + lags
