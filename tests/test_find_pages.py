"""Searching, watch-lists, subscriptions and editions on pages, over a real server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_access import HASH, Answer
from test_access import Browser as AnyBrowser
from test_web import Page, add, served, translate

from builders import NOW, delivery, feed, item, kept_edition, subscriber, watchlist
from monitor import pipeline
from monitor.access import User
from monitor.config.kept import check_subscriber, check_watchlist, merged
from monitor.config.settings import Config, MailSettings, PollSettings
from monitor.coverage.marks import Marker
from monitor.coverage.search import Piece
from monitor.coverage.typed import understand
from monitor.errors import ConfigError
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.query import parse_query
from monitor.readers import Watchlist
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.web import filters
from monitor.web.app import create_app
from monitor.web.edition_pages import LIMIT as EDITIONS
from monitor.web.guide import Guide
from monitor.web.mistakes import _KNOWN, by_field, mistakes_of, told
from monitor.web.search import excerpt
from monitor.web.search_pages import LIMIT
from monitor.web.site import Site

LEDGER, ANAHUAC = feed("Ledger", "US"), feed("Anáhuac", "MX")
FILED = Config(
    contact="desk@example.org",
    poll=PollSettings(),
    engine="none",
    watchlists=(watchlist("Water", "water", "agua"),),
    mail=MailSettings("mail.example", 25, "none", "", "desk@example.org"),
    subscribers=(subscriber("Luis"),),
    feeds=(LEDGER, ANAHUAC),
)
HOSTILE = "\"><script>alert('x')</script> <img src=x onerror=alert(1)> {{ 7*7 }} &amp;"
FORM = {
    "name": "Ana Ruiz",
    "address": "ana@desk.example",
    "language": "es",
    "tz": "America/Mexico_City",
    "time": "06:30",
    "weekdays": ["mon", "tue"],
    "watchlists": ["Water"],
    "length": "short",
    "translate": "yes",
}


# --- a desk ----------------------------------------------------------------------


@dataclass
class Stage:
    """What the server of these tests shows; each test sets its own."""

    db: Path
    filed: Config = FILED

    def desk(self) -> Desk:
        """By what the database keeps now, as in a long run."""
        with Store(self.db) as store:
            found = merged(
                self.filed,
                store.kept.watchlists(),
                store.kept.subscribers(),
                [theme.name for theme in compose.themes(self.filed).themes],
            ).config
        lists, themes = compose.watchlists(found), compose.themes(found)
        return Desk(found.feeds, found.owners, lists, "none", themes=themes)


class Browser(AnyBrowser):
    """Also sends forms that pages show."""

    def page(self, path: str) -> Page:
        got = self.ask(path)
        assert got.status == 200, got.text
        return Page.of(got.text)

    def send(self, path: str, **fields: object) -> Answer:
        """As the browser of whoever has the page open."""
        csrf = re.search(r'name="_csrf" value="([^"]+)"', self.ask("/corrections").text)
        body = urlencode({"_csrf": csrf[1] if csrf else self.csrf} | fields, doseq=True)
        return self.ask(path, "POST", body)

    csrf = ""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, int]]:
    stage = Stage(tmp_path_factory.mktemp("find"))
    site = Site(lambda: Store(stage.db), stage.desk, lambda: NOW, filed=FILED)
    with served(create_app(site)) as browser:
        yield stage, browser.port


@pytest.fixture
def stage(theatre, store, tmp_path) -> Stage:
    theatre[0].db = tmp_path / "monitor.db"
    return theatre[0]


@pytest.fixture
def browser(theatre, stage) -> Browser:
    """Of whoever sits at this machine, who may edit."""
    browser = Browser(theatre[1])
    page = browser.ask("/subscriptions/new").text
    Browser.csrf = re.search(r'name="_csrf" value="([^"]+)"', page)[1]
    return browser


def outline(store: Store, stage: Stage) -> None:
    desk = stage.desk()
    marker = Marker(desk.themes, tuple(desk.watchlists))
    list(outline_due(store, marker, desk.owners))


def tariffs(store: Store) -> tuple[str, str]:
    """An English item, a Spanish one of the same story, and another on its own."""
    us = item("Steel tariffs rise", outlet="Ledger", summary="Duties on steel.")
    mx = item("Suben los aranceles al acero", "MX", outlet="Anáhuac", minutes=30)
    story = add(store, us, mx)
    translate(store, mx, "They raise steel tariffs")
    other = add(store, item("A quiet day", outlet="Ledger", minutes=60))
    return story, other


# --- search ----------------------------------------------------------------------


def test_a_spanish_word_finds_english_items_and_marks_them(store, stage, browser):
    story, _ = tariffs(store)
    outline(store, stage)
    page = browser.page("/search?q=aranceles")
    assert page.texts("h3") == ["Suben los aranceles al acero", "Steel tariffs rise"]
    assert page.texts("mark") == ["aranceles", "tariffs", "tariffs"]
    assert "They raise steel tariffs machine translation" in page.text
    assert "also looked for: tariffs, tariff, arancel" in page.text
    assert f"/stories/{story}" in page.links
    assert "Steel tariffs rise · 2 items" in page.text


def test_the_box_alone_asks_for_nothing(browser):
    page = browser.page("/search")
    assert page.find("input", type="search")
    assert not page.find("h2") and not page.find("p", role="alert")


def test_stories_are_listed_with_their_hits(store, stage, browser):
    story, _ = tariffs(store)
    outline(store, stage)
    page = browser.page("/search?q=aranceles&by=story")
    assert page.texts("h3") == ["Steel tariffs rise"]
    assert "2 hits of 2 items" in page.text
    assert page.links.count(f"/stories/{story}") == 1


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("side=MX", ["Suben los aranceles al acero"]),
        ("language=en", ["Steel tariffs rise"]),
        ("outlet=Ledger", ["Steel tariffs rise"]),
        ("since=2026-03-03", []),
        ("until=2026-03-01", []),
        (
            "since=2026-03-02&until=2026-03-02&outlet=An%C3%A1huac",
            ["Suben los aranceles"],
        ),
    ],
)
def test_filters_narrow_a_search(store, browser, query, titles):
    tariffs(store)
    found = browser.page(f"/search?q=aranceles&{query}").texts("h3")
    assert [t.startswith(s) for t, s in zip(found, titles, strict=True)] == [
        True for _ in titles
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=ab*", "begins too many words"),
        ("q=...", "holds no word to look for"),
        ("q=-steel", "only says what is not wanted"),
        ("q=steel&side=only-MX", "expected one of US, MX"),
        ("q=steel&outlet=Nobody", "'Nobody': expected one of Anáhuac, Ledger"),
        ("q=steel&since=x", "expected a day such as"),
        ("q=steel&since=2026-03-02&until=2026-03-01", "lies before since"),
        ("q=steel&by=moon", "'moon': expected one of item, story"),
        ("q=steel&order=moon", "'moon': expected one of newest, best"),
        ("q=" + "steel+" * 200, "shorten it"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(browser, query, said):
    got = browser.ask(f"/search?{query}")
    assert got.status == 400
    [alert] = Page.of(got.text).texts("div", role="alert")
    assert said in alert
    spanish = browser.ask(f"/search?{query}&lang=es")
    [alert] = Page.of(spanish.text).texts("div", role="alert")
    assert said not in alert and "Esta búsqueda no se entiende" in alert


HOSTILES = (
    *(
        HOSTILE,
        "\x00",
        "' OR 1=1 --",
        '"',
        '""""',
        "NEAR(a b)",
        "title:steel",
        "^steel",
    ),
    *("(" * 300, "*" * 50, "a AND", "NOT", "%", "\ud800", "steel\x00x", "‮", "-" * 99),
)


@pytest.mark.parametrize("query", HOSTILES)
@pytest.mark.parametrize("by", ["item", "story"])
def test_no_query_breaks_the_page_or_out_of_it(store, browser, query, by):
    tariffs(store)
    asked = quote(query.encode("utf-8", "surrogatepass"))
    got = browser.ask(f"/search?q={asked}&by={by}&after=-1&name={asked}")
    assert got.status in (200, 400)
    assert not Page.of(got.text).find("script")
    assert not Page.of(got.text).find("img")


def test_what_feeds_write_is_shown_and_not_obeyed(store, stage, browser):
    add(
        store, item(f"tariffs {HOSTILE}", outlet="Ledger", summary=f"tariffs {HOSTILE}")
    )
    outline(store, stage)
    for by in ("item", "story"):
        got = browser.ask(f"/search?q=tariffs&by={by}").text
        page = Page.of(got)
        assert not page.find("script") and not page.find("img")
        assert "<script>alert('x')</script>" in page.text
        assert "tariffs" in page.texts("mark")


def test_pages_lead_through_all_hits_once(store, browser):
    items = [item(f"Tariff {n}", minutes=n, outlet="Ledger") for n in range(45)]
    for each in items:
        add(store, each)
    for order in ("newest", "best"):
        path, seen, pages = f"/search?q=tariff&order={order}", [], 0
        while path:
            page = browser.page(path)
            seen += page.texts("h3")
            pages += 1
            after = [e.attributes["href"] for e in page.find("a", rel="next")]
            path = unescape(after[0]) if after else ""
        assert len(seen) == 45 and set(seen) == {each.title for each in items}
        assert pages == -(-45 // LIMIT)
        assert page.texts("a", href="/search?")[-1:] == ["First page"]


def test_nothing_found_is_advised_upon(browser):
    page = browser.page("/search?q=zzzz")
    assert "Nothing was found." in page.text
    assert len(page.find("li")) >= 4


def test_what_is_not_indexed_yet_is_told(store, browser):
    tariffs(store)
    assert "Not indexed" not in browser.page("/search?q=steel").text
    store._db.execute("update search_reach set lowest = 3")
    store._db.conn.commit()
    assert "Not indexed yet: 2 items" in browser.page("/search?q=steel").text
    assert "Not indexed yet: 2 items" in browser.page("/health").text


@given(
    st.lists(st.builds(Piece, st.text(min_size=1), st.booleans()), max_size=8),
    st.integers(100, 400),
)
def test_an_excerpt_is_short_and_shows_the_first_hit(pieces, most):
    text = "".join(p.text for p in pieces)
    made = excerpt(pieces, most)
    assert sum(len(p.text) for p in made) <= most + 2
    plain = [p for p in pieces if p.is_hit and p.text.isascii() and p.text.isalnum()]
    if plain and plain[0] == next(p for p in pieces if p.is_hit) and len(text) <= most:
        assert plain[0] in made


def test_an_excerpt_of_a_long_text_begins_at_a_word_before_the_hit():
    words = "word " * 60
    made = excerpt(
        (Piece(words, False), Piece("hit", True), Piece(f" {words}", False)), 150
    )
    assert made[0].text == "…" and made[-1].text == "…"
    assert made[1].text.startswith("word ") and Piece("hit", True) in made


# --- watch-lists -----------------------------------------------------------------


def test_a_saved_search_finds_its_stories(store, stage, browser):
    story, _ = tariffs(store)
    assert "Save this search" in browser.page("/search?q=aranceles*").text
    got = browser.send("/watchlists", name="Duties", query="arancel*", step="save")
    assert got.status == 303
    [kept] = store.kept.watchlists()
    assert (kept.name, kept.query, kept.by) == ("Duties", "arancel*", "local")
    assert "counts are not final" in browser.page("/watchlists").text
    outline(store, stage)
    page = browser.page(got.headers["location"])
    assert "Saved: Duties." in page.text
    assert "not final" not in page.text
    assert "Made by local, Mar 2, 06:00. Last 7 days: 1 story." in page.text
    assert f"/stories/{story}" in page.links
    assert "/stories.atom?watchlist=Duties" in page.links


def test_a_search_that_cannot_be_saved_comes_back_whole(store, browser):
    for name, query, said in (
        ("Water", "agua", "is in feeds.yaml already"),
        ("", "agua", "is missing"),
        ("Duties", "steel dumping", "character 7, 'dumping': expected AND or OR"),
        ("x" * 101, "agua", "at most 100 characters"),
        (HOSTILE, f"({HOSTILE}", "opens a quote that is never closed"),
    ):
        got = browser.send("/watchlists", name=name, query=query, step="save")
        assert got.status == 422
        page = Page.of(got.text)
        assert said in " ".join(page.texts("span", class_="fault"))
        assert [e.attributes["value"] for e in page.find("input", id="name")] == [name]
        assert page.texts("textarea") == [" ".join(query.split())]
        assert page.find("input", aria_invalid="true") or page.find("textarea")
        assert not page.find("script")
    assert store.kept.watchlists() == []


def test_a_name_that_the_desk_has_is_taken(store, browser):
    store.kept.add_watchlist(
        Watchlist("Duties", query=parse_query("steel")), "ana", NOW
    )
    got = browser.send("/watchlists", name="Duties", query="agua", step="save")
    assert got.status == 422 and "is on the desk already" in got.text
    assert [each.query for each in store.kept.watchlists()] == ["steel"]


def test_a_query_is_tried_before_it_is_saved(store, browser):
    tariffs(store)
    got = browser.send("/watchlists", name="Duties", query="tariff*", step="test")
    page = Page.of(got.text)
    assert got.status == 200
    assert "Of the last 30 days: 2 items. Nothing is saved yet." in page.text
    assert "tariffs" in page.texts("mark")
    assert store.kept.watchlists() == []


def test_a_trial_finds_what_the_watch_list_will(store, browser):
    """Which is less than a search: it does not ask for the singular."""
    add(store, item("One tariff", outlet="Ledger"))
    text = browser.send("/watchlists", name="x", query="tariffs", step="test").text
    search = browser.page("/search?q=tariffs").texts("h3")
    assert search == ["One tariff"]
    assert "Of the last 30 days: 0 items." in text


def test_a_list_of_the_desk_is_changed_and_removed_there(store, browser):
    store.kept.add_watchlist(
        Watchlist("Duties", query=parse_query("steel")), "ana", NOW
    )
    reader = subscriber("dana", watchlists=("Duties",))
    store.kept.add_subscriber(reader, "ana", NOW)
    form = browser.page("/watchlists/edit?name=Duties")
    assert form.texts("textarea") == ["steel"]
    sent = browser.send("/watchlists/edit", name="Duties", query="acero", step="save")
    assert sent.status == 303
    assert [each.query for each in store.kept.watchlists()] == ["acero"]
    asked = browser.page("/watchlists/remove?name=Duties")
    assert "It is in the digests of dana" in asked.text
    assert len(store.kept.watchlists()) == 1, "a page that asks does nothing"
    assert browser.send("/watchlists/remove", name="Duties").status == 303
    assert store.kept.watchlists() == []


@pytest.mark.parametrize("verb", ["edit", "remove"])
def test_a_list_of_the_file_is_changed_there_alone(store, browser, verb):
    page = browser.page("/watchlists")
    assert "From feeds.yaml, and changed there alone." in page.text
    assert not [link for link in page.links if verb in link]
    assert browser.ask(f"/watchlists/{verb}?name=Water").status == 404
    sent = browser.send(f"/watchlists/{verb}", name="Water", query="x", step="save")
    assert sent.status == 404


# --- subscriptions -----------------------------------------------------------------


def test_who_subscribes_gets_the_next_edition(store, stage, browser):
    tariffs(store)
    got = browser.send("/subscriptions", **FORM)
    assert got.status == 303
    [kept] = store.kept.subscribers()
    assert kept.by == "local"
    expected = subscriber(
        *("Ana Ruiz", "es", "America/Mexico_City"),
        address="ana@desk.example",
        weekdays=("mon", "tue"),
        watchlists=("Water",),
        length="short",
    )
    assert replace(kept.subscriber, time=expected.time) == expected
    assert f"{kept.subscriber.time:%H:%M}" == "06:30"
    known = merged(FILED, (), store.kept.subscribers(), ()).config.subscribers
    due = pipeline.due_editions(known, store, NOW + timedelta(days=1))
    assert "Ana Ruiz" in [reader.name for reader, _ in due]
    page = browser.page("/subscriptions")
    row = next(row for row in page.texts("tr") if "Ana Ruiz" in row)
    assert "Spanish, 06:30 (America/Mexico_City), Monday and Tuesday" in row
    assert "names no mail server" not in page.text


def test_every_mistake_stands_beside_its_field(store, browser):
    wrong = {
        "name": "Luis",
        "address": "nobody",
        "tz": "Mars",
        "time": "25:00",
        "watchlists": "None",
        "themes": "none",
        "language": "fr",
        "length": "huge",
    }
    got = browser.send("/subscriptions", **wrong)
    page = Page.of(got.text)
    assert got.status == 422
    marked = {e.attributes["id"] for e in page.find("span", class_="fault")}
    fields = {*wrong, "weekdays"}
    assert marked == {f"s-{field}-fault" for field in fields}
    pointed = {e.attributes.get("aria-describedby") for e in page.elements} - {None}
    assert marked <= pointed
    invalid = [e for e in page.elements if e.attributes.get("aria-invalid") == "true"]
    assert len(invalid) == len(fields)
    values = {
        e.attributes.get("name"): e.attributes.get("value") for e in page.find("input")
    }
    assert {key: values[key] for key in ("name", "address", "tz", "time")} == {
        key: wrong[key] for key in ("name", "address", "tz", "time")
    }
    assert store.kept.subscribers() == []


def test_a_hostile_name_is_kept_as_a_name(store, browser):
    name = HOSTILE[:90]
    assert browser.send("/subscriptions", **FORM | {"name": name}).status == 303
    for path in ("/subscriptions", f"/subscriptions/edit?name={quote(name)}"):
        page = browser.page(path)
        assert not page.find("script") and not page.find("img")
    assert name in browser.page("/subscriptions").text


def test_a_reader_is_changed_and_removed(store, browser):
    browser.send("/subscriptions", **FORM)
    form = browser.page("/subscriptions/edit?name=Ana%20Ruiz")
    ticked = [e.attributes["value"] for e in form.find("input", checked="")]
    checked = [e for e in form.find("input") if "checked" in e.attributes]
    assert ticked and {e.attributes["value"] for e in checked} == {
        *("mon", "tue", "Water", "yes")
    }
    changed = FORM | {"tz": "UTC", "translate": ""}
    assert browser.send("/subscriptions/edit", **changed).status == 303
    [kept] = store.kept.subscribers()
    assert (kept.subscriber.tz, kept.subscriber.translate) == ("UTC", False)
    assert browser.page("/subscriptions/remove?name=Ana%20Ruiz")
    assert store.kept.subscribers()
    assert browser.send("/subscriptions/remove", name="Ana Ruiz").status == 303
    assert store.kept.subscribers() == []


def test_mail_is_paused_and_resumed_but_not_for_who_left(store, browser):
    assert browser.send("/subscriptions/pause", name="Luis").status == 303
    [of] = store.subscriptions.all()
    assert of.stopped_by == "person"
    assert "paused since Mar 2, 06:00" in browser.page("/subscriptions").text
    store.subscriptions.stop(of.token, "reader", NOW)
    assert browser.send("/subscriptions/resume", name="Luis").status == 303
    [of] = store.subscriptions.all()
    assert of.stopped_by == "reader"
    page = browser.page("/subscriptions")
    assert "unsubscribed since Mar 2, 06:00" in page.text
    assert not page.find("button")
    assert browser.send("/subscriptions/pause", name="Nobody").status == 404


def test_a_preview_shows_the_edition_and_keeps_nothing(store, browser):
    tariffs(store)
    got = browser.send("/subscriptions/preview", **FORM | {"step": "new"})
    assert got.status == 200
    assert "Cobertura" in got.text
    assert "script-src" not in got.headers["content-security-policy"]
    assert store.kept.subscribers() == [] and store.editions.count() == 0
    wrong = browser.send("/subscriptions/preview", **FORM | {"tz": "Mars"})
    assert wrong.status == 422 and "s-tz-fault" in wrong.text


# --- editions ----------------------------------------------------------------------


def test_editions_are_listed_with_how_they_were_mailed(store, browser):
    sent = kept_edition("dana", json="{}", atom="<feed/>")
    store.editions.add(sent)
    store.outbox.add(delivery("dana"))
    store.outbox.log(delivery("dana"), NOW)
    store.editions.add(kept_edition("luis"))
    page = browser.page("/editions")
    first, second = page.texts("tr")[1:]
    assert "luis" in first and "not mailed" in first
    assert "dana@desk.example" in second and "sent Mar 2, 06:00" in second
    assert f"/editions/{sent.id}.atom" in page.links
    for link in page.links:
        if link.startswith("/editions/"):
            assert browser.ask(link).status == 200, link
    assert len(browser.page("/editions?subscriber=dana").texts("tr")) == 2
    assert not browser.page("/editions?until=2026-03-01").texts("tr")
    assert len(browser.page("/editions?since=2026-03-02").texts("tr")) == 3


def test_the_archive_is_paged_by_day(store, browser):
    days = [NOW.date() - timedelta(days=n) for n in range(EDITIONS + 5)]
    for day in days:
        store.editions.add(kept_edition("dana", day))
    first = browser.page("/editions?subscriber=dana")
    [more] = first.find("a", rel="next")
    rest = browser.page(unescape(more.attributes["href"] or ""))
    assert (len(first.texts("tr")), len(rest.texts("tr"))) == (EDITIONS + 1, 6)
    assert not rest.find("a", rel="next")


@pytest.mark.parametrize("query", ["since=x", "until=2026-02-31", "after=zzz"])
def test_an_archive_that_is_not_there_is_told(browser, query):
    got = browser.ask(f"/editions?{query}")
    assert got.status == 400 and 'role="alert"' in got.text


# --- who may -----------------------------------------------------------------------


@pytest.fixture
def reader(store, theatre, browser) -> Browser:
    """Somebody who may only look."""
    assert store.users.add(User("rea", "reader", NOW), HASH)
    reader = Browser(theatre[1])
    assert reader.sign_in("rea").status == 303
    return reader


POSTS = (
    *("/watchlists", "/watchlists/edit", "/watchlists/remove"),
    *("/subscriptions", "/subscriptions/edit", "/subscriptions/remove"),
    *("/subscriptions/pause", "/subscriptions/resume", "/subscriptions/preview"),
)
FORMS = (
    *("/watchlists/new", "/watchlists/edit", "/watchlists/remove", "/subscriptions"),
    *("/subscriptions/new", "/subscriptions/edit", "/subscriptions/remove"),
)


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_token_does_nothing(store, browser, path):
    got = browser.post(path, {"name": "Luis", "query": "agua", "step": "save"})
    assert got.status == 403
    assert store.kept.watchlists() == [] and store.subscriptions.all() == []


def test_a_reader_sees_lists_and_no_forms_or_addresses(store, reader):
    tariffs(store)
    store.editions.add(kept_edition("dana"))
    store.outbox.add(delivery("dana"))
    broken = subscriber("Broken", tz="Mars")
    store.kept.add_subscriber(broken, "ana", NOW)
    for path in ("/search?q=aranceles", "/watchlists", "/editions", "/health"):
        got = reader.ask(path)
        assert got.status == 200
        assert 'method="post"' not in got.text, path
        assert "@desk.example" not in got.text and "is left out" not in got.text
    for path in FORMS:
        assert reader.ask(path).status == 403, path
    csrf = reader.ask("/account").csrf
    for path in POSTS:
        form = {"name": "Luis", "query": "agua", "step": "save"}
        assert reader.post(path, form, csrf).status == 403, path
    assert store.kept.watchlists() == [] and store.subscriptions.all() == []


def test_what_feeds_yaml_overrules_is_told_to_editors(store, browser):
    store.kept.add_watchlist(Watchlist("Water", query=parse_query("x")), "ana", NOW)
    for path in ("/health", "/watchlists", "/subscriptions"):
        assert "is in feeds.yaml already" in browser.page(path).text


# --- mistakes in Spanish --------------------------------------------------------------


def wordings() -> Iterator[str]:
    """What is really said of all kinds of mistakes."""
    for query in (
        "x" * 501,
        "...",
        "ab*",
        "-a",
        "(" * 60 + "a",
        " ".join(f"x{n}" for n in range(50)),
    ):
        yield from said(understand, query)
    for query in (
        *("a b", "a AND", '"a', "(a", "a)", "a AND b OR c", "a and b", "a NOT b"),
    ):
        yield from said(parse_query, query)
    day = {"since": "2026-03-02", "until": "2026-03-01"}
    for asked in (
        day,
        {"since": "x"},
        {"until": "1066-10-14"},
        {"since": "2026-03-01Tx"},
        {"side": "x"},
    ):
        try:
            filters.read(asked)
        except filters.FilterError as error:
            yield from (fault.told for fault in error.faults)
    form = {"name": "Luis", "address": "x", "tz": "x", "time": "x", "weekdays": []}
    odd = form | {"watchlists": ["Wate", "Zzz"], "themes": ["trad", "zzz"]}
    names = (["Luis"], ["Water"], ["trade"])
    for given_form in (form, odd, {}, {"name": "x" * 101}, {"name": "a\u200bb"}):
        yield from said(lambda f: check_subscriber(f, *names), given_form)
    yield from said(lambda f: check_watchlist(f, ()), {"name": "x", "query": 7})
    yield "x is on the desk already; choose another name"


def said(check, asked) -> Iterator[str]:
    try:
        check(asked)
    except ConfigError as error:
        for field in by_field(
            mistakes_of(error), (*FORM, "themes", "query"), EN
        ).values():
            yield from (mistake.text for mistake in field)


EN, ES = Guide("en"), Guide("es")


def test_every_wording_is_said_somewhere_and_has_its_spanish():
    heard = list(wordings())
    unknown = {text for text in heard if told(text, ES).language != "es"}
    assert unknown == set()
    used = {w for w in _KNOWN if any(_like(w, text) for text in heard)}
    assert set(_KNOWN) - used == set(), "nobody says these any more"


def _like(wording: str, text: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(wording))
    return re.match(pattern, text, re.DOTALL) is not None


def test_another_mistake_stays_english_and_says_so():
    made = told("something new is wrong", ES)
    assert (made.text, made.language) == ("something new is wrong", "en")
