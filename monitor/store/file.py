"""The database as a file: whether it is sound, how large, and how it gets smaller."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.store.errors import guarded
from monitor.store.integrity import looked_through

START_SECONDS = 2.0
"""What a look at the start may take. On a machine of two cores ``quick_check`` of 36 MB
took 0.12 s, of 102 MB while the machine was busy 1.4 s: a desk's file is looked
through, and of a much larger one a part."""
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "items": (
        *("items", "revisions", "faults", "items_unassigned", "items_untranslated"),
    ),
    "sightings and keys": ("sightings", "keys"),
    "translations": ("translations", "memory"),
    "stories": (
        *("assignments", "changes", "moves", "redirects", "corrections", "passes"),
        *("blind_spots", "decided_texts", "renewals"),
    ),
    "lists": (
        *("outlines", "outline_dues", "outline_hours", "outline_outlets"),
        *("outline_themes", "outline_watchlists", "marks", "item_themes"),
        "item_watchlists",
    ),
    "studies": ("studies",),
    "search": (
        *("search_data", "search_idx", "search_docsize", "search_config"),
        *("search_content", "search_reach", "search"),
    ),
    "vectors": ("vectors",),
    "editions": ("editions", "pictures", "deliveries", "subscriptions"),
    "alerts": (
        *("alert_items", "alert_messages", "alert_notes", "alert_scopes"),
        "alert_stops",
    ),
    "feeds": ("feed_states", "feed_failures", "poll_days", "pruned_days"),
}
"""All other tables, users' and SQLite's own, are ``others``."""
FAMILIES = (*_FAMILIES, "others")


@dataclass(frozen=True, slots=True)
class Family:
    """What the tables of one noun and their indexes take."""

    name: str
    bytes: int | None
    """None where SQLite was built without ``dbstat``."""
    rows: int


@dataclass(frozen=True, slots=True)
class Extent:
    """How large the file is."""

    bytes: int
    free: int
    """Of these, bytes that SQLite will fill again before the file grows."""
    bare: int
    """Of these, bytes that tables and indexes take without a row: a page each."""
    gives_back: bool
    """Whether free room can be given back to the disk a piece at a time."""
    items: int
    new: Mapping[int, int]
    """Days -> items first seen in the last so many."""
    fresh: Mapping[int, int]
    """Of these, all but what feeds showed from before there was a database."""
    begun: datetime | None
    """When the first item was seen of those that there are; None if there are none."""


class File:
    """The file that the tables are in."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def faults(
        self, *, thorough: bool = True, seconds: float | None = None
    ) -> list[str] | None:
        """What is wrong with the file, in SQLite's words; nothing if it is sound.

        ``thorough`` holds indexes and foreign keys against their tables, too, and takes
        several times as long. None if ``seconds`` were over before the end.
        """
        return looked_through(self._db.conn, thorough=thorough, seconds=seconds)

    @guarded
    def extent(self, since: Mapping[int, str]) -> Extent:
        """How large it is; ``since`` are days and the moments they begin, as kept."""
        page, pages, free, mode = (
            self._db.execute(f"pragma {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count", "auto_vacuum")
        )
        [items] = self._db.execute("select count(*) from items").fetchone()
        [first] = self._db.execute("select min(seen) from items").fetchone()
        new, fresh = {}, {}
        for days, moment in since.items():
            new[days], fresh[days] = self._db.execute(
                "select count(*), count(*) filter (where published >= ?) from items"
                " where seen >= ?",
                [first, moment],
            ).fetchone()
        begun = datetime.fromisoformat(first) if first else None
        [roots] = self._db.execute(
            "select count(*) from sqlite_master where rootpage > 0"
        ).fetchone()
        size = page * pages, page * free, page * roots
        return Extent(*size, mode != 0, items, new, fresh, begun)

    @guarded
    def families(self) -> list[Family]:
        """What each family of tables takes, in the order of FAMILIES."""
        tables = self._db.execute(
            "select name, tbl_name from sqlite_master where type in ('table', 'index')"
            " and rootpage > 0"
        ).fetchall()
        of = {name: family for family, names in _FAMILIES.items() for name in names}
        sizes, rows = self._sizes(), dict.fromkeys(FAMILIES, 0)
        taken = dict.fromkeys(FAMILIES, 0)
        for name, table in tables:
            family = of.get(table, "others")
            taken[family] += (sizes or {}).get(name, 0)
            if name == table:
                count = self._db.execute(f'select count(*) from "{name}"').fetchone()
                rows[family] += count[0]
        return [Family(n, taken[n] if sizes else None, rows[n]) for n in FAMILIES]

    def _sizes(self) -> Mapping[str, int] | None:
        """Table or index -> bytes; None where this SQLite cannot tell."""
        try:
            found = self._db.execute(
                "select name, pgsize from dbstat where aggregate = 1"
            )
            return dict(found.fetchall())
        except sqlite3.OperationalError as error:
            if "dbstat" not in str(error):
                raise
            return None

    @guarded
    def give_back(self, pages: int) -> int:
        """Give at most so many free pages back to the disk; how many were."""
        [before] = self._db.execute("pragma freelist_count").fetchone()
        self._db.execute(f"pragma incremental_vacuum({pages:d})").fetchall()
        [after] = self._db.execute("pragma freelist_count").fetchone()
        return int(before - after)

    @guarded
    def compact(self) -> None:
        """Write the file anew without free room; from then on it gives room back.

        Needs as much disk again as the file has, beside it, and its own log; nobody can
        write meanwhile.
        """
        self._db.execute("pragma auto_vacuum = incremental")
        self._db.execute("vacuum")
        self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    @guarded
    def optimize(self) -> None:
        """Let SQLite look at tables that have changed much."""
        self._db.execute("pragma analysis_limit = 400")
        self._db.execute("pragma optimize")
