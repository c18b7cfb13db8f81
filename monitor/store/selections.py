"""
A Selection in SQL: which stories, by their outlines, and which items it leaves; and a
stretch of either.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlite_utils import Database

from monitor.comparison import LagCertainty
from monitor.model import DateSource, Language
from monitor.outline import Count, Order, Selection, Told
from monitor.store import cursors, rows
from monitor.store.cursors import Cursor

COUNTED = 10_000
"""How far rows are counted."""
IN: Mapping[Language, str] = {"en": "in_english", "es": "in_spanish"}
"""The column of ``outlines`` that says whether a story has items in a language."""
STORY_LINKS = (
    ("outline_outlets", "outlet"),
    ("outline_themes", "theme"),
    ("outline_watchlists", "watchlist"),
)
"""Tables that lead from a name to the outlines of stories, and their column of names."""
ITEM_LINKS = (("item_themes", "theme"), ("item_watchlists", "watchlist"))
"""The same of items; these have ``published``, too."""

_COMMON = 4_000
"""A name with so many stories is looked for in each story on the way to a page, one
with fewer leads to its stories, which are then put in order. Of 50,000 stories the
former takes 3 ms a page, the latter 10 ms at most."""
_KEYS: Mapping[Order, str] = {
    "newest": "last_seen",
    "first": "first_seen",
    "largest": "items",
    "lag": "lag_minutes",
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "items": (int,),
    "lag_minutes": (int, type(None)),
}
"""Of the keys that are no times."""
_TOLD: Mapping[Told, str] = {
    "US": "us_items > 0",
    "MX": "mx_items > 0",
    "both": "us_items > 0 and mx_items > 0",
    "only-US": "us_items > 0 and mx_items = 0",
    "only-MX": "mx_items > 0 and us_items = 0",
}
_DATED: Mapping[LagCertainty, DateSource] = {
    "feed": "feed",
    "default-zone": "default-zone",
    "poll-bounded": "fetched",
}


class Chosen(NamedTuple):
    """What is read and which rows of it are wanted, in what order."""

    tables: str
    tests: str
    values: dict[str, Any]
    key: str
    """The column they are ordered by, the greatest first; then comes their id."""
    id: str


def of_stories(
    db: Database, selection: Selection, order: Order | None = None
) -> Chosen:
    """The rows of ``outlines`` that a selection leaves; with None, to be counted."""
    values = _values(selection)
    tests = list(_held(values, "last_seen >= :start", "first_seen < :end"))
    tests += _held(values, "lag_certainty = :certainty", "leader = :leader")
    if selection.side is not None:
        tests.append(_TOLD[selection.side])
    if selection.language is not None:
        tests.append(f"{IN[selection.language]} = 1")
    for table, column in STORY_LINKS:
        if column in values:
            is_sought = order and _is_common(db, table, column, values[column])
            tests.append((_SOUGHT if is_sought else _LED).format(table, column))
    return Chosen("outlines", _all(tests), values, _KEYS[order or "newest"], "story")


_LED = "id in (select story from {0} where {1} = :{1})"
_SOUGHT = "exists (select 1 from {0} where {1} = :{1} and {0}.story = outlines.id)"


def _is_common(db: Database, table: str, column: str, name: str) -> bool:
    named = f"select 1 from {table} where {column} = ? limit {_COMMON}"
    [(found,)] = db.execute(f"select count(*) from ({named})", [name])
    return bool(found == _COMMON)


def of_items(selection: Selection) -> Chosen:
    """The rows of ``items`` that a selection leaves, by ``published``.

    Where a theme or a watch-list is asked for, its own items are gone through and not
    all of them.
    """
    values = _values(selection)
    tables, published, item, tests = "items", "items.published", "items.id", []
    leading = next((link for link in ITEM_LINKS if link[1] in values), None)
    if leading:
        table, column = leading
        # In this order: left to itself, SQLite may look through all items first.
        tables = f"{table} cross join items on items.id = {table}.item"
        published, item = f"{table}.published", f"{table}.item"
        tests.append(f"{table}.{column} = :{column}")
    tests += (_is_found(*link) for link in ITEM_LINKS if link[1] in values)
    tests += _held(values, f"{published} >= :start", f"{published} < :end")
    tests += _held(values, "items.outlet = :outlet", "items.language = :language")
    tests += _held(values, "items.date_source = :date_source")
    tests += _of_told(selection)
    return Chosen(tables, _all(tests), values, published, item)


def _is_found(table: str, column: str) -> str:
    return (
        f"exists (select 1 from {table} as found where found.{column} = :{column}"
        " and found.published = items.published and found.item = items.id)"
    )


def _of_told(selection: Selection) -> Iterator[str]:
    """Items of one country are told by themselves, all else by their stories."""
    side, tests = selection.side, []
    if side in ("US", "MX"):
        yield f"items.country = '{side}'"
    elif side is not None:
        tests.append(_TOLD[side])
    if selection.leader is not None:
        tests.append("leader = :leader")
    if tests:
        yield (
            "exists (select 1 from assignments join outlines"
            " on outlines.story = assignments.story"
            f" where assignments.item = items.id and {_all(tests)})"
        )


def _values(selection: Selection) -> dict[str, Any]:
    """What is asked for, by name."""
    certainty = selection.certainty
    values = {
        "start": selection.start and rows.to_text(selection.start),
        "end": selection.end and rows.to_text(selection.end),
        "language": selection.language,
        "outlet": selection.outlet,
        "theme": selection.theme,
        "certainty": certainty,
        "date_source": certainty and _DATED[certainty],
        "leader": selection.leader,
        "watchlist": selection.watchlist,
    }
    return {name: value for name, value in values.items() if value is not None}


def _held(values: Mapping[str, Any], *tests: str) -> Iterator[str]:
    """The tests whose value is asked for."""
    for test in tests:
        if test.rpartition(":")[2].rstrip(")") in values:
            yield test


def _all(tests: list[str]) -> str:
    return " and ".join(tests) or "true"


# --- a stretch of them ---------------------------------------------------------------


def stretch(
    db: Database, chosen: Chosen, order: str, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """The ids that follow ``after``, at most so many, and where the next ones begin.

    Raises ConfigError if ``after`` is of no list in this order.
    """
    key, row, values = chosen.key, chosen.id, dict(chosen.values)
    tests = chosen.tests
    if after is not None:
        cursor = cursors.read(order, after, _KINDS.get(key, (str,)))
        tests += f" and {_beyond(chosen, cursor)}"
        values |= {"key": cursor.key, "last": cursor.id}
    found = db.execute(
        f"select {row}, {key} from {chosen.tables} where {tests}"
        f" order by {key} desc, {row} desc limit :limit",
        values | {"limit": limit + 1},
    ).fetchall()
    ids = [shown for shown, _ in found[:limit]]
    if len(found) <= limit:
        return ids, None
    last, value = found[limit - 1]
    return ids, cursors.write(order, Cursor(value, last))


def _beyond(chosen: Chosen, cursor: Cursor) -> str:
    """That a row follows the last one of a page; those without a key are the last."""
    key, row = chosen.key, chosen.id
    if cursor.key is None:
        return f"{key} is null and {row} < :last"
    following = f"({key}, {row}) < (:key, :last)"
    is_total = type(None) not in _KINDS.get(key, ())
    return following if is_total else f"({following} or {key} is null)"


def counted(db: Database, chosen: Chosen, most: int) -> Count:
    """How many rows there are, counted up to ``most``."""
    [(found,)] = db.execute(
        "select count(*) from (select 1"
        f" from {chosen.tables} where {chosen.tests} limit :limit)",
        chosen.values | {"limit": most + 1},
    )
    return Count(min(found, most), found > most)
