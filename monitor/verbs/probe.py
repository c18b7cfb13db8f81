"""The verb that tries every feed: which are well, and what ails the others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import ConfigError, FeedError
from monitor.feeds.discover import is_page, named_feeds
from monitor.feeds.encoding import decode
from monitor.feeds.parse import parse
from monitor.feeds.proposal import same_place, spoken
from monitor.model import Document, Feed, FeedState, Item
from monitor.terminal import show, show_json, watched
from monitor.verbs import compose
from monitor.verbs.choose import choose
from monitor.verbs.compose import Paths

STALE_DAYS = 7
"""A news feed whose newest item is older has moved or died."""

_COLUMNS = ("outlet", "country", "language", "verdict", "items", "newest", "url")
_KEYS = ("outlet", "country", "language", "kind", "owner", "tz", "url")


def probe_feeds(paths: Paths, names: Sequence[str], as_json: bool) -> None:
    """Try every feed once, or those of ``names``; nothing is stored.

    Raises ConfigError at the end if any feed is not well, and at once for a name
    that no outlet or feed has.
    """
    config, now = paths.read_config(), compose.now()
    feeds = choose(paths, config.feeds, names) if names else list(config.feeds)
    with (
        ThreadPoolExecutor(config.poll.workers) as pool,
        compose.open_fetcher(config) as fetcher,  # closed first: Ctrl-C need not wait
    ):
        found = pool.map(lambda feed: _probe(feed, fetcher.fetch, now), feeds)
        rows = list(watched("probing", found, len(feeds)))
    show_json(rows) if as_json else show([_in_words(r) for r in rows], _COLUMNS)
    ill = sum(row["verdict"] != "ok" for row in rows)
    if ill:
        raise ConfigError(f"{paths.config}: {ill} of {len(rows)} feeds are not well")


def _probe(
    feed: Feed, fetch: Callable[[Feed, FeedState], object], now: datetime
) -> dict[str, Any]:
    """The feed's row; its verdict is the first of ``faults``, the gravest."""
    row: dict[str, Any] = {name: getattr(feed, name) for name in _KEYS}
    row |= {"items": 0, "newest": None}
    document = None
    try:
        document = fetch(feed, FeedState(feed.url))
        assert isinstance(document, Document)  # nobody asked whether it had changed
        found = parse(feed, document, now)
    except FeedError as error:
        verdict, reason = _death(feed, error, document)
        return row | {"verdict": verdict, "faults": [verdict], "reason": reason}
    items = [sighting.item for sighting in found.sightings]
    dated = [shown.item.published for shown in found.sightings if not shown.doubt]
    faults = list(_faults(feed, items, dated, now))
    if document.moved_to:
        faults.insert(0, "moved")
    return row | {
        "items": len(items),
        "newest": max(dated).isoformat() if dated else None,
        "verdict": faults[0] if faults else "ok",
        "faults": faults,
        "reason": f"to {document.moved_to}" if document.moved_to else None,
    }


def _death(feed: Feed, error: FeedError, document: object) -> tuple[str, str]:
    """Why there is no feed: it has ended, became a page, or cannot be had."""
    if error.kind == "gone":
        return "gone", error.reason
    if isinstance(document, Document):
        text = decode(document.body, document.headers.get("content-type", ""))
        if is_page(text):
            here = {same_place(feed.url), same_place(document.url)}
            named = named_feeds(text, document.url)
            other = next((url for url in named if same_place(url) not in here), None)
            where = f"may be {other}" if other else "is not named there"
            return "html", f"a page; its feed {where}"
    return "dead", error.reason


def _faults(
    feed: Feed, items: Sequence[Item], dated: Sequence[datetime], now: datetime
) -> Iterator[str]:
    if not items:
        yield "empty"
        return
    if spoken(items) not in (feed.language, None):
        yield "wrong language"
    if not dated:
        yield "undated"
    elif max(dated) < now - timedelta(days=STALE_DAYS):
        yield "stale"


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    told = ", ".join(row["faults"]) or "ok"
    return row | {"verdict": f"{told}: {row['reason']}" if row["reason"] else told}
