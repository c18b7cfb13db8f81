"""``/watchlists``: what analysts follow, and the forms by which editors change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor.config.kept import LONGEST, check_watchlist
from monitor.config.mistakes import FormError
from monitor.coverage.search import Bounds, followed
from monitor.errors import ConfigError
from monitor.outline import Count, Selection
from monitor.readers import KeptWatchlist, Watchlist
from monitor.store.database import Store
from monitor.translation.bridge import bridge
from monitor.web.catalogue import later
from monitor.web.evidence import StoryLink
from monitor.web.guide import Guide
from monitor.web.in_force import in_force
from monitor.web.mistakes import by_field, mistakes_of
from monitor.web.refusal import Refusal
from monitor.web.search import HitView, hit_view, outline_link
from monitor.web.sessions import Editor
from monitor.web.site import Site
from monitor.web.upkeep import stories_due
from monitor.web.visit import Visit, Visiting

LATELY = timedelta(days=7)
"""Of which stories are counted."""
TRIED = timedelta(days=30)
"""Of which items are looked through before a query is saved."""
NEWEST = 3
MOST_STORIES = 1_000
MOST_ITEMS = 200
"""How far each is counted."""
SHOWN = 5
"""Items that a query would find that are shown."""
_READ = ["GET", "HEAD"]
_Text = Annotated[str, Form()]


@dataclass
class Sent:
    """What the form of a watch-list brings."""

    name: _Text = ""
    query: _Text = ""
    step: _Text = ""
    """``test`` or ``save``."""

    @property
    def form(self) -> Mapping[str, str]:
        """As ``check_watchlist`` takes it."""
        return {"name": self.name, "query": self.query}


_Sent = Annotated[Sent, Depends()]


@dataclass(frozen=True, slots=True)
class WatchlistView:
    """One watch-list."""

    name: str
    query: str
    made: str
    """``dana, Mar 2, 05:12``; empty for those of feeds.yaml."""
    stories: str
    """How many of the last days."""
    newest: tuple[StoryLink, ...]
    page: str
    """The address of all its stories, as is ``atom`` of their feed."""
    atom: str
    rest: str
    """``?name=…``"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a query would find."""

    count: str
    hits: tuple[HitView, ...]


class WatchlistPages:
    """The watch-lists over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, app: FastAPI) -> None:
        """Let an app answer for them."""
        app.add_api_route("/watchlists", self.all, methods=_READ)
        app.add_api_route("/watchlists", self.add, methods=["POST"])
        app.add_api_route("/watchlists/new", self.new, methods=_READ)
        app.add_api_route("/watchlists/edit", self.editing, methods=_READ)
        app.add_api_route("/watchlists/edit", self.edit, methods=["POST"])
        app.add_api_route("/watchlists/remove", self.removing, methods=_READ)
        app.add_api_route("/watchlists/remove", self.remove, methods=["POST"])

    # --- all of them -------------------------------------------------------------

    def all(self, visit: Visiting, said: str = "", name: str = "") -> HTMLResponse:
        """``/watchlists``: each with what it finds lately."""
        with self._site.open_store() as store:
            found = in_force(self._site, store)
            kept = {each.name: each for each in store.kept.watchlists()}
            filed = {each.name for each in self._site.filed.watchlists}
            now = self._now(store)
            views = [
                self._view(
                    *(store, each, None if each.name in filed else kept[each.name]),
                    *(now, visit.guide),
                )
                for each in found.config.watchlists
            ]
            is_behind = stories_due(store, self._site, 1) > 0
        return visit.page(
            "watchlists.html",
            lists=views,
            faults=found.faults,
            is_behind=is_behind,
            said=said if said in ("saved", "removed") else "",
            name=name[: LONGEST["name"]],
        )

    def _view(
        self,
        store: Store,
        of: Watchlist,
        kept: KeptWatchlist | None,
        now: datetime,
        guide: Guide,
    ) -> WatchlistView:
        lately = Selection(start=now - LATELY, watchlist=of.name)
        count = store.outlines.count(lately, MOST_STORIES)
        newest = store.outlines.page(Selection(watchlist=of.name), limit=NEWEST).rows
        named = urlencode({"watchlist": of.name})
        return WatchlistView(
            name=of.name,
            query=str(of.asks),
            made=f"{kept.by}, {guide.time(kept.made)}" if kept else "",
            stories=_counted(
                count, guide.say_n("{n} story", "{n} stories", count.number), guide
            ),
            newest=tuple(
                outline_link(each, guide, guide.time(each.last_seen)) for each in newest
            ),
            page=f"/stories?{named}",
            atom=f"/stories.atom?{named}",
            rest="?" + urlencode({"name": of.name}),
        )

    # --- a new one, another query --------------------------------------------------

    def new(
        self, visit: Visiting, person: Editor, name: str = "", query: str = ""
    ) -> HTMLResponse:
        """``/watchlists/new``: the form."""
        return _form(visit, Sent(name, query), is_new=True)

    def add(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /watchlists``: tries a query, or keeps a new list."""
        taken = [each.name for each in self._site.filed.watchlists]
        try:
            made = check_watchlist(sent.form, taken)
            with self._site.open_store() as store:
                if sent.step != "save":
                    trial = self._try(store, made, visit.guide)
                    return _form(visit, sent, is_new=True, trial=trial)
                _refuse_twin(store, made.name)
                store.kept.add_watchlist(made, person.name, self._site.clock())
        except ConfigError as error:
            return _form(visit, sent, is_new=True, error=error)
        return _done("saved", made.name)

    def editing(self, visit: Visiting, person: Editor, name: str = "") -> HTMLResponse:
        """``/watchlists/edit?name=…``: the form of one that the database keeps."""
        with self._site.open_store() as store:
            kept = _kept(store, name)
        return _form(visit, Sent(kept.name, kept.query), is_new=False)

    def edit(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /watchlists/edit``: tries a query, or keeps it for the list."""
        with self._site.open_store() as store:
            kept = _kept(store, sent.name)
            try:
                made = check_watchlist({"name": kept.name, "query": sent.query}, ())
            except FormError as error:
                return _form(visit, sent, is_new=False, error=error)
            if sent.step != "save":
                trial = self._try(store, made, visit.guide)
                return _form(visit, sent, is_new=False, trial=trial)
            store.kept.replace_watchlist(made)
        return _done("saved", made.name)

    def _try(self, store: Store, made: Watchlist, guide: Guide) -> Trial:
        wide = bridge(self._site.desk().own).widen(made)
        since = Bounds(start=self._now(store) - TRIED)
        found = store.search.items(followed(wide), since, limit=MOST_ITEMS)
        count = Count(len(found.hits), found.after is not None)
        named = {hit.story for hit in found.hits[:SHOWN] if hit.story}
        outlines = store.outlines.some(sorted(named))
        return Trial(
            _counted(count, guide.count(count.number, guide.words.items), guide),
            tuple(hit_view(hit, outlines, guide) for hit in found.hits[:SHOWN]),
        )

    def _now(self, store: Store) -> datetime:
        """A monitor that was stopped follows nothing meanwhile."""
        return self._site.polled(store) or self._site.clock()

    # --- one less ------------------------------------------------------------------

    def removing(self, visit: Visiting, person: Editor, name: str = "") -> HTMLResponse:
        """``/watchlists/remove?name=…``: asks, and says who follows it."""
        with self._site.open_store() as store:
            kept = _kept(store, name)
            readers = store.kept.subscribers()
        followers = [
            each.subscriber.name
            for each in readers
            if kept.name in each.subscriber.watchlists
        ]
        return visit.page(
            "watchlist_remove.html",
            name=kept.name,
            query=kept.query,
            followers=followers if visit.person.is_editor else (),
        )

    def remove(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /watchlists/remove``: the database keeps it no more."""
        with self._site.open_store() as store:
            store.kept.remove_watchlist(_kept(store, sent.name).name)
        return _done("removed", sent.name)


def _form(
    visit: Visit,
    sent: Sent,
    *,
    is_new: bool,
    trial: Trial | None = None,
    error: ConfigError | None = None,
) -> HTMLResponse:
    """The form as it was filled in, with what is wrong or what it would find."""
    return visit.page(
        "watchlist_form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        sent=sent,
        is_new=is_new,
        trial=trial,
        faults=by_field(mistakes_of(error), ("name", "query"), visit.guide),
        longest=LONGEST,
    )


def _refuse_twin(store: Store, name: str) -> None:
    """Raises FormError for a name that the database has given."""
    if name in {each.name for each in store.kept.watchlists()}:
        raise FormError([f"name: {name} is on the desk already; choose another name"])


def _kept(store: Store, name: str) -> KeptWatchlist:
    """Raises Refusal for a name that the database keeps no list by."""
    for each in store.kept.watchlists():
        if each.name == name:
            return each
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        later(
            "The database keeps no watch-list of this name. Those of feeds.yaml are "
            "changed there."
        ),
    )


def _done(said: str, name: str) -> RedirectResponse:
    query = urlencode({"said": said, "name": name})
    return RedirectResponse(f"/watchlists?{query}", HTTPStatus.SEE_OTHER)


def _counted(count: Count, told: str, guide: Guide) -> str:
    return guide.say("{count} or more", count=told) if count.is_more else told
