import gc
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, feed, item, show, sighting, translation
from monitor.change import Change, Correction, Move, TakenBack
from monitor.errors import ConfigError, StoreError
from monitor.feeds.identity import item_id, keys
from monitor.model import (
    LANGUAGES,
    SIDES,
    Assignment,
    Country,
    FeedState,
    Item,
    Sighting,
    Translation,
    Why,
)
from monitor.store import rows
from monitor.store.database import Store
from monitor.store.items import Added
from monitor.store.lock import running_alone
from monitor.store.schema import create_translations
from monitor.store.sightings import KEEP
from monitor.store.translations import MAX_FAILURES, RETRY

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = NOW + HOUR
MIGRATION = "create_sightings"


def spanish(title: str = "Agua", **given) -> Item:
    return item(title, "MX", **given)


def titles(items) -> list[str]:
    return [found.title for found in items]


def keep(store: Store, *items: Item, story: str | None = None) -> None:
    """Items, and a story for all of them if one is named."""
    show(store, items, NOW)
    if story:
        store.stories.assign(assignment(i, story) for i in items)


# --- rows ------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MOMENT = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
MAYBE = st.none() | TEXT
SCORE = st.floats(0, 1)

STATES = st.builds(
    FeedState,
    url=TEXT.filter(bool),
    etag=MAYBE,
    last_modified=MAYBE,
    body_hash=MAYBE,
    failures=st.integers(0, 10**6),
    error=MAYBE,
    moved_to=MAYBE,
    last_poll=st.none() | MOMENT,
    last_good=st.none() | MOMENT,
    next_poll=st.none() | MOMENT,
)
ITEMS = st.builds(
    Item,
    id=TEXT,
    feed=TEXT,
    outlet=TEXT,
    country=st.sampled_from(SIDES),
    language=st.sampled_from(LANGUAGES),
    url=TEXT,
    title=TEXT,
    summary=TEXT,
    published=MOMENT,
    published_raw=TEXT,
    date_source=st.sampled_from(["feed", "default-zone", "fetched"]),
    seen=MOMENT,
    recurring=st.booleans(),
)
TRANSLATIONS = st.builds(
    Translation,
    item=TEXT,
    language=st.sampled_from(LANGUAGES),
    engine=TEXT,
    engine_version=TEXT,
    title=TEXT,
    summary=TEXT,
    warnings=st.lists(TEXT, max_size=3).map(tuple),
)
ASSIGNMENTS = st.builds(
    Assignment,
    item=TEXT,
    story=TEXT,
    score=SCORE,
    why=st.builds(
        Why,
        parts=st.dictionaries(TEXT, SCORE, max_size=3),
        shared=st.lists(TEXT, max_size=3).map(tuple),
        nearest=MAYBE,
        runner_up=MAYBE,
        runner_up_score=SCORE,
    ),
    copy_of=MAYBE,
)


@given(STATES)
def test_a_feed_state_survives_its_row(state):
    assert rows.state(rows.state_row(state)) == state


@given(ITEMS)
def test_an_item_survives_its_row(one):
    again = rows.item(rows.item_row(one))
    assert again == one
    assert again.recurring is one.recurring


@given(TRANSLATIONS, MOMENT)
def test_a_translation_survives_its_row(made, at):
    assert rows.translation(rows.translation_row(made, at)) == made


@given(ASSIGNMENTS)
def test_an_assignment_survives_its_row(one):
    assert rows.assignment(rows.assignment_row(one)) == one


@given(MOMENT, MOMENT)
def test_texts_of_moments_sort_as_the_moments(one, other):
    assert (rows.to_text(one) < rows.to_text(other)) == (one < other)


def test_a_moment_is_kept_in_utc_to_the_second():
    tijuana = timezone(timedelta(hours=-8))
    moment = datetime(2026, 3, 1, 23, 30, 5, 999, tzinfo=tijuana)
    assert rows.to_text(moment) == "2026-03-02T07:30:05+00:00"


@settings(max_examples=50, deadline=None)
@given(STATES, ITEMS, TRANSLATIONS, ASSIGNMENTS)
def test_what_is_kept_comes_back_from_the_database(state, one, made, decided):
    made = replace(made, item=one.id)
    decided = replace(decided, item=one.id)
    with Store(":memory:") as store:
        store.feeds.put(state)
        show(store, [one], one.seen)
        store.translations.add([made], one.seen)
        store.stories.assign([decided])
        [(_, known)] = store.feeds.states([feed(url=state.url)])
        [member] = store.stories.one(decided.story).members
    assert known == state
    assert member.item == one
    assert member.assignment == decided
    assert member.translations == {made.language: made}


# --- the database ------------------------------------------------------------------


def test_every_table_is_strict(store, tmp_path):
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as plain:
        tables = plain.execute(
            "select name, strict from pragma_table_list"
            " where schema = 'main' and type = 'table' and name not like 'sqlite%'"
            " and name not like '\\_sqlite%' escape '\\'"
        ).fetchall()
    assert {name for name, _ in tables} == {
        *("search_reach", "sessions", "api_tokens", "users"),
        *("watchlists", "subscribers", "kept_version"),
        *("step_runs", "tallies"),
        "alert_items",
        "pruned_days",
        "alert_messages",
        "alert_notes",
        "alert_scopes",
        "alert_stops",
        "feed_states",
        "item_themes",
        "item_watchlists",
        "outline_dues",
        "outline_hours",
        "outline_outlets",
        "outline_themes",
        "outline_watchlists",
        "outlines",
        "studies",
        "feed_failures",
        "poll_days",
        *("items", "items_unassigned", "items_untranslated"),
        "revisions",
        "translations",
        "assignments",
        "deliveries",
        "editions",
        "pictures",
        "subscriptions",
        "faults",
        "keys",
        "sightings",
        "marks",
        "memory",
        "changes",
        "moves",
        "redirects",
        "corrections",
        "vectors",
        *("passes", "decided_texts", "renewals"),
        "blind_spots",
    }
    assert all(strict for _, strict in tables)


def test_a_wrong_type_is_an_error(store):
    with pytest.raises(StoreError, match="cannot store TEXT value in INTEGER column"):
        store.feeds.put(FeedState("https://a.example/", failures="many"))


def test_a_database_opened_again_holds_what_it_held(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        keep(store, item(), story="s1")
    with Store(path) as store:
        assert store.stories.one("s1") is not None
        assert store.items.counts()[0]["items"] == 1


def test_a_writer_is_not_held_up_by_a_reader(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as writer, Store(path) as reader:
        keep(writer, item("a"), item("b"))
        reading = reader._db.query("select * from items")
        next(reading)
        keep(writer, item("c"))
        assert len(list(reading)) == 1
        assert len(reader.items.all(NOW)) == 3


def test_a_database_in_use_is_opened_as_it_is(tmp_path):
    """SQLite refuses to change how it keeps its journal while another reads it."""
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        keep(store, item())
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("pragma journal_mode = delete")
        reader.execute("begin")
        reader.execute("select * from items").fetchall()
        with Store(path) as store:
            assert len(store.items.all(NOW)) == 1


def test_many_may_open_a_new_database_at_once(tmp_path):
    together = Barrier(6)

    def opened(path: Path) -> int:
        together.wait()
        with Store(path) as store:
            return len(store.items.counts())

    with ThreadPoolExecutor(6) as pool:
        for n in range(5):
            assert list(pool.map(opened, [tmp_path / f"{n}.db"] * 6)) == [0] * 6


def test_writers_that_read_first_take_turns(tmp_path):
    """Begun as a reader, one of two such transactions fails at once."""
    path = tmp_path / "monitor.db"
    together = Barrier(4)

    def write(n: int) -> None:
        with Store(path) as store:
            together.wait()
            for k in range(10):
                with store.atomic():
                    store.items.counts()
                    show(store, [item(f"{n} {k}")], NOW)

    Store(path).close()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with Store(path) as store:
        assert len(store.items.all(NOW)) == 40


# --- atomic --------------------------------------------------------------------------


def test_all_writes_of_a_block_are_kept(store):
    with store.atomic():
        show(store, [item()], NOW)
        store.feeds.put(FeedState("https://a.example/", etag="x"))
    assert len(store.items.all(NOW)) == 1
    [(_, state)] = store.feeds.states([feed(url="https://a.example/")])
    assert state.etag == "x"


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_none_of_the_writes_of_a_broken_block_are_kept(store, error):
    with pytest.raises(error), store.atomic():
        show(store, [item()], NOW)
        store.translations.fail("i", "en", "down", NOW)
        raise error
    assert store.items.all(NOW) == []
    with store.atomic():
        show(store, [item("another")], NOW)
    assert titles(store.items.all(NOW)) == ["another"]


def test_a_block_inside_a_block_belongs_to_it(store):
    with pytest.raises(ZeroDivisionError), store.atomic():
        with store.atomic():
            show(store, [item()], NOW)
        raise ZeroDivisionError
    assert store.items.all(NOW) == []


def test_a_write_without_a_block_is_kept_at_once(store, tmp_path):
    store.translations.fail("i", "en", "down", NOW)
    with Store(tmp_path / "monitor.db") as other:
        for _ in range(MAX_FAILURES - 1):
            other.translations.fail("i", "en", "down", NOW)
        assert len(other.translations.quarantined()) == 1


# --- feeds ---------------------------------------------------------------------------


def test_a_feed_never_polled_has_an_empty_state(store):
    one = feed()
    assert store.feeds.states([one]) == [(one, FeedState(one.url))]


def test_the_newest_state_replaces_the_last(store):
    one = feed()
    store.feeds.put(FeedState(one.url, etag="old", error="gone", failures=3))
    store.feeds.put(FeedState(one.url, last_good=NOW))
    assert store.feeds.states([one]) == [(one, FeedState(one.url, last_good=NOW))]


def test_states_come_in_the_order_of_the_feeds(store):
    feeds = [feed("Zeta"), feed("Alfa"), feed("Eme")]
    store.feeds.put(FeedState(feeds[1].url, etag="x"))
    assert [f for f, _ in store.feeds.states(feeds)] == feeds


@pytest.mark.parametrize(
    ("next_poll", "due"),
    [(None, True), (NOW - HOUR, True), (NOW, True), (NOW + HOUR, False)],
)
def test_a_feed_is_due_when_its_next_poll_has_come(store, next_poll, due):
    one = feed()
    store.feeds.put(FeedState(one.url, next_poll=next_poll))
    assert bool(store.feeds.due([one], NOW)) is due


# --- items ---------------------------------------------------------------------------


def test_an_item_is_new_once(store):
    one, two = item("one"), item("two")
    assert show(store, [one], NOW) == 1
    assert show(store, [one, two], NOW) == 1
    assert show(store, [one, two], NOW) == 0
    assert store.items.all(NOW) == sorted((one, two), key=lambda i: i.id)


def test_of_two_items_with_one_id_the_first_is_kept(store):
    assert show(store, [item("one", id="i"), item("two", id="i")], NOW) == 1
    assert titles(store.items.all(NOW)) == ["one"]


def test_no_items_are_no_trouble(store):
    assert show(store, [], NOW) == 0


def test_more_items_than_sqlite_has_variables(store):
    store._db.conn.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)  # as of old
    many = [item(str(n)) for n in range(1200)]
    assert show(store, many, NOW) == 1200
    assert show(store, many, NOW) == 0


def test_a_retitled_item_keeps_its_id_and_first_date(store, tmp_path):
    old = item("Deal near", id="i", summary="Soon.", minutes=0)
    new = item("Deal dead", id="i", summary="Over.", minutes=90)
    show(store, [old], NOW)
    assert show(store, [new], LATER) == 0
    assert store.items.all(NOW) == [replace(old, title="Deal dead", summary="Over.")]
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as plain:
        [revision] = plain.execute("select * from revisions").fetchall()
    assert revision == ("i", "Deal near", "Soon.", rows.to_text(LATER))


def test_every_change_of_a_headline_is_a_revision(store):
    for n, title in enumerate(["one", "one", "two", "one"]):
        show(store, [item(title, id="i")], NOW + n * HOUR)
    assert store.items.revisions() == 2


def test_another_section_of_the_outlet_does_not_retitle_an_item(store):
    first = item("Deal near", id="i")
    other = replace(first, feed="https://ledger.example/world.xml", title="A deal")
    for at in (NOW, NOW + HOUR, NOW + 2 * HOUR):
        show(store, [first], at)
        show(store, [other], at)
    assert store.items.all(NOW) == [first]
    assert store.items.revisions() == 0


def test_items_are_found_by_either_date_oldest_first(store):
    old = item("old", published=NOW - DAY, seen=NOW - DAY)
    late = item("late", published=NOW - DAY, seen=NOW + HOUR)
    ahead = item("ahead", published=NOW + HOUR, seen=NOW - HOUR)
    show(store, [ahead, late, old], NOW)
    assert store.items.all(NOW) == [late, ahead]
    assert store.items.all(NOW + HOUR) == [late, ahead]
    assert store.items.all(NOW + 2 * HOUR) == []


def test_the_first_and_last_moments_span_the_items(store):
    assert (store.items.first_seen(), store.items.last_moment()) == (None, None)
    show(store, [item("a", published=NOW - DAY, seen=NOW)], NOW)
    show(store, [item("b", published=NOW - HOUR, seen=NOW - HOUR)], NOW)
    assert store.items.first_seen() == NOW - HOUR
    assert store.items.last_moment() == NOW
    show(store, [item("c", published=NOW + HOUR, seen=NOW)], NOW)
    assert store.items.last_moment() == NOW + HOUR


def test_counts_are_by_outlet_country_and_language(store):
    show(
        store,
        [
            item("a", minutes=1),
            item("b", minutes=2, date_source="fetched"),
            spanish("c", minutes=3),
            item("d", "US", "es"),
        ],
        NOW,
    )
    found = [
        (row["country"], row["language"], row["items"], row["undated"])
        for row in store.items.counts()
    ]
    assert found == [("US", "en", 2, 1), ("US", "es", 1, 0), ("MX", "es", 1, 0)]
    assert store.items.counts()[0]["newest"] == rows.to_text(NOW + timedelta(minutes=2))


# --- sightings -----------------------------------------------------------------------

HOME, WORLD = "https://ledger.example/home.xml", "https://ledger.example/world.xml"


def shown(title: str = "Deal near", *keys: str, feed: str = HOME, **given) -> Sighting:
    """An item of a feed, known by keys; its title is its bytes."""
    of = item(title, id=given.pop("id", "i"), **given)
    return sighting(replace(of, feed=feed), *(keys or ("id:i",)), digest=title)


def add(store: Store, *sightings: Sighting, now=NOW, known=(), feed=HOME):
    return store.items.add(sightings, feed, known, now)


def whole(store: Store) -> list[list[tuple]]:
    """Every row of the tables that hold items."""
    tables = ("items", "revisions", "keys", "sightings")
    return [store._db.execute(f"select * from {t}").fetchall() for t in tables]


def test_a_feed_knows_what_it_has_shown(store):
    assert store.items.digests(HOME) == frozenset()
    add(store, shown("one", "id:1", id="1"), shown("two", "id:2", id="2"))
    assert store.items.digests(HOME) == {"one", "two"}
    assert store.items.digests(WORLD) == frozenset()


def test_what_was_shown_long_before_the_newest_document_is_forgotten(store):
    add(store, shown("old", "id:1", id="1"), now=NOW - KEEP - HOUR)
    add(store, shown("gone", "id:2", id="2"), now=NOW - KEEP)
    add(store, shown("kept", "id:3", id="3"), now=NOW - KEEP - HOUR)
    add(store, known=["kept"])
    assert store.items.digests(HOME) == {"gone", "kept"}
    add(store, now=NOW + 9 * DAY)  # unchanged since, however long
    assert store.items.digests(HOME) == {"gone", "kept"}


def test_a_sighting_remembers_when_it_was_first_and_last(store):
    add(store, shown())
    add(store, known=["Deal near"], now=LATER)
    add(store, shown(), now=LATER + HOUR)
    add(store, known=["Deal near"], now=NOW)  # a clock set back
    [row] = store._db.execute("select * from sightings").fetchall()
    moments = (rows.to_text(NOW), rows.to_text(LATER + HOUR))
    assert row == (HOME, "Deal near", "i", *moments)


def test_an_item_in_two_feeds_of_an_outlet_is_one_with_two_sightings(store):
    one = shown("Deal near", "guid:1", "url:1")
    other = shown("Deal near", "guid:2", "url:1", feed=WORLD)
    assert add(store, one) == Added(new=1)
    assert add(store, other, feed=WORLD) == Added(duplicates=1)
    assert store.items.all(NOW) == [one.item]
    assert store.items.digests(HOME) == store.items.digests(WORLD) == {"Deal near"}


def test_an_item_is_found_again_by_a_key_that_it_got_later(store):
    add(store, shown("Deal near", "guid:1", "url:1"))
    add(store, shown("Deal nearer", "guid:2", "url:1"))
    assert add(store, shown("Deal at last", "guid:2", "url:2")).new == 0
    assert titles(store.items.all(NOW)) == ["Deal at last"]


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (shown("Deal dead", "url:1"), Added(retitled=1)),
        (shown("Deal near", "url:1"), Added()),
        (shown("Deal near", "url:1", url="https://x.example/2"), Added()),
    ],
)
def test_an_edited_item_is_no_duplicate(store, again, expected):
    add(store, shown("Deal near", "url:1"))
    assert add(store, again, now=LATER) == expected


def test_an_item_at_another_address_is_a_duplicate(store):
    add(store, shown("Deal near", "id:1", "url:1", url="https://x.example/1"))
    moved = shown("Deal is near", "id:1", "url:2", url="https://x.example/2")
    assert add(store, moved, now=LATER) == Added(duplicates=1, retitled=1)


def test_a_headline_that_changes_back_is_a_revision(store):
    for n, title in enumerate(["Deal near", "Deal dead", "Deal near"]):
        assert title not in store.items.digests(HOME)
        add(store, shown(title), now=NOW + n * HOUR)
    assert titles(store.items.all(NOW)) == ["Deal near"]
    assert store.items.revisions() == 2


def test_an_item_shown_under_two_headlines_at_once_keeps_the_first(store):
    add(store, shown("Deal near"), shown("Deal is near"))
    add(store, shown("Deal very near"), known=["Deal near", "Deal is near"])
    assert titles(store.items.all(NOW)) == ["Deal near"]
    assert store.items.revisions() == 0


def test_a_link_shared_by_two_items_of_a_document_names_neither_ever_after(store):
    add(store, shown("Delegates arrive", "guid:1", "url:1"))
    vote = shown("Voting begins", "guid:2", "url:1")
    assert add(store, vote, known=["Delegates arrive"]) == Added(new=1)
    speech = shown("The president speaks", "guid:3", "url:1")
    assert add(store, speech, now=LATER) == Added(new=1)
    assert len({found.id for found in store.items.all(NOW)}) == 3


def test_keeping_a_document_twice_changes_nothing(store):
    document = [
        shown("Deal near", "guid:1", "url:1"),
        shown("Voting begins", "guid:2", "url:1"),
        shown("Snow closes schools", "guid:2", "url:3", id="3"),
        shown("Deal is near", "guid:1", "url:4", id="4"),
    ]
    add(store, *document)
    before = whole(store)
    assert add(store, *document) == Added()
    assert whole(store) == before


def test_items_kept_before_there_were_keys_are_known_by_their_ids(tmp_path):
    """A database of 0.1.0: every item under the digest of its most lasting key."""
    path = tmp_path / "monitor.db"
    named = keys(feed(), feed().outlet, "https://x.example/1", "g", "T", "", "D")
    with Store(path) as store:
        keep(store, item("Deal near", id=item_id(named)))
        for table in ("keys", "sightings"):
            store._db[table].drop()
        store._db.execute("delete from _sqlite_migrations where name = ?", [MIGRATION])
        store._db.conn.commit()
    with Store(path) as store:
        again = sighting(item("Deal near"), *named)
        assert add(store, again, now=LATER).new == 0


def test_translations_kept_before_headlines_came_first_are_kept_in_their_order(
    tmp_path,
):
    path, one = tmp_path / "monitor.db", spanish(summary="Mucha")
    with Store(path) as store:
        keep(store, one)
        store._db["translations"].drop()
        store._db["memory"].drop()
        create_translations(store._db)
        for engine in ("argos", "apertium"):
            store.translations.add([translation(one, engine, engine=engine)], NOW)
        store._db.execute(
            "delete from _sqlite_migrations where name = 'translate_headlines_first'"
        )
        store._db.conn.commit()
    with Store(path) as store:
        [reading] = store.stories.unassigned(NOW)
        assert reading.english_title == "apertium"
        assert store._db["translations"].strict
        store.translations.add([replace(translation(one), summary=None)], NOW)
        assert store.translations.engines() == {"apertium": 1, "argos": 1}


# --- translations --------------------------------------------------------------------


def pending(store: Store, target="en", since=NOW, now=NOW) -> list[str]:
    return titles(store.translations.pending(target, since, now))


def test_items_in_another_language_wait_for_a_translation_oldest_first(store):
    show(store, [spanish("b", minutes=2), spanish("a", minutes=1), item("e")], NOW)
    assert pending(store) == ["a", "b"]
    assert pending(store, "es") == ["e"]


def test_items_seen_before_are_not_worth_a_translation(store):
    show(store, [spanish("a", seen=NOW - HOUR), spanish("b", seen=NOW)], NOW)
    assert pending(store, since=NOW) == ["b"]


def test_a_translated_item_waits_no_more(store):
    one = spanish()
    show(store, [one], NOW)
    store.translations.add([translation(one, language="es")], NOW)
    assert pending(store) == ["Agua"]
    store.translations.add([translation(one)], NOW)
    assert pending(store) == []


def test_a_translated_headline_is_not_the_whole_item(store):
    one = spanish(summary="Mucha")
    show(store, [one], NOW)
    store.translations.add([replace(translation(one), summary=None)], NOW)
    assert store.translations.pending("en", NOW, NOW, "headline") == []
    assert pending(store) == ["Agua"]
    assert store.translations.missing("en", NOW, NOW + DAY) == 0


def test_the_feeds_that_are_spared_do_not_wait(store):
    one, two = spanish("a", outlet="Uno"), spanish("b", outlet="Dos")
    show(store, [one, two], NOW)
    spared = [one.feed]
    assert titles(store.translations.pending("en", NOW, NOW, spared=spared)) == ["b"]
    assert store.translations.missing("en", NOW, NOW + DAY, spared) == 1


def test_what_another_engine_or_version_made_waits_for_the_one_named(store):
    one = spanish()
    show(store, [one], NOW)
    store.translations.add([translation(one, engine="argos")], NOW)
    for by, waiting in (
        (("argos", "3.8"), []),
        (("argos", "3.9"), ["Agua"]),
        (("apertium", "3.8"), ["Agua"]),
    ):
        assert titles(store.translations.pending("en", NOW, NOW, by=by)) == waiting


def test_doubts_of_the_newest_translation_reach_the_clusterer(store):
    one = spanish()
    show(store, [one], NOW)
    store.translations.add([translation(one, warnings=("length",))], NOW)
    [reading] = store.stories.unassigned(NOW)
    assert reading.doubts == ("length",)


def test_texts_are_remembered_by_key(store):
    one, two = "1" * 32, "2" * 32
    store.memory.keep({one: "rain"})
    store.memory.keep({one: "rains", two: "🌧 wet"})
    assert store.memory.recall([one, two, "3" * 32]) == {one: "rains", two: "🌧 wet"}
    assert store.memory.recall([]) == {}


def test_a_retitled_item_waits_for_another_translation(store):
    one = spanish("Arde", id="i")
    show(store, [one], NOW)
    store.translations.add([translation(one, "Burns")], NOW)
    show(store, [replace(one, title="Ardió")], LATER)
    assert pending(store) == ["Ardió"]
    assert store.translations.missing("en", NOW, NOW + DAY) == 1
    store.translations.add([translation(one, "Burned")], LATER)
    assert pending(store) == []


def test_missing_counts_what_a_reader_cannot_read_in_the_window(store):
    seen = [NOW - HOUR, NOW, NOW + HOUR, NOW + 2 * HOUR]
    items = [spanish(str(n), seen=at) for n, at in enumerate(seen)]
    show(store, [*items, item("english", seen=NOW)], NOW)
    window = (NOW, NOW + 2 * HOUR)
    assert store.translations.missing("en", *window) == 2
    assert store.translations.missing("es", *window) == 1
    store.translations.add([translation(items[1])], NOW)
    assert store.translations.missing("en", *window) == 1


def test_an_item_given_up_on_is_missing_still(store):
    one = spanish()
    show(store, [one], NOW)
    for _ in range(MAX_FAILURES):
        store.translations.fail(one.id, "en", "down", NOW)
    assert store.translations.missing("en", NOW, NOW + HOUR) == 1


def test_an_item_that_failed_waits_before_its_next_try(store):
    one = spanish()
    show(store, [one], NOW)
    store.translations.fail(one.id, "en", "too odd", NOW)
    assert pending(store, now=NOW + RETRY - timedelta(seconds=1)) == []
    assert pending(store, now=NOW + RETRY) == ["Agua"]


def test_an_item_that_keeps_failing_is_left_aside_with_its_reason(store):
    one, two = spanish("a"), spanish("b")
    show(store, [one, two], NOW)
    for n in range(MAX_FAILURES):
        assert store.translations.quarantined() == []
        store.translations.fail(one.id, "en", f"reason {n}", NOW + n * DAY)
    assert pending(store, now=NOW + 99 * DAY) == ["b"]
    assert store.translations.quarantined() == [
        {
            "unit": f"{one.id}:en",
            "failures": MAX_FAILURES,
            "reason": f"reason {MAX_FAILURES - 1}",
            "last": rows.to_text(NOW + (MAX_FAILURES - 1) * DAY),
        }
    ]


def test_failing_into_one_language_does_not_count_for_another(store):
    one = spanish()
    show(store, [one], NOW)
    for _ in range(MAX_FAILURES):
        store.translations.fail(one.id, "es", "down", NOW)
    assert pending(store) == ["Agua"]


def test_a_new_engine_never_overwrites_an_old_one(store):
    one = spanish()
    old, new = translation(one, "Old"), translation(one, "New", engine="argos")
    newer = translation(one, "Newer", engine="argos", engine_version="2")
    again = translation(one, "New again", engine="argos")
    store.translations.add([old, new, newer], NOW)
    store.translations.add([again], LATER)
    assert store.translations.engines() == {"apertium": 1, "argos": 2}


def test_warnings_are_counted_the_commonest_first(store):
    a, b, c = spanish("a"), spanish("b"), spanish("c")
    store.translations.add(
        [
            translation(a, warnings=("length",)),
            translation(b, warnings=("length", "number")),
            translation(c),
        ],
        NOW,
    )
    assert list(store.translations.warnings().items()) == [("length", 2), ("number", 1)]


# --- stories -------------------------------------------------------------------------


def unassigned(store: Store, before=NOW + DAY):
    return store.stories.unassigned(before)


def test_unassigned_items_come_by_date_with_their_english(store):
    english = item("Water", minutes=2, summary="A deal.")
    agua = spanish("Agua", minutes=1, summary="Trato.")
    mudo = spanish("Mudo", minutes=3)
    show(store, [english, agua, mudo], NOW)
    store.translations.add([translation(agua, "Water", "Deal.")], NOW)
    found = [(r.item, r.english_title, r.english_summary) for r in unassigned(store)]
    assert found == [
        (agua, "Water", "Deal."),
        (english, "Water", "A deal."),
        (mudo, "", ""),
    ]


def test_an_item_without_english_waits_for_it(store):
    read, unread, english = spanish("a"), spanish("b"), item("c")
    keep(store, read, unread, english)
    store.translations.add([translation(read)], NOW)
    early = unassigned(store, before=unread.seen - timedelta(seconds=1))
    assert {r.item.title for r in early} == {"a", "c"}
    assert len(unassigned(store, before=unread.seen)) == 3


def test_an_assigned_item_is_not_unassigned(store):
    keep(store, item("a"), story="s1")
    keep(store, item("b"))
    assert [r.item.title for r in unassigned(store)] == ["b"]


def test_the_newest_english_wins_whatever_the_engine(store):
    one = spanish()
    show(store, [one], NOW)
    store.translations.add([translation(one, "Newest", engine="argos")], LATER)
    store.translations.add([translation(one, "Older")], NOW)
    [reading] = unassigned(store)
    assert reading.english_title == "Newest"


def test_of_two_translations_of_one_moment_the_last_kept_wins(store):
    one = spanish()
    keep(store, one, story="s1")
    store.translations.add([translation(one, "First", engine="zeta")], NOW)
    store.translations.add([translation(one, "Last", engine="alfa")], NOW)
    store.decided_texts.renew(NOW)
    [(reading, _)] = store.stories.window(NOW)
    [member] = store.stories.one("s1").members
    assert reading.english_title == "Last"
    assert member.translations["en"].title == "Last"


def test_a_member_has_the_newest_translation_into_each_language(store):
    one = spanish()
    keep(store, one, story="s1")
    store.translations.add([translation(one, "Newest", engine="argos")], LATER)
    store.translations.add([translation(one, "Older")], NOW)
    [member] = store.stories.one("s1").members
    assert {k: t.title for k, t in member.translations.items()} == {"en": "Newest"}


def test_the_window_holds_whole_stories_in_the_order_of_decision(store):
    old = item("old", published=NOW - 3 * DAY)
    young = item("young", minutes=1)
    gone = item("gone", published=NOW - 2 * DAY)
    keep(store, young, old, gone)
    decided = [assignment(young, "s1"), assignment(gone, "s2"), assignment(old, "s1")]
    store.stories.assign(decided)
    found = [(r.item.title, a.story) for r, a in store.stories.window(NOW)]
    assert found == [("young", "s1"), ("old", "s1")]
    assert [a for _, a in store.stories.window(NOW - 9 * DAY)] == decided


def test_an_item_is_assigned_once(store):
    one = item()
    keep(store, one, story="s1")
    with pytest.raises(StoreError, match="another monitor did the same work"):
        store.stories.assign([assignment(one, "s2")])
    assert store.stories.found() == {one.id: "s1"}


def test_one_story_has_its_members_by_date(store):
    keep(store, item("b", minutes=2), spanish("a", minutes=1), story="s1")
    keep(store, item("c"), story="s2")
    found = store.stories.one("s1")
    assert titles(m.item for m in found.members) == ["a", "b"]
    assert store.stories.named("s1") == found
    assert store.stories.one("s9") is None
    with pytest.raises(ConfigError, match="no story has the id 's9'; see 'monitor st"):
        store.stories.named("s9")


@pytest.mark.parametrize(
    ("published", "seen", "is_in"),
    [
        (NOW, NOW, True),
        (NOW - timedelta(seconds=1), NOW - timedelta(seconds=1), False),
        (NOW - DAY, NOW, True),  # found late
        (NOW + HOUR, NOW - HOUR, True),  # dated ahead
        (NOW + DAY, NOW, False),
        (NOW, NOW + DAY, False),  # not known by then
        (NOW + DAY - timedelta(seconds=1), NOW + DAY - timedelta(seconds=1), True),
    ],
)
def test_a_story_is_in_a_window_by_an_item_published_or_seen_in_it(
    store, published, seen, is_in
):
    keep(store, item(published=published, seen=seen), story="s1")
    assert bool(store.stories.between(NOW, NOW + DAY)) is is_in


def test_a_story_in_the_window_has_its_past_but_not_its_future(store):
    past, now, future = (
        item(t, minutes=m) for t, m in zip("abc", (-9000, 0, 9000), strict=True)
    )
    keep(store, past, now, future, story="s1")
    [found] = store.stories.between(NOW, NOW + DAY)
    assert titles(m.item for m in found.members) == ["a", "b"]


def test_a_past_window_stays_as_it_was_when_an_item_is_found_late(store):
    """Published within it, but seen only after: no reader had it that day."""
    keep(store, item("old", published=NOW - 2 * DAY), story="s1")
    before = store.stories.between(NOW, NOW + DAY)
    late = item("late", published=NOW + HOUR, seen=NOW + 2 * DAY)
    keep(store, late, story="s1")
    assert store.stories.between(NOW, NOW + DAY) == before == []


def test_stories_in_a_window_come_by_id(store):
    keep(store, item("b"), story="s2")
    keep(store, item("a"), story="s1")
    assert [s.id for s in store.stories.between(NOW, NOW + DAY)] == ["s1", "s2"]


def test_a_story_of_many_items_has_all_their_translations(store):
    store._db.conn.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    many = [spanish(str(n)) for n in range(1200)]
    keep(store, *many, story="s1")
    store.translations.add((translation(one) for one in many), NOW)
    found = store.stories.one("s1")
    assert len(found.members) == 1200
    assert all(m.translations["en"].item == m.item.id for m in found.members)


def test_found_says_which_item_is_where(store):
    a, b = item("a"), item("b")
    keep(store, a, story="s1")
    keep(store, b, story="s2")
    assert store.stories.found() == {a.id: "s1", b.id: "s2"}


def test_stories_are_counted(store):
    assert store.stories.count() == {"stories": 0, "shared": 0, "cross_border": 0}
    keep(store, item("a"), story="s1")
    keep(store, item("b"), item("c"), story="s2")
    keep(store, item("d"), spanish("e"), story="s3")
    assert store.stories.count() == {"stories": 3, "shared": 2, "cross_border": 1}


# --- lock ----------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from monitor.store.items import Added
from monitor.store.lock import running_alone
with running_alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the database."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "monitor.db")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_with_the_holders_pid(holder, tmp_path):
    path = tmp_path / "monitor.db"
    with pytest.raises(StoreError) as caught, running_alone(path):
        pytest.fail("held twice")
    assert str(caught.value) == (
        f"{path}: another 'monitor run' holds this database (pid {holder.pid}); "
        "stop it first or name another --db"
    )


def test_a_refused_process_leaves_the_holders_name(holder, tmp_path):
    for _ in range(2):
        with pytest.raises(StoreError, match=f"pid {holder.pid}"):
            running_alone(tmp_path / "monitor.db").__enter__()


def test_a_killed_holder_frees_the_database(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with running_alone(tmp_path / "monitor.db"):
        assert (tmp_path / "monitor.db.pid").read_text() == f"{os.getpid()}\n"


def test_a_holder_that_ends_frees_the_database(holder, tmp_path):
    holder.stdin.close()
    assert holder.wait() == 0
    with running_alone(tmp_path / "monitor.db"):
        pass
    assert not (tmp_path / "monitor.db.pid").exists()


def test_an_error_in_the_block_frees_the_database(tmp_path):
    path = tmp_path / "monitor.db"
    with pytest.raises(ZeroDivisionError), running_alone(path):
        raise ZeroDivisionError
    with running_alone(path):
        pass


def test_two_databases_in_one_folder_are_held_apart(holder, tmp_path):
    with running_alone(tmp_path / "other.db"):
        pass


def test_no_folder_is_made_for_a_lock(tmp_path):
    with pytest.raises(StoreError, match="no such folder; make it or name another"):
        running_alone(tmp_path / "no" / "monitor.db").__enter__()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["lock", "pid"])
def test_a_lock_that_cannot_be_made_is_named(tmp_path, end):
    path = tmp_path / "monitor.db"
    obstacle = Path(f"{path}.{end}")
    obstacle.mkdir()
    with pytest.raises(StoreError, match=f"monitor.db.{end}: cannot be made: Is a dir"):
        running_alone(path).__enter__()
    obstacle.rmdir()
    with running_alone(path):
        pass


def test_without_a_name_the_holder_is_unknown(holder, tmp_path):
    (tmp_path / "monitor.db.pid").unlink()
    with pytest.raises(StoreError, match="pid unknown"):
        running_alone(tmp_path / "monitor.db").__enter__()


def test_datetimes_are_read_in_utc(store):
    show(store, [item()], NOW)
    [found] = store.items.all(NOW)
    assert found.published.tzinfo is UTC


# --- what the clusterer asks ------------------------------------------------------


def test_the_last_item_compared_has_a_story_and_repeats_none(store):
    assert store.items.last_compared() is None
    first, copy, column, alone = (
        item(minutes=n, id=name, recurring=name == "column")
        for n, name in enumerate(("first", "copy", "column", "alone"))
    )
    ahead = item(published=NOW + timedelta(days=9), seen=NOW, id="ahead")
    show(store, [first, copy, column, alone, ahead])
    assert store.items.last_compared() is None
    store.stories.assign(
        [
            assignment(first),
            assignment(copy, copy_of="first"),
            assignment(column),
            assignment(ahead),
        ]
    )
    assert store.items.last_compared() == first.published
    store.stories.assign([assignment(alone)])
    assert store.items.last_compared() == alone.published


def test_the_mark_changes_with_every_decision(store):
    marks = [store.stories.mark()]
    one, other = item(id="a"), item(minutes=1, id="b")
    show(store, [one, other])
    assert store.stories.mark() == marks[0]
    store.stories.assign([assignment(one), assignment(other)])
    marks.append(store.stories.mark())
    store.stories.change(Change("move", (Move("b", "sb", "sa"),), ""), NOW)
    marks.append(store.stories.mark())
    said = store.corrections.add(Correction("move", "", apart=(("a",), ("b",))), NOW)
    marks.append(store.stories.mark())
    store.corrections.undo(said, TakenBack(NOW))
    marks.append(store.stories.mark())
    assert len(set(marks)) == len(marks)
    store.stories.log_pass("hour", NOW)
    assert store.stories.mark() == marks[-1]


def test_what_is_reconsidered_came_since_the_last_pass_or_in_the_window(store):
    items = [item(minutes=n, id=f"i{n}") for n in range(4)]
    show(store, items)
    store.stories.assign(map(assignment, items[2:]))
    assert store.stories.to_reconsider(None) == ["i2", "i3"]
    store.stories.log_pass("window", NOW)
    assert store.stories.to_reconsider(None) == []
    store.stories.assign(map(assignment, items[:2]))
    assert store.stories.to_reconsider(None) == ["i0", "i1"]
    assert store.stories.to_reconsider(items[1].published) == ["i2", "i3", "i1"]
    store.stories.log_pass("hour", NOW + timedelta(hours=1))
    assert store.stories.to_reconsider(None) == []
    assert store.stories.last_pass("window") == NOW
    assert store.stories.last_pass("hour") == NOW + timedelta(hours=1)


# --- stories that began in a period ----------------------------------------------------


def _began(store: Store, days: float, *countries: Country) -> str:
    """A story whose first item is so many days after NOW, the others a day apart."""
    items = [
        item(f"{days} {n}", country, published=NOW + (days + n) * DAY)
        for n, country in enumerate(countries)
    ]
    show(store, items)
    store.stories.assign(assignment(i, f"s{days}") for i in items)
    return f"s{days}"


def test_a_story_is_in_the_period_in_which_it_began_with_all_its_items(store):
    _began(store, -1, "US", "US")
    begun = _began(store, 0, "US", "MX", "MX")
    _began(store, 1, "US")
    [found] = store.stories.opened(NOW, NOW + DAY)
    assert (found.id, len(found.members)) == (begun, 3)


def test_stories_of_one_side_are_left_out_when_asked(store):
    _began(store, 0, "US", "US")
    both = _began(store, 0.5, "MX", "US")
    found = store.stories.opened(NOW, NOW + DAY, on_both_sides=True)
    assert [story.id for story in found] == [both]
    assert len(store.stories.opened(NOW, NOW + DAY)) == 2


def test_stories_that_began_come_with_translations_when_asked(store):
    one = item("Agua", "MX")
    show(store, [one])
    store.stories.assign([assignment(one)])
    store.translations.add([translation(one, "Water")], NOW)
    [plain] = store.stories.opened(NOW, NOW + DAY)
    [full] = store.stories.opened(NOW, NOW + DAY, is_translated=True)
    assert plain.members[0].translations == {}
    assert full.members[0].translations["en"].title == "Water"
    assert [full] == store.stories.between(NOW, NOW + DAY)


def test_reading_stories_leaves_the_collector_as_it_was(store):
    _began(store, 0, "US")
    assert gc.isenabled()
    store.stories.opened(NOW, NOW + DAY)
    assert gc.isenabled()
    gc.disable()
    try:
        store.stories.opened(NOW, NOW + DAY)
        assert not gc.isenabled()
    finally:
        gc.enable()
