"""Markup as feeds write it to the plain text a reader sees. The home of nh3."""

import html
import re

import nh3

from monitor.feeds.encoding import drop_controls, repair
from monitor.text import squeeze

_MAX_MARKUP = 10_000  # nh3 is quadratic: "<b></p>" takes .6 s at 100,000

_MORE_READINGS = 2  # of what was escaped again on its way through another system

_UNSEEN = {
    *("script", "style", "template", "noscript", "iframe", "object", "svg", "math"),
    *("audio", "video", "title"),
}
"""Elements whose content no reader of the page sees as its text."""
_NO_TAG = re.compile(
    r"<(?![a-z][\w:.-]*+(?:\s*+/?>|[\s/][^<>]*=)"  # <b>, <a href=...>, also cut off
    r"|(?:iframe|script|video|audio|object|hr|td|th|ol|input)\b"  # <script async>
    r"|/[a-z]|!|\?)",
    re.IGNORECASE,
)
"""``a<b``, ``5 < 6`` and ``<3``, which a browser would partly take for tags."""
_BLOCK = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure"
    r"|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul)\b",
    re.IGNORECASE,
)
"""All become paragraphs, which never stand in one another: 5,000 <ul> that do took
nh3 a tenth of a second."""
_CUT_TAG = re.compile(r"<[^<>]*$")
_ESCAPED_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|div|em|font|h[1-6]|i|img|li|ol|p|small|span|strong|sub"
    r"|sup|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""A tag that is left as text: no newspaper writes about <b>."""
_ESCAPED = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
"""A reference that is left as text: none means ``&amp;`` when it writes it."""
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"  # it joins emoji
)
"""Soft hyphens, zero widths, and bidi controls, which can turn a headline round."""
_C1 = {n: bytes((n,)).decode("cp1252", "ignore") or None for n in range(0x80, 0xA0)}
"""Windows-1252 quotes and dashes that were read as ISO-8859-1."""
_ODD = re.compile("[^\\t\\n\\r -~¡«»¿ÁÉÍÑÓÚÜáéíñóúü‘’“”–—…]")
"""All but the characters of most news, for which there is nothing to mend."""


def plain(markup: str) -> str:
    """Markup to plain text: block elements as blanks, others without a trace.

    What was escaped twice or thrice is read as often. Accents broken by a wrong
    encoding are mended, and what no reader can see is left out. Only the first 10,000
    characters count.

    >>> plain("<p>EE.UU. &amp;amp; M&eacute;xico</p><p>5 < 6")
    'EE.UU. & México 5 < 6'
    """
    if len(markup) > _MAX_MARKUP:
        markup = _CUT_TAG.sub("", markup[:_MAX_MARKUP])
    text = _strip(markup)
    for _ in range(_MORE_READINGS):
        if not (_ESCAPED_TAG.search(text) or _ESCAPED.search(text)):
            break
        text = _strip(text)
    return squeeze(_mend(text) if _ODD.search(text) else text)


def _mend(text: str) -> str:
    text = repair(drop_controls(text)).translate(_C1)
    return _INVISIBLE.sub("", text)


def _strip(markup: str) -> str:
    if "<" in markup:
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")  # wrapped twice
        spaced = _BLOCK.sub(r" <\1p", _NO_TAG.sub("&lt;", markup))
        markup = nh3.clean(spaced, tags=set(), clean_content_tags=_UNSEEN)
    return html.unescape(markup) if "&" in markup else markup
