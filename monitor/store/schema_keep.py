"""
The tables, continued: what is kept of items that are kept no more.

The order of the migrations is that of the modules, this one after ``schema_study.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_study import migrations

__all__ = ["migrations"]


@migrations()
def count_what_was_pruned(db: Database) -> None:
    """How many items an outlet published on a day of UTC, of those that were pruned.

    ``copies`` of them repeated another's text. And an index by which an item's
    sightings are found: one that named an item which is gone would stop its feed.
    """
    db.execute(
        "create table pruned_days (day text not null, outlet text not null,"
        " country text not null, language text not null, items integer not null,"
        " copies integer not null, primary key (day, outlet, country, language))"
        " strict, without rowid"
    )
    db.execute("create index sightings_item on sightings (item)")
