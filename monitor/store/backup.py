"""
Copies of the database, made while others write, and their way back.

A copy gets its name once it was looked through: whatever is found under it is whole.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StoreError
from monitor.store import rows
from monitor.store.database import BUSY_SECONDS, Store, refuse_newer
from monitor.store.errors import store_error
from monitor.store.integrity import looked_through

PAGES = 1_024
"""Copied at a time, 4 MB: some milliseconds, in which others wait for the disk."""
PAUSE_SECONDS = 0.002
COUNTED = ("items", "translations", "assignments", "corrections", "editions", "users")
"""Tables whose rows a copy must have all of; a database of old lacks some."""
HELD = "restored from a backup: it may have been mailed since"
"""Why what waited in a backup waits no more."""

Owed = tuple[str, date, str]
"""A reader, the day of an edition and the address it goes to."""
Told = Callable[[int, int], None]
"""To be told of bytes copied, and of how many."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was looked through."""

    path: Path
    bytes: int
    rows: Mapping[str, int]
    """Of COUNTED, for those it has."""


def back_up(source: Path, target: Path, told: Told, *, replace: bool) -> Copy:
    """Copy a database as it is at this moment; others may write meanwhile.

    Until the copy is done, their log is not cut back. Raises StoreError if there is a
    ``target``, unless it is to be replaced, or if the copy is not sound.
    """
    if target.exists() and not replace:
        raise StoreError(f"{target}: is there already; name another, or use --replace")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with _named(source):
            counted = _copied(source, part, told)
        made = verify(part)
        if made.rows != counted:
            raise StoreError(f"{part}: has {made.rows} and not {counted}; try again")
        _publish(part, target, replace=replace)
    except OSError as error:
        what = error.strerror or error
        raise StoreError(f"{error.filename or target}: {what}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Copy(target, made.bytes, made.rows)


def verify(path: Path) -> Copy:
    """Look a copy through, page by page, and leave it as it is.

    Raises StoreError if it is not ours, not sound, or a newer monitor's.
    """
    with _named(path), closing(_read_only(path)) as conn:
        tables = {name for (name,) in conn.execute("select name from sqlite_master")}
        if "feed_states" not in tables:
            raise sqlite3.DatabaseError("is no database of a monitor")
        refuse_newer(Database(conn, execute_plugins=False))
        if found := looked_through(conn, thorough=True):
            raise sqlite3.DatabaseError(f"malformed: {found[0]}")
        return Copy(path, path.stat().st_size, _counted(conn))


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restore."""

    aside: Path | None
    """Where the database lies that was there; None if there was none."""
    mails: int
    """Editions that waited in the backup and are held."""
    known: int
    """Editions that are known to be mailed from the database that was there."""
    alerts: int
    """Messages of alerts that waited in the backup and are given up."""


def restore(
    backup: Path,
    path: Path,
    now: datetime,
    owed: Iterable[Owed] = (),
    *,
    send_again: bool,
) -> Restored:
    """Put a backup in the place of the database; nobody may run on it meanwhile.

    The one that was there is put aside. What was under way in the backup, mails and
    messages of alerts, is held unless it is to be sent again; sessions end. Where the
    one that was there cannot say what it has mailed, editions ``owed`` count as mailed.
    Raises StoreError, and changes nothing, if the backup does not pass ``verify``.
    """
    verify(backup)
    part = path.with_name(f".{path.name}.restoring")
    aside = _free(path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    try:
        _remove(part)
        shutil.copyfile(backup, part)
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        with Store(part) as store, store.atomic():
            db = store._db
            sent = None if send_again else _sent(path)
            if sent is None and not send_again:
                _count_as_mailed(db, owed)
            held = (0, 0) if send_again else _hold(db, sent or [], now)
            db.execute("delete from sessions")
        _to_one_file(part)
        is_there = path.exists()
        with _nobody_writing(path):
            if is_there:
                _put_aside(path, aside)
            part.replace(path)
        _sync_folder(path.parent)
        _tidy(aside)
    except OSError as error:
        what = error.strerror or error
        raise StoreError(f"{error.filename or path}: {what}") from error
    finally:
        _remove(part)
    return Restored(aside if is_there else None, held[0], len(sent or []), held[1])


# --- copying -------------------------------------------------------------------------


def _copied(source: Path, part: Path, told: Told) -> dict[str, int]:
    """Copy all pages as of one moment; returns what is in them."""
    with closing(_read_only(source)) as conn, closing(sqlite3.connect(part)) as copy:
        # A snapshot: without it, each write of others would begin the copy anew.
        conn.execute("begin")
        counted = _counted(conn)
        [size] = conn.execute("pragma page_size").fetchone()

        def step(_: int, remaining: int, total: int) -> None:
            told((total - remaining) * size, total * size)

        conn.backup(copy, pages=PAGES, progress=step, sleep=PAUSE_SECONDS)
        copy.execute("pragma journal_mode = delete")
    return counted


def _counted(conn: sqlite3.Connection) -> dict[str, int]:
    tables = {name for (name,) in conn.execute("select name from sqlite_master")}
    return {
        table: conn.execute(f"select count(*) from {table}").fetchone()[0]
        for table in COUNTED
        if table in tables
    }


def _read_only(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)


def _publish(part: Path, target: Path, *, replace: bool) -> None:
    """Give a copy its name, once it is on the disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if replace:
        part.replace(target)
    else:
        os.link(part, target)  # never over what came meanwhile
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """SQLite's errors in the block are this file's."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(str(path), error) from error


# --- putting back --------------------------------------------------------------------


def _sent(path: Path) -> list[tuple[object, ...]] | None:
    """Deliveries that the database which is there knows as sent; None if it is dumb."""
    if not path.exists():
        return None
    try:
        with closing(_read_only(path)) as conn:
            names = ", ".join(_DELIVERY)
            found = conn.execute(f"select {names} from deliveries where state = 'sent'")
            return found.fetchall()
    except sqlite3.Error:
        return None


def _count_as_mailed(db: Database, owed: Iterable[Owed]) -> None:
    db.conn.executemany(
        "insert or ignore into deliveries (subscriber, date, address, state, error)"
        " values (?, ?, ?, 'failed', ?)",
        [(name, day.isoformat(), address, HELD) for name, day, address in owed],
    )


def _hold(
    db: Database, sent: list[tuple[object, ...]], now: datetime
) -> tuple[int, int]:
    """Let nothing go out that may have gone out before; how many mails and messages.

    Alerts begin anew: of what happened before now they tell nothing.
    """
    names = ", ".join(_DELIVERY)
    sets = ", ".join(f"{name} = excluded.{name}" for name in _DELIVERY[2:])
    db.conn.executemany(
        f"insert into deliveries ({names}) values ({', '.join('?' * len(_DELIVERY))})"
        f" on conflict (subscriber, date) do update set {sets}",
        sent,
    )
    mails = db.execute(
        "update deliveries set state = 'failed', next_try = null, error = ?"
        " where state = 'queued'",
        [HELD],
    ).rowcount
    alerts = db.execute(
        "update alert_messages set state = 'failed', reason = ? where state = 'queued'",
        [HELD],
    ).rowcount
    db.execute("update alert_notes set state = 'silent' where state = 'held'")
    db.execute("update alert_scopes set since = ?", [rows.to_text(now)])
    return mails, alerts


def _to_one_file(path: Path) -> None:
    """Without a log beside it, and on the disk."""
    with _named(path), closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma journal_mode = delete")
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _nobody_writing(path: Path) -> Iterator[None]:
    """Keep others from writing to what is put aside, as far as it is a database."""
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as conn:
        try:
            conn.execute("pragma wal_checkpoint(truncate)").fetchall()
            conn.execute("begin immediate")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise store_error(str(path), error) from error
        except sqlite3.DatabaseError:
            pass  # too damaged to be locked, or to be written to
        yield


def _free(path: Path) -> Path:
    """It, or with a number where a restore of the same second has left one."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _put_aside(path: Path, aside: Path) -> None:
    """Give what is there a second name; killed after this, it still has its first.

    The log beside it, if there is one, goes along.
    """
    os.link(path, aside)
    for end in ("-wal", "-shm"):
        log = Path(f"{path}{end}")
        if log.exists():
            log.replace(f"{aside}{end}")


def _tidy(aside: Path) -> None:
    """Leave no empty log beside what was put aside."""
    log = Path(f"{aside}-wal")
    if log.exists() and not log.stat().st_size:
        for end in ("-wal", "-shm"):
            Path(f"{aside}{end}").unlink(missing_ok=True)


def _remove(part: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            Path(f"{part}{end}").unlink(missing_ok=True)


_DELIVERY = (
    *("subscriber", "date", "message_id", "sent", "edition", "address", "error"),
    *("state", "attempts", "queued", "next_try"),
)
