"""The outbox: which edition is to be mailed where, and what came of it."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import get_args

from sqlite_utils import Database

from monitor.readers import Delivery, DeliveryState
from monitor.store import rows
from monitor.store.errors import guarded


class Outbox:
    """One delivery a subscriber and date."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(self, delivery: Delivery) -> None:
        """Put an edition into the outbox; raises StoreError the second time."""
        self._db.table("deliveries").insert(rows.delivery_row(delivery))

    @guarded
    def one(self, subscriber: str, day: date) -> Delivery | None:
        """What came of one subscriber's edition of one day, if it was made."""
        found = self._where("subscriber = ? and date = ?", subscriber, day.isoformat())
        return found[0] if found else None

    @guarded
    def of(self, editions: Iterable[str]) -> dict[str, Delivery]:
        """Edition -> what came of it, of those that are on their way or were sent."""
        named = json.dumps(list(editions))
        # By subscriber and day, of which there is an index, as of editions.
        found = self._db.query(
            "select deliveries.* from json_each(?)"
            " cross join editions on editions.id = value"
            " cross join deliveries using (subscriber, date)",
            [named],
        )
        return {row["edition"]: rows.delivery(row) for row in found}

    @guarded
    def open(self) -> list[Delivery]:
        """Those not sent, the longest in the outbox first."""
        return self._where("state <> 'sent'")

    @guarded
    def all(self, since: date) -> list[Delivery]:
        """Those of editions from this day on, and every one that was not sent."""
        return self._where("date >= ? or state <> 'sent'", since.isoformat())

    @guarded
    def begin(self, delivery: Delivery) -> Delivery | None:
        """Note a try that is about to begin: what cannot be noted is not sent.

        None if the delivery is not queued any more.
        """
        with self._db.atomic():
            begun = self._db.execute(
                "update deliveries set attempts = attempts + 1"
                " where subscriber = ? and date = ? and state = 'queued'",
                _key(delivery),
            )
        return self.one(delivery.subscriber, delivery.date) if begun.rowcount else None

    @guarded
    def put(self, delivery: Delivery) -> None:
        """Keep what became of a delivery that was not sent; one that was stays sent."""
        row = rows.delivery_row(delivery)
        columns = [name for name in row if name not in ("subscriber", "date")]
        settings = ", ".join(f"{name} = :{name}" for name in columns)
        with self._db.atomic():
            self._db.execute(
                f"update deliveries set {settings} where subscriber = :subscriber"
                " and date = :date and state <> 'sent'",
                row,
            )

    @guarded
    def log(self, delivery: Delivery, sent: datetime) -> None:
        """Log the mail server's acceptance, and be sure that it is on the disk."""
        # The mail is out: no power cut may make us forget that.
        self._db.execute("pragma synchronous = full")
        with self._db.atomic():
            self._db.execute(
                "update deliveries set state = 'sent', sent = ?, next_try = null,"
                " error = '' where subscriber = ? and date = ?",
                [rows.to_text(sent), *_key(delivery)],
            )

    @guarded
    def counts(self) -> dict[DeliveryState, int]:
        """State -> how many deliveries are in it; every state."""
        found = self._db.query("select state, count(*) n from deliveries group by 1")
        counted = {row["state"]: row["n"] for row in found}
        return {state: counted.get(state, 0) for state in get_args(DeliveryState)}

    def _where(self, which: str, *values: str) -> list[Delivery]:
        table = self._db.table("deliveries")
        order = "coalesce(queued, ''), date, subscriber"
        found = table.rows_where(which, values, order_by=order)
        return [rows.delivery(row) for row in found]


def _key(delivery: Delivery) -> list[str]:
    return [delivery.subscriber, delivery.date.isoformat()]
