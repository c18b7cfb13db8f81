"""
Weeks of ``monitor run`` in minutes, and whether anything grows that should not.

    python -m bench.soak                          # 30 days, for 20 minutes at most
    python -m bench.soak --days 5 --minutes 4 --step 30

One process stays up for all days: ``bench/soaked.py``, the real loop by our clock, with
the dashboard beside it. The demo's newsroom tells its three days again and again with
other names, and with the faults of ``bench/crash.py``: one answer in ten is broken,
besides outlets that always are. Five readers get editions, two webhooks alerts, from
real servers on loopback. Stories are kept for ``--keep`` days, so that old ones are
removed from then on. Once a day a backup is made, by the verb, and the dashboard is
asked every hour.

The clock leaps by ``--step`` minutes, once all that a moment asks for is done: a tick
for each of its minutes would take a day. Each hour of the clock is noted. Told are the
slopes by least squares, a simulated day, of the last two thirds of the days; how far
the database is from what ``monitor size`` would have foretold at the first third; and
how long what waits has waited, at most, in the first half and in the second.

Exit status 1 if something grew or fell behind.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.crash import Process, World, world
from bench.load import slope
from bench.news import retold
from monitor.newsroom.content import FIRST_HOUR
from monitor.newsroom.server import Newsroom

ROOT = Path(__file__).parent.parent
DAY = timedelta(days=1)
TELLING = timedelta(days=3)
"""How long the newsroom's news last before they are told again."""
PAGES = ("/", "/stories", "/items", "/readyz")
SETTLED = 1 / 3
"""The part of the days after which slopes are taken, of a few days."""
FULL = 18.0
"""Days after which they are taken, of a month. What a run remembers is full by
then: the window's week after 7 days, the half of a week that waits to be swept out
after 12, forty thousand of the newsroom's words after 17."""
MEASURED = 5.0
"""Days that say something of a day's growth."""

MEMORY = ("megabytes", "beside", "kiloblocks")
"""It rises and falls: by 40 MB in ten days where charts are drawn, whose library sweeps
when it likes, by 8 in four with the window. So it is growth if the peaks grow."""
MOST = dict(zip(MEMORY, (1.0, 1.0, 10.0), strict=True))
MOST |= {"handles": 0.2, "threads": 0.1}
"""What may grow by so much in a simulated day; more is a fault."""
GROWING = (*MOST, "mapped", "file")
LATE_MINUTES = 180.0
"""That the oldest of a queue may have waited: a mail server is asked again after a
while, an item waits an hour for its translation."""


@dataclass
class Soak:
    """What the days came to."""

    days: float = 0.0
    seconds: float = 0.0
    ticks: list[float] = field(default_factory=list)
    """Seconds of each moment's first tick."""
    notes: list[dict[str, Any]] = field(default_factory=list)
    """One an hour of the clock: see ``bench/soaked.py``."""
    backups: int = 0
    pages: int = 0
    mails: int = 0
    messages: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """Whether it says something of memory."""
        return self.days >= FULL + MEASURED

    @property
    def settled(self) -> float:
        """The day from which slopes are taken."""
        return FULL if self.is_long else self.days * SETTLED

    def slopes(self) -> dict[str, float]:
        """What -> its growth, a simulated day."""
        settled = [n for n in self.notes if self._day(n) >= self.settled]
        points = [(self._day(note), note) for note in settled]
        found = {
            name: (peaks if name in MEMORY else lines)(
                [(day, note[name]) for day, note in points]
            )
            for name in GROWING
        }
        for queue in settled[-1]["waits"]:
            waits = [(day, note["waits"][queue]) for day, note in points]
            found[f"waits: {queue}"] = slope(waits)[1]
        late = self.ticks[round(len(self.ticks) * self.settled / self.days) :]
        steps = [(self.days * n / len(self.ticks), t) for n, t in enumerate(late)]
        found["seconds a tick"] = slope(steps)[1]
        return found

    def _day(self, note: dict[str, Any]) -> float:
        return (datetime.fromisoformat(note["at"]) - FIRST_HOUR) / DAY

    def foretold(self, keep: int) -> tuple[float, float]:
        """Bytes of the last day, as the first third would have it, and as they are."""
        early = self.notes[round(len(self.notes) * SETTLED) - 1]
        last = self.notes[-1]
        grown = (self._day(last) - self._day(early)) * early["a_day"] * early["an_item"]
        days_of_news = early["bare"] + early["a_day"] * early["an_item"] * keep
        most = max(early["file"], days_of_news)
        wanted = early["file"] + grown
        return (min(wanted, most) if keep else wanted), last["file"]

    def faults(self) -> Iterator[str]:
        """What grew or fell behind."""
        yield from self.broken
        if len(self.notes) < 6:
            yield f"only {len(self.notes)} hours were noted"
            return
        found = self.slopes()
        for name, most in MOST.items():
            # A day or two say nothing of a day's growth: an hour's leap looks as steep.
            is_told = self.is_long or (name not in MEMORY and self.days >= 3)
            if found[name] > most and is_told:
                yield f"{name} grow by {found[name]:.2f} a day"
        for queue in ("translation", "cluster", "outbox", "alerts"):
            worst = max(note["waits"][queue] for note in self.notes)
            if worst > LATE_MINUTES:
                yield f"{queue}: something waited for {worst:.0f} minutes"


Points = Sequence[tuple[float, float]]
"""(day, how much then)"""


def lines(points: Points) -> float:
    """The slope by least squares, a day."""
    return slope(points)[1]


def peaks(points: Points) -> float:
    """By how much the peak of the later half of the days is above that of the first."""
    middle = (points[0][0] + points[-1][0]) / 2
    first = max(value for day, value in points if day <= middle)
    later = max((value for day, value in points if day > middle), default=first)
    return (later - first) / max(points[-1][0] - middle, 1e-9)


# --- the world -----------------------------------------------------------------------


def tell_on(newsroom: Newsroom, days: float) -> None:
    """Have it tell its three days again and again, for so many days."""
    rounds = int(days / (TELLING / DAY)) + 1
    for outlet, told in newsroom._notices.items():
        first = list(told)
        newsroom._notices[outlet] = [
            retold(notice, n, n * TELLING)
            for n in range(rounds - 1, -1, -1)
            for notice in first
        ]
        newsroom._notices[outlet].sort(key=lambda n: n.published, reverse=True)


def free_port() -> int:
    """One that nobody had a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def back_up(around: World, db: Path, soak: Soak) -> None:
    """As the verb does it, verified; one is kept."""
    copy = around.folder / "backup.db"
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "--config", str(around.config)]
        + ["--db", str(db), "backup", str(copy), "--replace"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOOK": "a secret of ours"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        soak.broken.append(f"backup: {done.stderr.strip()[-200:]}")
    else:
        soak.backups += 1


def ask(port: int, soak: Soak) -> None:
    """A page of each kind, from the dashboard."""
    path = PAGES[len(soak.ticks) % len(PAGES)]
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}{path}", timeout=30
        ) as got:
            got.read()
            soak.pages += 1
    except urllib.error.HTTPError as error:
        soak.broken.append(f"dashboard: {path}: {error}")
    except OSError:  # it is still starting
        if soak.pages:
            soak.broken.append(f"dashboard: {path}: no answer")


# --- the days ------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """How long, in which steps."""

    days: float
    minutes: float
    """Of real time, at most."""
    step: timedelta
    keep: int
    engine: str = "auto"
    serve: bool = True


def run_days(
    folder: Path, plan: Plan, tell: Callable[[str], None] = lambda _: None
) -> Soak:
    """Let the days pass, until they or the minutes are over."""
    soak, start, db = Soak(), time.monotonic(), folder / "soak.db"
    port = free_port() if plan.serve else 0
    with world(folder, 7, plan.engine) as around:
        tell_on(around.newsroom, plan.days)
        (folder / "soak").write_text(json.dumps([plan.keep, port]), "ascii")
        around.set(FIRST_HOUR)
        with closing(Process(around, db, 0, module="bench.soaked")) as process:
            for moment in _moments(plan):
                if time.monotonic() - start > plan.minutes * 60:
                    break
                around.set(moment)
                process.finish(moment)
                soak.days = (moment - FIRST_HOUR) / DAY
                soak.ticks.append(process.took["tick"][0])
                process.took["tick"].clear()
                _now_and_then(moment, around, db, port, soak)
                if moment.hour == FIRST_HOUR.hour and not moment.minute:
                    tell(f"day {soak.days:.0f}, {time.monotonic() - start:.0f} s")
            process.stop()
        said = process.complaints.read_text("utf-8")
        if "Traceback" in said:
            soak.broken.append(said[said.index("Traceback") :][:2000])
        soak.mails, soak.messages = len(around.mails.log), len(around.messages.log)
    lines = (folder / "notes").read_text("ascii").splitlines()
    soak.notes = [json.loads(line) for line in lines]
    soak.seconds = time.monotonic() - start
    return soak


def _moments(plan: Plan) -> Iterator[datetime]:
    for n in range(int(plan.days * DAY / plan.step) + 1):
        yield FIRST_HOUR + n * plan.step


def _now_and_then(
    moment: datetime, around: World, db: Path, port: int, soak: Soak
) -> None:
    if moment.minute:
        return
    if port:
        ask(port, soak)
    if not moment.hour:
        back_up(around, db, soak)


def told(soak: Soak, keep: int) -> Iterator[str]:
    """What it came to, a line each."""
    yield (
        f"{soak.days:.1f} days in {soak.seconds:.0f} s, {len(soak.ticks)} ticks, median"
        f" {median(soak.ticks):.2f} s, {soak.mails} mails, {soak.messages} alert"
        f" messages, {soak.backups} backups, {soak.pages} pages"
    )
    since = f"day {soak.settled:.0f}"
    yield f"{'':24}{'at first':>12}{since:>12}{'at last':>12}{'a day':>12}"
    slopes, part = soak.slopes(), soak.settled / soak.days
    for name in (*MEMORY, "mapped", "handles", "threads", "file", "items"):
        form = ".0f" if name in ("file", "items") else ".1f"
        each = [note[name] for note in soak.notes]
        yield _row(name, each, part, slopes.get(name), form)
    for queue in soak.notes[-1]["waits"]:
        each = [note["waits"][queue] for note in soak.notes]
        yield _row(f"waits: {queue}", each, part, slopes[f"waits: {queue}"])
        half = len(each) // 2
        yield f"{'  at most':24}{max(each[:half]):12.0f}{max(each[half:]):24.0f}"
    yield _row("seconds a tick", soak.ticks, part, slopes["seconds a tick"], ".3f")
    wanted, found = soak.foretold(keep)
    yield (
        f"database: {found / 1e6:.1f} MB, foretold {wanted / 1e6:.1f} MB after a third:"
        f" {found / wanted:.2f} of it"
    )


def _row(
    name: str,
    each: Sequence[float],
    part: float,
    rise: float | None,
    form: str = ".1f",
) -> str:
    settled = each[round((len(each) - 1) * part)]
    cells = "".join(f"{value:12{form}}" for value in (each[0], settled, each[-1]))
    return f"{name:24}{cells}" + ("" if rise is None else f"{rise:+12.3f}")


def main() -> None:
    """Print what the days came to."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--days", type=float, default=30)
    asked.add_argument("--minutes", type=float, default=20, help="at most")
    asked.add_argument("--step", type=float, default=15, help="minutes of a tick")
    asked.add_argument("--keep", type=int, default=14, help="days; 0 for ever")
    asked.add_argument("--translator", default="auto")
    asked.add_argument("--no-dashboard", action="store_true")
    given = asked.parse_args()
    # Ended from outside, it ends the monitor, too, which is in a session of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = Plan(
        *(given.days, given.minutes, timedelta(minutes=given.step), given.keep),
        *(given.translator, not given.no_dashboard),
    )
    with tempfile.TemporaryDirectory() as name:
        soak = run_days(Path(name), plan, lambda line: print(line, flush=True))
    for line in told(soak, given.keep):
        print(line)
    found = list(soak.faults())
    for fault in found:
        print(f"BROKEN {fault}")
    print(f"{len(found)} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
