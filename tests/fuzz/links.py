"""
Addresses: canonical ones are so for good, lead to a web host without a login, and every
address that we would ask for is one in any reader's eyes.
"""

import re
from contextlib import suppress
from urllib.parse import urlsplit

from fuzz.driver import bounded
from monitor.feeds.addresses import is_public
from monitor.feeds.links import MAX_URL, canonical_url
from monitor.feeds.places import PlaceError, next_place, place

MAX_LENGTH = 600
BASE = "https://diario.example/norte/nota?id=7"
WORDS = (
    *("http://", "https://", "//", "HTTPS://", "javascript:", "data:", "file:///", "@"),
    *(
        "user:pa55@",
        "[::1]",
        "[::ffff:7f00:1]",
        "127.0.0.1",
        "0x7f000001",
        "2130706433",
    ),
    *("localhost", ":80", ":443", ":99999", ":0", "%00", "%2f", "%", "..", "/./", "\\"),
    *(
        "?utm_source=x",
        "&id=7",
        "&amp;",
        ";",
        "#top",
        "xn--",
        "ñ",
        "。",
        "\u2028",
        "\t",
    ),
    *("ｅｘａｍｐｌｅ", "\u00a0", "\ufeff", "\x7f", "[", "]", "?", "=", "+", "|", "^"),
)
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[^\s\[\]@/\\?#:]+")


def seeds() -> list[bytes]:
    """Of each kind one."""
    return [
        *(b"https://Diario.example:443/nota/7?utm_source=rss&p=2#top", b"/nota;a=1"),
        *(
            b"//ca\xc3\xb1on.example/a b",
            b"http://me:pa55@[::1]:8080/?q=%c3%b1&fbclid=1",
        ),
        b"?id=9&partner=x",
    ]


def check(data: bytes, allowance: float = 1.0) -> int:
    """1 where the text is an address, else 0; AssertionError if a promise is broken."""
    text = data.decode(errors="surrogateescape" if data[:1] == b"\xff" else "ignore")
    with bounded(data, 0.2 * allowance):
        found = canonical_url(text, BASE, ("partner",))
        places = [*_places(text), *_places(found)]
    if found:
        _check_canonical(found)
    for url in places:
        again = place(url).url
        assert again == url, f"{url!r} is {again!r} at a second look"
        assert "@" not in urlsplit(url).netloc, f"a login in {url!r}"
    return int(bool(found))


def _check_canonical(url: str) -> None:
    again = canonical_url(url, BASE, ("partner",))
    assert again == url, f"{url!r} is {again!r} at a second look"
    assert len(url) <= MAX_URL
    assert url.isascii() or urlsplit(url).netloc.isprintable(), f"unseen in {url!r}"
    assert not re.search(r"\s", url), f"a blank in {url!r}"
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https"), url
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    assert _HOST.fullmatch(host), f"host {host!r}"


def _places(text: str) -> list[str]:
    """Where a fetch of it, and of a redirect to it, would go."""
    found = []
    with suppress(PlaceError):
        found.append(place(text).url)
    with suppress(PlaceError):
        there = next_place(place(BASE), text)
        found.append(there.url)
        with suppress(ValueError):  # a name, to be looked up
            is_public(there.host)
    return found
