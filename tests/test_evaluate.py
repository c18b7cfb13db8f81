"""The verb that scores a labelled file, on a file of a few rows."""

import json
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.verbs.evaluate import eval_stories

ROWS = """id,language,country,outlet,published,title,summary,story
a,en,US,Ledger,2026-03-02T10:00,Dam breaks above Elk Creek after days of rain,,dam
b,en,US,Courier,2026-03-02T11:00,Dam breaks above Elk Creek after days of rain,,dam
c,en,US,Ledger,2026-03-02T12:00,Museum opens a wing for painted fans,,museum
d,es,MX,Correo,2026-03-02T13:00,Abre el mercado nuevo de Villa Alta,,market
"""


@pytest.fixture
def labelled(tmp_path) -> Path:
    path = tmp_path / "day.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_every_figure_stands_beside_the_floor_and_without_copies(labelled, capsys):
    eval_stories(labelled, "none", "none", None, as_json=True)
    made = json.loads(capsys.readouterr().out)
    assert made["copies"] == 1
    assert made["scores"]["all"]["items"] == 4
    assert made["scores"]["all"]["bcubed"]["f1"] == 1
    assert made["singletons"]["all"]["bcubed"]["f1"] < 1
    assert made["originals"]["all"]["items"] == 3
    assert made["originals_alone"]["all"]["bcubed"]["f1"] == 1


def test_the_table_names_all_figures_and_counts_the_copies(labelled, capsys):
    eval_stories(labelled, "none", "none", None, as_json=False)
    said = capsys.readouterr().out
    assert "4 items scored, 1 of them copies, 0 not scored" in said
    assert "without the largest story" in said
    assert "true stories of 2-3 items: 1 with 2 items" in said
    assert max(map(len, said.splitlines()[3:-4])) <= 88


def test_the_second_half_is_scored_alone(labelled, capsys):
    eval_stories(labelled, "none", "none", None, as_json=True, second_half=True)
    made = json.loads(capsys.readouterr().out)
    assert made["scores"]["all"]["items"] == made["unscored"] == 2


def test_assignments_are_written_for_all_items(labelled, tmp_path, capsys):
    written = tmp_path / "stories.csv"
    eval_stories(labelled, "none", "none", written, as_json=True, second_half=True)
    heading, *rows = written.read_text().splitlines()
    assert heading == "id,story"
    assert [row.split(",")[0] for row in rows] == list("abcd")
    with pytest.raises(ConfigError, match=r"nowhere.*cannot be written"):
        eval_stories(
            labelled, "none", "none", tmp_path / "nowhere" / "x.csv", as_json=True
        )
