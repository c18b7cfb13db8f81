"""Items as their outlets printed them: what framing and terms are counted over."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.coverage.syndication import texts
from monitor.model import Item, Story


@dataclass(frozen=True, slots=True)
class Original:
    """One item in its own language, and whose text it is."""

    item: Item
    text: str
    """The item whose text it repeats; its own id for one that repeats none."""


def originals(story: Story) -> list[Original]:
    """A story's items as printed, by (published, id)."""
    roots = texts(story.members)
    items = sorted((m.item for m in story.members), key=lambda i: (i.published, i.id))
    return [Original(item, roots[item.id]) for item in items]


def once(found: Iterable[Original]) -> list[Original]:
    """Each text once an outlet, its first printing, by (published, id).

    A dispatch counts for every newsroom that chose to print it, under a headline of its
    own more often than not, and never twice for one of them.
    """
    kept: dict[tuple[str, str], Original] = {}
    for each in sorted(found, key=lambda o: (o.item.published, o.item.id)):
        kept.setdefault((each.text, each.item.outlet), each)
    return list(kept.values())
