"""
Which of two sides words things so more than the other, and how surely.

The log-odds ratio with an informative Dirichlet prior: B. L. Monroe, M. P. Colaresi,
K. M. Quinn, "Fightin' Words", Political Analysis 16 (2008), section 3.5.1. The prior is
what news in general would lead one to expect; what is as common as ever on both sides
stays near zero, and so does what was counted too seldom to tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

SURE = 1.96
"""|z| from which one in twenty would come by chance if the sides did not differ."""
JEFFREYS = 0.5
"""What the prior adds for each thing counted, however rare it is in news: without it,
the variance of a word that news never had would know no bound."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """How much more the first side says it than the second."""

    log_odds: float
    """Natural logarithm; above 0 where the first side says it more."""
    z: float
    """The same in standard deviations."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What news in general would lead one to expect of the things counted."""

    weights: Mapping[str, float]
    """Thing -> how often the prior saw it; above 0 for each that is asked about."""
    total: float
    """Of all things, those not asked about too."""


def prior(things: Iterable[str], counts: Mapping[str, int], weight: float) -> Prior:
    """A prior as heavy as ``weight`` mentions, shared as news shares them.

    ``counts`` say how often news in general has each thing. Every thing gets
    ``JEFFREYS`` on top; without counts that is all.
    """
    asked = sorted(set(things))
    of_all = sum(counts.values())
    scale = weight / of_all if of_all else 0.0
    weights = {t: scale * counts.get(t, 0) + JEFFREYS for t in asked}
    return Prior(weights, scale * of_all + JEFFREYS * len(asked))


def leanings(
    first: Mapping[str, int], second: Mapping[str, int], expected: Prior
) -> dict[str, Leaning]:
    """Thing -> which side says it more, for all things of the prior.

    ``first`` and ``second`` say how often each side has each thing; a thing that the
    prior does not know is an error. None is told of a thing that all there is.
    """
    all_mine = sum(first.values()) + expected.total
    all_theirs = sum(second.values()) + expected.total
    found = {}
    for thing, alpha in expected.weights.items():
        mine, theirs = first.get(thing, 0) + alpha, second.get(thing, 0) + alpha
        if mine >= all_mine or theirs >= all_theirs:
            continue
        difference = log(mine / (all_mine - mine)) - log(theirs / (all_theirs - theirs))
        found[thing] = Leaning(difference, difference / sqrt(1 / mine + 1 / theirs))
    return found
