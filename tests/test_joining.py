from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.coefficients import coefficients
from monitor.stories.joining import (
    DIGITS,
    FEATURES,
    NEAR,
    NEAREST,
    Bond,
    JoinModel,
    Link,
    closeness,
    features,
    probabilities,
    weights,
)
from monitor.stories.similarity import Regression

SHIPPED = coefficients(is_dense=False).joins
SCORES = st.lists(st.floats(0.03, 1), min_size=1, max_size=15).map(
    lambda scores: sorted(scores, reverse=True)
)


def bond(
    *scores: float, story: str = "s", members: int = 0, has_own: bool = True
) -> Bond:
    """By default to a story of as many members as there are links."""
    links = [Link(score, row, {}, False) for row, score in enumerate(scores)]
    count = members or len(scores)
    return Bond(story, links, count, has_own, closeness(scores, count))


def column(name: str, *bonds: Bond, crowd: float = 0.0) -> list[float]:
    found: list[float] = features(bonds, crowd)[:, FEATURES.index(name)].tolist()
    return found


# --- closeness -----------------------------------------------------------------------


@given(SCORES, st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_closeness_lies_between_nothing_and_the_best_score(scores, more):
    found = closeness(scores, len(scores) + more)
    assert 0 <= found <= scores[0] + 10**-DIGITS


@given(SCORES, st.integers(0, 14), st.floats(0, 1), st.integers(0, 20))
@settings(max_examples=100, deadline=None)
def test_a_better_link_never_makes_a_story_less_close(scores, place, better, more):
    raised = list(scores)
    place %= len(scores)
    raised[place] = max(raised[place], better)
    raised.sort(reverse=True)
    members = len(scores) + more
    assert closeness(raised, members) >= closeness(scores, members)


@given(SCORES, st.integers(0, 20), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_members_without_a_link_never_make_a_story_closer(scores, more, others):
    members = len(scores) + more
    assert closeness(scores, members + others) <= closeness(scores, members)


@pytest.mark.parametrize("members", [*range(1, 2 * NEAR), 500])
def test_an_item_alike_to_all_members_is_as_close_as_it_is_alike(members):
    assert sum(weights(members)[:members]) == pytest.approx(1)
    assert closeness([0.7] * members, members) == pytest.approx(0.7)


def test_the_three_nearest_count_half_and_the_ten_nearest_the_other_half():
    assert closeness([0.9], 1) == 0.9
    assert closeness([0.8] * NEAREST, 50) == pytest.approx(0.4 + 0.4 * NEAREST / NEAR)
    assert closeness([1.0] * 30, 50) == 1


# --- features ------------------------------------------------------------------------


def test_columns_are_those_that_are_named():
    made = features([bond(0.9, 0.5), bond(0.2, story="t")], 3.0)
    assert made.shape == (2, len(FEATURES))
    assert features([], 0.0).shape == (0, len(FEATURES))


def test_closeness_and_nearest_are_logits():
    made = bond(0.5, 0.3)
    assert column("nearest", made) == [0]
    [close] = column("closeness", made)
    assert close == pytest.approx(log(made.closeness / (1 - made.closeness)))


def test_support_is_the_share_of_near_members_with_a_strong_link():
    assert column("support", bond(0.9, 0.09, members=4)) == [0.25]
    assert column("support", bond(*[0.9] * 5, members=99)) == [5 / NEAR]


def test_size_is_the_logarithm_of_the_members():
    assert column("size", bond(0.9), bond(0.9, members=20)) == [0, log(20)]


def test_rivals_are_the_other_stories_with_a_strong_link():
    bonds = bond(0.9), bond(0.5, story="t"), bond(0.04, story="u")
    assert column("rivals", *bonds) == pytest.approx([log(2), log(2), log(3)])


def test_the_lead_is_over_the_closest_other():
    first, second, third = bond(0.9), bond(0.5, story="t"), bond(0.1, story="u")
    close = column("closeness", first, second, third)
    assert column("lead", first, second, third) == pytest.approx(
        [close[0] - close[1], close[1] - close[0], close[2] - close[0]]
    )
    assert column("lead", first) == [close[0] + 4]


def test_the_crowd_is_the_items():
    assert column("crowd", bond(0.9), bond(0.2, story="t"), crowd=2.5) == [2.5, 2.5]


# --- probabilities -------------------------------------------------------------------


def model(bias: float, **named: float) -> Regression:
    return Regression(bias, tuple(named.get(name, 0.0) for name in FEATURES))


def test_a_story_that_would_become_bilingual_has_its_own_regression():
    bonds = [bond(0.9), bond(0.9, story="t", has_own=False)]
    joins = JoinModel(known=model(2.0), new=model(-2.0))
    assert probabilities(bonds, features(bonds, 0.0), joins) == [0.8808, 0.1192]


@given(SCORES, SCORES)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_rounded_and_lie_between_0_and_1(scores, others):
    bonds = [bond(*scores), bond(*others, story="t", has_own=False)]
    for found in probabilities(bonds, features(bonds, 0.5), SHIPPED):
        assert 0 <= found <= 1
        assert found == round(found, DIGITS)


@pytest.mark.parametrize("has_own", [True, False])
def test_the_closer_the_story_the_likelier_under_the_shipped_model(has_own):
    found = [
        probabilities([one], features([one], 0.1), SHIPPED)[0]
        for one in (bond(score, has_own=has_own) for score in (0.05, 0.3, 0.6, 0.95))
    ]
    assert found == sorted(found)
    assert found[0] < 0.3 < 0.7 < found[-1]


def test_a_probability_is_the_same_in_whatever_row():
    bonds = [bond(0.9, story="a"), bond(0.4, 0.2, story="b"), bond(0.1, story="c")]
    turned = bonds[::-1]
    found = probabilities(bonds, features(bonds, 0.3), SHIPPED)
    assert probabilities(turned, features(turned, 0.3), SHIPPED)[::-1] == found
    assert np.array(found).argmax() == 0
