import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.finder import Finder, Hit, longest
from monitor.text import fold, words


def found(text: str, *terms: str) -> list[str]:
    """What the terms stand for in a text, as it is written there."""
    hits = Finder((term, term) for term in terms).hits(text)
    return [text[hit.start : hit.end] for hit in hits]


# --- one term --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "text", "written"),
    [
        ("agua", "El AGUA llega", "AGUA"),
        ("Mexico", "Llega a México hoy", "México"),
        ("Rio Grande", "On the Río-Grande, again", "Río-Grande"),
        ("EE. UU.", "Hoy EE.UU. responde", "EE.UU"),
        ("ICE", "ICE’s new director", "ICE"),
        ("Sheinbaum", "Says Sheinbaum's team", "Sheinbaum"),
        ("O'Rourke", "See O’Rourke’s plan", "O’Rourke"),
        ("migra*", "Two migrants wait", "migrants"),
        ("caravana migra*", "La caravana migrante.", "caravana migrante"),
        ("migra*", "Ley de migra", "migra"),
        ("ice", "ICE melts", "ICE"),
        ("migracion", "La migracio\u0301n crece", "migracio\u0301n"),
        ("migracio\u0301n", "La migración crece", "migración"),
        ("O'Róurke", "See O’Ro\u0301urke’s plan", "O’Ro\u0301urke"),
        ("asylum seekers", "Asylum-seekers wait", "Asylum-seekers"),
        ("la migración", "De la migración", "la migración"),
        ("el crimen organiz*", "El crimen organizado", "El crimen organizado"),
    ],
)
def test_a_hit_spans_the_words_as_written(term, text, written):
    assert found(text, term) == [written]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("ICE", "Ice storm"),
        ("agua", "Aguascalientes"),
        ("Rio Grande", "Rio and Grande"),
        ("migra*", "Emigrados"),
        ("migrante*", "Migra"),
        ("una caravana migra*", "Una caravanas migrantes"),
        ("*", "Anything"),
        ("", "Anything"),
        ("Rio Grande Valley", "The Rio Grande"),
        ("asylum seekers", "Seekers of asylum"),
        ("to the border", "Border: shut"),
    ],
)
def test_a_term_that_does_not_stand_there_gives_no_hit(term, text):
    assert found(text, term) == []


def test_spans_count_in_the_text_as_given():
    decomposed = unicodedata.normalize("NFD", "Él llegó a México")
    [hit] = Finder([("k", "mexico")]).hits(decomposed)
    assert decomposed[hit.start :] == unicodedata.normalize("NFD", "México")


# --- many terms ------------------------------------------------------------------


def test_hits_come_in_the_order_of_the_text_with_key_and_term():
    finder = Finder([("trade", "tariff*"), ("water", "agua"), ("trade", "steel")])
    assert finder.hits("Steel, agua and tariffs; steel") == [
        Hit("trade", "steel", 0, 5),
        Hit("water", "agua", 7, 11),
        Hit("trade", "tariff*", 16, 23),
        Hit("trade", "steel", 25, 30),
    ]


def test_keys_are_those_of_which_any_term_stands_there():
    finder = Finder([(1, "tariff*"), (2, "agua"), (1, "steel")])
    assert finder.keys("Steel tariffs") == {1}
    assert finder.keys("Nothing of it") == set()


def test_overlapping_terms_all_hit_and_the_longest_can_be_had_alone():
    finder = Finder([("people", "immigrants"), ("harsh", "illegal immigrants")])
    hits = finder.hits("Illegal immigrants, immigrants")
    assert [hit.key for hit in hits] == ["harsh", "people", "people"]
    assert [(h.key, h.start) for h in longest(hits)] == [("harsh", 0), ("people", 20)]


def test_one_word_may_begin_several_terms_and_stand_for_several_keys():
    finder = Finder([("a", "water"), ("b", "water treaty"), ("c", "wat*")])
    assert [(h.key, h.end) for h in finder.hits("Water treaty")] == [
        ("a", 5),
        ("c", 5),
        ("b", 12),
    ]


@pytest.mark.parametrize("terms", ["organ* organ", "organ organ*"])
def test_for_the_same_words_the_term_without_a_star_stays(terms):
    finder = Finder((term, f"crimen {term}") for term in terms.split())
    assert [h.key for h in finder.hits("Crimen organ")] == ["organ", "organ*"]
    assert [h.key for h in longest(finder.hits("Crimen organ"))] == ["organ"]


def test_for_the_same_words_the_term_given_first_stays():
    finder = Finder([("b", "Wall"), ("a", "wall")])
    assert [h.key for h in longest(finder.hits("The wall"))] == ["b"]


# --- laws ------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["ice", "ICE", "Ice", "río", "RÍO", "rio's", "agua", "aguas", "US", "us", "O’Rio"]
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", "-", ". ", ", "]))).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
TERMS = st.builds(
    lambda parts, end: " ".join(parts) + end,
    st.lists(WORDS, min_size=1, max_size=3),
    st.sampled_from(["", "*"]),
)


def slowly(term: str, text: str) -> int:
    """How often a term stands in a text, by one regular expression for each term."""

    def plain(of: str) -> list[str]:
        stems = [re.sub(r"['’][sS]$", "", w).replace("’", "'") for w in words(of)]
        return [fold(s) + ("^" if len(s) > 1 and s.isupper() else "") for s in stems]

    stems = plain(term)
    ends = ["" for _ in stems]
    if term.endswith("*"):
        ends[-1] = r"[^ ^]*"
    parts = (
        re.escape(s.removesuffix("^")) + e + (r"\^" if s.endswith("^") else r"\^?")
        for s, e in zip(stems, ends, strict=True)
    )
    line = " " + " ".join(plain(text)) + " "
    return len(re.findall(rf"(?= {' '.join(parts)} )", line))


@given(TEXTS, st.lists(TERMS, max_size=6, unique=True))
def test_all_at_once_finds_what_each_alone_does(text, terms):
    hits = Finder((n, term) for n, term in enumerate(terms)).hits(text)
    counts = [sum(hit.key == n for hit in hits) for n in range(len(terms))]
    assert counts == [slowly(term, text) for term in terms]


@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_text_and_terms_are_borne_and_every_span_lies_in_the_text(text, terms):
    finder = Finder((term, term) for term in terms)
    hits = finder.hits(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert finder.keys(text) == {hit.key for hit in hits}


@given(st.lists(TERMS, max_size=5), TEXTS)
def test_hits_kept_apart_do_not_overlap(terms, text):
    kept = longest(Finder((term, term) for term in terms).hits(text))
    assert all(a.end <= b.start for a, b in zip(kept, kept[1:], strict=False))
