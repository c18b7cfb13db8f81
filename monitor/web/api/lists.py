"""Lists that are short, or read from what is kept for a while: outlets, lags, blind
spots, corrections, editions, and what is followed."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response

from monitor import __version__, pipeline
from monitor.comparison import FeedHealth
from monitor.digest.headline import web_link
from monitor.outline import Count
from monitor.readers import Watchlist
from monitor.store.editions import Issue
from monitor.theme import Theme
from monitor.web.api import schemas
from monitor.web.api import schemas_lists as forms
from monitor.web.api.answers import Answering, page, stretch
from monitor.web.lists import By, Lists, State
from monitor.web.reader_pages import FORMS, edition_form
from monitor.web.selecting import After, Days, Limit, blaming
from monitor.web.site import Site
from monitor.web.visit import Visiting

Silent = Annotated[
    Literal["", "US", "MX"], Query(description="The side that does not cover it.")
]
AnyForm = Annotated[Literal["json", "atom", "txt", "html"], Query(alias="format")]


class ListRoutes:
    """These addresses over one site."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site = site
        self._lists = lists

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(route_class=Answering, tags=["lists"])
        for path, form, route in (
            ("/outlets", forms.Outlets, self.outlets),
            ("/lags", forms.Lags, self.lags),
            ("/blindspots", forms.BlindSpots, self.blind_spots),
            ("/themes", forms.Themes, self.themes),
            ("/watchlists", forms.Watchlists, self.watchlists),
            ("/editions", forms.Editions, self.editions),
            ("/corrections", forms.Corrections, self.corrections),
            ("/feeds/health", forms.FeedsHealth, self.feeds_health),
            ("/version", schemas.Version, self.version),
        ):
            made.add_api_route(path, route, response_model=form)
        made.add_api_route("/editions/{edition}", self.edition, responses=_FORMS)
        return made

    def outlets(
        self, request: Request, response: Response, days: Days = 30
    ) -> dict[str, Any]:
        """Outlets, what they are, and what they brought in the last days."""
        with self._site.open_store() as store:
            rows = self._lists.outlets(store, days)
        return page(request, response, "outlets", rows, Count(len(rows)))

    def lags(
        self,
        request: Request,
        response: Response,
        by: By = "outlet",
        days: Days = 30,
    ) -> dict[str, Any]:
        """Who follows whom in the stories that began in the last days."""
        with self._site.open_store() as store:
            rows = self._lists.lags(store, by, days)
        return page(request, response, "lags", rows, Count(len(rows)))

    def blind_spots(
        self,
        request: Request,
        response: Response,
        silent: Silent = "",
        state: State = "open",
    ) -> dict[str, Any]:
        """What one side covers and the other does not."""
        with self._site.open_store() as store:
            rows = self._lists.blind_spots(store, silent or None, state)
        return page(request, response, "blindspots", rows, Count(len(rows)))

    def themes(
        self, request: Request, response: Response, visit: Visiting
    ) -> dict[str, Any]:
        """What stories are tagged with; ``label`` is in the language asked for."""
        response.headers["Content-Language"] = visit.language
        themes = self._site.desk().themes.themes
        rows = [_theme(theme, theme.label(visit.language)) for theme in themes]
        return page(request, response, "themes", rows, Count(len(rows)))

    def watchlists(self, request: Request, response: Response) -> dict[str, Any]:
        """What analysts follow."""
        rows = [_watchlist(each) for each in self._site.desk().watchlists]
        return page(request, response, "watchlists", rows, Count(len(rows)))

    def feeds_health(self, request: Request, response: Response) -> dict[str, Any]:
        """Which feeds can vouch for their side, and why others cannot."""
        with self._site.open_store() as store:
            now = self._site.polled(store) or self._site.clock()
            found = pipeline.feed_health(self._site.desk().feeds, store, now)
        rows = list(map(_health, found))
        return page(request, response, "feeds", rows, Count(len(rows)))

    def corrections(
        self,
        request: Request,
        response: Response,
        limit: Limit = 50,
        after: After = "",
    ) -> dict[str, Any]:
        """What people corrected, the newest first."""
        with self._site.open_store() as store:
            rows = self._lists.corrections(store)
        shown, more = stretch(rows, "corrections", after or None, limit)
        return page(request, response, "corrections", shown, Count(len(rows)), more)

    def editions(
        self,
        request: Request,
        response: Response,
        limit: Limit = 50,
        after: After = "",
    ) -> dict[str, Any]:
        """Editions as they were made, the newest day first."""
        with self._site.open_store() as store:
            with blaming("after"):
                found = store.editions.page(after or None, limit)
            total = Count(store.editions.count())
        rows = list(map(_edition, found.rows))
        return page(request, response, "editions", rows, total, found.after)

    def edition(self, edition: str, form: AnyForm = "json") -> Response:
        """One edition in one of its forms."""
        with self._site.open_store() as store:
            kept = store.editions.one(edition)
        if kept is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "No edition has this id.")
        answer = edition_form(kept, "" if form == "html" else form)
        if answer is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "No edition has this form.")
        return answer

    def version(self) -> dict[str, str]:
        """Which monitor answers."""
        name = "Bilingual Coverage Monitor"
        return {"name": name, "version": __version__, "api": "v1"}


_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The edition; its JSON is that of docs/edition-json.md.",
        "content": {
            media_type: {"schema": {} if form == "json" else {"type": "string"}}
            for form, (media_type, _) in FORMS.items()
        },
    }
}


def _theme(theme: Theme, label: str) -> dict[str, Any]:
    return {"name": theme.name, "label": label, "en": theme.en, "es": theme.es}


def _watchlist(each: Watchlist) -> dict[str, Any]:
    query = str(each.query) if each.query is not None else None
    return {"name": each.name, "terms": each.terms, "query": query}


def _health(each: FeedHealth) -> dict[str, Any]:
    feed, state = each.feed, each.state
    return {
        "outlet": feed.outlet,
        "country": feed.country,
        "language": feed.language,
        "url": web_link(feed.url) or "",
        "is_healthy": each.is_healthy,
        "failures": state.failures,
        "failure": state.failure,
        "error": state.error,
        "last_poll": state.last_poll,
        "last_good": state.last_good,
        "next_poll": state.next_poll,
        "retired": state.retired,
    }


def _edition(issue: Issue) -> dict[str, Any]:
    named = ("html", "txt", *(("json", "atom") if issue.is_for_programs else ()))
    return {
        "id": issue.id,
        "subscriber": issue.subscriber,
        "date": issue.date,
        "made": issue.made,
        "subject": issue.subject,
        "forms": {form: f"/api/v1/editions/{issue.id}?format={form}" for form in named},
    }
