"""Which days ``monitor coverage trends`` counts, and whose silence it speaks of."""

import json
from pathlib import Path

import pytest

from builders import item, show
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


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """One item now, at six in the morning, and two of the day before: at one, at nine."""
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    paths.config.write_text(FEEDS_YAML, encoding="utf-8")
    with paths.open_store() as store:
        show(store, [item(f"News {n}", minutes=-60 * n) for n in (0, 21, 29)])
    return paths


def test_the_first_day_is_counted_from_its_midnight(paths, capsys):
    show_trends(paths, 1, "day", None, as_json=True)
    assert json.loads(capsys.readouterr().out)["series"] == [
        {"day": "2026-03-01", "US": 2, "MX": 0},
        {"day": "2026-03-02", "US": 1, "MX": 0},
    ]


def test_hours_begin_so_many_days_before(paths, capsys):
    show_trends(paths, 1, "hour", None, as_json=True)
    steps = json.loads(capsys.readouterr().out)["series"]
    assert steps[0]["hour"] == "2026-03-01T06:00:00-06:00"
    assert (len(steps), sum(step["US"] for step in steps)) == (25, 2)


def test_a_side_without_feeds_is_told_as_such(paths, capsys):
    show_trends(paths, 1, "day", None, as_json=False)
    assert "cannot tell: no feed of MX is followed" in capsys.readouterr().out
