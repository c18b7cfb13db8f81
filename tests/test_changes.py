"""What happens to stories after they opened: applied, replayed, taken back."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from monitor.change import Change, Move
from monitor.stories.changes import apply, inverse, redirects, replay

ITEMS = tuple("abcdef")
IDS = tuple(f"s{item}" for item in ITEMS)
STORIES = st.fixed_dictionaries(dict.fromkeys(ITEMS, st.sampled_from(IDS)))


def change(*moves: tuple[str, str, str], kind="move") -> Change:
    return Change(kind, tuple(Move(*move) for move in moves), "")


def between(before: Mapping[str, str], after: Mapping[str, str]) -> Change:
    """What leads from one to the other."""
    return change(*((i, before[i], after[i]) for i in before if before[i] != after[i]))


@given(st.lists(STORIES, min_size=1, max_size=5))
def test_the_log_replayed_from_the_first_stories_leads_to_todays(states):
    log = [between(*pair) for pair in zip(states, states[1:], strict=False)]
    assert replay(states[0], log) == states[-1]


@given(STORIES, STORIES)
def test_taking_the_last_change_back_restores_what_was(before, after):
    made = between(before, after)
    back, gone = inverse(made, after, lambda story: None, "")
    assert (apply(back, after), gone) == (before, ())


def test_an_item_that_went_on_since_stays_and_is_told():
    made = change(("a", "s1", "s2"), ("b", "s1", "s2"))
    back, gone = inverse(made, {"a": "s3", "b": "s2"}, lambda story: story, "why")
    assert back == Change("undo", (Move("b", "s2", "s1"),), "why")
    assert gone == ("a",)


def test_an_item_goes_back_to_what_its_story_was_merged_into_since():
    made = change(("a", "s1", "s2"), kind="split")
    back, _ = inverse(made, {"a": "s2"}, {"s1": "s3"}.get, "")
    assert back.moves == (Move("a", "s2", "s3"),)


def test_an_item_moved_twice_by_one_change_goes_all_the_way_back():
    made = change(("a", "s1", "s2"), ("b", "s2", "s3"), ("a", "s2", "s3"))
    after = replay({"a": "s1", "b": "s2"}, [made])
    assert after == {"a": "s3", "b": "s3"}
    back, gone = inverse(made, after, lambda story: story, "")
    assert apply(back, after) == {"a": "s1", "b": "s2"}
    assert gone == ()


def test_an_emptied_story_leads_to_where_most_of_its_items_went():
    made = change(("a", "s1", "s2"), ("b", "s1", "s3"), ("c", "s1", "s3"))
    assert redirects(made, {"s2", "s3"}) == {"s1": "s3"}
    assert redirects(made, {"s1", "s2", "s3"}) == {}


def test_of_two_stories_that_took_as_many_an_id_leads_to_the_first():
    made = change(("a", "s1", "s3"), ("b", "s1", "s2"))
    assert redirects(made, {"s2", "s3"}) == {"s1": "s3"}
