"""Which side says a thing more, and how surely."""

from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.odds import leanings, prior

THINGS = ("wall", "fence", "muro", "valla")
COUNTS = st.fixed_dictionaries({}, optional=dict.fromkeys(THINGS, st.integers(0, 50)))
WEIGHTS = st.floats(1, 2000)


def expected(counts=None, weight=10.0):
    return prior(THINGS, counts or {}, weight)


def test_the_statistic_is_the_published_one():
    usual = prior(("a", "b"), {"a": 30, "b": 70}, 10.0)
    assert dict(usual.weights) == {"a": 3.5, "b": 7.5}
    assert usual.total == 11.0
    told = leanings({"a": 8, "b": 2}, {"a": 1, "b": 9}, usual)["a"]
    delta = log(11.5 / (10 + 11 - 11.5)) - log(4.5 / (10 + 11 - 4.5))
    assert told.log_odds == pytest.approx(delta)
    assert told.z == pytest.approx(delta / sqrt(1 / 11.5 + 1 / 4.5))


def test_things_that_were_not_asked_about_weigh_in_the_prior_all_the_same():
    assert prior(("a",), {"a": 1, "b": 9}, 100.0).total == 100.5


def test_without_counts_the_prior_says_the_same_of_everything():
    assert set(prior(("a", "b"), {}, 10.0).weights.values()) == {0.5}


def test_of_the_only_thing_there_is_nothing_is_told():
    assert leanings({"a": 3}, {"a": 9}, prior(("a",), {}, 10.0)) == {}


@given(COUNTS, COUNTS, COUNTS, WEIGHTS)
def test_sides_swapped_turn_the_sign(first, second, usual, weight):
    there = leanings(first, second, expected(usual, weight))
    back = leanings(second, first, expected(usual, weight))
    assert {t: -x.z for t, x in there.items()} == pytest.approx(
        {t: x.z for t, x in back.items()}
    )


@given(COUNTS, COUNTS, WEIGHTS)
def test_equal_sides_lean_nowhere(counts, usual, weight):
    told = leanings(counts, counts, expected(usual, weight))
    assert {x.z for x in told.values()} == {0.0}


@given(COUNTS, COUNTS, COUNTS, st.integers(2, 9))
def test_evidence_and_prior_times_k_raise_z_by_its_root(first, second, usual, k):
    once = expected(usual)
    scaled = type(once)({t: k * w for t, w in once.weights.items()}, k * once.total)
    few = leanings(first, second, once)
    many = leanings(
        {t: k * n for t, n in first.items()},
        {t: k * n for t, n in second.items()},
        scaled,
    )
    assert {t: x.z for t, x in many.items()} == pytest.approx(
        {t: x.z * sqrt(k) for t, x in few.items()}
    )


@given(COUNTS.filter(any), COUNTS, st.integers(2, 9), st.randoms())
def test_more_of_the_same_evidence_never_lowers_z_of_equal_sides(
    first, usual, k, random
):
    shuffled = list(first.values())
    random.shuffle(shuffled)
    second = dict(zip(first, shuffled, strict=True))
    few = leanings(first, second, expected(usual))
    many = leanings(
        {t: k * n for t, n in first.items()},
        {t: k * n for t, n in second.items()},
        expected(usual),
    )
    assert all(abs(many[t].z) >= abs(few[t].z) - 1e-9 for t in few)
