"""Items as the clusterer reads them: the original beside its newest English."""

import json

from monitor.model import Item, Reading
from monitor.store import rows

_NEWEST = (
    "(select {column} from translations where translations.item = items.id"
    f" and translations.language = 'en' and made >= {rows.RETITLED}"
    " order by made desc, rowid desc limit 1)"
)
ENGLISH = (
    f"{_NEWEST.format(column='title')} as english_title,"
    f" {_NEWEST.format(column='summary')} as english_summary,"
    f" {_NEWEST.format(column='warnings')} as doubts"
)
"""Columns: the newest English of an item's present headline, null without one."""
_DECIDED = ("title", "summary", "english_title", "english_summary", "doubts")
DECIDED = (
    "decided_texts.item is not null as is_decided, "
    + ", ".join(f"decided_texts.{name} as decided_{name}" for name in _DECIDED)
    + f", {ENGLISH}"
)
"""Columns for ``decided``."""


def reading(row: rows.Row) -> Reading:
    """An item of ``items`` with the columns of ``ENGLISH`` beside it."""
    item: Item = rows.item(row)
    if item.language == "en":
        return Reading(item, item.title, item.summary)
    title, summary = row["english_title"] or "", row["english_summary"] or ""
    return Reading(item, title, summary, tuple(json.loads(row["doubts"] or "[]")))


def decided(row: rows.Row) -> Reading:
    """An item with the columns of ``DECIDED``, as it read when it got its story."""
    if row["is_decided"]:
        row = row | {name: row[f"decided_{name}"] for name in _DECIDED}
    return reading(row)
