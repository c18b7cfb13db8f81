"""The verbs that keep feeds.yaml: list, add, remove, import, export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config.edit import add_feeds, feed_lines, remove_feeds
from monitor.config.read import check_address, check_feed
from monitor.errors import ConfigError, FeedError
from monitor.feeds.discover import About, describe, find_feeds, is_page
from monitor.feeds.encoding import decode
from monitor.feeds.folders import told_by_folders
from monitor.feeds.opml import MAX_BYTES, Outline, read_opml, write_opml
from monitor.feeds.parse import parse
from monitor.feeds.proposal import propose, same_place, spoken
from monitor.model import Document, Feed, FeedState, Parsed
from monitor.terminal import facts, show, show_json, watched
from monitor.text import without_login
from monitor.verbs import compose
from monitor.verbs.choose import choose
from monitor.verbs.compose import Paths

Fetch = Callable[[Feed, FeedState], object]
"""A Document, unless it was asked for changes only."""

MAX_TRIES = 12
"""Addresses tried for the feed of a page: politeness sets them a second apart."""

_COLUMNS = ("outlet", "country", "language", "kind", "owner", "tz", "url")
_RULES = ("drop_params", "id_pattern", "recurring_titles", "local", "translate")


def list_feeds(paths: Paths, as_json: bool) -> None:
    """The feeds of feeds.yaml."""
    feeds = paths.read_config().feeds
    names = (*_COLUMNS, *_RULES)
    rows = [{name: getattr(feed, name) for name in names} for feed in feeds]
    show_json(rows) if as_json else show(rows, _COLUMNS)


# --- add -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A feed that can be read."""

    url: str
    text: str
    parsed: Parsed


def add_feed(paths: Paths, url: str, given: Mapping[str, object]) -> None:
    """Write a feed, or a page's, into feeds.yaml once it has been read.

    ``given`` holds the keys that a person states. Raises ConfigError if there is no
    feed, if it is there already or if it cannot be told what it is.
    """
    check_address(url)
    config, is_local = paths.read_config(), bool(given.get("local"))
    _refuse_known(paths, url, config.feeds)
    with compose.open_fetcher(config) as fetcher:
        try:
            found = _find(fetcher.fetch, _trial(url, is_local))
        except FeedError as error:
            raise _with_flag(error) from error
    _refuse_known(paths, found.url, config.feeds)
    items = [sighting.item for sighting in found.parsed.sightings]
    keys = propose(found.url, given, describe(found.text), spoken(items), config.feeds)
    feed = _checked(keys)
    [line] = add_feeds(paths.config, [feed])
    newest = [s.item.published for s in found.parsed.sightings if not s.doubt]
    facts(
        f"added to {paths.config}:{line}",
        [
            *((name, getattr(feed, name)) for name in _COLUMNS),
            ("items", len(items)),
            ("newest", max(newest).isoformat() if newest else None),
        ],
    )


def _trial(url: str, is_local: bool) -> Feed:
    """A feed to try an address by, before it is known what it is."""
    host = urlsplit(url).hostname or url
    return Feed(url, host, "US", "en", "national", host, "UTC", local=is_local)


def _with_flag(error: FeedError) -> FeedError:
    """With the remedy of this verb, which writes what a person would have to."""
    reason = error.reason.replace("local: true in feeds.yaml", "--local")
    return FeedError(error.url, reason, error.kind)


def _refuse_known(paths: Paths, url: str, feeds: Sequence[Feed]) -> None:
    known = {same_place(feed.url): feed for feed in feeds}.get(same_place(url))
    if known is None:
        return
    place = f"{paths.config}:{feed_lines(paths.config)[known.url]}"
    spelling = f" as {known.url}" if known.url != url else ""
    raise ConfigError(f"{url}: is already there{spelling}, at {place}")


def _find(fetch: Fetch, trial: Feed) -> _Found:
    """The feed at an address, or the first that can be read of the page there.

    Raises FeedError if the address gives neither, ConfigError if the page has none.
    """
    document = _fetched(fetch, trial)
    text = _text(document)
    if not is_page(text):
        return _found(trial, document)
    places = find_feeds(text, document.url)[:MAX_TRIES]
    for place in watched("trying", places, len(places)):
        try:
            candidate = _trial(place, trial.local)
            return _found(candidate, _fetched(fetch, candidate))
        except FeedError:
            continue
    raise ConfigError(
        f"{trial.url}: is a page, and none of {len(places)} likely addresses is its "
        "feed; give the address of the feed itself"
    )


def _found(trial: Feed, document: Document) -> _Found:
    """Raises ParseError."""
    parsed = parse(trial, document, compose.now())
    return _Found(document.moved_to or trial.url, _text(document), parsed)


def _fetched(fetch: Fetch, feed: Feed) -> Document:
    document = fetch(feed, FeedState(feed.url))
    if not isinstance(document, Document):  # nobody asked whether it had changed
        raise FeedError(feed.url, "says that it has not changed, unasked")
    return document


def _text(document: Document) -> str:
    return decode(document.body, document.headers.get("content-type", ""))


def _checked(keys: Mapping[str, object]) -> Feed:
    try:
        return check_feed(keys)
    except ConfigError as error:
        raise ConfigError(f"{keys['url']}: {error}") from error


# --- remove --------------------------------------------------------------------


def remove_feed(paths: Paths, name: str) -> None:
    """Take a feed, by its address, or all of an outlet, by its name, out.

    Raises ConfigError if there is none of that name, or no other feed.
    """
    feeds = paths.read_config().feeds
    chosen = choose(paths, feeds, [name])
    lines = remove_feeds(paths.config, {feed.url for feed in chosen})
    for feed, line in zip(chosen, lines, strict=True):
        print(f"removed from {paths.config}:{line}: {feed.outlet}, {feed.url}")


# --- import and export -----------------------------------------------------------

_IMPORT_COLUMNS = ("result", "line", "outlet", "url", "reason")
_REQUIRED = {"outlet", "country", "language", "kind", "owner", "tz"}


def import_feeds(
    paths: Paths, file: Path, given: Mapping[str, object], as_json: bool
) -> None:
    """Add the feeds of an OPML file that are not there yet; asks no site.

    ``given`` holds what a person states of those of which the file does not say it.
    Raises ConfigError at the end if any could not be added; the others are.
    """
    feeds = list(paths.read_config().feeds)
    known, rows, added = {same_place(feed.url) for feed in feeds}, [], []
    for outline in read_opml(_read(file), str(file)):
        row, feed = _judged(outline, given, feeds, known)
        rows.append(row)
        if feed:
            known.add(same_place(feed.url))
            feeds.append(feed)
            added.append(feed)
    lines = dict(zip(map(_url, added), add_feeds(paths.config, added), strict=True))
    rows = [row | {"line": lines.get(row["url"])} for row in rows]
    show_json(rows) if as_json else show(rows, _IMPORT_COLUMNS)
    refused = sum(row["result"] == "refused" for row in rows)
    if refused:
        raise ConfigError(f"{file}: {refused} of {len(rows)} feeds were not added")


def _judged(
    outline: Outline,
    given: Mapping[str, object],
    feeds: Sequence[Feed],
    known: set[str],
) -> tuple[dict[str, Any], Feed | None]:
    """What comes of an outline, and its feed if that is to be added."""
    row = {"url": without_login(outline.url), "outlet": outline.title, "reason": None}
    if same_place(outline.url) in known:
        return row | {"result": "already there"}, None
    try:
        check_address(outline.url)
        feed = _imported(outline, given, feeds)
    except ConfigError as error:
        reason = str(error).removeprefix(f"{row['url']}: ")
        return row | {"result": "refused", "reason": reason}, None
    return row | {"result": "added", "outlet": feed.outlet}, feed


def _url(feed: Feed) -> str:
    return feed.url


def _imported(
    outline: Outline, given: Mapping[str, object], known: Sequence[Feed]
) -> Feed:
    """Raises ConfigError."""
    own = dict(outline.own)
    if own.get("local") and not given.get("local"):
        raise ConfigError("lies inside a network of ours; --local allows that")
    if own.keys() >= _REQUIRED:
        feed = _checked(own | {"url": outline.url})
        owners = {k.outlet: k.owner for k in known}
        if owners.get(feed.outlet, feed.owner) != feed.owner:
            raise ConfigError(f"{feed.outlet} belongs to {owners[feed.outlet]!r} here")
        return feed
    about = About(outline.title, outline.language)
    otherwise = {**given, **told_by_folders(outline.categories)}
    return _checked(propose(outline.url, own, about, None, known, otherwise))


def export_feeds(paths: Paths, out: Path | None) -> None:
    """The feeds of feeds.yaml as OPML."""
    feeds = paths.read_config().feeds
    made = write_opml(feeds, "Bilingual Coverage Monitor", compose.now())
    if out is None:
        print(made.decode(), end="")
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from error
    print(out)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)  # read_opml refuses one byte too many
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
