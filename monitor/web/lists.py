"""The lists of one site as rows: the API answers pages of them, exports the whole."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.comparing import EVERY
from monitor.comparison import BlindSpot, Coverage
from monitor.coverage import blindspots, followers
from monitor.coverage.sides import compare
from monitor.export_lists import (
    blind_spot_row,
    correction_row,
    following_row,
    item_row,
    outline_row,
)
from monitor.model import Country, Feed
from monitor.outline import Order, Page, Selection
from monitor.store.database import Store
from monitor.web.remembered import Remembered
from monitor.web.site import Site

Row = dict[str, Any]
By = Literal["outlet", "side", "theme"]
State = Literal["open", "ended", "all"]

ENDED = timedelta(days=28)
"""How far back blind spots that ended are listed."""
_LEAST = 5
"""Stories; the median of fewer says little of two outlets."""
_AT_ONCE = 1_000
"""Rows that an export reads with one connection: they lie in memory, no others do."""
_SECOND = timedelta(seconds=1)


class Lists:
    """The lists of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # What reads weeks is read as seldom as a long run compares.
        self._followed: Remembered[list[Row]] = Remembered(EVERY, 8)
        self._brought: Remembered[list[Row]] = Remembered(EVERY, 8)

    # --- by a selection ------------------------------------------------------------

    def stories(
        self,
        store: Store,
        chosen: Selection,
        order: Order,
        after: str | None,
        most: int,
    ) -> Page[Row]:
        """A page of outlines; raises ConfigError if ``after`` is no place in it."""
        found = store.outlines.page(chosen, order, after, most)
        return Page(tuple(map(outline_row, found.rows)), found.after)

    def items(
        self, store: Store, chosen: Selection, after: str | None, most: int
    ) -> Page[Row]:
        """A page of items, the newest first; raises ConfigError likewise."""
        found = store.items.page(chosen, after, most)
        homes = store.relations.of_items(item.id for item in found.rows)
        made = tuple(item_row(item, homes.get(item.id)) for item in found.rows)
        return Page(made, found.after)

    def all_stories(self, chosen: Selection, order: Order) -> Iterator[Row]:
        """Every outline of a selection."""
        return self._all(
            lambda s, after: self.stories(s, chosen, order, after, _AT_ONCE)
        )

    def all_items(self, chosen: Selection) -> Iterator[Row]:
        """Every item of a selection, the newest first."""
        return self._all(lambda s, after: self.items(s, chosen, after, _AT_ONCE))

    def _all(self, page: Callable[[Store, str | None], Page[Row]]) -> Iterator[Row]:
        """The rows of all pages.

        Each page is read with a connection of its own: the server may ask for each
        piece from another thread, and no reader may stand in the way of writers for as
        long as a slow client takes.
        """
        after: str | None = None
        while True:
            with self._site.open_store() as store:
                found = page(store, after)
            yield from found.rows
            after = found.after
            if after is None:
                return

    # --- whole ---------------------------------------------------------------------

    def outlets(self, store: Store, days: int) -> list[Row]:
        """The outlets followed or heard of in the last days, the busiest first."""
        return self._brought.get(
            (store.path, days), self._site.clock(), lambda: self._outlets(store, days)
        )

    def _outlets(self, store: Store, days: int) -> list[Row]:
        desk = self._site.desk()
        feeds: dict[str, list[Feed]] = {}
        for feed in desk.feeds:
            feeds.setdefault(feed.outlet, []).append(feed)
        made = {
            name: _outlet_row(name, own, desk.owners) for name, own in feeds.items()
        }
        for volume in store.volumes.outlets(*self.span(store, days)):
            row = made.setdefault(
                volume.outlet, _outlet_row(volume.outlet, (), desk.owners)
            )
            if volume.side not in row["countries"]:
                row["countries"].append(volume.side)
            row["items"] += volume.items
            # Counted by outlet, whichever side it told them from.
            row["stories"] = max(row["stories"], volume.stories)
        return sorted(made.values(), key=lambda row: (-row["items"], row["outlet"]))

    def blind_spots(
        self, store: Store, silent: Country | None, state: State
    ) -> list[Row]:
        """Blind spots that are open, the most surprising first; and those that ended
        in the last four weeks, the last first."""
        now = self._site.polled(store) or self._site.clock()
        found: list[BlindSpot] = []
        if state != "ended":
            found += blindspots.ranked(store.blind_spots.open())
        if state != "open":
            ended = [s for s in store.blind_spots.since(now - ENDED) if s.closed]
            found += sorted(ended, key=_closed, reverse=True)
        return blind_spot_rows(store, [s for s in found if silent in (None, s.silent)])

    def corrections(self, store: Store) -> list[Row]:
        """Every correction, the newest first."""
        return [correction_row(each) for each in reversed(store.corrections.all())]

    def lags(self, store: Store, by: By, days: int) -> list[Row]:
        """Who follows whom in the stories that began in the last days."""
        return self._followed.get(
            (store.path, by, days),
            self._site.clock(),
            lambda: self._lags(store, by, days),
        )

    def _lags(self, store: Store, by: By, days: int) -> list[Row]:
        stories = store.stories.opened(*self.span(store, days), on_both_sides=True)
        found = [compare(story, self._site.desk().owners) for story in stories]
        match by:
            case "outlet":
                pairs = followers.ranked(followers.by_outlet(found), _LEAST)
                return [following_row(None, each) for each in pairs]
            case "side":
                return [
                    following_row(
                        None, followers.leader_first(followers.by_side(found))
                    )
                ]
        return _by_theme(store, found)

    def span(self, store: Store, days: int) -> tuple[datetime, datetime]:
        """So many days up to the newest item; one dated ahead is not waited for."""
        now = self._site.clock()
        end = min(store.items.last_moment() or now, now) + _SECOND
        return end - timedelta(days=days), end


def blind_spot_rows(store: Store, spots: Sequence[BlindSpot]) -> list[Row]:
    """Blind spots with the headlines of their stories as they are now."""
    leads = store.relations.living(spot.story for spot in spots)
    outlines = store.outlines.some(set(leads.values()))
    return [
        blind_spot_row(spot, outlines.get(leads.get(spot.story, spot.story)))
        for spot in spots
    ]


def _closed(spot: BlindSpot) -> datetime:
    assert spot.closed is not None
    return spot.closed


def _by_theme(store: Store, found: Sequence[Coverage]) -> list[Row]:
    """The two sides over the stories of each theme; what is of none comes last."""
    outlines = store.outlines.some(coverage.story.id for coverage in found)
    themes = followers.by_theme(found, {s: o.themes for s, o in outlines.items()})
    rows = [
        following_row(theme or None, followers.leader_first(f))
        for theme, f in themes.items()
    ]
    return sorted(rows, key=lambda r: (not r["theme"], -r["stories"], r["theme"] or ""))


def _outlet_row(name: str, feeds: Sequence[Feed], owners: Mapping[str, str]) -> Row:
    return {
        "outlet": name,
        "countries": list(dict.fromkeys(feed.country for feed in feeds)),
        "languages": list(dict.fromkeys(feed.language for feed in feeds)),
        "owner": owners.get(name),
        "feeds": [
            {
                "url": feed.url,
                "country": feed.country,
                "language": feed.language,
                "kind": feed.kind,
            }
            for feed in feeds
        ],
        "items": 0,
        "stories": 0,
    }
