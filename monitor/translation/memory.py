"""
What an engine has said before, so that no text is translated twice.

Agencies' texts come from many outlets, and an item's headline is translated before the
rest of it. What is remembered holds for one engine and version: another one is asked
anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
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


def recalled(route: Route, texts: Iterable[str], memory: Memory) -> dict[str, str]:
    """Texts with their translations, for those that are remembered; blank ones stay."""
    keys = {text: route.key(text) for text in texts}
    known = memory.recall(keys.values())
    return {
        text: known.get(key, text)
        for text, key in keys.items()
        if key in known or not text.strip()
    }


def learn(route: Route, made: Mapping[str, str], memory: Memory) -> None:
    """Remember texts with their translations."""
    memory.keep({route.key(text): translated for text, translated in made.items()})
