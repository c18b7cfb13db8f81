import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import item, reading
from monitor.model import Language
from monitor.stories import window as module
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.similarity import Features
from monitor.stories.terms import TermReader, Terms
from monitor.stories.window import Window

READER = TermReader(background(), aliases())


def terms(title: str, language: Language = "en", english: str | None = None) -> Terms:
    return READER.read(reading(item(title, language=language), english))


QUAKE = terms("An earthquake shakes the port of Duluth and cracks 40 homes")
SPANISH = terms(
    "Un sismo sacude el puerto de Duluth y daña 40 casas",
    "es",
    "An earthquake shakes the port of Duluth and damages 40 houses",
)
CATS = terms("Shelter finds new owners for kittens")
NOTHING = terms("")
ALL = (QUAKE, SPANISH, CATS, NOTHING)


def window(*of: Terms) -> Window:
    """Item after item, an hour apart from hour 0 on."""
    made = Window()
    for hours, row in enumerate(of):
        assert made.add(row, hours) == hours
    return made


def rows(*numbers: int):
    return np.array(numbers, np.intp)


def compare(of: Window, row: int, *others: int) -> dict[str, list[float]]:
    compared = of.compare(row, rows(*others))
    return {name: getattr(compared, name).tolist() for name in Features.__slots__}


def search(of: Window, row: int) -> list[int]:
    return of.search(row, np.ones(len(of), np.bool_)).tolist()


# --- comparison ----------------------------------------------------------------------


def test_a_text_compared_with_itself_is_all_alike():
    made = window(QUAKE, QUAKE).compare(1, rows(0))
    for cosine in (made.english, made.english_title, made.original, made.names):
        assert cosine == pytest.approx([1])
    assert made.letters == pytest.approx([1])
    assert made.name_count == pytest.approx([1])
    assert made.name_mass == pytest.approx([QUAKE.masses["duluth"][0]])
    assert made.word_mass == pytest.approx([sum(QUAKE.words.values())])


def test_texts_without_a_common_word_share_nothing():
    made = compare(window(CATS, QUAKE), 1, 0)
    del made["letters"]  # runs of four letters meet by chance
    assert {name for name, [value] in made.items() if value} == {"gap_hours"}


def test_two_languages_share_the_english_the_names_and_the_letters():
    made = window(SPANISH, QUAKE).compare(1, rows(0))
    assert made.is_across.tolist() == [True]
    assert made.english[0] > 0.5
    assert made.names == pytest.approx([1])
    assert made.letters[0] > 0.3
    assert made.original.tolist() == [0]
    assert window(QUAKE, QUAKE).compare(1, rows(0)).is_across.tolist() == [False]


def test_a_comparison_looks_at_the_rows_asked_for_in_their_order():
    made = window(QUAKE, CATS, SPANISH, QUAKE)
    assert compare(made, 3, 2, 1, 0)["is_across"] == [True, False, False]
    assert compare(made, 3)["english"] == []
    each = [compare(made, 3, other) for other in (2, 1, 0)]
    together = compare(made, 3, 2, 1, 0)
    assert {k: [one[k][0] for one in each] for k in together} == together


def test_gaps_are_hours_either_way():
    made = window(QUAKE, CATS, QUAKE, QUAKE)
    assert compare(made, 1, 0, 1, 2, 3)["gap_hours"] == [1, 0, 1, 2]


def test_an_item_that_says_nothing_is_compared_too():
    made = window(QUAKE, NOTHING, NOTHING)
    assert compare(made, 1, 0, 2)["english"] == [0, 0]
    assert compare(made, 0, 1, 2)["letters"] == [0, 0]
    assert search(made, 1) == []


@given(st.lists(st.sampled_from(ALL), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_pair_shares_the_same_whichever_asks(of):
    made = window(*of)
    made.damp(np.arange(len(of)))
    for name, value in compare(made, 0, 1).items():
        assert compare(made, 1, 0)[name] == pytest.approx(value), name


def test_a_part_of_a_name_counts_in_part():
    full = terms("On Monday a jury heard Rocío Nahle for the first time", "en")
    part = terms("On Tuesday a jury heard Nahle for the second time", "en")
    [count] = compare(window(full, part), 1, 0)["name_count"]
    assert 0 < count < 1


def test_shared_terms_are_those_of_the_rows_asked_for():
    made = window(SPANISH, CATS, QUAKE)
    names, words = list(QUAKE.names), list(QUAKE.english)
    assert made.shared_names(2, names, rows(0)) == {"duluth", "#40"}
    assert "@earthquake" in made.shared_words(2, words, rows(0))
    assert made.shared_lemmas(2, list(QUAKE.original), rows(2)) == {*QUAKE.original}
    assert made.shared_names(2, names, rows(1)) == set()
    assert made.shared_words(2, words, rows(1)) == set()


# --- dense vectors -------------------------------------------------------------------


def test_vectors_are_compared_by_their_cosine_and_never_below_0():
    made = Window(2)
    for n, vector in enumerate([(1, 0), (0.6, 0.8), (-1, 0), (0, 0)]):
        made.add(NOTHING, n, np.array(vector, np.float32))
    assert compare(made, 0, 1, 2, 3)["dense"] == pytest.approx([0.6, 0, 0])
    made.keep(rows(1, 2))
    assert compare(made, 0, 1)["dense"] == [0]
    assert made.add(NOTHING, 9, np.array((0, 1), np.float32)) == 2
    assert compare(made, 2, 0)["dense"] == pytest.approx([0.8])


# --- damping -------------------------------------------------------------------------


def test_a_term_of_many_items_of_the_week_says_less(monkeypatch):
    monkeypatch.setattr(module, "_BACKGROUND_ITEMS", 100)
    made = window(SPANISH, *[QUAKE] * 50)
    alone = compare(made, 1, 0)
    made.damp(np.arange(51))
    crowded = compare(made, 1, 0)
    for name in ("english", "names", "name_mass", "name_count", "word_mass"):
        assert crowded[name][0] < 0.9 * alone[name][0]
    made.damp(rows(0))
    assert compare(made, 1, 0) == alone


# --- search --------------------------------------------------------------------------


def test_a_search_finds_what_shares_terms_in_any_channel_but_never_itself():
    own = terms("Un sismo sacude el puerto de Duluth", "es")
    made = window(QUAKE, CATS, SPANISH, NOTHING, own)
    assert search(made, 0) == [2, 4]
    assert search(made, 2) == [0, 4]
    assert search(made, 1) == []


def test_a_search_finds_visible_rows_alone():
    made = window(QUAKE, SPANISH, QUAKE)
    assert made.search(0, np.array([True, False, True])).tolist() == [2]


def test_of_too_many_those_that_share_most_are_kept_then_the_newest(monkeypatch):
    monkeypatch.setattr(module, "_MOST_CANDIDATES", 3)
    made = window(SPANISH, QUAKE, QUAKE, SPANISH, QUAKE, QUAKE)
    assert search(made, 5) == [1, 2, 4]
    assert search(made, 0) == [3, 4, 5]


def test_a_search_stops_at_its_budget(monkeypatch):
    made = window(QUAKE, *[CATS] * 30, QUAKE)
    monkeypatch.setattr(module, "_BUDGET", 20)
    assert search(made, 0) == [31]
    assert search(made, 1) == []


# --- sweeping ------------------------------------------------------------------------


def test_a_swept_window_is_one_that_never_had_the_others():
    swept = window(CATS, QUAKE, NOTHING, SPANISH)
    swept.keep(rows(1, 3))
    fresh = Window()
    fresh.add(QUAKE, 1)
    fresh.add(SPANISH, 3)
    for made in (swept, fresh):
        assert made.add(QUAKE, 4) == 2
    assert compare(swept, 2, 0, 1) == compare(fresh, 2, 0, 1)
    assert search(swept, 2) == search(fresh, 2) == [0, 1]
    assert swept.hours.tolist() == [1, 3, 4]
    assert swept.is_spanish.tolist() == [False, True, False]
    assert swept.shared_names(2, list(QUAKE.names), rows(1)) == {"duluth", "#40"}


def test_sweeping_keeps_the_damping(monkeypatch):
    monkeypatch.setattr(module, "_BACKGROUND_ITEMS", 100)
    made = window(*[QUAKE] * 20, SPANISH, QUAKE)
    made.damp(np.arange(22))
    before = compare(made, 21, 20)
    made.keep(rows(20, 21))
    assert compare(made, 1, 0) == before


@pytest.mark.parametrize("of", [(CATS, QUAKE), (NOTHING,), ()])
def test_a_window_can_be_emptied(of):
    swept = window(*of)
    swept.keep(rows())
    assert len(swept) == 0
    assert swept.add(QUAKE, 5) == 0
    assert swept.add(QUAKE, 6) == 1
    assert compare(swept, 1, 0)["english"] == pytest.approx([1])
    assert search(swept, 1) == [0]
