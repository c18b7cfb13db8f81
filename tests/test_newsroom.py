import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from html import unescape
from http.client import HTTPConnection
from threading import Thread
from urllib.parse import urlsplit

import pytest

from builders import feed
from monitor.errors import ParseError
from monitor.evaluation.datasets import read
from monitor.feeds.parse import parse
from monitor.model import Document, Feed, Item
from monitor.newsroom import server
from monitor.newsroom.content import (
    FIRST_HOUR,
    LAST_HOUR,
    Notice,
    Outlet,
    labelled_path,
    notices,
    outlets,
)
from monitor.newsroom.documents import document
from monitor.newsroom.server import SHOWN, Newsroom, serve
from monitor.verbs.demo import HOURS

OUTLETS = {outlet.slug: outlet for outlet in outlets()}
NOTICES = notices()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADDRESS = "http://127.0.0.1:1"
DEAD = {"error-500", "html-page"}
LIVE = [slug for slug, outlet in OUTLETS.items() if not outlet.quirks & DEAD]


def cell(outlet: Outlet) -> tuple[str, str]:
    return outlet.country, outlet.language


def by(outlet: Outlet) -> list[Notice]:
    return [notice for notice in NOTICES if notice.outlet == outlet.outlet]


def parsed(outlet: Outlet, *of: Notice, now=LAST_HOUR) -> list[Item]:
    made = outlet.feed(ADDRESS)
    body = document(outlet, of, now)
    fetched = Document(made.url, body, {"content-type": "text/xml"})
    return [sighting.item for sighting in parse(made, fetched, now).sightings]


# --- content -------------------------------------------------------------------------


def test_twenty_outlets_and_more_fill_the_four_cells():
    cells = Counter(cell(outlet) for outlet in OUTLETS.values())
    assert sum(cells.values()) >= 20
    assert set(cells) == {("US", "en"), ("US", "es"), ("MX", "es"), ("MX", "en")}
    assert min(cells.values()) >= 4


def test_every_cell_publishes_and_every_item_has_its_outlet():
    cells = {outlet.outlet: cell(outlet) for outlet in OUTLETS.values()}
    published = Counter(cells[notice.outlet] for notice in NOTICES)
    assert len(NOTICES) >= 240
    assert len(published) == 4
    assert min(published.values()) >= 20


def test_no_two_items_share_an_id_and_no_two_outlets_a_name():
    assert len({notice.id for notice in NOTICES}) == len(NOTICES)
    assert len({outlet.outlet for outlet in OUTLETS.values()}) == len(OUTLETS)


def test_items_come_oldest_first_within_the_three_days():
    dates = [notice.published for notice in NOTICES]
    assert dates == sorted(dates)
    assert dates[0] > FIRST_HOUR - 6 * HOUR
    assert dates[-1] <= LAST_HOUR


def test_the_labels_are_those_of_the_content():
    labelled = read(labelled_path())
    of = {outlet.outlet: outlet for outlet in OUTLETS.values()}
    told = [(i.id, i.outlet, i.published, i.title, i.summary) for i in labelled.items]
    assert told == [
        (n.id, n.outlet, n.published, n.title, n.summary)
        for n in sorted(NOTICES, key=lambda n: (n.published, n.id))
    ]
    assert all(cell(of[i.outlet]) == (i.country, i.language) for i in labelled.items)
    assert set(labelled.stories) == {notice.id for notice in NOTICES}


def test_thirty_stories_and_more_cross_the_border():
    labelled = read(labelled_path())
    sides, languages = defaultdict(set), defaultdict(set)
    for item in labelled.items:
        sides[labelled.stories[item.id]].add(item.country)
        languages[labelled.stories[item.id]].add(item.language)
    assert sum(len(countries) == 2 for countries in sides.values()) >= 30
    assert sum(len(codes) == 2 for codes in languages.values()) >= 30


def test_some_stories_stay_on_one_side():
    labelled = read(labelled_path())
    sides = defaultdict(set)
    for item in labelled.items:
        sides[labelled.stories[item.id]].add(item.country)
    alone = Counter(min(found) for found in sides.values() if len(found) == 1)
    assert min(alone["US"], alone["MX"]) >= 10


def test_formats_encodings_dates_and_quirks_all_occur():
    live = [OUTLETS[slug] for slug in LIVE]
    assert {o.format for o in live} == {"rss", "atom", "rdf"}
    assert {o.encoding for o in live} == {"UTF-8", "ISO-8859-1", "windows-1252"}
    assert {o.dates for o in live} == {"rfc822", "iso", "spanish", "zoneless"}
    assert {quirk for o in OUTLETS.values() for quirk in o.quirks} == {
        *("cdata-html", "guid-changes", "tracking", "slow", "truncated"),
        *("error-500", "html-page"),
    }


def test_a_feed_says_what_its_outlet_is():
    assert OUTLETS["diario-anahuac"].feed(ADDRESS) == feed(
        "Diario Anáhuac",
        "MX",
        "es",
        url=f"{ADDRESS}/diario-anahuac.xml",
        owner="Grupo Anáhuac",
        recurring_titles=("^Cartas de los lectores$",),
        local=True,
    )


# --- documents -----------------------------------------------------------------------


@pytest.mark.parametrize("slug", LIVE)
def test_every_document_parses_back_to_exactly_what_was_written(slug):
    outlet = OUTLETS[slug]
    of = by(outlet)
    assert [(i.title, i.summary, i.published) for i in parsed(outlet, *of)] == [
        (n.title, n.summary, n.published) for n in of
    ]
    assert len(of) >= 5


@pytest.mark.parametrize("slug", LIVE)
def test_a_document_says_how_it_is_written_and_is_so(slug):
    outlet = OUTLETS[slug]
    body = document(outlet, by(outlet), LAST_HOUR)
    text = body.decode(outlet.encoding)
    assert text.startswith(f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n')
    if outlet.encoding != "UTF-8":
        with pytest.raises(UnicodeDecodeError):
            body.decode()


@pytest.mark.parametrize("slug", LIVE)
def test_dates_are_certain_where_the_feed_names_a_zone(slug):
    outlet = OUTLETS[slug]
    expected = "default-zone" if outlet.dates == "zoneless" else "feed"
    assert {i.date_source for i in parsed(outlet, *by(outlet))} == {expected}


@pytest.mark.parametrize("slug", LIVE)
def test_links_are_untracked_and_differ(slug):
    outlet = OUTLETS[slug]
    urls = [item.url for item in parsed(outlet, *by(outlet))]
    assert len(set(urls)) == len(urls)
    assert all(url.startswith(f"https://{slug}.example/2025/04/") for url in urls)
    assert not any("?" in url for url in urls)


@pytest.mark.parametrize("slug", LIVE)
def test_an_item_keeps_its_identity_from_hour_to_hour(slug):
    outlet = OUTLETS[slug]
    now, later = (parsed(outlet, *by(outlet), now=LAST_HOUR + n * HOUR) for n in (0, 1))
    assert [i.id for i in now] == [i.id for i in later]
    assert len({i.id for i in now}) == len(now)


def test_recurring_columns_are_known_by_their_titles():
    known = {
        (outlet.outlet, item.title)
        for outlet in OUTLETS.values()
        if outlet.recurring_titles
        for item in parsed(outlet, *by(outlet))
        if item.recurring
    }
    assert {name for name, _ in known} == {
        outlet.outlet for outlet in OUTLETS.values() if outlet.recurring_titles
    }
    assert ("Diario Anáhuac", "Cartas de los lectores") in known


def test_labels_never_show_in_a_document():
    stories = {story.encode() for story in read(labelled_path()).stories.values()}
    for slug in LIVE:
        body = document(OUTLETS[slug], by(OUTLETS[slug]), LAST_HOUR)
        assert not [story for story in stories if b"-" in story and story in body]


NASTY = 'Trato “final”: 5 < 6 & 7 > 2, "ya" — ¿y Ñuñoa’s €100?'


@pytest.mark.parametrize("form", ["rss", "atom", "rdf"])
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252"])
@pytest.mark.parametrize("quirk", ["", "cdata-html", "tracking", "guid-changes"])
def test_any_text_survives_any_format_encoding_and_quirk(form, encoding, quirk):
    outlet = replace(
        OUTLETS["diario-anahuac"],
        format=form,
        encoding=encoding,
        quirks=frozenset(quirk.split()),
    )
    notice = Notice("n1", outlet.outlet, FIRST_HOUR, NASTY, f"Resumen. {NASTY}")
    [found] = parsed(outlet, notice)
    assert (found.title, found.summary) == (NASTY, f"Resumen. {NASTY}")
    assert found.published == FIRST_HOUR


@pytest.mark.parametrize("dates", ["rfc822", "iso", "spanish", "zoneless"])
@pytest.mark.parametrize("tz", ["America/Mexico_City", "America/New_York", "UTC"])
def test_every_month_is_dated_right_in_every_manner(dates, tz):
    outlet = replace(OUTLETS["diario-anahuac"], dates=dates, tz=tz)
    later = FIRST_HOUR + 366 * DAY
    of = [
        Notice(str(n), outlet.outlet, FIRST_HOUR + n * 29 * DAY, f"T{n}", "")
        for n in range(12)
    ]
    found = parsed(outlet, *of, now=later)
    assert [i.published for i in found] == [n.published for n in of]


def test_a_truncated_document_ends_before_its_last_tags():
    outlet = OUTLETS["semanario-la-mesa"]
    body = document(outlet, by(outlet), LAST_HOUR).decode()
    assert body.rstrip().endswith("</item>")
    whole = document(replace(outlet, quirks=frozenset()), by(outlet), LAST_HOUR)
    assert whole.decode().startswith(body)


# --- server --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def newsroom():
    with serve() as newsroom:
        yield newsroom


@pytest.fixture
def get(newsroom: Newsroom):
    """Asks the newsroom over HTTP: status, headers, body."""
    newsroom.now = LAST_HOUR
    connection = HTTPConnection(urlsplit(newsroom.address).netloc, timeout=5)

    def asked(slug: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection.request("GET", f"/{slug}.xml", headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    yield asked
    connection.close()


def items(newsroom: Newsroom, of: Feed, body: bytes) -> list[Item]:
    found = parse(of, Document(of.url, body, {}), newsroom.now)
    return [sighting.item for sighting in found.sightings]


def test_its_feeds_are_its_outlets_on_loopback(newsroom):
    feeds = newsroom.feeds()
    assert [made.outlet for made in feeds] == [o.outlet for o in OUTLETS.values()]
    assert {urlsplit(made.url).hostname for made in feeds} == {"127.0.0.1"}


@pytest.mark.parametrize("slug", LIVE)
def test_a_feed_shows_the_newest_items_first(newsroom, get, slug):
    status, headers, body = get(slug)
    expected = by(OUTLETS[slug])[::-1][:SHOWN]
    assert (status, headers["Content-Type"]) == (200, "application/xml")
    found = items(newsroom, OUTLETS[slug].feed(newsroom.address), body)
    assert [i.title for i in found] == [n.title for n in expected]


def test_the_clock_hides_what_is_not_out_yet(newsroom, get):
    made = OUTLETS["agencia-quetzal"].feed(newsroom.address)
    shown = set()
    for hours in range(0, 80, 4):
        newsroom.now = FIRST_HOUR + hours * HOUR
        found = items(newsroom, made, get("agencia-quetzal")[2])
        assert all(item.published <= newsroom.now for item in found)
        shown |= {item.title for item in found}
    assert shown == {n.title for n in by(OUTLETS["agencia-quetzal"])}


def test_before_the_first_item_a_feed_is_empty_and_still_a_feed(newsroom, get):
    newsroom.now = FIRST_HOUR - 99 * HOUR
    for slug in LIVE:
        if "truncated" in OUTLETS[slug].quirks:
            continue
        made = OUTLETS[slug].feed(newsroom.address)
        assert items(newsroom, made, get(slug)[2]) == []


def test_an_unchanged_feed_earns_a_304(newsroom, get):
    _, headers, body = get("agencia-quetzal")
    etag = headers["ETag"]
    unchanged = get("agencia-quetzal", **{"If-None-Match": etag})
    assert (unchanged[0], unchanged[1]["ETag"], unchanged[2]) == (304, etag, b"")
    newsroom.now = FIRST_HOUR + 24 * HOUR
    status, headers, changed = get("agencia-quetzal", **{"If-None-Match": etag})
    assert (status, headers["ETag"] != etag, changed != body) == (200, True, True)


def test_an_etag_is_of_one_feed(get):
    _, headers, _ = get("agencia-quetzal")
    assert get("mercado-hoy", **{"If-None-Match": headers["ETag"]})[0] == 200


def test_new_guids_at_each_hour_change_the_document_but_not_the_items(newsroom, get):
    made = OUTLETS["saguaro-tribune"].feed(newsroom.address)
    _, _, one = get("saguaro-tribune")
    newsroom.now += HOUR
    _, _, other = get("saguaro-tribune")
    assert one != other
    assert [i.id for i in items(newsroom, made, one)] == [
        i.id for i in items(newsroom, made, other)
    ]


def test_a_broken_server_answers_500_without_a_validator(get):
    status, headers, _ = get("delta-valley-star")
    assert status == 500
    assert "ETag" not in headers


def test_a_web_page_in_the_place_of_a_feed_is_refused_by_the_parser(newsroom, get):
    status, headers, body = get("eco-de-la-sierra")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Eco de la Sierra" in unescape(body.decode())
    with pytest.raises(ParseError, match="is an HTML page"):
        items(newsroom, OUTLETS["eco-de-la-sierra"].feed(newsroom.address), body)


@pytest.mark.parametrize("slug", ["", "nobody", "../outlets.csv", "diario-anahuac.xml"])
def test_an_unknown_address_is_not_found(get, slug):
    assert get(slug)[0] == 404


def test_a_latin_1_document_comes_in_latin_1(get):
    _, _, body = get("diario-anahuac")
    assert "Diario Anáhuac".encode("latin-1") in body
    assert "Diario Anáhuac".encode() not in body


def test_a_slow_outlet_is_slow_and_holds_up_no_other(newsroom, get, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.3)
    slow = HTTPConnection(urlsplit(newsroom.address).netloc, timeout=5)
    asked = Thread(target=lambda: slow.request("GET", "/pacific-sentinel.xml"))
    asked.start()
    start = time.monotonic()
    assert get("agencia-quetzal")[0] == 200
    quick = time.monotonic() - start
    assert slow.getresponse().read().startswith(b"<?xml")
    assert time.monotonic() - start >= 0.25
    asked.join()
    slow.close()
    assert quick < 0.25


def test_closing_does_not_wait_for_a_slow_outlet(monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 30)
    start = time.monotonic()
    with serve() as room:
        connection = HTTPConnection(urlsplit(room.address).netloc, timeout=5)
        connection.request("GET", "/pacific-sentinel.xml")
    connection.close()
    assert time.monotonic() - start < 5


def test_no_item_scrolls_off_between_the_polls_of_a_demo():
    for outlet in OUTLETS.values():
        dates = [notice.published for notice in by(outlet)]
        for start in dates:
            together = [at for at in dates if start <= at <= start + HOURS * HOUR]
            assert len(together) <= SHOWN, outlet.outlet
