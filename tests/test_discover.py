import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.answers import refresh_target
from monitor.feeds.discover import (
    USUAL_PLACES,
    About,
    describe,
    find_feeds,
    is_page,
)

BASE = "https://www.faro.example/mexico/"


def found(page: str, base: str = BASE) -> list[str]:
    """The addresses that the page itself gives: the usual places left out."""
    return find_feeds(page, base)[: -len(USUAL_PLACES)]


@pytest.mark.parametrize(
    ("tag", "url"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss-all">', "https://www.faro.example/rss-all"),
        ("<LINK REL='alternate' TYPE='APPLICATION/ATOM+XML' HREF='a.atom'>", f"{BASE}a.atom"),
        ('<link rel="home alternate" type="application/rss+xml; charset=utf-8" href="//x.example/f">', "https://x.example/f"),
        ('<link rel=alternate type=application/feed+json href=/f.json />', "https://www.faro.example/f.json"),
        ('<link rel="alternate" type="text/xml" href="/x.xml">', "https://www.faro.example/x.xml"),
        ('<link rel="feed" href="/x">', "https://www.faro.example/x"),
        ('<link rel="alternate" type="application/rss+xml" href="/?f=rss&amp;l=5">', "https://www.faro.example/?f=rss&l=5"),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://x.example/f">', "https://x.example/f"),
        ('<a href="/rss2">x</a>', "https://www.faro.example/rss2"),
        ('<a href="nota.xml">x</a>', f"{BASE}nota.xml"),
        ('<a href="http://feeds.feedburner.com/Faro">x</a>', "http://feeds.feedburner.com/Faro"),
        ('<a href="/?feed=rss2">x</a>', "https://www.faro.example/?feed=rss2"),
        ('<a href="/buscar?f=rss&amp;l=5">x</a>', "https://www.faro.example/buscar?f=rss&l=5"),
    ],
)  # fmt: skip
def test_a_page_says_where_its_feed_is(tag, url):
    assert found(f"<html><body>{tag}") == [url]


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="text/xml+oembed" href="/oembed?format=xml">',
        '<link rel="alternate" type="text/xml" href="/oembed?format=xml">',
        '<link rel="alternate" hreflang="es" href="/es/">',
        '<link rel="stylesheet" type="text/css" href="/feed.css">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="http://[bad">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:rss()">',
        '<a href="/sitemap.xml">x</a>',
        '<a href="https://feedly.com/i/subscription/feed/https://x.example">x</a>',
        '<a href="/feedback">x</a>',
        '<a href="/newsfeeds-and-us">x</a>',
        '<a href="mailto:rss@faro.example">x</a>',
        "<a>x</a>",
    ],
)
def test_what_is_no_feed_is_passed_over(tag):
    assert found(tag) == []


def test_candidates_come_declared_first_then_own_links_then_the_usual_places():
    page = """
      <a href="https://other.example/rss">partner</a> <a href="/section/rss">ours</a>
      <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
      <link rel="alternate" type="application/rss+xml" href="/feed/">
      <link rel="alternate" type="application/rss+xml" href="/feed/">
    """
    assert find_feeds(page, BASE)[:5] == [
        "https://www.faro.example/feed/",
        "https://www.faro.example/comments/feed/",
        "https://www.faro.example/section/rss",
        "https://other.example/rss",
        "https://www.faro.example/feed",
    ]


def test_a_page_without_links_still_has_the_usual_places():
    assert find_feeds("<p>nada", BASE)[:2] == [
        "https://www.faro.example/feed/",
        "https://www.faro.example/feed",
    ]
    assert len(find_feeds("", BASE)) == len(USUAL_PLACES)


def test_the_base_element_moves_relative_links():
    page = '<base href="/es/"><base href="/no/"><link rel="feed" href="rss">'
    assert found(page) == ["https://www.faro.example/es/rss"]


@pytest.mark.parametrize(
    "page",
    [
        "<" * 200_000,
        "<a " * 100_000,
        '<a href="' * 50_000,
        "<!--" * 100_000,
        "&" * 200_000,
    ],
)
def test_a_hostile_page_costs_little(page):
    start = time.perf_counter()
    find_feeds(page, BASE)
    describe(page)
    assert time.perf_counter() - start < 5


MARKUP = ["<![x]>", "<![<", "<![if IE]>", "<![CDATA[", "]]>", "<!", "<!--", "-->", "<?"]
TAGS = ["<html>", "<head>", "<a href='/rss'>", "<meta http-equiv=refresh ", "</", ">"]


@given(st.lists(st.text(max_size=9) | st.sampled_from(MARKUP + TAGS)).map("".join))
def test_any_text_is_read(page):
    refresh_target(b"<html><meta refresh>" + page.encode(errors="replace"))
    find_feeds(page, BASE)
    describe(page)
    is_page(page)


# --- what a document is and says of itself -----------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<!DOCTYPE html><html>", True),
        ("\n<HTML lang=es>", True),
        ("<head><title>x", True),
        ("<rss><channel><description><html></description>", False),
        ('<?xml version="1.0"?><feed>', False),
        ("<rdf:RDF>", False),
        ("{}", False),
    ],
)
def test_a_page_is_told_from_a_feed(text, answer):
    assert is_page(text) is answer


@pytest.mark.parametrize(
    ("text", "title", "language"),
    [
        ("<rss><channel><title>El Faro</title><language>es-MX</language><item><title>x</title>", "El Faro", "es-MX"),
        ("<rss><channel><image><title>Logo</title></image><title><![CDATA[A &amp; B]]></title>", "A & B", ""),
        ('<feed xml:lang="en-US"><title type="html">A &lt;b&gt;C&lt;/b&gt;</title><entry>', "A C", "en-US"),
        ("<rdf:RDF><channel><title>R</title><dc:language>es</dc:language></channel><item>", "R", "es"),
        ("<rss><channel><item><title>x</title>", "", ""),
        ('{"title": " El  Faro", "language": "es", "items": []}', "El Faro", "es"),
        ('{"title": 1, "items": []}', "", ""),
        ("{" * 20_000, "", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_feed_says_who_it_is(text, title, language):
    assert describe(text) == About(title, language)
