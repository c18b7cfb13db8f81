"""A damaged database is a StoreError with a remedy, never a traceback; a torn journal is
what SQLite promises: an earlier moment, whole."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders import NOW, assignment, item, show
from disks import mounted, small_disk
from monitor.errors import StoreError
from monitor.store import backup as copies
from monitor.store import database
from monitor.store.database import Store
from monitor.verbs import keep

PAGE = 4096
ITEMS = 300


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> bytes:
    """A database with items and stories, whole in one file."""
    path = tmp_path_factory.mktemp("sound") / "monitor.db"
    with Store(path) as store:
        news = [item(f"Agua {n}", summary="x" * 200) for n in range(ITEMS)]
        show(store, news)
        store.stories.assign(assignment(one) for one in news)
    return path.read_bytes()


def read_all(path: Path) -> None:
    with Store(path) as store:
        store.items.all(NOW)
        store.stories.between(NOW, NOW)
        store.feeds.due([], NOW)
        store.translations.pending("en", NOW, NOW)
        store.outlines.page()
        store.editions.page()


def damaged(content: bytes, path: Path) -> str:
    """What the StoreError says; empty where the damage goes unnoticed."""
    path.write_bytes(content)
    try:
        read_all(path)
    except StoreError as error:
        assert str(error).startswith(f"{path}: ")
        assert "restore a backup" in str(error)
        assert "\n" not in str(error)
        return str(error)
    finally:
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
    return ""


@pytest.mark.parametrize("fill", [b"\0", b"\xff", b"Agua"], ids=repr)
def test_an_overwritten_page_is_an_error_that_says_what_to_do(sound, tmp_path, fill):
    said = set()
    for start in range(0, len(sound), 6 * PAGE):
        broken = bytearray(sound)
        broken[start : start + PAGE] = (fill * PAGE)[:PAGE]
        said.add(damaged(bytes(broken), tmp_path / "monitor.db").partition(": ")[2])
    assert any("malformed" in words for words in said)
    assert any("not a database" in words for words in said)


def test_single_bytes_changed_are_no_traceback(sound, tmp_path):
    chance = random.Random(5)
    found = 0
    for _ in range(30):
        broken = bytearray(sound)
        for _ in range(40):
            # No digit: a date that is no date any more is none of SQLite's business.
            broken[chance.randrange(len(broken))] = chance.randrange(128, 256)
        found += bool(damaged(bytes(broken), tmp_path / "monitor.db"))
    assert found > 25


@pytest.mark.parametrize("left", [50, 100, PAGE, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_an_error(sound, tmp_path, left):
    size = left if isinstance(left, int) else int(len(sound) * left)
    assert "malformed" in damaged(sound[:size], tmp_path / "monitor.db")


def test_damaged_text_is_not_quoted(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        show(store, [item("Agua " * 50)])
        store._db.execute("update items set title = cast(x'41ff42' as text)")
        store._db.conn.commit()
        with pytest.raises(StoreError) as caught:
            store.items.all(NOW)
    assert str(caught.value) == (
        f"{path}: Could not decode to UTF-8 column 'title'; "
        "the file is damaged; restore a backup: 'monitor restore'"
    )


# --- a disk that cannot be written -----------------------------------------------------


def test_a_disk_that_became_read_only_is_an_error_and_comes_back(tmp_path):
    with small_disk(tmp_path / "disk", "8m") as disk:
        path = disk / "monitor.db"
        with Store(path) as store:
            show(store, [item("before")])
        mounted(disk, "ro")
        with pytest.raises(StoreError, match="writ"):
            Store(path)
        mounted(disk, "rw")
        with Store(path) as store:
            show(store, [item("after")])
            assert len(store.items.all(NOW)) == 2


# --- beside the database ---------------------------------------------------------------


@pytest.fixture
def killed(tmp_path) -> Path:
    """A database as a kill leaves it: what was written last is in the -wal file."""
    path = tmp_path / "killed" / "monitor.db"
    path.parent.mkdir()
    with Store(tmp_path / "monitor.db") as store:
        for n in range(30):
            show(store, [item(f"Agua {n}")])
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{store.path}{end}", f"{path}{end}")
    return path


def titles(path: Path) -> list[str]:
    with Store(path) as store:
        [(found,)] = store._db.execute("pragma integrity_check").fetchall()
        assert found == "ok"
        show(store, [item("Afterwards")])
        found = store.items.all(NOW)
    return [one.title for one in found if one.title != "Afterwards"]


def test_what_a_kill_leaves_is_all_there(killed):
    assert len(titles(killed)) == 30


@pytest.mark.parametrize("keep", [0.0, 0.2, 0.5, 0.99])
def test_a_torn_journal_is_an_earlier_moment_whole(killed, keep):
    wal = Path(f"{killed}-wal")
    content = wal.read_bytes()
    wal.write_bytes(content[: int(len(content) * keep)])
    left = titles(killed)
    assert len(left) < 30
    assert sorted(left) == sorted(f"Agua {n}" for n in range(len(left)))


def tear(killed: Path) -> None:
    wal = bytearray(Path(f"{killed}-wal").read_bytes())
    wal[len(wal) // 2 : len(wal) // 2 + 50] = b"?" * 50
    Path(f"{killed}-wal").write_bytes(wal)


def test_garbage_within_the_journal_ends_it_there(killed):
    tear(killed)
    left = titles(killed)
    assert sorted(left) == sorted(f"Agua {n}" for n in range(len(left)))


@pytest.mark.parametrize(
    "harm",
    [
        lambda shm: shm.write_bytes(random.Random(1).randbytes(32_768)),
        lambda shm: shm.write_bytes(b""),
        Path.unlink,
    ],
    ids=["garbage", "empty", "gone"],
)
def test_the_index_of_the_journal_is_made_anew(killed, harm: Callable[[Path], None]):
    harm(Path(f"{killed}-shm"))
    assert len(titles(killed)) == 30


def test_an_emptied_database_is_not_taken_for_a_new_one(killed):
    wal = Path(f"{killed}-wal")
    content = wal.read_bytes()
    killed.write_bytes(b"")
    with pytest.raises(StoreError, match=r"is empty, but .*; restore a backup"):
        Store(killed)
    assert wal.read_bytes() == content


def test_a_reader_that_holds_on_costs_no_room_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "WAL_BYTES", 1_000_000)
    path = tmp_path / "monitor.db"
    wal = Path(f"{path}-wal")
    with Store(path) as store:
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("begin")
            reader.execute("select count(*) from items").fetchall()
            for n in range(20):
                show(store, [item(f"{n} {k}", summary="x" * 900) for k in range(150)])
            assert wal.stat().st_size > 8_000_000
        show(store, [item("Afterwards")])  # merges
        show(store, [item("After that")])  # begins the file anew
        assert wal.stat().st_size <= 1_000_000


# --- noticed at the start, and put right -----------------------------------------------


@pytest.mark.parametrize("fill", [b"\0", b"\xff", b"Agua"], ids=repr)
def test_damage_is_noticed_at_the_start_and_a_restore_ends_it(sound, tmp_path, fill):
    """Whichever page was overwritten; one in five is tried here."""
    path, saved = tmp_path / "monitor.db", tmp_path / "backup.db"
    saved.write_bytes(sound)
    starts = range(0, len(sound), PAGE)[:: max(1, len(sound) // PAGE // 40)]
    noticed = []
    for start in starts:
        broken = bytearray(sound)
        broken[start : start + PAGE] = (fill * PAGE)[:PAGE]
        path.write_bytes(broken)
        if is_damaged := _noticed(path):
            noticed.append(start)
        if is_damaged and len(noticed) % 8 == 1:
            copies.restore(saved, path, NOW, send_again=False)
            with Store(path) as store:
                keep.check_at_start(store)
                assert len(store.items.all(NOW)) == ITEMS
        for left in tmp_path.glob("monitor.db*"):
            left.unlink()
    assert noticed == list(starts)


def _noticed(path: Path) -> bool:
    """Whether opening it, or the look at the start, says that it is damaged."""
    try:
        with Store(path) as store:
            keep.check_at_start(store)
    except StoreError as error:
        assert "restore" in str(error)
        return True
    return False
