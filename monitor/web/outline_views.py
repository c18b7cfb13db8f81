"""Outlines of stories -> views, as every list of stories shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from monitor.coverage.themes import Lexicon
from monitor.digest.headline import clean
from monitor.model import LANGUAGES, SIDES, Country, Language
from monitor.outline import Headline, Outline, SideOutline
from monitor.text import clip
from monitor.web.guide import Guide
from monitor.web.narrowing import Link

_LENGTH = 300
"""Characters of a headline that are shown."""
_OUTLETS = 4
"""Of a side that are named."""


@dataclass(frozen=True, slots=True)
class HeadlineLine:
    """A story's headline in one language."""

    text: str
    language: Language
    is_translation: bool


@dataclass(frozen=True, slots=True)
class SideLine:
    """How much one side has of a story."""

    side: Country
    name: str
    counts: str
    """``3 items · 2 outlets``"""
    outlets: str
    """``Ledger, Bravo and 3 more outlets``"""


@dataclass(frozen=True, slots=True)
class OutlineView:
    """One story of a list."""

    id: str
    href: str
    headline: HeadlineLine
    """In the reader's language if it has one."""
    other: HeadlineLine | None
    """In the other."""
    sides: tuple[SideLine, ...]
    """Those that tell it."""
    only: Country | None
    """The side that tells it alone."""
    leader: Country | None
    lag: str
    certainty: str
    """Empty without a lag."""
    certainty_words: str
    themes: tuple[Link, ...]
    watchlists: tuple[Link, ...]
    span: str
    """``Mar 2, 05:12 – Mar 3, 07:00``"""
    at: str
    """When its newest item was published: ISO 8601, for programs."""


def outline_view(outline: Outline, lexicon: Lexicon, guide: Guide) -> OutlineView:
    """One outline, in the guide's words and on its clock."""
    headline, other = _headlines(outline, guide.language)
    labels = {theme.name: theme.label(guide.language) for theme in lexicon.themes}
    only = None if outline.crosses_border else _only(outline)
    return OutlineView(
        id=outline.story,
        href=f"/stories/{quote(outline.story, safe='')}",
        headline=headline,
        other=other,
        sides=tuple(
            _side(side, outline.sides[side], guide)
            for side in SIDES
            if outline.sides[side].items
        ),
        only=only,
        leader=outline.leader,
        lag=lag_words(outline, guide),
        certainty=outline.lag_certainty or "",
        certainty_words=(
            guide.words.certainty[outline.lag_certainty]
            if outline.lag_certainty
            else ""
        ),
        themes=tuple(
            Link(clean(labels.get(name, name)), _narrowed("theme", name))
            for name in outline.themes
        ),
        watchlists=tuple(
            Link(clean(name), _narrowed("watchlist", name))
            for name in outline.watchlists
        ),
        span=_span(outline, guide),
        at=outline.last_seen.isoformat(),
    )


def lag_words(outline: Outline, guide: Guide) -> str:
    """``Mexico first by 2 h 15 min``, why nobody can be called first, or that one side
    alone tells it."""
    only = _only(outline)
    if only is not None:
        return guide.words.only[only]
    if outline.no_leader == "copies":
        return guide.words.copies_alone
    if outline.lag_minutes is None:
        return guide.say("No lag: one side’s items are all undated")
    if outline.leader is None:
        return guide.words.together
    return guide.words.first_by.format(
        side=guide.words.side[outline.leader], lag=guide.duration(outline.lag_minutes)
    )


def _only(outline: Outline) -> Country | None:
    telling = [side for side in SIDES if outline.sides[side].items]
    return telling[0] if len(telling) == 1 else None


def _headlines(
    outline: Outline, language: Language
) -> tuple[HeadlineLine, HeadlineLine | None]:
    own_first = sorted(LANGUAGES, key=lambda each: each != language)
    found = [
        line
        for each in own_first
        if (line := _line(outline.headlines, each)) is not None
    ]
    if not found:
        return HeadlineLine("…", language, is_translation=False), None
    return found[0], found[1] if len(found) > 1 else None


def _line(
    headlines: Mapping[Language, Headline], language: Language
) -> HeadlineLine | None:
    told = headlines.get(language)
    text = clip(clean(told.text), _LENGTH) if told else ""
    return HeadlineLine(text, language, told.is_translation) if told and text else None


def _side(side: Country, covered: SideOutline, guide: Guide) -> SideLine:
    words, named = guide.words, [clean(name) for name in covered.outlets[:_OUTLETS]]
    more = len(covered.outlets) - len(named)
    return SideLine(
        side=side,
        name=words.side[side],
        counts=" · ".join(
            (
                guide.count(covered.items, words.items),
                guide.count(len(covered.outlets), words.outlets),
            )
        ),
        outlets=(
            f"{', '.join(named)} {guide.count(more, words.more_outlets)}"
            if more
            else guide.names(named)
        ),
    )


def _narrowed(key: str, name: str) -> str:
    return "/stories?" + urlencode({key: name})


def _span(outline: Outline, guide: Guide) -> str:
    first, last = outline.first_seen, outline.last_seen
    if first == last:
        return guide.time(first)
    if guide.day(first) == guide.day(last):
        return f"{guide.time(first)}–{guide.clock(last)}"
    return f"{guide.time(first)} – {guide.time(last)}"
