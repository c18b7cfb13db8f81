"""
What a database holds after kills: is it sound, and is it what an undisturbed one holds?

Everything is compared, every table by its columns, but for what ``APART`` names with
its reason.
"""

import argparse
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

APART = {
    "_sqlite_migrations": ("applied_at",),  # when the machine's own clock says
    "deliveries": ("edition", "attempts"),  # a random id; a kill costs one attempt
    "editions": ("id",),
    "subscriptions": ("token",),
    "alert_messages": ("attempts",),
    # How often steps ran, and for how long, by the machine's own clock.
    "step_runs": (*("runs", "failures", "seconds", "buckets", "last", "last_good"),),
}
"""Table -> its columns that need not agree."""
SHOWN = 3


@dataclass
class Tally:
    """What kills came to."""

    left: Counter[str] = field(default_factory=Counter)
    """``old``, ``backup: new`` and the like -> how many kills left that."""
    broken: list[str] = field(default_factory=list)


def tell(says: str | None, kill: Callable[[Path, int, int], Tally], kills: int) -> None:
    """The command of a bench that kills, so many times unless told otherwise.

    ``kill`` is given a folder of its own, the number of kills and a seed. Prints what
    they came to; exit status 1 if one broke a promise.
    """
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill(Path(folder), given.kills, given.seed)
    print(f"{tally.left.total()} kills; left behind: {dict(tally.left)}")
    for what in tally.broken:
        print(f"BROKEN {what[:500]}")
    sys.exit(bool(tally.broken))


def faults_of(db: Path) -> list[str]:
    """What SQLite's own checks find wrong; nothing, if there is no database yet."""
    if not db.exists():
        return []
    with closing(sqlite3.connect(db, timeout=30)) as connection:
        found = [row[0] for row in connection.execute("pragma integrity_check")]
        found = [] if found == ["ok"] else found
        found += [
            f"foreign key: {r}" for r in connection.execute("pragma foreign_key_check")
        ]
        if _has(connection, "search"):
            check = "insert into search (search, rank) values ('integrity-check', 1)"
            try:
                with connection:
                    connection.execute(check)
            except sqlite3.DatabaseError as error:
                found.append(f"search: {error}")
    return found


def differences(calm: Path, killed: Path) -> tuple[dict[str, int], list[str]]:
    """Table -> rows of the undisturbed database; and how the other differs."""
    found = faults_of(killed)
    sizes = {}
    with closing(sqlite3.connect(calm)) as one, closing(sqlite3.connect(killed)) as two:
        names = _tables(one)
        if names != _tables(two):
            found.append(f"other tables: {set(names) ^ set(_tables(two))}")
        for name in names:
            columns = _columns(one, name)
            expected, had = (_rows(db, name, columns) for db in (one, two))
            sizes[name] = expected.total()
            for what, rows in (("lacks", expected - had), ("has", had - expected)):
                if rows:
                    some = [
                        dict(zip(columns, r, strict=True)) for r in list(rows)[:SHOWN]
                    ]
                    found.append(
                        f"{name}: {what} {rows.total()} of {sizes[name]}: {some}"
                    )
    return sizes, found


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from sqlite_master where name = ?", [table]
        ).fetchall()
    )


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "select name from sqlite_master where type = 'table'"
        " and name not like 'sqlite_%' and name not like 'search_%' order by name"
    )
    return [name for (name,) in found]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    apart = APART.get(table, ())
    found = connection.execute("select name from pragma_table_info(?)", [table])
    return [name for (name,) in found if name not in apart]


def _rows(
    connection: sqlite3.Connection, table: str, columns: list[str]
) -> "Counter[tuple[object, ...]]":
    listed = ", ".join(f'"{name}"' for name in columns)
    return Counter(connection.execute(f'select {listed} from "{table}"').fetchall())
