"""
The pieces that words are cut into: one SentencePiece model for both languages.

Names are written alike in both, so one vocabulary lets a model copy them, and its
embeddings serve source, target and output. What no piece covers is spelled in bytes,
so that no name is lost to an unknown word. 16,000 pieces: at a width of 320 they are a
third of the weights; 32,000, as the official packages have them, would be half.

The text is taken as it is: the usual rules (NFKC) write 1.º as 1.o and ½ as 1⁄2.
"""

import io
from collections.abc import Iterable

import sentencepiece

SIZE = 16_000
UNKNOWN, START, END, PAD = 0, 1, 2, 3
_COVERAGE = 0.9998
"""Of characters; the others, such as 汉 or ł where they are rare, go by bytes."""
_MOST = 1_500_000
"""Sentences that are looked at."""


def learn(sentences: Iterable[str], size: int = SIZE, threads: int = 2) -> bytes:
    """A SentencePiece model, of at most ``size`` pieces."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type="unigram",
        vocab_size=size,
        hard_vocab_limit=False,  # a small sample has fewer
        character_coverage=_COVERAGE,
        byte_fallback=True,
        split_digits=True,  # 1,327 is no word: figures are copied one by one
        normalization_rule_name="identity",
        input_sentence_size=_MOST,
        shuffle_input_sentence=True,
        num_threads=threads,
        unk_id=UNKNOWN,
        bos_id=START,
        eos_id=END,
        pad_id=PAD,
        minloglevel=2,
    )
    return model.getvalue()


def opened(model: bytes) -> sentencepiece.SentencePieceProcessor:
    """What cuts and joins by a model."""
    return sentencepiece.SentencePieceProcessor(model_proto=model)


def vocabulary(model: bytes) -> list[str]:
    """Its pieces, in the order of their numbers."""
    cutter = opened(model)
    return [cutter.id_to_piece(number) for number in range(cutter.get_piece_size())]
