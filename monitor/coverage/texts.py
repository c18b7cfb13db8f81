"""The independent texts of each side: what tone and voices are counted over."""

from collections.abc import Iterable, Mapping

from monitor.model import SIDES, Country, Item, Member


def independent(members: Iterable[Member]) -> Mapping[Country, tuple[Item, ...]]:
    """Each side's items without those that repeat another's text, by (published, id).

    A text that both sides carry counts once on each, as the first that had it there.
    """
    found = list(members)
    copied = {m.item.id: m.assignment.copy_of for m in found}
    texts: dict[Country, dict[str, Item]] = {side: {} for side in SIDES}
    for item in sorted((m.item for m in found), key=lambda i: (i.published, i.id)):
        texts[item.country].setdefault(_original(item.id, copied), item)
    return {side: tuple(texts[side].values()) for side in SIDES}


def _original(item: str, copied: Mapping[str, str | None]) -> str:
    """The item at the head of a chain of copies; it may be none of ours."""
    seen = {item}
    while (before := copied.get(item)) is not None and before not in seen:
        seen.add(before)
        item = before
    return item
