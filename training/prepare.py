"""
The first step: pairs of sentences, cleaned, sampled and cut into pieces.

Writes into a folder ``pieces.model``, ``train.npz``, ``dev.npz`` and ``report.json``,
which says what was dropped, for which reason, and how often what is left is shown.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from monitor.model import LANGUAGES
from monitor.text import fold
from monitor.translation.bridge import bridge
from training import corpus, mixture, pieces
from training.clean import fault, normal
from training.files import sha256, write_json, write_whole
from training.held_out import HeldOut, Leak, missing, read_test_sets
from training.pairs import Pair, read_pairs

SEED = 2013
DEV_PAIRS = 1_000
LONGEST = 250
"""Pieces. Longer sentences are cut by the program before they are translated."""


@dataclass(slots=True)
class Sifted:
    """What became of each pair."""

    kept: list[Pair] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    """By dataset, as are those below by what their names say."""
    faults: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    """Pairs dropped that repeat a sentence of a test set, by test set."""
    near: Counter[str] = field(default_factory=Counter)
    doubles: int = 0
    capped: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)
    """The first near repetitions of each test set, for a person to judge the rule."""


def sift(pairs: Iterable[Pair], held_out: HeldOut) -> Sifted:
    """Keep the pairs that are sound, new, and in no test set."""
    done, seen = Sifted(), set[int]()
    for given in pairs:
        done.read[given.dataset] += 1
        pair = normal(given)
        key = hash((fold(pair.es), fold(pair.en)))
        if leak := held_out.leak(pair):
            _note(done, pair, leak)
        elif found := fault(pair):
            done.faults[found] += 1
        elif key in seen:
            done.doubles += 1
        else:
            seen.add(key)
            done.kept.append(pair)
    return done


def _note(done: Sifted, pair: Pair, leak: Leak) -> None:
    counts = done.exact if leak.is_exact else done.near
    counts[leak.test_set] += 1
    if not leak.is_exact and counts[leak.test_set] <= 20:
        done.examples.append(
            {
                "test set": leak.test_set,
                "line": leak.line,
                "es": pair.es,
                "en": pair.en,
                "dataset": pair.dataset,
            }
        )


def cap(done: Sifted, chance: random.Random) -> None:
    """Of datasets with a limit, keep a sample of that size."""
    by_dataset: dict[str, list[Pair]] = {}
    for pair in done.kept:
        by_dataset.setdefault(pair.dataset, []).append(pair)
    done.kept = []
    for name, pairs in by_dataset.items():
        most = mixture.source(name).most
        if most is not None and len(pairs) > most:
            done.capped[name] = len(pairs) - most
            pairs = chance.sample(pairs, most)
        done.kept += pairs


def set_aside(
    pairs: Sequence[Pair], count: int, chance: random.Random
) -> tuple[list[Pair], list[Pair]]:
    """The pairs to learn from, and some of the news to watch training with.

    A tenth of the news at most; where there is none, of all pairs.
    """
    news = [i for i, pair in enumerate(pairs) if pair.dataset in mixture.DEV]
    places = news or range(len(pairs))
    aside = set(chance.sample(places, min(count, len(places) // 10)))
    return (
        [pair for i, pair in enumerate(pairs) if i not in aside],
        [pair for i, pair in enumerate(pairs) if i in aside],
    )


def names() -> Iterator[Pair]:
    """What the bridge knows, as pairs."""
    for entry in bridge().entries:
        if entry.is_translated and entry.es and entry.en:
            yield Pair(entry.es[0], entry.en[0], "bridge")


def _to_learn_pieces(pairs: Sequence[Pair]) -> Iterator[str]:
    """Sentences as often as a model is shown them, so that the news decide."""
    for pair in pairs:
        for _ in range(max(1, round(mixture.source(pair.dataset).times))):
            yield pair.es
            yield pair.en


def as_corpus(pairs: Sequence[Pair], model: bytes) -> corpus.Corpus:
    """The pairs in pieces, without those that have too many."""
    cutter = pieces.opened(model)
    es, en = (cutter.encode([p.side(x) for p in pairs]) for x in ("es", "en"))
    kept = [
        i
        for i in range(len(pairs))
        if 0 < len(es[i]) <= LONGEST and 0 < len(en[i]) <= LONGEST
    ]
    found = tuple(sorted({pairs[i].dataset for i in kept}))
    number = {name: at for at, name in enumerate(found)}
    return corpus.Corpus(
        es=corpus.side([es[i] for i in kept]),
        en=corpus.side([en[i] for i in kept]),
        dataset=np.array([number[pairs[i].dataset] for i in kept], dtype=np.uint16),
        names=found,
    )


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument(
        "--pairs",
        type=Path,
        action="append",
        required=True,
        help="a file of pairs, .tsv or .tsv.xz; may be given several times",
    )
    parser.add_argument(
        "--tests", type=Path, required=True, help="a folder of test sets to keep out"
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--pieces", type=int, default=pieces.SIZE, help="vocabulary")
    parser.add_argument(
        "--pieces-of",
        type=Path,
        help="an earlier folder whose pieces are kept: so that a model can be"
        " trained on with pairs that were translated back",
    )


def main(wanted: argparse.Namespace) -> int:
    """Prepare, and print what was done."""
    start, chance = monotonic(), random.Random(SEED)
    tests = read_test_sets(wanted.tests)
    given = (pair for path in wanted.pairs for pair in read_pairs(path))
    done = sift((p for of in (given, names()) for p in of), HeldOut(tests))
    cap(done, chance)
    train, dev = set_aside(done.kept, DEV_PAIRS, chance)
    if wanted.pieces_of:
        model = (wanted.pieces_of / "pieces.model").read_bytes()
    else:
        model = pieces.learn(_to_learn_pieces(train), wanted.pieces)
    learnt = as_corpus(train, model)
    write_whole(wanted.out / "pieces.model", model)
    corpus.write(wanted.out / "train.npz", learnt)
    corpus.write(wanted.out / "dev.npz", as_corpus(dev, model))
    report = _report(done, learnt, len(dev), model) | {
        "inputs": {path.name: sha256(path) for path in wanted.pairs},
        "tests": {test.name: len(test.lines["es"]) for test in tests},
        "tests not given": missing(tests),
        "seconds": round(monotonic() - start),
    }
    write_json(wanted.out / "report.json", report)
    _tell(report)
    return 0


def _report(
    done: Sifted, learnt: corpus.Corpus, dev: int, model: bytes
) -> dict[str, Any]:
    counts = np.bincount(learnt.dataset, minlength=len(learnt.names))
    return {
        "read": dict(done.read.most_common()),
        "dropped": {
            "doubles": done.doubles,
            **dict(done.faults.most_common()),
            "exact test sentences": dict(done.exact),
            "near test sentences": dict(done.near),
            "above the cap": dict(done.capped),
        },
        "kept": dict(zip(learnt.names, counts.tolist(), strict=True)),
        "to watch": dev,
        "shown in a round": {x: corpus.count(learnt, x) for x in LANGUAGES},
        "pieces": pieces.opened(model).get_piece_size(),
        "pieces a sentence": {
            x: round(float(learnt.side(x).lengths.mean()), 1) for x in LANGUAGES
        },
        "near examples": done.examples,
    }


def _tell(report: dict[str, Any]) -> None:
    for key, value in report.items():
        if key != "near examples":
            print(f"{key}: {value}")
    if report["tests not given"]:
        print(
            "not looked for, since --tests has them not:",
            ", ".join(report["tests not given"]),
        )
