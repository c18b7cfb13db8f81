"""Feed documents to items. The one home of feedparser."""

import io
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import feedparser

from monitor.errors import ParseError
from monitor.feeds.aggregators import cut_outlet, is_aggregated, repeats
from monitor.feeds.dates import is_ahead, read_date, read_day
from monitor.feeds.encoding import decode, drop_controls
from monitor.feeds.identity import item_id, keys
from monitor.feeds.jsonfeed import looks_like_json, read_json
from monitor.feeds.language import item_language
from monitor.feeds.links import canonical_url
from monitor.feeds.markup import plain
from monitor.feeds.prune import declares_entities, is_swollen, prune
from monitor.feeds.raw import Raw
from monitor.feeds.spans import Spans, split
from monitor.feeds.tails import cut_tail
from monitor.model import DateSource, Document, Doubt, Feed, Item, Parsed, Sighting
from monitor.text import clip, fold, squeeze

MAX_ITEMS = 2000  # in one document; what Media Cloud reads of one
MAX_TITLE = 500  # characters
MAX_SUMMARY = 1000
MAX_GUID = 2048  # as links; longer ones are pages put there by mistake
_HEADLINE = 120  # characters of the summary that stand in for a missing title

_C1 = re.compile("[\x80-\x9f]")
_HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_READABLE = re.compile(r"text\b|html|xhtml|application/xhtml")
_PAGE_HEAD = 4000  # characters in which a page shows that it is one
_ITEM_TAG = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?:\s[^<>]*)?>", re.IGNORECASE)
READING = 1
"""Raised when items are read otherwise than before: known ones are read again."""

_DATES = (
    *("pubdate_", "published_", "issued_", "dcterms_issued_"),
    *("updated_", "modified_", "dc_date_", "dcterms_modified_"),
    *("created_", "dcterms_created_", "date_"),
)
"""What ``prune`` calls them: those of publication, of change, of creation."""


def parse(
    feed: Feed, document: Document, now: datetime, known: Container[str] = ()
) -> Parsed:
    """The items of a document in its order, at most MAX_ITEMS of them.

    ``now`` is when we see them: the date of those that have none, and the bound past
    which a date is not believed. Items whose digest is in ``known`` are only counted.
    A document cut short gives the items that are whole; one with neither title nor
    summary is left out, and so is the same item again. Raises ParseError if the
    document is no feed, RSS, Atom or JSON Feed, or declares entities: no feed needs
    them, and a few lines of them can expand to gigabytes.
    """
    text = decode(document.body, document.headers.get("content-type", ""))
    if not text:
        raise ParseError(feed.url, "is empty")
    raws = _by_digest(feed, text, document.url, known)
    return Parsed(
        sightings=tuple(
            shown
            for digest, raw in raws.items()
            if raw and (shown := _show(feed, document.url, raw, digest, now))
        ),
        known=tuple(digest for digest, raw in raws.items() if raw is None),
    )


# --- document -> raw items -------------------------------------------------------


def _by_digest(
    feed: Feed, text: str, url: str, known: Container[str]
) -> dict[str, Raw | None]:
    """The raw items by digest, in the document's order; None for those known.

    Items that are known, or plain and read already, are cut out before feedparser sees
    the text, where that is safe; it is what costs most.
    """
    spans = split(text, repr((READING, url, feed)))
    if spans and len(spans.digests) <= MAX_ITEMS:
        fresh: dict[str, Raw | None] = {
            digest: raw
            for digest, raw in zip(spans.digests, spans.raws, strict=True)
            if raw and digest not in known
        }
        done = {d for d in spans.digests if d in known} | fresh.keys()
        odd = [digest for digest in spans.digests if digest not in done]
        raws = _without(feed, spans, done) if odd else []
        if len(raws) == len(odd):
            fresh.update(zip(odd, raws, strict=True))
            return {digest: fresh.get(digest) for digest in spans.digests}
    whole = _read_any(feed, text)[:MAX_ITEMS]
    return {raw.digest: None if raw.digest in known else raw for raw in whole}


def _without(feed: Feed, spans: Spans, done: Container[str]) -> list[Raw]:
    """The other raw items; none if what is left cannot be read by itself."""
    try:
        return _read_any(feed, spans.without(done))
    except ParseError:
        return []


def _read_any(feed: Feed, text: str) -> list[Raw]:
    if looks_like_json(text):
        return read_json(feed.url, text)
    if declares_entities(text):
        raise ParseError(feed.url, "declares XML entities, which we refuse to expand")
    if is_swollen(text):
        raise ParseError(feed.url, "has a tag of more attributes than we read")
    return _read(feed, text)


def _read(feed: Feed, text: str) -> list[Raw]:
    """The raw items of RSS or Atom: the one place where feedparser sees a text."""
    try:
        # BytesIO: feedparser opens strings as addresses or paths.
        parsed = feedparser.parse(
            io.BytesIO(prune(text).encode()),
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
    return [_raw(element) for element in elements[:MAX_ITEMS]]


def _is_cut(text: str) -> bool:
    """Whether the last item of a malformed document is not closed."""
    tags = _ITEM_TAG.findall(text)
    return bool(tags) and not tags[-1]


def _raw(element: Any) -> Raw:
    summaries = (_markup(element, "summary"), _content(element))
    captions = (
        _markup(element, key) for key in ("media__description", "itunes__summary")
    )
    return Raw(
        title=_markup(element, "title"),
        summaries=tuple(filter(None, summaries)),
        link=_link(element),
        guid=_field(element, "id")[:MAX_GUID],
        dates=tuple(_field(element, key) for key in _DATES if key in element),
        caption=next(filter(None, captions), ""),
        language=_field(element, "language") or _title_language(element),
        outlet=_outlet(element),
    )


def _markup(element: Any, key: str) -> str:
    # dict.get: feedparser's own get answers for some keys with the value of others.
    value = dict.get(element, key)
    return value if isinstance(value, str) else ""


def _field(element: Any, key: str) -> str:
    value = _markup(element, key)
    if value.isascii() and value.isprintable():  # nearly all are; it saves a third
        return " ".join(value.split())
    # References bring the C1 controls in, which a whole text may hold for windows-1252.
    return squeeze(_C1.sub("", drop_controls(value)))


def _content(element: Any) -> str:
    """The whole text, where a feed gives it instead of a summary."""
    for part in dict.get(element, "content", ())[:1]:
        if _READABLE.match(part.get("type") or "text"):
            return str(part["value"])
    return ""


def _link(element: Any) -> str:
    """As written; empty if the only one is a guid that is no address."""
    link = _field(element, "feedburner_origlink") or _field(element, "link")
    if dict.get(element, "guidislink") and not link.lower().startswith("http"):
        return _permalink(element)
    return link or next(_alternates(element), "")


def _alternates(element: Any) -> Iterator[str]:
    """Those whose type feedparser does not take for a page, such as ``text/xml``."""
    links = dict.get(element, "links")
    for link in links if isinstance(links, list) else ():  # text in <links> is a str
        if link.get("rel") == "alternate" and link.get("href"):
            yield link["href"]


def _permalink(element: Any) -> str:
    """The guid, where it is a link: an empty ``<link/>`` after it hides that."""
    guid = _field(element, "id")
    return guid if guid.lower().startswith("http") else ""


def _title_language(element: Any) -> str:
    detail = dict.get(element, "title_detail")
    return detail.get("language") or "" if isinstance(detail, dict) else ""


def _outlet(element: Any) -> str:
    """The name in ``<source>``; Bing's, in a namespace of its own."""
    return _field(dict.get(element, "source") or {}, "title") or _field(
        element, "news_source"
    )


# --- raw item -> sighting --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Texts:
    title: str
    summary: str
    outlet: str


def _show(
    feed: Feed, base: str, raw: Raw, digest: str, now: datetime
) -> Sighting | None:
    """The item a raw one is; None if it says nothing."""
    url = canonical_url(raw.link, base, feed.drop_params)
    texts = _texts(feed, url, raw)
    if not texts.title:
        return None
    published, published_raw, date_source = _published(feed, raw.dates, now)
    named = keys(
        *(feed, texts.outlet, url, raw.guid),
        *(texts.title, texts.summary, published_raw),
    )
    text = f"{texts.title} {texts.summary}"
    item = Item(
        id=item_id(named),
        feed=feed.url,
        outlet=texts.outlet,
        country=feed.country,
        language=item_language(feed.language, raw.language, text),
        url=url,
        title=texts.title,
        summary=texts.summary,
        published=published,
        published_raw=published_raw,
        date_source=date_source,
        seen=now,
        recurring=any(re.search(name, texts.title) for name in feed.recurring_titles),
    )
    doubt = _doubt(feed, raw.dates, now) if date_source == "fetched" else None
    return Sighting(item, named, digest, doubt)


def _texts(feed: Feed, url: str, raw: Raw) -> _Texts:
    """Its title, summary and outlet; without a title, the head of the summary."""
    outlet, title = feed.outlet, clip(plain(raw.title), MAX_TITLE)
    aggregated = raw.outlet and is_aggregated(feed.url, url)
    if aggregated:
        outlet = clip(plain(raw.outlet), MAX_TITLE) or outlet
        title = cut_outlet(title, outlet)
    candidates = (*raw.summaries, raw.caption) if title else raw.summaries
    summary = next(filter(None, _summaries(candidates, title)), "")
    if aggregated and title and repeats(summary, title):
        summary = ""
    return _Texts(title or clip(summary, _HEADLINE), summary, outlet)


def _summaries(candidates: Iterable[str], title: str) -> Iterator[str]:
    """Those that say more than the title."""
    for markup in candidates:
        summary = clip(cut_tail(plain(markup)), MAX_SUMMARY)
        if not _is_same(summary, title):
            yield summary


def _is_same(summary: str, title: str) -> bool:
    """Whether two texts differ by no more than case, accents and the last mark."""
    if abs(len(summary) - len(title)) > 1:
        return False
    return fold(summary).rstrip(".…") == fold(title).rstrip(".…")


def _published(
    feed: Feed, dates: tuple[str, ...], now: datetime
) -> tuple[datetime, str, DateSource]:
    """The first date that can be read; failing that, the first as raw text."""
    for raw in dates:
        when, date_source = read_date(raw, feed.tz, now)
        if date_source != "fetched" or read_day(raw, feed.tz, now):
            return when, raw, date_source
    return now, dates[0] if dates else "", "fetched"


def _doubt(feed: Feed, dates: tuple[str, ...], now: datetime) -> Doubt | None:
    """Why none of the dates was believed; None if one gave the day."""
    if any(read_day(raw, feed.tz, now) for raw in dates):
        return None
    return "future" if any(is_ahead(raw, feed.tz, now) for raw in dates) else "undated"
