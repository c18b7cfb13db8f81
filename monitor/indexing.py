"""
The step that brings old items into the full-text index.

New items are indexed as they are kept. A database that is older than the index is
indexed here, the newest items first, so that nobody waits for the oldest.
"""

from collections.abc import Generator

from monitor.store.database import Store

BATCH = 10_000
"""Items indexed between two commits: a third of a second."""
MOST = 100_000
"""Items indexed in one go, so that a tick is held up for seconds and not for a minute;
the next ticks do the rest."""


def index_waiting(store: Store) -> Generator[int]:
    """Index the newest items that are not yet; the number of each batch."""
    for _ in range(MOST // BATCH):
        with store.atomic():
            made = store.search.index(BATCH)
        if not made:
            return
        yield made
