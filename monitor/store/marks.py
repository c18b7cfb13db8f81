"""
What the finder found in items, so that no text is searched twice.

A mark is valid if it is of the version asked for: triggers remove those of items whose
texts have changed.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlite_utils import Database

from monitor.coverage.marks import Marks, Tally, Text
from monitor.store import rows, whole
from monitor.store.errors import guarded


class MarksOfItems:
    """The themes and watch-lists of each item that was searched for them."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def get(self, items: Iterable[str], version: str) -> dict[str, Marks]:
        """Item -> its marks, where it has any of this version."""
        found = self._db.execute(
            "select item, themes, watchlists from json_each(:items)"
            " join marks on item = value where version = :version",
            {"items": json.dumps(list(items)), "version": version},
        )
        names = cache(_names)
        return {item: Marks(names(t), names(w)) for item, t, w in found}

    @guarded
    def unmarked(self, since: datetime, version: str, most: int) -> list[str]:
        """Items published since then without marks of this version, the newest first.

        At most so many.
        """
        found = self._db.execute(
            f"select id from items where published >= :since and {_UNMARKED}"
            " order by published desc, id limit :most",
            {"since": rows.to_text(since), "version": version, "most": most},
        )
        return [row[0] for row in found]

    @guarded
    def texts(self, items: Iterable[str]) -> list[Text]:
        """All that is read of these items, by id."""
        which = "select value from json_each(:named)"
        return whole.texts(self._db, which, {"named": json.dumps(list(items))})

    @guarded
    def tallies(self, since: datetime, themes_version: str) -> list[Tally]:
        """How many items of which themes each story has.

        Of the stories with an item published since then, by all of their items. Whoever
        adds a watch-list leaves the themes of all marks as they are. No text is read:
        250,000 items take 4 s.
        """
        found = self._db.execute(
            "select story, copy_of is not null as copied, themes,"
            " iif(themes is null, assignments.item, null) as unmarked, count(*)"
            f" {_MEMBERS} group by story, copied, themes, unmarked"
            " order by story, copied, themes, unmarked",
            {"since": rows.to_text(since), "version": themes_version},
        )
        names = cache(_names)
        return [
            Tally(story, bool(copied), names(themes or "[]"), items, unmarked)
            for story, copied, themes, unmarked, items in found
        ]

    @guarded
    def add(
        self, marks: Mapping[str, Marks], version: str, themes_version: str
    ) -> None:
        """Keep marks by item, in place of what was kept of these items."""
        versions = (version, themes_version)
        self._db.conn.executemany(
            "insert or replace into marks"
            " (item, version, themes_version, themes, watchlists)"
            " values (?, ?, ?, ?, ?)",
            [
                (item, *versions, _text(found.themes), _text(found.watchlists))
                for item, found in marks.items()
            ],
        )


_UNMARKED = (
    "not exists (select 1 from marks where marks.item = items.id"
    " and marks.version = :version)"
)
_MEMBERS = (
    # In this order: left to itself, SQLite looks through all stories first.
    "from (select distinct a.story as id from items cross join assignments as a"
    " on a.item = items.id where items.published >= :since) as stories"
    " cross join assignments on assignments.story = stories.id"
    " left join marks on marks.item = assignments.item"
    " and marks.themes_version = :version"
)


def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _text(names: Iterable[Any]) -> str:
    return json.dumps(list(names))
