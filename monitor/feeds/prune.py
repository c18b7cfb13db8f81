"""
A document's text, fitted for feedparser.

What would lead it astray is renamed, and what we never read is taken out: under
another name an element is nothing to it but text. It is quicker, too: half of its time
goes to categories, authors and dates that it reads for itself.
"""

import re

_TEXT = (
    r"(?:[^<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>"
    r"|</?(?:media:(?!content\b|group\b)|name\b|uri\b|email\b)[^<>]*+>)*+"
)
"""What stands in an element that holds no other items: possessive, hence linear."""
_UNREAD = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?"
    r"|<(category|author|contributor|comments|enclosure|generator|docs|ttl"
    r"|dc:(?:creator|subject|publisher|rights|contributor|type|format|identifier)"
    r"|media:(?!group\b|description\b|_)[\w.-]+|itunes:(?!summary\b|_)[\w.-]+"
    r"|(?:slash|wfw|georss|gml|psc|cc|sy|thr):[\w.-]+|post-id)"
    rf"(?=[\s/>])[^<>]*+(?:(?<=/>)|>(?:(?<=/>)|{_TEXT}</\1\s*+>))",
)
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
    ``media__description``, all as text.
    """
    # Templates set the root's language wrongly (WordPress: en-US), and it would come
    # down to every item, where it could not be told from the item's own.
    text = _ROOT_LANGUAGE.sub(r"\1", text, count=1)
    text = _EMPTY_LINK.sub("", text)  # it would hide a guid that is one
    text = _UNCLOSED.sub(r"\1</\2>", _BASE.sub("", text))
    text = _UNREAD.sub(lambda found: "" if found[1] else found[0], text)
    text = _DATE.sub(r"\1_>", text)
    # It takes a caption for the item's summary, and one bad place or podcast chapter
    # breaks the whole feed.
    text = _UNUSED.sub(r"\1\2_", _CAPTION.sub(r"\1>", text))
    # Of an ampersand that should be one, its loose parser makes the name of one.
    text = _BARE.sub(lambda found: "&amp;" if found[0] == "&" else found[0], text)
    # One reference to no character, such as &#xD800;, would lose the whole feed.
    return _REFERENCE.sub(_sound_reference, text)


def _sound_reference(match: re.Match[str]) -> str:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    code = int(digits, base) if len(digits) <= 7 else 0
    is_sound = code in (9, 10, 13) or 32 <= code <= 0x10FFFF
    is_character = code not in _SURROGATES and code not in (0xFFFE, 0xFFFF)
    return match[0] if is_sound and is_character else "\ufffd"
