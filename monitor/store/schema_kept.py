"""
The tables, continued: watch-lists and subscribers that were made on the desk.

The order of the migrations is that of all modules, this one after
``schema_access.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_access import migrations

__all__ = ["migrations"]


@migrations()
def keep_readers(db: Database) -> None:
    """Watch-lists and subscribers beside those of feeds.yaml; lists are JSON.

    Triggers raise the one number of ``kept_version`` with every change of either, so
    that whoever goes by them asks for a number and not for all of them. It never falls.
    """
    db.execute(
        "create table watchlists (name text primary key not null, query text not null,"
        ' "by" text not null, made text not null) strict, without rowid'
    )
    db.execute(
        "create table subscribers (name text primary key not null,"
        " address text not null, language text not null, tz text not null,"
        " time text not null, weekdays text not null, watchlists text not null,"
        " themes text not null, length text not null, translate integer not null,"
        ' "by" text not null, made text not null) strict, without rowid'
    )
    db.execute("create table kept_version (number integer not null) strict")
    db.execute("insert into kept_version values (0)")
    for table in ("watchlists", "subscribers"):
        for what in ("insert", "update", "delete"):
            db.execute(
                f"create trigger {table}_{what} after {what} on {table}"
                " begin update kept_version set number = number + 1; end"
            )


@migrations()
def tell_marks_of_themes(db: Database) -> None:
    """By which lexicon the themes of a mark were found, whatever the watch-lists were.

    A saved search changes what items are looked through for, and no theme: without this
    it would void weeks of themes. Marks made before do not tell; they are made anew, by
    a version that is reckoned otherwise.
    """
    db.execute("alter table marks add column themes_version text not null default ''")
