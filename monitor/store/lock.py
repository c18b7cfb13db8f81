"""One running monitor a database, and one sender."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import StoreError

SEND_SECONDS = 30.0
PROBED_SECONDS = 0.5
"""Whoever asks whether a monitor runs holds its lock for less than a millisecond: a
start waits for that long, not to take the question for another monitor."""


@contextmanager
def running_alone(path: Path) -> Iterator[Callable[[], None]]:
    """Hold the database at ``path`` for this process; call what it gives to show life.

    The operating system frees the lock when the process ends, however it ends; a file
    with its pid is removed only when it ends by itself, and tells by its time when it
    last showed life. Raises StoreError with the holder's pid if another process holds
    the lock.
    """
    if not path.parent.is_dir():  # filelock would make it
        raise StoreError(f"{path.parent}: no such folder; make it or name another --db")
    holder = Path(f"{path}.pid")
    lock = FileLock(f"{path}.lock", timeout=PROBED_SECONDS)
    try:
        lock.acquire()
        holder.write_text(f"{os.getpid()}\n", encoding="ascii")
    except Timeout as error:
        pid = _pid(holder)
        raise StoreError(
            f"{path}: another 'monitor run' holds this database (pid {pid}); "
            "stop it first or name another --db"
        ) from error
    except OSError as error:
        lock.release()
        what = error.strerror or error
        raise StoreError(f"{error.filename or path}: cannot be made: {what}") from error

    def show_life() -> None:
        with suppress(OSError):  # a full disk, say, which the step itself will tell
            os.utime(holder)

    try:
        yield show_life
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@dataclass(frozen=True, slots=True)
class Running:
    """What is known of the ``monitor run`` of a database, by who is not it."""

    is_alive: bool
    """Whether a process holds the lock."""
    pid: str = ""
    """Its own, or that of one that was killed: one that ends by itself removes it."""
    shown: datetime | None = None
    """When it last showed life."""

    @property
    def is_expected(self) -> bool:
        """Whether one began here and has not ended by itself."""
        return self.is_alive or bool(self.pid)


def running(path: Path) -> Running:
    """Whether a monitor runs on the database at ``path``. Raises StoreError."""
    holder, lock = Path(f"{path}.pid"), Path(f"{path}.lock")
    try:
        shown = datetime.fromtimestamp(holder.stat().st_mtime, UTC)
        pid = _pid(holder)
    except FileNotFoundError:
        shown, pid = None, ""
    except OSError as error:
        raise StoreError(f"{holder}: {error.strerror or error}") from error
    return Running(lock.exists() and _is_held(lock), pid, shown)


def _is_held(path: Path) -> bool:
    lock = FileLock(path, blocking=False)
    try:
        with lock:
            return False
    except Timeout:
        return True
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


@contextmanager
def sending_alone(path: Path, what: str = "editions") -> Iterator[None]:
    """Hold the database's outbox, waiting for another sender to be done.

    Alerts have an outbox of their own. Raises StoreError if it takes longer than
    SEND_SECONDS.
    """
    name = "send" if what == "editions" else what
    told = f"another process is sending {what}"
    with _alone(path, name, SEND_SECONDS, told):
        yield


@contextmanager
def backing_up_alone(path: Path) -> Iterator[None]:
    """Hold the database's backup; raises StoreError if another is being made."""
    with _alone(path, "backup", 0, "another backup is being made"):
        yield


@contextmanager
def _alone(path: Path, name: str, seconds: float, told: str) -> Iterator[None]:
    """Hold one lock of the database; raises StoreError if it takes longer than that."""
    lock = FileLock(f"{path}.{name}.lock", timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(f"{path}: {told}; try again when it is done") from error
    except OSError as error:
        raise StoreError(f"{path}.{name}.lock: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _pid(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii").strip() or "unknown"
    except OSError:
        return "unknown"
