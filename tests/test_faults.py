"""What comes of every fault: a document, its unchanged word, or which error."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

import faults
from builders import NOW, feed
from monitor import polling
from monitor.errors import FetchError
from monitor.feeds import fetch_call
from monitor.feeds.cadence import Pace
from monitor.feeds.fetch import Fetcher
from monitor.model import Document, Feed, FeedState, Unchanged
from monitor.parsers import Inline
from monitor.store.database import Store

TIMEOUT = 1.0
LIMIT = 200_000
DOCUMENT = ("document", "")
UNCHANGED = ("unchanged", "")
TIMED_OUT = ("soft", "timed out")
BROKEN = ("soft", "broke off the connection")
DAMAGED = ("soft", "is damaged and cannot be unpacked")
NOT_HTTP = ("hard", "does not answer in proper HTTP")
TOO_LARGE = ("hard", "is larger than 200,000 bytes")
INSIDE = ("hard", "leads to 169.254.169.254, which is not a public address")
CIRCLE = ("hard", "redirects in a circle")

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "feed": DOCUMENT,
    "empty-feed": DOCUMENT,
    "unchanged": UNCHANGED,
    "etag-repeated": UNCHANGED,
    "no-length": DOCUMENT,
    "http-1.0": DOCUMENT,
    "bare-line-feeds": DOCUMENT,
    "chunks-of-one": DOCUMENT,
    "continue-first": DOCUMENT,
    "byte-order-mark": DOCUMENT,
    "utf-16": DOCUMENT,
    "wrong-charset": DOCUMENT,
    "unknown-charset": DOCUMENT,
    "octet-stream": DOCUMENT,
    "cookies": DOCUMENT,
    "page": DOCUMENT,
    "page-as-feed": DOCUMENT,
    "empty-body": DOCUMENT,
    "garbage": DOCUMENT,
    "nul-bytes": DOCUMENT,
    "json-error": DOCUMENT,
    "cut-xml": DOCUMENT,
    "accepted": ("soft", "answered 202 Accepted"),
    "no-content": ("soft", "answered 204 No Content"),
    "partial": ("soft", "answered 206 Partial Content"),
    "not-modified-unasked": ("soft", "answered 304 Not Modified"),
    "bad-request": ("hard", "answered 400 Bad Request"),
    "unauthorized": ("hard", "answered 401 Unauthorized"),
    "forbidden": ("hard", "answered 403 Forbidden"),
    "not-found": ("soft", "answered 404 Not Found"),
    "request-timeout": ("soft", "answered 408 Request Timeout"),
    "gone": ("gone", "answered 410 Gone"),
    "too-early": ("soft", "answered 425 Too Early"),
    "too-many": ("soft", "answered 429 Too Many Requests"),
    "too-many-seconds": ("soft", "answered 429"),
    "too-many-week": ("soft", "answered 429"),
    "too-many-negative": ("soft", "answered 429"),
    "too-many-soon": ("soft", "answered 429"),
    "forbidden-seconds": ("hard", "answered 403"),
    "legal": ("hard", "answered 451"),
    "server-error": ("soft", "answered 500"),
    "bad-gateway": ("soft", "answered 502"),
    "busy-until": ("soft", "answered 503"),
    "busy-until-clock-off": ("soft", "answered 503"),
    "busy-until-past": ("soft", "answered 503"),
    "cdn-error": ("soft", "answered 520"),
    "status-999": ("soft", "answered 999"),
    "no-answer": TIMED_OUT,
    "slow-headers": TIMED_OUT,
    "slow-body": TIMED_OUT,
    "slow-chunks": TIMED_OUT,
    "stalled-body": TIMED_OUT,
    "endless-continue": TIMED_OUT,
    "hang-up": BROKEN,
    "reset": BROKEN,
    "reset-in-body": BROKEN,
    "length-too-long": BROKEN,
    "length-too-short": DOCUMENT,  # no reader can know
    "length-negative": DOCUMENT,
    "length-no-number": DOCUMENT,
    "chunk-size-broken": BROKEN,
    "chunk-cut": BROKEN,
    "chunk-end-missing": BROKEN,
    "mail-server": NOT_HTTP,
    "bad-status": NOT_HTTP,
    "http-0.9": NOT_HTTP,
    "long-header": ("hard", "got more than 65536 bytes when reading header line"),
    "many-headers": ("hard", "got more than 100 headers"),
    "gzip": DOCUMENT,
    "deflate": DOCUMENT,
    "deflate-raw": DOCUMENT,
    "br": DOCUMENT,
    "zstd": DOCUMENT,
    "gzip-of-br": DOCUMENT,
    "gzip-then-rubbish": DOCUMENT,
    "gzip-of-nothing": DOCUMENT,
    "gzip-undeclared": DOCUMENT,
    "gzip-not": DAMAGED,
    "gzip-is-br": DAMAGED,
    "gzip-cut": DAMAGED,
    "gzip-cut-at-sum": DAMAGED,
    "gzip-wrong-sum": DAMAGED,
    "deflate-cut": DAMAGED,
    "br-cut": DAMAGED,
    "zstd-cut": DAMAGED,
    "zstd-wide": DAMAGED,
    "packed-unknown": ("hard", "is packed as compress, which we do not read"),
    "packed-six-times": ("hard", "is packed as gzip, gzip, gzip"),
    "packed-escape": ("hard", "is packed as [2J , which we do not read"),
    "huge-body": TOO_LARGE,
    "huge-length": TOO_LARGE,
    "huge-chunk": TOO_LARGE,
    "bomb-gzip": TOO_LARGE,
    "bomb-deflate": TOO_LARGE,
    "bomb-br": TOO_LARGE,
    "bomb-zstd": TOO_LARGE,
    "bomb-gzip-twice": TOO_LARGE,
    "bomb-br-in-zstd": TOO_LARGE,
    "move-for-good": DOCUMENT,
    "move-for-now": DOCUMENT,
    "move-relative": DOCUMENT,
    "move-to-page": DOCUMENT,
    "move-to-gone": ("hard", "answered 410 Gone"),
    "move-to-itself": CIRCLE,
    "move-in-circle": ("hard", "redirects"),
    "chain-5": DOCUMENT,
    "chain-6": ("hard", "redirects more than 5 times"),
    "move-nowhere": ("hard", "answered 302 Found"),
    "move-to-empty": ("hard", "answered 302 Found"),
    "move-to-file": ("hard", "which is not an http or https address"),
    "move-to-script": ("hard", "which is not an http or https address"),
    "move-to-metadata": INSIDE,
    "move-with-password": ("hard", "which carries a user name"),
    "move-to-port-0": ("hard", "which is not an address"),
    "move-to-long": ("hard", "which is longer than 2,048 characters"),
    "move-backslash": ("hard", "which is not an address"),
    "move-to-escape": (
        "hard",
        "redirects to / ]0;owned \ufffd2J, which is not an address",
    ),
    "choices": ("hard", "answered 300 Multiple Choices"),
    "refresh": DOCUMENT,
    "refresh-itself": CIRCLE,
    "refresh-to-metadata": INSIDE,
    "refresh-later": DOCUMENT,
    "tls-untrusted": ("hard", "its TLS certificate is not trusted"),
    "tls-none": ("hard", "TLS failed: "),
}
RETRIES = {
    "too-many-seconds": 120,
    "too-many-week": 86_400,
    "forbidden-seconds": 30,
    "busy-until": 600,
    "busy-until-clock-off": 600,
}
"""Mode -> seconds to stay away; the others ask for none."""

_PAGE = "is an HTML page, not a feed"
NO_FEEDS: Mapping[str, str] = {
    "page": _PAGE,
    "page-as-feed": _PAGE,
    "move-to-page": _PAGE,
    "refresh-later": _PAGE,
    "empty-body": "is empty",
    "gzip-of-nothing": "is empty",
    "gzip-undeclared": "is not a feed",
    "garbage": "is not a feed",
    "length-too-short": "is malformed or cut off before its first item ends",
    "json-error": "is JSON, but not a JSON Feed",
    "cut-xml": "is malformed or cut off before its first item ends",
}
"""Documents that cannot be read, and why."""

Outcome = Document | Unchanged | FetchError


def _resolve(host: str, port: int) -> list[str]:
    return ["127.0.0.1"] if host.endswith(".example") else [host]


def _fetch(fetcher: Fetcher, base: str, mode: str) -> Outcome:
    """Each mode lives on a host of its own, so that no turn is waited for."""
    url = base.replace("127.0.0.1", f"{mode}.example") + mode
    etag = faults.ETAG if OUTCOMES[mode] == UNCHANGED else None
    try:
        return fetcher.fetch(feed(mode, url=url), FeedState(url, etag=etag))
    except FetchError as exc:
        return exc


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Mapping[str, Outcome]]:
    with (
        pytest.MonkeyPatch.context() as patch,
        faults.serve() as base,
        Fetcher("x", TIMEOUT, LIMIT, 0, _resolve) as fetcher,
        ThreadPoolExecutor(8) as pool,
    ):
        patch.setattr(fetch_call, "is_public", lambda address: address == "127.0.0.1")
        for bomb in (mode for mode in OUTCOMES if mode.startswith("bomb")):
            _fetch(fetcher, base, bomb)  # making one takes longer than TIMEOUT
        answers = pool.map(lambda mode: _fetch(fetcher, base, mode), OUTCOMES)
        yield dict(zip(OUTCOMES, answers, strict=True))


def test_every_fault_has_its_outcome() -> None:
    assert set(OUTCOMES) == set(faults.MODES)


@pytest.mark.parametrize("mode", OUTCOMES)
def test_a_fault_has_the_outcome_of_the_table(
    mode: str, outcomes: Mapping[str, Outcome]
) -> None:
    outcome = outcomes[mode]
    if isinstance(outcome, FetchError):
        assert outcome.kind == OUTCOMES[mode][0]
        assert OUTCOMES[mode][1] in outcome.reason
        assert OUTCOMES[mode][1]
        assert str(outcome).isprintable()
        assert outcome.retry_after == pytest.approx(RETRIES.get(mode), abs=1)
    else:
        assert type(outcome).__name__.lower() == OUTCOMES[mode][0]


def test_whatever_its_packing_a_sound_body_is_the_same(
    outcomes: Mapping[str, Outcome],
) -> None:
    sound = ["feed", "no-length", "chunks-of-one", "chain-5", "refresh", "cookies"]
    packed = ["gzip", "deflate", "deflate-raw", "br", "zstd", "gzip-of-br"]
    for mode in [*sound, *packed, "gzip-then-rubbish", "move-relative"]:
        outcome = outcomes[mode]
        assert isinstance(outcome, Document)
        assert outcome.body == faults.FEED


def test_the_word_that_nothing_changed_keeps_its_headers(
    outcomes: Mapping[str, Outcome],
) -> None:
    outcome = outcomes["unchanged"]
    assert isinstance(outcome, Unchanged)
    assert outcome.headers["cache-control"] == "max-age=1800"


@pytest.mark.parametrize(
    ("mode", "is_moved"),
    [("feed", False), ("move-for-good", True), ("move-for-now", False)]
    + [("chain-5", True), ("refresh", False)],
)
def test_only_what_moves_for_good_has_moved(
    mode: str, is_moved: bool, outcomes: Mapping[str, Outcome]
) -> None:
    outcome = outcomes[mode]
    assert isinstance(outcome, Document)
    assert outcome.moved_to == (outcome.url if is_moved else None)


# --- what is left of the feed ------------------------------------------------------------

PACE = Pace(15, 240)
WEEK = timedelta(days=7)


def _polled(store: Store, of: Feed, answer: Outcome, now: datetime) -> FeedState:
    """The feed's state after a poll in which it answered so."""

    def fetch(feed: Feed, state: FeedState) -> Document | Unchanged:
        if isinstance(answer, FetchError):
            raise answer
        return answer

    with ThreadPoolExecutor(1) as threads:
        crew = polling.Crew(fetch, threads, Inline())
        list(polling.poll(store.feeds.states([of]), crew, store, now, PACE))
    [(_, state)] = store.feeds.states([of])
    return state


@pytest.mark.parametrize("mode", OUTCOMES)
def test_a_fault_leaves_the_feed_in_a_state_that_tells_of_it(
    mode: str, outcomes: Mapping[str, Outcome], store: Store
) -> None:
    outcome, of = outcomes[mode], feed(mode)
    news = faults.FEED.replace(b"agua", b"nieve")
    was = _polled(store, of, Document(of.url, news, {"etag": faults.ETAG}), NOW)
    state = _polled(store, of, outcome, NOW + WEEK)
    if isinstance(outcome, FetchError):
        reason, kind = outcome.reason, outcome.kind
    elif mode in NO_FEEDS:
        reason, kind = NO_FEEDS[mode], "hard"
    else:
        assert (state.error, state.failures, state.last_good) == (None, 0, NOW + WEEK)
        return
    assert (state.error, state.failure, state.failures) == (reason, kind, 1)
    assert (state.etag, state.body_hash) == (None, None)
    assert (state.last_good, was.last_good) == (NOW, NOW)
    assert (state.retired == NOW + WEEK) is (kind == "gone")
    assert [f.reason for f in store.feeds.failures(NOW)[of.url]] == [reason]
    # A 304 that nobody asked for does not turn it green.
    state = _polled(store, of, Unchanged(of.url, {}), NOW + 2 * WEEK)
    assert (state.error, state.failures, state.last_good) == (reason, 2, NOW)
