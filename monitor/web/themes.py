"""Stories by theme, side and day -> a small chart and a table each; rising stories."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.coverage.themes import Lexicon
from monitor.coverage.trends import Rise
from monitor.model import SIDES, Country, Story
from monitor.web.days import day_of
from monitor.web.evidence import StoryLink, StoryList, story_link
from monitor.web.guide import Guide

_STORIES = 8
"""Shown of each theme."""
_RISING = 20
_HARDLY = 0.1
"""Items expected below which their number says nothing."""
_HALF = 20.0
"""Height of one side's half of a chart, in the chart's own units."""

Counts = Mapping[Country, Sequence[int]]
"""Side -> stories with an item of that side, for each day."""


@dataclass(frozen=True, slots=True)
class BarView:
    """One side's stories of one day: the US above the line, Mexico below it."""

    side: Country
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day in the table behind a chart."""

    day: str
    title: str
    counts: tuple[tuple[Country, str], ...]


@dataclass(frozen=True, slots=True)
class ThemePart:
    """One theme."""

    name: str
    """Empty for stories of none."""
    label: str
    totals: tuple[tuple[Country, str], ...]
    both: str
    peak: str
    """The most of one side and day: what the chart is as high as."""
    bars: tuple[BarView, ...]
    rows: tuple[DayRow, ...]
    links: StoryList
    """Those with most items first."""


@dataclass(frozen=True, slots=True)
class ThemesPage:
    """All of it."""

    days: int
    stories: str
    """How many in all, so that a story of two themes is not counted twice."""
    parts: tuple[ThemePart, ...]
    rising: tuple[StoryLink, ...]


def themes_page(
    stories: Sequence[Story],
    rises: Iterable[Rise],
    span: tuple[datetime, datetime],
    lexicon: Lexicon,
    named: Mapping[str, Sequence[str]],
    guide: Guide,
) -> ThemesPage:
    """The themes of the stories of ``span``, those with most stories first.

    ``named`` has the names of each story's themes.
    A story counts on every day on which a side published an item of it.
    """
    days = _days(*span)
    by_theme: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        for name in named[story.id] or ("",):
            by_theme[name].append(story)
    labels = {theme.name: theme.label(guide.language) for theme in lexicon.themes}
    labels[""] = guide.say("No theme")
    names = sorted(by_theme, key=lambda n: (not n, -len(by_theme[n]), labels[n]))
    known = {story.id: story for story in stories}
    risen = [(known[r.story], r) for r in rises if r.story in known]
    return ThemesPage(
        days=len(days),
        stories=guide.number(len(stories)),
        parts=tuple(
            _part(name, labels[name], by_theme[name], days, guide) for name in names
        ),
        rising=tuple(
            story_link(story, guide, rise_words(r, guide))
            for story, r in risen[:_RISING]
        ),
    )


def _days(start: datetime, end: datetime) -> list[date]:
    first, last = day_of(start), day_of(end)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _part(
    name: str,
    label: str,
    stories: Sequence[Story],
    days: Sequence[date],
    guide: Guide,
) -> ThemePart:
    counts = _counts(stories, days)
    sides = [{m.item.country for m in story.members} for story in stories]
    peak = max(max(counts[side]) for side in SIDES)
    largest = sorted(stories, key=lambda s: (-len(s.members), s.id))
    links = [
        story_link(s, guide, guide.count(len(s.members), guide.words.items))
        for s in largest[:_STORIES]
    ]
    return ThemePart(
        name=name,
        label=label,
        totals=tuple((s, guide.number(sum(s in x for x in sides))) for s in SIDES),
        both=guide.number(sum(len(x) == len(SIDES) for x in sides)),
        peak=guide.number(peak),
        bars=tuple(_bars(counts, peak)),
        rows=tuple(_row(n, day, counts, guide) for n, day in enumerate(days)),
        links=StoryList(tuple(links), max(len(stories) - _STORIES, 0)),
    )


def _counts(stories: Iterable[Story], days: Sequence[date]) -> Counts:
    found: Counter[tuple[Country, date]] = Counter()
    for story in stories:
        found.update(
            {(m.item.country, day_of(m.item.published)) for m in story.members}
        )
    return {side: [found[side, day] for day in days] for side in SIDES}


def _bars(counts: Counts, peak: int) -> Iterable[BarView]:
    width = 100 / len(counts["US"])
    for side in SIDES:
        for n, count in enumerate(counts[side]):
            if count:
                height = round(max(count / peak * _HALF, 1.0), 2)
                y = _HALF - height if side == "US" else _HALF
                left = round((n + 0.1) * width, 2)
                yield BarView(side, left, round(y, 2), round(width * 0.8, 2), height)


def _row(n: int, day: date, counts: Counts, guide: Guide) -> DayRow:
    return DayRow(
        day.isoformat(),
        guide.day(day),
        tuple((side, guide.number(counts[side][n])) for side in SIDES),
    )


def rise_words(each: Rise, guide: Guide) -> str:
    """``7 items of 4 outlets in six hours; hardly any were to be expected``"""
    items = guide.count(each.items, guide.words.items)
    outlets = guide.count(each.outlets, guide.words.outlets)
    usual = guide.say("hardly any")
    if each.expected >= _HARDLY:
        usual = f"{each.expected:.1f}"
    return guide.say(
        "{items} of {outlets} in six hours; {usual} were to be expected",
        items=items,
        outlets=outlets,
        usual=usual,
    )
