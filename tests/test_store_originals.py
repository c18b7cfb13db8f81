"""Items as printed and their earlier headlines, from a real database."""

from dataclasses import replace
from datetime import timedelta

from builders import NOW, assignment, item, show, sighting
from monitor.coverage.originals import Original
from monitor.coverage.retitles import retitles

HOUR = timedelta(hours=1)


def test_items_of_a_time_come_with_whose_text_they_repeat(store):
    wire, copy = item(id="a"), item(id="b", minutes=5)
    alone, late = item(id="c", minutes=6), item(id="d", minutes=60)
    show(store, [wire, copy, alone, late])
    store.stories.assign([assignment(wire, "s"), assignment(copy, "s", copy_of="a")])
    assert store.originals.between(NOW, NOW + HOUR) == [
        Original(wire, "a"),
        Original(copy, "a"),
        Original(alone, "c"),
    ]


def test_a_sample_is_the_first_by_id(store):
    show(store, [item(id=i, minutes=n) for n, i in enumerate("dbca")])
    found = store.originals.sample(NOW, NOW + HOUR, 2)
    assert [each.item.id for each in found] == ["a", "b"]
    early = store.originals.sample(NOW, NOW + timedelta(minutes=2), 9)
    assert [each.item.id for each in early] == ["b", "d"]


def retitle(store, of, title: str, minutes: int) -> None:
    """Let the outlet's feed show an item under another headline."""
    now = NOW + timedelta(minutes=minutes)
    shown = sighting(replace(of, title=title), f"id:{of.id}")
    store.items.add([shown], of.feed, (), now)


def test_revisions_lead_from_headline_to_headline(store):
    one, other = item("First", id="a"), item("Alone", id="b")
    show(store, [one, other])
    retitle(store, one, "Second", 30)
    retitle(store, one, "Third", 90)
    [first, second] = retitles(store.originals.revised(NOW, NOW + HOUR))
    assert (first.before, first.after, first.minutes) == ("First", "Second", 30)
    assert (second.before, second.after, second.minutes) == ("Second", "Third", 90)
    assert second.item == replace(one, title="Third")


def test_only_what_was_changed_in_the_time_is_read(store):
    one = item("First", id="a")
    show(store, [one])
    retitle(store, one, "Second", 90)
    assert store.originals.revised(NOW, NOW + HOUR) == []
    assert len(store.originals.revisions_of(["a", "nobody"])) == 1
    assert store.originals.revisions_of(["b"]) == []
