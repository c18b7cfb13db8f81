"""What takes long to find is found once in a while."""

from datetime import timedelta

from builders import NOW
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
