"""
Who follows whom: over many stories, which of two had them first, and by how long.

The two are outlets, or the two sides, in all stories or in those of each theme. In each
story that both cover they are compared as ``lag.py`` says, so that a copy leads nobody.
The answer is antisymmetric: seen from the other of the two, every count is the other's
and every lag has the other sign.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from statistics import median, quantiles
from typing import Literal, NamedTuple

from monitor.comparison import Coverage
from monitor.coverage.lag import Lag, Start, lag, start
from monitor.model import SIDES, Country, Item

NO_THEME = ""
"""Where stories stand that are of no theme."""


class Outlet(NamedTuple):
    """An outlet on one side; one that reports from both is two."""

    side: Country
    name: str


Name = Outlet | Country


@dataclass(frozen=True, slots=True)
class Following:
    """How often one of two had first what both cover, and by how long.

    ``stories`` = ``led`` + ``followed`` + ``ties`` + ``bounded`` + ``unclear``.
    """

    leader: Name
    """The one that the others are counted from: ``ranked`` makes it the one that was
    first more often."""
    follower: Name
    stories: int
    """Those that both cover."""
    led: int
    """Of those, how often the leader was first."""
    followed: int
    """How often the other was."""
    ties: int
    """How often both came within the same minute."""
    bounded: int
    """Poll-bounded: either may have been earlier. Counted apart, in nothing else."""
    unclear: int
    """Where one is undated or only copied first."""
    default_zone: int
    """Of ``led``, ``followed`` and ``ties``: those where a date was read in its
    outlet's zone."""
    low: float | None
    """Minutes from the leader's start to the other's, the lower quartile; negative
    where the other was first. None, as the next two, without a lag."""
    median: float | None
    high: float | None
    """The upper quartile."""

    @property
    def feed(self) -> int:
        """Of ``led``, ``followed`` and ``ties``: those by the feeds' own offsets."""
        return self.led + self.followed + self.ties - self.default_zone

    def turned(self) -> "Following":
        """The same, seen from the other of the two."""
        return Following(
            leader=self.follower,
            follower=self.leader,
            stories=self.stories,
            led=self.followed,
            followed=self.led,
            ties=self.ties,
            bounded=self.bounded,
            unclear=self.unclear,
            default_zone=self.default_zone,
            low=_minus(self.high),
            median=_minus(self.median),
            high=_minus(self.low),
        )


@dataclass(frozen=True, slots=True)
class FirstTold:
    """The stories of both sides that one outlet had before all others."""

    stories: int
    """Those whose lag is not poll-bounded."""
    median: float
    """Of their lags, in minutes: how far it was ahead of the other side."""


def first_told(coverages: Iterable[Coverage]) -> dict[Outlet, FirstTold]:
    """Outlet -> the stories whose leading side's first item is its own.

    Those without are left out.
    """
    lags: dict[Outlet, list[int]] = defaultdict(list)
    for coverage in coverages:
        side, minutes = coverage.leader, coverage.lag_minutes
        if side is None or minutes is None:
            continue
        first = coverage.sides[side].first
        if first is not None and coverage.lag_certainty != "poll-bounded":
            lags[Outlet(side, first.outlet)].append(minutes)
    return {
        outlet: FirstTold(len(found), float(median(found)))
        for outlet, found in lags.items()
    }


Pairs = Literal["across", "within"]
"""Outlets of one side with those of the other, or with those of their own."""


def by_outlet(
    coverages: Iterable[Coverage], pairs: Pairs = "across"
) -> list[Following]:
    """Each pair of outlets that have a story in common, by name.

    Seen from the US one or, within a side, from the first by name.
    """
    tallies: dict[tuple[Name, Name], list[Lag]] = defaultdict(list)
    for coverage in coverages:
        if pairs == "across" and not coverage.crosses_border:
            continue
        here, there = (_starts(coverage, side) for side in SIDES)
        both = {**here, **there}
        met = product(here, there) if pairs == "across" else _within(here, there)
        for one, other in met:
            tallies[one, other].append(lag(both[one], both[other]))
    return [_following(*pair, lags) for pair, lags in sorted(tallies.items())]


def by_side(coverages: Iterable[Coverage]) -> Following:
    """The two sides, over all stories that both cover, seen from the US."""
    return _following("US", "MX", [_lag(c) for c in coverages if c.crosses_border])


def by_theme(
    coverages: Iterable[Coverage], themes: Mapping[str, Sequence[str]]
) -> dict[str, Following]:
    """Theme -> the two sides over its stories, seen from the US.

    ``themes`` are the names of each story's, by its id. A story of several counts in
    each, one of none under ``NO_THEME``.
    """
    sorted_out: dict[str, list[Coverage]] = defaultdict(list)
    for coverage in coverages:
        if coverage.crosses_border:
            for theme in set(themes.get(coverage.story.id, ())) or {NO_THEME}:
                sorted_out[theme].append(coverage)
    return {theme: by_side(some) for theme, some in sorted(sorted_out.items())}


def leader_first(following: Following) -> Following:
    """As seen from the one that was first more often, or if neither was, by the median
    lag; where that is even too, as it is."""
    gap = following.led - following.followed or (following.median or 0)
    return following.turned() if gap < 0 else following


def ranked(followings: Iterable[Following], least: int = 1) -> list[Following]:
    """Those with at least so many stories, each leader first: the most stories, then
    the clearest lead, ahead."""
    kept = (leader_first(f) for f in followings if f.stories >= least)
    return sorted(
        kept,
        key=lambda f: (-f.stories, f.followed - f.led, *map(_written, (f, f.turned()))),
    )


def _written(following: Following) -> tuple[str, ...]:
    name = following.leader
    return tuple(name) if isinstance(name, Outlet) else (name,)


def _within(*sides: Iterable[Outlet]) -> Iterator[tuple[Outlet, Outlet]]:
    for side in sides:
        yield from combinations(sorted(side), 2)


def _starts(coverage: Coverage, side: Country) -> dict[Outlet, Start]:
    items: dict[Outlet, list[Item]] = defaultdict(list)
    covered = coverage.sides[side]
    for item in covered.items:
        items[Outlet(side, item.outlet)].append(item)
    return {outlet: start(some, covered.copies) for outlet, some in items.items()}


def _lag(coverage: Coverage) -> Lag:
    """The lag from the US to Mexico that ``compare`` found."""
    ahead = coverage.lag_minutes
    if ahead is not None and coverage.leader == "MX":
        ahead = -ahead
    return Lag(ahead, coverage.lag_certainty, coverage.no_leader)


def _following(one: Name, other: Name, lags: Sequence[Lag]) -> Following:
    sure = [found for found in lags if found.certainty not in {None, "poll-bounded"}]
    minutes = [found.ahead for found in sure if found.ahead is not None]
    certainties = Counter(found.certainty for found in lags)
    low, middle, high = _quartiles(minutes)
    return Following(
        leader=one,
        follower=other,
        stories=len(lags),
        led=sum(ahead > 0 for ahead in minutes),
        followed=sum(ahead < 0 for ahead in minutes),
        ties=minutes.count(0),
        bounded=certainties["poll-bounded"],
        unclear=certainties[None],
        default_zone=certainties["default-zone"],
        low=low,
        median=middle,
        high=high,
    )


def _quartiles(
    minutes: Sequence[int],
) -> tuple[float, float, float] | tuple[None, None, None]:
    """The lower one, the median and the upper one."""
    if not minutes:
        return None, None, None
    # A single value is its own quartile; the library knows that from 3.13 on.
    some = minutes if minutes[1:] else [*minutes, *minutes]
    low, middle, high = quantiles(some, n=4, method="inclusive")
    return low, middle, high


def _minus(minutes: float | None) -> float | None:
    return None if minutes is None else 0.0 - minutes
