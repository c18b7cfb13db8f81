"""
Headlines and HTML: any markup is a plain text on one line, without anything unseen, and
what looks at texts afterwards takes all of them.
"""

import re

from fuzz.driver import bounded
from monitor.feeds.markup import plain
from monitor.feeds.prefixes import dateline, kicker
from monitor.feeds.tails import cut_tail
from monitor.stories.tokens import forms
from monitor.text import clip, fold, printable, squeeze, words

MAX_LENGTH = 8_192
WORDS = (
    *("<p>", "</p>", "<b", "<script>", "</script>", "<style>", "<svg><title>", "<!--"),
    *("-->", "<![CDATA[", "]]>", "<a href='", "<img src=x onerror=", "<iframe", "<ul>"),
    *(
        "<table><td>",
        "</b></p>",
        "&lt;script&gt;",
        "&amp;lt;b&amp;gt;",
        "&#0;",
        "&#x202e;",
    ),
    *(
        "&#xD800;",
        "&nbsp;",
        "&eacute",
        "&",
        "<",
        ">",
        "\u202e",
        "\u200b",
        "\u00ad",
        "\x85",
    ),
    *("Ã©", "â€œ", "MÉXICO, (EFE).-", "EXCLUSIVA |", "Read more", "Leer más", "[…]"),
    *(
        "\U0001f468\u200d\U0001f469",
        "e\u0301",
        "ﬁ",
        "İ",
        "<math>",
        "<template>",
        "\ufeff",
    ),
)
_UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ud800-\udfff]"
)


def seeds() -> list[bytes]:
    """A summary as feeds write it, and one escaped twice."""
    return [
        b"<p>TIJUANA, B.C. (EFE).- Agua &amp; <b>presa</b></p><img src='x'>",
        "&lt;p&gt;M&amp;eacute;xico&lt;/p&gt; 5 < 6 <3 Leer más".encode(),
        "OPINIÓN | “¿Quién?” — a<b &#8220;x&#8221; Ã©".encode(),
    ]


def check(data: bytes, allowance: float = 1.0) -> int:
    """How long the text is; AssertionError if a promise is broken."""
    markup = data.decode(errors="replace")
    with bounded(data, 0.5 * allowance):
        text = plain(markup)
        place, rest = dateline(cut_tail(text))
        label, title = kicker(text)
    assert squeeze(text) == text, "blanks are left"
    assert not _UNSEEN.search(text), f"unseen characters in {text!r}"
    for part in (place, rest, label, title):
        assert part is None or part in text or not part, f"made up: {part!r}"
    assert len(clip(text, 80)) <= 80
    assert printable(text).isprintable()
    assert words(fold(text)) is not None
    with bounded(data, allowance):
        for language in ("en", "es"):
            list(forms(text, language))
    return len(text)
