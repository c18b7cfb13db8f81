"""What an engine is, and the choice between several."""

from collections.abc import Sequence
from typing import Protocol

from monitor.errors import TranslationError
from monitor.model import Language


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

    def supports(self, source: Language, target: Language) -> bool:
        """Whether any engine does."""
        return engine_for(self, source, target) is not None

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """By the first engine that supports the pair. Raises TranslationError."""
        chosen = engine_for(self, source, target)
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


def engines_for(
    translator: Translator, source: Language, target: Language
) -> tuple[Translator, ...]:
    """The engines that can do the work for a pair, the preferred one first."""
    asked = translator.translators if isinstance(translator, FirstOf) else (translator,)
    return tuple(each for each in asked if each.supports(source, target))


def engine_for(
    translator: Translator, source: Language, target: Language
) -> Translator | None:
    """The engine that really does the work for a pair; None if there is none."""
    return next(iter(engines_for(translator, source, target)), None)
