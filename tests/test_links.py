import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.links import MAX_URL, canonical_url

BASE = "https://diario.example/rss/portada.xml"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://diario.example/nota/7", "https://diario.example/nota/7"),
        ("HTTPS://Diario.EXAMPLE/Nota", "https://diario.example/Nota"),
        ("https://diario.example", "https://diario.example/"),
        ("https://diario.example:443/a", "https://diario.example/a"),
        ("http://diario.example:80/a", "http://diario.example/a"),
        ("http://diario.example:443/a", "http://diario.example:443/a"),
        ("https://diario.example:8443/a", "https://diario.example:8443/a"),
        ("https://user:word@diario.example/a", "https://diario.example/a"),
        ("https://diario.example/a#comments", "https://diario.example/a"),
        ("  https://diario.example/a\n", "https://diario.example/a"),
        ("/nota/7", "https://diario.example/nota/7"),
        ("../nota/7", "https://diario.example/nota/7"),
        ("//otro.example/a", "https://otro.example/a"),
        (
            "https://diario.example/méxico y más",
            "https://diario.example/m%C3%A9xico%20y%20m%C3%A1s",
        ),
        ("https://diario.example/m%c3%a9xico", "https://diario.example/m%C3%A9xico"),
        ("https://peñón.example/a", "https://xn--pen-8mak.example/a"),
        ("https://diario.example/a;", "https://diario.example/a;"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
    ],
)
def test_a_link_becomes_absolute_in_one_spelling(url: str, expected: str) -> None:
    assert canonical_url(url, BASE, ()) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?utm_source=rss&utm_medium=feed&UTM_Campaign=x", ""),
        ("?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&msclkid=5", ""),
        ("?id=7&utm_source=rss&page=2", "?id=7&page=2"),
        ("?b=2&a=1&b=1", "?b=2&a=1&b=1"),
        ("?print&x=", "?print&x="),
        ("?a=1&&b=2&", "?a=1&b=2"),
        ("?q=a%26b&r=c+d", "?q=a%26b&r=c+d"),
        ("?partner=rss", "?partner=rss"),
        ("?utm=1", "?utm=1"),
    ],
)
def test_tracking_parameters_go_and_the_others_keep_their_order(
    query: str, expected: str
) -> None:
    assert canonical_url(f"https://x.example/a{query}", BASE, ()) == (
        f"https://x.example/a{expected}"
    )


def test_an_outlets_own_parameters_go_only_where_its_feed_says_so() -> None:
    url = "https://x.example/a?Partner=rss&id=7"
    for name in ("partner", "PARTNER"):
        assert canonical_url(url, BASE, (name,)) == "https://x.example/a?id=7"


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "javascript:alert(1)",
        "mailto:desk@diario.example",
        "data:text/html,x",
        "ftp://diario.example/a",
        "http://[::1/",
        "http://diario.example:99999/",
        "http:///a",
        "https://diario.example/" + "a" * MAX_URL,
    ],
)
def test_what_readers_cannot_follow_is_no_link(url: str) -> None:
    assert canonical_url(url, BASE, ()) == ""


def test_the_longest_link_is_kept() -> None:
    url = "https://diario.example/".ljust(MAX_URL, "a")
    assert canonical_url(url, BASE, ()) == url


@given(st.one_of(st.text(), st.text().map("http://".__add__)))
def test_any_text_is_a_stable_link_or_none(text: str) -> None:
    once = canonical_url(text, BASE, ())
    assert canonical_url(once, BASE, ()) == once
    assert once == "" or once.startswith(("http://", "https://"))
