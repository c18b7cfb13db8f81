"""Assignments, and the stories they add up to."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from monitor.model import (
    Assignment,
    Item,
    Language,
    Member,
    Reading,
    Story,
    Translation,
)
from monitor.store import rows
from monitor.store.errors import guarded


class Stories:
    """Which items belong together."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def unassigned(
        self,
        unread_before: datetime,
        headlines_only: Iterable[str] = (),
        untranslated: Iterable[str] = (),
    ) -> list[Reading]:
        """Items without a story, by (published, id).

        Those without English count only if they were seen by ``unread_before``. Of the
        feeds ``headlines_only``, English of the headline is all there will be, of those
        ``untranslated`` there will be none.
        """
        found = self._db.query(
            f"select items.*, {_ENGLISH} from items where not exists"
            " (select 1 from assignments where assignments.item = items.id)"
            " and (language = 'en' or english_summary is not null or seen <= :before"
            " or (english_title is not null"
            " and feed in (select value from json_each(:headlines)))"
            " or feed in (select value from json_each(:none)))"
            " order by published, id",
            {
                "before": rows.to_text(unread_before),
                "headlines": json.dumps(list(headlines_only)),
                "none": json.dumps(list(untranslated)),
            },
        )
        return [_reading(row) for row in found]

    @guarded
    def window(self, since: datetime) -> list[tuple[Reading, Assignment]]:
        """Members of stories with an item published since then, as decided in order."""
        found = self._db.query(
            f"select items.*, {_ENGLISH}, assignments.* from assignments"
            " join items on items.id = assignments.item where assignments.story in"
            " (select a.story from items as i join assignments as a on a.item = i.id"
            " where i.published >= :since) order by assignments.seq",
            {"since": rows.to_text(since)},
        )
        return [(_reading(row), rows.assignment(row)) for row in found]

    @guarded
    def assign(self, assignments: Iterable[Assignment]) -> None:
        """Keep decisions, in their order."""
        self._db.table("assignments").insert_all(map(rows.assignment_row, assignments))

    @guarded
    def between(self, start: datetime, end: datetime) -> list[Story]:
        """Stories with an item published or first seen in [start, end), by id.

        Items published or seen from ``end`` on are left out: a past day's stories stay
        as they were.
        """
        return self._stories(
            "select a.story from items as i join assignments as a on a.item = i.id"
            " where (i.published >= :start or i.seen >= :start)"
            " and i.published < :end and i.seen < :end",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )

    @guarded
    def one(self, story: str) -> Story | None:
        """The story with this id, if there is one."""
        found = self._stories(":story", {"story": story, "end": _FOREVER})
        return found[0] if found else None

    @guarded
    def found(self) -> dict[str, str]:
        """Item -> its story."""
        rows_found = self._db.query("select item, story from assignments order by seq")
        return {row["item"]: row["story"] for row in rows_found}

    @guarded
    def count(self) -> dict[str, int]:
        """How many stories there are, and how many have more than one item."""
        [row] = self._db.query(
            "select count(*) as stories, coalesce(sum(items > 1), 0) as shared,"
            " coalesce(sum(sides like '%,%'), 0) as cross_border from stories"
        )
        return row

    def _stories(self, which: str, values: dict[str, str]) -> list[Story]:
        found = list(
            self._db.query(
                "select items.*, assignments.* from assignments join items"
                " on items.id = assignments.item where items.published < :end"
                f" and items.seen < :end and assignments.story in ({which})"
                " order by assignments.story, items.published, items.id",
                values,
            )
        )
        ids = [row["item"] for row in found]
        translations = self._translations(ids)
        return [
            Story(story, tuple(_member(row, translations) for row in members))
            for story, members in groupby(found, key=itemgetter("story"))
        ]

    def _translations(self, ids: list[str]) -> dict[str, dict[Language, Translation]]:
        """Item -> language -> the newest translation of its present headline."""
        found: dict[str, dict[Language, Translation]] = {}
        for row in self._translation_rows(ids):
            made = rows.translation(row)
            found.setdefault(made.item, {})[made.language] = made
        return found

    def _translation_rows(self, ids: list[str]) -> Iterator[rows.Row]:
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            yield from self._db.query(
                "select translations.* from translations"
                " join items on items.id = translations.item"
                f" where item in ({marks}) and made >= {rows.RETITLED}"
                " order by made, translations.rowid",
                chunk,
            )


_FOREVER = "9999"
_CHUNK = 500  # below SQLite's oldest limit of 999 variables in a statement

_NEWEST = (
    "(select {column} from translations where translations.item = items.id"
    f" and translations.language = 'en' and made >= {rows.RETITLED}"
    " order by made desc, rowid desc limit 1)"
)
_ENGLISH = (
    f"{_NEWEST.format(column='title')} as english_title,"
    f" {_NEWEST.format(column='summary')} as english_summary,"
    f" {_NEWEST.format(column='warnings')} as doubts"
)


def _reading(row: rows.Row) -> Reading:
    item: Item = rows.item(row)
    if item.language == "en":
        return Reading(item, item.title, item.summary)
    title, summary = row["english_title"] or "", row["english_summary"] or ""
    return Reading(item, title, summary, tuple(json.loads(row["doubts"] or "[]")))


def _member(
    row: rows.Row, translations: dict[str, dict[Language, Translation]]
) -> Member:
    return Member(rows.item(row), rows.assignment(row), translations.get(row["id"], {}))
