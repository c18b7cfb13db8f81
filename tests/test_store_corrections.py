"""Corrections, changes and redirects in a real database."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from builders import NOW, assignment, item, show
from monitor.change import (
    Author,
    Change,
    Correction,
    LoggedChange,
    LoggedCorrection,
    Move,
    TakenBack,
)
from monitor.errors import StoreError
from monitor.model import Why
from monitor.store import rows
from monitor.store.database import Store
from monitor.store.schema import migrations
from monitor.stories.changes import inverse, replay

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
SPLIT = Correction("split", "two fires", ("b",), (("b",), ("a", "c")))


def keep(store: Store, **stories: str) -> None:
    """Stories by the names of their items, the oldest first: ``keep(store, s1="ab")``."""
    named = sorted((i, story) for story, items in stories.items() for i in items)
    items = [item(i, id=i, minutes=n) for n, (i, _) in enumerate(named)]
    show(store, items)
    store.stories.assign(
        assignment(one, story) for one, (_, story) in zip(items, named, strict=True)
    )


def change(*moves: tuple[str, str, str], kind="move", **given) -> Change:
    return Change(kind, tuple(Move(*move) for move in moves), "why", **given)


def found(**stories: str) -> dict[str, str]:
    return {i: story for story, items in stories.items() for i in items}


# --- changes ---------------------------------------------------------------------------


def test_a_change_moves_items_and_is_logged(store):
    keep(store, s1="ab", s2="c")
    made = change(("b", "s1", "s2"), score=0.9, correction=7)
    assert store.stories.change(made, LATER) == 1
    assert store.stories.found() == found(s1="a", s2="bc")
    assert store.stories.changes() == [LoggedChange(1, LATER, made)]
    assert store.stories.change_of(1) == LoggedChange(1, LATER, made)
    assert store.stories.change_of(2) is None
    assert store.stories.changes_by(7) == [LoggedChange(1, LATER, made)]


def test_changes_are_found_by_time_and_by_story(store):
    keep(store, s1="ab", s2="c", s3="d")
    store.stories.change(change(("b", "s1", "s2")), NOW)
    store.stories.change(change(("d", "s3", "s2")), LATER)
    assert [logged.id for logged in store.stories.changes(LATER)] == [2]
    ids = {s: [c.id for c in store.stories.changes_around(s)] for s in ("s1", "s2")}
    assert ids == {"s1": [1], "s2": [1, 2]}


def test_a_moved_item_is_in_its_new_story_wherever_it_is_asked_for(store):
    keep(store, s1="ab", s2="c")
    store.stories.change(change(("b", "s1", "s2")), LATER)
    window = {r.item.id: a.story for r, a in store.stories.window(NOW - HOUR)}
    assert window == found(s1="a", s2="bc")
    assert [m.item.id for m in store.stories.one("s2").members] == ["b", "c"]
    assert store.stories.members(["s2"]) == found(s2="bc")
    assert store.stories.holding(["c", "z"]) == found(s2="bc")


def test_a_story_without_items_leads_to_the_one_that_took_them(store):
    keep(store, s1="ab", s2="c")
    store.stories.change(change(("c", "s2", "s1"), kind="merge"), LATER)
    assert store.stories.resolve("s2") == "s1"
    assert store.stories.resolve("s1") == "s1"
    assert store.stories.resolve("s9") is None
    assert store.stories.one("s2") == store.stories.one("s1")
    assert store.stories.one("s9") is None


def test_redirects_lead_on_through_several_merges(store):
    keep(store, s1="a", s2="b", s3="c")
    store.stories.change(change(("b", "s2", "s1"), kind="merge"), LATER)
    store.stories.change(
        change(("a", "s1", "s3"), ("b", "s1", "s3"), kind="merge"), LATER
    )
    assert store.stories.resolve("s2") == "s3"


def test_a_story_that_has_items_again_leads_nowhere_else(store):
    keep(store, s1="a", s2="b")
    store.stories.change(change(("b", "s2", "s1"), kind="merge"), LATER)
    store.stories.change(change(("b", "s1", "s2"), kind="undo"), LATER)
    assert store.stories.resolve("s2") == "s2"
    store.stories.change(change(("a", "s1", "s2"), kind="merge"), LATER)
    assert store.stories.resolve("s1") == "s2"


def test_an_item_that_opens_a_story_opens_it_whatever_was_merged_under_its_id(store):
    keep(store, s1="a", sb="b")
    store.stories.change(change(("b", "sb", "s1"), kind="merge"), LATER)
    store.stories.forget_since(NOW + timedelta(minutes=1))
    store.stories.assign([assignment(item("b", id="b"), "sb")])
    assert store.stories.resolve("sb") == "sb"


def test_what_joins_a_story_is_with_the_item_that_opens_it_anew(store):
    keep(store, s1="a", sb="bc")
    store.stories.change(change(("b", "sb", "s1"), ("c", "sb", "s1")), LATER)
    store.stories.forget_since(NOW + timedelta(minutes=1))
    why = Why({}, nearest="b")
    store.stories.assign(
        [
            assignment(item("b", id="b"), "sb"),
            assignment(item("c", id="c"), "sb", why=why),
        ]
    )
    assert store.stories.found() == found(s1="a", sb="bc")


def test_moves_decided_before_stories_changed_are_refused_whole(store):
    keep(store, s1="ab", s2="c", s3="d")
    store.stories.change(change(("b", "s1", "s2")), NOW)
    stale = change(("c", "s2", "s3"), ("b", "s1", "s3"), kind="merge")
    with pytest.raises(StoreError, match="item b is no longer in story s1; .*again"):
        store.stories.change(stale, LATER)
    assert store.stories.found() == found(s1="a", s2="bc", s3="d")
    assert [logged.id for logged in store.stories.changes()] == [1]


def test_a_change_that_was_taken_back_says_so_until_that_is_taken_back_too(store):
    keep(store, s1="ab")
    away, home = change(("b", "s1", "s2")), change(("b", "s2", "s1"), kind="undo")
    store.stories.change(away, NOW)
    store.stories.change(home, NOW, undoes=1)
    assert [logged.undone for logged in store.stories.changes()] == [True, False]
    store.stories.change(replace(away, kind="undo"), NOW, undoes=2)
    assert [c.undone for c in store.stories.changes()] == [False, True, False]


def test_what_is_clustered_again_keeps_its_first_story(store):
    keep(store, s1="ab", s2="c")
    store.stories.change(change(("b", "s1", "s2")), NOW)
    assert store.stories.forget_since(NOW + timedelta(minutes=1)) == found(s2="bc")
    assert store.stories.found() == found(s1="a")
    made = [assignment(item(i, id=i), "s4") for i in "bc"]
    store.stories.assign(made)
    again = change(("b", "s2", "s4"), ("c", "s2", "s4"), kind="again")
    store.stories.change(again, LATER)
    assert store.stories.first() == found(s1="ab", s2="c")
    log = [logged.change for logged in store.stories.changes()]
    assert replay(store.stories.first(), log) == store.stories.found()
    assert store.stories.resolve("s2") == "s4"


STORIES = st.fixed_dictionaries(
    dict.fromkeys("abcd", st.sampled_from(["s1", "s2", "s3"]))
)


@settings(max_examples=30, deadline=None)
@given(st.lists(STORIES, min_size=2, max_size=6))
def test_the_log_leads_from_the_first_stories_to_todays_and_back(states):
    with Store(":memory:") as store:
        first, *others = states
        keep(store, **{s: [i for i in first if first[i] == s] for s in first.values()})
        for after in others:
            now = store.stories.found()
            moves = [(i, now[i], after[i]) for i in sorted(now) if now[i] != after[i]]
            store.stories.change(change(*moves), NOW)
        stories = store.stories
        log = stories.changes()
        assert stories.first() == first
        assert replay(first, [c.change for c in log]) == stories.found() == others[-1]
        for logged, before in zip(reversed(log), reversed(states[:-1]), strict=True):
            home = partial(stories.home, change=logged.id)
            back, _ = inverse(logged.change, stories.found(), home, "")
            stories.change(back, LATER, undoes=logged.id)
            assert stories.found() == before
        assert all(stories.resolve(s) == s for s in first.values())


def test_items_of_a_story_merged_since_are_at_home_where_it_is_now(store):
    keep(store, s1="ab", s2="c")
    store.stories.change(change(("b", "s1", "s3"), kind="split"), NOW)
    assert store.stories.home("s1", 1) == "s1"
    store.stories.change(change(("a", "s1", "s2"), kind="merge"), NOW)
    assert store.stories.home("s1", 1) == "s2"
    assert store.stories.home("s1", 2) is None
    store.stories.change(change(("a", "s2", "s1"), kind="undo"), NOW, undoes=2)
    store.stories.change(change(("a", "s1", "s2"), kind="undo"), NOW)
    assert store.stories.home("s1", 1) is None


# --- copies ----------------------------------------------------------------------------


def test_copies_and_runners_up_are_kept(store):
    one, two = item("a", id="a"), item("b", id="b")
    show(store, [one, two])
    why = Why({"names": 0.5}, nearest="a", runner_up="s9", runner_up_score=0.25)
    copy = assignment(two, "sa", why=why, copy_of="a")
    store.stories.assign([assignment(one), copy])
    assert store.stories.copies() == {"b"}
    assert [a for _, a in store.stories.window(NOW)] == [assignment(one), copy]


# --- corrections -----------------------------------------------------------------------


def test_corrections_are_kept_and_taken_back(tmp_path):
    path = tmp_path / "monitor.db"
    other = Correction("merge", "", ("a", "b"))
    with Store(path) as store:
        assert [store.corrections.add(c, NOW) for c in (SPLIT, other)] == [1, 2]
    with Store(path) as store:
        store.corrections.undo(1, TakenBack(NOW))
    with Store(path) as store:
        assert store.corrections.in_force() == [LoggedCorrection(2, NOW, other)]
        assert store.corrections.all() == [
            LoggedCorrection(1, NOW, SPLIT, undone=True, taken_back=TakenBack(NOW)),
            LoggedCorrection(2, NOW, other),
        ]
        assert store.corrections.one(2) == LoggedCorrection(2, NOW, other)
        assert store.corrections.one(3) is None


# --- databases of before ---------------------------------------------------------------


def test_a_database_of_before_corrections_opens_with_its_stories(tmp_path):
    path = tmp_path / "monitor.db"
    with closing(sqlite3.connect(path)) as plain:
        db = Database(plain)
        migrations.apply(db, stop_before="correct_stories")
        one = item("a", id="a")
        db.table("items").insert(rows.item_row(one))
        db.execute(
            "insert into assignments (item, story, score, parts, shared, nearest)"
            """ values ('a', 's1', 0.5, '{"names": 0.5}', '["Salto"]', null)"""
        )
        plain.commit()
    with Store(path) as store:
        [(_, kept)] = store.stories.window(NOW)
        assert kept == assignment(one, "s1", why=Why({"names": 0.5}, ("Salto",)))
        assert store.stories.first() == found(s1="a")
        store.stories.change(change(("a", "s1", "s2")), LATER)
        assert store.stories.first() == found(s1="a")
        assert store.stories.resolve("s1") == "s2"


def test_who_corrects_and_who_takes_it_back_is_kept(store):
    ana, luz = Author("ana", "page"), Author("luz", "api")
    taken = TakenBack(NOW, luz, "two rivers")
    store.corrections.add(SPLIT, NOW, ana)
    store.corrections.undo(1, taken)
    [kept] = store.corrections.all()
    assert kept == LoggedCorrection(1, NOW, SPLIT, True, ana, taken)


def test_of_corrections_of_old_nobody_is_named(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        store.corrections.add(SPLIT, NOW)
        store.corrections.add(SPLIT, NOW)
        for column in ("made_by", "made_way"):
            store._db.execute(f"alter table corrections drop column {column}")
        for column in ("at", "by", "way", "reason"):
            store._db.execute(f"alter table corrections drop column undone_{column}")
        store._db.execute("update corrections set undone = 1 where id = 1")
        store._db.execute(
            "delete from _sqlite_migrations where name = 'name_who_corrects'"
        )
        store._db.conn.commit()
    with Store(path) as store:
        assert store.corrections.all() == [
            LoggedCorrection(1, NOW, SPLIT, undone=True),
            LoggedCorrection(2, NOW, SPLIT),
        ]
