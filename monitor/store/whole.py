"""
Whole stories: their items, why they are there, and their translations.

An edition reads tens of thousands of items, so rows are taken by position: as
dictionaries, and with each JSON text read by ``json.loads``, they take twice the time.
"""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from monitor.model import Assignment, Item, Language, Member, Story, Translation, Why
from monitor.store import rows

_CHUNK = 500  # below SQLite's oldest limit of 999 variables in a statement
_ITEM_COLUMNS = list(Item.__dataclass_fields__)
_ITEM = ", ".join(f"items.{name}" for name in _ITEM_COLUMNS)
_ITEM_WIDTH = len(_ITEM_COLUMNS)
_PUBLISHED, _SEEN, _RECURRING = map(
    _ITEM_COLUMNS.index, ("published", "seen", "recurring")
)
_ASSIGNMENT = (
    "story, score, parts, shared, nearest, copy_of, runner_up, runner_up_score"
)
_UNEXPLAINED = "story, score, null, null, null, copy_of, null, null"
_TRANSLATION = ", ".join(
    f"translations.{name}" for name in Translation.__dataclass_fields__
)
_NO_REASONS = Why({})
_STORY = itemgetter(_ITEM_WIDTH)
_Row = tuple[Any, ...]
_decode = json.JSONDecoder().raw_decode


def stories(
    db: Database,
    which: str,
    values: Mapping[str, str],
    *,
    is_translated: bool = True,
    is_explained: bool = True,
) -> list[Story]:
    """The stories whose ids a query gives, by id; items from ``:end`` on left out.

    Without translations, or without the reasons of assignments, where told so.
    """
    columns = _ASSIGNMENT if is_explained else _UNEXPLAINED
    with nothing_collected():
        found = db.execute(
            f"select {_ITEM}, {columns} from assignments join items"
            " on items.id = assignments.item where items.published < :end"
            f" and items.seen < :end and assignments.story in ({which})"
            " order by assignments.story, items.published, items.id",
            dict(values),
        ).fetchall()
        made = _translations(db, [row[0] for row in found]) if is_translated else {}
        return [
            Story(story, tuple(_member(row, made.get(row[0], {})) for row in members))
            for story, members in groupby(found, key=_STORY)
        ]


def texts(
    db: Database, which: str, values: Mapping[str, Any]
) -> list[tuple[Item, Mapping[Language, Translation]]]:
    """The items whose ids a query gives, and their translations, by id."""
    found = db.execute(
        f"select {_ITEM} from items where id in ({which}) order by id", dict(values)
    ).fetchall()
    made = _translations(db, [row[0] for row in found])
    return [(_item(row), made.get(row[0], {})) for row in found]


def _translations(
    db: Database, ids: list[str]
) -> dict[str, dict[Language, Translation]]:
    """Item -> language -> the newest translation of its present headline."""
    found: dict[str, dict[Language, Translation]] = {}
    for *texts, warnings in _translation_rows(db, ids):
        made = Translation(*[*texts, tuple(_decode(warnings)[0])])
        found.setdefault(made.item, {})[made.language] = made
    return found


def _translation_rows(db: Database, ids: list[str]) -> Iterator[_Row]:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from db.execute(
            f"select {_TRANSLATION} from translations"
            " join items on items.id = translations.item"
            f" where item in ({marks}) and made >= {rows.RETITLED}"
            " order by made, translations.rowid",
            chunk,
        )


def _item(row: _Row) -> Item:
    values = list(row[:_ITEM_WIDTH])
    values[_PUBLISHED] = datetime.fromisoformat(values[_PUBLISHED])
    values[_SEEN] = datetime.fromisoformat(values[_SEEN])
    values[_RECURRING] = bool(values[_RECURRING])
    return Item(*values)


def _member(row: _Row, translations: Mapping[Language, Translation]) -> Member:
    item = _item(row)
    story, score, parts, shared, nearest, copy_of, runner_up, chance = row[_ITEM_WIDTH:]
    why = _NO_REASONS
    if parts is not None:
        texts = tuple(_decode(shared)[0])
        why = Why(_decode(parts)[0], texts, nearest, runner_up, chance)
    return Member(item, Assignment(item.id, story, score, why, copy_of), translations)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Nothing made here is garbage, and to look through all of it again and again for
    some takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
