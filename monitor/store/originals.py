"""Items as their outlets printed them, and the headlines they had before."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.coverage.originals import Original
from monitor.coverage.retitles import Revision
from monitor.store import rows
from monitor.store.errors import guarded


class Originals:
    """What was printed, without stories and translations around it."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def between(self, start: datetime, end: datetime) -> list[Original]:
        """Items published in [start, end), by (published, id)."""
        found = self._db.query(
            f"select items.*, {_TEXT} from items left join assignments"
            " on assignments.item = items.id"
            " where published >= :start and published < :end order by published, id",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return [_original(row) for row in found]

    @guarded
    def sample(self, start: datetime, end: datetime, most: int) -> list[Original]:
        """At most so many items published in [start, end), by id.

        Ids are hashes, so that the first by id are a fair and lasting choice.
        """
        found = self._db.query(
            f"select items.*, {_TEXT} from items left join assignments"
            " on assignments.item = items.id where items.id in (select id from items"
            " where published >= :start and published < :end order by id limit :most)"
            " order by items.id",
            {"start": rows.to_text(start), "end": rows.to_text(end), "most": most},
        )
        return [_original(row) for row in found]

    @guarded
    def revised(self, start: datetime, end: datetime) -> list[Revision]:
        """All revisions of the items that had one end in [start, end)."""
        return self._revisions(
            "select item from revisions where until >= :start and until < :end",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )

    @guarded
    def last_revised(self) -> datetime | None:
        """When a headline was last replaced; None if none ever was."""
        [row] = self._db.query("select max(until) as last from revisions")
        return datetime.fromisoformat(row["last"]) if row["last"] else None

    @guarded
    def revisions_of(self, items: Iterable[str]) -> list[Revision]:
        """All revisions of these items."""
        named = json.dumps(list(items))
        which = "select value from json_each(:named)"
        return self._revisions(which, {"named": named})

    def _revisions(self, which: str, values: dict[str, str]) -> list[Revision]:
        found = self._db.query(
            "select items.*, revisions.title as old_title, until from revisions"
            " join items on items.id = revisions.item"
            f" where revisions.item in ({which}) order by items.id, until",
            values,
        )
        return [
            Revision(
                rows.item(row), row["old_title"], datetime.fromisoformat(row["until"])
            )
            for row in found
        ]


_TEXT = "coalesce(assignments.copy_of, items.id) as text"


def _original(row: rows.Row) -> Original:
    return Original(rows.item(row), row["text"])
