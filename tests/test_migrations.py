"""
Every database that a release left opens today, whole and with nothing lost; a newer
one is left alone. What the databases are, ``tests/databases/README.md`` says.
"""

import gzip
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from test_web import DESK, served

from builders import NOW, item, show
from monitor.clustering import Clustering, Waiting
from monitor.coverage.marks import Marker
from monitor.coverage.themes import lexicon
from monitor.digest.edition import due_date
from monitor.editing import make_edition
from monitor.errors import StoreError
from monitor.indexing import index_waiting
from monitor.marking import mark
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.readers import Subscriber
from monitor.store.database import Store
from monitor.store.pool import Pool
from monitor.web.app import create_app
from monitor.web.site import Site

FOLDER = Path(__file__).parent / "databases"
RELEASES = sorted(path.name.removesuffix(".db.gz") for path in FOLDER.glob("*.db.gz"))
every_release = pytest.mark.parametrize("release", RELEASES)
MADE_SINCE = {"faults", "outline_dues", "marks", "search_reach", "kept_version"}
"""Tables that a migration fills, or may."""


def unpacked(release: str, folder: Path) -> Path:
    path = folder / "monitor.db"
    path.write_bytes(gzip.decompress((FOLDER / f"{release}.db.gz").read_bytes()))
    return path


def schema(path: Path) -> set[tuple[str, str, str]]:
    """Whatever the file is made of, as SQLite keeps its words, without white space."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("select type, name, coalesce(sql, '') from sqlite_master")
        return {(kind, name, normal(sql)) for kind, name, sql in found}


def normal(sql: str) -> str:
    return re.sub(r"\s+", "", sql.replace('"', "")).casefold()


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [
        name for (name,) in db.execute("select name from pragma_table_info(?)", [table])
    ]


def content(path: Path, only: dict[str, list[str]] | None = None) -> dict:
    """Table -> its columns and rows; of ``only`` these columns, if some are given."""
    with closing(sqlite3.connect(path)) as db:
        names = db.execute(
            "select name from sqlite_master where type = 'table'"
            " and name not like 'search%' and name not like '%sqlite%'"
        ).fetchall()
        wanted = only or {name: columns(db, name) for (name,) in names}
        return {
            name: (
                of,
                sorted(map(repr, db.execute(f"select {listed(of)} from {name}"))),
            )
            for name, of in wanted.items()
        }


def listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def faults(path: Path) -> list:
    with closing(sqlite3.connect(path)) as db:
        whole = db.execute("pragma integrity_check").fetchall()
        return [
            *(r for r in whole if r != ("ok",)),
            *db.execute("pragma foreign_key_check"),
        ]


def test_there_is_a_database_of_each_release():
    assert RELEASES[:6] == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0"]


@every_release
def test_an_old_database_ends_as_a_new_one_begins(release, tmp_path):
    path = unpacked(release, tmp_path)
    with Store(path), Store(tmp_path / "new.db"):
        pass
    assert faults(path) == []
    old, new = schema(path), schema(tmp_path / "new.db")
    assert differing(old, new) == []


def differing(old, new) -> list[str]:
    """Names of what is made otherwise; columns may stand in another order."""
    one, two = ({(k, n): sorted(sql) for k, n, sql in s} for s in (old, new))
    return [name for name in one.keys() | two.keys() if one.get(name) != two.get(name)]


@every_release
def test_nothing_is_lost(release, tmp_path):
    path = unpacked(release, tmp_path)
    before = content(path)
    with Store(path):
        pass
    after = content(path, {name: of for name, (of, _) in before.items()})
    changed = {n for n in before if before[n] != after[n]} - MADE_SINCE
    assert changed == set()
    assert len(before["items"][1]) == 11
    assert len(before["translations"][1]) >= 10
    told = {"0.4.0": 3, "0.5.0": 3, "0.6.0": 3}.get(release, 0)
    assert len(before.get("changes", ([], []))[1]) == told
    assert len(before["deliveries"][1]) >= 1


@every_release
def test_the_steps_of_today_run_on_it(release, tmp_path):
    path = unpacked(release, tmp_path)
    with Store(path) as store:
        now = store.items.last_moment() + timedelta(minutes=30)
        marker = Marker(lexicon(()), ())
        came = item("Ferry to Cozumel stops", "MX", "en", published=now, seen=now)
        show(store, [came], now)
        clustering = Clustering(())
        assert list(clustering.assign(store, Waiting(now, timedelta(0))))
        clustering.consolidate(store, "window", now)
        list(mark(store, marker, now - timedelta(days=42)))
        list(outline_due(store, marker, {}))
        list(index_waiting(store))
        assert store.outlines.count().number == store.stories.count()["stories"]
        reader = Subscriber("dana", "dana@desk.example", "both", "UTC", now.time())
        desk = Desk((), {}, (), "")
        day = due_date(reader, now + timedelta(days=1))
        edition = make_edition(store, desk, reader, day, now + timedelta(days=1))
        assert edition.date == day
    assert faults(path) == []


# --- killed on the way ---------------------------------------------------------------

KILLED = """
import os, shutil, signal, sqlite3, sys
from contextlib import closing
from pathlib import Path
from monitor.store import database
from monitor.store.database import Store

source, folder, every = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
path, at = folder / "killed.db", 1
while True:
    for old in folder.glob("killed.db*"):
        old.unlink()
    shutil.copy(source, path)
    child = os.fork()
    if child == 0:
        count = [0]
        def step(statement):
            count[0] += 1
            if count[0] == at:
                os.kill(os.getpid(), signal.SIGKILL)
        real = sqlite3.connect
        class Traced:
            Error = sqlite3.Error
        def connect(*args, **more):
            made = real(*args, **more)
            made.set_trace_callback(step)
            return made
        sqlite3.connect = connect
        with Store(path):
            pass
        os._exit(0)
    was_killed = os.waitpid(child, 0)[1] != 0
    with closing(sqlite3.connect(path)) as db:
        had = db.execute("select count(*) from _sqlite_migrations").fetchone()[0]
        whole = db.execute("pragma integrity_check").fetchone()[0]
    with Store(path) as store:
        items = sum(row["items"] for row in store.items.counts())
    print(at, int(was_killed), had, whole, items)
    if not was_killed:
        break
    at += every
"""


@pytest.mark.parametrize(("release", "every"), [("0.1.0", 23), ("0.5.0", 11)])
def test_a_migration_that_is_killed_has_not_begun_or_is_done(release, every, tmp_path):
    path = unpacked(release, tmp_path)
    with closing(sqlite3.connect(path)) as db:
        [before] = db.execute("select count(*) from _sqlite_migrations").fetchone()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, path, tmp_path, str(every)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) > 8
    after = rows[-1][2]
    assert {(had, whole, items) for _, _, had, whole, items in rows} == {
        (str(before), "ok", "11"),
        (after, "ok", "11"),
    }


# --- from the future -----------------------------------------------------------------


@pytest.fixture
def newer(tmp_path) -> Path:
    """A database that a later monitor has opened."""
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        show(store, [item()])
    with closing(sqlite3.connect(path)) as db:
        later(db)
    return path


def later(db: sqlite3.Connection) -> None:
    db.execute(
        "insert into _sqlite_migrations (migration_set, name, applied_at)"
        " values ('monitor', 'tell_of_podcasts', '2031-01-01')"
    )
    db.commit()


def test_a_newer_database_is_refused_and_left_as_it_is(newer):
    with closing(sqlite3.connect(newer)) as db:
        db.execute("drop table pruned_days")  # what we would make anew
        db.execute("delete from _sqlite_migrations where name like '%pruned'")
        db.commit()
    before = newer.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(newer)
    said = str(caught.value)
    assert said.startswith(
        f"{newer}: was written by a newer monitor (tell_of_podcasts)"
    )
    assert "update the monitor" in said
    assert newer.read_bytes() == before


def test_what_another_program_keeps_in_the_list_is_none_of_ours(newer):
    with closing(sqlite3.connect(newer)) as db:
        db.execute(
            "update _sqlite_migrations set migration_set = 'theirs' where name like 'tell_of_p%'"
        )
        db.commit()
    with Store(newer) as store:
        assert store.items.counts()


def test_the_dashboard_lends_no_store_of_a_newer_database(newer):
    pool = Pool(newer)
    with pytest.raises(StoreError, match="newer monitor"):
        pool.open()
    pool.close()


def test_a_dashboard_that_runs_on_says_so_once_the_database_is_newer(tmp_path):
    """Whoever holds a store open from before gives it back within a minute."""
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        show(store, [item()])
    pool = Pool(path)
    with served(create_app(Site(pool.open, lambda: DESK, lambda: NOW))) as browser:
        assert browser.get("/").status == 200
        with closing(sqlite3.connect(path)) as db:
            later(db)
        pool.close()  # the minute is over
        answer = browser.get("/")
    assert answer.status == 503
    assert "written by a newer monitor" in answer.page.text
    assert "update the monitor" in answer.page.text
