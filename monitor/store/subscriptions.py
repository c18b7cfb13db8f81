"""Who wants mail at which address, and by which token that can be stopped."""

from datetime import datetime

from sqlite_utils import Database

from monitor.readers import Stopper, Subscriber, Subscription
from monitor.store import rows
from monitor.store.errors import guarded


class Subscriptions:
    """One a subscriber and address, known by its token."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def get(self, subscriber: Subscriber, token: str) -> Subscription:
        """The subscriber's at today's address; ``token`` is a new one's."""
        row = {
            "token": token,
            "subscriber": subscriber.name,
            "address": subscriber.address,
            "language": subscriber.language,
        }
        with self._db.atomic():
            self._db.execute(
                "insert into subscriptions (token, subscriber, address, language)"
                " values (:token, :subscriber, :address, :language)"
                " on conflict (subscriber, address)"
                " do update set language = excluded.language",
                row,
            )
        [found] = self._where("subscriber = :subscriber and address = :address", row)
        return found

    @guarded
    def of(self, token: str) -> Subscription | None:
        """The one with this token, if there is one."""
        found = self._where("token = :token", {"token": token})
        return found[0] if found else None

    @guarded
    def all(self) -> list[Subscription]:
        """Every one, by subscriber and address."""
        return self._where("true", {})

    @guarded
    def stop(self, token: str, by: Stopper, now: datetime) -> None:
        """No mail until it is resumed, by each who has stopped it."""
        with self._db.atomic():
            self._db.execute(
                "update subscriptions set stopped = coalesce(stopped, :now),"
                " stopped_by = iif(coalesce(stopped_by, :by) = :by, :by, 'both')"
                " where token = :token",
                {"now": rows.to_text(now), "by": by, "token": token},
            )

    @guarded
    def resume(self, token: str, by: Stopper) -> None:
        """Mail again; where both had stopped it, the other's word still stands."""
        other = "person" if by == "reader" else "reader"
        with self._db.atomic():
            self._db.execute(
                "update subscriptions"
                " set stopped = iif(stopped_by = 'both', stopped, null),"
                " stopped_by = iif(stopped_by = 'both', ?, null) where token = ?",
                [other, token],
            )

    @guarded
    def refuse(self, subscriber: str, address: str, reason: str) -> None:
        """Keep what a mail server says against an address; empty: nothing any more."""
        with self._db.atomic():
            self._db.execute(
                "update subscriptions set refused = ?"
                " where subscriber = ? and address = ?",
                [reason, subscriber, address],
            )

    def _where(self, which: str, values: rows.Row) -> list[Subscription]:
        table = self._db.table("subscriptions")
        found = table.rows_where(which, values, order_by="subscriber, address")
        return [rows.subscription(row) for row in found]
