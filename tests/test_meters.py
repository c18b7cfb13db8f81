"""The folder in which a dashboard's processes count together: real ones, and killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_web import on_linux, run_serving, until, water

from monitor.verbs import meters
from monitor.verbs.meters import Meters, take_meters

ROOT = Path(__file__).parents[1]
HOLD = (
    "import sys; from pathlib import Path; from monitor.verbs import meters;"
    "meters.MEMORY = Path(sys.argv[1]);"
    "print(meters.take_meters().folder, flush=True); sys.stdin.read()"
)


@pytest.fixture
def memory(tmp_path, monkeypatch) -> Path:
    place = tmp_path / "shm"
    place.mkdir()
    monkeypatch.setattr(meters, "MEMORY", place)
    return place


@pytest.fixture
def other(memory) -> Iterator[subprocess.Popen[str]]:
    """Another dashboard that holds a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(memory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def taken() -> Meters:
    found = take_meters()
    assert found
    return found


def test_a_folder_is_its_owners_alone_and_ends_without_a_trace(memory):
    ours = taken()
    assert [*memory.iterdir()] == [ours.folder]
    assert ours.folder.stat().st_mode & 0o777 == 0o700
    ours.end()
    assert [*memory.iterdir()] == []


def test_what_a_killed_dashboard_has_left_the_next_one_removes(memory, other):
    theirs = Path(other.stdout.readline().strip())
    (theirs / "counter_1.db").write_bytes(b"3")
    taken().end()
    assert theirs.exists()  # as long as it lives
    other.kill()
    other.wait()
    ours = taken()
    assert [*memory.iterdir()] == [ours.folder]
    ours.end()


def test_a_link_that_somebody_has_laid_is_not_followed(memory, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "kept").touch()
    (memory / f"{meters.PREFIX}x").symlink_to(precious)
    taken().end()
    assert (precious / "kept").exists()


def test_without_memory_files_go_among_temporary_ones(memory, tmp_path, monkeypatch):
    memory.rmdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ours = taken()
    assert ours.folder.parent == tmp_path
    ours.end()


def test_where_nothing_can_be_written_each_process_counts_for_itself(
    memory, tmp_path, monkeypatch, caplog
):
    memory.rmdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert take_meters() is None
    assert "no temporary folder can be written" in caplog.text


@on_linux
def test_a_dashboard_without_its_folder_serves_on(store, tmp_path):
    """Systems clear away what is temporary."""
    water(store)
    with run_serving(tmp_path) as (running, browser):
        until(lambda: len([f for p in of(running) for f in p.glob("counter_*")]) == 2)
        [folder] = of(running)
        shutil.rmtree(folder)
        for _ in range(4):  # by one process or the other
            assert browser.get("/livez").status == 200
        assert browser.get("/metrics").status == 200
        running.kill()
        assert "Traceback" not in running.communicate(timeout=15)[1]


def of(process: subprocess.Popen[str]) -> list[Path]:
    """The folder that a process has open, if it has one yet."""
    opened = (os.path.realpath(p) for p in Path(f"/proc/{process.pid}/fd").iterdir())
    return [Path(path) for path in opened if meters.PREFIX in path]
