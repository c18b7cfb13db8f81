"""
What is kept no more: whole stories, with all that is known of their items.

Each call is one transaction and leaves every table whole. ``assignments.nearest`` and
``copy_of`` alone may go on naming an item that is gone: they say how a story came to
be, and that a text is a copy, whatever became of the other.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.access import LONGEST
from monitor.store import rows
from monitor.store.errors import guarded

SHOWN = timedelta(days=14)
"""How long a feed may have shown an item no more, before its newest document, and is
still trusted to show it again: caches and rebuilt pages bring back what was old."""
MEMORIES = 6
"""Remembered texts kept for each translation: a headline and five sentences."""

Cursor = tuple[str, str]
"""When an item was published, and its id."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Some of the items that are old enough, and the stories they are in."""

    stories: tuple[str, ...]
    after: Cursor | None
    """Where the next ones begin; None if there are none."""


class Pruning:
    """Takes out what is old, and counts it."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def look(
        self, before: datetime, after: Cursor = ("", ""), most: int = 500
    ) -> Looked:
        """The stories of the next items published before then, the oldest first."""
        found = self._db.execute(
            "select published, id, story from items left join assignments"
            " on item = items.id where (published, items.id) > (?, ?)"
            " and published < ? order by published, items.id limit ?",
            [*after, rows.to_text(before), most],
        ).fetchall()
        stories = dict.fromkeys(story for _, _, story in found if story)
        more = (found[-1][0], found[-1][1]) if len(found) == most else None
        return Looked(tuple(stories), more)

    @guarded
    def shown(self, before: datetime) -> set[str]:
        """Items seen before then that a feed still shows, or may show again."""
        found: set[str] = set()
        feeds = self._db.execute("select feed, max(last) from sightings group by feed")
        for feed, newest in feeds.fetchall():
            since = rows.to_text(datetime.fromisoformat(newest) - SHOWN)
            found.update(
                item
                for (item,) in self._db.execute(
                    "select item from sightings cross join items on items.id = item"
                    " where sightings.feed = ? and last >= ? and seen < ?",
                    [feed, since, rows.to_text(before)],
                )
            )
        return found

    @guarded
    def old(
        self, stories: Collection[str], before: datetime, shown: Collection[str]
    ) -> list[str]:
        """Those of these stories that may go.

        All of their items were published and seen before then, and none is ``shown``,
        named by a correction, or of a feed that was not read since feeds are watched.
        An open blind spot keeps its story, and so does the newest decision.
        """
        found = self._db.execute(
            f"select value from json_each(:stories) as s where not exists ({_KEEPS})"
            " and value not in (select story from blind_spots where closed is null)",
            {
                "stories": json.dumps(list(stories)),
                "before": rows.to_text(before),
                "shown": json.dumps(list(shown)),
            },
        )
        return [story for (story,) in found]

    @guarded
    def remove(self, stories: Collection[str]) -> int:
        """Remove these stories and all that is known of them; how many items went.

        Keys by which items may be known stay for ``sweep``: alone they mean nothing.
        """
        with self._db.atomic():
            named = {"stories": json.dumps(list(stories))}
            items = [
                item
                for (item,) in self._db.execute(
                    f"select item from assignments where story in {_STORIES}", named
                )
            ]
            named["items"] = json.dumps(items)
            self._db.execute(_COUNT, named)
            for statement in _REMOVALS:
                self._db.execute(statement, named)
        return len(items)

    @guarded
    def sweep(self, after: str = "", most: int = 20_000) -> tuple[str | None, int]:
        """Remove keys of items that are gone, some at a time; where the next ones are.

        And how many went. The second is None after the last.
        """
        found = self._db.execute(
            "select max(key), count(*) from"
            " (select key from keys where key > ? order by key limit ?)",
            [after, most],
        ).fetchone()
        last, read = found
        if last is None:
            return None, 0
        with self._db.atomic():
            gone = self._db.execute(
                "delete from keys where key > ? and key <= ? and item <> ''"
                " and not exists (select 1 from items where id = item)",
                [after, last],
            ).rowcount
        return (last if read == most else None), int(gone)

    @guarded
    def forget(self, before: datetime, now: datetime) -> Mapping[str, int]:
        """Remove what else is older: what -> how much."""
        values = {
            "before": rows.to_text(before),
            "day": before.date().isoformat(),
            "signed_in": rows.to_text(now - LONGEST),
            "memories": MEMORIES,
        }
        gone: dict[str, int] = {}
        with self._db.atomic():
            for what, statement in _OTHERS:
                went = self._db.execute(statement, values).rowcount
                gone[what] = gone.get(what, 0) + went
        return gone


_STORIES = "(select value from json_each(:stories))"
_ITEMS = "(select value from json_each(:items))"
_KEEPS = (
    "select 1 from assignments join items on items.id = item where story = s.value and"
    " (published >= :before or seen >= :before"
    " or item in (select value from json_each(:shown))"
    " or seq = (select max(seq) from assignments)"
    " or not exists (select 1 from sightings where sightings.feed = items.feed)"
    " or item in (select atom from corrections, json_tree(together) where atom <> ''"
    " union select atom from corrections, json_tree(apart) where atom <> ''))"
)
_COUNT = (
    "insert into pruned_days (day, outlet, country, language, items, copies)"
    " select substr(published, 1, 10), outlet, country, language, count(*),"
    " sum(copy_of is not null) from items join assignments on item = items.id"
    f" where items.id in {_ITEMS} group by 1, 2, 3, 4 on conflict do update"
    " set items = items + excluded.items, copies = copies + excluded.copies"
)
_LED = (
    "(with recursive led (story) as (select value from json_each(:stories)"
    " union select redirects.story from led join redirects"
    " on redirects.target = led.story) select story from led)"
)
_REMOVALS = (
    # Marks first: their triggers ask the item when it was published. Then items: the
    # index of searches is told what their translations said.
    f"delete from marks where item in {_ITEMS}",
    f"delete from items where id in {_ITEMS}",
    *(
        f"delete from {table} where item in {_ITEMS}"
        for table in (
            "translations",
            "revisions",
            "vectors",
            "sightings",
            "alert_items",
        )
    ),
    f"delete from faults where substr(unit, 1, instr(unit, ':') - 1) in {_ITEMS}",
    # What other stories say of these.
    (
        "update assignments set runner_up = null, runner_up_score = 0"
        f" where runner_up in {_LED} and story not in {_STORIES}"
    ),
    f"delete from blind_spots where story in {_LED}",
    f"delete from redirects where story in {_LED}",
    f"delete from moves where item in {_ITEMS}",
    f"delete from assignments where story in {_STORIES}",
    *(
        f"delete from {table} where story in"
        f" (select id from outlines where story in {_STORIES})"
        for table in (
            *("outline_outlets", "outline_themes", "outline_watchlists"),
            "outline_hours",
        )
    ),
    f"delete from outlines where story in {_STORIES}",
    f"delete from outline_dues where story in {_STORIES}",
)
_UNSHOWN = """
    delete from pictures where digest not in (select value from editions,
    json_tree(images) where type = 'text' and length(value) = 64)
"""
# A change that moved nothing that is still there. What a person asked for stays, and
# the newest: its number must not be given again.
_EMPTY_CHANGES = """
    delete from changes where at < :before and correction is null
    and id < (select max(id) from changes)
    and id not in (select change from moves)
    and id not in (select undoes from changes where undoes is not null)
"""
# The older a row, the lower its number.
_OLD_MEMORIES = """
    delete from memory where rowid <= (select rowid from memory order by rowid
    desc limit 1 offset (select :memories * count(*) from translations))
"""
_IDLE = "delete from alert_items where note not in (select id from alert_notes)"
_OTHERS = (
    ("editions", "delete from editions where date < :day"),
    ("deliveries", "delete from deliveries where date < :day and state <> 'queued'"),
    ("pictures", _UNSHOWN),
    (
        "messages",
        "delete from alert_messages where made < :before and state <> 'queued'",
    ),
    ("notes", "delete from alert_notes where seen < :before and state <> 'held'"),
    ("notes", _IDLE),
    ("sessions", "delete from sessions where made < :signed_in"),
    ("faults", "delete from faults where last < :before"),
    ("changes", _EMPTY_CHANGES),
    ("remembered texts", _OLD_MEMORIES),
)
