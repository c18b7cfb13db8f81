"""
A share of the translating: items with all that an engine elsewhere has to know.

What texts came to before is looked up where the database is and goes along; what was
learnt comes back. So whoever does a share needs nothing but an engine, and the one who
asked keeps what was made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from monitor.entry import Entry
from monitor.errors import TranslationError, UnfitError
from monitor.model import LANGUAGES, Item, Language
from monitor.translation.bridge import bridge
from monitor.translation.items import (
    Failure,
    Part,
    TranslationBatch,
    translate_items,
)
from monitor.translation.memory import Memory, Route
from monitor.translation.translator import Translator, engines_for

ASKED = 2
"""Engines that are asked at most: the first, and the next for what is doubted."""


@dataclass(frozen=True, slots=True)
class Share:
    """Items to be translated, by which engines, and what these said before."""

    items: tuple[Item, ...]
    target: Language
    part: Part
    engines: tuple[Route, ...]
    own: tuple[Entry, ...] = ()
    """What a person adds to the bridge."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Translations of texts by their keys."""

    def alone(self) -> Iterable["Share"]:
        """Each item as a share of its own."""
        return (replace(self, items=(item,)) for item in self.items)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a share."""

    batch: TranslationBatch
    learnt: Mapping[str, str]
    """Translations of texts that were not known before, by their keys."""


def share(
    items: Iterable[Item],
    target: Language,
    part: Part,
    translator: Translator,
    memory: Memory,
    own: tuple[Entry, ...] = (),
) -> Share:
    """Items as a share for the engines that ``translator`` has."""
    chosen, engines = tuple(items), routes(translator, target)
    texts = {
        (item.language, text)
        for item in chosen
        for text in (item.title, *((item.summary,) if part == "whole" else ()))
    }
    keys = [
        route.key(text)
        for route in engines
        for language, text in texts
        if language == route.source
    ]
    return Share(chosen, target, part, engines, own, memory.recall(keys))


def routes(translator: Translator, target: Language) -> tuple[Route, ...]:
    """The engines that may be asked for texts in ``target``, with their versions."""
    return tuple(
        Route(source, target, engine.name, engine.version)
        for source in LANGUAGES
        if source != target
        for engine in engines_for(translator, source, target)[:ASKED]
    )


def check_engines(asked: Share, translator: Translator) -> None:
    """Raise UnfitError unless ``translator`` has the very engines a share is for.

    Another version's words would be kept under the name of ours.
    """
    here = routes(translator, asked.target)
    if here != asked.engines:
        raise UnfitError(
            f"has {_told(here)} and was asked for {_told(asked.engines)}; install the "
            "same engine and version there"
        )


def translate_share(asked: Share, translator: Translator) -> Done:
    """Translate a share by the engines at hand."""
    memory = _Carried(asked.known)
    batch = translate_items(
        asked.items, asked.target, translator, asked.part, memory, bridge(asked.own)
    )
    return Done(batch, memory.learnt)


def check(asked: Share, done: Done) -> None:
    """Raise TranslationError unless it answers a share: its items, by its engines."""
    ids = {item.id for item in asked.items}
    engines = {(route.engine, route.engine_version) for route in asked.engines}
    batch = done.batch
    is_its_own = all(
        each.item in ids
        and each.language == asked.target
        and (each.engine, each.engine_version) in engines
        for each in batch.translations
    ) and all(failure.item in ids for failure in batch.failures)
    if not is_its_own:
        raise TranslationError("translate: a worker answered what it was not asked")


def lost(asked: Share) -> Done:
    """The outcome of a share that ended every process which took it up."""
    reason = "its text ends the process that translates it"
    failures = tuple(Failure(item.id, reason) for item in asked.items)
    return Done(TranslationBatch((), failures), {})


def together(parts: Iterable[Done]) -> Done:
    """What became of several shares, as of one."""
    parts = list(parts)
    return Done(
        TranslationBatch(
            tuple(t for part in parts for t in part.batch.translations),
            tuple(f for part in parts for f in part.batch.failures),
            next((part.batch.down for part in parts if part.batch.down), ""),
        ),
        {key: text for part in parts for key, text in part.learnt.items()},
    )


class _Carried:
    """The memory that goes along with a share."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.learnt: dict[str, str] = {}

    def recall(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Key -> translation, for those that are known."""
        known = {**self._known, **self.learnt}
        return {key: known[key] for key in keys if key in known}

    def keep(self, made: Mapping[str, str]) -> None:
        """Remember translations by their keys."""
        self.learnt |= made


def _told(engines: Iterable[Route]) -> str:
    names = dict.fromkeys(f"{each.engine} {each.engine_version}" for each in engines)
    return ", ".join(names) or "no engine"
