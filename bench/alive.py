"""
``monitor run`` by a clock of ours, saying which step it is at.

    python -m bench.alive CONFIG DB CLOCK [BUSY_SECONDS]

CLOCK is a file that holds this moment; it is read whenever the clock is asked, so that
days can pass within a minute. Minutes between two rounds become a tenth of a second.
An edition is made after the tick of its moment: it tells how feeds stand. Everything
else is the product's own. On stdout ``> STEP MOMENT STATEMENTS`` says that a step
begins and ``<`` that it has ended, and how many statements SQLite was given in it; on
stderr is what the log has of warnings.

A file beside CLOCK, ``fuse``, may say ``STEP MOMENT NUMBER``: then the process kills
itself (SIGKILL) just before that statement of the step.
"""

import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from monitor.store import database
from monitor.store.database import Store
from monitor.verbs import alerts, compose, outbox, run, steps
from monitor.verbs.compose import Paths

TICK_SECONDS = 0.1

STEPS: dict[str, tuple[Any, str]] = {
    "open": (Paths, "open_store"),
    "poll": (run, "poll_due"),
    "translate": (run, "translate_pending"),
    "cluster": (run, "cluster_waiting"),
    "think again": (run, "think_again"),
    "mark": (run, "mark_items"),
    "outline": (run, "outline_stories"),
    "study": (steps, "study_due"),
    "index": (run, "index_items"),
    "compare": (run, "compare_all"),
    "look": (alerts.Lookout, "look"),
    "prune": (run, "prune_due"),
    "digest": (outbox, "_fill"),
    "mail": (outbox, "_mail"),
    "tell": (alerts.alerting, "send"),
    "tick": (run._Live, "tick"),
    "mails": (run._Live, "send_due"),
    "alerts": (run._Live, "send_alerts"),
}
"""Step -> where it is called; the last three are rounds, which hold all others."""
ROUNDS = ("tick", "mails", "alerts")
LAZY = ("mail", "tell", "study")
"""Steps that do their work while their results are read."""


class Tracer:
    """Knows which step each thread is at, and counts the statements of steps."""

    def __init__(self, fuse: Path) -> None:
        self._fuse = fuse
        self._here = threading.local()
        self._ticked = threading.Condition()
        self._last_tick = ""

    @property
    def steps(self) -> list[tuple[str, str, Counter[str]]]:
        """Those of this thread, one within the other, each with its moment."""
        if not hasattr(self._here, "steps"):
            self._here.steps = []
        return self._here.steps

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        """Say that a step begins, and how it ends."""
        self._begin(step)
        try:
            yield
        except BaseException:
            step, moment, _ = self.steps.pop()
            say(f"! {step} {moment} 0")
            raise
        self._end()

    def _begin(self, step: str) -> None:
        moment = compose.now().isoformat()
        if step == "digest":
            with self._ticked:  # what it tells of feeds is as of this moment's tick
                self._ticked.wait_for(lambda: self._last_tick >= moment)
        self.steps.append((step, moment, Counter()))
        say(f"> {step} {moment} 0")

    def _end(self) -> None:
        step, moment, count = self.steps.pop()
        if step == "tick":
            with self._ticked:
                self._last_tick = moment
                self._ticked.notify_all()
        say(f"< {step} {moment} {count.total()}")

    def count(self, _: str) -> None:
        """One more statement; perhaps the last one."""
        if not self.steps:
            return
        step, moment, count = self.steps[-1]
        count[step] += 1
        if self._fuse.exists():
            name, when, number = self._fuse.read_text("utf-8").split("|")
            if (name, when) == (step, moment) and count[step] >= int(number):
                self._fuse.unlink()
                os.kill(os.getpid(), signal.SIGKILL)


def told(tracer: Tracer, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, which says when it begins and ends."""

    @wraps(work)
    def at_once(*args: Any, **more: Any) -> Any:
        with tracer.at(step):
            result = work(*args, **more)
        if isinstance(result, Store):
            result._db.conn.set_trace_callback(tracer.count)
        return result

    @wraps(work)
    def bit_by_bit(*args: Any, **more: Any) -> Iterator[Any]:
        with tracer.at(step):
            yield from work(*args, **more)

    return bit_by_bit if step in LAZY else at_once


def say(line: str) -> None:
    """One write a line: threads must not mix theirs."""
    os.write(1, f"{line}\n".encode())


def main() -> None:
    """Run until killed or told to stop."""
    config, db, clock = map(Path, sys.argv[1:4])
    database.BUSY_SECONDS = float((*sys.argv, database.BUSY_SECONDS)[4])
    logging.basicConfig(level=logging.WARNING)
    compose.now = lambda: datetime.fromisoformat(clock.read_text("ascii"))
    run.TICK_SECONDS = TICK_SECONDS
    tracer = Tracer(clock.with_name("fuse"))
    for step, (place, name) in STEPS.items():
        setattr(place, name, told(tracer, step, getattr(place, name)))
    run.run(Paths(config, db), None)


if __name__ == "__main__":
    main()
