import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.similarity import (
    CHANNELS,
    Features,
    candidates,
    score,
)


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
}
PAIRS = st.fixed_dictionaries(
    SHARES | {"is_across": st.booleans(), "gap_hours": st.floats(0, 168)}
)


def one(pair) -> Features:
    return features(**{name: [value] for name, value in pair.items()})


@given(PAIRS)
@settings(max_examples=150, deadline=None)
def test_scores_lie_between_0_and_1_and_parts_add_up(pair):
    scores, parts = score(one(pair))
    assert 0 <= scores[0] <= 1
    assert set(parts) == set(CHANNELS)
    assert all(part[0] >= 0 for part in parts.values())
    assert sum(part[0] for part in parts.values()) == pytest.approx(scores[0])


@given(PAIRS, st.sampled_from(sorted(SHARES)), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_sharing_more_never_scores_less(pair, name, more):
    scores = [score(one(p))[0][0] for p in (pair, pair | {name: pair[name] + more})]
    assert scores[1] >= scores[0] - 1e-12


@given(PAIRS, st.floats(0, 100))
@settings(max_examples=80, deadline=None)
def test_time_between_never_scores_more(pair, more):
    later = pair | {"gap_hours": pair["gap_hours"] + more}
    assert score(one(later))[0][0] <= score(one(pair))[0][0] + 1e-12


def test_pairs_are_scored_one_by_one():
    pairs = features(english=[0.2, 0.9], names=[0.9, 0.1], is_across=[0, 1])
    together = score(pairs)[0]
    for row in (0, 1):
        assert score(pairs.take(np.array([row])))[0] == pytest.approx(together[row])


def test_pairs_that_share_nothing_score_nothing():
    assert score(features(is_across=[0, 1]))[0].tolist() == [0, 0]


def test_one_text_in_both_scores_high_and_a_week_later_less():
    same = {
        name: [high] * 2
        for name, high in (
            *(("english", 1), ("english_title", 1), ("original", 1), ("names", 1)),
            *(("name_mass", 20), ("name_count", 3), ("word_mass", 30)),
        )
    }
    now, later = score(features(**same, gap_hours=[0, 168]))[0]
    assert now > 0.9
    assert later < now


def test_one_shared_name_is_no_story_across_languages():
    pair = {"names": 1.0, "name_mass": 9.0, "name_count": 1.0, "english": 0.5}
    assert score(one(pair | {"is_across": True}))[0][0] == 0
    assert score(one(pair))[0][0] > 0
    two = pair | {"is_across": True, "name_count": 3.0, "name_mass": 25.0}
    assert score(one(two))[0][0] > 0


def test_candidates_share_something_they_can_be_scored_by():
    pairs = features(
        english=[0, 0.9, 0, 0, 0],
        names=[0, 0, 0.9, 0, 0],
        original=[0, 0, 0, 0.9, 0.9],
        is_across=[0, 0, 1, 0, 1],
    )
    assert candidates(pairs).tolist() == [1, 2, 3]
