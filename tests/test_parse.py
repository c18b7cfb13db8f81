import contextlib
import json
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.errors import ParseError
from monitor.feeds.identity import Known, tell_apart
from monitor.feeds.parse import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE, parse
from monitor.model import Document, Feed, Item, Parsed, Sighting

GOLDEN = Path(__file__).parent / "feeds"
URL = "https://diario.example/rss.xml"


def _diario(**of: Any) -> Feed:
    return feed("Diario de Prueba", "MX", url=URL, **of)


def _document(body: str | bytes, content_type: str = "application/xml") -> Document:
    body = body.encode() if isinstance(body, str) else body
    return Document(URL, body, {"content-type": content_type})


def _parse(body: str | bytes, **of: Any) -> list[Item]:
    return _items(parse(_diario(**of), _document(body), NOW))


def _items(parsed: Parsed) -> list[Item]:
    return [sighting.item for sighting in parsed.sightings]


def _sightings(body: str) -> tuple[Sighting, ...]:
    return parse(_diario(), _document(body), NOW).sightings


def _rss(*items: str) -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>C</title>{inside}</channel></rss>"


def _shown(item: Item, fields: dict[str, str]) -> dict[str, Any]:
    written = asdict(item) | {"published": item.published.isoformat()}
    return {name: written[name] for name in fields}


@pytest.mark.parametrize(
    "path",
    sorted(p for p in GOLDEN.rglob("*.*") if p.suffix in {".xml", ".jsonfeed"}),
    ids=lambda path: str(path.relative_to(GOLDEN)),
)
def test_a_document_gives_the_items_written_beside_it(path: Path) -> None:
    """tests/feeds/README.md says what can be written."""
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    of = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in expected.get("feed", {}).items()
    }
    document = _document(
        path.read_bytes(), expected.get("content_type", "application/xml")
    )
    if "error" in expected:
        with pytest.raises(ParseError) as caught:
            parse(_diario(**of), document, NOW)
        assert caught.value.reason == expected["error"]
        return
    parsed = parse(_diario(**of), document, NOW)
    if "kept" in expected:
        identities, _ = tell_apart(parsed.sightings, Known({}))
        kept = {identity.item.id: identity.item.title for identity in identities}
        assert list(kept.values()) == expected["kept"]
        return
    items = _items(parsed)
    assert len(items) == len(expected["items"])
    for item, wanted in zip(items, expected["items"], strict=True):
        assert _shown(item, wanted) == wanted


def test_an_item_takes_what_its_feed_states() -> None:
    [item] = _parse(_rss("<title>T</title>"))
    stated = (item.feed, item.outlet, item.country, item.language, item.seen)
    assert stated == (URL, "Diario de Prueba", "MX", "es", NOW)


ENGLISH = "The governor said that it is not for the state to pay for the bridge"
SPANISH = "El gobernador dijo que no le toca al estado pagar por el puente"
_DC = "xmlns:dc='http://purl.org/dc/elements/1.1/'"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (f"<title>{ENGLISH}</title>", "en"),
        (f"<title>{SPANISH}</title><dc:language {_DC}>en-US</dc:language>", "es"),
        (f"<title>Beisbol</title><dc:language {_DC}>en-US</dc:language>", "en"),
        ("<title xml:lang='en'>Beisbol</title>", "en"),
        ("<title>Beisbol</title>", "es"),
    ],
)
def test_an_items_text_says_its_language_or_else_the_item_does(
    item: str, expected: str
) -> None:
    items = _parse(_rss(item, "<title>A</title>"))
    assert [item.language for item in items] == [expected, "es"]


def test_the_language_a_template_sets_at_the_root_does_not_count() -> None:
    body = _rss("<title>T</title>").replace("'2.0'", "'2.0' xml:lang='en-US'")
    [item] = _parse(body)
    assert item.language == "es"


def test_columns_whose_title_repeats_are_marked() -> None:
    body = _rss("<title>Cartones del día</title>", "<title>El día de hoy</title>")
    items = _parse(body, recurring_titles=("^Nunca$", "^Cartones"))
    assert [item.recurring for item in items] == [True, False]


def test_long_texts_are_clipped_at_a_word() -> None:
    long = "palabra " * 500
    [item] = _parse(_rss(f"<title>{long}</title><description>{long}</description>"))
    assert MAX_TITLE - 10 < len(item.title) <= MAX_TITLE
    assert MAX_SUMMARY - 10 < len(item.summary) <= MAX_SUMMARY
    assert item.title.endswith("palabra…")


def test_items_past_the_limit_are_left_out() -> None:
    items = _parse(_rss(*(f"<title>{n}</title>" for n in range(MAX_ITEMS + 2))))
    assert len(items) == MAX_ITEMS
    assert items[-1].title == str(MAX_ITEMS - 1)


def test_two_items_with_one_link_are_both_shown_and_share_a_key() -> None:
    link = "<link>https://diario.example/1</link>"
    shown = _sightings(_rss(f"<title>A</title>{link}", f"<title>B</title>{link}"))
    assert [sighting.item.title for sighting in shown] == ["A", "B"]
    assert set(shown[0].keys) & set(shown[1].keys)


def test_the_same_item_again_is_shown_once() -> None:
    item = "<title>A</title><link>https://diario.example/1</link>"
    assert len(_sightings(_rss(item, item))) == 1


def test_a_digest_changes_with_whatever_the_feed_says_of_an_item() -> None:
    said = ("title", "link", "guid", "description", "pubDate")
    bodies = [
        _rss(
            "".join(f"<{name}>{'b' if name == odd else 'a'}</{name}>" for name in said)
        )
        for odd in ("none", *said)
    ]
    digests = [sighting.digest for body in bodies for sighting in _sightings(body)]
    assert len(set(digests)) == len(bodies)
    assert [s.digest for s in _sightings(bodies[0])] == digests[:1]


def test_known_items_are_counted_and_not_read() -> None:
    body = _rss("<title>A</title>", "<title>B</title>")
    first, _ = _sightings(body)
    parsed = parse(_diario(), _document(body), NOW, known={first.digest})
    assert parsed.known == (first.digest,)
    assert [item.title for item in _items(parsed)] == ["B"]


def test_dates_that_are_missing_or_lie_ahead_are_marked_and_days_are_not() -> None:
    dates = (
        "",
        "mañana",
        "Mon, 02 Mar 2099 05:00 GMT",
        "2026-03-02",
        "2026-03-02T05:00Z",
    )
    parsed = parse(
        _diario(),
        _document(_rss(*(f"<title>{d}x</title><pubDate>{d}</pubDate>" for d in dates))),
        NOW,
    )
    doubts = [shown.doubt for shown in parsed.sightings]
    assert doubts == ["undated", "undated", "future", None, None]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<description>D</description>", "D"),
        ("<description>T</description>", ""),
        ("<description>¡t!</description>", "¡t!"),
        ("<description/><content:encoded>C</content:encoded>", "C"),
        ("<description>T</description><content:encoded>C</content:encoded>", "C"),
        ("<media:description type='plain'>M</media:description>", "M"),
        ("<media:group><media:description>M</media:description></media:group>", "M"),
        ("<itunes:summary>I</itunes:summary>", "I"),
        ("<media:description>M</media:description><description>D</description>", "D"),
        ("<media:content><media:description>M</media:description></media:content>", ""),
        ("<description>D […] The post T appeared first on C.</description>", "D"),
        ("<description>D. La entrada T se publicó primero en C.</description>", "D."),
        ("<description>Read more</description>", ""),
    ],
)
def test_the_summary_is_the_first_text_that_says_more_than_the_title(
    inside: str, expected: str
) -> None:
    names = {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "media": "http://search.yahoo.com/mrss/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    }
    declared = " ".join(f"xmlns:{name}='{url}'" for name, url in names.items())
    body = _rss(f"<title>T</title>{inside}").replace("<rss", f"<rss {declared}")
    [item] = _parse(body)
    assert item.summary == expected


def test_a_caption_alone_is_no_item() -> None:
    caption = "<media:description>M</media:description>"
    assert _parse(_rss(caption)) == []


_SOURCE = "<source url='https://ledger.example'>The Ledger</source>"


@pytest.mark.parametrize(
    ("url", "item", "expected"),
    [
        (
            "https://news.google.com/rss",
            f"<title>Rain - The Ledger</title>{_SOURCE}<description>Rain The Ledger</description>",
            ("The Ledger", "Rain", ""),
        ),
        (
            "https://diario.example/rss",
            f"<title>Rain - The Ledger</title>{_SOURCE}<link>https://news.google.com/1</link>",
            ("The Ledger", "Rain", ""),
        ),
        (
            "https://news.google.com/rss",
            f"<title>Rain - in Ohio</title>{_SOURCE}<description>D</description>",
            ("The Ledger", "Rain - in Ohio", "D"),
        ),
        (
            "https://www.bing.com/news/search?format=rss",
            "<title>Rain</title><News:Source xmlns:News='x:y'>The Ledger</News:Source>",
            ("The Ledger", "Rain", ""),
        ),
        (
            "https://diario.example/rss",
            f"<title>Rain - The Ledger</title>{_SOURCE}",
            ("Diario de Prueba", "Rain - The Ledger", ""),
        ),
    ],
)
def test_an_aggregators_items_belong_to_the_outlets_it_names(
    url: str, item: str, expected: tuple[str, str, str]
) -> None:
    of = feed("Diario de Prueba", "MX", url=url)
    [found] = _items(parse(of, _document(_rss(item)), NOW))
    assert (found.outlet, found.title, found.summary) == expected


@pytest.mark.parametrize(
    ("prolog", "is_refused"),
    [
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]>", True),
        ("<!DOCTYPE rss [ <!ELEMENT x ANY>\n<!entity  % a 'b'> %a; ]>", True),
        ("<!-- <rss> --><?x <rss> ?><!DOCTYPE rss [<!ENTITY a 'b'>]>", True),
        ("<!DOCTYPE rss SYSTEM '<rss>' [<!ENTITY a 'b'>]>", True),
        ("<!DOCTYPE rss PUBLIC '-//N//DTD' 'https://x.example/rss.dtd'>", False),
        ("<!-- no <!ENTITY here -->", False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_declarations_are_refused_before_the_root_only(
    prolog: str, is_refused: bool, encoding: str
) -> None:
    body = prolog + _rss("<title><![CDATA[A <!ENTITY b 'c'> in words]]></title>")
    if is_refused:
        with pytest.raises(ParseError, match="declares XML entities"):
            _parse(body.encode(encoding))
    else:
        assert len(_parse(body.encode(encoding))) == 1


def test_json_feeds_are_read_like_others() -> None:
    item = {"id": "1", "title": "A &amp; B", "content_html": "<p>C</p>"}
    version = "https://jsonfeed.org/version/1"
    body = json.dumps({"version": version, "items": [item, {"id": "2"}]})
    [found] = _parse(body)
    assert (found.title, found.summary) == ("A & B", "C")


def test_dates_in_any_dialect_are_found() -> None:
    names = (
        *("pubDate", "published", "updated", "modified", "issued", "created"),
        *("dc:date", "dcterms:modified"),
    )
    body = _rss(
        *(f"<title>{n}</title><{n}>2026-03-0{i}</{n}>" for i, n in enumerate(names, 1))
    )
    assert {item.published_raw for item in _parse(body, tz="UTC")} == {
        f"2026-03-0{i}" for i in range(1, len(names) + 1)
    }


def test_undated_items_are_dated_when_seen() -> None:
    later = NOW + timedelta(days=1)
    [item] = _items(parse(_diario(), _document(_rss("<title>T</title>")), later))
    assert (item.published, item.date_source, item.published_raw) == (
        later,
        "fetched",
        "",
    )


def test_a_document_cut_anywhere_gives_only_items_that_the_whole_one_has() -> None:
    body = (GOLDEN / "formats" / "rss_2_0.xml").read_bytes()
    whole = _parse(body)
    for end in range(len(body)):
        try:
            items = _parse(body[:end])
        except ParseError:
            items = []
        assert items == whole[: len(items)]
        assert len(items) >= body[:end].count(b"</item>")


@pytest.mark.parametrize(
    "element", ["script", "style", "svg", "iframe", "noscript", "template", "video"]
)
def test_what_no_reader_sees_is_not_text(element: str) -> None:
    markup = f"Antes <{element}>nada</{element}> después"
    [item] = _parse(_rss(f"<title><![CDATA[{markup}]]></title>"))
    assert item.title == "Antes después"


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<table>", "&lt;", "<a b='"])
def test_hostile_markup_is_read_in_good_time(opening: str) -> None:
    summary = f"<![CDATA[Text {opening * 200_000}]]>"
    [item] = _parse(_rss(f"<title>T</title><description>{summary}</description>"))
    assert item.summary.startswith("Text")


@pytest.mark.parametrize(
    ("content_type", "declared", "encoding"),
    [
        ("application/xml; charset=utf-8", "utf-8", "utf-8"),
        ("application/xml; charset=ISO-8859-1", "utf-8", "utf-8"),
        ("text/xml", "", "utf-8"),
        ("text/html", "utf-8", "utf-8"),
        ("application/xml; charset=ISO-8859-1", "utf-8", "cp1252"),
        ("application/xml; charset=utf-8", "utf-8", "cp1252"),
        ("application/xml", "ISO-8859-15", "iso8859-15"),
        ('application/xml; charset="x-mac-roman"', "", "mac-roman"),
        ("application/xml; charset=no-such-charset", "rot13", "cp1252"),
        ("application/xml", "utf-8", "utf-8-sig"),
        ("application/xml", "utf-16", "utf-16"),
        ("application/xml", "utf-16", "utf-16-be"),
    ],
)
def test_accents_survive_whatever_is_declared(
    content_type: str, declared: str, encoding: str
) -> None:
    encoded = f" encoding='{declared}'" if declared else ""
    body = f"<?xml version='1.0'{encoded}?>" + _rss("<title>Año: 5 € más</title>")
    document = _document(body.encode(encoding), content_type)
    [item] = _items(parse(_diario(), document, NOW))
    assert item.title == "Año: 5 € más"


@pytest.mark.parametrize(
    "body",
    [
        _rss("<title>T</title>" + "<a>" * 20_000),
        _rss("<title>T</title>" + "<category>" * 50_000),
        _rss("<title>T</title>" + "<category><![CDATA[" * 50_000),
        "<?" * 200_000,
        "<!--" * 200_000,
        _rss().replace("<channel>", "<channel " + "a='b>' " * 100_000 + ">"),
        '{"a":' * 200_000,
    ],
)
def test_hostile_documents_are_read_or_refused_in_good_time(body: str) -> None:
    start = time.process_time()
    with contextlib.suppress(ParseError):
        _parse(body)
    assert time.process_time() - start < 4  # half a second alone


_PIECES = st.sampled_from(
    """<rss version='2.0'>|<channel>|<item>|</item>|<title>|</title>|<link>|</link>
    |<guid>|</guid>|<description>|</description>|<![CDATA[|]]>|<pubDate>|</pubDate>
    |<feed xmlns='http://www.w3.org/2005/Atom'>|<entry>|</entry>|<updated>|</updated>
    |<content type='xhtml'>|<content type='application/pdf'>|</content>|<category>
    |</category>|<source url='x'>|</source>|<image>|</image>|<width>|</width>|<!--|-->
    |<link href='http://[' rel='alternate'/>|<a xml:base='//['>|<textinput>|<?xml
    |<!DOCTYPE|<svg>|</svg>|<georss:point>|&#xD800;|&#99999999999;|&#;|&amp;|&x;|<|>
    |https://diario.example/1|Fri, 31 Feb 99999 25:61|text|'|"|\0|\xff""".replace(
        "\n    ", ""
    ).split("|")
)


@given(
    st.one_of(
        st.binary(),
        st.lists(_PIECES).map(lambda pieces: "".join(pieces).encode("latin-1")),
        st.lists(_PIECES).map(
            lambda pieces: _rss("<title>T</title>", *pieces).encode("latin-1")
        ),
    )
)
@example(b"<rss version='2.0'><channel><item><title>&#xDFFF;</title></item>")
@example(b"\xff\xfe<\0r\0s\0s\0>\0\0\xd8")
def test_any_bytes_are_items_or_a_parse_error(body: bytes) -> None:
    try:
        items = _parse(body)
    except ParseError:
        return
    for item in items:
        json.dumps(asdict(item), default=str).encode()
        assert item.title == item.title.strip() != ""
        assert item.published <= NOW + timedelta(hours=1)
