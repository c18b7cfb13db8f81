"""Passwords: what may be one, its hash, and whether one is right."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from secrets import token_urlsafe
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 1024
"""Characters, once normalised."""
AT_ONCE = 2
"""Hashes made side by side; each takes 64 MiB and, measured on two cores, 0.3 s."""
WAITING = 8
"""How many more may wait for that. Requests beyond are turned away: each that waits
holds one of the threads that answer pages."""


class BusyError(Exception):
    """Too many passwords are being checked; nothing is known of this one."""


class Passwords:
    """Makes and checks hashes; one for all threads.

    Each check takes one hash, whether there is such a user or not, so that the time of
    an answer does not tell names.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(AT_ONCE)
        self._places = BoundedSemaphore(AT_ONCE + WAITING)

    def hash(self, password: str) -> str:
        """The hash to keep; raises BusyError."""
        with self._turn():
            return self._hasher.hash(_plain(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether the password has this hash; False for None, as fast.

        Raises BusyError.
        """
        decoy = self._decoy  # made once, and then for nobody's first try alone
        plain = _plain(password)[:LONGEST]
        with self._turn():
            try:
                is_right = self._hasher.verify(kept or decoy, plain)
            except (VerificationError, InvalidHashError):
                return False
        return is_right and kept is not None and len(_plain(password)) <= LONGEST

    def renewed(self, kept: str, password: str) -> str | None:
        """A hash by today's parameters, where the kept one, which is right, has others.

        Raises BusyError.
        """
        if not self._hasher.check_needs_rehash(kept):
            return None
        return self.hash(password)

    @cached_property
    def _decoy(self) -> str:
        """The hash of what nobody knows."""
        return self.hash(token_urlsafe(32))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError("too many passwords are being checked")
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


def password_fault(password: str, name: str) -> str:
    """What is wrong with a new password of the user of this name; empty: nothing."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return "short"
    if len(plain) > LONGEST:
        return "long"
    if plain.casefold() == _plain(name).casefold():
        return "name"
    return ""


def _plain(password: str) -> str:
    """One spelling of the same characters, whatever keyboard they come from."""
    whole = password.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", whole)
