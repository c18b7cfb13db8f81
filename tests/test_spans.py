from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.errors import ParseError
from monitor.feeds.encoding import decode
from monitor.feeds.parse import parse
from monitor.feeds.spans import Spans, split
from monitor.model import Document

CORPUS = sorted((Path(__file__).parent / "feeds").rglob("*.xml"))
URL = "https://diario.example/rss.xml"

NAMESPACES = " ".join(
    f"xmlns:{prefix}='{uri}'"
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "media": "http://search.yahoo.com/mrss/",
        "atom": "http://www.w3.org/2005/Atom",
        "x": "http://www.w3.org/1999/xhtml",
    }.items()
)
RSS = (
    (
        f"<?xml version='1.0' encoding='ISO-8859-1'?><rss version='2.0' {NAMESPACES}>"
        "<channel><title>Diario</title><link>https://diario.example/</link>"
        "<image><url>https://diario.example/i.png</url><title>Foto</title></image>"
    ),
    "<item>",
    "</item>",
    "</channel></rss>",
)
RDF = (
    (
        "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/"
        f"22-rdf-syntax-ns#' {NAMESPACES}><channel rdf:about='https://diario.example/'>"
        "<title>Diario</title><items><rdf:Seq><rdf:li resource='1'/></rdf:Seq></items>"
        "</channel>"
    ),
    "<item rdf:about='https://diario.example/i'>",
    "</item>",
    "</rdf:RDF>",
)
ATOM = (
    (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {NAMESPACES}><title>Diario</title>"
        "<updated>2026-03-02T10:00:00Z</updated>"
    ),
    "<entry>",
    "</entry>",
    "<link rel='self' href='https://diario.example/atom.xml'/></feed>",
)
PARTS = (
    "<description>Uno &amp; dos</description>",
    "<description><![CDATA[<p>Dice: </item><item> y ya</p>]]></description>",
    "<summary>Resumen</summary>",
    "<summary type='html'>&lt;b&gt;Resumen&lt;/b&gt;</summary>",
    (
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Hola <b>ñ</b>"
        "<svg xmlns='http://www.w3.org/2000/svg'><title>s</title></svg></div></content>"
    ),
    "<content type='text'>Todo</content>",
    "<content:encoded><![CDATA[<p>Todo</p>]]></content:encoded>",
    "<x:body><x:p>Cuerpo</x:p></x:body>",
    "<!-- <item><title>Oculto</title></item> -->",
    "<?php echo '</item>' ?>",
    (
        "<media:content url='https://diario.example/m.jpg'><media:title>Pie</media:title>"
        "</media:content>"
    ),
    "<image><url>https://diario.example/i.png</url><title>Pie</title></image>",
    "<textinput><title>Buscar</title><link>https://diario.example/b</link></textinput>",
    "<source url='https://otro.example/rss'>Otro</source>",
    "<source><id>otro</id><title>Otro</title><updated>2020-01-01</updated></source>",
    "<dc:language>en</dc:language>",
    "<dc:date>2026-03-01T10:00:00Z</dc:date>",
    "<pubDate>Sun, 01 Mar 2026 10:00:00 -0600</pubDate>",
    "<updated>2026-03-01T11:00:00Z</updated>",
    "<guid isPermaLink='false'>7</guid>",
    "<author><name>Ana</name><email>ana@diario.example</email></author>",
    "<dc:creator>Ana</dc:creator>",
    "<category>Agua</category>",
    "<enclosure url='https://diario.example/a.mp3' type='audio/mpeg' length='1'/>",
    "<title xml:lang='en'>Later title</title>",
    "<atom:link rel='replies' href='https://diario.example/r'/>",
    "<unknown a='>'>x</unknown>",
    " \n\t",
)


def _read(text: str) -> list[tuple[object, ...]]:
    document = Document(URL, text.encode(), {"content-type": "application/xml"})
    found: Any = parse(feed("Diario de Prueba", "MX", url=URL), document, NOW)
    sightings = getattr(found, "sightings", None)
    items = found if sightings is None else [each.item for each in sightings]
    return [(i.title, i.summary, i.url, i.published, i.id, i.language) for i in items]


def _rss(*items: str, root: str = "version='2.0'", head: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss {root}><channel><title>C</title>{head}{inside}</channel></rss>"


def _split(text: str, salt: str = "") -> Spans:
    spans = split(text, salt)
    assert spans is not None
    return spans


def _expect_the_rest(spans: Spans, whole: Sequence[object], known: set[int]) -> None:
    """What is left to read gives what the whole gave for it."""
    rest = [item for n, item in enumerate(whole) if n not in known]
    assert _read(spans.without({spans.digests[n] for n in known})) == rest


# --- reading the rest ----------------------------------------------------------


@given(
    st.sampled_from([RSS, RDF, ATOM]),
    st.lists(st.tuples(st.lists(st.sampled_from(PARTS), max_size=6), st.booleans())),
)
def test_what_is_left_reads_as_it_does_in_the_whole(
    frame: tuple[str, str, str, str], items: list[tuple[list[str], bool]]
) -> None:
    head, opening, closing, tail = frame
    link = "<link href='https://diario.example/{0}'/>" if frame is ATOM else ""
    link = link or "<link>https://diario.example/{0}</link>"
    shown = [
        f"{opening}<title>Título {n}</title>{link.format(n)}{''.join(parts)}{closing}"
        for n, (parts, _) in enumerate(items)
    ]
    text = head + "\n".join(shown) + tail
    whole = _read(text)
    assume(items and len(whole) == len(items))  # else parse reads the whole
    spans = _split(text)
    assert [spans.body[a:b].decode() for a, b in spans.places] == shown
    _expect_the_rest(spans, whole, {n for n, (_, cut) in enumerate(items) if cut})


def test_every_document_of_the_corpus_reads_the_same_in_parts() -> None:
    cut = 0
    for path in CORPUS:
        text = decode(path.read_bytes(), "")
        spans = split(text)
        if spans is None:
            continue
        try:
            whole = _read(text)
        except ParseError:
            continue
        if len(whole) != len(spans.digests):  # some are doubles, or say nothing
            continue
        everyone = set(range(len(whole)))
        alone = [everyone - {n} for n in everyone]
        for known in (set(), *({n} for n in everyone), *alone):
            _expect_the_rest(spans, whole, known)
        cut += 1
    assert cut >= 5


def test_a_document_whose_every_item_is_known_is_still_a_feed() -> None:
    spans = _split(_rss("<title>A</title>", "<title>B</title>"))
    rest = spans.without(set(spans.digests))
    assert rest == "<rss version='2.0'><channel><title>C</title></channel></rss>"
    assert _read(rest) == []


def test_accents_and_emoji_are_cut_around() -> None:
    items = ("<title>Año 🌎</title>", "<title>Niño – «sí»</title>")
    spans = _split(_rss(*items, head="<description>Ñandú 🌵</description>"))
    rest = spans.without(spans.digests[:1])
    assert rest == _rss(items[1], head="<description>Ñandú 🌵</description>")


# --- what is not cut -----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "{}",
        "<rss/>",
        _rss(),
        _rss("<title>A</title>")[:-6],
        _rss("<title>A</title>") + "<rss/>",
        _rss("<title>&nbsp;</title>"),
        _rss("<title>\x01</title>"),
        _rss("<title>\ud800</title>"),
        _rss("<title>A</title>").encode("utf-16-le").decode(),
        _rss("<media:title>A</media:title>"),
        _rss("<item><title>A</title></item>"),
        _rss("<source><entry/></source>"),
        _rss("<a/>").replace("<item>", "<item/><item>"),
        _rss("<a/>", head="<image><item>A</item></image>"),
        _rss("<a/>").replace("</rss>", "<channel><item>B</item></channel></rss>"),
        _rss("<a/>", "<b/>").replace("<item><b/></item>", "<entry><b/></entry>"),
        _rss("<a/>", "<b/>").replace("<item><b/></item>", "<Item><b/></Item>"),
        _rss("<a xml:base='https://otro.example/'/>"),
        _rss("<a xmlns:p='u:1'/>", "<b xmlns:p='u:2'/>"),
        _rss("<a xmlns:p='u:1&#9;u:2'/>"),
        _rss("<category a='/>'>A</category>"),
        _rss("<category><!-- <category> --></category>"),
        _rss("<p:date xmlns:p='u:1'>A</p:date>"),
        _rss("<a><![CDATA[<pubDate ]]></a>"),
        _rss("<![CDATA[<title>A]]><link/>"),
        _rss("<!-- <![CDATA[ -->", "<category>A</category><a><![CDATA[B]]></a>"),
        _rss(*["<a><![CDATA[<rss lang='es'>]]></a>"] * 2),
        _rss("<title>A</title>", head="<content>B</content>"),
        _rss("<description>A<title>B</title></description>"),
        _rss("<summary><p><body/></p></summary>"),
        "<!DOCTYPE rss [<!ENTITY a 'b'>]>" + _rss("<title>&a;</title>"),
        "<!DOCTYPE rss SYSTEM 'rss.dtd'>" + _rss("<title>&aacute;</title>"),
    ],
)
def test_a_document_that_a_cut_might_change_is_left_whole(text: str) -> None:
    assert split(text) is None


def test_a_base_within_a_base_is_left_behind_and_safe() -> None:
    root = "version='2.0' xml:base='https://diario.example/'"
    assert split(_rss("<a xml:base='https://otro.example/'/>", root=root))


# --- digests -------------------------------------------------------------------

ITEM = "<title>A</title>"
LINK = "<link>https://diario.example/</link>"
PLAIN = _split(_rss(ITEM, head=LINK)).digests[0]


@pytest.mark.parametrize(
    "same",
    [
        _rss(ITEM, head=f"<lastBuildDate>today</lastBuildDate>{LINK}"),
        _rss(ITEM, head=f"<title>Otro</title><ttl>5</ttl>{LINK}"),
        _rss(ITEM, head=f"{LINK}<link rel='self' href='https://diario.example/?t=7'/>"),
        _rss("<title>B</title>", ITEM, head=LINK),
        "<?xml version='1.0'?>\n<!-- built today -->" + _rss(ITEM, head=LINK),
        "<?xml version='1.0' encoding='utf-16'?>" + _rss(ITEM, head=LINK),
    ],
)
def test_what_changes_with_every_build_does_not_make_an_item_new(same: str) -> None:
    assert _split(same).digests[-1] == PLAIN


@pytest.mark.parametrize(
    ("other", "salt"),
    [
        (_rss("<title>A </title>", head=LINK), ""),
        (_rss(ITEM, head=LINK), "es"),
        (_rss(ITEM, head=LINK.replace("diario", "otro")), ""),
        (_rss(ITEM, head=f"<link href='https://otro.example/'/>{LINK}"), ""),
        (_rss(ITEM, head=f"{LINK}<language>en</language>"), ""),
        (_rss(ITEM, head=f"{LINK}<image><url>i</url></image>"), ""),
        (_rss(ITEM, head=LINK, root="version='0.91'"), ""),
        (_rss(ITEM, head=LINK, root="version='2.0' xml:lang='es'"), ""),
        (_rss(ITEM, head=LINK, root="version='2.0' xmlns='u:1'"), ""),
        (_rss(ITEM, head=LINK).replace("<channel>", "<channel xml:lang='en'>"), ""),
    ],
)
def test_what_an_items_reading_rests_on_is_in_its_digest(other: str, salt: str) -> None:
    [digest] = _split(other, salt).digests
    assert digest != PLAIN
    assert len(digest) == len(PLAIN) == 16


# --- cost ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<item " * 800_000,
        _rss("<item>" * 800_000),
        _rss("<item " * 800_000),
        _rss("<a " + "b='>' " * 800_000),
        _rss("<a>" * 1_000_000),
        _rss("<a/>" * 500_000),
        _rss("<![CDATA[" + "<item>" * 800_000),
        _rss("<!--" + "-" * 4_000_000),
        _rss(*[""] * 300_000),
        _rss(*["<!-- > -->"] * 150_000),
        _rss(ITEM, head="<link>https://diario.example/</link>" * 100_000),
        _rss("'" * 4_000_000),
        _rss(*["<link>https://diario.example/</link>"] * 50_000),
        _rss("".join(f"<a{n}/>" for n in range(200_000))),
        _rss("<title/>" * 500_000),
        _rss(f"<author>{'<name/>' * 500_000}</author>"),
        _rss("<title><![CDATA[" + "<a." * 1_300_000 + "]]></title>"),
        _rss("<title><![CDATA[<link" + " " * 4_000_000 + "]]></title>"),
        _rss("<title><![CDATA[" + "<link " * 600_000 + "]]></title>"),
        _rss("<title><![CDATA[" + "&#8217;" * 500_000 + "]]></title>"),
        _rss("<title><![CDATA[&#" + "9" * 4_000_000 + "]]></title>"),
        _rss("<title>" + "\x96" * 2_000_000 + "</title>"),
    ],
    ids=lambda text: text[:60],
)
def test_hostile_documents_take_time_in_proportion_to_their_length(text: str) -> None:
    began = process_time()
    spans = split(text)
    if spans is not None:
        spans.without(set(spans.digests))
    assert process_time() - began < 10  # seconds; one or two on a slow machine
