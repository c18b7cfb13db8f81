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
class Wanted:
    """A correction that a person asks for, before anybody looked whether it can be."""

    verb: CorrectionVerb
    stories: tuple[str, ...] = ()
    """``merge``: the one that stays, and the other. ``split``: the story. ``move``:
    where the items go; NEW for a story of their own."""
    items: tuple[str, ...] = ()
    """``split``, ``move``: those that leave."""
    correction: int | None = None
    """``undo``: the one taken back; None for the last in force."""
    reason: str = ""


NEW = "new"
"""In place of a story's id: one that does not exist yet."""

Way = Literal["page", "api", "command", "file"]
"""How somebody corrected: on a page, by a program, on the command line, by a file that
was taken in."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who corrected, and how."""

    name: str
    way: Way


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How a correction came to be obeyed no more."""

    at: datetime
    by: Author | None = None
    """None where nobody noted it."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LoggedCorrection:
    """A correction as the log keeps it."""

    id: int
    """Counted up from 1."""
    made: datetime
    correction: Correction
    undone: bool = False
    """Whether it was taken back; then nothing obeys it any more."""
    by: Author | None = None
    """None where nobody noted it, as with those of old."""
    taken_back: TakenBack | None = None
    """None where it was not, or where nobody noted it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What happened to stories after somebody had looked at them."""

    at: datetime
    kind: ChangeKind
    by: Author | None
    """None: the monitor, or nobody noted it."""
    correction: int | None
    """The one made or taken back; None if the monitor decided."""
    reason: str
    items: int
    """How many it moved."""
