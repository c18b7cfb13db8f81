"""The log of changes of stories, and where the ids of those that ended lead."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlite_utils import Database

from monitor.change import Change, LoggedChange
from monitor.store import rows


class Mark(NamedTuple):
    """The newest of what decides which item is in which story."""

    assignment: int | None
    change: int | None
    correction: int | None
    undone: int | None
    renewal: int | None
    """When items that have a story were last read by what they say now."""


def mark(db: Database) -> Mark:
    """What changes whenever any decision on stories is kept."""
    [found] = db.execute(
        "select (select max(seq) from assignments), (select max(id) from changes),"
        " (select max(id) from corrections), (select sum(undone) from corrections),"
        " (select max(id) from renewals)"
    )
    return Mark(*found)


def add(db: Database, change: Change, at: datetime, undoes: int | None) -> int:
    """Write a change and its moves down; returns its id."""
    row = rows.change_row(change, at) | {"undoes": undoes}
    made = db.table("changes").insert(row).last_pk
    assert isinstance(made, int)
    db.table("moves").insert_all(rows.move_rows(change, made))
    return made


def found(db: Database, which: str, values: dict[str, object]) -> list[LoggedChange]:
    """The changes whose ids a query gives, in their order."""
    made = db.query(f"select * from changes where id in ({which}) order by id", values)
    moves = db.query(
        f"select * from moves where change in ({which}) order by change, position",
        values,
    )
    by_change = {
        change: list(those) for change, those in groupby(moves, itemgetter("change"))
    }
    undone = _undone(db)
    return [
        rows.change(row, by_change.get(row["id"], ()), row["id"] in undone)
        for row in made
    ]


def _undone(db: Database) -> set[int]:
    """The changes that were taken back by one that was not taken back itself."""
    undone: set[int] = set()
    # The newest first: whatever takes a change back comes after it.
    for change, undoes in db.execute(
        "select id, undoes from changes where undoes is not null order by id desc"
    ):
        if change not in undone:
            undone.add(undoes)
    return undone


def redirect(db: Database, leads: Mapping[str, str]) -> None:
    """Let ids of stories that ended lead to others."""
    db.conn.executemany(
        "insert or replace into redirects (story, target) values (?, ?)", leads.items()
    )


def revive(db: Database, stories: Iterable[str]) -> None:
    """Let the ids of stories that have items again lead nowhere else."""
    db.execute(
        "delete from redirects where story in (select value from json_each(?))",
        [json.dumps(list(stories))],
    )


def resolve(db: Database, story: str) -> str:
    """Where an id leads in the end: itself unless it is redirected.

    Redirects form no circle: each leads, when it is made, to a story with items, and
    such a story is not redirected.
    """
    while found := db.execute(
        "select target from redirects where story = ?", [story]
    ).fetchone():
        [story] = found
    return story
