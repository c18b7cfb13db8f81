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
from monitor.translation.checks import (
    SUMMARY,
    of_headline,
    of_summary,
    severity,
    warnings,
)
from monitor.translation.memory import NO_MEMORY, Memory, Route, learn, recalled
from monitor.translation.translator import Translator, engines_for

Part = Literal["headline", "whole"]
"""How much of an item: its title, or its title and summary."""

PARTS: tuple[Part, ...] = ("headline", "whole")
"""In the order of their worth to a reader."""

_DEAD_AFTER = 4
"""Texts that fail one by one in a row before the engine is asked whether it is down."""
_PLAIN: Mapping[Language, str] = {
    "en": "Mexico is a country.",
    "es": "México es un país.",
}
"""What any engine can translate that works at all."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that could not be translated this time."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class TranslationBatch:
    """What became of a batch of items, each in one of the lists or left untried."""

    translations: tuple[Translation, ...]
    failures: tuple[Failure, ...]
    down: str = ""
    """Why some were left untried: no engine works. It is not the items' fault."""


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
    items, down = list(items), ""
    for source in LANGUAGES:
        chosen = [item for item in items if item.language == source != target]
        if chosen:
            desk = _Desk(source, target, part, memory, bridge)
            done = desk.translate(chosen, translator)
            translations += done.translations
            failures += done.failures
            down = down or done.down
    return TranslationBatch(tuple(translations), tuple(failures), down)


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
            return TranslationBatch((), (), reason)
        made, down = self._by(engines[0], items)
        for second in engines[1:2]:
            doubted = [item for item in items if _is_doubted(made.get(item.id))]
            others, also_down = self._by(second, doubted)
            down = down and also_down
            for unit, other in others.items():
                # The first, if they are equal.
                made[unit] = min(made.get(unit, other), other, key=_doubt)
        outcomes = [made[item.id] for item in items if item.id in made]
        return TranslationBatch(
            tuple(each for each in outcomes if isinstance(each, Translation)),
            tuple(each for each in outcomes if isinstance(each, Failure)),
            down if len(outcomes) < len(items) else "",
        )

    def _by(
        self, engine: Translator, items: Sequence[Item]
    ) -> tuple[dict[str, Translation | Failure], str]:
        """Item -> what one engine makes of it; and what it says if it is down."""
        if not items:
            return {}, ""
        route = Route(self.source, self.target, engine.name, engine.version)
        # Agency headlines repeat: each different text is translated once.
        texts = dict.fromkeys(text for item in items for text in self._texts(item))
        attempt = _Attempt(engine, route, self.memory)
        outcome = attempt.run(list(texts))
        tried = [item for item in items if outcome.keys() >= set(self._texts(item))]
        made = {item.id: self._made(item, route, outcome) for item in tried}
        return made, str(attempt.down or "")

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


def _is_doubted(outcome: Translation | Failure | None) -> bool:
    return not isinstance(outcome, Translation) or bool(outcome.warnings)


def _doubt(outcome: Translation | Failure) -> tuple[bool, int, int]:
    """What is smaller is better: the headline counts first, and none is worst."""
    if isinstance(outcome, Failure):
        return True, 0, 0
    codes = outcome.warnings
    return False, severity(of_headline(codes)), severity(of_summary(codes))


class _Attempt:
    """Halves a failing batch until the texts that fail stand alone."""

    def __init__(self, engine: Translator, route: Route, memory: Memory) -> None:
        self.down: TranslationError | None = None
        """What the engine says to a plain sentence, if that fails, too."""
        self._engine = engine
        self._route = route
        self._memory = memory
        self._is_known_alive = False
        self._suspects: list[str] = []
        """Texts that failed one after the other: they, or the engine."""

    def run(self, texts: Sequence[str]) -> Mapping[str, str | TranslationError]:
        """Each text with its translation, or with the error that it met.

        Missing are those that were not tried, or not fairly, since the engine is down.
        """
        known = recalled(self._route, texts, self._memory)
        outcome = self._try([text for text in texts if text not in known])
        if self._suspects:
            self._ask_for_life()
        unfair = self._suspects if self.down else ()
        fair = {text: said for text, said in outcome.items() if text not in unfair}
        return known | fair

    def _try(self, texts: Sequence[str]) -> dict[str, str | TranslationError]:
        if not texts or self.down:
            return {}
        route = self._route
        try:
            said = self._engine.translate(texts, route.source, route.target)
        except TranslationError as error:
            return self._split(texts, error)
        made = dict(zip(texts, said, strict=True))
        learn(route, made, self._memory)
        self._suspects.clear()
        return {**made}

    def _split(
        self, texts: Sequence[str], error: TranslationError
    ) -> dict[str, str | TranslationError]:
        is_one = len(texts) == 1
        if is_one:
            self._suspects += texts
        if not self._is_known_alive or len(self._suspects) >= _DEAD_AFTER:
            self._ask_for_life()
        if is_one:
            return {texts[0]: error}
        half = len(texts) // 2
        return self._try(texts[:half]) | self._try(texts[half:])

    def _ask_for_life(self) -> None:
        """A plain sentence: if the engine can say that, the texts are at fault."""
        route = self._route
        try:
            self._engine.translate([_PLAIN[route.source]], route.source, route.target)
        except TranslationError as error:
            self.down = error
        else:
            self._is_known_alive = True
            self._suspects.clear()
