"""How long the steps of ``monitor run`` take and how they end, kept for /metrics."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.errors import StoreError
from monitor.logs import STEP
from monitor.store.database import Store
from monitor.verbs import compose

log = logging.getLogger("monitor")


@contextmanager
def timed(store: Store, step: str) -> Iterator[None]:
    """Note how long the block takes, and whether it raises; what it logs has its name.

    That it cannot be noted is logged, and never stops a step.
    """
    token, start, is_good = STEP.set(step), time.monotonic(), False
    try:
        yield
        is_good = True
    finally:
        seconds = time.monotonic() - start
        try:
            store.step_runs.note(step, seconds, is_good, compose.now())
        except StoreError as error:
            log.warning("%s: not noted how it went: %s", step, error)
        STEP.reset(token)
