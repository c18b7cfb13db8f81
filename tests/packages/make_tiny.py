"""
Make the two tiny Argos packages that the tests install: real ones, with our own words.

Each is a word-for-word dictionary written by hand into the weights of a one-layer
Transformer: the decoder at place t looks at the source at place t, by random position
codes that are nearly orthogonal, and writes what the dictionary says. Pieces without
a translation come out as they went in. Nothing is trained but the tokenizer, so the
result is the same on every run:

    python tests/packages/make_tiny.py
"""

import io
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import common_spec, transformer_spec

HERE = Path(__file__).parent
PLACES = 512
PLACE_SIZE = 64
SHARPNESS = 8.0
CERTAINTY = 12.0
NAMES = {"en": "English", "es": "Spanish"}

DICTIONARY = {  # Spanish -> English, one to one, so that it can be read both ways
    "el": "the", "gobierno": "government", "de": "of", "anuncia": "announces",
    "nuevo": "new", "acuerdo": "agreement", "con": "with", "y": "and", "en": "in",
    "presidenta": "president", "frontera": "border", "rechaza": "rejects",
    "aranceles": "tariffs", "lluvia": "rain", "llega": "arrives", "mañana": "tomorrow",
    "escuela": "school", "cierra": "closes", "hoy": "today", "agua": "water",
    "puente": "bridge", "camiones": "trucks", "esperan": "wait", "ciudad": "city",
    "sin": "without", "para": "for", "maestros": "teachers", "cruzan": "cross",
    "México": "Mexico", "Tijuana": "Tijuana", "Texas": "Texas",
}  # fmt: skip


def main() -> None:
    """Write both packages beside this script."""
    for source, target in (("es", "en"), ("en", "es")):
        file = HERE / f"tiny_{source}_{target}.argosmodel"
        file.write_bytes(package(source, target))


def package(source: str, target: str) -> bytes:
    """The bytes of one ``.argosmodel``."""
    words = dict(DICTIONARY)
    if source == "en":
        words = {english: spanish for spanish, english in words.items()}
    tokenizer = train_tokenizer()
    folder = f"translate-{source}_{target}-1_0"
    metadata = {
        "package_version": "1.0",
        "argos_version": "1.11",
        "from_code": source,
        "from_name": NAMES[source],
        "to_code": target,
        "to_name": NAMES[target],
    }
    with tempfile.TemporaryDirectory() as model_dir:
        write_model(tokenizer, words, model_dir)
        files = {
            f"model/{path.name}": path.read_bytes()
            for path in sorted(Path(model_dir).iterdir())
        }
    files["sentencepiece.model"] = tokenizer
    files["metadata.json"] = json.dumps(metadata, indent=4).encode()
    return packed({f"{folder}/{name}": body for name, body in sorted(files.items())})


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive without dates, the same on every run."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return body.getvalue()


def train_tokenizer() -> bytes:
    """A SentencePiece model whose pieces are our words, letters and marks."""
    words = sorted({*DICTIONARY, *DICTIONARY.values()})
    letters = "abcdefghijklmnopqrstuvwxyzáéíóúüñ"
    marks = "0123456789.,:;¿?¡!'\"()-%$"
    sentences = [" ".join([word] * 40) for word in words]
    sentences += [" ".join(letters + letters.upper() + marks)] * 2
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type="unigram",
        vocab_size=240,
        hard_vocab_limit=False,
        character_coverage=1.0,
        num_threads=1,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    for word in words:
        assert pieces.encode(word, out_type=str) == [f"▁{word}"], word
    return model.getvalue()


def write_model(tokenizer: bytes, words: dict[str, str], folder: str) -> None:
    """The Transformer that maps ``words`` piece by piece, in CTranslate2's format."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
    vocabulary = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    number = {piece: i for i, piece in enumerate(vocabulary)}
    mapping = np.eye(len(vocabulary), dtype=np.float32)
    for source, target in words.items():
        mapping[number[f"▁{source}"]] = 0
        mapping[number[f"▁{source}"], number[f"▁{target}"]] = 1

    spec = transformer_spec.TransformerSpec.from_config(
        (1, 1), num_heads=1, pre_norm=True, no_final_norm=True
    )
    fill(spec, mapping)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    # So that the decoder has something to look at when it should stop.
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(folder)


def fill(spec: transformer_spec.TransformerSpec, mapping: np.ndarray) -> None:
    """A state is [piece, one-hot | place, a random code]; see the top of the file."""
    size = len(mapping)
    width = size + PLACE_SIZE
    places = np.zeros((PLACES, width), dtype=np.float32)
    places[:, size:] = place_codes()
    pieces = np.zeros((size, width), dtype=np.float32)
    pieces[:, :size] = np.eye(size) / np.sqrt(width)  # CTranslate2 scales them back
    place_only = np.zeros((width, width), dtype=np.float32)
    place_only[size:, size:] = np.eye(PLACE_SIZE)
    translated = np.zeros((width, width), dtype=np.float32)
    translated[:size, :size] = mapping.T

    encoder, decoder = spec.encoder, spec.decoder
    for side in (encoder, decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = places
        silence(side.layer[0].self_attention, width)
        silence_ffn(side.layer[0].ffn, width)
    encoder.embeddings[0].weight = pieces
    decoder.embeddings.weight = np.zeros_like(pieces)  # it ignores what it has said
    attention = decoder.layer[0].attention
    unit_norm(attention.layer_norm, width)
    linear(attention.linear[0], place_only * SHARPNESS)
    linear(attention.linear[1], np.concatenate([place_only, translated]))
    linear(attention.linear[2], np.eye(width, dtype=np.float32))
    projection = np.zeros((size, width), dtype=np.float32)
    projection[:, :size] = np.eye(size) * CERTAINTY
    linear(decoder.projection, projection)


def place_codes() -> np.ndarray:
    """One code of as many +1 as -1 per place, so that a mean shifts none of them."""
    random = np.random.default_rng(7)
    halves = np.repeat([1.0, -1.0], PLACE_SIZE // 2)
    return np.stack([random.permutation(halves) for _ in range(PLACES)])


def silence(attention: object, width: int) -> None:
    unit_norm(attention.layer_norm, width)
    linear(attention.linear[0], np.zeros((3 * width, width), dtype=np.float32))
    linear(attention.linear[1], np.zeros((width, width), dtype=np.float32))


def silence_ffn(ffn: object, width: int) -> None:
    unit_norm(ffn.layer_norm, width)
    linear(ffn.linear_0, np.zeros((8, width), dtype=np.float32))
    linear(ffn.linear_1, np.zeros((width, 8), dtype=np.float32))


def linear(layer: common_spec.LinearSpec, weight: np.ndarray) -> None:
    layer.weight = weight
    layer.bias = np.zeros(len(weight), dtype=np.float32)


def unit_norm(layer: common_spec.LayerNormSpec, width: int) -> None:
    layer.gamma = np.ones(width, dtype=np.float32)
    layer.beta = np.zeros(width, dtype=np.float32)


if __name__ == "__main__":
    main()
