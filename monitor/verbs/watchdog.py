"""Whoever started ``monitor run`` and watches over it: systemd, by its notify protocol.

It names a datagram socket in NOTIFY_SOCKET; see sd_notify(3). Without one nothing is
told to anybody.
"""

import socket
import time
from collections.abc import Callable

SELDOM_SECONDS = 5.0
"""Between two signs of life: a line of work may take a millisecond."""


def notify(address: str, state: str) -> None:
    """Tell the service manager at ``address`` something, such as ``READY=1``.

    Nothing it does or does not do may stop our work.
    """
    if not address:
        return
    # A name that begins with @ is one of Linux's abstract sockets.
    place = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        try:
            line.sendto(state.encode(), place)
        except OSError:
            return


class Pulse:
    """Signs of life, given wherever work gets on; too many are no trouble."""

    def __init__(self, *signs: Callable[[], None]) -> None:
        self._signs = signs
        self._next = 0.0

    def beat(self) -> None:
        """Give each sign, unless that was done a moment ago."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + SELDOM_SECONDS
            for sign in self._signs:
                sign()
