"""
Which of two sides says a thing more, and how surely.

The log-odds ratio with an informative Dirichlet prior: B. L. Monroe, M. P. Colaresi,
K. M. Quinn, "Fightin' Words", Political Analysis 16 (2008), section 3.5.1. The prior of
a thing is its share in what both sides say together. A prior from elsewhere, such as
the month before, would draw the smaller side towards it more than the larger one, and
so find differences that are none: of two sides that word 90 of 100 and 9 of 10 items
so, and a prior of ten in which half are worded so, it would be sure that they differ
(z 3.5).

The deviation is that of the whole log-odds ratio. The paper goes on to leave out what
the rest of each side's counts adds, which is little for one word of thousands; of three
frames of a concept it is most of it, and z would come out twice as large.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

SURE = 1.96
"""|z| that one in twenty would reach by chance if the sides did not differ."""
PRIOR_SHARE = 0.5
"""How much the prior weighs, of what the smaller side says. Chosen so that a word in
eight of ten items of one side and in none of the other's ten is just sure, and one in
five of them is not."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """How much more the first side says it than the second."""

    log_odds: float
    """Natural logarithm; above 0 where the first side says it more."""
    z: float
    """The same in standard deviations."""


def leanings(
    first: Mapping[str, int],
    second: Mapping[str, int],
    about: Iterable[str] | None = None,
) -> dict[str, Leaning]:
    """Thing -> which side says it more, for all that either says, or these alone.

    ``first`` and ``second`` say how often each side has each thing. Nothing is told
    where one side says nothing, nor of the only thing there is.
    """
    totals = sum(first.values()), sum(second.values())
    weight = PRIOR_SHARE * min(totals)
    if not weight:
        return {}
    scale = weight / sum(totals)
    found = {}
    for thing in sorted({*first, *second} if about is None else set(about)):
        mine, theirs = first.get(thing, 0), second.get(thing, 0)
        alpha = scale * (mine + theirs)
        if 0 < mine + theirs < sum(totals):
            has = mine + alpha, theirs + alpha
            lacks = totals[0] + weight - has[0], totals[1] + weight - has[1]
            difference = log(has[0] / lacks[0]) - log(has[1] / lacks[1])
            deviation = sqrt(sum(1 / count for count in (*has, *lacks)))
            found[thing] = Leaning(difference, difference / deviation)
    return found
