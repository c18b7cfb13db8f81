"""Who acts, who undergoes and who is quoted on each side, with the items behind it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.coverage.actors import Actors, parts_of
from monitor.coverage.grammar import Role
from monitor.coverage.syndication import independent
from monitor.coverage.verbs import Verbs
from monitor.coverage.voices import Voice, voices
from monitor.model import SIDES, Country, Item, Member

LEAST_MENTIONS = 2
"""An actor with fewer roles, on both sides together, is left out: of single statements
nearly one in five is wrong (``measured.VOICES_RIGHT``)."""


@dataclass(frozen=True, slots=True)
class ActorRoles:
    """One actor on one side: the items that have it in each role, as published."""

    key: str
    """The same on both sides and in both languages."""
    name: str
    agent: tuple[str, ...]
    """Ids of items, as are the next two."""
    patient: tuple[str, ...]
    quoted: tuple[str, ...]

    @property
    def mentions(self) -> int:
        """In how many roles it is found; an item may have it in two."""
        return len(self.agent) + len(self.patient) + len(self.quoted)


@dataclass(frozen=True, slots=True)
class SideRoles:
    """The actors of one side's headlines."""

    texts: int
    """Independent ones."""
    telling: int
    """Of those, the ones of which anything is said."""
    actors: tuple[ActorRoles, ...]
    """Those with most roles first."""


def roles_by_side(
    members: Iterable[Member], actors: Actors, verbs: Verbs, least: int = LEAST_MENTIONS
) -> Mapping[Country, SideRoles]:
    """Who has which role in each side's headlines of a story or a period.

    Actors found in fewer than ``least`` roles on both sides together are left out. The
    order of the members does not matter.
    """
    texts = independent(members)
    found = {
        side: [
            (item, voices(item.title, item.language, actors, verbs))
            for item in texts[side]
        ]
        for side in SIDES
    }
    every = [voice for side in SIDES for _, said in found[side] for voice in said]
    joined = _joined({voice.key for voice in every})
    by_key: dict[str, list[Voice]] = defaultdict(list)
    for voice in every:
        by_key[joined[voice.key]].append(voice)
    kept = {
        key: actors.name(key) or _name(said)
        for key, said in by_key.items()
        if len(said) >= least
    }
    return {side: _side(found[side], joined, kept) for side in SIDES}


def _side(
    found: Sequence[tuple[Item, Sequence[Voice]]],
    joined: Mapping[str, str],
    kept: Mapping[str, str],
) -> SideRoles:
    items: dict[tuple[str, Role], dict[str, None]] = defaultdict(dict)
    for item, said in found:
        for voice in said:
            items[joined[voice.key], voice.role][item.id] = None
    here = {key for key, _ in items if key in kept}
    rows = [
        ActorRoles(
            key,
            kept[key],
            tuple(items.get((key, "agent"), ())),
            tuple(items.get((key, "patient"), ())),
            tuple(items.get((key, "quoted"), ())),
        )
        for key in here
    ]
    rows.sort(key=lambda row: (-row.mentions, row.key))
    return SideRoles(len(found), sum(bool(said) for _, said in found), tuple(rows))


def _joined(keys: Iterable[str]) -> dict[str, str]:
    """Key -> the fullest key that it may be short for; itself if there are several."""
    every = set(keys)
    fuller: dict[str, set[str]] = defaultdict(set)
    for key in every:
        for part in parts_of(key.split()):
            if part in every and part != key:
                fuller[part].add(key)
    return {key: min(fuller[key]) if len(fuller[key]) == 1 else key for key in every}


def _name(found: Iterable[Voice]) -> str:
    """The longest of the usual ways in which an actor is written."""
    written = Counter(voice.written for voice in found)
    return max(written, key=lambda name: (len(name.split()), written[name], name))
