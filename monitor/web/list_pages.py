"""The pages that list stories and items: filtered, paged, each view an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse

from monitor.errors import ConfigError
from monitor.model import Country, Item
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.web import filters
from monitor.web.catalogue import later
from monitor.web.filters import KEYS
from monitor.web.guide import Guide
from monitor.web.headlines import HeadlineView, headline_of
from monitor.web.narrowing import Narrower, counted, exports
from monitor.web.outline_views import HeadlineLine, outline_view
from monitor.web.refusal import Refusal
from monitor.web.selecting import names
from monitor.web.site import Site
from monitor.web.visit import Visiting

ROWS = 50
"""Of a page."""
_ITEM_LABELS = {"since": later("Published from"), "until": later("Published to")}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of a list."""

    headline: HeadlineView
    side: Country
    side_name: str
    certainty: str
    """Of its date: empty where the feed says it in full."""
    story: str
    """Where the page of its story is; empty as long as it has none."""
    told: HeadlineLine | None
    """What its story is called."""
    items: str
    """How many that has; empty where it has this one alone."""


class ListPages:
    """These pages over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def stories(self, visit: Visiting, request: Request) -> HTMLResponse:
        """``/stories``: outlines of stories."""
        query, desk, guide = request.query_params, self._site.desk(), visit.guide
        chosen = filters.read(query, names(desk))
        order = filters.order(query.get("order", ""))
        after = query.get("after") or None
        with self._site.open_store() as store:
            try:
                page = store.outlines.page(chosen, order, after, ROWS)
            except ConfigError as error:
                raise no_place() from error
            count = store.outlines.count(chosen)
        return visit.page(
            "stories.html",
            rows=[outline_view(each, desk.themes, guide) for each in page.rows],
            count=counted(count, "{n} story", "{n} stories", guide),
            narrowing=Narrower(desk, guide).of("/stories", query, (*KEYS, "order")),
            first=_first("/stories", query),
            next=_next("/stories", query, page.after),
            files=exports("stories", query, (*KEYS, "order"), "/stories.atom"),
        )

    def items(self, visit: Visiting, request: Request) -> HTMLResponse:
        """``/items``: items, with the story of each."""
        query, desk, guide = request.query_params, self._site.desk(), visit.guide
        chosen = filters.read(query, names(desk))
        after = query.get("after") or None
        with self._site.open_store() as store:
            try:
                page = store.items.page(chosen, after, ROWS)
            except ConfigError as error:
                raise no_place() from error
            count = store.items.count(chosen)
            rows = item_rows(store, page.rows, desk, guide)
        return visit.page(
            "items.html",
            rows=rows,
            count=counted(count, "{n} item", "{n} items", guide),
            narrowing=Narrower(desk, guide, "items").of(
                "/items", query, labels=_ITEM_LABELS
            ),
            first=_first("/items", query),
            next=_next("/items", query, page.after),
            files=exports("items", query),
        )

    def news(self) -> JSONResponse:
        """``/news.json``: another text whenever stories have changed."""
        with self._site.open_store() as store:
            answer = {"newest": newest_change(store)}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def newest_change(store: Store) -> str:
    """What changes whenever any story does."""
    return ".".join(str(n or 0) for n in store.stories.mark())


def no_place() -> Refusal:
    """Of an ``after`` that no page has said."""
    return Refusal(
        HTTPStatus.BAD_REQUEST,
        later(
            "There is no such place in this list. Take ‘after’ out of the address: "
            "the list then begins at its beginning."
        ),
    )


def item_rows(
    store: Store, items: tuple[Item, ...], desk: Desk, guide: Guide
) -> list[ItemRow]:
    """Items as their list shows them, in their order."""
    ids = [item.id for item in items]
    texts, homes = store.items.texts(ids), store.relations.of_items(ids)
    outlines = store.outlines.some(set(homes.values()))
    rows = []
    for item in items:
        headline = headline_of(item, texts[item.id][1], guide)
        story = homes.get(item.id, "")
        outline = outlines.get(story)
        view = outline_view(outline, desk.themes, guide) if outline else None
        is_one = outline is None or outline.items == 1
        rows.append(
            ItemRow(
                headline=headline,
                side=item.country,
                side_name=guide.words.side[item.country],
                certainty=_certainty(item, guide),
                story=f"/stories/{quote(story, safe='')}" if story else "",
                told=view.headline if view and not is_one else None,
                items=(
                    guide.count(outline.items, guide.words.items)
                    if outline and not is_one
                    else ""
                ),
            )
        )
    return rows


def _certainty(item: Item, guide: Guide) -> str:
    if item.date_source == "default-zone":
        return guide.say("its time came without a zone: read in its outlet’s")
    return ""


def _first(path: str, query: Mapping[str, str]) -> str:
    """The beginning of the list, from further down."""
    return path + filters.query_of(query) if query.get("after") else ""


def _next(path: str, query: Mapping[str, str], after: str | None) -> str:
    return path + filters.query_of(query, after=after) if after else ""
