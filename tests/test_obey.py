"""The moves that make stories follow what persons said."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, story
from monitor.change import Correction, LoggedCorrection, Move
from monitor.errors import ConfigError
from monitor.stories.corrections import Rules, move, split
from monitor.stories.obey import new_story, obey, permitted

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


@st.composite
def corrections(draw) -> Correction:
    joined = draw(st.lists(st.sampled_from(ITEMS), max_size=3, unique=True))
    sides = draw(st.lists(st.sampled_from(ITEMS), max_size=4, unique=True))
    cut = draw(st.integers(0, len(sides)))
    both = (tuple(sides[:cut]), tuple(sides[cut:]))
    return Correction("split", "", tuple(joined), both)


def living(now: dict[str, str]):
    """Whether a story has items now."""
    return frozenset(now.values()).__contains__


def current(**stories: str) -> dict[str, str]:
    """Item -> story, by the items' names: ``current(s1="ab", s2="c")``."""
    return dict(sorted((i, s) for s, items in stories.items() for i in items))


def obeyed(correction: Correction, now: dict[str, str], *others: Correction):
    known = rules(*others)
    known.add(correction, "")
    moves = obey(correction, known, now, living(now))
    return {**now, **{move.item: move.after for move in moves}}


def test_a_merge_brings_all_items_under_the_first_id():
    now = current(s1="b", s2="ac")
    assert obeyed(together("b", "a", "c"), now) == current(s1="abc")


def test_a_merge_brings_along_items_that_came_since():
    now = current(s1="ab", s2="cde")
    assert obeyed(together("a", "c"), now) == current(s1="abcde")


def test_a_merge_leaves_behind_what_another_rule_bars():
    now = current(s1="ab", s2="cd")
    assert obeyed(together("a", "c"), now, apart("b", "d")) == current(s1="abc", s2="d")


def test_a_split_gives_its_items_the_id_of_the_oldest():
    now = current(s1="abcd")
    said = split(of("a", "b", "c", "d"), ["b", "c"])
    assert obeyed(said, now) == current(s1="ad", sb="bc")


def test_a_split_takes_what_is_bound_along():
    now = current(s1="abcd")
    assert obeyed(apart("b", "c"), now, together("b", "d")) == current(s1="ac", sb="bd")


def test_a_move_takes_exactly_the_item_named():
    now = current(s1="abc", s2="xy")
    said = move(["b"], of("a", "b", "c"), of("x", "y"))
    assert obeyed(said, now) == current(s1="ac", s2="bxy")


def test_a_move_to_a_new_story_opens_one():
    now = current(sa="ab")
    assert obeyed(move(["b"], of("a", "b"), None), now) == current(sa="a", sb="b")


def test_what_another_rule_bars_from_the_items_that_come_makes_room():
    now = current(s1="ab", s2="cd")
    moved = Correction("move", "", ("a", "c"))
    assert obeyed(moved, now, apart("b", "c")) == current(s1="ac", sb="b", s2="d")


def test_items_that_have_no_story_yet_move_nowhere():
    assert obeyed(together("q", "a", "z"), current(s1="a")) == current(s1="a")


@given(
    st.fixed_dictionaries(dict.fromkeys(ITEMS, st.sampled_from(["s1", "s2", "sa"]))),
    st.lists(corrections(), min_size=1, max_size=4),
)
def test_after_obeying_in_order_every_correction_holds_and_obeying_again_moves_nothing(
    now, said
):
    known, kept = Rules(), []
    for correction in said:
        try:
            known.add(correction, "")
        except ConfigError:
            continue
        kept.append(correction)
        for change in obey(correction, known, now, living(now)):
            assert now[change.item] == change.before
            now[change.item] = change.after
        for one, other in combinations(ITEMS, 2):
            if other in known.bound(one):
                assert now[one] == now[other]
            if other in known.barred(one):
                assert now[one] != now[other]
    for correction in kept:
        assert obey(correction, known, now, living(now)) == ()


def test_a_new_story_is_called_by_its_oldest_item_whose_name_is_free():
    assert new_story("bc", set().__contains__) == "sb"
    assert new_story("bc", {"sb"}.__contains__) == "sc"
    assert new_story("b", {"sb", "sb-2"}.__contains__) == "sb-3"


# --- what may go back ------------------------------------------------------------------


def test_what_is_bound_to_items_that_stay_stays():
    now = current(s1="abcd")
    moves = [Move(i, "s1", "s2") for i in "bc"]
    known = rules(together("c", "d"))
    assert permitted(moves, known, now) == (Move("b", "s1", "s2"),)


def test_what_is_bound_may_go_together():
    now = current(s1="abc")
    moves = (Move("b", "s1", "s2"), Move("c", "s1", "s2"))
    assert permitted(moves, rules(together("b", "c")), now) == moves


def test_a_move_that_rests_on_one_that_is_not_permitted_is_not_either():
    now = current(s1="abcd", s2="x")
    moves = [Move(i, "s1", "s2") for i in "abc"]
    known = rules(apart("a", "x"), together("a", "b"), together("c", "d"))
    assert permitted(moves, known, now) == ()
