"""
The tables, continued: what waits for a step, so that no tick looks through a week.

The order of the migrations is that of the modules, this one after
``schema_operate.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_operate import migrations

__all__ = ["migrations"]

_TO = "iif({0}language = 'en', 'es', 'en')"
"""The language that an item is not written in."""


@migrations()
def queue_unassigned(db: Database) -> None:
    """Items without a story: exactly those, by triggers.

    None has a conflict clause: that of the statement which sets a trigger off would
    take its place.
    """
    db.execute(
        "create table items_unassigned (item text primary key not null)"
        " strict, without rowid"
    )
    db.execute(
        "insert into items_unassigned select id from items where not exists"
        " (select 1 from assignments where item = items.id)"
    )
    gone = "delete from items_unassigned where item ="
    for name, event, act in (
        (
            *("items_insert", "insert on items"),
            (
                "insert into items_unassigned select new.id where not exists"
                " (select 1 from assignments where item = new.id) and not exists"
                " (select 1 from items_unassigned where item = new.id);"
            ),
        ),
        ("items_delete", "delete on items", f"{gone} old.id;"),
        ("assignments_insert", "insert on assignments", f"{gone} new.item;"),
        (
            *("assignments_delete", "delete on assignments"),
            (
                "insert into items_unassigned select id from items"
                " where id = old.item and not exists"
                " (select 1 from items_unassigned where item = old.item);"
            ),
        ),
    ):
        db.execute(f"create trigger unassigned_{name} after {event} begin {act} end")


@migrations()
def queue_untranslated(db: Database) -> None:
    """Items of which the whole was not translated since their last headline.

    At least those, by triggers: whoever asks looks again at each. ``seen`` is the
    item's, which never changes.
    """
    db.execute(
        "create table items_untranslated (item text primary key not null,"
        " language text not null, seen text not null) strict, without rowid"
    )
    db.execute(
        f"insert into items_untranslated select id, {_TO.format('')}, seen from items"
        " where not exists (select 1 from translations where item = items.id"
        f" and language = {_TO.format('items.')} and summary is not null and made >="
        " coalesce((select max(until) from revisions where item = items.id), ''))"
    )
    db.execute(
        "create index items_untranslated_seen on items_untranslated (language, seen)"
    )
    gone = "delete from items_untranslated where item ="
    again = (
        f"insert into items_untranslated select id, {_TO.format('')}, seen from items"
        " where id = {0} and not exists"
        " (select 1 from items_untranslated where item = {0});"
    )
    for name, event, act in (
        ("items_insert", "insert on items", again.format("new.id")),
        ("items_update", "update of title on items", again.format("new.id")),
        ("items_delete", "delete on items", f"{gone} old.id;"),
        ("revisions_insert", "insert on revisions", again.format("new.item")),
        (
            *("translations_insert", "insert on translations"),
            (
                f"{gone} new.item and language = new.language"
                " and new.summary is not null and new.made >="
                " coalesce((select max(until) from revisions"
                " where revisions.item = new.item), '');"
            ),
        ),
        (
            *("translations_delete", "delete on translations"),
            again.format("old.item"),
        ),
    ):
        db.execute(f"create trigger untranslated_{name} after {event} begin {act} end")
