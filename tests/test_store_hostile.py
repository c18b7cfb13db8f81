"""A database file that somebody else made, and who may read one of ours."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from builders import NOW, item, show
from monitor.access import User
from monitor.errors import StoreError
from monitor.store.database import Store

MONITOR = Path(__file__).parents[1] / "monitor"


@pytest.fixture
def theirs(tmp_path) -> Path:
    """A database of ours, to be changed by a stranger before it is opened again."""
    path = tmp_path / "theirs.db"
    with Store(path) as store:
        show(store, [item("Agua")], NOW)
    return path


def planted(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "call", ["load_extension('/tmp/theirs.so')", "fts3_tokenizer('simple')"]
)
def test_a_planted_trigger_calls_nothing_beyond_the_file(theirs, call):
    planted(
        theirs,
        f"create trigger theirs after insert on items begin select {call}; end",
    )
    with Store(theirs) as store, pytest.raises(StoreError, match="unsafe use of"):
        show(store, [item("Otra")], NOW)


def test_no_statement_loads_an_extension(theirs):
    with Store(theirs) as store, pytest.raises(sqlite3.OperationalError) as told:
        store._db.execute("select load_extension('/tmp/theirs.so')")
    assert "not authorized" in str(told.value)


def test_a_planted_view_in_the_place_of_a_table_lets_nobody_in(theirs):
    planted(
        theirs,
        "drop table users",
        "create view users as select 'eve' as name, 'editor' as role, 'x' as password,"
        " '2026-01-01T00:00:00+00:00' as added, null as disabled",
    )
    with Store(theirs) as store, pytest.raises(StoreError):
        store.users.add(User("eve", "editor", NOW), "hash")


def test_no_function_of_ours_waits_for_a_planted_trigger():
    """SQLite calls its own dangerous ones only where we write them; ours it would."""
    text = "".join(path.read_text(encoding="utf-8") for path in MONITOR.rglob("*.py"))
    for way in ("create_function", "register_function", "enable_load_extension"):
        assert way not in text, way


def test_a_new_database_is_for_its_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        path = tmp_path / "new.db"
        with Store(path) as store:
            show(store, [item("Agua")], NOW)
            beside = [path, *tmp_path.glob("new.db-*")]
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in beside}
    finally:
        os.umask(old)
    assert modes == dict.fromkeys(["new.db", "new.db-wal", "new.db-shm"], 0o600)


def test_a_database_that_is_shared_stays_so(theirs):
    theirs.chmod(0o640)
    with Store(theirs):
        pass
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o640
