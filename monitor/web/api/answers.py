"""What every answer of the API has in common: tags, pages, and no parameter unread."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.outline import Count
from monitor.store import cursors
from monitor.store.cursors import Cursor
from monitor.web.filters import FilterError, said
from monitor.web.selecting import blaming

Row = Mapping[str, Any]

ROOT = "/api/v1"
CACHING = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Authorization, Cookie",
}
"""Browsers and programs keep it for one person, and ask whether it still holds."""
NEITHER = ("lang",)
"""What any address may have beside its own parameters."""


class Answering(APIRoute):
    """A route that refuses parameters it does not know and tags what it answers."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler between the two."""
        answer = super().get_route_handler()
        names = [
            field.alias
            for field in get_flat_params(self.dependant)
            if isinstance(field.field_info, params.Query)
        ]

        async def tagged(request: Request) -> Response:
            _refuse_unknown(request.query_params.keys(), names)
            return tag(request, await answer(request))

        return tagged


def _refuse_unknown(given: Iterable[str], names: list[str]) -> None:
    strangers = [name for name in given if name not in (*names, *NEITHER)]
    if strangers:
        raise FilterError([said(name, _remedy(name, names)) for name in strangers])


def _remedy(name: str, names: list[str]) -> str:
    if not names:
        return "is no parameter of this address, which has none"
    near = get_close_matches(name, names, 1)
    meant = f"; is '{near[0]}' meant?" if near else ""
    return f"is no parameter of this address; expected {', '.join(names)}{meant}"


def tag(request: Request, answer: Response) -> Response:
    """The answer with its ETag, or 304 where whoever asks has it already."""
    is_whole = answer.status_code == HTTPStatus.OK and hasattr(answer, "body")
    if request.method not in ("GET", "HEAD") or not is_whole:
        return answer
    etag = f'"{sha256(answer.body).hexdigest()[:32]}"'
    for name, value in {"ETag": etag, **CACHING}.items():
        answer.headers.setdefault(name, value)
    if not _has(request.headers.get("if-none-match", ""), etag):
        return answer
    kept = ("etag", "cache-control", "vary", "content-language", "link")
    headers = {name: value for name, value in answer.headers.items() if name in kept}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def _has(said: str, etag: str) -> bool:
    """Whether If-None-Match names a tag (RFC 9110, 13.1.2)."""
    named = [each.strip().removeprefix("W/") for each in said.split(",")]
    return etag in named or named == ["*"]


class HeadAsGet:
    """HEAD is answered as GET is; the server leaves the body away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # A copy: the server looks at its own to know that no body is wanted.
            scope = dict(scope, method="GET")
        await self._app(scope, receive, send)


def page(
    request: Request,
    response: Response,
    name: str,
    rows: Sequence[Row],
    total: Count,
    after: str | None = None,
) -> dict[str, Any]:
    """One stretch of a list, and where the next one is: in the body and as a Link."""
    following = address_after(request, after) if after is not None else None
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    counted = {"number": total.number, "is_more": total.is_more}
    return {name: rows, "total": counted, "next": following}


def stretch(
    rows: Sequence[Row], name: str, after: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """A page of rows that are all here, by falling ids; raises FilterError."""
    if after is not None:
        with blaming("after"):
            last = cursors.read(name, after, (int,)).key
        assert isinstance(last, int)
        rows = [row for row in rows if row["id"] < last]
    shown = rows[:limit]
    if len(rows) <= limit:
        return shown, None
    return shown, cursors.write(name, Cursor(shown[-1]["id"], ""))


def address_after(request: Request, after: str) -> str:
    """The address of the page that begins after a row."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', after)])}"
