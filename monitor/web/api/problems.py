"""What the API says when it cannot do what is asked: problems (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from monitor.errors import ConfigError, ConflictError, MonitorError
from monitor.web.filters import Fault, FilterError, said
from monitor.web.guide import Guide
from monitor.web.visit import visit_of

log = logging.getLogger("monitor.web")

MEDIA_TYPE = "application/problem+json"
SLUGS: Mapping[int, str] = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "precondition-failed",
    413: "too-large",
    429: "too-many-requests",
    500: "broken",
    503: "unavailable",
}
"""Status -> how ``type`` ends; neither ever changes."""


def titles(guide: Guide) -> Mapping[int, str]:
    """Status -> what it means, to a person."""
    say = guide.say
    return {
        400: say("This request asks for something we do not understand"),
        401: say("This takes a token"),
        403: say("You may not do this"),
        404: say("There is nothing here"),
        405: say("This address cannot do that"),
        409: say("Somebody changed this meanwhile"),
        412: say("This is not the state that you saw"),
        413: say("This is too large"),
        429: say("Too many requests"),
        500: say("This broke, and that is our fault"),
        503: say("The database cannot be read just now"),
    }


def problem(
    request: Request,
    status: int,
    detail: str,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer; its title speaks the language of whoever asks."""
    visit = visit_of(request)
    body: dict[str, Any] = {
        "type": f"urn:monitor:problem:{SLUGS.get(status, 'other')}",
        "title": titles(visit.guide).get(status, HTTPStatus(status).phrase),
        "status": int(status),
        "detail": detail,
        "errors": [{"parameter": x.key, "detail": x.told} for x in faults],
    }
    named = {
        "Cache-Control": "no-store",
        "Content-Language": visit.language,
        "Vary": "Accept-Language, Authorization, Cookie",
        **(headers or {}),
    }
    return JSONResponse(body, status, named, MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Let an app tell every error so."""
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(FilterError, _misasked)
    app.add_exception_handler(ConflictError, _clashing)
    app.add_exception_handler(ConfigError, _mistaken)
    app.add_exception_handler(MonitorError, _unavailable)
    app.add_exception_handler(Exception, _broken)


def told(request: Request, error: Exception) -> Response:
    """The problem that an error of the gate's is to a program."""
    is_ours = isinstance(error, MonitorError)
    return (_unavailable if is_ours else _refused)(request, error)


def faults_of(error: RequestValidationError) -> list[Fault]:
    """What FastAPI finds wrong, by parameter."""
    return [
        said(".".join(map(str, each["loc"][1:])) or "body", str(each["msg"]))
        for each in error.errors()
    ]


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    detail = "" if error.detail == phrase else str(error.detail)
    return problem(request, error.status_code, detail, headers=error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _bad(request, faults_of(error))


def _misasked(request: Request, error: Exception) -> Response:
    assert isinstance(error, FilterError)
    return _bad(request, error.faults)


def _bad(request: Request, faults: Sequence[Fault]) -> Response:
    detail = "; ".join(f"{each.key}: {each.told}" for each in faults)
    return problem(request, HTTPStatus.BAD_REQUEST, detail, faults)


def _mistaken(request: Request, error: Exception) -> Response:
    return problem(request, HTTPStatus.BAD_REQUEST, str(error))


def _clashing(request: Request, error: Exception) -> Response:
    return problem(request, HTTPStatus.CONFLICT, str(error))


def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("%s: %s", request.url.path, error)
    wait = {"Retry-After": "60"}
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers=wait)


def _broken(request: Request, error: Exception) -> Response:
    detail = "The log says more."
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)
