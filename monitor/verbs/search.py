"""The verb that finds items and stories by what they say."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from monitor.coverage.search import Bounds, Hit, Piece, Sought, StoryHits, sought
from monitor.coverage.typed import understand
from monitor.errors import ConfigError
from monitor.export_lists import hit_dict, story_hits_dict
from monitor.model import Country, Language
from monitor.store.search import Page, Reach, StoryPage
from monitor.terminal import show, show_json
from monitor.text import clip
from monitor.translation.bridge import bridge
from monitor.verbs.compose import Paths

_MARKS = "**", "**"
"""Around what was looked for, where colours cannot say it."""
_AROUND = 60
"""Characters shown before the first place in a summary, and after it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    text: str
    since: date | None
    until: date | None
    side: Country | None
    language: Language | None
    outlet: str | None
    limit: int
    after: int | None

    @property
    def bounds(self) -> Bounds:
        """Its flags; both days count, in UTC."""
        start = _midnight(self.since) if self.since else None
        end = None
        if self.until and self.until < date.max:
            end = _midnight(self.until) + timedelta(days=1)
        return Bounds(start, end, self.side, self.language, self.outlet)


def search_items(paths: Paths, asked: Asked, best: bool, as_json: bool) -> None:
    """Items that a query finds, the newest or the best first."""
    seeking = _seek(paths, asked)
    with paths.open_known_store() as store:
        page = store.search.items(
            seeking,
            asked.bounds,
            after=asked.after,
            limit=asked.limit,
            is_best_first=best,
        )
        reach = store.search.reach()
    if as_json:
        show_json(
            _head(seeking, page, reach) | {"items": list(map(hit_dict, page.hits))}
        )
        return
    show(
        [_row(hit) for hit in page.hits], ("published", "side", "id", "outlet", "text")
    )
    _tell_rest(seeking, page, reach)


def search_stories(paths: Paths, asked: Asked, as_json: bool) -> None:
    """Stories of which a query finds items, that with the newest hit first."""
    seeking = _seek(paths, asked)
    with paths.open_known_store() as store:
        page = store.search.stories(
            seeking, asked.bounds, after=asked.after, limit=asked.limit
        )
        reach = store.search.reach()
    if as_json:
        told = list(map(story_hits_dict, page.stories))
        show_json(_head(seeking, page, reach) | {"stories": told})
        return
    rows = [row for story in page.stories for row in _story_rows(story)]
    show(rows, ("story", "hits", "published", "side", "id", "outlet", "text"))
    _tell_rest(seeking, page, reach)


def _seek(paths: Paths, asked: Asked) -> Sought:
    """Raises ConfigError for a query that asks for nothing, or an unknown outlet."""
    config = paths.read_config()
    outlets = {feed.outlet for feed in config.feeds}
    if asked.outlet is not None and asked.outlet not in outlets:
        raise ConfigError(
            f"no outlet is called {asked.outlet!r}; 'monitor feeds list' lists them"
        )
    return sought(understand(asked.text), bridge(config.bridge).called)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# --- for programs --------------------------------------------------------------------


def _head(seeking: Sought, page: Page | StoryPage, reach: Reach) -> dict[str, Any]:
    since = reach.since.isoformat() if reach.since else None
    return {
        "query": str(seeking.query),
        "after": page.after,
        "unindexed": reach.items,
        "indexed_since": since,
    }


# --- for people ----------------------------------------------------------------------


def _row(hit: Hit) -> dict[str, object]:
    return {
        "published": f"{hit.item.published:%Y-%m-%d %H:%M}",
        "side": hit.item.country,
        "id": hit.item.id,
        "outlet": hit.item.outlet,
        "text": _shown(hit),
    }


def _story_rows(story: StoryHits) -> Iterator[dict[str, object]]:
    """The story stands beside its first hit alone."""
    for n, hit in enumerate(story.hits):
        named = {} if n else {"story": story.story, "hits": story.items}
        yield {"story": "", "hits": ""} | named | _row(hit)


def _shown(hit: Hit) -> str:
    """The headline, and where else it stands if it does not stand there."""
    texts = (hit.title, hit.summary, hit.translated_title, hit.translated_summary)
    told = _marked(hit.title)
    if not any(piece.is_hit for piece in hit.title):
        for text in texts[1:]:
            if any(piece.is_hit for piece in text):
                return f"{told} | {_marked(_around(text))}"
    return told


def _around(text: Sequence[Piece]) -> list[Piece]:
    """The first place, with a little of what stands before and after it."""
    first = next(n for n, piece in enumerate(text) if piece.is_hit)
    before = "".join(piece.text for piece in text[:first])
    after = "".join(piece.text for piece in text[first + 1 :])
    start = "…" + before[-_AROUND:].partition(" ")[2] if before[_AROUND:] else before
    return [Piece(start, False), text[first], Piece(clip(after, _AROUND), False)]


def _marked(text: Sequence[Piece]) -> str:
    begin, end = _MARKS
    return "".join(f"{begin}{p.text}{end}" if p.is_hit else p.text for p in text)


def _tell_rest(seeking: Sought, page: Page | StoryPage, reach: Reach) -> None:
    """What was understood and what is missing, beside the table."""
    print(f"searched for: {seeking.query}", file=sys.stderr)
    if page.after is not None:
        print(f"there is more: --after {page.after}", file=sys.stderr)
    if reach.items:
        print(
            f"{reach.items} older items are not indexed yet; 'monitor run' does it",
            file=sys.stderr,
        )
