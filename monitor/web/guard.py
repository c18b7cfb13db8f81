"""What every answer carries, and whom the dashboard answers at all.

Feeds are untrusted: pages run no script, load nothing from elsewhere and cannot be
framed. Other sites are, too: a page in the same browser may point its own name at this
machine (DNS rebinding), so only requests that call us by a local name are answered.
"""

from urllib.parse import urlsplit

from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


READER_PATHS = ("/editions/", "/unsubscribe/")
"""What readers may open from anywhere, if there is a public address."""


def guarded(app: ASGIApp, public: str = "") -> ASGIApp:
    """The app, for local names alone, with HEADERS on every answer, errors included.

    Under the host of ``public``, an address, it answers for READER_PATHS, and for them
    only. An answer's own word on a header of HEADERS counts.
    """
    known = TrustedHostMiddleware(app, HOSTS, www_redirect=False)
    host = urlsplit(public).netloc.lower()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        is_readers = bool(host) and _is_readers(scope, host)
        await (app if is_readers else known)(scope, receive, send_with_headers)

    return answer


def _is_readers(scope: Scope, host: str) -> bool:
    """Whether a reader asks, from anywhere, for what readers may open."""
    if scope["type"] != "http" or not scope["path"].startswith(READER_PATHS):
        return False
    name = Headers(scope=scope).get("host", "").lower()
    return name == host or name in (f"{host}:443", host.removesuffix(":443"))
