"""Feed documents to items. The only module that knows feedparser and nh3."""

import codecs
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import feedparser
import nh3

from monitor.errors import ParseError
from monitor.feeds.dates import read_date
from monitor.feeds.links import canonical_url, item_id
from monitor.model import LANGUAGES, DateSource, Document, Feed, Item, Language
from monitor.text import clip, squeeze

MAX_ITEMS = 2000  # in one document; what Media Cloud reads of one
MAX_TITLE = 500  # characters
MAX_SUMMARY = 1000
_MAX_MARKUP = 20_000  # nh3 is quadratic in nested <div>: a second at 100,000
_HEADLINE = 120  # characters of the summary that stand in for a missing title

_SIGNATURES = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_CHARSET = re.compile(r"charset=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,80}?encoding=\s*[\"']([\w.-]+)")
_LEGACY = {
    **dict.fromkeys(("iso-8859-15", "latin-9", "latin9"), "iso8859-15"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "mac"), "mac-roman"),
}
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]+)|0*([0-9]+));?", re.IGNORECASE)
_TWICE_ESCAPED = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PAGE_HEAD = 4000  # characters in which a page shows that it is one
_ROOT_LANGUAGE = re.compile(
    r"(<(?:rss|feed|rdf:RDF)\b[^<>]*?)\s(?:xml:)?lang\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')",
    re.IGNORECASE,
)
_UNUSED = re.compile(
    r"(</?)((?:media|itunes|georss|gml|psc|cc):|(?=(?:textinput|width|height)\b))",
    re.IGNORECASE,
)
_ITEM_TAG = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?:\s[^<>]*)?>", re.IGNORECASE)
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure"
    r"|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
_UNSEEN = {
    *("script", "style", "template", "noscript", "iframe", "object", "svg", "math"),
    *("audio", "video"),
}
"""Elements whose content no reader of the page sees as its text."""


@dataclass(frozen=True, slots=True)
class _Raw:
    """What a feed says of one item: markup stripped, the rest as written."""

    title: str
    summary: str
    link: str
    guid: str
    dates: tuple[str, ...]
    """Those given, the most telling first."""
    language: str


def parse(feed: Feed, document: Document, now: datetime) -> list[Item]:
    """The items of a document in its order, the first of each id, at most MAX_ITEMS.

    ``now`` is when we see them: the date of those that have none, and the bound past
    which a date is not believed. A document cut short gives the items that are
    whole; one with neither title nor summary is left out. Raises ParseError if the
    document is no feed, or declares entities: no feed needs them, and a few lines of
    them can expand to gigabytes.
    """
    text = _decode(document)
    if not text:
        raise ParseError(feed.url, "is empty")
    if _ENTITY.search(text):
        raise ParseError(feed.url, "declares XML entities, which we refuse to expand")
    items: dict[str, Item] = {}
    for raw in _read(feed, text):
        item = _item(feed, document.url, raw, now)
        items.setdefault(item.id, item)
    return list(items.values())


def _decode(document: Document) -> str:
    """The document's text from its first mark on.

    What the bytes are counts for more than what header and declaration say, which
    contradict each other often enough. One stray byte in a UTF-8 feed stays one
    replacement character; feedparser would read all of it as windows-1252.
    """
    body = document.body
    for mark, encoding in _SIGNATURES:
        if body.startswith(mark):
            text = body.decode(encoding, "replace")
            break
    else:
        text = _decode_unmarked(document)
    return text.lstrip("\ufeff \t\r\n")


def _decode_unmarked(document: Document) -> str:
    body = document.body
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode(errors="replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return text if good >= bad else body.decode(_legacy_charset(document), "replace")


def _legacy_charset(document: Document) -> str:
    """The one declared, if it is not windows-1252, which includes ISO-8859-1."""
    header = _CHARSET.search(document.headers.get("content-type", ""))
    declared = _DECLARED.search(document.body[:200])
    name = header[1] if header else declared[1].decode() if declared else ""
    return _LEGACY.get(name.lower(), "cp1252")


def _read(feed: Feed, text: str) -> list[_Raw]:
    try:
        # BytesIO: feedparser opens strings as addresses or paths.
        parsed = feedparser.parse(
            io.BytesIO(_prepare(text).encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as exc:  # its loose parser lets whatever it trips over through
        raise ParseError(feed.url, "is too malformed to read") from exc
    if not parsed.get("version"):
        is_page = _HTML_PAGE.search(text[:_PAGE_HEAD])
        what = "is an HTML page, not a feed" if is_page else "is not a feed"
        raise ParseError(feed.url, what)
    elements = parsed.entries
    if parsed.bozo and _is_cut(text):
        # Next time it comes whole, with the link and date that it lacks now: kept, it
        # would be another item, or the same with a wrong date.
        elements = elements[:-1]
    if parsed.bozo and not elements:
        raise ParseError(feed.url, "is malformed or cut off before its first item ends")
    raws = map(_raw, elements[:MAX_ITEMS])
    return [raw for raw in raws if raw.title or raw.summary]


def _is_cut(text: str) -> bool:
    """Whether the last item of a malformed document is not closed."""
    tags = _ITEM_TAG.findall(text)
    return bool(tags) and not tags[-1]


def _prepare(text: str) -> str:
    """Take out of a document what would lead feedparser astray."""
    # Templates set the root's language wrongly (WordPress: en-US), and it would come
    # down to every item, where it could not be told from the item's own.
    text = _ROOT_LANGUAGE.sub(r"\1", text, count=1)
    # It takes a caption for the item's summary, and one bad place or podcast chapter
    # breaks the whole feed. Under another name they are nothing to it, nor to us.
    text = _UNUSED.sub(r"\1\2_", text)
    # One reference to no character, such as &#xD800;, would lose the whole feed.
    return _REFERENCE.sub(_sound_reference, text)


def _sound_reference(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    code = int(digits, base) if len(digits) <= 7 else 0
    is_sound = code in (9, 10, 13) or 32 <= code <= 0x10FFFF
    return match[0] if is_sound and not _NOT_XML.match(chr(code)) else "\ufffd"


def _raw(element: Any) -> _Raw:
    summary = _text(_field(element, "summary")) or _text(_content(element))
    dates = (_field(element, key) for key in ("published", "updated", "created"))
    return _Raw(
        title=clip(_text(_field(element, "title")), MAX_TITLE)
        or clip(summary, _HEADLINE),
        summary=clip(summary, MAX_SUMMARY),
        link=_link(element),
        guid=_field(element, "id"),
        dates=tuple(filter(None, dates)),
        language=_field(element, "language") or _title_language(element),
    )


def _field(element: Any, key: str) -> str:
    # dict.get: feedparser's own get answers for some keys with the value of others.
    value = dict.get(element, key)
    return squeeze(_NOT_XML.sub("", value)) if isinstance(value, str) else ""


def _content(element: Any) -> str:
    """The whole text, where a feed gives it instead of a summary."""
    return "".join(part["value"] for part in dict.get(element, "content", ())[:1])


def _link(element: Any) -> str:
    """As written; empty if the only one is a guid that is no address."""
    link = _field(element, "feedburner_origlink") or _field(element, "link")
    if dict.get(element, "guidislink") and not link.lower().startswith("http"):
        return ""
    return link or next(_alternates(element), "")


def _alternates(element: Any) -> Iterator[str]:
    """Those whose type feedparser does not take for a page, such as ``text/xml``."""
    for link in dict.get(element, "links", ()):
        if link.get("rel") == "alternate" and link.get("href"):
            yield link["href"]


def _title_language(element: Any) -> str:
    detail = dict.get(element, "title_detail") or {}
    return detail.get("language") or ""


def _text(markup: str) -> str:
    """Markup to plain text: block elements as blanks, others without a trace."""
    markup = markup[:_MAX_MARKUP]
    if "<" in markup or "&" in markup:
        spaced = _BLOCK.sub(" <", markup)
        escaped = nh3.clean(spaced, tags=set(), clean_content_tags=_UNSEEN)
        markup = _NOT_XML.sub("", html.unescape(escaped))
    if _TWICE_ESCAPED.search(markup):  # no newspaper means &amp; when it writes it
        markup = _NOT_XML.sub("", html.unescape(markup))
    return squeeze(markup)


def _item(feed: Feed, base: str, raw: _Raw, now: datetime) -> Item:
    published, published_raw, date_source = _published(feed, raw.dates, now)
    url = canonical_url(raw.link, base, feed.drop_params)
    return Item(
        id=item_id(feed, url, raw.guid, raw.title, published_raw),
        feed=feed.url,
        outlet=feed.outlet,
        country=feed.country,
        language=_language(raw.language) or feed.language,
        url=url,
        title=raw.title,
        summary=raw.summary,
        published=published,
        published_raw=published_raw,
        date_source=date_source,
        seen=now,
        recurring=any(re.search(name, raw.title) for name in feed.recurring_titles),
    )


def _published(
    feed: Feed, dates: tuple[str, ...], now: datetime
) -> tuple[datetime, str, DateSource]:
    """The first date that can be read; failing that, the first as raw text."""
    for raw in dates:
        when, date_source = read_date(raw, feed.tz, now)
        if date_source != "fetched":
            return when, raw, date_source
    return now, dates[0] if dates else "", "fetched"


def _language(tag: str) -> Language | None:
    """``es-MX`` and ``es_MX`` are Spanish; languages that are not ours are none."""
    head = re.split("[-_]", tag.lower())[0]
    return cast(Language, head) if head in LANGUAGES else None
