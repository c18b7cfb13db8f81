"""The tone of one headline, in both languages by the same net."""

from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.valence import Meaning, Valences, read_meanings, valences
from monitor.errors import ConfigError

OURS = valences()
HEADLINES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "tone_headlines.tsv")
    .read_text(encoding="utf-8")
    .splitlines()
    if not line.startswith("#")
]
"""(how a reader finds it, English, Spanish)"""
SIGN = 0.2
"""Tone below this is a word in the background alone."""


def value(text: str, language: str) -> float:
    tone = OURS.tone(text, language)
    return tone.value if tone else 0.0


def test_bad_news_is_negative_and_good_news_positive():
    assert value("Two die in Nogales fire", "en") < 0 < value("Choir wins prize", "en")
    assert value("Dos mueren en incendio", "es") < 0 < value("Coro gana premio", "es")


def test_a_headline_without_a_word_of_the_list_has_no_tone():
    assert OURS.tone("Congress to vote on Thursday", "en") is None
    assert OURS.tone("", "es") is None


def test_it_names_the_words_it_rests_on_as_the_text_writes_them():
    assert OURS.tone("Gunmen Murdered Two", "en").words == ("Gunmen", "Murdered")
    assert OURS.tone("Jueza no acusó a nadie", "es").words == ("no … acusó",)


@pytest.mark.parametrize(
    ("plain", "turned", "language"),
    [
        ("Fans are happy", "Fans are not happy", "en"),
        ("Town is safe and happy", "Town isn't happy", "en"),
        ("Hay acuerdo", "No hay acuerdo", "es"),
        ("Vuelven con éxito", "Vuelven sin éxito", "es"),
        ("Murders in Colima", "Fewer murders in Colima", "en"),
        ("Homicidios en Colima", "Homicidios bajan en Colima", "es"),
    ],
)
def test_negation_and_lessening_turn_a_word_round_and_damp_it(plain, turned, language):
    before, after = value(plain, language), value(turned, language)
    assert before * after < 0
    assert abs(after) < abs(before)


def test_negation_ends_with_its_clause():
    assert value("No deal: talks fail; war", "en") == value("No deal; fail; war", "en")
    assert OURS.tone("No. Happy end", "en").words == ("Happy",)


def test_what_came_before_the_news_counts_half():
    assert value("Singer returns after cancer", "en") > value("Singer has cancer", "en")
    assert value("Cantante regresa tras cáncer", "es") > value("Tiene cáncer", "es")


def test_names_do_not_count_where_capitals_tell_them():
    assert OURS.tone("La cumbre sobre agua será en La Paz", "es") is None
    assert OURS.tone("La cumbre sobre agua trae la paz", "es") is not None


def test_the_longest_form_counts():
    short = Meaning(-1, {"en": ("mass",), "es": ("fosa",)})
    whole = Meaning(-3, {"en": ("mass grave",), "es": ("fosa común",)})
    found = Valences([short, whole]).tone("Hallan fosa común", "es")
    assert found.words == ("fosa común",)


WORDS = [form for m in OURS.meanings for form in (*m.forms["en"], "no", "table")]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_tone_is_bounded(text):
    assert -1 < value(text, "en") < 1


@given(st.lists(st.sampled_from([-3, -1, 1, 2]), min_size=1), st.randoms())
def test_tone_goes_one_way_with_its_words_in_any_order(values, random):
    names = {-3: "murder", -1: "worry", 1: "fair", 2: "medal"}
    shuffled = random.sample(values, len(values))
    first, second = (" ".join(names[v] for v in each) for each in (values, shuffled))
    assert value(first, "en") == pytest.approx(value(second, "en"))
    assert value(f"{first} medal", "en") > value(first, "en")
    assert value(f"{first} murder", "en") < value(first, "en")


# --- the list ------------------------------------------------------------------------


def test_the_list_is_long_and_both_languages_know_every_meaning():
    assert len(OURS.meanings) >= 500
    assert all(m.forms["en"] and m.forms["es"] for m in OURS.meanings)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_form_of_the_list_is_found_in_a_text(language):
    lost = defaultdict(list)
    for meaning in OURS.meanings:
        for form in meaning.forms[language]:
            found = value(form, language) * meaning.valence
            if found <= 0:
                lost[meaning.valence].append(form)
    assert lost == {}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("-2\tdeath", "2 columns"),
        ("4\tdeath\tmuerte", "'4' is none of -3"),
        ("0\tdeath\tmuerte", "'0' is none of -3"),
        ("-2\t\tmuerte", "no en form"),
        ("-2\tdeath\t| ", "no es form"),
        ("-2\t!!\tmuerte", "'!!' is no word"),
    ],
)
def test_a_line_that_cannot_stand_is_named(line, what):
    with pytest.raises(ConfigError, match="tone.tsv, line 2: ") as error:
        read_meanings(["# words", line])
    assert what in str(error.value)


def test_a_form_with_two_meanings_is_refused():
    with pytest.raises(ConfigError, match="line 2: 'Muerte' is already on line 1"):
        read_meanings(["-2\tdeath\tmuerte", "-3\tdecease\tMuerte"])


# --- the gate ------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "column"), [("en", 1), ("es", 2)])
def test_headlines_of_ours_are_read_as_a_reader_finds_them(language, column):
    """57 of 60 in each language; the floor leaves room for one more that fails."""
    signs = {True: "-", False: "+"}
    right = sum(
        (signs[v < 0] if abs(v := value(row[column], language)) > SIGN else "0")
        == row[0]
        for row in HEADLINES
    )
    assert len(HEADLINES) == 60
    assert right >= 56


def test_equal_headlines_have_equal_tone_in_both_languages():
    """A mean difference of .04, on a scale from -1 to 1."""
    gaps = [abs(value(en, "en") - value(es, "es")) for _, en, es in HEADLINES]
    assert fmean(gaps) < 0.06
