"""
How likely two items tell the same story: features of a pair -> score and its parts.

One pure function, ``score``, over arrays of pairs. It is a logistic regression, one
for pairs in one language and one for pairs across, whose weights are all positive: so
the share of a channel in the sum of evidence is its share of the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.stories.sparse import Numbers

Channel = Literal["english", "original", "names", "letters", "dense"]

CHANNELS: tuple[Channel, ...] = ("english", "original", "names", "letters", "dense")

_NAME_HALF = 5.0
"""Rarity of shared names that counts half: one name of every other day's news."""
_BOTH_HALF = 5.0
_WORD_AS_NAME = 5.0
"""Rarity of shared words that is as much evidence as one more shared name."""
_EVIDENCE_ACROSS = 1.8
"""One shared name is not a story: across languages, names and words worth two."""
_DENSE_ACROSS = 0.6
"""Unless the whole sentences mean so much the same."""
_FREE_HOURS = 18.0
_HOURS_PER_UNIT = 12.0
"""After so many hours each further half day takes one unit off the logit: a pair that
shares little must be of one day, one that shares much may be days apart. On a labelled
day after a week of real news, B-cubed is .944 with 12 free hours and .949 with 24; on
the Olympics of og2021 .68 and .65; on the newsroom 18 are best."""
_LEAST_COSINE = 0.1
_LEAST_NAME_COSINE = 0.25
_LEAST_DENSE = 0.35
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
    """Cosine of the lemmas of the originals; 0 across the languages."""
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
class Regression:
    """A logistic regression over named columns."""

    bias: float
    weights: tuple[float, ...]

    def logit(self, columns: Numbers) -> Numbers:
        """Of each row of (rows, columns)."""
        return np.asarray(self.bias + columns @ np.array(self.weights), np.float64)


@dataclass(frozen=True, slots=True)
class PairModel:
    """One regression for pairs in one language, one for pairs across.

    Their columns are ``COLUMNS``; no weight is negative.
    """

    within: Regression
    across: Regression


COLUMNS: tuple[tuple[str, tuple[Channel, ...]], ...] = (
    ("english", ("english",)),
    ("english_title", ("english",)),
    ("original", ("original",)),
    ("names", ("names",)),
    ("name_mass", ("names",)),
    ("names_and_words", ("names", "english")),
    ("letters", ("letters",)),
    ("dense", ("dense",)),
)
"""Columns of ``evidence``, and the channels that share their contribution."""


def score(
    features: Features, model: PairModel
) -> tuple[Numbers, Mapping[Channel, Numbers]]:
    """(score, channel -> its part) of each pair; scores are 0 to 1, parts add up."""
    is_across = features.is_across[:, None]
    weights = np.where(is_across, model.across.weights, model.within.weights)
    bias = np.where(features.is_across, model.across.bias, model.within.bias)
    contributions = evidence(features) * weights
    total = contributions.sum(axis=1)
    scores = 1 / (1 + np.exp(-(bias + total - _staleness(features))))
    scores *= _is_enough(features) & (total > 0)
    shares = contributions / np.where(total > 0, total, 1)[:, None]
    return scores, _parts(shares * scores[:, None])


def candidates(features: Features) -> NDArray[np.intp]:
    """Which of the others are worth scoring."""
    is_close = features.english > _LEAST_COSINE
    is_close |= features.names > _LEAST_NAME_COSINE
    is_close |= features.original > _LEAST_COSINE
    is_close |= features.dense > _LEAST_DENSE
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
            features.letters,
            features.dense,
        ),
        axis=1,
    )


def _staleness(features: Features) -> Numbers:
    """What the time between a pair takes off its logit."""
    return np.maximum(features.gap_hours - _FREE_HOURS, 0.0) / _HOURS_PER_UNIT


def _is_enough(features: Features) -> NDArray[np.bool_]:
    """Whether a pair across the languages shares more than one name."""
    worth = features.name_count + features.word_mass / _WORD_AS_NAME
    is_worth = (worth >= _EVIDENCE_ACROSS) | (features.dense >= _DENSE_ACROSS)
    return ~features.is_across | is_worth


def _parts(by_column: Numbers) -> Mapping[Channel, Numbers]:
    parts = {channel: np.zeros(len(by_column)) for channel in CHANNELS}
    for column, (_, channels) in enumerate(COLUMNS):
        for channel in channels:
            parts[channel] = parts[channel] + by_column[:, column] / len(channels)
    return parts
