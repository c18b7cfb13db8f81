"""The verbs that keep the database: back up, restore, prune, size."""

import re
import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from monitor import pruning
from monitor.config.settings import Config
from monitor.digest.edition import due_date
from monitor.errors import ConfigError, MonitorError, StoreError
from monitor.pruning import Pruned
from monitor.store import backup as copies
from monitor.store.database import Store
from monitor.store.file import START_SECONDS, Extent
from monitor.store.lock import backing_up_alone, running_alone, sending_alone
from monitor.terminal import downloading, facts, show, show_json, watched
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.steps import Say

PRUNE_SECONDS = 20.0
"""Of a tick, for what is old: polls wait no longer. The rest goes in the next ones."""
GROWTH = (7, 30)
"""Days over which growth is measured."""
AHEAD = (30, 365)
"""Days for which it is foretold."""

# --- backups -------------------------------------------------------------------------


def backup(paths: Paths, file: Path, replace: bool) -> None:
    """Copy the database to a file, while others may write; says size and seconds."""
    paths.find_store()
    start = time.monotonic()
    with backing_up_alone(paths.db), downloading("copying") as told:
        made = copies.back_up(paths.db, file, told, replace=replace)
    rows = ", ".join(f"{n} {table}" for table, n in made.rows.items())
    seconds = time.monotonic() - start
    print(
        f"backup: {made.path}: {_told(made.bytes)} in {seconds:.1f} s, verified; {rows}"
    )


def backup_into(paths: Paths, folder: Path, keep: int | None) -> None:
    """The same to a dated file; of those in the folder, only so many newest stay."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; make it or name another")
    name = paths.db.stem
    backup(paths, folder / f"{name}-{compose.now():%Y%m%dT%H%M%SZ}.db", False)
    if keep is None:
        return
    dated = re.compile(rf"{re.escape(name)}-\d{{8}}T\d{{6}}Z\.db")
    found = sorted(p for p in folder.iterdir() if dated.fullmatch(p.name))
    for old in found[:-keep]:
        old.unlink()
        print(f"backup: {old}: removed, {keep} are kept")


def restore(paths: Paths, file: Path, send_again: bool) -> None:
    """Put a backup in the place of the database, which is put aside."""
    if not file.is_file():
        raise ConfigError(f"{file}: no such backup; name a file of 'monitor backup'")
    if paths.db.exists() and file.samefile(paths.db):
        raise ConfigError(f"{file}: is the database itself; name a backup of it")
    now = compose.now()
    with ExitStack() as held:
        held.enter_context(running_alone(paths.db))
        held.enter_context(sending_alone(paths.db))
        held.enter_context(sending_alone(paths.db, "alerts"))
        done = copies.restore(
            file, paths.db, now, _owed(paths, file, now), send_again=send_again
        )
    print(f"restore: {paths.db}: is {file} now; sessions ended")
    if done.aside:
        print(f"restore: what was there is {done.aside}")
    if not send_again:
        _tell_held(done)


def _tell_held(done: copies.Restored) -> None:
    if done.known:
        print(f"restore: {done.known} editions are known to be mailed since")
    if done.mails:
        print(
            f"restore: {done.mails} editions may have been mailed since and are held; "
            "'monitor outbox list' shows them, 'monitor outbox retry' mails one"
        )
    if done.alerts:
        print(f"restore: {done.alerts} messages of alerts are given up")


def _owed(paths: Paths, file: Path, now: datetime) -> list[copies.Owed]:
    """The newest edition of each reader, which may be out; none without feeds.yaml."""
    try:
        config = paths.read_config()
    except MonitorError:
        return []
    readers = {reader.name: reader for reader in config.subscribers}
    return [(r.name, due_date(r, now), r.address) for r in readers.values()]


# --- what is old ---------------------------------------------------------------------


def prune(paths: Paths, keep_days: int | None, dry_run: bool, compact: bool) -> None:
    """Remove what is older than so many days, or than feeds.yaml says."""
    now = compose.now()
    if keep_days is None and not compact:
        keep_days = paths.read_config().keep_days
        if keep_days is None:
            raise ConfigError(
                f"{paths.config}: has no retention.keep_days; say --keep-days"
            )
    with paths.open_known_store() as store:
        if keep_days is not None:
            before = pruning.horizon(keep_days, now)
            if dry_run:
                found = _summed(list(pruning.would_prune(store, before)))
                print(f"prune: would remove {_removed(found)} before {before:%Y-%m-%d}")
                return
            done = watched("pruning", pruning.prune(store, before, now), 0)
            print(f"prune: {_removed(_summed(list(done)))} before {before:%Y-%m-%d}")
        if compact:
            _compact(paths, store)


def prune_due(
    store: Store, config: Config, now: datetime, stop: Event, say: Say
) -> bool:
    """Remove what feeds.yaml keeps no longer; whether all of it is gone.

    Ends early after PRUNE_SECONDS, or when told to stop.
    """
    if config.keep_days is None:
        return True
    end, done = time.monotonic() + PRUNE_SECONDS, []
    before = pruning.horizon(config.keep_days, now)
    is_all = True
    for pruned in pruning.prune(store, before, now):
        done.append(pruned)
        if stop.is_set() or time.monotonic() > end:
            is_all = False
            break
    found = _summed(done)
    if found != Pruned():
        say(f"prune: {_removed(found)} before {before:%Y-%m-%d}")
    return is_all


def _summed(done: Sequence[Pruned]) -> Pruned:
    return Pruned(
        sum(p.stories for p in done),
        sum(p.items for p in done),
        sum(p.others for p in done),
        sum(p.bytes for p in done),
    )


def _removed(found: Pruned) -> str:
    others = f", {found.others} other rows" if found.others else ""
    given = f", {_told(found.bytes)} given back" if found.bytes else ""
    return f"{found.stories} stories, {found.items} items{others}{given}"


def _compact(paths: Paths, store: Store) -> None:
    """Write the file anew; says first what that needs."""
    size = store.file.extent({}).bytes
    free = shutil.disk_usage(paths.db.parent).free
    needed = 2 * size  # the new file, and the log through which it comes
    print(f"prune: compacting needs up to {_told(needed)} of disk; {_told(free)} free")
    if free < needed:
        raise StoreError(
            f"{paths.db}: the disk is too full to compact; free some space"
        )
    with running_alone(paths.db):
        store.file.compact()
    print(f"prune: {_told(size)} became {_told(store.file.extent({}).bytes)}")


# --- how large -----------------------------------------------------------------------


def size(paths: Paths, as_json: bool) -> None:
    """What takes how much, how it grows, and what that comes to."""
    now, keep = compose.now(), None
    with suppress(MonitorError):  # a database can be looked at without its feeds.yaml
        keep = paths.read_config().keep_days
    with paths.open_known_store() as store:
        families = store.file.families()
        since = {
            d: f"{now - timedelta(days=d):%Y-%m-%dT%H:%M:%S+00:00}" for d in GROWTH
        }
        extent = store.file.extent(since)
    free = shutil.disk_usage(paths.db.absolute().parent).free
    found = _sized(extent, keep, now)
    if as_json:
        show_json(
            {
                "bytes": extent.bytes,
                "free_pages_bytes": extent.free,
                "disk_free_bytes": free,
                "items": extent.items,
                "families": [asdict(family) for family in families],
                **found,
            }
        )
        return
    show(
        [asdict(f) | {"bytes": _told(f.bytes)} for f in families],
        ("name", "bytes", "rows"),
    )
    facts(
        f"{paths.db}: {_told(extent.bytes)}",
        [
            ("free room inside", _told(extent.free)),
            ("free on the disk", _told(free)),
            ("items", extent.items),
            ("an item", _told(found["bytes_an_item"])),
            *((f"new in {d} days", n) for d, n in extent.new.items()),
            *((f"in {d} days", _told(n)) for d, n in found["forecast"].items()),
            *(
                (f"in {d} days, keeping {keep}", _told(n))
                for d, n in found["forecast_kept"].items()
            ),
        ],
    )


def _sized(extent: Extent, keep: int | None, now: datetime) -> dict[str, Any]:
    """Bytes an item, and forecasts: days -> bytes."""
    each = forecast_bytes(extent)
    daily = daily_items(extent, now)
    later = {d: round(extent.bytes + daily * each * d) for d in AHEAD}
    # What is kept hardly exceeds so many days of news: a story goes with its last item.
    kept = {}
    if keep:
        most = round(max(extent.bytes, extent.bare + daily * each * keep))
        kept = {d: min(n, most) for d, n in later.items()}
    return {
        "bytes_an_item": round(each),
        "items_a_day": round(daily, 1),
        "keep_days": keep,
        "forecast": later,
        "forecast_kept": kept,
    }


def forecast_bytes(extent: Extent) -> float:
    """What an item takes with all that belongs to it; 0 where there is none."""
    taken = extent.bytes - extent.free - extent.bare
    return max(taken, 0) / extent.items if extent.items else 0.0


def daily_items(extent: Extent, now: datetime) -> float:
    """How many items a day brings, by the last month; by the last week if more.

    A database that is younger says it by the days it has, and the first day by itself.
    """
    if extent.begun is None:
        return 0.0
    lived = max((now - extent.begun) / timedelta(days=1), 1.0)
    return max((n / min(d, lived) for d, n in extent.fresh.items()), default=0.0)


# --- at the start --------------------------------------------------------------------


def check_at_start(store: Store) -> None:
    """Look the file through as far as START_SECONDS reach.

    Raises StoreError with the remedy if it is damaged. ``store.file.faults`` can look
    at all of it.
    """
    if found := store.file.faults(thorough=False, seconds=START_SECONDS):
        raise StoreError(
            f"{store.path}: the file is damaged: {found[0]}; stop the monitor and put "
            "a backup in its place: 'monitor restore'"
        )


def _told(count: float | None) -> str:
    if count is None:
        return "unknown"
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
