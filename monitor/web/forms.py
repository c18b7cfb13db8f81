"""What browsers send by a form, and who may send one that changes anything."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request

from monitor.text import printable, squeeze
from monitor.web.visit import Visit

MAX_BODY = 1 << 19
"""Bytes of a form that are read: some 10,000 items ticked."""
MAX_FIELDS = 12_000
_KIND = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each with what it was given, in order."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """A field's first text as one line that can be printed; empty without one."""
        found = self.all(name)
        return found[0] if found else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Each text that a field was given."""
        return tuple(squeeze(printable(said)) for said in self.fields.get(name, ()))


async def form_of(request: Request) -> Form:
    """The form that a request brings; raises HTTPException for what is none of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _KIND:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {_KIND}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        found = parse_qs(body.decode(errors="replace"), max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    return Form({name: tuple(given) for name, given in found.items()})


Sent = Annotated[Form, Depends(form_of)]
"""A route's parameter: the form it answers."""


def editor(visit: Visit) -> None:
    """Raises HTTPException unless an editor visits."""
    if not visit.person.is_editor:
        told = visit.guide.say("Only editors correct stories.")
        raise HTTPException(HTTPStatus.FORBIDDEN, told)


def editing(visit: Visit, form: Form) -> None:
    """Raises HTTPException unless an editor sends a form of ours.

    Without a token to compare, nobody does. Programs that bring a token of their own
    need none.
    """
    editor(visit)
    if visit.person.via == "token":
        return
    brought = form.one("_csrf").encode(errors="replace")
    if not visit.csrf or not hmac.compare_digest(brought, visit.csrf.encode()):
        told = visit.guide.say(
            "This form is not from this dashboard, or is older than your sign-in. Go "
            "back, load the page again, and repeat what you did."
        )
        raise HTTPException(HTTPStatus.FORBIDDEN, told)
