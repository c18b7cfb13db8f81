"""Whom the dashboard answers, and what they may ask for: nothing unless it says so.

It stands before all routes, so that one that was forgotten is closed, not open.
"""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.errors import MonitorError
from monitor.web.sessions import Door, Known, bearer

READER_PATHS = ("/editions/", "/unsubscribe/")
"""What readers of the digest may open from anywhere: who has the address may."""
FREE_PATHS = ("/static/", "/livez", "/readyz")
"""What tells nothing of anybody."""
OWN_PATHS = ("/sign-in", "/sign-out", "/account")
"""Where a reader may send forms, too."""
MAX_BODY = 1 << 20
"""Bytes of a form or of what a program sends."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

STALE = (
    "This form comes from another site, or is older than your sign-in. Go back, load "
    "the page again, and repeat what you did."
)

Tell = Callable[[Request, Exception], Response]
"""An error -> the page, or the problem, that tells of it."""


class Gate:
    """Lets through to the app whoever may ask what they ask."""

    def __init__(self, app: ASGIApp, door: Door, tell: Tell) -> None:
        self._app = app
        self._door = door
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or _is_in(scope["path"], READER_PATHS):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        is_public = self._door.is_public(request)
        if not is_public and _is_in(scope["path"], FREE_PATHS):
            await self._app(scope, receive, send)
            return
        try:
            known = await run_in_threadpool(self._door.known, request)
            if is_public and not known.is_open:
                await PlainTextResponse(NO_HOST, 400)(scope, receive, send)
                return
            scope.setdefault("state", {})["known"] = known
            refused = self._refused(request, known)
            if refused is None and request.method not in SAFE:
                body = await _body(request)
                receive = _again(body)
                if known.person is None or known.person.via != "token":
                    await self._check_form(Request(scope, _again(body)), known)
        except ClientDisconnect:
            return
        except (HTTPException, MonitorError) as error:
            refused = self._said(request, error)
        answer = refused or self._app
        await answer(scope, receive, _private(scope, send))

    def _refused(self, request: Request, known: Known) -> Response | None:
        """The answer to who may not ask this."""
        path, person = request.url.path, known.person
        if _is_in(path, (*FREE_PATHS, "/sign-in")):
            return None
        if person is None:
            if request.method in SAFE and is_browser(request):
                query = f"?{request.url.query}" if request.url.query else ""
                where = quote(path + query, safe="/")
                return RedirectResponse(f"/sign-in?next={where}", 303)
            told = "Sign in, or send 'Authorization: Bearer' and a token."
            headers = {"WWW-Authenticate": "Bearer"}
            error = HTTPException(HTTPStatus.UNAUTHORIZED, told, headers)
            return self._said(request, error)
        is_own = _is_in(path, OWN_PATHS)
        if request.method not in SAFE and not person.is_editor and not is_own:
            told = "This takes an editor."
            return self._said(request, HTTPException(HTTPStatus.FORBIDDEN, told))
        return None

    async def _check_form(self, request: Request, known: Known) -> None:
        """Raises HTTPException for what another site may have sent."""
        if is_foreign(request, self._door.origin(request)):
            raise HTTPException(HTTPStatus.FORBIDDEN, STALE)
        # The form of a browser that signed in, in another tab, after it was loaded.
        is_sign_in = request.url.path == "/sign-in"
        wanted = self._door.form_token if is_sign_in else known.csrf
        brought = request.headers.get("x-csrf-token") or await _field(request)
        if not hmac.compare_digest(brought.encode(), wanted.encode()):
            raise HTTPException(HTTPStatus.FORBIDDEN, STALE)

    def _said(self, request: Request, error: HTTPException | MonitorError) -> Response:
        answer = self._tell(request, error)
        for name, value in (getattr(error, "headers", None) or {}).items():
            answer.headers[name] = value
        return answer


NO_HOST = "Invalid host header"


def is_foreign(request: Request, own: str) -> bool:
    """Whether another site than ``own`` had the browser send this.

    Other ports of this machine are other sites. Under our Referrer-Policy the origin of
    our own forms is ``null``; then, and where browsers say neither, the form's token
    alone decides.
    """
    site = request.headers.get("sec-fetch-site", "none").lower()
    origin = request.headers.get("origin", "null").lower()
    return site not in ("same-origin", "none") or origin not in ("null", own)


def _is_in(path: str, roots: tuple[str, ...]) -> bool:
    """``/account/password`` is in ``/account``; ``/accounts`` is not."""
    return any(path == r or path.startswith(r.rstrip("/") + "/") for r in roots)


def is_browser(request: Request) -> bool:
    """Whether a person reads the answer, not a program."""
    return "text/html" in request.headers.get("accept", "") and bearer(request) is None


def _private(scope: Scope, send: Send) -> Send:
    """What people who signed in see is kept by no browser and by nobody on the way."""
    known = scope.get("state", {}).get("known")
    via = known.person.via if known and known.person else "local"
    if via == "local" or _is_in(scope["path"], FREE_PATHS):
        return send

    async def send_privately(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if via == "session":
                headers["Cache-Control"] = "private, no-store"
            else:
                headers.setdefault("Cache-Control", "private, no-cache")
        await send(message)

    return send_privately


# --- bodies ----------------------------------------------------------------------


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def _again(body: bytes) -> Receive:
    """Receives a body that was received before."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receive


async def _field(request: Request) -> str:
    """The token that a form brings in its field."""
    try:
        async with request.form(max_files=4, max_fields=12_000) as form:
            brought = form.get("_csrf", "")
    except MultiPartException as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The form is broken.") from error
    return brought if isinstance(brought, str) else ""
