"""What feedparser is shown of a document, and how long that takes."""

import time
from contextlib import suppress
from functools import partial

import pytest

from builders import NOW, feed
from monitor.errors import ParseError
from monitor.feeds.parse import parse
from monitor.feeds.prune import MAX_TAGS, prune
from monitor.model import Document

FEED = feed("Diario Anáhuac", "MX")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<category>a</category>b", "b"),
        ("<category/>b", "b"),
        ("<category a='1' />b", "b"),
        ("<category>a</category >b", "b"),
        ("<category>a<b/></category>", "<category>a<b/></category>"),
        ("<category><![CDATA[</category>]]></category>b", "b"),
        ("<![CDATA[<category>a</category>]]>", "<![CDATA[<category>a</category>]]>"),
        ("<author><name>a</name></author>b", "b"),
        ("<category><author>a</author>", "<category>"),
        ("<slash:comments><dc:type>a</dc:type>", "<slash:comments>"),
        ("<media:a/>b<media:c />", "b"),
        ("<category><media:a></media:b></category>c", "c"),
        ("<media:a>b</media:a>", "<media:_a>b</media:_a>"),
        ("<categoryx>a</categoryx>", "<categoryx>a</categoryx>"),
        ("<category>a", "<category>a"),
    ],
)
def test_an_element_of_which_nothing_is_read_is_left_out(text, left):
    assert prune(text) == left


@pytest.mark.parametrize("piece", ["<media:x>", "<media:x></media:y>", "<category>"])
def test_elements_that_do_not_end_take_time_in_proportion(piece):
    start = time.process_time()
    prune(piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 3  # a fifth of a second alone


def _document(inside: str) -> Document:
    text = f"<rss version='2.0'><channel><title>a</title>{inside}</channel></rss>"
    return Document(FEED.url, text.encode(), {})


def _items(count: int, inside: str = "") -> str:
    item = "<item><title>Hoy {0}</title><guid>{0}</guid>" + inside + "</item>"
    return "".join(item.format(n) for n in range(count))


def test_what_comes_after_the_last_tag_that_is_read_is_left_out_by_items():
    inside = "<a></a>" * 497  # a thousand tags an item
    read = parse(FEED, _document(_items(100, inside)), NOW).sightings
    assert len(read) == (MAX_TAGS - 6) // 1000
    assert read[-1].item.title == f"Hoy {len(read) - 1}"


def test_tags_in_markup_and_of_what_is_not_read_do_not_count():
    inside = "<category>x</category><description><![CDATA[{}]]></description>"
    document = _document(_items(500, inside.format("<br>" * 100) * 1))
    assert len(parse(FEED, document, NOW).sightings) == 500


SIZE = 1_000_000
PLAIN = (
    "<description>&lt;p&gt;Acuerdan entregas de agua en la frontera norte.&lt;/p&gt;"
)


def _spent(document: Document) -> float:
    start = time.process_time()
    with suppress(ParseError):
        parse(FEED, document, NOW)
    return time.process_time() - start


@pytest.fixture(scope="module")
def plain_seconds() -> float:
    """What a megabyte of plain news takes here and now."""
    return _spent(_document(_items(SIZE // 140, f"{PLAIN}</description>")))


def _described(markup: str) -> str:
    inside = f"<description><![CDATA[{markup * (10_000 // len(markup))}]]>"
    return _items(SIZE // 10_000, f"{inside}</description>")


_HOSTILE = {
    **{
        piece: partial("".join, [piece] * (SIZE // len(piece)))
        for piece in ("<x/>", "<x>", "<item>", "<item/>", "<item></item>", "</x>")
    },
    "cut": lambda: "<x/>" * (SIZE // 4) + "<",
    **{
        f"described {piece}": partial(_described, piece)
        for piece in ("<div>", "<ul>", "<b></p>", "<b><div>", "<table><b>")
    },
}


@pytest.mark.parametrize("kind", _HOSTILE)
def test_a_hostile_megabyte_takes_few_times_as_long_as_news(kind, plain_seconds):
    assert _spent(_document(_HOSTILE[kind]())) < 4 * plain_seconds
