"""The words by which items got their stories, where they say something else by now."""

from datetime import datetime

from sqlite_utils import Database

from monitor.store import rows
from monitor.store.errors import guarded


class DecidedTexts:
    """Kept by triggers, so that a restart reads what a run that goes on remembers."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def renew(self, now: datetime) -> int:
        """Let items that have a story be read by what they say now; how many it was.

        If there are any, the mark of decisions changes: whoever remembers the words of
        before reads all anew.
        """
        with self._db.atomic():
            renewed = self._db.execute("delete from decided_texts").rowcount
            if renewed:
                self._db.table("renewals").insert({"at": rows.to_text(now)})
            return renewed
