"""
How likely two items tell the same story: features of a pair -> score and its parts.

One pure function, ``score``, over arrays of pairs. It is a logistic regression, one
for pairs in one language and one for pairs across, whose weights are all positive: so
the share of a channel in the sum of evidence is its share of the score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.stories.sparse import Numbers

Channel = Literal["english", "original", "names"]

Scorer = Callable[["Features"], tuple[Numbers, Mapping[Channel, Numbers]]]
"""Features -> (score, channel -> its part) of each pair."""

CHANNELS: tuple[Channel, ...] = ("english", "original", "names")

_NAME_HALF = 5.0
"""Rarity of shared names that counts half: one name of every other day's news."""
_BOTH_HALF = 5.0
_WORD_AS_NAME = 5.0
"""Rarity of shared words that is as much evidence as one more shared name."""
_EVIDENCE_ACROSS = 1.8
"""One shared name is not a story: across languages, names and words worth two."""
_FREE_HOURS = 12.0
_HOURS_PER_UNIT = 12.0
"""After half a day each further half day takes one unit off the logit: a pair that
shares little must be of one day, one that shares much may be days apart. With a week
of real news before the labelled days, B-cubed is .939 so, .926 without."""
_LEAST_COSINE = 0.1
_LEAST_NAME_COSINE = 0.25
"""Pairs below all of these are no candidates; the weights are fitted without them."""


@dataclass(frozen=True, slots=True)
class Features:
    """What one item shares with others: arrays, one value for each of the others.

    Cosines are 0 to 1. Masses are sums of rarity, some 3 to 10 for each shared term.
    """

    english: Numbers
    """Cosine of the English channels."""
    english_title: Numbers
    """Cosine of one's English title with the whole of the other, the better way."""
    original: Numbers
    """Cosine of the lemmas of the originals."""
    names: Numbers
    """Cosine of names and numbers."""
    name_mass: Numbers
    """Rarity of the shared names; that of a part of a name counts in part."""
    name_count: Numbers
    """How many names are shared, parts in part."""
    word_mass: Numbers
    """Rarity of the shared English words that are no names."""
    letters: Numbers
    """Cosine of the runs of letters of the originals."""
    dense: Numbers
    """Cosine of the dense vectors; 0 without them, and never negative."""
    is_across: NDArray[np.bool_]
    """Whether the other is in the other language."""
    gap_hours: Numbers
    """Between the two; never negative."""

    def take(self, rows: NDArray[np.intp]) -> "Features":
        """The features of some of the others."""
        return Features(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression over ``COLUMNS``; no weight is negative."""

    bias: float
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """One for pairs in one language, one for pairs across."""

    within: Model
    across: Model


COLUMNS: tuple[tuple[str, tuple[Channel, ...]], ...] = (
    ("english", ("english",)),
    ("english_title", ("english",)),
    ("original", ("original",)),
    ("names", ("names",)),
    ("name_mass", ("names",)),
    ("names_and_words", ("names", "english")),
)
"""Columns of ``evidence``, and the channels that share their contribution."""

# Fitted by bench/fit_stories.py on eight labelled days of US and Mexican news; true
# pairs weigh one over the root of the number of pairs of their story.
FITTED = Models(
    within=Model(-6.345, (0.0, 6.765, 7.361, 0.81, 2.52, 0.0)),
    across=Model(-6.532, (3.93, 7.665, 10.422, 1.444, 0.919, 2.506)),
)


def score(
    features: Features, models: Models = FITTED
) -> tuple[Numbers, Mapping[Channel, Numbers]]:
    """(score, channel -> its part) of each pair; scores are 0 to 1, parts add up."""
    is_across = features.is_across[:, None]
    weights = np.where(is_across, models.across.weights, models.within.weights)
    bias = np.where(features.is_across, models.across.bias, models.within.bias)
    contributions = evidence(features) * weights
    total = contributions.sum(axis=1)
    scores = 1 / (1 + np.exp(-(bias + total - _staleness(features))))
    scores *= _is_enough(features) & (total > 0)
    shares = contributions / np.where(total > 0, total, 1)[:, None]
    return scores, _parts(shares * scores[:, None])


def candidates(features: Features) -> NDArray[np.intp]:
    """Which of the others are worth scoring."""
    is_close = (features.english > _LEAST_COSINE) | (
        features.names > _LEAST_NAME_COSINE
    )
    is_close |= (features.original > _LEAST_COSINE) & ~features.is_across
    return np.flatnonzero(is_close)


def evidence(features: Features) -> Numbers:
    """The columns that the regression weighs, one row for each pair."""
    both = np.sqrt(features.name_mass * features.word_mass)
    return np.stack(
        (
            features.english,
            features.english_title,
            features.original,
            features.names,
            features.name_mass / (features.name_mass + _NAME_HALF),
            both / (both + _BOTH_HALF),
        ),
        axis=1,
    )


def _staleness(features: Features) -> Numbers:
    """What the time between a pair takes off its logit."""
    return np.maximum(features.gap_hours - _FREE_HOURS, 0.0) / _HOURS_PER_UNIT


def _is_enough(features: Features) -> NDArray[np.bool_]:
    """Whether a pair across the languages shares more than one name."""
    worth = features.name_count + features.word_mass / _WORD_AS_NAME
    return ~features.is_across | (worth >= _EVIDENCE_ACROSS)


def _parts(by_column: Numbers) -> Mapping[Channel, Numbers]:
    parts = {channel: np.zeros(len(by_column)) for channel in CHANNELS}
    for column, (_, channels) in enumerate(COLUMNS):
        for channel in channels:
            parts[channel] = parts[channel] + by_column[:, column] / len(channels)
    return parts
