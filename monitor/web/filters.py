"""
What an address narrows a list down to: its query, read and written.

    /stories?since=2026-03-01&until=2026-03-07&side=only-MX&theme=trade

Every list, export and feed of stories understands the same keys, so that a view is its
address. Days are those of the dashboard's clock, both ends included; a moment, with its
offset, may stand in their place.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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
BOUNDS = {"since": "start", "until": "end"}
"""Keys of time, and what of a Selection they are."""
KEYS = (*BOUNDS, *CHOICES, *NAMES)
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key of an address."""

    key: str
    message: str
    """A text of the catalogue, without its fields."""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """In English, as programs are told."""
        return self.message.format(**self.fields)

    def say(self, guide: Guide) -> str:
        """In the language of a page."""
        return guide.say(self.message, **self.fields)


def said(key: str, told: str) -> Fault:
    """A fault in words that are no text of the catalogue."""
    return Fault(key, "{told}", {"told": told})


class FilterError(ValueError):
    """An address asks for what there is not; ``faults`` are all that is wrong."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__("; ".join(f"{fault.key}: {fault.told}" for fault in faults))
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
        except FilterError as error:
            faults.extend(error.faults)
    start, end = chosen.get("start"), chosen.get("end")
    if start and end and start >= end:
        faults.append(Fault("until", later("lies before since; exchange the two")))
    if faults:
        raise FilterError(faults)
    return Selection(**chosen)


def order(text: str) -> Order:
    """The order that an address asks for; raises FilterError."""
    for each in ORDERS:
        if text in ("", each):
            return each
    raise FilterError([_expected("order", text, ORDERS)])


def query_of(
    query: Mapping[str, str], *, kept: Collection[str] = (), **changed: str | None
) -> str:
    """The filters of a query as the end of an address, some of them changed.

    ``None`` takes one out, and ``kept`` are further keys of the page. Empty if none is
    left; else it begins with ``?``.
    """
    keys = (*kept, *KEYS, "order")
    said = {key: query[key] for key in keys if query.get(key, "").strip()}
    said |= {key: value or "" for key, value in changed.items()}
    left = [(key, value) for key, value in said.items() if value]
    return f"?{urlencode(left)}" if left else ""


def midnight(day: date) -> datetime:
    """When a day begins on the dashboard's clock, in UTC."""
    return day_bounds(day)[0].astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """A day on the dashboard's clock, from midnight to midnight."""
    zone = ZoneInfo(ZONE)
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + _DAY, time(), zone),
    )


def _value(key: str, text: str, names: Collection[str] | None) -> datetime | str:
    """One key's value; raises FilterError with what was expected."""
    if key in BOUNDS:
        return _bound(key, text)
    if names is not None and text not in names:
        raise FilterError([_expected(key, text, names)])
    return text


def _bound(key: str, text: str) -> datetime:
    if "T" not in text:
        try:
            return day_bounds(parse_day(text))[key == "until"]
        except ValueError as error:
            fault = Fault(key, str(error), {"text": repr(text[:80])})
            raise FilterError([fault]) from error
    moment = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        message = later(
            "{text}: expected a day such as 2026-03-01, or a moment with its offset "
            "such as 2026-03-01T06:00:00Z"
        )
        raise FilterError([Fault(key, message, {"text": repr(text[:80])})])
    return moment


def _expected(key: str, text: str, allowed: Collection[str]) -> Fault:
    if not allowed:
        return Fault(key, later("{text}: there is none"), {"text": repr(text[:80])})
    names = ", ".join(sorted(allowed)[:30])
    message = later("{text}: expected one of {names}")
    return Fault(key, message, {"text": repr(text[:80]), "names": names})
