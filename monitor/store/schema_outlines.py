"""
The tables, continued: one row a story of what lists show of it.

The order of the migrations is that of the modules, this one after
``schema_coverage.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_coverage import migrations

__all__ = ["migrations"]

_NARROWING = (
    "first_seen, last_seen, us_items, mx_items, in_english, in_spanish, leader,"
    " lag_certainty, id"
)
"""Columns by which stories are narrowed down; an index that has them all is read
without the rows, which are ten times as wide."""


@migrations()
def outline_stories(db: Database) -> None:
    """What lists show of each story, and which stories are due to be looked at anew.

    An outline is of a ``version`` of all that it is made by, beside its items. What the
    items, their translations, marks and stories change is put into the queue by
    triggers, so that no step has to think of it. The later a due, the higher its id;
    those of an existing database are queued in the order of its decisions.
    ``outline_hours`` has the hours, in UTC, in which an item of the story was published
    or first seen.
    """
    db.execute(
        "create table outlines (id integer primary key, story text not null unique,"
        " headline_en text, headline_en_is_translated integer,"
        " headline_es text, headline_es_is_translated integer,"
        " first_seen text not null, last_seen text not null, seen text not null,"
        " leader text, no_leader text, lag_minutes integer, lag_certainty text,"
        " items integer not null, texts integer not null,"
        " us_items integer not null, us_owners integer not null,"
        " us_texts integer not null, us_outlets text not null,"
        " mx_items integer not null, mx_owners integer not null,"
        " mx_texts integer not null, mx_outlets text not null,"
        " in_english integer not null, in_spanish integer not null,"
        " themes text not null, watchlists text not null, version text not null)"
        " strict"
    )
    for name, key in (
        *(("newest", "last_seen"), ("first", "first_seen"), ("largest", "items")),
        ("lag", "lag_minutes"),
    ):
        db.execute(
            f"create index outlines_{name} on outlines ({key}, story, {_NARROWING})"
        )
    db.execute("create index outlines_version on outlines (version, last_seen)")
    for table, column in (
        *(("outline_outlets", "outlet"), ("outline_themes", "theme")),
        *(("outline_watchlists", "watchlist"), ("outline_hours", "hour")),
    ):
        db.execute(
            f"create table {table} ({column} text not null, story integer not null"
            f" references outlines (id), primary key ({column}, story))"
            " strict, without rowid"
        )
        db.execute(f"create index {table}_story on {table} (story)")
    db.execute(
        "create table outline_dues (id integer primary key,"
        " story text not null unique) strict"
    )
    _queue_what_changes(db)
    db.execute(
        "insert into outline_dues (story) select story from assignments"
        " group by story order by max(seq)"
    )


def _queue_what_changes(db: Database) -> None:
    """Triggers: whatever an outline is made of, its story becomes due."""
    due = "insert or replace into outline_dues (story)"
    of_item = f"{due} select story from assignments where item ="
    read = (
        "outlet, country, language, title, summary, published, date_source, seen,"
        " url, feed, id"
    )
    triggers = {
        "assignments_insert": (
            "insert on assignments",
            f"{due} values (new.story);",
        ),
        "assignments_update": (
            "update of item, story, copy_of on assignments",
            f"{due} values (old.story); {due} values (new.story);",
        ),
        "assignments_delete": (
            "delete on assignments",
            f"{due} values (old.story);",
        ),
        "items_update": (f"update of {read} on items", f"{of_item} old.id;"),
        "items_delete": ("delete on items", f"{of_item} old.id;"),
    }
    for table in ("translations", "marks"):
        for what, of in (("insert", "new"), ("update", "new"), ("delete", "old")):
            act = f"{of_item} {of}.item;"
            triggers[f"{table}_{what}"] = f"{what} on {table}", act
    for name, (event, act) in triggers.items():
        db.execute(f"create trigger outlines_{name} after {event} begin {act} end")


@migrations()
def list_items(db: Database) -> None:
    """Items by outlet, theme and watch-list, each by time.

    The themes and watch-lists are those of ``marks``, one row each; triggers keep them
    the same. Whoever dates an item anew removes its marks, as new words do.
    """
    db.execute("create index items_outlet on items (outlet, published, country)")
    db.execute(
        "create trigger marks_redated before update of published on items"
        " when old.published <> new.published"
        " begin delete from marks where item = old.id; end"
    )
    for column in ("theme", "watchlist"):
        table = f"item_{column}s"
        db.execute(
            f"create table {table} ({column} text not null, published text not null,"
            f" item text not null references items (id),"
            f" primary key ({column}, published, item)) strict, without rowid"
        )
        of_new = (
            f"insert or ignore into {table} ({column}, published, item)"
            f" select value, published, new.item from json_each(new.{column}s)"
            " join items on items.id = new.item"
        )
        of_old = (
            f"delete from {table} where {column} in (select value from marks,"
            f" json_each(marks.{column}s) where marks.item = {{of}}.item)"
            " and published = (select published from items where id = {of}.item)"
            " and item = {of}.item"
        )
        for event, of in (("insert", "new"), ("update", "old"), ("delete", "old")):
            db.execute(
                f"create trigger {table}_before_{event} before {event} on marks"
                f" begin {of_old.format(of=of)}; end"
            )
        for event in ("insert", "update"):
            db.execute(
                f"create trigger {table}_after_{event} after {event} on marks"
                f" begin {of_new}; end"
            )
        db.execute(
            f"insert into {table} select value, published, item from marks"
            f" join items on items.id = item join json_each(marks.{column}s)"
        )
