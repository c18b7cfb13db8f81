"""What waits to be done in the database, and what of it does not count -> a view."""

from dataclasses import dataclass

from monitor.coverage.marks import Marker
from monitor.coverage.outlines import version
from monitor.store.database import Store
from monitor.web.guide import Guide
from monitor.web.in_force import in_force
from monitor.web.site import Site

_MOST_DUE = 1_000
"""How far stories are counted that wait."""


@dataclass(frozen=True, slots=True)
class UpkeepView:
    """How far lists and search can be trusted."""

    search: str
    lists: str
    faults: tuple[str, ...]
    """What feeds.yaml overrules, in English."""


def upkeep_view(store: Store, site: Site, guide: Guide) -> UpkeepView:
    """The state of this moment."""
    return UpkeepView(
        search=search_reach(store, guide) or guide.say("Every item can be found."),
        lists=_lists(stories_due(store, site, _MOST_DUE), guide),
        faults=in_force(site, store).faults,
    )


def search_reach(store: Store, guide: Guide) -> str:
    """What of an old database is not indexed yet; empty if all is."""
    reach = store.search.reach()
    if not reach.items:
        return ""
    missing = guide.count(reach.items, guide.words.items)
    if reach.since is None:
        return guide.say(
            "Not indexed yet: {items}. ‘monitor run’ does it.", items=missing
        )
    return guide.say(
        "Not indexed yet: {items} seen before {time}. ‘monitor run’ does it, the "
        "newest first.",
        items=missing,
        time=guide.time(reach.since),
    )


def stories_due(store: Store, site: Site, most: int) -> int:
    """How many stories wait for being held against today's lists, up to ``most``."""
    desk = site.desk()
    marker = Marker(desk.themes, tuple(desk.watchlists))
    return len(store.outlines.due(version(marker, desk.owners), most))


def _lists(due: int, guide: Guide) -> str:
    if not due:
        return guide.say("Every story is as its items are.")
    told = guide.say_n("{n} story", "{n} stories", due)
    if due >= _MOST_DUE:
        told = guide.say("{count} or more", count=told)
    return guide.say("{stories} are still to be brought up to date.", stories=told)
