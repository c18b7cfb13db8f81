"""
Whether a feed is well: what its polls say of its volume, its dates and its failures.

Volume is counted in new items a day. News has a weekly rhythm and comes in bursts, so
counts are expected by the day of the week and spread more than a Poisson count would.
A day speaks of volume if it is over, a poll of it went well, and one of the day before:
what a first poll or the first one after a breakdown finds has piled up before.

Measured on simulated feeds (1500 mornings each; tests/test_health.py repeats it in
small), with variance mean + mean² / k for k of 3 or more, a weekly column and a feed of
working days among them: false silence on 0.3 % of mornings or fewer, false flood on
0.2 % or fewer. A feed that stops is called silent after 1 day (median) at 20 items a
day, 2 or 3 at 5, 8 at 1, and after 47 if it is a weekly column. A flood of five times
the usual is told at 5 items a day or more (92 % of the time; 40 % if k is 3, where such
days come by chance). Ten items on one day in seven at random is the worst case: false
silence on 2.5 % of mornings.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median

from monitor.feeds.changes import ChangePoint, changes
from monitor.model import Failure, FailureKind, Feed, FeedState, PollDay

_DAY = timedelta(days=1)
_RECENT = 28
"""Days that shares and the usual count look back on: four whole weeks."""
_BASELINE = 56
"""Days that the rhythm is learnt from: eight of each day of the week."""
_ENOUGH = 14
"""Days without which nothing is called usual: two of each day of the week."""
_HISTORY = 112
"""Days that are searched for changes: sixteen weeks."""
_RARE = math.log(1000)
"""Silence and flood have a chance below one in a thousand: of a hundred feeds, one
false alarm in ten days at the most."""
_FLOOD = 3
"""A flood is at least so many times the usual."""
_FLOOD_ITEMS = 10
"""Fewer new items a day drown nobody."""
_DORMANT = 84
"""Healthy days without an item, twelve weeks, that are silence in any rhythm."""


@dataclass(frozen=True, slots=True)
class FeedReport:
    """One feed's health on one day."""

    feed: Feed
    last_good: datetime | None
    failures: int
    """Failed polls in a row."""
    error: str | None
    failure: FailureKind | None
    retired: datetime | None
    reasons: tuple[Failure, ...]
    """Why it failed before, the latest first."""
    share_undated: float | None
    """Of the items of the last 28 days; None if there were none. So the next two."""
    share_future: float | None
    share_duplicate: float | None
    usual_per_day: float | None
    """Median of new items on the last 28 days that speak; None if none does."""
    change_points: tuple[ChangePoint, ...]
    is_silent: bool
    """Whether it has had nothing new for too long, by its own rhythm, though its polls
    go well. A feed that fails is not silent but broken."""
    is_flooding: bool
    """Whether today has brought far too many new items, by its own rhythm."""
    days_silent: int
    """Healthy days that are over, since the last new item."""


def report(
    feed: Feed,
    state: FeedState,
    days: Sequence[PollDay],
    failures: Sequence[Failure],
    today: date,
) -> FeedReport:
    """A feed's health from its state, its days and its failures, in any order.

    ``days`` reach back as far as is kept, sixteen weeks at best; days without a poll
    are missing. ``today`` is in UTC and is not over.
    """
    past = sorted((d for d in days if d.day < today), key=_day)
    recent = [d for d in days if today - _RECENT * _DAY < d.day <= today]
    full = _full(past)
    silent = _silent_tail(past)
    return FeedReport(
        feed=feed,
        last_good=state.last_good,
        failures=state.failures,
        error=state.error,
        failure=state.failure,
        retired=state.retired,
        reasons=tuple(sorted(failures, key=_latest_first)),
        share_undated=_share(recent, sum(d.undated for d in recent)),
        share_future=_share(recent, sum(d.future for d in recent)),
        share_duplicate=_share(recent, sum(d.duplicates for d in recent)),
        usual_per_day=median(d.new for d in full[-_RECENT:]) if full else None,
        change_points=changes([(d.day, d.new) for d in full if _since(d, today)]),
        is_silent=state.error is None
        and not _new_on(days, today)
        and _is_silent(past, silent),
        is_flooding=_is_flooding(past, _new_on(days, today), today),
        days_silent=0 if _new_on(days, today) else len(silent),
    )


# --- days ----------------------------------------------------------------------


def _day(of: PollDay) -> date:
    return of.day


def _latest_first(failure: Failure) -> tuple[float, str, str]:
    return -failure.last.timestamp(), failure.kind, failure.reason


def _since(day: PollDay, today: date) -> bool:
    return (today - day.day).days <= _HISTORY


def _is_healthy(day: PollDay) -> bool:
    return day.polls > day.failures


def _full(past: Sequence[PollDay]) -> list[PollDay]:
    """The days that speak of volume, oldest first."""
    healthy = {d.day for d in past if _is_healthy(d)}
    return [d for d in past if d.day in healthy and d.day - _DAY in healthy]


def _silent_tail(past: Sequence[PollDay]) -> list[PollDay]:
    """The healthy days since the last new item, newest first."""
    tail: list[PollDay] = []
    for day in reversed(past):
        if day.new:
            break
        if _is_healthy(day):
            tail.append(day)
    return tail


def _new_on(days: Iterable[PollDay], today: date) -> int:
    return sum(d.new for d in days if d.day == today)


def _share(days: Sequence[PollDay], part: int) -> float | None:
    read = sum(d.new + d.duplicates for d in days)
    return min(1.0, part / read) if read else None


# --- rhythm --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How many new items a day of the week brings, as a negative binomial count."""

    means: tuple[float, ...]
    """By weekday, Monday first."""
    evenness: float
    """The count's variance is mean + mean² / evenness."""

    def surprise(self, day: date, count: int) -> float:
        """How unlikely a count so far off is, as -ln of a bound on its chance.

        Chernoff's bound; for a count of 0 it is the chance itself.
        """
        mean, k = self.means[day.weekday()], self.evenness
        whole = (count + k) * math.log((count + k) / (mean + k))
        return (count * math.log(count / mean) if count else 0.0) - whole


def _rhythm(full: Sequence[PollDay]) -> _Rhythm | None:
    """The rhythm of the last eight weeks; None if they tell too little.

    Half a day of the overall mean is mixed into each weekday's, for a weekday that has
    been empty eight times need not be so for ever.
    """
    days = full[-_BASELINE:]
    overall = fmean(d.new for d in days) if days else 0.0
    if len(days) < _ENOUGH or not overall:
        return None
    by_weekday = [[d.new for d in days if d.day.weekday() == w] for w in range(7)]
    means = tuple((sum(w) + 0.5 * overall) / (len(w) + 0.5) for w in by_weekday)
    expected = [means[d.day.weekday()] for d in days]
    excess = sum((d.new - m) ** 2 - m for d, m in zip(days, expected, strict=True))
    squares = sum(m * m for m in expected)
    # Below 1, one flood among eight weeks would excuse a week of silence.
    return _Rhythm(means, max(1.0, squares / excess) if excess > 0 else _EVEN)


_EVEN = 1e6  # a Poisson count, as near as doubles go


def _is_silent(past: Sequence[PollDay], silent: Sequence[PollDay]) -> bool:
    """Whether the silence is rarer than one in a thousand, and twice as odd as any.

    The second condition is for feeds that publish in bursts, whose gaps are longer
    than independent items would leave. Whole days are counted, so it is a day at least.
    """
    if len(silent) >= _DORMANT:
        return True
    before = _full([d for d in past if not silent or d.day < silent[-1].day])
    rhythm = _rhythm(before)
    if not silent or rhythm is None:
        return False
    oddness = sum(rhythm.surprise(d.day, 0) for d in silent)
    return oddness > max(_RARE, 2 * _oddest_gap(rhythm, before[-_BASELINE:]))


def _oddest_gap(rhythm: _Rhythm, days: Iterable[PollDay]) -> float:
    oddest = gap = 0.0
    for day in days:
        gap = 0.0 if day.new else gap + rhythm.surprise(day.day, 0)
        oddest = max(oddest, gap)
    return oddest


def _is_flooding(past: Sequence[PollDay], new: int, today: date) -> bool:
    """Whether a count is rarer than one in a thousand, three times the usual, and many.

    It must also beat every day of the baseline, again for feeds that publish in bursts.
    The first day after a breakdown is not judged.
    """
    full = _full(past)
    rhythm = _rhythm(full)
    is_fresh = bool(past) and past[-1].day == today - _DAY and _is_healthy(past[-1])
    if rhythm is None or not is_fresh:
        return False
    usual = max(rhythm.means[today.weekday()], median(d.new for d in full[-_RECENT:]))
    is_many = new >= max(_FLOOD_ITEMS, _FLOOD * usual)
    is_most = new > max(d.new for d in full[-_BASELINE:])
    return is_many and is_most and rhythm.surprise(today, new) > _RARE
