"""
The weights of a model in files, without PyTorch: kept, averaged, and their shapes.

A checkpoint is an ``.npz`` of plain arrays, so that nothing but NumPy is needed to make
a package of it, and nothing in it can run.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from training.files import write_whole

Weights = Mapping[str, NDArray[np.float32]]

_NAME = re.compile(r"step-(\d{9})\.npz")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a Transformer is."""

    width: int
    feed_forward: int
    heads: int
    encoder_layers: int = 6
    decoder_layers: int = 2
    """Few: a decoder runs once for every piece that is written, an encoder once."""

    def count(self, pieces: int) -> int:
        """Numbers in a model with a vocabulary of ``pieces``."""
        width, inner = self.width, self.feed_forward
        attention = 4 * width * width + 4 * width
        ffn = 2 * width * inner + width + inner
        encoder = attention + ffn + 2 * 2 * width
        decoder = 2 * attention + ffn + 3 * 2 * width
        layers = self.encoder_layers * encoder + self.decoder_layers * decoder
        return layers + pieces * width + pieces + 2 * 2 * width


SHAPES: Mapping[str, Shape] = {
    "tiny": Shape(64, 256, 4, 2, 1),
    "small": Shape(256, 1024, 8),
    "middle": Shape(320, 1280, 8),
    "wide": Shape(384, 1536, 8),
}
"""With 16,000 pieces: 1.2, 11, 16 and 22 million weights, a byte each in a package."""


def checkpoints(run: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first."""
    folder = run / "checkpoints"
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if _NAME.fullmatch(path.name))


def write(run: Path, step: int, weights: Weights, keep: int) -> Path:
    """Write a checkpoint, and remove all but the newest ``keep``."""
    body = io.BytesIO()
    arrays: dict[str, Any] = dict(weights)
    np.savez(body, **arrays)
    path = run / "checkpoints" / f"step-{step:09}.npz"
    write_whole(path, body.getvalue())
    for old in checkpoints(run)[:-keep]:
        old.unlink()
    return path


def read(path: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of a checkpoint. Raises ConfigError if it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: not a checkpoint: {error}") from error


def averaged(paths: Sequence[Path]) -> dict[str, NDArray[np.float32]]:
    """The mean of several checkpoints, which errs less than any of them.

    Raises ConfigError if there are none, or they are not of one model.
    """
    if not paths:
        raise ConfigError("no checkpoints; run 'python -m training train' first")
    sums = {name: array.astype(np.float64) for name, array in read(paths[0]).items()}
    for path in paths[1:]:
        more = read(path)
        if {n: a.shape for n, a in more.items()} != {
            n: a.shape for n, a in sums.items()
        }:
            raise ConfigError(f"{path}: is of another model than {paths[0].name}")
        for name, array in more.items():
            sums[name] += array
    return {
        name: (total / len(paths)).astype(np.float32) for name, total in sums.items()
    }
