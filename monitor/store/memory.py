"""Translations of texts, kept by key; ``monitor.translation.memory`` makes the keys."""

import json
from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from monitor.store.errors import guarded


class Memory:
    """What was translated before, whichever item it was for."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def recall(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Key -> translation, for those that are known."""
        found = self._db.query(
            "select key, text from memory"
            " where key in (select value from json_each(?))",
            [json.dumps(list(keys))],
        )
        return {row["key"]: row["text"] for row in found}

    @guarded
    def keep(self, made: Mapping[str, str]) -> None:
        """Remember translations by their keys."""
        self._db.table("memory").insert_all(
            ({"key": key, "text": text} for key, text in made.items()), replace=True
        )
