"""What an address asks for: which stories or items, and which stretch of them.

Pages, the API, exports and feeds share these names, so that the address of a list in
one form is that of the same list in another. What is empty narrows nothing: forms send
all their fields.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from monitor.errors import ConfigError
from monitor.outline import Order, Selection
from monitor.pipeline import Desk
from monitor.web.days import ZONE, parse_day

MOST = 200
"""Rows of one page of a list."""
LONGEST = 200
"""Characters of a name that is asked for; the longest of ours have forty."""
_MOMENT = (
    "^([0-9]{4}-[0-9]{2}-[0-9]{2}"
    "(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?)?$"
)
_YEARS = range(1970, 2400)

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter of an address."""

    parameter: str
    told: str


class MisaskedError(Exception):
    """An address asks for what there is not."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{x.parameter}: {x.told}" for x in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows an address asks for, as it is written."""

    selection: Selection
    query: tuple[tuple[str, str], ...]
    """What narrows the list, as the address has it, in order of names."""

    @property
    def address(self) -> str:
        """The query of the address; empty if nothing is narrowed."""
        return urlencode(self.query)


Since = Annotated[
    str,
    Query(
        pattern=_MOMENT,
        description="From this day (Mexico City's clock) or moment on.",
    ),
]
Until = Annotated[
    str, Query(pattern=_MOMENT, description="Up to this day's end, or this moment.")
]
Side = Annotated[
    Literal["", "US", "MX", "both", "only-US", "only-MX"],
    Query(description="Which sides tell it: at all, both of them, one alone."),
]
Tongue = Annotated[
    Literal["", "en", "es"], Query(description="Language of an item of it.")
]
Certainty = Annotated[
    Literal["", "feed", "default-zone", "poll-bounded"],
    Query(description="How far its lag, or the item's date, can be trusted."),
]
Leader = Annotated[
    Literal["", "US", "MX"], Query(description="Which side had the story first.")
]


def _name(what: str) -> object:
    return Query(max_length=LONGEST, description=f"Name of {what}.")


def asked_of(
    since: Since = "",
    until: Until = "",
    side: Side = "",
    language: Tongue = "",
    outlet: Annotated[str, _name("an outlet")] = "",
    theme: Annotated[str, _name("a theme")] = "",
    certainty: Certainty = "",
    leader: Leader = "",
    watchlist: Annotated[str, _name("a watch-list")] = "",
) -> Asked:
    """What an address narrows a list to; raises MisaskedError for what is no day."""
    narrowed = Selection(
        start=_start(since),
        end=_end(until),
        side=side or None,
        language=language or None,
        outlet=outlet or None,
        theme=theme or None,
        certainty=certainty or None,
        leader=leader or None,
        watchlist=watchlist or None,
    )
    named = {"since": since, "until": until} | {
        each.name: getattr(narrowed, each.name) or ""
        for each in fields(narrowed)
        if each.name not in ("start", "end")
    }
    return Asked(narrowed, tuple((k, v) for k, v in sorted(named.items()) if v))


Asking = Annotated[Asked, Depends(asked_of)]
"""A route's parameter: what its address narrows the list to."""
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.")]
After = Annotated[
    str,
    Query(max_length=600, description="Where the page begins: of ``next``, unread."),
]
Ordered = Annotated[Order, Query(description="By what stories are put in order.")]
Days = Annotated[int, Query(ge=1, le=92, description="How many days up to now.")]


def known(asked: Asked, desk: Desk) -> Selection:
    """The selection; raises MisaskedError for a theme or watch-list there is not."""
    chosen = asked.selection
    names = {
        "theme": [theme.name for theme in desk.themes.themes],
        "watchlist": [each.name for each in desk.watchlists],
    }
    faults = list(
        _unknown({"theme": chosen.theme, "watchlist": chosen.watchlist}, names)
    )
    if faults:
        raise MisaskedError(*faults)
    return chosen


def _unknown(
    said: Mapping[str, str | None], names: Mapping[str, Iterable[str]]
) -> Iterator[Fault]:
    for parameter, name in said.items():
        there = list(names[parameter])
        if name is not None and name not in there:
            told = f"expected one of {', '.join(there)}" if there else "there is none"
            yield Fault(parameter, f"{name!r}: {told}")


@contextmanager
def blaming(parameter: str) -> Iterator[None]:
    """A ConfigError of the block is the fault of one parameter."""
    try:
        yield
    except ConfigError as error:
        told = str(error).removeprefix(f"{parameter}: ")
        raise MisaskedError(Fault(parameter, told)) from error


def _start(text: str) -> datetime | None:
    if not text:
        return None
    return _moment("since", text) if "T" in text else midnight(_day("since", text))


def _end(text: str) -> datetime | None:
    if not text:
        return None
    if "T" in text:
        return _moment("until", text)
    return midnight(_day("until", text) + timedelta(days=1))


def midnight(day: date) -> datetime:
    """When a day begins on the dashboard's clock, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(ZONE)).astimezone(UTC)


def _day(parameter: str, text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise MisaskedError(Fault(parameter, f"{text!r}: {error}")) from error


def _moment(parameter: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.year not in _YEARS:
            raise ValueError("expected a moment of our times")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        what = "expected a moment such as 2025-04-08T14:05:00Z"
        raise MisaskedError(Fault(parameter, f"{text!r}: {what}")) from error
