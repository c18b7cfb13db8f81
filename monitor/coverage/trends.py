"""
How volume changes: items of both sides by hour or day, stories that jump, and sides
that fall quiet.

A story jumps if its last hours brought more than its own earlier rate makes likely,
with its side's rhythm taken out: at three in the morning two items are many. Two counts
of one rate share their sum as a coin would (the binomial test of two Poisson rates), so
that no rate has to be known.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.comparison import SideHealth
from monitor.coverage.volumes import Rhythm, evenness, surprise
from monitor.model import SIDES, Country

By = Literal["hour", "day"]

RECENT = timedelta(hours=6)
"""What a jump or a quiet side is looked for in: a shift at a desk."""
BEFORE = timedelta(hours=72)
"""What a story's earlier rate is counted in; without a new item so long it is over."""
LEAST_ITEMS = 5
"""Fewer are no jump, however rare."""
LEAST_OUTLETS = 3
"""Nor are those of fewer outlets: one desk may publish in bursts."""
LEAST_TIMES = 2.0
"""A jump is at least so many times what was to be expected."""
RARE = math.log(1000)
"""Of a jump and of a quiet side the chance is below one in a thousand."""
LEAST_DAYS = 7
"""Healthy days without which nothing is called usual: each day of the week once."""
_LATE = timedelta(hours=1)
"""What was published within it may not have been polled yet."""
_HOUR = timedelta(hours=1)
_OFTEN = 5
"""Stretches in four weeks; a day without the network is four of six hours."""


@dataclass(frozen=True, slots=True)
class Step:
    """The items of one hour or day."""

    start: datetime
    """In the zone of the reader."""
    items: Mapping[Country, int]
    """Always both sides."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A story that suddenly brings more."""

    story: str
    items: int
    """In the last hours, of both sides."""
    expected: float
    """Items by its own earlier rate and its sides' rhythm."""
    outlets: int
    """That had an item in those hours."""
    surprise: float
    """-ln of the chance of so many items, were its rate unchanged."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """How much a side has brought lately, against what it usually does."""

    side: Country
    start: datetime
    end: datetime
    items: int
    expected: float
    surprise: float
    """-ln of a bound on the chance of so few items; 0 if there are as many as usual."""
    before: float
    """The same of the fifth oddest stretch of time of the weeks before."""
    is_known: bool
    """Whether the side's rhythm is known."""
    health: SideHealth

    @property
    def is_quiet(self) -> bool:
        """Whether so few items have a chance below one in a thousand.

        They must also be rarer than what the side has shown again and again, for news
        that comes in bursts. Whatever the reason: where the health cannot tell, it is
        that feeds are down.
        """
        return self.is_known and self.surprise > max(RARE, self.before)


# --- series --------------------------------------------------------------------


def series(
    counts: Iterable[tuple[Country, datetime, int]],
    start: datetime,
    end: datetime,
    by: By,
    tz: str,
) -> list[Step]:
    """Items by side for every hour or day of a zone that [start, end) touches.

    ``counts`` are a side, a moment and how many items came then. Hours and days
    without an item are there; where clocks are set back an hour comes twice.
    """
    zone = ZoneInfo(tz)
    found: dict[datetime, Counter[Country]] = {}
    moment = _beginning(start, by, zone)
    while moment < end:
        found[moment] = Counter()
        moment = _next(moment, by, zone)
    for side, at, items in counts:
        if start <= at < end:
            found[_beginning(at, by, zone)][side] += items
    return [
        Step(moment.astimezone(zone), {side: counted[side] for side in SIDES})
        for moment, counted in found.items()
    ]


def beginning(moment: datetime, by: By, tz: str) -> datetime:
    """Where the hour or day of a zone begins that holds a moment, in UTC."""
    return _beginning(moment, by, ZoneInfo(tz))


def _beginning(moment: datetime, by: By, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if by == "day":
        return datetime.combine(local.date(), time(), zone).astimezone(UTC)
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _next(moment: datetime, by: By, zone: ZoneInfo) -> datetime:
    if by == "hour":
        return moment + _HOUR
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)


# --- rising stories --------------------------------------------------------------


def rise(
    story: str,
    moments: Iterable[tuple[Country, str, datetime]],
    usual: Mapping[Country, Rhythm],
    now: datetime,
    recent: timedelta = RECENT,
) -> Rise | None:
    """How a story's last hours compare with the three days before; None without items.

    ``moments`` are side, outlet and time of its items, in any order. What lies after
    ``now`` or before those days is left out. Where no rhythm is known every hour
    counts the same.
    """
    late: list[tuple[Country, str]] = []
    early = 0
    sides: Counter[Country] = Counter()
    for side, outlet, at in moments:
        if not now - recent - BEFORE < at <= now:
            continue
        sides[side] += 1
        if at > now - recent:
            late.append((side, outlet))
        else:
            early += 1
    if not late:
        return None
    share = _share_of_recent(sides, usual, now, recent)
    expected = (early + 0.5) * share / (1 - share)
    oddness = -_log_tail(len(late), early + len(late), share)
    outlets = len({outlet for _, outlet in late})
    return Rise(story, len(late), expected, outlets, oddness)


def is_jump(found: Rise) -> bool:
    """Whether a story has jumped: rare, several times what was expected, and many."""
    return (
        found.surprise > RARE
        and found.items >= max(LEAST_ITEMS, LEAST_TIMES * found.expected)
        and found.outlets >= LEAST_OUTLETS
    )


def rising(
    moments: Iterable[tuple[str, Country, str, datetime]],
    usual: Mapping[Country, Rhythm],
    now: datetime,
    recent: timedelta = RECENT,
) -> list[Rise]:
    """The stories that have jumped, the most surprising first.

    ``moments`` are story, side, outlet and time of items, in any order.
    """
    stories: dict[str, list[tuple[Country, str, datetime]]] = {}
    for story, side, outlet, at in moments:
        stories.setdefault(story, []).append((side, outlet, at))
    found = (rise(story, of, usual, now, recent) for story, of in stories.items())
    jumps = (each for each in found if each and is_jump(each))
    return sorted(jumps, key=lambda each: (-each.surprise, each.story))


def _share_of_recent(
    sides: Mapping[Country, int],
    usual: Mapping[Country, Rhythm],
    now: datetime,
    recent: timedelta,
) -> float:
    """Which share of items the last hours would have at an unchanged rate.

    By the rhythm of the sides, each as far as the story is theirs.
    """
    whole = sum(sides.values())
    plain = recent / (recent + BEFORE)
    shares = []
    for side, items in sides.items():
        late = usual[side].between(now - recent, now)
        both = usual[side].between(now - recent - BEFORE, now)
        shares.append(items / whole * (late / both if late and both else plain))
    return min(sum(shares), 0.99)


def _log_tail(least: int, of: int, chance: float) -> float:
    """ln of the chance of at least so many successes ``of`` so many trials."""
    terms = [
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(chance)
        + (of - k) * math.log1p(-chance)
        for k in range(least, of + 1)
    ]
    top = max(terms)
    return min(0.0, top + math.log(math.fsum(math.exp(term - top) for term in terms)))


# --- sides that fall quiet ---------------------------------------------------------


def quiet(
    counts: Mapping[datetime, int],
    rhythm: Rhythm,
    health: SideHealth,
    now: datetime,
    recent: timedelta = RECENT,
) -> Quiet:
    """Whether a side's last hours brought fewer items than its rhythm makes likely.

    ``counts`` has the items of hours by their beginnings, over the weeks that the
    rhythm was learnt from; those without an item may be missing. The newest hour is
    left out. How much counts spread is told from the same stretches of time
    before.
    """
    end = (now - _LATE).replace(minute=0, second=0, microsecond=0)
    start = end - recent
    pairs = [
        (_count(counts, moment, recent), rhythm.between(moment, moment + recent))
        for moment in _stretches(min(counts, default=start), start, recent)
    ]
    items, expected = _count(counts, start, recent), rhythm.between(start, end)
    spread = evenness(pairs)
    oddest = sorted((_oddness(*pair, spread) for pair in pairs), reverse=True)
    return Quiet(
        side=health.side,
        start=start,
        end=end,
        items=items,
        expected=expected,
        surprise=_oddness(items, expected, spread),
        before=oddest[_OFTEN - 1] if len(oddest) >= _OFTEN else 0.0,
        is_known=rhythm.days >= LEAST_DAYS,
        health=health,
    )


def _oddness(items: float, expected: float, spread: float) -> float:
    """How unlikely so few items are; 0 where there are as many as expected."""
    return surprise(items, expected, spread) if items < expected else 0.0


def _stretches(first: datetime, end: datetime, length: timedelta) -> Iterator[datetime]:
    """The beginnings of whole stretches of time from ``end`` back to ``first``."""
    while end - length >= first:
        end -= length
        yield end


def _count(counts: Mapping[datetime, int], start: datetime, length: timedelta) -> int:
    return sum(counts.get(start + n * _HOUR, 0) for n in range(length // _HOUR))
