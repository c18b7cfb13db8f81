"""What alerts noted, and the messages they send."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.alerts.decide import Note
from monitor.alerts.delivery import LONGEST_RETRY, Standing
from monitor.alerts.message import Message
from monitor.alerts.notice import Notice, as_json, from_json
from monitor.readers import AlertKind
from monitor.store import rows
from monitor.store.errors import guarded


@dataclass(frozen=True, slots=True)
class Sending:
    """One message on one channel."""

    message: Message
    channel: str
    """Its key; empty while the message has not been given its channels."""
    label: str
    """What a person calls the channel."""
    standing: Standing


class Alerts:
    """What is known to alerts, what waits and what was sent."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    # --- what is looked for ----------------------------------------------------------

    @guarded
    def begin(
        self, alert: str, scopes: Mapping[AlertKind, str], now: datetime
    ) -> dict[AlertKind, datetime]:
        """Since when an alert looks for each of these kinds; new scopes begin now.

        What it looks for no more is forgotten, to begin anew when it comes back.
        """
        self._db.execute(
            "delete from alert_scopes where alert = ?"
            " and kind not in (select value from json_each(?))",
            [alert, json.dumps(list(scopes))],
        )
        found = self._db.query(
            "select kind, scope, since from alert_scopes where alert = ?", [alert]
        )
        known = {
            row["kind"]: datetime.fromisoformat(row["since"])
            for row in found
            if scopes.get(row["kind"]) == row["scope"]
        }
        for kind, scope in scopes.items():
            if kind not in known:
                self._db.execute(
                    "insert or replace into alert_scopes values (?, ?, ?, ?)",
                    [alert, kind, scope, rows.to_text(now)],
                )
        return {kind: known.get(kind, now) for kind in scopes}

    @guarded
    def retire_all_but(self, names: Iterable[str]) -> None:
        """Forget since when all alerts but these look: they begin anew if they come
        back."""
        with self._db.atomic():
            self._db.execute(
                "delete from alert_scopes"
                " where alert not in (select value from json_each(?))",
                [json.dumps(list(names))],
            )

    # --- notes -----------------------------------------------------------------------

    @guarded
    def notes(
        self, alert: str, about: Iterable[str], items: Iterable[str]
    ) -> list[Note]:
        """Notes about any of these stories, sides or items, those that wait, with
        all others about their stories, and those that were so when last looked at."""
        found = self._db.query(
            "with waiting (note) as (select id from alert_notes"
            " where alert = :alert and state = 'held'),"
            " wanted (note) as (select note from waiting"
            " union select id from alert_notes where alert = :alert and is_on"
            " and (what in ('jump', 'quiet') or what like 'blind-spot:%')"
            " union select id from alert_notes where alert = :alert"
            " and about in (select value from json_each(:about))"
            " union select note from alert_items where item in"
            " (select value from json_each(:items) union select item from alert_items"
            " where note in (select note from waiting)))"
            " select alert_notes.*, (select json_group_array(item) from alert_items"
            " where note = id) as items from alert_notes"
            " where id in (select note from wanted) and alert = :alert order by id",
            {
                "alert": alert,
                "about": json.dumps(list(about)),
                "items": json.dumps(list(items)),
            },
        )
        return [_note(row) for row in found]

    @guarded
    def keep(self, notes: Iterable[Note]) -> None:
        """Keep new notes and changes of old ones."""
        with self._db.atomic():
            for note in notes:
                row = _note_row(note)
                columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                kept = self._db.execute(
                    f"insert or replace into alert_notes ({columns}) values ({marks})",
                    row,
                )
                number = note.id or kept.lastrowid
                self._db.conn.executemany(
                    "insert or ignore into alert_items (item, note) values (?, ?)",
                    [(item, number) for item in sorted(note.items)],
                )

    @guarded
    def forget(self, before: datetime) -> None:
        """Drop notes that have not been so since then, and messages made before."""
        moment = [rows.to_text(before)]
        with self._db.atomic():
            gone = "select id from alert_notes where seen < ? and state <> 'held'"
            self._db.execute(f"delete from alert_items where note in ({gone})", moment)
            self._db.execute(f"delete from alert_notes where id in ({gone})", moment)
            self._db.execute(
                "delete from alert_messages where made < ? and state <> 'queued'",
                moment,
            )

    # --- messages --------------------------------------------------------------------

    @guarded
    def queue(self, messages: Iterable[Message]) -> None:
        """Take messages to be sent to all channels of their alerts."""
        for message in messages:
            self._insert(message, "", "")

    @guarded
    def address(self, message: Message, channels: Mapping[str, str]) -> None:
        """Give a queued message its channels: key -> label."""
        with self._db.atomic():
            for channel, label in channels.items():
                self._insert(message, channel, label)
            self._db.execute(
                "delete from alert_messages where id = ? and channel = ''", [message.id]
            )

    def _insert(self, message: Message, channel: str, label: str) -> None:
        self._db.execute(
            "insert or ignore into alert_messages values"
            " (?, ?, ?, ?, ?, 'queued', 0, ?, '', ?)",
            [
                *(message.id, channel, message.alert, rows.to_text(message.made)),
                *(_content(message), rows.to_text(message.made), label),
            ],
        )

    @guarded
    def due(self, now: datetime) -> list[Sending]:
        """Messages to be offered, the oldest first.

        A wait longer than any of ours was set by a clock that was ahead.
        """
        return self._sendings(
            "state = 'queued' and not (due > ? and due <= ?)",
            [rows.to_text(now), rows.to_text(now + LONGEST_RETRY)],
        )

    @guarded
    def sendings(self, most: int) -> list[Sending]:
        """The newest messages, the newest first."""
        found = self._sendings("true", [])
        return found[::-1][:most]

    @guarded
    def held(self) -> list[Note]:
        """Notes that wait for a cool-down or the end of quiet hours, in their order."""
        found = self._db.query(
            "select alert_notes.*, '[]' as items from alert_notes"
            " where state = 'held' order by noted, id"
        )
        return [_note(row) for row in found]

    def _sendings(self, where: str, values: Sequence[str]) -> list[Sending]:
        found = self._db.query(
            f"select * from alert_messages where {where} order by made, rowid", values
        )
        return [_sending(row) for row in found]

    @guarded
    def stand(self, sending: Sending, standing: Standing) -> None:
        """Keep how far a message has come."""
        self._db.execute("pragma synchronous = full")  # it is out: not to be lost
        with self._db.atomic():
            self._db.execute(
                "update alert_messages set state = ?, attempts = ?, due = ?, reason = ?"
                " where id = ? and channel = ?",
                [
                    *(standing.state, standing.attempts, rows.to_text(standing.due)),
                    *(standing.reason, sending.message.id, sending.channel),
                ],
            )

    @guarded
    def begin_sending(self, sending: Sending) -> None:
        """Count an attempt before it is made: what cannot be logged is not sent."""
        with self._db.atomic():
            self._db.execute(
                "update alert_messages set attempts = attempts + 1"
                " where id = ? and channel = ?",
                [sending.message.id, sending.channel],
            )

    @guarded
    def count(self) -> dict[str, int]:
        """How many messages are queued, sent and failed, and how many notes held."""
        found = self._db.query(
            "select state, count(*) as n from alert_messages group by state"
            " union all select state, count(*) from alert_notes where state = 'held'"
            " group by state"
        )
        counts = {row["state"]: int(row["n"]) for row in found}
        return {s: counts.get(s, 0) for s in ("queued", "held", "sent", "failed")}

    # --- stops -----------------------------------------------------------------------

    @guarded
    def stop(self, alert: str, channel: str, reason: str, now: datetime) -> None:
        """Offer nothing more to a channel until it is tested with success."""
        with self._db.atomic():
            self._db.execute(
                "insert or replace into alert_stops values (?, ?, ?, ?)",
                [alert, channel, rows.to_text(now), reason],
            )

    @guarded
    def resume(self, alert: str, channel: str) -> None:
        """Offer messages to a channel again."""
        with self._db.atomic():
            self._db.execute(
                "delete from alert_stops where alert = ? and channel = ?",
                [alert, channel],
            )

    @guarded
    def stops(self) -> dict[tuple[str, str], str]:
        """Alert and channel -> why nothing is offered there any more."""
        return {
            (row["alert"], row["channel"]): row["reason"]
            for row in self._db.query("select * from alert_stops")
        }


# --- rows ------------------------------------------------------------------------


def _note_row(note: Note) -> rows.Row:
    return {
        "id": note.id or None,
        "alert": note.alert,
        "what": note.what,
        "about": note.about,
        "noted": rows.to_text(note.noted),
        "state": note.state,
        "seen": rows.to_text(note.seen),
        "notice": _notice_text(note),
        "told": rows.to_text(note.told) if note.told else None,
        "is_on": int(note.is_on),
    }


def _notice_text(note: Note) -> str:
    """Only what is still to be told; there may be thousands of notes that were."""
    if note.state != "held":
        return ""
    return json.dumps(as_json(note.notice), ensure_ascii=False)


def _notice(row: rows.Row) -> Notice:
    if row["notice"]:
        return from_json(json.loads(row["notice"]))
    return Notice(row["what"].partition(":")[0], datetime.fromisoformat(row["noted"]))


def _note(row: rows.Row) -> Note:
    return Note(
        alert=row["alert"],
        what=row["what"],
        about=row["about"],
        items=frozenset(json.loads(row["items"])),
        noted=datetime.fromisoformat(row["noted"]),
        state=row["state"],
        seen=datetime.fromisoformat(row["seen"]),
        notice=_notice(row),
        told=datetime.fromisoformat(row["told"]) if row["told"] else None,
        is_on=bool(row["is_on"]),
        id=row["id"],
    )


def _content(message: Message) -> str:
    content = {
        "languages": message.languages,
        "notices": [as_json(notice) for notice in message.notices],
        "more": message.more,
        "test": message.is_test,
        "tz": message.tz,
    }
    return json.dumps(content, ensure_ascii=False)


def _sending(row: rows.Row) -> Sending:
    content = json.loads(row["content"])
    message = Message(
        id=row["id"],
        alert=row["alert"],
        languages=tuple(content["languages"]),
        made=datetime.fromisoformat(row["made"]),
        notices=tuple(map(from_json, content["notices"])),
        more=content["more"],
        is_test=content["test"],
        tz=content.get("tz", "UTC"),
    )
    due = datetime.fromisoformat(row["due"])
    standing = Standing(row["state"], row["attempts"], due, row["reason"])
    return Sending(message, row["channel"], row["label"], standing)
