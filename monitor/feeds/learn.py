"""What a poll teaches about a feed: a new FeedState from the old one and the answer."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import FeedError
from monitor.feeds.cadence import Haul, Pace, after_failure, after_success
from monitor.model import Document, FeedState, Unchanged

_FULL_EVERY = timedelta(days=1)
"""How long a feed's word that nothing changed is taken without looking."""
_MOVED_TRIES = 3
"""Failures in a row after which the address that a feed moved to is forgotten."""


def conditions(state: FeedState, now: datetime) -> FeedState:
    """The state to fetch with: without validators where they are not to be trusted.

    Some feeds repeat their ETag over a changed body, for which Media Cloud's fetcher
    sends none at all. Asking for the whole document once a day finds them out; from
    then on they are asked for it every time.
    """
    full = state.last_full  # in time to come, if the clock was ahead
    is_fresh = full is not None and timedelta(0) <= now - full < _FULL_EVERY
    if is_fresh and not state.distrusts_validators and state.error is None:
        return state
    return replace(state, etag=None, last_modified=None)


def is_lying(state: FeedState, document: Document, body_hash: str) -> bool:
    """Whether a document's validators are the last one's, and its body is not.

    ``state`` is the stored one, not what ``conditions`` made of it. ETags are compared
    weakly, as a condition compares them (RFC 9110, 8.8.3.2); Last-Modified counts
    where there is no ETag.
    """
    if state.body_hash is None or state.body_hash == body_hash:
        return False
    etag = document.headers.get("etag")
    if etag or state.etag:
        return _opaque(etag) == _opaque(state.etag)
    modified = document.headers.get("last-modified")
    return bool(modified) and modified == state.last_modified


def learn_success(
    state: FeedState,
    answer: Document | Unchanged,
    haul: Haul,
    now: datetime,
    pace: Pace,
) -> FeedState:
    """The state after a document was read, or said to be the one we know.

    An unchanged feed keeps its validators. After a failure there are none, so no
    condition is sent and no ``Unchanged`` can come; one that comes all the same proves
    nothing, and the failure stands.
    """
    if isinstance(answer, Unchanged) and state.error is not None:
        error = FeedError(state.url, state.error, state.failure or "hard")
        return learn_failure(state, error, now, pace)
    minutes, next_poll = after_success(state, haul, answer.headers, now, pace)
    moved_to = answer.moved_to or state.moved_to
    well = replace(
        state,
        failures=0,
        error=None,
        failure=None,
        retired=None,
        moved_to=None if moved_to == state.url else moved_to,
        last_poll=now,
        last_good=now,
        next_poll=next_poll,
        interval_minutes=minutes,
    )
    return well if isinstance(answer, Unchanged) else _with_body(well, answer, haul)


def learn_failure(
    state: FeedState, error: FeedError, now: datetime, pace: Pace
) -> FeedState:
    """The state after a feed could not be fetched or read; ``last_good`` stays.

    Validators and body hash are forgotten, so that no 304 and no equal body can turn a
    feed green whose document we could not read. So is, after three failures in a row,
    the address that it moved to: the first one is asked again, and where that still
    redirects we learn the way anew. One or two failures are not enough, for the first
    address may be gone for good. A feed that answers 410 retires; it stays retired
    until it is asked by name and read.
    """
    failures = state.failures + 1
    is_gone = error.kind == "gone"
    failed = replace(
        state,
        etag=None,
        last_modified=None,
        body_hash=None,
        failures=failures,
        error=error.reason,
        failure=error.kind,
        moved_to=None if is_gone or failures >= _MOVED_TRIES else state.moved_to,
        retired=state.retired or (now if is_gone else None),
        last_poll=now,
    )
    next_poll = after_failure(failed, now, pace, error.retry_after)
    return replace(failed, next_poll=next_poll)


def _with_body(state: FeedState, document: Document, haul: Haul) -> FeedState:
    """With what a whole document says of itself; a lie is never forgotten.

    ``state`` has the validators of the document before.
    """
    is_lie = haul.body_hash is not None and is_lying(state, document, haul.body_hash)
    return replace(
        state,
        etag=document.headers.get("etag"),
        last_modified=document.headers.get("last-modified"),
        body_hash=haul.body_hash,
        last_full=state.last_poll,
        distrusts_validators=state.distrusts_validators or is_lie,
    )


def _opaque(etag: str | None) -> str | None:
    return etag and etag.removeprefix("W/")
