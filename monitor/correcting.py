"""
The step that obeys a person: stories merged, split, items moved, and all of it undone.

Each function reads, decides and writes in one transaction, so it may run beside a
monitor that clusters. To see what one would do, call it within ``Store.rehearsal``.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor.change import (
    NEW,
    Author,
    Change,
    ChangeKind,
    Correction,
    LoggedChange,
    LoggedCorrection,
    Move,
    TakenBack,
    Wanted,
)
from monitor.errors import ConfigError
from monitor.model import Story
from monitor.store.database import Store
from monitor.stories import corrections
from monitor.stories.changes import inverse
from monitor.stories.corrections import Rules
from monitor.stories.corrections_file import Stated
from monitor.stories.obey import obey, permitted

_BY_HAND = {
    "merge": "merged by hand",
    "split": "split by hand",
    "move": "moved by hand",
    "undo": "taken back by hand",
}


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a person's word came to."""

    id: int
    """The correction's."""
    correction: Correction
    moves: tuple[Move, ...]
    stayed: tuple[str, ...] = ()
    """Items that an undo leaves where they are: they went on since, or another
    correction holds them there."""
    notes: tuple[str, ...] = ()
    """What else the person should know."""


# --- merge, split, move --------------------------------------------------------------


def make(
    store: Store,
    wanted: Wanted,
    now: datetime,
    by: Author | None = None,
    unseen: Collection[str] = (),
) -> Corrected:
    """Do what a person wants.

    Of items that the person has not seen nothing is said: a merge takes them along,
    and others leave them where they are. Raises ConfigError if it cannot be done.
    """
    with store.atomic():
        if wanted.verb == "undo":
            return _undo(store, wanted, now, by)
        said, notes = _said(store, wanted, unseen)
        rules = Rules(store.corrections.in_force())
        rules.add(said, f"this {said.verb}")
        made = _obey(store, said, rules, now, now, by)
        return replace(made, notes=notes)


def _said(
    store: Store, wanted: Wanted, unseen: Collection[str]
) -> tuple[Correction, tuple[str, ...]]:
    """What a wish says of items, and what the person should know."""
    corrections.check(wanted)
    named = [story for story in wanted.stories if story != NEW]
    found = [store.stories.named(story) for story in named]
    if wanted.verb == "move":
        found.append(_source(store, wanted.items))
    seen = [_without(story, unseen) for story in found]
    notes = tuple(
        f"{asked} was merged into {story.id}"
        for asked, story in zip(named, found, strict=False)
        if asked != story.id
    )
    return corrections.said(wanted, seen), notes


def _source(store: Store, items: Sequence[str]) -> Story:
    """The story of these items."""
    holding = store.stories.holding(items)
    for item in items:
        if item not in holding:
            raise ConfigError(
                f"no story has an item {item!r}; see 'monitor stories show'"
            )
    return store.stories.named(holding[items[0]])


def _without(story: Story, unseen: Collection[str]) -> Story:
    members = tuple(m for m in story.members if m.item.id not in unseen)
    return replace(story, members=members)


def _obey(
    store: Store,
    correction: Correction,
    rules: Rules,
    made: datetime,
    now: datetime,
    by: Author | None,
) -> Corrected:
    """Keep a correction of these rules, and the moves that it takes."""
    kept = store.corrections.add(correction, made, by)
    moves = _make_so(store, LoggedCorrection(kept, made, correction), rules, now)
    return Corrected(kept, correction, moves)


def _make_so(
    store: Store, logged: LoggedCorrection, rules: Rules, now: datetime
) -> tuple[Move, ...]:
    """Make today's stories follow a correction that is kept."""
    said = logged.correction
    named = {*said.together, *said.apart[0], *said.apart[1]}
    bound = (other for item in named for other in rules.bound(item))
    current = store.stories.holding(bound)
    moves = obey(
        said, rules, current, lambda story: store.stories.resolve(story) == story
    )
    if moves:
        reason = _reason(said.verb, said.reason)
        change = Change(said.verb, moves, reason, correction=logged.id)
        store.stories.change(change, now)
    return moves


def _reason(verb: str, reason: str) -> str:
    return _BY_HAND[verb] + (f": {reason}" if reason else "")


# --- undo ----------------------------------------------------------------------------


def _undo(store: Store, wanted: Wanted, now: datetime, by: Author | None) -> Corrected:
    """Take a correction back, the last in force unless one is named.

    Its items go back to where they were, but for those that went on since or that
    another correction holds where they are.
    """
    in_force = store.corrections.in_force()
    if wanted.correction is None and not in_force:
        raise ConfigError("no correction is in force, so there is nothing to undo")
    number = in_force[-1].id if wanted.correction is None else wanted.correction
    known = store.corrections.one(number)
    if known is None:
        raise ConfigError(
            f"no correction has the id {number}; see 'monitor stories corrections'"
        )
    if known.undone:
        raise ConfigError(f"correction {number}: was taken back before")
    store.corrections.undo(number, TakenBack(now, by, wanted.reason))
    rules = Rules(said for said in in_force if said.id != number)
    made = [c for c in store.stories.changes_by(number) if not c.undone]
    why = _reason("undo", wanted.reason)
    taken = [_take_back(store, c, rules, now, why) for c in reversed(made)]
    moves = tuple(move for moved, _ in taken for move in moved)
    back = {move.item for move in moves}
    stayed = dict.fromkeys(i for _, left in taken for i in left if i not in back)
    return Corrected(number, known.correction, moves, tuple(stayed))


def _take_back(
    store: Store, logged: LoggedChange, rules: Rules, now: datetime, reason: str
) -> tuple[tuple[Move, ...], tuple[str, ...]]:
    """The moves made, and the items that stay where they are."""
    back, gone = _inverse(store, logged, reason)
    moves = _permitted(store, back, rules)
    if moves:
        store.stories.change(replace(back, moves=moves), now, undoes=logged.id)
    return moves, (*gone, *_held(back, moves))


def _permitted(store: Store, back: Change, rules: Rules) -> tuple[Move, ...]:
    """The moves that break no rule."""
    touched = {story for move in back.moves for story in (move.before, move.after)}
    return permitted(back.moves, rules, store.stories.members(touched))


def _held(back: Change, moves: Iterable[Move]) -> list[str]:
    """The items that other corrections hold where they are."""
    return sorted({move.item for move in back.moves} - {move.item for move in moves})


def _inverse(
    store: Store, logged: LoggedChange, reason: str
) -> tuple[Change, tuple[str, ...]]:
    current = store.stories.holding(move.item for move in logged.change.moves)
    home = partial(store.stories.home, change=logged.id)
    return inverse(logged.change, current, home, reason)


def undo_change(
    store: Store, change: int, reason: str, now: datetime, by: Author | None = None
) -> list[Corrected]:
    """Take back what the monitor itself decided, and see that it stays so.

    What it merged is apart from then on, what it split together, and what it moved
    belongs to where it was and not to where it went. One correction for each pair of
    stories between which items go back. Items that other corrections hold where they
    are stay; if those are all, the ConfigError says which correction it is.
    """
    with store.atomic():
        logged = _monitors_own(store, change)
        back, gone = _inverse(store, logged, _reason("undo", reason))
        if not back.moves:
            raise ConfigError(
                f"change {change}: its items went on since, or it was taken back;"
                " correct them with 'monitor stories move'"
            )
        rules = Rules(store.corrections.in_force())
        moves = _permitted(store, back, rules)
        if not moves:
            raise _contradiction(store, logged, back.moves, rules)
        made = []
        for going in _pairs(moves):
            said = _lesson(store, logged.change.kind, going, reason)
            rules.add(said, _taking_back(change))
            kept = store.corrections.add(said, now, by)
            undone = replace(back, moves=going, correction=kept)
            store.stories.change(undone, now, undoes=change)
            made.append(Corrected(kept, said, undone.moves))
        stayed = (*gone, *_held(back, moves))
        return [replace(made[0], stayed=stayed), *made[1:]]


def _pairs(moves: Iterable[Move]) -> list[tuple[Move, ...]]:
    """The moves from one story to another, for each such pair."""
    pairs: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        pairs.setdefault((move.before, move.after), []).append(move)
    return [tuple(going) for going in pairs.values()]


def _taking_back(change: int) -> str:
    return f"taking back change {change}"


def _contradiction(
    store: Store, logged: LoggedChange, back: Iterable[Move], rules: Rules
) -> ConfigError:
    """Why no item goes back."""
    try:
        for going in _pairs(back):
            # Items held by those they are with, or kept out by those they would join.
            said = _lesson(store, "move", going, "")
            rules.add(said, _taking_back(logged.id))
    except ConfigError as error:
        return error
    return ConfigError(
        f"change {logged.id}: corrections hold all its items where they are; see"
        " 'monitor stories corrections'"
    )


def _monitors_own(store: Store, change: int) -> LoggedChange:
    logged = store.stories.change_of(change)
    if logged is None:
        raise ConfigError(
            f"no change has the id {change}; see 'monitor stories changes'"
        )
    asked = logged.change.correction
    if asked is not None:
        raise ConfigError(
            f"change {change}: was asked for by correction {asked}; take that back:"
            f" 'monitor stories undo {asked}'"
        )
    if logged.change.kind == "again":
        raise ConfigError(
            f"change {change}: clustered all items anew and is no single decision;"
            " correct stories with 'monitor stories merge', 'split' or 'move'"
        )
    return logged


def _lesson(
    store: Store, kind: ChangeKind, back: Sequence[Move], reason: str
) -> Correction:
    """What is true if a change was wrong of items that go back from one to another."""
    going = tuple(sorted(move.item for move in back))
    left = (i for i in store.stories.members([back[0].before]) if i not in going)
    joined = (*store.stories.members([back[0].after]), *going)
    apart = (going, tuple(left))
    match kind:
        case "merge":
            return Correction("undo", reason, apart=apart)
        case "split":
            return Correction("undo", reason, together=joined)
    return Correction("undo", reason, together=joined, apart=apart)


# --- in bulk -------------------------------------------------------------------------


def take_in(
    store: Store,
    stated: Iterable[Stated],
    name: str,
    now: datetime,
    by: Author | None = None,
) -> list[Corrected]:
    """Keep the corrections of a file, and move what they ask for; all or none.

    Those that are in force already are passed over. Raises ConfigError, naming file
    and line, for an unknown item and for a contradiction.
    """
    with store.atomic():
        in_force = store.corrections.in_force()
        rules = Rules(in_force)
        known = {_meaning(logged.correction) for logged in in_force}
        made = []
        for line in stated:
            said = line.correction
            if _meaning(said) in known:
                continue
            known.add(_meaning(said))
            _check_items(store, said, f"{name}:{line.line}")
            _add(rules, said, name, line.line)
            said_by = line.by or by
            made.append(_obey(store, said, rules, line.made or now, now, said_by))
        return made


def _meaning(correction: Correction) -> object:
    """What two corrections have in common that say the same."""
    first, second = map(frozenset, correction.apart)
    return frozenset(correction.together), frozenset((first, second))


def _check_items(store: Store, correction: Correction, place: str) -> None:
    named = (*correction.together, *correction.apart[0], *correction.apart[1])
    known = store.items.named(named)
    if unknown := [item for item in dict.fromkeys(named) if item not in known]:
        raise ConfigError(
            f"{place}: the database has no item {unknown[0]}"
            + (f" and {len(unknown) - 1} more of its items" if unknown[1:] else "")
            + "; poll first, or take the line out"
        )


def _add(rules: Rules, said: Correction, name: str, line: int) -> None:
    try:
        rules.add(said, f"the {said.verb} of line {line}")
    except ConfigError as error:
        raise ConfigError(f"{name}:{line}: {error}") from error


def again(
    store: Store, since: datetime, cluster: Callable[[], None], now: datetime
) -> tuple[Move, ...]:
    """Forget the stories of items published since then, cluster them anew, log it.

    Corrections hold afterwards, whatever ``cluster`` made of them.
    """
    with store.atomic():
        before = store.stories.forget_since(since)
        cluster()
        after = store.stories.found()
        moves = tuple(
            Move(item, story, after[item])
            for item, story in before.items()
            if after.get(item, story) != story
        )
        if before:  # even if none moved: why each is where it is, is new
            reason = f"clustered again from {since:%Y-%m-%d %H:%M} UTC on"
            store.stories.change(Change("again", moves, reason), now)
        in_force = store.corrections.in_force()
        rules = Rules(in_force)
        held = [_make_so(store, logged, rules, now) for logged in in_force]
        return (*moves, *(move for those in held for move in those))
