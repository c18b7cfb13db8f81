import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.errors import ParseError
from monitor.feeds.parse import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE, parse
from monitor.model import Document, Feed, Item

GOLDEN = Path(__file__).parent / "feeds"
URL = "https://diario.example/rss.xml"


def _diario(**of: Any) -> Feed:
    return feed("Diario de Prueba", "MX", url=URL, **of)


def _document(body: str | bytes, content_type: str = "application/xml") -> Document:
    body = body.encode() if isinstance(body, str) else body
    return Document(URL, body, {"content-type": content_type})


def _parse(body: str | bytes, **of: Any) -> list[Item]:
    return parse(_diario(**of), _document(body), NOW)


def _rss(*items: str) -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>C</title>{inside}</channel></rss>"


def _shown(item: Item, fields: dict[str, str]) -> dict[str, Any]:
    written = asdict(item) | {"published": item.published.isoformat()}
    return {name: written[name] for name in fields}


@pytest.mark.parametrize(
    "path", sorted(GOLDEN.glob("*.xml")), ids=lambda path: path.stem
)
def test_a_document_gives_the_items_written_beside_it(path: Path) -> None:
    """NAME.json: ``feed`` and ``content_type`` if they matter, ``items`` or ``error``."""
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
    items = parse(_diario(**of), document, NOW)
    assert len(items) == len(expected["items"])
    for item, wanted in zip(items, expected["items"], strict=True):
        assert _shown(item, wanted) == wanted


def test_an_item_takes_what_its_feed_states() -> None:
    [item] = _parse(_rss("<title>T</title>"))
    stated = (item.feed, item.outlet, item.country, item.language, item.seen)
    assert stated == (URL, "Diario de Prueba", "MX", "es", NOW)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("en", "en"), ("en-US", "en"), ("EN_us", "en"), ("fr", "es"), ("eng", "es")],
)
def test_an_items_own_language_counts_if_it_is_ours(tag: str, expected: str) -> None:
    dc = "http://purl.org/dc/elements/1.1/"
    language = f"<dc:language xmlns:dc='{dc}'>{tag}</dc:language>"
    items = _parse(_rss(f"<title>A</title>{language}", "<title>B</title>"))
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


def test_the_first_of_two_items_with_one_id_is_kept() -> None:
    link = "<link>https://diario.example/1</link>"
    items = _parse(_rss(f"<title>A</title>{link}", f"<title>B</title>{link}"))
    assert [item.title for item in items] == ["A"]


def test_undated_items_are_dated_when_seen() -> None:
    later = NOW + timedelta(days=1)
    [item] = parse(_diario(), _document(_rss("<title>T</title>")), later)
    assert (item.published, item.date_source, item.published_raw) == (
        later,
        "fetched",
        "",
    )


def test_a_document_cut_anywhere_gives_only_items_that_the_whole_one_has() -> None:
    body = (GOLDEN / "rss_2_0.xml").read_bytes()
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
    [item] = parse(_diario(), document, NOW)
    assert item.title == "Año: 5 € más"


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
