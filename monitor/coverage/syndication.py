"""
Which members of a story repeat which text, and how many texts are independent.

A *text* is known by the item that we saw first: an item that repeats none is its
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
    found = list(members)
    repeats = {
        m.item.id: m.assignment.copy_of
        for m in found
        if m.assignment.copy_of is not None
    }
    known: dict[str, str] = {}
    return {m.item.id: _root(m.item.id, repeats, known) for m in found}


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


def copies(
    members: Iterable[Member], roots: Mapping[str, str] | None = None
) -> frozenset[str]:
    """Items that repeat another's text, or that credit an agency not their outlet's.

    ``roots`` are what ``texts`` gives for the members, where that is known. Of a text's
    items in the story the one published first repeats none, whichever we saw first: a
    feed that we read late makes no copy of what it had before.
    """
    found = list(members)
    if roots is None:
        roots = texts(found)
    shown: dict[str, list[Item]] = {}
    for m in found:
        shown.setdefault(roots[m.item.id], []).append(m.item)
    firsts = {_first(root, items) for root, items in shown.items()}
    return frozenset(
        m.item.id for m in found if m.item.id not in firsts or agencies(m.item)
    )


def _first(root: str, items: Iterable[Item]) -> str:
    """The id of the item that showed a text first, by the dates that their feeds give.

    Where the root is undated, or in no story of ours, nobody was before it.
    """
    dated = {i.id: i for i in items if i.date_source != "fetched"}
    if root not in dated:
        return root
    return min(dated, key=lambda i: (dated[i].published, i))


def _root(item: str, repeats: Mapping[str, str], known: dict[str, str]) -> str:
    """Where a chain of copies ends; of a circle, which a correction or a second
    clustering may leave behind, the lowest id.

    What is found of the chain is added to ``known``, so that none is walked twice.
    """
    path = {item: 0}
    last = item
    while last not in known:
        original = repeats.get(last)
        if original is None:
            known[last] = last
        elif original in path:
            known[last] = min(list(path)[path[original] :])
        else:
            path.setdefault(original, len(path))
            last = original
    known.update(dict.fromkeys(path, known[last]))
    return known[last]
