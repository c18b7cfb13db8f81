"""The step that keeps blind spots, against a real database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, TODAY, assignment, feed, item, poll_day, show
from monitor import comparing
from monitor.change import Change, Move
from monitor.comparing import Followed
from monitor.model import FeedState
from monitor.store.database import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
US = [feed(f"Ledger {n}", "US") for n in range(4)]
MX = [feed(f"Gaceta {n}", "MX") for n in range(4)]
FEEDS = [*US, *MX]
FOLLOWED = Followed(FEEDS, {f.outlet: f.owner for f in FEEDS})


@pytest.fixture
def store(tmp_path):
    """Ten days in which every feed has an item an hour, each a story of its own."""
    with Store(tmp_path / "monitor.db") as store:
        for of in FEEDS:
            store.feeds.put(FeedState(of.url, last_poll=NOW, last_good=NOW))
            for n in range(10):
                store.feeds.count(poll_day(of, TODAY - n * DAY))
        usual = [
            item(f"{of.outlet} {n}", of.country, outlet=of.outlet, minutes=-60 * n)
            for of in FEEDS
            for n in range(24 * 10)
        ]
        tell(store, usual)
        yield store


def tell(store, items, story=None):
    show(store, items)
    store.stories.assign(assignment(i, story) for i in items)


def covered(story="s", side="US", outlets=4, hours=20.0, title="A dam breaks"):
    return [
        item(
            f"{title} {n}",
            side,
            outlet=of.outlet,
            minutes=-60 * hours + n,
            id=f"{story}-{side}-{n}-{hours}",
        )
        for n, of in enumerate((US if side == "US" else MX)[:outlets])
    ]


def everything(store):
    return list(store._db.query("select * from blind_spots order by story, opened"))


def test_a_silence_is_kept_and_nothing_changes_the_second_time(store):
    tell(store, covered(), "s")
    [made] = comparing.compare(store, FOLLOWED, NOW)
    assert (made.after.silent, made.after.items, made.after.owners) == ("MX", 4, 4)
    assert made.after.expected == pytest.approx(4, rel=0.05)
    before = everything(store)
    assert store.blind_spots.open() == [made.after]
    assert comparing.compare(store, FOLLOWED, NOW) == []
    assert everything(store) == before


def test_the_crossing_ends_it_and_is_kept(store):
    tell(store, covered(), "s")
    comparing.compare(store, FOLLOWED, NOW)
    tell(store, covered(side="MX", outlets=1, hours=0), "s")
    [made] = comparing.compare(store, FOLLOWED, NOW + HOUR)
    assert (made.after.end, made.after.closed) == ("picked-up", NOW + HOUR)
    assert store.blind_spots.open() == []
    assert store.blind_spots.since(NOW + HOUR) == [made.after]
    assert store.blind_spots.of("s") == [made.after]
    assert comparing.compare(store, FOLLOWED, NOW + HOUR) == []


def test_a_merge_with_a_story_of_the_other_side_is_a_pick_up(store):
    tell(store, covered(), "s")
    comparing.compare(store, FOLLOWED, NOW)
    there = covered("t", "MX", 1, 5)
    tell(store, there, "t")
    moves = tuple(Move(i.id, "s", "t") for i in covered())
    store.stories.change(Change("merge", moves, "near"), NOW)
    [made] = comparing.compare(store, FOLLOWED, NOW + HOUR)
    assert (made.after.story, made.after.end) == ("s", "picked-up")
    assert store.blind_spots.of("t") == [made.after]


def test_a_merge_on_one_side_leads_the_blind_spot_on(store):
    tell(store, covered(), "s")
    comparing.compare(store, FOLLOWED, NOW)
    tell(store, covered("t", "US", 1, 5), "t")
    moves = tuple(Move(i.id, "s", "t") for i in covered())
    store.stories.change(Change("merge", moves, "near"), NOW)
    comparing.compare(store, FOLLOWED, NOW + HOUR)
    [spot] = store.blind_spots.open()
    assert (spot.story, spot.opened, spot.items) == ("t", NOW, 5)
    assert comparing.compare(store, FOLLOWED, NOW + HOUR) == []


def test_a_side_that_was_not_read_is_not_called_silent(store):
    for of in MX[:2]:
        store.feeds.put(FeedState(of.url, last_poll=NOW, error="timed out"))
    tell(store, covered(), "s")
    assert comparing.compare(store, FOLLOWED, NOW) == []
    [spot] = comparing.unclaimed(store, FOLLOWED, NOW)
    assert (spot.health.down, spot.health.feeds) == (2, 4)
    assert not spot.health.can_tell


def test_a_silence_that_was_claimed_before_feeds_failed_is_told_once(store):
    tell(store, covered(), "s")
    comparing.compare(store, FOLLOWED, NOW)
    for of in MX[:2]:
        store.feeds.put(FeedState(of.url, last_poll=NOW, error="timed out"))
    comparing.compare(store, FOLLOWED, NOW)
    assert [spot.health.can_tell for spot in store.blind_spots.open()] == [False]
    assert comparing.unclaimed(store, FOLLOWED, NOW) == []


def test_a_broken_feed_of_the_covering_side_does_not_matter(store):
    for of in US:
        store.feeds.put(FeedState(of.url, last_poll=NOW, error="timed out"))
    tell(store, covered(), "s")
    assert len(comparing.compare(store, FOLLOWED, NOW)) == 1


def test_what_comes_later_is_not_known_yet(store):
    tell(store, covered(), "s")
    tell(store, covered(side="MX", hours=-3), "s")
    [made] = comparing.compare(store, FOLLOWED, NOW)
    assert made.after.end is None


def test_an_item_dated_to_the_end_of_its_day_is_there_when_it_is_seen(store):
    tell(store, covered(), "s")
    comparing.compare(store, FOLLOWED, NOW)
    [dated] = covered(side="MX", outlets=1, hours=-9)
    tell(store, [replace(dated, date_source="fetched", seen=NOW)], "s")
    [made] = comparing.compare(store, FOLLOWED, NOW + HOUR)
    assert made.after.end == "picked-up"


def test_copies_are_no_texts_of_their_own(store):
    items = covered()
    show(store, items)
    store.stories.assign(
        assignment(i, "s", copy_of=items[0].id if i != items[0] else None)
        for i in items
    )
    assert comparing.compare(store, FOLLOWED, NOW) == []
    parts = store.volumes.parts_of(["s"], NOW)
    assert (sum(p.items for p in parts), sum(p.texts for p in parts)) == (4, 1)


def test_two_who_compare_at_once_open_it_once(store):
    tell(store, covered(), "s")
    made = comparing.compare(store, FOLLOWED, NOW)
    later = [replace(m, after=replace(m.after, opened=NOW + HOUR)) for m in made]
    store.blind_spots.put(later)
    assert [spot.opened for spot in store.blind_spots.open()] == [NOW]


def test_two_that_became_one_go_on_as_the_older(store):
    tell(store, covered("s"), "s")
    comparing.compare(store, FOLLOWED, NOW)
    tell(store, covered("t", hours=15), "t")
    comparing.compare(store, FOLLOWED, NOW + HOUR)
    assert [spot.story for spot in store.blind_spots.open()] == ["s", "t"]
    moves = tuple(Move(i.id, "s", "t") for i in covered("s"))
    store.stories.change(Change("merge", moves, "near"), NOW + HOUR)
    comparing.compare(store, FOLLOWED, NOW + 2 * HOUR)
    [spot] = store.blind_spots.open()
    assert (spot.story, spot.opened, spot.items) == ("t", NOW, 8)
    [ended] = [s for s in store.blind_spots.of("t") if s.closed]
    assert (ended.opened, ended.end) == (NOW + HOUR, "corrected")


def test_two_that_opened_at_once_and_became_one_go_on_as_one(store):
    tell(store, covered("s"), "s")
    tell(store, covered("t", hours=15), "t")
    comparing.compare(store, FOLLOWED, NOW)
    moves = tuple(Move(i.id, "s", "t") for i in covered("s"))
    store.stories.change(Change("merge", moves, "near"), NOW)
    comparing.compare(store, FOLLOWED, NOW + HOUR)
    [spot] = store.blind_spots.open()
    assert (spot.story, spot.opened, spot.items) == ("t", NOW, 8)
    assert comparing.compare(store, FOLLOWED, NOW + HOUR) == []


def test_an_ended_one_stays_as_it_was(store):
    tell(store, covered(), "s")
    [opened] = comparing.compare(store, FOLLOWED, NOW)
    ended = replace(opened.after, closed=NOW, end="faded")
    store.blind_spots.put([replace(opened, before=opened.after, after=ended)])
    store.blind_spots.put([replace(opened, before=opened.after)])
    assert store.blind_spots.since(NOW) == [ended]


def test_a_story_that_names_the_other_side_has_a_ratio_of_its_own(store):
    binational = [
        item(f"México y EE. UU. hablan {n}", "MX", outlet=MX[n % 4].outlet, minutes=-n)
        for n in range(0, 400, 5)
    ]
    for n in range(0, len(binational), 4):
        tell(store, binational[n : n + 4], f"b{n}")
    tell(store, covered(title="Mexico and Texas quarrel"), "s")
    comparing.compare(store, FOLLOWED, NOW)
    [spot] = [s for s in store.blind_spots.open() if s.story == "s"]
    assert spot.expected > 8


def test_a_story_that_jumps_is_found(store):
    tell(store, covered(hours=1), "s")
    tell(store, covered(hours=2), "s")
    [found] = comparing.rising_stories(store, FEEDS, NOW)
    assert (found.story, found.items, found.outlets) == ("s", 8, 4)


def test_a_side_that_stops_is_told_or_its_feeds_are(store):
    sides = comparing.changes(store, FEEDS, NOW).sides
    assert [(q.side, q.is_quiet, q.health.can_tell) for q in sides] == [
        ("US", False, True),
        ("MX", False, True),
    ]
    later = NOW + 9 * HOUR
    assert all(q.is_quiet for q in comparing.changes(store, FEEDS, later).sides)
    for of in MX:
        store.feeds.put(FeedState(of.url, last_poll=later, error="timed out"))
    told = comparing.changes(store, FEEDS, later).sides
    assert [q.health.can_tell for q in told] == [True, False]


def test_an_empty_database_has_nothing_to_compare(tmp_path):
    with Store(tmp_path / "empty.db") as empty:
        assert comparing.compare(empty, FOLLOWED, NOW) == []
        assert comparing.unclaimed(empty, FOLLOWED, NOW) == []
        assert comparing.rising_stories(empty, FEEDS, NOW) == []
        assert not any(q.is_quiet for q in comparing.changes(empty, FEEDS, NOW).sides)
