"""What every answer carries, and whom the dashboard answers at all.

Feeds are untrusted: pages run no script, load nothing from elsewhere and cannot be
framed. Other sites are, too: a page in the same browser may point its own name at this
machine (DNS rebinding), so only requests that call us by a local name are answered.
"""

from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def guarded(app: ASGIApp) -> ASGIApp:
    """The app, for local names alone, with HEADERS on every answer, errors included."""
    known = TrustedHostMiddleware(app, HOSTS, www_redirect=False)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await known(scope, receive, send_with_headers)

    return answer
