"""What an attempt to send came to, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.digest.delivery import pause
from monitor.text import clip, printable, squeeze

Outcome = Literal["sent", "again", "refused", "gone"]
"""Taken; not taken for now; not taken for good; nothing is taken there any more."""

GIVE_UP = timedelta(hours=24)
"""For so long a message is offered: what happened a day ago is in the digest."""
LONGEST_RETRY = timedelta(hours=6)
"""The longest that a channel may ask us to wait; what it names beyond is cut."""
MAX_REASON = 200

State = Literal["queued", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a channel said to one message."""

    outcome: Outcome
    reason: str = ""
    """In one line, without a secret; empty when taken."""
    retry_after: timedelta | None = None
    """How long the channel asks us to wait."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a message has come on one channel."""

    state: State
    attempts: int
    due: datetime
    """When it may be offered next."""
    reason: str = ""


def after(attempt: Attempt, attempts: int, made: datetime, now: datetime) -> Standing:
    """How a message made at ``made`` stands after its attempt number ``attempts``.

    Pauses double from a minute to an hour; a channel that asks for more gets it. One
    that would be offered again only when it is given up on has failed.
    """
    reason = clip(squeeze(printable(attempt.reason)), MAX_REASON)
    match attempt.outcome:
        case "sent":
            return Standing("sent", attempts, now)
        case "refused" | "gone":
            return Standing("failed", attempts, now, reason)
    due = now + max(pause(attempts - 1), attempt.retry_after or timedelta(0))
    if due > made + GIVE_UP:
        what = f"given up on after {attempts} attempts: {reason}"
        return Standing("failed", attempts, now, what)
    return Standing("queued", attempts, due, reason)
