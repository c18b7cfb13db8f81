"""
The tables, continued: the items of a story, by its id alone.

The order of the migrations is that of the modules, this one after
``schema_decided.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_decided import migrations

__all__ = ["migrations"]


@migrations()
def cover_members(db: Database) -> None:
    """Which items a story has, without their rows, which have the reasons, too.

    A search by story asks that of thousands of items, and takes a quarter of the time.
    """
    db.execute("drop index idx_assignments_story")
    db.execute("create index assignments_members on assignments (story, item)")
