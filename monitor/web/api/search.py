"""``/search``: what a query finds, by item or by story, in either language."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from monitor.export_lists import hit_dict, story_hits_dict
from monitor.web import filters
from monitor.web.api import schemas_lists as schemas
from monitor.web.api.answers import Answering, address_after
from monitor.web.filters import FilterError
from monitor.web.search_pages import beyond, bounds_of, sought_by
from monitor.web.selecting import Limit, Since, Tongue, Until, blaming
from monitor.web.site import Site

Asked = Annotated[
    str, Query(min_length=1, max_length=500, description="As docs/search.md says.")
]
By = Annotated[Literal["item", "story"], Query(description="What is listed.")]
Best = Annotated[
    Literal["newest", "best"], Query(description="Of items: which come first.")
]
Side = Annotated[
    Literal["", "US", "MX"], Query(description="Country of the items found.")
]
Place = Annotated[
    int | None, Query(ge=0, le=2**62, description="Where the page begins: of ``next``.")
]


class SearchRoutes:
    """This address over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """The route."""
        made = APIRouter(route_class=Answering, tags=["search"])
        made.add_api_route("/search", self.search, response_model=schemas.Found)
        return made

    def search(
        self,
        request: Request,
        response: Response,
        q: Asked,
        by: By = "item",
        order: Best = "newest",
        since: Since = "",
        until: Until = "",
        side: Side = "",
        language: Tongue = "",
        outlet: Annotated[str, Query(max_length=200)] = "",
        limit: Limit = 20,
        after: Place = None,
    ) -> dict[str, Any]:
        """Items or stories that a query finds, with what was found in pieces."""
        query = {"since": since, "until": until, "side": side, "language": language}
        selection = filters.read(query | {"outlet": outlet})
        if faults := [*beyond(selection)]:
            raise FilterError(faults)
        with blaming("q"):
            seeking = sought_by(q, self._site.desk().own)
        items: list[dict[str, Any]] = []
        stories: list[dict[str, Any]] = []
        bounds = bounds_of(selection)
        with self._site.open_store() as store:
            if by == "story":
                told = store.search.stories(seeking, bounds, after=after, limit=limit)
                stories, last = list(map(story_hits_dict, told.stories)), told.after
            else:
                is_best = order == "best"
                found = store.search.items(
                    seeking, bounds, after=after, limit=limit, is_best_first=is_best
                )
                items, last = list(map(hit_dict, found.hits)), found.after
            reach = store.search.reach()
        following = address_after(request, str(last)) if last is not None else None
        if following:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return {
            "query": str(seeking.query),
            "items": items,
            "stories": stories,
            "unindexed": reach.items,
            "next": following,
        }
