"""
The step from items to stories: assign what waits, and think again every hour.

The clusterer lives as long as the step does, so that a tick costs what is new in it.
Whatever else writes stories, such as a person's correction from another process, is
noticed by the *mark* that the store gives its decisions: then the clusterer is built
anew from what is kept, and decides as one that was there all the time.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

from monitor.change import Change, Move
from monitor.entry import Entry
from monitor.model import Assignment, Reading
from monitor.store.changes import Mark
from monitor.store.database import Store
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.cluster import WINDOW, Clusterer
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules
from monitor.stories.dense import DIMENSIONS, Encoder, Vectors, dense_text
from monitor.stories.terms import TermReader

Scope = Literal["hour", "window"]
"""What second thoughts are about: what came since the last ones, or all of the week."""

BATCH = 256
"""Items clustered between two commits: what a kill can cost."""

PATIENCE = timedelta(hours=1)
"""How long an item waits for its English before it is clustered by what else it says:
longer than an engine takes to come back, shorter than an analyst waits for a story."""

EVERY = timedelta(hours=1)
NIGHT = time(9)
"""UTC: the small hours from Tijuana to New York, before the first digest is due."""

_RECALLED = WINDOW + timedelta(days=1)
"""How rare a term is on one day is counted over the seven days before it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which items are to be clustered."""

    now: datetime
    patience: timedelta
    """How long a Spanish item waits for its English."""
    headlines_only: frozenset[str] = frozenset()
    """Feeds of which no summary will be translated."""
    untranslated: frozenset[str] = frozenset()
    """Feeds of which nothing will be."""
    seen_by: datetime | None = None
    """Items seen by then alone, where a past night is lived again."""


class Clustering:
    """Gives items their stories, and stories their second thoughts."""

    def __init__(
        self, own: tuple[Entry, ...] = (), encoder: Encoder | None = None
    ) -> None:
        """``own`` is what a person added to the bridge; ``encoder`` the dense one."""
        self._reader = TermReader(background(), aliases(own))
        self._encoder = encoder
        self._rules = Rules()
        self._clusterer: Clusterer | None = None
        self._mark: Mark | None = None

    # --- assign ----------------------------------------------------------------------

    def assign(self, store: Store, waiting: Waiting) -> Generator[list[Assignment]]:
        """Give every item that waits its story, in the order of publication."""
        mark, readings = store.stories.mark(), _unassigned(store, waiting)
        if readings:
            self._warm(store)
        while readings:
            batch = readings[:BATCH]
            vectors = self._vectors(store, batch)
            clusterer, known = self._ready(store)
            with store.atomic():
                if known != mark or store.stories.mark() != mark:
                    # Someone else decided meanwhile, perhaps on the same items.
                    mark, readings = store.stories.mark(), _unassigned(store, waiting)
                    continue
                self._mark = None  # until what it decides is kept
                made = [clusterer.assign(r, vectors.get(r.item.id)) for r in batch]
                store.stories.assign(made)
                mark = store.stories.mark()
            self._mark = mark
            readings = readings[BATCH:]
            yield made

    # --- second thoughts -------------------------------------------------------------

    def due(self, store: Store, now: datetime) -> Scope | None:
        """Which second thoughts are due, if any are."""
        night = datetime.combine(now, NIGHT, now.tzinfo)
        night = night if night <= now else night - timedelta(days=1)
        last_window = store.stories.last_pass("window")
        # In time to come lies what a clock that was ahead has logged.
        if last_window is None or not night <= last_window <= now:
            return "window"
        last = max(last_window, store.stories.last_pass("hour") or last_window)
        return None if timedelta(0) <= now - last < EVERY else "hour"

    def consolidate(self, store: Store, scope: Scope, now: datetime) -> list[Change]:
        """Merge, move and split what second thoughts ask for; logs that it was done.

        They are had while others may write. If others did, nothing is kept of them,
        and they stay due. Those on the whole window read what items say by now, be it
        another headline or an English that came late; until then an item counts as
        what it said when it got its story, to a run that begins anew as to any other.
        """
        latest = store.items.last_compared()
        if latest is None:
            return []
        if scope == "window":
            store.decided_texts.renew(now)
        self._warm(store)
        clusterer, mark = self._ready(store)
        self._mark = None
        items = store.stories.to_reconsider(
            latest - WINDOW if scope == "window" else None
        )
        changes = consolidate(
            clusterer, items, self._rules, lambda s: store.stories.resolve(s) == s
        )
        with store.atomic():
            if store.stories.mark() != mark:
                return []
            made = []
            for change in changes:  # in order: one may take up what another left
                made.append(_whole(store, change))
                store.stories.change(made[-1], now)
            store.stories.log_pass(scope, now)
            if scope == "window":
                store.vectors.forget(latest - 2 * WINDOW)
            mark = store.stories.mark()
        self._mark = None if clusterer.has_reunited else mark
        return made

    # --- the clusterer ---------------------------------------------------------------

    def _warm(self, store: Store) -> None:
        """Have the window's vectors before the database is held for writing.

        A window that was never encoded takes minutes; each batch is kept at once.
        """
        if self._encoder is not None and self._clusterer is None:
            known = _window(store)
            for start in range(0, len(known), BATCH):
                self._vectors(store, [r for r, _ in known[start : start + BATCH]])

    def _ready(self, store: Store) -> tuple[Clusterer, Mark]:
        """The clusterer as it is after all decisions in the store, and their mark."""
        mark = store.stories.mark()
        if self._clusterer is not None and self._mark == mark:
            return self._clusterer, mark
        self._rules = Rules(store.corrections.in_force())
        clusterer = Clusterer(
            self._reader, self._rules, DIMENSIONS if self._encoder else 0
        )
        known = _window(store)
        vectors = self._vectors(store, [reading for reading, _ in known])
        parted = _parted(assignment for _, assignment in known)
        for reading, assignment in known:
            item = reading.item.id
            is_parted = item in parted
            clusterer.recall(
                reading, assignment, vectors.get(item), is_parted=is_parted
            )
        self._clusterer, self._mark = clusterer, mark
        return clusterer, mark

    def _vectors(self, store: Store, readings: Sequence[Reading]) -> dict[str, Vectors]:
        """Item -> its dense vector, kept or made; none without an encoder."""
        if self._encoder is None:
            return {}
        texts = {reading.item.id: dense_text(reading) for reading in readings}
        known = store.vectors.get(texts, self._encoder.version)
        missing = [item for item in texts if item not in known]
        if missing:
            made = self._encoder.encode([texts[item] for item in missing])
            fresh = dict(zip(missing, made, strict=True))
            store.vectors.add(fresh, texts, self._encoder.version)
            known |= fresh
        return known


def _unassigned(store: Store, waiting: Waiting) -> list[Reading]:
    return store.stories.unassigned(
        waiting.now - waiting.patience,
        waiting.headlines_only,
        waiting.untranslated,
        now=waiting.now,
        seen_by=waiting.seen_by,
    )


def _window(store: Store) -> list[tuple[Reading, Assignment]]:
    """All that a new item may be compared with, as decided in order.

    What is seven days older than the newest item is out of sight, whatever comes.
    """
    newest = store.items.last_compared()
    return store.stories.window(newest - _RECALLED) if newest else []


def _parted(known: Iterable[Assignment]) -> set[str]:
    """Copies whose original is in another story.

    Stories are known whole, so an original that is not known is in another, however
    long ago that was.
    """
    assigned = list(known)
    stories = {one.item: one.story for one in assigned}
    return {
        one.item
        for one in assigned
        if one.copy_of is not None and stories.get(one.copy_of) != one.story
    }


def _whole(store: Store, change: Change) -> Change:
    """With the items of a merged story that are older than the window."""
    if change.kind != "merge":
        return change
    [before], [after] = (
        {getattr(move, side) for move in change.moves} for side in ("before", "after")
    )
    known = {move.item for move in change.moves}
    older = (item for item in store.stories.members([before]) if item not in known)
    moves = (*change.moves, *(Move(item, before, after) for item in older))
    return replace(change, moves=moves)
