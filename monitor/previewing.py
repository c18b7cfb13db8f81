"""
The step that shows what a correction would do, and does it as it was shown.

A preview rehearses the correction and names the state of the stories concerned. Whoever
then corrects brings that state along: if a decision came in between, the monitor's or
another person's, nothing is done. Items that joined meanwhile are no such decision: of
them, whom nobody saw, the correction says nothing.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from monitor import correcting
from monitor.change import (
    NEW,
    Author,
    Clash,
    Correction,
    LoggedChange,
    LoggedCorrection,
    Move,
    Wanted,
)
from monitor.errors import ConfigError, ConflictError
from monitor.model import Story
from monitor.store.database import Store


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction would do."""

    correction: Correction
    """What it would say; for ``undo``, what would hold no more."""
    before: tuple[Story, ...]
    """The stories concerned, those that are named first."""
    after: tuple[Story, ...]
    """The same stories, as far as there is anything left of them, then new ones."""
    moves: tuple[Move, ...]
    stayed: tuple[str, ...]
    """Items that an undo would leave where they are."""
    notes: tuple[str, ...]
    leads: Mapping[str, str]
    """Ids that would lead to another story from then on -> that one."""
    state: str
    """To be brought along by who corrects."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a correction did."""

    logged: LoggedCorrection
    moves: tuple[Move, ...]
    joined: tuple[str, ...]
    """Items that had joined the stories meanwhile. A merge takes them along; otherwise
    they stay where they are."""
    stories: tuple[str, ...]
    """Ids of all that had items before or has them now."""


def preview(store: Store, wanted: Wanted, now: datetime) -> Preview:
    """What a correction would do; nothing of it stays.

    Raises ConfigError, as whoever corrects does, if it cannot be done.
    """
    with store.rehearsal():
        seen = store.stories.mark()
        concerned = _concerned(store, wanted)
        facts = _facts(store, concerned, ())
        held = store.stories.some(concerned)
        made = correcting.make(store, wanted, now)
        named = _touched(concerned, made.moves)
        after = store.stories.some(named)
        living = {story.id for story in after}
        missing = [story.id for story in held if story.id not in living]
        leads = {story: store.stories.resolve(story) for story in missing}
    # What else it would touch, where rules were not obeyed so far, as it is for now.
    before = [*held, *store.stories.some(set(named) - set(concerned))]
    numbers = (seen.assignment or 0, seen.change or 0, seen.correction or 0)
    return Preview(
        correction=made.correction,
        before=_in_order(before, named),
        after=_in_order(after, named),
        moves=made.moves,
        stayed=made.stayed,
        notes=made.notes,
        leads={story: to for story, to in leads.items() if to},
        state="-".join(map(str, (*numbers, facts, _digest(_plain(made.moves, ()))))),
    )


def correct(
    store: Store, wanted: Wanted, state: str, by: Author, now: datetime
) -> Done:
    """Correct what a person was shown in this state.

    Raises ConflictError if it would do anything else by now, and ConfigError if it
    cannot be done; then nothing is.
    """
    seen = _seen(state)
    with store.atomic():
        concerned = _concerned(store, wanted)
        joined = store.corrections.unseen(concerned, seen.assignment)
        if _facts(store, concerned, joined) != seen.facts:
            raise ConflictError(_clashes(store, wanted, concerned, seen))
        made = correcting.make(store, wanted, now, by, joined)
        if _digest(_plain(made.moves, joined)) != seen.moves:
            raise ConflictError(_clashes(store, wanted, concerned, seen))
        logged = store.corrections.one(made.id)
        assert logged is not None
        return Done(logged, made.moves, joined, _touched(concerned, made.moves))


# --- which stories, and how they stand -----------------------------------------------


def _concerned(store: Store, wanted: Wanted) -> tuple[str, ...]:
    """Ids of the stories that a correction is about, those named first.

    What is unknown is left out: whoever corrects says so.
    """
    if wanted.verb == "undo":
        named = _items_of(store, wanted.correction)
    else:
        named = wanted.items
    living = [store.stories.resolve(story) for story in wanted.stories if story != NEW]
    held = store.stories.holding(named)
    theirs = sorted({held[item] for item in named if item in held})
    return tuple(dict.fromkeys(story for story in (*living, *theirs) if story))


def _items_of(store: Store, correction: int | None) -> tuple[str, ...]:
    """The items that a correction names or has moved; the last in force without one."""
    if correction is None:
        in_force = store.corrections.in_force()
        logged = in_force[-1] if in_force else None
    else:
        logged = store.corrections.one(correction)
    if logged is None:
        return ()
    moved = [
        m.item for c in store.stories.changes_by(logged.id) for m in c.change.moves
    ]
    return (*_named(logged.correction), *moved)


def _named(correction: Correction) -> tuple[str, ...]:
    return (*correction.together, *correction.apart[0], *correction.apart[1])


def _facts(store: Store, stories: Collection[str], unseen: Collection[str]) -> str:
    """Which items are where, and which corrections hold of them, as a digest."""
    held = store.stories.members(stories)
    seen = {item: story for item, story in held.items() if item not in unseen}
    rules = [
        logged.id
        for logged in store.corrections.in_force()
        if not seen.keys().isdisjoint(_named(logged.correction))
    ]
    return _digest([sorted(seen.items()), rules])


def _plain(moves: Collection[Move], unseen: Collection[str]) -> list[list[str]]:
    return sorted([m.item, m.before, m.after] for m in moves if m.item not in unseen)


def _digest(value: object) -> str:
    return sha256(json.dumps(value).encode()).hexdigest()[:32]


def _touched(concerned: Collection[str], moves: Collection[Move]) -> tuple[str, ...]:
    between = (story for move in moves for story in (move.before, move.after))
    return tuple(dict.fromkeys((*concerned, *between)))


def _in_order(stories: Collection[Story], ids: tuple[str, ...]) -> tuple[Story, ...]:
    return tuple(sorted(stories, key=lambda story: ids.index(story.id)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a state says."""

    assignment: int
    change: int
    correction: int
    """The newest of each."""
    facts: str
    moves: str


_STATE = re.compile(
    r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})-([0-9a-f]{32})-([0-9a-f]{32})"
)


def _seen(state: str) -> _Seen:
    found = _STATE.fullmatch(state)
    if found is None:
        raise ConfigError(
            f"{state[:80]!r} is no state that a preview gave; preview anew"
        )
    assignment, change, correction, facts, moves = found.groups()
    return _Seen(int(assignment), int(change), int(correction), facts, moves)


# --- what came in between ------------------------------------------------------------


def _clashes(
    store: Store, wanted: Wanted, concerned: Collection[str], seen: _Seen
) -> tuple[Clash, ...]:
    """The decisions on these stories since a person saw them, the newest first."""
    around = {*concerned, *wanted.stories}
    corrections = {logged.id: logged for logged in store.corrections.all()}
    changes = store.stories.changes_around(*around)
    made = [
        _of_change(logged, corrections) for logged in changes if logged.id > seen.change
    ]
    told = {clash.correction for clash in made}
    items = store.stories.members(around).keys()
    near = [
        logged
        for logged in corrections.values()
        if logged.id not in told and not items.isdisjoint(_named(logged.correction))
    ]
    made += [_of_correction(each) for each in near if each.id > seen.correction]
    made = made or list(_last_taken_back(near))
    return tuple(sorted(made, key=lambda clash: clash.at, reverse=True))


def _of_change(
    logged: LoggedChange, corrections: Mapping[int, LoggedCorrection]
) -> Clash:
    change = logged.change
    asked = corrections.get(change.correction) if change.correction else None
    taken = asked.taken_back if asked and change.kind == "undo" else None
    if asked and taken and taken.at == logged.at:
        by, reason = taken.by, taken.reason
    else:
        by = asked.by if asked else None
        reason = asked.correction.reason if asked else change.reason
    number = change.correction
    return Clash(logged.at, change.kind, by, number, reason, len(change.moves))


def _of_correction(logged: LoggedCorrection) -> Clash:
    said = logged.correction
    return Clash(logged.made, said.verb, logged.by, logged.id, said.reason, 0)


def _last_taken_back(corrections: Collection[LoggedCorrection]) -> Iterator[Clash]:
    """What was taken back without any item that moved: the last such."""
    taken = [(logged.taken_back, logged) for logged in corrections if logged.taken_back]
    if taken:
        last, logged = max(taken, key=lambda pair: (pair[0].at, pair[1].id))
        yield Clash(last.at, "undo", last.by, logged.id, last.reason, 0)
