"""What ``monitor stats`` says of feeds."""

import json
from datetime import timedelta

import pytest

from builders import NOW, TODAY, feed, poll_day
from monitor import pipeline
from monitor.feeds.health import report
from monitor.model import FeedState
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.stats import remarks, stats

ONE = feed("Uno", "MX", url="https://uno.example/rss")
YAML = """
contact: desk@example.org
feeds:
  - url: https://uno.example/rss
    outlet: Uno
    country: MX
    language: es
    kind: national
    owner: Uno
    tz: America/Mexico_City
"""


@pytest.fixture
def paths(tmp_path, monkeypatch):
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    paths.config.write_text(YAML)
    monkeypatch.setattr(compose, "now", lambda: NOW)
    return paths


def weeks(daily: int, count: int = 70, **today: int):
    """Ten weeks with ``daily`` new items a day, and what ``today`` brought."""
    past = [
        poll_day(ONE, TODAY - timedelta(days=n), new=daily) for n in range(1, count)
    ]
    return [*past, poll_day(ONE, **today)]


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [
        (FeedState(ONE.url), weeks(10, new=5), []),
        (FeedState(ONE.url, retired=NOW), [], ["answered 410 on 2026-03-02"]),
        (FeedState(ONE.url), weeks(10, new=200), ["floods"]),
        (FeedState(ONE.url), weeks(10, new=10, undated=10), []),
        (
            FeedState(ONE.url),
            [poll_day(ONE, new=10, undated=5, future=3)],
            ["50% of its new items have no date", "30% of its new items are dated"],
        ),
        (
            FeedState(ONE.url),
            [
                poll_day(ONE, TODAY - timedelta(days=n), new=40 if n > 30 else 5)
                for n in range(100)
            ],
            ["brings 5 items a day since 2026-01-31, before that 40"],
        ),
        (
            FeedState(ONE.url),
            [
                poll_day(ONE, TODAY - timedelta(days=n), new=20 if n > 5 else 0)
                for n in range(60)
            ],
            ["has had nothing new for 5 days", "brings 6 items a day since"],
        ),
    ],
)
def test_a_feed_gets_the_remarks_it_deserves(state, days, said):
    found = list(remarks(report(ONE, state, days, [], TODAY)))
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert words in line


def test_the_json_holds_each_feeds_health(paths, capsys):
    with Store(paths.db) as store:
        store.feeds.put(FeedState(ONE.url, failures=2, error="answered 502"))
        store.feeds.fail(ONE.url, "soft", "answered 502", NOW)
        for day in weeks(4):
            store.feeds.count(day)
    stats(paths, as_json=True)
    [row] = json.loads(capsys.readouterr().out)["feeds"]
    assert (row["outlet"], row["healthy"], row["failures"]) == ("Uno", False, 2)
    assert row["usual_per_day"] == 4
    assert row["reasons"][0]["reason"] == "answered 502"
    assert row["reasons"][0]["last"] == NOW.isoformat()
    assert (row["share_undated"], row["is_silent"]) == (0, False)


def test_the_table_names_the_feeds_to_look_at(paths, capsys):
    with Store(paths.db) as store:
        store.feeds.put(FeedState(ONE.url, retired=NOW, last_good=NOW))
    stats(paths, as_json=False)
    out = capsys.readouterr().out
    assert "Feeds to look at" in out
    assert "answered 410" in out
    assert f"'monitor feeds remove {ONE.url}'" in out
    [header, *_] = [line for line in out.splitlines() if line.startswith("outlet\t")]
    assert header == "outlet\tcountry\tremark\turl"


def test_reports_look_back_as_far_as_health_needs(store):
    for back in (pipeline.HISTORY_DAYS, pipeline.HISTORY_DAYS + 1):
        store.feeds.count(poll_day(ONE, TODAY - timedelta(days=back), new=1))
    assert set(store.feeds.days(TODAY - timedelta(days=pipeline.HISTORY_DAYS))) == {
        ONE.url
    }
    [found] = pipeline.feed_reports([ONE], store, NOW)
    assert found.feed == ONE
