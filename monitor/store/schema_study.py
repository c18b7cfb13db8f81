"""
The tables, continued: what reading the items of a story comes to.

The order of the migrations is that of the modules, this one after ``schema_find.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_find import migrations

__all__ = ["migrations"]

LEAST = 3
"""Items from which on a story's study is kept. Of fewer no word can be told from what
is usual, and to read what is usual takes a page three seconds for each week."""


@migrations()
def keep_studies(db: Database) -> None:
    """One study a large story. Whatever makes the story's outline due, makes it stale.

    ``told`` is wide and comes last: to look for stale ones reads none of it.
    """
    db.execute(
        "create table studies (story text primary key, items integer not null,"
        " at text not null, version text not null, is_stale integer not null,"
        " told text not null) strict"
    )
    db.execute(
        "create index outlines_studied on outlines (last_seen, story, items)"
        f" where items >= {LEAST}"
    )
    db.execute(
        "create trigger studies_stale after insert on outline_dues begin"
        " update studies set is_stale = 1 where story = new.story and not is_stale; end"
    )
    db.execute(
        "create trigger studies_of_none after delete on outlines begin"
        " delete from studies where story = old.story; end"
    )
