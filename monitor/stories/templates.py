"""
Titles that look alike because one column writes them all: weather, lottery, roundups.

``Clima en Cancún hoy`` and ``Clima en Monterrey hoy`` share every word but the one
that matters. Deciding by similarity alone joins them, so they are told apart by form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_LEAST_FRAME = 3
"""Words: shorter frames are chance."""
_LEAST_FRAME_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Heading:
    """What the form of a title depends on."""

    words: tuple[str, ...]
    """Folded, in order."""
    routine: frozenset[str]
    """Aliases of words that mark a column which comes back every day."""
    names: frozenset[str]
    numbers: frozenset[str]


def is_routine_pair(one: Heading, other: Heading) -> bool:
    """Whether two titles are of one routine, but of another place, day or number."""
    if not one.routine & other.routine:
        return False
    return _differ(one.names, other.names) or _differ(one.numbers, other.numbers)


def is_frame_pair(one: Heading, other: Heading) -> bool:
    """Whether two titles of one outlet are one frame filled in with different words.

    Titles that differ in numbers alone are no frame: a toll rises as a story goes on.
    """
    start = _common(one.words, other.words)
    end = _common(one.words[start:][::-1], other.words[start:][::-1])
    fillings = [h.words[start : len(h.words) - end] for h in (one, other)]
    longest = max(len(one.words), len(other.words))
    return (
        all(fillings)
        and start + end >= max(_LEAST_FRAME, _LEAST_FRAME_SHARE * longest)
        and not set(fillings[0]) & set(fillings[1])
        and not all(word[:1].isdecimal() for filling in fillings for word in filling)
    )


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether each has something that the other lacks."""
    return bool(one - other) and bool(other - one)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of their common start."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
