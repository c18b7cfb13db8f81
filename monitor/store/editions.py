"""Which edition was sent to whom."""

import sqlite3
from datetime import date, datetime

from sqlite_utils import Database

from monitor.store import rows
from monitor.store.errors import guarded


class Deliveries:
    """The send log: once per subscriber and date."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def is_sent(self, subscriber: str, day: date) -> bool:
        """Whether this subscriber has this day's edition."""
        where = "subscriber = ? and date = ? and sent is not null"
        log = self._db.table("deliveries")
        return bool(log.count_where(where, [subscriber, day.isoformat()]))

    @guarded
    def begin(self, subscriber: str, day: date) -> None:
        """Note that it is about to be sent: what cannot be logged is not sent."""
        delivery = {"subscriber": subscriber, "date": day.isoformat()}
        self._db.table("deliveries").insert(delivery, ignore=True)

    @guarded
    def add(self, subscriber: str, day: date, message_id: str, now: datetime) -> None:
        """Log the mail server's acceptance; raises StoreError the second time."""
        self._db.execute("pragma synchronous = full")  # the mail is out: not to be lost
        with self._db.atomic():
            noted = self._db.execute(
                "insert into deliveries (subscriber, date, message_id, sent)"
                " values (?, ?, ?, ?) on conflict do update"
                " set message_id = excluded.message_id, sent = excluded.sent"
                " where sent is null",
                [subscriber, day.isoformat(), message_id, rows.to_text(now)],
            )
            if not noted.rowcount:
                raise sqlite3.IntegrityError("UNIQUE constraint: was sent before")

    @guarded
    def count(self) -> int:
        """How many editions were sent."""
        return int(self._db.table("deliveries").count_where("sent is not null"))
