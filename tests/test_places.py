import pytest

from monitor.feeds.places import Place, PlaceError, next_place, place

BASE = place("https://diario.example/a/feed.xml?x=1")


@pytest.mark.parametrize(
    ("url", "spelling", "host", "port", "target"),
    [
        ("http://d.example", "http://d.example", "d.example", 80, "/"),
        ("HTTPS://D.Example/A", "https://d.example/A", "d.example", 443, "/A"),
        ("http://d.example:81/?q", "http://d.example:81/?q", "d.example", 81, "/?q"),
        ("http://[::1]:8/x", "http://[::1]:8/x", "::1", 8, "/x"),
        ("http://d.example/#top", "http://d.example/", "d.example", 80, "/"),
        (
            "http://peña.example/ñ ñ",
            "http://xn--pea-8ma.example/%C3%B1%20%C3%B1",
            "xn--pea-8ma.example",
            80,
            "/%C3%B1%20%C3%B1",
        ),
    ],
)
def test_an_address_is_read(
    url: str, spelling: str, host: str, port: int, target: str
) -> None:
    is_secure = spelling.startswith("https")
    assert place(url) == Place(spelling, is_secure, host, port, target)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/rss", "https://diario.example/rss"),
        ("rss", "https://diario.example/a/rss"),
        ("../rss", "https://diario.example/rss"),
        ("?x=2", "https://diario.example/a/feed.xml?x=2"),
        ("//gaceta.example/rss", "https://gaceta.example/rss"),
        ("http://gaceta.example/", "http://gaceta.example/"),
        ("/a b", "https://diario.example/a%20b"),
        ("/a%20b", "https://diario.example/a%20b"),
        ("/méxico", "https://diario.example/m%C3%A9xico"),
        ("/user@host", "https://diario.example/user@host"),
        ("/" + "x" * 2000, "https://diario.example/" + "x" * 2000),
    ],
)
def test_a_redirect_is_read_relative_to_its_page(location: str, url: str) -> None:
    assert next_place(BASE, location).url == url


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://", "is not an http or https address"),
        ("http:", "is not an http or https address"),
        ("http:rss", "is not an http or https address"),
        ("http:///rss", "is not an http or https address"),
        ("//:80/", "is not an http or https address"),
        ("http://:80/", "is not an http or https address"),
        ("http://a.example:0/", "is not an address"),
        ("http://a.example:65536/", "is not an address"),
        ("http://a.example:-1/", "is not an address"),
        ("http://a.example:80a/", "is not an address"),
        ("http://a.example:８０/", "is not an address"),
        ("http://a b.example/", "is not an address"),
        ("http://[bad/", "is not an address"),
        ("http://[1.2.3.4]/", "is not an address"),
        ("http://a\\b.example/", "is not an address"),
        ("/\\evil.example", "is not an address"),
        ("\\\\evil.example", "is not an address"),
        ("/a\r\nX-Evil: 1", "is not an address"),
        ("/a\tb", "is not an address"),
        ("/a\0b", "is not an address"),
        ("/a\x7fb", "is not an address"),
        ("http://user@a.example/", "carries a user name"),
        ("http://user:secret@a.example/", "carries a user name"),
        ("http://:@a.example/", "carries a user name"),
        ("//user@a.example/", "carries a user name"),
        ("ftp://a.example/", "is not an http or https address"),
        ("file:///etc/hostname", "is not an http or https address"),
        ("data:text/xml,<rss/>", "is not an http or https address"),
        ("javascript:alert(1)", "is not an http or https address"),
        ("/" + "x" * 2048, "is longer than 2,048 characters"),
        ("/" + "ñ" * 700, "is longer than 2,048 characters"),
    ],
)
def test_what_is_no_place_for_us_is_refused(location: str, words: str) -> None:
    with pytest.raises(PlaceError, match=words):
        next_place(BASE, location)
