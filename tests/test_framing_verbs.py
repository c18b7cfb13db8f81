"""What a person reads of framing and of changed headlines on the command line."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show, sighting
from monitor.cli import app
from monitor.errors import ConfigError
from monitor.model import Item
from monitor.store.database import Store
from monitor.verbs.compose import Paths
from monitor.verbs.framing import show_framing, show_retitles
from monitor.verbs.look import show_story
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
framing:
  - concept: rivers
    frames:
      - {frame: river, en: [river], es: [río]}
      - {frame: border, en: [border river], es: [río fronterizo]}
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    made.config.write_text(FEEDS_YAML, encoding="utf-8")
    return made


def keep(paths: Paths, *items: Item) -> None:
    """The items, all of them in the story ``s``."""
    with Store(paths.db) as store:
        show(store, items)
        store.stories.assign(assignment(one, "s") for one in items)


def rivers() -> list[Item]:
    titles = {"US": "The river rises", "MX": "El río fronterizo crece"}
    return [
        item(f"{titles[c]} {n}", c, id=f"{c}{n}", outlet=f"{c} {n % 3}", minutes=n)
        for c in ("US", "MX")
        for n in range(8)
    ]


ALL = Span(days=7)


def told(paths: Paths, capsys, span: Span = ALL, concept="rivers", words=False) -> dict:
    show_framing(paths, span, concept, words, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_the_table_has_counts_shares_scores_and_two_headlines(paths, capsys):
    keep(paths, *rivers())
    show_framing(paths, ALL, "rivers", with_words=False, as_json=False)
    head, river, border = capsys.readouterr().out.splitlines()
    assert head.startswith("concept\tframe\tUS\tUS_share\tMX\tMX_share\tz\t")
    assert river.split("\t")[:6] == ["rivers", "river", "8", "100%", "0", "-"]
    assert float(river.split("\t")[6]) > 1.96
    assert border.split("\t")[6] == "-" + river.split("\t")[6].removeprefix("+")
    assert river.split("\t")[7] == "US 0: The river rises 0 | US 1: The river rises 1"


def test_json_has_the_headlines_behind_every_number(paths, capsys):
    keep(paths, *rivers())
    found = told(paths, capsys)
    assert found["items"] == {"US": 8, "MX": 8}
    [concept] = found["concepts"]
    [river, border] = concept["frames"]
    assert concept["uses"] == {"US": 8, "MX": 8}
    cell = border["sides"]["MX"]
    assert (cell["items"], cell["texts"], cell["share"]) == (8, 8, 1.0)
    first = cell["mentions"][0]
    assert first["id"] == "MX0" and first["part"] == "title"
    assert first["title"][first["start"] : first["end"]] == "río fronterizo"
    assert first["words"] == "río fronterizo"
    assert river["z"] == pytest.approx(-border["z"])


def test_a_story_is_told_alone_and_with_its_words(paths, capsys):
    keep(paths, *rivers())
    with Store(paths.db) as store:
        show(store, [item("Another river", id="z")])
    assert told(paths, capsys)["items"]["US"] == 9
    found = told(paths, capsys, Span(7, story="s"))
    assert found["items"] == {"US": 8, "MX": 8}
    assert found["words"] == []  # the background has nothing to compare with


def test_words_carry_their_items(paths, capsys):
    bulletin = [
        item(f"Flood {n}", "MX", "en", id=f"f{n}", outlet=f"Bulletin {n % 2}")
        for n in range(8)
    ]
    keep(paths, *rivers(), *bulletin)
    words = {w["lemma"]: w for w in told(paths, capsys, words=True)["words"]}
    assert {words["flood"]["side"], words["flood"]["against"]} == {"MX", "other side"}
    assert [one["id"] for one in words["flood"]["items"]] == [f"f{n}" for n in range(8)]
    show_framing(paths, ALL, "rivers", with_words=True, as_json=False)
    assert "\nWords by side\nword\t" in capsys.readouterr().out


def test_days_may_be_named(paths, capsys):
    late = item("River again", id="z", published=NOW + timedelta(days=2))
    keep(paths, *rivers(), late)
    day = Span(7, since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert told(paths, capsys, day)["items"]["US"] == 8
    assert told(paths, capsys, Span(7, since=date(2026, 3, 3)))["items"]["US"] == 1
    assert told(paths, capsys, Span(1))["items"]["US"] == 1


def test_an_unknown_concept_or_story_names_the_remedy(paths):
    keep(paths, *rivers())
    with pytest.raises(
        ConfigError, match="'river'; expected one of migrants, .*rivers"
    ):
        show_framing(paths, ALL, "river", False, False)
    with pytest.raises(ConfigError, match="no story has the id 'x'; see 'monitor sto"):
        show_framing(paths, Span(7, story="x"), None, False, False)


def test_a_story_and_days_do_not_go_together(paths):
    before = ["--config", str(paths.config), "--db", str(paths.db), "coverage"]
    for flags in (
        ["framing", "--story", "s", "--since", "2026-03-02"],
        ["retitles", "--since", "2026-03-02", "--until", "2026-03-01"],
    ):
        assert CliRunner().invoke(app, [*before, *flags]).exit_code == 2


# --- headlines -----------------------------------------------------------------


def reworded(paths: Paths) -> None:
    """Two items under one story; both get other headlines, one only in capitals."""
    keep(
        paths,
        item("Illegals found", id="a", outlet="Ledger"),
        item("Rain", id="b", outlet="Star"),
    )
    with Store(paths.db) as store:
        for id_, title in (("a", "Migrants found"), ("b", "RAIN")):
            old = store.items.named([id_])[id_]
            later = NOW + timedelta(minutes=25)
            store.items.add([sighting(replace(old, title=title))], old.feed, (), later)


def test_changed_headlines_are_told_with_their_words(paths, capsys):
    reworded(paths)
    show_retitles(paths, ALL, None, as_json=False)
    head, line = capsys.readouterr().out.splitlines()
    assert dict(zip(head.split("\t"), line.split("\t"), strict=True)) == {
        "at": "2026-03-02T12:25:00+00:00",
        "minutes": "25",
        "country": "US",
        "outlet": "Ledger",
        "id": "a",
        "went": "Illegals",
        "came": "Migrants",
        "before": "Illegals found",
        "after": "Migrants found",
    }


def test_changed_headlines_may_be_of_one_outlet_or_story(paths, capsys):
    reworded(paths)
    for span, outlet, ids in (
        (ALL, "Ledger", ["a"]),
        (ALL, "Star", []),
        (Span(7, story="s"), None, ["a"]),
        (Span(7, until=date(2026, 3, 1)), None, []),
    ):
        show_retitles(paths, span, outlet, as_json=True)
        found = json.loads(capsys.readouterr().out)
        assert [each["item"]["id"] for each in found] == ids


def test_a_headline_changed_twice_is_told_for_the_day_alone(paths, capsys):
    reworded(paths)
    with Store(paths.db) as store:
        old = store.items.named(["a"])["a"]
        shown = [sighting(replace(old, title="Workers found"))]
        store.items.add(shown, old.feed, (), NOW + timedelta(days=1))
    show_retitles(paths, Span(7, since=date(2026, 3, 3)), None, as_json=True)
    [told] = json.loads(capsys.readouterr().out)
    assert (told["before"], told["after"]) == ("Migrants found", "Workers found")


def test_a_story_says_which_of_its_headlines_were_changed(paths, capsys):
    reworded(paths)
    show_story(paths, "s", in_full=False, as_json=False)
    assert "\nChanged headlines\nat\tminutes\t" in capsys.readouterr().out
    show_story(paths, "s", in_full=False, as_json=True)
    [told] = json.loads(capsys.readouterr().out)["retitles"]
    assert (told["before"], told["after"]) == ("Illegals found", "Migrants found")
    assert (told["went"], told["came"]) == (["Illegals"], ["Migrants"])
