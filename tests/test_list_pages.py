"""Lists of stories, items and outlets in the browser: real HTTP, real database."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import html5lib
import pytest
from test_comparison_pages import DESK, FEEDS, alone, keep, spot, tariffs
from test_web import EVIL, Browser, Page, Stage, add, polled, served, translate

from builders import NOW, feed, item
from monitor.coverage.marks import Marker
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.web import list_pages
from monitor.web.app import create_app
from monitor.web.site import Site

PAGES = ("/stories", "/items", "/outlets", "/outlets/Ledger")


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, Browser]]:
    stage = Stage(tmp_path_factory.mktemp("web"))
    app = create_app(Site(lambda: Store(stage.db), lambda: DESK, lambda: stage.now))
    with served(app) as browser:
        yield stage, browser


@pytest.fixture
def browser(theatre, store: Store, tmp_path: Path) -> Browser:
    stage, browser = theatre
    stage.db, stage.now = tmp_path / "monitor.db", NOW
    return browser


def outlined(store: Store, desk: Desk = DESK) -> None:
    marker = Marker(desk.themes, tuple(desk.watchlists))
    list(outline_due(store, marker, desk.owners))


def newsroom(store: Store) -> None:
    """Tariffs on both sides, water in Mexico alone a day before, a dam in the US."""
    polled(store, *FEEDS[:4])
    tariffs(store, minutes=-300)
    water = item("Falta agua en el valle", "MX", outlet="Eco", minutes=-1500)
    add(store, water)
    translate(store, water, "Water is scarce in the valley")
    dam = item("Dam levels fall", "US", outlet="Corriente", language="es", minutes=-60)
    add(store, dam)
    outlined(store)


def headlines(page: Page) -> list[str]:
    return [" ".join(e.text.split()) for e in page.find("h3")]


TARIFFS, WATER, DAM = "Tariffs 1 are set", "Water is scarce in the valley", "Dam levels"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, 3),
        ({"since": "2026-03-02"}, 2),
        ({"until": "2026-03-01"}, 1),
        ({"side": "both"}, 1),
        ({"side": "only-US"}, 1),
        ({"side": "US"}, 2),
        ({"language": "en"}, 1),
        ({"outlet": "Eco"}, 1),
        ({"theme": "trade"}, 1),
        ({"certainty": "feed"}, 1),
        ({"certainty": "poll-bounded"}, 0),
        ({"leader": "US"}, 1),
        ({"leader": "MX"}, 0),
        ({"side": "MX", "theme": "water"}, 1),
    ],
)
def test_each_filter_narrows_stories(store, browser, language, asked, shown):
    newsroom(store)
    answer = browser.get("/stories?" + urlencode({**asked, "lang": language}))
    assert answer.status == 200
    assert len(headlines(answer.page)) == shown
    count = f"{shown} {'story' if shown == 1 else 'stories'}"
    if language == "es":
        count = f"{shown} {'noticia' if shown == 1 else 'noticias'}"
    assert count in answer.page.texts("p", role="status")[0]
    assert len(answer.page.find("a", href="/stories?lang=en")) <= 1


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, 6),
        ({"side": "MX"}, 3),
        ({"side": "both"}, 4),
        ({"outlet": "Ledger"}, 1),
        ({"language": "es"}, 4),
        ({"until": "2026-03-01"}, 1),
        ({"theme": "water"}, 1),
        ({"certainty": "poll-bounded"}, 0),
    ],
)
def test_each_filter_narrows_items(store, browser, language, asked, shown):
    newsroom(store)
    page = browser.get("/items?" + urlencode({**asked, "lang": language})).page
    assert len(headlines(page)) == shown


def test_a_story_shows_both_headlines_sides_lag_and_theme(store, browser):
    newsroom(store)
    page = browser.get("/stories?theme=trade").page
    [row] = page.texts("li", class_="outline")
    assert row.startswith("Tariffs 1 are set Llegan aranceles 1")
    assert "United States first by 1 h By the outlets’ own times" in row
    assert "United States 2 items · 2 outlets" in row
    assert "Ledger and Bravo" in row
    assert "/stories?theme=trade" in page.links
    page = browser.get("/stories?theme=trade&lang=es").page
    [row] = page.texts("li", class_="outline")
    assert row.startswith("Llegan aranceles 1 Tariffs 1 are set")
    assert "Estados Unidos primero por 1 h" in row


def test_a_translated_headline_is_marked_as_one(store, browser):
    newsroom(store)
    [row] = browser.get("/stories?side=only-MX").page.texts("li", class_="outline")
    assert row.startswith(f"{WATER} machine translation Falta agua en el valle")
    assert "Only in Mexico" in row


def test_a_chip_takes_out_its_filter_alone(store, browser):
    newsroom(store)
    page = browser.get("/stories?side=MX&theme=water&outlet=Eco&order=first").page
    chips = {
        " ".join(e.text.split()): e.attributes["href"]
        for e in page.find("a", href="/stories?")
        if e.text.startswith("Without")
    }
    assert len(chips) == 4
    assert (
        chips["Without Side: Mexico ×"] == "/stories?outlet=Eco&theme=water&order=first"
    )
    assert chips["Without Outlet: Eco ×"] == "/stories?side=MX&theme=water&order=first"
    assert chips["Without Theme: Water ×"] == "/stories?side=MX&outlet=Eco&order=first"
    assert chips["Without any"] == "/stories?order=first"


def test_the_form_keeps_what_is_chosen(store, browser):
    newsroom(store)
    page = browser.get("/stories?side=MX&since=2026-02-01&outlet=Eco").page
    chosen = [
        e.attributes["value"]
        for e in page.find("option", selected="")
        if "selected" in e.attributes
    ]
    assert chosen == ["MX"]
    given = {
        e.attributes["name"]: e.attributes["value"]
        for e in page.elements
        if e.tag == "input" and not e.is_frame
    }
    assert given == {"since": "2026-02-01", "until": "", "outlet": "Eco"}


@pytest.mark.parametrize("path", ["/stories", "/items"])
@pytest.mark.parametrize("order", ["newest", "largest", "lag"])
def test_pages_show_everything_once(store, browser, monkeypatch, path, order):
    monkeypatch.setattr(list_pages, "ROWS", 3)
    for n in range(11):
        add(store, item(f"Story {n}", minutes=-n // 2, outlet=f"O{n}"))
    outlined(store)
    seen: Counter[str] = Counter()
    address = f"{path}?order={order}"
    for pages in range(1, 6):
        page = browser.get(address).page
        seen.update(headlines(page))
        if pages > 1:
            assert "To the beginning" in page.text
        further = page.find("a", rel="next")
        if not further:
            break
        address = further[0].attributes["href"]
    assert pages == 4
    assert seen == Counter(f"Story {n}" for n in range(11))


@pytest.mark.parametrize("path", ["/stories", "/items"])
def test_a_filter_there_is_not_is_refused_with_those_there_are(browser, path):
    answer = browser.get(f"{path}?side=CA&theme=moon&since=soon")
    assert answer.status == 400
    for told in ("Side", "both, only-US, only-MX", "trade, water", "2025-04-08"):
        assert told in answer.page.text
    answer = browser.get(f"{path}?side=CA&theme=moon&since=soon&lang=es")
    assert "se esperaba uno de" in answer.page.text
    assert "expected" not in answer.page.text


@pytest.mark.parametrize("path", ["/stories", "/items"])
def test_a_place_that_no_page_has_said_is_refused(browser, path):
    answer = browser.get(f"{path}?after=zz")
    assert answer.status == 400
    assert "‘after’" in answer.page.text


def test_an_empty_list_says_what_to_do(store, browser):
    assert "‘monitor poll’" in browser.get("/stories").page.text
    assert "‘monitor poll’" in browser.get("/items").page.text
    newsroom(store)
    page = browser.get("/stories?leader=MX").page
    assert "Take a filter out" in page.text
    assert page.find("details", class_="filters")[0].attributes.get("open", 0) is None


def test_the_view_is_offered_as_files_of_the_same_view(store, browser):
    newsroom(store)
    for path, files in (
        ("/stories?side=both&order=lag", 4),
        ("/items?side=MX&since=2026-03-01&until=2026-03-02", 3),
        ("/outlets?days=7&side=MX", 3),
    ):
        links = [
            link
            for link in browser.get(path).page.links
            if link.startswith(("/export/", "/stories.atom?"))
        ]
        assert len(links) == files
        for link in links:
            assert browser.get(link).status == 200, link
    assert (
        "/export/stories.csv?side=both&order=lag"
        in browser.get("/stories?side=both&order=lag").page.links
    )


def test_an_item_leads_to_its_story(store, browser):
    newsroom(store)
    page = browser.get("/items?outlet=Ledger").page
    assert "One of 4 items of Tariffs 1 are set" in page.text
    add(store, item("Alone", outlet="Solo"))
    assert "Its story" in browser.get("/items?outlet=Solo").page.text


def test_outlets_say_what_they_brought_and_told_first(store, browser):
    newsroom(store)
    add(store, item("When?", "US", outlet="Ledger", date_source="fetched", minutes=-9))
    outlined(store)
    page = browser.get("/outlets").page
    rows = {row.split()[0]: row for row in page.texts("tr")[1:]}
    assert rows["Ledger"] == "Ledger United States English 2 2 1 1 h 50% 1 of 1 well"
    assert rows["Bravo"].startswith("Bravo United States English 1 1 – – – 1 of 1")
    assert "0 of 1 well" in rows["Eco"]
    assert "/outlets/Ledger" in page.links
    shown = browser.get("/outlets?side=MX&language=es").page.texts("tr")[1:]
    assert {row.split()[0] for row in shown} == {"Anáhuac", "Delta", "Eco"}
    assert browser.get("/outlets?side=both").status == 400


def test_an_outlet_has_a_page_of_its_own(store, browser):
    for n in range(5):
        tariffs(store, minutes=-600 - 70 * n, n=n)
    outlined(store)
    page = browser.get("/outlets/Ledger").page
    assert page.texts("h1") == ["Ledger"]
    assert "Owner: " in page.text
    assert "Anáhuac 5 5 : 0 1 h leads" in page.texts("tr")
    assert "Ledger 5 0 : 5 −1 h follows" in browser.get(
        f"/outlets/{quote('Anáhuac')}"
    ).page.texts("tr")
    assert "Mar 1 5" in page.texts("tr")
    assert "/items?outlet=Ledger&since=2026-03-01&until=2026-03-01" in page.links
    assert "/stories?outlet=Ledger" in page.links
    assert browser.get("/outlets/Nobody").status == 404


def test_hostile_names_stay_names(store, tmp_path):
    names = (EVIL, "A/B & C?d=#e", "ñ%2F%", "'\"")
    feeds = tuple(feed(name, "US") for name in names)
    desk = Desk(feeds, {}, (), "auto", themes=DESK.themes)
    for n, name in enumerate(names):
        add(store, item(f"<b>{n}</b>", "US", outlet=name, minutes=-n))
    outlined(store, desk)
    app = create_app(
        Site(lambda: Store(tmp_path / "monitor.db"), lambda: desk, lambda: NOW)
    )
    with served(app) as browser:
        for path in ("/stories", "/items", "/outlets"):
            assert browser.get(path).page.foreign() == []
        links = [
            link for link in browser.get("/outlets").page.links if "/outlets/" in link
        ]
        assert len(links) == len(names)
        for link in links:
            answer = browser.get(link)
            assert answer.status == 200
            assert answer.page.foreign() == []
            [newest] = [
                x
                for x in answer.page.links
                if x.startswith("/items?") and "since" not in x
            ]
            assert len(headlines(browser.get(newest).page)) == 1


def test_blind_spots_are_narrowed_by_side_theme_and_outlet(store, browser):
    trade = add(store, item("Steel tariffs", "US", outlet="Ledger", minutes=-1200))
    keep(store, spot(trade), spot(alone(store), "MX"))
    keep(store, spot(alone(store, "Sequía", side="MX"), "US"))
    outlined(store)

    def shown(query: str) -> list[str]:
        return sorted(headlines(browser.get(f"/blindspots{query}").page))

    assert len(shown("")) == 3
    assert shown("?side=MX") == ["Sequía"]
    assert shown("?theme=trade") == ["Steel tariffs"]
    assert shown("?outlet=Ledger&side=US") == ["Dam levels fall", "Steel tariffs"]
    assert shown("?theme=water") == []
    assert browser.get("/blindspots?side=both").status == 400
    assert "Told by: United States" in browser.get("/blindspots?side=US").page.text


def test_there_is_news_when_stories_change(store, browser):
    before = browser.get("/news.json")
    assert before.headers["Cache-Control"] == "no-store"
    assert browser.get("/").page.find("p", class_="news")[0].attributes[
        "data-news"
    ] in (before.text)
    add(store, item("News"))
    assert browser.get("/news.json").text != before.text


@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_are_valid_and_every_field_has_its_label(store, browser, language):
    newsroom(store)
    for path in (*PAGES, "/", "/stories?side=MX"):
        joint = "&" if "?" in path else "?"
        answer = browser.get(f"{path}{joint}lang={language}")
        html5lib.HTMLParser(strict=True).parse(answer.text)
        page = answer.page
        ids = Counter(e.attributes["id"] for e in page.elements if "id" in e.attributes)
        assert [name for name, n in ids.items() if n > 1] == []
        labelled = {e.attributes.get("for") for e in page.elements if e.tag == "label"}
        for e in page.elements:
            if e.tag in {"input", "select"} and e.attributes.get("type") not in (
                "hidden",
                "checkbox",
            ):
                assert e.attributes["id"] in labelled
        for name in ("aria-labelledby", "list"):
            for e in page.elements:
                assert set((e.attributes.get(name) or "").split()) <= set(ids)
