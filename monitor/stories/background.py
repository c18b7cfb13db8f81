"""
How common words are, learnt from news that is not being clustered.

Counts come from ``background.json.gz``, which ``bench/make_background.py`` makes: in
how many of some 40,000 items of Mexican and US outlets, autumn 2023, a term occurs.
A day of its own would call the words of its biggest story common; six weeks do not.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Literal

Table = Literal["english", "plain", "spanish", "names"]

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
        """Inverse document frequency: 0 for a term of every item, some 10 at most."""
        return log(self.items[table] / self.counts[table].get(term, _RAREST))

    def is_common(self, table: Table, term: str, share: float) -> bool:
        """Whether a term occurs in more than that share of the items."""
        return self.counts[table].get(term, 0) > share * self.items[table]


@cache
def background() -> Background:
    """The counts we ship."""
    packed = files("monitor.stories").joinpath("background.json.gz").read_bytes()
    made = json.loads(gzip.decompress(packed))
    return Background(
        items=made["items"], counts=made["counts"], proper=frozenset(made["proper"])
    )
