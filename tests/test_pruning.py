"""What is old goes as a whole and stays gone; nothing else changes."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy import ones
from test_web import DESK, served

from builders import (
    NOW,
    assignment,
    delivery,
    item,
    kept_edition,
    show,
    sighting,
    translation,
)
from monitor.change import Change, Correction, Move
from monitor.coverage.marks import Marker
from monitor.coverage.search import sought
from monitor.coverage.themes import lexicon
from monitor.errors import ConfigError
from monitor.marking import mark
from monitor.outlining import outline_due
from monitor.pruning import LEAST_DAYS, horizon, prune, would_prune
from monitor.query import Term
from monitor.store.database import Store
from monitor.store.integrity import looked_through
from monitor.web.app import create_app
from monitor.web.site import Site

BEFORE = horizon(LEAST_DAYS, NOW)
DAY = timedelta(days=1)
OLD, YOUNG = NOW - 200 * DAY, NOW - 20 * DAY
MARKER = Marker(lexicon(()), ())


@pytest.fixture(autouse=True)
def sound(store):
    """Whatever a test does, every table is whole at the end."""
    yield
    assert_whole(store)


def assert_whole(store) -> None:
    db = store._db
    assert looked_through(db.conn, thorough=True) == []
    # The index of searches says what the tables say; it raises where it does not.
    db.execute("insert into search (search, rank) values ('integrity-check', 1)")
    for table in (
        *("translations", "revisions", "vectors", "marks", "assignments"),
        *("item_themes", "sightings", "moves", "decided_texts"),
    ):
        lost = f"select item from {table} where item not in (select id from items)"
        assert db.execute(lost).fetchall() == [], table
    for table, column in (
        *(("outlines", "story"), ("redirects", "target"), ("outline_dues", "story")),
        ("assignments", "runner_up"),
    ):
        lost = (
            f"select {column} from {table} where {column} is not null"
            f" and {column} not in (select story from assignments)"
            f" and {column} not in (select story from redirects)"
        )
        assert db.execute(lost).fetchall() == [], table


def kept(store, *items, story: str, shows: bool = False) -> list:
    """A story of these items, with all that may be known of them.

    Their feed has shown something else since, unless it still ``shows`` them.
    """
    for one in items:
        show(store, [one], one.seen)
    made = [translation(one) for one in items]
    store.translations.add(made, items[0].seen)
    store.vectors.add(
        {i.id: ones(4) for i in items}, {i.id: i.title for i in items}, "1"
    )
    store.stories.assign(assignment(one, story) for one in items)
    if not shows:
        for feed in {one.feed: one for one in items}.values():
            later = item(
                f"News of {feed.outlet} {NOW}", outlet=feed.outlet, country=feed.country
            )
            store.items.add([sighting(later)], feed.feed, (), NOW)
    return list(items)


def settle(store) -> None:
    """Whatever has no story gets its own; lists and marks are made."""
    waiting = store.stories.unassigned(NOW + DAY)
    store.stories.assign(assignment(reading.item) for reading in waiting)
    list(mark(store, MARKER, NOW - 400 * DAY))
    list(outline_due(store, MARKER, {}))


def run(store, before=BEFORE) -> tuple[int, int]:
    done = list(prune(store, before, NOW))
    return sum(p.stories for p in done), sum(p.items for p in done)


def two(at, title="Migrants ask for asylum at the border", **more) -> tuple:
    return (
        item(title, "US", published=at, **more),
        item(
            f"{title}: migrantes piden asilo",
            "MX",
            published=at + timedelta(hours=2),
            **more,
        ),
    )


def dump(store) -> list[str]:
    return sorted(
        line
        for line in store._db.conn.iterdump()
        if "search" not in line and "sqlite_" not in line
    )


# --- what goes -----------------------------------------------------------------------


def test_a_story_whose_last_item_is_old_goes_with_all_of_it(store):
    first, second = kept(store, *two(OLD), story="old")
    store.items.add([sighting(replace(first, title="Anew"))], first.feed, (), OLD + DAY)
    later = sighting(item("Since", outlet=first.outlet))
    store.items.add([later], first.feed, (), NOW)
    settle(store)
    db = store._db
    themed = {item for (item,) in db.execute("select item from item_themes")}
    assert second.id in themed
    assert run(store) == (1, 2)
    for table, column in (
        *(("items", "id"), ("translations", "item"), ("revisions", "item")),
        *(("vectors", "item"), ("marks", "item"), ("sightings", "item")),
        *(("keys", "item"), ("assignments", "item"), ("outlines", "story")),
    ):
        found = {value for (value,) in db.execute(f"select {column} from {table}")}
        assert found & {first.id, second.id, "old"} == set(), table
    found = store.search.items(sought(Term("border"), lambda _: ((), ())))
    assert found.hits == ()


def test_what_went_is_counted_by_day(store):
    kept(store, *two(OLD), story="old")
    settle(store)
    run(store)
    days = store._db.execute("select day, outlet, items from pruned_days").fetchall()
    assert days == [
        ("2025-08-14", "Diario Anáhuac", 1),
        ("2025-08-14", "The Potomac Ledger", 1),
    ]


def test_a_story_that_went_on_stays_whole(store):
    us, mx = two(OLD)
    kept(store, us, mx, replace(us, id="later", published=YOUNG, seen=YOUNG), story="s")
    settle(store)
    assert run(store) == (0, 0)


def test_an_old_item_that_was_seen_late_stays(store):
    us, mx = two(OLD, seen=YOUNG)
    kept(store, us, mx, story="s")
    settle(store)
    assert run(store) == (0, 0)


def test_what_a_feed_still_shows_stays_until_it_does_not(store):
    us, mx = kept(store, *two(OLD), story="s", shows=True)
    settle(store)
    assert run(store) == (0, 0)
    for one in (us, mx):
        since = sighting(item("Since then", outlet=one.outlet, country=one.country))
        store.items.add([since], one.feed, (), NOW)
    settle(store)
    assert run(store) == (1, 2)


def test_what_a_person_corrected_stays(store):
    first, second = kept(store, *two(OLD), story="s")
    store.corrections.add(
        Correction("merge", "one", (first.id, second.id), ((), ())), OLD
    )
    settle(store)
    assert run(store) == (0, 0)


def test_changes_of_what_went_go_and_names_lead_nowhere(store):
    kept(store, *two(OLD), story="old")
    [other, _] = kept(store, *two(OLD + DAY, "Steel"), story="merged")
    store.stories.change(
        Change(
            "merge",
            tuple(Move(i, "merged", "old") for i in store.stories.members(["merged"])),
            "alike",
        ),
        OLD + DAY,
    )
    [young, _] = kept(store, *two(YOUNG, "Rain"), story="young")
    store._db.execute(
        "update assignments set runner_up = 'merged', runner_up_score = .4"
        " where story = 'young'"
    )
    store._db.conn.commit()
    store.stories.change(
        Change("move", (Move(young.id, "young", "apart"),), "no"), YOUNG
    )
    settle(store)
    assert run(store) == (1, 4)
    assert [c.change.kind for c in store.stories.changes()] == ["move"]
    assert store.stories.one("merged") is None
    assert store.relations.runners_up(["young"], 0) == []


def test_editions_mails_and_messages_go_by_the_same_clock(store):
    for day in (OLD.date(), YOUNG.date()):
        store.editions.add(kept_edition("dana", day))
        store.outbox.add(delivery("dana", day, state="refused"))
    run(store)
    assert [d.date for d in store.outbox.open()] == [YOUNG.date()]
    assert store.editions.count() == 1


def test_keep_days_below_what_pages_need_are_refused():
    with pytest.raises(ConfigError, match=f"keep {LEAST_DAYS} or more"):
        horizon(LEAST_DAYS - 1, NOW)


def test_the_least_is_what_the_longest_page_needs():
    from monitor.comparing import REMEMBERED
    from monitor.contrasting import USUAL_DAYS
    from monitor.marking import MARKED
    from monitor.web.comparison_pages import MOST_DAYS

    assert max(REMEMBERED, MARKED, (MOST_DAYS + USUAL_DAYS) * DAY) <= LEAST_DAYS * DAY


def test_a_dry_run_counts_and_changes_nothing(store):
    kept(store, *two(OLD), story="old")
    settle(store)
    before = dump(store)
    [pruned] = would_prune(store, BEFORE)
    assert (pruned.stories, pruned.items) == (1, 2)
    assert dump(store) == before


def test_pages_of_its_neighbours_work(store, tmp_path):
    """Of what was kept beside it, copied it and nearly was in it."""
    kept(store, *two(OLD), story="old")
    young = kept(store, *two(YOUNG, "Rain"), story="young")
    store.stories.change(
        Change("move", (Move(young[1].id, "young", "old"),), ""), YOUNG
    )
    store.stories.change(
        Change("move", (Move(young[1].id, "old", "young"),), ""), YOUNG
    )
    store._db.execute(
        "update assignments set runner_up = 'old', runner_up_score = .4,"
        " copy_of = (select id from items order by published limit 1), nearest ="
        " (select id from items order by published limit 1) where story = 'young'"
    )
    store._db.conn.commit()
    settle(store)
    site = Site(lambda: Store(tmp_path / "monitor.db"), lambda: DESK, lambda: NOW)
    with served(create_app(site)) as browser:
        assert browser.get("/stories/old").status == 200
        assert run(store) == (1, 2)
        assert browser.get("/stories/old").status == 404
        for page in (
            *("/", "/stories", "/stories/young", "/items", "/health", "/blind-spots"),
            *("/stories/young.json", "/changes", "/search?q=border"),
        ):
            assert browser.get(page).status in (200, 404), page
        assert browser.get("/stories/young").status == 200
        assert browser.get("/").status == 200


# --- laws ----------------------------------------------------------------------------

AGES = st.lists(
    st.tuples(st.integers(0, 260), st.integers(0, 40), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(AGES)
def test_the_kept_days_stay_as_they_are(ages):
    """And twice is once, tables are whole, and a poll brings nothing back."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "monitor.db") as store:
        shown = []
        for n, (age, lasts, shows) in enumerate(ages):
            at = NOW - age * DAY
            us, mx = two(at, f"Story number {n}", outlet=f"Outlet {n}")
            mx = replace(
                mx,
                published=min(NOW, at + lasts * DAY),
                seen=min(NOW, at + lasts * DAY),
            )
            kept(store, us, mx, story=f"s{n}", shows=shows)
            shown += [us, mx] if shows else []
        settle(store)
        facts = told(store)
        run(store)
        assert told(store) == facts
        assert_whole(store)
        once = dump(store)
        assert run(store) == (0, 0)
        assert dump(store) == once
        assert sum(show(store, [one], NOW) for one in shown) == 0
        for story in store.stories.found().values():
            assert store.stories.one(story) is not None


def told(store) -> tuple:
    """What the pages of the kept days are made of."""
    end = NOW + DAY
    return (
        store.volumes.hours(BEFORE, end),
        store.volumes.parts(BEFORE, end),
        store.volumes.outlets(BEFORE, end),
        store.stories.between(BEFORE, end),
        [o for o in store.outlines.page(limit=99).rows if o.last_seen >= BEFORE],
        store.feeds.days(BEFORE.date()),
    )


# --- killed --------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import datetime
from monitor.pruning import prune
from monitor.store.database import Store
path, before, now, at = sys.argv[1:]
with Store(path) as store:
    count = [0]
    def step(statement):
        count[0] += 1
        if count[0] == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
    store._db.conn.set_trace_callback(step)
    for _ in prune(store, datetime.fromisoformat(before), datetime.fromisoformat(now)):
        pass
"""


def test_a_prune_that_is_killed_leaves_all_whole_and_goes_on(store, tmp_path):
    for n in range(50):
        kept(store, *two(OLD, f"Story {n}", outlet=f"Outlet {n}"), story=f"s{n}")
    settle(store)
    path = str(tmp_path / "monitor.db")
    for at in (15, 30, 55):
        words = [path, BEFORE.isoformat(), NOW.isoformat(), str(at)]
        done = subprocess.run(
            [sys.executable, "-c", KILLED, *words], cwd=Path(__file__).parents[1]
        )
        assert done.returncode == -signal.SIGKILL
        assert_whole(store)
    run(store)
    assert store.stories.count()["stories"] == 50  # one of each outlet's news since
    assert run(store) == (0, 0)
