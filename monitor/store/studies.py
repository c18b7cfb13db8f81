"""What reading the items of large stories comes to, and which are due to be read."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.coverage.study import KeptStudy
from monitor.store import rows
from monitor.store.errors import guarded
from monitor.store.schema_study import LEAST

_DUE = f"""
select outlines.story, outlines.items from outlines
left join studies on studies.story = outlines.story
where outlines.items >= {LEAST}
and outlines.story not in (select story from outline_dues)
and (studies.story is null or studies.version <> :version or studies.is_stale
and (studies.at <= :old or 9 * studies.items < 8 * outlines.items
or studies.items > outlines.items)
or last_seen <= :over and studies.at < strftime(:as_kept, last_seen, :later))
order by last_seen desc limit :most
"""


class Studies:
    """At most one study a story."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def due(
        self, version: str, now: datetime, stands: timedelta, near: timedelta, most: int
    ) -> list[tuple[str, int]]:
        """(story, its items) of those to be read, at most so many, the newest first.

        Those that were never read or otherwise; those that changed and either were read
        so long ago, have grown by an eighth since, or have lost items; and once more
        those that ended so long ago that no neighbour can come. None whose outline is
        due.
        """
        values = {
            "version": version,
            "old": rows.to_text(now - stands),
            "over": rows.to_text(now - near),
            "as_kept": "%Y-%m-%dT%H:%M:%S",
            "later": f"+{near // timedelta(seconds=1)} seconds",
            "most": most,
        }
        return [(story, n) for story, n in self._db.execute(_DUE, values)]

    @guarded
    def put(
        self, story: str, items: int, at: datetime, version: str, text: str
    ) -> None:
        """Keep a study of so many items."""
        self._db.execute(
            "insert into studies (story, items, at, version, is_stale, told)"
            " values (?, ?, ?, ?, 0, ?) on conflict (story) do update set"
            " items = excluded.items, at = excluded.at, version = excluded.version,"
            " is_stale = 0, told = excluded.told",
            [story, items, rows.to_text(at), version, text],
        )

    @guarded
    def of(self, story: str, version: str) -> KeptStudy | None:
        """The study of a story, if one of this version is kept."""
        found = self._db.execute(
            "select at, items, is_stale, told from studies"
            " where story = ? and version = ?",
            [story, version],
        ).fetchone()
        if found is None:
            return None
        at, items, is_stale, told = found
        return KeptStudy(datetime.fromisoformat(at), items, bool(is_stale), told)
