"""What a person who searches reads on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show, translation
from monitor.cli import app
from monitor.store.database import Store

FEEDS_YAML = """\
contact: desk@example.org
feeds:
  - url: https://ledger.example/feed.xml
    outlet: Ledger
    country: US
    language: en
    kind: national
    owner: Ledger
    tz: America/New_York
"""
RUNNER = CliRunner()


@pytest.fixture
def db(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yaml").write_text(FEEDS_YAML, encoding="utf-8")
    path = tmp_path / "monitor.db"
    english = item("Tariffs on steel", outlet="Ledger", id="en")
    spanish = item("Suben los aranceles", "MX", id="es", minutes=1)
    far = item("Nada", "MX", summary=f"{'lluvia ' * 30}y lago", id="far", minutes=2)
    with Store(path) as store:
        show(store, [english, spanish, far])
        store.translations.add([translation(spanish, "The duty rises")], NOW)
        store.stories.assign([assignment(i, "s1") for i in (english, spanish)])
    return path


def called(db: Path, *words: str, code: int = 0):
    config = str(db.with_name("feeds.yaml"))
    done = RUNNER.invoke(app, ["--config", config, "--db", str(db), "search", *words])
    assert done.exit_code == code, done.output
    return done


def test_stories_come_with_their_hits_and_what_was_understood(db):
    done = called(db, "los", "aranceles")
    first, *rows = done.stdout.splitlines()
    assert first.split("\t")[:2] == ["story", "hits"]
    assert rows[0].startswith("s1\t2\t2026-03-02 12:01\tMX\tes\t")
    assert rows[0].endswith("Suben los **aranceles**")
    assert rows[1].startswith("\t\t2026-03-02 12:00\tUS\ten\tLedger\t**Tariffs**")
    assert "searched for: aranceles" in done.stderr


def test_what_stands_in_a_summary_is_shown_beside_the_headline(db):
    row = called(db, "lago", "--by", "item").stdout.splitlines()[1]
    assert "Nada | …" in row
    assert row.endswith("y **lago**")


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        (["--side", "US"], ["en"]),
        (["--language", "es"], ["es"]),
        (["--outlet", "Ledger"], ["en"]),
        (["--since", "2026-03-02", "--until", "2026-03-02"], ["es", "en"]),
        (["--since", "2026-03-03"], []),
        (["--until", "2026-03-01"], []),
        (["--limit", "1"], ["es"]),
        (["--best"], ["es", "en"]),
    ],
)
def test_flags_choose_items(db, flags, ids):
    told = json.loads(called(db, "tariff", "--by", "item", "--json", *flags).stdout)
    assert {hit["id"] for hit in told["items"]} == set(ids)


def test_json_has_the_pieces_of_every_text(db):
    told = json.loads(called(db, "tariff OR duty", "--json").stdout)
    assert told["query"] == "tariff OR duty"
    assert (told["after"], told["unindexed"], told["indexed_since"]) == (None, 0, None)
    [story] = told["stories"]
    assert (story["id"], story["hits"]) == ("s1", 2)
    first, second = story["items"]
    assert first["title"][-1] == {"text": "aranceles", "is_hit": True}
    assert {"text": "duty", "is_hit": True} in first["translation"]["title"]
    assert second["translation"] is None
    assert second["country"] == "US"


def test_a_page_names_the_next(db):
    assert (
        "there is more: --after 2"
        in called(db, "tariff", "--by", "item", "--limit", "1").stderr
    )
    rest = called(db, "tariff", "--by", "item", "--after", "2").stdout
    assert "\ten\t" in rest
    assert "\tes\t" not in rest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["NO agua"], "add a word that is"),
        (["agua", "--outlet", "Nobody"], "'monitor feeds list' lists them"),
        (["agua", "--best"], "is of items"),
        (["agua", "--since", "2026-03-03", "--until", "2026-03-01"], "ends before"),
    ],
)
def test_what_cannot_be_searched_is_refused(db, words, said):
    done = called(
        db, *words, code=1 if words[0] != "agua" or "--outlet" in words else 2
    )
    assert said in done.output or said in str(done.exception)
