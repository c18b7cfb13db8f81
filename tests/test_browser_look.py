"""
Every kind of page as people meet it: wide and narrow, light and dark, in both languages,
by keyboard and screen reader, on paper.

Each page is seen twice, so that each is seen once in every way. With
``MONITOR_PICTURES=folder`` what was seen is kept there.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browsing import (
    Visitors,
    add_users,
    ask_to_split,
    chromium,
    copy,
    dashboard,
    needs_chromium,
    sign_in,
    stories,
)
from builders import kept_edition, subscriber, watchlist
from editions import full_edition
from monitor.change import Author, Wanted
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.render import render
from monitor.newsroom.content import LAST_HOUR
from monitor.previewing import correct, preview
from monitor.store.database import Store

pytestmark = needs_chromium

PICTURES = os.environ.get("MONITOR_PICTURES")
GRAVE = {"serious", "critical"}
MOST_SHIFT = 0.01
"""Of the viewport, by the sum of https://web.dev/articles/cls; 0.1 counts as good."""
_SHIFT = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) window.shifted += each.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    language: str
    scheme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"


LOOKS = (Look("en", "light", 1200), Look("es", "dark", 360))


@dataclass(frozen=True)
class Place:
    """A furnished dashboard, and what is in it."""

    address: str
    story: str


def furnish(folder: Path) -> str:
    """Something of everything that pages show; the story that it is about."""
    add_users(folder, ana="editor")
    by = Author("ana", "page")
    with Store(folder / "monitor.db") as store:
        store.kept.add_watchlist(watchlist("Migración", "migra*"), "ana", LAST_HOUR)
        store.kept.add_subscriber(subscriber("dana"), "ana", LAST_HOUR)
        edition = full_edition("both")
        forms = {"json": edition_json(edition), "atom": edition_atom(edition)}
        made = kept_edition(rendered=render(edition), links=edition.links, **forms)
        store.editions.add(made)
        store.subscriptions.get(subscriber("dana"), "tok-dana_1")
        held = stories(folder)
        story = next(iter(held))
        split = Wanted("split", (story,), tuple(held[story][-2:]), reason="otro hecho")
        for wanted in (split, Wanted("undo", reason="no lo era"), split):
            state = preview(store, wanted, LAST_HOUR).state
            correct(store, wanted, state, by, LAST_HOUR)
    return story


@pytest.fixture(scope="module")
def place(newsroom_folder: Path, tmp_path_factory) -> Iterator[Place]:
    folder = copy(newsroom_folder, tmp_path_factory.mktemp("look"))
    story = furnish(folder)
    with dashboard(folder) as address:
        yield Place(address, story)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(place: Place, browser: Browser) -> Iterator[dict[Look, Page]]:
    """A page for each look, of somebody who signs in before the first that takes it."""
    visitors = Visitors(browser)
    made = {}
    for look in LOOKS:
        page = visitors.visit(
            place.address,
            color_scheme=look.scheme,
            viewport={"width": look.width, "height": 900},
            locale={"en": "en-US", "es": "es-MX"}[look.language],
        )
        page.add_init_script(_SHIFT)
        made[look] = page
    yield made
    visitors.leave()
    assert visitors.faults == []


Way = Callable[[Page, str], None]
"""Leads to a page about a story."""


def at(path: str) -> Way:
    return lambda page, story: page.goto(path.replace("STORY", story)) and None


def effect(page: Page, story: str) -> None:
    page.goto(f"/stories/{story}/correct")
    ask_to_split(page)


def conflict(page: Page, story: str) -> None:
    effect(page, story)
    form = page.locator("main form.wish")
    sent = form.evaluate("each => Object.fromEntries(new FormData(each))")
    address = form.get_attribute("action")
    assert page.request.post(address, form=sent | {"step": "do"}).ok
    page.locator("button[value=do]").click()  # what was done in another tab
    expect(page.locator("p.country")).to_have_text("409")


SIGNED_OUT = {
    "sign-in": at("/sign-in"),
    "unsubscribe": at("/unsubscribe/tok-dana_1"),
    "edition": at("/editions/dana-2026-03-02"),
}
KINDS: dict[str, Way] = SIGNED_OUT | {
    "today": at("/"),
    "story": at("/stories/STORY"),
    "correct": at("/stories/STORY/correct"),
    "effect": effect,
    "conflict": conflict,
    "correction": at("/corrections/2"),
    "corrections": at("/corrections"),
    "stories": at("/stories?side=both&theme=trade"),
    "stories-none": at("/stories?outlet=Nadie"),
    "items": at("/items?language=es"),
    "outlets": at("/outlets"),
    "outlet": at(f"/outlets/{quote('Diario Anáhuac')}"),
    "blindspots": at("/blindspots"),
    "themes": at("/themes"),
    "framing": at("/framing"),
    "followers": at("/followers"),
    "health": at("/health"),
    "about": at("/about"),
    "programs": at("/api/v1/"),
    "search": at("/search?q=aranceles"),
    "search-stories": at("/search?q=aranceles&by=story"),
    "search-faulty": at("/search?q=agua&from=ayer"),
    "watchlists": at("/watchlists"),
    "watchlist-form": at("/watchlists/new"),
    "watchlist-remove": at(f"/watchlists/remove?name={quote('Migración')}"),
    "subscriptions": at("/subscriptions"),
    "subscription-form": at("/subscriptions/new"),
    "subscription-remove": at("/subscriptions/remove?name=dana"),
    "editions": at("/editions"),
    "account": at("/account"),
    "error": at("/nowhere"),
}


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_for_everybody(pages, place, kind, look):
    page = pages[look]
    is_signed_in = any(c["name"] == "monitor" for c in page.context.cookies())
    if kind not in SIGNED_OUT and not is_signed_in:
        sign_in(page, "ana")
    KINDS[kind](page, place.story)
    page.wait_for_load_state("load")
    page.evaluate("new Promise(requestAnimationFrame)")  # until it is painted
    assert page.evaluate("window.shifted") < MOST_SHIFT
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{kind}-{look}.png"), full_page=True)
    if kind not in ("edition", "unsubscribe"):  # which are in their reader's language
        expect(page.locator("html")).to_have_attribute("lang", look.language)
    assert grave_faults(page) == []
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert beyond <= 0, f"{beyond} px wider than the window"
    if kind != "unsubscribe":
        assert pressable_on_paper(page) == []


def test_the_script_moves_nothing_when_it_comes(place, browser):
    visitors = Visitors(browser)
    page = visitors.visit(place.address)
    keys = page.locator("[data-opens-keys]")
    page.route("**/desk.js", lambda route: route.fulfill(body=""))
    page.goto("/sign-in")
    expect(keys).to_be_hidden()
    room = keys.bounding_box()
    page.unroute_all()
    page.goto("/sign-in")
    expect(keys).to_be_visible()
    assert room is not None
    assert keys.bounding_box() == room
    visitors.leave()


def pressable_on_paper(page: Page) -> list[str]:
    """What is printed of a page that only a screen has use for."""
    page.emulate_media(media="print")
    shown = page.locator(".top nav, button").locator("visible=true")
    found = shown.all_inner_texts()
    page.emulate_media(media="screen")
    return found


def grave_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical, each with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['impact']}: {each['help']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]
