"""
Items -> translations, with whatever engine there is.

Titles and summaries of many items go to the engine together, since engines are fast
only in batches. A text that fails costs its own item a translation, not the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.errors import TranslationError
from monitor.model import LANGUAGES, Item, Language, Translation
from monitor.translation.checks import warnings

_DEAD_AFTER = 4
"""Texts that fail one by one in a row before the engine itself is held to be down:
more than the title and summary of a bad item, few enough to wait for when it hangs."""


class Translator(Protocol):
    """One engine, or a choice of engines."""

    @property
    def name(self) -> str:
        """As settings and translations call it: ``argos``, ``apertium``, ``none``."""

    @property
    def version(self) -> str:
        """Changes whenever the same text may come out differently."""

    def supports(self, source: Language, target: Language) -> bool:
        """Whether it can translate this pair here and now."""

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """As many texts as were given, in their order; blank ones stay as they are.

        Raises TranslationError; the batch is then lost as a whole.
        """

    def close(self) -> None:
        """Free what the engine holds."""


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


class NoTranslator:
    """The choice not to translate."""

    name = "none"
    version = ""

    def supports(self, source: Language, target: Language) -> bool:
        """Never."""
        return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """Raises TranslationError."""
        raise TranslationError(f"none: nothing translates from {source} to {target}")

    def close(self) -> None:
        """Nothing is open."""


class FirstOf:
    """The first of several engines that supports a pair: the setting ``auto``."""

    name = "auto"

    def __init__(self, translators: Sequence[Translator]) -> None:
        """``translators`` are asked in this order, anew for every batch."""
        self.translators = tuple(translators)

    @property
    def version(self) -> str:
        """Of every engine that may be used."""
        return "; ".join(f"{each.name} {each.version}" for each in self.translators)

    def choose(self, source: Language, target: Language) -> Translator | None:
        """The engine that a batch of this pair would go to."""
        able = (each for each in self.translators if each.supports(source, target))
        return next(able, None)

    def supports(self, source: Language, target: Language) -> bool:
        """Whether any engine does."""
        return self.choose(source, target) is not None

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """By the first engine that supports the pair. Raises TranslationError."""
        chosen = self.choose(source, target)
        if chosen is None:
            names = ", ".join(each.name for each in self.translators) or "none"
            raise TranslationError(
                f"auto: no engine translates from {source} to {target} (tried {names})"
            )
        return chosen.translate(texts, source, target)

    def close(self) -> None:
        """Close them all."""
        for each in self.translators:
            each.close()


def engine_for(
    translator: Translator, source: Language, target: Language
) -> Translator | None:
    """The engine that really does the work for a pair; None if there is none."""
    if isinstance(translator, FirstOf):
        return translator.choose(source, target)
    return translator if translator.supports(source, target) else None


def translate_items(
    items: Iterable[Item], target: Language, translator: Translator
) -> TranslationBatch:
    """Title and summary of each item in ``target``; items written in it are passed by.

    Translations come in the order of the items, by language.
    """
    translations: list[Translation] = []
    failures: list[Failure] = []
    items = list(items)
    for source in LANGUAGES:
        chosen = [item for item in items if item.language == source != target]
        if chosen:
            done = _translate_from(source, chosen, target, translator)
            translations += done.translations
            failures += done.failures
    return TranslationBatch(tuple(translations), tuple(failures))


def _translate_from(
    source: Language, items: Sequence[Item], target: Language, translator: Translator
) -> TranslationBatch:
    engine = engine_for(translator, source, target)
    if engine is None:
        reason = f"{translator.name}: no engine translates from {source} to {target}"
        return TranslationBatch((), tuple(Failure(item.id, reason) for item in items))
    # Agency headlines repeat: each different text is translated once.
    texts = dict.fromkeys(text for item in items for text in (item.title, item.summary))
    outcome = _Attempt(engine, source, target).run(list(texts))
    version = engine.version
    translations, failures = [], []
    for item in items:
        title, summary = outcome[item.title], outcome[item.summary]
        if isinstance(title, str) and isinstance(summary, str):
            translations.append(
                Translation(
                    item=item.id,
                    language=target,
                    engine=engine.name,
                    engine_version=version,
                    title=title,
                    summary=summary,
                    warnings=_warnings(item, title, summary, target),
                )
            )
        else:
            error = title if isinstance(title, TranslationError) else summary
            failures.append(Failure(item.id, str(error)))
    return TranslationBatch(tuple(translations), tuple(failures))


def _warnings(
    item: Item, title: str, summary: str, target: Language
) -> tuple[str, ...]:
    """Of the title and of the summary, each once."""
    pairs = ((item.title, title), (item.summary, summary))
    found = (
        code
        for original, translation in pairs
        for code in warnings(original, translation, item.language, target)
    )
    return tuple(dict.fromkeys(found))


class _Attempt:
    """Halves a failing batch until the texts that fail stand alone."""

    def __init__(self, engine: Translator, source: Language, target: Language) -> None:
        self._engine = engine
        self._source = source
        self._target = target
        self._failed_in_a_row = 0

    def run(self, texts: Sequence[str]) -> Mapping[str, str | TranslationError]:
        """Each text with its translation, or with the error that it met."""
        if not texts:
            return {}
        try:
            done = self._engine.translate(texts, self._source, self._target)
        except TranslationError as error:
            return self._split(texts, error)
        self._failed_in_a_row = 0
        return dict(zip(texts, done, strict=True))

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
