"""
The tables, continued: the words by which an item got its story.

The order of the migrations is that of the modules, this one after
``schema_waiting.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_waiting import migrations

__all__ = ["migrations"]


@migrations()
def keep_decided_texts(db: Database) -> None:
    """What an item with a story said before it first said something else, by triggers.

    No headline changes without a revision, which is kept before it does.
    ``renewals`` has a row for each time that all of it was let go. No trigger has a
    conflict clause: that of the statement which sets it off would take its place.
    """
    db.execute(
        "create table decided_texts (item text primary key not null,"
        " title text not null, summary text not null, english_title text,"
        " english_summary text, doubts text) strict, without rowid"
    )
    db.execute(
        "create table renewals (id integer primary key, at text not null) strict"
    )
    keep = (
        "insert into decided_texts select items.id, items.title, items.summary,"
        " english.title, english.summary, english.warnings from items"
        " left join translations as english on english.rowid ="
        " (select rowid from translations where item = items.id and language = 'en'"
        " and made >= coalesce("
        "(select max(until) from revisions where item = items.id), '')"
        " order by made desc, rowid desc limit 1) where items.id = {0}"
        " and exists (select 1 from assignments where item = {0})"
        " and not exists (select 1 from decided_texts where item = {0});"
    )
    for name, event, act in (
        ("revisions_insert", "before insert on revisions", keep.format("new.item")),
        (
            "translations_insert",
            "before insert on translations when new.language = 'en'",
            keep.format("new.item"),
        ),
        (
            "translations_delete",
            "before delete on translations when old.language = 'en'",
            keep.format("old.item"),
        ),
        (
            "assignments_delete",
            "after delete on assignments",
            "delete from decided_texts where item = old.item;",
        ),
    ):
        db.execute(f"create trigger decided_{name} {event} begin {act} end")
