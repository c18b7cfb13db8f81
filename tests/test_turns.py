import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from monitor.feeds.fetch_turns import Turns, TurnsClosedError

GAP = 0.1


@pytest.fixture
def turns() -> Iterator[Turns]:
    turns = Turns(2, GAP)
    yield turns
    turns.close()


class _Counter:
    """How many are inside at once, at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self.most = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1


def test_so_many_have_a_turn_at_once_and_all_get_one(turns: Turns) -> None:
    counter = _Counter()

    def work(number: int) -> int:
        with turns.turn("host"), counter:
            time.sleep(0.001)
        return number

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(work, range(60))) == list(range(60))
    assert counter.most == 2


def test_turns_come_in_order_of_arrival() -> None:
    turns, order = Turns(1, 0), []

    def work(number: int) -> None:
        with turns.turn("host"):
            order.append(number)

    with ThreadPoolExecutor(8) as pool, turns.turn("host"):
        for number in range(8):
            pool.submit(work, number)
            time.sleep(0.03)  # let it arrive
    assert order == list(range(8))


def test_keys_do_not_wait_for_each_other(turns: Turns) -> None:
    with turns.turn("a"), turns.turn("a"), turns.turn("b"), turns.turn("b"):
        pass


def test_an_error_inside_gives_the_turn_back(turns: Turns) -> None:
    for _ in range(3):
        with pytest.raises(KeyError), turns.turn("host"):
            raise KeyError
    assert turns.remembered() == 0


def test_outlet_and_host_together_never_deadlock(turns: Turns) -> None:
    """Each of 6 threads walks over the same 3 hosts from another end."""

    def work(number: int) -> None:
        for step in range(30):
            outlet, host = f"outlet {number % 2}", f"host {(number + step) % 3}"
            with turns.turn(outlet), turns.turn(host):
                time.sleep(0.0001)

    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(work, number) for number in range(6)]
        for future in futures:
            future.result(timeout=10)
    assert turns.remembered() == 0


@pytest.mark.parametrize(
    ("starts", "gaps"),
    [
        ([["a"], ["a"], ["a"]], 2),
        ([["a"], ["b"], ["c"]], 0),
        ([["a", "o"], ["b", "o"]], 1),
        ([["a", "o"], ["b", "p"], ["a", "p"]], 1),
        ([["a"], [], []], 0),
    ],
)
def test_a_gap_lies_between_two_starts_at_one_key(
    starts: list[list[str]], gaps: int, turns: Turns
) -> None:
    began = time.monotonic()
    for keys in starts:
        turns.await_start(keys)
    assert gaps * GAP <= time.monotonic() - began < (gaps + 1) * GAP


def test_starts_of_many_threads_keep_the_gap(turns: Turns) -> None:
    def start(_: int) -> float:
        turns.await_start(["a"])
        return time.monotonic()

    with ThreadPoolExecutor(5) as pool:
        times = sorted(pool.map(start, range(5)))
    assert times[-1] - times[0] > 3.9 * GAP  # the last wakes late, not early
    assert all(b - a > GAP / 2 for a, b in pairwise(times))


def test_without_a_gap_nothing_is_waited_for_or_remembered() -> None:
    turns = Turns(2, 0)
    for _ in range(100):
        turns.await_start(["a"])
    assert turns.remembered() == 0


def test_what_is_remembered_does_not_grow() -> None:
    turns = Turns(2, 0.001)
    for number in range(2_000):
        with turns.turn(f"host {number}"):
            turns.await_start([f"host {number}"])
    time.sleep(0.002)
    turns.await_start(["last"])
    assert turns.remembered() == 1


def test_closing_ends_every_wait() -> None:
    turns = Turns(1, 60)
    turns.await_start(["a"])

    def wait_for_turn() -> None:
        with turns.turn("host"):
            pass

    with ThreadPoolExecutor(2) as pool, turns.turn("host"):
        waits = [pool.submit(wait_for_turn), pool.submit(turns.await_start, ["a"])]
        time.sleep(0.02)
        turns.close()
        for wait in waits:
            with pytest.raises(TurnsClosedError):
                wait.result(timeout=5)
    with pytest.raises(TurnsClosedError), turns.turn("host"):
        pass
