"""
Kill a program while it brings an old database up to date, again and again.

Each round makes a database as an earlier version left it, some thousand items in it,
starts a process that opens it, and kills that (SIGKILL) at a random moment. What is
left must be the old database or the new one, whole, with every item; and the next
program that opens it makes it the new one.

    python -m bench.upgrade --kills 100
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bench.aftermath import Tally, faults_of, tell
from monitor.store.database import Store, migrations

ITEMS = 3000
ROOT = Path(__file__).parent.parent
OPEN = (
    "import sys; from monitor.store.database import Store;"
    " print('ready', flush=True); Store(sys.argv[1]).close(); print('done')"
)


def kill_upgrades(folder: Path, kills: int, seed: int = 7) -> Tally:
    """Kill as many processes; what they left."""
    chance, tally = random.Random(seed), Tally()
    names = [each.name for each in migrations.pending(Database(memory=True))]
    for number in range(kills):
        old, db = folder / "old.db", folder / f"{number}.db"
        make_old(old, names[chance.randrange(5, len(names))])
        took = _open(shutil.copy(old, folder / "whole.db"))
        new = _schema(folder / "whole.db")
        shutil.copy(old, db)
        before = _schema(db)
        _open(db, chance.uniform(0, took * 1.1))
        after = _schema(db)
        left = {str(before): "old", str(new): "new"}.get(str(after), "half")
        tally.left[left] += 1
        if left == "half":
            tally.broken.append(f"kill {number}: neither old nor new: {after}")
        tally.broken += [f"kill {number}: {fault}" for fault in faults_of(db)]
        Store(db).close()
        if _schema(db) != new:
            tally.broken.append(f"kill {number}: the next program did not finish")
    return tally


def make_old(path: Path, stop_before: str) -> None:
    """A database as it was before a migration, with items."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before=stop_before)
        columns = [each.name for each in db.table("items").columns]
        moment = "2026-03-02T12:00:00+00:00"
        rows = (
            dict.fromkeys(columns, f"Agua {number}")
            | {"id": f"i{number}", "country": "MX", "language": "es"}
            | {"published": moment, "seen": moment, "recurring": 0}
            for number in range(ITEMS)
        )
        db.table("items").insert_all(rows)
        connection.commit()
        db.enable_wal()


def _open(path: Path | str, seconds: float | None = None) -> float:
    """Open a database in a process; kill that after so long. How long it took."""
    with subprocess.Popen(
        [sys.executable, "-c", OPEN, str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        start = time.monotonic()
        if seconds is not None:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        process.stdout.read()
        return time.monotonic() - start


def _schema(path: Path) -> tuple[list[str], list[str], int]:
    """The migrations it has had, its tables, and its items."""
    with closing(sqlite3.connect(path)) as connection:
        names, tables, [(items,)] = (
            connection.execute(query).fetchall()
            for query in (
                "select name from _sqlite_migrations order by id",
                "select sql from sqlite_master order by name",
                "select count(*) from items",
            )
        )
    return names, tables, items


if __name__ == "__main__":
    tell(__doc__, kill_upgrades, 100)
