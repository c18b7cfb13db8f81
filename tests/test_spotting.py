"""Terms of a lexicon in running text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.spotting import Spotter


def found(text: str, *terms: str, language: str = "en") -> list[str]:
    """What stands where the terms are found."""
    spotter = Spotter(("en", term, term) for term in terms)
    return [text[hit.start : hit.end] for hit in spotter.find(text, language)]


@pytest.mark.parametrize(
    ("text", "term", "hits"),
    [
        ("Migrants cross", "migrants", ["Migrants"]),
        ("Migrants cross", "migrant", []),
        ("MIGRANTS CROSS", "migrants", ["MIGRANTS"]),
        ("La migración crece", "migracion", ["migración"]),
        ("La migracio\u0301n crece", "migración", ["migracio\u0301n"]),
        ("The migrants' camp, migrants", "migrants", ["migrants", "migrants"]),
        ("Migrant's tale", "migrant", ["Migrant's"]),
        ("Migratory birds", "migra*", ["Migratory"]),
        ("Emigrants leave", "migra*", []),
        ("Asylum-seekers wait", "asylum seekers", ["Asylum-seekers"]),
        ("Seekers of asylum", "asylum seekers", []),
        ("asylum", "asylum seekers", []),
        ("El crimen organizado", "crimen organiz*", ["crimen organizado"]),
        ("ICE raids a farm", "ICE", ["ICE"]),
        ("Ice melts", "ICE", []),
        ("ICE melts", "ice", ["ICE"]),
        ("", "ice", []),
        ("ice", "", []),
    ],
)
def test_a_term_matches_whole_words_in_order(text, term, hits):
    assert found(text, term) == hits


def test_a_term_of_one_language_is_not_looked_for_in_the_other():
    assert found("once migrants", "once", language="es") == []


def test_hits_come_by_place_and_the_longer_first():
    text = "Illegal aliens and illegal imports"
    assert found(text, "illegal", "illegal aliens") == [
        "Illegal aliens",
        "Illegal",
        "illegal",
    ]


def test_one_word_is_one_hit_of_an_open_term_however_short():
    assert found("ice", "ice*", "iceland*") == ["ice"]


WORDS = st.lists(st.sampled_from(["río", "muro", "ICE", "paz", "río's"]), max_size=12)


@given(WORDS, WORDS.filter(bool))
def test_it_finds_what_a_plain_search_finds(text, term):
    term = [word.removesuffix("'s") for word in term]
    plain = [word.removesuffix("'s") for word in text]
    expected = [n for n in range(len(plain)) if plain[n : n + len(term)] == term]
    assert len(found(", ".join(text), " ".join(term))) == len(expected)
