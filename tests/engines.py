"""Engines for tests of what is around an engine."""

import os
from dataclasses import dataclass, field

from monitor.errors import TranslationError
from monitor.model import Language
from monitor.translation.shares import Done, Share, translate_share


@dataclass
class Shouter:
    """An engine that answers in capitals, and fails on batches with a bad text."""

    name: str = "shouter"
    version: str = "1"
    pairs: tuple[tuple[Language, Language], ...] = (("es", "en"), ("en", "es"))
    bad: tuple[str, ...] = ()
    calls: list[list[str]] = field(default_factory=list)
    is_closed: bool = False

    def supports(self, source, target):
        return (source, target) in self.pairs

    def translate(self, texts, source, target):
        self.calls.append(list(texts))
        if found := [text for text in texts if text in self.bad]:
            raise TranslationError(f"cannot say {found[0]}")
        return [text.upper() for text in texts]

    def close(self):
        self.is_closed = True


@dataclass
class Scripted(Shouter):
    """An engine that says what it is told to, and shouts the rest."""

    says: dict[str, str] = field(default_factory=dict)

    def translate(self, texts, source, target):
        shouted = super().translate(texts, source, target)
        return [self.says.get(t, s) for t, s in zip(texts, shouted, strict=True)]


def die_over_tequila(asked: Share) -> Done:
    """What a text does over which an engine falls."""
    if any(item.title == "Tequila" for item in asked.items):
        os.abort()
    return translate_share(asked, Shouter())
