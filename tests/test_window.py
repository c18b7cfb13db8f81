import numpy as np
import pytest

from builders import item, reading
from monitor.model import Language
from monitor.stories.aliases import aliases
from monitor.stories.background import background
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


ALWAYS = float("-inf")


def window(*of: Terms) -> Window:
    made = Window()
    for hours, row in enumerate(of):
        assert made.add(row, hours) == hours
    return made


def features(of: Window, item: Terms, rows=slice(None)) -> dict[str, list[float]]:
    compared = of.compare(item, 1.0, ALWAYS)
    return {name: getattr(compared, name)[rows].tolist() for name in compared.__slots__}


def test_a_text_compared_with_itself_is_all_alike():
    made = window(QUAKE).compare(QUAKE, 0.0, ALWAYS)
    for cosine in (made.english, made.english_title, made.original, made.names):
        assert cosine == pytest.approx([1])
    assert made.name_count == pytest.approx([1])
    assert made.name_mass == pytest.approx([QUAKE.masses["duluth"][0]])
    assert made.word_mass == pytest.approx([sum(QUAKE.words.values())])


def test_texts_without_a_common_word_share_nothing():
    made = features(window(CATS), QUAKE)
    assert {name for name, [value] in made.items() if value} == {"gap_hours"}


def test_two_languages_share_the_english_and_the_names():
    made = window(SPANISH).compare(QUAKE, 0.0, ALWAYS)
    assert made.is_across.tolist() == [True]
    assert made.english[0] > 0.5
    assert made.names == pytest.approx([1])
    assert window(QUAKE).compare(QUAKE, 0.0, ALWAYS).is_across.tolist() == [False]


def test_gaps_are_hours_either_way():
    made = window(QUAKE, CATS, QUAKE, QUAKE)
    assert made.compare(CATS, 1.5, ALWAYS).gap_hours.tolist() == [1.5, 0.5, 0.5, 1.5]


def test_an_item_that_says_nothing_is_compared_too():
    made = window(QUAKE, NOTHING)
    assert made.compare(NOTHING, 0.0, ALWAYS).english.tolist() == [0, 0]
    assert made.compare(QUAKE, 0.0, ALWAYS).english == pytest.approx([1, 0])
    assert len(Window().compare(QUAKE, 0.0, ALWAYS).gap_hours) == 0


def test_a_part_of_a_name_counts_in_part():
    full = terms("On Monday a jury heard Rocío Nahle for the first time", "en")
    part = terms("On Tuesday a jury heard Nahle for the second time", "en")
    [count] = window(full).compare(part, 0.0, ALWAYS).name_count
    assert 0 < count < 1


def test_shared_terms_are_those_of_the_rows_asked_for():
    made = window(SPANISH, CATS)
    assert made.shared_names(QUAKE, np.array([0])) == {"duluth", "#40"}
    assert "@earthquake" in made.shared_words(QUAKE, np.array([0]))
    assert made.shared_names(QUAKE, np.array([1])) == set()
    assert made.shared_words(QUAKE, np.array([1])) == set()


def test_a_term_of_many_recent_items_says_less():
    alone = window(SPANISH).compare(QUAKE, 1.0, ALWAYS)
    crowded = window(SPANISH, *[QUAKE] * 50).compare(QUAKE, 1.0, ALWAYS)
    assert crowded.name_mass[0] < alone.name_mass[0]
    assert crowded.english[0] < alone.english[0]


def test_rows_before_the_window_share_nothing_and_count_for_nothing():
    young = window(QUAKE, SPANISH).compare(QUAKE, 1.0, 1.0)
    assert young.english[0] == young.names[0] == young.name_mass[0] == 0
    crowd = window(*[QUAKE] * 50, SPANISH).compare(QUAKE, 50.0, 50.0)
    alone = window(SPANISH).compare(QUAKE, 50.0, ALWAYS)
    assert crowd.english[50] == alone.english[0]


def test_a_swept_window_is_one_that_never_had_the_others():
    swept = window(CATS, QUAKE, NOTHING, SPANISH)
    swept.keep([1, 3])
    fresh = Window()
    fresh.add(QUAKE, 1)
    fresh.add(SPANISH, 3)
    for one in (QUAKE, SPANISH, CATS):
        assert features(swept, one) == features(fresh, one)
    assert swept.shared_names(QUAKE, np.array([1])) == {"duluth", "#40"}
    assert len(swept) == swept.add(CATS, 4) == 2


def test_a_window_can_be_emptied():
    swept = window(CATS, QUAKE)
    swept.keep([])
    assert len(swept) == 0
    assert swept.add(QUAKE, 5) == 0
    assert features(swept, QUAKE)["english"] == pytest.approx([1])
