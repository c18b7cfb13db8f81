"""
Items -> translations, by the engines there are.

Texts of many items go to an engine together, since engines are fast only in batches. A
text that fails costs its own item a translation, not the others. What a check doubts is
tried once more by the next engine, and the better of the two is kept with its doubts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.errors import TranslationError
from monitor.model import LANGUAGES, Item, Language, Translation
from monitor.translation.bridge import Bridge
from monitor.translation.checks import SUMMARY, severity, warnings
from monitor.translation.memory import NO_MEMORY, Memory, Route, translate_new
from monitor.translation.translator import Translator, engines_for

Part = Literal["headline", "whole"]
"""How much of an item: its title, or its title and summary."""

PARTS: tuple[Part, ...] = ("headline", "whole")
"""In the order of their worth to a reader."""

_DEAD_AFTER = 4
"""Texts that fail one by one in a row before the engine itself is held to be down:
more than the title and summary of a bad item, few enough to wait for when it hangs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that could not be translated this time."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class TranslationBatch:
    """What became of a batch of items, each in one of the two lists."""

    translations: tuple[Translation, ...]
    failures: tuple[Failure, ...]


def translate_items(
    items: Iterable[Item],
    target: Language,
    translator: Translator,
    part: Part = "whole",
    memory: Memory = NO_MEMORY,
    bridge: Bridge | None = None,
) -> TranslationBatch:
    """Each item in ``target``; items written in it are passed by.

    Translations come in the order of the items, by language. Names that the ``bridge``
    knows are put right where an engine left them as they were, and looked for.
    """
    translations: list[Translation] = []
    failures: list[Failure] = []
    items = list(items)
    for source in LANGUAGES:
        chosen = [item for item in items if item.language == source != target]
        if chosen:
            desk = _Desk(source, target, part, memory, bridge)
            done = desk.translate(chosen, translator)
            translations += done.translations
            failures += done.failures
    return TranslationBatch(tuple(translations), tuple(failures))


@dataclass(frozen=True, slots=True)
class _Desk:
    """How the items of one language are translated into the other."""

    source: Language
    target: Language
    part: Part
    memory: Memory
    bridge: Bridge | None

    def translate(
        self, items: Sequence[Item], translator: Translator
    ) -> TranslationBatch:
        """By the first engine; what fails or is doubted, once more by the next."""
        engines = engines_for(translator, self.source, self.target)
        if not engines:
            reason = (
                f"{translator.name}: no engine translates from {self.source}"
                f" to {self.target}"
            )
            failed = tuple(Failure(item.id, reason) for item in items)
            return TranslationBatch((), failed)
        made = self._by(engines[0], items)
        for second in engines[1:2]:
            doubted = [item for item in items if _is_doubted(made[item.id])]
            for unit, other in self._by(second, doubted).items():
                made[unit] = min(made[unit], other, key=_doubt)  # the first, if equal
        outcomes = [made[item.id] for item in items]
        return TranslationBatch(
            tuple(each for each in outcomes if isinstance(each, Translation)),
            tuple(each for each in outcomes if isinstance(each, Failure)),
        )

    def _by(
        self, engine: Translator, items: Sequence[Item]
    ) -> dict[str, Translation | Failure]:
        """Item -> what one engine makes of it."""
        if not items:
            return {}
        route = Route(self.source, self.target, engine.name, engine.version)
        # Agency headlines repeat: each different text is translated once.
        texts = dict.fromkeys(text for item in items for text in self._texts(item))
        outcome = _Attempt(engine, route, self.memory).run(list(texts))
        return {item.id: self._made(item, route, outcome) for item in items}

    def _texts(self, item: Item) -> tuple[str, ...]:
        return (item.title,) if self.part == "headline" else (item.title, item.summary)

    def _made(
        self,
        item: Item,
        route: Route,
        outcome: Mapping[str, str | TranslationError],
    ) -> Translation | Failure:
        said = []
        for text in self._texts(item):
            translated = outcome[text]
            if isinstance(translated, TranslationError):
                return Failure(item.id, str(translated))
            said.append(self._mended(text, translated))
        waits = self.part == "headline" and item.summary.strip()
        return Translation(
            item=item.id,
            language=self.target,
            engine=route.engine,
            engine_version=route.engine_version,
            title=said[0],
            summary=None if waits else "".join(said[1:]),
            warnings=tuple(self._warnings(self._texts(item), said)),
        )

    def _warnings(
        self, texts: Sequence[str], translated: Sequence[str]
    ) -> Iterator[str]:
        """Of the title, then of the summary."""
        pairs = zip(("", SUMMARY), zip(texts, translated, strict=True), strict=False)
        for part, (text, made) in pairs:
            names = self._names(text)
            for code in warnings(text, made, self.source, self.target, names):
                yield part + code

    def _mended(self, text: str, translated: str) -> str:
        if self.bridge is None:
            return translated
        return self.bridge.mend(text, translated, self.source)

    def _names(self, text: str) -> list[tuple[str, ...]]:
        return self.bridge.expected(text, self.source) if self.bridge else []


def _is_doubted(outcome: Translation | Failure) -> bool:
    return isinstance(outcome, Failure) or bool(outcome.warnings)


def _doubt(outcome: Translation | Failure) -> tuple[bool, int]:
    """What is smaller is better; none at all is worst."""
    if isinstance(outcome, Failure):
        return True, 0
    return False, severity(outcome.warnings)


class _Attempt:
    """Halves a failing batch until the texts that fail stand alone."""

    def __init__(self, engine: Translator, route: Route, memory: Memory) -> None:
        self._engine = engine
        self._route = route
        self._memory = memory
        self._failed_in_a_row = 0

    def run(self, texts: Sequence[str]) -> Mapping[str, str | TranslationError]:
        """Each text with its translation, or with the error that it met."""
        if not texts:
            return {}
        try:
            done = translate_new(self._engine, self._route, texts, self._memory)
        except TranslationError as error:
            return self._split(texts, error)
        self._failed_in_a_row = 0
        return done

    def _split(
        self, texts: Sequence[str], error: TranslationError
    ) -> Mapping[str, str | TranslationError]:
        if len(texts) == 1:
            self._failed_in_a_row += 1
        half = len(texts) // 2
        outcome: dict[str, str | TranslationError] = dict.fromkeys(texts, error)
        for part in (texts[:half], texts[half:]):
            if len(texts) > 1 and self._failed_in_a_row < _DEAD_AFTER:
                outcome |= self.run(part)
        return outcome
