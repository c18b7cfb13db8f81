"""Translations, what still waits for one, and texts that keep failing."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.model import Item, Language, Translation
from monitor.store import rows
from monitor.store.errors import guarded
from monitor.store.rows import RETITLED
from monitor.translation.items import Part

MAX_FAILURES = 3
"""Tries after which an item is left untranslated, with its reason on show."""

RETRY = timedelta(hours=1)
"""Between two tries of one item, so that a passing fault does not use them up."""

_STEP = "translate"


class Translations:
    """Every engine's translation of every item."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def pending(
        self,
        target: Language,
        since: datetime,
        now: datetime,
        part: Part = "whole",
        spared: Iterable[str] = (),
        by: tuple[str, str] | None = None,
    ) -> list[Item]:
        """Items seen since then in another language of which a part is untranslated.

        Oldest first, without those of the feeds ``spared``. Those that failed too often
        are left out, those that failed within the last hour wait. A translation or a
        failure of an earlier headline does not count; with ``by``, an engine and its
        version, nor does what any other made or failed on.
        """
        engine, version = by or (None, None)
        items = "items" if by else _QUEUED
        found = self._db.query(
            f"select items.* from {items} where {_WAITING} and feed not in"
            " (select value from json_each(:spared)) and not exists (select 1"
            " from faults where step = :step and unit = items.id || ':' || :target"
            " and (failures >= :most or last > :recently and last <= :now)"
            f" and :engine is null and last >= {RETITLED}) order by published, id",
            {
                "target": target,
                "since": rows.to_text(since),
                "part": part,
                "engine": engine,
                "version": version,
                "spared": json.dumps(list(spared)),
                "step": _STEP,
                "most": MAX_FAILURES,
                "recently": rows.to_text(now - RETRY),
                "now": rows.to_text(now),
            },
        )
        return [rows.item(row) for row in found]

    @guarded
    def missing(
        self,
        target: Language,
        start: datetime,
        end: datetime,
        spared: Iterable[str] = (),
    ) -> int:
        """How many headlines seen in [start, end) a reader of ``target`` cannot read.

        Those of the feeds ``spared`` are not meant to be translated.
        """
        [row] = self._db.query(
            f"select count(*) as missing from {_QUEUED} where {_WAITING}"
            " and items.seen < :end"
            " and feed not in (select value from json_each(:spared))",
            {
                "target": target,
                "since": rows.to_text(start),
                "end": rows.to_text(end),
                "part": "headline",
                "engine": None,
                "version": None,
                "spared": json.dumps(list(spared)),
            },
        )
        return int(row["missing"])

    @guarded
    def add(self, translations: Iterable[Translation], now: datetime) -> None:
        """Keep translations made now; whatever failed before is forgiven."""
        made = list(translations)
        with self._db.atomic():
            # Not ``insert or replace``: SQLite would hand that on to what the triggers
            # of the full-text index insert, and break it.
            self._db.conn.executemany(
                "delete from translations where item = :item"
                " and language = :language and engine = :engine"
                " and engine_version = :engine_version",
                [rows.translation_row(t, now) for t in made],
            )
            self._db.table("translations").insert_all(
                rows.translation_row(t, now) for t in made
            )
        whole = [f"{t.item}:{t.language}" for t in made if t.summary is not None]
        self._db.execute(
            "delete from faults where step = ?"
            " and unit in (select value from json_each(?))",
            [_STEP, json.dumps(whole)],
        )

    @guarded
    def fail(self, item: str, target: Language, reason: str, now: datetime) -> None:
        """Count a failed try of one item; those of its earlier headlines are over."""
        self._db.execute(
            "insert into faults values (?, ?, 1, ?, ?) on conflict (step, unit)"
            " do update set reason = excluded.reason, last = excluded.last,"
            " failures = 1 + iif(exists (select 1 from revisions"
            " where item = ? and until > last), 0, failures)",
            [_STEP, f"{item}:{target}", reason, rows.to_text(now), item],
        )

    @guarded
    def engines(self) -> dict[str, int]:
        """Engine -> how many translations it made."""
        found = self._db.query(
            "select engine, count(*) as made from translations group by engine"
        )
        return {row["engine"]: row["made"] for row in found}

    @guarded
    def warnings(self) -> dict[str, int]:
        """Warning -> how many translations carry it."""
        found = self._db.query(
            "select replace(value, 'summary:', '') as warning,"
            " count(distinct translations.rowid) as made"
            " from translations, json_each(warnings) group by 1 order by made desc"
        )
        return {row["warning"]: row["made"] for row in found}

    @guarded
    def quarantined(self) -> list[dict[str, object]]:
        """Texts given up on: unit, failures, reason, last."""
        return list(
            self._db.query(
                "select unit, failures, reason, last from faults"
                " where step = ? and failures >= ? order by last, unit",
                [_STEP, MAX_FAILURES],
            )
        )


_QUEUED = (
    # Whoever is not in the queue has a translation of the whole.
    "(select item from items_untranslated where language = :target and seen >= :since)"
    " cross join items on items.id = item"
)
_WAITING = (
    "items.language <> :target and items.seen >= :since"
    " and not exists (select 1 from translations"
    " where translations.item = items.id and translations.language = :target"
    " and (:part = 'headline' or summary is not null)"
    " and (:engine is null or (engine = :engine and engine_version = :version))"
    f" and made >= {RETITLED})"
)
