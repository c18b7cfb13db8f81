"""What a correction would do, and what comes of it once it is done."""

import json
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, item, show
from monitor.change import NEW, Author, Change, Move, Wanted
from monitor.errors import ConfigError, ConflictError
from monitor.model import Story
from monitor.previewing import correct, preview
from monitor.store.database import Store

ANA, LUZ = Author("ana", "page"), Author("luz", "page")
MERGE = Wanted("merge", ("s1", "s2"), reason="one flood")
SPLIT = Wanted("split", ("s1",), ("b",), reason="two fires")
MOVE = Wanted("move", ("s2",), ("b",), reason="belongs there")


def keep(store: Store, **stories: str) -> None:
    """Stories by the names of their items, which are published in that order."""
    for story, named in stories.items():
        items = [item(f"Title {i}", id=i, minutes=ord(i)) for i in named]
        show(store, items)
        store.stories.assign(assignment(one, story) for one in items)


def held(store: Store) -> dict[str, str]:
    """Story -> its items."""
    found = store.stories.found()
    named: dict[str, str] = {}
    for one in sorted(found):
        named[found[one]] = named.get(found[one], "") + one
    return named


def told(stories: tuple[Story, ...]) -> dict[str, str]:
    return {s.id: "".join(m.item.id for m in s.members) for s in stories}


def dump(store: Store) -> list[str]:
    return list(store._db.conn.iterdump())


@pytest.mark.parametrize(
    ("wanted", "after"),
    [
        (MERGE, {"s1": "abcde"}),
        (SPLIT, {"s1": "ac", "sb": "b"}),
        (MOVE, {"s1": "ac", "s2": "bde"}),
        (Wanted("move", ("s2",), ("b", "c")), {"s1": "a", "s2": "bcde"}),
        (Wanted("move", (NEW,), ("b", "c")), {"s1": "a", "sb": "bc"}),
    ],
)
def test_what_was_shown_is_what_is_then_there(store, wanted, after):
    keep(store, s1="abc", s2="de")
    before = dump(store)
    shown = preview(store, wanted, NOW)
    assert dump(store) == before
    assert told(shown.after) == after
    assert told(shown.before).items() <= {"s1": "abc", "s2": "de"}.items()
    done = correct(store, wanted, shown.state, ANA, NOW)
    assert done.moves == shown.moves
    assert {s: held(store)[s] for s in after} == after
    assert done.logged.by == ANA
    assert done.logged.correction.reason == wanted.reason


def test_an_undo_is_shown_and_done_and_says_who_and_why(store):
    keep(store, s1="a", s2="b")
    correct(store, MERGE, preview(store, MERGE, NOW).state, ANA, NOW)
    wanted = Wanted("undo", correction=1, reason="two after all")
    shown = preview(store, wanted, NOW)
    assert (told(shown.before), told(shown.after)) == (
        {"s1": "ab"},
        {"s1": "a", "s2": "b"},
    )
    done = correct(store, wanted, shown.state, LUZ, NOW)
    assert held(store) == {"s1": "a", "s2": "b"}
    assert (done.logged.by, done.logged.undone) == (ANA, True)
    assert done.logged.taken_back
    assert done.logged.taken_back.by == LUZ
    assert done.logged.taken_back.reason == "two after all"


def test_ids_that_would_lead_elsewhere_are_told(store):
    keep(store, s1="a", s2="b")
    assert preview(store, MERGE, NOW).leads == {"s2": "s1"}
    assert preview(store, Wanted("merge", ("s2", "s1")), NOW).leads == {"s1": "s2"}


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("merge", ("s1",)),
        Wanted("merge", ("s1", "s1")),
        Wanted("merge", ("s1", NEW)),
        Wanted("merge", ("s1", "s9")),
        Wanted("split", ("s1",)),
        Wanted("split", ("s1",), ("z",)),
        Wanted("split", (), ("a",)),
        Wanted("move", ("s2",)),
        Wanted("move", ("s2",), ("z",)),
        Wanted("move", ("s9",), ("a",)),
        Wanted("move", ("s2",), ("a", "d")),
        Wanted("undo", correction=7),
        Wanted("undo"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(store, wanted):
    keep(store, s1="abc", s2="de")
    before = dump(store)
    with pytest.raises(ConfigError):
        preview(store, wanted, NOW)
    assert dump(store) == before


def test_a_contradiction_is_told_before_anything_is_done(store):
    keep(store, s1="abc", s2="de")
    correct(store, SPLIT, preview(store, SPLIT, NOW).state, ANA, NOW)
    with pytest.raises(ConfigError, match="contradicts correction 1"):
        preview(store, Wanted("merge", ("s1", "sb")), NOW)


# --- two at once -----------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [MERGE, SPLIT, MOVE])
@pytest.mark.parametrize("first", [MERGE, SPLIT, MOVE])
def test_of_two_who_looked_before_either_acts_the_second_is_told(store, first, wanted):
    keep(store, s1="abc", s2="de")
    ours, theirs = preview(store, first, NOW), preview(store, wanted, NOW)
    correct(store, first, ours.state, ANA, NOW)
    before = dump(store)
    with pytest.raises(ConflictError) as error:
        correct(store, wanted, theirs.state, LUZ, NOW)
    assert dump(store) == before
    [clash] = error.value.clashes
    assert (clash.by, clash.kind, clash.reason) == (ANA, first.verb, first.reason)
    assert (clash.at, clash.correction) == (NOW, 1)
    assert "by ana" in str(error.value)


def test_of_two_who_take_the_same_back_the_second_is_told(store):
    keep(store, s1="a", s2="b")
    correct(store, MERGE, preview(store, MERGE, NOW).state, ANA, NOW)
    wanted = Wanted("undo", correction=1, reason="no")
    state = preview(store, wanted, NOW).state
    correct(store, wanted, state, LUZ, NOW)
    with pytest.raises(ConflictError) as error:
        correct(store, wanted, state, ANA, NOW)
    [clash] = error.value.clashes
    assert (clash.kind, clash.by, clash.reason) == ("undo", LUZ, "no")


def test_what_the_monitor_itself_decided_meanwhile_is_told(store):
    keep(store, s1="abc", s2="de")
    state = preview(store, MERGE, NOW).state
    store.stories.change(Change("move", (Move("c", "s1", "s2"),), "alike", 0.9), NOW)
    with pytest.raises(ConflictError, match="by monitor") as error:
        correct(store, MERGE, state, ANA, NOW)
    [clash] = error.value.clashes
    assert (clash.by, clash.correction, clash.items) == (None, None, 1)


def test_a_correction_elsewhere_is_no_conflict(store):
    keep(store, s1="abc", s2="de", s3="fg")
    state = preview(store, MERGE, NOW).state
    other = Wanted("split", ("s3",), ("f",))
    correct(store, other, preview(store, other, NOW).state, LUZ, NOW)
    correct(store, MERGE, state, ANA, NOW)
    assert held(store)["s1"] == "abcde"


def test_of_items_that_joined_meanwhile_nothing_is_said(store):
    keep(store, s1="abc", s2="de")
    split, merge = preview(store, SPLIT, NOW), preview(store, MERGE, NOW)
    keep(store, s1="z")
    done = correct(store, SPLIT, split.state, ANA, NOW)
    assert done.joined == ("z",)
    assert done.logged.correction.apart == (("b",), ("a", "c"))
    assert held(store) == {"s1": "acz", "sb": "b", "s2": "de"}
    with pytest.raises(ConflictError):
        correct(store, MERGE, merge.state, ANA, NOW)


def test_a_merge_takes_along_what_joined_meanwhile(store):
    keep(store, s1="a", s2="b")
    state = preview(store, MERGE, NOW).state
    keep(store, s2="z")
    done = correct(store, MERGE, state, ANA, NOW)
    assert (done.joined, held(store)) == (("z",), {"s1": "abz"})
    assert done.logged.correction.together == ("a", "b")


@pytest.mark.parametrize("state", ["", "1-1-1", "x" * 500, "١-1-1-" + "a-" * 2])
def test_a_state_that_no_preview_gave_is_refused(store, state):
    keep(store, s1="a", s2="b")
    with pytest.raises(ConfigError, match="preview anew"):
        correct(store, MERGE, state, ANA, NOW)


def test_of_many_at_once_one_corrects_and_all_others_are_told(tmp_path: Path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        keep(store, s1="abc", s2="de")
        state = preview(store, MERGE, NOW).state
    ready, outcomes = threading.Barrier(6), []

    def act(name: str) -> None:
        with Store(path) as mine:
            ready.wait(10)
            try:
                correct(mine, MERGE, state, Author(name, "page"), NOW)
                outcomes.append("done")
            except ConflictError as error:
                outcomes.append(len(error.clashes))

    threads = [threading.Thread(target=act, args=(f"u{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == ["1"] * 5 + ["done"]


# --- a law -------------------------------------------------------------------------------

PLACES = st.lists(st.sampled_from(["s1", "s2", "s3"]), min_size=4, max_size=7)
STORIES = ["s1", "s2", "s3", "sa", "sb", "sc"]
WISHES = st.one_of(
    st.builds(
        Wanted,
        st.just("merge"),
        st.tuples(st.sampled_from(STORIES), st.sampled_from(STORIES)),
    ),
    st.builds(
        Wanted,
        st.sampled_from(["split", "move"]),
        st.tuples(st.sampled_from([*STORIES, NEW])),
        st.lists(st.sampled_from("abcdefg"), max_size=3, unique=True).map(tuple),
    ),
    st.builds(
        lambda n: Wanted("undo", correction=n),
        st.integers(1, 4),
    ),
)


@given(PLACES, st.lists(WISHES, max_size=8))
@settings(max_examples=60, deadline=None)
def test_what_is_shown_is_what_is_done_and_showing_changes_nothing(places, wishes):
    with Store(":memory:") as store:
        for n, story in enumerate(places):
            keep(store, **{story: "abcdefg"[n]})
        for wanted in wishes:
            with suppress(ConfigError):
                before = held(store)
                shown = preview(store, wanted, NOW)
                assert held(store) == before
                assert told(shown.before).items() <= before.items()
                done = correct(store, wanted, shown.state, ANA, NOW)
                now = held(store)
                assert told(shown.after).items() <= now.items()
                assert done.moves == shown.moves
                named = told(shown.before).keys() | told(shown.after).keys()
                assert {s: i for s, i in now.items() if s not in named} == {
                    s: i for s, i in before.items() if s not in named
                }
                for old, new in shown.leads.items():
                    assert store.stories.resolve(old) == new


def test_a_state_is_short_enough_for_a_form(store):
    keep(store, s1="abcdefghij", s2="klm")
    assert len(json.dumps(preview(store, MERGE, NOW).state)) < 200
