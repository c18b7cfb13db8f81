"""One story's coverage -> its page: every item on one line of time, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.change import LoggedChange, LoggedCorrection
from monitor.comparison import Coverage, LagCertainty
from monitor.coverage.lag import first_dated
from monitor.digest.headline import clean
from monitor.digest.phrases import Speaker
from monitor.model import LANGUAGES, SIDES, Country, Item, Language, Member, Story
from monitor.stories.explain import Explanation
from monitor.web.days import day_of
from monitor.web.headlines import HeadlineView, headline_view
from monitor.web.history import History, history
from monitor.web.today import counts
from monitor.web.why import (
    OtherView,
    SharedView,
    WhyView,
    related_view,
    shared_views,
    why_view,
)


@dataclass(frozen=True, slots=True)
class TitleView:
    """What a story is called in one language."""

    text: str
    language: Language
    by: str
    """The engine, if no item of the story is written in that language."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item on the line of time."""

    id: str
    side: Country
    side_name: str
    headline: HeadlineView
    after: str
    """How long after the story's first dated item; empty for that one."""
    is_first: bool
    certainty: str
    """How far to trust its time."""
    why: WhyView
    """It says whose text it is, too."""


@dataclass(frozen=True, slots=True)
class ColumnView:
    """What heads one side's column."""

    side: Country
    name: str
    counts: str
    first: str
    """Who had it first on this side and when; empty for a silent or undated side."""


@dataclass(frozen=True, slots=True)
class StoryPage:
    """The whole page."""

    id: str
    titles: tuple[TitleView, ...]
    day: str
    """The newest day that lists it."""
    day_title: str
    span: str
    leader: Country | None
    lag: str
    certainty: LagCertainty | None
    certainty_words: str
    columns: tuple[ColumnView, ...]
    shared: tuple[SharedView, ...]
    items: tuple[ItemView, ...]
    related: tuple[OtherView, ...]
    history: History


def story_page(
    coverage: Coverage,
    why: Explanation,
    changes: Sequence[LoggedChange],
    corrections: Iterable[LoggedCorrection],
    speaker: Speaker,
) -> StoryPage:
    """Everything we know about one story, with the changes around it."""
    story, certainty = coverage.story, coverage.lag_certainty
    day = day_of(max(m.item.seen for m in story.members))
    return StoryPage(
        id=story.id,
        titles=tuple(_titles(story)),
        day=day.isoformat(),
        day_title=speaker.long_date(day),
        span=_span(story, speaker),
        leader=coverage.leader,
        lag=_lag(coverage, speaker),
        certainty=certainty,
        certainty_words=speaker.words.certainty[certainty] if certainty else "",
        columns=tuple(_column(coverage, side, speaker) for side in SIDES),
        shared=shared_views(why.shared),
        items=_items(story, why, speaker),
        related=tuple(map(related_view, why.related)),
        history=history(story, changes, corrections, speaker),
    )


def _titles(story: Story) -> list[TitleView]:
    """In both languages, an original first."""
    titles = []
    for language in LANGUAGES:
        text = clean(story.headline(language) or "")
        if text:
            titles.append(TitleView(text, language, _engine(story, language)))
    return sorted(titles, key=lambda title: bool(title.by))


def _engine(story: Story, language: Language) -> str:
    if any(m.item.language == language for m in story.members):
        return ""
    made = (m.translations.get(language) for m in story.members)
    return next((clean(t.engine) for t in made if t and t.title), "")


def _span(story: Story, speaker: Speaker) -> str:
    first, last = speaker.moment(story.first_seen), speaker.moment(story.last_seen)
    return first if first == last else f"{first} to {last}"


def _lag(coverage: Coverage, speaker: Speaker) -> str:
    if coverage.crosses_border:
        return speaker.lag(coverage)
    [side] = (side for side in SIDES if coverage.sides[side].items)
    return speaker.words.only[side]


def _column(coverage: Coverage, side: Country, speaker: Speaker) -> ColumnView:
    covered = coverage.sides[side]
    first = covered.first
    return ColumnView(
        side=side,
        name=speaker.words.side[side],
        counts=counts(covered, speaker) if covered.items else "No item followed",
        first=(
            f"first {clean(first.outlet)}, {speaker.moment(first.published)}"
            if first
            else ""
        ),
    )


def _items(story: Story, why: Explanation, speaker: Speaker) -> tuple[ItemView, ...]:
    first = first_dated(m.item for m in story.members)
    here = {member.item.id for member in story.members}
    return tuple(
        _item(m, first, why_view(why.memberships[m.item.id], here, speaker), speaker)
        for m in story.members
    )


def _item(
    member: Member, first: Item | None, why: WhyView, speaker: Speaker
) -> ItemView:
    item = member.item
    return ItemView(
        id=item.id,
        side=item.country,
        side_name=speaker.words.side[item.country],
        headline=headline_view(member, speaker),
        after=_after(item, first, speaker),
        is_first=item == first,
        certainty=_CERTAINTY.get(item.date_source, ""),
        why=why,
    )


_CERTAINTY = {
    "default-zone": "the feed names no zone: read in the outlet’s",
    "fetched": "the feed gives no time: when first seen, or the day’s end",
}


def _after(item: Item, first: Item | None, speaker: Speaker) -> str:
    if first is None or item == first or item.date_source == "fetched":
        return ""
    minutes = (item.published - first.published) // timedelta(minutes=1)
    return f"+{speaker.duration(minutes)}" if minutes else "same minute"
