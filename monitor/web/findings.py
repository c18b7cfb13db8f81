"""What comparing the two sides of one story comes to -> the parts of its page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.comparison import BlindSpot, Coverage, Pickup
from monitor.concept import Concept
from monitor.contrasting import retitled_in
from monitor.coverage.themes import Lexicon
from monitor.digest.headline import clean
from monitor.model import OTHER_SIDE, SIDES, Country, Item, Story
from monitor.pipeline import Desk, window_health
from monitor.store.database import Store
from monitor.studying import Studied
from monitor.web.framing import ConceptView, concept_views
from monitor.web.guide import Guide
from monitor.web.voices import ToneView, VoicesView, tone_view, voices_view
from monitor.web.words import RetitleView, SideWords, retitle_views, side_words

_HEADLINES = 40
"""Behind each number of a story's framing."""


@dataclass(frozen=True, slots=True)
class ThemeView:
    """One theme by its label."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class PickupView:
    """How one outlet took the story up."""

    item: str
    """Its id if it stands on the same page; else empty."""
    outlet: str
    side: Country
    side_name: str
    when: str
    after: str
    """``+2 h 5 min``; ``0 min`` for the first; empty where that is not known."""
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """All that comparing says of one story."""

    sources: str
    """``14 items, 9 outlets, 5 owners, 4 independent texts``"""
    side_texts: Mapping[Country, str]
    themes: tuple[ThemeView, ...]
    blind: tuple[str, ...]
    """Whether one side's silence is a blind spot, was one, or cannot be told."""
    spread: tuple[PickupView, ...]
    framing: tuple[ConceptView, ...]
    words: tuple[SideWords, ...]
    voices: VoicesView | None
    """None where no headlines tell of anybody twice."""
    tone: ToneView | None
    """None of a single item."""
    retitles: tuple[RetitleView, ...]
    read: str
    """When items were read for wording, voices and tone, if some have come since."""


def find(
    store: Store,
    coverage: Coverage,
    desk: Desk,
    now: datetime,
    studied: Studied,
    concepts: Sequence[Concept],
    here: Set[str],
    guide: Guide,
) -> Findings:
    """Everything that comparing says of a story at a moment.

    Items whose ids are ``here`` stand on the same page, and evidence leads to them.
    """
    story, found = coverage.story, studied.study
    items = {member.item.id: member.item for member in story.members}
    return Findings(
        sources=_sources(coverage, guide),
        side_texts={
            side: guide.count(coverage.sides[side].texts, guide.words.texts)
            for side in SIDES
            if coverage.sides[side].items
        },
        themes=theme_views(found.themes, desk.themes, guide),
        blind=tuple(_silences(store, coverage, desk, now, guide)),
        spread=tuple(_pickup(each, here, guide) for each in coverage.pickups),
        framing=concept_views(found.framing, concepts, guide, _HEADLINES, here),
        words=side_words(found.words, guide, here),
        voices=voices_view(found.roles, items, guide, here),
        tone=tone_view(found.tone, guide, here) if found.tone else None,
        retitles=retitle_views(retitled_in(store, story), guide, here),
        read=_read(studied, guide),
    )


def _read(studied: Studied, guide: Guide) -> str:
    if studied.of is None:
        return ""
    at, items = studied.of
    return guide.say(
        "Wording, voices, tone and what the items share are those of {moment}, when "
        "the story had {items}: it has changed since, and is read again within half "
        "an hour.",
        moment=guide.moment(at),
        items=guide.count(items, guide.words.items),
    )


def theme_views(
    names: Iterable[str], lexicon: Lexicon, guide: Guide
) -> tuple[ThemeView, ...]:
    """Themes by their labels, in the order of the names."""
    labels = {theme.name: theme.label(guide.language) for theme in lexicon.themes}
    return tuple(ThemeView(name, labels[name]) for name in names)


def _sources(coverage: Coverage, guide: Guide) -> str:
    words, sides = guide.words, coverage.sides
    outlets = {(s, name) for s in SIDES for name in sides[s].outlets}
    owners = {name for s in SIDES for name in sides[s].owners}
    said = (
        guide.count(len(coverage.story.members), words.items),
        guide.count(len({name for _, name in outlets}), words.outlets),
        guide.count(len(owners), words.owners),
        guide.count(coverage.texts, words.texts),
    )
    return ", ".join(said)


def _pickup(each: Pickup, here: Set[str], guide: Guide) -> PickupView:
    return PickupView(
        item=each.item.id if each.item.id in here else "",
        outlet=clean(each.outlet),
        side=each.side,
        side_name=guide.words.side[each.side],
        when=guide.when(each.item),
        after=_after(each.minutes, guide),
        is_copy=each.is_copy,
    )


def _after(minutes: int | None, guide: Guide) -> str:
    if minutes is None:
        return ""
    if not minutes:
        return "0 min"
    return f"{'+' if minutes > 0 else '−'}{guide.duration(abs(minutes))}"


# --- silences ------------------------------------------------------------------


def _silences(
    store: Store, coverage: Coverage, desk: Desk, now: datetime, guide: Guide
) -> Iterator[str]:
    """What was claimed of a story; else what the silent side's feeds are worth."""
    kept = store.blind_spots.of(coverage.story.id)
    for spot in kept:
        yield spot_words(spot, coverage.story, now, guide)
    if not any(spot.closed is None for spot in kept) and not coverage.crosses_border:
        yield _unclaimed(store, coverage, desk, now, guide)


def spot_words(
    spot: BlindSpot, story: Story | None, now: datetime, guide: Guide
) -> str:
    """Where a blind spot stands: open since, cannot tell, or how it ended."""
    side = guide.words.side[spot.silent]
    since, closed = guide.moment(spot.since), guide.moment(spot.closed or now)
    if spot.end == "picked-up":
        time = _pickup_time(spot, story, guide)
        return guide.say(
            "Was a blind spot: {side} picked it up after {time}, found {closed}.",
            side=side,
            time=time,
            closed=closed,
        )
    if spot.end == "faded":
        return guide.say(
            "Was a blind spot: {side} never took it up; the story faded, without a "
            "new item for three days by {closed}.",
            side=side,
            closed=closed,
        )
    if spot.end:
        return guide.say(
            "Was taken for a blind spot of {side} until {closed}: a correction took "
            "its items elsewhere.",
            side=guide.words.the_side[spot.silent],
            closed=closed,
        )
    if not spot.health.can_tell:
        return guide.cannot_tell(spot.health)
    why = guide.blind(spot, now)
    return guide.say("Blind spot, open since {since}. {why}", since=since, why=why)


def _pickup_time(spot: BlindSpot, story: Story | None, guide: Guide) -> str:
    """From the first item of one side to the first of the other, as far as known."""
    members: Sequence[Item] = [m.item for m in story.members] if story else ()
    came = [min(i.published, i.seen) for i in members if i.country == spot.silent]
    until = min(came) if came else spot.closed or spot.since
    minutes = max((until - spot.since) // timedelta(minutes=1), 0)
    return guide.duration(minutes) or guide.say("less than a minute")


def _unclaimed(
    store: Store, coverage: Coverage, desk: Desk, now: datetime, guide: Guide
) -> str:
    story = coverage.story
    [side] = {member.item.country for member in story.members}
    start = min(min(m.item.published, m.item.seen) for m in story.members)
    end = max(min(now, story.last_seen + _WATCHED), start + _SECOND)
    silent = OTHER_SIDE[side]
    feeds = [feed for feed in desk.feeds if feed.country == silent]
    told = guide.silence(silent, window_health(store, feeds, start, end, now))
    return guide.say("{told} No blind spot is claimed.", told=told)


_SECOND = timedelta(seconds=1)
_WATCHED = timedelta(hours=72)
"""After its last item a story is over."""
