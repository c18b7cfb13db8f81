"""Who acts and is quoted, and how grave headlines are, by side -> views."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.coverage import measured
from monitor.coverage.roles import ActorRoles, SideRoles
from monitor.coverage.tone import LEAST_TEXTS, Estimate, SideTone, ToneBySide
from monitor.digest.headline import clean
from monitor.model import SIDES, Country, Item
from monitor.web.evidence import Evidence, evidence
from monitor.web.guide import Guide

_ACTORS = 12
"""Of each side."""
_HEADLINES = 20
"""Behind each number."""


@dataclass(frozen=True, slots=True)
class RoleView:
    """One actor in one role."""

    role: str
    items: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ActorView:
    """One actor on one side."""

    name: str
    roles: tuple[RoleView, ...]


@dataclass(frozen=True, slots=True)
class SideVoices:
    """The actors of one side's headlines."""

    side: Country
    name: str
    telling: str
    """``9 of 14 texts tell of an actor``"""
    actors: tuple[ActorView, ...]
    more: int
    """Actors left out."""


@dataclass(frozen=True, slots=True)
class VoicesView:
    """The actors of both sides."""

    sides: tuple[SideVoices, ...]
    error: str


@dataclass(frozen=True, slots=True)
class SideToneView:
    """The tone of one side's headlines."""

    side: Country
    name: str
    mean: str
    """With its interval; empty where too few texts can be measured."""
    measured: str
    evidence: Evidence
    """The gravest first, each with its tone and words."""


@dataclass(frozen=True, slots=True)
class ToneView:
    """The tone of both sides, and how they differ."""

    sides: tuple[SideToneView, ...]
    difference: str
    least: int
    error: str


def voices_error(guide: Guide) -> str:
    """How far it can be trusted."""
    return guide.say(
        "Of what it says of English headlines {right_en} statements are right, and it "
        "finds {found_en} of what a reader finds; of Spanish ones {right_es} and "
        "{found_es}.",
        right_en=share(measured.VOICES_RIGHT["en"], guide),
        found_en=share(measured.VOICES_FOUND["en"], guide),
        right_es=share(measured.VOICES_RIGHT["es"], guide),
        found_es=share(measured.VOICES_FOUND["es"], guide),
    )


def tone_error(guide: Guide) -> str:
    """How far it can be trusted."""
    return guide.say(
        "Read by eye, its sign is right in {english} English headlines and {spanish} "
        "Spanish ones; in {opposite} it takes good news for bad or bad for good.",
        english=share(measured.TONE_RIGHT["en"], guide),
        spanish=share(measured.TONE_RIGHT["es"], guide),
        opposite=share(measured.TONE_OPPOSITE, guide),
    )


def share(of: measured.Share, guide: Guide) -> str:
    """``22 of 27``"""
    return guide.say("{n} of {total}", n=of.right, total=of.of)


def voices_view(
    found: Mapping[Country, SideRoles],
    items: Mapping[str, Item],
    guide: Guide,
    here: Collection[str],
) -> VoicesView | None:
    """The actors of each side; ``items`` are those of the story, by id, and ``here``
    those that stand on the page.

    None where nobody is found often enough.
    """
    if not any(found[side].actors for side in SIDES):
        return None
    return VoicesView(
        tuple(_voices(side, found[side], items, guide, here) for side in SIDES),
        voices_error(guide),
    )


def tone_view(found: ToneBySide, guide: Guide, here: Collection[str]) -> ToneView:
    """The tone of both sides; ``here`` are the items that stand on the page."""
    return ToneView(
        sides=tuple(_tone(side, found.sides[side], guide, here) for side in SIDES),
        difference=_difference(found.difference, guide),
        least=LEAST_TEXTS,
        error=tone_error(guide),
    )


def _voices(
    side: Country,
    found: SideRoles,
    items: Mapping[str, Item],
    guide: Guide,
    here: Collection[str],
) -> SideVoices:
    return SideVoices(
        side=side,
        name=guide.words.side[side],
        telling=guide.say(
            "{n} of {texts} tell of an actor",
            n=guide.number(found.telling),
            texts=_texts(found.texts, guide),
        ),
        actors=tuple(
            _actor(each, items, guide, here) for each in found.actors[:_ACTORS]
        ),
        more=max(len(found.actors) - _ACTORS, 0),
    )


def _actor(
    each: ActorRoles,
    items: Mapping[str, Item],
    guide: Guide,
    here: Collection[str],
) -> ActorView:
    roles = (
        (guide.say("acts"), each.agent),
        (guide.say("quoted"), each.quoted),
        (guide.say("undergoes"), each.patient),
    )
    return ActorView(
        clean(each.name),
        tuple(
            RoleView(
                role,
                guide.number(len(ids)),
                evidence([items[i] for i in ids], guide, _HEADLINES, here),
            )
            for role, ids in roles
            if ids
        ),
    )


def _tone(
    side: Country, found: SideTone, guide: Guide, here: Collection[str]
) -> SideToneView:
    notes = {
        each.item.id: f"{_signed(each.tone.value)}: {', '.join(each.tone.words)}"
        for each in found.measured[:_HEADLINES]
    }
    items = [each.item for each in found.measured]
    return SideToneView(
        side=side,
        name=guide.words.side[side],
        mean=_interval(found.mean, guide) if found.mean else "",
        measured=guide.say(
            "{n} of {texts} can be measured",
            n=guide.number(len(items)),
            texts=_texts(found.texts, guide),
        ),
        evidence=evidence(items, guide, _HEADLINES, here, notes),
    )


def _texts(n: int, guide: Guide) -> str:
    return guide.count(n, guide.words.texts)


def _difference(of: Estimate | None, guide: Guide) -> str:
    if of is None:
        return ""
    interval = _interval(of, guide)
    if of.low <= 0 <= of.high:
        return guide.say(
            "United States less Mexico: {interval}, which shows no difference.",
            interval=interval,
        )
    return guide.say("United States less Mexico: {interval}.", interval=interval)


def _interval(of: Estimate, guide: Guide) -> str:
    return guide.say(
        "{value} ({low} to {high} at 95%)",
        value=_signed(of.value),
        low=_signed(of.low),
        high=_signed(of.high),
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
