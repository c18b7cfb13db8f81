"""
The dense channel: what an item says in English, as one vector.

Words that mean the same lie close together here, whatever they share in letters. The
channel is an extra: without ``monitor.stories.dense_model``'s library and weights there
is no encoder, and stories do without.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.model import Reading
from monitor.stories.terms import english_texts, lead

DIMENSIONS = 384

Vectors = NDArray[np.float32]
"""Whose values are all float16's, since that is how vectors are kept: numbers that are
compared today are those that a restart reads back."""


class Encoder(Protocol):
    """Turns texts into vectors; the same text always into the same one."""

    @property
    def version(self) -> str:
        """What its vectors depend on; those of two versions do not compare."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(texts, DIMENSIONS) rows of length 1; of zeros for a text that says nothing.

        A row depends on its own text alone, not on what is encoded beside it.
        """


def dense_text(reading: Reading) -> str:
    """What is encoded of an item: its English title and the start of its summary.

    Empty where there is no English, or none to be believed.
    """
    title, summary = english_texts(reading)
    return ". ".join(part for part in (title.strip(), lead(summary).strip()) if part)


def unit(vector: NDArray[np.float64]) -> Vectors:
    """A vector at length 1, in float16's values; one of zeros stays as it is."""
    length = float(np.linalg.norm(vector))
    scaled = vector / length if length else vector
    return scaled.astype(np.float16).astype(np.float32)


def stacked(parts: Sequence[Vectors]) -> Vectors:
    """The rows of several, one below the other."""
    return np.concatenate([np.zeros((0, DIMENSIONS), np.float32), *parts])
