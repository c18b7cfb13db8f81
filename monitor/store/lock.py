"""One running monitor a database, and one sender."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import StoreError

SEND_SECONDS = 30.0


@contextmanager
def running_alone(path: Path) -> Iterator[None]:
    """Hold the database at ``path`` for this process.

    The operating system frees the lock when the process ends, however it ends. Raises
    StoreError with the holder's pid if another process holds it.
    """
    if not path.parent.is_dir():  # filelock would make it
        raise StoreError(f"{path.parent}: no such folder; make it or name another --db")
    holder = Path(f"{path}.pid")
    lock = FileLock(f"{path}.lock", blocking=False)
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
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def sending_alone(path: Path, what: str = "editions") -> Iterator[None]:
    """Hold the database's outbox, waiting for another sender to be done.

    Alerts have an outbox of their own. Raises StoreError if it takes longer than
    SEND_SECONDS.
    """
    name = "send" if what == "editions" else what
    lock = FileLock(f"{path}.{name}.lock", timeout=SEND_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"{path}: another process is sending {what}; try again when it is done"
        ) from error
    except OSError as error:
        raise StoreError(f"{path}.{name}.lock: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def backing_up_alone(path: Path) -> Iterator[None]:
    """Hold the database's backup; raises StoreError if another is being made."""
    lock = FileLock(f"{path}.backup.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            f"{path}: another backup is being made; try again when it is done"
        ) from error
    except OSError as error:
        raise StoreError(f"{path}.backup.lock: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _pid(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii").strip() or "unknown"
    except OSError:
        return "unknown"
