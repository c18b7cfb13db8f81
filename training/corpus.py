"""
Pairs as numbers, ready to be learnt from, and the batches of one round.

NumPy alone: what a model is shown can be tested without one.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model import Language
from training.files import write_whole
from training.mixture import times
from training.pieces import END, PAD, START

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Side:
    """The sentences of one language, one after the other."""

    ids: NDArray[np.uint16]
    starts: NDArray[np.int64]
    """Where each begins in ``ids``; one more than there are sentences."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sentence(self, number: int) -> NDArray[np.uint16]:
        """The pieces of one sentence."""
        return self.ids[self.starts[number] : self.starts[number + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each sentence."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Pairs of sentences as pieces, each with its dataset."""

    es: Side
    en: Side
    dataset: NDArray[np.uint16]
    """Of each pair, as a place in ``names``."""
    names: tuple[str, ...]

    def side(self, language: Language) -> Side:
        """The sentences of one language."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of about the same length, filled up with ``PAD``; a row is a sentence."""

    source: Ids
    target: Ids
    """Without start and end."""


def side(sentences: Sequence[Sequence[int]]) -> Side:
    """Sentences put one after the other."""
    lengths = np.array([len(ids) for ids in sentences], dtype=np.int64)
    flat = np.concatenate([np.asarray(ids, dtype=np.uint16) for ids in sentences])
    return Side(flat, np.concatenate([[0], lengths.cumsum()]))


def write(path: Path, corpus: Corpus) -> None:
    """Write a corpus whole or not at all."""
    body = io.BytesIO()
    np.savez(
        body,
        es=corpus.es.ids,
        es_starts=corpus.es.starts,
        en=corpus.en.ids,
        en_starts=corpus.en.starts,
        dataset=corpus.dataset,
        names=np.array(corpus.names),
    )
    write_whole(path, body.getvalue())


def read(path: Path) -> Corpus:
    """Read a corpus. Raises ConfigError if there is none."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return Corpus(
                Side(held["es"], held["es_starts"]),
                Side(held["en"], held["en_starts"]),
                held["dataset"],
                tuple(map(str, held["names"])),
            )
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"{path}: no prepared pairs ({error}); run 'python -m training prepare'"
        ) from error


def batches(
    corpus: Corpus, source: Language, target: Language, tokens: int, round_: int
) -> Iterator[Batch]:
    """What a model is shown in one round, the same whenever the round is asked for.

    A pair comes as often as its dataset is weighted; of 2.5 times, half of the pairs
    come a third time. No batch has more than ``tokens`` pieces of source or target,
    filling included, but for a sentence that alone is longer.
    """
    chance = np.random.default_rng(round_)
    shown = _shown(corpus, target, chance)
    chance.shuffle(shown)  # so that equals in length come in another order each round
    stretches = _stretches(corpus, shown, tokens)
    for place in chance.permutation(len(stretches)):
        yield _batch(corpus, source, target, stretches[place])


def all_once(
    corpus: Corpus, source: Language, target: Language, tokens: int
) -> Iterator[Batch]:
    """Every pair once, whatever its dataset, in the same limits."""
    for rows in _stretches(corpus, np.arange(len(corpus.dataset)), tokens):
        yield _batch(corpus, source, target, rows)


def started(ids: Ids) -> Ids:
    """Rows with the mark that comes before a sentence."""
    return np.pad(ids, ((0, 0), (1, 0)), constant_values=START)


def ended(ids: Ids) -> Ids:
    """Rows with the mark that comes after a sentence."""
    longer = np.pad(ids, ((0, 0), (0, 1)), constant_values=PAD)
    longer[np.arange(len(ids)), (ids != PAD).sum(axis=1)] = END
    return longer


def count(corpus: Corpus, target: Language) -> float:
    """Pairs that a model is shown in one round, on average."""
    weights = [times(name, target) for name in corpus.names]
    counts = np.bincount(corpus.dataset, minlength=len(weights))
    return float(counts @ np.array(weights))


def _shown(
    corpus: Corpus, target: Language, chance: np.random.Generator
) -> NDArray[Any]:
    weights = np.array([times(name, target) for name in corpus.names])
    wanted = weights[corpus.dataset]
    whole = wanted.astype(np.int64)
    more = chance.random(len(wanted)) < wanted - whole
    return np.repeat(np.arange(len(wanted)), whole + more)


def _stretches(corpus: Corpus, shown: NDArray[Any], tokens: int) -> list[NDArray[Any]]:
    """The pairs of each batch, of about the same length."""
    lengths = np.maximum(corpus.es.lengths, corpus.en.lengths) + 1
    ordered = shown[np.argsort(lengths[shown], kind="stable")]
    return [ordered[start:stop] for start, stop in _cuts(lengths[ordered], tokens)]


def _batch(
    corpus: Corpus, source: Language, target: Language, rows: NDArray[Any]
) -> Batch:
    return Batch(_filled(corpus.side(source), rows), _filled(corpus.side(target), rows))


def _cuts(lengths: NDArray[Any], tokens: int) -> Iterator[tuple[int, int]]:
    """Stretches of ever longer sentences, each within ``tokens`` when filled up."""
    start = 0
    for at, length in enumerate(lengths):
        if at > start and (at + 1 - start) * int(length) > tokens:
            yield start, at
            start = at
    if len(lengths):
        yield start, len(lengths)


def _filled(side: Side, rows: NDArray[Any]) -> Ids:
    found = [side.sentence(int(row)) for row in rows]
    filled = np.full((len(found), max(map(len, found))), PAD, dtype=np.int32)
    for row, ids in zip(filled, found, strict=True):
        row[: len(ids)] = ids
    return filled
