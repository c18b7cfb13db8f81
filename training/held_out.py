"""
What is measured on must not be learnt from: test sentences among the training pairs.

A sentence counts as a test sentence, exactly, if it is one by its letters and figures,
case and accents aside; nearly, if of the runs of three words of both

- half of the longer one's are the other's, too: half of the runs of a 20-word sentence
  stay when three words far apart are replaced; or
- half of the shorter one's are, and six at least, which is eight words running: part
  of a test sentence stands in a longer text. Eight is the least for which work on leaks
  into web texts looks, 13 the most.

Half of the shorter one's alone would not do: the first 40 pairs that it found were
stock phrases, every one (*no tiene nada que ver con*).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError
from monitor.evaluation.datasets import read_lines
from monitor.model import LANGUAGES, Language
from monitor.text import fold, words
from training.pairs import Pair

NEVER_TRAINED_ON = ("newstest2013", "flores", "ntrex", "wmt24")
"""The beginnings of the names of test sets that must never be learnt from."""
RUN = 3
"""Words."""
SHARED = 0.5
"""Of the runs of a sentence."""
FEWEST = 2
"""Runs that two sentences of about a length must share: a greeting is nobody's."""
STRETCH = 6
"""Runs that a longer sentence must share: eight words running."""


@dataclass(frozen=True, slots=True)
class TestSet:
    """Sentences in both languages, line by line."""

    __test__ = False  # pytest takes the name for a class of tests
    name: str
    lines: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Leak:
    """A test sentence that one side of a pair repeats."""

    test_set: str
    line: str
    is_exact: bool


class HeldOut:
    """The sentences of test sets, found again in others."""

    def __init__(self, test_sets: Iterable[TestSet]) -> None:
        """Both languages of each set are held out."""
        self._exact: dict[Language, dict[str, tuple[str, str]]] = {}
        self._runs: dict[Language, dict[int, list[int]]] = {}
        self._lines: dict[Language, list[tuple[str, str, int]]] = {}
        sets = list(test_sets)
        for language in LANGUAGES:
            lines = [(s.name, line) for s in sets for line in s.lines[language]]
            self._exact[language] = {_key(line): (name, line) for name, line in lines}
            self._index(language, lines)

    def _index(self, language: Language, lines: Iterable[tuple[str, str]]) -> None:
        index = self._runs[language] = {}
        kept = self._lines[language] = []
        for number, (name, line) in enumerate(lines):
            runs = _runs(line)
            kept.append((name, line, len(runs)))
            for run in runs:
                index.setdefault(run, []).append(number)

    def leak(self, pair: Pair) -> Leak | None:
        """The test sentence that the pair repeats on either side, if any."""
        for language in LANGUAGES:
            if found := self._exact[language].get(_key(pair.side(language))):
                return Leak(*found, is_exact=True)
        for language in LANGUAGES:
            if near := self._near(pair.side(language), language):
                return Leak(*near, is_exact=False)
        return None

    def _near(self, text: str, language: Language) -> tuple[str, str] | None:
        runs = _runs(text)
        if len(runs) < FEWEST:
            return None
        index = self._runs[language]
        shared = Counter(number for run in runs for number in index.get(run, ()))
        for number, count in shared.most_common(5):
            name, line, length = self._lines[language][number]
            short, long = sorted((length, len(runs)))
            is_most = count >= max(FEWEST, SHARED * long)
            if is_most or count >= max(STRETCH, SHARED * short):
                return name, line
        return None


def read_test_sets(folder: Path) -> list[TestSet]:
    """The sets of a folder: pairs of files ``NAME.es`` and ``NAME.en``, line by line.

    Raises ConfigError if there are none, or two files differ in their lines.
    """
    found = []
    for spanish in sorted(folder.glob("*.es")):
        english = spanish.with_suffix(".en")
        lines: dict[Language, tuple[str, ...]] = {
            "es": tuple(read_lines(spanish)),
            "en": tuple(read_lines(english)),
        }
        if len(lines["es"]) != len(lines["en"]):
            raise ConfigError(
                f"{english}: {len(lines['en'])} lines for the {len(lines['es'])} of"
                f" {spanish.name}: give each sentence in both languages"
            )
        found.append(TestSet(spanish.stem, lines))
    if not found:
        raise ConfigError(f"{folder}: no test sets; put NAME.es and NAME.en there")
    return found


def missing(test_sets: Iterable[TestSet]) -> list[str]:
    """Of the sets that must not be learnt from, those that are not there to compare."""
    names = [found.name for found in test_sets]
    return [
        wanted
        for wanted in NEVER_TRAINED_ON
        if not any(name.startswith(wanted) for name in names)
    ]


def _key(text: str) -> str:
    return "".join(_plain(text)) or text


def _plain(text: str) -> list[str]:
    return words(fold(text))


def _runs(text: str) -> set[int]:
    """Runs of words, each as a number: a set of them costs a fifth of their texts."""
    found = _plain(text)
    return {hash(tuple(found[at : at + RUN])) for at in range(len(found) - RUN + 1)}
