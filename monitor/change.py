"""
What happens to stories after their items were assigned, and what persons say of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ChangeKind = Literal["merge", "move", "split", "again", "undo"]
"""Two stories become one; items go to another story; some of a story's items become a
story of their own; all is clustered anew; an earlier change is taken back."""


@dataclass(frozen=True, slots=True)
class Move:
    """One item that changes its story."""

    item: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to stories after their items had been assigned.

    The moves of all changes, in order, lead from the first assignments to today's.
    """

    kind: ChangeKind
    moves: tuple[Move, ...]
    reason: str
    """In words, for a reader."""
    score: float | None = None
    """How sure the monitor was, 0 to 1: the probability of a move, the linkage of two
    stories merged, one less the likeness of the parts of a split; None if a person
    decided."""
    correction: int | None = None
    """The correction that asked for it; None if the monitor decided."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A change as the log keeps it."""

    id: int
    """Counted up from 1."""
    at: datetime
    change: Change
    undone: bool = False


CorrectionVerb = Literal["merge", "split", "move", "undo"]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word on which items belong together, whatever the clusterer thinks."""

    verb: CorrectionVerb
    reason: str
    together: tuple[str, ...] = ()
    """Items that are in one story."""
    apart: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """No item of the first is in a story with one of the second."""


@dataclass(frozen=True, slots=True)
class LoggedCorrection:
    """A correction as the log keeps it."""

    id: int
    """Counted up from 1."""
    made: datetime
    correction: Correction
    undone: bool = False
    """Whether a later one took it back; then nothing obeys it any more."""
