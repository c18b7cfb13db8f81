"""Compare: a story -> its Coverage, side by side."""

from collections.abc import Mapping

from monitor.comparison import Coverage, SideCoverage
from monitor.coverage.lag import first_dated, lag
from monitor.model import SIDES, Country, Item, Story


def compare(story: Story, owners: Mapping[str, str]) -> Coverage:
    """How each country covers a story, and who had it first.

    ``owners`` maps an outlet to who owns it; an outlet it lacks owns itself. The order
    of the story's members does not matter.
    """
    sides = {side: _side(story, side, owners) for side in SIDES}
    found = lag(sides["US"], sides["MX"])
    return Coverage(
        story=story,
        sides=sides,
        leader=found.leader if found else None,
        lag_minutes=found.minutes if found else None,
        lag_certainty=found.certainty if found else None,
    )


def _side(story: Story, side: Country, owners: Mapping[str, str]) -> SideCoverage:
    mine = (m.item for m in story.members if m.item.country == side)
    items: list[Item] = sorted(mine, key=lambda item: (item.published, item.id))
    outlets = tuple(dict.fromkeys(item.outlet for item in items))
    return SideCoverage(
        items=tuple(items),
        outlets=outlets,
        owners=tuple(sorted({owners.get(outlet, outlet) for outlet in outlets})),
        first=first_dated(items),
    )
