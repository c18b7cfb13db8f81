import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import feed
from monitor.feeds.links import MAX_URL, canonical_url, item_id

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


def _id(
    url: str = "", guid: str = "", title: str = "T", raw: str = "D", **of: object
) -> str:
    return item_id(feed(**of), url, guid, title, raw)  # type: ignore[arg-type]


def test_an_id_is_sixteen_hexadecimal_digits_and_never_changes() -> None:
    assert _id("https://x.example/nota/7", outlet="El Diario") == "60cf04a61df9eb4e"


@pytest.mark.parametrize(
    "same",
    [
        "http://x.example/nota?a=1&b=2",
        "https://X.example:443/nota?b=2&a=1#top",
        "https://x.example/nota?a=1&b=2&utm_source=rss",
    ],
)
def test_one_address_in_other_spellings_is_one_item(same: str) -> None:
    assert _id(same, "g2") == _id("https://x.example/nota?a=1&b=2", "g1")


def test_changed_guids_with_the_same_link_are_one_item() -> None:
    link = "https://x.example/nota/7"
    assert _id(link, "g1", "Old title") == _id(link, "g2", "New title")


def test_a_repeated_guid_with_other_links_stays_other_items() -> None:
    assert _id("https://x.example/1", "g") != _id("https://x.example/2", "g")


def test_an_item_in_two_feeds_of_one_outlet_is_one_item() -> None:
    link = "https://x.example/nota/7"
    first = item_id(feed(url="https://x.example/a.xml"), link, "1", "T", "D")
    assert first == item_id(feed(url="https://x.example/b.xml"), link, "2", "T", "D")


def test_one_link_in_two_outlets_is_two_items() -> None:
    link = "https://wire.example/nota/7"
    assert _id(link, outlet="El Diario") != _id(link, outlet="La Gaceta")


def test_the_outlets_own_article_id_outlives_a_new_slug() -> None:
    pattern = r"-(\d+)\.html$"
    old = _id("https://x.example/matan-a-dos-123.html", id_pattern=pattern)
    assert old == _id("https://x.example/mueren-dos-123.html", id_pattern=pattern)
    assert old != _id("https://x.example/mueren-dos-124.html", id_pattern=pattern)
    assert old != _id(
        "https://x.example/matan-a-dos-123.html", id_pattern=pattern, outlet="La Gaceta"
    )


@pytest.mark.parametrize("pattern", [r"/nunca/(\d+)", r"nota(x)?"])
def test_a_link_without_the_outlets_id_counts_by_itself(pattern: str) -> None:
    link = "https://x.example/nota"
    assert _id(link, id_pattern=pattern) == _id(link)


def test_without_a_link_the_guid_counts_within_its_feed() -> None:
    here = _id("", "g", "Old title")
    assert here == _id("", "g", "New title")
    assert here != item_id(feed(url="https://b.example/rss"), "", "g", "T", "D")


def test_a_link_to_the_bare_home_page_names_no_article() -> None:
    home = "https://x.example/"
    assert _id(home, "g1") != _id(home, "g2")
    assert _id(home, "", "One") != _id(home, "", "Two")


def test_without_link_and_guid_title_and_date_count() -> None:
    assert _id("", "", "T", "D1") != _id("", "", "T", "D2")
    assert _id("", "", "T1", "D") != _id("", "", "T2", "D")
    assert _id("", "", "T", "D") == _id("", "", "T", "D")
