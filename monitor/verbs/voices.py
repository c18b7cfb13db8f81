"""The verbs that say what headlines make of the news: its tone, and who has a voice."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.config.settings import Config
from monitor.coverage import measured
from monitor.coverage.actors import actors
from monitor.coverage.roles import ActorRoles, SideRoles, roles_by_side
from monitor.coverage.tone import LEAST_TEXTS, Estimate, SideTone, tone_by_side
from monitor.coverage.valence import valences
from monitor.coverage.verbs import verbs
from monitor.model import SIDES, Country, Member
from monitor.terminal import facts, show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span

_ENDS_SHOWN = 5
"""How many of a side's gravest headlines are shown, and of its brightest."""
_IDS_SHOWN = 3
_TONE_COLUMNS = ("side", "tone", "id", "outlet", "title", "words")
_VOICE_COLUMNS = ("side", "actor", "acts", "undergoes", "quoted", "items")


def show_tone(paths: Paths, span: Span, as_json: bool) -> None:
    """The tone of each side's headlines, with the headlines behind it."""
    _, members = _members(paths, span)
    found = tone_by_side(members, valences())
    if as_json:
        show_json(
            {
                "method": _tone_method(),
                "sides": {side: _tone_dict(found.sides[side]) for side in SIDES},
                "difference": _estimate(found.difference),
            }
        )
        return
    rows = [(side, _told(found.sides[side])) for side in SIDES]
    gap = found.difference
    facts(
        "Tone of headlines, -1 to 1",
        [
            *rows,
            ("US less MX", _interval(gap) if gap else "cannot tell"),
            ("read by eye", _tone_error()),
        ],
    )
    shown = [row for side in SIDES for row in _ends(side, found.sides[side])]
    if shown:
        print("\nThe gravest and the brightest")
        show(shown, _TONE_COLUMNS)


def show_voices(paths: Paths, span: Span, as_json: bool) -> None:
    """Who acts, undergoes and is quoted in each side's headlines."""
    config, members = _members(paths, span)
    found = roles_by_side(members, actors(config.bridge), verbs())
    if as_json:
        show_json(
            {
                "method": _voices_method(),
                "sides": {side: _roles_dict(found[side]) for side in SIDES},
            }
        )
        return
    facts(
        "Who acts and who is quoted",
        [
            *((side, _telling(found[side])) for side in SIDES),
            ("read by eye", _voices_error()),
        ],
    )
    rows = [_row(side, each) for side in SIDES for each in found[side].actors]
    if rows:
        print()
        show(rows, _VOICE_COLUMNS)


def _members(paths: Paths, span: Span) -> tuple[Config, list[Member]]:
    """The items of a story, or those published in some days that have one."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        if span.story is not None:
            return config, list(store.stories.named(span.story).members)
        start, end = span.times(store.items.last_moment() or compose.now())
        stories = store.stories.published(start, end)
    return config, [
        member
        for each in stories
        for member in each.members
        if start <= member.item.published < end
    ]


# --- tone ----------------------------------------------------------------------------


def _tone_method() -> dict[str, Any]:
    return {
        "right": {lang: str(s) for lang, s in measured.TONE_RIGHT.items()},
        "covers": {lang: str(s) for lang, s in measured.TONE_COVERS.items()},
        "opposite": str(measured.TONE_OPPOSITE),
        "correlation": measured.TONE_CORRELATION,
        "least_texts": LEAST_TEXTS,
    }


def _tone_error() -> str:
    right = measured.TONE_RIGHT
    return (
        f"right in {right['en']} headlines in English, {right['es']} in Spanish; "
        f"{measured.TONE_OPPOSITE} the other way round"
    )


def _tone_dict(side: SideTone) -> dict[str, Any]:
    return {
        "texts": side.texts,
        "measured": len(side.measured),
        "mean": _estimate(side.mean),
        "items": [
            {
                "id": each.item.id,
                "outlet": each.item.outlet,
                "title": each.item.title,
                "tone": round(each.tone.value, 3),
                "words": list(each.tone.words),
            }
            for each in side.measured
        ],
    }


def _estimate(of: Estimate | None) -> dict[str, float] | None:
    if of is None:
        return None
    return {
        "value": round(of.value, 3),
        "low": round(of.low, 3),
        "high": round(of.high, 3),
    }


def _told(side: SideTone) -> str:
    share = f"{len(side.measured)} of {side.texts} texts can be measured"
    if side.mean is None:
        return f"cannot tell: {share}, {LEAST_TEXTS} are needed"
    return f"{_interval(side.mean)}; {share}"


def _interval(of: Estimate) -> str:
    return f"{of.value:+.2f} ({of.low:+.2f} to {of.high:+.2f})"


def _ends(side: Country, found: SideTone) -> Iterator[Mapping[str, object]]:
    among = found.measured
    if len(among) > 2 * _ENDS_SHOWN:
        among = among[:_ENDS_SHOWN] + among[-_ENDS_SHOWN:]
    for each in among:
        yield {
            "side": side,
            "tone": f"{each.tone.value:+.2f}",
            "id": each.item.id,
            "outlet": each.item.outlet,
            "title": each.item.title,
            "words": ", ".join(each.tone.words),
        }


# --- voices --------------------------------------------------------------------------


def _voices_method() -> dict[str, Any]:
    return {
        "right": {lang: str(s) for lang, s in measured.VOICES_RIGHT.items()},
        "found": {lang: str(s) for lang, s in measured.VOICES_FOUND.items()},
    }


def _voices_error() -> str:
    right, found = measured.VOICES_RIGHT, measured.VOICES_FOUND
    return (
        f"in English {right['en']} statements are right and {found['en']} are found, "
        f"in Spanish {right['es']} and {found['es']}"
    )


def _telling(side: SideRoles) -> str:
    return f"{side.telling} of {side.texts} texts tell of an actor"


def _roles_dict(side: SideRoles) -> dict[str, Any]:
    return {
        "texts": side.texts,
        "telling": side.telling,
        "actors": [
            {
                "name": each.name,
                "agent": list(each.agent),
                "patient": list(each.patient),
                "quoted": list(each.quoted),
            }
            for each in side.actors
        ],
    }


def _row(side: Country, of: ActorRoles) -> Mapping[str, object]:
    ids = list(dict.fromkeys((*of.agent, *of.quoted, *of.patient)))
    more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
    return {
        "side": side,
        "actor": of.name,
        "acts": len(of.agent),
        "undergoes": len(of.patient),
        "quoted": len(of.quoted),
        "items": " ".join(ids[:_IDS_SHOWN]) + more,
    }
