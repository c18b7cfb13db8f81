"""Watch-lists and subscribers of the database: what a person types, what a run makes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from test_end_to_end import inbox as inbox
from test_outbox_verbs import DAY, NOW, Desk
from test_outbox_verbs import desk as desk
from test_outbox_verbs import server as server
from test_web import Browser

from builders import assignment, item, show
from monitor.config.mistakes import FormError, MistakesError
from monitor.config.read import read_config
from monitor.errors import ConfigError, DeliveryError
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.verbs import web as web_verbs
from monitor.verbs.compose import Paths
from monitor.verbs.in_force import InForce

ROOT = Path(__file__).parent.parent


HOUR = timedelta(hours=1)
EVA = ("subscribers", "add", "Eva", "eva@desk.example", "--tz", "Etc/UTC")


def snow(desk: Desk) -> None:
    """Gives the desk's one item its story."""
    with Store(desk.path) as store:
        store.stories.assign(assignment(of) for of in store.items.all(NOW - 99 * HOUR))


# --- what a person types -------------------------------------------------------------


def test_a_watch_list_is_added_listed_and_removed(desk):
    desk.write(watchlists=[{"name": "Water", "terms": ["agua"]}])
    assert desk("watchlists", "add", "Snow ", "snow*  OR nieve") == (
        "Snow: snow* OR nieve\n"
    )
    rows = json.loads(desk("watchlists", "list", "--json"))
    assert [(row["watchlist"], row["query"], row["from"]) for row in rows] == [
        ("Water", "agua", "feeds.yaml"),
        ("Snow", "snow* OR nieve", "database"),
    ]
    assert "command line" in desk("watchlists", "list")
    assert desk("watchlists", "remove", "Snow") == "Snow: removed\n"
    assert len(json.loads(desk("watchlists", "list", "--json"))) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("watchlists", "add", "Water", "x"), "Water is in feeds.yaml already"),
        (("watchlists", "add", "Snow", "x y"), "query: character 3"),
        (("watchlists", "add", "Snow", "x"), "'Snow' already; choose another name"),
        (("watchlists", "remove", "Water"), "stands in feeds.yaml; remove it there"),
        (("watchlists", "remove", "Rain"), "keeps no watch-list 'Rain'"),
        (("subscribers", "remove", "Dana"), "stands in feeds.yaml; remove it there"),
        (("subscribers", "remove", "Ana"), "keeps no subscriber 'Ana'"),
        ((*EVA, "--theme", "sprot", "--time", "7"), "^time: .*; themes.0.: no theme"),
        ((*EVA, "--watchlist", "Snw"), "did you mean 'Snow'"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(desk, words, said):
    desk.write(watchlists=[{"name": "Water", "terms": ["agua"]}])
    desk("watchlists", "add", "Snow", "snow")
    with pytest.raises(ConfigError, match=said):
        desk(*words)


def test_a_subscriber_is_added_listed_mailed_and_removed(desk):
    snow(desk)
    desk("watchlists", "add", "Snow", "snow*")
    said = desk(*EVA, "--watchlist", "Snow", "--weekday", "mon", "--language", "en")
    assert said == "Eva: eva@desk.example at 07:00 (Etc/UTC) on mon\n"
    rows = json.loads(desk("subscribers", "list", "--json"))
    assert [(row["subscriber"], row["from"]) for row in rows] == [
        *(("Dana", "feeds.yaml"), ("Luis", "feeds.yaml"), ("Eva", "database")),
    ]
    desk.send()
    [mail] = [m for m in desk.inbox.mails if b"eva@" in m]
    [text, _] = message_from_bytes(mail).get_payload()
    assert "On your watch-lists" in text.get_payload(decode=True).decode()
    assert desk("subscribers", "remove", "Eva") == "Eva: removed\n"
    desk.inbox.mails.clear()
    desk.send("2026-03-01")
    assert "eva@desk.example" not in desk.inbox.readers


def test_a_subscriber_of_the_database_is_paused_and_previewed_like_any_other(desk):
    desk(*EVA)
    assert "resume" in desk("subscribers", "pause", "Eva")
    desk.send()
    assert "eva@desk.example" not in desk.inbox.readers
    assert desk("subscribers", "resume", "Eva") == "Eva: resumed\n"
    assert "March 2, 2026" in desk("digest", "--subscriber", "Eva", "--date", DAY)


def test_what_waits_for_a_subscriber_who_is_removed_is_given_up(desk):
    desk(*EVA)
    desk.write(mail={"port": 1})
    with pytest.raises(DeliveryError):
        desk.send()
    desk("subscribers", "remove", "Eva")
    desk.write()
    desk.send()
    states = {row["subscriber"]: (row["state"], row["error"]) for row in desk.box}
    assert states["Eva"] == ("failed", "Eva is no subscriber any more")
    assert "eva@desk.example" not in desk.inbox.readers


def test_a_list_that_is_removed_says_who_followed_it(desk):
    desk("watchlists", "add", "Snow", "snow")
    desk(*EVA, "--watchlist", "Snow")
    said = desk("watchlists", "remove", "Snow")
    assert said == "Snow: removed; followed no more by Eva\n"
    assert "left out" not in desk("check")


def test_a_clash_is_told_and_the_file_wins(desk):
    assert "with what it keeps" not in desk("check")
    desk("watchlists", "add", "Snow", "snow")
    desk(*EVA, "--watchlist", "Snow")
    assert "with what it keeps 3 subscribers, 1 watch-lists" in desk("check")
    desk.write(watchlists=[{"name": "Snow", "terms": ["nieve"]}])
    said = desk("check")
    assert "note: watch-list 'Snow' of the database is left out" in said
    [row] = json.loads(desk("watchlists", "list", "--json"))
    assert (row["query"], row["from"]) == ("nieve", "feeds.yaml")
    desk("watchlists", "remove", "Snow")
    assert "left out" not in desk("check")


def test_feeds_yaml_names_its_own_watch_lists_alone(desk):
    desk("watchlists", "add", "Snow", "snow")
    alert = {"name": "Desk", "on": ["watchlist"], "to": "X", "watchlists": ["Snow"]}
    desk.write(alerts=[alert])
    with pytest.raises(MistakesError, match="no watch-list is named 'Snow'"):
        read_config(desk.folder / "feeds.yaml", {})


def test_a_form_of_mistakes_is_told_in_one_line(desk):
    with pytest.raises(FormError) as caught:
        desk(*EVA[:3], "eva", "--tz", "Mars")
    assert len(caught.value.mistakes) == 2
    assert all(mistake in str(caught.value) for mistake in caught.value.mistakes)


def test_items_are_marked_by_the_lists_of_the_database(desk):
    desk("watchlists", "add", "Snow", "snow*")
    desk("cluster")
    assert asked(desk.path, "select watchlists from marks") == [('["Snow"]',)]


def test_an_alert_of_any_list_tells_of_those_of_the_database(desk, monkeypatch):
    alert = {"name": "Desk", "on": ["watchlist"], "webhook": "https://a.example/"}
    water = [{"name": "Water", "terms": ["agua"]}]
    desk.write(watchlists=water, alerts=[alert | {"secret": "NONE_SET"}])
    desk("watchlists", "add", "Snow", "snow*")
    snow(desk)
    desk("alerts", "check", "--dry-run")
    desk("alerts", "check")
    soon = NOW + timedelta(minutes=5)
    monkeypatch.setattr(compose, "now", lambda: soon)
    with Store(desk.path) as store:
        fresh = item("Snowfall in the north", published=soon, seen=soon)
        show(store, [fresh], soon)
        store.stories.assign([assignment(fresh)])
    assert "On a watch-list: Snowfall" in desk("alerts", "check", "--dry-run")


def test_spanish_is_made_for_a_reader_of_the_database(desk):
    config = read_config(desk.folder / "feeds.yaml", {})
    english = replace(config, subscribers=())
    with Store(desk.path) as store:
        before = compose.plan(compose.with_kept(english, store).config)
        desk(*EVA, "--language", "es")
        after = compose.plan(compose.with_kept(english, store).config)
    assert (before.targets, after.targets) == (("en",), ("en", "es"))


# --- what goes on meanwhile ----------------------------------------------------------


def test_settings_are_made_anew_when_what_is_kept_changes_and_not_before(desk):
    made: list[int] = []
    said: list[str] = []
    config = read_config(desk.folder / "feeds.yaml", {})
    in_force = InForce(config, lambda found: made.append(1) or found, said.append)
    with Store(desk.path) as store:
        assert in_force.at(store) == in_force.at(store) == config
        desk("watchlists", "add", "Snow", "snow")
        desk(*EVA, "--watchlist", "Snow")
        found = in_force.at(store)
        assert found.watchlists[0].name == "Snow"
        assert [s.name for s in found.subscribers] == ["Dana", "Luis", "Eva"]
        assert in_force.at(store) is found
        assert (len(made), said) == (2, [])
        store._db.execute("update watchlists set query = 'a b'")
        assert [s.watchlists for s in in_force.at(store).subscribers][2] == ()
        in_force.at(store)
    assert len(said) == 2
    assert "watch-list 'Snow' of the database is left out" in said[0]


@contextmanager
def ended(serving: Thread, stop: Event) -> Iterator[None]:
    try:
        yield
    finally:
        stop.set()
        serving.join(10)


def test_the_dashboard_follows_a_list_that_is_added_while_it_is_open(
    desk, monkeypatch, capsys
):
    snow(desk)
    monkeypatch.setattr(compose, "now", lambda: NOW)
    paths = Paths(desk.folder / "feeds.yaml", desk.path)
    stop = Event()
    answer = web_verbs.dashboard(paths, web_verbs.Place(0))
    port = urlsplit(capsys.readouterr().out.split()[1]).port
    serving = Thread(target=answer, args=(stop,))
    serving.start()
    with ended(serving, stop):
        browser = Browser(port)
        shown = [browser.get("/").page.texts("b", class_="watched")]
        desk("watchlists", "add", "Snow", "snow*")
        shown.append(browser.get("/").page.texts("b", class_="watched"))
        desk("watchlists", "remove", "Snow")
        shown.append(browser.get("/").page.texts("b", class_="watched"))
    assert shown == [[], ["Watch-list: Snow"], []]


QUICK = (
    "from monitor.verbs import run; run.TICK_SECONDS = 0.2;"
    "from monitor.cli import main; main()"
)


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """``monitor run`` whose minutes are short; killed if it was not stopped."""
    process = subprocess.Popen(
        [sys.executable, "-c", QUICK, "run"],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "ARGOS_PACKAGES_DIR": "/nonexistent"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=15)
    assert process.returncode == 0
    return log


def wait_for(what, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def asked(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def text_of(mail: bytes) -> str:
    [text, _] = message_from_bytes(mail).get_payload()
    said: str = text.get_payload(decode=True).decode()
    return said


def test_a_run_goes_by_what_is_added_and_removed_while_it_goes_on(inbox, tmp_path):
    box, port = inbox
    desk = Desk(tmp_path, box, port)
    desk.path.unlink()
    desk.path = tmp_path / "monitor.db"
    feeds = {"poll": {"timeout_seconds": 1}, "digest": {"mail": mail_of(port)}}
    desk.write(**feeds)
    at = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    at -= timedelta(days=1)
    with Store(desk.path) as store:
        show(store, [item("Snow closes schools", "US", "en", published=at)], at)
    midnight = ("--tz", "Etc/UTC", "--time", "00:00", "--language", "en")

    with running(tmp_path) as process:
        wait_for(lambda: asked(desk.path, "select 1 from marks"))
        assert asked(desk.path, "select watchlists from marks") == [("[]",)]
        desk("watchlists", "add", "Snow", "snow*")
        wait_for(
            lambda: asked(desk.path, "select watchlists from marks") == [('["Snow"]',)]
        )
        desk("subscribers", "add", "Eva", "eva@desk.example", *midnight,
             "--watchlist", "Snow")  # fmt: skip
        wait_for(lambda: box.mails)
        text = text_of(box.mails[0])
        assert "On your watch-lists" in text and "Snow closes schools" in text
        assert "left out" not in stopped(process)

    desk.write(**feeds, watchlists=[{"name": "Snow", "terms": ["lluvia"]}])
    with running(tmp_path) as process:
        wait_for(lambda: asked(desk.path, "select watchlists from marks") == [("[]",)])
        desk("subscribers", "remove", "Eva")
        desk("subscribers", "add", "Ana", "ana@desk.example", *midnight,
             "--watchlist", "Snow")  # fmt: skip
        wait_for(lambda: len(box.mails) == 2)
        assert "On your watch-lists" not in text_of(box.mails[1])
        time.sleep(1)
        log = stopped(process)
    assert log.count("watch-list 'Snow' of the database is left out") == 1
    assert [message_from_bytes(mail)["To"] for mail in box.mails] == [
        *("eva@desk.example", "ana@desk.example"),
    ]


def mail_of(port: int) -> dict[str, object]:
    mail = {"host": "127.0.0.1", "port": port, "security": "none"}
    return mail | {"sender": "m@news.example"}
