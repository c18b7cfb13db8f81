"""
One story from its first item to its crossing, through every piece that tells of it: a
real database, the verbs as a person types them, editions, and a receiver of webhooks.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, TODAY, assignment, feed, item, poll_day, show
from monitor.cli import app
from monitor.model import SIDES, Country, FeedState, Item
from monitor.store.database import Store
from monitor.verbs import compose
from receivers import SECRET, Receiver, receiving

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OUTLETS = {
    "US": ("Hudson Dispatch", "Rio Bend Courier", "Delta Ledger", "Prairie Wire"),
    "MX": ("Diario Anáhuac", "Mercado Hoy", "Gaceta del Norte", "Voz de Sonora"),
}
FEEDS = [feed(outlet, side) for side in SIDES for outlet in OUTLETS[side]]
DAM = "Dam gives way above Rio Seco"
BEGAN = NOW - 20 * HOUR
"""When the first US outlet had it."""
CROSSED = NOW + 6 * HOUR
"""When the first Mexican one did."""


class Desk:
    """A folder with a feeds.yaml, a database, and somebody who types."""

    def __init__(
        self, folder: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.db = folder / "monitor.db"
        self._receiver = receiver
        self._monkeypatch = monkeypatch
        fields = ("url", "outlet", "country", "language", "kind", "owner", "tz")
        (folder / "feeds.yaml").write_text(
            json.dumps(
                {
                    "contact": "desk@example.org",
                    "translation": {"engine": "none"},
                    "feeds": [
                        {name: getattr(f, name) for name in fields} for f in FEEDS
                    ],
                    "alerts": [
                        {
                            "name": "Border desk",
                            "on": ["blind-spot", "crossing"],
                            "webhook": receiver.url,
                            "secret": "DESK_SECRET",
                            "local": True,
                            "language": "en",
                        }
                    ],
                    "digest": {
                        "subscribers": [
                            {
                                "name": "Dana",
                                "address": "dana@desk.example",
                                "language": "en",
                                "tz": "America/New_York",
                                "time": "07:00",
                            }
                        ]
                    },
                }
            ),
            encoding="utf-8",
        )

    def take(self, items: list[Item], story: str | None, now: datetime) -> None:
        """Items come in, of feeds that all answer, and get their story."""
        with Store(self.db) as store:
            for of in FEEDS:
                store.feeds.put(FeedState(of.url, last_poll=now, last_good=now))
                store.feeds.count(poll_day(of, now.date()))
            show(store, items, now)
            store.stories.assign(assignment(each, story) for each in items)

    def at(self, now: datetime, *words: str) -> str:
        """What a verb says at that time."""
        self._monkeypatch.setattr(compose, "now", lambda: now)
        self._receiver.clock = now.timestamp
        flags = ["--config", str(self.folder / "feeds.yaml"), "--db", str(self.db)]
        done = CliRunner().invoke(app, [*flags, *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    def edition(self, day: int, now: datetime) -> tuple[str, dict[str, object]]:
        """The text of the edition of so many days after TODAY, and the dam in JSON."""
        name = f"{TODAY + day * DAY}"
        self.at(now, "digest", "--date", name, "--out", str(self.folder / "out"))
        text = (self.folder / "out" / f"{name}-dana.txt").read_text(encoding="utf-8")
        made = json.loads((self.folder / "out" / f"{name}-dana.json").read_text())
        [dam] = [s for s in made["stories"] if s["id"] == "dam"]
        return " ".join(text.split()), dam


def usual() -> list[Item]:
    """Ten days in which every outlet has an item an hour."""
    return [
        item(f"{of.outlet} {n}", of.country, outlet=of.outlet, minutes=-60.0 * n)
        for of in FEEDS
        for n in range(3, 24 * 10)
    ]


def dam(side: Country, title: str, at: datetime, outlets: int = 4) -> list[Item]:
    return [
        item(title, side, outlet=outlet, published=at + n * HOUR, seen=at + n * HOUR)
        for n, outlet in enumerate(OUTLETS[side][:outlets])
    ]


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """Kind and story of all that came with a right signature."""
    assert receiver.forged == 0
    return [
        (notice["kind"], notice["story"])
        for _, body in receiver.taken
        for notice in json.loads(body)["notices"]
    ]


@pytest.fixture
def receiver(monkeypatch) -> Iterator[Receiver]:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    with receiving() as found:
        yield found


def test_a_story_is_a_blind_spot_until_the_other_side_takes_it_up(
    receiver, tmp_path, monkeypatch
):
    desk = Desk(tmp_path, receiver, monkeypatch)
    with Store(desk.db) as store:
        for of in FEEDS:
            for n in range(1, 10):
                store.feeds.count(poll_day(of, TODAY - n * DAY))
    desk.take(usual(), None, NOW - 3 * HOUR)
    desk.take(dam("US", DAM, BEGAN), "dam", NOW - 3 * HOUR)
    desk.at(NOW - 2 * HOUR, "alerts", "check")
    assert told(receiver) == []

    # Mexico says nothing, and could have.
    said = desk.at(NOW - HOUR, "compare")
    assert said == "compare: dam: MX silent on 4 items of 4 owners\n"
    desk.at(NOW - HOUR, "alerts", "check")
    assert told(receiver) == [("blind-spot", "dam")]

    # The morning's edition names it.
    text, story = desk.edition(0, NOW)
    assert "Blind spots of Mexico" in text
    assert f"{DAM} Hudson Dispatch" in text.split("Blind spots of Mexico")[1]
    assert "Mexico silent for 20 h; its usual share would be 4 items by now." in text
    assert (story["section"], story["blind_spot"]["silent"]) == ("blind-MX", "MX")

    # It crosses the border.
    desk.take(dam("MX", "Se rompe presa", CROSSED, 1), "dam", CROSSED + HOUR)
    assert desk.at(CROSSED + HOUR, "compare") == (
        "compare: dam: MX silent no more: picked-up\n"
    )
    desk.at(CROSSED + HOUR, "alerts", "check")
    assert told(receiver) == [("blind-spot", "dam"), ("crossing", "dam")]
    [_, (delivery, body)] = receiver.taken
    [notice] = json.loads(body)["notices"]
    assert (notice["leader"], notice["lag_minutes"]) == ("US", 26 * 60)
    assert [h["outlet"] for h in notice["headlines"]] == [
        "Hudson Dispatch",
        "Diario Anáhuac",
    ]
    assert delivery == json.loads(body)["id"]

    # The next edition says so, and for how long there was silence.
    text, story = desk.edition(1, NOW + DAY)
    assert "Blind spots of Mexico" not in text
    assert "After 26 h of silence in Mexico." in text.split("Crossed the border")[1]
    assert (story["section"], story["crossed"]) == ("crossed", "MX")
    assert story["silence_broken"] == {"silent": "MX", "minutes": 26 * 60}

    # Yesterday's, made again, is still that of yesterday; nothing is told twice.
    assert desk.edition(0, NOW + DAY)[1]["section"] == "blind-MX"
    assert "no blind spot" in desk.at(NOW + DAY, "compare")
    desk.at(NOW + DAY, "alerts", "check")
    assert len(receiver.taken) == 2


def test_a_silence_of_feeds_that_are_down_is_not_told(receiver, tmp_path, monkeypatch):
    desk = Desk(tmp_path, receiver, monkeypatch)
    with Store(desk.db) as store:
        for of in FEEDS:
            for n in range(1, 10):
                store.feeds.count(poll_day(of, TODAY - n * DAY))
    desk.take(usual(), None, NOW - 3 * HOUR)
    desk.take(dam("US", DAM, BEGAN), "dam", NOW - 3 * HOUR)
    desk.at(NOW - 2 * HOUR, "alerts", "check")
    with Store(desk.db) as store:
        for of in FEEDS[4:6]:
            down = FeedState(of.url, last_poll=NOW - 2 * HOUR, error="timed out")
            store.feeds.put(down)
    assert "no blind spot" in desk.at(NOW - HOUR, "compare")
    desk.at(NOW - HOUR, "alerts", "check")
    assert told(receiver) == []
    text, story = desk.edition(0, NOW)
    assert "leaves out: 2 of 4 Mexican feeds were down." in text
    assert story["section"] == "US"
