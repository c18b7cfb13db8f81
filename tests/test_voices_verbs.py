"""What a person reads of tone and voices on the command line."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show
from monitor.cli import app
from monitor.model import Item
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
    return tmp_path / "monitor.db"


def keep(db: Path, *items: Item) -> None:
    """One story of each country, so that a period has several."""
    with Store(db) as store:
        show(store, items, NOW)
        store.stories.assign([assignment(i, f"story-{i.country}") for i in items])


def called(db: Path, *flags: str) -> str:
    config = str(db.with_name("feeds.yaml"))
    done = RUNNER.invoke(app, ["--config", config, "--db", str(db), "coverage", *flags])
    assert done.exit_code == 0, done.output
    return done.output


US = [item(f"Sheinbaum rejects attack {n}", "US", "en", minutes=n) for n in range(9)]
MX = [item(f"Sheinbaum celebra acuerdo {n}", "MX", "es", minutes=n) for n in range(9)]
OLD = item("Two die in fire", "US", "en", minutes=-60 * 24 * 30)


def test_a_day_has_the_items_published_on_it_though_they_were_seen_later(db):
    keep(db, *(replace(i, seen=NOW + timedelta(days=1)) for i in (*US, *MX)))
    day = NOW.date().isoformat()
    assert "9 of 9 texts can be measured" in called(db, "tone", "--until", day)
    assert "9 of 9 texts tell of an actor" in called(db, "voices", "--until", day)


def test_tone_is_told_by_side_with_its_interval_and_its_error(db):
    keep(db, *US, *MX, item("Congress to vote", "US", "en"))
    out = called(db, "tone")
    assert "US           -0." in out
    assert "9 of 10 texts can be measured" in out
    assert "MX           +0." in out
    assert "US less MX   -1." in out
    assert "right in 68 of 100 headlines in English, 76 of 100 in Spanish" in out
    assert US[0].id in out
    assert "acuerdo" in out


def test_tone_of_a_few_texts_cannot_be_told(db):
    keep(db, *US[:3])
    out = called(db, "tone")
    assert "cannot tell: 3 of 3 texts can be measured, 8 are needed" in out
    assert "US less MX   cannot tell" in out


def test_tone_as_json_has_every_item(db):
    keep(db, *US, *MX)
    found = json.loads(called(db, "tone", "--json"))
    assert found["difference"]["high"] < 0
    assert {each["id"] for each in found["sides"]["US"]["items"]} == {i.id for i in US}
    assert found["sides"]["US"]["items"][0]["words"] == ["rejects", "attack"]
    assert found["method"]["opposite"] == "13 of 200"


def test_voices_are_told_by_side_with_items(db):
    keep(db, *US, *MX)
    out = called(db, "voices")
    assert "9 of 9 texts tell of an actor" in out
    lines = [line.split("\t") for line in out.splitlines() if "\t" in line]
    ids = " ".join(i.id for i in US[:3])
    assert lines[1] == ["US", "Claudia Sheinbaum", "0", "0", "9", f"{ids} and 6 more"]
    assert "22 of 27 statements are right" in out


def test_voices_as_json_name_every_item(db):
    keep(db, *US, *MX)
    found = json.loads(called(db, "voices", "--json"))["sides"]["MX"]
    assert (found["texts"], found["telling"]) == (9, 9)
    assert found["actors"][0]["quoted"] == [i.id for i in MX]


def test_days_bound_the_period(db):
    keep(db, *US, OLD)
    assert json.loads(called(db, "tone", "--json"))["sides"]["US"]["texts"] == 9
    longer = called(db, "tone", "--json", "--days", "60")
    assert json.loads(longer)["sides"]["US"]["texts"] == 10


def test_a_story_is_all_of_its_items_and_no_other(db):
    keep(db, *US, OLD, *MX)
    found = json.loads(called(db, "tone", "--story", "story-US", "--json"))
    assert (found["sides"]["US"]["texts"], found["sides"]["MX"]["texts"]) == (10, 0)
    voices = json.loads(called(db, "voices", "--story", "story-MX", "--json"))
    assert voices["sides"]["US"]["texts"] == 0


@pytest.mark.parametrize("verb", ["tone", "voices"])
def test_an_unknown_story_is_an_error_with_a_remedy(db, verb):
    keep(db, *US)
    config = str(db.with_name("feeds.yaml"))
    done = RUNNER.invoke(
        app,
        ["--config", config, "--db", str(db), "coverage", verb, "--story", "nothing"],
    )
    assert done.exit_code != 0
    assert "no story has the id 'nothing'" in f"{done.output}{done.exception}"


@pytest.mark.parametrize("verb", ["tone", "voices"])
def test_an_empty_database_is_no_error(db, verb):
    keep(db)
    assert "read by eye" in called(db, verb)
