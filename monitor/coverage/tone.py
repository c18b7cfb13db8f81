"""
The tone of each side: the mean over its independent texts, and how sure it is.

A headline's tone is that of ``valence.py``, measured on the original, never on a
translation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from monitor.coverage.syndication import independent
from monitor.coverage.valence import Tone, Valences
from monitor.model import SIDES, Country, Item, Member

LEAST_TEXTS = 8
"""A side with fewer texts that can be measured has no mean: its interval would be wider
than all that is between good and bad news."""
_USUAL_SPREAD = 0.6
"""Standard deviation of tone over real headlines that have one."""
_PRIOR = 3
"""How many texts' worth that usual spread counts, so that a few texts that happen to be
alike do not pass for certainty."""
_Z = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval at 95 %, by Student's t."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeasuredText:
    """One headline and its tone."""

    item: Item
    tone: Tone


@dataclass(frozen=True, slots=True)
class SideTone:
    """The tone of one side's headlines."""

    texts: int
    """Independent ones."""
    measured: tuple[MeasuredText, ...]
    """Those with a word of the list, the gravest first; the others say nothing."""
    mean: Estimate | None
    """Over the measured; None below ``LEAST_TEXTS``."""


@dataclass(frozen=True, slots=True)
class ToneBySide:
    """The tone of both sides."""

    sides: Mapping[Country, SideTone]
    """Always both."""
    difference: Estimate | None
    """US less MX, by Welch; None where a side has no mean. An interval that holds 0
    shows no difference."""


def tone_by_side(members: Iterable[Member], valences: Valences) -> ToneBySide:
    """The tone of each side's headlines of a story or a period.

    The order of the members does not matter.
    """
    texts = independent(members)
    sides = {side: _side(texts[side], valences) for side in SIDES}
    values = {
        side: [each.tone.value for each in sides[side].measured]
        for side in SIDES
        if sides[side].mean
    }
    difference = _difference(values["US"], values["MX"]) if len(values) == 2 else None
    return ToneBySide(sides, difference)


def _side(texts: Sequence[Item], valences: Valences) -> SideTone:
    measured = [
        MeasuredText(item, tone)
        for item in texts
        if (tone := valences.tone(item.title, item.language)) is not None
    ]
    measured.sort(key=lambda m: (m.tone.value, m.item.published, m.item.id))
    values = [each.tone.value for each in measured]
    mean = _mean(values) if len(values) >= LEAST_TEXTS else None
    return SideTone(len(texts), tuple(measured), mean)


def _mean(values: Sequence[float]) -> Estimate:
    error, freedom = _error(values)
    half = _t(freedom) * sqrt(error)
    middle = fmean(values)
    return Estimate(middle, max(-1.0, middle - half), min(1.0, middle + half))


def _difference(us: Sequence[float], mx: Sequence[float]) -> Estimate:
    """Welch's interval, with the degrees of freedom of Satterthwaite."""
    (us_error, us_freedom), (mx_error, mx_freedom) = _error(us), _error(mx)
    freedom = (us_error + mx_error) ** 2 / (
        us_error**2 / us_freedom + mx_error**2 / mx_freedom
    )
    half = _t(freedom) * sqrt(us_error + mx_error)
    gap = fmean(us) - fmean(mx)
    return Estimate(gap, max(-2.0, gap - half), min(2.0, gap + half))


def _error(values: Sequence[float]) -> tuple[float, float]:
    """(variance of the mean, its degrees of freedom), drawn to the usual spread."""
    middle = fmean(values)
    squares = sum((value - middle) ** 2 for value in values)
    freedom = len(values) - 1 + _PRIOR
    return (squares + _PRIOR * _USUAL_SPREAD**2) / freedom / len(values), freedom


def _t(freedom: float) -> float:
    """The 97.5 % quantile of Student's t, by its expansion around the normal one.

    Right to .002 from 6 degrees of freedom on; ours begin at 10.
    """
    z, z3, z5, z7 = _Z, _Z**3, _Z**5, _Z**7
    return (
        z
        + (z3 + z) / (4 * freedom)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom**2)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom**3)
    )
