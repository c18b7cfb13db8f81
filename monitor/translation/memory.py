"""
What an engine has said before, so that no text is translated twice.

Agencies' texts come from many outlets, and an item's headline is translated before the
rest of it. What is remembered holds for one engine and version: another one is asked
anew.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.model import Language


@dataclass(frozen=True, slots=True)
class Route:
    """Who translates from what into what."""

    source: Language
    target: Language
    engine: str
    engine_version: str

    def key(self, text: str) -> str:
        """Of one text on this route: 32 hexadecimal digits."""
        parts = (self.source, self.target, self.engine, self.engine_version, text)
        said = "\0".join(parts).encode(errors="surrogatepass")
        return hashlib.blake2b(said, digest_size=16).hexdigest()


class Memory(Protocol):
    """Where translations of texts are kept, whoever's items they belong to."""

    def recall(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Key -> translation, for those that are known."""

    def keep(self, made: Mapping[str, str]) -> None:
        """Remember translations by their keys."""


class NoMemory:
    """Forgets everything."""

    def recall(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def keep(self, made: Mapping[str, str]) -> None:
        """Nothing is kept."""


NO_MEMORY = NoMemory()


class Engine(Protocol):
    """The part of a ``Translator`` that is needed here."""

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """As many texts as were given, in their order."""


def translate_new(
    engine: Engine, route: Route, texts: Sequence[str], memory: Memory
) -> dict[str, str]:
    """Each text with its translation: remembered, or made now and remembered.

    Raises TranslationError if the engine does; what it had made before is kept.
    """
    keys = {text: route.key(text) for text in texts}
    known = memory.recall(keys.values())
    new = [text for text in keys if text.strip() and keys[text] not in known]
    made = dict(zip(new, _ask(engine, route, new), strict=True))
    if made:
        memory.keep({keys[text]: made[text] for text in new})
    return {text: made.get(text, known.get(keys[text], text)) for text in keys}


def _ask(engine: Engine, route: Route, texts: Sequence[str]) -> list[str]:
    return engine.translate(texts, route.source, route.target) if texts else []
