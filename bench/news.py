"""
News without end, in the newsroom's words.

The demo's newsroom tells three days; here they are told again and again, each time with
other names, so that the stories of one *telling* do not melt into those of another. A
telling keeps the newsroom's mixture of large stories, small ones and single items, of
sides, languages and copies. Words that few of the newsroom's items have get one of
sixty endings each, so that rare words stay rare; common ones are shared by all
tellings, as in life.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from zlib import crc32

from monitor.evaluation.datasets import read
from monitor.model import Item
from monitor.newsroom.content import Notice, Outlet, labelled_path

SYLLABLES = ["".join(parts) for parts in product("bdfgklmnprstvz", "aeiou")]
RARE = 8
"""A word that so many of the newsroom's items have, or fewer, is rare."""
ENDINGS = 60
TOLD = timedelta(hours=6)
"""How long a telling lasts; as many as fit run side by side."""

Cell = tuple[str, str]
"""A country and a language."""


# --- words ---------------------------------------------------------------------------


def ending(number: int) -> str:
    """Another one for every number."""
    base = len(SYLLABLES)
    made = SYLLABLES[number % base]
    while number := number // base:
        made += SYLLABLES[number % base]
    return made


def renamed(text: str, telling: int) -> str:
    """A text of the newsroom as another telling has it; the first has it unchanged."""
    if not telling:
        return text
    name = ending(telling)

    def other(found: re.Match[str]) -> str:
        said = found.group()
        if said in _rare():
            return said + SYLLABLES[crc32(f"{said} {telling}".encode()) % ENDINGS]
        is_name = said[0].isupper() and len(said) > 1 and said.lower() not in _words()
        return said + name if is_name else said

    return re.sub(r"[^\W\d_]+", other, text)


@cache
def newsroom() -> tuple[tuple[Item, ...], Mapping[str, str]]:
    """The newsroom's items in their order, and item -> its true story."""
    labelled = read(labelled_path())
    return labelled.items, labelled.stories


@cache
def _words() -> Mapping[str, int]:
    """Each word in small letters, and how many of the newsroom's items have it."""
    found: Counter[str] = Counter()
    for item in newsroom()[0]:
        found.update(set(re.findall(r"[^\W\d_]+", f"{item.title} {item.summary}")))
    return {word: n for word, n in found.items() if word[0].islower()}


@cache
def _rare() -> frozenset[str]:
    return frozenset(word for word, n in _words().items() if n <= RARE)


def retold(notice: Notice, telling: int, after: timedelta) -> Notice:
    """A notice of another telling, so much later."""
    return replace(
        notice,
        id=f"{notice.id}-{telling}" if telling else notice.id,
        title=renamed(notice.title, telling),
        summary=renamed(notice.summary, telling),
        published=notice.published + after,
    )


# --- a world -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed stands among those of its country and language."""

    cell: Cell
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class World:
    """So many feeds that bring so many items a day, from a moment on."""

    feeds: int
    items_a_day: int
    start: datetime

    def place(self, feed: int) -> Place:
        """Feeds are divided as the newsroom's items are."""
        for cell, first, of in _cells(self.feeds):
            if first <= feed < first + of:
                return Place(cell, feed - first, of)
        raise IndexError(f"feed {feed} of {self.feeds}")

    def outlet(self, feed: int) -> Outlet:
        """The outlet of which it is the one feed."""
        (country, language), name = self.place(feed).cell, f"Outlet {feed}"
        zone = "America/New_York" if country == "US" else "America/Mexico_City"
        of: dict[str, Any] = {"recurring_titles": (), "quirks": frozenset()}
        made = ("rss", "utf-8", "rfc822")
        names = (f"outlet{feed}", name, country, language, "national", name, zone)
        return Outlet(*names, *made, **of)

    def shown(self, feed: int, now: datetime) -> int:
        """How many items the feed has shown by then."""
        _, number, of = _place(self, feed)
        asked = int((now - self.start) / self._gap(of)) + 1 if now >= self.start else 0
        return (asked - number + of - 1) // of if asked > number else 0

    def notice(self, feed: int, nth: int) -> tuple[Notice, int, Item]:
        """The feed's nth item, of which telling, and what it is made of."""
        cell, number, of = _place(self, feed)
        position = nth * of + number
        of_cell = _items_of(cell)
        side_by_side = self._side_by_side()
        turn, telling = divmod(position, side_by_side)
        round_, which = divmod(turn, len(of_cell))
        telling += round_ * side_by_side + 1
        item = of_cell[which]
        at = self.start + position * self._gap(of)
        texts = renamed(item.title, telling), renamed(item.summary, telling)
        name = f"Outlet {feed}"
        made = Notice(f"{item.id}-{nth}", name, at.replace(microsecond=0), *texts)
        return made, telling, item

    def _gap(self, of: int) -> timedelta:
        """Between two items of a cell with so many feeds."""
        return timedelta(days=1) * self.feeds / (self.items_a_day * of)

    def _side_by_side(self) -> int:
        """Tellings at once."""
        told = self.items_a_day * (TOLD / timedelta(days=1))
        return max(1, round(told / len(newsroom()[0])))


@cache
def _place(world: World, feed: int) -> tuple[Cell, int, int]:
    place = world.place(feed)
    return place.cell, place.number, place.of


@cache
def _items_of(cell: Cell) -> tuple[Item, ...]:
    return tuple(i for i in newsroom()[0] if (i.country, i.language) == cell)


@cache
def _cells(feeds: int) -> list[tuple[Cell, int, int]]:
    """Each cell, its first feed and how many it has: at least one."""
    items = newsroom()[0]
    counts = Counter((i.country, i.language) for i in items)
    made: list[tuple[Cell, int, int]] = []
    first, seen = 0, 0
    for cell, count in sorted(counts.items()):
        seen += count
        end = max(first + 1, round(feeds * seen / len(items)))
        made.append((cell, first, end - first))
        first = end
    return made
