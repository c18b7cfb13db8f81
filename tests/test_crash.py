"""
The short forms of ``bench/crash.py``, ``bench/upgrade.py`` and
``bench/backup_kills.py``, and a long run in trouble: a full disk, a lock, a clock that jumps. Real processes, killed for real.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.aftermath import differences, faults_of
from bench.backup_kills import kill_copies
from bench.crash import (
    LEAP,
    PATIENCE_SECONDS,
    Process,
    World,
    crash,
    live,
    sent_twice,
    world,
)
from bench.upgrade import kill_upgrades
from disks import mounted, small_disk
from monitor.newsroom.content import FIRST_HOUR

START = FIRST_HOUR + timedelta(hours=24)


def test_kills_at_any_moment_leave_what_an_undisturbed_run_leaves(tmp_path):
    tally = crash(tmp_path, kills=3, seed=3, hours=1.5, engine="none")
    assert tally.broken == []
    assert tally.kills == 3
    assert len(tally.hit) > 1
    assert tally.sizes["items"] > 0
    assert tally.sizes["editions"] > 0


def test_a_killed_upgrade_leaves_the_old_database_or_the_new_one(tmp_path):
    tally = kill_upgrades(tmp_path, kills=2)
    assert tally.broken == []
    assert tally.left.total() == 2


def test_a_killed_backup_or_restore_leaves_the_old_file_or_the_new_one(tmp_path):
    tally = kill_copies(tmp_path, kills=1)
    assert tally.broken == []
    assert tally.left.total() == 2


# --- a run in trouble ------------------------------------------------------------------


def wait_for_words(process: Process, words: str) -> None:
    """Until it has logged them, and no traceback with them."""
    end = time.monotonic() + PATIENCE_SECONDS
    while words not in (said := process.complaints.read_text("utf-8")):
        assert time.monotonic() < end, said
        assert process.is_alive()
        time.sleep(0.05)
    assert "Traceback" not in said


@pytest.fixture
def around(tmp_path) -> Iterator[World]:
    with world(tmp_path, 1, "none") as around:
        around.set(START)
        yield around


def test_a_run_whose_disk_is_full_goes_on_once_there_is_space(around, tmp_path):
    live(around, tmp_path / "calm.db", [START])
    with small_disk(tmp_path / "small", "1000k") as disk:
        db = disk / "monitor.db"
        with closing(Process(around, db, 0)) as process:
            wait_for_words(process, "disk is full; free some space; nothing was half")
            assert not process.is_done(START)
            mounted(disk, "size=30m")
            process.finish(START)
            process.stop()
        assert differences(tmp_path / "calm.db", db)[1] == []


def test_a_run_whose_database_is_locked_goes_on_once_it_is_free(around, tmp_path):
    db = tmp_path / "locked.db"
    with closing(Process(around, db, 0, busy_seconds=0.2)) as process:
        process.finish(START)
        before = _kept(db)
        with closing(sqlite3.connect(db)) as other:
            other.execute("begin immediate")
            around.set(START + 4 * LEAP)
            wait_for_words(process, "database is locked; another program is writing")
            other.rollback()
        assert not process.is_done(START + 4 * LEAP)
        process.finish(START + 4 * LEAP)
        process.stop()
    after = _kept(db)
    assert len(before["items"]) < len(after["items"]) == after["assigned"]
    assert faults_of(db) == []


def test_a_clock_that_jumps_loses_and_doubles_nothing(around, tmp_path):
    moments = [START + n * LEAP for n in range(5)]
    live(around, tmp_path / "calm.db", moments)
    expected = {name for name, _ in around.mails.log}
    around.mails.log.clear()
    around.messages.log.clear()
    jumps = {1: timedelta(days=3), 3: timedelta(hours=-7)}
    around.set(START)
    with closing(Process(around, tmp_path / "jumped.db", 0)) as process:
        for number, moment in enumerate(moments):
            if number in jumps:
                around.tell(moment + jumps[number])
                process.finish(moment + jumps[number])
            around.set(moment)
            process.finish(moment)
        process.stop()
    came = Counter(name for name, _ in around.mails.log)
    assert expected <= came.keys()
    assert set(came.values()) == {1}
    assert sent_twice(around.messages, 0) == (0, [])
    calm, jumped = (_kept(tmp_path / f"{name}.db") for name in ("calm", "jumped"))
    assert jumped["items"] == calm["items"]
    assert jumped["assigned"] == len(calm["items"])
    # Nothing is polled too often, and no feed waits for the wrong time.
    assert jumped["next"] <= moments[-1] + timedelta(days=1)
    assert faults_of(tmp_path / "jumped.db") == []


def _kept(db: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(db)) as connection:
        items = {row[0] for row in connection.execute("select url from items")}
        [(assigned,)] = connection.execute("select count(*) from assignments")
        [(latest,)] = connection.execute("select max(next_poll) from feed_states")
    latest = datetime.fromisoformat(latest)
    return {"items": items, "assigned": assigned, "next": latest}
