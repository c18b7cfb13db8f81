"""
The tables, continued: the full-text index by which items are searched.

The order of the migrations is that of all three modules, this one after
``schema_coverage.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_kept import migrations

__all__ = ["MARK", "index", "migrations"]

MARK = "\ue000"
"""Begins the words that stand for an item's side, language, outlet and day. It is no
letter: nobody who types a word can mean one of them."""
AT_ONCE = 20_000
"""Items that the migration indexes, a second's work; the step does the rest."""

_COLUMNS = "en_title, en_summary, es_title, es_summary, facets"
_SEARCHED = "title, summary, language, country, outlet, published"
"""Columns of items that the index knows."""


@migrations()
def search_items(db: Database) -> None:
    """What each item says in either language, indexed and not kept a second time.

    An item's row has its number in ``items``, which grows as items come in. Its texts
    are its own and those of its newest translation, so that one row holds whatever a
    query asks for or denies. Triggers keep the index, so that no step has to think of
    it. Items numbered below ``lowest`` are not indexed yet, and triggers pass them by.
    """
    _create_texts(db)
    db.execute(
        f"create virtual table search using fts5({_COLUMNS},"
        " content='search_texts', content_rowid='id', tokenize=\"unicode61"
        f" remove_diacritics 2 categories 'L* N*' tokenchars '{MARK}'\")"
    )
    [highest] = db.execute("select coalesce(max(rowid), 0) from items").fetchone()
    db.execute("create table search_reach (lowest integer not null) strict")
    db.execute("insert into search_reach values (?)", [highest + 1])
    _keep_by_triggers(db)
    index(db, AT_ONCE)


def index(db: Database, most: int) -> int:
    """Index so many more of the items that are not, the newest first; how many were."""
    [lowest] = db.execute("select lowest from search_reach").fetchone()
    [start] = db.execute(
        "select min(rowid) from (select rowid from items where rowid < ?"
        " order by rowid desc limit ?)",
        [lowest, most],
    ).fetchone()
    if start is None:
        return 0
    made = db.execute(
        f"insert into search (rowid, {_COLUMNS}) select id, {_COLUMNS}"
        " from search_texts where id >= ? and id < ? order by id",
        [start, lowest],
    ).rowcount
    db.execute("update search_reach set lowest = ?", [start])
    return int(made)


def _create_texts(db: Database) -> None:
    """What is indexed of each item.

    A translation of an earlier headline counts until there is one of the present one:
    a view that told them apart would change when a headline is replaced, before the
    triggers can take the old texts out. Whoever reads hits tells them apart.
    """
    texts = ", ".join(
        f"iif(items.language = '{language}', items.{column}, made.{column})"
        f" as {language}_{column}"
        for language in ("en", "es")
        for column in ("title", "summary")
    )
    facets = " || ' ".join(
        (
            f"'{MARK}c' || country",
            f"{MARK}l' || items.language",
            f"{MARK}o' || hex(outlet)",
            f"{MARK}y' || substr(published, 1, 4)",
            f"{MARK}m' || replace(substr(published, 1, 7), '-', '')",
            f"{MARK}d' || replace(substr(published, 1, 10), '-', '')",
        )
    )
    db.execute(
        f"create view search_texts as select items.rowid as id, {texts},"
        f" {facets} as facets from items left join translations as made"
        " on made.rowid = (select rowid from translations as t where t.item = items.id"
        " and t.language <> items.language order by t.made desc, t.rowid desc limit 1)"
    )


def _keep_by_triggers(db: Database) -> None:
    """Take out what an item said before anything of it changes, and put in what it
    says after. No ``insert or replace`` may be used on these tables: SQLite hands the
    clause on to what triggers insert, and FTS5 then takes out what it never had."""
    columns, texts = f"rowid, {_COLUMNS}", f"id, {_COLUMNS}"
    add = f"insert into search ({columns}) select {texts}"
    remove = f"insert into search (search, {columns}) select 'delete', {texts}"
    is_in = "id >= (select lowest from search_reach)"

    def trigger(name: str, when: str, act: str, number: str) -> None:
        db.execute(
            f"create trigger search_{name} {when} begin {act} from search_texts"
            f" where id = {number} and {is_in}; end"
        )

    trigger("item_added", "after insert on items", add, "new.rowid")
    changes = f"update of {_SEARCHED} on items"
    trigger("item_changes", f"before {changes}", remove, "old.rowid")
    trigger("item_changed", f"after {changes}", add, "new.rowid")
    trigger("item_leaves", "before delete on items", remove, "old.rowid")
    for what, of in (("insert", "new"), ("update", "new"), ("delete", "old")):
        number = f"(select rowid from items where id = {of}.item)"
        on = f"{what} on translations"
        trigger(f"before_{what}", f"before {on}", remove, number)
        trigger(f"after_{what}", f"after {on}", add, number)
