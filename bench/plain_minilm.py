"""
all-MiniLM-L6-v2 in NumPy alone, as its paper and configuration describe it.

``tests/test_dense.py`` holds the encoder against it, ``bench/dense.py`` measures both.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Array = NDArray[np.float32]

LAYERS, HEADS, TOKENS = 6, 12, 256


class PlainMiniLM:
    """One text at a time, in float32."""

    def __init__(self, folder: Path) -> None:
        self._weights = _read(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def tokens(self, text: str) -> list[int]:
        """Numbers of the word pieces, between those of the start and the end."""
        start, *pieces, end = self._tokenizer.encode(text).ids
        return [start, *pieces[: TOKENS - 2], end]

    def vector(self, text: str) -> Array:
        """(384,), of length 1."""
        tokens = self.tokens(text)
        x = (
            self._weights["embeddings.word_embeddings.weight"][tokens]
            + self._weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for i in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{i}")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _layer(self, x: Array, name: str) -> Array:
        attended = self._linear(
            self._attention(x, f"{name}.attention.self"),
            f"{name}.attention.output.dense",
        )
        x = self._norm(x + attended, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(x, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._norm(x + outer, f"{name}.output.LayerNorm")

    def _attention(self, x: Array, name: str) -> Array:
        query, key, value = (
            self._linear(x, f"{name}.{part}").reshape(len(x), HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(query.shape[-1]))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = scores / scores.sum(axis=-1, keepdims=True)
        return (shares @ value).swapaxes(0, 1).reshape(x.shape)

    def _linear(self, x: Array, name: str) -> Array:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, x: Array, name: str) -> Array:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    """x times the normal distribution's share below x, by its formula 7.1.26 in the
    handbook of Abramowitz and Stegun: 1.5e-7 wrong at most."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    sum_ = np.float32(0)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        sum_ = (sum_ + np.float32(factor)) * t
    erf = np.copysign(1 - sum_ * np.exp(-z * z), x)
    return x * (1 + erf) / 2


def _read(path: Path) -> dict[str, Array]:
    whole = path.read_bytes()
    start = 8 + int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:start])
    return {
        name: np.frombuffer(
            whole, "<f4", int(np.prod(said["shape"])), start + said["data_offsets"][0]
        ).reshape(said["shape"])
        for name, said in header.items()
        if said.get("dtype") == "F32"
    }
