"""Blind spots, as they opened, went on and ended."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.blindspots import Revision
from monitor.store import rows
from monitor.store.errors import guarded

_TIMES = ("since", "opened", "closed")
_HEALTH = ("feeds", "down", "share_down")
_OF_STORY = (
    "story in (with recursive former (story) as (select :story"
    " union select redirects.story from former"
    " join redirects on redirects.target = former.story) select story from former)"
)


class BlindSpots:
    """What one side covers and the other does not, as it was claimed."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def open(self) -> list[BlindSpot]:
        """Those that have not ended, the oldest first."""
        return self._found("closed is null", {})

    @guarded
    def since(self, start: datetime) -> list[BlindSpot]:
        """Those that opened or ended from then on, by when they opened."""
        at = {"at": rows.to_text(start)}
        return self._found("opened >= :at or closed >= :at", at)

    @guarded
    def between(self, start: datetime, end: datetime) -> list[BlindSpot]:
        """Those that were open at any time of [start, end), by when they opened.

        One that ended right at ``start`` is among them: no window before it has it.
        """
        span = {"start": rows.to_text(start), "end": rows.to_text(end)}
        return self._found(
            "opened < :end and (closed is null or closed >= :start)", span
        )

    @guarded
    def of(self, story: str) -> list[BlindSpot]:
        """Those of one story, by the id it has now, in the order they opened.

        With those of the stories that were merged into it: what ended by the merge
        keeps the id it had.
        """
        return self._found(_OF_STORY, {"story": story})

    @guarded
    def put(self, revisions: Iterable[Revision]) -> None:
        """Keep what became of them.

        One story has one open blind spot at most: what another program opened
        meanwhile is left as it is.
        """
        with self._db.atomic():
            # What ends makes room for what takes its story's id.
            for revision in sorted(revisions, key=lambda r: r.after.closed is None):
                row = _row(revision.after)
                if revision.before is None:
                    self._db.table("blind_spots").insert(row, ignore=True)
                    continue
                old = _row(revision.before)
                sets = ", ".join(f"{column} = :{column}" for column in row)
                self._db.execute(
                    f"update or ignore blind_spots set {sets} where story = :old_story"
                    " and opened = :old_opened and closed is null",
                    row | {"old_story": old["story"], "old_opened": old["opened"]},
                )

    def _found(self, which: str, values: dict[str, str]) -> list[BlindSpot]:
        found = self._db.query(
            f"select * from blind_spots where {which} order by opened, story", values
        )
        return [_spot(row) for row in found]


def _row(spot: BlindSpot) -> rows.Row:
    row = {name: getattr(spot, name) for name in BlindSpot.__dataclass_fields__}
    health = row.pop("health")
    row |= {name: getattr(health, name) for name in _HEALTH}
    return row | {n: rows.to_text(row[n]) if row[n] else None for n in _TIMES}


def _spot(row: rows.Row) -> BlindSpot:
    health = SideHealth(row["silent"], *(row.pop(name) for name in _HEALTH))
    times = {n: datetime.fromisoformat(row[n]) if row[n] else None for n in _TIMES}
    return BlindSpot(**{**row, **times, "health": health})
