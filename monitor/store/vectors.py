"""What items say as vectors, so that a restart need not encode a week of items anew."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from monitor.store import rows
from monitor.store.errors import guarded

_FORMAT = "<f2"
"""Values as they are kept. An encoder gives no others, so nothing is lost."""


class Vectors:
    """One vector an item: of its text as it was when it was encoded last."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def get(
        self, texts: Mapping[str, str], version: str
    ) -> dict[str, NDArray[np.float32]]:
        """Item -> vector, where an encoder of that version has encoded this text.

        ``texts`` are those to be encoded, by item.
        """
        found = self._db.query(
            "select vectors.item, vector from json_each(?) as wanted join vectors"
            " on vectors.item = wanted.key and vectors.text = wanted.value"
            " where version = ?",
            [json.dumps({item: _digest(texts[item]) for item in texts}), version],
        )
        return {
            row["item"]: np.frombuffer(row["vector"], _FORMAT).astype(np.float32)
            for row in found
        }

    @guarded
    def add(
        self,
        vectors: Mapping[str, NDArray[np.float32]],
        texts: Mapping[str, str],
        version: str,
    ) -> None:
        """Keep vectors by item, in place of what was kept of these items.

        ``texts`` are those that were encoded; it may hold others as well.
        """
        self._db.table("vectors").insert_all(
            (
                {
                    "item": item,
                    "text": _digest(texts[item]),
                    "version": version,
                    "vector": vector.astype(_FORMAT).tobytes(),
                }
                for item, vector in vectors.items()
            ),
            replace=True,
        )

    @guarded
    def forget(self, before: datetime) -> None:
        """Drop those of items published before then, 768 bytes each."""
        self._db.execute(
            "delete from vectors where item in"
            " (select id from items where published < ?)",
            [rows.to_text(before)],
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
