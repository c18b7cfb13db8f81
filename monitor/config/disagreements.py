"""Mistakes that no one value of feeds.yaml shows alone: twins, dangling names."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from monitor.config.mistakes import no_such
from monitor.config.schema import EntrySchema, FeedSchema, FileSchema
from monitor.config.tree import Loc, line_of
from monitor.entry import Use
from monitor.readers import Alert


def disagreements(tree: Any, schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Mistakes that one value alone does not show: twins and dangling names."""
    readers = ("digest", "subscribers")
    yield from _twins(tree, ("feeds",), "url", schema.feeds)
    yield from _twins(tree, readers, "name", schema.digest.subscribers)
    yield from _watchlist_faults(tree, schema)
    yield from _twins(tree, ("themes",), "name", schema.themes)
    yield from _theme_faults(schema)
    yield from _owner_clashes(schema.feeds)
    yield from _twins(tree, ("alerts",), "name", schema.alerts)
    watched = [watchlist.name for _, watchlist in schema.all_watchlists]
    for n, alert in enumerate(schema.alerts):
        for place, what in _alert_faults(alert.to_alert(), watched):
            yield ("alerts", n, *place), what
    yield from _entry_faults(tree, schema.bridge)
    yield from _twins(tree, ("framing",), "concept", schema.framing)
    for n, concept in enumerate(schema.framing):
        for place, what in concept.to_concept().faults():
            yield ("framing", n, *place), what
    poll = schema.poll.to_settings()
    if poll.longest_minutes < poll.interval_minutes:
        what = f"expected at least interval_minutes, {poll.interval_minutes}"
        yield ("poll", "longest_minutes"), f"{what}, found {poll.longest_minutes}"


def _watchlist_faults(tree: Any, schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Watch-lists that ask for nothing, or twice, and names that none has."""
    first: dict[str, Loc] = {}
    for loc, watchlist in schema.all_watchlists:
        if watchlist.is_name:
            yield (*loc, "terms"), "is missing; give terms or a query"
        if watchlist.terms and watchlist.query is not None:
            yield (*loc, "query"), "stands beside terms; remove one of them"
        if (known := first.setdefault(watchlist.name, loc)) != loc:
            line = line_of(tree, (*known, "name"))
            what = f"{watchlist.name} is already on line {line}; remove one"
            yield (*loc, "name"), what
    for n, reader in enumerate(schema.digest.subscribers):
        for k, watchlist in enumerate(reader.watchlists):
            if watchlist.is_name and watchlist.name not in first:
                here = ("digest", "subscribers", n, "watchlists", k)
                yield here, no_such("watch-list", watchlist.name, list(first))


def _theme_faults(schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Themes that are dropped and described in one breath, or say nothing."""
    for n, theme in enumerate(schema.themes):
        edit = theme.to_edit()
        says = any((edit.en, edit.es, edit.terms_en, edit.terms_es))
        if edit.drop and (says or edit.replace):
            yield ("themes", n, "drop"), "leaves nothing to describe; remove the rest"
        elif not edit.drop and not says:
            yield ("themes", n), "changes nothing; give labels or terms, or drop: true"
        elif edit.replace and not (edit.terms_en and edit.terms_es):
            missing = "en" if not edit.terms_en else "es"
            what = f"needs terms of both languages; {missing} has none"
            yield ("themes", n, "replace"), what


def _entry_faults(
    tree: Any, schemas: Sequence[EntrySchema]
) -> Iterator[tuple[Loc, str]]:
    """Entries of the bridge that cannot stand, alone or beside those before them."""
    first: dict[Use, int] = {}
    for n, schema in enumerate(schemas):
        here = ("bridge", n)
        if schema.both and (schema.en or schema.es):
            yield (*here, "both"), "stands for en and es; remove it or them"
        entry = schema.to_entry()
        for key, what in entry.faults():
            yield (*here, key), what
        if use := next((u for u in entry.uses() if first.setdefault(u, n) != n), None):
            line = line_of(tree, ("bridge", first[use]))
            yield here, f"{use[2]!r} is already on line {line}; remove one"


def _twins(
    tree: Any, loc: Loc, key: str, schemas: Iterable[BaseModel]
) -> Iterator[tuple[Loc, str]]:
    first: dict[str, int] = {}
    for n, schema in enumerate(schemas):
        here, value = (*loc, n, key), getattr(schema, key)
        if value in first:
            yield here, f"{value} is already on line {first[value]}; remove one"
        first.setdefault(value, line_of(tree, here))


def _owner_clashes(feeds: Sequence[FeedSchema]) -> Iterator[tuple[Loc, str]]:
    """An outlet has one owner, or independent owners could not be counted."""
    owners: dict[str, str] = {}
    for n, feed in enumerate(feeds):
        known = owners.setdefault(feed.outlet, feed.owner)
        if known != feed.owner:
            what = f"expected {known!r}, the owner of {feed.outlet} elsewhere"
            yield ("feeds", n, "owner"), f"{what}, found {feed.owner!r}"


def _alert_faults(alert: Alert, watchlists: Sequence[str]) -> Iterator[tuple[Loc, str]]:
    """Where in the alert, and what: keys that do not go together, dangling names.

    ``watchlists`` are the names of those that there are.
    """
    yield from _channel_faults(alert)
    quiet = alert.quiet_hours
    if quiet and quiet.start == quiet.end:
        yield ("quiet_hours",), "from and to are the same; leave quiet_hours out"
    for k, name in enumerate(alert.watchlists):
        if name not in watchlists:
            yield ("watchlists", k), no_such("watch-list", name, watchlists)
    if "watchlist" in alert.on and not watchlists:
        yield ("on",), "there is no watch-list to tell of; add one under watchlists"


def _channel_faults(alert: Alert) -> Iterator[tuple[Loc, str]]:
    if alert.to and alert.webhook:
        yield ("webhook",), "an alert has one of to and webhook; remove one"
    if not alert.to and not alert.webhook:
        yield ("name",), "goes nowhere; give it to or webhook"
    if alert.webhook and not alert.secret:
        yield ("webhook",), "secret is missing: the name of the variable to sign with"
    if alert.secret and not alert.webhook:
        yield ("secret",), "signs webhooks alone; remove it"
    if alert.local and not alert.webhook:
        yield ("local",), "is about webhooks alone; remove it"
    if alert.webhook.lower().startswith("http:") and not alert.local:
        what = "expected an https address; local: true allows http in your own network"
        yield ("webhook",), what
