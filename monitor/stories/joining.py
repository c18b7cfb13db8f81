"""
How likely an item belongs to a story: links to its members -> probability.

*Closeness* is half the mean score over the nearest ten members and half over the
nearest three: big stories have many angles, and no item is close to all of them. A
logistic regression turns closeness, what else can be counted of item and story, and how
far the story is ahead of the next, into a probability. There is one for stories that
have an item in the item's language and one for those that would become bilingual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p
from typing import NamedTuple

import numpy as np

from monitor.stories.similarity import Channel, Regression
from monitor.stories.sparse import Numbers

NEAR = 10
NEAREST = 3
DIGITS = 4
"""Scores are rounded before they are compared, so that no last bit decides."""
LEAST_SCORE = 0.03
"""Links below this say nothing."""
_NO_OTHER = -4.0
"""Logit of the closeness to the next story where there is none."""
_STRONG = 0.1
"""A link that supports a join, or makes a rival."""

FEATURES = (
    "closeness",
    "nearest",
    "support",
    "size",
    "rivals",
    "lead",
    "crowd",
)
"""Columns of ``features``."""


class Link(NamedTuple):
    """How an item compares with one member."""

    score: float
    row: int
    parts: Mapping[Channel, float]
    is_across: bool


@dataclass(frozen=True, slots=True)
class Bond:
    """What links an item to one story."""

    story: str
    links: Sequence[Link]
    """To its nearest members, the nearest first."""
    members: int
    """How many it has in the window."""
    has_own: bool
    """Whether any of them is in the item's language."""
    closeness: float
    """0 to 1, rounded."""

    @property
    def nearest(self) -> float:
        """The best link's score."""
        return self.links[0].score


@dataclass(frozen=True, slots=True)
class JoinModel:
    """Regressions over ``FEATURES``."""

    known: Regression
    """For stories that have an item in the item's language."""
    new: Regression
    """For stories that would become bilingual."""


def closeness(scores: Sequence[float], members: int) -> float:
    """To a story of so many members, from the scores of the links, the best first."""
    found = sum(w * s for w, s in zip(weights(members), scores, strict=False))
    return round(found, DIGITS)


def weights(members: int) -> list[float]:
    """What each of the nearest members counts, the nearest first."""
    far, near = 0.5 / min(NEAR, members), 0.5 / min(NEAREST, members)
    return [far + (near if rank < NEAREST else 0.0) for rank in range(NEAR)]


def features(bonds: Sequence[Bond], crowd: float) -> Numbers:
    """(bonds, features) of one item with all stories that it has links to.

    ``crowd`` is how alike the item is to those of the window that are not its nearest:
    where half the news is of one theme, alike is not the same.
    """
    close = [_logit(bond.closeness) for bond in bonds]
    rivals = sum(bond.nearest >= _STRONG for bond in bonds)
    rows = []
    for i, bond in enumerate(bonds):
        others = [*close[:i], *close[i + 1 :]]
        strong = sum(link.score >= _STRONG for link in bond.links)
        rows.append(
            (
                close[i],
                _logit(bond.nearest),
                strong / min(NEAR, bond.members),
                log(bond.members),
                log1p(rivals - (bond.nearest >= _STRONG)),
                close[i] - max(others, default=_NO_OTHER),
                crowd,
            )
        )
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))


def probabilities(
    bonds: Sequence[Bond], columns: Numbers, model: JoinModel
) -> list[float]:
    """That the item belongs to each story, 0 to 1, rounded."""
    logits = np.where(
        [bond.has_own for bond in bonds],
        model.known.logit(columns),
        model.new.logit(columns),
    )
    return [round(p, DIGITS) for p in (1 / (1 + np.exp(-logits))).tolist()]


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return log(p / (1 - p))
