"""What quick.py reads is what feedparser would have read; and it does read most."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.errors import ParseError
from monitor.feeds import parse as parsing
from monitor.feeds import quick
from monitor.feeds.encoding import decode
from monitor.feeds.raw import Raw
from monitor.feeds.spans import split
from monitor.model import Document, Parsed

CORPUS = sorted((Path(__file__).parent / "feeds").rglob("*.xml"))
EXAMPLES = int(os.environ.get("QUICK_EXAMPLES", "75"))
FEED = feed("Diario de Prueba", "MX", url="https://diario.example/rss.xml")
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "urn:thr",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "x": "urn:x",
}
ATOM = NAMESPACES["atom"]


def _declared(namespaces: dict[str, str]) -> str:
    return "".join(f' xmlns:{name}="{uri}"' for name, uri in namespaces.items())


BOUND = _declared(NAMESPACES)
LINK = "<link>https://diario.example/1</link>"
HREF = '<link href="https://diario.example/1"/>'
WHOLE = "<content:encoded>B</content:encoded>"
CAPTION = "<media:description><![CDATA[<b>Pie</b>]]></media:description>"
SWOLLEN = "<a " + " ".join(f"a{n}=''" for n in range(5000)) + "/>"


def _rss(*items: str, head: str = "", root: str = BOUND) -> str:
    inside = "".join(f"<item>{item}</item>\n" for item in items)
    return (
        f"<rss version='2.0'{root}><channel><title>Diario</title>"
        f"{head}{inside}</channel></rss>"
    )


def _atom(*entries: str, head: str = "", root: str = BOUND) -> str:
    inside = "".join(f"<entry>{entry}</entry>\n" for entry in entries)
    return f'<feed xmlns="{ATOM}"{root}><title>Diario</title>{head}{inside}</feed>'


# --- with and without ----------------------------------------------------------------


@contextmanager
def _slowly() -> Iterator[None]:
    """Everything is left to feedparser."""
    with mock.patch.object(quick, "read", return_value=None):
        yield


def _raws(text: str) -> tuple[Raw | None, ...]:
    spans = split(text)
    return spans.raws if spans else ()


def _parsed(text: str) -> tuple[Parsed | str, list[dict[str, Raw | None]]]:
    """What parse makes of a document, and the raw items on the way to it."""
    by_digest, found = parsing._by_digest, []

    def spy(*arguments: Any) -> dict[str, Raw | None]:
        found.append(by_digest(*arguments))
        return found[-1]

    with mock.patch.object(parsing, "_by_digest", spy):
        try:
            document = Document(FEED.url, text.encode(), {})
            return parsing.parse(FEED, document, NOW), found
        except ParseError as error:
            return str(error), found


def _expect_the_same(text: str) -> None:
    quickly = _parsed(text)
    with _slowly():
        assert _parsed(text) == quickly


def _read(item: str) -> Raw:
    """The one item of a document, as quick reads it and as feedparser does."""
    text = _atom(item) if "href=" in item else _rss(item)
    _expect_the_same(text)
    [raw] = _raws(text)
    assert raw is not None
    assert [raw] == parsing._read_any(FEED, text)
    return raw


def _expect_left(text: str, *left: int) -> None:
    """These items are left to feedparser, and the others are read."""
    _expect_the_same(text)
    raws = _raws(text)
    assert raws
    assert tuple(n for n, raw in enumerate(raws) if raw is None) == left


def _expect_none_read(text: str) -> None:
    _expect_the_same(text)
    assert not any(_raws(text))


# --- the corpus ----------------------------------------------------------------------


def test_every_item_of_the_corpus_that_is_read_is_what_feedparser_reads() -> None:
    read = 0
    for path in CORPUS:
        text = decode(path.read_bytes(), "")
        raws = _raws(text)
        if not any(raws):
            continue
        whole = parsing._read_any(FEED, text)
        assert len(whole) == len(raws), path
        for raw, slow in zip(raws, whole, strict=True):
            assert raw in (None, slow), path
            read += raw is not None
        _expect_the_same(text)
    assert read > 300


# --- what is read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("", ""),
        (" \n Agua \t", "Agua"),
        ("<![CDATA[ Agua ]]>", "Agua"),
        ("\xa0Agua\u2003", "Agua"),
        ("Agua\n y  luz", "Agua\n y  luz"),
        ("Agua &amp; luz &lt;b&gt;ya&lt;/b&gt;", "Agua & luz <b>ya</b>"),
        ("Agua &amp;amp; luz &amp;#8230;", "Agua &amp; luz &#8230;"),
        ("<![CDATA[Agua &amp; <b>luz</b> & 5 < 6]]>", "Agua &amp; <b>luz</b> & 5 < 6"),
        ("El r&#237;o &#x201C;Ameca&#x201d; &#039;ya&#0039;", "El río “Ameca” 'ya'"),
        ("Agua &#128512; &#x1F600; 🌵", "Agua 😀 😀 🌵"),
        ("MÃ©xico", "México"),
        ("MÃ©xico y México", "MÃ©xico y México"),
        ("<![CDATA[Agua]]> y <![CDATA[luz]]>", "Agua y luz"),
        ("<![CDATA[Agua]]]]><![CDATA[>]]>", "Agua]]>"),
        ("<![CDATA[<svg><title>s</title></svg>]]>", "<svg><title>s</title></svg>"),
        ("<![CDATA[<o:p></o:p> <link rel='x'>]]>", "<o:p></o:p> <link rel='x'>"),
    ],
)
def test_a_title_is_read_as_written(written: str, title: str) -> None:
    assert _read(f"{LINK}<title>{written}</title>").title == title
    assert _read(f"{HREF}<title type='html'>{written}</title>").title == title


@pytest.mark.parametrize(
    ("elements", "summaries"),
    [
        (LINK, ()),
        (f"{LINK}<description/>", ()),
        (f"{LINK}<description>A</description>", ("A",)),
        (f"{LINK}{WHOLE}", ("B", "B")),
        (f"{LINK}<description>A</description>{WHOLE}", ("A", "B")),
        (f"{LINK}{WHOLE}<description>A</description>", ("A", "B")),
        (f"{LINK}<description> </description>{WHOLE}", ("B",)),
        (f"{LINK}<description>A</description><content:encoded/>", ("A",)),
        (f"{HREF}<summary>A</summary><content type='html'>B</content>", ("A", "B")),
        (f"{HREF}<content type='text'>B</content>", ("B", "B")),
    ],
)
def test_the_summary_comes_before_the_whole_text(
    elements: str, summaries: tuple[str, ...]
) -> None:
    assert _read(elements).summaries == summaries


@pytest.mark.parametrize(
    ("elements", "link"),
    [
        ("<link>\n https://d.example/a  b\n</link>", "https://d.example/a b"),
        ("<link>https://d.example/?a=1&amp;b=2</link>", "https://d.example/?a=1&b=2"),
        ("<link><![CDATA[http://d.example/?a&b]]></link>", "http://d.example/?a&b"),
        ("<guid>https://d.example/7</guid>", "https://d.example/7"),
        ("<guid isPermaLink='true'>https://d.example/7</guid>", "https://d.example/7"),
        (f"<guid>https://d.example/7</guid>{LINK}", "https://diario.example/1"),
        (f"{LINK}<guid>https://d.example/7</guid>", "https://diario.example/1"),
        (f"{HREF}<id>https://d.example/7</id>", "https://diario.example/1"),
        (
            "<link rel='via' href='/a'/><id>https://d.example/7</id>",
            "https://d.example/7",
        ),
        (f"<link rel='self' href='/a'/>{HREF}", "https://diario.example/1"),
        (f"{HREF}<link rel='Replies' href=':'/>", "https://diario.example/1"),
        (
            "<link rel='ALTERNATE' type='html' href='https://d.example/'/>",
            "https://d.example/",
        ),
        ("<link href=' https://d.example/a\nb '/>", "https://d.example/a b"),
    ],
)
def test_a_link_is_its_own_or_the_guid(elements: str, link: str) -> None:
    assert _read(elements).link == link


@pytest.mark.parametrize(
    ("elements", "guid"),
    [
        (LINK, ""),
        (f"{LINK}<guid>7  8 \n</guid>", "7 8"),
        (
            f"{LINK}<guid isPermaLink='false'>https://d.example/7</guid>",
            "https://d.example/7",
        ),
        (f"{HREF}<id>tag:d.example,2026:7</id>", "tag:d.example,2026:7"),
    ],
)
def test_a_guid_is_kept_as_written(elements: str, guid: str) -> None:
    assert _read(elements).guid == guid


@pytest.mark.parametrize(
    ("elements", "dates"),
    [
        (f"{LINK}<pubDate>lunes  2</pubDate>", ("lunes 2",)),
        (
            f"{LINK}<dc:date>2026-03-02</dc:date><pubDate>2</pubDate>",
            ("2", "2026-03-02"),
        ),
        (f"{HREF}<updated>2</updated><published>1</published>", ("1", "2")),
        (f"{HREF}<dc:date>3</dc:date><updated>2</updated>", ("2", "3")),
    ],
)
def test_dates_of_publication_come_before_those_of_change(
    elements: str, dates: tuple[str, ...]
) -> None:
    assert _read(elements).dates == dates


@pytest.mark.parametrize(
    ("source", "outlet"),
    [
        ("<source url='u'>El  Otro &#38; Cía\n</source>", "El Otro & Cía"),
        ("<source>Me\u0301xico\x7f</source>", "México"),
        ("<source url='u'/>", ""),
    ],
)
def test_a_source_names_the_outlet(source: str, outlet: str) -> None:
    assert _read(LINK + source).outlet == outlet


@pytest.mark.parametrize(
    "unread",
    [
        "<category>Agua</category><category domain='d'><![CDATA[<b>Luz]]></category>",
        "<category term='Agua' scheme='s'/>",
        "<author>ana@diario.example</author><comments>c</comments><post-id>7</post-id>",
        "<author><name>Ana</name> <uri>u</uri><email/></author>",
        "<contributor><name>Ana</name></contributor>",
        "<enclosure url='u' type='image/jpeg' length='1'/>",
        "<dc:creator><![CDATA[Ana]]></dc:creator><dc:subject/><dc:rights>r</dc:rights>",
        "<slash:comments>7</slash:comments><wfw:commentRss>c</wfw:commentRss>",
        "<media:content url='u'/><media:content url='v' medium='image'></media:content>",
        f"<media:content><media:title>a</media:title>{CAPTION}</media:content>",
        "<media:thumbnail url='u'/><media:thumbnail></media:thumbnail>",
        "<media:credit role='author'>Ana</media:credit><media:title>T</media:title>",
        "<itunes:author>Ana</itunes:author><itunes:image href='i'/>",
        "<georss:point>1 2</georss:point><cc:license>c</cc:license>",
        "<thr:total xmlns:thr='urn:thr'>1</thr:total>",
        "text",
    ],
)
def test_what_is_not_read_leaves_no_trace(unread: str) -> None:
    assert _read(f"{unread}{LINK}") == _read(f"{LINK}{unread}") == _read(LINK)
    assert _read(f"{unread}{HREF}") == _read(HREF)


# --- items that are left to feedparser -----------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        *("<unknown/>", "<dc:title>T</dc:title>", "<x:title>T</x:title>", "<id>7</id>"),
        *("<Title>T</Title>", "<summary>S</summary>", "<dc:language>en</dc:language>"),
        "<atom:link href='https://diario.example/1'/>",
        "<feedburner:origLink>https://d.example/</feedburner:origLink>",
        *("<media:group/>", CAPTION, CAPTION.replace("media:d", "media:D")),
        CAPTION.replace("media:d", "media:_d"),
        *("<itunes:summary>S</itunes:summary>", "<itunes:_summary>S</itunes:_summary>"),
        *(
            "<title>T</title><title/>",
            "<description/><description>S</description>",
            LINK,
        ),
        "<pubDate>1</pubDate><pubDate>2</pubDate>",
    ],
)
def test_an_item_with_another_element_is_left(odd: str) -> None:
    _expect_left(_rss(LINK, LINK + odd, LINK), 1)


@pytest.mark.parametrize(
    "odd",
    [
        *("<title a='b'>T</title>", "<title type='xhtml'>T</title>"),
        *("<title type='HTML'>T</title>", "<description mode='base64'>T</description>"),
        *("<pubDate a='b'>1</pubDate>", "<guid ispermalink='false'>7</guid>"),
        *(
            "<source url='u' a='b'/>",
            "<title xmlns:y='urn:y'/>",
            "<title xmlns='urn:y'/>",
        ),
    ],
)
def test_an_item_with_another_attribute_is_left(odd: str) -> None:
    _expect_left(_rss(LINK, LINK + odd, LINK), 1)


@pytest.mark.parametrize(
    "odd",
    [
        *("&#150;", "&#x96;", "\x93Agua\x94", "T<!-- a -->", "<?a b?>"),
        *("<![CDATA[&#150;]]>", "<![CDATA[&#1;]]>", "<![CDATA[&#xD800;]]>"),
        *("<![CDATA[&#1114112;]]>", "<![CDATA[&#;]]>", "<![CDATA[&#x;]]>"),
        f"<![CDATA[&#{'0' * 20}39;]]>",
    ],
)
def test_an_item_with_another_character_is_left(odd: str) -> None:
    _expect_left(_rss(LINK, f"{LINK}<title>{odd}</title>", LINK), 1)


@pytest.mark.parametrize(
    "odd",
    [
        *("<pubDate/>", "<pubDate> </pubDate>", "<pubDate>2 de\nmarzo</pubDate>"),
        *("<pubDate>mañana</pubDate>", "<guid/>", "<guid>año</guid>", "<link/>"),
        *("<guid>x:///y</guid>", f"<guid isPermaLink='false'>{'7' * 2049}</guid>"),
    ],
)
def test_an_item_with_an_odd_date_or_guid_is_left(odd: str) -> None:
    _expect_left(_rss(LINK, LINK + odd, LINK), 1)


@pytest.mark.parametrize(
    "link",
    [
        *("", " ", "/1", "//d.example/1", "HTTP://d.example/", "ftp://d.example/", "7"),
        *(
            "http:///d.example/",
            "https://d.example/año",
            "https://d.example/?a&amp;b;c",
        ),
        *("https://d.example/&amp;amp;b", "a https://d.example/"),
    ],
)
def test_an_item_whose_link_is_no_plain_address_is_left(link: str) -> None:
    _expect_left(_rss(f"<link>{link}</link>"), 0)
    _expect_left(_rss(f"<guid>{link}</guid>"), 0)
    _expect_left(_atom(f"<link href='{link}'/>"), 0)


@pytest.mark.parametrize(
    "link",
    [
        *("", "<id>7</id>", f"{HREF}{HREF}", f"{HREF}<link rel='self'/>"),
        *("<link rel='self' href='https://d.example/'/>", "<link type='text/html'/>"),
        "<link href='https://d.example/'>https://d.example/</link>",
        "<link type='text/html'>https://d.example/</link>",
        "<link type='text/xml' href='https://d.example/'/>",
        "<link href='https://d.example/' a='b'/>",
        "<link href='https://d.example/' url='https://e.example/'/>",
    ],
)
def test_an_entry_with_an_odd_link_is_left(link: str) -> None:
    _expect_left(_atom(link), 0)


@pytest.mark.parametrize("value", ["false", "TRUE", ""])
def test_an_item_whose_guid_is_no_link_needs_one(value: str) -> None:
    _expect_left(_rss(f"<guid isPermaLink='{value}'>https://d.example/7</guid>"), 0)


@pytest.mark.parametrize("tag", ["<item a='b'>", "<item xmlns:y='urn:y'>"])
def test_an_item_with_attributes_of_its_own_is_left(tag: str) -> None:
    text = _rss(f"<description/>{LINK}", LINK)
    _expect_left(text.replace("<item>", tag, 1), 0)


# --- documents that are left whole ---------------------------------------------------


@pytest.mark.parametrize(
    "nested",
    [
        *(
            "<title>a<b>b</b></title>",
            "<dc:creator><b/></dc:creator>",
            "<x:a><b/></x:a>",
        ),
        *(
            "<author><author/></author>",
            "<author><x:name/></author>",
            "<x:a><name/></x:a>",
        ),
        *("<category><name/></category>", "<x:author><name/></x:author>"),
        *("<media:thumbnail><media:x/></media:thumbnail>", "<source><b/></source>"),
        "<media:group><media:content url='u'/></media:group>",
        "<media:content><media:content/></media:content>",
        "<description/><summary a='b'><title>c</title></summary>",
    ],
)
def test_elements_in_elements_of_an_item_leave_all(nested: str) -> None:
    _expect_none_read(_rss(f"{WHOLE}{LINK}<description/>", LINK + nested, LINK))


@pytest.mark.parametrize(
    "misleading",
    [
        *(
            "<!-- <title> -->",
            "<!-- a > b -->",
            "<!-- <![CDATA[ -->",
            "<?a <category> ?>",
        ),
        *("<category a='/>'>x</category>", "<category a='>'>x</category>", "<rss/>"),
        *("<x:a lang='en'/>", "<x:a xml:lang='en'/>", "<x:a LANG='en'/>"),
        *("<feed a=\" lang='b'\"/>", "<pubDate xmlns:y='urn:y'>1</pubDate>"),
        "<media:description xmlns:y='urn:y'>a</media:description>",
    ],
)
def test_markup_that_leads_prune_astray_leaves_all(misleading: str) -> None:
    _expect_none_read(_rss(LINK, LINK + misleading, LINK))
    _expect_none_read(_rss(LINK, LINK, head=misleading))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<pubDate ",
            "</pubDate>",
            "<dc:date a>",
            "<UPDATED>",
            "<a.b:issued ",
            "<width>",
        ),
        *(
            "</media:x>",
            "<media:",
            "<itunes:summary ",
            "<textinput",
            "<height=1>",
            "<cc:x>",
        ),
        *(
            "<link/>",
            "<link>",
            "<link\n/>",
            "<LINK></link>",
            "<guid></item>",
            "xml:base='[",
        ),
        *("<rss lang='es'>", "<feed xml:lang", "<rdf:RDF "),
    ],
)
def test_text_that_prune_takes_for_markup_leaves_all(text: str) -> None:
    for name in ("title", "x:a", "dc:creator"):
        odd = f"{LINK}<{name}><![CDATA[{text}]]></{name}><pubDate>x</pubDate>"
        _expect_none_read(_rss(LINK, odd))
    head = f"<description><![CDATA[{text}]]></description>"
    _expect_none_read(_rss(LINK, head=head))
    _expect_none_read(_rss(LINK).replace("</channel>", f"{head}</channel>"))
    _expect_none_read(
        _rss(f"{LINK}<description>{'x' * 8190}<![CDATA[{text}]]></description>")
    )


@pytest.mark.parametrize(
    "text", ["<![CDATA[<title>x]]>", "<![CDATA[<guid>]]>&lt;/guid>"]
)
def test_text_at_the_end_of_an_item_that_prune_may_close_leaves_all(text: str) -> None:
    _expect_none_read(_rss(LINK, LINK + text, LINK))
    _expect_none_read(_rss(LINK, f"<title>A</title>{text}<link/><link></link>", LINK))


@pytest.mark.parametrize(
    "head",
    [
        *("<links>a</links>", "<author_detail>a</author_detail>", "<author:detail/>"),
        *("<expirationDate>a</expirationDate>", "<textInput><title/></textInput>"),
        "<description><b>a</b></description>",
    ],
)
def test_an_element_that_feedparser_may_stumble_over_leaves_all(head: str) -> None:
    text = _rss(LINK, head=head, root=BOUND + " xmlns:author='urn:author'")
    _expect_none_read(text)
    _expect_none_read(text.replace(head, "").replace("</channel>", f"{head}</channel>"))


@pytest.mark.parametrize(
    "text",
    [
        *(_rss(LINK, root=" lang='es' xml:lang='es'"), _rss(LINK, root=" Lang='es'")),
        _rss(LINK, root=" a=\" lang='es' \" lang='es'"),
        _rss(LINK, root=' a=" lang=\'" xmlns:dc="urn:\'dc"'),
        _rss(LINK, root=" xml:base='https://diario.example/'"),
        _rss(LINK, root=" base='https://diario.example/'"),
        *(
            _rss(LINK, root=" a='>'"),
            _rss(LINK, SWOLLEN),
            _rss(LINK).replace("rss", "RSS"),
        ),
        _rss(LINK).replace("<channel>", "<channel href='https://d.example/'>"),
        _rss(LINK).replace("<channel>", "").replace("</channel>", ""),
        _rss(LINK).replace("<item>", "<x:b><item>").replace("</item>", "</item></x:b>"),
        _rss(LINK, root=" xmlns='http://backend.userland.com/rss2'"),
        *(
            _rss(LINK).replace("item>", "entry>"),
            _atom(HREF, root="").replace("20", "19"),
        ),
        "<!-- <rss lang='es'> -->" + _rss(LINK),
        "<?xml-stylesheet a='b>c'?>" + _rss(LINK),
    ],
)
def test_an_odd_document_is_left_whole(text: str) -> None:
    _expect_none_read(text)


@pytest.mark.parametrize(
    "text",
    [
        *(_rss(LINK, root=" xml:lang='es'"), _atom(HREF, root=" xml:lang='es'")),
        *(_rss(LINK, root=" lang='es'"), _rss(LINK, root=" a='&gt;'")),
        _rss(f"{LINK}<category a='a &gt; b'/>"),
        "<?xml-stylesheet href='a.css'?><!-- built today -->" + _rss(LINK),
        _rss(
            LINK, head="<!-- built today --><image><url>u</url><title>T</title></image>"
        ),
        _rss(
            LINK,
            head="<atom:link rel='self' href='a'/><sy:updateBase>1</sy:updateBase>",
        ),
        _rss(LINK, head=f"<y:link xmlns:y='{ATOM}' href='a'/><lastBuildDate/>"),
        _rss(
            LINK, head="<itunes:category text='a'><itunes:category/></itunes:category>"
        ),
        _rss(LINK, head="<skipHours><hour>1</hour></skipHours><language>en</language>"),
        _rss(LINK, head="<itunes:summary>S</itunes:summary>"),
        _atom(HREF, head="<author><name>Ana</name></author><updated>1</updated>"),
    ],
)
def test_ordinary_surroundings_keep_no_item_from_being_read(text: str) -> None:
    _expect_left(text)


# --- documents made up ---------------------------------------------------------------

WORDS = (
    "El río",
    "¿Qué",
    "water",
    "«sí»",
    "–",
    "🌵",
    "a",
    " ",
    "\n",
    "\t",
    "1,500",
    "",
)
REFERENCES = ("&amp;", "&lt;b&gt;", "&#8217;", "&#xF1;", "&#039;", "&amp;#8230;")
HTML = ("<p>El río</p>", "<b>a</b>", "<a href='https://x.example/'>x</a>", "<br/>")
ODD_WORDS = (
    *("&amp;amp;", "&amp;lt;p&amp;gt;", "&amp;nbsp;", "&quot;", "&#38;lt;", "&#10;"),
    *(
        "&#150;",
        "&#x96;",
        "&#133;",
        "&#xA0;",
        "&#127;",
        "&#128512;",
        "&#x1F600;",
        "\x96",
    ),
    *("\x85", "\x7f", "\xa0", "\u2028", "\ufeff", "\u200b", "\u0301", "\ufffd", "\\"),
    *(
        "MÃ©xico",
        "Ã©",
        "Â¿",
        "â€œ",
        "Ã",
        "]]&gt;",
        "]]",
        "&gt;",
        "'",
        '"',
        ";",
        "http://",
    ),
    *("&lt;link/&gt;", "&lt;pubDate ", "&lt;/item&gt;", "&#60;", "xml:base='[x'"),
    *("<![CDATA[]]>", "<![CDATA[a < b]]>", "<!-- a -->", "<?a b?>"),
)
ODD_HTML = (
    *(
        "<title>s</title>",
        "<title>t",
        "<title></item>",
        "<link/>",
        "<link>x",
        "<link >",
    ),
    *(
        "<link></link>",
        "<pubDate ",
        "<date>",
        "</date>",
        "<dc:date a='b'>",
        "<o:p></o:p>",
    ),
    *("<media:x>", "</media:title>", "<itunes:summary ", "<width=1>", "<textInput"),
    *("<rss lang='es'>", "<feed xml:lang=", "<rdf:RDF lang='x'", "<item>", "</item>"),
    *("<category>", "</category>", "<guid>x</guid>", "<description>", "</rss>", "<!--"),
    *(
        "&#1;",
        "&#xD800;",
        "&#150;",
        "&#8217;",
        "&#39",
        "&#x;",
        "&#0000000000039;",
        "&#",
    ),
    *("&nbsp;", "&aacute;", "&", "&bogus;", "<", ">", "a < b", "]", "<![CDATA[", "<?x"),
    *("xml:base='[x'", " xml:base='['", "-->", "é", "Ã©", "\x93", "\n", "<update:d>"),
)
ADDRESSES = (
    *("https://diario.example/1", "http://diario.example/?p=1&amp;utm_source=rss"),
    *(
        "https://diario.example/a%C3%B1o",
        "https://d.example/a b",
        "\nhttps://d.example/2 ",
    ),
)
ODD_ADDRESSES = (
    *(
        "",
        " ",
        "/1",
        "//diario.example/1",
        "HTTP://diario.example/1",
        "ftp://d.example/",
    ),
    *("http:////diario.example/1", "https://diario.example/año", "tag:x,2026:1", "7"),
    *("https://d.example/?a=1&amp;b;c", "https://d.example/&amp;amp;x", "https://[d/"),
    *(
        "https://d.example/a\nb",
        "x:///y",
        "<![CDATA[https://d.example/?a&b]]>",
        "https://",
    ),
    *("javascript:x", "http:// d.example/", "&#150;", "https://d.example/&lt;"),
)
DATES = (
    "Mon, 02 Mar 2026 06:00:00 -0600",
    "2026-03-01T10:00:00Z",
    "2 de marzo de 2026",
)
ODD_DATES = ("", " ", "mañana", "a\nb", "<![CDATA[2026-03-01]]>", "&#150;", "<b/>")
TYPES = ("", " type='text'", " type='html'", ' type="text/html"', " type='text/plain'")
ODD_ATTRIBUTES = (
    *(" type='xhtml'", " type='HTML'", " type=''", " type='application/xml'"),
    *(" type='text/xml'", " mode='base64'", " a='b'", " a='&gt;'", " a='>'", " a='/>'"),
    *(" lang='en'", " xml:lang='es'", " Lang='x'", " a=\" lang='x'\"", " x:a='b'"),
    *(
        " xmlns='urn:y'",
        " xmlns=''",
        f" xmlns='{ATOM}'",
        " xmlns:y='urn:y'",
        " src='s'",
    ),
    *(
        " isPermaLink='false'",
        " isPermaLink='TRUE'",
        " ispermalink='false'",
        " rel='x'",
    ),
    *(" href='https://d.example/3'", " href=''", " rel='Alternate'", " rel='self'"),
    *(
        " url='u'",
        " length='1'",
        " title='t'",
        " xmlns:xlink='http://www.w3.org/1999/xlink'",
    ),
)
NAMES = (
    *("title", "link", "guid", "id", "description", "summary", "content", "pubDate"),
    *("published", "updated", "pubdate", "Title", "LINK", "issued", "date", "modified"),
    *(
        "created",
        "lastBuildDate",
        "source",
        "author",
        "name",
        "uri",
        "email",
        "category",
    ),
    *("image", "textInput", "width", "height", "language", "body", "rights", "unknown"),
    *("comments", "enclosure", "generator", "docs", "ttl", "post-id", "url", "tags"),
    *("links", "authors", "keywords", "div", "svg", "p", "rss", "feed", "channel"),
    *("abstract", "subtitle", "managingEditor", "webMaster", "expirationDate", "info"),
    *(
        "fullitem",
        "contributor",
        "tagline",
        "copyright",
        "newLocation",
        "cloud",
        "where",
    ),
    *(
        "dc:date",
        "dc:title",
        "dc:language",
        "dc:description",
        "dc:creator",
        "dc:source",
    ),
    *("dc:subject", "dc:type", "dc:Creator", "dcterms:issued", "dcterms:modified"),
    *(
        "dcterms:created",
        "dcterms:valid",
        "content:encoded",
        "content:items",
        "x:title",
    ),
    *("x:date", "x:item", "atom:link", "atom:title", "atom:updated", "atom:author"),
    *("media:content", "media:group", "media:title", "media:description", "media:text"),
    *("media:Description", "media:_description", "media:thumbnail", "media:rating"),
    *("itunes:summary", "itunes:Summary", "itunes:_summary", "itunes:image"),
    *("itunes:subtitle", "itunes:keywords", "georss:point", "sy:updatePeriod", "wfw:x"),
    *("feedburner:origLink", "cc:license", "thr:total", "slash:comments", "x:feed"),
)
PIECES = (
    *("<!-- a -->", "<!-- > -->", "<!-- <title> -->", "<!-- <![CDATA[ -->", "<?a b?>"),
    *(
        "<?a <category> ?>",
        "<![CDATA[<title>x]]>",
        "<![CDATA[a < b]]>",
        "\x96",
        "&#150;",
    ),
    *("<category a='/>'>x</category>", "<author><x/></author>", "<link rel='self'/>"),
    *("<media:group><media:content/></media:group>", "<author>a<!-- b --></author>"),
    *("<image><url>u</url><title>T</title></image>", "<svg><title>s</title></svg>"),
    *("<source><title>T</title><id>7</id></source>", "<div><title/></div>", "<svg/>"),
    *("<b xmlns:media='urn:m'><media:x/></b>", "<links>a</links><link/>", "<item/>"),
    *("<author><name>A</name><author/></author>", "<category><b>c</b></category>"),
)
HELD = ("", "x", "<media:title type='html'>Pie</media:title>", f"{CAPTION}\n{CAPTION}")
PERSONS = (
    *("", "ana@diario.example (Ana)", "<name>Ana</name>", "<name>Ana</name><uri/>"),
    "<name><![CDATA[Ana]]></name>\n<email>ana@diario.example</email>",
)

Texts = st.SearchStrategy[str]


def _joined(*words: str, most: int = 4) -> Texts:
    return st.lists(st.sampled_from(words), max_size=most).map("".join)


def _cdata(*words: str) -> Texts:
    return _joined(*words).map(lambda s: f"<![CDATA[{s.replace(']]>', '')}]]>")


def _element(name: str, inside: Texts, *attributes: str) -> Texts:
    tags = st.sampled_from(attributes or ("",))
    return st.builds(f"<{name}{{}}>{{}}</{name}>".format, tags, inside)


PLAIN = _joined(*WORDS, *REFERENCES) | _cdata(*WORDS, *HTML)
COMMON = {
    "media:content": _element("media:content", st.sampled_from(HELD), "", " url='u'"),
    "media:thumbnail": st.just("<media:thumbnail url='u'/>"),
    "media:credit": _element("media:credit", PLAIN, "", " role='author'"),
    "dc:creator": _element("dc:creator", PLAIN),
    "author": _element("author", st.sampled_from(PERSONS)),
    "category": _element("category", PLAIN, "", " domain='d'", " term='t'"),
    "title": _element("title", PLAIN, *TYPES),
    "blank": st.sampled_from(["\n\t", " ", "", "text"]),
}
RSS = COMMON | {
    "link": _element("link", st.sampled_from(ADDRESSES)),
    "guid": _element(
        "guid", st.sampled_from(("7", *ADDRESSES)), " isPermaLink='false'"
    ),
    "pubDate": _element("pubDate", st.sampled_from(DATES)),
    "dc:date": _element("dc:date", st.sampled_from(DATES)),
    "description": _element("description", PLAIN),
    "content:encoded": _element("content:encoded", PLAIN),
    "source": _element("source", PLAIN, "", " url='u'"),
    "enclosure": st.just("<enclosure url='u' type='image/jpeg' length='1'/>"),
    "slash:comments": st.just("<slash:comments>7</slash:comments>"),
    "itunes:author": _element("itunes:author", PLAIN),
}
ATOM_LINKS = (
    *(HREF, "<link rel='alternate' href='https://d.example/?a=1&amp;b=2'></link>"),
    "<link rel='alternate' type='text/html' href='https://d.example/1' title='t'/>",
)
ATOM_ELEMENTS = COMMON | {
    "link": st.sampled_from(ATOM_LINKS),
    "another link": st.just("<link rel='replies' type='text/xml' href='/r'/>"),
    "id": _element("id", st.sampled_from(("tag:d.example,2026:7", *ADDRESSES))),
    "published": _element("published", st.sampled_from(DATES)),
    "updated": _element("updated", st.sampled_from(DATES)),
    "summary": _element("summary", PLAIN, *TYPES),
    "content": _element("content", PLAIN, *TYPES),
    "contributor": _element("contributor", st.sampled_from(PERSONS)),
    "thr:total": _element("thr:total", st.just("0"), "", " xmlns:thr='urn:thr'"),
}


@st.composite
def _items(draw: st.DrawFn, elements: dict[str, Texts]) -> str:
    """A plain one: a link, and of the other elements some, each once, in any order."""
    others = sorted(elements.keys() - {"link"})
    names = ["link", *draw(st.lists(st.sampled_from(others), unique=True))]
    return "".join(draw(elements[name]) for name in draw(st.permutations(names)))


@given(st.lists(_items(RSS), min_size=1, max_size=4))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_plain_items_of_rss_are_all_read(items: list[str]) -> None:
    _expect_left(_rss(*items))


@given(st.lists(_items(ATOM_ELEMENTS), min_size=1, max_size=4))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_plain_entries_of_atom_are_all_read(entries: list[str]) -> None:
    _expect_left(_atom(*entries))


INSIDE = st.one_of(
    *(
        PLAIN,
        _joined(*WORDS, *REFERENCES, *ODD_WORDS),
        _cdata(*WORDS, *HTML, *ODD_HTML),
    ),
    *(_cdata(*ODD_HTML), _joined("<b>a</b>", "<p xmlns='urn:p'>x</p>", *ODD_WORDS)),
    *(
        st.sampled_from(words)
        for words in (HELD, PERSONS, PIECES, ODD_ADDRESSES, ODD_DATES)
    ),
)
ATTRIBUTES = st.lists(st.sampled_from(ODD_ATTRIBUTES), max_size=2).map("".join)
ODD_ELEMENT = st.one_of(
    st.builds("<{0}{1}>{2}</{0}>".format, st.sampled_from(NAMES), ATTRIBUTES, INSIDE),
    st.builds("<{}{}/>".format, st.sampled_from(NAMES), ATTRIBUTES),
    st.sampled_from(PIECES),
)
ODD = st.lists(ODD_ELEMENT, min_size=1, max_size=2).map("".join)
HEADS = st.just("") | ODD_ELEMENT
ROOTS = st.one_of(
    *(st.just(BOUND), st.sampled_from(ODD_ATTRIBUTES).map(BOUND.__add__)),
    st.builds(
        lambda name, uri: _declared(NAMESPACES | {name: uri}),
        st.sampled_from(sorted(NAMESPACES)),
        st.sampled_from((*NAMESPACES.values(), "http://backend.userland.com/RSS2")),
    ),
)


def _odd_items(elements: dict[str, Texts]) -> st.SearchStrategy[list[str]]:
    """Some are plain, and others have something before or behind all that is plain."""
    plain, join = _items(elements), "".join
    odd = st.one_of(st.tuples(plain, ODD).map(join), st.tuples(ODD, plain).map(join))
    return st.lists(plain | odd, min_size=1, max_size=4)


@given(_odd_items(RSS), HEADS, ROOTS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_odd_rss_is_read_as_by_feedparser(
    items: list[str], head: str, root: str
) -> None:
    _expect_the_same(_rss(*items, head=head, root=root))


@given(_odd_items(ATOM_ELEMENTS), HEADS, ROOTS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_odd_atom_is_read_as_by_feedparser(
    entries: list[str], head: str, root: str
) -> None:
    _expect_the_same(_atom(*entries, head=head, root=root))
