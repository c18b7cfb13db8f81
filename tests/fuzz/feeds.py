"""
Feeds: whatever bytes a feed sends, parse gives sound items or says ParseError, and reads
what it reads for itself as feedparser would.

An input is one byte that chooses the feed's settings, then the document. It starts from
the documents in tests/feeds and from a dictionary of what feeds are made of.
"""

import pickle
import random
import re
from datetime import timedelta
from pathlib import Path
from unittest import mock

from builders import NOW, feed
from fuzz.driver import bounded
from monitor.errors import ParseError
from monitor.feeds import quick
from monitor.feeds.links import MAX_URL
from monitor.feeds.parse import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE, parse
from monitor.model import Document, Feed, Item, Parsed

HERE = Path(__file__).parents[1] / "feeds"
MAX_LENGTH = 16_384  # bytes of one input: room for a dozen items

FEEDS = (
    (feed("Diario Anáhuac", "MX"), "application/rss+xml; charset=utf-8"),
    (feed("Diario Anáhuac", "MX", tz="America/Tijuana"), "text/xml"),
    (feed("The Potomac Ledger", drop_params=("partner",)), "application/xml"),
    (
        feed(
            "Canal Horizonte",
            "US",
            "es",
            id_pattern=r"/(\d{4,})",
            recurring_titles=("^El cartón",),
        ),
        "text/html; charset=iso-8859-1",
    ),
    (feed("Diario Anáhuac", "MX"), "application/feed+json"),
)
"""Feeds, and the content types with which they send a document."""

_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_ID = re.compile(r"[0-9a-f]{16}")


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many items an input has; AssertionError if a promise of parse is broken.

    ``allowance`` stretches the time limit.
    """
    of, content_type = FEEDS[data[0] % len(FEEDS)] if data else FEEDS[0]
    document = Document(of.url, data[1:], {"content-type": content_type})
    with bounded(data, allowance):
        parsed = _parsed(of, document)
    with mock.patch.object(quick, "read", return_value=None):
        assert parsed == _parsed(of, document), "feedparser alone reads it otherwise"
    if isinstance(parsed, str):
        assert parsed.startswith(of.url), parsed
        return 0
    assert len(parsed.sightings) <= MAX_ITEMS
    for sighting in parsed.sightings:
        _check_item(sighting.item)
        assert sighting.keys, "no keys"
        assert sighting.digest, "no digest"
    assert all(s.item.date_source == "fetched" for s in parsed.sightings if s.doubt)
    _check_again(parsed, of, document)
    assert parsed == pickle.loads(pickle.dumps(parsed)), "pickling changes it"
    return len(parsed.sightings)


def _parsed(of: Feed, document: Document) -> Parsed | str:
    """What parse makes of a document, or says against it."""
    try:
        return parse(of, document, NOW)
    except ParseError as error:
        return str(error)


def _check_again(parsed: Parsed, of: Feed, document: Document) -> None:
    """A second reading that knows half of the items reads the rest the same."""
    known = {sighting.digest for sighting in parsed.sightings[::2]}
    again = parse(of, document, NOW, known)
    assert set(again.known) == known, "what was known is forgotten"
    rest = tuple(s for s in parsed.sightings if s.digest not in known)
    assert again.sightings == rest, "two readings differ"


def _check_item(item: Item) -> None:
    assert _ID.fullmatch(item.id), f"id {item.id!r}"
    assert item.published.utcoffset() == timedelta(), f"published {item.published!r}"
    assert item.published <= NOW + timedelta(hours=1), f"ahead {item.published!r}"
    assert item.date_source in ("feed", "default-zone", "fetched")
    assert item.date_source != "fetched" or item.published <= NOW
    assert item.language in ("en", "es")
    assert item.title or item.summary, "says nothing"
    assert len(item.title) <= MAX_TITLE
    assert len(item.summary) <= MAX_SUMMARY
    assert len(item.url) <= MAX_URL
    assert not item.url or re.match(r"https?://[^/\s]", item.url), f"url {item.url!r}"
    for text in (item.title, item.summary, item.url, item.published_raw):
        assert not _UNSEEN.search(text), f"unseen characters in {text!r}"


# --- what feeds are made of ----------------------------------------------------------

TOKENS = (
    *("<rss version='2.0'>", "<channel>", "</channel>", "</rss>", "<rdf:RDF>"),
    *("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "</feed>"),
    *("<item>", "</item>", "<item ", "<title>", "</title>", "<link>", "</link>"),
    *("<link rel='alternate' href='", "<guid isPermaLink='false'>", "</guid>", "<id>"),
    *("<description>", "</description>", "<summary type='html'>", "<content:encoded>"),
    *("<pubDate>", "</pubDate>", "<dc:date>", "</dc:date>", "<updated>", "<published>"),
    *("<dc:language>", " xml:lang='es-MX'", "<source url='", "<enclosure ", "<media:"),
    *("<itunes:", "<georss:point>", "<feedburner:origLink>", "<textInput>", "<image>"),
    *("<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "<!DOCTYPE ", "<!ENTITY ", "/>"),
    *(
        "&amp;",
        "&lt;",
        "&#xD800;",
        "&#0;",
        "&#127;",
        "&#x81;",
        "&#x1F600;",
        "&aacute;",
        "&nbsp;",
        "&",
    ),
    *("xmlns:a10='http://www.w3.org/2005/Atom'", "xmlns=''", "<a:", "</a:", " xmlns:"),
    *("<script>", "</script>", "<div>", "<p>", "<br/>", "<b", "<style>", "<svg>"),
    *('{"version":"https://jsonfeed.org/version/1.1","items":[', '{"id":"1",', "]}"),
    *(
        '"title":',
        '"content_html":',
        '"date_published":',
        '"url":',
        "null",
        '"\\ud800"',
    ),
    *(
        "http://",
        "https://diario.example/nota/12345",
        "//",
        "javascript:",
        "?utm_source=",
    ),
    *("http://[", "xn--", "%00", "%", "#", "mailto:", "data:", "http://a@b:99999/"),
)
DATES = (
    *("Mon, 02 Mar 2026 06:00:00 -0600", "2026-03-02T06:00:00Z", "20260302T0600"),
    *("2 de marzo de 2026 a las 2:30 p. m.", "Mar 2, 2026 5 am ET", "1772452800"),
    *("0000-00-00", "2026-03-02T24:00:00", "31 feb 2026", "9999-12-31T24:00:00-14:00"),
    *("/Date(1772452800000)/", "2026-W10-1", "2026-061", "America/Ciudad_Juarez"),
    *("lun", "hoy", "GMT-6", "CST", "−06:00", "02/03/2026", "horas", "hora del Este"),
)
ENCODINGS = (
    *("utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-16-be"),
    *("utf-8-sig", "utf-7", "utf-32", "ascii", "mac-roman", "cp037", "shift_jis"),
)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00", b"\xed\xa0\x80", b"\xe9")
WORDS = (*TOKENS, *DATES, *ENCODINGS, *MARKS)
_PIECES = re.compile(rb"<[^<>]*>|[^<>]+")
_ITEMS = re.compile(rb"<(item|entry)\b.*?</\1>", re.DOTALL)
_WHEN = re.compile(rb"(<(pubDate|dc:date|updated|published)>)[^<]*")


def seeds() -> list[bytes]:
    """The corpus, each document under settings of its own."""
    paths = (p for p in sorted(HERE.rglob("*")) if p.suffix in (".xml", ".jsonfeed"))
    documents = [path.read_bytes()[: MAX_LENGTH - 1] for path in paths]
    return [bytes([n % len(FEEDS)]) + d for n, d in enumerate(documents)]


def mutate(data: bytes, choice: random.Random, others: list[bytes]) -> bytes:
    """A document changed as feeds differ: items, elements, dates and encodings."""
    head, body = data[:1] or b"\0", data[1:]
    how = choice.randrange(6)
    if how == 0:  # another document's item in the place of one of ours
        theirs = [m[0] for m in _ITEMS.finditer(choice.choice(others))]
        ours = list(_ITEMS.finditer(body))
        if theirs and ours:
            at = choice.choice(ours)
            body = body[: at.start()] + choice.choice(theirs) + body[at.end() :]
    elif how == 1:  # a piece left out, doubled or moved
        pieces = _PIECES.findall(body)
        if pieces:
            piece = pieces.pop(choice.randrange(len(pieces)))
            for _ in range(choice.randrange(3)):
                pieces.insert(choice.randrange(len(pieces) + 1), piece)
            body = b"".join(pieces)
    elif how == 2:
        when = choice.choice(DATES).encode()
        body = _WHEN.sub(lambda match: match[1] + when, body)
    elif how == 3:
        encoding = choice.choice(ENCODINGS)
        body = body.decode(errors="replace").encode(encoding, "replace")
    elif how == 4:
        at = choice.randrange(len(body) + 1)
        token = choice.choice((*TOKENS, *DATES)).encode()
        body = body[:at] + token * choice.choice((1, 1, 1, 2, 50)) + body[at:]
    else:
        body = body[: choice.randrange(len(body) + 1)]
        head = bytes([choice.randrange(len(FEEDS))])
    return head + body
