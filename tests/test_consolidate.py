import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, item, reading
from monitor.change import Change, Correction, LoggedCorrection
from monitor.evaluation.datasets import read
from monitor.model import Reading
from monitor.newsroom.content import labelled_path
from monitor.stories import cluster
from monitor.stories import consolidate as consolidating
from monitor.stories.changes import replay
from monitor.stories.cluster import Clusterer
from monitor.stories.coefficients import Coefficients, coefficients
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def en(title: str, minutes: float = 0, **kept) -> Reading:
    return reading(item(title, "US", minutes=minutes, **kept))


BRIDGE = [
    "Barge strikes Duluth bridge, injuring 14 as the span collapses",
    "Duluth bridge span collapses after barge strike; 14 injured",
    "Fourteen injured in Duluth as barge strike collapses bridge span",
    "Barge strike collapses Duluth bridge span and injures 14",
    "14 injured as Duluth bridge collapses, struck by barge",
]
TOLEDO = [
    "Toledo zoo recovers stolen quetzals from a garage",
    "Stolen quetzals are found in a garage and return to Toledo zoo",
    "Toledo zoo has its stolen quetzals back, found in a garage",
    "Garage search returns stolen quetzals to Toledo zoo",
]


def told(titles: Sequence[str], name: str) -> list[Reading]:
    """Each by another outlet, ten minutes apart; called by name and number."""
    return [
        en(title, 10 * n, id=f"{name}{n}", outlet=f"Outlet {n}")
        for n, title in enumerate(titles)
    ]


B, T = told(BRIDGE, "b"), told(TOLEDO, "t")


def holding(
    learnt: Coefficients | None = None, **stories: Iterable[Reading]
) -> Clusterer:
    """A clusterer that has these items in these stories."""
    clusterer = Clusterer(learnt=learnt)
    known = [(of, story) for story, news in stories.items() for of in news]
    for of, story in sorted(known, key=lambda one: one[0].item.published):
        clusterer.recall(of, assignment(of.item, story))
    return clusterer


def again(
    clusterer: Clusterer,
    items: Iterable[Reading] = (*B, *T),
    rules: Rules | None = None,
    living: Iterable[str] = (),
) -> list[Change]:
    names = [of.item.id for of in items]
    return consolidate(clusterer, names, rules or Rules(), set(living).__contains__)


def moved(change: Change) -> dict[str, tuple[str, str]]:
    return {move.item: (move.before, move.after) for move in change.moves}


def found(clusterer: Clusterer) -> dict[str, str | None]:
    return {of.item.id: clusterer.present.story(of.item.id) for of in (*B, *T)}


def rules(*said: Correction) -> Rules:
    return Rules(LoggedCorrection(n, NOW, one) for n, one in enumerate(said, 1))


# --- merge ---------------------------------------------------------------------------


def test_two_halves_of_one_story_are_merged_under_the_larger_ones_id():
    clusterer = holding(sx=B[3:], sy=B[:3], st=T)
    [change] = again(clusterer)
    assert change.kind == "merge"
    assert moved(change) == {"b3": ("sx", "sy"), "b4": ("sx", "sy")}
    assert change.score is not None and clusterer.learnt.merge_at <= change.score <= 1
    assert change.correction is None
    assert clusterer.present.listed("sy") == ["b0", "b1", "b2", "b3", "b4"]
    assert "sx" not in clusterer.present


def test_of_two_as_large_the_older_keeps_its_id():
    clusterer = holding(sx=B[2:4], sy=B[:2])
    [change] = again(clusterer)
    assert {move.after for move in change.moves} == {"sy"}


def test_the_reason_names_the_nearest_pair():
    clusterer = holding(sx=B[3:4], sy=B[:1])
    [change] = again(clusterer)
    assert change.reason.startswith("Outlet 3 (b3) and Outlet 0 (b0) are nearest")


def test_copies_go_where_their_original_goes():
    clusterer = holding(sx=B[3:], sy=B[:3])
    again_b3 = en(BRIDGE[3], 99, id="copy", outlet="The Echo")
    assert clusterer.assign(again_b3).copy_of == "b3"
    [change] = again(clusterer)
    assert [move.item for move in change.moves] == ["b3", "copy", "b4"]
    assert clusterer.present.story("copy") == "sy"


def test_many_pieces_become_one():
    clusterer = holding(**{f"s{n}": [of] for n, of in enumerate(B)}, st=T)
    changes = again(clusterer)
    assert {change.kind for change in changes} == {"merge"}
    assert len(changes) == len(B) - 1
    assert len({clusterer.present.story(of.item.id) for of in B}) == 1


def test_each_merge_is_decided_by_the_stories_as_they_are_then():
    pieces = {f"s{n}": [of] for n, of in enumerate((*B, *T))}
    whole = again(holding(**pieces))
    assert len(whole) > 3
    for done in range(1, len(whole)):
        clusterer = holding(**pieces)
        clusterer.follow(whole[:done])
        rest = again(clusterer)
        assert [(c.moves, c.score) for c in rest] == [
            (c.moves, c.score) for c in whole[done:]
        ]


def test_what_has_nothing_in_common_is_not_merged():
    assert again(holding(sx=B, sy=T)) == []


@pytest.mark.parametrize("verb", ["move", "split"])
def test_what_a_person_parted_is_not_merged(verb):
    said = rules(Correction(verb, "", apart=(("b0",), ("b4",))))
    clusterer = holding(sx=B[:2], sy=B[2:])
    assert again(clusterer, rules=said) == []
    assert again(clusterer)


def test_a_parted_item_keeps_out_what_was_merged_with_it():
    said = rules(Correction("move", "", apart=(("b0",), ("b4",))))
    clusterer = holding(s0=B[:1], s1=B[1:2], s4=B[4:])
    again(clusterer, rules=said)
    stories = found(clusterer)
    assert stories["b0"] != stories["b4"]
    assert stories["b1"] in {stories["b0"], stories["b4"]}


def test_only_the_stories_of_the_items_named_are_thought_of():
    clusterer = holding(sx=B[:2], sy=B[2:], st=T[:2], su=T[2:])
    [change] = again(clusterer, T[:1])
    assert {move.after for move in change.moves} <= {"st", "su"}
    assert again(clusterer, [en("Nobody knows this", id="unknown")]) == []
    assert again(clusterer, []) == []


# --- move ----------------------------------------------------------------------------


@pytest.fixture
def strayed() -> Clusterer:
    """One report on the bridge is in the story of the quetzals, with a copy of it."""
    # nor is a stray a reason to merge
    learnt = replace(coefficients(is_dense=False), merge_at=0.5)
    clusterer = holding(learnt, sx=[B[0], *B[2:]], sy=[*T, B[1]])
    copy = en(BRIDGE[1], 99, id="copy", outlet="The Echo")
    assert clusterer.assign(copy).copy_of == "b1"
    return clusterer


def test_an_item_that_belongs_elsewhere_moves_and_its_copies_with_it(strayed):
    [change] = again(strayed)
    assert change.kind == "move"
    assert moved(change) == {"b1": ("sy", "sx"), "copy": ("sy", "sx")}
    assert change.reason.startswith("it is nearest to Outlet ")
    assert strayed.present.story("b1") == strayed.present.story("copy") == "sx"
    assert again(strayed) == []


@pytest.mark.parametrize("held", ["b1", "copy"])
@pytest.mark.parametrize(
    "said",
    [
        lambda held: Correction("merge", "", together=(held, "t0")),
        lambda held: Correction("move", "", apart=((held,), ("b0",))),
    ],
    ids=["bound", "barred"],
)
def test_an_item_that_a_person_placed_does_not_move(strayed, held, said):
    assert again(strayed, B[1:2], rules(said(held))) == []


def test_an_item_of_which_a_person_said_something_else_moves(strayed):
    said = Correction("move", "", apart=(("b1",), ("elsewhere",)))
    assert len(again(strayed, B[1:2], rules(said))) == 1


def test_to_a_story_of_its_own_outlet_alone_an_item_moves_when_it_would_join_it(
    monkeypatch,
):
    learnt = replace(coefficients(is_dense=False), merge_at=0.5)
    own = [replace(of, item=replace(of.item, outlet="Ledger")) for of in B]

    def changes(bridge: Sequence[Reading]) -> list[Change]:
        return again(holding(learnt, sx=[bridge[0], *bridge[2:]], sy=[*T, bridge[1]]))

    assert [moved(change) for change in changes(own)] == [{"b1": ("sy", "sx")}]
    monkeypatch.setattr(cluster, "_LEAST_OF_OUTLET", 1.1)
    assert changes(own) == []
    assert [moved(change) for change in changes(B)] == [{"b1": ("sy", "sx")}]


def test_an_item_alone_in_its_story_is_not_moved_but_merged():
    clusterer = holding(sx=B[1:], sy=B[:1])
    [change] = again(clusterer, B[:1])
    assert change.kind == "merge"


# --- split ---------------------------------------------------------------------------


def test_a_story_of_two_parts_is_split_and_the_larger_keeps_its_id():
    clusterer = holding(sx=[*B, *T])
    [change] = again(clusterer)
    assert change.kind == "split"
    assert moved(change) == {of.item.id: ("sx", "st0") for of in T}
    assert change.score is not None and 0.9 < change.score <= 1
    assert clusterer.present.listed("st0") == [of.item.id for of in T]
    assert clusterer.present.listed("sx") == [of.item.id for of in B]


def test_a_part_that_splits_off_has_an_id_that_is_free():
    clusterer = holding(sx=[*B, *T])
    [change] = again(clusterer, living=["st0", "st1"])
    assert {move.after for move in change.moves} == {"st2"}


def test_a_story_that_is_merged_away_and_split_off_again_has_its_own_id(monkeypatch):
    monkeypatch.setattr(consolidating, "_APART", 0.3)
    learnt = replace(coefficients(is_dense=False), merge_at=0.0001)
    both = en(
        "Toledo zoo has its stolen quetzals back, found in a garage, as Duluth bridge"
        " span collapses after barge strike",
        99,
        id="both",
    )
    clusterer = holding(learnt, sb0=B[:3], st0=[*T, both])
    merge, split = again(clusterer, living=["sb0", "st0"])
    bridge = {of.item.id: ("sb0", "st0") for of in B[:3]}
    assert (merge.kind, moved(merge)) == ("merge", bridge)
    back = {item: way[::-1] for item, way in bridge.items()}
    assert (split.kind, moved(split)) == ("split", back)


def test_a_small_part_is_not_split_off():
    assert {c.kind for c in again(holding(sx=[*B, *T[:2]]))} <= {"move"}


def test_a_person_holds_a_story_together():
    for said in (("b0", "t0"), ("b1", "t2", "t3")):
        held = rules(Correction("merge", "", together=said))
        assert again(holding(sx=[*B, *T]), rules=held) == []
    whole = rules(Correction("merge", "", together=("t0", "t1", "t2", "t3")))
    assert len(again(holding(sx=[*B, *T]), rules=whole)) == 1


def test_a_copy_that_a_person_bound_holds_a_story_together():
    clusterer = holding(sx=[*B, *T])
    clusterer.assign(en(TOLEDO[3], 99, id="copy", outlet="The Echo"))
    held = rules(Correction("merge", "", together=("b0", "copy")))
    assert again(clusterer, rules=held) == []
    assert "copy" in moved(again(clusterer)[0])


# --- all of it -----------------------------------------------------------------------


@cache
def newsroom() -> tuple[Reading, ...]:
    return tuple(
        reading(of, of.title if of.language == "en" or n % 2 else "")
        for n, of in enumerate(read(labelled_path()).items[:240])
        if not of.recurring
    )


@st.composite
def crowds(draw) -> list[tuple[Reading, str]]:
    """(item, story): some of the newsroom, in stories that chance made."""
    chance = random.Random(draw(st.integers(0, 999)))
    start = chance.randrange(len(newsroom()) - 40)
    size = draw(st.sampled_from([1, 2, 5, 9]))
    news = newsroom()[start : start + 40]
    clusterer = Clusterer()
    kept = [(of, clusterer.assign(of).story) for of in news]
    return [
        (of, story if chance.random() < 0.5 else f"x{chance.randrange(40 // size)}")
        for of, story in kept
    ]


def recalled(crowd: Sequence[tuple[Reading, str]]) -> Clusterer:
    clusterer = Clusterer()
    for of, story in crowd:
        clusterer.recall(of, assignment(of.item, story))
    return clusterer


def passes(
    clusterer: Clusterer, names: Sequence[str], times: int
) -> list[list[Change]]:
    return [
        consolidate(clusterer, names, Rules(), lambda story: story in clusterer.present)
        for _ in range(times)
    ]


@given(crowds())
@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
def test_second_thoughts_come_to_rest(crowd):
    clusterer = recalled(crowd)
    made = passes(clusterer, [of.item.id for of, _ in crowd], 4)
    assert made[-1] == []


@given(crowds(), st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
def test_what_is_changed_does_not_depend_on_the_order_of_the_rows(crowd, order):
    names = [of.item.id for of, _ in crowd]
    shuffled = list(crowd)
    order.shuffle(shuffled)
    shuffled.sort(key=lambda known: known[0].item.published.date())
    whole, other = (passes(recalled(one), names, 1) for one in (crowd, shuffled))
    assert repr(whole) == repr(other)


@given(crowds())
@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
def test_the_moves_lead_to_where_the_clusterer_is_and_no_item_is_lost(crowd):
    clusterer = recalled(crowd)
    before = {of.item.id: story for of, story in crowd}
    [changes] = passes(clusterer, list(before), 1)
    after = replay(before, changes)
    assert after.keys() == before.keys()
    assert after == {name: clusterer.present.story(name) for name in before}
    clusterer.follow(changes)
    clusterer.follow(changes[-1:])
    assert after == {name: clusterer.present.story(name) for name in before}
    for name in before:
        assert name in clusterer.present.items(after[name])
