"""
Searching what items say.

Items are read as they came in, the newest first, so that a page of common words stops
after a page. The index finds candidates; their texts decide, as they do for
watch-lists, and say where the terms stand.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlite_utils import Database

from monitor.coverage.search import Bounds, Hit, Sought, StoryHits
from monitor.model import Item, Language, Translation
from monitor.store import whole
from monitor.store.errors import guarded
from monitor.store.schema_search import index
from monitor.store.search_match import Match, match

CHUNK = 25
"""Candidates whose texts are read at once."""
MOST_READ = 2_000
"""Candidates of one page: of *SE* in capitals, which nearly every Spanish text has in
small letters, a page may find few or none, and leads on."""
RANKED = 1_000
"""The newest hits, among which the best are found: to weigh all of a common word's
takes seconds."""
SHOWN = 3
"""Hits of a story that are read."""
_WEIGHED = "bm25(search, 4.0, 1.0, 4.0, 1.0, 0.0)"
"""A word in a headline weighs four in a summary, and what bounds are found by
nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the items that were found."""

    hits: tuple[Hit, ...]
    after: int | None
    """Where the next page begins; None if there is none."""


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Some of the stories that were found."""

    stories: tuple[StoryHits, ...]
    after: int | None
    """Where the next page begins; None if there is none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the index goes."""

    items: int
    """Items that are not indexed yet, the oldest."""
    since: datetime | None
    """When the oldest that is was seen; None if all are."""


_Read = tuple[Item, Mapping[Language, Translation], str | None]
"""An item, its translations and its story."""
_BEYOND = 2**63 - 1


class Search:
    """The full-text index."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def items(
        self,
        sought: Sought,
        bounds: Bounds | None = None,
        *,
        after: int | None = None,
        limit: int = 20,
        is_best_first: bool = False,
    ) -> Page:
        """Items that a query finds, the last to come in first, or the best.

        The best are those of the newest ``RANKED``. A page may hold fewer than
        ``limit`` and yet not be the last; ``after`` is that of the page before.
        """
        bounds = self._closed(bounds or Bounds())
        asked = match(sought.query, bounds)
        if is_best_first:
            return self._best(sought, bounds, asked, after or 0, limit)
        hits: list[Hit] = []
        last, read = None, 0
        numbers = islice(self._newest(asked, after), MOST_READ)
        for number, hit in self._hits(sought, bounds, asked, numbers):
            if hit and len(hits) == limit:
                return Page(tuple(hits), last)
            hits += [hit] if hit else []
            last, read = number, read + 1
        return Page(tuple(hits), last if read == MOST_READ else None)

    @guarded
    def stories(
        self,
        sought: Sought,
        bounds: Bounds | None = None,
        *,
        after: int | None = None,
        limit: int = 20,
    ) -> StoryPage:
        """Stories that hold a hit, that with the last to come in first.

        As for ``items``, but that items without a story are left out.
        """
        bounds = self._closed(bounds or Bounds())
        asked = match(sought.query, bounds)
        numbers = islice(self._newest(asked, after), MOST_READ)
        page: list[tuple[str, list[int]]] = []
        met: set[str] = set()
        last, read = None, 0
        chunks = iter(lambda: list(islice(numbers, limit + 1)), [])
        while len(page) <= limit:
            # As many stories as are wanted at once: to read their items takes longest.
            fresh: list[str] = []
            for chunk in chunks:
                last, read = chunk[-1], read + len(chunk)
                fresh += [name for name in self._stories_of(chunk) if name not in met]
                met.update(fresh)
                if len(page) + len(fresh) > limit:
                    break
            if not fresh:
                break
            found = self._numbers_in(fresh, sought, bounds, asked)
            page += [
                (story, hits)
                for story in fresh
                # One with a newer hit has been on an earlier page.
                if (hits := found.get(story)) and (after is None or hits[0] < after)
            ]
        if len(page) > limit:
            page, last = page[:limit], page[limit - 1][1][0]
        elif read < MOST_READ:
            last = None
        return StoryPage(tuple(self._told(page, sought)), last)

    @guarded
    def reach(self) -> Reach:
        """How far the index goes back."""
        [lowest] = self._db.execute("select lowest from search_reach").fetchone()
        [waiting] = self._db.execute(
            "select count(*) from items where rowid < ?", [lowest]
        ).fetchone()
        if not waiting:
            return Reach(0, None)
        found = self._db.execute(
            "select seen from items where rowid >= ? order by rowid limit 1", [lowest]
        ).fetchone()
        return Reach(waiting, datetime.fromisoformat(found[0]) if found else None)

    @guarded
    def index(self, most: int) -> int:
        """Index so many more items, the newest that are not; how many were."""
        return index(self._db, most)

    def _closed(self, bounds: Bounds) -> Bounds:
        """Bounds with both ends or none: an open one is where items end."""
        if (bounds.start is None) == (bounds.end is None):
            return bounds
        first, last = self._db.execute(
            "select min(published), max(published) from items"
        ).fetchone()
        if first is None:
            return bounds
        start = bounds.start or _midnight(first)
        end = bounds.end or _midnight(last) + timedelta(days=1)
        return replace(bounds, start=start, end=end)

    def _newest(self, asked: Match, after: int | None) -> Iterator[int]:
        """The numbers of candidates, the last to come in first."""
        found = self._db.execute(
            "select rowid from search where search match ? and rowid < ?"
            " order by rowid desc",
            [asked.text, _BEYOND if after is None else after],
        )
        return (number for (number,) in found)

    def _best(
        self, sought: Sought, bounds: Bounds, asked: Match, after: int, limit: int
    ) -> Page:
        ranked = self._db.execute(
            f"select rowid from (select rowid, {_WEIGHED}"
            " as weight from search where search match ? order by rowid desc limit ?)"
            " order by weight, rowid desc limit -1 offset ?",
            [asked.text, RANKED, after],
        )
        hits: list[Hit] = []
        numbers = (number for (number,) in ranked.fetchall())
        for read, (_, hit) in enumerate(self._hits(sought, bounds, asked, numbers)):
            if hit and len(hits) == limit:
                return Page(tuple(hits), after + read)
            hits += [hit] if hit else []
        return Page(tuple(hits), None)

    def _hits(
        self, sought: Sought, bounds: Bounds, asked: Match, numbers: Iterator[int]
    ) -> Iterator[tuple[int, Hit | None]]:
        """Candidates as they are, with their hit if they are one."""
        while chunk := list(islice(numbers, CHUNK)):
            read = self._read(chunk)
            for number in chunk:
                item, translations, story = read[number]
                is_hit = asked.is_exact or (
                    bounds.holds(item) and sought.holds(item, translations)
                )
                yield (
                    number,
                    _hit(sought, item, translations, story) if is_hit else None,
                )

    def _read(self, numbers: Sequence[int]) -> dict[int, _Read]:
        """Number -> what is known of its item."""
        found = self._db.execute(
            "select items.rowid, items.id, story from json_each(?)"
            " cross join items on items.rowid = value"
            " left join assignments on assignments.item = items.id",
            [json.dumps(numbers)],
        ).fetchall()
        which = "select value from json_each(:named)"
        named = json.dumps([item for _, item, _ in found])
        texts = {t[0].id: t for t in whole.texts(self._db, which, {"named": named})}
        return {number: (*texts[item], story) for number, item, story in found}

    def _stories_of(self, numbers: Sequence[int]) -> list[str]:
        """The stories of items, each once, in the order of the items."""
        found = self._db.execute(
            "select story from json_each(?) cross join items on items.rowid = value"
            " cross join assignments on assignments.item = items.id order by key",
            [json.dumps(numbers)],
        )
        return list(dict.fromkeys(story for (story,) in found))

    def _numbers_in(
        self, stories: Sequence[str], sought: Sought, bounds: Bounds, asked: Match
    ) -> dict[str, list[int]]:
        """Story -> the numbers of its hits, the last to come in first."""
        members = dict(
            self._db.execute(
                "select items.rowid, story from json_each(?)"
                " cross join assignments on story = value"
                " cross join items on items.id = assignments.item",
                [json.dumps(stories)],
            )
        )
        found: dict[str, list[int]] = defaultdict(list)
        if not members:
            return found
        numbers = self._db.execute(
            "select rowid from search where search match ?"
            " and rowid between ? and ? order by rowid desc",
            [asked.text, min(members), max(members)],
        )
        hits = [number for (number,) in numbers if number in members]
        if not asked.is_exact:
            read = self._hits(sought, bounds, asked, iter(hits))
            hits = [number for number, hit in read if hit]
        for number in hits:
            found[members[number]].append(number)
        return found

    def _told(
        self, page: Sequence[tuple[str, list[int]]], sought: Sought
    ) -> Iterator[StoryHits]:
        read = self._read([n for _, hits in page for n in hits[:SHOWN]])
        for story, hits in page:
            shown = tuple(_hit(sought, *read[number]) for number in hits[:SHOWN])
            yield StoryHits(story, shown, len(hits))


def _midnight(moment: str) -> datetime:
    """The beginning of a moment's day."""
    return datetime.fromisoformat(moment).replace(hour=0, minute=0, second=0)


def _hit(
    sought: Sought,
    item: Item,
    translations: Mapping[Language, Translation],
    story: str | None,
) -> Hit:
    title, summary = (
        sought.pieces(text, item.language) for text in (item.title, item.summary)
    )
    made = next(iter(translations.values()), None)
    if made is None:
        return Hit(item, title, summary, None, story=story)
    return Hit(
        item,
        title,
        summary,
        made,
        sought.pieces(made.title, made.language),
        sought.pieces(made.summary or "", made.language),
        story,
    )
