"""
Kill programs while they back a database up, and while they restore one.

Each round starts a process that does one of the two, and kills it (SIGKILL) at a random
moment. A backup leaves under its name the backup before it or the new one, a restore
the database that was there or the restored one; whole, whichever it is, with every
item. The next program that tries succeeds, and nothing half made is left beside it.
While backups are made, another process writes.

    python -m bench.backup_kills --kills 24            # as many of each
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.aftermath import Tally, faults_of, tell
from monitor.model import Item, Sighting
from monitor.store.backup import back_up, verify
from monitor.store.database import Store

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ITEMS = 3000
"""Of the first backup."""
MORE = 500
"""That came since."""
BACK_UP = """
import sys; from pathlib import Path; from monitor.store import backup
backup.PAGES = 64
print("ready", flush=True)
backup.back_up(*map(Path, sys.argv[1:3]), lambda *_: None, replace=True)
"""
RESTORE = """
import sys; from pathlib import Path
from monitor.verbs import keep; from monitor.verbs.compose import Paths
db, file = map(Path, sys.argv[1:3])
print("ready", flush=True)
keep.restore(Paths(db.with_name("feeds.yaml"), db), file, False)
"""
WRITE = """
import sqlite3, sys, time
with sqlite3.connect(sys.argv[1], timeout=30) as db:
    print("ready", flush=True)
    while True:
        db.execute("update items set summary = summary || ' x' where rowid % 97 = 0")
        db.commit()
        time.sleep(0.005)
"""


def kill_copies(folder: Path, kills: int, seed: int = 7) -> Tally:
    """Kill as many of each; what they left."""
    tally, chance = Tally(), random.Random(seed)
    db, file = folder / "monitor.db", folder / "backup.db"
    with Store(db) as store:
        keep_items(store, "Agua", ITEMS)
    back_up(db, file, lambda *_: None, replace=False)
    with Store(db) as store:
        keep_items(store, "Since then", MORE)
    _kill_backups(db, file, kills, chance, tally)
    _kill_restores(db, file, kills, chance, tally)
    return tally


def _kill_backups(
    db: Path, file: Path, kills: int, chance: random.Random, tally: Tally
) -> None:
    old, made = file.read_bytes(), file.with_name("made.db")
    with _writing(db):
        for number in range(kills):
            made.write_bytes(old)
            took = _run(BACK_UP, db, file.with_name("whole.db"))
            _run(BACK_UP, db, made, chance.uniform(0, took * 1.1))
            is_old = made.read_bytes() == old
            items = verify(made).rows["items"]  # raises what it is not
            tally.left["backup: old" if is_old else "backup: new"] += 1
            if not is_old and items != ITEMS + MORE:
                tally.broken.append(f"backup {number}: of {items} items")
            _run(BACK_UP, db, made)
            if made.read_bytes() == old:
                tally.broken.append(f"backup {number}: the next one was not made")
            tally.broken += _strays(made)


def _kill_restores(
    db: Path, file: Path, kills: int, chance: random.Random, tally: Tally
) -> None:
    whole = db.with_name("before.db")
    back_up(db, whole, lambda *_: None, replace=False)
    for number in range(kills):
        _laid(whole, db)
        took = _run(RESTORE, db, file)
        _laid(whole, db)
        _run(RESTORE, db, file, chance.uniform(0, took * 1.1))
        if faults := faults_of(db):
            tally.broken.append(f"restore {number}: {faults}")
        items = _count(db)
        left = {ITEMS + MORE: "restore: old", ITEMS: "restore: new"}.get(items, "half")
        tally.left[left] += 1
        if left == "half":
            tally.broken.append(f"restore {number}: {items} items")
        _run(RESTORE, db, file)
        if _count(db) != ITEMS:
            tally.broken.append(f"restore {number}: the next one did not restore")
        tally.broken += _strays(db)


def _laid(whole: Path, db: Path) -> None:
    """The database as it is before a restore, one write in its log alone."""
    for left in db.parent.glob(f"{db.name}*"):
        left.unlink()
    db.write_bytes(whole.read_bytes())
    code = (
        "import os, sys; from monitor.store.database import Store;"
        "s = Store(sys.argv[1]); s._db.execute('update items set summary = ?', ['y']);"
        "s._db.conn.commit(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(db)], cwd=ROOT, check=False)
    assert Path(f"{db}-wal").stat().st_size


def keep_items(store: Store, words: str, count: int) -> None:
    """Keep items of a feed, each with a text."""
    feed = "https://diario.example/rss"
    news = [
        Item(
            *(f"{words}-{n}", feed, "Diario", "MX", "es", f"{feed}/{words}-{n}"),
            *(f"{words} {n}", "el agua " * 20),
            *(NOW - timedelta(minutes=n), "", "feed", NOW, False),
        )
        for n in range(count)
    ]
    shown = [Sighting(each, (f"id:{each.id}",), each.id) for each in news]
    store.items.add(shown, feed, (), NOW)


@contextmanager
def _writing(db: Path) -> Iterator[None]:
    with _started(WRITE, db) as process:
        try:
            yield
        finally:
            process.kill()


def _run(code: str, db: Path, file: Path, seconds: float | None = None) -> float:
    """Run it; kill it after so long, if it is to be killed. How long it took."""
    with _started(code, db, file) as process:
        start = time.monotonic()
        if seconds is not None:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        assert process.stdout
        process.stdout.read()
        took = time.monotonic() - start
    if seconds is None and process.returncode:
        raise ChildProcessError(f"{code}: ended with {process.returncode}")
    return took


def _started(code: str, *paths: Path) -> "subprocess.Popen[str]":
    """A program at work: it has loaded what it needs."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, paths)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    process.stdout.readline()
    return process


def _count(db: Path) -> int:
    with closing(sqlite3.connect(db)) as connection:
        [(count,)] = connection.execute("select count(*) from items")
    return int(count)


def _strays(path: Path) -> list[str]:
    found = [*path.parent.glob("*.part*"), *path.parent.glob("*.restoring*")]
    return [f"left behind: {each.name}" for each in found]


if __name__ == "__main__":
    tell(__doc__, kill_copies, 24)
