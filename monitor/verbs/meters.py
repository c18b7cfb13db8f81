"""The folder in which the processes of one dashboard count what they answer.

Whoever makes one holds it by a lock, which the system frees however the process ends.
So what a killed one has left is known by its lock, and the next dashboard removes it.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp

log = logging.getLogger("monitor")

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where Linux keeps files in memory. The files of counts are written through memory: on
a disk that is full, that ends the process (SIGBUS)."""
PREFIX = "monitor-meters-"
TRIES = 5
"""Another dashboard, which starts at the same moment, may take ours for one that was
left, as long as it has no lock."""


@dataclass(frozen=True, slots=True)
class Meters:
    """One such folder, held."""

    folder: Path
    lock: int
    """The open folder; closed, the lock is gone."""

    def end(self) -> None:
        """Leave nothing behind."""
        rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def take_meters() -> Meters | None:
    """A new folder, in memory or else among temporary files; None if none can be had.

    Those that killed dashboards have left are removed.
    """
    for place in _places():
        _remove_left(place)
        with suppress(OSError):
            return _take(place)
    log.warning(
        "dashboard: no temporary folder can be written (%s, TMPDIR): each of its "
        "processes counts its own answers alone in /metrics",
        MEMORY,
    )
    return None


def _places() -> Iterator[Path]:
    yield MEMORY
    with suppress(OSError):  # it looks for one that can be written
        yield Path(gettempdir())


def _take(place: Path) -> Meters:
    for _ in range(TRIES):
        folder = Path(mkdtemp(prefix=PREFIX, dir=place))
        try:
            lock = _locked(folder)
        except FileNotFoundError:
            continue
        if lock is not None and folder.exists():
            return Meters(folder, lock)
    raise FileNotFoundError(place)


def _remove_left(place: Path) -> None:
    with suppress(OSError):
        for folder in place.glob(f"{PREFIX}*"):
            if folder.lstat().st_uid == os.geteuid():
                lock = _locked(folder)
                if lock is not None:
                    Meters(folder, lock).end()


def _locked(folder: Path) -> int | None:
    """The folder, open and locked; None while another process has its lock.

    Those that clear away old temporary files leave a locked folder alone, too.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened
