"""``monitor coverage``: what a person types, reads and gets."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show
from monitor.cli import app
from monitor.model import Item
from monitor.store.database import Store
from monitor.verbs.span import Span

FEEDS_YAML = """\
contact: desk@example.org
translation: {engine: none}
watchlists:
  - {name: Water, terms: [water]}
feeds:
  - url: https://ledger.example/feed.xml
    outlet: Ledger
    country: US
    language: en
    kind: national
    owner: Ledger
    tz: America/New_York
"""


class Desk:
    """A folder with a feeds.yaml and a database of stories."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "feeds.yaml").write_text(FEEDS_YAML, encoding="utf-8")

    def keep(self, *stories: list[Item]) -> None:
        with Store(self.folder / "monitor.db") as store:
            for items in stories:
                show(store, items)
                opener = min(items, key=lambda i: i.published)
                store.stories.assign(assignment(i, f"s{opener.id}") for i in items)

    def __call__(self, *words: object, status: int = 0) -> str:
        flags = ["--config", self.folder / "feeds.yaml"]
        flags += ["--db", self.folder / "monitor.db", "coverage", "followers"]
        done = CliRunner().invoke(app, [str(word) for word in (*flags, *words)])
        assert done.exit_code == status, done.output
        return done.output


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def led(n: int, after: float, title: str = "Trade") -> list[Item]:
    """A story that Ledger has first, Diario so many minutes after."""
    return [
        item(f"{title} {n}", outlet="Ledger", minutes=-60 * n),
        item(f"Nota {n}", "MX", outlet="Diario", minutes=-60 * n + after),
    ]


def test_outlets_are_compared_over_the_stories_they_share(desk):
    desk.keep(*(led(n, after) for n, after in enumerate((10, 20, 30, 200, -10))))
    assert desk() == (
        "leader\tfollower\tstories\tfirst\tlag\tmiddle half\tunsure\n"
        "US Ledger\tMX Diario\t5\t4:1\t20 min\t10 min to 30 min\t0\n"
    )


def test_few_stories_say_little_of_two_outlets(desk):
    desk.keep(*(led(n, 10) for n in range(4)))
    assert "Ledger" not in desk()
    assert "US Ledger\tMX Diario\t4\t4:0" in desk("--least", 4)


def test_sides_are_compared_in_all(desk):
    desk.keep(led(0, -30), led(1, -90), led(2, 0))
    assert "\nMX\tUS\t3\t2:0 (=1)\t30 min\t15 min to 1 h\t0\n" in desk("--by", "side")


def test_sides_are_compared_by_watch_list(desk):
    desk.keep(led(0, 30, "Water"), led(1, -90), led(2, -50))
    assert desk("--by", "watchlist").splitlines()[1:] == [
        "Water\tUS\tMX\t1\t1:0\t30 min\t30 min to 30 min\t0",
        "-\tMX\tUS\t2\t2:0\t1 h 10 min\t1 h to 1 h 20 min\t0",
    ]


def test_sides_are_compared_by_theme(desk):
    desk.keep(
        led(0, 30, "Tariff on steel"), led(1, -90, "Tariffs"), led(2, -50, "Rain")
    )
    told = [line.split("\t") for line in desk("--by", "theme").splitlines()[1:]]
    assert [(theme, n) for theme, _, _, n, *_ in told] == [("trade", "2"), ("-", "1")]
    [trade, _] = json.loads(desk("--by", "theme", "--json"))
    assert (trade["theme"], trade["stories"]) == ("trade", 2)


def test_outlets_of_one_side_are_compared_when_asked(desk):
    story = [*led(0, 10), item("Eco", "MX", outlet="Hora", minutes=70)]
    desk.keep(story)
    told = desk("--same-side", "--least", 1)
    assert told.splitlines()[1:] == ["MX Diario\tMX Hora\t1\t1:0\t1 h\t1 h to 1 h\t0"]


def test_json_has_every_count(desk):
    bounded = [
        *led(3, 40),
        item("Nota", "MX", outlet="Diario", minutes=-170, date_source="fetched"),
    ]
    desk.keep(led(0, -30), bounded)
    [told] = json.loads(desk("--json", "--least", 1))
    assert told == {
        "leader": {"country": "MX", "outlet": "Diario"},
        "follower": {"country": "US", "outlet": "Ledger"},
        "stories": 2,
        "led": 1,
        "followed": 0,
        "ties": 0,
        "bounded": 1,
        "unclear": 0,
        "certainty": {"feed": 1, "default-zone": 0},
        "low_minutes": 30,
        "median_minutes": 30,
        "high_minutes": 30,
    }


def test_a_story_counts_in_the_period_in_which_it_began(desk):
    day = 24 * 60
    before = [
        item("Trade", outlet="Ledger", minutes=-day),
        item("Nota", "MX", outlet="Diario", minutes=5),
    ]
    desk.keep(before, led(0, 10))

    def stories(*words: str) -> list[int]:
        return [
            row["stories"] for row in json.loads(desk("--by=side", "--json", *words))
        ]

    assert stories() == [2]
    assert stories("--since", "2026-03-01") == [2]
    assert stories("--since", "2026-03-01", "--until", "2026-03-01") == [1]
    assert stories("--since", "2026-03-02") == [1]
    assert stories("--days", "1") == [1]
    assert stories("--since", "2026-02-01", "--until", "2026-02-28") == []


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2026-03-01", "--days", "3"),
        ("--since", "2026-03-02", "--until", "2026-03-01"),
        ("--same-side", "--by", "side"),
        ("--days", "0"),
        ("--since", "yesterday"),
    ],
)
def test_flags_that_contradict_are_usage_errors(desk, words):
    desk.keep(led(0, 10))
    assert "Usage" in desk(*words, status=2)


def test_without_a_database_the_remedy_is_told(desk):
    done = CliRunner().invoke(
        app,
        ["--config", str(desk.folder / "feeds.yaml"), "--db", "none.db"]
        + ["coverage", "followers"],
    )
    assert "run 'monitor poll' first" in str(done.exception)


def test_a_period_is_of_whole_days_or_reaches_back_from_the_newest_item():
    first = datetime(2026, 3, 1, tzinfo=UTC)
    assert Span(30, date(2026, 3, 1), date(2026, 3, 2)).times(NOW) == (
        first,
        first + timedelta(days=2),
    )
    end = NOW + timedelta(seconds=1)
    assert Span(30, date(2026, 3, 1)).times(NOW) == (first, end)
    assert Span(7).times(NOW) == (end - timedelta(days=7), end)
    old = datetime(3, 1, 1, tzinfo=UTC)
    assert Span(36_500).times(old)[0].year == 1
    last = Span(7, until=date.max).times(NOW)[1]
    assert last == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
