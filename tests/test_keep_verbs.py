"""Backups are whole whatever is written meanwhile; restores lose and repeat nothing."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, delivery, item, kept_edition, show
from monitor.access import Session, User
from monitor.alerts.message import Message
from monitor.alerts.notice import Notice
from monitor.cli import app
from monitor.config.schema import FileSchema
from monitor.errors import ConfigError, StoreError
from monitor.pruning import LEAST_DAYS
from monitor.store import backup as copies
from monitor.store.backup import back_up, restore, verify
from monitor.store.database import Store
from monitor.store.lock import running_alone
from monitor.verbs import compose, keep
from monitor.verbs.compose import Paths

ROOT = Path(__file__).parents[1]
CONFIG = """\
contact: desk@monitor.example
digest:
  subscribers:
    - {{name: dana, address: dana@desk.example, tz: UTC, time: "07:00"}}
{more}feeds:
  - {{url: "https://potomac.example/feed.xml", outlet: The Potomac Ledger, country: US,
     language: en, kind: national, owner: The Potomac Ledger, tz: UTC}}
"""


@pytest.fixture
def paths(tmp_path, monkeypatch) -> Paths:
    """A desk with a database of thirty items."""
    monkeypatch.setattr(compose, "now", lambda: NOW)
    made = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    made.config.write_text(CONFIG.format(more=""), encoding="utf-8")
    with Store(made.db) as store:
        show(store, [item(f"Item number {n}", minutes=n) for n in range(30)])
    return made


def ignore(*_: int) -> None: ...


def run(paths: Paths, *words: str):
    return CliRunner().invoke(
        app, ["--config", str(paths.config), "--db", str(paths.db), *words]
    )


def items(path: Path) -> int:
    with Store(path) as store:
        return store.file.extent({}).items


# --- backups -------------------------------------------------------------------------


def test_a_backup_is_whole_closed_to_others_and_leaves_nothing_beside_it(paths, capsys):
    target = paths.db.with_name("copy.db")
    keep.backup(paths, target, False)
    assert "30 items" in capsys.readouterr().out
    assert target.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in paths.db.parent.glob("*copy*")] == ["copy.db"]
    assert verify(target).rows["items"] == 30


def test_a_backup_while_others_write_is_of_one_moment(paths, monkeypatch):
    """What comes between two steps is not in it, and does not begin it anew."""
    monkeypatch.setattr(copies, "PAGES", 5)
    steps = []
    with Store(paths.db) as store:

        def write(done: int, of: int) -> None:
            steps.append((done, of))
            made = item(f"Written meanwhile {len(steps)}", minutes=len(steps))
            with store.atomic():
                show(store, [made])
                store.stories.assign([assignment(made)])

        target = paths.db.with_name("copy.db")
        made = back_up(paths.db, target, write, replace=False)
    assert made.rows["items"] == 30
    assert len(steps) > 10
    assert steps == sorted(steps)
    assert len({of for _, of in steps}) == 1
    assert items(paths.db) == 30 + len(steps)


def test_a_backup_is_not_written_over(paths):
    target = paths.db.with_name("copy.db")
    target.write_text("precious", encoding="utf-8")
    with pytest.raises(StoreError, match="is there already; .* --replace"):
        keep.backup(paths, target, False)
    assert target.read_text(encoding="utf-8") == "precious"
    keep.backup(paths, target, True)
    assert verify(target).rows["items"] == 30


def test_dated_backups_go_round_and_others_are_left_alone(paths, monkeypatch):
    folder = paths.db.parent / "backups"
    folder.mkdir()
    (folder / "monitor-by-hand.db").touch()
    for n in range(4):
        monkeypatch.setattr(compose, "now", lambda n=n: NOW + timedelta(hours=n))
        keep.backup_into(paths, folder, 2)
    assert sorted(p.name for p in folder.iterdir()) == [
        *("monitor-20260302T140000Z.db", "monitor-20260302T150000Z.db"),
        "monitor-by-hand.db",
    ]


def test_a_backup_of_nothing_and_into_nowhere_say_so(paths):
    with pytest.raises(ConfigError, match="no such folder"):
        keep.backup_into(paths, paths.db.parent / "no", None)
    with pytest.raises(ConfigError, match="no such database"):
        keep.backup(Paths(paths.config, paths.db.with_name("no.db")), paths.db, False)


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(paths):
    """And the next one is not in its way."""
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from monitor.store import backup; backup.PAGES = 1;"
        "tell = lambda done, of: done > 40960 and os.kill(os.getpid(), signal.SIGKILL);"
        "backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]), tell, replace=False)"
    )
    target = paths.db.with_name("copy.db")
    done = subprocess.run([sys.executable, "-c", code, paths.db, target], cwd=ROOT)
    assert done.returncode == -9
    assert not target.exists()
    keep.backup(paths, target, False)
    assert [p.name for p in paths.db.parent.glob("*copy*")] == ["copy.db"]


def test_a_disk_that_is_full_is_told_of_and_leaves_nothing(paths):
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000));"
        "from monitor.store.backup import back_up;"
        "back_up(Path(sys.argv[1]), Path(sys.argv[2]), print, replace=False)"
    )
    target = paths.db.with_name("copy.db")
    done = subprocess.run(
        [sys.executable, "-c", code, paths.db, target],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "StoreError" in done.stderr
    assert list(paths.db.parent.glob("*copy*")) == []


@pytest.mark.parametrize(
    "words", [(), ("a.db", "--into", "b"), ("a.db", "--keep", "2")]
)
def test_words_that_do_not_go_together_are_refused(paths, words):
    assert run(paths, "backup", *words).exit_code == 2


# --- restores ------------------------------------------------------------------------


@pytest.fixture
def saved(paths) -> Path:
    """A backup, after which twenty items more came."""
    target = paths.db.with_name("copy.db")
    back_up(paths.db, target, ignore, replace=False)
    with Store(paths.db) as store:
        show(store, [item(f"Since then {n}", minutes=n) for n in range(20)])
    return target


def test_a_restore_brings_the_backup_and_puts_the_present_aside(paths, saved, capsys):
    keep.restore(paths, saved, False)
    [aside] = paths.db.parent.glob("monitor.db.before-*")
    assert str(aside) in capsys.readouterr().out
    assert (items(paths.db), items(aside), items(saved)) == (30, 50, 30)


def test_two_restores_of_one_second_keep_both_that_were_there(paths, saved):
    """The first may have been killed once it had put the database aside."""
    keep.restore(paths, saved, False)
    keep.restore(paths, saved, False)
    first, second = sorted(paths.db.parent.glob("monitor.db.before-*"))
    assert (items(first), items(second), items(paths.db)) == (50, 30, 30)


def test_what_only_the_log_holds_goes_aside_too(paths, saved):
    """A monitor that was killed leaves a log beside its file."""
    code = (
        "import os, sys; from monitor.store.database import Store;"
        "sys.path.insert(0, 'tests'); from builders import item, show;"
        "store = Store(sys.argv[1]); show(store, [item('Last words')]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, paths.db], cwd=ROOT)
    assert Path(f"{paths.db}-wal").stat().st_size
    keep.restore(paths, saved, False)
    [aside] = (p for p in paths.db.parent.glob("monitor.db.before-*Z"))
    assert (items(paths.db), items(aside)) == (30, 51)


def test_a_restore_waits_for_no_monitor_that_runs(paths, saved):
    with running_alone(paths.db), pytest.raises(StoreError, match="monitor run"):
        keep.restore(paths, saved, False)
    assert items(paths.db) == 50


def spoilt(path: Path) -> None:
    """Write nonsense over a page in the middle."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4096 // 2 * 4096)
        file.write(os.urandom(8192))


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table theirs (a)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('monitor', 'tell_of_podcasts', '2031')"
        )
        db.commit()


def text(path: Path) -> None:
    path.write_text("my shopping list\n" * 400, encoding="utf-8")


@pytest.mark.parametrize("spoil", [spoilt, foreign, newer, text])
def test_a_backup_that_is_not_ours_or_sound_changes_nothing(paths, saved, spoil):
    spoil(saved)
    with pytest.raises(StoreError, match=str(saved)):
        keep.restore(paths, saved, False)
    assert items(paths.db) == 50
    assert list(paths.db.parent.glob("*before*")) == []
    assert list(paths.db.parent.glob(".*")) == []


def test_sessions_end_and_users_stay(paths):
    with Store(paths.db) as store:
        store.users.add(User("dana", "editor", NOW), "hash")
        store.sessions.add(Session("d", "dana", "c", NOW, NOW), "hash")
    target = paths.db.with_name("copy.db")
    back_up(paths.db, target, ignore, replace=False)
    restore(target, paths.db, NOW, send_again=False)
    with Store(paths.db) as store:
        assert store.users.one("dana") is not None
        assert store._db["sessions"].count == 0


def mailed_since(paths) -> Path:
    """A backup in which one edition waits; it and the next were mailed since."""
    first, second = NOW.date() - timedelta(days=1), NOW.date()
    target = paths.db.with_name("copy.db")
    with Store(paths.db) as store:
        store.editions.add(kept_edition("dana", first))
        store.outbox.add(delivery("dana", first))
        back_up(paths.db, target, ignore, replace=False)
        store.editions.add(kept_edition("dana", second))
        store.outbox.add(delivery("dana", second))
        for day in (first, second):
            store.outbox.log(delivery("dana", day), NOW)
    return target


def states(paths) -> dict[str, str]:
    with Store(paths.db) as store:
        found = store.outbox.all(NOW.date() - timedelta(days=9))
    return {str(d.date): d.state for d in found}


def test_what_was_mailed_since_stays_mailed(paths, capsys):
    keep.restore(paths, mailed_since(paths), False)
    assert states(paths) == {"2026-03-01": "sent", "2026-03-02": "sent"}
    assert "2 editions are known to be mailed" in capsys.readouterr().out


def test_where_nobody_knows_nothing_is_mailed_twice(paths, capsys):
    target = mailed_since(paths)
    text(paths.db)
    Path(f"{paths.db}-wal").write_bytes(b"half a log")
    keep.restore(paths, target, False)
    assert states(paths) == {"2026-03-01": "failed", "2026-03-02": "failed"}
    [log] = paths.db.parent.glob("monitor.db.before-*-wal")
    assert log.read_bytes() == b"half a log"
    assert "may have been mailed since" in capsys.readouterr().out


def test_whoever_wants_it_mails_again(paths):
    keep.restore(paths, mailed_since(paths), True)
    assert states(paths) == {"2026-03-01": "queued"}


def test_alerts_begin_anew(paths):
    with Store(paths.db) as store:
        store.alerts.begin("Desk", {"crossing": "x"}, NOW - timedelta(days=3))
        message = Message("m", "Desk", ("en",), NOW, (Notice("crossing", NOW, "s"),))
        store.alerts.queue([message])
    target = paths.db.with_name("copy.db")
    back_up(paths.db, target, ignore, replace=False)
    restore(target, paths.db, NOW, send_again=False)
    with Store(paths.db) as store:
        assert store.alerts.due(NOW) == []
        assert store.alerts.begin("Desk", {"crossing": "x"}, NOW) == {"crossing": NOW}


# --- damage --------------------------------------------------------------------------


def test_damage_is_found_at_the_start_and_the_remedy_named(paths):
    with Store(paths.db) as store:
        assert store.file.faults() == []
        root = store._db.execute(
            "select rootpage from sqlite_master where name = 'items'"
        ).fetchone()[0]
        store._db.execute("pragma wal_checkpoint(truncate)").fetchall()
    with paths.db.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))
    with Store(paths.db) as store, pytest.raises(StoreError, match="'monitor restore'"):
        keep.check_at_start(store)


def test_a_look_that_takes_too_long_ends_without_a_word(paths):
    with Store(paths.db) as store:
        many = [item(f"Item {n} of many", minutes=n) for n in range(3000)]
        show(store, many)
        assert store.file.faults(seconds=0) is None
        assert store.file.faults(seconds=60) == []


# --- retention and size --------------------------------------------------------------


def test_a_run_prunes_what_feeds_yaml_keeps_no_longer(paths):
    with Store(paths.db) as store:
        old = item("Long ago", published=NOW - timedelta(days=300))
        show(store, [old], old.seen)
        show(store, [item("Since", minutes=99)])
        store.stories.assign(
            assignment(one) for one in (old, item("Item number 1", minutes=1))
        )
        stop, said = threading.Event(), []
        config = paths.read_config()
        assert keep.prune_due(store, config, NOW, stop, said.append)
        assert items(paths.db) == 32
        more = "retention:\n  keep_days: 120\n"
        paths.config.write_text(CONFIG.format(more=more), encoding="utf-8")
        assert keep.prune_due(store, paths.read_config(), NOW, stop, said.append)
        assert keep.prune_due(store, paths.read_config(), NOW, stop, said.append)
    assert items(paths.db) == 31
    assert len(said) == 1
    assert said[0].startswith("prune: 1 stories, 1 items")


def test_the_least_of_feeds_yaml_is_the_least_of_prune(paths):
    for days, is_right in ((LEAST_DAYS, True), (LEAST_DAYS - 1, False)):
        more = f"retention:\n  keep_days: {days}\n"
        paths.config.write_text(CONFIG.format(more=more), encoding="utf-8")
        if is_right:
            assert paths.read_config().keep_days == days
        else:
            with pytest.raises(ConfigError, match="keep_days"):
                paths.read_config()


def test_room_is_given_back_to_the_disk(paths):
    with Store(paths.db) as store:
        assert store.file.extent({}).gives_back
        many = [
            item(
                f"Item {n} of many",
                published=NOW - timedelta(days=300),
                summary="x" * 900,
            )
            for n in range(2000)
        ]
        show(store, many, many[0].seen)
        show(store, [item("Since", minutes=9)])
        store.stories.assign(map(assignment, [*many, item("Item number 1", minutes=1)]))
        before = store.file.extent({}).bytes
    keep.prune(paths, 120, False, False)
    assert items(paths.db) == 31
    with Store(paths.db) as store:
        assert store.file.extent({}).bytes < before / 2


def test_size_says_what_takes_how_much(paths, capsys):
    keep.size(paths, True)
    told = json.loads(capsys.readouterr().out)
    assert told["items"] == 30
    assert {f["name"] for f in told["families"]} >= {"items", "search", "others"}
    assert sum(f["bytes"] for f in told["families"]) <= told["bytes"]
    assert sum(f["bytes"] for f in told["families"]) > told["bytes"] / 2
    # All were published within half an hour; the first was seen after ten minutes.
    assert told["items_a_day"] == 20
    assert told["forecast"]["365"] > told["forecast"]["30"] > told["bytes"]


@pytest.mark.parametrize(
    ("days", "a_day"),
    [(0.2, 8), (1, 40), (5, 40), (20, 40), (40, 40)],  # by the day, days, week, month
)
def test_growth_is_that_of_the_days_there_are(tmp_path, days, a_day):
    start = NOW - timedelta(days=days)
    shown_at_first = [
        item(f"Before {n}", published=start - timedelta(hours=n + 1), seen=start)
        for n in range(300)
    ]
    since = [
        item(f"Since {n}", published=start + timedelta(days=n / 40))
        for n in range(round(days * 40))
    ]
    with Store(tmp_path / "young.db") as store:
        show(store, [*shown_at_first, *since])
        extent = store.file.extent(
            {d: (NOW - timedelta(days=d)).isoformat() for d in keep.GROWTH}
        )
    assert keep.daily_items(extent, NOW) == pytest.approx(a_day, rel=0.05)


def test_a_database_without_items_does_not_grow(tmp_path):
    with Store(tmp_path / "empty.db") as store:
        extent = store.file.extent({7: "2026-03-02"})
    assert keep.daily_items(extent, NOW) == keep.forecast_bytes(extent) == 0
    assert extent.bare == pytest.approx(extent.bytes, rel=0.15)


def test_an_item_takes_the_same_among_few_and_many(tmp_path):
    def each(count: int) -> float:
        with Store(tmp_path / f"{count}.db") as store:
            many = [
                item(f"Item {n}", minutes=n, summary="x" * 300) for n in range(count)
            ]
            show(store, many)
            return keep.forecast_bytes(store.file.extent({}))

    assert each(200) == pytest.approx(each(3_000), rel=0.3)


def test_every_table_is_in_one_family(paths):
    from monitor.store.file import _FAMILIES

    named = [name for names in _FAMILIES.values() for name in names]
    assert len(named) == len(set(named))
    with Store(paths.db) as store:
        there = set(store._db.table_names()) - {"search"}
    ours = {"users", "sessions", "api_tokens", "watchlists", "subscribers"}
    others = {n for n in there - set(named) if not n.startswith(("_sqlite", "sqlite"))}
    assert others == ours | {"kept_version", "step_runs", "tallies"}


def test_every_key_is_known():
    assert "retention" in FileSchema.model_fields
