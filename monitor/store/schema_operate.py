"""
The tables, continued: what whoever operates the monitor reads of it.

The order of the migrations is that of the modules, this one after ``schema_keep.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_keep import migrations

__all__ = ["SIDES_OF", "migrations"]

SIDES_OF = "iif({0}us_items > 0, iif({0}mx_items > 0, 'both', 'US'), 'MX')"
"""Which sides an outline's story is told by."""


@migrations()
def keep_step_runs(db: Database) -> None:
    """How each step of ``run`` did, ever: another process tells of it.

    ``buckets`` is a JSON list of how many runs took at most so many seconds, as
    ``step_runs.BUCKETS`` has them, and of those that took longer.
    """
    db.execute(
        "create table step_runs (step text primary key not null, runs integer not null,"
        " failures integer not null, seconds real not null, buckets text not null,"
        " last text not null, last_good text) strict, without rowid"
    )


@migrations()
def keep_tallies(db: Database) -> None:
    """How many there are, or were, of what: no reader has to count a million rows.

    Items are those kept by side, stories those outlined by the sides that tell them.
    All others only grow: polls by outcome, translations made by engine and language,
    their doubts by engine and kind, mails and alerts by what became of them.
    Translations are counted from here on: to count the old ones takes a minute.

    Triggers keep them. None has a conflict clause: that of the statement which sets a
    trigger off would take its place.
    """
    db.execute(
        "create table tallies (what text not null, kind text not null,"
        " engine text not null, n integer not null, primary key (what, kind, engine))"
        " strict, without rowid"
    )
    for what, kind, table in (
        ("items", "country", "items"),
        ("stories", SIDES_OF.format(""), "outlines"),
        ("mails", "state", "deliveries"),
        ("alerts", "state", "alert_messages"),
    ):
        db.execute(
            f"insert into tallies select '{what}', {kind}, '', count(*) from {table}"
            " group by 2"
        )
    polls = {"good": "polls - failures", "failed": "failures"}
    for kind, count in polls.items():
        db.execute(
            f"insert into tallies select 'polls', '{kind}', '',"
            f" coalesce(sum({count}), 0) from poll_days"
        )
    _tally_what_is_kept(db)
    _tally_what_happens(db, polls)


def _tally_what_is_kept(db: Database) -> None:
    """Triggers by which numbers grow and shrink."""
    new, old = SIDES_OF.format("new."), SIDES_OF.format("old.")
    _trigger(db, "item_added", "insert on items", _bump("items", "new.country"))
    _trigger(db, "item_gone", "delete on items", _bump("items", "old.country", by="-1"))
    _trigger(db, "story_added", "insert on outlines", _bump("stories", new))
    _trigger(db, "story_gone", "delete on outlines", _bump("stories", old, by="-1"))
    _trigger(
        db,
        "story_changed",
        f"update of us_items, mx_items on outlines when {new} <> {old}",
        _bump("stories", new) + _bump("stories", old, by="-1"),
    )


def _tally_what_happens(db: Database, polls: dict[str, str]) -> None:
    """Triggers by which numbers only grow."""
    made = _bump("translations", "new.language", "new.engine")
    _trigger(db, "translation_made", "insert on translations", made)
    doubts = (
        "select distinct replace(value, 'summary:', '') as doubt"
        " from json_each(new.warnings)"
    )
    _trigger(
        db,
        "translation_doubted",
        "insert on translations when new.warnings <> '[]'",
        "insert into tallies select 'doubts', doubt, new.engine, 0"
        f" from ({doubts}) where not exists (select 1 from tallies"
        " where what = 'doubts' and kind = doubt and engine = new.engine);"
        " update tallies set n = n + 1 where what = 'doubts'"
        f" and engine = new.engine and kind in ({doubts});",
    )
    for what, table in (("mails", "deliveries"), ("alerts", "alert_messages")):
        came_to = _bump(what, "new.state")
        _trigger(db, f"{table}_added", f"insert on {table}", came_to)
        changed = f"update of state on {table} when new.state <> old.state"
        _trigger(db, f"{table}_changed", changed, came_to)
    for kind, count in polls.items():
        new, old = (
            " - ".join(f"{row}.{name}" for name in count.split(" - "))
            for row in ("new", "old")
        )
        added = _bump("polls", f"'{kind}'", by=new)
        more = _bump("polls", f"'{kind}'", by=f"({new}) - ({old})")
        _trigger(db, f"polls_{kind}", "insert on poll_days", added)
        _trigger(db, f"polls_{kind}_more", "update on poll_days", more)


def _bump(what: str, kind: str, engine: str = "''", by: str = "1") -> str:
    """Statements that add to one tally, of which there may be none yet."""
    which = f"what = '{what}' and kind = {kind} and engine = {engine}"
    return (
        f"insert into tallies select '{what}', {kind}, {engine}, 0"
        f" where not exists (select 1 from tallies where {which});"
        f" update tallies set n = n + {by} where {which}; "
    )


def _trigger(db: Database, name: str, event: str, act: str) -> None:
    db.execute(f"create trigger tally_{name} after {event} begin {act} end")
