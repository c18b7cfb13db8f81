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
from itertools import chain, pairwise
from xml.parsers import expat

from monitor.feeds import quick
from monitor.feeds.prune import is_swollen, prune
from monitor.feeds.raw import Raw

_ITEMS = {"item", "entry"}
_CONTEXT = {"language", "link"}
"""Elements outside the items that say how to read them."""
_IMAGES = {"image", "textinput"}
"""Where the feed has one, feedparser takes an item's for the feed's."""
_PASSING = {"self", "hub", "next", "previous", "first", "last", "current"}
"""Links (``rel``) that lead to no page of the feed; some change with every build."""
_LANGUAGES = {"lang", "http://www.w3.org/XML/1998/namespace lang xml"}
_PARENTS = {
    *("rss", "channel", "feed", "image", "author", "contributor", "owner"),
    *("skiphours", "skipdays", "category"),
}
"""What may hold elements outside the items, for items to be read here."""
_STRIPPED = {
    *("pubdate", "published", "issued", "updated", "modified", "created", "date"),
    *("lastbuilddate", "description", "summary"),
}
"""Elements of which ``prune`` takes all attributes, even a namespace they declare."""
_TEXTS = {
    *("title", "subtitle", "tagline", "rights", "copyright", "info", "browserfriendly"),
    *("description", "abstract", "summary", "content", "encoded", "body", "fullitem"),
}
"""Elements whose end feedparser takes for that of whatever text it is in."""
_CONTENTS = {"content", "encoded", "fullitem", "summary"}
"""Those of which feedparser expects one an item."""
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
    raws: tuple[Raw | None, ...] = ()
    """Each item as ``parse`` would read it; None where that is left to feedparser."""

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
    neighbours, none in another, and which ``prune`` leaves so.

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
    is_clear = walk.is_clear()
    if not (is_clear or _is_pruned_alike(body, places)):
        return None
    digests = _digests(body, places, walk.context(salt))
    are_read = is_clear and walk.is_usual() and not is_swollen(text)
    raws = tuple(walk.raws) if are_read else (None,) * len(places)
    return Spans(body, places, tuple(digests), raws)


def _is_pruned_alike(body: bytes, places: tuple[tuple[int, int], ...]) -> bool:
    """Whether ``prune`` does to the parts what it does to the whole, and no harm."""
    edges = [0, *chain.from_iterable(places), len(body)]
    parts = [body[first:end].decode() for first, end in pairwise(edges)]
    pruned = prune("".join(parts))
    try:
        expat.ParserCreate("utf-8", namespace_separator=" ").Parse(pruned, True)
    except expat.ExpatError:
        return False
    return pruned == "".join(map(prune, parts))


def _digests(
    body: bytes, places: tuple[tuple[int, int], ...], context: bytes
) -> list[str]:
    common, digests = blake2b(context, digest_size=_DIGEST_BYTES), []
    for first, end in places:
        own = common.copy()
        own.update(body[first:end])
        digests.append(own.hexdigest())
    return digests


def _local(name: str) -> str:
    """Of ``namespace local prefix``, the local name, in lower case."""
    return name.split(" ")[min(1, name.count(" "))].lower()


def _ends_text(name: str) -> bool:
    """Whether an element is one of _TEXTS; ``prune`` renames those of two prefixes."""
    parts = name.split(" ")
    is_renamed = parts[-1] in ("media", "itunes")
    return _local(name) in _TEXTS and not is_renamed and "2000/svg" not in parts[0]


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
        """Where the item begins that we are in; -1 before the first."""
        self._open: list[tuple[str, int]] = []
        """Name and place of every element we are in, outside the items."""
        self._names: list[str] = []
        """Their names as expat gives them."""
        self._inside = 0
        """How many elements deep we are in an item."""
        self._namespaces: dict[str, str | None] = {}
        self._is_bound = False
        """Whether the tag to come declares a namespace."""
        self._has_base = False
        self._vetted: set[str] = set()
        """Names of attributes that are neither base nor language."""
        self._said: list[bytes] = []
        self.raws: list[Raw | None] = []
        """The items read, which hold for a document that ends up clear and usual."""
        self._is_clear = True
        """Whether no markup so far is such that ``prune`` may take it for another."""
        self._is_usual = True
        """Whether nothing so far gives feedparser anything special in mind."""
        self._is_plain = False
        """Whether the item that we are in may be read here."""
        self._kinds: dict[str, str] = {}
        """Of the elements met in items, by their names as expat gives them."""
        self._child: tuple[str, str, dict[str, str]] = ("", "", {})
        """Name, kind and attributes of the one that we are in."""
        self._children: list[quick.Child] = []
        """Those of the item that are read."""
        self._texts: list[str] = []
        """All text so far."""
        self._mark = 0
        """How many of them come before the child that we are in."""
        # The encoding given overrides the declared one, which was for other bytes.
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._texts.append
        self.parser.StartCdataSectionHandler = self._open_cdata
        self.parser.StartNamespaceDeclHandler = self._bind
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.CommentHandler = self._remark
        self.parser.ProcessingInstructionHandler = self._remark

    def context(self, salt: str) -> bytes:
        """What every item's reading depends on; no part can pass for another."""
        tags = [self._tag(first) for first in self._setting[1]]
        parts = [salt.encode(errors="surrogatepass"), *tags, *self._said]
        return b"".join(b"%d:%b" % (len(part), part) for part in parts)

    def is_clear(self) -> bool:
        """Whether ``prune`` can take nothing in it for what it is not."""
        return self._is_clear and not quick.is_touched("".join(self._texts))

    def is_usual(self) -> bool:
        """Whether feedparser came to every item with nothing special in mind."""
        return self._is_usual and b"xml:base" not in self._body

    # --- outside the items -------------------------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if attributes:
            self._vet(attributes)
            self._is_usual &= local != "channel"  # a date and a link in CDF
        if local in _ITEMS:
            self._open_item(name, attributes)
            return
        if self._open:
            self._weigh_around(name, local)
        else:
            self._weigh_root(attributes)
        self._is_bound = False
        self._open.append((local, self.parser.CurrentByteIndex))
        self._names.append(name)
        if local in _CONTEXT and attributes.get("rel", "") in _PASSING:
            self._open[-1] = ("", self.parser.CurrentByteIndex)

    def _end(self, _: str) -> None:
        self._names.pop()
        local, first = self._open.pop()
        if local in _CONTEXT:
            self._said.append(self._body[first : self.parser.CurrentByteIndex])
        elif local in _IMAGES:
            self._said.append(local.encode())

    def _weigh_root(self, attributes: dict[str, str]) -> None:
        """``prune`` takes its language away, or what it takes for that."""
        tag = self._tag(self.parser.CurrentByteIndex).lower()
        languages = sum(name in _LANGUAGES for name in attributes)
        self._is_clear &= languages < 2 and tag.count(b"lang") == languages

    def _weigh_around(self, name: str, local: str) -> None:
        """An element below the root."""
        if local in _CONTENTS and _ends_text(name):
            raise _UnsafeError("a text that changes how the first item is read")
        if self._open[-1][0] not in _PARENTS or quick.is_tripping(local):
            self._is_usual = False
        if quick.passes_for_root(name) or (self._is_bound and local in _STRIPPED):
            self._is_clear = False

    # --- items -------------------------------------------------------------------

    def _open_item(self, name: str, attributes: dict[str, str]) -> None:
        around = tuple(first for _, first in self._open)
        if not self.places:
            self._is_usual &= quick.is_framed(name, self._names)
        elif (name, around) != self._setting:
            raise _UnsafeError("items in several places")
        self._setting, self._inside = (name, around), 1
        self._first = self.parser.CurrentByteIndex
        if self._tag(self._first).endswith(b"/>"):
            raise _UnsafeError("an item without content")
        self._is_plain = not (attributes or self._is_bound)
        self._is_bound = False
        self._children = []
        self.parser.StartElementHandler = self._start_child
        self.parser.EndElementHandler = self._end_child

    def _start_child(self, name: str, attributes: dict[str, str]) -> None:
        kind = self._kinds.get(name) or self._meet(name)
        if attributes:
            self._vet(attributes)
        if self._is_bound:
            self._is_bound = False
            self._is_plain &= kind == quick.UNREAD
            self._is_clear &= _local(name) not in _STRIPPED
        if self._inside == 1:
            self._child, self._mark = (name, kind, attributes), len(self._texts)
            self._is_plain &= kind != quick.ODD
        else:
            self._nest(name)
        self._inside += 1

    def _nest(self, name: str) -> None:
        """An element in a child of an item."""
        outer, _, _ = self._child
        if _ends_text(name) and _ends_text(outer):
            raise _UnsafeError("a text in a text")
        self._is_usual = self._is_usual and quick.holds(outer, name)

    def _meet(self, name: str) -> str:
        """The kind of an element that is new to us."""
        if _local(name) in _ITEMS:
            raise _UnsafeError("items in items")
        self._is_clear &= not quick.passes_for_root(name)
        return self._kinds.setdefault(name, quick.kind(name))

    def _end_child(self, _: str) -> None:
        self._inside -= 1
        if self._inside == 1:
            _, kind, attributes = self._child
            if kind != quick.UNREAD:
                text = "".join(self._texts[self._mark :])
                self._children.append((kind, attributes, text))
        elif not self._inside:
            self._close_item(self.parser.CurrentByteIndex)

    def _close_item(self, last_tag: int) -> None:
        end = last_tag + len(self._tag(last_tag))
        self.places.append((self._first, end))
        is_plain = self._is_usual and self._is_clear and self._is_plain
        is_plain = is_plain and quick.is_sound(self._body, self._first, end)
        self.raws.append(quick.read(self._children) if is_plain else None)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _open_cdata(self) -> None:
        if self._inside == 1:  # prune would close what is open in it before </item>
            self._is_clear = False

    # --- anywhere ----------------------------------------------------------------

    def _vet(self, attributes: dict[str, str]) -> None:
        if not attributes.keys() <= self._vetted:
            for attribute in attributes:
                self._vet_name(attribute)
        if ">" in "".join(attributes.values()):  # prune would end the tag there
            self._is_clear &= self._tag(self.parser.CurrentByteIndex).count(b">") == 1

    def _vet_name(self, attribute: str) -> None:
        """feedparser leaves a base only if it stands inside another."""
        local = _local(attribute)
        if local == "base":
            if (self._open or self._inside) and not self._has_base:
                raise _UnsafeError("a base that outlasts its element")
            self._has_base, self._is_usual = True, False
        elif local == "lang":
            self._is_usual &= not self._open
        else:
            self._vetted.add(attribute)

    def _bind(self, prefix: str | None, uri: str | None) -> None:
        """feedparser never forgets what a prefix once stood for."""
        if uri and uri.split() != [uri]:
            raise _UnsafeError("a namespace that looks like two")
        if prefix and self._namespaces.setdefault(prefix, uri) != uri:
            raise _UnsafeError("a prefix of two namespaces")
        self._is_bound = True

    def _remark(self, *said: str) -> None:
        """A comment or instruction, which ``prune`` reads as it does the rest."""
        self._is_plain = False
        self._is_clear &= not any("<" in text or ">" in text for text in said)

    def _refuse(self, *_: object) -> None:
        raise _UnsafeError("a document type, which may declare entities")

    def _tag(self, first: int) -> bytes:
        match = _TAG.match(self._body, first)
        if match is None:
            raise _UnsafeError("a tag that is not where it was")
        return match[0]
