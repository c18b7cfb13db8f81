"""Who changed which headline, and what words went and came."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item
from monitor.coverage.retitles import Revision, changed_words, retitles


def revision(of, title: str, minutes: int) -> Revision:
    return Revision(of, title, NOW + timedelta(minutes=minutes))


def test_a_retitle_says_what_became_of_a_headline_and_when():
    now = item("Migrants detained in Ohio", id="a")
    [told] = retitles([revision(now, "Illegals detained in Ohio", 45)])
    assert (told.before, told.after) == (
        "Illegals detained in Ohio",
        "Migrants detained in Ohio",
    )
    assert (told.at, told.minutes) == (NOW + timedelta(minutes=45), 45)
    assert (told.went, told.came) == (("Illegals",), ("Migrants",))


def test_a_headline_changed_twice_is_told_in_two_steps():
    now = item("Ten dead", id="a")
    found = retitles([revision(now, "Six dead", 60), revision(now, "Two dead", 20)])
    assert [(r.before, r.after) for r in found] == [
        ("Two dead", "Six dead"),
        ("Six dead", "Ten dead"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Wall is up", "WALL IS UP"),
        ("Wall is  up", "Wall is up"),
        ("'Wall' is up", "“Wall” is up"),
        ("T - MEC vive", "T-MEC vive"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_blanks_case_and_quotes_are_no_change(before, after):
    assert retitles([revision(item(after, id="a"), before, 9)]) == []


@pytest.mark.parametrize(
    ("before", "after"), [("Wall up", "Wall up?"), ("papa", "papá"), ("10", "11")]
)
def test_any_other_sign_is_a_change(before, after):
    assert len(retitles([revision(item(after, id="a"), before, 9)])) == 1


def test_a_change_of_blanks_between_two_others_is_passed_over():
    now = item("C", id="a")
    found = retitles(
        [revision(now, title, n) for n, title in enumerate(["A", "a", "B"])]
    )
    assert [(r.before, r.after) for r in found] == [("a", "B"), ("B", "C")]


def test_of_an_undated_item_no_minutes_are_told():
    [told] = retitles([revision(item("B", id="a", date_source="fetched"), "A", 9)])
    assert told.minutes is None


def test_they_come_in_the_order_of_change():
    found = [revision(item("New", id=i), "Old", n) for i, n in (("a", 9), ("b", 3))]
    assert [r.item.id for r in retitles(found)] == ["b", "a"]


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        ("Storm hits coast", "Storm hits the coast", (), ("the",)),
        ("Storm «hits» coast", "Storm batters coast", ("hits",), ("batters",)),
        (
            "Two dead in fire, says mayor",
            "Six dead in blaze, says governor",
            ("Two", "fire", "mayor"),
            ("Six", "blaze", "governor"),
        ),
        ("O’Rourke wins", "O'Rourke loses", ("wins",), ("loses",)),
        ("Aranceles de 25%", "Aranceles de 30%", ("25%",), ("30%",)),
        ("One two", "One two three four", (), ("three four",)),
    ],
)
def test_runs_of_words_went_and_came(before, after, went, came):
    assert changed_words(before, after) == (went, came)


TITLES = st.lists(st.sampled_from("abcde"), max_size=8).map(" ".join)


@given(TITLES, TITLES)
def test_what_came_is_what_goes_when_it_is_changed_back(before, after):
    went, came = changed_words(before, after)
    assert sum(len(run.split()) for run in went) - sum(
        len(run.split()) for run in came
    ) == len(before.split()) - len(after.split())
    assert set(" ".join(went).split()) <= set(before.split())
    assert set(" ".join(came).split()) <= set(after.split())


@given(st.lists(st.tuples(st.sampled_from("abc"), TITLES), max_size=9), st.randoms())
def test_the_order_in_which_revisions_are_read_does_not_matter(news, random):
    items = {i: item("now", id=i) for i in "abc"}
    found = [revision(items[i], title, n) for n, (i, title) in enumerate(news)]
    assert retitles(found) == retitles(random.sample(found, len(found)))
