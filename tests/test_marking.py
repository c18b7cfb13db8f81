"""Items are searched once, and again when what they say, or what is sought, changes."""

from datetime import timedelta

import pytest

from builders import NOW, assignment, item, show, translation, watchlist
from monitor.coverage.marks import Marker, Marks
from monitor.coverage.themes import Lexicon, tag
from monitor.coverage.watch import matches
from monitor.marking import BATCH, MOST, mark, marks_of, themes_since
from monitor.model import Item
from monitor.store.database import Store
from monitor.theme import Theme

WATER = Theme("water", "Water", "Agua", ("water",), ("agua",))
STEEL = Theme("steel", "Steel", "Acero", ("steel",), ("acero",))
MARKER = Marker(Lexicon((WATER,)), (watchlist("Water", "water"),))
OTHER = Marker(Lexicon((STEEL, WATER)), (watchlist("Steel", "steel"),))
SINCE, END = NOW - timedelta(days=1), NOW + timedelta(minutes=1)


def keep(store: Store, *found: Item, story: str = "s") -> None:
    show(store, found)
    store.stories.assign([assignment(of, story) for of in found])


def kept(store: Store, marker: Marker = MARKER) -> dict[str, Marks]:
    """What the step has written, for every item."""
    ids = [of.id for of in store.items.all(NOW - timedelta(days=99))]
    return store.marks.get(ids, marker.version)


def assert_right(store: Store, marker: Marker = MARKER) -> None:
    """Whatever is kept, a story is told as its texts tell it."""
    found = store.stories.between(SINCE, END)
    marks = marks_of(store, marker, found)
    named = themes_since(store, marker, SINCE)
    for story in found:
        told = marker.from_marks(story, marks)
        assert told.themes == tag(story, marker.lexicon)
        assert told.watchlists == matches(story, marker.watchlists)
        assert named.get(story.id, ()) == told.themes


def test_items_are_marked_once(store):
    one = item("Water in Texas", minutes=-9)
    keep(store, one, item("Rain", minutes=-8))
    assert list(mark(store, MARKER, SINCE)) == [2]
    assert kept(store)[one.id] == Marks(("water",), ("Water",))
    assert list(mark(store, MARKER, SINCE)) == []


def test_items_without_a_story_are_marked_too(store):
    show(store, [item("Water", minutes=-9)])
    assert list(mark(store, MARKER, SINCE)) == [1]


def test_old_items_are_left_alone_and_searched_when_asked_for(store):
    keep(store, item("Water", minutes=-9))
    assert list(mark(store, MARKER, NOW)) == []
    assert_right(store)
    assert kept(store) == {}


def test_many_items_are_marked_a_batch_at_a_time_the_newest_first(store):
    keep(store, *(item(f"Water {n}", minutes=-n) for n in range(BATCH + 1)))
    batches = mark(store, MARKER, SINCE)
    assert next(batches) == BATCH
    [last] = {of.id for of in store.items.all(SINCE)} - kept(store).keys()
    assert store.items.named([last])[last].title == f"Water {BATCH}"
    assert list(batches) == [1]


def test_one_go_ends(store, monkeypatch):
    monkeypatch.setattr("monitor.marking.BATCH", 2)
    monkeypatch.setattr("monitor.marking.MOST", 4)
    keep(store, *(item(f"Water {n}", minutes=-n) for n in range(5)))
    assert list(mark(store, MARKER, SINCE)) == [2, 2]
    assert list(mark(store, MARKER, SINCE)) == [1]
    assert MOST > BATCH


def test_a_retitled_item_is_searched_anew(store):
    before = item("Water in Texas", minutes=-9)
    keep(store, before)
    list(mark(store, MARKER, SINCE))
    show(store, [item("Rain in Texas", minutes=-9, id=before.id)])
    assert kept(store) == {}
    assert_right(store)
    list(mark(store, MARKER, SINCE))
    assert kept(store) == {before.id: Marks()}
    assert_right(store)


def test_a_late_translation_is_searched(store):
    spanish = item("Agua en Texas", "MX", minutes=-9)
    keep(store, spanish)
    list(mark(store, MARKER, SINCE))
    assert kept(store) == {spanish.id: Marks(("water",))}
    for title, lists in (("Water in Texas", ("Water",)), ("Rain in Texas", ())):
        store.translations.add([translation(spanish, title)], NOW)
        assert kept(store) == {}
        assert_right(store)
        list(mark(store, MARKER, SINCE))
        assert kept(store) == {spanish.id: Marks(("water",), lists)}
        assert_right(store)


def test_a_changed_lexicon_or_list_marks_anew(store):
    one = item("Water and steel", minutes=-9)
    keep(store, one)
    list(mark(store, MARKER, SINCE))
    assert kept(store, OTHER) == {}
    assert_right(store, OTHER)
    assert list(mark(store, OTHER, SINCE)) == [1]
    assert kept(store, OTHER) == {one.id: Marks(("steel", "water"), ("Steel",))}
    assert_right(store, OTHER)


@pytest.mark.parametrize("marked", [False, True])
def test_copies_count_once_in_a_storys_themes(store, marked):
    first = item("Water", minutes=-9)
    copies = [item(f"Steel {n}", minutes=n - 8) for n in range(3)]
    show(store, [first, *copies])
    copied = [assignment(of, "s", copy_of=first.id) for of in copies]
    store.stories.assign([assignment(first, "s"), *copied])
    if marked:
        list(mark(store, OTHER, SINCE))
    assert themes_since(store, OTHER, SINCE) == {"s": ("water",)}
    assert_right(store, OTHER)


@pytest.mark.parametrize("marked", [False, True])
def test_a_story_with_one_new_item_is_told_by_all_of_its_items(store, marked):
    old = [item(f"Rain {n}", minutes=-90 - n) for n in range(3)]
    keep(store, *old, item("Water", minutes=-9))
    keep(store, item("Water once", minutes=-90), story="old")
    if marked:
        list(mark(store, MARKER, SINCE))
    assert themes_since(store, MARKER, NOW - timedelta(hours=1)) == {}
    assert themes_since(store, MARKER, SINCE) == {"old": ("water",)}


def test_a_new_watch_list_voids_no_themes(store, monkeypatch):
    keep(store, *(item(f"Water {n}", minutes=-n) for n in range(9)))
    list(mark(store, MARKER, SINCE))
    more = Marker(MARKER.lexicon, (*MARKER.watchlists, watchlist("Dam")))
    found = store.marks.tallies(SINCE, more.themes_version)
    assert [(each.themes, each.unmarked) for each in found] == [(("water",), None)]
    assert themes_since(store, more, SINCE) == {"s": ("water",)}
    assert kept(store, more) == {}
    monkeypatch.setattr("monitor.marking.MOST", 4)
    assert list(mark(store, more, SINCE)) == [4]
    assert themes_since(store, more, SINCE) == {"s": ("water",)}
    assert_right(store, more)
    assert list(mark(store, more, SINCE)) == [4]
    assert list(mark(store, more, SINCE)) == [1]


def test_a_changed_theme_voids_what_was_told_by_the_old_one(store):
    keep(store, item("Steel", minutes=-9))
    list(mark(store, MARKER, SINCE))
    assert themes_since(store, MARKER, SINCE) == {}
    other = Marker(Lexicon((STEEL, WATER)), MARKER.watchlists)
    assert themes_since(store, other, SINCE) == {"s": ("steel",)}
