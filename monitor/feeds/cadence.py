"""When a feed is polled next, and in which order those due are asked."""

import re
import zlib
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from heapq import heapify, heappop, heappush
from urllib.parse import urlsplit

from monitor.model import FailureKind, Feed, FeedState

_DAY = timedelta(days=1)
"""The longest that anybody may send us away. Media Cloud's fetcher has the same cap:
it met a Retry-After of 88 hours."""
_MOST = 2 / 3
"""A document with more than this share of new items may have dropped some unseen;
Media Cloud shortens its interval from the same share on."""
_WEIGHTS: Mapping[FailureKind, float] = {"hard": 1, "soft": 0.5, "dns": 0.25, "gone": 1}
"""Doublings a failure costs, as Media Cloud's fetcher weighs them: what lasts until a
person acts, what passes by itself, and what is often our own line being down."""
_DOUBLINGS = 11  # of one minute make more than a day; any more would overflow
_SPREAD = 0.1  # of the wait: 90 s of a quarter of an hour
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?([0-9]+)', re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pace:
    """Between which bounds the wait between two polls is learnt."""

    interval_minutes: int
    """The shortest wait."""
    longest_minutes: int
    """The longest that a feed with nothing new comes to wait."""

    def within(self, minutes: float) -> int:
        """The nearest wait that the bounds allow."""
        return max(self.interval_minutes, int(min(minutes, self.longest_minutes)))


@dataclass(frozen=True, slots=True)
class Haul:
    """What one good poll brought; as it is, what an unchanged feed brings."""

    body_hash: str | None = None
    """Of the document, if it came whole."""
    held: int = 0
    """Items it holds."""
    new: int = 0
    """Those of them that this feed had not shown before, whoever else had."""


def after_success(
    state: FeedState,
    haul: Haul,
    headers: Mapping[str, str],
    now: datetime,
    pace: Pace,
) -> tuple[int, datetime]:
    """The learnt wait in minutes, and when to poll a feed again that was read well.

    The site may ask for a longer wait than the learnt one, of up to a day, never for
    a shorter one; RSS's ``ttl`` and ``sy:updatePeriod`` are left unread, since they are
    defaults of the software that nobody means. ``state`` is the one before the poll.
    """
    minutes = learnt_minutes(state, haul, now, pace)
    asked = min(wish(headers, now), _harmless(state, haul, now))
    wait = max(timedelta(minutes=minutes), asked)
    return minutes, _spread(now, wait, state.url, pace)


def learnt_minutes(state: FeedState, haul: Haul, now: datetime, pace: Pace) -> int:
    """The wait that what a good poll brought asks for, in minutes.

    Nothing new doubles the wait. Something new halves it, or shortens it to the time
    that one item took at the pace just seen, whichever is shorter: so a wait that grew
    over night is short again after the first poll of the morning. A document that is
    mostly new may have lost items; it brings the shortest wait at once.

    It settles where about every second poll brings something, near the mean gap
    between two items. Media Cloud lets a third of the document go by between polls,
    which spares 180,000 feeds; who was first asks for fresher eyes.
    """
    wait = state.interval_minutes or pace.interval_minutes
    if haul.new <= 0:
        return pace.within(wait * 2)
    if state.last_good is None or haul.new > _MOST * haul.held:
        return pace.within(0)
    passed = (now - state.last_good) / timedelta(minutes=1)
    return pace.within(min(wait / 2, passed / haul.new))


def after_failure(
    state: FeedState, now: datetime, pace: Pace, retry_after: float | None
) -> datetime | None:
    """When to poll a feed again that failed; ``state`` is the new one.

    Each failure in a row doubles the shortest wait, or doubles it by a half or a
    quarter where its kind is one that passes, up to a day: feeds that answer 404 today
    do come back, so none is given up. The last failure's kind speaks for all in the
    row. A feed in trouble is never asked more often than when it was well, nor before
    ``retry_after`` (seconds), of which a day is believed. None if it is retired.
    """
    if state.retired is not None:
        return None
    doublings = min(state.failures * _WEIGHTS[state.failure or "hard"], _DOUBLINGS)
    wait = max(
        timedelta(minutes=pace.interval_minutes) * 2**doublings,
        timedelta(minutes=state.interval_minutes or 0),
        _seconds(retry_after or 0),
    )
    return _spread(now, wait, state.url, pace)


def wish(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a site asks to be left alone after a good answer; zero if it does not.

    That is ``max-age``, or else ``Expires`` against the answer's own ``Date``, less the
    time it has lain in caches (``Age``): RFC 9111, 4.2. ``s-maxage`` is for shared
    caches, which we are not; ``no-cache`` and ``no-store`` wish for no wait at all.
    Header names are in lower case; what cannot be read is no wish.
    """
    control = headers.get("cache-control", "")
    if _UNCACHED.search(control):
        return timedelta()
    if age := _MAX_AGE.search(control):
        lifetime = _seconds(_number(age[1]))
    else:
        sent = _http_date(headers.get("date", "")) or now
        expires = _http_date(headers.get("expires", "")) or sent
        lifetime = min(expires - sent, _DAY)
    return max(timedelta(), lifetime - _seconds(_number(headers.get("age", ""))))


def in_turn(
    due: Sequence[tuple[Feed, FeedState]],
) -> list[tuple[Feed, FeedState]]:
    """The feeds in an order that keeps those of one host or outlet far apart.

    No two of them are nearer than the largest family allows; within that, the feed
    that is longest overdue comes first. The order of ``due`` does not matter.
    """
    families = _families(sorted(due, key=_overdue))
    largest = max(map(len, families), default=0)
    rest = sum(map(len, families)) - sum(len(f) == largest for f in families)
    apart = rest // (largest - 1) if largest > 1 else 1
    ready = [(-len(family), place) for place, family in enumerate(families)]
    heapify(ready)
    order: list[tuple[Feed, FeedState]] = []
    resting: deque[tuple[int, int]] = deque()
    while ready:
        left, place = heappop(ready)
        order.append(families[place].popleft())
        resting.append((left + 1, place))
        if len(resting) >= apart:
            rested = resting.popleft()
            if rested[0]:
                heappush(ready, rested)
    return order


# --- waits ---------------------------------------------------------------------


def _harmless(state: FeedState, haul: Haul, now: datetime) -> timedelta:
    """The longest wait that loses no items: until half of the document is replaced.

    That is at the pace just seen. A wish of a day on a feed that turns over in six
    hours is a slip of whoever set up the cache. The first poll tells nothing of the
    pace, so the first wish is granted in full.
    """
    if state.last_good is None or haul.new <= 0:
        return _DAY
    passed = (now - state.last_good).total_seconds()
    return _seconds(passed * haul.held / (2 * haul.new))


def _spread(now: datetime, wait: timedelta, url: str, pace: Pace) -> datetime:
    """At the end of a wait or a little later, but within a day in all.

    The little is a tenth of the wait or less, always the same for the same ``url``, so
    that feeds polled together, or turned away together, do not come back together.
    """
    cap = max(_DAY, timedelta(minutes=pace.interval_minutes))
    return now + min(wait + wait * _SPREAD * _share(url), cap)


def _share(url: str) -> float:
    """A fixed place between 0 and 1 for every address."""
    return zlib.crc32(url.encode(errors="replace")) / 2**32


def _seconds(count: float) -> timedelta:
    """A wait of so many seconds, of which a day is believed."""
    return timedelta(seconds=max(0.0, min(count, _DAY.total_seconds())))


def _number(text: str) -> int:
    """The number a header begins with; 0 without one. Nine digits are 31 years."""
    digits = re.match(r"[0-9]{1,9}", text.strip())
    return int(digits[0]) if digits else 0


def _http_date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


# --- turns ---------------------------------------------------------------------


def _overdue(of: tuple[Feed, FeedState]) -> tuple[datetime, str]:
    """Sorts the longest overdue first, and a feed never polled before all."""
    feed, state = of
    return state.next_poll or datetime.min.replace(tzinfo=UTC), feed.url


def _families(
    due: Sequence[tuple[Feed, FeedState]],
) -> list[deque[tuple[Feed, FeedState]]]:
    """Feeds joined by a host or an outlet, each family in the order of ``due``."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parents.setdefault(name, name)) != name:
            parents[name] = name = parents[above]
        return name

    for feed, state in due:
        parents[root(_host(feed, state))] = root(feed.outlet)
    families: dict[str, deque[tuple[Feed, FeedState]]] = defaultdict(deque)
    for feed, state in due:
        families[root(feed.outlet)].append((feed, state))
    return list(families.values())


def _host(feed: Feed, state: FeedState) -> str:
    """Marked as a host, so that an outlet of the same name is not taken for it."""
    return f"//{urlsplit(state.moved_to or feed.url).netloc}"
