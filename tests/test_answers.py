import time
from datetime import UTC, datetime

import pytest

from builders import NOW
from monitor.feeds.answers import (
    refresh_target,
    retry_after,
    status_kind,
    status_words,
)

DATE = "Mon, 02 Mar 2026 12:00:00 GMT"  # NOW


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("gone", [410]),
        ("soft", [202, 204, 206, 304, 404, 408, 425, 429, 500, 502, 503, 520, 999]),
        ("hard", [300, 302, 305, 400, 401, 402, 403, 405, 406, 407, 418, 451, 499]),
    ],
)
def test_a_status_tells_the_kind_of_failure(kind: str, statuses: list[int]) -> None:
    assert [status_kind(status) for status in statuses] == [kind] * len(statuses)


def test_a_status_is_told_in_words() -> None:
    assert status_words(429) == "429 Too Many Requests"
    assert status_words(999) == "999"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("86401", 86_400),
        ("9" * 5000, 86_400),
        ("-1", None),
        ("1.5", None),
        ("+5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Mon, 02 Mar 2026 12:10:00 GMT", 600),
        ("Monday, 02-Mar-26 12:10:00 GMT", 600),
        ("Mon Mar  2 12:10:00 2026", 600),
        ("Mon, 02 Mar 2026 06:10:00 -0600", 600),
        ("Mon, 02 Mar 2026 12:10:00 -0000", 600),
        (DATE, 0),
        ("Sun, 01 Mar 2026 12:00:00 GMT", None),
        ("Fri, 06 Mar 2026 04:00:00 GMT", 86_400),
        ("Mon, 99 Mar 2026 12:10:00 GMT", None),
        ("Mon, 02 Mar 99999 12:10:00 GMT", None),
    ],
)
def test_a_site_says_how_long_to_stay_away(text: str, seconds: float | None) -> None:
    headers = {"retry-after": text}
    assert retry_after(headers, NOW) == seconds
    assert retry_after({**headers, "date": DATE}, datetime(2020, 1, 1, tzinfo=UTC)) == (
        seconds
    )
    assert retry_after({**headers, "date": "noon"}, NOW) == seconds


def test_without_the_header_a_site_says_nothing() -> None:
    assert retry_after({"date": DATE}, NOW) is None


def _page(*head: str, start: str = "<!DOCTYPE html><html>") -> bytes:
    return f"{start}<head>{''.join(head)}</head><body>x</body></html>".encode()


META = '<meta http-equiv="refresh" content="{}">'


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/rss", "/rss"),
        ("0;URL=/rss", "/rss"),
        ("0;url='/rss'", "/rss"),
        ("0;url='/rss' more", "/rss"),
        ("0, url=/rss", "/rss"),
        ("0 url=/rss", "/rss"),
        (" 0 ; url = /rss ", "/rss"),
        ("0.5; url=/rss", "/rss"),
        ("10; url=/rss", "/rss"),
        ("0; url=/rss?a=1&amp;b=2", "/rss?a=1&b=2"),
        ("0; url=/año", "/año"),
        ("0; url=", None),
        ("0", None),
        ("300", None),
        ("11; url=/rss", None),
        ("url=/rss", None),
        ("", None),
    ],
)
def test_a_page_may_send_its_reader_on(content: str, target: str | None) -> None:
    assert refresh_target(_page(META.format(content))) == target


GO = META.format("0; url=/rss")


@pytest.mark.parametrize(
    ("page", "target"),
    [
        (_page("<title>x</title>", GO), "/rss"),
        (_page(GO, META.format("0; url=/second")), "/rss"),
        (_page(GO.upper()), "/RSS"),
        (_page("<noscript>", GO, "</noscript>"), "/rss"),
        (_page(GO, start="\ufeff<?xml version='1.0'?><!-- a --> <html>"), "/rss"),
        (_page(GO, start="  \n<HTML lang=es>"), "/rss"),
        (GO.encode() + b"<title>x</title>", "/rss"),
        (_page("<!-- ", GO, " -->"), None),
        (_page("<script>'", GO, "'</script>"), None),
        (_page("<![if !IE]>", GO, "<![endif]>"), "/rss"),
        (_page("<![x]>", GO), "/rss"),
        (_page("<!<![[x]>", GO), "/rss"),
        (_page("<![<", GO), None),
        (_page(GO, start="<!-- a --><!-- b --> <!DOCTYPE html><html>"), "/rss"),
        (b"<html><head></head><body>" + GO.encode(), None),
        (b"<html><body>" + GO.encode(), None),
        (_page("x" * 70_000, GO), None),
        (b"<rss><channel><description>" + _page(GO), None),
        (b"<?xml version='1.0'?><feed><!-- " + _page(GO) + b" -->", None),
        (b"", None),
        (b"\0\xff refresh", None),
    ],
)
def test_only_the_head_of_a_page_counts(page: bytes, target: str | None) -> None:
    assert refresh_target(page) == target


@pytest.mark.parametrize("part", [b"<!---->", b"<!-- --> ", b"<?xml?>", b"<!--", b" "])
def test_a_page_is_told_in_time_that_grows_with_its_head_alone(part: bytes) -> None:
    head = (part * 400)[:2040]
    start = time.process_time()
    for _ in range(10):
        assert refresh_target(head + b"<p> refresh") is None
    assert time.process_time() - start < 0.1
