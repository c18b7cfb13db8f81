"""The pages of outlets: what they bring, whom they lead and follow, their feeds."""

from datetime import timedelta
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from monitor.comparing import EVERY
from monitor.coverage.followers import by_outlet, first_told, ranked
from monitor.coverage.sides import compare
from monitor.outline import Selection
from monitor.pipeline import feed_health
from monitor.store.database import Store
from monitor.web import filters
from monitor.web.catalogue import later
from monitor.web.comparison_pages import ONE_SIDE, PERIODS, days_asked
from monitor.web.list_pages import item_rows
from monitor.web.narrowing import Narrower, exports
from monitor.web.outlets import LEAST, Brought, outlet_page, outlet_rows
from monitor.web.outline_views import outline_view
from monitor.web.refusal import Refusal
from monitor.web.remembered import Remembered
from monitor.web.site import Site
from monitor.web.visit import Visiting

DAYS = 30
NEWEST = 10
"""Stories and items on the page of an outlet."""
_KEYS = ("side", "language")
_KEPT = ("days",)


class OutletPages:
    """These pages over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # What reads weeks is read as seldom as a long run compares.
        self._brought: Remembered[Brought] = Remembered(EVERY, 4)

    def outlets(
        self, visit: Visiting, request: Request, days: str = ""
    ) -> HTMLResponse:
        """``/outlets``: all of them over some days, by side and language."""
        query, desk, guide = request.query_params, self._site.desk(), visit.guide
        count = days_asked(days, DAYS)
        chosen = filters.read({key: query.get(key, "") for key in _KEYS}, {}, ONE_SIDE)
        side = chosen.side if chosen.side in ("US", "MX") else None
        with self._site.open_store() as store:
            brought = self._over(store, count)
            polled = self._site.polled(store) or self._site.clock()
            health = feed_health(desk.feeds, store, polled)
        return visit.page(
            "outlets.html",
            rows=outlet_rows(brought, health, guide, side, chosen.language),
            narrowing=Narrower(desk, guide, choices=ONE_SIDE).of(
                "/outlets", query, _KEYS, _KEPT
            ),
            end=guide.moment(brought.end),
            rest=filters.query_of({k: query.get(k, "") for k in _KEYS})[1:],
            days=count,
            periods=PERIODS,
            files=exports("outlets", query, kept=_KEPT),
        )

    def outlet(self, visit: Visiting, name: str, days: str = "") -> HTMLResponse:
        """``/outlets/{name}``: one of them."""
        desk, guide, count = self._site.desk(), visit.guide, days_asked(days, DAYS)
        of_it = Selection(outlet=name)
        with self._site.open_store() as store:
            items = store.items.page(of_it, limit=NEWEST)
            if not items.rows and name not in {feed.outlet for feed in desk.feeds}:
                message = later("No outlet of this name is followed or has any item.")
                raise Refusal(HTTPStatus.NOT_FOUND, message)
            brought = self._over(store, count)
            polled = self._site.polled(store) or self._site.clock()
            health = feed_health(desk.feeds, store, polled)
            hours = store.volumes.outlet_hours(name, brought.start, brought.end)
            stories = store.outlines.page(of_it, limit=NEWEST)
            rows = item_rows(store, items.rows, desk, guide)
        return visit.page(
            "outlet.html",
            page=outlet_page(name, brought, hours, health, desk.owners, guide),
            stories=[outline_view(each, desk.themes, guide) for each in stories.rows],
            items=rows,
            more=filters.query_of({"outlet": name}),
            least=LEAST,
            days=count,
            periods=PERIODS,
        )

    def _over(self, store: Store, days: int) -> Brought:
        now = self._site.clock()
        key = store.stories.path, days
        return self._brought.get(key, now, lambda: self._compare(store, days))

    def _compare(self, store: Store, days: int) -> Brought:
        now = self._site.clock()
        end = min(store.items.last_moment() or now, now) + timedelta(seconds=1)
        start = end - timedelta(days=days)
        owners = self._site.desk().owners
        opened = store.stories.opened(start, end, on_both_sides=True)
        coverages = [compare(story, owners) for story in opened]
        return Brought(
            start=start,
            end=end,
            volumes=store.volumes.outlets(start, end),
            dates=store.volumes.dates(start, end),
            first=first_told(coverages),
            followings=ranked(by_outlet(coverages), LEAST),
        )
