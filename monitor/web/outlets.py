"""What each outlet brought and how it did against the others -> views."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from monitor.comparison import FeedHealth
from monitor.coverage.followers import FirstTold, Following, Outlet
from monitor.digest.headline import clean
from monitor.model import LANGUAGES, SIDES, Country, Language
from monitor.outline import OutletVolume
from monitor.web.days import day_of
from monitor.web.followers import lag_words
from monitor.web.guide import Guide
from monitor.web.health import FeedView, feed_view

Dates = tuple[str, Country, Language, int, int]
"""Outlet, side, language, items, and how many of them are undated."""
LEAST = 5
"""Stories that two outlets must share: the median of fewer says little of them."""
_HEIGHT = 100
"""Of the chart, in its own units."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What comparing outlets over some days comes to."""

    start: datetime
    end: datetime
    volumes: Sequence[OutletVolume]
    dates: Sequence[Dates]
    first: Mapping[Outlet, FirstTold]
    followings: Sequence[Following]
    """Of outlets of one side and the other, each leader first."""


@dataclass(frozen=True, slots=True)
class OutletRow:
    """One outlet on one side."""

    name: str
    href: str
    side: Country
    side_name: str
    languages: str
    items: str
    stories: str
    first: str
    """Stories of both sides that it had before all others; empty for none."""
    lag: str
    """The median by which it was ahead in those."""
    undated: str
    """``12%`` of its items; empty for none."""
    feeds: str
    """``2 of 3 well``; empty for an outlet that is read no more."""
    is_well: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart: its place in a box of 100 by 100."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DayCount:
    """The row of the table behind a bar."""

    day: str
    title: str
    items: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """One outlet of the other side, as seen from the page's own."""

    name: str
    href: str
    side: Country
    stories: str
    first: str
    """``7 : 3``, the page's own outlet first."""
    lag: str
    """The median, negative where the other was ahead."""
    stance: str
    """Of the page's own outlet: whether it leads, follows or neither."""


@dataclass(frozen=True, slots=True)
class OutletPage:
    """One outlet."""

    name: str
    owners: tuple[str, ...]
    rows: tuple[OutletRow, ...]
    """One for each side it reports from."""
    bars: tuple[Bar, ...]
    peak: str
    days: tuple[DayCount, ...]
    """The newest first."""
    pairs: tuple[PairRow, ...]
    feeds: tuple[FeedView, ...]


def outlet_rows(
    brought: Brought,
    health: Iterable[FeedHealth],
    guide: Guide,
    side: Country | None = None,
    language: Language | None = None,
) -> tuple[OutletRow, ...]:
    """Outlets that are followed or brought anything; those with most items first."""
    feeds = _by_outlet(health)
    languages: dict[Outlet, set[Language]] = {
        outlet: {h.feed.language for h in found} for outlet, found in feeds.items()
    }
    undated: Counter[Outlet] = Counter()
    for name, country, spoken, _, without in brought.dates:
        languages.setdefault(Outlet(country, name), set()).add(spoken)
        undated[Outlet(country, name)] += without
    volumes = {Outlet(v.side, v.outlet): v for v in brought.volumes}
    shown = [
        outlet
        for outlet, spoken in languages.items()
        if side in (None, outlet.side) and (language is None or language in spoken)
    ]
    nothing = OutletVolume("", "US", 0, 0)
    shown.sort(key=lambda o: (-volumes.get(o, nothing).items, o.name.casefold(), o))
    return tuple(
        _row(
            outlet,
            volumes.get(outlet, nothing),
            languages[outlet],
            undated[outlet],
            brought.first.get(outlet),
            feeds.get(outlet, ()),
            guide,
        )
        for outlet in shown
    )


def outlet_page(
    name: str,
    brought: Brought,
    hours: Iterable[tuple[datetime, int]],
    health: Sequence[FeedHealth],
    owners: Mapping[str, str],
    guide: Guide,
) -> OutletPage:
    """One outlet; ``hours`` are its items of these days by the hour."""
    mine = [h for h in health if h.feed.outlet == name]
    counts = _days(hours, brought.start, brought.end)
    peak = max(counts.values(), default=0)
    found = {owners.get(name, ""), *(h.feed.owner for h in mine)}
    rows = outlet_rows(brought, mine, guide)
    return OutletPage(
        name=clean(name),
        owners=tuple(sorted(clean(owner) for owner in found if clean(owner))),
        rows=tuple(row for row in rows if row.name == clean(name)),
        bars=tuple(_bars(list(counts.values()), peak)),
        peak=guide.number(peak),
        days=tuple(
            DayCount(day.isoformat(), guide.day(day), guide.number(n))
            for day, n in reversed(counts.items())
        ),
        pairs=tuple(_pairs(name, brought.followings, guide)),
        feeds=tuple(feed_view(h, guide) for h in mine),
    )


def address(outlet: str) -> str:
    """Of an outlet's page."""
    return f"/outlets/{quote(outlet, safe='')}"


def _by_outlet(health: Iterable[FeedHealth]) -> dict[Outlet, list[FeedHealth]]:
    found: dict[Outlet, list[FeedHealth]] = {}
    for each in health:
        found.setdefault(Outlet(each.feed.country, each.feed.outlet), []).append(each)
    return found


def _row(
    outlet: Outlet,
    volume: OutletVolume,
    spoken: set[Language],
    undated: int,
    first: FirstTold | None,
    feeds: Sequence[FeedHealth],
    guide: Guide,
) -> OutletRow:
    well = sum(each.is_healthy for each in feeds)
    named = {"en": guide.say("English"), "es": guide.say("Spanish")}
    return OutletRow(
        name=clean(outlet.name),
        href=address(outlet.name),
        side=outlet.side,
        side_name=guide.words.side[outlet.side],
        languages=", ".join(named[each] for each in LANGUAGES if each in spoken),
        items=guide.number(volume.items),
        stories=guide.number(volume.stories),
        first=guide.number(first.stories) if first else "",
        lag=lag_words(first.median, guide) if first else "",
        undated=f"{100 * undated / volume.items:.0f}%" if undated else "",
        feeds=(
            guide.say("{well} of {all} well", well=well, all=len(feeds))
            if feeds
            else ""
        ),
        is_well=well == len(feeds),
    )


def _days(
    hours: Iterable[tuple[datetime, int]], start: datetime, end: datetime
) -> dict[date, int]:
    first, last = day_of(start), day_of(end - timedelta(seconds=1))
    counts = {first + timedelta(days=n): 0 for n in range((last - first).days + 1)}
    for hour, items in hours:
        day = min(max(day_of(hour), first), last)
        counts[day] += items
    return counts


def _bars(counts: Sequence[int], peak: int) -> Iterable[Bar]:
    width = 100 / max(len(counts), 1)
    for n, count in enumerate(counts):
        if count:
            height = round(max(count / peak * _HEIGHT, 1.0), 2)
            left = round((n + 0.1) * width, 2)
            yield Bar(left, round(_HEIGHT - height, 2), round(width * 0.8, 2), height)


def _pairs(
    name: str, followings: Iterable[Following], guide: Guide
) -> Iterable[PairRow]:
    for side in SIDES:
        mine = Outlet(side, name)
        for each in followings:
            if mine not in (each.leader, each.follower):
                continue
            seen = each if each.leader == mine else each.turned()
            assert isinstance(seen.follower, Outlet)
            yield PairRow(
                name=clean(seen.follower.name),
                href=address(seen.follower.name),
                side=seen.follower.side,
                stories=guide.number(seen.stories),
                first=f"{guide.number(seen.led)} : {guide.number(seen.followed)}",
                lag=lag_words(seen.median, guide),
                stance=_stance(seen, guide),
            )


def _stance(seen: Following, guide: Guide) -> str:
    if seen.led == seen.followed:
        return guide.say("neither")
    return guide.say("leads") if seen.led > seen.followed else guide.say("follows")
