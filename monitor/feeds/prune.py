"""
A document's text, fitted for feedparser.

What would lead it astray is renamed, and what we never read is taken out: under
another name an element is nothing to it but text. It is quicker, too: half of its time
goes to categories, authors and dates that it reads for itself.
"""

import re
from itertools import islice

MAX_TAGS = 50_000
"""Tags that are read of a document: 2,000 items of 25, which the richest have. Each
costs feedparser 20 to 40 microseconds, and ``<x/>`` is one in four bytes."""

_UNREAD = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?"
    r"|<(category|author|contributor|comments|enclosure|generator|docs|ttl"
    r"|dc:(?:creator|subject|publisher|rights|contributor|type|format|identifier)"
    r"|media:(?!group\b|description\b|_)[\w.-]+|itunes:(?!summary\b|_)[\w.-]+"
    r"|(?:slash|wfw|georss|gml|psc|cc|sy|thr):[\w.-]+|post-id)"
    r"(?=[\s/>])[^<>]*+>",
)
"""Where an element begins of which we read nothing, or a stretch without any."""
_TEXT = re.compile(
    r"(?:[^<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>"
    r"|</?(?:media:(?!content\b|group\b)|name\b|uri\b|email\b)[^<>]*+>)*+"
)
"""What stands in an element that holds no other items."""
_CLOSING = re.compile(r"</([\w:.-]++)\s*+>")
_DATE = re.compile(
    r"(</?(?:[\w.-]++:)?(?:pubDate|published|issued|updated|modified|created|date"
    r"|lastBuildDate))(?=[\s>])[^<>]*+(?<!/)>",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"(<(?:media:description|itunes:summary))\s[^<>]*+(?<!/)>")
_UNUSED = re.compile(
    r"(</?)((?:media|itunes|georss|gml|psc|cc):|(?=(?:textinput|width|height)\b))",
    re.IGNORECASE,
)
_ROOT_LANGUAGE = re.compile(
    r"(<(?:rss|feed|rdf:RDF)\b[^<>]*?)\s(?:xml:)?lang\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]+)|0*([0-9]+));?", re.IGNORECASE)
_UNCLOSED = re.compile(r"(<(title|link|guid|description)>[^<]*+)(?=</item>)")
_BASE = re.compile(
    r"\sxml:base\s*+=\s*+(?:\"[^\"<\[]*+\[[^\"<]*+\"|'[^'<\[]*+\[[^'<]*+')"
)
"""One that is no address, and would take every link with it."""
_EMPTY_LINK = re.compile(r"<link\s*+(?:/>|>\s*+</link>)")
_BARE = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?"
    r"|&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*+);)"
)
_SURROGATES = range(0xD800, 0xE000)

_TAG = re.compile(r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|<[\w/]")
_ENTITY = re.compile(r"<!\s*ENTITY\b", re.IGNORECASE)
_PROLOG = re.compile(
    r"<!--.*?-->|<\?.*?\?>|(?P<open><!--|<\?)|(?P<root><[\w:])"
    r"|<!\s*+(?P<name>\w*+)(?:\"[^\"]*+\"|'[^']*+'|[^<>\"'])*+",
    re.DOTALL,
)


_SWOLLEN = re.compile(r"<[\w:.-]++\s(?:[^<=]*+=\s*+[\"']){5000}")
"""A tag of thousands of attributes, which feedparser reads in the square of their
number: 60,000, in 650 kB, take 41 s."""


def is_swollen(text: str) -> bool:
    """Whether a tag has more attributes than any feed and any patience."""
    return _SWOLLEN.search(text) is not None


def declares_entities(text: str) -> bool:
    """Whether the document declares entities, before its root: elsewhere it cannot.

    A mention in an item, or in a comment, is none.
    """
    for token in _PROLOG.finditer(text):
        if token["root"]:
            return False
        if token["open"]:  # no parser agrees with another on what follows
            return bool(_ENTITY.search(text, token.end()))
        if (token["name"] or "").upper() == "ENTITY":
            return True
    return False


def prune(text: str) -> str:
    """The text as feedparser shall see it.

    Dates end up as ``pubdate_``, ``updated_`` and the like, media:description as
    ``media__description``, all as text. What comes after MAX_TAGS is left out.
    """
    # Templates set the root's language wrongly (WordPress: en-US), and it would come
    # down to every item, where it could not be told from the item's own.
    text = _ROOT_LANGUAGE.sub(r"\1", text, count=1)
    text = _EMPTY_LINK.sub("", text)  # it would hide a guid that is one
    text = _UNCLOSED.sub(r"\1</\2>", _BASE.sub("", text))
    text = _cut(_without_unread(text))
    text = _DATE.sub(r"\1_>", text)
    # It takes a caption for the item's summary, and one bad place or podcast chapter
    # breaks the whole feed.
    text = _UNUSED.sub(r"\1\2_", _CAPTION.sub(r"\1>", text))
    # Of an ampersand that should be one, its loose parser makes the name of one.
    text = _BARE.sub(lambda found: "&amp;" if found[0] == "&" else found[0], text)
    # One reference to no character, such as &#xD800;, would lose the whole feed.
    return _REFERENCE.sub(_sound_reference, text)


def _without_unread(text: str) -> str:
    """The text less the elements of which we read nothing."""
    kept, start, run_end = [], 0, 0
    found = _UNREAD.search(text)
    while found:
        end, name = found.end(), found[1]
        if name and text[end - 2] != "/":
            # An element that begins in the text of one before has no other end; to
            # look for it anew would take the square of their number.
            if end > run_end:
                run_end = _TEXT.match(text, end).end()  # type: ignore[union-attr]
            closing = _CLOSING.match(text, run_end)
            is_whole = closing is not None and closing[1] == name
            end = closing.end() if closing and is_whole else end
            name = name if is_whole else None
        if name:
            kept.append(text[start : found.start()])
            start = end
        found = _UNREAD.search(text, end)
    return "".join((*kept, text[start:]))


def _cut(text: str) -> str:
    """The text up to the last item that ends within MAX_TAGS."""
    if text.count("<") <= MAX_TAGS:
        return text
    beyond = next(islice(_TAG.finditer(text), MAX_TAGS, None), None)
    if beyond is None:
        return text
    ends = (text.rfind(tag, 0, beyond.start()) for tag in ("</item>", "</entry>"))
    end = max(ends)
    return text[: text.index(">", end) + 1 if end >= 0 else beyond.start()]


def _sound_reference(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    code = int(digits, base) if len(digits) <= 7 else 0
    is_sound = code in (9, 10, 13) or 32 <= code <= 0x10FFFF
    is_character = code not in _SURROGATES and code not in (0xFFFE, 0xFFFF)
    return match[0] if is_sound and is_character else "\ufffd"
