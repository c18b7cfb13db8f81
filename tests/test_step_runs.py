"""How steps did, what is tallied by triggers, and what waits."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    NOW,
    assignment,
    delivery,
    feed,
    item,
    poll_day,
    show,
    translation,
)
from monitor.errors import StoreError
from monitor.store.database import Store
from monitor.store.figures import LOOKED_AT, Queue
from monitor.store.integrity import Schema, faults
from monitor.store.step_runs import BUCKETS, StepRun
from monitor.verbs.timing import timed

LATER = NOW + timedelta(minutes=1)


def tallies(store: Store, what: str) -> dict[object, int]:
    found = (t for t in store.figures.tallies() if t.what == what)
    return {(t.kind, t.engine) if t.engine else t.kind: t.n for t in found}


def queues(store: Store, *untranslated: str) -> dict[str, Queue]:
    return {queue.name: queue for queue in store.figures.queues(untranslated)}


# --- runs -------------------------------------------------------------------------


def test_runs_of_a_step_add_up(store):
    store.step_runs.note("poll", 0.2, True, NOW)
    store.step_runs.note("poll", 0.5, False, LATER)
    store.step_runs.note("mark", 10_000.0, False, NOW)
    mark, poll = store.step_runs.all()
    assert poll == StepRun(
        "poll", 2, 1, 0.7, (0, 0, 2, 0, 0, 0, 0, 0, 0, 0), LATER, NOW
    )
    assert (mark.buckets[-1], mark.last_good) == (1, None)


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_every_run_is_in_the_first_bucket_that_holds_it(seconds):
    with Store(":memory:") as store:
        for each in seconds:
            store.step_runs.note("poll", each, True, NOW)
        [run] = store.step_runs.all()
    assert run.runs == sum(run.buckets) == len(seconds)
    below = 0
    for bound, count in zip(BUCKETS, run.buckets[:-1], strict=True):
        below += count
        assert below == sum(each <= bound for each in seconds)


def test_a_step_that_raises_is_noted_as_failed_and_still_raises(store):
    with pytest.raises(ZeroDivisionError), timed(store, "poll"):
        raise ZeroDivisionError
    with timed(store, "poll"):
        pass
    [run] = store.step_runs.all()
    assert (run.runs, run.failures) == (2, 1)
    assert run.last_good is not None


def test_a_step_that_cannot_be_noted_goes_on_and_says_so(store, caplog):
    store._db.execute("drop table step_runs")
    with caplog.at_level(logging.WARNING), timed(store, "poll"):
        pass
    assert "poll: not noted how it went" in caplog.text


# --- tallies ----------------------------------------------------------------------


def recount(store: Store) -> dict[str, int]:
    found = store._db.execute("select country, count(*) from items group by 1")
    return dict(found.fetchall())


def test_items_and_stories_are_tallied_as_they_come_and_go(store):
    ours, theirs = item("One"), item("Dos", "MX")
    show(store, [ours, theirs, item("Three")], NOW)
    show(store, [ours], LATER)  # known: nothing new
    assert tallies(store, "items") == {"MX": 1, "US": 2} == recount(store)
    row = (
        "insert into outlines (story, first_seen, last_seen, seen, items, texts,"
        " us_items, us_owners, us_texts, us_outlets, mx_items, mx_owners, mx_texts,"
        " mx_outlets, in_english, in_spanish, themes, watchlists, version)"
        " values (?, '', '', '', 1, 1, ?, 1, 1, '', ?, 1, 1, '', 1, 1, '', '', '')"
    )
    for values in (("s1", 1, 0), ("s2", 0, 2), ("s3", 1, 1)):
        store._db.execute(row, values)
    assert tallies(store, "stories") == {"MX": 1, "US": 1, "both": 1}
    store._db.execute("update outlines set mx_items = 5 where story = 's1'")
    store._db.execute("delete from outlines where story = 's2'")
    store._db.execute("delete from items where id = ?", [ours.id])
    assert tallies(store, "stories") == {"MX": 0, "US": 0, "both": 2}
    assert tallies(store, "items") == {"MX": 1, "US": 1} == recount(store)


def test_translations_are_tallied_with_their_doubts(store):
    agua, rio = item("Agua", "MX"), item("Río", "MX")
    show(store, [agua, rio], NOW)
    doubted = translation(agua, warnings=("numbers", "summary:numbers", "names"))
    store.translations.add([doubted], NOW)
    store.translations.add([doubted, translation(rio)], NOW)  # made again
    engine = doubted.engine
    assert tallies(store, "translations") == {("en", engine): 3}
    assert tallies(store, "doubts") == {("names", engine): 2, ("numbers", engine): 2}


def test_polls_are_tallied_by_how_they_went(store):
    store.feeds.count(poll_day(polls=3, failures=1))
    store.feeds.count(poll_day(polls=2))
    assert tallies(store, "polls") == {"failed": 1, "good": 4}


def test_mails_are_tallied_by_what_became_of_them(store):
    sent = delivery()
    store.outbox.add(sent)
    store.outbox.put(replace(sent, attempts=1, error="busy"))  # still queued
    assert tallies(store, "mails") == {"queued": 1}
    store.outbox.log(sent, NOW)
    assert tallies(store, "mails") == {"queued": 1, "sent": 1}


def test_a_database_of_before_is_counted_once(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        show(store, [item(), item("Agua", "MX")], NOW)
        store.feeds.count(poll_day(polls=7, failures=2))
        db = store._db
        for (name,) in db.execute(
            "select name from sqlite_master where type = 'trigger'"
            " and name like 'tally%'"
        ).fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("drop table tallies")
        with db.atomic():
            db.execute("delete from _sqlite_migrations where name = 'keep_tallies'")
        show(store, [item("Late")], NOW)
    with Store(path) as store:
        assert tallies(store, "items") == {"MX": 1, "US": 2}
        assert tallies(store, "polls") == {"failed": 2, "good": 5}


# --- queues -----------------------------------------------------------------------


def test_what_waits_is_counted_with_the_age_of_the_oldest(store):
    agua, rio, english = item("Agua", "MX"), item("Río", "MX"), item("Rain")
    show(store, [agua], NOW)
    show(store, [rio, english], LATER)
    found = queues(store)
    assert found["translation"] == Queue("translation", 2, agua.seen)
    assert found["cluster"] == Queue("cluster", 3, agua.seen)
    store.translations.add([translation(agua)], LATER)
    store.stories.assign([assignment(agua), assignment(english)])
    found = queues(store)
    assert found["translation"] == Queue("translation", 1, rio.seen)
    assert found["cluster"] == Queue("cluster", 1, rio.seen)
    assert found["outline"].waiting == 2
    assert queues(store, feed(country="MX").url, rio.feed)["translation"].waiting == 0


def test_what_was_given_up_on_waits_for_nobody(store):
    agua = item("Agua", "MX")
    show(store, [agua], NOW)
    for _ in range(3):
        store.translations.fail(agua.id, "en", "odd", NOW)
    assert queues(store)["translation"].waiting == 0


def test_a_long_queue_is_looked_at_so_far(store):
    many = [item(f"Agua {n}", "MX", id=f"i{n}") for n in range(3)]
    show(store, many, NOW)
    assert LOOKED_AT == 5_000
    with suppress(StoreError):
        store._db.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n"
            " where i < 6000) insert into items select 'x' || i, feed, outlet,"
            " country, language, url, title, summary, published, published_raw,"
            " date_source, seen, recurring from items, n where id = 'i0'"
        )
    assert queues(store)["translation"].waiting == LOOKED_AT


def test_the_outbox_waits_since_its_oldest_mail_was_queued(store):
    store.outbox.add(delivery(queued=NOW))
    assert queues(store)["outbox"] == Queue("outbox", 1, NOW)
    store.outbox.log(delivery(), LATER)
    assert queues(store)["outbox"] == Queue("outbox", 0, None)


# --- the file ---------------------------------------------------------------------


def test_a_sound_file_has_no_faults_and_a_broken_one_has(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        show(store, [item(str(n), summary="x" * 500) for n in range(300)], NOW)
        assert faults(path, thorough=True, seconds=10) == []
        store._db.execute("pragma wal_checkpoint(truncate)")
        [[root]] = store._db.execute(
            "select rootpage from sqlite_master where name = 'items_volume'"
        ).fetchall()
        [[size]] = store._db.execute("pragma page_size").fetchall()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 200] = b"\xff" * 200
    path.write_bytes(content)
    before = path.read_bytes()
    assert faults(path, thorough=False, seconds=10)
    assert path.read_bytes() == before


def test_a_file_that_is_none_of_ours_is_a_store_error(tmp_path):
    (tmp_path / "x.db").write_bytes(b"my shopping list\n" * 100)
    for name, said in (("x.db", "not a database"), ("none.db", "unable to open")):
        with pytest.raises(StoreError, match=said):
            faults(tmp_path / name, thorough=False, seconds=10)
    assert not (tmp_path / "none.db").exists()


def test_a_check_that_takes_too_long_says_nothing(store):
    show(store, [item(str(n), summary="x" * 500) for n in range(3000)], NOW)
    assert faults(store.path, thorough=True, seconds=-1) is None
    assert faults(store.path, thorough=True, seconds=10) == []


def test_a_schema_of_another_version_is_told_apart(store):
    assert store.figures.schema().is_ours
    with store._db.atomic():
        store._db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('monitor', 'of_tomorrow', '')"
        )
        store._db.execute("delete from _sqlite_migrations where name = 'keep_tallies'")
    assert store.figures.schema() == Schema(("keep_tallies",), ("of_tomorrow",))
