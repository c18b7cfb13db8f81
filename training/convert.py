"""A model's weights in CTranslate2's format, by its own account of a Transformer."""

from pathlib import Path

import numpy as np
from ctranslate2.specs import attention_spec, common_spec, transformer_spec

from training.positions import sines
from training.weights import Shape, Weights

LONGEST = 512
"""Places a sentence may have; the program cuts sentences long before."""


def convert(
    weights: Weights,
    shape: Shape,
    vocabulary: list[str],
    folder: Path,
    quantization: str | None = "int8",
) -> None:
    """Write a model that CTranslate2 loads into a folder.

    ``quantization`` None keeps every bit, to compare with.
    """
    spec = transformer_spec.TransformerSpec.from_config(
        (shape.encoder_layers, shape.decoder_layers), num_heads=shape.heads
    )
    for name, side in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        side.scale_embeddings = True
        side.position_encodings.encodings = sines(LONGEST, shape.width)
        _norm(side.layer_norm, weights, f"{name}_norm")
        for number, layer in enumerate(side.layer):
            at = f"{name}.{number}"
            _attention(layer.self_attention, weights, f"{at}.self_attention")
            if name == "decoder":
                _attention(layer.attention, weights, f"{at}.attention")
            _norm(layer.ffn.layer_norm, weights, f"{at}.ffn.norm")
            _linear(layer.ffn.linear_0, weights, f"{at}.ffn.inner")
            _linear(layer.ffn.linear_1, weights, f"{at}.ffn.out")
    table = np.ascontiguousarray(weights["embeddings.weight"])
    spec.encoder.embeddings[0].weight = table
    spec.decoder.embeddings.weight = table
    spec.decoder.projection.weight = table
    spec.decoder.projection.bias = weights["bias"]
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def _attention(
    spec: attention_spec.MultiHeadAttentionSpec, weights: Weights, name: str
) -> None:
    _norm(spec.layer_norm, weights, f"{name}.norm")
    parts = ["query_key_value", "out"]
    if f"{name}.query.weight" in weights:
        parts = ["query", "key_value", "out"]
    for linear, part in zip(spec.linear, parts, strict=True):
        _linear(linear, weights, f"{name}.{part}")


def _linear(spec: common_spec.LinearSpec, weights: Weights, name: str) -> None:
    spec.weight = weights[f"{name}.weight"]
    spec.bias = weights[f"{name}.bias"]


def _norm(spec: common_spec.LayerNormSpec, weights: Weights, name: str) -> None:
    spec.gamma = weights[f"{name}.weight"]
    spec.beta = weights[f"{name}.bias"]
