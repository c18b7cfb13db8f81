"""Which words each side uses more, in its own language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import item
from monitor.coverage.keyness import (
    MIN_BACKGROUND,
    MIN_SIDE,
    Background,
    Usual,
    is_comparable,
    keyness,
    lemmas,
)
from monitor.coverage.originals import Original


def printed(*news: tuple[str, str, str]) -> list[Original]:
    """(title, side, language) -> items of two outlets a side, each a text of its own."""
    made = []
    for n, (title, side, language) in enumerate(news):
        one = item(
            title, side, language, id=f"i{n:02}", outlet=f"{side} {n % 2}", minutes=n
        )
        made.append(Original(one, one.id))
    return made


def usual(**counts: int) -> Background:
    return Background(MIN_BACKGROUND, {"news": 400, **counts})


def words(found, **backgrounds) -> dict[str, object]:
    return {word.lemma: word for word in keyness(found, backgrounds)}


FLOOD = [("Flood hits town", "US", "en")] * 6
STORM = [("Storm hits town", "MX", "en")] * 6
AGUA = [("Agua inunda pueblo", "MX", "es")] * 6


# --- what a word is ------------------------------------------------------------


def test_a_word_is_a_lemma_without_grammar_and_numbers_stay():
    one = item("The floods of 1,500 towns", summary="It was a flood", id="a")
    assert lemmas(one) == {"flood": "floods", "1,500": "1,500", "town": "towns"}
    una = item("Los ríos de la región", "MX", summary="", id="b")
    assert lemmas(una) == {"rio": "ríos", "region": "región"}


# --- within one language -------------------------------------------------------


def test_sides_that_write_one_language_are_compared_in_it():
    told = words(printed(*FLOOD, *STORM), en=usual())
    assert {w: (x.side, x.against) for w, x in told.items()} == {
        "flood": ("US", "other side"),
        "storm": ("MX", "other side"),
    }
    assert told["flood"].leaning.z > 1.5


def test_a_word_carries_the_items_in_which_it_stands():
    mixed = [*FLOOD, *STORM, ("Storm and flood", "MX", "en")]
    flood = words(printed(*mixed), en=usual())["flood"]
    assert [one.id for one in flood.items] == [f"i{n:02}" for n in range(6)]
    assert [one.id for one in flood.others] == ["i12"]


def test_it_is_written_as_most_items_write_it():
    found = printed(*FLOOD, *STORM, *[("Floods!", "US", "en")] * 7)
    assert words(found, en=usual())["flood"].written == "Floods"


# --- across languages ----------------------------------------------------------


def test_sides_of_two_languages_are_compared_each_with_its_own():
    found = printed(*FLOOD, *AGUA)
    told = words(found, en=usual(hit=90, town=90), es=usual(pueblo=300))
    assert {(x.side, x.against) for x in told.values()} == {
        ("US", "background"),
        ("MX", "background"),
    }
    assert told["flood"].leaning.z > told["hit"].leaning.z
    assert "pueblo" not in told and "agua" in told


def test_against_the_background_it_takes_more_to_be_sure():
    found = printed(*FLOOD, *AGUA)
    told = {n: words(found, en=usual(flood=n))["flood"] for n in (1, 40)}
    assert told[1].leaning.z > 3.29 > told[40].leaning.z > 1.96
    assert [told[n].is_sure for n in (1, 40)] == [True, False]
    direct = words(printed(*FLOOD, *STORM))["flood"]
    assert 3.29 > direct.leaning.z > 1.96
    assert direct.is_sure


def test_without_a_background_nothing_is_told_across_languages():
    assert words(printed(*FLOOD, *AGUA)) == {}
    few = Background(MIN_BACKGROUND - 1, {"news": 5})
    assert words(printed(*FLOOD, *AGUA), en=few, es=few) == {}


def test_the_background_is_of_one_language_and_without_the_story():
    found = printed(*FLOOD, *AGUA)
    told = Usual(found, "en").without(frozenset({"i00", "i01"}))
    assert (told.items, told.counts["flood"]) == (4, 4)
    copies = [Original(o.item, "i00") for o in found]
    assert Usual(copies, "en").without(frozenset({"i00"})).items == 0


def test_a_word_that_news_always_has_says_less():
    found = printed(*FLOOD, *AGUA)
    rare, common = (words(found, en=usual(flood=n))["flood"] for n in (1, 60))
    assert rare.leaning.z > common.leaning.z > 0
    assert (rare.usual, common.usual) == (1, 60)


def test_items_of_the_other_side_with_the_same_name_are_told_whatever_language():
    found = printed(
        *[("Otis hits", "US", "en")] * 6, *[("Otis golpea", "MX", "es")] * 4
    )
    otis = [w for w in keyness(found, {"en": usual()}) if w.lemma == "otis"]
    assert [(w.side, len(w.items), len(w.others)) for w in otis] == [("US", 6, 4)]


# --- least counts --------------------------------------------------------------


def test_a_word_of_one_outlet_is_its_own_and_not_its_sides():
    paper = [
        Original(item("Flood", "US", "en", id=f"a{n}", outlet="Paper"), f"a{n}")
        for n in range(9)
    ]
    assert words([*paper, *printed(*STORM)], en=usual()).keys() == {
        "storm",
        "hit",
        "town",
    }


def test_a_dispatch_that_all_print_is_one_text():
    found = printed(*FLOOD, *STORM)
    wire = [
        Original(o.item, "i00" if o.item.country == "US" else o.text) for o in found
    ]
    told = words(wire, en=usual())
    assert "flood" not in told


def test_a_side_with_too_few_texts_is_not_compared():
    assert words(printed(*FLOOD[: MIN_SIDE - 1], *STORM)) == {}


# --- laws ----------------------------------------------------------------------

TITLE = st.lists(
    st.sampled_from(["flood", "storm", "wall", "water", "2026"]), min_size=1, max_size=4
).map(" ".join)
NEWS = st.lists(
    st.tuples(TITLE, st.sampled_from(["US", "MX"]), st.just("en")), max_size=24
)


def signed(found) -> dict[str, float]:
    """Lemma -> z, above 0 for the United States."""
    return {
        w.lemma: w.leaning.z if w.side == "US" else -w.leaning.z
        for w in keyness(found, {"en": usual(wall=7)})
        if w.against == "other side"
    }


@given(NEWS)
def test_sides_swapped_turn_every_sign(news):
    swapped = [(t, {"US": "MX", "MX": "US"}[c], x) for t, c, x in news]
    back = {lemma: -z for lemma, z in signed(printed(*swapped)).items()}
    assert signed(printed(*news)) == pytest.approx(back)


@given(NEWS)
def test_equal_sides_have_no_words_of_their_own(news):
    both = [(t, c, x) for t, _, x in news for c in ("US", "US", "MX", "MX")]
    assert signed(printed(*both)) == {}


@given(NEWS, st.randoms())
def test_the_order_of_arrival_does_not_matter(news, random):
    found = printed(*news)
    backgrounds = {"en": usual()}
    shuffled = random.sample(found, len(found))
    assert keyness(found, backgrounds) == keyness(shuffled, backgrounds)


@given(NEWS)
def test_a_word_stands_in_each_of_its_items_and_in_no_other(news):
    found = printed(*news)
    for word in keyness(found, {"en": usual()}):
        having = {o.item.id for o in found if word.lemma in lemmas(o.item)}
        assert {one.id for one in (*word.items, *word.others)} == having
        assert {one.country for one in word.items} == {word.side}
        assert word.leaning.z > 0


def test_leaving_texts_out_of_what_is_usual_is_never_having_read_them():
    found = [
        Original(item(f"Zinc and granite {n}", outlet=f"Paper {n % 3}"), f"t{n % 4}")
        for n in range(12)
    ]
    for names in (set(), {"t1"}, {"t1", found[2].item.id}, {"t0", "t1", "t2", "t3"}):
        without = Usual(found, "en").without(names)
        kept = [o for o in found if not {o.text, o.item.id} & names]
        assert without == Usual(kept, "en").without(frozenset())


def test_a_side_needs_three_texts_of_a_language_to_be_compared():
    texts = [Original(item(f"Zinc {n}"), f"t{n}") for n in range(3)]
    copy = Original(item("Zinc again"), "t0")
    spanish = Original(item("Zinc", language="es"), "t9")
    assert is_comparable(texts)
    assert not is_comparable([*texts[:2], copy, spanish])
