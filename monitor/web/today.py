"""One day's edition -> the page of its stories: both sides first, then each alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from monitor.comparison import Coverage, LagCertainty, SideCoverage
from monitor.coverage.lag import first_dated
from monitor.digest.edition import is_new, items_within
from monitor.digest.headline import clean
from monitor.model import SIDES, Country, Item, Member
from monitor.readers import Edition
from monitor.web.evidence import StoryLink, story_link
from monitor.web.guide import Guide
from monitor.web.headlines import HeadlineView, headline_view

_VOUCHED = timedelta(days=1)
"""A feed read well within a day of a day's end would still have listed its items."""
SLOTS = 24
"""Dots on the line of a day: two of the same hour nearly cover each other, and a
thousand weigh 120 kB."""


@dataclass(frozen=True, slots=True)
class DotView:
    """The items of an hour on the line of the day."""

    x: str
    """``37.50%`` of the day."""
    title: str
    """The first of them, and how many more."""
    is_undated: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of one story."""

    side: Country
    name: str
    headline: HeadlineView
    counts: str
    dots: tuple[DotView, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story, told by one side or two."""

    id: str
    leader: Country | None
    lag: str
    """Empty for a story of one side."""
    certainty: LagCertainty | None
    certainty_words: str
    firsts: str
    """What the lag is measured between, where the headlines shown are later ones."""
    age: str
    is_new: bool
    crossed: str
    """Says so if a side took it up on this day."""
    watched: str
    items: str
    sides: tuple[SideView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """The stories that one side alone covers."""

    side: Country
    title: str
    note: str
    """What the other side's silence is worth."""
    stories: tuple[StoryView, ...]
    more: int
    """Stories left out."""


@dataclass(frozen=True, slots=True)
class TallyView:
    """One number at the top, and its part of the bar in per cent."""

    key: str
    number: str
    label: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DayTotals:
    """All the stories of a day, those that the page has no room for as well."""

    both: int
    only: Mapping[Country, int]
    leading: Mapping[Country, int]
    """Stories of both sides that each side leads, of those not on the page."""


@dataclass(frozen=True, slots=True)
class WatchedView:
    """One story of the page that is on a watch-list."""

    link: StoryLink
    names: str


@dataclass(frozen=True, slots=True)
class TodayView:
    """The whole page, but for the way to other days."""

    tallies: tuple[TallyView, ...]
    leads: str
    watched: tuple[WatchedView, ...]
    both_title: str
    both: tuple[StoryView, ...]
    more_both: int
    """Stories left out."""
    only: tuple[SectionView, ...]
    empty: str
    notes: tuple[str, ...]


def today_view(
    edition: Edition, polled: datetime | None, totals: DayTotals, guide: Guide
) -> TodayView:
    """A day's page of the stories of an edition, which may be some of the day's.

    ``polled`` is the moment that the edition's feed health speaks of.
    """
    make = _Cards(edition, polled, guide)
    return TodayView(
        tallies=tuple(_tallies(totals, guide)),
        leads=_leads(edition, totals, guide) if edition.both else "",
        watched=tuple(_watched(edition, guide)),
        both_title=guide.words.both_sides,
        both=tuple(map(make.story, edition.both)),
        more_both=max(totals.both - len(edition.both), 0),
        only=tuple(make.section(side, totals) for side in SIDES),
        empty=guide.words.no_stories,
        notes=tuple(_notes(edition, guide)),
    )


class _Cards:
    """Makes the stories of one edition."""

    def __init__(self, edition: Edition, polled: datetime | None, guide: Guide) -> None:
        self._edition = edition
        self._polled = polled
        self._guide = guide

    def section(self, side: Country, totals: DayTotals) -> SectionView:
        stories = self._edition.only[side]
        return SectionView(
            side=side,
            title=self._guide.words.only[side],
            note=self._silence(side) if stories else "",
            stories=tuple(map(self.story, stories)),
            more=max(totals.only[side] - len(stories), 0),
        )

    def story(self, coverage: Coverage) -> StoryView:
        guide, certainty = self._guide, coverage.lag_certainty
        members = {m.item.id: m for m in coverage.story.members}
        fresh = is_new(self._edition, coverage)
        return StoryView(
            id=coverage.story.id,
            leader=coverage.leader,
            lag=guide.lag(coverage) if coverage.crosses_border else "",
            certainty=certainty,
            certainty_words=guide.words.certainty[certainty] if certainty else "",
            firsts=self._firsts(coverage),
            age=(
                guide.words.new
                if fresh
                else guide.continuing(coverage.story.first_seen)
            ),
            is_new=fresh,
            crossed=self._crossed(coverage),
            watched=self._watched(coverage),
            items=guide.count(len(members), guide.words.items),
            sides=tuple(
                self._side(side, coverage.sides[side], members)
                for side in SIDES
                if coverage.sides[side].items
            ),
        )

    def _silence(self, side: Country) -> str:
        guide, edition, polled = self._guide, self._edition, self._polled
        [silent] = set(SIDES) - {side}
        if polled and edition.start <= polled < edition.end + _VOUCHED:
            return guide.silence(silent, edition.health)
        return guide.say(
            "{side}: how its feeds did that day is not kept.",
            side=guide.words.side[silent],
        )

    def _firsts(self, coverage: Coverage) -> str:
        start, leader = self._edition.start, coverage.leader
        firsts = [coverage.sides[side].first for side in SIDES]
        if not leader or all(f and f.published >= start for f in firsts):
            return ""
        [other] = set(SIDES) - {leader}
        sides = coverage.sides
        return clean(self._guide.firsts(sides[leader], sides[other]))

    def _crossed(self, coverage: Coverage) -> str:
        side = self._edition.news[coverage.story.id].crossed
        words = self._guide.words
        return words.now_in.format(side=words.the_side[side]) if side else ""

    def _watched(self, coverage: Coverage) -> str:
        names = self._edition.watched.get(coverage.story.id, ())
        return clean(self._guide.watched(names)) if names else ""

    def _side(
        self, side: Country, covered: SideCoverage, members: dict[str, Member]
    ) -> SideView:
        edition, guide = self._edition, self._guide
        within = list(items_within(edition, covered.items))
        lead = _lead(covered, within)
        return SideView(
            side=side,
            name=guide.words.side[side],
            headline=headline_view(members[lead.id], guide),
            counts=counts(covered, guide),
            dots=tuple(self._dots(within)),
        )

    def _dots(self, items: Iterable[Item]) -> Iterator[DotView]:
        """One dot for those of an hour, which nearly cover each other."""
        for _, found in groupby(items, key=self._slot):
            first, *more = found
            title = f"{self._guide.when(first)}, {clean(first.outlet)}"
            if more:
                title = self._guide.say("{item} and {n} more", item=title, n=len(more))
            yield DotView(
                x=f"{100 * self._share(first):.2f}%",
                title=title,
                is_undated=first.date_source == "fetched",
            )

    def _slot(self, item: Item) -> tuple[int, bool]:
        return int(self._share(item) * SLOTS), item.date_source == "fetched"

    def _share(self, item: Item) -> float:
        """How much of the day was over when it came, 0 to 1."""
        edition = self._edition
        share = (item.published - edition.start) / (edition.end - edition.start)
        return min(max(share, 0.0), 1.0)


def counts(covered: SideCoverage, guide: Guide) -> str:
    """``5 items · 4 outlets · 3 owners``"""
    words = guide.words
    said = (
        guide.count(len(covered.items), words.items),
        guide.count(len(covered.outlets), words.outlets),
        guide.count(len(covered.owners), words.owners),
    )
    return " · ".join(said)


def _lead(covered: SideCoverage, within: Sequence[Item]) -> Item:
    """A side's first headline of the day, dated if it can be; else its newest."""
    if not within:
        return covered.items[-1]
    return first_dated(within) or within[0]


def _watched(edition: Edition, guide: Guide) -> Iterable[WatchedView]:
    told = (*edition.both, *edition.only["US"], *edition.only["MX"])
    for coverage in told:
        if names := edition.watched.get(coverage.story.id):
            yield WatchedView(story_link(coverage.story, guide), ", ".join(names))


def _tallies(totals: DayTotals, guide: Guide) -> Iterable[TallyView]:
    words = guide.words
    found = (
        ("US", totals.only["US"], words.tally_only["US"]),
        ("both", totals.both, words.tally_both),
        ("MX", totals.only["MX"], words.tally_only["MX"]),
    )
    total = sum(n for _, n, _ in found) or 1
    x = 0.0
    for key, n, label in found:
        width = 100 * n / total
        yield TallyView(key, guide.number(n), label, round(x, 2), round(width, 2))
        x += width


def _leads(edition: Edition, totals: DayTotals, guide: Guide) -> str:
    shown = [coverage.leader for coverage in edition.both]
    us, mx = (guide.number(shown.count(s) + totals.leading[s]) for s in SIDES)
    return guide.words.leads.format(us=us, mx=mx)


def _notes(edition: Edition, guide: Guide) -> Iterable[str]:
    stories = (*edition.both, *edition.only["US"], *edition.only["MX"])
    undated = sum(
        item.date_source == "fetched"
        for coverage in stories
        for item in items_within(edition, (m.item for m in coverage.story.members))
    )
    if undated:
        yield guide.count(undated, guide.words.undated)
    if edition.untranslated:
        yield guide.count(edition.untranslated, guide.words.untranslated)
    yield guide.words.method
    yield guide.words.claims
