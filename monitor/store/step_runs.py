"""How each step of ``monitor run`` did, for processes that were not there."""

import json
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.store import rows
from monitor.store.errors import guarded

BUCKETS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
"""Seconds, the bounds by which runs are counted. A step of one minute's work takes
milliseconds to seconds; beyond a minute it holds up the next tick."""


@dataclass(frozen=True, slots=True)
class StepRun:
    """What all runs of one step came to."""

    step: str
    runs: int
    failures: int
    seconds: float
    """Of all runs together."""
    buckets: tuple[int, ...]
    """Runs by how long they took: one count for each of BUCKETS, and the rest."""
    last: datetime
    """When it last ended, well or not."""
    last_good: datetime | None
    """When it last ended well."""


class StepRuns:
    """One row a step."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def note(self, step: str, seconds: float, is_good: bool, now: datetime) -> None:
        """Count one run of a step that has just ended.

        Only ``monitor run`` notes, and one run holds a database: what is read here is
        still so when it is written.
        """
        found = {run.step: run for run in self.all()}.get(step)
        counts = list(found.buckets) if found else [0] * (len(BUCKETS) + 1)
        counts[bisect_left(BUCKETS, seconds)] += 1
        at = rows.to_text(now)
        with self._db.atomic():
            self._db.execute(
                "insert into step_runs values (:step, 1, :failed, :seconds, :buckets,"
                " :at, :good) on conflict do update set runs = runs + 1,"
                " failures = failures + :failed, seconds = seconds + :seconds,"
                " buckets = :buckets, last = :at, last_good ="
                " coalesce(:good, last_good)",
                {
                    "step": step,
                    "failed": int(not is_good),
                    "seconds": seconds,
                    "buckets": json.dumps(counts),
                    "at": at,
                    "good": at if is_good else None,
                },
            )

    @guarded
    def all(self) -> list[StepRun]:
        """Every step that has run, by name."""
        found = self._db.query("select * from step_runs order by step")
        return [_step_run(row) for row in found]


def _step_run(row: rows.Row) -> StepRun:
    good = row["last_good"]
    counts = tuple(json.loads(row["buckets"]))
    # Of another version of BUCKETS nothing can be told apart but how many there were.
    if len(counts) != len(BUCKETS) + 1:
        counts = (0,) * len(BUCKETS) + (row["runs"],)
    return StepRun(
        row["step"],
        row["runs"],
        row["failures"],
        row["seconds"],
        counts,
        datetime.fromisoformat(row["last"]),
        datetime.fromisoformat(good) if good else None,
    )
