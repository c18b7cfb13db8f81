"""
The tables, continued: who corrected stories.

The order of the migrations is that of the modules, this one after
``schema_search.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_search import migrations

__all__ = ["migrations"]


@migrations()
def name_who_corrects(db: Database) -> None:
    """Who made a correction and who took it back, when, why and in which way.

    Of those of old nobody noted it. A name stands here as it was, whatever becomes of
    the user.
    """
    for column in (
        *("made_by", "made_way"),
        *("undone_at", "undone_by", "undone_way", "undone_reason"),
    ):
        db.execute(f"alter table corrections add column {column} text")
