"""The dashboard over a real socket and a real database, read as a browser would."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import pytest

from builders import NOW, assignment, feed, item, show, translation, watchlist
from monitor.change import Change, Correction, Move, TakenBack
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon
from monitor.digest.palette import PALETTE
from monitor.errors import ConfigError
from monitor.model import Feed, FeedState, Item, Translation, Why
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.web import server
from monitor.web.app import create_app
from monitor.web.site import Site
from monitor.web.today_page import MOST_BOTH, MOST_ONLY

FEEDS = (feed("Ledger", "US"), feed("Bravo", "US"), feed("Anáhuac", "MX"))
DESK = Desk(FEEDS, {f.outlet: f.owner for f in FEEDS}, (watchlist("Water"),), "auto")
ROOT = Path(__file__).parent.parent
COMPARED = ("/framing", "/followers", "/blindspots", "/themes")
"""The pages that compare the two sides over many stories."""


# --- a browser -----------------------------------------------------------------


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def page(self) -> "Page":
        return Page.of(self.text)


class Browser:
    """Asks one server; names it as a browser would unless told otherwise."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, host: str | None = None, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            connection.putheader("Accept", "text/html,*/*;q=0.8")
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


FRAMED = {"dd", "details", "dl", "dt", "form", "h2", "input", "li", "summary", "ul"}
"""What tests look for in a page is not that of every page."""
VOID = {"input", "meta", "link", "br", "path", "rect", "line"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    is_frame: bool = False
    """Whether it stands on every page: in the header, or in the list of keys."""


class Page(HTMLParser):
    """Elements in order with all their text; refuses tags that do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []

    @classmethod
    def of(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        assert not page._open, f"never closed: {[e.tag for e in page._open]}"
        return page

    def handle_starttag(self, tag, attrs):
        if tag in {"br", "td", "th"}:
            self.handle_data(" ")
        is_frame = tag in {"header", "dialog"} or any(e.is_frame for e in self._open)
        element = Element(tag, dict(attrs), is_frame=is_frame)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open and self._open[-1].tag == tag, f"</{tag}> at {self.getpos()}"
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def find(self, tag: str, **attributes: str) -> list[Element]:
        names = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            e
            for e in self.elements
            if e.tag == tag
            and not (e.is_frame and tag in FRAMED)
            and all(value in (e.attributes.get(n) or "") for n, value in names.items())
        ]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        return [" ".join(e.text.split()) for e in self.find(tag, **attributes)]

    @property
    def text(self) -> str:
        return self.texts("main")[0]

    def foreign(self) -> list[Element]:
        """What no text of a feed may become, but for what stands on every page."""
        return [
            e
            for e in self.elements
            if any(name.startswith("on") or name == "style" for name in e.attributes)
            or e.tag in {"img", "style", "iframe", "embed", "object"}
            or (e.tag == "script" and e.attributes.get("src") != "/static/desk.js")
            or (e.tag == "form" and not e.is_frame and not _is_ours(e))
        ]

    @property
    def links(self) -> list[str]:
        return [e.attributes["href"] or "" for e in self.find("a")]


def _is_ours(form: Element) -> bool:
    return (form.attributes.get("action") or "").startswith("/")


@contextmanager
def served(app) -> Iterator[Browser]:
    stop = threading.Event()
    listener = server.listen(0)
    port = listener.getsockname()[1]
    thread = threading.Thread(
        target=server.serve, args=(app, listener, stop), daemon=True
    )
    thread.start()
    try:
        yield Browser(port)
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@dataclass
class Stage:
    """What the server of these tests shows; each test sets its own."""

    db: Path
    now: datetime = NOW


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, Browser]]:
    stage = Stage(tmp_path_factory.mktemp("web"))
    with served(
        create_app(Site(lambda: Store(stage.db), lambda: DESK, lambda: stage.now))
    ) as browser:
        yield stage, browser


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def clock(theatre, db: Path) -> Stage:
    stage, _ = theatre
    stage.db, stage.now = db, NOW
    return stage


@pytest.fixture
def browser(theatre, clock: Stage, store: Store) -> Browser:
    return theatre[1]


# --- a newsroom ----------------------------------------------------------------


def add(store: Store, *items: Item, story: str | None = None, why: Why | None = None):
    """Items in one story, which is named after the first."""
    show(store, items, NOW)
    name = story or f"s{items[0].id}"
    store.stories.assign(
        [
            assignment(i, name, score=0.75, why=why or Why({"names": 0.75}))
            for i in items
        ]
    )
    return name


def translate(store: Store, of: Item, title: str, **rest) -> Translation:
    made = translation(of, title, **rest)
    store.translations.add([made], NOW)
    return made


def polled(store: Store, *feeds: Feed, error: str | None = None, at: datetime = NOW):
    for each in feeds:
        good = None if error else at
        state = FeedState(each.url, last_poll=at, last_good=good, error=error)
        store.feeds.put(replace(state, failures=3 if error else 0))


def water(store: Store) -> str:
    """A story on both sides, Mexico first by 90 minutes."""
    mx = item("Acuerdan entregas de agua", "MX", outlet="Anáhuac", minutes=0)
    us = item("Water deal reached", "US", outlet="Ledger", minutes=90)
    story = add(store, mx, us)
    translate(store, mx, "They agree water deliveries")
    translate(store, us, "Alcanzado acuerdo de agua")
    return story


# --- today ---------------------------------------------------------------------


def test_today_shows_both_sides_of_a_story_with_original_and_translation(
    store, browser
):
    story = water(store)
    page = browser.get("/").page
    [card] = page.texts("article")
    assert "Mexico first by 1 h 30 min By the outlets’ own times" in card
    assert "UNITED STATES" not in card, "capitals are the style's, not the text's"
    assert page.texts("h3") == ["Water deal reached", "Acuerdan entregas de agua"]
    assert "They agree water deliveries machine translation, apertium" in card
    assert "Ledger, Mar 2, 07:30 1 item · 1 outlet · 1 owner" in card
    assert f"/stories/{story}" in page.links
    assert "2 items side by side" in card


def test_every_headline_says_its_language(store, browser):
    water(store)
    page = browser.get("/").page
    spoken = {
        e.text: e.attributes["lang"] for e in page.elements if "lang" in e.attributes
    }
    assert spoken["Acuerdan entregas de agua"] == "es"
    assert spoken["They agree water deliveries"] == "en"
    assert page.find("html")[0].attributes["lang"] == "en"


def test_stories_on_both_sides_come_before_those_of_one(store, browser):
    add(store, item("Solo aquí", "MX"), item("Solo aquí, dos", "MX", outlet="B"))
    add(store, item("Only here", "US"))
    water(store)
    page = browser.get("/").page
    assert page.texts("h2") == [
        "On watch-lists",
        "On both sides of the border",
        "Only in the United States",
        "Only in Mexico",
    ]
    assert page.texts("h3")[0] == "Water deal reached"
    [us, mx] = page.texts("ol", class_="list")
    assert "Only here" in us and "1 item · 1 outlet · 1 owner" in us
    assert "Solo aquí" in mx and "2 items · 2 outlets · 2 owners" in mx


def test_it_opens_on_the_day_of_the_newest_item_and_says_which(store, browser):
    add(store, item("Last year's", published=NOW - timedelta(days=330)))
    page = browser.get("/").page
    assert page.texts("h1") == ["Sunday, April 6, 2025"]
    assert "Mexico City’s clock (America/Mexico_City)" in page.text
    assert "Last year's" in page.text


def test_a_day_is_a_calendar_day_in_mexico_city(store, browser):
    midnight = datetime.fromisoformat("2026-03-02T00:00:00-06:00")
    for minutes, title in ((-1, "Late"), (0, "Early"), (60 * 24 - 1, "Night")):
        at = midnight + timedelta(minutes=minutes)
        add(store, item(title, published=at, seen=at))
    assert browser.get("/?day=2026-03-02").page.texts("h3") == ["Night", "Early"]
    assert browser.get("/?day=2026-03-01").page.texts("h3") == ["Late"]


def test_an_item_dated_ahead_of_our_clock_does_not_open_tomorrow(store, browser, clock):
    clock.now = datetime.fromisoformat("2026-03-02T23:50:00-06:00")
    add(
        store,
        item("Hasty", published=clock.now + timedelta(minutes=30), seen=clock.now),
    )
    assert browser.get("/").page.texts("h1") == ["Monday, March 2, 2026"]


def test_days_are_linked_as_far_as_the_monitor_has_seen(store, browser, clock):
    clock.now = NOW + timedelta(days=2)
    for days in (0, 2):
        at = NOW + timedelta(days=days)
        add(store, item(f"Day {days}", published=at, seen=at))

    def days(path: str) -> list[str]:
        links = browser.get(path).page.links
        return [
            link.removeprefix("/?day=")
            for link in links
            if "/?day=" in link and "lang=" not in link and link != path
        ]

    assert days("/?day=2026-03-02") == ["2026-03-04", "2026-03-03"]
    assert days("/?day=2026-03-03") == ["2026-03-02", "2026-03-04", "2026-03-04"]
    assert days("/?day=2026-03-04") == ["2026-03-03"]
    assert days("/?day=1999-12-31") == ["2026-03-04", "2026-03-02"]
    assert days("/?day=2399-12-31") == ["2026-03-04", "2026-03-04"]


@pytest.mark.parametrize(
    "day",
    ["yesterday", "2026-02-30", "20260302", "0001-01-01", "9999-12-31", "٢٠٢٦-03-02"],
)
def test_a_day_that_is_none_is_refused_with_an_example(browser, day):
    for path in ("/", "/stories.json", "/stories.atom"):
        answer = browser.get(f"{path}?day={quote(day)}")
        assert answer.status == 400
        assert day in answer.text.replace("&#39;", "'")


def test_an_empty_database_has_an_empty_page(browser):
    page = browser.get("/").page
    assert page.texts("h1") == ["Monday, March 2, 2026"]
    assert page.text.count("No stories in this edition.") == 3
    assert "No feed was ever polled: start ‘monitor run’." in page.text


def test_a_day_of_many_stories_shows_the_largest_and_leads_to_the_rest(store, browser):
    for n in range(MOST_ONLY + 3):
        add(store, item(f"Small one {n}", "US", minutes=n))
    add(store, item("Large", "US"), item("Larger", "US", outlet="Bravo"))
    page = browser.get("/").page
    heads = page.texts("h3")
    assert len(heads) == MOST_ONLY
    assert {"Large", "Larger"} & set(heads), "what more outlets have comes first"
    [more] = [a for a in page.find("a", href="only-US") if "more" in a.text]
    assert more.text == "4 more stories"
    assert (
        more.attributes["href"]
        == "/stories?since=2026-03-02&until=2026-03-02&side=only-US"
    )
    assert f"{MOST_ONLY + 4} only in the US" in page.text


def test_tallies_and_leads_count_stories_that_have_no_room(store, browser):
    for n in range(MOST_BOTH + 2):
        us = item(f"Story {n}", "US", minutes=n)
        add(store, us, item(f"Nota {n}", "MX", minutes=n + 30))
    list(outline_due(store, Marker(Lexicon(()), ()), DESK.owners))
    page = browser.get("/").page
    assert f"{MOST_BOTH + 2} on both sides" in page.text
    assert f"the United States was first with {MOST_BOTH + 2}" in page.text
    assert len(page.texts("article")) == MOST_BOTH
    assert "2 more stories" in page.text


def test_a_story_that_goes_on_names_the_items_its_lag_is_between(store, browser):
    first = item("Old scoop", "US", outlet="Ledger", minutes=-1440)
    then = item("Primicia", "MX", outlet="Anáhuac", minutes=-1440 + 45)
    add(store, first, then, item("New turn", "US", outlet="Bravo", minutes=5))
    [card] = browser.get("/?day=2026-03-02").page.texts("article")
    assert "United States first by 45 min" in card
    assert "Ledger, Mar 1, 06:00; then Anáhuac, Mar 1, 06:45" in card
    assert "Continuing since Mar 1, 06:00" in card
    assert "New turn" in card and "Old scoop" not in card


def test_a_watched_story_says_so(store, browser):
    water(store)
    assert browser.get("/").page.texts("span", class_="watched") == [
        "Watch-list: Water"
    ]


def test_an_untranslated_spanish_headline_says_so(store, browser):
    add(store, item("Sin traducir aún", "MX"))
    assert "Not translated" in browser.get("/").page.text


def test_silence_is_vouched_for_by_the_feeds_of_that_day_alone(store, browser, clock):
    add(store, item("Only here", "US"))
    polled(store, *FEEDS)
    assert (
        "Mexico: silent. The only feed followed answered." in browser.get("/").page.text
    )
    polled(store, *FEEDS, at=NOW + timedelta(days=9))
    text = browser.get("/").page.text
    assert "Mexico: how its feeds did that day is not kept." in text
    assert "silent" not in text


def test_each_item_of_the_day_is_a_dot_on_its_sides_lane(store, browser):
    late = item("Sin fecha", "MX", date_source="fetched", minutes=6 * 60)
    add(store, item("Six o'clock", "US"), late)
    page = browser.get("/").page
    dots = [(e.attributes["cx"], e.attributes["class"]) for e in page.find("circle")]
    assert dots == [("25.00%", "dot of-US"), ("50.00%", "dot of-MX undated")]


# --- a story -------------------------------------------------------------------


def test_a_story_shows_every_item_in_time_with_why(store, browser):
    first = item("Acuerdan agua", "MX", outlet="Anáhuac", minutes=0, summary="Resumen")
    then = item("Water deal", "US", outlet="Ledger", minutes=95)
    undated = item(
        "Water, too", "US", outlet="Bravo", minutes=200, date_source="fetched"
    )
    add(store, first, story="s1", why=Why({}, ()))
    parts = {"english": 0.25, "names": 0.5}
    why = Why(parts, ("agua", "1944"), first.id, "s2", 0.125)
    add(store, item("Dam <levels>", minutes=-99), story="s2")
    add(store, then, undated, story="s1", why=why)
    translate(
        store, first, "They agree water", summary="Abstract", warnings=("length",)
    )
    page = browser.get("/stories/s1").page
    [one, two, three] = page.texts("li", class_="item")
    assert "Mar 2, 06:00 first Mexico Acuerdan agua" in one
    assert "They agree water machine translation, apertium" in one
    assert "Doubtful: the translation is much shorter or longer" in one
    assert "Resumen Abstract machine translation, apertium 3.8" in one
    assert "Opened the story" in one
    assert "Mar 2, 07:35 +1 h 35 min" in two
    assert "Why here: p .75 p .75 that it belongs here; nearest Acuerdan agua" in two
    assert "Acuerdan agua (Anáhuac, 2 h apart). Shares agua 1944" in two
    assert "Evidence: names and numbers .50, English words .25." in two
    assert two.endswith("Otherwise in Dam <levels> p .12.")
    assert f"#i-{first.id}" in page.links
    assert "(Anáhuac)." in three, "how far apart is not known of an undated item"
    assert "undated, seen Mar 2, 09:20 United States" in three, "and no lag"
    assert "the feed gives no time: when first seen, or the day’s end" in three
    assert "Mexico first by 1 h 35 min" in page.text
    [us] = page.texts("section", class_="at-US")
    assert us.startswith("United States 2 items · 2 outlets · 2 owners · ")
    assert us.endswith("2 independent texts first Ledger, Mon, Mar 2, 07:35")


def test_a_story_is_called_by_an_original_before_a_translation(store, browser):
    only = item("Solo aquí", "MX")
    story = add(store, only)
    translate(store, only, "Only here")
    page = browser.get(f"/stories/{story}").page
    [title] = page.find("h1")
    assert title.text == "Solo aquí" and title.attributes["lang"] == "es"
    assert "Only here machine translation, apertium" in page.text
    assert "Only in Mexico" in page.text
    assert "No item followed" in page.text


def test_links_out_open_without_telling_where_from(store, browser):
    story = water(store)
    for path in ("/", f"/stories/{story}", "/health"):
        links = browser.get(path).page.find("a", href="http")
        assert links
        assert all(e.attributes["rel"].startswith("noopener noreferrer") for e in links)


def test_an_unknown_story_is_a_404_page(browser):
    answer = browser.get("/stories/s0000")
    assert answer.status == 404
    assert answer.page.texts("h1") == ["There is nothing here"]


def test_a_story_merged_away_leads_to_the_one_it_is_now(store, browser):
    add(store, item("Water deal", minutes=0), story="s1")
    add(store, item("Agua", "MX", id="m", minutes=9), story="s 2")
    moves = (Move("m", "s 2", "s1"),)
    store.stories.change(Change("merge", moves, "one deal", 0.9), NOW)
    for method in ("GET", "HEAD"):
        answer = browser.get("/stories/s%202", method=method)
        assert answer.status == 308
        assert answer.headers["Location"] == "/stories/s1"
        assert answer.headers["Cache-Control"] == "no-cache"
    back = (Move("m", "s1", "s 2"),)
    store.stories.change(Change("undo", back, ""), NOW, undoes=1)
    assert browser.get("/stories/s%202").status == 200
    moves = tuple(Move(i, "s1", "s 2") for i in store.stories.members(["s1"]))
    store.stories.change(Change("merge", moves, ""), NOW)
    assert browser.get("/stories/s1").headers["Location"] == "/stories/s%202"


def test_a_story_tells_what_changed_since_it_opened(store, browser):
    add(store, item("Water deal", id="a"), story="s1", why=Why({}, ()))
    add(store, item("Agua", "MX", id="b", minutes=9), story="s2", why=Why({}, ()))
    why = Why({"names": 0.5}, ("agua",), "b")
    add(store, item("Más agua", "MX", id="c", minutes=19), story="s2", why=why)
    assert "What changed" not in browser.get("/stories/s1").page.text
    moves = (Move("b", "s2", "s1"), Move("c", "s2", "s1"))
    store.stories.change(Change("merge", moves, "shared <names>", 0.9), NOW)
    said = Correction("split", "two <deals>", ("c",), (("c",), ("a", "b")))
    store.corrections.add(said, NOW)
    store.corrections.add(Correction("merge", "elsewhere", ("x", "y")), NOW)
    store.corrections.undo(1, TakenBack(NOW))
    away = Change("split", (Move("c", "s1", "sc"),), "split by hand", None, 1)
    store.stories.change(away, NOW)
    store.stories.change(
        Change("undo", (Move("c", "sc", "s1"),), "taken back", None, 1), NOW, undoes=2
    )
    page = browser.get("/stories/s1").page
    assert page.texts("li", class_="change") == [
        (
            "Mon, Mar 2, 06:00 · Merge · monitor, linkage .90"
            " 2 items came from s2 · shared <names>"
        ),
        (
            "Mon, Mar 2, 06:00 · Split · correction 1 · taken back"
            " 1 item went to sc · split by hand"
        ),
        "Mon, Mar 2, 06:00 · Undo · correction 1 1 item came from sc · taken back",
    ]
    assert page.texts("li", class_="correction") == [
        (
            "Mon, Mar 2, 06:00 · Correction 1 · split · taken back"
            " 1 item apart from 2 items · two <deals>"
        )
    ]
    [one, two, three] = page.texts("li", class_="item")
    assert "Opened the story" in one
    by = "by monitor, linkage .90: shared <names>. Before that: Opened a story"
    assert f"Why here: brought later Brought here on Mon, Mar 2, 06:00 {by}" in two
    assert "06:00 by correction 1: taken back. Before that:" in three
    assert "p .75 that it belongs to the story it joined first" in three


def test_a_copy_says_whose_text_it_repeats(store, browser):
    original = item("Deal", outlet="Ledger", id="a")
    copies = [item("Deal", outlet=o, id=o[0], minutes=5) for o in ("Bravo", "Cobre")]
    show(store, [original, *copies])
    store.stories.assign(
        [
            assignment(original, "s1"),
            assignment(copies[0], "s1", copy_of="a"),
            assignment(copies[1], "s1", copy_of="gone"),
        ]
    )
    page = browser.get("/stories/s1").page
    [one, two, three] = page.texts("li", class_="item")
    assert "same text" not in one
    assert "Bravo · same text as Ledger Why here: same text" in two
    assert two.endswith("Same text as Deal (Ledger, 5 min apart).")
    assert "Cobre · same text as an item elsewhere" in three
    assert three.endswith("Same text as an item that is not known any more.")
    assert "#i-a" in page.links


def test_a_story_says_what_its_items_share_in_each_language(store, browser):
    mx = [item(f"Otis golpea Acapulco {n}", "MX", id=f"m{n}") for n in (1, 2)]
    add(store, item("Otis nears Acapulco", id="u"), *mx, story="s1")
    page = browser.get("/stories/s1").page
    assert "Shared in both Otis Acapulco Shared in English Otis" in page.text
    assert "Shared in Spanish golpea Otis Acapulco" in page.text
    assert {e.attributes["lang"] for e in page.find("dd")} == {"en", "es"}
    story = add(store, item("Alone"))
    assert "Shared" not in browser.get(f"/stories/{story}").page.text


def test_related_stories_are_listed_and_linked(store, browser):
    add(store, item("Dam levels fall", id="d"), story="s 2")
    why = Why({"english": 0.2}, (), None, "s 2", 0.2)
    add(store, item("Agua", "MX", id="m"), story="s1", why=why)
    page = browser.get("/stories/s1").page
    assert page.texts("li", class_="related") == ["Dam levels fall p .20"]
    assert page.find("a", href="/stories/s%202")
    assert "the closest other one is Dam levels fall p .20." in page.text
    other = browser.get("/stories/s%202").page
    assert other.texts("li", class_="related") == ["Agua p .20"]
    assert "Related stories" not in browser.get(f"/stories/{add(store, item())}").text


def test_a_neighbour_that_was_moved_away_is_named_without_a_link(store, browser):
    add(store, item("Otis nears", id="a", outlet="Wire"), story="s1", why=Why({}))
    why = Why({"names": 0.75}, (), "a")
    add(store, item("Otis hits", id="b", minutes=9), story="s1", why=why)
    away = Change("split", (Move("a", "s1", "sa"),), "another storm", None, 1)
    store.stories.change(away, NOW)
    page = browser.get("/stories/s1").page
    assert "nearest Otis nears (Wire, 9 min apart)." in page.text
    assert "#i-a" not in page.links


def test_a_runner_up_that_became_a_part_of_the_story_is_not_another(store, browser):
    add(store, item("Dam", id="d"), story="s2")
    add(store, item("Agua", id="a"), story="s1", why=Why({}, (), None, "s2", 0.75))
    merge = Change("merge", (Move("d", "s2", "s1"),), "one dam", 0.9)
    store.stories.change(merge, NOW)
    text = browser.get("/stories/s1").page.text
    assert "closest other one is what is a part of this story by now p .75." in text
    assert "Related stories" not in text


def test_what_a_person_bound_and_a_column_say_so(store, browser):
    column = item("El clima", "MX", id="a", recurring=True)
    add(store, column, story="s1", why=Why({}))
    add(store, item("Bound", id="b", minutes=9), story="s1", why=Why({}, (), "a"))
    one, two = browser.get("/stories/s1").page.texts("li", class_="item")
    assert one.endswith("Opened the story; a recurring column stays alone.")
    assert two.endswith("A person put it with El clima (Diario Anáhuac, 9 min apart).")


def test_the_way_back_leads_to_a_day_that_lists_the_story(store, browser):
    story = add(store, item("Found late", minutes=-3000, seen=NOW))
    [back] = browser.get(f"/stories/{story}").page.find("a", href="?day=")
    assert "Found late" in browser.get(back.attributes["href"]).text


# --- health --------------------------------------------------------------------


def test_health_shows_failing_feeds_first_with_their_reason(store, browser):
    polled(store, FEEDS[0], FEEDS[2])
    polled(store, FEEDS[1], error="HTTP 503")
    page = browser.get("/health").page
    assert "2 of 3 feeds well at the last poll, Mon, Mar 2, 06:00 (2026)." in page.text
    rows = page.texts("tr")[1:]
    assert rows[0] == "Bravo US en failing HTTP 503, 3 times in a row never next tick"
    assert [row.split()[0] for row in rows] == ["Bravo", "Ledger", "Anáhuac"]
    assert "Nothing was polled" not in page.text


def test_a_stopped_monitor_is_no_fault_of_its_feeds(store, browser, clock):
    polled(store, *FEEDS)
    clock.now = NOW + timedelta(days=40)
    for path in ("/health", "/"):
        text = browser.get(path).page.text
        assert "3 of 3 feeds well at the last poll" in text
        assert "Nothing was polled for 40 days." in text


def test_health_counts_undated_items_translations_doubts_and_texts_given_up_on(
    store, browser
):
    mx = item("Uno", "MX", outlet="Anáhuac", date_source="fetched")
    add(store, mx, item("Two", "US", outlet="Ledger"))
    translate(store, mx, "One", warnings=("numbers-lost",))
    for _ in range(3):
        store.translations.fail("abc", "es", "engine: broke", NOW)
    page = browser.get("/health").page
    assert "1 item came undated" in page.text
    assert "Anáhuac MX es 1 1 Mon, Mar 2, 06:00" in page.texts("tr")
    assert "Ledger US en 1 0 Mon, Mar 2, 06:00" in page.texts("tr")
    made = ["by apertium", "a number of the original is missing"]
    assert page.texts("dt") == [*made, "Search", "Lists of stories"]
    assert page.texts("dd")[:2] == ["1", "1"]
    assert "abc es 3 engine: broke Mon, Mar 2, 06:00" in page.texts("tr")


# --- for programs --------------------------------------------------------------


def test_stories_json_is_the_export_of_the_last_week_or_of_a_day(store, browser):
    story = water(store)
    old = add(
        store,
        item("Older", published=NOW - timedelta(days=3), seen=NOW - timedelta(days=3)),
    )
    answer = browser.get("/stories.json")
    assert answer.headers["content-type"] == "application/json"
    assert {row["id"] for row in json.loads(answer.text)} == {story, old}
    [row] = json.loads(browser.get("/stories.json?day=2026-03-02").text)
    assert row["id"] == story
    assert row["lag_minutes"] == 90


def test_stories_atom_is_a_feed_of_stories(store, browser):
    water(store)
    list(outline_due(store, Marker(DESK.themes, DESK.watchlists), DESK.owners))
    answer = browser.get("/stories.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    atom = ElementTree.fromstring(answer.text)
    name = "{http://www.w3.org/2005/Atom}"
    assert [e.findtext(f"{name}title") for e in atom.iter(f"{name}entry")] == [
        "Water deal reached"
    ]
    assert atom.findtext(f"{name}id") == f"http://127.0.0.1:{browser.port}/stories.atom"


def test_livez_is_plain(browser):
    answer = browser.get("/livez")
    assert (answer.status, answer.text) == (200, "ok\n")
    assert answer.headers["content-type"].startswith("text/plain")


def test_every_address_answers_head_without_a_body(store, browser):
    story = water(store)
    for path in (
        "/",
        f"/stories/{story}",
        "/health",
        "/stories.json",
        "/stories.atom",
        "/livez",
    ):
        answer = browser.get(path, method="HEAD")
        assert (answer.status, answer.text) == (200, "")


# --- security ------------------------------------------------------------------

EVIL = "</a></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onfocus=\"alert(1)' x='"


def poisoned(store: Store) -> str:
    """A story whose every text is an attack."""
    name = 's"><img src=x onerror=alert(1)>'
    first = replace(
        item(EVIL, "MX", outlet=EVIL, summary=EVIL, id="a\"'><b>"),
        url=f"https://x.example/{EVIL}",
    )
    then = item(
        EVIL, "US", outlet=EVIL, summary=EVIL, minutes=3, date_source="fetched", id="b"
    )
    add(store, first, story=name)
    why = Why({EVIL: 0.75}, (EVIL,), first.id, EVIL, 0.5)
    add(store, item(EVIL, "US", outlet=EVIL, minutes=8, id="r"), story=EVIL)
    add(store, then, story=name, why=why)
    for each in (first, then):
        translate(
            store,
            each,
            EVIL,
            summary=EVIL,
            engine=EVIL,
            engine_version=EVIL,
            warnings=(EVIL,),
        )
    add(store, item(EVIL, "US", outlet=EVIL, minutes=9))
    for _ in range(3):
        store.translations.fail(EVIL, EVIL, EVIL, NOW)
    return name


def test_no_text_of_a_feed_becomes_markup(store, db):
    bad = Feed(EVIL, EVIL, "US", "en", EVIL, EVIL, "Etc/UTC")
    polled(store, bad, error=EVIL)
    story = poisoned(store)
    desk = Desk((bad,), {EVIL: EVIL}, (watchlist(EVIL, "alert"),), EVIL)
    with served(
        create_app(Site(lambda: Store(db), lambda: desk, lambda: NOW))
    ) as browser:
        paths = (
            "/",
            f"/stories/{quote(story, safe='')}",
            "/health",
            *COMPARED,
            "/followers?by=theme",
            f"/?day={quote(EVIL)}",
            f"/framing?theme={quote(EVIL)}",
            f"/themes?days={quote(EVIL)}",
            f"/{quote(EVIL)}",
        )
        answers = [browser.get(path) for path in paths]
    assert [a.status for a in answers] == [200] * 8 + [400] * 3 + [404]
    for answer in answers:
        assert answer.page.foreign() == []
    assert "<script>alert(1)</script>" in answers[0].page.text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example/",
        "/somewhere",
        "vbscript:x",
        " javascript:alert(1)",
        "https://",
        "http://[x",
        "https://a.example/a b",
        "https://a.example/\u202egpj",
    ],
)
def test_a_link_that_is_not_of_the_web_is_text(store, browser, url):
    story = add(store, replace(item("Headline"), url=url))
    for path in ("/", f"/stories/{story}"):
        page = browser.get(path).page
        assert page.texts("h3") == ["Headline"]
        assert url not in page.links
        assert not [
            link
            for link in page.links
            if "Headline" in link
            or link.strip()
            .lower()
            .startswith(("javascript", "data", "file", "vbscript"))
        ]
        assert all(link.startswith(("/", "#")) for link in page.links)


def test_characters_that_hide_or_turn_text_are_left_out(store, browser):
    add(store, item("Safe\u202eevil\u200b title\x07"))
    assert browser.get("/").page.texts("h3") == ["Safeevil title"]


def every_kind_of_answer(browser: Browser) -> list[Answer]:
    paths = (
        "/",
        *COMPARED,
        "/health",
        "/stories.json",
        "/stories.atom",
        "/livez",
        "/static/style.css",
        "/static/icon.svg",
        "/stories/none",
        "/?day=x",
        "/nowhere",
        "/static/",
        "/static/../app.py",
    )
    refused = browser.get("/", host="evil.example")
    return [*map(browser.get, paths), browser.get("/", method="POST"), refused]


def test_every_answer_carries_the_guard(store, browser):
    water(store)
    for answer in every_kind_of_answer(browser):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example#127.0.0.1",
        "127.0.0.1@evil.example",
        "192.168.0.7",
        "0.0.0.0",
        "[::1]",
    ],
)
def test_another_name_than_this_machines_is_refused(store, browser, host):
    water(store)
    for path in ("/", "/stories.json", "/livez", "/static/style.css"):
        answer = browser.get(path, host=host)
        assert answer.status == 400
        assert "agua" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:{port}", "127.0.0.1", "127.0.0.1:{port}"]
)
def test_this_machines_names_are_answered(browser, host):
    assert browser.get("/livez", host=host.format(port=browser.port)).status == 200


def test_pages_load_nothing_from_elsewhere_and_need_no_script(store, browser):
    story = water(store)
    for path in ("/", f"/stories/{story}", *COMPARED, "/health", "/nowhere"):
        page = browser.get(path).page
        loaded = [e for e in page.elements if "src" in e.attributes or e.tag == "link"]
        assert loaded
        for element in loaded:
            href = element.attributes.get("src") or element.attributes["href"]
            assert href.startswith("/") and not href.startswith("//")
            assert browser.get(href).status == 200
    style = browser.get("/static/style.css").text
    assert not re.search(r"url\(|@import|https?:", style)


def test_nothing_can_be_written(browser):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/", "/health", "/stories.json", "/stories/s1"):
            assert browser.get(path, method=method).status == 403


def test_the_frameworks_own_pages_are_off(browser):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert browser.get(path).status == 404


# --- errors --------------------------------------------------------------------


def test_a_broken_database_is_a_503_that_says_why(store, db, tmp_path):
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"This is no database." * 100)
    with served(
        create_app(Site(lambda: Store(junk), lambda: DESK, lambda: NOW))
    ) as browser:
        for path in ("/", "/stories/s1", *COMPARED, "/health", "/stories.json"):
            answer = browser.get(path)
            assert answer.status == 503
            assert "file is not a database; name another --db" in answer.page.text
        assert browser.get("/livez").status == 200


def test_a_locked_database_is_read_all_the_same(store, db, browser):
    water(store)
    with closing(sqlite3.connect(db)) as writer:
        writer.execute("begin immediate")
        assert "Water deal reached" in browser.get("/").text
        writer.rollback()


def test_a_bug_is_a_500_page_with_the_guard(store, db, caplog):
    def broken() -> datetime:
        raise RuntimeError("a secret of ours")

    with served(create_app(Site(lambda: Store(db), lambda: DESK, broken))) as browser:
        answer = browser.get("/")
        assert answer.status == 500
        assert "our fault" in answer.page.text
        assert "secret" not in answer.text
        assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert "a secret of ours" in caplog.text


# --- looks ---------------------------------------------------------------------


def test_the_colours_are_those_of_the_mail(browser):
    style = browser.get("/static/style.css").text
    light, dark = style.split("prefers-color-scheme: dark", 1)
    for name in ("light", "dark"):
        css = dict(
            re.findall(r"--(\w+): (#\w{6});", {"light": light, "dark": dark}[name])
        )
        assert css == dict(PALETTE[name])


def test_marks_on_a_page_are_unique_and_lead_somewhere(store, browser):
    story = water(store)
    for path in ("/", f"/stories/{story}", *COMPARED, "/health"):
        page = browser.get(path).page
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        assert len(ids) == len(set(ids))
        named = [
            i
            for e in page.elements
            for i in (e.attributes.get("aria-labelledby") or "").split()
        ]
        inner = [link[1:] for link in page.links if link.startswith("#")]
        assert named and inner
        assert set(named + inner) <= set(ids)


def test_headings_never_skip_a_level(store, browser):
    story = water(store)
    for path in ("/", f"/stories/{story}", *COMPARED, "/health", "/nowhere"):
        levels = [
            int(e.tag[1])
            for e in browser.get(path).page.elements
            if re.fullmatch("h[1-6]", e.tag)
        ]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


# --- large stories ---------------------------------------------------------------


def large(store: Store, count: int) -> None:
    """A story of both sides: an item a minute, each with a long summary."""
    outlets = (("Ledger", "US"), ("Bravo", "US"), ("Anáhuac", "MX"))
    items = [
        item(
            f"Water deal reached, part {n} of the talks",
            outlet=outlets[n % 3][0],
            country=outlets[n % 3][1],
            summary=f"Part {n}. " + "The two countries share the river. " * 9,
            published=NOW - timedelta(minutes=count - n),
        )
        for n in range(count)
    ]
    for outlet in ("Ledger", "Bravo", "Anáhuac"):
        show(store, [each for each in items if each.outlet == outlet])
    store.stories.assign([assignment(each, "s1") for each in items])


def test_a_large_story_is_shown_by_pages_that_hold_all_its_items(store, browser):
    large(store, 200)
    shown: list[str] = []
    path = "/stories/s1"
    while path:
        answer = browser.get(path)
        assert len(answer.text.encode()) < 150_000
        page = answer.page
        ids = {e.attributes.get("id") for e in page.find("li")}
        shown += sorted(i for i in ids if i and i.startswith("i-"))
        for link in page.find("a"):
            href = link.attributes.get("href") or ""
            assert not href.startswith("#i-") or href[1:] in ids
        after = page.find("a", rel="next")
        path = after[0].attributes["href"].partition("#")[0] if after else ""
    assert len(shown) == len(set(shown)) == 200


def test_a_large_story_says_which_items_a_page_has(store, browser):
    large(store, 90)
    page = browser.get("/stories/s1?page=2").page
    assert "Items 41 to 80 of 90" in page.text
    assert {e.attributes["href"] for e in page.find("a", rel="prev")} == {
        "/stories/s1?page=1#items"
    }


def test_a_story_of_few_items_has_one_page(store, browser):
    large(store, 40)
    assert "Items 1 to" not in browser.get("/stories/s1").page.text


@pytest.mark.parametrize("page", ["0", "4", "x", "-1", "9999999"])
def test_a_page_that_a_story_has_not_is_refused_with_those_it_has(store, browser, page):
    large(store, 90)
    answer = browser.get(f"/stories/s1?page={page}")
    assert answer.status == 400
    assert "expected a number from 1 to 3" in answer.page.text


def test_items_of_one_hour_are_one_dot_that_says_how_many(store, browser):
    large(store, 30)
    dots = browser.get("/").page.find("circle")
    assert 2 <= len(dots) <= 4
    assert "more" in browser.get("/").text.split("<circle", 1)[1].split("</circle>")[0]


# --- the server ----------------------------------------------------------------


def test_it_listens_on_this_machine_alone():
    with server.listen(0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        assert server.address(listener) == f"http://127.0.0.1:{port}/"


def test_a_taken_port_is_one_line_with_the_remedy():
    with server.listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as raised:
            server.listen(port)
    message = str(raised.value)
    assert message == (
        f"port {port}: is taken by another program; name another with --port, "
        "or 0 for any free one"
    )


def test_a_stop_ends_it_soon_and_frees_the_port(store, db):
    app = create_app(Site(lambda: Store(db), lambda: DESK, lambda: NOW))
    stop, listener = threading.Event(), server.listen(0)
    port = listener.getsockname()[1]
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    thread = threading.Thread(
        target=server.serve, args=(app, listener, stop), daemon=True
    )
    thread.start()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as idle:
        idle.request("GET", "/livez")
        idle.getresponse().read()  # and the connection is kept open
        assert [
            signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)
        ] == handlers
        stop.set()
        thread.join(2.5)
        assert not thread.is_alive()
    server.listen(port).close()


def test_requests_side_by_side_each_have_their_own_connection(store, browser):
    water(store)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(browser.get("/").status))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8


# --- the verb ------------------------------------------------------------------

YAML = """
contact: https://example.org
feeds:
  - {url: https://ledger.example/feed.xml, outlet: Ledger, country: US, language: en,
     kind: national, owner: Ledger, tz: America/New_York}
"""


@contextmanager
def serve_verb(
    folder: Path, *words: str, verb: str = "serve"
) -> Iterator[subprocess.Popen[str]]:
    (folder / "feeds.yaml").write_text(YAML)
    running = subprocess.Popen(
        [sys.executable, "-m", "monitor", verb, *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def test_serve_says_where_and_ends_cleanly_on_ctrl_c(store, tmp_path):
    water(store)
    with serve_verb(tmp_path, "--port", "0") as running:
        assert running.stdout
        line = running.stdout.readline()
        address = urlsplit(line.removeprefix("dashboard: ").strip())
        assert address.hostname == "127.0.0.1" and address.port
        assert "Water deal reached" in Browser(address.port).get("/").text
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=5)
    assert (running.returncode, out, err) == (0, "", "")


def test_serve_refuses_a_taken_port_in_one_line(store, tmp_path):
    with server.listen(0) as taken:
        port = str(taken.getsockname()[1])
        with serve_verb(tmp_path, "--port", port) as running:
            out, err = running.communicate(timeout=20)
    assert running.returncode == 1
    assert err.startswith(f"monitor: port {port}: is taken") and err.count("\n") == 1


def test_serve_without_a_database_says_what_to_do(tmp_path):
    with serve_verb(tmp_path, "--port", "0") as running:
        out, err = running.communicate(timeout=20)
    assert running.returncode == 1
    assert "no such database; run 'monitor poll' first" in err


# --- run --serve -----------------------------------------------------------------


@contextmanager
def run_serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Browser]]:
    words = ("--serve", "--port", "0", "--processes", "2")
    with serve_verb(folder, *words, verb="run") as running:
        assert running.stdout
        line = running.stdout.readline()
        address = urlsplit(line.removeprefix("dashboard: ").strip())
        assert address.port, running.stderr and running.stderr.read()
        yield running, Browser(address.port)


def children(of: int) -> list[int]:
    listed = Path(f"/proc/{of}/task/{of}/children")
    rest = Path(f"/proc/{of}/task").glob("*/children") if listed.exists() else ()
    return [int(child) for each in rest for child in each.read_text().split()]


def answering(port: int) -> bool:
    with socket.socket() as asks:
        return asks.connect_ex(("127.0.0.1", port)) == 0


def serving(of: int) -> list[int]:
    """The processes that have the dashboard: those that a spawn has started for it."""
    return [
        child
        for child in children(of)
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@on_linux
def test_run_serves_from_another_process_and_ends_it(store, tmp_path):
    water(store)
    with run_serving(tmp_path) as (running, browser):
        assert "Water deal reached" in browser.get("/").text
        aside = serving(running.pid)
        assert len(aside) == 2
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=15)
        assert running.returncode == 0
        assert "run: stopped" in err and "Traceback" not in err
        assert all(map(gone, aside))
        assert not answering(browser.port)


@on_linux
def test_ctrl_c_ends_both_once(store, tmp_path):
    water(store)
    with run_serving(tmp_path) as (running, browser):
        assert browser.get("/livez").status == 200
        aside = serving(running.pid)
        for process in (*aside, running.pid):  # as a terminal tells the whole group
            os.kill(process, signal.SIGINT)
        _, err = running.communicate(timeout=15)
        assert running.returncode == 0
        assert err.count("run: stopped") == 1
        assert "Traceback" not in err and "ended with status" not in err
        assert all(map(gone, aside))


@on_linux
def test_ctrl_c_does_not_reach_one_that_is_still_starting(store, tmp_path):
    water(store)
    with run_serving(tmp_path) as (running, browser):
        until(lambda: len(serving(running.pid)) == 2)
        aside = serving(running.pid)
        for process in aside:
            os.kill(process, signal.SIGINT)
        assert browser.get("/livez").status == 200
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=15)
        assert "Traceback" not in err and "ended with status" not in err
        assert all(map(gone, aside))


@on_linux
def test_the_dashboard_ends_where_run_is_killed(store, tmp_path):
    water(store)
    with run_serving(tmp_path) as (running, browser):
        assert browser.get("/livez").status == 200
        aside = serving(running.pid)
        running.kill()
        running.wait(timeout=10)
        until(lambda: all(map(gone, aside)))
        assert not answering(browser.port)


@on_linux
def test_run_says_so_when_the_dashboard_dies(store, tmp_path):
    water(store)
    with run_serving(tmp_path) as (running, browser):
        assert browser.get("/livez").status == 200
        first, other = serving(running.pid)
        os.kill(first, signal.SIGKILL)
        assert running.stderr
        until(lambda: "ended with status -9" in running.stderr.readline(), 15)
        assert gone(other)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=15)
    assert running.returncode == 0


def test_run_refuses_a_taken_port_before_it_starts(store, tmp_path):
    with server.listen(0) as taken:
        port = str(taken.getsockname()[1])
        with serve_verb(tmp_path, "--serve", "--port", port, verb="run") as running:
            _, err = running.communicate(timeout=20)
    assert running.returncode == 1
    assert f"monitor: port {port}: is taken" in err
    assert "run:" not in err


@on_linux
def test_two_processes_take_each_others_forms(store, tmp_path):
    """One of them gives a form out, and either may get it back."""
    water(store)
    words = ("--port", "0", "--processes", "2")
    with serve_verb(tmp_path, *words) as running:
        assert running.stdout
        port = urlsplit(running.stdout.readline().split()[1]).port
        assert port
        browser = Browser(port)
        until(lambda: len(serving(running.pid)) == 1)
        [beside] = serving(running.pid)
        page = browser.get("/watchlists/new").text
        [token] = set(re.findall(r'name="_csrf" value="(\w+)"', page))
        os.kill(running.pid, signal.SIGSTOP)  # the other one alone can answer now
        try:
            answer = posted(port, "/watchlists", {"_csrf": token, "name": "Rain"})
        finally:
            os.kill(running.pid, signal.SIGCONT)
        assert answer != 403
        counted = re.findall(
            r"^monitor_dashboard_requests_total{.*} (.*)$",
            browser.get("/metrics").text,
            re.MULTILINE,
        )
        assert sum(map(float, counted)) == 2  # the page by one, the form by the other
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=15)
        assert "Traceback" not in err
        assert gone(beside)


def posted(port: int, path: str, form: dict[str, str]) -> int:
    """The status, once anybody takes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(form), kind)
        return connection.getresponse().status


def test_serve_logs_that_its_database_is_damaged(store, tmp_path):
    water(store)
    store.close()
    path = tmp_path / "monitor.db"
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    content[-size:] = bytes(size)  # the last page of a table or an index
    path.write_bytes(content)
    with serve_verb(tmp_path, "--port", "0", "--processes", "1") as running:
        assert running.stderr
        assert "the file is damaged" in (line := running.stderr.readline())
        assert "monitor restore" in line
