"""Watch-lists and subscribers made on the desk, beside those of feeds.yaml."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.readers import KeptSubscriber, KeptWatchlist, Subscriber, Watchlist
from monitor.store import rows
from monitor.store.errors import guarded

_VERSION = "select number from kept_version"


class Kept:
    """One of each name. Whether feeds.yaml has the name, too, is not asked here."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def version(self) -> int:
        """Another one after every change of a watch-list or subscriber; never less."""
        [[number]] = self._db.execute(_VERSION).fetchall()
        return int(number)

    # --- watch-lists -----------------------------------------------------------

    @guarded
    def watchlists(self) -> list[KeptWatchlist]:
        """Every one, by name."""
        found = self._db.table("watchlists").rows_where(order_by="name")
        return [rows.kept_watchlist(row) for row in found]

    @guarded
    def add_watchlist(self, watchlist: Watchlist, by: str, now: datetime) -> None:
        """Keep a new one, as its query; raises ConfigError if the name is taken."""
        row = {"name": watchlist.name, "query": str(watchlist.asks)}
        if not self._insert("watchlists", row, by, now):
            raise _taken("watch-list", watchlist.name)

    @guarded
    def replace_watchlist(self, watchlist: Watchlist) -> None:
        """What the one of this name asks from now on; raises ConfigError for none."""
        row = {"name": watchlist.name, "query": str(watchlist.asks)}
        if not self._update("watchlists", row):
            raise _missing("watch-list", watchlist.name)

    @guarded
    def remove_watchlist(self, name: str) -> tuple[str, ...]:
        """Keep it no more; raises ConfigError for none.

        Returns the names of the kept subscribers who had it and have it no more.
        """
        with self._db.atomic():
            if not self._delete("watchlists", name):
                raise _missing("watch-list", name)
            found = self._db.execute(
                "update subscribers set watchlists ="
                " (select json_group_array(value) from json_each(watchlists)"
                " where value <> :name)"
                " where :name in (select value from json_each(watchlists))"
                " returning name",
                {"name": name},
            ).fetchall()
        return tuple(sorted(row[0] for row in found))

    # --- subscribers -----------------------------------------------------------

    @guarded
    def subscribers(self) -> list[KeptSubscriber]:
        """Every one, by name."""
        found = self._db.table("subscribers").rows_where(order_by="name")
        return [rows.kept_subscriber(row) for row in found]

    @guarded
    def add_subscriber(self, subscriber: Subscriber, by: str, now: datetime) -> None:
        """Keep a new one; raises ConfigError if the name is taken."""
        if not self._insert("subscribers", rows.subscriber_row(subscriber), by, now):
            raise _taken("subscriber", subscriber.name)

    @guarded
    def replace_subscriber(self, subscriber: Subscriber) -> None:
        """What the one of this name gets from now on; raises ConfigError for none."""
        if not self._update("subscribers", rows.subscriber_row(subscriber)):
            raise _missing("subscriber", subscriber.name)

    @guarded
    def remove_subscriber(self, name: str) -> None:
        """Keep it no more; raises ConfigError for none."""
        with self._db.atomic():
            if not self._delete("subscribers", name):
                raise _missing("subscriber", name)

    # --- rows ------------------------------------------------------------------

    def _insert(
        self, table: str, row: Mapping[str, Any], by: str, now: datetime
    ) -> bool:
        """Whether it was new."""
        whole = {**row, "by": by, "made": rows.to_text(now)}
        columns = ", ".join(f'"{column}"' for column in whole)
        marks = ", ".join(f":{column}" for column in whole)
        with self._db.atomic():
            done = self._db.execute(
                f"insert into {table} ({columns}) values ({marks})"
                " on conflict (name) do nothing",
                whole,
            )
        return bool(done.rowcount)

    def _update(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether there was one of the name; who made it and when stays."""
        changes = ", ".join(f"{column} = :{column}" for column in row)
        with self._db.atomic():
            done = self._db.execute(
                f"update {table} set {changes} where name = :name", dict(row)
            )
        return bool(done.rowcount)

    def _delete(self, table: str, name: str) -> bool:
        sql = f"delete from {table} where name = ?"
        return bool(self._db.execute(sql, [name]).rowcount)


class KeptVersion:
    """``Kept.version`` of one database, for threads that have no Store open.

    It asks over one connection of its own, which they share: 5 µs, where to open a
    Store takes a millisecond.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None

    @guarded
    def now(self) -> int:
        """As of this moment. Raises StoreError."""
        with self._lock:
            if self._db is None:
                self._db = sqlite3.connect(self.path, check_same_thread=False)
            [[number]] = self._db.execute(_VERSION).fetchall()
        return int(number)

    def close(self) -> None:
        """Give the file back; the next to ask opens it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None


def _taken(what: str, name: str) -> ConfigError:
    return ConfigError(
        f"there is a {what} {name!r} already; choose another name, or remove that one "
        f"with 'monitor {what.replace('-', '')}s remove'"
    )


def _missing(what: str, name: str) -> ConfigError:
    verb = f"'monitor {what.replace('-', '')}s list'"
    return ConfigError(f"the database keeps no {what} {name!r}; see {verb}")
