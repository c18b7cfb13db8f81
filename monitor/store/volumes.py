"""How many items came when, by feed, and by story and outlet."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlite_utils import Database

from monitor.comparison import Part
from monitor.coverage.volumes import Volume
from monitor.model import Country, Language
from monitor.outline import OutletVolume, StoryVolume
from monitor.store import rows
from monitor.store.errors import guarded


class Volumes:
    """Counts of items, made where they lie."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def hours(self, start: datetime, end: datetime) -> list[Volume]:
        """Items published in [start, end), by hour and feed; empty hours are left out.

        Read from an index alone: a hundred thousand items take a tenth of a second.
        """
        found = self._db.execute(
            "select feed, country, substr(published, 1, 13) as hour, count(*)"
            " from items indexed by items_volume"
            " where published >= :start and published < :end"
            " group by hour, country, feed order by hour, country, feed",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        hours: dict[str, datetime] = {}
        return [
            Volume(feed, side, _hour(hour, hours), items)
            for feed, side, hour, items in found
        ]

    @guarded
    def days(self, start: datetime, end: datetime) -> list[tuple[str, date, int]]:
        """Feed, day in UTC and items published on it in [start, end)."""
        found = self._db.execute(
            "select feed, substr(published, 1, 10) as day, count(*)"
            " from items indexed by items_volume"
            " where published >= :start and published < :end group by day, feed",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return [(feed, date.fromisoformat(day), items) for feed, day, items in found]

    @guarded
    def stories(self, start: datetime, end: datetime) -> list[StoryVolume]:
        """Stories with an item published or first seen in [start, end).

        What most outlets, then most items, brought in that time comes first, then what
        came last, as editions have it. Sides are as of ``end``.
        """
        found = self._db.execute(
            f"with came as ({_CAME_WITHIN}) select story, count(*) as items,"
            " count(distinct outlet) as outlets, max(published) as last,"
            f" {_TOLD_BY.format(side='US')}, {_TOLD_BY.format(side='MX')}"
            " from came join assignments on assignments.item = came.id group by story"
            " order by outlets desc, items desc, last desc, story",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return [
            StoryVolume(story, items, frozenset(_sides(us, mx)))
            for story, items, _, _, us, mx in found
        ]

    @guarded
    def outlets(self, start: datetime, end: datetime) -> list[OutletVolume]:
        """What each outlet published in [start, end), the one with most items first.

        The numbers are those of the lists of its stories and items in that time.
        """
        found = self._db.execute(
            f"with recursive {_OUTLETS}, under_way(story) as materialized"
            " (select id from outlines where last_seen >= :start and first_seen < :end)"
            ", told(outlet, stories) as materialized"
            " (select outlet, count(*) from under_way cross join outline_outlets"
            " using (story) group by outlet)"
            " select outlet, country, count(*) as items, coalesce(stories, 0)"
            " from named cross join items using (outlet) left join told using (outlet)"
            " where published >= :start and published < :end"
            " group by outlet, country order by items desc, outlet, country",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return [OutletVolume(*row) for row in found]

    @guarded
    def dates(
        self, start: datetime, end: datetime
    ) -> list[tuple[str, Country, Language, int, int]]:
        """Outlet, side, language, its items published in [start, end), and how many of
        those are undated; by name."""
        found = self._db.execute(
            "select outlet, country, language, count(*), sum(date_source = 'fetched')"
            " from items where published >= :start and published < :end"
            " group by outlet, country, language order by outlet, country, language",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return found.fetchall()

    @guarded
    def outlet_hours(
        self, outlet: str, start: datetime, end: datetime
    ) -> list[tuple[datetime, int]]:
        """Hours and how many items of one outlet were published in them, of those in
        [start, end); empty hours are left out."""
        found = self._db.execute(
            "select substr(published, 1, 13) as hour, count(*)"
            " from items indexed by items_outlet where outlet = :outlet"
            " and published >= :start and published < :end group by hour order by hour",
            {
                "outlet": outlet,
                "start": rows.to_text(start),
                "end": rows.to_text(end),
            },
        )
        return [(_hour(hour, {}), items) for hour, items in found]

    @guarded
    def parts(self, start: datetime, end: datetime) -> list[Part]:
        """What outlets have of stories, by items that came in [start, end).

        An item comes when it is published or, where that lies ahead, when it is seen,
        here and below.
        """
        return self._parts(
            f"published >= :start and {_CAME} < :end",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )

    @guarded
    def parts_of(self, stories: Iterable[str], end: datetime) -> list[Part]:
        """What outlets have of these stories, by items that came before ``end``."""
        return self._parts(
            f"story in (select value from json_each(:named)) and {_CAME} < :end",
            {"named": json.dumps(sorted(stories)), "end": rows.to_text(end)},
        )

    @guarded
    def texts(
        self, stories: Iterable[str], end: datetime
    ) -> Iterator[tuple[str, Country, str]]:
        """Story, side, title and summary of their items that came before ``end``."""
        found = self._db.execute(
            "select story, country, title || ' ' || summary from assignments"
            " join items on items.id = item"
            " where story in (select value from json_each(:named))"
            f" and {_CAME} < :end order by story, items.id",
            {"named": json.dumps(sorted(stories)), "end": rows.to_text(end)},
        )
        return iter(found.fetchall())

    @guarded
    def moments(
        self, start: datetime, end: datetime
    ) -> list[tuple[str, Country, str, datetime]]:
        """Story, side, outlet and time of every item that came in [start, end).

        In the order of time; items without a story are left out.
        """
        found = self._db.execute(
            f"select story, country, outlet, {_CAME} as came from items"
            " join assignments on item = items.id"
            f" where published >= :start and {_CAME} < :end"
            " order by came, items.id",
            {"start": rows.to_text(start), "end": rows.to_text(end)},
        )
        return [
            (story, side, outlet, datetime.fromisoformat(came))
            for story, side, outlet, came in found
        ]

    def _parts(self, which: str, values: dict[str, str]) -> list[Part]:
        found = self._db.execute(
            "select story, country, outlet,"
            f" min({_CAME}), max({_CAME}), count(*), sum(copy_of is null)"
            " from items join assignments on item = items.id"
            f" where {which} group by story, country, outlet"
            " order by story, country, outlet",
            values,
        )
        return [
            Part(
                *(story, side, outlet),
                datetime.fromisoformat(first),
                datetime.fromisoformat(last),
                items,
                texts,
            )
            for story, side, outlet, first, last, items, texts in found
        ]


_OUTLETS = (
    # The outlets there are, one look into the index each.
    "named(outlet) as (select min(outlet) from items union all"
    " select (select min(outlet) from items where outlet > named.outlet) from named"
    " where named.outlet is not null)"
)
_CAME = "min(published, seen)"
_CAME_WITHIN = (
    # Each half from an index of its own.
    "select id, outlet, published from items"
    " where published >= :start and published < :end and seen < :end"
    " union select id, outlet, published from items"
    " where seen >= :start and seen < :end and published < :end"
)
_TOLD_BY = (
    "exists (select 1 from assignments as b join items as i on i.id = b.item"
    " where b.story = assignments.story and i.country = '{side}'"
    " and i.published < :end and i.seen < :end)"
)


def _sides(us: int, mx: int) -> Iterator[Country]:
    if us:
        yield "US"
    if mx:
        yield "MX"


def _hour(text: str, known: dict[str, datetime]) -> datetime:
    if text not in known:
        known[text] = datetime.fromisoformat(f"{text}:00:00+00:00")
    return known[text]
