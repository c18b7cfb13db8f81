from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import item, story, subscriber
from editions import DAY, START, blind_spot, full_edition, within
from monitor.comparison import Coverage
from monitor.coverage.sides import compare
from monitor.digest.edition import Window, choose, ranked, window
from monitor.digest.sections import SECTIONS, Broken, sections, silences
from monitor.readers import Links


def told(edition) -> dict[str, list[str]]:
    return {s.key: [c.story.id for c in s.stories] for s in sections(edition)}


def test_each_kind_of_story_has_a_section_of_its_own():
    assert told(full_edition()) == {
        "watched": ["trade"],
        "crossed": ["water"],
        "new": ["storm"],
        "continuing": ["bridge"],
        "blind-US": ["mine"],
        "blind-MX": ["dam"],
        "US": ["school"],
        "MX": ["fair"],
    }


def test_sections_come_in_the_order_of_what_matters():
    assert tuple(s.key for s in sections(full_edition())) == SECTIONS


def test_a_silence_that_nobody_can_vouch_for_is_no_blind_spot():
    cannot = (blind_spot("mine", "US", -800, down=7), blind_spot("dam", "MX", -700))
    edition = full_edition(beside=replace(within(), blind_spots=cannot))
    assert silences(edition).blind.keys() == {"dam"}
    assert told(edition)["blind-US"] == []
    assert told(edition)["MX"] == ["mine", "fair"]


def test_a_blind_spot_that_is_over_is_none():
    over = replace(blind_spot("mine", "US", -800), closed=START, end="picked-up")
    edition = full_edition(beside=replace(within(), blind_spots=(over,)))
    assert silences(edition).blind == {}


@pytest.mark.parametrize("silent", ["US", "MX"])
def test_what_has_been_taken_up_since_the_last_look_is_no_blind_spot(silent):
    for taken in ("bridge", "mine" if silent == "MX" else "dam"):
        spot = blind_spot(taken, silent, -800)
        edition = full_edition(beside=replace(within(), blind_spots=(spot,)))
        assert silences(edition).blind == {}


def test_a_silence_that_broke_in_the_window_is_a_crossing():
    """Though the whole story began in it."""
    over = replace(blind_spot("storm", "US", -415), closed=START, end="picked-up")
    edition = full_edition(beside=replace(within(), blind_spots=(over,)))
    assert silences(edition).broken == {"storm": Broken("US", timedelta(minutes=15))}
    assert told(edition)["crossed"] == ["water", "storm"]
    assert told(edition)["new"] == []


def test_a_side_that_had_the_story_all_along_was_not_silent():
    """Its items were found to be of the story later on."""
    over = replace(blind_spot("storm", "US", -400), closed=START, end="picked-up")
    edition = full_edition(beside=replace(within(), blind_spots=(over,)))
    assert silences(edition).broken == {}
    assert told(edition)["new"] == ["storm"]


@pytest.mark.parametrize("key", ["watched", "crossed", "new", "continuing"])
def test_a_story_without_a_blind_spot_is_told_where_it_was(key):
    assert told(full_edition(beside=Window()))[key] == told(full_edition())[key]


items = st.builds(
    item,
    st.sampled_from(["Water", "Rain", "Steel"]),
    st.sampled_from(["US", "MX"]),
    minutes=st.integers(-3000, -1),
    outlet=st.sampled_from(["Hudson Dispatch", "Diario Anáhuac", "Rio Bend"]),
)
stories = st.lists(items, min_size=1, max_size=4, unique_by=lambda i: i.id)


def coverages(found) -> list[Coverage]:
    return [compare(story(*some, id=f"s{n}"), {}) for n, some in enumerate(found)]


@given(st.lists(stories, max_size=8), st.data())
def test_every_story_of_an_edition_is_told_once(found, data):
    told_of = coverages(found)
    ids = [c.story.id for c in told_of]
    some = st.sets(st.sampled_from(ids)) if ids else st.just(set())
    watched = dict.fromkeys(data.draw(some), ("Water",))
    spots = tuple(
        blind_spot(name, data.draw(st.sampled_from(["US", "MX"])), -60)
        for name in data.draw(some)
    )
    reader = subscriber()
    made = choose(
        reader,
        DAY,
        ranked(told_of, *window(reader, DAY), {}),
        watched,
        (),
        0,
        "",
        Window(blind_spots=spots),
        Links(),
    )
    expected = [c.story.id for c in (*made.both, *made.only["US"], *made.only["MX"])]
    assert sorted(name for of in told(made).values() for name in of) == sorted(expected)
