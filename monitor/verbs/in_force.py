"""What a long run goes by: feeds.yaml as it was, and what the database keeps now."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, TypeVar

from monitor.config.settings import Config
from monitor.store.database import Store
from monitor.verbs import compose

T = TypeVar("T")


class InForce(Generic[T]):
    """Something made of the settings in force; made anew when what is kept changes.

    Threads may share it: of two that find a change at once, both make the same.
    """

    def __init__(
        self, filed: Config, make: Callable[[Config], T], warn: Callable[[str], None]
    ) -> None:
        self._filed = filed
        self._make = make
        self._warn = warn
        self._made: tuple[int, T] | None = None

    def at(self, store: Store) -> T:
        """As of now: one small query, unless something has changed.

        What of the database does not count is said once for each change of it.
        """
        return self.of(store.kept.version(), lambda: nullcontext(store))

    def of(
        self, version: int, open_store: Callable[[], AbstractContextManager[Store]]
    ) -> T:
        """The same, for whoever has asked for the version and has no store open."""
        made = self._made
        if made is None or made[0] != version:
            # What changes while we read is read again the next time: the version is
            # from before.
            with open_store() as store:
                found = compose.with_kept(self._filed, store)
            for fault in found.faults:
                self._warn(fault)
            made = self._made = version, self._make(found.config)
        return made[1]
