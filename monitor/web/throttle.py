"""How often somebody may try to sign in."""

import math
import time
from ipaddress import IPv6Address, ip_address
from threading import Lock

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from monitor.access import digest

WINDOW_MINUTES = 15
PER_NAME = RateLimitItemPerMinute(5, WINDOW_MINUTES, "name")
PER_ADDRESS = RateLimitItemPerMinute(20, WINDOW_MINUTES, "address")
"""Failures in a window, which begins with the first of them."""


class Throttle:
    """Counts failures by name and by client address, in memory: a restart forgets.

    Names count alike whether there is such a user or not.
    """

    def __init__(self, processes: int = 1) -> None:
        """One of so many side by side, each of which allows its share.

        A browser cannot choose which of them answers; none allows less than two.
        """
        self._per_name, self._per_address = (
            RateLimitItemPerMinute(
                max(item.amount // processes, 2), WINDOW_MINUTES, item.namespace
            )
            for item in (PER_NAME, PER_ADDRESS)
        )
        self._storage = MemoryStorage()
        self._windows = FixedWindowRateLimiter(self._storage)
        self._lock = Lock()

    def wait_of(self, name: str, address: str) -> int:
        """Seconds to wait before a try; 0 counts it as one that failed.

        It is counted before its outcome is known: tries side by side would all find
        room. ``forgive`` takes that back.
        """
        mine, theirs = digest(name), _network(address)
        with self._lock:
            if not self._windows.test(self._per_address, theirs):
                return self._left(self._per_address, theirs)
            if not self._windows.test(self._per_name, mine):
                return self._left(self._per_name, mine)
            self._windows.hit(self._per_address, theirs)
            self._windows.hit(self._per_name, mine)
        return 0

    def forgive(self, name: str, address: str) -> None:
        """A try was right: the name begins anew, and the address did not fail."""
        with self._lock:
            self._windows.clear(self._per_name, digest(name))
            self._take_back(self._per_address, _network(address))

    def excuse(self, name: str, address: str) -> None:
        """A try was never made, for want of room: it is no failure of anybody's."""
        with self._lock:
            self._take_back(self._per_name, digest(name))
            self._take_back(self._per_address, _network(address))

    def _take_back(self, item: RateLimitItemPerMinute, key: str) -> None:
        self._storage.decr(item.key_for(key))

    def _left(self, item: RateLimitItemPerMinute, key: str) -> int:
        reset, _ = self._windows.get_window_stats(item, key)
        return max(math.ceil(reset - time.time()), 1)


def _network(address: str) -> str:
    """The address, or of IPv6 the network of one household: all of it is one's own."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> 64 << 64))
