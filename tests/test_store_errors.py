"""Whatever SQLite cannot do is one line with a remedy, and nothing half written."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from numpy import ones

from builders import (
    NOW,
    assignment,
    delivery,
    feed,
    item,
    kept_edition,
    poll_day,
    show,
    subscriber,
    translation,
    watchlist,
)
from monitor.access import Session, User
from monitor.alerts.decide import Note
from monitor.alerts.delivery import Standing
from monitor.alerts.message import Message
from monitor.alerts.notice import Notice
from monitor.change import Change, Correction, TakenBack
from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.blindspots import Revision
from monitor.coverage.marks import Marks
from monitor.coverage.search import sought
from monitor.errors import ConfigError, StoreError
from monitor.model import FeedState
from monitor.query import Term
from monitor.store import database
from monitor.store.alerts import Sending
from monitor.store.database import Store

NOBODY = 65534
DAY = date(2026, 3, 2)
SPOT = BlindSpot(
    *("s1", "MX", NOW, 6, 3, 3, 6, 4.5, 1, 2, SideHealth("MX", 9, 0, 0.0)), opened=NOW
)

DANA = User("dana", "editor", NOW)
SESSION = Session("d", "dana", "c", NOW, NOW)
SOUGHT = sought(Term("agua"), lambda _: ((), ()))
NOTICE = Notice("crossing", NOW, "s1")
MESSAGE = Message("m1", "Desk", ("en",), NOW, (NOTICE,))
SENDING = Sending(MESSAGE, "c1", "chat", Standing("queued", 0, NOW))
NOTE = Note("Desk", "crossing", "s1", frozenset("i"), NOW, "told", NOW, NOTICE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What waits for another program waits a moment only."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)


def known(store: Store, story: str) -> None:
    """Asks for a story that a person named; that there is none is no fault here."""
    with suppress(ConfigError):
        store.stories.named(story)


def absent(change: Callable[[Any], object], what: object) -> None:
    """Changes what is not kept; that is no fault here."""
    with suppress(ConfigError):
        change(what)


@contextmanager
def refused(path: Path, *said: str) -> Iterator[None]:
    """The block raises a StoreError of one line: the file, what SQLite said, a remedy."""
    with pytest.raises(StoreError) as caught:
        yield
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    for words in said:
        assert words in message
    assert isinstance(caught.value.__cause__, sqlite3.Error)


# --- files that are no database of ours ---------------------------------------------


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "no" / "monitor.db"
    with refused(path, "unable to open", "name a file in a folder that exists"):
        Store(path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_database(tmp_path):
    with refused(tmp_path, "unable to open", "name a file in a folder"):
        Store(tmp_path)


@pytest.mark.parametrize(
    "content", [b"my shopping list\n" * 10, b"\0" * 4096, b"SQLite format 2\0" * 512]
)
def test_a_file_of_another_kind_is_left_as_it_is(path, content):
    path.write_bytes(content)
    with refused(path, "file is not a database", "name another --db"):
        Store(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("table", ["places", "items", "_sqlite_migrations_of_theirs"])
def test_a_database_of_another_program_is_left_as_it_is(path, table):
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute(f"create table {table} (id)")
    content = path.read_bytes()
    with refused(path, "another program's tables", "left alone; name another --db"):
        Store(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_an_empty_file_becomes_a_database(path):
    path.touch()
    with Store(path) as store:
        assert store.items.counts() == []


def test_a_database_whose_making_was_cut_short_is_made_anew(path):
    with closing(sqlite3.connect(path)) as cut_short:
        cut_short.execute(
            "create table _sqlite_migrations"
            " (id integer primary key, migration_set text, name text, applied_at text)"
        )
    with Store(path) as store:
        assert store.items.counts() == []


def test_a_damaged_database_asks_for_a_backup(path):
    with Store(path) as store:
        show(store, [item(str(n), summary="x" * 200) for n in range(900)], NOW)
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half:] = b"\xff" * (len(content) - half)
    path.write_bytes(content)
    with refused(path, "malformed", "restore a backup"), Store(path) as store:
        store.items.all(NOW)


# --- another program ------------------------------------------------------------------


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another connection writes."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("begin exclusive")
        yield


def test_a_locked_database_says_to_try_again_and_loses_nothing(path):
    with Store(path) as store:
        show(store, [item("before")], NOW)
        with locked(path), refused(path, "database is locked", "try again when it is"):
            store.feeds.put(FeedState("https://a.example/"))
        with locked(path), refused(path, "locked"), store.atomic():
            pytest.fail("begun while another program writes")
        with store.atomic():
            show(store, [item("after")], NOW)
        assert len(store.items.all(NOW)) == 2


def test_a_locked_database_can_be_opened_and_read(path):
    with Store(path) as store:
        show(store, [item()], NOW)
    with locked(path), Store(path) as store:
        assert len(store.items.all(NOW)) == 1


def test_a_new_database_locked_by_another_program_is_not_half_made(path):
    path.touch()
    with locked(path), refused(path, "database is locked", "try again"):
        Store(path)
    assert path.read_bytes() == b""
    Store(path).close()


# --- files that cannot be written -------------------------------------------------------


def test_a_database_that_cannot_be_written_says_so(path):
    with Store(path) as store:
        store._db.execute("pragma query_only = on")
        with refused(
            path, "readonly database", "make the file and its folder writable"
        ):
            show(store, [item()], NOW)
        with refused(path, "readonly database"), store.atomic():
            show(store, [item()], NOW)
        assert store.items.all(NOW) == []


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Without root's right to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(NOBODY)
    except OSError:
        pytest.skip("this root may not become another user")
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_file_can_be_read_and_says_that_it_cannot_be_written(shared_folder):
    path = shared_folder / "monitor.db"
    with Store(path) as store:
        show(store, [item()], NOW)
    path.chmod(0o444)
    with as_somebody_else(), Store(path) as store:
        assert len(store.items.all(NOW)) == 1
        with refused(
            path, "readonly database", "make the file and its folder writable"
        ):
            show(store, [item("another")], NOW)


@pytest.mark.parametrize("exists", ["there", "not there"])
def test_a_read_only_folder_is_named(shared_folder, exists):
    path = shared_folder / "monitor.db"
    if exists == "there":
        Store(path).close()
    shared_folder.chmod(0o555)
    try:
        with as_somebody_else(), refused(path, "writ"):
            Store(path).feeds.put(FeedState("https://a.example/"))
    finally:
        shared_folder.chmod(0o777)


def test_a_full_disk_writes_nothing_of_a_block_and_the_next_block_works(path):
    with Store(path) as store:
        show(store, [item("before")], NOW)
        [(pages,)] = store._db.execute("pragma page_count").fetchall()
        store._db.execute(f"pragma max_page_count = {pages + 5}")
        many = [item(str(n), summary="x" * 1000) for n in range(100)]
        full = refused(
            path, "disk is full", "free some space; nothing was half written"
        )
        with full, store.atomic():
            store.feeds.put(FeedState("https://a.example/", etag="new"))
            show(store, many, NOW)
        assert [i.title for i in store.items.all(NOW)] == ["before"]
        [(_, state)] = store.feeds.states([feed(url="https://a.example/")])
        assert state.etag is None
        store._db.execute("pragma max_page_count = 100000")
        with store.atomic():
            assert show(store, many, NOW) == 100


def test_one_call_that_fills_the_disk_writes_nothing(path):
    with Store(path) as store:
        [(pages,)] = store._db.execute("pragma page_count").fetchall()
        store._db.execute(f"pragma max_page_count = {pages + 20}")
        many = [item(str(n), summary="x" * 1000) for n in range(1000)]
        with refused(path, "disk is full"):
            show(store, many, NOW)
        assert store.items.all(NOW) == []


# --- every call -------------------------------------------------------------------------

CALLS = {
    "feeds.states": lambda s: s.feeds.states([]),
    "feeds.due": lambda s: s.feeds.due([], NOW),
    "feeds.put": lambda s: s.feeds.put(FeedState("https://a.example/")),
    "feeds.count": lambda s: s.feeds.count(poll_day()),
    "feeds.fail": lambda s: s.feeds.fail("https://a.example/", "dns", "gone", NOW),
    "feeds.days": lambda s: s.feeds.days(DAY),
    "feeds.failures": lambda s: s.feeds.failures(NOW),
    "feeds.forget": lambda s: s.feeds.forget(DAY),
    "items.add": lambda s: show(s, [item()], NOW),
    "items.digests": lambda s: s.items.digests("https://a.example/"),
    "items.all": lambda s: s.items.all(NOW),
    "items.named": lambda s: s.items.named(["i"]),
    "items.first_seen": lambda s: s.items.first_seen(),
    "items.last_published": lambda s: s.items.last_published(),
    "items.last_moment": lambda s: s.items.last_moment(),
    "relations.of_items": lambda s: s.relations.of_items(["i"]),
    "editions.page": lambda s: s.editions.page(),
    "editions.count": lambda s: s.editions.count(),
    "tables.columns": lambda s: s.tables.columns(),
    "items.page": lambda s: s.items.page(),
    "items.texts": lambda s: s.items.texts(["a"]),
    "items.count": lambda s: s.items.count(),
    "items.last_compared": lambda s: s.items.last_compared(),
    "items.counts": lambda s: s.items.counts(),
    "items.revisions": lambda s: s.items.revisions(),
    "translations.pending": lambda s: s.translations.pending("en", NOW, NOW),
    "translations.missing": lambda s: s.translations.missing("en", NOW, NOW),
    "translations.add": lambda s: s.translations.add([translation(item())], NOW),
    "translations.fail": lambda s: s.translations.fail("i", "en", "down", NOW),
    "translations.engines": lambda s: s.translations.engines(),
    "translations.warnings": lambda s: s.translations.warnings(),
    "translations.quarantined": lambda s: s.translations.quarantined(),
    "kept.version": lambda s: s.kept.version(),
    "kept.watchlists": lambda s: s.kept.watchlists(),
    "kept.add_watchlist": lambda s: s.kept.add_watchlist(watchlist(), "ana", NOW),
    "kept.replace_watchlist": lambda s: absent(s.kept.replace_watchlist, watchlist()),
    "kept.remove_watchlist": lambda s: absent(s.kept.remove_watchlist, "Water"),
    "kept.subscribers": lambda s: s.kept.subscribers(),
    "kept.add_subscriber": lambda s: s.kept.add_subscriber(subscriber(), "ana", NOW),
    "kept.replace_subscriber": lambda s: absent(
        s.kept.replace_subscriber, subscriber()
    ),
    "kept.remove_subscriber": lambda s: absent(s.kept.remove_subscriber, "dana"),
    "search.items": lambda s: s.search.items(SOUGHT),
    "search.stories": lambda s: s.search.stories(SOUGHT),
    "search.reach": lambda s: s.search.reach(),
    "search.index": lambda s: s.search.index(5),
    "marks.get": lambda s: s.marks.get(["i"], "1"),
    "marks.unmarked": lambda s: s.marks.unmarked(NOW, "1", 9),
    "marks.texts": lambda s: s.marks.texts(["i"]),
    "marks.tallies": lambda s: s.marks.tallies(NOW, "1"),
    "marks.add": lambda s: s.marks.add({"i": Marks()}, "1", "1"),
    "pruning.look": lambda s: s.pruning.look(NOW),
    "pruning.shown": lambda s: s.pruning.shown(NOW),
    "pruning.old": lambda s: s.pruning.old(["s1"], NOW, ()),
    "pruning.remove": lambda s: s.pruning.remove(["s1"]),
    "pruning.sweep": lambda s: s.pruning.sweep(),
    "pruning.forget": lambda s: s.pruning.forget(NOW, NOW),
    "file.faults": lambda s: s.file.faults(),
    "file.extent": lambda s: s.file.extent({7: "2026-03-02"}),
    "file.families": lambda s: s.file.families(),
    "file.give_back": lambda s: s.file.give_back(10),
    "file.compact": lambda s: s.file.compact(),
    "file.optimize": lambda s: s.file.optimize(),
    "memory.recall": lambda s: s.memory.recall(["0" * 32]),
    "memory.keep": lambda s: s.memory.keep({"0" * 32: "rain"}),
    "stories.unassigned": lambda s: s.stories.unassigned(NOW),
    "stories.window": lambda s: s.stories.window(NOW),
    "stories.mark": lambda s: s.stories.mark(),
    "stories.last_pass": lambda s: s.stories.last_pass("hour"),
    "stories.log_pass": lambda s: s.stories.log_pass("hour", NOW),
    "stories.to_reconsider": lambda s: s.stories.to_reconsider(NOW),
    "stories.assign": lambda s: s.stories.assign([assignment(item())]),
    "stories.between": lambda s: s.stories.between(NOW, NOW),
    "stories.one": lambda s: s.stories.one("s1"),
    "stories.named": lambda s: known(s, "s1"),
    "stories.some": lambda s: s.stories.some(["s1"]),
    "stories.found": lambda s: s.stories.found(),
    "stories.forget_since": lambda s: s.stories.forget_since(NOW),
    "stories.first": lambda s: s.stories.first(),
    "stories.copies": lambda s: s.stories.copies(),
    "stories.resolve": lambda s: s.stories.resolve("s1"),
    "stories.home": lambda s: s.stories.home("s1", 1),
    "stories.holding": lambda s: s.stories.holding(["i"]),
    "stories.members": lambda s: s.stories.members(["s1"]),
    "stories.change": lambda s: s.stories.change(Change("move", (), ""), NOW),
    "stories.changes": lambda s: s.stories.changes(),
    "stories.change_of": lambda s: s.stories.change_of(1),
    "stories.changes_by": lambda s: s.stories.changes_by(1),
    "stories.changes_around": lambda s: s.stories.changes_around("s1"),
    "stories.count": lambda s: s.stories.count(),
    "outlines.due": lambda s: s.outlines.due("1", 9),
    "outlines.put": lambda s: s.outlines.put(["s1"], [], "1"),
    "outlines.some": lambda s: s.outlines.some(["s1"]),
    "outlines.page": lambda s: s.outlines.page(),
    "outlines.count": lambda s: s.outlines.count(),
    "outlines.headlines": lambda s: s.outlines.headlines(["s1"]),
    "outlines.followed": lambda s: s.outlines.followed(["s1"]),
    "volumes.stories": lambda s: s.volumes.stories(NOW, NOW),
    "studies.due": lambda s: s.studies.due("1", NOW, timedelta(1), timedelta(1), 9),
    "studies.put": lambda s: s.studies.put("s1", 12, NOW, "1", "{}"),
    "studies.of": lambda s: s.studies.of("s1", "1"),
    "outlines.on_day": lambda s: s.outlines.on_day(NOW, NOW),
    "relations.living": lambda s: s.relations.living(["s1"]),
    "relations.runners_up": lambda s: s.relations.runners_up(["s1"], 0.05),
    "relations.mentioning": lambda s: s.relations.mentioning(["x"], NOW, NOW, 9),
    "corrections.add": lambda s: s.corrections.add(Correction("merge", ""), NOW),
    "corrections.undo": lambda s: s.corrections.undo(1, TakenBack(NOW)),
    "corrections.in_force": lambda s: s.corrections.in_force(),
    "corrections.all": lambda s: s.corrections.all(),
    "corrections.unseen": lambda s: s.corrections.unseen(["s1"], 1),
    "corrections.one": lambda s: s.corrections.one(1),
    "originals.between": lambda s: s.originals.between(NOW, NOW),
    "originals.sample": lambda s: s.originals.sample(NOW, NOW, 9),
    "originals.revised": lambda s: s.originals.revised(NOW, NOW),
    "originals.last_revised": lambda s: s.originals.last_revised(),
    "originals.revisions_of": lambda s: s.originals.revisions_of(["i"]),
    "vectors.get": lambda s: s.vectors.get({"i": "rain"}, "1"),
    "vectors.add": lambda s: s.vectors.add({"i": ones(384)}, {"i": "rain"}, "1"),
    "vectors.forget": lambda s: s.vectors.forget(NOW),
    "decided_texts.renew": lambda s: s.decided_texts.renew(NOW),
    "stories.published": lambda s: s.stories.published(NOW, NOW),
    "stories.opened": lambda s: s.stories.opened(NOW, NOW),
    "alerts.begin": lambda s: s.alerts.begin("Desk", {"crossing": "x"}, NOW),
    "alerts.notes": lambda s: s.alerts.notes("Desk", ["s1"], ["i"]),
    "alerts.keep": lambda s: s.alerts.keep([NOTE]),
    "alerts.forget": lambda s: s.alerts.forget(NOW),
    "alerts.queue": lambda s: s.alerts.queue([MESSAGE]),
    "alerts.address": lambda s: s.alerts.address(MESSAGE, {"c1": "chat"}),
    "alerts.due": lambda s: s.alerts.due(NOW),
    "alerts.sendings": lambda s: s.alerts.sendings(5),
    "alerts.held": lambda s: s.alerts.held(),
    "alerts.stand": lambda s: s.alerts.stand(SENDING, SENDING.standing),
    "alerts.begin_sending": lambda s: s.alerts.begin_sending(SENDING),
    "alerts.count": lambda s: s.alerts.count(),
    "alerts.stop": lambda s: s.alerts.stop("Desk", "c1", "gone", NOW),
    "alerts.resume": lambda s: s.alerts.resume("Desk", "c1"),
    "alerts.retire_all_but": lambda store: store.alerts.retire_all_but(["Desk"]),
    "alerts.stops": lambda s: s.alerts.stops(),
    "step_runs.note": lambda s: s.step_runs.note("poll", 0.5, True, NOW),
    "step_runs.all": lambda s: s.step_runs.all(),
    "figures.tallies": lambda s: s.figures.tallies(),
    "figures.queues": lambda s: s.figures.queues(),
    "figures.feeds": lambda s: s.figures.feeds(),
    "figures.file": lambda s: s.figures.file(),
    "figures.schema": lambda s: s.figures.schema(),
    "volumes.days": lambda s: s.volumes.days(NOW, NOW),
    "volumes.hours": lambda s: s.volumes.hours(NOW, NOW),
    "volumes.dates": lambda s: s.volumes.dates(NOW, NOW),
    "volumes.outlet_hours": lambda s: s.volumes.outlet_hours("a", NOW, NOW),
    "volumes.outlets": lambda s: s.volumes.outlets(NOW, NOW),
    "volumes.parts": lambda s: s.volumes.parts(NOW, NOW),
    "volumes.parts_of": lambda s: s.volumes.parts_of(["s1"], NOW),
    "volumes.texts": lambda s: s.volumes.texts(["s1"], NOW),
    "volumes.moments": lambda s: s.volumes.moments(NOW, NOW),
    "blind_spots.open": lambda s: s.blind_spots.open(),
    "blind_spots.between": lambda s: s.blind_spots.between(NOW, NOW),
    "blind_spots.since": lambda s: s.blind_spots.since(NOW),
    "blind_spots.of": lambda s: s.blind_spots.of("s1"),
    "blind_spots.put": lambda s: s.blind_spots.put([Revision(None, SPOT)]),
    "editions.add": lambda s: s.editions.add(kept_edition()),
    "editions.one": lambda s: s.editions.one("e"),
    "editions.subscribers": lambda s: s.editions.subscribers(),
    "editions.replace_token": lambda s: s.editions.replace_token("e", "a", "b"),
    "outbox.add": lambda s: s.outbox.add(delivery()),
    "outbox.one": lambda s: s.outbox.one("dana", DAY),
    "outbox.of": lambda s: s.outbox.of(["e"]),
    "outbox.open": lambda s: s.outbox.open(),
    "outbox.all": lambda s: s.outbox.all(DAY),
    "outbox.begin": lambda s: s.outbox.begin(delivery()),
    "outbox.put": lambda s: s.outbox.put(delivery()),
    "outbox.log": lambda s: s.outbox.log(delivery(), NOW),
    "outbox.counts": lambda s: s.outbox.counts(),
    "subscriptions.get": lambda s: s.subscriptions.get(subscriber(), "t"),
    "subscriptions.of": lambda s: s.subscriptions.of("t"),
    "subscriptions.all": lambda s: s.subscriptions.all(),
    "subscriptions.stop": lambda s: s.subscriptions.stop("t", "reader", NOW),
    "subscriptions.resume": lambda s: s.subscriptions.resume("t", "reader"),
    "subscriptions.refuse": lambda s: s.subscriptions.refuse("dana", "a@b.example", ""),
    "users.any": lambda s: s.users.any(),
    "users.all": lambda s: s.users.all(),
    "users.one": lambda s: s.users.one("dana"),
    "users.password": lambda s: s.users.password("dana"),
    "users.add": lambda s: s.users.add(DANA, "hash"),
    "users.set_password": lambda s: s.users.set_password("dana", "hash"),
    "users.rehash": lambda s: s.users.rehash("dana", "hash", "other"),
    "users.set_role": lambda s: s.users.set_role("dana", "reader"),
    "users.disable": lambda s: s.users.disable("dana", NOW),
    "sessions.add": lambda s: s.sessions.add(SESSION, "hash"),
    "sessions.of": lambda s: s.sessions.of("d"),
    "sessions.use": lambda s: s.sessions.use("d", NOW),
    "sessions.end": lambda s: s.sessions.end("d"),
    "api_tokens.add": lambda s: s.api_tokens.add("dana", "script", "d", NOW),
    "api_tokens.all": lambda s: s.api_tokens.all(),
    "api_tokens.of": lambda s: s.api_tokens.of("d"),
    "api_tokens.use": lambda s: s.api_tokens.use(1, NOW),
    "api_tokens.revoke": lambda s: s.api_tokens.revoke(1, NOW),
}  # fmt: skip


def test_every_public_call_is_in_the_list(path):
    with Store(path) as store:
        families = {n: f for n, f in vars(store).items() if hasattr(f, "path")}
        public = {
            f"{name}.{call}"
            for name, family in families.items()
            for call in dir(family)
            if not call.startswith("_") and callable(getattr(family, call))
        }
    assert public == set(CALLS)


def test_a_missing_table_names_the_remedy(path):
    with Store(path) as store:
        store._db.execute("drop table items")
        with refused(
            path, "no such table: items", "another program; name another --db"
        ):
            store.items.counts()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_error_of_the_library_gets_through(path, call):
    with Store(path) as store:
        # A virtual table that nobody used since the last migration is opened first.
        store._db.execute("select * from search limit 1").fetchall()
        store._db.conn.set_progress_handler(lambda: True, 1)  # ends any statement
        with refused(path, "interrupted"):
            call(store)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_call_works_on_a_new_database(path, call):
    with Store(path) as store:
        call(store)
