"""What a long run goes by: feeds.yaml as it was, and what the database keeps now."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Generic, TypeVar

from monitor.config.settings import Config
from monitor.store.database import Store
from monitor.verbs import compose

T = TypeVar("T")


class InForce(Generic[T]):
    """Something made of the settings in force; made anew when what is kept changes.

    Threads may share it.
    """

    def __init__(
        self, filed: Config, make: Callable[[Config], T], warn: Callable[[str], None]
    ) -> None:
        self._filed = filed
        self._make = make
        self._warn = warn
        self._lock = Lock()
        self._made: tuple[int, T] | None = None
        self._told: tuple[str, ...] = ()

    def at(self, store: Store) -> T:
        """As of now: one small query, unless something has changed.

        What of the database does not count is said once, and again if it has counted
        in between.
        """
        return self.of(store.kept.version(), lambda: nullcontext(store))

    def of(
        self, version: int, open_store: Callable[[], AbstractContextManager[Store]]
    ) -> T:
        """The same, for whoever has asked for the version and has no store open."""
        with self._lock:
            if self._made is None or self._made[0] != version:
                # What changes while we read is read again the next time: the version
                # is from before.
                with open_store() as store:
                    found = compose.with_kept(self._filed, store)
                self._tell(found.faults)
                self._made = version, self._make(found.config)
            return self._made[1]

    def _tell(self, faults: tuple[str, ...]) -> None:
        for fault in faults:
            if fault not in self._told:
                self._warn(fault)
        self._told = faults
