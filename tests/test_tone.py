"""The tone of each side, and how sure it is."""

from dataclasses import replace
from random import Random
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import assignment, item, member
from monitor.coverage.tone import LEAST_TEXTS, _difference, _mean, _t, tone_by_side
from monitor.coverage.valence import valences

TITLES = ["Two die in fire", "Choir wins prize", "Talks on Monday", "Mayor resigns"]
OURS = valences()


def told(titles, country="US", start=0):
    return [
        member(item(f"{title} {n}", country, "en", minutes=start + n))
        for n, title in enumerate(titles)
    ]


def test_a_side_has_a_mean_from_enough_texts_on():
    few = tone_by_side(told(TITLES[:1] * (LEAST_TEXTS - 1)), OURS)
    assert few.sides["US"].mean is None
    assert few.difference is None
    enough = tone_by_side(told(TITLES[:1] * LEAST_TEXTS), OURS).sides["US"]
    assert enough.mean.value < 0
    # All alike, and yet not certain: the usual spread counts, too.
    assert enough.mean.high - enough.mean.value > 0.2
    assert enough.mean.value == pytest.approx(enough.measured[0].tone.value)


def test_what_has_no_word_of_the_list_is_counted_and_not_measured():
    found = tone_by_side(told(TITLES), OURS).sides["US"]
    assert (found.texts, len(found.measured)) == (4, 3)
    assert [m.item.title[:3] for m in found.measured] == ["Two", "May", "Cho"]


def test_a_side_that_is_silent_has_nothing():
    found = tone_by_side(told(TITLES), OURS)
    assert (found.sides["MX"].texts, found.sides["MX"].measured) == (0, ())


def test_a_copy_counts_once_on_each_side():
    first, here, there, again = (
        item("Two die in fire", country, "en", minutes=n)
        for n, country in enumerate(("US", "US", "MX", "MX"))
    )
    copies = [
        replace(member(each), assignment=assignment(each, "s", copy_of=of))
        for each, of in ((here, first.id), (there, here.id), (again, first.id))
    ]
    found = tone_by_side([member(first), *copies], OURS)
    assert [m.item.id for m in found.sides["US"].measured] == [first.id]
    assert [m.item.id for m in found.sides["MX"].measured] == [there.id]


sides = st.lists(st.sampled_from(TITLES), min_size=0, max_size=25)


@given(sides, sides, st.randoms())
def test_order_does_not_matter(us, mx, random):
    members = told(us) + told(mx, "MX", start=100)
    shuffled = random.sample(members, len(members))
    assert tone_by_side(members, OURS) == tone_by_side(shuffled, OURS)


@given(sides, sides)
def test_sides_swapped_negate_the_difference(us, mx):
    one = tone_by_side(told(us) + told(mx, "MX"), OURS).difference
    other = tone_by_side(told(us, "MX") + told(mx), OURS).difference
    assert (one is None) == (other is None)
    if one:
        found = tone_by_side(told(us) + told(mx, "MX"), OURS).sides
        gap = found["US"].mean.value - found["MX"].mean.value
        assert one.value == pytest.approx(gap)
        assert one.value == pytest.approx(-other.value)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


values = st.lists(st.floats(-1, 1), min_size=LEAST_TEXTS, max_size=60)


@given(values, values)
def test_estimates_are_bounded_and_hold_their_value(us, mx):
    mean, gap = _mean(us), _difference(us, mx)
    assert -1 <= mean.low <= mean.value + 1e-9
    assert mean.value - 1e-9 <= mean.high <= 1
    assert -2 <= gap.low <= gap.value + 1e-9
    assert gap.value - 1e-9 <= gap.high <= 2
    assert mean.low < mean.high or abs(mean.value) == pytest.approx(1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    random, held, rounds = Random(5), 0, 1500
    usual = [-0.8, -0.67, -0.41, -0.41, 0.41, 0.67]
    truth = sum(usual) / len(usual)
    for _ in range(rounds):
        found = _mean(random.choices(usual, k=LEAST_TEXTS))
        held += found.low <= truth <= found.high
    assert 0.93 < held / rounds < 0.99


@pytest.mark.parametrize(
    ("freedom", "known"), [(6, 2.4469), (10, 2.2281), (30, 2.0423)]
)
def test_the_quantile_is_that_of_tables(freedom, known):
    assert _t(freedom) == pytest.approx(known, abs=0.002)
    assert _t(1e9) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-5)
