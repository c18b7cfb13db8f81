"""What items said when they got their stories, whatever they say since."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_store_waiting import acts, do, show, translate

from builders import NOW
from monitor.model import Reading, Translation
from monitor.store import readings
from monitor.store.database import Store

LONG_AGO = NOW - timedelta(days=99)


def window(store: Store) -> dict[str, Reading]:
    return {r.item.id: r for r, _ in store.stories.window(LONG_AGO)}


def as_it_is(store: Store) -> dict[str, Reading]:
    """All items, as whoever assigns them now would read them."""
    found = store._db.query(f"select items.*, {readings.ENGLISH} from items")
    return {row["id"]: readings.reading(row) for row in found}


@given(acts, st.sets(st.integers(0, 49), max_size=3))
@settings(max_examples=12, deadline=None)
def test_an_item_says_what_it_said_when_it_got_its_story_or_was_renewed(done, renewed):
    with Store(":memory:") as store:
        known: dict[str, Reading] = {}
        for minute, act in enumerate(done):
            do(store, act, minute)
            now, found = as_it_is(store), window(store)
            known = {item: known.get(item, now[item]) for item in found}
            assert found == known
            if minute in renewed:
                changed = {item for item in known if known[item] != now[item]}
                mark = store.stories.mark()
                count = store.decided_texts.renew(NOW)
                assert count >= len(changed)
                assert (store.stories.mark() != mark) == (count > 0)
                known = {item: now[item] for item in known}
                assert window(store) == known


def test_a_second_headline_and_a_late_english_are_not_what_was_decided_on(store):
    show(store, 1, 0, "primero")
    do(store, ("assign", 1), 0)
    [first] = window(store).values()
    show(store, 1, 1, "segundo")
    translate(store, 1, 2, "said as well")
    assert list(window(store).values()) == [first]
    assert (first.item.title, first.english_title) == ("primero", "")
    assert store.decided_texts.renew(NOW) == 1
    [second] = window(store).values()
    assert (second.item.title, second.english_title) == ("segundo", "said")
    assert store.decided_texts.renew(NOW) == 0


@pytest.mark.parametrize(
    "before, after",
    [
        ([], ["headline"]),
        ([], ["whole"]),
        ([], ["retitle"]),
        (["headline"], ["whole"]),
        (["whole"], ["retitle"]),
        (["whole"], ["retitle", "whole"]),
    ],
)
def test_nothing_that_happens_to_it_changes_what_was_decided_on(store, before, after):
    acts = ["show", *before, "assign", *after]
    for minute, act in enumerate(acts):
        do(store, (act, 1), minute)
        if act == "assign":
            decided = window(store)
    assert window(store) == decided != as_it_is(store)
    do(store, ("forget", 0), len(acts))
    do(store, ("assign", 1), len(acts))
    assert window(store) == as_it_is(store)


def test_another_english_by_the_same_engine_is_none_that_was_decided_on(store):
    show(store, 1, 0, "primero")
    one = Translation("item 1", "en", "by", "1", "said", "as well")
    store.translations.add([one], NOW)
    do(store, ("assign", 1), 1)
    decided = window(store)
    store.translations.add([replace(one, title="told")], NOW)
    assert window(store) == decided != as_it_is(store)


def test_what_nobody_decided_on_is_not_kept(store):
    show(store, 0, 0, "first")
    show(store, 0, 1, "second")
    translate(store, 0, 2, "dicho")
    assert store.decided_texts.renew(NOW) == 0
    do(store, ("assign", 0), 3)
    translate(store, 0, 4, "dicho otra vez")  # into Spanish: nothing decides on it
    assert store.decided_texts.renew(NOW) == 0
