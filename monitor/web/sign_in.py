"""The pages on which people sign in and out, and look after their account."""

from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from monitor.access import ApiToken, Person
from monitor.web.passwords import LONGEST, SHORTEST, password_fault
from monitor.web.sessions import Door, Refusal, SignedIn, known, who

Text = Annotated[str, Form()]

_STATUS = {
    "wrong": HTTPStatus.FORBIDDEN,
    "often": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Show(Protocol):
    """Makes the answer to a request from a template and its values."""

    def __call__(
        self, request: Request, template: str, status: int, **values: Any
    ) -> Response:
        """The page."""


def add_account_pages(app: FastAPI, door: Door, show: Show) -> None:
    """The routes of this module; whatever they show, ``show`` makes pages of it."""
    pages = _AccountPages(door, show)
    app.add_api_route("/sign-in", pages.signing_in, methods=["GET", "HEAD"])
    app.add_api_route("/sign-in", pages.sign_in, methods=["POST"])
    app.add_api_route("/sign-out", pages.sign_out, methods=["POST"])
    app.add_api_route("/account", pages.account, methods=["GET", "HEAD"])
    app.add_api_route("/account/password", pages.change_password, methods=["POST"])
    app.add_api_route("/account/revoke", pages.revoke, methods=["POST"])


class _AccountPages:
    """The pages behind one door."""

    def __init__(self, door: Door, show: Show) -> None:
        self._door = door
        self._show = show

    def signing_in(self, request: Request, next: str = "") -> Response:  # noqa: A002
        """``GET /sign-in``: asks for name and password."""
        if who(request) is not None:
            return RedirectResponse(local(next), HTTPStatus.SEE_OTHER)
        return self._sign_in_page(request, next, HTTPStatus.OK)

    def sign_in(
        self,
        request: Request,
        name: Text = "",
        password: Text = "",
        next: Text = "",  # noqa: A002
    ) -> Response:
        """``POST /sign-in``: leads to where the person wanted to go."""
        got = self._door.sign_in(request, name, password)
        if isinstance(got, Refusal):
            return self._sign_in_page(request, next, _STATUS[got.reason], got, name)
        answer = RedirectResponse(local(next), HTTPStatus.SEE_OTHER)
        self._door.give(request, answer, got[1])
        return answer

    def sign_out(self, request: Request) -> Response:
        """``POST /sign-out``: ends this browser's session."""
        self._door.sign_out(request)
        answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
        self._door.give(request, answer, "")
        return answer

    def account(self, request: Request, person: SignedIn, done: str = "") -> Response:
        """``GET /account``: password and tokens."""
        return self._account_page(request, person, HTTPStatus.OK, done)

    def change_password(
        self,
        request: Request,
        person: SignedIn,
        current: Text = "",
        new: Text = "",
        again: Text = "",
    ) -> Response:
        """``POST /account/password``: ends every other session of the person."""
        fault = password_fault(new, person.name) or ("" if new == again else "differ")
        if fault:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._account_page(request, person, status, fault)
        got = self._door.change_password(request, person.name, current, new)
        if isinstance(got, Refusal):
            status = _STATUS[got.reason]
            return self._account_page(request, person, status, got.reason, got.wait)
        answer = RedirectResponse("/account?done=password", HTTPStatus.SEE_OTHER)
        self._door.give(request, answer, got[1])
        return answer

    def revoke(
        self, request: Request, person: SignedIn, token: Annotated[int, Form()] = 0
    ) -> Response:
        """``POST /account/revoke``: one of the person's tokens is none any more."""
        if token not in (mine.id for mine in self._door.tokens(person.name)):
            raise HTTPException(HTTPStatus.NOT_FOUND, "You have no such token.")
        self._door.revoke(token)
        return RedirectResponse("/account?done=revoked", HTTPStatus.SEE_OTHER)

    def _sign_in_page(
        self,
        request: Request,
        next: str,  # noqa: A002
        status: HTTPStatus,
        refusal: Refusal | None = None,
        name: str = "",
    ) -> Response:
        answer = self._show(
            request,
            "sign_in.html",
            status,
            csrf=known(request).csrf,
            next=local(next),
            name=name[:64],
            refusal=refusal.reason if refusal else "",
            minutes=_minutes(refusal.wait) if refusal else 0,
        )
        answer.headers["Cache-Control"] = "no-store"
        return _after(answer, refusal.wait if refusal else 0)

    def _account_page(
        self,
        request: Request,
        person: Person,
        status: HTTPStatus,
        said: str = "",
        wait: int = 0,
    ) -> Response:
        tokens: list[ApiToken] = self._door.tokens(person.name)
        answer = self._show(
            request,
            "account.html",
            status,
            csrf=known(request).csrf,
            person=person,
            tokens=tokens,
            said=said,
            minutes=_minutes(wait),
            shortest=SHORTEST,
            longest=LONGEST,
        )
        return _after(answer, wait)


def local(path: str) -> str:
    """The path, if it leads nowhere but to a page of ours; else ``/``.

    Browsers read a backslash as a slash, two slashes as another host, and drop tabs and
    line breaks before they look.
    """
    is_ours = path.startswith("/") and not path.startswith("//")
    is_plain = path.isascii() and path.isprintable() and not {"\\", " "} & {*path}
    return path if is_ours and is_plain else "/"


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _after(answer: Response, wait: int) -> Response:
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer
