from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import NOW
from monitor.errors import FeedError
from monitor.feeds.cadence import Haul, Pace
from monitor.feeds.learn import conditions, is_lying, learn_failure, learn_success
from monitor.model import Document, FailureKind, FeedState, Unchanged

URL = "https://diario.example/rss.xml"
NEW_URL = "https://diario.example/feed/"
HOUR = timedelta(hours=1)
PACE = Pace(15, 240)
MODIFIED = "Mon, 02 Mar 2026 11:00:00 GMT"
WELL = FeedState(
    URL,
    etag='"one"',
    last_modified=MODIFIED,
    body_hash="one",
    last_poll=NOW - HOUR,
    last_good=NOW - HOUR,
    last_full=NOW - HOUR,
    interval_minutes=60,
)


def document(moved_to: str | None = None, **headers: str) -> Document:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Document(URL, b"<rss/>", named, moved_to)


def fail(
    state: FeedState, kind: FailureKind = "soft", now: datetime = NOW
) -> FeedState:
    return learn_failure(state, FeedError(URL, "HTTP 503", kind), now, PACE)


def unchanged(state: FeedState, moved_to: str | None = None) -> FeedState:
    return learn_success(state, Unchanged(URL, {}, moved_to), Haul(), NOW, PACE)


def read(
    state: FeedState, answer: Document, body_hash: str = "two", new: int = 1
) -> FeedState:
    return learn_success(state, answer, Haul(body_hash, 30, new), NOW, PACE)


# --- going well ----------------------------------------------------------------------


def test_a_document_read_teaches_everything_anew() -> None:
    after = read(fail(WELL), document(etag='"two"'))
    assert after == FeedState(
        URL,
        etag='"two"',
        body_hash="two",
        last_poll=NOW,
        last_good=NOW,
        last_full=NOW,
        interval_minutes=30,
        next_poll=after.next_poll,
    )
    assert after.next_poll is not None
    assert NOW + 0.5 * HOUR <= after.next_poll <= NOW + 0.55 * HOUR


def test_an_unchanged_feed_keeps_its_validators_and_is_asked_later() -> None:
    after = unchanged(WELL)
    assert after == replace(
        WELL,
        last_poll=NOW,
        last_good=NOW,
        interval_minutes=120,
        next_poll=after.next_poll,
    )


def test_a_retired_feed_that_is_read_again_is_back() -> None:
    retired = fail(WELL, "gone")
    assert read(retired, document()).retired is None


def test_a_feed_s_way_is_kept_until_it_moves_on_or_back() -> None:
    moved = read(WELL, document(moved_to=NEW_URL))
    assert moved.moved_to == NEW_URL
    assert unchanged(moved).moved_to == NEW_URL
    assert unchanged(moved, moved_to=NEW_URL + "2").moved_to == NEW_URL + "2"
    assert read(moved, document(moved_to=URL)).moved_to is None


# --- failing -------------------------------------------------------------------------


def test_a_failure_forgets_what_a_condition_needs_and_keeps_the_last_good() -> None:
    after = fail(WELL)
    assert (after.etag, after.last_modified, after.body_hash) == (None, None, None)
    assert (after.error, after.failure, after.failures) == ("HTTP 503", "soft", 1)
    assert (after.last_good, after.last_poll) == (WELL.last_good, NOW)
    assert after.interval_minutes == 60
    assert conditions(after, NOW).etag is None


def test_an_unchanged_after_a_failure_never_turns_a_feed_green() -> None:
    after = unchanged(fail(WELL))
    assert (after.error, after.failure, after.failures) == ("HTTP 503", "soft", 2)
    assert after.last_good == WELL.last_good


def test_a_feed_that_answers_410_retires() -> None:
    after = fail(replace(WELL, moved_to=NEW_URL), "gone")
    assert (after.retired, after.next_poll, after.moved_to) == (NOW, None, None)


def test_a_retired_feed_stays_so_while_it_fails_otherwise() -> None:
    after = fail(fail(WELL, "gone"), "soft", NOW + HOUR)
    assert (after.retired, after.next_poll) == (NOW, None)


@pytest.mark.parametrize("kind", ["soft", "hard", "dns"])
def test_the_third_failure_in_a_row_sends_us_to_the_first_address(
    kind: FailureKind,
) -> None:
    state = replace(WELL, moved_to=NEW_URL)
    ways = []
    for _ in range(3):
        state = fail(state, kind)
        ways.append(state.moved_to)
    assert ways == [NEW_URL, NEW_URL, None]


def test_retry_after_is_heard() -> None:
    error = FeedError(URL, "HTTP 429", "soft", retry_after=7200)
    after = learn_failure(WELL, error, NOW, PACE)
    assert after.next_poll is not None
    assert NOW + 2 * HOUR <= after.next_poll <= NOW + 2.2 * HOUR


# --- validators ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "state, sends",
    [
        (WELL, True),
        (replace(WELL, distrusts_validators=True), False),
        (replace(WELL, last_full=None), False),
        (replace(WELL, last_full=NOW - 23 * HOUR), True),
        (replace(WELL, last_full=NOW - 24 * HOUR), False),
        (replace(WELL, error="HTTP 503"), False),
    ],
)
def test_a_condition_is_sent_while_it_can_be_trusted(
    state: FeedState, sends: bool
) -> None:
    asked = conditions(state, NOW)
    assert (asked.etag, asked.last_modified) == (
        ('"one"', MODIFIED) if sends else (None, None)
    )
    assert replace(asked, etag=WELL.etag, last_modified=MODIFIED) == state


OLD = replace(WELL, etag=None)
WEAK = replace(WELL, etag='W/"one"')


@pytest.mark.parametrize(
    "state, headers, body_hash, lies",
    [
        (WELL, {"etag": '"one"'}, "two", True),
        (WELL, {"etag": 'W/"one"'}, "two", True),
        (WEAK, {"etag": '"one"'}, "two", True),
        (WELL, {"etag": '"one"'}, "one", False),
        (WELL, {"etag": '"two"', "last_modified": MODIFIED}, "two", False),
        (WELL, {"last_modified": MODIFIED}, "two", False),
        (OLD, {"last_modified": MODIFIED}, "two", True),
        (OLD, {"last_modified": "Mon, 02 Mar 2026 11:30:00 GMT"}, "two", False),
        (OLD, {}, "two", False),
        (FeedState(URL), {}, "two", False),
    ],
)
def test_validators_that_outlive_their_body_are_lies(
    state: FeedState, headers: dict[str, str], body_hash: str, lies: bool
) -> None:
    assert is_lying(state, document(**headers), body_hash) is lies


def test_a_lie_is_remembered() -> None:
    caught = read(WELL, document(etag='"one"'))
    honest = read(caught, document(etag='"three"'), "three")
    assert caught.distrusts_validators
    assert honest.distrusts_validators
    assert conditions(honest, NOW).etag is None
