"""
The API, an app of its own under ``/api``: whatever it says is for programs.

FastAPI makes the description (OpenAPI 3.1) from the routes and the models of
``schemas.py``; whatever can go wrong is told as a Problem.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from monitor import __version__
from monitor.web.api.answers import ROOT, HeadAsGet, tag
from monitor.web.api.corrections import CorrectionRoutes
from monitor.web.api.items import ItemRoutes
from monitor.web.api.lists import ListRoutes
from monitor.web.api.problems import MEDIA_TYPE, SLUGS, add_problems, titles
from monitor.web.api.reference import reference
from monitor.web.api.schemas import Fault, Problem
from monitor.web.api.search import SearchRoutes
from monitor.web.api.stories import StoryRoutes
from monitor.web.lists import Lists
from monitor.web.site import Site
from monitor.web.visit import Visiting

_ABOUT = "How the US and Mexico cover the same stories, for programs."
_PROBLEM: dict[int | str, dict[str, Any]] = {
    304: {"description": "What If-None-Match names still holds."},
    "default": {
        "description": "Why it could not be done.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}


def create_api(site: Site, lists: Lists) -> ASGIApp:
    """The API over one site, to be mounted under ``/api``."""
    app = FastAPI(
        title="Bilingual Coverage Monitor",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    for routes in (
        StoryRoutes(site, lists),
        ItemRoutes(site, lists),
        ListRoutes(site, lists),
        CorrectionRoutes(site),
        SearchRoutes(site),
    ):
        app.include_router(routes.router(), prefix="/v1", responses=_PROBLEM)
    _Description(app).add_routes()
    add_problems(app)
    return HeadAsGet(app)


class _Description:
    """What the API says of itself: to programs and, on a plain page, to people."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def add_routes(self) -> None:
        self._app.get("/v1/openapi.json", include_in_schema=False)(self.openapi)
        self._app.get("/v1/", include_in_schema=False)(self.page)

    def openapi(self, request: Request) -> Response:
        """``/api/v1/openapi.json``"""
        return tag(request, JSONResponse(self._described()))

    def page(self, request: Request, visit: Visiting) -> Response:
        """``/api/v1/``: the same for people."""
        problems = [
            (status, SLUGS[status], title, HTTPStatus(status).phrase)
            for status, title in titles(visit.guide).items()
        ]
        answer: HTMLResponse = visit.page(
            "api.html",
            root=ROOT,
            parts=reference(self._described()),
            problems=problems,
        )
        return tag(request, answer)

    def _described(self) -> dict[str, Any]:
        described = self._app.openapi()
        forms = described["components"]["schemas"]
        for model in (Fault, Problem):
            made = model.model_json_schema(ref_template="#/components/schemas/{model}")
            made.pop("$defs", None)
            forms[model.__name__] = made
        return described
