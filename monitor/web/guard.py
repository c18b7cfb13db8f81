"""What every answer carries, and whom the dashboard answers at all.

Feeds are untrusted: pages run no script but our own, load nothing from elsewhere and
cannot be framed. Other sites are, too: a page in the same browser may point its own
name at this machine (DNS rebinding), so only requests that call us by a name of ours
are answered.
"""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.gate import NO_HOST, Gate, Tell
from monitor.web.sessions import Door, host_name

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), "
        "payment=(), usb=()"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
STRICT_TRANSPORT = "max-age=31536000"
"""A year; of names below ours, which others may serve, nothing is said."""


def guarded(app: ASGIApp, door: Door, tell: Tell) -> ASGIApp:
    """The app behind its gate, with HEADERS on every answer, errors included.

    It answers to the names that lead here and to the public one; under the public one
    alone for what readers may open, until somebody can sign in. An answer's own word on
    a header of HEADERS counts. ``tell`` makes the pages that tell of errors.
    """
    gate = Gate(app, door, tell)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request = Request(scope)
        is_secure = door.is_secure(request)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if is_secure:
                    headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
            await send(message)

        is_ours = host_name(request) in door.reach.names or door.is_public(request)
        inner = gate if is_ours else PlainTextResponse(NO_HOST, 400)
        await inner(scope, receive, send_with_headers)

    return answer
