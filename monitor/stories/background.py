"""
How common words are, learnt from news that is not being clustered.

Counts come from ``background.json.gz``, which ``bench/make_background.py`` makes: in
how many of 42,179 items of Mexican and US outlets, October 2023 to February 2024, a
term occurs. The words of a day's biggest story are common on that day; over four
months they are not, and B-cubed gains .01 from knowing it.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Literal

from monitor.model import Language

Table = Literal["english", "lemmas-en", "lemmas-es", "names"]
"""``english``: lemmas and aliases of English text, original or translated; ``lemmas``:
of the items in one language; ``names``: names and numbers of all items."""

LEMMAS: Mapping[Language, Table] = {"en": "lemmas-en", "es": "lemmas-es"}

_RAREST = 2
"""Items that a term missing from the counts is taken to occur in: terms seen once are
not kept, so that a typing error weighs no more than a rare name."""


@dataclass(frozen=True, slots=True)
class Background:
    """Counts of terms over many items."""

    items: Mapping[Table, int]
    """Table -> how many items it was counted over."""
    counts: Mapping[Table, Mapping[str, int]]
    """Table -> term -> in how many of them it occurs; terms seen once are left out."""
    proper: frozenset[str]
    """Folded words that are written with a capital inside sentences."""

    def rarity(self, table: Table, term: str) -> float:
        """Inverse document frequency: 0 for a term of every item, 10 for a rare one."""
        return log(self.items[table] / self.counts[table].get(term, _RAREST))

    def share(self, table: Table, term: str) -> float:
        """Share of the items that a term occurs in, 0 to 1."""
        return self.counts[table].get(term, 0) / self.items[table]


@cache
def background() -> Background:
    """The counts we ship."""
    packed = files("monitor.stories").joinpath("background.json.gz").read_bytes()
    made = json.loads(gzip.decompress(packed))
    return Background(made["items"], made["counts"], frozenset(made["proper"]))
