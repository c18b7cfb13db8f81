"""
The tables, continued: what comparing stories comes to and what is sent of it.

The order of the migrations is that of both modules, this one after ``schema.py``.
"""

from sqlite_utils import Database

from monitor.store.schema import migrations

__all__ = ["migrations"]


@migrations()
def create_blind_spots(db: Database) -> None:
    """What one side covers and the other does not; ``closed`` is null until it ends.

    And an index from which the volume of every hour is read without its items; it
    serves whatever the one on ``published`` alone served.
    """
    columns: dict[str, type] = {
        "story": str,
        "silent": str,
        "since": str,
        "items": int,
        "outlets": int,
        "owners": int,
        "texts": int,
        "expected": float,
        "covered": int,
        "of": int,
        "feeds": int,
        "down": int,
        "share_down": float,
        "opened": str,
        "closed": str,
        "end": str,
    }
    db.table("blind_spots").create(
        columns,
        pk=("story", "opened"),
        not_null=set(columns) - {"closed", "end"},
        strict=True,
    )
    db.execute(
        "create unique index blind_spots_open on blind_spots (story)"
        " where closed is null"
    )
    db.execute("create index blind_spots_opened on blind_spots (opened)")
    db.execute("create index blind_spots_closed on blind_spots (closed)")
    db.execute("create index items_volume on items (published, country, feed)")
    db.execute("drop index idx_items_published")


@migrations()
def find_revisions(db: Database) -> None:
    """Which headlines were replaced of late."""
    db.execute("create index revisions_until on revisions (until)")


@migrations()
def keep_editions(db: Database) -> None:
    """Editions as they were made, and the outbox from which they are mailed.

    Texts are packed by zlib; pictures, which subscribers share, are kept once, by the
    hash of their bytes. What was sent before is in the outbox as sent, without an
    edition; what was only about to be sent is made anew.
    """
    db.execute(
        "create table editions (id text primary key not null, subscriber text not null,"
        " date text not null, made text not null, web text, unsubscribe text,"
        " subject text not null, html blob not null, text blob not null,"
        " json blob not null, atom blob not null, images text not null,"
        " unique (subscriber, date)) strict"
    )
    db.execute(
        "create table pictures (digest text primary key not null, png blob not null)"
        " strict"
    )
    db.execute("delete from deliveries where sent is null")
    deliveries = db.table("deliveries")
    for column in ("edition", "address", "error"):
        deliveries.add_column(column, str, not_null_default="")
    deliveries.add_column("state", str, not_null_default="sent")
    deliveries.add_column("attempts", int, not_null_default=0)
    deliveries.add_column("queued", str)
    deliveries.add_column("next_try", str)
    db.execute(
        "create index deliveries_open on deliveries (state, next_try)"
        " where state <> 'sent'"
    )
    db.execute(
        "create table subscriptions (token text primary key not null,"
        " subscriber text not null, address text not null, language text not null,"
        " stopped text, stopped_by text, refused text not null default '',"
        " unique (subscriber, address)) strict"
    )


@migrations()
def create_alerts(db: Database) -> None:
    """What alerts look for and since when, what they noted, and what they send.

    ``scope`` is a hash of what is looked for. A note's ``items`` are those of its
    story. A message whose ``channel`` is empty goes to all of its alert's channels,
    which are not known yet.
    """
    db.execute(
        "create table alert_scopes (alert text not null, kind text not null,"
        " scope text not null, since text not null, primary key (alert, kind))"
        " strict, without rowid"
    )
    db.execute(
        "create table alert_notes (id integer primary key, alert text not null,"
        " what text not null, about text not null, noted text not null,"
        " state text not null, seen text not null, notice text not null, told text,"
        " is_on integer not null) strict"
    )
    db.execute("create index alert_notes_about on alert_notes (about)")
    db.execute("create index alert_notes_held on alert_notes (alert, state)")
    db.execute(
        "create table alert_items (item text not null, note integer not null,"
        " primary key (item, note)) strict, without rowid"
    )
    db.execute("create index alert_items_note on alert_items (note)")
    db.execute(
        "create table alert_messages (id text not null, channel text not null,"
        " alert text not null, made text not null, content text not null,"
        " state text not null, attempts integer not null, due text not null,"
        " reason text not null, label text not null, primary key (id, channel)) strict"
    )
    db.execute("create index alert_messages_due on alert_messages (state, due)")
    db.execute(
        "create table alert_stops (alert text not null, channel text not null,"
        " at text not null, reason text not null, primary key (alert, channel))"
        " strict, without rowid"
    )


@migrations()
def mark_items(db: Database) -> None:
    """What the finder found in each item: themes and watch-lists, as JSON lists.

    A mark of another ``version``, of the lexicon and watch-lists, is none. One of other
    texts cannot be: whoever changes what an item says removes its mark, by triggers, so
    that no step has to think of it.
    """
    db.execute(
        "create table marks (item text primary key not null, version text not null,"
        " themes text not null, watchlists text not null) strict, without rowid"
    )
    db.execute(
        "create trigger marks_retitled after update of title, summary, language"
        " on items begin delete from marks where item = old.id; end"
    )
    for what, of in (("insert", "new"), ("update", "new"), ("delete", "old")):
        db.execute(
            f"create trigger marks_{what} after {what} on translations"
            f" begin delete from marks where item = {of}.item; end"
        )
