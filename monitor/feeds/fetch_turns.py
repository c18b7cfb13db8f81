"""
Turns at hosts and outlets, so that no site is asked too much at once or too often.

Whoever wants two turns takes the outlet's before the host's, and never two of one
sort: hence no two threads wait for each other.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic


class TurnsClosedError(Exception):
    """There are no more turns: everything stops."""


@dataclass(slots=True)
class _Line:
    """Those at one key, and those who wait, in order of arrival."""

    running: int = 0
    waiting: deque[threading.Lock] = field(default_factory=deque)


class Turns:
    """``at_once`` threads at one key, and ``gap_seconds`` between two starts there.

    A key is any string. What is remembered of it goes with its last use.
    """

    def __init__(self, at_once: int, gap_seconds: float) -> None:
        self._at_once = at_once
        self._gap = gap_seconds
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._lines: dict[str, _Line] = {}
        self._starts: dict[str, float] = {}  # key -> its last start; the oldest first

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Wait for one's turn and have it. Raises TurnsClosedError."""
        self._take(key)
        try:
            yield
        finally:
            self._free(key)

    def await_start(self, keys: Iterable[str]) -> None:
        """Wait until one may start at all these keys. Raises TurnsClosedError."""
        if self._gap and self._closed.wait(max(0, self._book(keys) - monotonic())):
            raise TurnsClosedError

    def close(self) -> None:
        """End every wait; there are no more turns."""
        with self._lock:
            self._closed.set()
            for line in self._lines.values():
                while line.waiting:
                    line.waiting.popleft().release()

    def remembered(self) -> int:
        """How many keys are remembered."""
        with self._lock:
            return len(self._lines.keys() | self._starts.keys())

    def _take(self, key: str) -> None:
        with self._lock:
            if self._closed.is_set():
                raise TurnsClosedError
            line = self._lines.setdefault(key, _Line())
            if line.running < self._at_once:
                line.running += 1
                return
            mine = threading.Lock()
            mine.acquire()
            line.waiting.append(mine)
        mine.acquire()  # until _free hands a turn over, or close ends it all
        if self._closed.is_set():
            raise TurnsClosedError

    def _free(self, key: str) -> None:
        with self._lock:
            line = self._lines[key]
            if line.waiting:
                line.waiting.popleft().release()
                return
            line.running -= 1
            if not line.running:
                del self._lines[key]

    def _book(self, keys: Iterable[str]) -> float:
        """The next start that the gap allows at every key; it is ours from now on."""
        with self._lock:
            now = monotonic()
            self._forget(now - self._gap)
            lasts = [self._starts.pop(key, now - self._gap) for key in keys]
            start = max([now, *(last + self._gap for last in lasts)])
            self._starts.update(dict.fromkeys(keys, start))
            return start

    def _forget(self, until: float) -> None:
        while self._starts and (oldest := next(iter(self._starts.items())))[1] <= until:
            del self._starts[oldest[0]]
