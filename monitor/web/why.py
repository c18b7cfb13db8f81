"""Explanations as the page of a story shows them."""

from collections.abc import Container
from dataclasses import dataclass

from monitor.digest.headline import clean
from monitor.model import LANGUAGES, Item, Language
from monitor.stories.explain import Entrance, Membership, chance, minutes_apart
from monitor.stories.related import Other, Related
from monitor.stories.shared import Shared
from monitor.text import clip
from monitor.web.catalogue import later
from monitor.web.guide import Guide
from monitor.web.history import brought_words

_TITLE_LENGTH = 160
"""Characters of another headline shown."""
_HOUR = 60
_IN_DAYS = 72
"""Hours from which on a gap is told in days."""

CHANNELS = (
    later("English words"),
    later("words of its own language"),
    later("names and numbers"),
    later("spelling"),
    later("meaning"),
)
"""What explanations call the channels of evidence."""


@dataclass(frozen=True, slots=True)
class NearView:
    """The item that explains another's place."""

    id: str
    """Empty if it is not on this page."""
    title: str
    language: Language
    outlet: str
    apart: str
    """How long lies between the two; empty if one is undated."""


@dataclass(frozen=True, slots=True)
class OtherView:
    """Another story, to which the page leads."""

    id: str
    headline: str
    language: Language
    p: str
    """Empty if it is tied by names alone."""
    names: tuple[str, ...]
    is_own: bool
    """Whether it became a part of this story."""


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why an item is in the story."""

    entrance: Entrance
    p: str
    evidence: tuple[tuple[str, str], ...]
    """A channel's words and its share, the largest first."""
    shared: tuple[str, ...]
    near: NearView | None
    otherwise: OtherView | None
    is_recurring: bool
    brought: str
    """What brought it here from another story; then the rest is about that one."""


@dataclass(frozen=True, slots=True)
class SharedView:
    """Terms that the items of a language have in common."""

    name: str
    language: Language
    terms: tuple[str, ...]


def why_view(why: Membership, here: Container[str], guide: Guide) -> WhyView:
    """One membership; ``here`` are the items on the page."""
    other, p = why.runner_up, chance(why.runner_up_score)
    return WhyView(
        entrance=why.entrance,
        p=chance(why.score),
        evidence=tuple(
            (guide.say(name) if name in CHANNELS else clean(name), chance(share))
            for name, share in why.evidence
        ),
        shared=tuple(clean(term) for term in why.shared),
        near=_near(why.item, why.nearest, here, guide) if why.nearest else None,
        otherwise=_other(other, p, guide, is_own=why.is_own) if other else None,
        is_recurring=why.item.recurring,
        brought=brought_words(why.brought, guide) if why.brought else "",
    )


def related_view(each: Related, guide: Guide) -> OtherView:
    """A related story."""
    p = chance(each.score) if each.score else ""
    names = tuple(clean(name) for name in each.names)
    return _other(each.other, p, guide, names)


def shared_views(shared: Shared, guide: Guide) -> tuple[SharedView, ...]:
    """What both languages share, then each of them; none where nothing is shared."""
    named = {"en": guide.say("Shared in English"), "es": guide.say("Shared in Spanish")}
    found = [
        SharedView(guide.say("Shared in both"), "en", shared.both),
        *(SharedView(named[code], code, shared.terms[code]) for code in LANGUAGES),
    ]
    return tuple(view for view in found if view.terms)


def _near(item: Item, near: Item, here: Container[str], guide: Guide) -> NearView:
    return NearView(
        id=near.id if near.id in here else "",
        title=clip(clean(near.title), _TITLE_LENGTH) or "…",
        language=near.language,
        outlet=clean(near.outlet),
        apart=_apart(item, near, guide),
    )


def _apart(item: Item, near: Item, guide: Guide) -> str:
    """``20 min apart``; empty if one is undated."""
    minutes = minutes_apart(item, near)
    if minutes is None:
        return ""
    if minutes == 0:
        return guide.say("same minute")
    if minutes < _HOUR:
        return guide.say("{n} min apart", n=minutes)
    hours = round(minutes / _HOUR)
    if hours < _IN_DAYS:
        return guide.say("{n} h apart", n=hours)
    return guide.say("{n} d apart", n=round(hours / 24))


def _other(
    other: Other,
    p: str,
    guide: Guide,
    names: tuple[str, ...] = (),
    *,
    is_own: bool = False,
) -> OtherView:
    """By its headline in the guide’s language, if it has one."""
    told = clean(other.headlines.get(guide.language, ""))
    language = guide.language if told else other.language
    headline = clip(told or clean(other.headline), _TITLE_LENGTH) or other.id
    return OtherView(other.id, headline, language, p, names, is_own)
