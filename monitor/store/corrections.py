"""What persons said of stories, and what of it is in force."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.change import Author, Correction, LoggedCorrection, TakenBack
from monitor.store import rows
from monitor.store.errors import guarded


class Corrections:
    """Every correction that was ever made, in its order."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(
        self, correction: Correction, made: datetime, by: Author | None = None
    ) -> int:
        """Keep a correction; returns its id. Whether it may stand is not asked here."""
        table = self._db.table("corrections")
        kept = table.insert(rows.correction_row(correction, made, by)).last_pk
        assert isinstance(kept, int)
        return kept

    @guarded
    def undo(self, correction: int, taken_back: TakenBack) -> None:
        """Let a correction be obeyed no more."""
        row = rows.taken_back_row(taken_back)
        sets = ", ".join(f"{column} = :{column}" for column in row)
        self._db.execute(
            f"update corrections set undone = 1, {sets} where id = :id",
            row | {"id": correction},
        )

    @guarded
    def in_force(self) -> list[LoggedCorrection]:
        """Those that were not taken back, in their order."""
        return self._where("not undone")

    @guarded
    def all(self) -> list[LoggedCorrection]:
        """Every one, in their order."""
        return self._where("true")

    @guarded
    def one(self, correction: int) -> LoggedCorrection | None:
        """The correction with this id, if there is one."""
        found = self._where("id = ?", [correction])
        return found[0] if found else None

    @guarded
    def unseen(self, stories: Iterable[str], after: int) -> tuple[str, ...]:
        """Items of these stories that whoever saw them has not seen.

        They were assigned after the assignment that was the newest then.
        """
        found = self._db.execute(
            "select item from assignments where seq > ? and story in"
            " (select value from json_each(?)) order by seq",
            [after, json.dumps(list(stories))],
        )
        return tuple(item for [item] in found)

    def _where(self, which: str, values: Sequence[int] = ()) -> list[LoggedCorrection]:
        table = self._db.table("corrections")
        return list(
            map(rows.correction, table.rows_where(which, values, order_by="id"))
        )
