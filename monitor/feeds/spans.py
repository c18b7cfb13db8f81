"""
Where a document's items begin and end, so that only new ones need be read.

Of a feed that has changed, nearly all is what it was. Expat finds the items thirty
times faster than feedparser reads them; those whose bytes, and all that their reading
rests on, were seen before are cut out. A document for which a cut might change the
reading of what stays is not cut at all.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from hashlib import blake2b
from xml.parsers import expat

_ITEMS = {"item", "entry"}
_CONTEXT = {"language", "link"}
"""Elements outside the items that say how to read them."""
_IMAGES = {"image", "textinput"}
"""Where the feed has one, feedparser takes an item's for the feed's."""
_PASSING = {"self", "hub", "next", "previous", "first", "last", "current"}
"""Links (``rel``) that lead to no page of the feed; some change with every build."""
_TAG = re.compile(rb"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
_DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Spans:
    """A document and the places of its items, in its order."""

    body: bytes
    """The whole of it, in UTF-8."""
    places: tuple[tuple[int, int], ...]
    """First byte of each item, and the first after it."""
    digests: tuple[str, ...]
    """16 hexadecimal digits for each item: the same digest, the same reading."""

    def without(self, known: Container[str]) -> str:
        """The document less the items whose digests are known; well-formed again."""
        kept, start = [], 0
        for (first, end), digest in zip(self.places, self.digests, strict=True):
            if digest in known:
                kept.append(self.body[start:first])
                start = end
        kept.append(self.body[start:])
        return b"".join(kept).decode()


def split(text: str, salt: str = "") -> Spans | None:
    """Find the items of an RSS, RDF or Atom document; None if no cut would be safe.

    ``salt`` stands for what else an item's reading depends on, such as the feed's
    settings: it goes into every digest. So do the tags around the items with their
    namespaces, and the feed's language and address, but not its dates, which change
    with every build. Safe to cut is well-formed XML without a DOCTYPE whose items are
    neighbours, none in another.

    >>> feed = "<rss><channel><item>A</item> <item>B</item></channel></rss>"
    >>> spans = split(feed)
    >>> spans.without(spans.digests[:1])
    '<rss><channel> <item>B</item></channel></rss>'
    """
    if "\0" in text:  # expat would take it for UTF-16
        return None
    body = text.encode(errors="surrogatepass")
    walk = _Walk(body)
    try:
        walk.parser.Parse(body, True)
    except (_UnsafeError, expat.ExpatError):
        return None
    finally:
        del walk.parser  # it and the walk hold each other, and both the document
    if not walk.places:
        return None
    places = tuple(walk.places)
    return Spans(body, places, tuple(_digests(body, places, walk.context(salt))))


def _digests(
    body: bytes, places: tuple[tuple[int, int], ...], context: bytes
) -> list[str]:
    common, digests = blake2b(context, digest_size=_DIGEST_BYTES), []
    for first, end in places:
        own = common.copy()
        own.update(body[first:end])
        digests.append(own.hexdigest())
    return digests


class _UnsafeError(Exception):
    """Cut, this document might be read otherwise."""


class _Walk:
    """One pass over a document. Its handlers raise _UnsafeError."""

    def __init__(self, body: bytes) -> None:
        self.places: list[tuple[int, int]] = []
        self._body = body
        self._setting: tuple[str, tuple[int, ...]] = ("", ())
        """The items' name, and where the tags around them begin."""
        self._first = -1
        """Where the item begins that we are in; -1 outside."""
        self._open: list[tuple[str, int]] = []
        """Name and place of every element we are in, outside the items."""
        self._inside = 0
        """How many elements deep we are in an item."""
        self._namespaces: dict[str, str | None] = {}
        self._has_base = False
        self._said: list[bytes] = []
        # The encoding given overrides the declared one, which was for other bytes.
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartNamespaceDeclHandler = self._bind
        self.parser.StartDoctypeDeclHandler = self._refuse

    def context(self, salt: str) -> bytes:
        """What every item's reading depends on; no part can pass for another."""
        tags = [self._tag(first) for first in self._setting[1]]
        parts = [salt.encode(errors="surrogatepass"), *tags, *self._said]
        return b"".join(b"%d:%b" % (len(part), part) for part in parts)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2].lower()
        if attributes:
            self._look_for_base(attributes)
        if local in _ITEMS:
            self._open_item(name)
        elif self._inside:
            self._inside += 1
        else:
            self._open.append((local, self.parser.CurrentByteIndex))
            if local in _CONTEXT and attributes.get("rel", "") in _PASSING:
                self._open[-1] = ("", self.parser.CurrentByteIndex)

    def _open_item(self, name: str) -> None:
        around = tuple(first for _, first in self._open)
        is_first = not self.places and not self._inside
        if not is_first and (self._inside or (name, around) != self._setting):
            raise _UnsafeError("items in items, or in several places")
        self._setting, self._inside = (name, around), 1
        self._first = self.parser.CurrentByteIndex
        if self._tag(self._first).endswith(b"/>"):
            raise _UnsafeError("an item without content")

    def _end(self, _: str) -> None:
        if self._inside > 1:
            self._inside -= 1
        elif self._inside:
            self._inside = 0
            self._close_item(self.parser.CurrentByteIndex)
        else:
            local, first = self._open.pop()
            if local in _CONTEXT:
                self._said.append(self._body[first : self.parser.CurrentByteIndex])
            elif local in _IMAGES:
                self._said.append(local.encode())

    def _close_item(self, last_tag: int) -> None:
        end = last_tag + len(self._tag(last_tag))
        self.places.append((self._first, end))

    def _look_for_base(self, attributes: dict[str, str]) -> None:
        """feedparser leaves a base only if it stands inside another."""
        if any(name.rpartition(" ")[2].lower() == "base" for name in attributes):
            if self._open and not self._has_base:
                raise _UnsafeError("a base that outlasts its element")
            self._has_base = True

    def _bind(self, prefix: str | None, uri: str | None) -> None:
        """feedparser never forgets what a prefix once stood for."""
        if prefix and self._namespaces.setdefault(prefix, uri) != uri:
            raise _UnsafeError("a prefix of two namespaces")

    def _refuse(self, *_: object) -> None:
        raise _UnsafeError("a document type, which may declare entities")

    def _tag(self, first: int) -> bytes:
        match = _TAG.match(self._body, first)
        if match is None:
            raise _UnsafeError("a tag that is not where it was")
        return match[0]
