"""Where a piece stands in its sentence, as numbers."""

import numpy as np
from numpy.typing import NDArray


def sines(places: int, width: int) -> NDArray[np.float32]:
    """Sines, then cosines, of ever longer waves: (places, width)."""
    waves = 10_000 ** (-np.arange(width // 2) / (width // 2))
    turns = np.arange(places)[:, None] * waves
    return np.concatenate([np.sin(turns), np.cos(turns)], axis=1).astype(np.float32)
