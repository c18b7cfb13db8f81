"""
Make the two tiny Argos packages that the tests install: real ones, with our own words.

Each is a word-for-word dictionary written by hand into the weights of a one-layer
Transformer: the decoder at place t looks at the source at place t, by position codes
that are orthogonal, and writes what the dictionary says. Past the end of
the source it looks at the end, so that every hypothesis stops there. Pieces without
a translation come out as they went in. Nothing is trained but the tokenizer, so the
result is the same on every run:

    python tests/packages/make_tiny.py

Tests make packages with French besides, to go through a third language, and
``bench/argos.py`` one of the size of the official packages: the same dictionary, in a
model whose other layers add nothing but their cost.
"""

import io
import json
import random
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import common_spec, transformer_spec

HERE = Path(__file__).parent
PLACES = 512
PLACE_SIZE = 256
SHARPNESS = 8.0
CERTAINTY = 12.0
PULL = 0.5
"""Of the source's end on all places, where that of their own place is 1 and 0 that of
others."""
NAMES = {"en": "English", "es": "Spanish", "fr": "French"}

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

FRENCH = {  # Spanish -> French, of the same words
    "el": "le", "gobierno": "gouvernement", "de": "du", "acuerdo": "accord",
    "con": "avec", "y": "et", "frontera": "frontière", "rechaza": "rejette",
    "lluvia": "pluie", "llega": "arrive", "escuela": "école", "cierra": "ferme",
    "agua": "eau", "puente": "pont", "ciudad": "ville", "sin": "sans",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """How large a model is; None is what the dictionary needs."""

    layers: int = 1
    heads: int = 1
    width: int | None = None
    feed_forward: int = 8
    pieces: int | None = None


TINY = Shape()
OFFICIAL = Shape(layers=6, heads=1, width=512, feed_forward=2048, pieces=32_000)
"""As the official packages are: a base Transformer, though with one head in place of eight."""


def main() -> None:
    """Write both packages beside this script."""
    for source, target in (("es", "en"), ("en", "es")):
        file = HERE / f"tiny_{source}_{target}.argosmodel"
        file.write_bytes(package(source, target))


def package(source: str, target: str, shape: Shape = TINY) -> bytes:
    """The bytes of one ``.argosmodel``."""
    words = dictionary(source, target)
    tokenizer = train_tokenizer({*words, *words.values()})
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
        write_model(tokenizer, words, model_dir, shape)
        files = {
            f"model/{path.name}": path.read_bytes()
            for path in sorted(Path(model_dir).iterdir())
        }
    files["sentencepiece.model"] = tokenizer
    files["metadata.json"] = json.dumps(metadata, indent=4).encode()
    return packed({f"{folder}/{name}": body for name, body in sorted(files.items())})


def dictionary(source: str, target: str) -> dict[str, str]:
    """One to one, by way of Spanish."""
    from_spanish = {"en": DICTIONARY, "fr": FRENCH, "es": {w: w for w in DICTIONARY}}
    return {
        from_spanish[source][word]: from_spanish[target][word]
        for word in DICTIONARY
        if word in from_spanish[source] and word in from_spanish[target]
    }


def sentences(language: str, count: int) -> list[str]:
    """As newswire has them in length, names and figures, but of our words; all differ."""
    chance = random.Random(count)
    words = sorted(dictionary("es", language).values())
    found: dict[str, None] = {}
    while len(found) < count:
        length = max(4, min(45, round(chance.gauss(22, 9))))
        sentence = [chance.choice(words) for _ in range(length)]
        for place in range(2, length, 11):
            extra = (
                f"{chance.randint(2, 990)}",
                "Zacatecas",
                f"{chance.random():.2f} %",
            )
            sentence[place] = chance.choice(extra)
        sentence[length // 2] += ","
        found[" ".join(sentence) + chance.choice(".?!")] = None
    return list(found)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive without dates, the same on every run."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return body.getvalue()


def train_tokenizer(vocabulary: set[str]) -> bytes:
    """A SentencePiece model whose pieces are our words, letters and marks."""
    words = sorted(vocabulary)
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


def write_model(
    tokenizer: bytes, words: dict[str, str], folder: str, shape: Shape
) -> None:
    """The Transformer that maps ``words`` piece by piece, in CTranslate2's format."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer)
    vocabulary = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    number = {piece: i for i, piece in enumerate(vocabulary)}
    mapping = np.eye(len(vocabulary), dtype=np.float32)
    for source, target in words.items():
        mapping[number[f"▁{source}"]] = 0
        mapping[number[f"▁{source}"], number[f"▁{target}"]] = 1

    spec = transformer_spec.TransformerSpec.from_config(
        (shape.layers, shape.layers),
        num_heads=shape.heads,
        pre_norm=True,
        no_final_norm=True,
    )
    fill(spec, mapping, number["</s>"], shape)
    spare = (shape.pieces or len(vocabulary)) - len(vocabulary)
    vocabulary += [f"<spare {n}>" for n in range(spare)]
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    # So that the decoder has something to look at when it should stop.
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(folder)


def fill(
    spec: transformer_spec.TransformerSpec, mapping: np.ndarray, end: int, shape: Shape
) -> None:
    """A state is [piece, one-hot | place, a code]; see the top of the file.

    Only the decoder's last layer does something, by its attention to the source.
    """
    size = len(mapping)
    width = shape.width or size + PLACE_SIZE
    here = slice(size, size + PLACE_SIZE)
    places = np.zeros((PLACES, width), dtype=np.float32)
    places[:, here] = place_codes()
    pieces = np.zeros((shape.pieces or size, width), dtype=np.float32)
    pieces[:size, :size] = np.eye(size) / np.sqrt(width)  # CTranslate2 scales them back
    place_only = np.zeros((width, width), dtype=np.float32)
    for stop in range(width // shape.heads, width + 1, width // shape.heads):
        place_only[stop - PLACE_SIZE : stop, here] = np.eye(PLACE_SIZE)
    translated = np.zeros((width, width), dtype=np.float32)
    translated[:size, :size] = mapping.T

    encoder, decoder = spec.encoder, spec.decoder
    for side in (encoder, decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = places
        for layer in side.layer:
            silence(layer.self_attention, width)
            silence_ffn(layer.ffn, width, shape.feed_forward)
    encoder.embeddings[0].weight = pieces
    decoder.embeddings.weight = np.zeros_like(pieces)  # it ignores what it has said
    for layer in decoder.layer[:-1]:
        silence_attention(layer.attention, width)
    attention = decoder.layer[-1].attention
    unit_norm(attention.layer_norm, width)
    linear(attention.linear[0], place_only * SHARPNESS)
    keys = place_only.copy()
    for row in range(0, width, width // shape.heads):
        attention.linear[0].bias[row] = 1  # against this piece at every place
        keys[row, end] = PULL * SHARPNESS * np.sqrt(width * PLACE_SIZE)
    linear(attention.linear[1], np.concatenate([keys, translated]))
    linear(attention.linear[2], np.eye(width, dtype=np.float32))
    projection = np.zeros_like(pieces)
    projection[:size, :size] = np.eye(size) * CERTAINTY
    linear(decoder.projection, projection)


def place_codes() -> np.ndarray:
    """The rows of a Hadamard matrix, then their negatives: none is like another."""
    rows = np.ones((1, 1))
    while len(rows) < PLACE_SIZE:
        rows = np.block([[rows, rows], [rows, -rows]])
    return np.concatenate([rows, -rows])


def silence(attention: object, width: int) -> None:
    unit_norm(attention.layer_norm, width)
    linear(attention.linear[0], np.zeros((3 * width, width), dtype=np.float32))
    linear(attention.linear[1], np.zeros((width, width), dtype=np.float32))


def silence_attention(attention: object, width: int) -> None:
    unit_norm(attention.layer_norm, width)
    for layer, rows in zip(attention.linear, (width, 2 * width, width), strict=True):
        linear(layer, np.zeros((rows, width), dtype=np.float32))


def silence_ffn(ffn: object, width: int, inner: int) -> None:
    unit_norm(ffn.layer_norm, width)
    linear(ffn.linear_0, np.zeros((inner, width), dtype=np.float32))
    linear(ffn.linear_1, np.zeros((width, inner), dtype=np.float32))


def linear(layer: common_spec.LinearSpec, weight: np.ndarray) -> None:
    layer.weight = weight
    layer.bias = np.zeros(len(weight), dtype=np.float32)


def unit_norm(layer: common_spec.LayerNormSpec, width: int) -> None:
    layer.gamma = np.ones(width, dtype=np.float32)
    layer.beta = np.zeros(width, dtype=np.float32)


if __name__ == "__main__":
    main()
