"""What an analyst does at the desk, in a real browser on the newsroom's three days."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
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
from builders import assignment, item, show
from monitor.newsroom.content import LAST_HOUR
from monitor.store.database import Store
from monitor.translation.apertium import ApertiumTranslator

pytestmark = needs_chromium
needs_apertium = pytest.mark.skipif(
    not ApertiumTranslator().supports("es", "en"), reason="needs apertium-eng-spa"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    visitors = Visitors(browser)
    yield visitors
    visitors.leave()
    assert visitors.faults == []


@pytest.fixture(scope="module")
def desk(newsroom_folder: Path, tmp_path_factory) -> Iterator[str]:
    """The address of a dashboard that is read only."""
    with dashboard(copy(newsroom_folder, tmp_path_factory.mktemp("read"))) as address:
        yield address


@pytest.fixture
def folder(newsroom_folder: Path, tmp_path: Path) -> Path:
    """A newsroom that a test may write into."""
    return copy(newsroom_folder, tmp_path)


@pytest.fixture
def own_desk(folder: Path) -> Iterator[str]:
    with dashboard(folder) as address:
        yield address


@pytest.fixture
def signed_desk(folder: Path) -> Iterator[str]:
    """One where ana and luis edit, and rosa reads."""
    add_users(folder, ana="editor", luis="editor", rosa="reader")
    with dashboard(folder) as address:
        yield address


def headings(page: Page) -> str:
    return page.locator("h1").inner_text()


# --- reading ------------------------------------------------------------------------


def test_today_leads_to_the_day_before_and_back(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/")
    today = headings(page)
    page.locator("a[rel=prev]").click()
    expect(page.locator("h1")).not_to_have_text(today)
    assert "?day=2025-04-" in page.url
    page.locator("a[rel=next]").click()
    expect(page.locator("h1")).to_have_text(today)


def test_a_story_opens_with_both_sides_and_its_items(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/")
    pair = page.locator("article.story").first
    titles = pair.locator("h3").all_inner_texts()
    pair.locator(".open a").click()
    expect(page.locator("section.column")).to_have_count(2)
    shown = page.locator("main").inner_text()
    assert len(titles) == 2 and all(title in shown for title in titles)


def test_the_language_that_was_chosen_stays(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/themes")
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert headings(page) == "Temas"
    page.goto("/about")  # whose address names no language
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("link", name="English").click()
    assert headings(page) == "What the numbers mean"


@needs_apertium
def test_a_search_in_spanish_finds_english_items_and_marks_why(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/about")
    page.get_by_label("Search items and stories").fill("aranceles")
    page.keyboard.press("Enter")
    english = page.locator("main .results > li [lang=en] mark")
    expect(english.first).to_be_visible()
    assert any("tariff" in text.lower() for text in english.all_inner_texts())


def test_filters_narrow_a_list_and_make_an_address_that_can_be_shared(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/stories")
    everything = page.get_by_role("status").inner_text()
    page.get_by_text("Filters").click()
    page.locator("main").get_by_label("Side").select_option("both")
    page.locator("main").get_by_role("button", name="Show").click()
    page.wait_for_url("**/stories?*side=both*")
    narrowed = page.get_by_role("status").inner_text()
    assert narrowed != everything

    other = visitors.visit(desk)
    other.goto(page.url)
    assert other.get_by_role("status").inner_text() == narrowed
    other.locator(".chips a").first.click()
    expect(other.get_by_role("status")).to_have_text(everything)


def test_a_narrowed_list_is_a_file_with_the_same_stories(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/stories?side=both&leader=MX")
    count = int(page.get_by_role("status").inner_text().split()[0])
    rows = list(csv.DictReader(download(page, "CSV").splitlines()))
    listed = json.loads(download(page, "JSON"))
    assert len(rows) == len(listed) == count > 0
    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    assert {row["leader"] for row in rows} == {"MX"}


def download(page: Page, name: str) -> str:
    """What comes of a click on a file at the foot of a list."""
    with page.expect_download() as coming:
        page.locator("footer").get_by_role("link", name=name, exact=True).click()
    return coming.value.path().read_text(encoding="utf-8")


# --- by keyboard ------------------------------------------------------------------------


def test_the_first_tab_leads_past_the_head_to_the_page(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_keys_go_through_headlines_and_to_the_search(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/stories")
    headlines = page.locator("main h3 a")
    for key, nth in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(headlines.nth(nth)).to_be_focused()
    href = headlines.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk?/tl")  # letters of a search, no orders
    expect(page.locator("#q")).to_have_value("jk?/tl")
    page.locator("h1").click()
    page.keyboard.press("t")
    page.wait_for_url(lambda url: url == f"{desk}/")
    page.keyboard.press("p")
    page.wait_for_url("**/?day=*")


def test_keys_are_told_in_a_dialog_and_can_be_turned_off(desk, visitors):
    page = visitors.visit(desk)
    page.goto("/stories")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    obey = keys.get_by_role("checkbox")
    expect(obey).to_be_checked()
    obey.press("Space")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for path in ("/stories", "/items"):  # which stays so on the next page
        page.goto(path)
        page.keyboard.press("j")
        page.keyboard.press("/")
        expect(page.locator(":focus")).to_have_count(0)
    page.keyboard.press("?")
    expect(keys.get_by_role("checkbox")).not_to_be_checked()


# --- news -----------------------------------------------------------------------------------


def test_a_page_says_that_items_came_since_it_was_loaded(folder, own_desk, visitors):
    page = visitors.visit(own_desk)
    page.clock.install()
    page.goto("/")
    told = page.get_by_text("There is news.")
    with page.expect_response("**/news.json"):
        page.clock.fast_forward(61_000)
    expect(told).to_be_hidden()

    with Store(folder / "monitor.db") as store:
        late = item("A ship ran aground", outlet="Hudson Dispatch", published=LAST_HOUR)
        show(store, [late], LAST_HOUR)
        store.stories.assign([assignment(late)])
    with page.expect_response("**/news.json"):
        page.clock.fast_forward(61_000)
    expect(told).to_be_visible()
    page.get_by_role("link", name="Load the page again").click()
    expect(told).to_be_hidden()


# --- correcting -----------------------------------------------------------------------


def test_a_merge_is_shown_done_and_taken_back(folder, own_desk, visitors):
    page = visitors.visit(own_desk)
    before = stories(folder)
    into, other = list(before)[:2]
    page.goto(f"/stories/{into}")
    page.get_by_role("link", name="Correct this story").click()
    page.get_by_label("Merge another story").check()
    page.get_by_label("Its id or address").fill(other)
    page.get_by_label("Why", exact=True).fill("the same event")
    page.get_by_role("button", name="Show the effect").click()
    expect(page.locator("h1")).to_have_text("What this would do")
    assert stories(folder) == before

    page.get_by_role("button", name="Do it").click()
    expect(page.locator("h1")).to_have_text("Correction 1")
    assert len(stories(folder)[into]) == len(before[into]) + len(before[other])
    page.goto(f"/stories/{other}")
    assert page.url.endswith(f"/stories/{into}")

    undo(page, "they are two")
    assert stories(folder) == before
    page.goto(f"/stories/{other}")
    assert page.url.endswith(f"/stories/{other}")
    assert "they are two" in page.locator("#history ~ ul").inner_text()


def undo(page: Page, reason: str) -> None:
    """Take the correction on the page back."""
    page.locator("details.undo summary").first.click()
    page.locator("details.undo").get_by_label("Why").fill(reason)
    page.locator("details.undo").get_by_role("button").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("h1")).to_contain_text("Correction")


def test_an_item_is_split_off(folder, own_desk, visitors):
    page = visitors.visit(own_desk)
    [story, *_] = before = stories(folder)
    page.goto(f"/stories/{story}/correct")
    ask_to_split(page)
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("h1")).to_have_text("Correction 1")
    after = stories(folder)
    [made] = after.keys() - before.keys()
    assert len(after[made]) == 1
    assert len(after[story]) == len(before[story]) - 1


def test_the_second_of_two_editors_sees_what_the_first_did(
    folder, signed_desk, visitors
):
    ana, luis = visitors.visit(signed_desk), visitors.visit(signed_desk)
    [story, *_] = stories(folder)
    for page, name in ((ana, "ana"), (luis, "luis")):
        sign_in(page, name)
        page.goto(f"/stories/{story}/correct")
        ask_to_split(page, f"says {name}")
    ana.get_by_role("button", name="Do it").click()
    expect(ana.locator("h1")).to_have_text("Correction 1")
    after = stories(folder)

    luis.get_by_role("button", name="Do it").click()
    expect(luis.locator("h1")).to_have_text("The stories were changed meanwhile")
    told = luis.locator("main").inner_text()
    assert "ana" in told and "says ana" in told and "says luis" in told
    assert stories(folder) == after


def test_a_reader_sees_no_forms_and_their_posts_are_refused(
    folder, signed_desk, visitors
):
    page = visitors.visit(signed_desk)
    sign_in(page, "rosa")
    before = stories(folder)
    [story, *_] = before
    page.goto(f"/stories/{story}")
    assert page.locator("main form").count() == 0
    expect(page.get_by_role("link", name="Correct this story")).to_have_count(0)
    assert page.goto(f"/stories/{story}/correct").status == 403

    page.goto("/account")
    csrf = page.locator("input[name=_csrf]").first.input_value()
    fields = {"_csrf": csrf, "verb": "split", "item": before[story][0]}
    for path, form in (
        (f"/stories/{story}/correct", fields | {"reason": "mine", "step": "do"}),
        ("/watchlists", {"_csrf": csrf, "name": "Mine", "query": "agua"}),
        ("/subscriptions", {"_csrf": csrf, "name": "rosa", "address": "r@x.example"}),
    ):
        assert page.request.post(path, form=form).status == 403
    assert stories(folder) == before


def test_a_form_without_its_token_is_refused(folder, signed_desk, visitors):
    page = visitors.visit(signed_desk)
    sign_in(page, "ana")
    form = {"name": "Mine", "query": "agua", "step": "save"}
    assert page.request.post("/watchlists", form=form).status == 403
    page.goto("/watchlists")
    assert "Mine" not in page.locator("main").inner_text()


# --- keeping ----------------------------------------------------------------------------


def test_a_search_is_kept_as_a_watch_list(own_desk, visitors):
    page = visitors.visit(own_desk)
    page.goto("/search?q=sarampi%C3%B3n")
    page.get_by_text("Save this search as a watch-list").click()
    page.get_by_label("Name of the watch-list").fill("Outbreak")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[role=status].told")).to_contain_text("Saved: Outbreak")
    kept = page.locator("section.kept", has_text="Outbreak")
    assert kept.locator("code").inner_text() == "sarampión"


def test_a_reader_is_subscribed_after_a_look_at_the_edition(own_desk, visitors):
    page = visitors.visit(own_desk)
    page.goto("/subscriptions/new")
    page.get_by_label("Name").fill("Elena")
    page.get_by_label("Mail address").fill("elena@desk.example")
    page.locator("main").get_by_label("Language").select_option("es")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    expect(opened.value.locator("body")).to_contain_text("2025")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("[role=status].told")).to_contain_text("Saved: Elena")
    expect(page.locator("tr", has_text="elena@desk.example")).to_be_visible()


# --- without a script -----------------------------------------------------------------------


def test_everything_works_without_a_script(folder, own_desk, visitors):
    page = visitors.visit(own_desk, java_script_enabled=False)
    page.goto("/stories?side=both")
    page.locator("details.filters summary").click()
    page.locator("main").get_by_label("First to tell it").select_option("MX")
    page.locator("details.filters button").click()
    assert "leader=MX" in page.url and "side=both" in page.url
    assert page.locator("main h3").count() > 3
    page.goto("/search?q=aranceles")
    assert page.locator("main .results > li").count() > 3
    page.get_by_text("Days, side, language and outlet").click()
    page.locator("#f-side").select_option("MX")
    page.get_by_label("What to look for").press("Enter")
    assert "side=MX" in page.url
    assert page.locator("main .results > li").count() > 3
    before = stories(folder)
    [story, *_] = before
    page.goto(f"/stories/{story}/correct")
    ask_to_split(page)
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("h1")).to_have_text("Correction 1")
    assert len(stories(folder)) == len(before) + 1
    undo(page, "not so")
    assert stories(folder) == before
