"""Who asks for a page, in which language, and what every page is given."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from monitor.access import Person
from monitor.model import LANGUAGES, Language
from monitor.web.guide import Guide
from monitor.web.render import render
from monitor.web.sessions import known

LANGUAGE_COOKIE = "language"
NOBODY = Person("", "reader", "session")
"""Who has not proved to be anybody: reads what is open to all."""
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    language: Language
    path: str
    """With its query but for the language: the view, as it can be shared."""
    is_chosen: bool = False
    """Whether the address names the language; it then stays with the browser."""
    person: Person = NOBODY
    csrf: str = ""
    """What every form must bring along, as ``_csrf``."""
    can_sign_in: bool = False
    """Whether nobody is known to ask, where people sign in."""

    @property
    def guide(self) -> Guide:
        """Says what the page says."""
        return _guide(self.language)

    def in_language(self, language: Language) -> str:
        """The address of the same view in another language."""
        joint = "&" if "?" in self.path else "?"
        return f"{self.path}{joint}lang={language}"

    def page(
        self, template: str, status: int = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """The answer: a template with these values, and the visit as ``visit``."""
        html = render(template, self.language, visit=self, **values)
        headers = {
            "Content-Language": self.language,
            "Vary": "Accept-Language, Cookie",
        }
        answer = HTMLResponse(html, status, headers)
        if self.is_chosen:
            answer.set_cookie(
                LANGUAGE_COOKIE, self.language, max_age=_YEAR, samesite="lax"
            )
        return answer


def visit_of(request: Request) -> Visit:
    """The visit that a request is."""
    query = parse_qsl(request.url.query, keep_blank_values=True)
    kept = urlencode([(key, value) for key, value in query if key != "lang"])
    asked = request.query_params.get("lang", "")
    path = request.url.path
    found = known(request)
    return Visit(
        language=choose(
            asked,
            request.cookies.get(LANGUAGE_COOKIE, ""),
            request.headers.get("accept-language", ""),
        ),
        path=f"{path}?{kept}" if kept else path,
        is_chosen=asked in LANGUAGES,
        person=found.person or NOBODY,
        csrf=found.csrf,
        can_sign_in=found.person is None and found.is_open,
    )


Visiting = Annotated[Visit, Depends(visit_of)]
"""A route's parameter: the visit it answers."""


def choose(asked: str, kept: str, accepted: str) -> Language:
    """The language of a page: what its address asks for, what was chosen before, what
    the browser likes best (RFC 9110, 12.5.4), English."""
    for word in (asked, kept):
        for language in LANGUAGES:
            if word == language:
                return language
    liked: dict[Language, float] = dict.fromkeys(LANGUAGES, 0.0)
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";")
        for language in LANGUAGES:
            if tag.strip().lower().partition("-")[0] == language:
                liked[language] = max(liked[language], _weight(weight))
    return max(LANGUAGES, key=lambda language: liked[language])


def _weight(text: str) -> float:
    """The weight of ``q=0.8``; 1 where none is said, 0 where it is no weight."""
    if not text.strip():
        return 1.0
    key, _, number = text.strip().partition("=")
    digits = number.strip().replace(".", "", 1)
    is_weight = key.strip().lower() == "q" and digits.isascii() and digits.isdecimal()
    return float(number) if is_weight and len(digits) < 5 else 0.0


@cache
def _guide(language: Language) -> Guide:
    return Guide(language)
