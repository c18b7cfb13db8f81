"""What a person reads of one story on the command line."""

from pathlib import Path

import pytest

from builders import NOW, assignment, item, show
from monitor.model import Item, Why
from monitor.store.database import Store
from monitor.verbs.compose import Paths
from monitor.verbs.look import show_story

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


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    made.config.write_text(FEEDS_YAML, encoding="utf-8")
    return made


def told(paths: Paths, *items: Item) -> str:
    """Keep the items as one story that the first opens; the story's id."""
    opener, *others = items
    story = f"s{opener.id}"
    with Store(paths.db) as store:
        show(store, items, NOW)
        why = Why({"names": 0.5}, shared=("water",), nearest=opener.id)
        store.stories.assign(
            [
                assignment(opener, story, score=0.07, why=Why({"names": 0.07})),
                *(assignment(o, story, score=0.5, why=why) for o in others),
            ]
        )
    return story


def test_a_story_is_told_in_words(paths, capsys):
    first, then = item("Scoop", "US"), item("Agua", "MX", minutes=49 * 60 + 4)
    show_story(paths, told(paths, first, then), as_json=False)
    out = capsys.readouterr().out
    assert "lag        49 h 4 min\n" in out
    assert "certainty  by the outlets' own dates\n" in out
    assert "Scoop\topened the story\n" in out
    assert "Agua\t0.50 water\n" in out


@pytest.mark.parametrize(
    ("items", "lag", "certainty"),
    [
        ([item("A"), item("B", "MX")], "same minute", "by the outlets' own dates"),
        (
            [item("A"), item("B", "MX", minutes=3, date_source="default-zone")],
            "3 min",
            "one date read in its outlet's zone",
        ),
        (
            [item("A", date_source="fetched"), item("B", minutes=9), item("C", "MX")],
            "9 min",
            "one side has an earlier, undated item",
        ),
        ([item("A")], "-", "-"),
    ],
)
def test_a_lag_and_its_certainty_are_in_words(paths, capsys, items, lag, certainty):
    show_story(paths, told(paths, *items), as_json=False)
    out = capsys.readouterr().out
    assert f"  lag        {lag}\n  certainty  {certainty}\n" in out
