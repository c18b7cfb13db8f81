"""Which side says a thing more, and how surely."""

from math import log, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.odds import SURE, leanings

THINGS = ("wall", "fence", "muro", "valla")
COUNTS = st.fixed_dictionaries({}, optional=dict.fromkeys(THINGS, st.integers(0, 50)))


def zs(first: dict[str, int], second: dict[str, int]) -> dict[str, float]:
    return {thing: told.z for thing, told in leanings(first, second).items()}


def times(k: int, counts: dict[str, int]) -> dict[str, int]:
    return {thing: k * n for thing, n in counts.items()}


def test_the_statistic_is_the_published_one():
    """Of 20 and 10 uses, the prior weighs 5: 3 for ``a``, 2 for ``b``."""
    told = leanings({"a": 14, "b": 6}, {"a": 4, "b": 6})["a"]
    delta = log(17 / (25 - 17)) - log(7 / (15 - 7))
    assert told.log_odds == pytest.approx(delta)
    assert told.z == pytest.approx(delta / sqrt(1 / 17 + 1 / 8 + 1 / 7 + 1 / 8))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_of_sides_that_do_not_differ_few_seem_sure(share):
    """Thirty uses a side; with one in twenty by chance, of 500 at most 25."""
    dice = Random(7)

    def deal() -> dict[str, int]:
        has = sum(dice.random() < share for _ in range(30))
        return {"frame": has, "rest": 30 - has}

    found = [zs(deal(), deal()).get("frame", 0.0) for _ in range(500)]
    assert sum(abs(z) >= SURE for z in found) <= 25


@pytest.mark.parametrize(("items", "is_sure"), [(10, True), (8, True), (5, False)])
def test_a_word_of_most_items_of_one_side_is_sure(items, is_sure):
    """Ten items a side, of fifteen words each."""
    first = {"word": items, "rest": 150 - items}
    assert (zs(first, {"rest": 150})["word"] >= SURE) is is_sure


@pytest.mark.parametrize(
    ("first", "second"), [({"a": 3}, {"a": 9}), ({"a": 3, "b": 1}, {}), ({}, {})]
)
def test_where_there_is_nothing_to_compare_nothing_is_told(first, second):
    assert leanings(first, second) == {}


@given(COUNTS, COUNTS, st.sets(st.sampled_from(THINGS)))
def test_asked_about_some_it_says_the_same_of_them(first, second, some):
    told = leanings(first, second)
    alone = leanings(first, second, about=some)
    assert alone == {thing: told[thing] for thing in sorted(some) if thing in told}


@given(COUNTS, COUNTS)
def test_sides_swapped_turn_the_sign(first, second):
    back = {thing: -z for thing, z in zs(second, first).items()}
    assert zs(first, second) == pytest.approx(back)


@given(COUNTS, st.integers(1, 9), st.integers(1, 9))
def test_equal_shares_lean_nowhere_however_unequal_the_sides(counts, k, m):
    told = zs(times(k, counts), times(m, counts))
    assert told == pytest.approx(dict.fromkeys(told, 0.0), abs=1e-9)


@given(COUNTS, COUNTS, st.integers(2, 9))
def test_k_times_the_evidence_raises_z_by_the_root_of_k(first, second, k):
    few, many = zs(first, second), zs(times(k, first), times(k, second))
    assert many == pytest.approx({thing: z * sqrt(k) for thing, z in few.items()})
    assert all(abs(many[t]) >= abs(few[t]) for t in few)


@given(COUNTS, COUNTS)
def test_the_sign_is_that_of_the_shares(first, second):
    totals = sum(first.values()), sum(second.values())
    for thing, z in zs(first, second).items():
        more = first.get(thing, 0) * totals[1] - second.get(thing, 0) * totals[0]
        assert z * more >= 0
        assert z == pytest.approx(0, abs=1e-9) if not more else z != 0
