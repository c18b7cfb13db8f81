"""Explanations of what the store holds."""

from datetime import datetime, timedelta

import pytest

from builders import NOW, assignment, item, show, translation
from monitor import correcting
from monitor.change import Change, Move
from monitor.explaining import explain, explain_one
from monitor.model import Item, Why
from monitor.store.database import Store
from monitor.stories.explain import in_words


def put(
    store: Store, story: str, *items: Item, why: Why | None = None, score: float = 0.5
) -> None:
    show(store, items)
    store.stories.assign(
        [assignment(i, story, score=score, why=why or Why({})) for i in items]
    )


def explained(store: Store, story: str):
    found = store.stories.one(story)
    assert found is not None
    return explain(store, [found])[story]


def test_a_membership_names_its_neighbour_and_the_other_story(store):
    first = item("Otis nears Acapulco", id="a", outlet="Wire")
    put(store, "sa", first)
    put(store, "s9", item("Rain in Oaxaca", id="r"))
    why = Why({"english": 0.5}, ("Otis",), "a", "s9", 0.2)
    put(store, "sa", item("Otis hits", id="b", minutes=60), why=why)
    told = in_words(explained(store, "sa").memberships["b"])
    assert "nearest: «Otis nears Acapulco» (Wire, 1 h apart)" in told
    assert told.endswith("otherwise: «Rain in Oaxaca» .20")


def test_a_neighbour_that_was_moved_away_is_still_named(store):
    put(store, "sa", item("Otis nears Acapulco", id="a"))
    why = Why({"english": 0.5}, (), "a")
    put(store, "sa", item("Otis hits", id="b", minutes=60), why=why)
    store.stories.change(Change("split", (Move("a", "sa", "s2"),), ""), NOW)
    assert "nearest: «Otis nears Acapulco»" in in_words(
        explained(store, "sa").memberships["b"]
    )


def test_a_merged_runner_up_is_called_as_what_it_is_now(store):
    put(store, "s9", item("Rain in Oaxaca", id="r"))
    put(store, "s8", item("Floods in Oaxaca", id="f", minutes=-9))
    put(store, "sb", item("Otis", id="b"), why=Why({}, (), None, "s9", 0.2), score=0.2)
    store.stories.change(Change("merge", (Move("r", "s9", "s8"),), "rain"), NOW)
    made = explained(store, "sb")
    assert "«Floods in Oaxaca» .20" in in_words(made.memberships["b"])
    assert [each.other.id for each in made.related] == ["s8"]
    [each] = explained(store, "s8").related
    assert (each.other.id, each.score) == ("sb", 0.2)


def test_what_brought_an_item_is_told_in_the_story_it_came_to(store):
    put(store, "sa", item("Otis", id="a"))
    put(store, "sb", item("Huracán", "MX", id="b"))
    merge = Change("merge", (Move("b", "sb", "sa"),), "shared names", 0.9)
    store.stories.change(merge, NOW)
    memberships = explained(store, "sa").memberships
    assert memberships["a"].brought is None
    assert memberships["b"].brought is not None
    assert memberships["b"].brought.change == merge


@pytest.fixture
def clustered(store):
    """``b`` began in sb, and a merge brought it to sa; ``z`` is in sz."""
    put(store, "sz", item("Zoo", id="z"))
    put(store, "sa", item("Otis", id="a", minutes=1))
    put(store, "sb", item("Huracán", "MX", id="b", minutes=2))
    merge = Change("merge", (Move("b", "sb", "sa"),), "shared names", 0.9)
    store.stories.change(merge, NOW)
    return store


def cluster_again(store: Store, since: datetime, **stories: str) -> None:
    """As asked for a minute after NOW; ``stories`` says what comes where, by item."""

    def cluster() -> None:
        known = store.items.named(stories)
        store.stories.assign(
            [assignment(known[i], s, why=Why({})) for i, s in stories.items()]
        )

    correcting.again(store, since, cluster, NOW + timedelta(minutes=1))


def test_an_item_that_clustering_again_moved_is_explained_by_its_new_reasons(clustered):
    cluster_again(clustered, NOW + timedelta(minutes=2), b="sb")
    assert explained(clustered, "sb").memberships["b"].brought is None


def test_an_item_that_clustering_again_left_is_explained_by_its_new_reasons(clustered):
    # Only z moves, so that no move of this leads to sa or away from it.
    cluster_again(clustered, NOW, z="sy", a="sa", b="sa")
    assert explained(clustered, "sa").memberships["b"].brought is None


def test_an_item_too_old_to_be_clustered_again_keeps_what_brought_it(clustered):
    put(clustered, "sn", item("News", id="n", minutes=9))
    cluster_again(clustered, NOW + timedelta(minutes=9), n="so")
    assert explained(clustered, "sa").memberships["b"].brought is not None


def test_a_log_of_clustering_again_that_moved_nothing_counts_as_well(clustered):
    reason = "clustered again from 2026-03-02 12:00 UTC on"
    clustered.stories.change(Change("again", (), reason), NOW + timedelta(minutes=1))
    assert explained(clustered, "sa").memberships["b"].brought is None


def test_what_brings_an_item_after_clustering_again_is_told(clustered):
    cluster_again(clustered, NOW, z="sz", a="sa", b="sb")
    back = Change("move", (Move("b", "sb", "sa"),), "strayed", 0.8)
    clustered.stories.change(back, NOW + timedelta(minutes=2))
    brought = explained(clustered, "sa").memberships["b"].brought
    assert brought is not None
    assert brought.change == back


def test_stories_explained_together_are_explained_as_each_alone(store):
    put(store, "sa", item("Otis nears Acapulco", id="a"), item("Otis here", id="b"))
    put(store, "sc", item("Rain", id="c"), why=Why({}, (), None, "sa", 0.3))
    put(store, "sd", item("Wind", id="d"), why=Why({}, (), None, "sc", 0.1))
    stories = store.stories.some(["sa", "sc", "sd"])
    together = explain(store, stories)
    assert list(together) == ["sa", "sc", "sd"]
    assert together == {s.id: explain(store, [s])[s.id] for s in stories}
    assert together["sa"].shared.terms["en"] == ("Otis",)


def test_alone_a_story_also_finds_those_that_share_rare_names(store):
    leak = item("Sewage from the Tijuana River closes Coronado beaches", id="a")
    smell = item("Aguas negras del río Tijuana alcanzan San Ysidro", "MX", id="b")
    put(store, "sa", leak)
    put(store, "sb", smell)
    english = "Sewage of the Tijuana River reaches San Ysidro"
    store.translations.add([translation(smell, english)], NOW)
    put(store, "sc", item("Tijuana council buys police cars", id="c"))
    [found] = store.stories.some(["sa"])
    assert explain(store, [found])["sa"].related == ()
    [each] = explain_one(store, found).related
    assert (each.other.id, each.score) == ("sb", 0)
    assert each.other.headline == english
    assert any("Tijuana" in name for name in each.names)


def test_nothing_is_explained_of_nothing(store):
    assert explain(store, []) == {}
