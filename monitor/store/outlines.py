"""
What lists show of stories: one row a story, and which of them are due to be made anew.

Lists are narrowed down and put in order by indexes that hold all columns it takes, so
that only the rows shown are read.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from monitor.model import LANGUAGES, SIDES, Country, Language
from monitor.outline import (
    EVERYTHING,
    Count,
    DayStories,
    Headline,
    Order,
    Outline,
    Page,
    Selection,
    SideOutline,
)
from monitor.store import rows
from monitor.store.errors import guarded
from monitor.store.selections import (
    COUNTED,
    IN,
    STORY_LINKS,
    counted,
    of_stories,
    stretch,
)

_ITEMS_OF = (
    "assignments join items on items.id = item"
    " where story in (select value from json_each(:named))"
)


class Outlines:
    """One outline a story."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    # --- keeping them ----------------------------------------------------------------

    @guarded
    def due(self, version: str, most: int) -> list[str]:
        """Stories whose outline must be made, at most so many.

        Those that were changed come first, the last change before the others; then
        those of another version, the newest first.
        """
        changed = self._db.execute(
            "select story from outline_dues order by id desc limit ?", [most]
        )
        found = [row[0] for row in changed]
        stale = self._db.execute(
            "select story, last_seen from outlines where version < :version"
            " union all"
            " select story, last_seen from outlines where version > :version"
            " order by last_seen desc limit :most",
            {"version": version, "most": most - len(found)},
        )
        return list(dict.fromkeys((*found, *(row[0] for row in stale))))

    @guarded
    def put(
        self, stories: Iterable[str], made: Iterable[Outline], version: str
    ) -> None:
        """Keep what was made of these stories, which are due no more.

        Of those among them that have no outline, none is kept: they have no items.
        """
        asked, found = list(stories), list(made)
        empty = set(asked) - {outline.story for outline in found}
        with self._db.atomic():
            self._forget_links(asked)
            self._db.conn.executemany(_UPSERT, [_row(each, version) for each in found])
            self._link(found)
            named = "story in (select value from json_each(?))"
            self._db.execute(
                f"delete from outlines where {named}", [json.dumps(sorted(empty))]
            )
            self._db.execute(
                f"delete from outline_dues where {named}", [json.dumps(asked)]
            )

    def _forget_links(self, stories: list[str]) -> None:
        for table in (*(table for table, _ in STORY_LINKS), "outline_hours"):
            self._db.execute(
                f"delete from {table} where story in (select id from outlines"
                " where story in (select value from json_each(?)))",
                [json.dumps(stories)],
            )

    def _link(self, outlines: list[Outline]) -> None:
        for table, column in STORY_LINKS:
            self._db.conn.executemany(
                f"insert or ignore into {table} ({column}, story)"
                " select ?, id from outlines where story = ?",
                [(name, o.story) for o in outlines for name in _links(o, column)],
            )
        self._db.execute(
            "insert or ignore into outline_hours (hour, story)"
            " select substr(moment, 1, 13), id from (select story, published as moment"
            f" from {_ITEMS_OF} union all select story, seen from {_ITEMS_OF})"
            " join outlines using (story)",
            {"named": json.dumps([outline.story for outline in outlines])},
        )

    # --- lists of them ---------------------------------------------------------------

    @guarded
    def some(self, stories: Iterable[str]) -> dict[str, Outline]:
        """Story -> its outline, for those that have one."""
        found = self._db.query(
            "select outlines.* from json_each(?) cross join outlines on story = value",
            [json.dumps(list(stories))],
        )
        return {row["story"]: _outline(row) for row in found}

    @guarded
    def headlines(self, stories: Iterable[str]) -> dict[str, dict[Language, str]]:
        """Story -> its first headline in each language that it has one in.

        Of those of these stories whose outline is not due to be made anew.
        """
        found = self._db.execute(
            "select story, headline_en, headline_es from json_each(?)"
            " cross join outlines on story = value"
            " where story not in (select story from outline_dues)",
            [json.dumps(list(stories))],
        )
        return {
            story: {
                language: text
                for language, text in zip(LANGUAGES, texts, strict=True)
                if text
            }
            for story, *texts in found
        }

    @guarded
    def followed(self, stories: Iterable[str]) -> list[str]:
        """Those of these stories that match any watch-list, in no order."""
        found = self._db.execute(
            "select distinct story from json_each(:named)"
            " join outline_watchlists on story = value",
            {"named": json.dumps(list(stories))},
        )
        return [story for (story,) in found]

    @guarded
    def page(
        self,
        selection: Selection = EVERYTHING,
        order: Order = "newest",
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Outline]:
        """The stories that follow ``after``, at most so many; the first ones with None.

        ``after`` is what the page before says. Raises ConfigError if no page of this
        order has said it.
        """
        chosen = of_stories(self._db, selection, order)
        found, more = stretch(self._db, chosen, order, after, limit)
        outlines = self.some(found)
        return Page(tuple(outlines[s] for s in found if s in outlines), more)

    @guarded
    def count(self, selection: Selection = EVERYTHING, most: int = COUNTED) -> Count:
        """How many stories there are, counted up to ``most``."""
        return counted(self._db, of_stories(self._db, selection), most)

    @guarded
    def on_day(self, start: datetime, end: datetime) -> DayStories:
        """Stories with an item published or first seen in [start, end).

        By whole hours of UTC, as days begin in either country. Sides are those of the
        whole story, as it is now.
        """
        found = self._db.execute(
            "select story, us_items > 0, mx_items > 0 from outlines where id in"
            " (select story from outline_hours where hour >= :start and hour < :end)"
            " order by items desc, story",
            {"start": rows.to_text(start)[:13], "end": rows.to_text(end)[:13]},
        ).fetchall()
        both = tuple(story for story, us, mx in found if us and mx)
        us_only = tuple(story for story, us, mx in found if us and not mx)
        mx_only = tuple(story for story, us, mx in found if mx and not us)
        return DayStories(both, {"US": us_only, "MX": mx_only})


# --- rows ----------------------------------------------------------------------------


def _row(outline: Outline, version: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: getattr(outline, name)
        for name in (
            *("story", "leader", "no_leader", "lag_minutes", "lag_certainty"),
            *("items", "texts"),
        )
    }
    for name in ("first_seen", "last_seen", "seen"):
        row[name] = rows.to_text(getattr(outline, name))
    for language in LANGUAGES:
        told = outline.headlines.get(language)
        row[f"headline_{language}"] = told.text if told else None
        row[f"headline_{language}_is_translated"] = (
            int(told.is_translation) if told else None
        )
        row[IN[language]] = int(language in outline.languages)
    for side in SIDES:
        covered, name = outline.sides[side], side.lower()
        row[f"{name}_items"] = covered.items
        row[f"{name}_owners"] = covered.owners
        row[f"{name}_texts"] = covered.texts
        row[f"{name}_outlets"] = _list(covered.outlets)
    row["themes"], row["watchlists"] = _list(outline.themes), _list(outline.watchlists)
    return row | {"version": version}


def _outline(row: dict[str, Any]) -> Outline:
    return Outline(
        story=row["story"],
        headlines={
            language: Headline(text, bool(row[f"headline_{language}_is_translated"]))
            for language in LANGUAGES
            if (text := row[f"headline_{language}"]) is not None
        },
        first_seen=datetime.fromisoformat(row["first_seen"]),
        last_seen=datetime.fromisoformat(row["last_seen"]),
        seen=datetime.fromisoformat(row["seen"]),
        leader=row["leader"],
        no_leader=row["no_leader"],
        lag_minutes=row["lag_minutes"],
        lag_certainty=row["lag_certainty"],
        texts=row["texts"],
        sides={side: _side(row, side) for side in SIDES},
        languages=tuple(language for language in LANGUAGES if row[IN[language]]),
        themes=tuple(json.loads(row["themes"])),
        watchlists=tuple(json.loads(row["watchlists"])),
    )


def _side(row: dict[str, Any], side: Country) -> SideOutline:
    name = side.lower()
    return SideOutline(
        row[f"{name}_items"],
        tuple(json.loads(row[f"{name}_outlets"])),
        row[f"{name}_owners"],
        row[f"{name}_texts"],
    )


def _list(names: Iterable[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def _links(outline: Outline, column: str) -> Iterable[str]:
    match column:
        case "outlet":
            return (name for side in outline.sides.values() for name in side.outlets)
        case "theme":
            return outline.themes
    return outline.watchlists


_COLUMNS = (
    *("story", "headline_en", "headline_en_is_translated"),
    *("headline_es", "headline_es_is_translated", "first_seen", "last_seen", "seen"),
    *("leader", "no_leader", "lag_minutes", "lag_certainty", "items", "texts"),
    *("us_items", "us_owners", "us_texts", "us_outlets"),
    *("mx_items", "mx_owners", "mx_texts", "mx_outlets"),
    *("in_english", "in_spanish", "themes", "watchlists", "version"),
)
_UPSERT = (
    f"insert into outlines ({', '.join(_COLUMNS)})"
    f" values ({', '.join(f':{name}' for name in _COLUMNS)}) on conflict (story)"
    f" do update set {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS[1:])}"
)
