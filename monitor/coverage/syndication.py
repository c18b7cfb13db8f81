"""
Which members of a story repeat which text, and how many texts are independent.

A *text* is known by the item that showed it first: an item that repeats none is its
own. Which item repeats which was found when they came (``stories/copies.py``), within
one language, so a translation of another's text counts as a text of its own.

An item that credits an agency repeats a text of which we may hold no original. It is a
copy, yet a text of its own: two dispatches of one agency in other words may be two.
"""

from collections.abc import Iterable, Mapping

from monitor.coverage.credits import agencies
from monitor.model import SIDES, Country, Item, Member


def texts(members: Iterable[Member]) -> dict[str, str]:
    """Item -> the item whose text it shows: the root of its copies, or itself.

    The root may be on the other side, and in no story of ours at all.
    """
    repeats = {
        m.item.id: m.assignment.copy_of
        for m in members
        if m.assignment.copy_of is not None
    }
    return {m.item.id: _root(m.item.id, repeats) for m in members}


def independent(members: Iterable[Member]) -> Mapping[Country, tuple[Item, ...]]:
    """Each side's items without those that repeat another's text, by (published, id).

    A text that both sides carry counts once on each, as the first that had it there.
    """
    found = list(members)
    roots = texts(found)
    firsts: dict[Country, dict[str, Item]] = {side: {} for side in SIDES}
    for item in sorted((m.item for m in found), key=lambda i: (i.published, i.id)):
        firsts[item.country].setdefault(roots[item.id], item)
    return {side: tuple(firsts[side].values()) for side in SIDES}


def copies(members: Iterable[Member]) -> frozenset[str]:
    """Items that repeat another's text, or that credit an agency not their outlet's."""
    return frozenset(
        m.item.id
        for m in members
        if m.assignment.copy_of is not None or agencies(m.item)
    )


def _root(item: str, repeats: Mapping[str, str]) -> str:
    """Where a chain of copies ends; of a circle, which a correction or a second
    clustering may leave behind, the lowest id."""
    path = [item]
    while (original := repeats.get(path[-1])) is not None:
        if original in path:
            return min(path[path.index(original) :])
        path.append(original)
    return path[-1]
