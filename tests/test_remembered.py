"""What takes long to find is found once in a while."""

import time
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest

from builders import NOW
from monitor.errors import StoreError
from monitor.web.remembered import Remembered

MINUTE = timedelta(minutes=1)


def test_an_answer_lasts_and_is_then_found_anew():
    found = iter(range(9))
    kept = Remembered(10 * MINUTE, 2)

    def ask(minutes):
        return kept.get("a", NOW + minutes * MINUTE, lambda: next(found))

    assert [ask(m) for m in (0, 9, 10, 19, 20)] == [0, 0, 1, 1, 2]
    assert ask(5) == 3, "a clock that was set back makes nothing last longer"


def test_each_question_has_its_answer_and_the_oldest_is_forgotten():
    asked = []
    kept = Remembered(MINUTE, 2)

    def ask(key):
        return kept.get(key, NOW, lambda: asked.append(key) or key.upper())

    assert [ask(key) for key in "abacb"] == ["A", "B", "A", "C", "B"]
    assert asked == ["a", "b", "c", "b"]


def test_what_was_found_to_be_nothing_is_not_asked_again():
    asked = []
    kept = Remembered(MINUTE, 2)
    for _ in range(2):
        assert kept.get("a", NOW, lambda: asked.append(1) or []) == []
    assert asked == [1]


def test_while_one_finds_others_get_the_answer_before():
    kept, begun, go_on = Remembered(MINUTE, 2), Event(), Event()
    assert kept.get("a", NOW, lambda: "old") == "old"

    def slow():
        begun.set()
        assert go_on.wait(5)
        return "new"

    later, answers = NOW + MINUTE, []
    thread = Thread(target=lambda: answers.append(kept.get("a", later, slow)))
    thread.start()
    assert begun.wait(5)
    assert kept.get("a", later, lambda: "twice") == "old"
    go_on.set()
    thread.join(5)
    assert answers == ["new"]
    assert kept.get("a", later, lambda: "thrice") == "new"


def test_the_first_who_ask_wait_for_one_answer():
    kept, asked = Remembered(MINUTE, 2), []
    together = Barrier(4)

    def find():
        asked.append(1)
        return len(asked)

    def ask():
        together.wait(5)
        kept.get("a", NOW, find)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert asked == [1]


def test_a_failure_is_told_to_who_found_it_and_the_next_tries_again():
    kept = Remembered(MINUTE, 2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", NOW, lambda: 1 // 0)
    assert kept.get("a", NOW, lambda: "well") == "well"


def test_an_answer_ends_with_its_version_once_it_has_settled():
    found = iter(range(9))
    kept = Remembered(MINUTE, 2, settles=timedelta(seconds=5))

    def ask(seconds, version):
        now = NOW + timedelta(seconds=seconds)
        return kept.get("a", now, lambda: next(found), version)

    asked = ((0, 1), (4, 2), (5, 2), (20, 2), (65, 2))
    assert [ask(*each) for each in asked] == [0, 0, 1, 1, 2]


def test_an_answer_that_lags_a_little_is_given_while_the_next_is_found():
    kept = Remembered(MINUTE, 2, lags=MINUTE)
    begun, go_on = Event(), Event()
    assert kept.get("a", NOW, lambda: "old") == "old"

    def slow():
        begun.set()
        assert go_on.wait(5)
        return "new"

    later = NOW + MINUTE
    assert kept.get("a", later, slow) == "old"
    assert begun.wait(5)
    assert kept.get("a", later, lambda: "twice") == "old"
    go_on.set()
    until(lambda: kept.get("a", later, lambda: "twice") == "new")


def test_one_that_lags_further_is_waited_for():
    kept = Remembered(MINUTE, 2, lags=MINUTE)
    assert kept.get("a", NOW, lambda: "old") == "old"
    assert kept.get("a", NOW + 2 * MINUTE, lambda: "new") == "new"


def test_a_failure_aside_leaves_the_answer_and_the_next_finds_it():
    kept, failed = Remembered(MINUTE, 2, lags=MINUTE), Event()
    assert kept.get("a", NOW, lambda: "old") == "old"

    def fail():
        failed.set()
        raise StoreError("locked")

    later = NOW + MINUTE
    assert kept.get("a", later, fail) == "old"
    assert failed.wait(5)
    until(lambda: kept.get("a", later, lambda: "new") == "new")


def until(is_so):
    end = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
