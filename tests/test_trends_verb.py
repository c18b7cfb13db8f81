"""``monitor coverage trends`` and ``themes``: what a person types, reads and gets."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show
from monitor.cli import app
from monitor.errors import ConfigError
from monitor.marking import mark
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.verbs.blindspots import followed
from monitor.verbs.compose import Paths
from monitor.verbs.trends import show_trends

FEEDS_YAML = """\
contact: desk@example.org
translation: {engine: none}
feeds:
  - url: https://ledger.example/feed.xml
    outlet: Ledger
    country: US
    language: en
    kind: national
    owner: Ledger
    tz: America/New_York
"""


@pytest.fixture(params=["marked", "unmarked"])
def paths(tmp_path: Path, request) -> Paths:
    """Two stories on trade and one on nothing, searched before or not."""
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    paths.config.write_text(FEEDS_YAML, encoding="utf-8")
    told = [
        ("a", item("Tariff on steel", minutes=-9)),
        ("a", item("El arancel al acero", "MX", minutes=-8)),
        ("b", item("Tariffs again", minutes=-3000)),
        ("c", item("A quiet day", minutes=-7)),
    ]
    with paths.open_store() as store:
        show(store, [of for _, of in told])
        store.stories.assign(assignment(of, story) for story, of in told)
        if request.param == "marked":
            marker = compose.marker(paths.read_config())
            assert sum(mark(store, marker, told[2][1].published)) == 4
    return paths


def typed(paths: Paths, *words: object, status: int = 0) -> str:
    flags = ["--config", paths.config, "--db", paths.db, "coverage"]
    done = CliRunner().invoke(app, [str(word) for word in (*flags, *words)])
    assert done.exit_code == status, done.output
    return done.output


def test_items_of_one_theme_are_counted(paths):
    every = json.loads(typed(paths, "trends", "--json"))["series"]
    trade = json.loads(typed(paths, "trends", "--theme", "trade", "--json"))["series"]
    assert [sum(step[side] for step in every) for side in ("US", "MX")] == [3, 1]
    assert [sum(step[side] for step in trade) for side in ("US", "MX")] == [2, 1]
    water = json.loads(typed(paths, "trends", "--theme", "water", "--json"))["series"]
    assert [sum(step[side] for step in water) for side in ("US", "MX")] == [0, 0]


def test_a_theme_that_there_is_not_is_refused_with_a_hint(paths):
    hint = "--theme: no theme is named 'trad'; did you mean 'trade'?"
    with pytest.raises(ConfigError, match=re.escape(hint)):
        show_trends(paths, 7, "day", "trad", as_json=False)


def test_stories_of_each_theme_are_counted(paths):
    rows = {row["name"]: row for row in json.loads(typed(paths, "themes", "--json"))}
    found = {key: rows["trade"][key] for key in ("stories", "US", "MX", "both")}
    assert found == {"stories": 2, "US": 2, "MX": 1, "both": 1}
    assert rows["water"]["stories"] == 0


def test_a_silence_is_judged_by_the_themes_of_stories(paths):
    with Store(paths.db) as store:
        themes = followed(paths.read_config(), store, NOW).themes
    assert themes == {"a": ("trade",), "b": ("trade",)}
