"""Who acts and is quoted, and how grave headlines are, by side -> views."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.coverage import measured
from monitor.coverage.roles import ActorRoles, SideRoles
from monitor.coverage.tone import LEAST_TEXTS, Estimate, SideTone, ToneBySide
from monitor.digest.headline import clean
from monitor.digest.phrases import Speaker
from monitor.model import SIDES, Country, Item
from monitor.web.evidence import Evidence, evidence

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


_VOICES_ERROR = (
    f"Of what it says of English headlines {measured.VOICES_RIGHT['en']} statements "
    f"are right, and it finds {measured.VOICES_FOUND['en']} of what a reader finds; "
    f"of Spanish ones {measured.VOICES_RIGHT['es']} and "
    f"{measured.VOICES_FOUND['es']}."
)
_TONE_ERROR = (
    f"Read by eye, its sign is right in {measured.TONE_RIGHT['en']} English headlines "
    f"and {measured.TONE_RIGHT['es']} Spanish ones; in {measured.TONE_OPPOSITE} it "
    "takes good news for bad or bad for good."
)


def voices_view(
    found: Mapping[Country, SideRoles],
    items: Mapping[str, Item],
    speaker: Speaker,
) -> VoicesView | None:
    """The actors of each side; ``items`` are those that stand on the page, by id.

    None where nobody is found often enough.
    """
    if not any(found[side].actors for side in SIDES):
        return None
    return VoicesView(
        tuple(_voices(side, found[side], items, speaker) for side in SIDES),
        _VOICES_ERROR,
    )


def tone_view(found: ToneBySide, speaker: Speaker, here: Collection[str]) -> ToneView:
    """The tone of both sides; ``here`` are the items that stand on the page."""
    return ToneView(
        sides=tuple(_tone(side, found.sides[side], speaker, here) for side in SIDES),
        difference=_difference(found.difference),
        least=LEAST_TEXTS,
        error=_TONE_ERROR,
    )


def _voices(
    side: Country, found: SideRoles, items: Mapping[str, Item], speaker: Speaker
) -> SideVoices:
    return SideVoices(
        side=side,
        name=speaker.words.side[side],
        telling=f"{speaker.number(found.telling)} of {_texts(found.texts, speaker)} "
        "tell of an actor",
        actors=tuple(_actor(each, items, speaker) for each in found.actors[:_ACTORS]),
        more=max(len(found.actors) - _ACTORS, 0),
    )


def _actor(each: ActorRoles, items: Mapping[str, Item], speaker: Speaker) -> ActorView:
    roles = (("acts", each.agent), ("quoted", each.quoted), ("undergoes", each.patient))
    return ActorView(
        clean(each.name),
        tuple(
            RoleView(
                role,
                speaker.number(len(ids)),
                evidence([items[i] for i in ids], speaker, _HEADLINES, items.keys()),
            )
            for role, ids in roles
            if ids
        ),
    )


def _tone(
    side: Country, found: SideTone, speaker: Speaker, here: Collection[str]
) -> SideToneView:
    notes = {
        each.item.id: f"{_signed(each.tone.value)}: {', '.join(each.tone.words)}"
        for each in found.measured[:_HEADLINES]
    }
    items = [each.item for each in found.measured]
    return SideToneView(
        side=side,
        name=speaker.words.side[side],
        mean=_interval(found.mean) if found.mean else "",
        measured=f"{speaker.number(len(items))} of {_texts(found.texts, speaker)} "
        "can be measured",
        evidence=evidence(items, speaker, _HEADLINES, here, notes),
    )


def _texts(n: int, speaker: Speaker) -> str:
    return speaker.count(n, speaker.words.texts)


def _difference(of: Estimate | None) -> str:
    if of is None:
        return ""
    told = f"United States less Mexico: {_interval(of)}"
    if of.low <= 0 <= of.high:
        return f"{told}, which shows no difference."
    return f"{told}."


def _interval(of: Estimate) -> str:
    low, high = _signed(of.low), _signed(of.high)
    return f"{_signed(of.value)} ({low} to {high} at 95%)"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
