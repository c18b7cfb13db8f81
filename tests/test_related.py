"""Which other stories are related to one."""

import pytest

from builders import item, member, other, story, translation
from monitor.stories import related as module
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.related import (
    LEAST_RUNNER_UP,
    Related,
    RunnerUp,
    related,
    sharing,
    sought_names,
    with_names,
)
from monitor.stories.shared import read_members
from monitor.stories.terms import TermReader

READER = TermReader(background(), aliases())
OTHERS = {f"s{n}": other(f"s{n}") for n in range(9)}


def read(*members):
    return read_members(story(*members), READER.read_briefly, in_english=True)


def tied(*ties: tuple[str, str, float]) -> list[tuple[str, float]]:
    made = [RunnerUp(str(n), *tie) for n, tie in enumerate(ties)]
    return [(t.other.id, t.score) for t in related("s0", made, OTHERS)]


# --- by runners-up -------------------------------------------------------------------


def test_runners_up_tie_stories_in_both_directions():
    assert tied(("s0", "s1", 0.2), ("s2", "s0", 0.3)) == [("s2", 0.3), ("s1", 0.2)]


def test_the_likeliest_item_counts_and_then_how_many():
    assert tied(
        ("s0", "s1", 0.2), ("s2", "s0", 0.2), ("s0", "s2", 0.1), ("s0", "s3", 0.25)
    ) == [("s3", 0.25), ("s2", 0.2), ("s1", 0.2)]


def test_what_was_hardly_likely_ties_nothing():
    assert tied(("s0", "s1", LEAST_RUNNER_UP - 0.001)) == []
    assert tied(("s0", "s1", LEAST_RUNNER_UP)) == [("s1", LEAST_RUNNER_UP)]


def test_ties_of_others_and_to_what_has_no_items_do_not_count():
    assert tied(("s1", "s2", 0.3), ("s0", "gone", 0.3), ("s0", "s0", 0.3)) == []


def test_at_most_five_are_shown():
    ties = [("s0", f"s{n}", n / 10) for n in range(1, 9)]
    assert [story for story, _ in tied(*ties)] == ["s8", "s7", "s6", "s5", "s4"]


def test_another_story_is_called_in_english_where_it_can_be():
    agua = item("Agua", "MX")
    translated = module.other(story(member(agua, translation(agua, "Water"))))
    assert (translated.headline, translated.language) == ("Water", "en")
    assert module.other(story(agua)).headline == "Agua"
    assert module.other(story(agua)).language == "es"


# --- by names ------------------------------------------------------------------------

LEAK = item("Sewage from the Tijuana River closes Coronado beaches")
SMELL = item(
    "En San Ysidro, purificadores contra las aguas negras del río Tijuana", "MX"
)
POLICE = item("Tijuana council splits over leased police cars")


def test_rare_names_and_words_relate_stories():
    smell = member(
        SMELL,
        translation(SMELL, "In San Ysidro, purifiers against Tijuana River sewage"),
    )
    found = sharing(read(LEAK), {"s1": read(smell), "s2": read(POLICE)})
    assert list(found) == ["s1"], "a place alone relates none"
    assert any("Tijuana" in name for name in found["s1"])


def test_a_rare_word_without_a_name_relates_none():
    found = sharing(
        read(item("Sewage spoils a beach in Zihuatanejo")),
        {"s1": read(item("Sewage spoils a harbor in Baltimore"))},
    )
    assert found == {}


@pytest.mark.parametrize(
    "title",
    ["River police find sewage in Mexico", "Tecate beer is brewed near a river"],
    ids=["a name of every day", "a name and a word that are not so rare"],
)
def test_what_is_not_rare_enough_relates_none(title):
    told = read(item("Tecate river fills with sewage as Mexico waits"))
    assert sharing(told, {"s1": read(item(title))}) == {}
    near = {"s1": read(item("Sewage rises in the Tecate river"))}
    assert sharing(told, near) == {"s1": ("Tecate",)}


def test_names_are_looked_for_the_rarest_first_and_few():
    told = read(
        item("Zihuatanejo aids Ensenada, while Tijuana waits for Tecate and Mexico")
    )
    assert sought_names(told) == ("Ensenada", "Zihuatanejo", "Tecate")
    assert sought_names(read(item("Rain ends"))) == ()


def test_names_come_after_runners_up_and_repeat_none():
    near = (Related(OTHERS["s1"], 0.2),)
    names = {"s1": ("Otis",), "s2": ("Otis",), "gone": ("Otis",)}
    assert with_names(near, names, OTHERS) == (
        *near,
        Related(OTHERS["s2"], 0.0, ("Otis",)),
    )


@pytest.mark.parametrize("known", [0, 3, 5])
def test_all_told_there_are_five(known):
    near = tuple(Related(OTHERS[f"s{n}"], 0.5) for n in range(known))
    names = dict.fromkeys(OTHERS, ("Otis",))
    found = with_names(near, names, OTHERS)
    assert len(found) == 5
    assert len({each.other.id for each in found}) == 5
