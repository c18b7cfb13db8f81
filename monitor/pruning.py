"""
The step that keeps the database from growing for ever: what is older than a person
wants is removed, whole stories at a time.

Killed anywhere, the next run goes on. Run twice, it changes nothing the second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import ConfigError
from monitor.store.database import Store

LEAST_DAYS = 120
"""A page may ask for 92 days, and what wording was usual is learnt of the 28 before."""
TOGETHER = 40
"""Stories removed in one transaction: 120 items take 0.08 s."""
PAGES = 2_000
"""Given back to the disk at a time, 8 MB."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one transaction removed, or would."""

    stories: int = 0
    items: int = 0
    others: int = 0
    """Rows of editions, deliveries, messages, keys and the like."""
    bytes: int = 0
    """Given back to the disk."""


def horizon(keep_days: int, now: datetime) -> datetime:
    """The moment before which nothing is kept: a midnight in UTC.

    Raises ConfigError where pages would miss what went.
    """
    if keep_days < LEAST_DAYS:
        raise ConfigError(
            f"keep {keep_days} days: pages look back as far as {LEAST_DAYS} days; "
            f"keep {LEAST_DAYS} or more"
        )
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=keep_days)


def prune(store: Store, before: datetime, now: datetime) -> Iterator[Pruned]:
    """Remove what is older, a little at a time; what each transaction came to."""
    shown = store.pruning.shown(before)
    for stories in _old(store, before, shown):
        with store.atomic():
            # A person may have named one of them in a correction meanwhile.
            still = store.pruning.old(stories, before, shown)
            items = store.pruning.remove(still)
        yield Pruned(stories=len(still), items=items)
    yield Pruned(others=sum(store.pruning.forget(before, now).values()))
    after: str | None = ""
    while after is not None:
        after, gone = store.pruning.sweep(after)
        yield Pruned(others=gone)
    yield from _shrink(store)
    store.file.optimize()


def would_prune(store: Store, before: datetime) -> Iterator[Pruned]:
    """The stories that ``prune`` would remove, and their items; nothing is changed."""
    for stories in _old(store, before, store.pruning.shown(before)):
        yield Pruned(stories=len(stories), items=len(store.stories.members(stories)))


def _old(store: Store, before: datetime, shown: set[str]) -> Iterator[list[str]]:
    seen: set[str] = set()
    after: tuple[str, str] | None = ("", "")
    while after is not None:
        found = store.pruning.look(before, after)
        fresh = [story for story in found.stories if story not in seen]
        seen.update(fresh)
        old = store.pruning.old(fresh, before, shown) if fresh else []
        for start in range(0, len(old), TOGETHER):
            yield old[start : start + TOGETHER]
        after = found.after


def _shrink(store: Store) -> Iterator[Pruned]:
    page = 4_096
    while given := store.file.give_back(PAGES):
        yield Pruned(bytes=given * page)
