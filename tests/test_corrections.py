"""What persons say of stories, what follows from it, and what it teaches."""

import tracemalloc
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, story
from monitor.change import Correction, LoggedCorrection
from monitor.errors import ConfigError
from monitor.stories.corrections import (
    Rules,
    describe,
    labelled_pairs,
    merge,
    move,
    split,
)

ITEMS = tuple("abcdefgh")


def of(*ids: str, id: str | None = None):  # noqa: A002 - the noun's own field
    """A story of items with these ids, the oldest first."""
    made = [item(i, id=i, minutes=n) for n, i in enumerate(ids)]
    return story(*made, id=id)


def logged(number: int, correction: Correction, undone=False) -> LoggedCorrection:
    return LoggedCorrection(number, NOW, correction, undone)


def together(*items: str) -> Correction:
    return Correction("merge", "", items)


def apart(first: str, second: str) -> Correction:
    return Correction("split", "", (), (tuple(first), tuple(second)))


def rules(*corrections: Correction) -> Rules:
    return Rules(logged(n, said) for n, said in enumerate(corrections, 1))


# --- what a person says ----------------------------------------------------------------


def test_a_merge_names_the_items_of_both_the_kept_story_first():
    said = merge(of("b", "c"), of("a"), "one flood")
    assert said == Correction("merge", "one flood", ("b", "c", "a"))


def test_a_split_holds_its_items_together_and_apart_from_each_that_remains():
    said = split(of("a", "b", "c", "d"), ["d", "b"])
    assert said == Correction("split", "", ("b", "d"), (("b", "d"), ("a", "c")))


def test_a_move_binds_one_item_to_a_story_and_keeps_it_from_the_one_it_leaves():
    said = move(["b"], of("a", "b", "c"), of("x", "y"))
    assert said == Correction("move", "", ("x", "y", "b"), (("b",), ("a", "c")))


def test_a_move_to_a_new_story_binds_to_nothing():
    said = move(["b"], of("a", "b"), None)
    assert said == Correction("move", "", (), (("b",), ("a",)))


@pytest.mark.parametrize(
    ("say", "told"),
    [
        (lambda: merge(of("a"), of("a")), "sa: cannot be merged with itself"),
        (lambda: split(of("a", "b"), ["b", "z"]), "z: no item of story sa"),
        (lambda: split(of("a", "b"), ["a", "b"]), "leaves items on both sides"),
        (lambda: split(of("a", "b"), []), "leaves items on both sides"),
        (lambda: move(["a"], of("a", "b"), of("a", "b")), "in story sa already"),
        (lambda: move(["a"], of("a"), None), "alone in its story already"),
    ],
)
def test_what_cannot_be_done_is_said(say, told):
    with pytest.raises(ConfigError, match=told):
        say()


def test_a_correction_is_described_by_a_few_of_its_items():
    assert describe(together(*ITEMS)) == "a, b, c and 5 more together"
    assert describe(split(of("a", "b", "c"), ["a"])) == "a apart from b, c"
    assert describe(Correction("undo", "")) == "nothing"


# --- rules -----------------------------------------------------------------------------


def test_without_a_correction_there_is_no_rule():
    none = Rules()
    assert not none
    assert (none.bound("a"), none.barred("a")) == ({"a"}, set())
    assert not none.is_barred({"a"}, {"b"})


def test_what_is_bound_to_one_item_is_bound():
    known = rules(together("a", "b"), together("c", "d"), together("b", "c"))
    assert known
    assert known.bound("a") == known.bound("d") == {"a", "b", "c", "d"}


def test_what_is_apart_from_an_item_is_apart_from_all_that_is_bound_to_it():
    known = rules(apart("a", "x"), together("a", "b"), together("x", "y"))
    assert known.barred("b") == {"x", "y"}
    assert known.barred("y") == {"a", "b"}
    assert known.is_barred({"b", "q"}, {"r", "y"})
    assert not known.is_barred({"b"}, {"a"})


def test_the_remaining_items_of_a_split_are_bound_to_nothing():
    known = rules(split(of("a", "b", "c"), ["a"]))
    assert known.bound("b") == {"b"}
    assert known.barred("b") == known.barred("c") == {"a"}


def test_a_correction_taken_back_is_obeyed_no_more():
    assert not Rules([logged(1, together("a", "b"), undone=True)])


@st.composite
def corrections(draw) -> Correction:
    joined = draw(st.lists(st.sampled_from(ITEMS), max_size=3, unique=True))
    sides = draw(st.lists(st.sampled_from(ITEMS), max_size=4, unique=True))
    cut = draw(st.integers(0, len(sides)))
    both = (tuple(sides[:cut]), tuple(sides[cut:]))
    return Correction("split", "", tuple(joined), both)


def plain(said: list[Correction]) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """The same by the book: sets joined until nothing changes, and every barred pair."""
    bound = {i: {i} for i in ITEMS}
    for correction in said * len(ITEMS):
        whole = set().union(*(bound[i] for i in correction.together))
        for i in whole:
            bound[i] = bound[i] | whole
    barred = {
        pair
        for correction in said
        for one, other in product(*correction.apart)
        for pair in product(bound[one], bound[other])
    }
    return bound, barred | {(b, a) for a, b in barred}


@given(st.lists(corrections(), max_size=6))
def test_rules_are_those_of_the_book_and_what_contradicts_them_is_refused(said):
    known, kept = Rules(), []
    for number, correction in enumerate(said, 1):
        _, barred = plain([*kept, correction])
        is_contradiction = any(a == b for a, b in barred)
        try:
            known.add(correction, "this one", number)
        except ConfigError:
            assert is_contradiction
        else:
            assert not is_contradiction
            kept.append(correction)
        bound, barred = plain(kept)
        assert {i: known.bound(i) for i in ITEMS} == bound
        assert {(a, b) for a in ITEMS for b in known.barred(a)} == barred


@given(
    st.lists(corrections(), max_size=4),
    st.sets(st.sampled_from(ITEMS)),
    st.sets(st.sampled_from(ITEMS)),
)
def test_stories_are_barred_if_any_pair_of_their_items_is(said, ones, others):
    known = Rules()
    for correction in said:
        try:
            known.add(correction, "")
        except ConfigError:
            continue
    expected = any(b in known.barred(a) for a, b in product(ones, others))
    assert known.is_barred(ones, others) is expected


def test_the_rules_of_a_split_take_room_by_its_items_and_not_by_their_pairs():
    ones, others = (tuple(f"{side}{n}" for n in range(4000)) for side in "ab")
    said = Correction("split", "", ones, (ones, others))
    tracemalloc.start()
    try:
        known = rules(said)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50e6  # bytes; 1.5e9 with a set for each item
    assert known.barred("b7") == frozenset(ones)


# --- contradictions --------------------------------------------------------------------


def refusal(known: Rules, correction: Correction) -> str:
    with pytest.raises(ConfigError) as refused:
        known.add(correction, "this one")
    return str(refused.value)


def test_a_merge_of_what_a_split_keeps_apart_names_both_and_the_remedy():
    known = rules(together("x", "y"), apart("a", "b"))
    assert refusal(known, together("a", "b")) == (
        "this one contradicts correction 2 (split of 2026-03-02 12:00 UTC: a apart from"
        " b): a and b would have to be together and apart; take an earlier one"
        " back with 'monitor stories undo 2', or leave the new one out"
    )


def test_a_contradiction_through_a_chain_names_every_link_of_it():
    known = rules(apart("a", "d"), together("c", "d"), together("a", "b"))
    told = refusal(known, together("b", "c"))
    assert "correction 1 (split" in told
    assert "correction 2 (merge" in told
    assert "correction 3 (merge" in told
    assert "'monitor stories undo 1'" in told


def test_keeping_apart_what_is_bound_names_what_binds_it():
    known = rules(together("a", "b"), together("q", "r"), together("b", "c"))
    told = refusal(known, apart("a", "c"))
    assert "correction 1 (merge" in told
    assert "correction 3 (merge" in told
    assert "correction 2" not in told


def test_a_correction_may_contradict_itself():
    said = Correction("merge", "", ("a", "b"), (("a",), ("b",)))
    assert refusal(Rules(), said) == (
        "this one contradicts itself: a and b cannot be together and apart;"
        " leave one of the two out"
    )


def test_what_was_refused_is_not_obeyed():
    known = rules(apart("a", "b"))
    refusal(known, Correction("merge", "", ("b", "c", "a")))
    assert known.bound("c") == {"c"}
    assert known.barred("c") == set()


def test_kept_corrections_that_contradict_each_other_are_refused_by_their_names():
    with pytest.raises(
        ConfigError, match=r"^correction 2 .* contradicts correction 1 "
    ):
        rules(together("a", "b"), apart("a", "b"))


# --- as labels -------------------------------------------------------------------------


def test_corrections_label_pairs():
    said = Correction("split", "", ("a", "b"), (("a", "b"), ("c",)))
    assert list(labelled_pairs([logged(1, said)])) == [
        ("a", "b", True),
        ("a", "c", False),
        ("b", "c", False),
    ]


def test_a_move_labels_its_item_and_not_those_it_joins():
    said = move(["b"], of("a", "b"), of("x", "y"))
    assert list(labelled_pairs([logged(1, said)])) == [
        ("b", "x", True),
        ("b", "y", True),
        ("b", "a", False),
    ]


def test_a_move_by_hand_of_a_file_may_name_no_item_that_moves():
    said = Correction("move", "", ("a", "b"))
    assert list(labelled_pairs([logged(1, said)])) == [("a", "b", True)]


def test_a_correction_taken_back_teaches_nothing():
    assert list(labelled_pairs([logged(1, together("a", "b"), undone=True)])) == []


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 20))
def test_pairs_of_one_correction_are_distinct_and_no_more_than_asked(
    ones, others, most
):
    first = tuple(f"a{n}" for n in range(ones))
    second = tuple(f"b{n}" for n in range(others))
    pairs = list(
        labelled_pairs(
            [logged(1, Correction("split", "", first, (first, second)))], most
        )
    )
    true = {(a, b) for a, b, is_one in pairs if is_one}
    false = {(a, b) for a, b, is_one in pairs if not is_one}
    assert len(pairs) == len(true) + len(false)
    assert true <= set(combinations(first, 2))
    assert false <= set(product(first, second))
    assert len(true) == min(most, ones * (ones - 1) // 2)
    assert len(false) == min(most, ones * others)
