import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import text
from monitor.text import clip, fold, printable, squeeze, words

ANY = st.text()


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(text)
    assert result.attempted >= 2
    assert result.failed == 0


@pytest.mark.parametrize(
    ("raw", "squeezed"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("  Agua\u00a0y\r\n frontera\u2003", "Agua y frontera"),
        ("Me\u0301xico", "México"),
    ],
)
def test_squeeze_leaves_single_blanks_and_composed_accents(raw, squeezed):
    assert squeeze(raw) == squeezed


@given(ANY)
def test_squeezing_twice_changes_nothing_more(raw):
    once = squeeze(raw)
    assert squeeze(once) == once
    assert once.split() == once.split(" ") or once == ""
    assert unicodedata.is_normalized("NFC", once)


def test_a_decomposed_accent_does_not_break_a_word():
    assert words(squeeze("Peña Nieto en Me\u0301xico")) == [
        "Peña",
        "Nieto",
        "en",
        "México",
    ]


@pytest.mark.parametrize(
    "spelling", ["México", "MÉXICO", "Mexico", "Me\u0301xico", "𝐌é𝐱𝐢𝐜𝐨"]
)
def test_fold_makes_all_spellings_agree(spelling):
    assert fold(spelling) == "mexico"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ñandú", "ÑANDÚ"), ("Straße", "STRASSE"), ("güero", "Guero"), ("ﬁn", "FIN")],
)
def test_fold_ignores_case_and_marks(one, other):
    assert fold(one) == fold(other)


@given(ANY)
def test_folding_twice_changes_nothing_more(raw):
    assert fold(fold(raw)) == fold(raw)


@given(ANY)
def test_fold_leaves_neither_capitals_nor_accents(raw):
    folded = fold(raw)
    assert folded == folded.casefold()
    assert not any(unicodedata.combining(c) for c in folded)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("¿Y México?", ["Y", "México"]),
        ("US-Mexico border", ["US", "Mexico", "border"]),
        ("O’Rourke's day", ["O’Rourke's", "day"]),
        ("'quoted'", ["quoted"]),
        ("snake_case 25%", ["snake", "case", "25"]),
        ("…—¡!", []),
    ],
)
def test_words_keeps_letters_digits_and_inner_apostrophes(raw, found):
    assert words(raw) == found


@given(ANY)
def test_words_come_from_the_text_in_its_order(raw):
    end = 0
    for word in words(raw):
        end = raw.index(word, end) + len(word)


def test_clip_leaves_a_text_that_fits():
    assert clip("agua", 4) == "agua"


@pytest.mark.parametrize(
    ("limit", "clipped"),
    [(20, "Trump, Sheinbaum…"), (11, "Trump…"), (6, "Trump…"), (3, "Tr…"), (1, "…")],
)
def test_clip_cuts_at_a_word_and_drops_loose_punctuation(limit, clipped):
    assert clip("Trump, Sheinbaum: hablan", limit) == clipped


@given(ANY, st.integers(1, 40))
def test_a_clipped_text_never_exceeds_its_limit_and_begins_as_the_text(raw, limit):
    clipped = clip(raw, limit)
    assert len(clipped) <= limit
    assert clipped == raw or raw.startswith(clipped.removesuffix("…"))


@given(ANY)
def test_printable_text_orders_a_terminal_nothing(raw):
    assert printable(raw).isprintable()
    assert len(printable(raw)) == len(raw)
