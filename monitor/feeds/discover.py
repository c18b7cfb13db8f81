"""
From a page to the feeds it may have, and what a feed says of itself.

The page is read by html.parser: it needs no library, forgives what browsers forgive,
and a page is read once, when a person adds a feed, so that speed does not matter.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from monitor.feeds.links import canonical_url
from monitor.feeds.pages import PageReader
from monitor.text import squeeze

MAX_PAGE = 2_000_000
"""Characters of a page that are read; links to feeds stand in head, menu or foot."""
USUAL_PLACES = (
    *("/feed/", "/feed", "/rss", "/rss.xml", "/rss/", "/feed.xml", "/atom.xml"),
    *("/index.xml", "/index.rss", "/arc/outboundfeeds/rss/?outputType=xml"),
)
"""Where publishing systems put them: WordPress, Ghost, Hugo, Brightspot and Arc."""

_FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml"),
    *("application/feed+json", "application/xml", "text/xml", "text/rss+xml"),
    *("application/x.atom+xml", "application/x-atom+xml", "text/atom+xml"),
}
_FEED_WORD = re.compile(
    r"(?:^|[/._=-])(?:rss|rss2|feeds?|atom|rdf)(?:[/._=&-]|\d|$)|\.(?:xml|rss|atom|rdf)$"
)
_NO_FEED = re.compile(
    r"sitemap|oembed|opensearch|opml|wp-json|manifest|\.(?:css|js|png|jpe?g|svg|ico)$"
    r"|(?:^|[/.])(?:feedly|netvibes|inoreader|bloglovin|facebook|twitter)\.com"
)
_COMMENTS = re.compile(r"comments?\b|comentarios", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PAGE_HEAD = 4000
_FEED_ROOT = re.compile(r"<(?:rss|feed|(?:\w+:)?rdf)\b", re.IGNORECASE)
_FIRST_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_IMAGE = re.compile(r"<image\b.*?</image>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def is_page(text: str) -> bool:
    """Whether a document is an HTML page rather than a feed."""
    head = text[:_PAGE_HEAD]
    return bool(_PAGE.search(head)) and not _FEED_ROOT.search(head)


def find_feeds(page: str, base: str) -> list[str]:
    """Addresses that may be feeds of a page found at ``base``, the likeliest first.

    Those it declares for programs; those it links to, its own site's before others';
    then the usual places of its host. Feeds of comments come last of each.
    """
    usual = (urljoin(base, place) for place in USUAL_PLACES)
    found = (canonical_url(url, base, ()) for url in usual)
    return list(dict.fromkeys([*named_feeds(page, base), *filter(None, found)]))


def named_feeds(page: str, base: str) -> list[str]:
    """Those of them that the page itself names: that it declares or links to."""
    reader = _Links(base)
    reader.read(page[:MAX_PAGE])
    host = _site(base)
    linked = sorted(reader.linked, key=lambda url: not _is_below(_site(url), host))
    ordered = [*_comments_last(reader.declared), *_comments_last(linked)]
    found = (canonical_url(url, base, ()) for url in ordered)
    return [url for url in dict.fromkeys(found) if url]


@dataclass(frozen=True, slots=True)
class About:
    """What a feed says of itself; empty where it says nothing."""

    title: str
    language: str
    """As written, such as ``es-MX``."""


def describe(text: str) -> About:
    """What a feed, of XML or JSON, says before its first item."""
    if text.startswith("{"):
        return _describe_json(text)
    first = _FIRST_ITEM.search(text)
    head = _IMAGE.sub("", text[: first.start() if first else _PAGE_HEAD])
    root = re.search(r"<(?:rss|feed|channel)\b[^>]*\blang\s*=\s*[\"']([\w-]+)", head)
    return About(
        title=_said(head, "title"),
        language=_said(head, "(?:dc:)?language") or (root[1] if root else ""),
    )


def _describe_json(text: str) -> About:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return About("", "")
    title, language = (found.get(key) for key in ("title", "language"))
    return About(
        squeeze(title) if isinstance(title, str) else "",
        squeeze(language) if isinstance(language, str) else "",
    )


def _said(head: str, element: str) -> str:
    found = re.search(
        rf"<{element}(?:\s[^>]*)?>(.*?)</{element}>", head, re.IGNORECASE | re.DOTALL
    )
    if not found:
        return ""
    raw = re.sub(r"<!\[CDATA\[|\]\]>", "", found[1])
    return squeeze(_TAG.sub("", html.unescape(raw)))


class _Links(PageReader):
    """Gathers addresses of a page: ``declared`` in <link>, ``linked`` in <a>."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self._is_rebased = False
        self.declared: list[str] = []
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        url = self._absolute(found.get("href", ""))
        if not url:
            return
        if tag == "base" and not self._is_rebased:
            self._base, self._is_rebased = url, True
        elif tag == "link" and _declares(found):
            self.declared.append(url)
        elif tag == "a" and _looks_like_feed(url):
            self.linked.append(url)

    def _absolute(self, href: str) -> str:
        try:
            url = urljoin(self._base, re.sub("^feed:(?://)?(?=http)", "", href.strip()))
            return url if href and urlsplit(url).scheme in {"http", "https"} else ""
        except ValueError:
            return ""


def _declares(found: dict[str, str]) -> bool:
    """Whether a <link> declares a feed; WordPress declares its API beside it."""
    relations = found.get("rel", "").lower().split()
    kind = found.get("type", "").lower().partition(";")[0].strip()
    href = found["href"].lower()
    if "feed" in relations:
        return True
    is_json = kind == "application/json" and bool(_FEED_WORD.search(href))
    is_feed = (kind in _FEED_TYPES or is_json) and not _NO_FEED.search(href)
    return "alternate" in relations and is_feed


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url.lower())
    named = f"{parts.netloc}{parts.path}?{parts.query}".rstrip("?")
    if _NO_FEED.search(named):
        return False
    is_feed_host = parts.netloc.startswith(("feeds.", "feed.", "rss.", "feeds2."))
    return (
        is_feed_host
        or bool(_FEED_WORD.search(parts.path))
        or bool(re.search(r"(?:^|[&=])(?:rss|feed|atom)(?:[&=]|$)", parts.query))
    )


def _comments_last(urls: Iterable[str]) -> Iterator[str]:
    yield from sorted(urls, key=lambda url: bool(_COMMENTS.search(url)))


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _is_below(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")
