"""``/subscriptions``: who gets the digest, for editors."""

from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor import outbox
from monitor.config.kept import LONGEST, check_subscriber
from monitor.config.mistakes import FormError
from monitor.digest.edition import due_date
from monitor.digest.render import render, with_images
from monitor.editing import make_edition
from monitor.errors import ConfigError
from monitor.readers import KeptSubscriber, Subscriber
from monitor.store.database import Store
from monitor.web.catalogue import later
from monitor.web.in_force import in_force, themes_of
from monitor.web.mistakes import by_field, mistakes_of
from monitor.web.reader_pages import EDITION_HEADERS
from monitor.web.refusal import Refusal
from monitor.web.sessions import Editor
from monitor.web.site import Site
from monitor.web.subscribers import (
    FIELDS,
    ZONES,
    Sent,
    offered,
    sent_of,
    subscriber_views,
    weekday_names,
)
from monitor.web.visit import Visit, Visiting

_READ = ["GET", "HEAD"]
_SAID = ("saved", "removed", "paused", "resumed")
_Sent = Annotated[Sent, Depends()]
_Name = Annotated[str, Form()]


class SubscriptionPages:
    """The readers of the digest over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, app: FastAPI) -> None:
        """Let an app answer for them."""
        app.add_api_route("/subscriptions", self.all, methods=_READ)
        app.add_api_route("/subscriptions", self.add, methods=["POST"])
        app.add_api_route("/subscriptions/new", self.new, methods=_READ)
        app.add_api_route("/subscriptions/edit", self.editing, methods=_READ)
        app.add_api_route("/subscriptions/edit", self.edit, methods=["POST"])
        app.add_api_route("/subscriptions/remove", self.removing, methods=_READ)
        app.add_api_route("/subscriptions/remove", self.remove, methods=["POST"])
        app.add_api_route("/subscriptions/pause", self.pause, methods=["POST"])
        app.add_api_route("/subscriptions/resume", self.resume, methods=["POST"])
        app.add_api_route("/subscriptions/preview", self.preview, methods=["POST"])

    # --- all of them -------------------------------------------------------------

    def all(
        self, visit: Visiting, person: Editor, said: str = "", name: str = ""
    ) -> HTMLResponse:
        """``/subscriptions``: each reader, and whether mail goes there."""
        with self._site.open_store() as store:
            found = in_force(self._site, store)
            kept = {each.subscriber.name: each for each in store.kept.subscribers()}
            known = store.subscriptions.all()
        for reader in self._site.filed.subscribers:
            kept.pop(reader.name, None)
        return visit.page(
            "subscriptions.html",
            readers=subscriber_views(
                found.config.subscribers, kept, known, visit.guide
            ),
            faults=found.faults,
            mails=self._site.filed.mail is not None,
            said=said if said in _SAID else "",
            name=name[: LONGEST["name"]],
        )

    # --- a new one, other wishes -----------------------------------------------------

    def new(self, visit: Visiting, person: Editor) -> HTMLResponse:
        """``/subscriptions/new``: the form."""
        return self._form(visit, offered())

    def add(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /subscriptions``: keeps a new reader, or shows every mistake."""
        sent.step = "new"
        with self._site.open_store() as store:
            try:
                made = self._check(store, sent)
                store.kept.add_subscriber(made, person.name, self._site.clock())
            except ConfigError as error:
                return self._form(visit, sent, error)
        return _done("saved", made.name)

    def editing(self, visit: Visiting, person: Editor, name: str = "") -> HTMLResponse:
        """``/subscriptions/edit?name=…``: the form of one that the database keeps."""
        with self._site.open_store() as store:
            kept = _kept(store, name)
        return self._form(visit, sent_of(kept.subscriber))

    def edit(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /subscriptions/edit``: keeps what a reader gets from now on."""
        sent.step = "edit"
        with self._site.open_store() as store:
            _kept(store, sent.name)
            try:
                store.kept.replace_subscriber(self._check(store, sent))
            except FormError as error:
                return self._form(visit, sent, error)
        return _done("saved", sent.name)

    def preview(self, visit: Visiting, person: Editor, sent: _Sent) -> Response:
        """``POST /subscriptions/preview``: today's edition for a form's reader.

        Nothing of it is kept.
        """
        now = self._site.clock()
        with self._site.open_store() as store:
            try:
                reader = self._check(store, sent)
            except FormError as error:
                return self._form(visit, sent, error)
            day = due_date(reader, now)
            edition = make_edition(store, self._site.desk(), reader, day, now)
        html = with_images(render(edition)).encode(errors="replace")
        return Response(html, media_type="text/html", headers=EDITION_HEADERS)

    def _check(self, store: Store, sent: Sent) -> Subscriber:
        """Raises FormError with every mistake."""
        lists = [each.name for each in in_force(self._site, store).config.watchlists]
        taken = [each.name for each in self._site.filed.subscribers]
        mistakes: list[str] = []
        if sent.step == "new" and _is_known(store, sent.name):
            told = "is on the desk already; choose another name"
            mistakes.append(f"name: {sent.name} {told}")
        try:
            made = check_subscriber(sent.form, taken, lists, themes_of(self._site))
        except FormError as error:
            raise FormError([*error.mistakes, *mistakes]) from None
        if mistakes:
            raise FormError(mistakes)
        return made

    def _form(
        self, visit: Visit, sent: Sent, error: ConfigError | None = None
    ) -> HTMLResponse:
        """The form as it was filled in, every mistake beside its field."""
        with self._site.open_store() as store:
            lists = in_force(self._site, store).config.watchlists
        themes = self._site.desk().themes.themes
        return visit.page(
            "subscription_form.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
            sent=sent,
            is_new=sent.step != "edit",
            faults=by_field(mistakes_of(error), FIELDS, visit.guide),
            zones=ZONES,
            weekdays=weekday_names(visit.guide),
            watchlists=[(each.name, each.name) for each in lists],
            themes=[(each.name, each.label(visit.language)) for each in themes],
            mails=self._site.filed.mail is not None,
            longest=LONGEST,
        )

    # --- one less, for a while or for good ---------------------------------------

    def removing(self, visit: Visiting, person: Editor, name: str = "") -> HTMLResponse:
        """``/subscriptions/remove?name=…``: asks, and does nothing."""
        with self._site.open_store() as store:
            kept = _kept(store, name).subscriber
        return visit.page(
            "subscription_remove.html", name=kept.name, address=kept.address
        )

    def remove(self, visit: Visiting, person: Editor, name: _Name = "") -> Response:
        """``POST /subscriptions/remove``: the database keeps the reader no more."""
        with self._site.open_store() as store:
            store.kept.remove_subscriber(_kept(store, name).subscriber.name)
        return _done("removed", name)

    def pause(self, visit: Visiting, person: Editor, name: _Name = "") -> Response:
        """``POST /subscriptions/pause``: no mail until it is resumed."""
        with self._site.open_store() as store:
            of = store.subscriptions.get(self._reader(store, name), token_urlsafe(16))
            outbox.stop(store, of, "person", self._site.clock())
        return _done("paused", name)

    def resume(self, visit: Visiting, person: Editor, name: _Name = "") -> Response:
        """``POST /subscriptions/resume``: mail again, unless the reader has left."""
        with self._site.open_store() as store:
            reader = self._reader(store, name)
            for of in store.subscriptions.all():
                if of.subscriber == reader.name and of.is_paused:
                    outbox.resume(store, of, "person", self._site.clock())
        return _done("resumed", name)

    def _reader(self, store: Store, name: str) -> Subscriber:
        """Raises Refusal for nobody."""
        for reader in in_force(self._site, store).config.subscribers:
            if reader.name == name:
                return reader
        told = later("Nobody of this name gets the digest.")
        raise Refusal(HTTPStatus.NOT_FOUND, told)


def _is_known(store: Store, name: str) -> bool:
    return name in {each.subscriber.name for each in store.kept.subscribers()}


def _kept(store: Store, name: str) -> KeptSubscriber:
    """Raises Refusal for a name that the database keeps nobody by."""
    for each in store.kept.subscribers():
        if each.subscriber.name == name:
            return each
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        later(
            "The database keeps no subscriber of this name. Those of feeds.yaml are "
            "changed there."
        ),
    )


def _done(said: str, name: str) -> RedirectResponse:
    query: Mapping[str, str] = {"said": said, "name": name}
    address = f"/subscriptions?{urlencode(query)}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
