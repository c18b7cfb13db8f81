"""Feed states, what the polls of each day came to, and why feeds failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from monitor.model import Failure, FailureKind, Feed, FeedState, PollDay
from monitor.store import rows
from monitor.store.errors import guarded

KEEP_DAYS = 400
"""A year of a feed's days, to compare a season with the last, and a month to spare."""

KEEP_REASONS = 20
"""Of one feed: a server may say something else at every failure."""

_COUNTS = ("polls", "failures", "new", "duplicates", "undated", "future")


class FeedStates:
    """What polling has taught us."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def states(self, feeds: Iterable[Feed]) -> list[tuple[Feed, FeedState]]:
        """Each feed with its state; a feed never polled has an empty one."""
        known = {row["url"]: rows.state(row) for row in self._db["feed_states"].rows}
        return [(feed, known.get(feed.url, FeedState(feed.url))) for feed in feeds]

    @guarded
    def due(self, feeds: Iterable[Feed], now: datetime) -> list[tuple[Feed, FeedState]]:
        """The feeds whose next poll has come; not the retired ones.

        One that was polled in time to come, by a clock that was ahead, does not wait
        until then.
        """
        waiting = self._db.execute(
            "select url from feed_states where retired is not null"
            " or next_poll > :now and coalesce(last_poll, '') <= :now",
            {"now": rows.to_text(now)},
        )
        waits = {url for (url,) in waiting}
        due = [feed for feed in feeds if feed.url not in waits]
        return self.states(due) if due else []

    @guarded
    def put(self, state: FeedState) -> None:
        """Keep what a poll has taught us."""
        row = rows.state_row(state)
        # Not by sqlite-utils' upsert, which looks the table up at every call and costs
        # ten times as much; an unchanged feed costs little else.
        self._db.execute(
            f"insert or replace into feed_states ({', '.join(row)})"
            f" values ({_named(row)})",
            row,
        )

    @guarded
    def count(self, day: PollDay) -> None:
        """Add to what the feed's day came to."""
        added = ", ".join(f"{name} = {name} + excluded.{name}" for name in _COUNTS)
        self._db.execute(
            f"insert into poll_days values (:feed, :day, {_named(_COUNTS)})"
            f" on conflict do update set {added}",
            rows.poll_day_row(day),
        )

    @guarded
    def fail(self, url: str, kind: FailureKind, reason: str, now: datetime) -> None:
        """Note that a feed failed once more for this reason.

        Beyond KEEP_REASONS, the reason not met for longest is forgotten.
        """
        failure = Failure(url, kind, reason, now, now, 1)
        self._db.execute(
            "insert into feed_failures values"
            " (:feed, :reason, :kind, :first, :last, :times)"
            " on conflict do update set kind = excluded.kind, last = excluded.last,"
            " times = times + 1",
            rows.failure_row(failure),
        )
        self._db.execute(
            "delete from feed_failures where feed = :feed and rowid not in"
            " (select rowid from feed_failures where feed = :feed"
            " order by last desc, rowid desc limit :most)",
            {"feed": url, "most": KEEP_REASONS},
        )

    @guarded
    def days(self, since: date) -> Mapping[str, Sequence[PollDay]]:
        """Feed -> what its days from then on came to, in their order."""
        found: defaultdict[str, list[PollDay]] = defaultdict(list)
        table = self._db.table("poll_days")
        for row in table.rows_where("day >= ?", [since.isoformat()], order_by="day"):
            found[row["feed"]].append(rows.poll_day(row))
        return found

    @guarded
    def failures(self, since: datetime) -> Mapping[str, Sequence[Failure]]:
        """Feed -> why it failed since then, the newest reason first."""
        found: defaultdict[str, list[Failure]] = defaultdict(list)
        table = self._db.table("feed_failures")
        where = table.rows_where(
            "last >= ?", [rows.to_text(since)], order_by="last desc, reason"
        )
        for row in where:
            found[row["feed"]].append(rows.failure(row))
        return found

    @guarded
    def forget(self, today: date) -> None:
        """Drop the days and reasons that nobody asks for any more."""
        oldest = today - timedelta(days=KEEP_DAYS)
        for table, column in (("poll_days", "day"), ("feed_failures", "last")):
            self._db.table(table).delete_where(f"{column} < ?", [oldest.isoformat()])


def _named(columns: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in columns)
