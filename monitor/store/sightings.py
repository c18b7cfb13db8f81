"""What items are known by, and which feed showed them when."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.store import rows

KEEP = timedelta(days=2)
"""How long a feed's bytes are remembered after it shows them no more: items come back
when a section's page is rebuilt or its server answers from an old cache."""


def item_ids(db: Database, feed_url: str, digests: Iterable[str]) -> dict[str, str]:
    """Digest -> the item that this feed showed by it, for those it did."""
    found = db.execute(
        "select digest, item from sightings where feed = ?"
        " and digest in (select value from json_each(?))",
        [feed_url, json.dumps(list(digests))],
    )
    return dict(found.fetchall())


def add(
    db: Database, feed_url: str, shown: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Keep that a feed shows items now: (digest, item)."""
    at = rows.to_text(now)
    db.conn.executemany(
        "insert into sightings (feed, digest, item, first, last) values (?, ?, ?, ?, ?)"
        " on conflict (feed, digest) do update set last = max(last, excluded.last)",
        ((feed_url, digest, item, at, at) for digest, item in shown),
    )


def refresh(db: Database, feed_url: str, digests: Sequence[str], now: datetime) -> None:
    """Keep that a feed still shows what it showed."""
    # The plus keeps SQLite from walking all that the feed ever showed, by date.
    db.execute(
        "update sightings set last = :now where feed = :feed and +last < :now"
        " and digest in (select value from json_each(:digests))",
        {
            "now": rows.to_text(now),
            "feed": feed_url,
            "digests": json.dumps(list(digests)),
        },
    )


def current(db: Database, feed_url: str) -> frozenset[str]:
    """Digests of what a feed showed in its newest document or within KEEP before it.

    Of an item that changed only the last: if it changes back, that has to be read.
    """
    found = _recent(db, feed_url)
    last = {item: at for at, item, _ in found}
    return frozenset(digest for at, item, digest in found if last[item] == at)


def shown_by(db: Database, feed_url: str) -> set[str]:
    """The items that a feed showed in its newest document or within KEEP before it."""
    return {item for _, item, _ in _recent(db, feed_url)}


def _recent(db: Database, feed_url: str) -> list[tuple[str, str, str]]:
    """What a feed showed: (last, item, digest), by ``last``."""
    [(newest,)] = db.execute(
        "select max(last) from sightings where feed = ?", [feed_url]
    )
    if newest is None:
        return []
    since = rows.to_text(datetime.fromisoformat(newest) - KEEP)
    return db.execute(
        "select last, item, digest from sightings where feed = ? and last >= ?"
        " order by last",
        [feed_url, since],
    ).fetchall()


def named(db: Database, keys: Iterable[str]) -> dict[str, str]:
    """Key -> its item, for those known; empty where a key names several."""
    found = db.execute(
        "select key, item from keys where key in (select value from json_each(?))",
        [json.dumps(list(keys))],
    )
    return dict(found.fetchall())


def name(db: Database, named: Iterable[tuple[str, str]]) -> None:
    """Keep keys of items: (key, item).

    A key stays with its first item; a text, which may be printed again, goes to the
    newest.
    """
    db.conn.executemany(
        "insert into keys (key, item) values (?, ?) on conflict (key) do update"
        " set item = excluded.item where key > 'text:'",
        named,
    )


def share(db: Database, keys: Iterable[str]) -> None:
    """Keep that keys name several items, and so none."""
    db.conn.executemany(
        "insert into keys (key, item) values (?, '')"
        " on conflict (key) do update set item = ''",
        ((key,) for key in keys),
    )
