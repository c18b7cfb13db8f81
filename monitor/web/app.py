"""The dashboard's addresses.

Routes are plain functions: FastAPI runs each in a thread, and each opens a Store of its
own, since a connection belongs to one thread.
"""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import ASGIApp

from monitor import export, pipeline
from monitor.comparison import Coverage
from monitor.coverage.sides import compare
from monitor.digest.edition import window
from monitor.errors import MonitorError
from monitor.explaining import explain, explain_read
from monitor.model import Story
from monitor.pipeline import Desk
from monitor.readers import Subscriber
from monitor.store.database import Store
from monitor.web.about import meanings
from monitor.web.api.app import create_api
from monitor.web.api.problems import faults_of
from monitor.web.api.problems import told as problem_of
from monitor.web.catalogue import later
from monitor.web.comparison_pages import ComparisonPages
from monitor.web.correction_pages import CorrectionPages
from monitor.web.days import (
    ZONE,
    edition_date,
    reader,
)
from monitor.web.edition_pages import EditionPages
from monitor.web.exports import Exports
from monitor.web.filters import FilterError
from monitor.web.gate import READER_PATHS, is_browser
from monitor.web.guard import guarded
from monitor.web.guide import Guide
from monitor.web.health import HealthPage, health_page
from monitor.web.list_pages import ListPages
from monitor.web.lists import Lists
from monitor.web.metrics import Metrics
from monitor.web.narrowing import LABELS
from monitor.web.outlet_pages import OutletPages
from monitor.web.probes import Probes
from monitor.web.reader_pages import ReaderPages
from monitor.web.refusal import Refusal
from monitor.web.remembered import Remembered
from monitor.web.search_pages import SearchPages
from monitor.web.sessions import Door
from monitor.web.sign_in import add_account_pages
from monitor.web.site import Site
from monitor.web.story import members_on, pages_of, story_page
from monitor.web.subscription_pages import SubscriptionPages
from monitor.web.syndication import Syndication
from monitor.web.today_page import TodayPage, day_asked
from monitor.web.upkeep import upkeep_view
from monitor.web.visit import Visiting, visit_of
from monitor.web.watchlist_pages import WatchlistPages

log = logging.getLogger("monitor.web")

FEED_DAYS = 7
"""Of stories in the files for programs: a feed reader may sleep for a week."""

_READ = ["GET", "HEAD"]


def create_app(site: Site) -> ASGIApp:
    """The dashboard of a site."""
    app = routes(site)
    door = Door(
        site.open_store,
        site.clock,
        site.reach,
        secret=site.secret,
        processes=site.processes,
    )
    add_account_pages(app, door, _show)
    metrics = Metrics(site)
    metrics.add_to(app)
    return metrics.metered(guarded(app, door, _told))


def routes(site: Site) -> FastAPI:
    """All addresses of a site, before anybody asks who may see them."""
    readers = ReaderPages(site)
    comparison = ComparisonPages(site)
    stories = _StoryPages(site, comparison)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/", TodayPage(site).today, methods=_READ)
    listed = ListPages(site)
    app.add_api_route("/stories", listed.stories, methods=_READ)
    app.add_api_route("/items", listed.items, methods=_READ)
    app.add_api_route("/news.json", listed.news, methods=_READ)
    outlets = OutletPages(site)
    app.add_api_route("/outlets", outlets.outlets, methods=_READ)
    app.add_api_route("/outlets/{name:path}", outlets.outlet, methods=_READ)
    app.add_api_route("/stories/{story}", stories.story, methods=_READ)
    app.add_api_route("/stories.json", stories.stories_json, methods=_READ)
    app.add_api_route("/blindspots", comparison.blind_spots, methods=_READ)
    app.add_api_route("/framing", comparison.framing, methods=_READ)
    app.add_api_route("/followers", comparison.followers, methods=_READ)
    app.add_api_route("/themes", comparison.themes, methods=_READ)
    app.add_api_route("/health", stories.health, methods=_READ)
    app.add_api_route("/about", _about, methods=_READ)
    app.add_api_route("/livez", _livez, methods=_READ)
    app.add_api_route("/readyz", Probes(site).readyz, methods=_READ)
    app.add_api_route("/editions/{edition}", readers.edition, methods=_READ)
    app.add_api_route("/unsubscribe/{token}", readers.leaving, methods=_READ)
    app.add_api_route("/unsubscribe/{token}", readers.leave, methods=["POST"])
    SearchPages(site).add_to(app)
    WatchlistPages(site).add_to(app)
    SubscriptionPages(site).add_to(app)
    EditionPages(site).add_to(app)
    CorrectionPages(site).add_to(app)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
    lists = Lists(site)
    app.mount("/api", create_api(site, lists))
    app.include_router(Exports(site, lists).router())
    app.include_router(Syndication(site).router())
    app.add_exception_handler(MonitorError, _unavailable)
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(FilterError, _misasked)
    app.add_exception_handler(Exception, _broken)
    return app


class _StoryPages:
    """The pages of stories, and of the feeds that they come from."""

    def __init__(self, site: Site, comparison: ComparisonPages) -> None:
        self._site = site
        self._open_store = site.open_store
        self._clock = site.clock
        self._comparison = comparison
        # It counts every item there is.
        self._health: Remembered[HealthPage] = Remembered(12 * site.settles, 4)

    @property
    def _desk(self) -> Desk:
        return self._site.desk()

    @property
    def _reader(self) -> Subscriber:
        return reader(self._desk.watchlists)

    def story(self, visit: Visiting, story: str, page: str = "1") -> Response:
        """``/stories/{id}``: one story in full; one merged away leads to what it is.

        ``?page=2`` has further items of a large one.
        """
        with self._open_store() as store:
            found = store.stories.one(story)
            if found is None:
                raise Refusal(HTTPStatus.NOT_FOUND, later("No story has this id."))
            if found.id != story:
                return _moved(found.id)
            number = _page_number(page, found)
            changes = store.stories.changes_around(found.id)
            corrections = store.corrections.all()
            members = members_on(found, number)
            read = self._comparison.study(store, found)
            said = read.study
            why = explain_read(store, found, members, said.shared, said.near)
            coverage = compare(found, self._desk.owners)
            now = self._site.polled(store) or self._clock()
            here = frozenset(member.item.id for member in members)
            findings = self._comparison.of_story(
                store, coverage, read, now, here, visit.guide
            )
        shown = story_page(coverage, why, changes, corrections, visit.guide, number)
        return visit.page("story.html", page=shown, found=findings)

    def health(self, visit: Visiting) -> HTMLResponse:
        """``/health``: feeds, dates and translations."""
        with self._open_store() as store:
            now, polled = self._clock(), self._site.polled(store)
            page = self._health.get(
                (store.items.path, visit.language),
                now,
                lambda: self._health_page(store, polled, now, visit.guide),
            )
            upkeep = upkeep_view(store, self._site, visit.guide)
        return visit.page("health.html", page=page, upkeep=upkeep, zone=ZONE)

    def _health_page(
        self, store: Store, polled: datetime | None, now: datetime, guide: Guide
    ) -> HealthPage:
        health = pipeline.feed_health(self._desk.feeds, store, polled or now)
        return health_page(store, health, polled, now, guide)

    def stories_json(self, day: str = "") -> Response:
        """``/stories.json``: one day's stories, or the last week's."""
        with self._open_store() as store:
            found = self._coverages(store, day)
            why = explain(store, [c.story for c in found], self._desk.own)
        text = export.stories_json(found, why)
        return Response(text, media_type="application/json")

    def _coverages(self, store: Store, day: str) -> list[Coverage]:
        if day:
            start, end = window(self._reader, edition_date(day_asked(day)))
        else:
            last = store.items.last_moment() or self._clock()
            start, end = last - timedelta(days=FEED_DAYS), last + _SECOND
        return pipeline.compare(store, self._desk.owners, start, end)


_SECOND = timedelta(seconds=1)


def _moved(story: str) -> RedirectResponse:
    """To the story that another was merged into.

    As with any page of ours, browsers ask again: a merge may be taken back.
    """
    address = f"/stories/{quote(story, safe='')}"
    return RedirectResponse(address, HTTPStatus.PERMANENT_REDIRECT)


def _page_number(text: str, story: Story) -> int:
    """Which of a story's pages an address asks for; raises Refusal."""
    last = pages_of(story)
    is_number = text.isascii() and text.isdecimal() and len(text) < 7
    if not (is_number and 1 <= int(text) <= last):
        message = later("page {text}: expected a number from 1 to {last}")
        raise Refusal(HTTPStatus.BAD_REQUEST, message, text=repr(text), last=last)
    return int(text)


def _about(visit: Visiting) -> HTMLResponse:
    """``/about``: what each number means, and what it does not say."""
    return visit.page("about.html", meanings=meanings(visit.guide))


async def _livez() -> PlainTextResponse:
    """``/livez``: for whoever watches over the monitor; it waits for no thread."""
    return PlainTextResponse("ok\n")


def _show(
    request: Request, template: str, status: int, **values: object
) -> HTMLResponse:
    return visit_of(request).page(template, status, **values)


# --- errors --------------------------------------------------------------------


def _unavailable(request: Request, error: Exception) -> HTMLResponse:
    log.warning("%s: %s", request.url.path, error)
    # Why, with the file's name, is for whoever sits at this machine.
    is_public = request.url.path.startswith(READER_PATHS)
    guide = visit_of(request).guide
    told = guide.say("Try again in a few minutes.") if is_public else str(error)
    return _error(request, HTTPStatus.SERVICE_UNAVAILABLE, told)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    if request.url.path.startswith("/api/"):  # what no mount takes: it has a line break
        return problem_of(request, error)
    status = HTTPStatus(error.status_code)
    told = "" if error.detail == status.phrase else error.detail
    if isinstance(error, Refusal):
        told = visit_of(request).guide.say(error.message, **error.fields)
    return _error(request, status, told)


def _told(request: Request, error: Exception) -> Response:
    """What the gate has to say, before any route."""
    if request.url.path.startswith("/api/") or not is_browser(request):
        return problem_of(request, error)
    is_ours = isinstance(error, MonitorError)
    return (_unavailable if is_ours else _refused)(request, error)


def _misasked(request: Request, error: Exception) -> HTMLResponse:
    faults = (
        error.faults
        if isinstance(error, FilterError)
        else faults_of(cast(RequestValidationError, error))
    )
    guide = visit_of(request).guide
    named = ((LABELS.get(x.key), x) for x in faults)
    told = (f"{guide.say(n) if n else x.key}: {x.say(guide)}." for n, x in named)
    return _error(request, HTTPStatus.BAD_REQUEST, " ".join(told))


def _broken(request: Request, error: Exception) -> HTMLResponse:
    told = visit_of(request).guide.say("The log says more.")
    return _error(request, HTTPStatus.INTERNAL_SERVER_ERROR, told)


_TITLES = {
    HTTPStatus.BAD_REQUEST: later(
        "This address asks for something we do not understand"
    ),
    HTTPStatus.FORBIDDEN: later("You may not do this"),
    HTTPStatus.NOT_FOUND: later("There is nothing here"),
    HTTPStatus.METHOD_NOT_ALLOWED: later("This address only shows; it changes nothing"),
    HTTPStatus.INTERNAL_SERVER_ERROR: later("This page broke, and that is our fault"),
    HTTPStatus.SERVICE_UNAVAILABLE: later("The database cannot be read just now"),
}


def _error(request: Request, status: HTTPStatus, told: str) -> HTMLResponse:
    visit = visit_of(request)
    title = visit.guide.say(_TITLES[status]) if status in _TITLES else status.phrase
    return visit.page("error.html", status, code=status.value, title=title, told=told)
