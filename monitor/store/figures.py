"""Figures for whoever watches over the monitor, none of which counts a million rows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.model import FeedState
from monitor.store.errors import guarded
from monitor.store.integrity import Schema, schema_of
from monitor.store.translations import MAX_FAILURES

LOOKED_AT = 5_000
"""Of the newest items, for those that wait: 20 ms. A queue that is longer is told as
this long."""
MOST_DUE = 10_000
"""How far stories are counted that wait for being outlined anew."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are of what; see ``schema_operate.keep_tallies``."""

    what: str
    kind: str
    engine: str
    n: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one step."""

    name: str
    waiting: int
    oldest: datetime | None
    """Since when the one waits that waits longest; None where nobody noted it, and
    where nothing waits."""


@dataclass(frozen=True, slots=True)
class FileFigures:
    """The database as a file. Sizes in bytes."""

    size: int
    free: int
    """Of its pages that hold nothing; further items fill them first."""
    wal: int
    """Of the log beside it, of what was written last."""


class Figures:
    """What is told of the whole database."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def tallies(self) -> list[Tally]:
        """Every one, by what it counts."""
        found = self._db.query("select * from tallies order by what, kind, engine")
        return [Tally(**row) for row in found]

    @guarded
    def queues(self, untranslated: Iterable[str] = ()) -> list[Queue]:
        """What waits, for translation into English but for those of feeds left
        ``untranslated``, for a story, for being outlined, mailed and sent as alert."""
        of_items = _ITEMS.format(read="language, feed", waits=_NO_ENGLISH)
        named = {
            "looked": LOOKED_AT,
            "none": json.dumps(list(untranslated)),
            "failures": MAX_FAILURES,
        }
        return [
            self._queue("translation", of_items, named),
            self._queue(
                "cluster", _ITEMS.format(read="language", waits=_NO_STORY), named
            ),
            self._queue("outline", _DUES, {"most": MOST_DUE}),
            self._queue("outbox", _MAILS, {}),
            self._queue("alerts", _ALERTS, {}),
        ]

    def _queue(self, name: str, query: str, values: dict[str, object]) -> Queue:
        [row] = self._db.query(query, values)
        oldest = row["oldest"]
        return Queue(
            name, row["waiting"], datetime.fromisoformat(oldest) if oldest else None
        )

    @guarded
    def feeds(self) -> dict[str, FeedState]:
        """Address -> what counts of its state: failures, times, whether it ended."""
        found = self._db.execute(
            "select url, failures, error, last_good, next_poll, retired, last_poll"
            " from feed_states"
        )
        return {
            url: FeedState(
                url,
                failures=failures,
                error=error,
                last_good=_moment(good),
                next_poll=_moment(due),
                retired=_moment(retired),
                last_poll=_moment(polled),
            )
            for url, failures, error, good, due, retired, polled in found
        }

    @guarded
    def file(self) -> FileFigures:
        """How large the database is."""
        [[pages]] = self._db.execute("pragma page_count").fetchall()
        [[free]] = self._db.execute("pragma freelist_count").fetchall()
        [[page]] = self._db.execute("pragma page_size").fetchall()
        wal = Path(f"{self.path}-wal")
        try:
            logged = wal.stat().st_size
        except OSError:
            logged = 0
        return FileFigures(pages * page, free * page, logged)

    @guarded
    def schema(self) -> Schema:
        """Whether the database is of this version of the monitor."""
        return schema_of(self._db)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_ITEMS = (
    "select count(*) as waiting, min(seen) as oldest from (select id, seen, {read}"
    " from items order by rowid desc limit :looked) as items where {waits}"
)
_NO_ENGLISH = (
    "language <> 'en' and feed not in (select value from json_each(:none))"
    " and not exists (select 1 from translations where item = items.id"
    " and translations.language = 'en') and not exists (select 1 from faults"
    " where step = 'translate' and unit = items.id || ':en' and failures >= :failures)"
)
_NO_STORY = "not exists (select 1 from assignments where item = items.id)"
_DUES = (
    "select count(*) as waiting, null as oldest from"
    " (select 1 from outline_dues limit :most)"
)
_MAILS = (
    "select count(*) as waiting, min(queued) as oldest from deliveries"
    " where state = 'queued'"
)
_ALERTS = (
    "select count(*) as waiting, min(made) as oldest from alert_messages"
    " where state = 'queued'"
)
