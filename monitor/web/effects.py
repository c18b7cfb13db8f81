"""What a correction would do, or did -> what its pages show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.change import Author, Clash, CorrectionVerb, LoggedCorrection
from monitor.comparison import BlindSpot, Coverage
from monitor.coverage.sides import compare
from monitor.coverage.themes import Lexicon, tag
from monitor.digest.headline import clean
from monitor.model import LANGUAGES, SIDES, Country, Item, Language, Story
from monitor.previewing import Preview
from monitor.text import clip
from monitor.web.guide import Guide
from monitor.web.today import counts

_TITLE_LENGTH = 160


@dataclass(frozen=True, slots=True)
class LineView:
    """One item on one line."""

    id: str
    title: str
    language: Language
    outlet: str
    side: Country
    when: str
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class StateView:
    """One story, before or after."""

    id: str
    title: str
    language: Language
    facts: tuple[tuple[str, str], ...]
    """What is measured, and what it comes to."""
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class EffectView:
    """Both, and what else follows."""

    before: tuple[StateView, ...]
    after: tuple[StateView, ...]
    moved: str
    """``2 items move``"""
    stayed: tuple[LineView, ...]
    leads: tuple[str, ...]
    blind: tuple[str, ...]
    notes: tuple[str, ...]
    """In the core's own words: English."""


@dataclass(frozen=True, slots=True)
class ClashView:
    """What somebody else did in between."""

    what: str
    when: str
    by: str
    items: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoggedView:
    """One correction in the list of all."""

    id: int
    verb: str
    when: str
    by: str
    said: str
    reason: str
    undone: str
    """Empty while it is in force."""
    why_undone: str
    is_undone: bool


def effect_view(
    shown: Preview,
    owners: Mapping[str, str],
    lexicon: Lexicon,
    spots: Iterable[BlindSpot],
    guide: Guide,
) -> EffectView:
    """What a preview says; ``spots`` are the open blind spots of the stories before."""
    going = {move.item for move in shown.moves}
    after = {story.id: compare(story, owners) for story in shown.after}

    def state(coverage: Coverage) -> StateView:
        return _state(coverage, lexicon, going, guide)

    return EffectView(
        before=tuple(state(compare(story, owners)) for story in shown.before),
        after=tuple(map(state, after.values())),
        moved=guide.say_n("{n} item moves.", "{n} items move.", len(going)),
        stayed=tuple(
            line_view(member.item, guide)
            for story in shown.after
            for member in story.members
            if member.item.id in shown.stayed
        ),
        leads=tuple(
            guide.say("The address of {old} will lead to {new}.", old=old, new=new)
            for old, new in shown.leads.items()
        ),
        blind=tuple(_spots(spots, shown, after, guide)),
        notes=shown.notes,
    )


def _state(
    coverage: Coverage, lexicon: Lexicon, going: set[str], guide: Guide
) -> StateView:
    story = coverage.story
    title, language = headline(story, guide)
    lines = (line_view(m.item, guide, m.item.id in going) for m in story.members)
    facts = tuple(_facts(coverage, lexicon, guide))
    return StateView(story.id, title, language, facts, tuple(lines))


def headline(story: Story, guide: Guide) -> tuple[str, Language]:
    """What to call a story: in the page's language, where it can be."""
    ordered = sorted(LANGUAGES, key=lambda code: code != guide.language)
    for language in ordered:
        if text := clean(story.headline(language) or ""):
            return clip(text, _TITLE_LENGTH), language
    return story.id, guide.language


def line_view(item: Item, guide: Guide, is_moved: bool = False) -> LineView:
    """One item."""
    return LineView(
        id=item.id,
        title=clip(clean(item.title), _TITLE_LENGTH) or "…",
        language=item.language,
        outlet=clean(item.outlet),
        side=item.country,
        when=guide.when(item),
        is_moved=is_moved,
    )


def _facts(
    coverage: Coverage, lexicon: Lexicon, guide: Guide
) -> Iterator[tuple[str, str]]:
    """Who leads, each side, independent texts, themes."""
    words = guide.words
    if coverage.crosses_border:
        told = guide.lag(coverage)
        certainty = coverage.lag_certainty
        sure = f" ({words.certainty[certainty]})" if certainty else ""
        yield guide.say("First"), told + sure
    else:
        [side] = (side for side in SIDES if coverage.sides[side].items)
        yield guide.say("First"), words.only[side]
    for side in SIDES:
        covered = coverage.sides[side]
        told = counts(covered, guide) if covered.items else guide.say("no items")
        yield words.side[side], told
    yield guide.say("Independent texts"), guide.number(coverage.texts)
    named = tag(coverage.story, lexicon)
    labels = {theme.name: theme.label(guide.language) for theme in lexicon.themes}
    told = ", ".join(labels[name] for name in named)
    yield guide.say("Themes"), told or guide.say("none")


def _spots(
    spots: Iterable[BlindSpot],
    shown: Preview,
    after: Mapping[str, Coverage],
    guide: Guide,
) -> Iterator[str]:
    """What becomes of open blind spots at the monitor's next look."""
    for spot in spots:
        side = guide.words.the_side[spot.silent]
        found = after.get(shown.leads.get(spot.story, spot.story))
        if found is None:
            yield guide.say(
                "The blind spot of {side} on {story} ends: no item is left.",
                side=side,
                story=spot.story,
            )
        elif found.sides[spot.silent].items:
            yield guide.say(
                "The blind spot of {side} on {story} ends: {side} covers it then.",
                side=side,
                story=spot.story,
            )
        else:
            yield guide.say(
                "The blind spot of {side} on {story} stays open.",
                side=side,
                story=spot.story,
            )


# --- what was done, and by whom ------------------------------------------------------


def verb_words(verb: CorrectionVerb | str, guide: Guide) -> str:
    """What a page calls a verb."""
    return {
        "merge": guide.say("Merge"),
        "split": guide.say("Split"),
        "move": guide.say("Move"),
        "undo": guide.say("Undo"),
        "again": guide.say("Clustered again"),
    }[verb]


def author_words(by: Author | None, guide: Guide) -> str:
    """Who corrected, and how."""
    if by is None:
        return guide.say("not noted")
    way = {
        "page": guide.say("on a page"),
        "api": guide.say("by a program"),
        "command": guide.say("on the command line"),
        "file": guide.say("from a file"),
    }[by.way]
    return f"{clean(by.name)}, {way}"


def clash_view(clash: Clash, guide: Guide) -> ClashView:
    """What came in between."""
    is_monitors = clash.by is None and clash.correction is None
    by = guide.say("the monitor itself") if is_monitors else None
    return ClashView(
        what=verb_words(clash.kind, guide),
        when=guide.moment(clash.at),
        by=by or author_words(clash.by, guide),
        items=guide.count(clash.items, guide.words.items),
        reason=clean(clash.reason),
    )


def logged_view(logged: LoggedCorrection, guide: Guide) -> LoggedView:
    """One correction: what it says, who made it, and who took it back."""
    said, taken = logged.correction, logged.taken_back
    words = []
    if len(said.together) > 1:
        many = guide.count(len(said.together), guide.words.items)
        words.append(guide.say("{items} together", items=many))
    if all(said.apart):
        one, other = (guide.count(len(s), guide.words.items) for s in said.apart)
        words.append(guide.say("{items} apart from {others}", items=one, others=other))
    undone = ""
    if taken:
        undone = guide.say(
            "taken back on {when} ({by})",
            when=guide.moment(taken.at),
            by=author_words(taken.by, guide),
        )
    elif logged.undone:
        undone = guide.say("taken back")
    return LoggedView(
        id=logged.id,
        verb=verb_words(said.verb, guide),
        when=guide.moment(logged.made),
        by=author_words(logged.by, guide),
        said="; ".join(words),
        reason=clean(said.reason),
        undone=undone,
        why_undone=clean(taken.reason) if taken else "",
        is_undone=logged.undone,
    )
