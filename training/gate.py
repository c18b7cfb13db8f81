"""
Which packages may ship: a decision on measured figures alone.

A package that cannot translate clearly better than Apertium is 17 MB for nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MOST_BYTES = 25_000_000
LEAD = 4.0
"""BLEU above Apertium's, on every set of ``SETS``."""
SETS = ("newstest2013", "flores_devtest")
NUMBERS = 98.0
"""Percent of the numbers that must survive."""
A_SECOND = 100.0
"""Sentences, on ``CORES`` cores."""
CORES = 2


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one engine on one test set, all 0 to 100."""

    bleu: float
    chrf: float
    numbers: float | None
    """Percent that survives; None where the set has none."""
    names: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of one package."""

    direction: str
    sha256: str
    bytes: int
    sentences_a_second: float
    cores: int
    ours: Mapping[str, Scores]
    """By test set."""
    apertium: Mapping[str, Scores]


def failures(found: Measured) -> list[str]:
    """Every reason against shipping a package; none if it may."""
    return [
        *_of_the_package(found),
        *(why for name in SETS for why in _on(found, name)),
    ]


def _of_the_package(found: Measured) -> Iterator[str]:
    if found.bytes > MOST_BYTES:
        yield f"{found.bytes:,} bytes are more than {MOST_BYTES:,}"
    if found.cores > CORES:
        yield f"speed was measured on {found.cores} cores, not on {CORES}"
    if found.sentences_a_second < A_SECOND:
        yield (
            f"{found.sentences_a_second:.0f} sentences a second are fewer than"
            f" {A_SECOND:.0f}"
        )


def _on(found: Measured, name: str) -> Iterator[str]:
    if name not in found.ours or name not in found.apertium:
        missing = "this package" if name not in found.ours else "Apertium"
        yield f"{name}: {missing} was not measured on it"
        return
    ours, theirs = found.ours[name], found.apertium[name]
    if not ours.bleu >= theirs.bleu + LEAD:
        yield (
            f"{name}: BLEU {ours.bleu:.1f} is not {LEAD:.0f} above Apertium's"
            f" {theirs.bleu:.1f}"
        )
    if ours.numbers is None or not ours.numbers >= NUMBERS:
        yield f"{name}: of numbers survive {_told(ours.numbers)}, not {NUMBERS:.0f} %"
    if ours.names is None or theirs.names is None or not ours.names >= theirs.names:
        yield (
            f"{name}: of names survive {_told(ours.names)}, Apertium keeps"
            f" {_told(theirs.names)}"
        )


def _told(share: float | None) -> str:
    return "an unknown share" if share is None else f"{share:.1f} %"
