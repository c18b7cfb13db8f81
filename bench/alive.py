"""
``monitor run`` by a clock of ours, saying which step it is at.

    python -m bench.alive CONFIG DB CLOCK

CLOCK is a file that holds this moment; it is read whenever the clock is asked, so that
days can pass within a minute. Minutes between two rounds become a tenth of a second.
Everything else is the product's own. On stdout ``> STEP`` says that a step begins and
``< STEP MOMENT`` that it has ended; on stderr is what the log has of warnings.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from monitor.verbs import alerts, compose, outbox, run
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
    "index": (run, "index_items"),
    "compare": (run, "compare_all"),
    "look": (alerts.Lookout, "look"),
    "digest": (outbox, "_fill"),
    "mail": (outbox, "_mail"),
    "tell": (alerts.alerting, "send"),
    "tick": (run._Live, "tick"),
    "mails": (run._Live, "send_due"),
    "alerts": (run._Live, "send_alerts"),
}
"""Step -> where it is called; the last three are rounds, which hold all others."""
ROUNDS = ("tick", "mails", "alerts")
LAZY = ("mail", "tell")
"""Steps that do their work while their results are read."""


def told(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, which says when it begins and ends."""

    @wraps(work)
    def at_once(*args: Any, **more: Any) -> Any:
        moment = compose.now()
        say(f"> {step} {moment.isoformat()}")
        result = work(*args, **more)
        say(f"< {step} {moment.isoformat()}")
        return result

    @wraps(work)
    def bit_by_bit(*args: Any, **more: Any) -> Iterator[Any]:
        moment = compose.now()
        say(f"> {step} {moment.isoformat()}")
        yield from work(*args, **more)
        say(f"< {step} {moment.isoformat()}")

    return bit_by_bit if step in LAZY else at_once


def say(line: str) -> None:
    """One write a line: threads must not mix theirs."""
    os.write(1, f"{line}\n".encode())


def main() -> None:
    """Run until killed or told to stop."""
    config, db, clock = map(Path, sys.argv[1:])
    logging.basicConfig(level=logging.WARNING)
    compose.now = lambda: datetime.fromisoformat(clock.read_text("ascii"))
    run.TICK_SECONDS = TICK_SECONDS
    for step, (place, name) in STEPS.items():
        setattr(place, name, told(step, getattr(place, name)))
    run.run(Paths(config, db), None)


if __name__ == "__main__":
    main()
