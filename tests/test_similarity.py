import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.coefficients import coefficients
from monitor.stories.similarity import (
    CHANNELS,
    COLUMNS,
    Features,
    PairModel,
    Regression,
    candidates,
    evidence,
)
from monitor.stories.similarity import score as score_by

SHIPPED = coefficients(is_dense=False).pairs


def flat(bias: float, weight: float) -> Regression:
    return Regression(bias, (weight,) * len(COLUMNS))


MADE_UP = PairModel(flat(-4, 2), flat(-5, 3))
"""Every column weighs, whatever the shipped model leaves out."""


def score(of: Features, model: PairModel = SHIPPED):
    return score_by(of, model)


def features(**pairs) -> Features:
    """Pairs that share nothing, at one time and in one language, but for ``pairs``."""
    size = max([len(values) for values in pairs.values()], default=1)
    columns = {name: np.zeros(size) for name in Features.__slots__}
    columns |= {name: np.array(values, float) for name, values in pairs.items()}
    return Features(**columns | {"is_across": columns["is_across"].astype(bool)})


SHARES = {
    "english": st.floats(0, 1),
    "english_title": st.floats(0, 1),
    "original": st.floats(0, 1),
    "names": st.floats(0, 1),
    "name_mass": st.floats(0, 60),
    "name_count": st.floats(0, 9),
    "word_mass": st.floats(0, 90),
    "letters": st.floats(0, 1),
    "dense": st.floats(0, 1),
}
MODELS = st.sampled_from([SHIPPED, MADE_UP])
PAIRS = st.fixed_dictionaries(
    SHARES | {"is_across": st.booleans(), "gap_hours": st.floats(0, 168)}
)


def one(pair) -> Features:
    return features(**{name: [value] for name, value in pair.items()})


@given(PAIRS, MODELS)
@settings(max_examples=150, deadline=None)
def test_scores_lie_between_0_and_1_and_parts_add_up(pair, model):
    scores, parts = score(one(pair), model)
    assert 0 <= scores[0] <= 1
    assert set(parts) == set(CHANNELS)
    assert all(part[0] >= 0 for part in parts.values())
    assert sum(part[0] for part in parts.values()) == pytest.approx(scores[0])


@given(PAIRS, st.sampled_from(sorted(SHARES)), st.floats(0, 1), MODELS)
@settings(max_examples=150, deadline=None)
def test_sharing_more_never_scores_less(pair, name, more, model):
    richer = pair | {name: pair[name] + more}
    scores = [score(one(p), model)[0][0] for p in (pair, richer)]
    assert scores[1] >= scores[0] - 1e-12


@given(PAIRS, st.floats(0, 100))
@settings(max_examples=80, deadline=None)
def test_time_between_never_scores_more(pair, more):
    later = pair | {"gap_hours": pair["gap_hours"] + more}
    assert score(one(later))[0][0] <= score(one(pair))[0][0] + 1e-12


@given(st.lists(PAIRS, min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_a_pair_scores_the_same_to_four_digits_beside_whatever_pairs(pairs):
    together = score(features(**{k: [p[k] for p in pairs] for k in pairs[0]}))[0]
    alone = [score(one(pair))[0][0] for pair in pairs]
    assert together == pytest.approx(alone, abs=1e-9)


def test_each_kind_of_pair_has_its_regression():
    pair = {name: [0.5, 0.5] for name in ("english", "letters", "names")}
    pairs = features(**pair, name_count=[9, 9], is_across=[0, 1])
    within, across = score(pairs, PairModel(flat(-1, 1), flat(-9, 1)))[0]
    assert within > 0.5 > 0.1 > across


def test_a_columns_weight_goes_to_its_channels():
    pair = features(name_mass=[20], word_mass=[20], dense=[0.7])
    named = [name for name, _ in COLUMNS]
    weights = [float(name in {"names_and_words", "dense"}) for name in named]
    model = PairModel(Regression(0, tuple(weights)), flat(0, 0))
    [total], parts = score(pair, model)
    [row] = evidence(pair)
    shared, dense = row[named.index("names_and_words")], row[named.index("dense")]
    assert parts["dense"][0] == pytest.approx(total * dense / (dense + shared))
    assert parts["names"][0] == parts["english"][0] > 0
    assert parts["letters"][0] == parts["original"][0] == 0


def test_shipped_weights_are_not_negative():
    for regression in (SHIPPED.within, SHIPPED.across):
        assert min(regression.weights) >= 0


def test_pairs_that_share_nothing_score_nothing():
    assert score(features(is_across=[0, 1]))[0].tolist() == [0, 0]


def test_one_text_in_both_scores_high_and_a_week_later_less():
    same = {
        name: [high] * 2
        for name, high in (
            *(("english", 1), ("english_title", 1), ("original", 1), ("names", 1)),
            *(("name_mass", 20), ("name_count", 3), ("word_mass", 30)),
            ("letters", 1),
        )
    }
    now, later = score(features(**same, gap_hours=[0, 168]))[0]
    assert now > 0.9
    assert later < now


def test_one_shared_name_is_no_story_across_languages():
    pair = {"names": 1.0, "name_mass": 9.0, "name_count": 1.0, "english": 0.5}
    assert score(one(pair | {"is_across": True}))[0][0] == 0
    assert score(one(pair))[0][0] > 0
    for more in (
        {"name_count": 3.0, "name_mass": 25.0},
        {"word_mass": 9.0},
        {"dense": 0.9},
    ):
        assert score(one(pair | {"is_across": True} | more))[0][0] > 0


def test_candidates_share_something_they_can_be_scored_by():
    pairs = features(
        english=[0, 0.9, 0, 0, 0, 0.01],
        names=[0, 0, 0.9, 0, 0, 0.01],
        original=[0, 0, 0, 0.9, 0, 0],
        dense=[0, 0, 0, 0, 0.9, 0.1],
        letters=[0.9, 0, 0, 0, 0, 0.9],
        is_across=[0, 0, 1, 0, 1, 0],
    )
    assert candidates(pairs).tolist() == [1, 2, 3, 4]
