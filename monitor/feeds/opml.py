"""
Lists of feeds as OPML, the form in which feed readers exchange them.

What OPML has no attribute for (who owns an outlet, where it reports from) travels in
attributes of a namespace of ours, so that an export read again is the same list.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5
from itertools import groupby
from typing import Any, NoReturn
from urllib.parse import urlsplit
from xml.etree import ElementTree  # only written with; expat reads
from xml.parsers import expat

from monitor.errors import ConfigError
from monitor.model import Feed
from monitor.text import squeeze

NAMESPACE = "https://bilingual-coverage-monitor.example/opml"
"""Only a name: nothing is found there, and nothing is asked for it."""
MAX_BYTES = 10_000_000  # 25,000 feeds with all their attributes
MAX_DEPTH = 32  # readers make folders two or three deep

_TEXTS = ("outlet", "country", "language", "kind", "owner", "tz", "id_pattern")
_LISTS = ("drop_params", "recurring_titles")
_OWN = (*_TEXTS, *_LISTS, "local")
_FEED_TYPES = {"rss", "atom", "rdf", "feed", "json", ""}
_BARE_AMPERSAND = re.compile(rb"&(?!#\d+;|#x[0-9a-fA-F]+;|\w+;)")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]*;)")
_OF_XML = {"amp;", "lt;", "gt;", "quot;", "apos;"}
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed as an OPML file names it."""

    url: str
    title: str
    """The host's name if the file gives none."""
    categories: tuple[str, ...] = ()
    """The folders it lies in, the outermost first, and what its category says."""
    language: str = ""
    """As written, such as ``es-MX``."""
    own: Mapping[str, object] = field(default_factory=dict)
    """Keys of feeds.yaml and their values, from attributes of our namespace."""


def read_opml(content: bytes, name: str) -> list[Outline]:
    """The feeds of an OPML file, the first of each address, in the file's order.

    ``name`` is what errors call the file. Raises ConfigError if it is not OPML, is
    larger than MAX_BYTES, nests deeper than MAX_DEPTH or declares entities.
    """
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}: is larger than {MAX_BYTES:,} bytes; split it")
    if not content.strip():
        raise ConfigError(f"{name}: is not OPML but empty")
    reader = _Reader(name)
    try:
        reader.parser.Parse(_mended(content), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        what = expat.ErrorString(error.code) if hasattr(error, "code") else str(error)
        if reader.is_opml or b"<opml" in content[:1000].lower():
            raise ConfigError(f"{name}:{line}: is damaged OPML: {what}") from error
        raise ConfigError(
            f"{name}:{line}: is not OPML but {_looks_like(content)}: {what}"
        ) from error
    return list(reader.outlines.values())


def write_opml(feeds: Iterable[Feed], title: str, now: datetime) -> bytes:
    """Feeds as OPML 2.0 in UTF-8, nested by country, language and kind."""
    root = ElementTree.Element("opml", {"version": "2.0", "xmlns:monitor": NAMESPACE})
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = _clean(title)
    ElementTree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = ElementTree.SubElement(root, "body")
    _nest(body, list(feeds), ("country", "language", "kind"))
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


# --- reading -------------------------------------------------------------------------


class _Reader:
    """Gathers the outlines of a document while expat reads it."""

    def __init__(self, name: str) -> None:
        self.outlines: dict[str, Outline] = {}
        self.depth = 0
        self.is_opml = False
        self._name = name
        self._folders: list[str] = []
        self._prefixes: set[str] = set()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._refuse_entity

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        found = {key.lower(): value for key, value in attributes.items()}
        if not self.depth and element.lower() != "opml":
            raise ConfigError(f"{self._name}: is not OPML but <{element[:40]}>")
        self.is_opml = True
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail(f"nests deeper than {MAX_DEPTH} levels")
        self._prefixes |= {
            key.partition(":")[2]
            for key, value in found.items()
            if key.startswith("xmlns:") and value == NAMESPACE
        }
        is_outline = element.lower() == "outline"
        url = _address(found) if is_outline else ""
        if url and url not in self.outlines:
            self.outlines[url] = self._outline(url, found)
        is_folder = is_outline and not url
        self._folders.append(_title(found) if is_folder else "")

    def _end(self, _: str) -> None:
        self.depth -= 1
        self._folders.pop()

    def _outline(self, url: str, found: Mapping[str, str]) -> Outline:
        said = re.split("[,/]", found.get("category", ""))
        categories = (*filter(None, self._folders), *map(squeeze, said))
        return Outline(
            url=url,
            title=_title(found) or _host(url) or url,
            categories=tuple(dict.fromkeys(filter(None, categories))),
            language=squeeze(found.get("language", "")),
            own=self._own(found),
        )

    def _own(self, found: Mapping[str, str]) -> dict[str, object]:
        parted = ((*name.partition(":"), value) for name, value in found.items())
        given = {
            key: value
            for prefix, _, key, value in parted
            if key in _OWN and prefix in self._prefixes
        }
        try:
            # As JSON, for a regular expression may hold any separator.
            return {
                key: value if key in _TEXTS else json.loads(value)
                for key, value in given.items()
            }
        except (ValueError, RecursionError):  # the second: brackets without end
            self._fail("holds an attribute of ours that is not JSON")

    def _refuse_entity(self, *_: Any) -> None:
        self._fail("declares XML entities, which we refuse to expand; take them out")

    def _fail(self, what: str) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise ConfigError(f"{self._name}:{line}: {what}")


def _mended(content: bytes) -> bytes:
    """Files written by hand hold addresses with a bare &, and HTML's ``&eacute;``."""
    if b"\0" in content[:100]:  # UTF-16, where & is two bytes
        return content
    return _ENTITY.sub(_numbered, _BARE_AMPERSAND.sub(b"&amp;", content))


def _numbered(entity: re.Match[bytes]) -> bytes:
    """``&eacute;`` as ``&#233;``; XML's own, and what HTML does not know, as it is."""
    name = entity[1].decode()
    if name in _OF_XML or name not in html5:
        return entity[0]
    return "".join(f"&#{ord(char)};" for char in html5[name]).encode()


def _address(found: Mapping[str, str]) -> str:
    """The feed's; empty for a folder, and for a link to a page or another list."""
    kind = found.get("type", "").strip().lower()
    plain = found.get("url", "") if kind in _FEED_TYPES - {""} else ""
    url = (found.get("xmlurl", "") or plain).strip()
    return re.sub("^feed:(//)?(?=https?:)|^feed:(?=//)", "", url) if url else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address that is none is refused alone, later
        return ""


def _title(found: Mapping[str, str]) -> str:
    return squeeze(found.get("title", "")) or squeeze(found.get("text", ""))


def _looks_like(content: bytes) -> str:
    head = content[:1000].lstrip().lower()
    if head.startswith((b"{", b"[")):
        return "JSON"
    if re.search(rb"<(?:!doctype html|html|head|body)\b", head):
        return "an HTML page"
    return "broken XML" if head.startswith(b"<") else "something else than XML"


# --- writing -------------------------------------------------------------------------


def _nest(parent: Any, feeds: Sequence[Feed], keys: Sequence[str]) -> None:
    """Outlines below ``parent``, in folders by the first of ``keys``."""
    if not keys:
        for feed in feeds:
            ElementTree.SubElement(parent, "outline", _attributes(feed))
        return

    def by(feed: Feed) -> str:
        return str(getattr(feed, keys[0]))

    for name, inside in groupby(sorted(feeds, key=by), key=by):
        folder = ElementTree.SubElement(parent, "outline", {"text": name})
        _nest(folder, list(inside), keys[1:])


def _attributes(feed: Feed) -> dict[str, str]:
    shown = {
        "text": feed.outlet,
        "title": feed.outlet,
        "type": "rss",
        "xmlUrl": feed.url,
        "category": f"/{feed.country}/{feed.language}/{feed.kind}",
        "language": feed.language,
    }
    own = {f"monitor:{key}": _as_text(getattr(feed, key)) for key in _OWN}
    return {key: _clean(value) for key, value in (shown | own).items() if value}


def _as_text(value: object) -> str:
    """Empty for what is not set."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if value else ""


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
