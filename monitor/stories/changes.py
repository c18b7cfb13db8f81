"""
What happens to stories after their items were assigned: applied, replayed, taken back.

A change is a list of moves, so a log of changes, in order, leads from the first
assignments to today's. Nothing is struck from it: to take a change back is another
change, with the moves that lead back.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from monitor.change import Change, Move


def apply(change: Change, stories: Mapping[str, str]) -> dict[str, str]:
    """Item -> story after a change, from item -> story before it."""
    return {**stories, **{move.item: move.after for move in change.moves}}


def replay(first: Mapping[str, str], changes: Iterable[Change]) -> dict[str, str]:
    """Item -> story today, from the first assignments and all changes in order."""
    stories = dict(first)
    for change in changes:
        stories = apply(change, stories)
    return stories


def redirects(change: Change, living: Collection[str]) -> dict[str, str]:
    """Story -> the one that took most of its items, for those that a change emptied.

    ``living`` are the stories that have items after it.
    """
    taken: dict[str, Counter[str]] = {}
    for move in _whole(change):
        if move.before not in living:
            taken.setdefault(move.before, Counter())[move.after] += 1
    return {story: to.most_common(1)[0][0] for story, to in taken.items()}


def inverse(
    change: Change,
    current: Mapping[str, str],
    home: Callable[[str], str | None],
    reason: str,
) -> tuple[Change, tuple[str, ...]]:
    """The change that takes one back, and the items that it leaves where they are.

    ``current`` is item -> story today. Only items that are still where the change put
    them go back. ``home`` says where the items of a story are found today, which may
    have been merged into another since; None if it has none because of this change:
    then it comes to life again. An item whose home is where it is stays, too.
    """
    made = _whole(change)
    there = [move for move in reversed(made) if current.get(move.item) == move.after]
    moves = [Move(m.item, m.after, home(m.before) or m.before) for m in there]
    # Its old story may have become a part of this one since, by another change.
    back = tuple(move for move in moves if move.before != move.after)
    going = {move.item for move in back}
    stay = tuple(move.item for move in made if move.item not in going)
    return Change("undo", back, reason, correction=change.correction), stay


def _whole(change: Change) -> list[Move]:
    """One move an item, from where a change found it to where it left it."""
    moves: dict[str, Move] = {}
    for move in change.moves:
        before = moves[move.item].before if move.item in moves else move.before
        moves[move.item] = Move(move.item, before, move.after)
    return list(moves.values())
