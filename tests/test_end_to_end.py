"""The command as a person runs it: real processes, HTTP, SMTP, SQLite and signals."""

import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from builders import item, show
from monitor.newsroom.content import LAST_HOUR
from monitor.newsroom.server import Newsroom, serve
from monitor.store.database import Store
from monitor.translation.apertium import ApertiumTranslator

ROOT = Path(__file__).parent.parent
HAS_APERTIUM = ApertiumTranslator().supports("es", "en")
needs_apertium = pytest.mark.skipif(not HAS_APERTIUM, reason="needs apertium-eng-spa")


def monitor(*words: object, cwd: Path, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "ARGOS_PACKAGES_DIR": "/nonexistent"}


@contextmanager
def running(*words: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *map(str, words)],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(what, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with serve() as newsroom:
        newsroom.now = LAST_HOUR
        yield newsroom


def feeds_yaml(folder: Path, newsroom: Newsroom, digest: object = None) -> Path:
    """The newsroom's outlets as a person would list them; JSON is YAML, too."""
    names = ("url", "outlet", "country", "language", "kind", "owner", "tz", "local")
    feeds = [{n: getattr(f, n) for n in names} for f in newsroom.feeds()]
    tree = {
        "contact": "https://example.org",
        "poll": {"gap_seconds": 0},
        "feeds": feeds,
        "digest": digest or {},
    }
    path = folder / "feeds.yaml"
    path.write_text(json.dumps(tree, indent=1), encoding="utf-8")
    return path


def items_in(db: Path) -> set[tuple[str, ...]]:
    with sqlite3.connect(db) as connection:
        return set(
            connection.execute("select id, outlet, title, summary, url from items")
        )


# --- demo ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = monitor("demo", "--out", folder / "out", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "out", done.stdout


def test_the_demo_writes_what_it_names(demo):
    out, said = demo
    names = ("digest.html", "digest.txt", "digest.eml", "stories.json", "monitor.db")
    for name in names:
        assert (out / name).stat().st_size > 1000
        assert str(out / name) in said
    assert "Open the dashboard" in said


@needs_apertium
def test_the_demo_finds_the_lead_story_on_both_sides_in_both_languages(demo):
    out, _ = demo
    stories = json.loads((out / "stories.json").read_text(encoding="utf-8"))
    lead = max(
        (s for s in stories if "drone strikes" in (s["headline"]["en"] or "")),
        key=lambda s: len(s["items"]),
    )
    assert {(i["country"], i["language"]) for i in lead["items"]} == {
        ("US", "en"),
        ("US", "es"),
        ("MX", "es"),
        ("MX", "en"),
    }
    assert lead["leader"] == "US"
    assert all(i["translated_title"] for i in lead["items"])


def test_the_demo_counts_the_feeds_that_fail(demo):
    out, said = demo
    assert "2 down: Delta Valley Star, Eco de la Sierra" in said
    assert "Delta Valley Star" in (out / "digest.txt").read_text(encoding="utf-8")


def test_the_mail_has_both_parts_and_a_stable_id(demo):
    mail = message_from_bytes((demo[0] / "digest.eml").read_bytes())
    kinds = [part.get_content_type() for part in mail.walk()]
    pictures = ["image/png"] * kinds.count("image/png")
    related = ["multipart/related", "text/html", *pictures]
    assert pictures
    assert kinds == ["multipart/alternative", "text/plain", *related]
    assert mail["Message-ID"]


def test_the_demo_can_be_repeated_in_the_same_folder(demo, tmp_path):
    out, _ = demo
    before = (out / "stories.json").read_text(encoding="utf-8")
    again = monitor("demo", "--out", out, cwd=tmp_path)
    assert again.returncode == 0
    assert len(json.loads(before)) == len(
        json.loads((out / "stories.json").read_text(encoding="utf-8"))
    )


def test_every_verb_works_on_the_demo_database(demo, tmp_path):
    out, _ = demo
    there = ("--config", out / "feeds.yaml", "--db", out / "monitor.db")
    [story, *_] = json.loads((out / "stories.json").read_text(encoding="utf-8"))
    for words in (
        ("check",),
        ("cluster",),
        ("stats",),
        ("stats", "--json"),
        ("feeds", "list"),
        ("feeds", "list", "--json"),
        ("models", "list"),
        ("stories", "list"),
        ("stories", "list", "--json"),
        ("stories", "show", story["id"]),
        ("export", "stories", "--format", "csv"),
        ("export", "stories", "--format", "atom"),
        ("export", "items", "--format", "json", "--out", tmp_path / "items.json"),
        ("coverage", "blindspots"),
        ("coverage", "blindspots", "--all", "--json"),
        ("coverage", "trends"),
        ("coverage", "trends", "--by", "hour", "--days", "2", "--json"),
        ("compare",),
        ("digest", "--date", "2025-04-09", "--out", tmp_path),
        ("digest", "--date", "2025-04-09"),
    ):
        done = monitor(*there, *words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), words
        if "--json" in words:
            json.loads(done.stdout)


def test_the_demo_without_a_translator_says_so(tmp_path):
    done = monitor("demo", "--translator", "none", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert "no translator is installed" in done.stdout


# --- poll, run -----------------------------------------------------------------


def test_poll_killed_at_random_moments_ends_as_an_undisturbed_one(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    undisturbed = monitor("--db", "calm.db", "poll", cwd=tmp_path)
    assert undisturbed.returncode == 0
    chance = random.Random(8)
    for _ in range(6):
        with running("--db", "killed.db", "poll", cwd=tmp_path):
            time.sleep(chance.uniform(0.5, 1.3))
    assert monitor("--db", "killed.db", "poll", cwd=tmp_path).returncode == 0
    assert items_in(tmp_path / "killed.db") == items_in(tmp_path / "calm.db")


@needs_apertium
def test_translate_killed_at_random_moments_ends_as_an_undisturbed_one(
    newsroom, tmp_path
):
    feeds_yaml(tmp_path, newsroom)
    for db in ("calm.db", "killed.db"):
        assert monitor("--db", db, "poll", cwd=tmp_path).returncode == 0
    assert monitor("--db", "calm.db", "translate", cwd=tmp_path).returncode == 0
    chance = random.Random(4)
    for _ in range(5):
        with running("--db", "killed.db", "translate", cwd=tmp_path):
            time.sleep(chance.uniform(0.4, 1.2))
    assert monitor("--db", "killed.db", "translate", cwd=tmp_path).returncode == 0
    calm, killed = (translations_in(tmp_path / db) for db in ("calm.db", "killed.db"))
    assert len(calm) > 100
    assert killed == calm


def translations_in(db: Path) -> set[tuple[str, ...]]:
    with sqlite3.connect(db) as connection:
        return set(
            connection.execute(
                "select item, language, engine, title, summary, warnings"
                " from translations"
            )
        )


def test_run_polls_clusters_refuses_a_twin_and_ends_cleanly(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)

    def has_stories() -> bool:
        with sqlite3.connect(tmp_path / "monitor.db") as connection:
            tables = "select count(*) from sqlite_master where name = 'assignments'"
            [[is_made]] = connection.execute(tables)
            if not is_made:
                return False
            [[waiting]] = connection.execute(
                "select count(*) from items where id not in"
                " (select item from assignments)"
            )
            [[assigned]] = connection.execute("select count(*) from assignments")
        return assigned > 200 and not waiting

    with running("run", cwd=tmp_path) as process:
        wait_for(has_stories)
        twin = monitor("run", cwd=tmp_path)
        assert twin.returncode == 1
        assert f"(pid {process.pid})" in twin.stderr
        assert len(twin.stderr.splitlines()) == 1
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
        assert process.returncode == 0
        assert time.monotonic() - start < 10
    assert "run: stopped" in log
    assert "Traceback" not in log


class Inbox:
    """A mail server's memory."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


def owed_edition(folder: Path, newsroom: Newsroom, port: int) -> None:
    """A database with yesterday's items and a subscriber who has not had them."""
    mail = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "monitor@example.org",
    }
    reader = {"name": "Desk", "address": "desk@example.org", "tz": "Etc/UTC"}
    midnight = {"time": "00:00", "language": "en"}
    feeds_yaml(folder, newsroom, {"mail": mail, "subscribers": [reader | midnight]})
    yesterday = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    yesterday -= timedelta(days=1)
    with Store(folder / "monitor.db") as store:
        items = [item("Snow closes schools", "US", "en", published=yesterday)]
        show(store, items, yesterday)


def test_run_mails_an_owed_edition_once_even_after_a_restart(newsroom, inbox, tmp_path):
    box, port = inbox
    owed_edition(tmp_path, newsroom, port)
    for _ in range(2):
        with running("run", cwd=tmp_path) as process:
            wait_for(lambda: box.mails)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=10)
    [mail] = box.mails
    assert b"monitor@example.org" in mail


def test_a_refused_mail_stays_due(newsroom, inbox, tmp_path):
    box, port = inbox
    owed_edition(tmp_path, newsroom, 1)
    done = monitor("digest", "--send", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    owed_edition(tmp_path, newsroom, port)
    assert monitor("digest", "--send", cwd=tmp_path).returncode == 0
    assert len(box.mails) == 1
    again = monitor("digest", "--send", cwd=tmp_path)
    assert (again.returncode, len(box.mails)) == (0, 1)
    assert "was sent before" in again.stdout


def test_two_senders_at_once_send_an_edition_once(newsroom, inbox, tmp_path):
    box, port = inbox
    owed_edition(tmp_path, newsroom, port)
    with (
        running("digest", "--send", cwd=tmp_path) as one,
        running("digest", "--send", cwd=tmp_path) as two,
    ):
        outcomes = [process.communicate(timeout=60) for process in (one, two)]
    assert len(box.mails) == 1
    assert (one.returncode, two.returncode) == (0, 0)
    assert sum("was sent before" in out for out, _ in outcomes) == 1


def test_nothing_is_sent_while_the_log_cannot_be_written(newsroom, inbox, tmp_path):
    box, port = inbox
    owed_edition(tmp_path, newsroom, port)
    other = sqlite3.connect(tmp_path / "monitor.db")
    other.execute("begin immediate")
    says_one_line(monitor("digest", "--send", cwd=tmp_path), "locked")
    other.close()
    assert not box.mails


def test_an_edition_is_not_sent_before_its_time(newsroom, inbox, tmp_path):
    box, port = inbox
    owed_edition(tmp_path, newsroom, port)
    early = monitor("digest", "--send", "--date", "2999-01-01", cwd=tmp_path)
    says_one_line(early, "closes at", "without --send")
    assert not box.mails


# --- bad input -----------------------------------------------------------------


def says_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    for word in words:
        assert word in line


def test_a_missing_feeds_yaml_is_one_line(tmp_path):
    says_one_line(monitor("poll", cwd=tmp_path), "feeds.yaml", "--config")


def test_check_lists_every_mistake_with_its_line(newsroom, tmp_path):
    path = feeds_yaml(tmp_path, newsroom)
    text = path.read_text(encoding="utf-8").replace('"country"', '"contry"', 2)
    path.write_text(text, encoding="utf-8")
    done = monitor("check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("did you mean 'country'?") == 2
    assert "feeds.yaml:10: feeds[0].contry" in done.stderr


def test_an_unreachable_feed_is_named_and_the_others_go_on(newsroom, tmp_path):
    path = feeds_yaml(tmp_path, newsroom)
    dead = newsroom.feeds()[0].url
    text = path.read_text(encoding="utf-8").replace(dead, "http://127.0.0.1:9/rss")
    path.write_text(text, encoding="utf-8")
    done = monitor("poll", cwd=tmp_path)
    assert done.returncode == 0
    assert "poll: Continental Wire: failed: http://127.0.0.1:9/rss: " in done.stdout
    assert "poll: Diario Anáhuac: 15 new of 15" in done.stdout


def test_a_feed_on_a_private_address_is_refused_unless_marked_local(newsroom, tmp_path):
    path = feeds_yaml(tmp_path, newsroom)
    text = path.read_text(encoding="utf-8").replace('"local": true', '"local": false')
    path.write_text(text, encoding="utf-8")
    done = monitor("poll", "Diario Anáhuac", cwd=tmp_path)
    assert "failed" in done.stdout
    assert "local" in done.stdout


def test_a_named_translator_that_is_missing_is_one_line(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    done = monitor("translate", "--translator", "argos", cwd=tmp_path)
    says_one_line(done, "argos: not installed", "monitor models")


def test_a_database_of_something_else_is_one_line(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    (tmp_path / "monitor.db").write_text("my shopping list, which is long enough")
    says_one_line(monitor("poll", cwd=tmp_path), "monitor.db", "not a database")


def test_a_locked_database_is_one_line_and_loses_nothing(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    Store(tmp_path / "monitor.db").close()
    other = sqlite3.connect(tmp_path / "monitor.db")
    other.execute("begin exclusive")
    says_one_line(monitor("poll", cwd=tmp_path), "locked", "try again")
    other.close()
    assert monitor("poll", cwd=tmp_path).returncode == 0
    assert len(items_in(tmp_path / "monitor.db")) > 200


def test_a_full_disk_is_one_line_and_loses_nothing(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    Store(tmp_path / "monitor.db").close()

    def little_room() -> None:
        # Python ignores SIGXFSZ, so a write past the limit fails as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    full = monitor("poll", cwd=tmp_path, preexec_fn=little_room)
    says_one_line(full, "monitor.db", "nothing was half written")
    assert monitor("poll", cwd=tmp_path).returncode == 0
    assert len(items_in(tmp_path / "monitor.db")) > 200


def test_a_demo_leaves_a_persons_files_alone(newsroom, tmp_path):
    mine = feeds_yaml(tmp_path, newsroom).read_bytes()
    Store(tmp_path / "monitor.db").close()
    says_one_line(monitor("demo", "--out", ".", cwd=tmp_path), "feeds.yaml", "--out")
    assert (tmp_path / "feeds.yaml").read_bytes() == mine
    assert (tmp_path / "monitor.db").exists()


def test_an_unknown_outlet_makes_no_database(newsroom, tmp_path):
    feeds_yaml(tmp_path, newsroom)
    says_one_line(monitor("poll", "The Nowhere Times", cwd=tmp_path), "Nowhere")
    assert not (tmp_path / "monitor.db").exists()


def test_usage_errors_exit_with_two(tmp_path):
    done = monitor("digest", "--send", "--out", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert monitor("digest", "--date", "yesterday", cwd=tmp_path).returncode == 2
    assert monitor("cook", cwd=tmp_path).returncode == 2


def test_help_is_quick_and_loads_nothing_heavy(tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitor", "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    heavy = {"torch", "stanza", "spacy", "numpy", "pydantic", "feedparser", "fastapi"}
    assert not loaded & (heavy | {"ctranslate2", "argostranslate", "sqlite_utils"})
