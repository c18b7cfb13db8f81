"""The verbs of what the database keeps beside feeds.yaml: watch-lists, subscribers."""

from dataclasses import asdict
from typing import Any

from monitor.config.kept import Form, check_subscriber, check_watchlist
from monitor.errors import ConfigError
from monitor.readers import Watchlist
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths

BY = "command line"
"""Who has made what these verbs make."""


def list_watchlists(paths: Paths, as_json: bool) -> None:
    """The watch-lists, what each asks for and where it comes from."""
    filed = paths.read_config()
    with paths.open_known_store() as store:
        config = compose.with_kept(filed, store).config
        kept = {each.name: each for each in store.kept.watchlists()}
    in_file = {each.name for each in filed.watchlists}
    rows = [
        _row(each, None if each.name in in_file else asdict(kept[each.name]))
        for each in config.watchlists
    ]
    if as_json:
        show_json(rows)
        return
    show(rows, ("watchlist", "query", "from", "by", "made"))


def add_watchlist(paths: Paths, name: str, query: str) -> None:
    """Keep a watch-list; raises ConfigError for a name that is taken or a bad query."""
    config = paths.read_config()
    form = {"name": name, "query": query}
    made = check_watchlist(form, [each.name for each in config.watchlists])
    with paths.open_store() as store:
        store.kept.add_watchlist(made, BY, compose.now())
    print(f"{made.name}: {made.asks}")


def remove_watchlist(paths: Paths, name: str) -> None:
    """Keep a watch-list no more; raises ConfigError if the database has none."""
    config = paths.read_config()
    in_file = [each.name for each in config.watchlists]
    with paths.open_known_store() as store:
        known = [each.name for each in store.kept.watchlists()]
        _refuse_filed("watch-list", name, in_file, known)
        followers = store.kept.remove_watchlist(name)
    lost = f"; followed no more by {', '.join(followers)}" if followers else ""
    print(f"{name}: removed{lost}")


def add_subscriber(paths: Paths, form: Form) -> None:
    """Keep a subscriber; raises ConfigError, with every mistake, for a bad one."""
    filed = paths.read_config()
    with paths.open_store() as store:
        made = check_subscriber(
            form,
            [each.name for each in filed.subscribers],
            _watchlists(paths, store),
            [theme.name for theme in compose.themes(filed).themes],
        )
        store.kept.add_subscriber(made, BY, compose.now())
    days = "" if len(made.weekdays) == 7 else f" on {', '.join(made.weekdays)}"
    print(f"{made.name}: {made.address} at {made.time:%H:%M} ({made.tz}){days}")


def remove_subscriber(paths: Paths, name: str) -> None:
    """Keep a subscriber no more; raises ConfigError if the database has none."""
    config = paths.read_config()
    in_file = [each.name for each in config.subscribers]
    with paths.open_known_store() as store:
        known = [each.subscriber.name for each in store.kept.subscribers()]
        _refuse_filed("subscriber", name, in_file, known)
        store.kept.remove_subscriber(name)
    print(f"{name}: removed")


def _watchlists(paths: Paths, store: Store) -> list[str]:
    config = compose.with_kept(paths.read_config(), store).config
    return [each.name for each in config.watchlists]


def _refuse_filed(what: str, name: str, in_file: list[str], known: list[str]) -> None:
    """What stands in feeds.yaml is not the database's to remove."""
    if name in in_file and name not in known:
        raise ConfigError(f"{what} {name!r} stands in feeds.yaml; remove it there")


def _row(watchlist: Watchlist, kept: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "watchlist": watchlist.name,
        "query": str(watchlist.asks),
        "from": "database" if kept else "feeds.yaml",
        "by": kept["by"] if kept else None,
        "made": kept["made"] if kept else None,
    }
