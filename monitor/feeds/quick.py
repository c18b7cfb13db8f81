"""
Plain items, read from the children that the search for the items met on its way.

feedparser takes 5 ms for 30 ordinary items, half of all that a first poll costs; to
read them here takes 0.5 ms. What is read here is what feedparser (6.0) would make of
the whole document after ``prune``: an item with any element, attribute or text of
which that is not certain is left to it, and so is a document of which anything might
lead either astray.
"""

import re
from collections.abc import Mapping, Sequence

from monitor.feeds.encoding import drop_controls
from monitor.feeds.raw import Raw
from monitor.text import squeeze

Child = tuple[str, Mapping[str, str], str]
"""A child of an item that is read: its kind, its attributes, and the text in it."""

ODD = "odd"
"""The kind of an element for which its item is left to feedparser."""
UNREAD = "unread"
"""The kind of one that leaves no trace, as long as it holds text alone."""

# --- elements ------------------------------------------------------------------------

_ATOM = "http://www.w3.org/2005/Atom"
_FRAMES = {
    "item": ("rss", "channel"),
    f"{_ATOM} entry": (f"{_ATOM} feed",),
}
_READ = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "description": "summary",
    "pubDate": "pubdate_",
    "source": "outlet",
    "http://purl.org/rss/1.0/modules/content/ encoded content": "content",
    "http://purl.org/dc/elements/1.1/ date dc": "dc_date_",
    f"{_ATOM} title": "title",
    f"{_ATOM} link": "link",
    f"{_ATOM} id": "guid",
    f"{_ATOM} summary": "summary",
    f"{_ATOM} content": "content",
    f"{_ATOM} published": "published_",
    f"{_ATOM} updated": "updated_",
}
"""What an element is read as, by its name as expat gives it."""
_UNREAD = re.compile(
    r"category|author|contributor|comments|enclosure|generator|docs|ttl|post-id"
    r"|dc:(?:creator|subject|publisher|rights|contributor|type|format|identifier)"
    r"|media:(?:adult|category|content|copyright|credit|keywords|rating|text|thumbnail"
    r"|title)"
    r"|itunes:(?!summary\b|_)[\w.-]+|(?:slash|wfw|georss|gml|psc|cc|sy|thr):[\w.-]+"
)
"""By the name as written: ``prune`` takes them out, or makes a text of them."""
_HOLDERS = {"media:content", "author", "contributor"}
_HELD = re.compile(r"media:(?!content\b|group\b)[\w.-]+|name|uri|email")
"""What may stand in those for ``prune`` to find their end."""
_ROOTS = re.compile(r"(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_TRIPPING = {"links", "authors", "contributors", "detail", "expirationdate", "valid"}
_TRIPPING |= {"pos", "poslist", "chapter"}
"""Outside the items, these can make feedparser raise what it does not catch."""


def is_framed(item: str, around: Sequence[str]) -> bool:
    """Whether an element of this name, in those, is an item of a feed."""
    return _FRAMES.get(item) == tuple(around)


def kind(name: str) -> str:
    """What an element in an item is read as, UNREAD or ODD."""
    if name in _READ:
        return _READ[name]
    return UNREAD if _UNREAD.fullmatch(_written(name)) else ODD


def holds(outer: str, name: str) -> bool:
    """Whether an element is UNREAD even with this one in it."""
    return _written(outer) in _HOLDERS and bool(_HELD.fullmatch(_written(name)))


def passes_for_root(name: str) -> bool:
    """Whether ``prune`` might take an element's language for the document's."""
    return _ROOTS.match(_written(name)) is not None


def is_tripping(local: str) -> bool:
    """Whether an element outside the items has a name that feedparser stumbles over."""
    return local in _TRIPPING or "_" in local


def _written(name: str) -> str:
    """``prefix:local`` or ``local`` of expat's ``namespace local prefix``."""
    parts = name.split(" ")
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]


# --- texts ---------------------------------------------------------------------------

_DATED = "pubdate|published|issued|updated|modified|created|date|lastbuilddate"
_TOUCHED = re.compile(
    rf"</?(?:(?=[cdfghilmprtuw])(?:{_DATED}|(?:media|itunes|georss|gml|psc|cc|rdf):"
    rf"|textinput|width|height|rss|feed|link\s*+/?>|item)|[\w.-]++:(?:{_DATED}))",
    re.IGNORECASE,
)
"""No part of it asks what follows: texts are looked at without what lies between."""
_REFERENCE = re.compile(rb"&#(?:[xX][0-9a-fA-F]*|[0-9]*)")
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_LONGEST_REFERENCE = 12


def is_touched(text: str) -> bool:
    """Whether ``prune`` might take a part of a text for markup of the feed."""
    return "<" in text and _TOUCHED.search(text) is not None


def is_sound(body: bytes, first: int, end: int) -> bool:
    """Whether feedparser leaves the characters of an item as they are.

    It maps the controls of windows-1252, and ``prune`` what is no character.
    """
    if _CONTROL.search(body, first, end):
        return False
    return all(map(_is_letter, set(_REFERENCE.findall(body, first, end))))


def _is_letter(reference: bytes) -> bool:
    is_hex = reference[2:3] in b"xX"
    digits = reference[3:] if is_hex else reference[2:]
    if not digits or len(digits) > _LONGEST_REFERENCE:
        return False
    code = int(digits, 16 if is_hex else 10)
    is_low = code in (9, 10, 13) or 32 <= code < 128
    return is_low or 160 <= code < 0xD800 or 0x10000 <= code < 0x110000


# --- items ---------------------------------------------------------------------------

_DATES = ("pubdate_", "published_", "updated_", "dc_date_")
"""In the order of those in ``parse``."""
_ATTRIBUTES = {
    "title": {"type"},
    "summary": {"type"},
    "content": {"type"},
    "guid": {"isPermaLink"},
    "outlet": {"url"},
    "link": {"rel", "type", "href", "title", "hreflang", "length"},
}
"""Those whose meaning we know; of ``type``, these:"""
_TYPES = {"text", "html", "text/plain", "text/html"}
_PAGES = {"html", "text/html"}
_ADDRESS = re.compile(r"https?://(?!/)")
_LONGEST_GUID = 2000  # parse cuts those of more than 2048


def read(children: Sequence[Child]) -> Raw | None:
    """The raw item of these children; None if it is not plain.

    >>> read([("title", {}, " A "), ("link", {}, "https://diario.example/a")]).title
    'A'
    """
    found: dict[str, str] = {}
    is_permalink = False
    for key, attributes, text in children:
        if attributes and not _are_known(key, attributes):
            return None
        if attributes and key == "link":
            href = _href(attributes, text)
            if href is None:
                continue
            text = href
        elif key == "guid":
            is_permalink = attributes.get("isPermaLink", "true") == "true"
        if key in found:
            return None
        found[key] = _settle(text)
    return _raw(found, is_permalink)


def _are_known(key: str, attributes: Mapping[str, str]) -> bool:
    if not attributes.keys() <= _ATTRIBUTES.get(key, set()):
        return False
    return key == "link" or attributes.get("type", "text") in _TYPES


def _href(attributes: Mapping[str, str], text: str) -> str | None:
    """Of a link of Atom: None if it leads to no page, empty if it is odd."""
    if text.strip() or not attributes.get("href"):
        return ""
    if attributes.get("rel", "alternate").lower() != "alternate":
        return None
    return attributes["href"] if attributes.get("type", "html") in _PAGES else ""


def _settle(text: str) -> str:
    """As feedparser does: stripped, and UTF-8 taken for ISO-8859-1 read again."""
    text = text.strip()
    if not text.isascii():
        try:
            return text.encode("iso-8859-1").decode()
        except UnicodeError:
            pass
    return text


def _raw(found: dict[str, str], is_permalink: bool) -> Raw | None:
    """None if link, guid and dates are not of the usual sort."""
    guid = found.get("guid", "-")
    link = found.get("link", guid if is_permalink else "")
    dates = [found[key] for key in _DATES if key in found]
    fields = (link, guid, *dates)
    joined = "".join(fields)
    if not (all(fields) and joined.isascii() and joined.isprintable()):
        return None
    if not _ADDRESS.match(link) or ("&" in link and ";" in link):
        return None  # feedparser takes the semicolon of what looks like a reference
    if len(guid) > _LONGEST_GUID or ":///" in guid:
        return None
    content = found.get("content", "")
    return Raw(
        title=found.get("title", ""),
        summaries=tuple(filter(None, (found.get("summary", content), content))),
        link=_squeeze(link),
        guid=_squeeze(found.get("guid", "")),
        dates=tuple(map(_squeeze, dates)),
        outlet=squeeze(drop_controls(found.get("outlet", ""))),
    )


def _squeeze(field: str) -> str:
    return " ".join(field.split())
