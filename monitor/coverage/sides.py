"""Compare: a story -> its Coverage, side by side."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from monitor.comparison import Coverage, Pickup, SideCoverage
from monitor.coverage.lag import first_dated, is_undated, lag, minutes_between, start
from monitor.coverage.syndication import copies, texts
from monitor.model import SIDES, Country, Item, Story


def compare(story: Story, owners: Mapping[str, str]) -> Coverage:
    """How each country covers a story, and who had it first.

    ``owners`` maps an outlet to who owns it; an outlet it lacks owns itself. The order
    of the story's members does not matter.
    """
    items = sorted((m.item for m in story.members), key=lambda i: (i.published, i.id))
    roots = texts(story.members)
    copied = copies(story.members, roots)
    sides = {
        side: _side([i for i in items if i.country == side], owners, copied, roots)
        for side in SIDES
    }
    found = lag(*(start(sides[side].items, copied) for side in SIDES))
    leader: Country | None = None
    if found.ahead:
        leader = "US" if found.ahead > 0 else "MX"
    return Coverage(
        story=story,
        sides=sides,
        leader=leader,
        no_leader=found.no_leader,
        lag_minutes=None if found.ahead is None else abs(found.ahead),
        lag_certainty=found.certainty,
        texts=len(set(roots.values())),
        pickups=tuple(_pickups(items, copied)),
    )


def _side(
    items: Sequence[Item],
    owners: Mapping[str, str],
    copied: frozenset[str],
    roots: Mapping[str, str],
) -> SideCoverage:
    outlets = tuple(dict.fromkeys(item.outlet for item in items))
    return SideCoverage(
        items=tuple(items),
        outlets=outlets,
        owners=tuple(sorted({owners.get(outlet, outlet) for outlet in outlets})),
        first=start(items, copied).first,
        copies=copied.intersection(item.id for item in items),
        texts=len({roots[item.id] for item in items}),
    )


def _pickups(items: Sequence[Item], copied: Collection[str]) -> Iterator[Pickup]:
    """The first item of each outlet; those of a story in order."""
    origin = first_dated(item for item in items if item.id not in copied)
    firsts: dict[tuple[Country, str], Item] = {}
    for item in items:
        firsts.setdefault((item.country, item.outlet), item)
    for (side, outlet), item in firsts.items():
        minutes = None
        if origin and not is_undated(item):
            minutes = minutes_between(origin, item)
        yield Pickup(outlet, side, item, minutes, item.id in copied)
