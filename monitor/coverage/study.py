"""
What reading all items of a story comes to, and that as a text, to be kept.

To read a story takes a millisecond and a half an item: a page cannot wait for that.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from monitor.concept import Concept
from monitor.coverage.framing import Cell, ConceptUse, FrameUse, Mention
from monitor.coverage.keyness import SURE_OF, Word
from monitor.coverage.odds import Leaning
from monitor.coverage.roles import ActorRoles, SideRoles
from monitor.coverage.themes import Lexicon
from monitor.coverage.tone import Estimate, MeasuredText, SideTone, ToneBySide
from monitor.coverage.valence import Tone
from monitor.entry import Entry
from monitor.model import LANGUAGES, SIDES, Country, Item
from monitor.stories.shared import Shared

RULES = 1
"""To be raised whenever stories are read otherwise: all studies are made anew."""
MOST_WORDS = 12
"""Of each side and background, the surest: those that pages show."""


@dataclass(frozen=True, slots=True)
class Study:
    """What the items of one story say, in no reader's language."""

    themes: tuple[str, ...]
    """Names."""
    roles: Mapping[Country, SideRoles]
    tone: ToneBySide | None
    """None of a single item."""
    framing: tuple[ConceptUse, ...]
    words: tuple[Word, ...]
    """The surest, ``MOST_WORDS`` of each side and background."""
    shared: Shared
    near: Mapping[str, tuple[str, ...]]
    """Other stories -> the rare names by which alone they are near, nearest first."""


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study as it was kept."""

    at: datetime
    items: int
    """How many the story had then."""
    is_stale: bool
    """Whether the story has changed since."""
    text: str
    """For ``from_text``."""


def version(
    themes: Lexicon, concepts: Sequence[Concept], own: tuple[Entry, ...]
) -> str:
    """Another one after any change of what stories are read by, beside their items.

    32 hexadecimal digits.
    """
    said = repr((RULES, themes.themes, concepts, own))
    return sha256(said.encode(errors="replace")).hexdigest()[:32]


def surest(words: Iterable[Word]) -> tuple[Word, ...]:
    """Those that are sure, the first ``MOST_WORDS`` of each side and background."""
    sure = [word for word in words if word.is_sure]
    cells = [(side, against) for side in SIDES for against in SURE_OF]
    return tuple(
        word
        for cell in cells
        for word in [w for w in sure if (w.side, w.against) == cell][:MOST_WORDS]
    )


# --- to a text ------------------------------------------------------------------


class _Places:
    """Items by small numbers, so that a text names each once."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def of(self, item: str) -> int:
        return self.ids.setdefault(item, len(self.ids))

    def all(self, items: Iterable[str]) -> list[int]:
        return [self.of(item) for item in items]


def to_text(study: Study) -> str:
    """As JSON; items by their ids."""
    at = _Places()
    said: dict[str, Any] = {
        "themes": study.themes,
        "roles": {side: _roles(study.roles[side], at) for side in SIDES},
        "tone": _tone(study.tone, at) if study.tone else None,
        "framing": [_use(use, at) for use in study.framing],
        "words": [_word(word, at) for word in study.words],
        "shared": [[study.shared.terms.get(x, ()) for x in LANGUAGES]],
        "near": study.near,
    }
    said["shared"].append(study.shared.both)
    said["items"] = list(at.ids)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _roles(of: SideRoles, at: _Places) -> list[Any]:
    actors = [
        [a.key, a.name, at.all(a.agent), at.all(a.patient), at.all(a.quoted)]
        for a in of.actors
    ]
    return [of.texts, of.telling, actors]


def _tone(of: ToneBySide, at: _Places) -> list[Any]:
    sides = {
        side: [
            of.sides[side].texts,
            [
                [at.of(m.item.id), m.tone.value, m.tone.words]
                for m in of.sides[side].measured
            ],
            _estimate(of.sides[side].mean),
        ]
        for side in SIDES
    }
    return [sides, _estimate(of.difference)]


def _estimate(of: Estimate | None) -> list[float] | None:
    return [of.value, of.low, of.high] if of else None


def _use(of: ConceptUse, at: _Places) -> list[Any]:
    frames = [
        [
            use.frame,
            {side: _cell(use.cells[side], at) for side in SIDES},
            _leaning(use.leaning),
        ]
        for use in of.uses
    ]
    return [of.concept, frames, {side: of.totals[side] for side in SIDES}]


def _cell(of: Cell, at: _Places) -> list[Any]:
    mentions = [[at.of(m.item.id), m.part, m.start, m.end] for m in of.mentions]
    return [mentions, of.share, of.texts]


def _leaning(of: Leaning | None) -> list[float] | None:
    return [of.log_odds, of.z] if of else None


def _word(of: Word, at: _Places) -> list[Any]:
    ids = (at.all(item.id for item in items) for items in (of.items, of.others))
    leaning = _leaning(of.leaning)
    return [
        *(of.lemma, of.written, of.language, of.side, of.against),
        *(leaning, *ids, of.usual),
    ]


# --- from a text ----------------------------------------------------------------


def from_text(text: str, items: Mapping[str, Item]) -> Study | None:
    """The study that ``to_text`` wrote.

    ``items`` are those of the story, by id. None where the study is of an item that is
    none of them: the story is another one by now.
    """
    said = json.loads(text)
    if not items.keys() >= set(said["items"]):
        return None
    ids = said["items"]
    of = [items[id_] for id_ in ids]
    by_language, both = said["shared"]
    return Study(
        themes=tuple(said["themes"]),
        roles={side: _roles_of(said["roles"][side], ids) for side in SIDES},
        tone=_tone_of(said["tone"], of) if said["tone"] else None,
        framing=tuple(_use_of(use, of) for use in said["framing"]),
        words=tuple(_word_of(word, of) for word in said["words"]),
        shared=Shared(
            dict(zip(LANGUAGES, map(tuple, by_language), strict=True)), tuple(both)
        ),
        near={story: tuple(names) for story, names in said["near"].items()},
    )


def _roles_of(said: list[Any], ids: Sequence[str]) -> SideRoles:
    texts, telling, actors = said
    return SideRoles(
        texts,
        telling,
        tuple(
            ActorRoles(key, name, *(tuple(ids[n] for n in role) for role in roles))
            for key, name, *roles in actors
        ),
    )


def _tone_of(said: list[Any], of: Sequence[Item]) -> ToneBySide:
    sides, difference = said
    return ToneBySide(
        {side: _side_tone_of(sides[side], of) for side in SIDES},
        _estimate_of(difference),
    )


def _side_tone_of(said: list[Any], of: Sequence[Item]) -> SideTone:
    texts, measured, mean = said
    return SideTone(
        texts,
        tuple(MeasuredText(of[n], Tone(v, tuple(words))) for n, v, words in measured),
        _estimate_of(mean),
    )


def _estimate_of(said: list[float] | None) -> Estimate | None:
    return Estimate(*said) if said else None


def _use_of(said: list[Any], of: Sequence[Item]) -> ConceptUse:
    concept, frames, totals = said
    uses = tuple(
        FrameUse(
            frame,
            {side: _cell_of(cells[side], concept, frame, of) for side in SIDES},
            _leaning_of(leaning),
        )
        for frame, cells, leaning in frames
    )
    return ConceptUse(concept, uses, totals)


def _cell_of(said: list[Any], concept: str, frame: str, of: Sequence[Item]) -> Cell:
    mentions, share, texts = said
    mention = partial(Mention, concept=concept, frame=frame)
    return Cell(
        tuple(
            mention(item=of[n], part=part, start=start, end=end)
            for n, part, start, end in mentions
        ),
        share,
        texts,
    )


def _leaning_of(said: list[float] | None) -> Leaning | None:
    return Leaning(*said) if said else None


def _word_of(said: list[Any], of: Sequence[Item]) -> Word:
    lemma, written, language, side, against, leaning, items, others, usual = said
    return Word(
        *(lemma, written, language, side, against, Leaning(*leaning)),
        items=tuple(of[n] for n in items),
        others=tuple(of[n] for n in others),
        usual=usual,
    )
