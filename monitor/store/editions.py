"""Which edition was sent to whom."""

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
        where = "subscriber = ? and date = ?"
        log = self._db.table("deliveries")
        return bool(log.count_where(where, [subscriber, day.isoformat()]))

    @guarded
    def add(self, subscriber: str, day: date, message_id: str, now: datetime) -> None:
        """Log that the mail server has accepted it."""
        delivery = {
            "subscriber": subscriber,
            "date": day.isoformat(),
            "message_id": message_id,
            "sent": rows.to_text(now),
        }
        self._db.table("deliveries").insert(delivery)

    @guarded
    def count(self) -> int:
        """How many editions were sent."""
        return int(self._db.table("deliveries").count)
