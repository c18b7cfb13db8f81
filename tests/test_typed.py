"""Whatever is typed is understood, or refused with what to do about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.typed import understand
from monitor.errors import ConfigError
from monitor.query import And, holds, parse_query, terms

SCRAPS = (
    "agua",
    "México",
    '"',
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "-",
    "*",
    "y",
    "NO",
    "😀",
)
scraps = st.lists(
    st.one_of(st.sampled_from(SCRAPS), st.text(max_size=4)), max_size=15
).map("".join)
typed = st.one_of(scraps, scraps.map(lambda text: " ".join(text)), st.text())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("aranceles", "aranceles"),
        ("aranceles Trump", "aranceles AND Trump"),
        ("agua OR sequía presa", "agua OR (sequía AND presa)"),
        ("(agua OR sequía) presa", "(agua OR sequía) AND presa"),
        ("agua O sequía", "agua OR sequía"),
        ("agua | sequía", "agua OR sequía"),
        ("acero -dumping", "acero AND NOT dumping"),
        ("acero NO dumping", "acero AND NOT dumping"),
        ('acero -"en la presa"', 'acero AND NOT "en la presa"'),
        ("acero −(dumping OR cuota)", "acero AND NOT (dumping OR cuota)"),
        ("no pasa nada", "no AND pasa AND nada"),
        ("rock and roll", "rock AND roll"),
        ("El precio de la luz", "precio AND luz"),
        ("LA Dodgers", "LA AND Dodgers"),
        ("la", "la"),
        ("acero -de", "acero AND NOT de"),
        ('"Guardia Nacional', '"Guardia Nacional"'),
        ("«Guardia Nacional»", '"Guardia Nacional"'),
        ("¿México, Canadá?", "México AND Canadá"),
        ("migra* EE.UU.", "migra* AND EE.UU"),
        ("mi*gra", '"mi gra"'),
        ("agua ))(( luz OR", "agua AND luz"),
        ("Trump - aranceles", "Trump AND aranceles"),
        ("agua agua", "agua"),
        ('"not"', '"not"'),
    ],
)
def test_it_is_understood(text, meant):
    assert str(understand(text)) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write one"),
        ("😀 - ()", "write one"),
        ("-agua", "add a word that is"),
        ("agua OR -presa", "add a word that is"),
        ("mi*", "write 3 letters or more before the *"),
        ("agua " * 101, "shorten it"),
        (" ".join(f"palabra{n}" for n in range(41)), "leave some out"),
        ("(" * 60 + "agua" + ")" * 60, "write it flatter"),
    ],
)
def test_what_asks_for_nothing_or_too_much_is_refused(text, said):
    with pytest.raises(ConfigError) as caught:
        understand(text)
    assert said in str(caught.value)


@given(typed)
def test_nothing_typed_breaks_it_and_a_watch_list_would_understand_the_same(text):
    try:
        query = understand(text)
    except ConfigError as refused:
        assert str(refused)
        return
    assert parse_query(str(query)) == query
    assert not holds(query, ())


@given(st.lists(st.sampled_from(["agua", "luz", "presa"]), min_size=1, max_size=6))
def test_words_side_by_side_must_all_stand(words):
    query = understand(" ".join(words))
    assert {term.text for term in terms(query)} == set(words)
    assert isinstance(query, And) or len(set(words)) == 1
