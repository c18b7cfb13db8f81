"""What is wrong with a query or a form, in the language of the page.

Whoever finds the mistake says it in English, as on the command line. Those that people
make are found again here by their wording; any other stays English, and says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.config.mistakes import MistakesError
from monitor.digest.headline import clean
from monitor.errors import ConfigError
from monitor.model import Language
from monitor.web.catalogue import later
from monitor.web.guide import Guide

_KNOWN = (
    # of queries
    later("the query has {n} characters of {most}; shorten it"),
    later("{text} holds no word to look for; write one"),
    later("the query has {n} terms; {most} are read, leave some out"),
    later("{text} begins too many words; write {n} letters or more before the *"),
    later(
        "{text} only says what is not wanted; add a word that is, as in "
        "'steel -dumping'"
    ),
    later("the query is nested more than {n} deep; write it flatter"),
    later(
        "character {n}, {text}: expected AND or OR; put words of one phrase into quotes"
    ),
    later(
        "character {n}, {text}: expected a term; write one, or remove the operator "
        "before it"
    ),
    later("character {n}, {text}: opens a quote that is never closed; close it"),
    later("character {n}, {text}: expected ) for the ( at character {at}"),
    later("character {n}, {text}: has no ( before it; remove it"),
    later(
        "character {n}, {text}: AND and OR stand side by side; put parentheses around "
        "one"
    ),
    later("character {n}, {text}: expected an operator in capitals; write {operator}"),
    later("character {n}, {text}: expected an operator; write AND NOT or OR NOT"),
    # of filters
    later("lies before from; exchange the two"),
    later("{text}: expected one of {names}"),
    later(
        "{text}: expected a day such as 2026-03-01, or a moment with its offset such "
        "as 2026-03-01T06:00:00Z"
    ),
    later("expected a day such as 2025-04-08"),
    # of forms
    later("is missing"),
    later("expected a text"),
    later("expected a mail address such as desk@example.org"),
    later("expected an IANA time zone such as America/Mexico_City"),
    later('expected a time of day such as "07:00"'),
    later("expected at least one"),
    later("expected at most {n} characters"),
    later("holds a character that cannot be shown; remove it"),
    later("{name} is in feeds.yaml already; choose another name"),
    later("{name} is on the desk already; choose another name"),
    later("no watch-list is named {name}; did you mean {other}?"),
    later("no watch-list is named {name}; expected one of {names}"),
    later("no theme is named {name}; did you mean {other}?"),
    later("no theme is named {name}; expected one of {names}"),
)
"""As they are worded; a test has each said by whoever finds it."""
_FIELD = re.compile(r"\\\{(\w+)\\\}")
_FOUND = ", found "


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake as a page tells it."""

    text: str
    language: Language
    """Of the text."""


def told(message: str, guide: Guide) -> Mistake:
    """A mistake in the language of the page, if its wording is known."""
    message = clean(message).removesuffix(f"{_FOUND}()")
    if guide.language == "en":
        return Mistake(message, "en")
    what, found, value = message.rpartition(_FOUND)
    for wording in _KNOWN:
        if fields := _pattern(wording).fullmatch(what if found else message):
            said = guide.say(wording, **fields.groupdict())
            if found:
                said = guide.say("{mistake}, found {value}", mistake=said, value=value)
            return Mistake(said, guide.language)
    return Mistake(message, "en")


def mistakes_of(error: ConfigError | None) -> tuple[str, ...]:
    """Each mistake that an error tells of; none of no error."""
    if isinstance(error, MistakesError):
        return error.mistakes
    return (str(error),) if error else ()


def by_field(
    mistakes: Iterable[str], fields: Iterable[str], guide: Guide
) -> Mapping[str, tuple[Mistake, ...]]:
    """Mistakes that begin with their key, by field of a form; others under ``""``.

    Every field is there, those without a mistake too.
    """
    known = tuple(fields)
    found: dict[str, list[Mistake]] = {field: [] for field in ("", *known)}
    for mistake in mistakes:
        key, _, what = mistake.partition(": ")
        field = key.partition("[")[0].partition(".")[0]
        if field in known:
            found[field].append(told(what, guide))
        else:
            found[""].append(told(mistake, guide))
    return {field: tuple(dict.fromkeys(all_of)) for field, all_of in found.items()}


def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(wording)))
