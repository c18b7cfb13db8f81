"""What a person types about users, and with which flags the dashboard does not start."""

import json
import logging
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_access import GOOD, OTHER
from test_web import ROOT, YAML, Browser, water
from typer.testing import CliRunner

from monitor.access import digest
from monitor.cli import app
from monitor.errors import ConfigError
from monitor.store.database import Store
from monitor.web.passwords import Passwords

PASSWORDS = Passwords()


@pytest.fixture
def db(tmp_path) -> Path:
    return tmp_path / "monitor.db"


def told(db: Path, *words: str, typed: str = GOOD) -> str:
    """What a verb prints; raises what it raises."""
    args = ["--db", str(db), "users", *words]
    result = CliRunner().invoke(app, args, input=f"{typed}\n")
    if result.exception:
        raise result.exception
    return result.output


def add(db: Path, name: str = "dana", *words: str) -> str:
    return told(db, "add", name, *words, "--password-stdin")


def test_a_user_is_added_and_listed_without_the_password(db):
    out = add(db, " Dana", "--role", "editor")
    assert "dana: added as editor" in out and "from now on everybody signs in" in out
    assert "from now on" not in add(db, "luis")
    kept = db.read_bytes()
    with Store(db) as store:
        hashed = store.users.password("dana")
    assert hashed.startswith("$argon2id$") and PASSWORDS.is_right(hashed, GOOD)
    for shown in (told(db, "list"), told(db, "list", "--json")):
        assert "dana" in shown and "argon2" not in shown and GOOD not in shown
    assert GOOD.encode() not in kept
    [dana, luis] = json.loads(told(db, "list", "--json"))
    assert (dana["name"], dana["role"], dana["tokens"]) == ("dana", "editor", [])
    assert (luis["role"], luis["disabled"]) == ("reader", None)


def test_a_password_is_one_however_stdin_ends_its_line(db):
    told(db, "add", "dana", "--password-stdin", typed=f"{GOOD}\r\nmore")
    with Store(db) as store:
        assert PASSWORDS.is_right(store.users.password("dana"), GOOD)


@pytest.mark.parametrize("typed", ["short", "", "x" * 1025, "dana.of.the.desk"])
def test_a_password_that_may_not_be_is_refused_and_not_quoted(db, typed, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigError, match="the password") as raised:
        told(db, "add", "dana.of.the.desk", "--password-stdin", typed=typed)
    said = str(raised.value).removeprefix("dana.of.the.desk:") + caplog.text
    assert not typed or typed not in said
    with Store(db) as store:
        assert store.users.all() == []


@pytest.mark.parametrize("name", ["local", "a b", "", "MONITOR_TOKEN", "../x"])
def test_a_name_that_may_not_be_is_refused(db, name):
    with pytest.raises(ConfigError, match="name"):
        add(db, name)


def test_a_name_is_taken_once(db):
    add(db)
    with pytest.raises(ConfigError, match="is a user already"):
        add(db, "DANA")


def test_without_a_terminal_or_stdin_no_password_is_asked(db):
    with pytest.raises(ConfigError, match="give --password-stdin"):
        told(db, "add", "dana")


def test_a_terminal_is_asked_twice_and_shows_nothing(db, tmp_path):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "--db", str(db), "users", "add", "dana"],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ):
        os.close(theirs)
        shown = b""
        for asked in (b"Password for dana: ", b"Again: "):
            while asked not in shown:
                shown += os.read(ours, 1000)
            os.write(ours, f"{GOOD}\n".encode())
        while b"added as reader" not in shown:
            shown += os.read(ours, 1000)
    os.close(ours)
    assert GOOD.encode() not in shown
    with Store(db) as store:
        assert PASSWORDS.is_right(store.users.password("dana"), GOOD)


def test_password_and_role_are_changed(db):
    add(db)
    told(db, "password", "dana", "--password-stdin", typed=OTHER)
    assert "is editor now" in told(db, "role", "Dana", "editor")
    with Store(db) as store:
        assert PASSWORDS.is_right(store.users.password("dana"), OTHER)
        assert store.users.one("dana").role == "editor"


def test_a_removed_user_stays_known_by_name(db):
    add(db)
    add(db, "luis")
    assert "nobody is left" not in told(db, "remove", "dana")
    assert "nobody is left" in told(db, "remove", "luis")
    [dana, _] = json.loads(told(db, "list", "--json"))
    assert dana["disabled"]
    for words in (("remove", "dana"), ("role", "dana", "editor"), ("remove", "x")):
        with pytest.raises(ConfigError, match="no user is named"):
            told(db, *words)
    add(db, "dana")


def test_a_token_is_printed_once_and_revoked_for_good(db):
    add(db)
    lines = told(db, "token", "add", "dana", "--label", "nightly\x1b[31m export")
    token = lines.splitlines()[0]
    assert len(token) == 43
    listed = told(db, "list") + told(db, "list", "--json")
    assert "nightly" in listed and "\x1b" not in listed
    assert token not in listed and digest(token) not in listed
    with Store(db) as store:
        assert store.api_tokens.of(digest(token))
    told(db, "token", "revoke", "1")
    with Store(db) as store:
        assert store.api_tokens.of(digest(token)) is None
    for unknown in ("2", "0"):
        with pytest.raises(ConfigError, match="there is none"):
            told(db, "token", "revoke", unknown)


def test_listing_makes_no_database(db):
    with pytest.raises(ConfigError, match="no such database"):
        told(db, "list")
    assert not db.exists()


# --- serving ---------------------------------------------------------------------


def serving(folder: Path, *words: str, **environ: str) -> subprocess.Popen[str]:
    (folder / "feeds.yaml").write_text(YAML)
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", *words, "--port", "0"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (("serve", "--host", "0.0.0.0"), {}, "'monitor users add' or set MONITOR_TOK"),
        (("run", "--serve", "--host", "0.0.0.0"), {}, "nobody would have to sign in"),
        (("serve", "--host", "::"), {"MONITOR_TOKEN": "t" * 32}, "read passwords"),
        (("serve",), {"MONITOR_TOKEN": "s" * 31}, "has fewer than 32 characters"),
        (("serve", "--certificate", "c.pem"), {}, "give both"),
        (("serve", "--certificate", "c", "--key", "k"), {}, "cannot be read"),
        (("serve",), {"MONITOR_TOKEN_FILE": "none"}, "cannot be read"),
    ],
)
def test_it_does_not_start_where_anybody_could_come_in(
    store, tmp_path, words, environ, said
):
    with serving(tmp_path, *words, **environ) as running:
        out, err = running.communicate(timeout=20)
    [last] = [line for line in err.splitlines() if line.startswith("monitor: ")]
    assert (running.returncode, out) == (1, "")
    assert said in last and "s" * 31 not in err


def test_served_pages_ask_for_the_first_user_at_once(store, tmp_path):
    water(store)
    with serving(tmp_path, "serve") as running:
        try:
            port = int(running.stdout.readline().rstrip("/\n").rpartition(":")[2])
            browser = Browser(port)
            assert browser.get("/").status == 200
            add(tmp_path / "monitor.db")
            assert [browser.get(p).status for p in ("/", "/stories.json")] == [303] * 2
            page = browser.get("/sign-in").page
            assert page.texts("h1") == ["Sign in"]
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=5)
        finally:
            running.kill()
    assert (out, err) == ("", "")
