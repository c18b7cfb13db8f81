"""What ties stories to each other without making them one."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.store import rows
from monitor.store.errors import guarded
from monitor.stories.related import RunnerUp


class Relations:
    """Which stories are near which."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def living(self, stories: Iterable[str]) -> dict[str, str]:
        """Id -> where it leads in the end: itself, or what it was merged into."""
        found = self._db.query(
            "with recursive leads (story, living) as ("
            " select value, value from json_each(:named)"
            " union select leads.story, redirects.target from leads"
            " join redirects on redirects.story = leads.living)"
            " select story, living from leads"
            " where living not in (select story from redirects)",
            {"named": json.dumps(list(stories))},
        )
        return {row["story"]: row["living"] for row in found}

    @guarded
    def of_items(self, items: Iterable[str]) -> dict[str, str]:
        """Item -> its story, for those of these that have one."""
        found = self._db.execute(
            "select item, story from json_each(?)"
            " cross join assignments on item = value",
            [json.dumps(list(items))],
        )
        return dict(found.fetchall())

    @guarded
    def runners_up(self, stories: Iterable[str], least: float) -> list[RunnerUp]:
        """Items of these stories that others nearly won, and the other way round.

        Only those at least that likely; by item. A story that was merged away counts
        as what it is part of, and an item that is in it by now does not count.
        """
        found = list(
            self._db.query(
                "with recursive named (story) as (select value from json_each(:named)),"
                " former (story) as (select story from named"
                " union select redirects.story from former"
                " join redirects on redirects.target = former.story)"
                " select item, story, runner_up, runner_up_score from assignments"
                " where runner_up_score >= :least and runner_up is not null"
                " and (story in (select story from named)"
                " or runner_up in (select story from former)) order by item",
                {"named": json.dumps(list(stories)), "least": least},
            )
        )
        living = self.living({row["runner_up"] for row in found})
        made = (
            RunnerUp(
                row["item"],
                row["story"],
                living[row["runner_up"]],
                row["runner_up_score"],
            )
            for row in found
        )
        return [each for each in made if each.story != each.other]

    @guarded
    def mentioning(
        self, names: Iterable[str], start: datetime, end: datetime, most: int
    ) -> list[str]:
        """Stories with an item published in [start, end) that says any of the names.

        Of whole stories those with most such items come first, ``most`` at most. The
        full-text index finds the items among those that came in from a day before
        ``start`` to a week after ``end``: to look through all of two weeks takes ten
        times as long.
        """
        said = list(dict.fromkeys(name for name in names if name.strip()))
        if not said:
            return []
        found = self._db.query(
            "select story from search cross join items on items.rowid = search.rowid"
            " cross join assignments on assignments.item = items.id"
            " where search match :asked and search.rowid between"
            " (select rowid from items where seen >= :from order by seen limit 1) and"
            " (select rowid from items where seen < :to order by seen desc limit 1)"
            " and published >= :start and published < :end and exists"
            " (select 1 from json_each(:names)"
            " where instr(title, value) or instr(summary, value))"
            " group by story order by count(*) desc, story limit :most",
            {
                "asked": f"{{{_TEXTS}}} : ({' OR '.join(map(_phrase, said))})",
                "names": json.dumps(said),
                "start": rows.to_text(start),
                "end": rows.to_text(end),
                "from": rows.to_text(start - _AHEAD),
                "to": rows.to_text(end + _LATE),
                "most": most,
            },
        )
        return [row["story"] for row in found]


_TEXTS = "en_title en_summary es_title es_summary"
_AHEAD = timedelta(days=1)
_LATE = timedelta(days=7)


def _phrase(name: str) -> str:
    """A name as the index is asked for it; its last word may go on."""
    return '"' + name.replace('"', '""') + '" *'
