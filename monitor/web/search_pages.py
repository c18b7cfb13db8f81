"""``/search``: what a query finds in both languages, by item or by story."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Literal, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from monitor.coverage.search import Bounds, Sought, sought
from monitor.coverage.typed import understand
from monitor.entry import Entry
from monitor.errors import ConfigError
from monitor.model import SIDES
from monitor.outline import Outline, Selection
from monitor.store.database import Store
from monitor.store.search import Page, StoryPage
from monitor.translation.bridge import bridge
from monitor.web import filters
from monitor.web.filters import Fault, FilterError
from monitor.web.guide import Guide
from monitor.web.mistakes import told
from monitor.web.search import (
    HitView,
    StoryView,
    also_called,
    hit_view,
    story_view,
)
from monitor.web.site import Site
from monitor.web.upkeep import search_reach
from monitor.web.visit import Visiting

LIMIT = 20
"""Items or stories on a page."""
FILTERS = ("since", "until", "side", "language", "outlet")
"""Keys of ``monitor/web/filters.py`` that narrow a search down, too."""
By = Literal["item", "story"]
Best = Literal["newest", "best"]
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "by": ("item", "story"),
    "order": ("newest", "best"),
}
"""The first of each is what an address means that says nothing."""
_LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    seeking: Sought
    bounds: Bounds
    by: By
    order: Best
    after: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    hits: tuple[HitView, ...]
    stories: tuple[StoryView, ...]
    after: int | None

    def __bool__(self) -> bool:
        return bool(self.hits or self.stories)


class SearchPages:
    """The search over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, app: FastAPI) -> None:
        """Let an app answer for it."""
        app.add_api_route("/search", self.search, methods=["GET", "HEAD"])

    def search(self, visit: Visiting, request: Request) -> HTMLResponse:
        """``/search?q=aranceles``: without a query, the box alone."""
        query, guide = request.query_params, visit.guide
        desk = self._site.desk()
        outlets = sorted({feed.outlet for feed in desk.feeds}, key=str.casefold)
        faults, found, asked, said = [], None, None, query.get("q", "")
        with self._site.open_store() as store:
            try:
                if said.strip():
                    asked = self._asked(query, outlets)
                    found = _find(store, asked, guide)
            except FilterError as error:
                faults = [(f.key, told(f.told, guide)) for f in error.faults]
            except ConfigError as error:
                faults = [("q", told(str(error), guide))]
            reach = search_reach(store, guide)
        status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
        understood = understand(said) if asked else None
        return visit.page(
            "search.html",
            status,
            kept=_kept(query),
            faults=faults,
            found=found,
            understood=str(understood or ""),
            also=also_called(asked.seeking.query) if asked else (),
            outlets=outlets,
            is_later=query.get("after", "") != "",
            more=_more(query, found),
            first=_address(query),
            reach=reach,
            can_save=visit.person.is_editor and bool(found),
        )

    def _asked(self, query: Mapping[str, str], outlets: Sequence[str]) -> Asked:
        """Raises FilterError and ConfigError."""
        chosen = {key: query.get(key, "").strip() for key in _CHOICES}
        faults = [
            filters.expected(key, value, _CHOICES[key])
            for key, value in chosen.items()
            if value and value not in _CHOICES[key]
        ]
        try:
            narrowed = {key: query.get(key, "") for key in FILTERS}
            selection = filters.read(narrowed, {"outlet": outlets})
        except FilterError as error:
            raise FilterError([*faults, *error.faults]) from None
        faults += beyond(selection)
        if faults:
            raise FilterError(faults)
        by, order = (chosen[key] or _CHOICES[key][0] for key in _CHOICES)
        after = query.get("after", "")
        return Asked(
            sought_by(query["q"], self._site.desk().own),
            bounds_of(selection),
            cast(By, by),
            cast(Best, order),
            int(after) if _is_place(after) else None,
        )


@lru_cache(maxsize=16)
def sought_by(text: str, own: tuple[Entry, ...]) -> Sought:
    """What a person has typed, ready to be looked for.

    The pages of one search, and those who share it, share the words it has looked at.
    """
    return sought(understand(text), bridge(own).called)


def bounds_of(selection: Selection) -> Bounds:
    """Which items a selection leaves, of what a search can be narrowed down to."""
    side = next((side for side in SIDES if side == selection.side), None)
    return Bounds(
        selection.start, selection.end, side, selection.language, selection.outlet
    )


def beyond(selection: Selection) -> Iterator[Fault]:
    """Sides of stories: an item is of one country."""
    if selection.side and selection.side not in SIDES:
        yield filters.expected("side", selection.side, SIDES)


def _is_place(after: str) -> bool:
    return after.isascii() and after.isdecimal() and int(after[:20]) <= _LAST


def _find(store: Store, asked: Asked, guide: Guide) -> Found:
    if asked.by == "story":
        stories = store.search.stories(
            asked.seeking, asked.bounds, after=asked.after, limit=LIMIT
        )
        outlines = store.outlines.some(each.story for each in stories.stories)
        return _stories(stories, outlines, guide)
    items = store.search.items(
        asked.seeking,
        asked.bounds,
        after=asked.after,
        limit=LIMIT,
        is_best_first=asked.order == "best",
    )
    named = dict.fromkeys(hit.story for hit in items.hits if hit.story)
    return _items(items, store.outlines.some(named), guide)


def _stories(page: StoryPage, outlines: Mapping[str, Outline], guide: Guide) -> Found:
    views = (story_view(each, outlines, guide) for each in page.stories)
    return Found((), tuple(views), page.after)


def _items(page: Page, outlines: Mapping[str, Outline], guide: Guide) -> Found:
    views = (hit_view(hit, outlines, guide) for hit in page.hits)
    return Found(tuple(views), (), page.after)


# --- addresses ---------------------------------------------------------------------


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    """What the form shows again."""
    return {key: query.get(key, "").strip() for key in ("q", *_CHOICES, *FILTERS)}


def _address(query: Mapping[str, str], after: int | None = None) -> str:
    kept = {key: value for key, value in _kept(query).items() if value}
    place = {} if after is None else {"after": str(after)}
    return f"/search?{urlencode(kept | place)}"


def _more(query: Mapping[str, str], found: Found | None) -> str:
    """Where the next page is; empty after the last."""
    if found is None or found.after is None:
        return ""
    return _address(query, found.after)
