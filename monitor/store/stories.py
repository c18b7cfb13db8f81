"""Assignments, and the stories they add up to."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.change import Change, LoggedChange
from monitor.errors import ConfigError
from monitor.model import Assignment, Reading, Story
from monitor.store import changes as log
from monitor.store import readings, rows, whole
from monitor.store.errors import guarded
from monitor.stories.changes import redirects


class Stories:
    """Which items belong together."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def unassigned(
        self,
        unread_before: datetime,
        headlines_only: Iterable[str] = (),
        untranslated: Iterable[str] = (),
        *,
        now: datetime | None = None,
        seen_by: datetime | None = None,
    ) -> list[Reading]:
        """Items without a story, by (published, id); with ``seen_by``, seen by then.

        Those without English count only if they were seen by ``unread_before``, or
        after ``now``, by a clock that was ahead. ``headlines_only`` are feeds of whose
        summaries there will be no English, ``untranslated`` those without any.
        """
        found = self._db.query(
            f"select items.*, {readings.ENGLISH} from items_unassigned"
            " cross join items on items.id = item"
            " where (language = 'en' or english_summary is not null"
            " or seen <= :before or seen > :now"
            " or (english_title is not null"
            " and feed in (select value from json_each(:headlines)))"
            " or feed in (select value from json_each(:none)))"
            " and seen <= :seen_by order by published, id",
            {
                "seen_by": rows.to_text(seen_by) if seen_by else _FOREVER,
                "now": rows.to_text(now) if now else _FOREVER,
                "before": rows.to_text(unread_before),
                "headlines": json.dumps(list(headlines_only)),
                "none": json.dumps(list(untranslated)),
            },
        )
        return [readings.reading(row) for row in found]

    @guarded
    def window(self, since: datetime) -> list[tuple[Reading, Assignment]]:
        """Members of stories with an item published since then, as decided in order.

        They say what they said when it was decided, or when that was last renewed.
        """
        found = self._db.query(
            f"select items.*, assignments.*, {readings.DECIDED} from assignments"
            " join items on items.id = assignments.item left join decided_texts"
            " on decided_texts.item = items.id where assignments.story in"
            " (select a.story from items as i join assignments as a on a.item = i.id"
            " where i.published >= :since) order by assignments.seq",
            {"since": rows.to_text(since)},
        )
        return [(readings.decided(row), rows.assignment(row)) for row in found]

    @guarded
    def mark(self) -> log.Mark:
        """What changes whenever any decision on stories is kept."""
        return log.mark(self._db)

    @guarded
    def last_pass(self, scope: str) -> datetime | None:
        """When second thoughts of a scope were last had; None if never."""
        found = self._db.query("select at from passes where scope = ?", [scope])
        return next((datetime.fromisoformat(row["at"]) for row in found), None)

    @guarded
    def log_pass(self, scope: str, at: datetime) -> None:
        """Second thoughts of a scope were had on all that is assigned by now."""
        self._db.execute(
            "insert or replace into passes (scope, at, seq)"
            " select ?, ?, coalesce(max(seq), 0) from assignments",
            [scope, rows.to_text(at)],
        )

    @guarded
    def to_reconsider(self, since: datetime | None) -> list[str]:
        """Items to have second thoughts on, in the order of their assignment.

        Those published since then, or with None those assigned since the last ones.
        """
        if since is None:
            found = self._db.query(
                "select item from assignments where seq >"
                " (select coalesce(max(seq), 0) from passes) order by seq"
            )
        else:
            found = self._db.query(
                "select item from assignments join items on items.id = item"
                " where published >= ? order by seq",
                [rows.to_text(since)],
            )
        return [row["item"] for row in found]

    @guarded
    def assign(self, assignments: Iterable[Assignment]) -> None:
        """Keep decisions, in their order.

        Whoever decides asks for the mark within the same transaction, so a story that
        is joined is one that lives; one that opens may have been merged away before.
        """
        made = list(assignments)
        with self._db.atomic():
            log.revive(self._db, (assignment.story for assignment in made))
            self._db.table("assignments").insert_all(map(rows.assignment_row, made))

    @guarded
    def forget_since(self, since: datetime) -> dict[str, str]:
        """Let items published since then have no story; returns item -> its story.

        Whoever assigns them anew logs what became different as a change.
        """
        found = self._db.execute(
            "delete from assignments where item in"
            " (select id from items where published >= ?) returning item, story",
            [rows.to_text(since)],
        )
        return dict(found.fetchall())

    @guarded
    def between(
        self,
        start: datetime,
        end: datetime,
        *,
        among: Iterable[str] | None = None,
        is_explained: bool = True,
    ) -> list[Story]:
        """Stories with an item published or first seen in [start, end), by id.

        Items published or seen from ``end`` on are left out: a past day's stories stay
        as they were. Of the stories ``among`` these ids, if some are given. Without the
        reasons for which their items are there, where nobody asks for them.
        """
        asked = "select a.story from items as i join assignments as a on a.item = i.id"
        if among is not None:
            asked = (
                "select a.story from json_each(:among) cross join assignments as a"
                " on a.story = value join items as i on i.id = a.item"
            )
        return whole.stories(
            self._db,
            f"{asked} where (i.published >= :start or i.seen >= :start)"
            " and i.published < :end and i.seen < :end",
            {
                "start": rows.to_text(start),
                "end": rows.to_text(end),
                "among": json.dumps(list(among or ())),
            },
            is_explained=is_explained,
        )

    @guarded
    def published(self, start: datetime, end: datetime) -> list[Story]:
        """Stories with an item published in [start, end), by id, without translations.

        With all of their items to date, also those that were seen later.
        """
        return whole.stories(
            self._db,
            "select a.story from items as i join assignments as a on a.item = i.id"
            " where i.published >= :start and i.published < :until",
            {
                "start": rows.to_text(start),
                "until": rows.to_text(end),
                "end": _FOREVER,
            },
            is_translated=False,
        )

    @guarded
    def opened(
        self,
        start: datetime,
        end: datetime,
        *,
        on_both_sides: bool = False,
        is_translated: bool = False,
    ) -> list[Story]:
        """Stories whose first item was published in [start, end), by id.

        With all of their items to date, so that each is in one period alone.
        """
        crossing = " and min(j.country) < max(j.country)" if on_both_sides else ""
        return whole.stories(
            self._db,
            "select b.story from assignments as b join items as j on j.id = b.item"
            " where b.story in (select a.story from items as i"
            " join assignments as a on a.item = i.id"
            " where i.published >= :start and i.published < :until)"
            f" group by b.story having min(j.published) >= :start{crossing}",
            {
                "start": rows.to_text(start),
                "until": rows.to_text(end),
                "end": _FOREVER,
            },
            is_translated=is_translated,
        )

    @guarded
    def one(self, story: str) -> Story | None:
        """The story with this id, or the one it was merged into, if there is one."""
        living = log.resolve(self._db, story)
        found = whole.stories(self._db, ":story", {"story": living, "end": _FOREVER})
        return found[0] if found else None

    def named(self, story: str) -> Story:
        """The same, for an id that a person gave.

        Raises ConfigError if there is none.
        """
        if (found := self.one(story)) is None:
            what = f"no story has the id {story!r}; see 'monitor stories list'"
            raise ConfigError(what)
        return found

    @guarded
    def some(self, stories: Iterable[str], *, is_explained: bool = True) -> list[Story]:
        """Those of these ids that have items, by id."""
        which = "select value from json_each(:named)"
        values = {"named": json.dumps(list(stories)), "end": _FOREVER}
        return whole.stories(self._db, which, values, is_explained=is_explained)

    @guarded
    def found(self) -> dict[str, str]:
        """Item -> its story."""
        rows_found = self._db.query("select item, story from assignments order by seq")
        return {row["item"]: row["story"] for row in rows_found}

    @guarded
    def first(self) -> dict[str, str]:
        """Item -> the story it was assigned to before any change."""
        found = self._db.query(
            "select item, coalesce((select before from moves"
            " where moves.item = assignments.item order by change, position limit 1),"
            " story) as story from assignments order by seq"
        )
        return {row["item"]: row["story"] for row in found}

    @guarded
    def copies(self) -> set[str]:
        """Items whose text repeats another's."""
        found = self._db.query("select item from assignments where copy_of is not null")
        return {row["item"] for row in found}

    @guarded
    def resolve(self, story: str) -> str | None:
        """The story that an id leads to: itself, or what it was merged into."""
        living = log.resolve(self._db, story)
        return living if self._living([living]) else None

    @guarded
    def home(self, story: str, change: int) -> str | None:
        """The story that has the items of one that an earlier change took items from.

        That story itself, or what a later change in force made of it; None if it has no
        items and no later change took any away.
        """
        if self._living([story]):
            return story
        later = (c for c in self.changes_around(story) if c.id > change)
        took = any(
            move.before == story
            for logged in later
            if logged.change.kind != "undo" and not logged.undone
            for move in logged.change.moves
        )
        return log.resolve(self._db, story) if took else None

    @guarded
    def holding(self, items: Iterable[str]) -> dict[str, str]:
        """Item -> story, for all items of the stories that hold any of these.

        By (published, id); items without a story are left out.
        """
        return self._of_stories(
            "select story from assignments where item in"
            " (select value from json_each(:named))",
            items,
        )

    @guarded
    def members(self, stories: Iterable[str]) -> dict[str, str]:
        """Item -> story, for all items of these stories, by (published, id)."""
        return self._of_stories("select value from json_each(:named)", stories)

    @guarded
    def change(self, change: Change, at: datetime, undoes: int | None = None) -> int:
        """Move items, let the ids of emptied stories lead on, log it; returns its id.

        ``undoes`` is the change that it takes back. Raises StoreError, and moves none,
        if an item is neither where its move begins nor where it ends: stories were
        changed since the moves were decided.
        """
        with self._db.atomic():
            for move in change.moves:
                moved = self._db.execute(
                    "update assignments set story = :after where item = :item"
                    " and story in (:before, :after)",
                    {"item": move.item, "before": move.before, "after": move.after},
                )
                if not moved.rowcount:
                    raise sqlite3.IntegrityError(_STALE.format(move.item, move.before))
            living = self._living(move.before for move in change.moves)
            log.revive(self._db, {move.after for move in change.moves})
            log.redirect(self._db, redirects(change, living))
            return log.add(self._db, change, at, undoes)

    @guarded
    def changes(self, since: datetime | None = None) -> list[LoggedChange]:
        """What happened to stories, since then or ever, in order."""
        at = rows.to_text(since) if since else ""
        return log.found(self._db, "select id from changes where at >= :at", {"at": at})

    @guarded
    def change_of(self, change: int) -> LoggedChange | None:
        """The change with this id, if there is one."""
        found = log.found(self._db, ":change", {"change": change})
        return found[0] if found else None

    @guarded
    def changes_by(self, correction: int) -> list[LoggedChange]:
        """What a correction asked for, in order."""
        return log.found(
            self._db,
            "select id from changes where correction = :correction",
            {"correction": correction},
        )

    @guarded
    def changes_around(self, *stories: str) -> list[LoggedChange]:
        """What brought items to any of these stories or took them away, in order."""
        named = "(select value from json_each(:stories))"
        return log.found(
            self._db,
            f"select change from moves where before in {named} or after in {named}",
            {"stories": json.dumps(stories)},
        )

    def _living(self, stories: Iterable[str]) -> set[str]:
        """Those of some stories that have items."""
        found = self._db.query(
            "select distinct story from assignments where story in"
            " (select value from json_each(?))",
            [json.dumps(list(stories))],
        )
        return {row["story"] for row in found}

    def _of_stories(self, which: str, named: Iterable[str]) -> dict[str, str]:
        found = self._db.query(
            "select item, story from assignments join items on items.id = item"
            f" where story in ({which}) order by published, items.id",
            {"named": json.dumps(list(named))},
        )
        return {row["item"]: row["story"] for row in found}

    @guarded
    def count(self) -> dict[str, int]:
        """How many stories there are, and how many have more than one item."""
        [row] = self._db.query(
            "select count(*) as stories, coalesce(sum(items > 1), 0) as shared,"
            " coalesce(sum(sides like '%,%'), 0) as cross_border from stories"
        )
        return row


_STALE = "changed meanwhile: item {} is no longer in story {}"
_FOREVER = "9999"
