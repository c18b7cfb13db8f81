"""``/items``: what outlets published, and one of them with all that is known of it."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from monitor.coverage.retitles import Revision
from monitor.export_lists import item_row
from monitor.model import LANGUAGES, Translation
from monitor.web.api import schemas_lists as schemas
from monitor.web.api.answers import Answering, page
from monitor.web.lists import Lists
from monitor.web.selecting import After, Asking, Limit, blaming, known
from monitor.web.site import Site


class ItemRoutes:
    """These addresses over one site."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site = site
        self._lists = lists

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(route_class=Answering, tags=["items"])
        for path, form, route in (
            ("/items", schemas.Items, self.items),
            ("/items/{item}", schemas.WholeItem, self.item),
        ):
            made.add_api_route(path, route, response_model=form)
        return made

    def items(
        self,
        request: Request,
        response: Response,
        asked: Asking,
        limit: Limit = 50,
        after: After = "",
    ) -> dict[str, Any]:
        """Items as published, the newest first."""
        chosen = known(asked, self._site.desk())
        with self._site.open_store() as store:
            with blaming("after"):
                found = self._lists.items(store, chosen, after or None, limit)
            total = store.items.count(chosen)
        return page(request, response, "items", found.rows, total, found.after)

    def item(self, item: str) -> dict[str, Any]:
        """One item, the headlines it had before, and its translations."""
        with self._site.open_store() as store:
            texts = store.marks.texts([item])
            if not texts:
                raise HTTPException(HTTPStatus.NOT_FOUND, "No item has this id.")
            revisions = store.originals.revisions_of([item])
            story = store.relations.of_items([item]).get(item)
        [(found, translations)] = texts
        return {
            **item_row(found, story),
            "revisions": list(map(_revision, revisions)),
            "translations": [
                _translation(translations[x]) for x in LANGUAGES if x in translations
            ],
        }


def _revision(each: Revision) -> dict[str, Any]:
    return {"title": each.title, "until": each.until}


def _translation(made: Translation) -> dict[str, Any]:
    return {
        "language": made.language,
        "engine": made.engine,
        "engine_version": made.engine_version,
        "title": made.title,
        "summary": made.summary,
        "warnings": made.warnings,
    }
