"""How the sides word the concepts of a lexicon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import item
from monitor.concept import Concept, Frame
from monitor.coverage.framing import MIN_MENTIONS, Framing
from monitor.coverage.originals import Original

MIGRANTS = Concept(
    "migrants",
    (
        Frame("neutral", ("migrant", "migrants"), ("migrantes",)),
        Frame("papers", ("undocumented migrants",), ("indocumentados",)),
    ),
    Frame("aside", ("migrant birds",)),
)
WALL = Concept(
    "wall", (Frame("wall", ("wall",), ("muro",)), Frame("fence", ("fence",)))
)
FRAMING = Framing((MIGRANTS, WALL))


def originals(*items, **copies: str) -> list[Original]:
    return [Original(each, copies.get(each.id, each.id)) for each in items]


def uses(*found: Original) -> dict:
    """(concept, frame) -> its use."""
    told = FRAMING.compare(found)
    return {(c.concept, use.frame): use for c in told for use in c.uses}


def test_a_mention_says_where_it_stands():
    one = item("Wall up", summary="No migrants at the wall")
    assert [(m.concept, m.frame, m.part, m.words) for m in FRAMING.mentions(one)] == [
        ("wall", "wall", "title", "Wall"),
        ("migrants", "neutral", "summary", "migrants"),
        ("wall", "wall", "summary", "wall"),
    ]


def test_mentions_come_by_place_whichever_concept_they_are_of():
    one = item("A wall for migrants, a wall for birds")
    assert [m.words for m in FRAMING.mentions(one)] == ["wall", "migrants", "wall"]


def test_of_terms_that_overlap_the_longer_counts_and_an_aside_counts_for_none():
    one = item("Undocumented migrants watch migrant birds")
    assert [m.words for m in FRAMING.mentions(one)] == ["Undocumented migrants"]


def test_a_term_is_looked_for_in_its_own_language():
    assert FRAMING.mentions(item("Wall", "MX", "es")) == []
    [found] = FRAMING.mentions(item("El muro", "US", "es"))
    assert found.words == "muro"


def test_an_item_counts_once_for_each_frame_it_uses():
    one = item("Migrants, migrants", summary="Migrants. A wall, a fence", id="a")
    told = uses(*originals(one))
    assert {key: use.cells["US"].items for key, use in told.items()} == {
        ("migrants", "neutral"): 1,
        ("wall", "wall"): 1,
        ("wall", "fence"): 1,
    }
    assert told["wall", "wall"].cells["US"].share == 0.5
    [mention] = told["migrants", "neutral"].cells["US"].mentions
    assert (mention.part, mention.start) == ("title", 0)


def test_a_text_counts_once_an_outlet_and_for_every_outlet_that_prints_it():
    found = originals(
        item("Wall", id="a", outlet="Wire"),
        item("Wall", id="b", outlet="Wire", minutes=5),
        item("Wall", id="c", outlet="Gazette", minutes=9),
        item("Wall of another text", id="d", outlet="Wire", minutes=11),
        b="a",
        c="a",
    )
    cell = uses(*found)["wall", "wall"].cells["US"]
    assert [m.item.id for m in cell.mentions] == ["a", "c", "d"]
    assert (cell.items, cell.texts) == (3, 2)


def test_the_side_is_the_country_whatever_the_language():
    told = uses(*originals(item("El muro", "US", "es"), item("The wall", "MX", "en")))
    assert [told["wall", "wall"].cells[s].items for s in ("US", "MX")] == [1, 1]


def many(title: str, country: str, n: int) -> list[Original]:
    return originals(
        *(item(title, country, "en", id=f"{country}{title}{k}") for k in range(n))
    )


def test_what_one_side_words_so_leans_to_it():
    found = many("wall", "US", 9) + many("fence", "MX", 9)
    told = uses(*found)
    assert told["wall", "wall"].leaning.z > 1.96
    assert told["wall", "fence"].leaning.z == pytest.approx(
        -told["wall", "wall"].leaning.z
    )


def test_below_the_least_counts_nothing_is_said():
    few = many("wall", "US", 9) + many("fence", "MX", MIN_MENTIONS - 1)
    assert uses(*few)["wall", "wall"].leaning is None
    enough = [*few, *many("fence", "MX", MIN_MENTIONS)]
    assert uses(*enough)["wall", "wall"].leaning is not None


def test_a_dispatch_that_many_print_is_one_text_and_proves_nothing():
    printed = [
        Original(item("wall", id=f"p{n}", outlet=f"Paper {n}"), "p0") for n in range(9)
    ]
    told = uses(*printed, *many("wall", "MX", 2), *many("migrants", "MX", 9))
    assert told["wall", "wall"].cells["US"].items == 9
    told = uses(
        *printed,
        *[
            Original(item("fence", "MX", "en", id=f"m{n}", outlet=f"Diario {n}"), "m0")
            for n in range(9)
        ],
    )
    assert told["wall", "wall"].leaning is None


def test_a_side_that_writes_less_is_not_taken_for_another_view():
    found = many("wall", "US", 90) + many("fence", "US", 10)
    found += many("wall", "MX", 9) + many("fence", "MX", 1)
    told = uses(*found)
    assert told["wall", "wall"].leaning.z == pytest.approx(0, abs=1e-9)


TITLES = st.sampled_from(["wall", "fence", "migrants", "undocumented migrants", "rain"])
NEWS = st.lists(
    st.tuples(TITLES, st.sampled_from(["US", "MX"]), st.integers(0, 2), st.booleans()),
    max_size=25,
)


def printed(news) -> list[Original]:
    made = []
    for n, (title, country, outlet, is_copy) in enumerate(news):
        one = item(
            title, country, "en", id=f"i{n:02}", outlet=f"{country} {outlet}", minutes=n
        )
        made.append(Original(one, "i00" if is_copy else one.id))
    return made


@given(NEWS, st.randoms())
def test_the_order_of_arrival_does_not_matter(news, random):
    there = printed(news)
    shuffled = random.sample(there, len(there))
    assert FRAMING.compare(there) == FRAMING.compare(shuffled)


@given(NEWS)
def test_counts_add_up_and_every_number_has_its_items(news):
    for concept in FRAMING.compare(printed(news)):
        for side, total in concept.totals.items():
            cells = [use.cells[side] for use in concept.uses]
            assert sum(cell.items for cell in cells) == total
            assert sum(cell.share for cell in cells) == pytest.approx(float(total > 0))
            for cell in cells:
                assert len({m.item.id for m in cell.mentions}) == cell.items
                assert {m.item.country for m in cell.mentions} <= {side}
                assert cell.texts <= cell.items


@given(NEWS)
def test_sides_swapped_turn_every_sign(news):
    swapped = [(t, {"US": "MX", "MX": "US"}[c], o, k) for t, c, o, k in news]
    there = [u for c in FRAMING.compare(printed(news)) for u in c.uses]
    back = [u for c in FRAMING.compare(printed(swapped)) for u in c.uses]
    assert [u.leaning and -u.leaning.z for u in there] == pytest.approx(
        [u.leaning and u.leaning.z for u in back]
    )
