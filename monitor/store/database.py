"""The open database: one connection, its transactions, and a table family each noun."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database, Migrations

from monitor.store.alerts import Alerts
from monitor.store.blind_spots import BlindSpots
from monitor.store.corrections import Corrections
from monitor.store.decided_texts import DecidedTexts
from monitor.store.editions import Editions
from monitor.store.errors import FAULTS, store_error
from monitor.store.feeds import FeedStates
from monitor.store.figures import Figures
from monitor.store.file import File
from monitor.store.integrity import every_migration
from monitor.store.items import Items
from monitor.store.kept import Kept
from monitor.store.marks import MarksOfItems
from monitor.store.memory import Memory
from monitor.store.originals import Originals
from monitor.store.outbox import Outbox
from monitor.store.outlines import Outlines
from monitor.store.pruning import Pruning
from monitor.store.relations import Relations
from monitor.store.schema_members import migrations
from monitor.store.search import Search
from monitor.store.step_runs import StepRuns
from monitor.store.stories import Stories
from monitor.store.studies import Studies
from monitor.store.subscriptions import Subscriptions
from monitor.store.tables import Tables
from monitor.store.translations import Translations
from monitor.store.users import ApiTokens, Sessions, Users
from monitor.store.vectors import Vectors
from monitor.store.volumes import Volumes

BUSY_SECONDS = 5.0
"""How long a write waits for another program's; our own writes take milliseconds."""

WAL_BYTES = 64 * 2**20
"""What the file of what is not merged yet is cut down to, once no reader holds it up.
Without one it has 4 MB; a reader that keeps a snapshot makes it grow by all that is
written meanwhile."""


class Store:
    """One connection. Open one per thread; never share it.

    One that is opened ``across_threads`` may go from thread to thread, as long as one
    at a time has it. Raises StoreError, naming the file and the remedy, for whatever
    SQLite cannot do.
    """

    when_closed: Callable[[], None] | None = None
    """What ``close`` does instead, for a store that was lent."""

    def __init__(self, path: Path | str, *, across_threads: bool = False) -> None:
        self.path = str(path)
        try:
            self._db = _open(self.path, across_threads)
        except FAULTS as error:
            raise store_error(self.path, error) from error
        self.feeds = FeedStates(self._db, self.path)
        self.items = Items(self._db, self.path)
        self.originals = Originals(self._db, self.path)
        self.translations = Translations(self._db, self.path)
        self.search = Search(self._db, self.path)
        self.marks = MarksOfItems(self._db, self.path)
        self.memory = Memory(self._db, self.path)
        self.stories = Stories(self._db, self.path)
        self.outlines = Outlines(self._db, self.path)
        self.studies = Studies(self._db, self.path)
        self.relations = Relations(self._db, self.path)
        self.corrections = Corrections(self._db, self.path)
        self.vectors = Vectors(self._db, self.path)
        self.decided_texts = DecidedTexts(self._db, self.path)
        self.volumes = Volumes(self._db, self.path)
        self.blind_spots = BlindSpots(self._db, self.path)
        self.editions = Editions(self._db, self.path)
        self.outbox = Outbox(self._db, self.path)
        self.subscriptions = Subscriptions(self._db, self.path)
        self.alerts = Alerts(self._db, self.path)
        self.tables = Tables(self._db, self.path)
        self.users = Users(self._db, self.path)
        self.sessions = Sessions(self._db, self.path)
        self.api_tokens = ApiTokens(self._db, self.path)
        self.kept = Kept(self._db, self.path)
        self.pruning = Pruning(self._db, self.path)
        self.file = File(self._db, self.path)
        self.step_runs = StepRuns(self._db, self.path)
        self.figures = Figures(self._db, self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back, or the store to whoever lent it."""
        if self.when_closed is not None:
            self.when_closed()
        else:
            self._db.close()

    def close_for_good(self) -> None:
        """Give the file back, whoever lent the store."""
        self._db.close()

    @property
    def is_writing(self) -> bool:
        """Whether a transaction is under way."""
        return bool(self._db.conn.in_transaction)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All of the block's writes or none of them."""
        try:
            with _writing(self._db):
                yield
        except FAULTS as error:
            raise store_error(self.path, error) from error

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """The block reads what it writes, and none of it stays."""
        try:
            self._db.execute("begin immediate")
            try:
                yield
            finally:
                self._db.rollback()
        except FAULTS as error:
            raise store_error(self.path, error) from error


def _open(path: str, across_threads: bool) -> Database:
    _refuse_emptied(path)
    _make_private(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, check_same_thread=not across_threads
    )
    db = Database(connection)
    try:
        # Damaged pages are told, not followed. Not ``trusted_schema = off``: our own
        # triggers write to the full-text index, which SQLite then takes for unsafe;
        # what reaches beyond the file, no trigger may call anyway.
        db.execute("pragma cell_size_check = on")
        _refuse_foreign(db)
        if refuse_newer(db) != every_migration():
            _set_out(db)
            with _writing(db):
                refuse_newer(db)  # which may have come while this one waited
                migrations.apply(db)
        _enable_wal(db)
        # A power cut may cost the last moments, never order: items come back with the
        # next poll. What must not come twice, a mail, is logged with ``full``.
        db.execute("pragma synchronous = normal")
        db.execute(f"pragma journal_size_limit = {WAL_BYTES}")
    except BaseException:
        db.close()
        raise
    return db


def _make_private(path: str) -> None:
    """Make the file where there is none, so that no other user of the machine reads it.

    What SQLite puts beside it gets the same permissions. One that is there keeps its
    own: a person may share it. Where it cannot be made, SQLite says why.
    """
    if path != ":memory:":
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _refuse_emptied(path: str) -> None:
    """SQLite takes an empty file for a new database, and drops what lies beside it."""
    if _size(path) == 0 and _size(f"{path}-wal"):
        raise sqlite3.DatabaseError("is empty, but its -wal file is not")


def _size(path: str) -> int | None:
    """In bytes; None if there is no file, or no more."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return None


def _refuse_foreign(db: Database) -> None:
    """Leave a database alone that another program has made."""
    tables = set(db.table_names()) - {Migrations.migrations_table}
    if tables and "feed_states" not in tables:
        raise sqlite3.DatabaseError("holds another program's tables")


def refuse_newer(db: Database) -> frozenset[str]:
    """Leave a database alone that a newer monitor has changed: we would break it.

    Returns the migrations it has had.
    """
    had = frozenset(migration.name for migration in migrations.applied(db))
    if unknown := sorted(had - every_migration()):
        named = ", ".join(unknown[:3])
        raise sqlite3.DatabaseError(f"was written by a newer monitor ({named})")
    return had


def _set_out(db: Database) -> None:
    """Let a new file give room back a piece at a time, which is set before all else."""
    if db.execute("pragma page_count").fetchone() == (0,):
        db.execute("pragma auto_vacuum = incremental")


def _enable_wal(db: Database) -> None:
    """Let readers and a writer work side by side.

    While another program opens the same new file, SQLite refuses the change without
    waiting; that program makes it.
    """
    try:
        db.enable_wal()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise


@contextmanager
def _writing(db: Database) -> Iterator[None]:
    """One transaction that writes, and waits its turn at once.

    One that reads first and then writes fails, without waiting, if another program has
    written in between.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.execute("begin immediate")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise
