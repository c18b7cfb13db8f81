"""What a search found -> views: highlights as pieces, every text on one line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.coverage.search import Hit, Piece, StoryHits
from monitor.digest.headline import clean, web_link
from monitor.model import LANGUAGES, Country, Language
from monitor.outline import Outline
from monitor.query import Query, terms
from monitor.text import clip
from monitor.web.evidence import StoryLink
from monitor.web.guide import Guide

_TITLE = 220
"""Characters of a headline that are shown, as are the next two."""
_SUMMARY = 260
_BEFORE = 80
"""Of a text, before the first place where it is what was looked for."""
_CALLED = 40
"""Other forms that are told."""


@dataclass(frozen=True, slots=True)
class TextView:
    """A text, or the part of it around what was looked for."""

    language: Language
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class HitView:
    """One item that was found."""

    title: TextView
    href: str | None
    """Its outlet's page; None if the feed's link may not be followed."""
    summary: TextView | None
    translated_title: TextView | None
    translated_summary: TextView | None
    """Where it says what was looked for and the original does not."""
    by: str
    """Who translated."""
    outlet: str
    side: Country
    side_name: str
    at: str
    when: str
    story: StoryLink | None


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story that was found."""

    story: StoryLink
    hits: tuple[HitView, ...]
    count: str
    """``3 hits``"""
    size: str
    """``of 12 items``; empty while the story has no outline."""


def hit_view(hit: Hit, outlines: Mapping[str, Outline], guide: Guide) -> HitView:
    """One hit; ``outlines`` are of the stories whose links are shown."""
    item, made = hit.item, hit.translation
    is_there = any(piece.is_hit for piece in hit.summary)
    elsewhere = not is_there and any(p.is_hit for p in hit.translated_summary)
    shown = made if made and clean(made.title) else None
    return HitView(
        title=TextView(item.language, excerpt(hit.title, _TITLE) or _EMPTY),
        href=web_link(item.url),
        summary=_text(item.language, hit.summary),
        translated_title=(
            TextView(shown.language, excerpt(hit.translated_title, _TITLE))
            if shown
            else None
        ),
        translated_summary=(
            _text(made.language, hit.translated_summary) if made and elsewhere else None
        ),
        by=guide.words.translated_by.format(engine=clean(shown.engine))
        if shown
        else "",
        outlet=clean(item.outlet),
        side=item.country,
        side_name=guide.words.side[item.country],
        at=item.published.isoformat(),
        when=guide.when(item),
        story=_link(hit.story, outlines, guide) if hit.story else None,
    )


def story_view(
    found: StoryHits, outlines: Mapping[str, Outline], guide: Guide
) -> StoryView:
    """One story with its newest hits."""
    outline = outlines.get(found.story)
    size = guide.say("of {items}", items=_items(outline, guide)) if outline else ""
    return StoryView(
        story=_link(found.story, outlines, guide),
        hits=tuple(hit_view(hit, {}, guide) for hit in found.hits),
        count=guide.say_n("{n} hit", "{n} hits", found.items),
        size=size,
    )


def also_called(query: Query) -> tuple[str, ...]:
    """What a widened query is looked for by beside its own terms, the first ones."""
    asked = {term.text for term in terms(query)}
    forms = (form for term in terms(query) for form in (*term.en, *term.es))
    return tuple(f for f in dict.fromkeys(forms) if f not in asked)[:_CALLED]


def excerpt(pieces: Sequence[Piece], most: int) -> tuple[Piece, ...]:
    """At most so many characters of a text, those around its first hit."""
    text = "".join(piece.text for piece in pieces)
    start = _start(pieces, text) if len(text) > most else 0
    cut = [*_cut(pieces, start, start + most)]
    before = [Piece("…", False)] if start else []
    after = [Piece("…", False)] if start + most < len(text) else []
    return (*before, *cut, *after) if cut else ()


def outline_link(outline: Outline, guide: Guide, note: str = "") -> StoryLink:
    """A story by its headline in the page's language, else in the one it has."""
    languages = (guide.language, *LANGUAGES)
    named = (
        (x, outline.headlines[x].text) for x in languages if x in outline.headlines
    )
    language, text = next(((x, clean(t)) for x, t in named), (guide.language, ""))
    return StoryLink(outline.story, clip(text, _TITLE) or "…", language, note)


_EMPTY = (Piece("…", False),)


def _text(language: Language, pieces: Sequence[Piece]) -> TextView | None:
    found = excerpt(pieces, _SUMMARY)
    return TextView(language, found) if found else None


def _start(pieces: Sequence[Piece], text: str) -> int:
    """Where to begin: a little before the first hit, at a word."""
    at = 0
    for piece in pieces:
        if piece.is_hit:
            break
        at += len(piece.text)
    else:
        return 0
    if at <= _BEFORE:
        return 0
    return text.find(" ", at - _BEFORE, at) + 1 or at


def _cut(pieces: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    at = 0
    for piece in pieces:
        first, last = max(start - at, 0), end - at
        if first < len(piece.text) and last > first:
            yield Piece(_clean(piece.text[first:last]), piece.is_hit)
        at += len(piece.text)


def _clean(text: str) -> str:
    """Clean, with the blanks at its ends, which part it from its neighbours."""
    ends = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
    before, after = ends
    return f"{before}{clean(text)}{after}" if clean(text) else before


def _link(story: str, outlines: Mapping[str, Outline], guide: Guide) -> StoryLink:
    outline = outlines.get(story)
    if outline is None:  # it is so new that no list has it
        return StoryLink(story, guide.say("Its story"), guide.language)
    return outline_link(outline, guide, _items(outline, guide))


def _items(outline: Outline, guide: Guide) -> str:
    return guide.count(outline.items, guide.words.items)
