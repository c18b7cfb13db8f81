"""
What an address narrows a list down to: its query, read and written.

    /stories?from=2026-03-01&to=2026-03-07&side=only-MX&theme=trade

Every list, export and feed of stories understands the same keys, so that a view is its
address. Days are those of the dashboard's clock, both ends included; a moment, with its
offset, may stand in their place.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from monitor.comparison import LagCertainty
from monitor.model import LANGUAGES, SIDES
from monitor.outline import Order, Selection, Told
from monitor.web.catalogue import later
from monitor.web.days import YEARS, ZONE, parse_day
from monitor.web.guide import Guide

_DAY = timedelta(days=1)

CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": get_args(Told),
    "language": LANGUAGES,
    "certainty": get_args(LagCertainty),
    "leader": SIDES,
}
"""Keys of which every value is known."""
NAMES = ("outlet", "theme", "watchlist")
"""Keys that name something of ours."""
BOUNDS = {"from": "start", "to": "end"}
"""Keys of time, and what of a Selection they are."""
KEYS = (*BOUNDS, *CHOICES, *NAMES)
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key of an address."""

    key: str
    message: str
    """A text of the catalogue."""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """In English, as programs are told."""
        return self.message.format(**self.fields)

    def say(self, guide: Guide) -> str:
        """In the language of a page."""
        return guide.say(self.message, **self.fields)


class FilterError(ValueError):
    """An address asks for what there is not; ``faults`` are all that is wrong."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("; ".join(f"{fault.key} {fault.told}" for fault in faults))
        self.faults = tuple(faults)


def read(
    query: Mapping[str, str],
    known: Mapping[str, Collection[str]] | None = None,
    choices: Mapping[str, Collection[str]] = CHOICES,
) -> Selection:
    """The selection that a query asks for; what is empty or not of ours is left out.

    ``known`` has the names there are, by key; names of keys that it lacks are taken as
    they are; ``choices`` are those of a list that has fewer. Raises FilterError with
    every fault.
    """
    allowed = {**(known or {}), **choices}
    faults: list[Fault] = []
    chosen: dict[str, Any] = {}
    for key in KEYS:
        text = query.get(key, "").strip()
        if not text:
            continue
        try:
            chosen[BOUNDS.get(key, key)] = _value(key, text, allowed.get(key))
        except _Misread as error:
            faults.append(Fault(key, error.message, error.fields))
    start, end = chosen.get("start"), chosen.get("end")
    if start and end and start >= end:
        faults.append(Fault("to", later("lies before from; exchange the two")))
    if faults:
        raise FilterError(faults)
    return Selection(**chosen)


def order(text: str) -> Order:
    """The order that an address asks for; raises FilterError."""
    for each in ORDERS:
        if text in ("", each):
            return each
    fault = _expected(text, ORDERS)
    raise FilterError([Fault("order", fault.message, fault.fields)])


def query_of(
    query: Mapping[str, str], *, kept: Collection[str] = (), **changed: str | None
) -> str:
    """The filters of a query as the end of an address, some of them changed.

    ``None`` takes one out, and ``kept`` are further keys of the page. Empty if none is
    left; else it begins with ``?``.
    """
    keys = (*kept, *KEYS, "order")
    said = {key: query[key] for key in keys if query.get(key, "").strip()}
    said |= {key.rstrip("_"): value or "" for key, value in changed.items()}
    left = [(key, value) for key, value in said.items() if value]
    return f"?{urlencode(left)}" if left else ""


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """A day on the dashboard's clock, from midnight to midnight."""
    zone = ZoneInfo(ZONE)
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + _DAY, time(), zone),
    )


class _Misread(Exception):
    """What is wrong with a value."""

    def __init__(self, message: str, **fields: str) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


def _value(key: str, text: str, names: Collection[str] | None) -> datetime | str:
    """One key's value; raises _Misread with what was expected."""
    if key in BOUNDS:
        return _bound(text, is_end=key == "to")
    if names is not None and text not in names:
        raise _expected(text, names)
    return text


def _bound(text: str, *, is_end: bool) -> datetime:
    if "T" not in text:
        try:
            return day_bounds(parse_day(text))[is_end]
        except ValueError as error:
            raise _Misread(str(error), text=_quoted(text)) from error
    moment = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise _Misread(_NO_MOMENT, text=_quoted(text))
    return moment


_NO_MOMENT = later(
    "{text}: expected a day such as 2026-03-01, or a moment with its offset such as "
    "2026-03-01T06:00:00Z"
)


def _expected(text: str, allowed: Collection[str]) -> _Misread:
    names = ", ".join(sorted(allowed)[:30])
    if not names:
        return _Misread(later("{text}: there is none"), text=_quoted(text))
    message = later("{text}: expected one of {names}")
    return _Misread(message, text=_quoted(text), names=names)


def _quoted(text: str) -> str:
    return repr(text[:80])
