"""Stores that are lent and come back."""

import sqlite3
import threading

import pytest

from builders import item, show
from monitor.store import pool as pools
from monitor.store.database import Store
from monitor.store.pool import MOST_IDLE, Pool


@pytest.fixture
def pool(tmp_path):
    with Store(tmp_path / "monitor.db"):
        pass
    made = Pool(tmp_path / "monitor.db")
    yield made
    made.close()


def is_open(store) -> bool:
    try:
        store.items.last_moment()
    except Exception as error:
        assert "closed" in str(error)
        return False
    return True


def test_a_store_is_lent_again_to_another_thread(pool):
    with pool.open() as first:
        pass
    found = []

    def ask():
        with pool.open() as second:
            found.append(second)
            show(second, [item()])

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [first]
    with pool.open() as third:
        assert third.items.last_moment() is not None


def test_two_at_once_have_two_stores(pool):
    with pool.open() as one, pool.open() as other:
        assert one is not other
        show(one, [item()])
        assert other.items.last_moment() is not None


def test_a_store_comes_back_when_its_work_fails(pool):
    with pytest.raises(KeyError), pool.open() as first:
        raise KeyError
    with pool.open() as second:
        assert second is first


def test_what_was_not_committed_does_not_come_back(pool):
    first = pool.open()
    first._db.execute("begin immediate")
    first.close()
    with pool.open() as second:
        assert second is not first
        show(second, [item()])  # nobody holds the file


def test_a_replaced_file_is_opened_anew(pool, tmp_path):
    with pool.open() as old:
        show(old, [item()])
    with Store(tmp_path / "other.db"):
        pass
    for ending in ("-wal", "-shm"):
        (tmp_path / f"monitor.db{ending}").unlink(missing_ok=True)
    (tmp_path / "other.db").replace(tmp_path / "monitor.db")
    with pool.open() as new:
        assert new.items.last_moment() is None
    assert not is_open(old)


def test_an_old_store_is_closed_when_it_comes_back(pool, monkeypatch):
    monkeypatch.setattr(pools, "LASTS_SECONDS", 0.0)
    with pool.open() as old:
        pass
    assert not is_open(old)


def test_few_are_kept(pool):
    stores = [pool.open() for _ in range(MOST_IDLE + 2)]
    for store in stores:
        store.close()
    assert sum(map(is_open, stores)) == MOST_IDLE


def test_a_closed_pool_keeps_none(pool):
    with pool.open() as idle:
        pass
    lent = pool.open()
    assert lent is idle
    pool.close()
    assert is_open(lent)
    lent.close()
    assert not is_open(lent)


def test_readers_do_not_hold_up_the_log(pool, tmp_path):
    with pool.open() as store:
        show(store, [item()])
        store.items.last_moment()
    with sqlite3.connect(tmp_path / "monitor.db") as db:
        busy, _, _ = db.execute("pragma wal_checkpoint(truncate)").fetchone()
    db.close()
    assert not busy
