"""What a person types about alerts, and how often a long run looks."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, assignment, feed, item, show, watchlist
from editions import blind_spot
from monitor import alerting
from monitor.config.mistakes import MistakesError
from monitor.config.settings import Config, PollSettings
from monitor.coverage.blindspots import Revision
from monitor.model import FeedState
from monitor.query import parse_query
from monitor.readers import Alert, QuietHours
from monitor.store.database import Store
from monitor.verbs.alerts import Lookout
from monitor.verbs.compose import Paths

MINUTE = timedelta(minutes=1)
FEEDS = (feed("The Potomac Ledger"), feed("Diario Anáhuac", "MX"))
ALERT = Alert("Desk", on=("crossing", "blind-spot", "jump", "watchlist"), to="DESK")


def desk(*alerts: Alert, **more) -> Config:
    return Config(
        contact="desk@example.org",
        poll=PollSettings(),
        engine="none",
        mail=None,
        subscribers=(),
        feeds=FEEDS,
        alerts=alerts or (ALERT,),
        **{"watchlists": (), **more},
    )


def take(store: Store, *items, story: str = "s1", now=NOW) -> None:
    show(store, items, now)
    store.stories.assign(assignment(each, story) for each in items)


def us(number: int, minutes: float = 0, title: str = "Trade", outlet: str = "A"):
    at = NOW + minutes * MINUTE
    return item(title, id=f"u{number}", outlet=outlet, published=at, seen=at)


class Looks:
    """A lookout whose looks are counted."""

    def __init__(self, store: Store, monkeypatch, config: Config) -> None:
        self.store = store
        self.count = 0
        self.said: list[str] = []
        self.config = config
        self.lookout = Lookout(config.feeds, self.said.append)
        real = alerting.note

        def counted(*args):
            self.count += 1
            return real(*args)

        monkeypatch.setattr(alerting, "note", counted)

    def at(self, minutes: float) -> bool:
        """Whether the look was had."""
        before = self.count
        self.lookout.look(self.store, self.config, NOW + minutes * MINUTE)
        return self.count > before


@pytest.fixture
def looks(store, monkeypatch) -> Looks:
    take(store, us(1))
    made = Looks(store, monkeypatch, desk())
    assert made.at(0)
    return made


# --- how often -----------------------------------------------------------------------


def test_nothing_is_looked_at_while_nothing_has_changed(looks):
    assert [looks.at(n) for n in (1, 2, 9)] == [False, False, False]


def test_what_gets_its_story_is_looked_at(looks):
    take(looks.store, us(2, 1), now=NOW + MINUTE)
    assert [looks.at(1), looks.at(2)] == [True, False]


def test_an_item_without_a_story_is_nothing_yet(looks):
    show(looks.store, [us(2, 1)], NOW + MINUTE)
    assert not looks.at(1)


def test_a_blind_spot_that_opened_is_looked_at(looks):
    spot = replace(blind_spot("s1", "MX", -900), opened=NOW + MINUTE)
    looks.store.blind_spots.put([Revision(None, spot)])
    assert [looks.at(1), looks.at(2)] == [True, False]
    assert looks.said == ["alerts: [Desk] Blind spot: Trade"]


def test_volumes_that_were_counted_anew_are_looked_at(looks):
    looks.lookout.count(looks.store, NOW + 10 * MINUTE)
    assert [looks.at(10), looks.at(11)] == [True, False]


def test_what_is_held_back_is_looked_at_until_it_is_told(store, monkeypatch):
    until = (NOW + 3 * MINUTE).time()
    night = QuietHours((NOW - MINUTE).time(), until, "UTC")
    looks = Looks(store, monkeypatch, desk(replace(ALERT, quiet_hours=night)))
    take(store, us(1))
    looks.at(0)
    take(store, us(2, 1), story="s2", now=NOW + MINUTE)
    there = item("Comercio", "MX", id="m2", published=NOW, seen=NOW + MINUTE)
    take(store, there, story="s2", now=NOW + MINUTE)
    assert [looks.at(n) for n in (1, 2, 3)] == [True, True, True]
    assert looks.said == ["alerts: [Desk] Crossed the border: Trade"]
    assert not looks.at(4)


def test_a_look_that_failed_is_had_again(looks, monkeypatch):
    take(looks.store, us(2, 1), now=NOW + MINUTE)

    def fails(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(alerting, "note", fails)
        with pytest.raises(RuntimeError):
            looks.at(1)
    assert looks.at(2)


# --- what goes in --------------------------------------------------------------------


def test_a_jump_of_a_story_of_the_theme_is_told(store):
    said: list[str] = []
    config = desk(replace(ALERT, on=("jump",), themes=("water",)))
    lookout = Lookout(config.feeds, said.append)
    take(store, us(0, -300))
    lookout.look(store, config, NOW - 200 * MINUTE)
    for n in range(8):
        drought = us(n + 10, n - 10, "Reservoirs and drought", f"Outlet {n}")
        match = us(n + 30, n - 10, "Ball game tonight", f"Outlet {n}")
        take(store, drought, story="water", now=NOW)
        take(store, match, story="ball", now=NOW)
    lookout.count(store, NOW)
    lookout.look(store, config, NOW)
    assert said == ["alerts: [Desk] Jump in volume: Reservoirs and drought"]


def test_feeds_that_cannot_be_read_are_told(store):
    said: list[str] = []
    config = desk(replace(ALERT, on=("quiet",)))
    lookout = Lookout(config.feeds, said.append)
    take(store, us(1))
    for of in FEEDS:
        store.feeds.put(FeedState(of.url, last_poll=NOW, last_good=NOW))
    lookout.look(store, config, NOW)
    later = NOW + 10 * MINUTE
    store.feeds.put(FeedState(FEEDS[1].url, last_poll=later, error="timed out"))
    lookout.count(store, later)
    lookout.look(store, config, later)
    assert said == ["alerts: [Desk] Feeds gone quiet"]


def test_a_changed_query_begins_anew_in_silence(store):
    said: list[str] = []

    def look(query: str, minutes: float) -> None:
        lists = (replace(watchlist("Water"), terms=(), query=parse_query(query)),)
        config = desk(replace(ALERT, on=("watchlist",)), watchlists=lists)
        Lookout(FEEDS, said.append).look(store, config, NOW + minutes * MINUTE)

    take(store, us(1, -60, "Rain"))
    look("water", -30)
    take(store, us(2, -20, "Energy"), story="s2", now=NOW - 20 * MINUTE)
    look("water OR energy", 0)
    assert said == []
    take(store, us(3, 1, "More energy"), story="s3", now=NOW + MINUTE)
    look("water OR energy", 2)
    assert said == ["alerts: [Desk] On a watch-list: More energy"]


# --- names of themes -----------------------------------------------------------------


def tree(**more) -> dict[str, object]:
    """A feeds.yaml of one feed."""
    fields = ("url", "outlet", "country", "language", "kind", "owner", "tz")
    of = {name: getattr(FEEDS[0], name) for name in fields}
    return {"contact": "desk@example.org", "feeds": [of], **more}


def reading(tmp_path, **more) -> Paths:
    path = tmp_path / "feeds.yaml"
    path.write_text(json.dumps(tree(**more)), encoding="utf-8")
    return Paths(path, tmp_path / "monitor.db")


def reader(*themes: str) -> dict[str, object]:
    one = {"name": "Dana", "address": "dana@desk.example", "tz": "Etc/UTC"}
    return {"subscribers": [{**one, "time": "06:00", "themes": list(themes)}]}


def alert(*themes: str) -> list[dict[str, object]]:
    return [{"name": "Desk", "on": ["jump"], "to": "DESK", "themes": list(themes)}]


def test_every_name_of_no_theme_is_found_with_the_nearest_one(tmp_path):
    paths = reading(tmp_path, digest=reader("water", "tradee"), alerts=alert("spurt"))
    with pytest.raises(MistakesError) as found:
        paths.read_config()
    of_reader, of_alert = (
        line.partition("feeds.yaml: ")[2] for line in found.value.mistakes
    )
    assert of_reader == (
        "digest.subscribers: Dana: themes: no theme is named 'tradee'; "
        "did you mean 'trade'?"
    )
    assert of_alert == (
        "alerts: Desk: themes: no theme is named 'spurt'; did you mean 'sport'?"
    )


def test_a_theme_of_ones_own_is_known_and_a_dropped_one_is_not(tmp_path):
    own = {"name": "ferries", "en": "Ferries", "es": "Transbordadores"}
    own |= {"terms": {"en": ["ferry"], "es": ["transbordador"]}}
    paths = reading(tmp_path, themes=[own], digest=reader("ferries"))
    assert paths.read_config().subscribers[0].themes == ("ferries",)
    gone = [{"name": "sport", "drop": True}]
    with pytest.raises(MistakesError, match="no theme is named 'sport'"):
        reading(tmp_path, themes=gone, alerts=alert("sport")).read_config()
