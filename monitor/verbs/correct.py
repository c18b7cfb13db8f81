"""The verbs that correct stories, and those that show what was corrected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor import correcting
from monitor.change import Correction, LoggedChange, LoggedCorrection, Move, Wanted
from monitor.correcting import Corrected
from monitor.errors import ConfigError
from monitor.model import Item
from monitor.outlining import outline_now
from monitor.store.database import Store
from monitor.stories.corrections import describe
from monitor.stories.corrections_file import (
    correction_dict,
    read_corrections,
    write_corrections,
)
from monitor.terminal import show, show_json
from monitor.text import printable
from monitor.verbs import compose
from monitor.verbs.compose import Paths

MAX_BYTES = 64 << 20
"""Of a file of corrections: some 100,000 of them."""

_MOVE_COLUMNS = ("item", "before", "after", "outlet", "title")
_CORRECTION_COLUMNS = ("id", "made", "by", "verb", "undone", "said", "reason")
_CHANGE_COLUMNS = ("id", "at", "kind", "by", "undone", "items", "stories", "reason")


# --- merge, split, move, undo --------------------------------------------------


def merge(paths: Paths, kept: str, other: str, reason: str, dry_run: bool) -> None:
    """Make two stories one."""
    _make(paths, Wanted("merge", (kept, other), reason=reason), dry_run)


def split(
    paths: Paths, story: str, items: Sequence[str], reason: str, dry_run: bool
) -> None:
    """Make a story of some items of another."""
    _make(paths, Wanted("split", (story,), tuple(items), reason=reason), dry_run)


def move(paths: Paths, item: str, story: str, reason: str, dry_run: bool) -> None:
    """Move one item to another story or to one of its own."""
    _make(paths, Wanted("move", (story,), (item,), reason=reason), dry_run)


def _make(paths: Paths, wanted: Wanted, dry_run: bool) -> None:
    def make(store: Store) -> list[Corrected]:
        return [correcting.make(store, wanted, compose.now(), compose.author())]

    _do(paths, make, dry_run)


def undo(paths: Paths, correction: int | None, reason: str, dry_run: bool) -> None:
    """Take a correction back."""
    wanted = Wanted("undo", correction=correction, reason=reason)
    with paths.open_known_store() as store, _writing(store, dry_run):
        made = correcting.make(store, wanted, compose.now(), compose.author())
        name = "dry run: correction" if dry_run else "correction"
        print(f"{name} {made.id} is taken back: {_said(made.correction)}")
        _tell_moves(store, [made])
        _outline(paths, store, [made])


def undo_change(paths: Paths, change: int, reason: str, dry_run: bool) -> None:
    """Take back what the monitor itself changed."""
    _do(
        paths,
        lambda s: correcting.undo_change(
            s, change, reason, compose.now(), compose.author()
        ),
        dry_run,
    )


def import_corrections(paths: Paths, file: Path, dry_run: bool) -> None:
    """Take in the corrections of a file: all, or none if one of them is wrong."""
    stated = read_corrections(_read(file), str(file))

    def take_in(store: Store) -> list[Corrected]:
        by = replace(compose.author(), way="file")
        return correcting.take_in(store, stated, str(file), compose.now(), by)

    made = _do(paths, take_in, dry_run)
    known = len(stated) - len(made)
    print(f"{file}: {len(made)} corrections, {known} were in force before")


def _do(
    paths: Paths, correct: Callable[[Store], list[Corrected]], dry_run: bool
) -> list[Corrected]:
    """Correct and say what became of it; with ``dry_run`` nothing of it stays."""
    with paths.open_known_store() as store, _writing(store, dry_run):
        made = correct(store)
        for one in made:
            print(_kept(one, dry_run))
        _tell_moves(store, made)
        _outline(paths, store, made)
    return made


def _outline(paths: Paths, store: Store, made: Iterable[Corrected]) -> None:
    """Let lists show what was corrected, where feeds.yaml can be read.

    If it cannot, whoever reads it next outlines what is due.
    """
    moves = [move for one in made for move in one.moves]
    stories = {story for move in moves for story in (move.before, move.after)}
    try:
        config = compose.with_kept(paths.read_config(), store).config
    except ConfigError:
        return
    outline_now(store, compose.marker(config), config.owners, sorted(stories))


def _writing(store: Store, dry_run: bool) -> AbstractContextManager[None]:
    return store.rehearsal() if dry_run else store.atomic()


def _kept(made: Corrected, dry_run: bool) -> str:
    name = "dry run" if dry_run else f"correction {made.id}"
    return f"{name}: {_said(made.correction)}"


def _said(correction: Correction) -> str:
    return f"{correction.verb}: {describe(correction)}"


def _tell_moves(store: Store, made: Iterable[Corrected]) -> None:
    """Which items move where, which stay, and what else there is to know."""
    made = list(made)
    items = store.items.named(
        i for one in made for i in (*(m.item for m in one.moves), *one.stayed)
    )
    rows = [_move_row(move, items) for one in made for move in one.moves]
    if rows:
        show(rows, _MOVE_COLUMNS)
    else:
        print("no item moves")
    for one in made:
        for item in one.stayed:
            print(printable(f"stays where it is: {item} {items[item].title}"))
        for note in one.notes:
            print(f"note: {note}")


def _move_row(move: Move, items: Mapping[str, Item]) -> dict[str, str]:
    item = items[move.item]
    return {
        "item": move.item,
        "before": move.before,
        "after": move.after,
        "outlet": item.outlet,
        "title": item.title,
    }


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file}: is larger than {MAX_BYTES >> 20} MB")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8; save it as UTF-8") from error


# --- what was corrected, and what changed --------------------------------------


def list_corrections(paths: Paths, as_json: bool) -> None:
    """Every correction, those taken back too."""
    with paths.open_known_store() as store:
        made = store.corrections.all()
        items = store.items.named(_named(c.correction for c in made))
    if as_json:
        show_json(
            [
                {"id": c.id, "undone": c.undone}
                | correction_dict(c, items)
                | _audit_dict(c)
                for c in made
            ]
        )
        return
    show([_correction_row(c) for c in made], _CORRECTION_COLUMNS)


def _correction_row(logged: LoggedCorrection) -> dict[str, object]:
    return {
        "id": logged.id,
        "made": logged.made.isoformat(),
        "by": logged.by.name if logged.by else "",
        "verb": logged.correction.verb,
        "undone": _undone(logged),
        "said": describe(logged.correction),
        "reason": logged.correction.reason,
    }


def _undone(logged: LoggedCorrection) -> str:
    """``no``; ``yes``, where known with who took it back, when and why."""
    taken = logged.taken_back
    if taken is None:
        return "yes" if logged.undone else "no"
    by = f" by {taken.by.name}" if taken.by else ""
    return f"yes, {taken.at.isoformat()}{by}" + _because(taken.reason)


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _audit_dict(logged: LoggedCorrection) -> dict[str, Any]:
    """How a correction was made, and what became of it, for other programs."""
    taken = logged.taken_back
    return {
        "way": logged.by.way if logged.by else None,
        "undone_at": taken.at.isoformat() if taken else None,
        "undone_by": taken.by.name if taken and taken.by else None,
        "undone_way": taken.by.way if taken and taken.by else None,
        "undone_reason": taken.reason if taken else None,
    }


def _named(corrections: Iterable[Correction]) -> set[str]:
    return {
        item for said in corrections for item in (*said.together, *sum(said.apart, ()))
    }


def export_corrections(paths: Paths, file: Path) -> None:
    """Write those in force to a file, one a line."""
    with paths.open_known_store() as store:
        made = store.corrections.in_force()
        items = store.items.named(_named(c.correction for c in made))
    try:
        file.write_text(write_corrections(made, items), encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error
    print(f"{file}: {len(made)} corrections")


def list_changes(paths: Paths, days: int, as_json: bool) -> None:
    """What happened to stories in the last days, in order."""
    with paths.open_known_store() as store:
        made = store.stories.changes(compose.now() - timedelta(days=days))
    if as_json:
        show_json([_change_dict(logged) for logged in made])
        return
    show([_change_row(logged) for logged in made], _CHANGE_COLUMNS)


def _change_dict(logged: LoggedChange) -> dict[str, Any]:
    change = logged.change
    return {
        "id": logged.id,
        "at": logged.at.isoformat(),
        "kind": change.kind,
        "reason": change.reason,
        "score": change.score,
        "correction": change.correction,
        "undone": logged.undone,
        "moves": [
            {"item": m.item, "before": m.before, "after": m.after} for m in change.moves
        ],
    }


def _change_row(logged: LoggedChange) -> dict[str, object]:
    change = logged.change
    paths = dict.fromkeys(f"{m.before} -> {m.after}" for m in change.moves)
    first = next(iter(paths), "")
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    asked = change.correction
    return {
        "id": logged.id,
        "at": logged.at.isoformat(),
        "kind": change.kind,
        "by": "monitor" if asked is None else f"correction {asked}",
        "undone": "yes" if logged.undone else "no",
        "items": len(change.moves),
        "stories": first + more,
        "reason": change.reason,
    }
