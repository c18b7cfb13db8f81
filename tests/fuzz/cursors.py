"""Cursors of lists: what a program hands back is a place, or a ConfigError."""

from fuzz.driver import bounded
from monitor.errors import ConfigError
from monitor.store import cursors
from monitor.store.cursors import Cursor

MAX_LENGTH = 500
ORDERS = (("published", (str,)), ("items", (int,)), ("lag", (int, type(None))))
WORDS = (
    "W10",
    "W1td",
    "=",
    "-",
    "_",
    "bnVsbA",
    "AAAA",
    "eyJ",
    "\u00e9",
    "WyJpdGVtcyIsOTk5",
)


def seeds() -> list[bytes]:
    """One of each order."""
    keys = ("2026-03-02T12:00:00+00:00", 7, None)
    return [
        bytes([n]) + cursors.write(name, Cursor(key, "s1")).encode()
        for n, ((name, _), key) in enumerate(zip(ORDERS, keys, strict=True))
    ]


def check(data: bytes, allowance: float = 1.0) -> int:
    """1 where the text is a cursor, else 0; AssertionError if a promise is broken."""
    order, kinds = ORDERS[data[0] % len(ORDERS) if data else 0]
    text = data[1:].decode(errors="replace")
    try:
        with bounded(data, 0.1 * allowance):
            found = cursors.read(order, text, kinds)
    except ConfigError:
        return 0
    assert type(found.key) in kinds
    f"{found.key}{found.id}".encode()  # what no database can hold breaks here
    assert cursors.read(order, cursors.write(order, found), kinds) == found
    return 1
