"""How fast a model learns at each moment, and when it has had its time."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """What the rate goes by."""

    peak: float = 1e-3
    warm_up: int = 1_000
    """Steps over which the rate rises to its peak; then it falls by their root."""
    cool_down: float = 0.25
    """The last share of the time, over which it falls to nothing besides: what is
    learnt in large steps is settled in small ones."""


def rate(step: int, share: float, pace: Pace) -> float:
    """The learning rate of a step, when ``share`` of the time has passed.

    >>> rate(500, 0.1, Pace()), rate(1_000, 0.5, Pace()), rate(4_000, 1.0, Pace())
    (0.0005, 0.001, 0.0)
    """
    warm = min(step / pace.warm_up, math.sqrt(pace.warm_up / max(step, 1)))
    cool = min(1.0, max(0.0, 1.0 - share) / pace.cool_down)
    return pace.peak * warm * cool


def passed(step: int, seconds: float, steps: int | None, minutes: float) -> float:
    """The share of the time that has passed: of the minutes or of the steps.

    >>> passed(100, 30.0, None, 1.0), passed(100, 30.0, 125, 1.0)
    (0.5, 0.8)
    """
    by_clock = seconds / (60 * minutes)
    return max(by_clock, step / steps) if steps else by_clock
