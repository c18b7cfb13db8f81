"""What readers of the digest may open from anywhere: their editions, and the way out.

A kept edition is one page without a script; its pictures stand in it as data. Only a
POST stops the mail: programs that look at every link of a mail open pages, too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from monitor import outbox
from monitor.digest.render import with_images
from monitor.model import LANGUAGES, Language
from monitor.readers import KeptEdition, Subscription
from monitor.store.database import Store
from monitor.web.render import render
from monitor.web.site import Site

MAX_BODY = 4096
"""Bytes of a POST that are read; what we ask for has thirty."""

EDITION_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # Whoever knows the address may read it; what lies in between may not keep it.
    "Cache-Control": "private, no-cache",
}
"""An edition's styles stand in its elements, as mail programs need them."""

LEAVING_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}


class ReaderPages:
    """The pages over one database."""

    def __init__(self, site: Site) -> None:
        self._open_store = site.open_store
        self._clock = site.clock

    def edition(self, edition: str) -> Response:
        """``/editions/{id}``, and with ``.txt``, ``.json`` or ``.atom``: a kept one."""
        name, _, form = edition.partition(".")
        with self._open_store() as store:
            kept = store.editions.one(name)
        answer = edition_form(kept, form) if kept else None
        if answer is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "No edition has this address.")
        return answer

    def leaving(self, token: str) -> HTMLResponse:
        """``GET /unsubscribe/{token}``: asks, and does nothing."""
        with self._open_store() as store:
            return _leaving(_known(store, token))

    async def leave(self, token: str, request: Request) -> HTMLResponse:
        """``POST /unsubscribe/{token}``: stops the mail, or takes that back."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        act = asked(body)
        if act is None:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The form is not ours.")
        return await run_in_threadpool(self._act, token, act)

    def _act(self, token: str, act: str) -> HTMLResponse:
        with self._open_store() as store:
            of = _known(store, token)
            if act == "stop":
                outbox.stop(store, of, "reader", self._clock())
            elif of.is_left:  # what a person paused, a person resumes
                outbox.resume(store, of, "reader", self._clock())
            return _leaving(_known(store, token))


def edition_form(kept: KeptEdition, form: str) -> Response | None:
    """A kept edition in one of FORMS; None if it was not kept in that."""
    if form not in FORMS:
        return None
    media_type, form_of = FORMS[form]
    text = form_of(kept)
    # A half character of a feed's stands in for itself no longer.
    body = text.encode(errors="replace")
    made = Response(body, media_type=media_type, headers=EDITION_HEADERS)
    return made if text else None


def _known(store: Store, token: str) -> Subscription:
    of = store.subscriptions.of(token)
    if of is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "No subscription has this address.")
    return of


def _leaving(of: Subscription) -> HTMLResponse:
    html = render("unsubscribe.html", "en", page=leaving_page(of))
    return HTMLResponse(html, headers=LEAVING_HEADERS)


def page_of(kept: KeptEdition) -> str:
    """The kept HTML, as a browser shows it without its mail.

    A reader may hand its address on, so nothing in it leads to the way out: that would
    show, and stop, the reader's own.
    """
    html, way_out = with_images(kept.rendered), kept.links.unsubscribe
    if not way_out:
        return html
    line = f'<p[^<>]*><a href="{re.escape(escape(way_out))}".*?</a></p>'
    return re.sub(line, "", html, flags=re.DOTALL)


def text_of(kept: KeptEdition) -> str:
    """The kept text, without the way out as well."""
    text, way_out = kept.rendered.text, kept.links.unsubscribe
    if not way_out:
        return text
    parts = (part for part in text.split("\n\n") if way_out not in part.split())
    return "\n\n".join(parts).rstrip() + "\n"


FORMS: Mapping[str, tuple[str, Callable[[KeptEdition], str]]] = {
    "": ("text/html", page_of),
    "txt": ("text/plain", text_of),
    "json": ("application/json", lambda kept: kept.json),
    "atom": ("application/atom+xml", lambda kept: kept.atom),
}
"""What follows the dot -> media type, and what it holds."""


def asked(body: bytes) -> str | None:
    """What a POST asks for: ``stop``, ``resume`` or, if nothing we know, None.

    One click (RFC 8058) may come as a form of either kind.
    """
    if b"List-Unsubscribe" in body and b"One-Click" in body:
        return "stop"
    form = parse_qs(body.decode(errors="replace"))
    [act, *_] = form.get("act", [""])
    return act if act in ("stop", "resume") else None


@dataclass(frozen=True, slots=True)
class LeavingView:
    """What the page says in one language."""

    language: Language
    title: str
    told: str
    button: str
    """What its one button says; empty if a person has paused the mail."""


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """The page on which a reader leaves, or comes back."""

    views: tuple[LeavingView, ...]
    act: str
    """What the button asks for."""


def leaving_page(of: Subscription) -> LeavingPage:
    """The page as things stand, in each of the reader's languages."""
    languages = LANGUAGES if of.language == "both" else (of.language,)
    state = "off" if of.is_left else "paused" if of.is_paused else "on"
    views = tuple(
        LeavingView(language, title, told.format(address=of.address), button)
        for language in languages
        for title, told, button in [_WORDS[language][state]]
    )
    return LeavingPage(views, "resume" if state == "off" else "stop")


_WORDS: dict[Language, dict[str, tuple[str, str, str]]] = {
    "en": {
        "on": (
            "Stop this digest?",
            "{address} gets one edition at a time, as its subscription says.",
            "Unsubscribe",
        ),
        "off": (
            "You are unsubscribed",
            "{address} gets no more editions of this digest.",
            "Undo: send it to me again",
        ),
        "paused": (
            "This digest is paused",
            "{address} gets no editions until whoever runs the digest resumes them.",
            "",
        ),
    },
    "es": {
        "on": (
            "¿Dejar de recibir este resumen?",
            "{address} recibe cada edición según su suscripción.",
            "Cancelar la suscripción",
        ),
        "off": (
            "Suscripción cancelada",
            "{address} ya no recibirá ediciones de este resumen.",
            "Deshacer: quiero recibirlo de nuevo",
        ),
        "paused": (
            "Este resumen está en pausa",
            "{address} no recibirá ediciones hasta que las reanude su responsable.",
            "",
        ),
    },
}
"""By how things stand: title, what that means, and the button."""
