"""One story's coverage -> its page: every item on one line of time, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.change import LoggedChange, LoggedCorrection
from monitor.comparison import Coverage, LagCertainty
from monitor.coverage.lag import first_dated
from monitor.digest.headline import clean
from monitor.model import LANGUAGES, SIDES, Country, Item, Language, Member, Story
from monitor.stories.explain import Explanation
from monitor.web.days import day_of
from monitor.web.guide import Guide
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

MOST_ITEMS = 40
"""Items on a page: with its summary, translation and reasons one weighs 2 kB."""


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
class StretchView:
    """Which items of a large story a page shows."""

    told: str
    before: int | None
    """The page before; None on the first."""
    after: int | None
    """The page after; None on the last."""


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
    stretch: StretchView | None
    """None where all items are shown."""
    related: tuple[OtherView, ...]
    history: History


def story_page(
    coverage: Coverage,
    why: Explanation,
    changes: Sequence[LoggedChange],
    corrections: Iterable[LoggedCorrection],
    guide: Guide,
    number: int = 1,
) -> StoryPage:
    """Everything we know about one story, with the changes around it.

    Of a large one, the items of page ``number``, from 1 on.
    """
    story, certainty = coverage.story, coverage.lag_certainty
    day = day_of(max(m.item.seen for m in story.members))
    return StoryPage(
        id=story.id,
        titles=tuple(_titles(story, guide)),
        day=day.isoformat(),
        day_title=guide.long_date(day),
        span=_span(story, guide),
        leader=coverage.leader,
        lag=_lag(coverage, guide),
        certainty=certainty,
        certainty_words=guide.words.certainty[certainty] if certainty else "",
        columns=tuple(_column(coverage, side, guide) for side in SIDES),
        shared=shared_views(why.shared, guide),
        items=_items(story, members_on(story, number), why, guide),
        stretch=_stretch(story, number, guide),
        related=tuple(related_view(each, guide) for each in why.related),
        history=history(story, changes, corrections, guide),
    )


def pages_of(story: Story) -> int:
    """How many pages it takes to show its items."""
    return -(-len(story.members) // MOST_ITEMS) or 1


def members_on(story: Story, number: int) -> tuple[Member, ...]:
    """The items that a page of a story shows."""
    return story.members[(number - 1) * MOST_ITEMS : number * MOST_ITEMS]


def _stretch(story: Story, number: int, guide: Guide) -> StretchView | None:
    last = pages_of(story)
    if last == 1:
        return None
    begin = (number - 1) * MOST_ITEMS
    told = guide.say(
        "Items {first} to {last} of {all}",
        first=guide.number(begin + 1),
        last=guide.number(begin + len(members_on(story, number))),
        all=guide.number(len(story.members)),
    )
    return StretchView(
        told,
        number - 1 if number > 1 else None,
        number + 1 if number < last else None,
    )


def _titles(story: Story, guide: Guide) -> list[TitleView]:
    """In both languages: originals first, and among them the guide’s language."""
    titles = []
    for language in LANGUAGES:
        text = clean(story.headline(language) or "")
        if text:
            titles.append(TitleView(text, language, _engine(story, language)))
    return sorted(titles, key=lambda t: (bool(t.by), t.language != guide.language))


def _engine(story: Story, language: Language) -> str:
    if any(m.item.language == language for m in story.members):
        return ""
    made = (m.translations.get(language) for m in story.members)
    return next((clean(t.engine) for t in made if t and t.title), "")


def _span(story: Story, guide: Guide) -> str:
    first, last = guide.moment(story.first_seen), guide.moment(story.last_seen)
    if first == last:
        return first
    return guide.say("{first} to {last}", first=first, last=last)


def _lag(coverage: Coverage, guide: Guide) -> str:
    if coverage.crosses_border:
        return guide.lag(coverage)
    [side] = (side for side in SIDES if coverage.sides[side].items)
    return guide.words.only[side]


def _column(coverage: Coverage, side: Country, guide: Guide) -> ColumnView:
    covered = coverage.sides[side]
    first = covered.first
    return ColumnView(
        side=side,
        name=guide.words.side[side],
        counts=(
            counts(covered, guide) if covered.items else guide.say("No item followed")
        ),
        first=(
            guide.say(
                "first {outlet}, {moment}",
                outlet=clean(first.outlet),
                moment=guide.moment(first.published),
            )
            if first
            else ""
        ),
    )


def _items(
    story: Story, shown: Sequence[Member], why: Explanation, guide: Guide
) -> tuple[ItemView, ...]:
    first = first_dated(m.item for m in story.members)
    here = {member.item.id for member in shown}
    return tuple(
        _item(m, first, why_view(why.memberships[m.item.id], here, guide), guide)
        for m in shown
    )


def _item(member: Member, first: Item | None, why: WhyView, guide: Guide) -> ItemView:
    item = member.item
    return ItemView(
        id=item.id,
        side=item.country,
        side_name=guide.words.side[item.country],
        headline=headline_view(member, guide),
        after=_after(item, first, guide),
        is_first=item == first,
        certainty=_certainty(item, guide),
        why=why,
    )


def _certainty(item: Item, guide: Guide) -> str:
    match item.date_source:
        case "default-zone":
            return guide.say("the feed names no zone: read in the outlet’s")
        case "fetched":
            return guide.say(
                "the feed gives no time: when first seen, or the day’s end"
            )
        case "feed":
            return ""


def _after(item: Item, first: Item | None, guide: Guide) -> str:
    if first is None or item == first or item.date_source == "fetched":
        return ""
    minutes = (item.published - first.published) // timedelta(minutes=1)
    return f"+{guide.duration(minutes)}" if minutes else guide.say("same minute")
