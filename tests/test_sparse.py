"""Sparse vectors, held against the same sums in plain Python."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.stories.sparse import Column, Sparse

TERMS = [f"t{n}" for n in range(12)]
VALUES = st.sampled_from([0.0, 0.125, 0.5, 1.0, 0.3, 0.77])
BAGS = st.dictionaries(st.sampled_from(TERMS), st.tuples(VALUES, VALUES), max_size=8)
RARITY = {term: 2.0 + n / 3 for n, term in enumerate(TERMS)}
EVERYTHING = 10**6


def sparse(bags, columns: int = 2, **kept) -> Sparse:
    made = Sparse(columns, **kept)
    for bag in bags:
        made.add(bag, [RARITY[term] for term in bag])
    return made


def rows(*numbers: int):
    return np.array(numbers, np.intp)


def single(value: float) -> float:
    return float(np.float32(value))


def products(made: Sparse, row: int, others) -> list[float]:
    """Dot products of first columns, as ``hits`` finds them."""
    hits = made.hits(row, others)
    mine = made.values(row)[:, 0].astype(np.float64)
    shares = mine[hits.mine] * hits.theirs[:, 0]
    found = np.bincount(hits.which, shares, len(others))
    return found.astype(float).tolist()


def expected(one, other, column: int = 0) -> float:
    return sum(
        single(one[term][0]) * single(other[term][column])
        for term in one
        if term in other
    )


# --- columns -------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(0, 99), max_size=900), max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_column_holds_what_was_put_in(parts):
    made = Column(np.int32)
    for part in parts:
        made.extend(part)
    assert made.cells.tolist() == [cell for part in parts for cell in part]
    assert len(made) == len(made.cells)


def test_a_column_can_be_emptied_and_filled_again():
    made = Column(np.float32, 2)
    made.extend([[1, 2]] * 3000)
    made.replace(made.cells[:0])
    assert made.cells.shape == (0, 2)
    made.extend([[3, 4]])
    assert made.cells.tolist() == [[3, 4]]


def test_a_replaced_column_is_a_copy():
    made, cells = Column(np.int32), np.arange(3, dtype=np.int32)
    made.replace(cells)
    cells[0] = 9
    assert made.cells.tolist() == [0, 1, 2]


# --- comparison ----------------------------------------------------------------------


@given(st.lists(BAGS, min_size=1, max_size=12), st.data())
@settings(max_examples=80, deadline=None)
def test_products_are_exactly_those_of_plain_python(bags, data):
    made = sparse(bags)
    row = data.draw(st.integers(0, len(bags) - 1))
    others = data.draw(st.lists(st.integers(0, len(bags) - 1), max_size=9))
    assert products(made, row, rows(*others)) == [
        pytest.approx(expected(bags[row], bags[other]), abs=1e-12) for other in others
    ]


@given(st.lists(BAGS, min_size=2, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_a_product_is_the_same_bit_for_bit_beside_whatever_rows(bags, data):
    made = sparse(bags)
    others = data.draw(st.permutations(range(len(bags))))
    together = products(made, 0, rows(*others))
    alone = [products(made, 0, rows(other))[0] for other in others]
    assert list(map(repr, together)) == list(map(repr, alone))


def test_hits_have_all_columns_of_the_other_row():
    made = sparse([{"t1": (0.5, 0.0)}, {"t0": (1.0, 1.0), "t1": (0.25, 0.75)}])
    hits = made.hits(0, rows(0, 1))
    assert hits.which.tolist() == [0, 1]
    assert hits.mine.tolist() == [0, 0]
    assert hits.theirs.tolist() == [[0.5, 0.0], [0.25, 0.75]]


def test_no_rows_and_rows_without_terms_have_no_hits():
    made = sparse([{}, {"t1": (1.0, 1.0)}])
    assert products(made, 1, rows()) == []
    assert products(made, 1, rows(0)) == [0]
    assert products(made, 0, rows(0, 1)) == [0, 0]


def test_terms_come_in_the_order_in_which_they_were_added():
    made = sparse([{"t5": (1.0, 0.0)}, {"t9": (0.5, 0.0), "t5": (0.25, 0.0)}])
    assert made.terms(1).tolist() == [1, 0]
    assert made.values(1)[:, 0].tolist() == [0.5, 0.25]
    assert made.rarity(1) == pytest.approx([RARITY["t9"], RARITY["t5"]])


# --- search --------------------------------------------------------------------------


def found(made: Sparse, row: int, budget: int) -> dict[int, float]:
    sums: dict[int, float] = {}
    for other, share in zip(*map(list, made.search(row, budget)), strict=True):
        sums[int(other)] = sums.get(int(other), 0.0) + float(share)
    return sums


@given(st.lists(BAGS, min_size=1, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_a_search_without_limit_finds_every_product(bags, data):
    made = sparse(bags)
    row = data.draw(st.integers(0, len(bags) - 1))
    sums = found(made, row, EVERYTHING)
    sharing = {n for n, bag in enumerate(bags) if bag.keys() & bags[row].keys()}
    assert set(sums) == sharing
    for other, total in sums.items():
        assert total == pytest.approx(expected(bags[row], bags[other]), abs=1e-6)


def test_a_search_looks_at_rare_terms_first_and_stops_at_its_budget():
    common, rare = {"t0": (0.5, 0.0)}, {"t0": (0.5, 0.0), "t1": (0.5, 0.0)}
    made = sparse([*[common] * 50, rare, rare])
    assert set(found(made, 51, EVERYTHING)) == set(range(52))
    assert set(found(made, 51, 54)) == set(range(52))
    assert set(found(made, 51, 53)) == {50, 51}
    assert found(made, 51, 1) == {}


def test_what_is_not_searched_is_compared_all_the_same():
    made = sparse([{"t1": (1.0, 0.0)}] * 2, is_searched=False)
    assert found(made, 0, EVERYTHING) == {}
    assert products(made, 0, rows(1)) == [1]


# --- damping -------------------------------------------------------------------------


def test_damping_is_the_rarity_over_background_and_rows_together():
    bags = [{"t0": (1.0, 0.0)}] * 31 + [{"t1": (1.0, 0.0)}] + [{}] * 8
    made = sparse(bags)
    made.damp(np.arange(40), 100)

    def left(term: str, count: int) -> float:
        share = (100 * exp(-RARITY[term]) + count - 1) / (100 + 40)
        return -log(share) / RARITY[term]

    assert made.damping(0) == pytest.approx([left("t0", 31)])
    assert 0 < left("t0", 31) < 0.8
    assert made.damping(31) == [1.0]  # the pair it may make does not count


def test_a_term_is_never_worth_more_than_in_the_background_nor_less_than_nothing():
    made = sparse([{"t0": (1.0, 0.0), "t1": (1.0, 0.0)}, *[{"t0": (1.0, 0.0)}] * 90])
    made.damp(np.arange(91), 1)
    crowded, rare = made.damping(0)
    assert crowded == pytest.approx(0.02, abs=0.02)
    assert rare == 1


def test_damping_weighs_in_a_search_and_new_terms_are_undamped():
    made = sparse([{"t0": (1.0, 0.0)}] * 40)
    before = found(made, 0, EVERYTHING)[1]
    made.damp(np.arange(40), 40)
    assert found(made, 0, EVERYTHING)[1] < before
    made.add({"t7": (1.0, 0.0), "t0": (1.0, 0.0)}, [RARITY["t7"], RARITY["t0"]])
    new, old = made.damping(40)
    assert (new, old) == (1, made.damping(0)[0])


def test_taking_rarity_anew_forgets_the_earlier_damping():
    made = sparse([{"t0": (1.0, 0.0)}] * 40 + [{}])
    made.damp(np.arange(40), 40)
    assert made.damping(0)[0] < 1
    made.damp(rows(40), 40)
    assert made.damping(0)[0] == 1


# --- keep ----------------------------------------------------------------------------


@given(st.lists(BAGS, min_size=1, max_size=12), st.data())
@settings(max_examples=80, deadline=None)
def test_keeping_some_rows_changes_no_answer_about_them(bags, data):
    made = sparse(bags)
    made.damp(np.arange(len(bags)), 5)
    kept = sorted(data.draw(st.sets(st.integers(0, len(bags) - 1), min_size=1)))
    answers = [
        (
            list(map(repr, products(made, row, rows(*kept)))),
            {
                kept.index(other): repr(round(total, 12))
                for other, total in found(made, row, EVERYTHING).items()
                if other in kept
            },
            list(map(repr, made.damping(row).tolist())),
            made.rarity(row).tolist(),
            made.values(row).tolist(),
        )
        for row in kept
    ]
    made.keep(rows(*kept))
    everything = np.arange(len(kept))
    assert len(made) == len(kept)
    for row, answer in enumerate(answers):
        assert answer == (
            list(map(repr, products(made, row, everything))),
            {
                other: repr(round(total, 12))
                for other, total in found(made, row, EVERYTHING).items()
            },
            list(map(repr, made.damping(row).tolist())),
            made.rarity(row).tolist(),
            made.values(row).tolist(),
        )


@given(st.lists(BAGS, min_size=1, max_size=8), BAGS, st.data())
@settings(max_examples=60, deadline=None)
def test_a_swept_one_goes_on_like_one_that_never_had_the_rest(bags, late, data):
    kept = sorted(data.draw(st.sets(st.integers(0, len(bags) - 1))))
    swept, fresh = sparse(bags), sparse([bags[row] for row in kept])
    swept.keep(rows(*kept))
    for made in (swept, fresh):
        made.add(late, [RARITY[term] for term in late])
    everything = np.arange(len(kept) + 1)
    assert list(map(repr, products(swept, len(kept), everything))) == list(
        map(repr, products(fresh, len(kept), everything))
    )
    here, there = (found(made, len(kept), EVERYTHING) for made in (swept, fresh))
    assert here == pytest.approx(there)


@given(
    st.lists(BAGS, min_size=1, max_size=12),
    st.lists(BAGS, max_size=3),
    st.integers(0, 30),
    st.data(),
)
@settings(max_examples=80, deadline=None)
def test_rows_out_of_sight_eat_no_budget(bags, late, budget, data):
    seen = sorted(data.draw(st.sets(st.integers(0, len(bags) - 1), min_size=1)))
    swept_to = sorted(data.draw(st.sets(st.sampled_from(seen), min_size=1)))
    known = {term for row in swept_to for term in bags[row]}
    late = [{term: bag[term] for term in bag if term in known} for bag in late]
    whole, swept = sparse(bags), sparse(bags)
    for made in (whole, swept):
        made.damp(rows(*seen), 5)
    swept.keep(rows(*swept_to))
    for made in (whole, swept):
        for bag in late:
            made.add(bag, [RARITY[term] for term in bag])
    kept = [*swept_to, *range(len(bags), len(bags) + len(late))]
    for here, row in enumerate(kept):
        in_sight = {
            kept.index(other): repr(round(total, 12))
            for other, total in found(whole, row, budget).items()
            if other in kept
        }
        assert in_sight == {
            other: repr(round(total, 12))
            for other, total in found(swept, here, budget).items()
        }


def test_old_rows_that_are_not_swept_yet_hide_no_young_ones():
    common, rare = {"t0": (0.5, 0.0)}, {"t0": (0.5, 0.0), "t1": (0.5, 0.0)}
    made = sparse([*[common] * 50, rare, common, rare])
    made.damp(rows(50, 51, 52), 5)
    assert set(found(made, 52, 5)) >= {50, 51, 52}
    assert set(found(made, 52, 4)) == {50, 52}


# --- rarity --------------------------------------------------------------------------


def test_a_rows_rarity_is_its_own_whichever_row_had_the_term_first():
    made, turned = Sparse(1), Sparse(1)
    bags = [({"t": (1.0,), "u": (1.0,)}, [3.0, 6.0]), ({"t": (1.0,)}, [5.0])]
    for one, added in ((made, bags), (turned, bags[::-1])):
        for values, rarity in added:
            one.add(values, rarity)
    assert made.rarity(0).tolist() == turned.rarity(1).tolist() == [3, 6]
    assert made.rarity(1).tolist() == turned.rarity(0).tolist() == [5]
    for one in (made, turned):
        one.damp(rows(0, 1), 2)
    assert made.damping(0).tolist() == turned.damping(1).tolist()
    assert made.damping(0)[0] < 1


def test_a_rarity_that_is_gone_leaves_no_trace_in_the_damping():
    made, fresh = Sparse(1), Sparse(1)
    made.add({"t": (1.0,)}, [9.0])
    for one in (made, fresh):
        one.add({"t": (1.0,)}, [3.0])
        one.add({"t": (1.0,)}, [3.0])
    made.damp(rows(1, 2), 2)
    fresh.damp(rows(0, 1), 2)
    assert made.damping(1).tolist() == fresh.damping(0).tolist()


@pytest.mark.parametrize("is_searched", [True, False])
def test_terms_without_end_are_forgotten_with_their_rows(is_searched):
    made = Sparse(1, is_searched=is_searched)
    for n in range(0, 300, 3):
        bag = {f"t{m}": (1.0,) for m in range(n, n + 3)}
        made.add(bag, [2.0] * 3)
        kept = np.arange(len(made))[-10:]
        if is_searched:
            made.damp(kept, 1000)
        made.keep(kept)
    assert len(made) == 10
    assert len(made._ids) == len(made._damping) == len(made._found) == 30
