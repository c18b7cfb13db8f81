import json
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import item
from monitor.evaluation.scores import Agreement, Scores, report, score

LANGUAGES = {"a": "en", "b": "en", "c": "es", "d": "es", "e": "en", "f": "en"}
TRUTH = {"a": "A", "b": "A", "c": "A", "d": "B", "e": "B", "f": "C"}
FOUND = {"a": "X", "b": "X", "c": "X", "d": "X", "e": "Y", "f": "Y"}
"""Worked out by hand below."""


def pair(of: Agreement) -> tuple[float, float]:
    return of.precision, of.recall


def bcubed_by_definition(truth: dict, found: dict) -> tuple[float, float]:
    """Averages over items, one item at a time."""
    precision = recall = 0.0
    for one in truth:
        mates = {other for other in truth if truth[other] == truth[one]}
        put = {other for other in truth if found[other] == found[one]}
        precision += len(mates & put) / len(put) / len(truth)
        recall += len(mates & put) / len(mates) / len(truth)
    return precision, recall


def pairs_by_definition(truth: dict, found: dict, *, languages=None) -> tuple:
    """Of all pairs of items, or of those across the languages."""
    both = [
        (one, other)
        for one, other in combinations(truth, 2)
        if not languages or languages[one] != languages[other]
    ]
    true = {p for p in both if truth[p[0]] == truth[p[1]]}
    put = {p for p in both if found[p[0]] == found[p[1]]}
    right = len(true & put)
    return (right / len(put) if put else 1.0, right / len(true) if true else 1.0)


# --- by hand -------------------------------------------------------------------------


def test_bcubed_of_a_small_example():
    whole = score(LANGUAGES, TRUTH, FOUND).all
    assert (whole.items, whole.true_stories, whole.found_stories) == (6, 3, 2)
    # precision: a, b, c 3/4, d 1/4, e and f 1/2; recall: a, b, c, f 1, d and e 1/2
    assert pair(whole.bcubed) == pytest.approx((3.5 / 6, 5 / 6))
    assert whole.bcubed.f1 == pytest.approx(2 * 3.5 * 5 / 6 / 8.5)


def test_pairs_of_a_small_example():
    # together: ab ac bc; found: these, ad bd cd, ef; true: these, de
    assert pair(score(LANGUAGES, TRUTH, FOUND).all.pairs) == pytest.approx(
        (3 / 7, 3 / 4)
    )


def test_each_language_is_scored_by_its_own_items():
    languages = score(LANGUAGES, TRUTH, FOUND).languages
    assert (languages["en"].items, languages["es"].items) == (4, 2)
    assert pair(languages["en"].bcubed) == pytest.approx((3 / 4, 1))  # ef for e, f
    assert pair(languages["es"].bcubed) == pytest.approx((1 / 2, 1))  # cd for c, d
    assert pair(languages["en"].pairs) == pytest.approx((1 / 2, 1))
    assert pair(languages["es"].pairs) == pytest.approx((0, 1))


def test_multi_leaves_out_those_that_are_alone():
    # all but f: precision (3 * 3/4 + 1/4 + 1/2) / 5, recall (3 + 1/2 + 1/2) / 5
    assert pair(score(LANGUAGES, TRUTH, FOUND).multi) == pytest.approx((3 / 5, 4 / 5))


def test_pairs_across_are_those_of_an_english_and_a_spanish_item():
    two = score(LANGUAGES, TRUTH, FOUND).bilingual
    # together: ac bc; found: these, ad bd; true: ac bc, de
    assert pair(two.pairs) == pytest.approx((2 / 4, 2 / 3))


def test_bilingual_stories_are_found_by_one_true_pair():
    two = score(LANGUAGES, TRUTH, FOUND).bilingual
    assert (two.true_stories, two.found) == (2, 1)  # A by ac; B by none
    assert two.mean_share == pytest.approx(1 / 2)  # A whole, B not at all
    assert (two.found_stories, two.wrong) == (1, 0)


def test_a_bilingual_story_without_a_true_pair_is_wrong():
    found = {"a": "X", "d": "X", "b": "Y", "c": "Y", "e": "Z", "f": "Z"}
    two = score(LANGUAGES, TRUTH, found).bilingual
    assert (two.found_stories, two.wrong) == (2, 1)  # X is wrong; Y has bc
    assert (two.true_stories, two.found) == (2, 1)
    assert two.mean_share == pytest.approx((1 / 2 + 0) / 2)  # bc of ac, bc


def test_multi_is_told_by_the_size_of_the_true_story():
    truth = {f"a{n}": "A" for n in range(2)} | {f"b{n}": "B" for n in range(4)}
    truth |= {f"c{n}": "C" for n in range(11)} | {"d": "D"}
    found = truth | {"b0": "X", "b1": "X", "d": "A"}
    made = score(dict.fromkeys(truth, "en"), truth, found).sizes
    assert {name: (s.stories, s.items) for name, s in made.items()} == {
        "2-3": (1, 2),
        "4-10": (1, 4),
        "11+": (1, 11),
    }
    assert pair(made["2-3"].bcubed) == pytest.approx((2 / 3, 1))  # d is with them
    assert pair(made["4-10"].bcubed) == pytest.approx((1, 1 / 2))
    assert pair(made["11+"].bcubed) == (1, 1)


def test_the_largest_bilingual_story_is_told_from_the_others():
    languages = {"a": "en", "b": "en", "c": "es", "d": "en", "e": "es", "f": "es"}
    truth = {"a": "A", "b": "A", "c": "A", "d": "D", "e": "D", "f": "F"}
    found = {"a": "X", "b": "X", "c": "X", "d": "Y", "e": "Z", "f": "Y"}
    two = score(languages, truth, found).bilingual
    assert two.largest_share == pytest.approx(2 / 3)  # ac bc of ac bc de
    assert pair(two.pairs) == pytest.approx((2 / 3, 2 / 3))
    assert pair(two.pairs_besides) == (0, 0)  # df found, de true


# --- the ends of the scale -----------------------------------------------------------


def agreements(of: Scores) -> list[Agreement]:
    slices = (of.all, *of.languages.values())
    scored = [x for s in slices for x in (s.bcubed, s.pairs)]
    sized = [s.bcubed for s in of.sizes.values()]
    return [*scored, of.multi, *sized, of.bilingual.pairs]


def test_a_perfect_answer_scores_one():
    made = score(LANGUAGES, TRUTH, TRUTH)
    assert {(*pair(x), x.f1) for x in agreements(made)} == {(1, 1, 1)}
    assert made.bilingual.found == made.bilingual.true_stories == 2
    assert made.bilingual.mean_share == 1
    assert made.bilingual.wrong == 0


def test_singletons_are_pure_and_find_only_what_is_alone():
    made = score(LANGUAGES, TRUTH, {i: i for i in TRUTH})
    assert pair(made.all.bcubed) == pytest.approx((1, (1 + 1 + 1) / 6))
    assert pair(made.multi) == pytest.approx((1, 2 / 5))
    assert pair(made.all.pairs) == (1, 0)
    assert made.all.pairs.f1 == 0
    assert (made.bilingual.found, made.bilingual.found_stories) == (0, 0)
    assert made.bilingual.mean_share == 0


def test_everything_in_one_finds_all_and_is_impure():
    made = score(LANGUAGES, TRUTH, dict.fromkeys(TRUTH, "X"))
    assert pair(made.all.bcubed) == pytest.approx(((9 + 4 + 1) / 36, 1))
    assert pair(made.all.pairs) == pytest.approx((4 / 15, 1))
    assert made.bilingual.found == 2
    assert made.bilingual.wrong == 0


def test_f1_of_nothing_is_nothing():
    assert Agreement(0.0, 0.0).f1 == 0
    assert Agreement(1.0, 0.5).f1 == pytest.approx(2 / 3)


def test_one_language_alone_has_nothing_across():
    two = score(dict.fromkeys(TRUTH, "en"), TRUTH, FOUND).bilingual
    assert (two.true_stories, two.found_stories) == (0, 0)
    assert (*pair(two.pairs), two.mean_share) == (1, 1, 1)
    assert (*pair(two.pairs_besides), two.largest_share) == (1, 1, 0)


# --- properties ----------------------------------------------------------------------

ANSWERS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("WXYZ"), st.booleans()),
    min_size=1,
    max_size=14,
)


def answer(rows) -> tuple[dict, dict, dict]:
    languages = {f"i{n}": "es" if row[2] else "en" for n, row in enumerate(rows)}
    truth = {f"i{n}": row[0] for n, row in enumerate(rows)}
    return languages, truth, {f"i{n}": row[1] for n, row in enumerate(rows)}


@given(ANSWERS)
@settings(max_examples=80, deadline=None)
def test_scores_are_what_their_definitions_say(rows):
    languages, truth, found = answer(rows)
    made = score(languages, truth, found)
    assert pair(made.all.bcubed) == pytest.approx(bcubed_by_definition(truth, found))
    assert pair(made.all.pairs) == pytest.approx(pairs_by_definition(truth, found))
    across = pairs_by_definition(truth, found, languages=languages)
    assert pair(made.bilingual.pairs) == pytest.approx(across)


@given(ANSWERS)
@settings(max_examples=80, deadline=None)
def test_scores_lie_between_0_and_1_and_an_answer_agrees_with_itself(rows):
    languages, truth, found = answer(rows)
    made = score(languages, truth, found)
    for one in (*agreements(made), made.bilingual.pairs_besides):
        for value in (*pair(one), one.f1):
            assert 0 <= value <= 1 + 1e-12
    assert 0 <= made.bilingual.mean_share <= 1 + 1e-12
    assert 0 <= made.bilingual.largest_share <= 1
    assert sum(s.items for s in made.sizes.values()) <= made.all.items
    assert made.bilingual.found <= made.bilingual.true_stories
    assert made.bilingual.wrong <= made.bilingual.found_stories
    assert pair(score(languages, found, found).all.bcubed) == pytest.approx((1, 1))


@given(ANSWERS, st.permutations("WXYZ"), st.permutations("ABCD"))
@settings(max_examples=60, deadline=None)
def test_what_stories_are_called_changes_nothing(rows, found_names, true_names):
    languages, truth, found = answer(rows)
    names = dict(zip("WXYZABCD", [*found_names, *true_names], strict=True))
    renamed = score(
        languages,
        {i: names[s] for i, s in truth.items()},
        {i: names[s] for i, s in found.items()},
    )
    plain = score(languages, truth, found)
    for one, other in zip(agreements(renamed), agreements(plain), strict=True):
        assert pair(one) == pytest.approx(pair(other))
    counted = [
        replace(b, pairs=plain.all.pairs, pairs_besides=plain.all.pairs, mean_share=0)
        for b in (renamed.bilingual, plain.bilingual)
    ]
    assert counted[0] == counted[1]
    assert renamed.bilingual.mean_share == pytest.approx(plain.bilingual.mean_share)


# --- the report ----------------------------------------------------------------------

ITEMS = [item(id=i, language=language) for i, language in LANGUAGES.items()]


def test_a_report_stands_beside_its_floor():
    made = report(ITEMS, TRUTH, FOUND, set(TRUTH))
    assert made.scores == score(LANGUAGES, TRUTH, FOUND)
    assert made.singletons == score(LANGUAGES, TRUTH, {i: i for i in TRUTH})
    assert made.unscored == 0


def test_uncertain_items_are_counted_and_not_scored():
    made = report(ITEMS, TRUTH, FOUND, {"a", "b", "c"})
    assert made.unscored == 3
    assert made.scores.all.items == 3
    assert pair(made.scores.all.bcubed) == (1, 1)  # d, who spoils X, does not count
    assert made.singletons.all.items == 3


def test_copies_are_left_out_beside_the_whole():
    made = report(ITEMS, TRUTH, FOUND, set(TRUTH) - {"f"}, {"b", "d", "f", "unknown"})
    assert made.copies == 2  # f is not scored
    assert made.scores.all.items == 5
    assert made.originals.all.items == 3
    kept = {i: LANGUAGES[i] for i in "ace"}
    assert made.originals == score(kept, TRUTH, FOUND)
    assert made.originals_alone == score(kept, TRUTH, {i: i for i in kept})


def test_without_copies_nothing_is_left_out():
    made = report(ITEMS, TRUTH, FOUND, set(TRUTH))
    assert made.copies == 0
    assert made.originals == made.scores
    assert made.originals_alone == made.singletons


def test_a_report_is_plain_json_with_every_f1():
    made = report(ITEMS, TRUTH, FOUND, set(TRUTH))
    plain = json.loads(json.dumps(made.to_dict()))
    assert plain["scores"]["all"]["bcubed"] == {
        "precision": pytest.approx(3.5 / 6),
        "recall": pytest.approx(5 / 6),
        "f1": pytest.approx(made.scores.all.bcubed.f1),
    }
    assert plain["scores"]["languages"]["es"]["items"] == 2
    assert plain["singletons"]["bilingual"]["pairs"]["f1"] == 0
    assert plain["unscored"] == plain["copies"] == 0
    assert plain["originals"]["sizes"]["2-3"]["items"] == 5
    assert 0 <= plain["scores"]["bilingual"]["pairs_besides"]["f1"] <= 1
