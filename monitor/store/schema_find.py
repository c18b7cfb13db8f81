"""
The tables, continued: the archive of editions.

The order of the migrations is that of the modules, this one after ``schema_views.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_views import migrations

__all__ = ["migrations"]


@migrations()
def order_editions(db: Database) -> None:
    """By day, for lists: an edition's row has 30 kB, which a list does not read."""
    db.execute("create index editions_date on editions (date, id)")
