"""What a person reads of one story on the command line."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import NOW, assignment, item, show
from monitor.change import Change, Move
from monitor.model import Item, Why
from monitor.store.database import Store
from monitor.verbs.compose import Paths
from monitor.verbs.export import export_items, export_stories
from monitor.verbs.look import list_stories, show_story
from monitor.verbs.span import Span

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
    show_story(paths, told(paths, first, then), in_full=False, as_json=False)
    out = capsys.readouterr().out
    assert "lag        49 h 4 min\n" in out
    assert "certainty  by the outlets' own dates\n" in out
    assert "Scoop\topened the story\n" in out
    assert "Agua\tp .50 water\n" in out


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
    show_story(paths, told(paths, *items), in_full=False, as_json=False)
    out = capsys.readouterr().out
    assert f"  lag        {lag}\n  certainty  {certainty}\n" in out


def test_a_story_tells_how_it_spread_and_in_how_many_texts(paths, capsys):
    show_story(paths, otis(paths), in_full=False, as_json=False)
    out = capsys.readouterr().out
    assert "leader      US\n" in out
    assert "coverage    3 items, 3 outlets, 3 owners, 2 independent texts\n" in out
    assert (
        "How it spread\ncountry\toutlet\tafter\tcopy\n"
        "US\tWire\t0 min\t\nUS\tGazette\t+5 min\tcopy\nMX\tDiario\t+2 h\t\n"
    ) in out


def test_a_story_without_a_leader_says_why(paths, capsys):
    show_story(paths, told(paths, item("A")), in_full=False, as_json=False)
    out = capsys.readouterr().out
    assert "leader     none: one side has no item\n" in out
    assert "How it spread" not in out


# --- why -----------------------------------------------------------------------


def otis(paths: Paths) -> str:
    """A story in both languages with a copy, beside one that it nearly took in."""
    first = item("Otis nears Acapulco", id="a", outlet="Wire")
    copy = item("Otis nears Acapulco", id="b", outlet="Gazette", minutes=5)
    agua = item("Otis golpea Acapulco", "MX", id="c", outlet="Diario", minutes=120)
    with Store(paths.db) as store:
        show(store, [first, copy, agua, item("Rain in Oaxaca", id="r")])
        why = Why({"english": 0.5, "names": 0.25}, ("Otis",), "a", "sr", 0.125)
        store.stories.assign(
            [
                assignment(first, "sa", why=Why({}), score=0.0),
                assignment(copy, "sa", why=Why({}, (), "a"), copy_of="a"),
                assignment(agua, "sa", why=why, score=0.75),
                assignment(item(id="r"), "sr", why=Why({})),
            ]
        )
    return "sa"


def test_why_tells_every_reason_in_full(paths, capsys):
    show_story(paths, otis(paths), in_full=True, as_json=False)
    out = capsys.readouterr().out
    assert (
        "2026-03-02T14:00:00+00:00 MX Diario: Otis golpea Acapulco\n"
        "  why  p .75; nearest: «Otis nears Acapulco» (Wire, 2 h apart); shares Otis; "
        "evidence: English words .50, names and numbers .25; "
        "otherwise: «Rain in Oaxaca» .12\n"
    ) in out
    assert "  why  same text as «Otis nears Acapulco» (Wire, 5 min apart)\n" in out
    assert "  why  opened the story; no other one was close\n" in out


def test_a_story_says_what_it_shares_and_what_is_related(paths, capsys):
    show_story(paths, otis(paths), in_full=False, as_json=False)
    out = capsys.readouterr().out
    assert "shared, en  Otis, Acapulco\n" in out
    assert "in both     Otis, Acapulco\n" in out
    assert "Gazette\tOtis nears Acapulco\tsame text as Wire\n" in out
    assert out.endswith(
        "Related stories\nid\tp\theadline\tnames\nsr\t.12\tRain in Oaxaca\t\n"
    )


def test_an_item_that_came_later_says_how(paths, capsys):
    story = otis(paths)
    with Store(paths.db) as store:
        merge = Change("merge", (Move("r", "sr", "sa"),), "one storm", 0.8)
        store.stories.change(merge, NOW)
    show_story(paths, story, in_full=False, as_json=False)
    assert (
        "Rain in Oaxaca\tcame here by a merge on 2026-03-02 12:00 UTC by the monitor"
        " (linkage .80): one storm\n"
    ) in capsys.readouterr().out


def test_json_says_the_same_as_data(paths, capsys):
    show_story(paths, otis(paths), in_full=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["shared"]["both"] == ["Otis", "Acapulco"]
    assert told["related"] == [
        {
            "id": "sr",
            "headline": {"en": "Rain in Oaxaca", "es": None},
            "score": 0.125,
            "names": [],
        }
    ]
    assert [i["copy_of"] for i in told["items"]] == [None, "a", None]
    assert told["items"][2]["why"]["runner_up"] == "sr"


def test_no_control_character_of_a_feed_reaches_the_terminal(paths, capsys):
    evil = item("Evil\x1b[31m", id="a", outlet="Wire\x07")
    show_story(paths, told(paths, evil, item("B", minutes=9)), True, False)
    assert re.sub(r"[\n\t]", " ", capsys.readouterr().out).isprintable()


def test_days_from_before_the_calendar_begins_are_all_days(paths, capsys):
    told(paths, item("Long ago", id="a", published=datetime(2, 1, 1, tzinfo=UTC)))
    list_stories(paths, 36_500, False)
    assert "Long ago" in capsys.readouterr().out
    for export in (export_stories, export_items):
        export(paths, "json", Span(36_500), {}, None)
        assert "Long ago" in capsys.readouterr().out
