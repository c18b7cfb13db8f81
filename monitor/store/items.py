"""Items and their earlier headlines."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.model import Item
from monitor.store import rows
from monitor.store.errors import guarded


class Items:
    """Items as published."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(self, items: Sequence[Item], now: datetime) -> int:
        """Keep items not seen before and headlines that changed; how many were new.

        A retitled item keeps its first date and its id; the replaced headline becomes
        a revision, until ``now``. Only the feed that had an item first can retitle it:
        an outlet's sections may word one item differently, poll after poll.
        """
        known = self._known(items)
        fresh = {item.id: item for item in reversed(items) if item.id not in known}
        self._db.table("items").insert_all(map(rows.item_row, fresh.values()))
        for item in items:
            old = known.get(item.id)
            if old and old.feed == item.feed and old.title != item.title:
                self._retitle(old, item, now)
        return len(fresh)

    @guarded
    def all(self, since: datetime) -> list[Item]:
        """Items published or seen since then, by (published, id)."""
        at = rows.to_text(since)
        found = self._db.query(
            "select * from items where published >= :at or seen >= :at"
            " order by published, id",
            {"at": at},
        )
        return [rows.item(row) for row in found]

    @guarded
    def first_seen(self) -> datetime | None:
        """When the monitor saw its first item; None if it has seen none."""
        [row] = self._db.query("select min(seen) as first from items")
        return datetime.fromisoformat(row["first"]) if row["first"] else None

    @guarded
    def last_moment(self) -> datetime | None:
        """When the newest item was published or seen; None if there is none."""
        [row] = self._db.query("select max(max(published, seen)) as last from items")
        return datetime.fromisoformat(row["last"]) if row["last"] else None

    @guarded
    def counts(self) -> list[dict[str, object]]:
        """Items by outlet: country, language, items, undated, newest."""
        return list(
            self._db.query(
                "select outlet, country, language, count(*) as items,"
                " sum(date_source = 'fetched') as undated, max(published) as newest"
                " from items group by outlet, country, language"
                " order by country desc, language, outlet"
            )
        )

    @guarded
    def revisions(self) -> int:
        """How many headlines were replaced."""
        return int(self._db.table("revisions").count)

    def _known(self, items: Iterable[Item]) -> dict[str, Item]:
        table = self._db.table("items")
        marks = [item.id for item in items]
        found: dict[str, Item] = {}
        for start in range(0, len(marks), _CHUNK):
            ids = marks[start : start + _CHUNK]
            where = f"id in ({','.join('?' * len(ids))})"
            found |= {row["id"]: rows.item(row) for row in table.rows_where(where, ids)}
        return found

    def _retitle(self, old: Item, new: Item, now: datetime) -> None:
        revision = {
            "item": old.id,
            "title": old.title,
            "summary": old.summary,
            "until": rows.to_text(now),
        }
        self._db.table("revisions").insert(revision, replace=True)
        self._db.table("items").update(
            old.id, {"title": new.title, "summary": new.summary}
        )


_CHUNK = 500  # below SQLite's oldest limit of 999 variables in a statement
