"""Feed states, and the units that broke a step."""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.model import Feed, FeedState
from monitor.store import rows
from monitor.store.errors import guarded


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

    def due(self, feeds: Iterable[Feed], now: datetime) -> list[tuple[Feed, FeedState]]:
        """The feeds whose next poll has come."""
        return [
            (feed, state)
            for feed, state in self.states(feeds)
            if state.next_poll is None or state.next_poll <= now
        ]

    @guarded
    def put(self, state: FeedState) -> None:
        """Keep what a poll has taught us."""
        self._db.table("feed_states").upsert(rows.state_row(state), pk="url")
