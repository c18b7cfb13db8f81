"""
What an address asks for, as parameters of routes that the API's description names.

``filters.py`` says what they mean: the address of a list in one form is that of it
in another. What is empty narrows nothing: forms send all their fields.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

from monitor.errors import ConfigError
from monitor.outline import Order, Selection
from monitor.pipeline import Desk
from monitor.web import filters
from monitor.web.filters import FilterError, said

MOST = 200
"""Rows of one page of a list."""
LONGEST = 200
"""Characters of a name that is asked for; the longest of ours have forty."""
_MOMENT = (
    "^([0-9]{4}-[0-9]{2}-[0-9]{2}"
    "(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?)?$"
)


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
    """What an address narrows a list to; raises FilterError for what is no day."""
    query = {
        "since": since,
        "until": until,
        "side": side,
        "language": language,
        "outlet": outlet,
        "theme": theme,
        "certainty": certainty,
        "leader": leader,
        "watchlist": watchlist,
    }
    narrowed = filters.read(query)
    return Asked(narrowed, tuple(sorted((k, v) for k, v in query.items() if v)))


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
    """The selection; raises FilterError for a theme or watch-list there is not."""
    return filters.read(dict(asked.query), names(desk))


def names(desk: Desk) -> dict[str, list[str]]:
    """The names that filters may have, of those that we know them all of."""
    return {
        "theme": [theme.name for theme in desk.themes.themes],
        "watchlist": [each.name for each in desk.watchlists],
    }


@contextmanager
def blaming(parameter: str) -> Iterator[None]:
    """A ConfigError of the block is the fault of one parameter."""
    try:
        yield
    except ConfigError as error:
        told = str(error).removeprefix(f"{parameter}: ")
        raise FilterError([said(parameter, told)]) from error
