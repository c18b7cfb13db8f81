"""Readers of the digest, as the desk lists them and as its form has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Form

from monitor.digest.delivery import standing
from monitor.digest.headline import clean
from monitor.readers import (
    WEEKDAYS,
    KeptSubscriber,
    Subscriber,
    Subscription,
    Weekday,
)
from monitor.web.catalogue import later
from monitor.web.guide import Guide

ZONES = (
    *("America/Mexico_City", "America/Monterrey", "America/Tijuana"),
    *("America/Hermosillo", "America/Cancun", "America/Ciudad_Juarez"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Puerto_Rico", "Europe/Madrid", "UTC"),
)
"""Offered; any other of the IANA's is taken, too."""
FIELDS = (
    *("name", "address", "language", "tz", "time", "weekdays", "themes"),
    *("watchlists", "length", "translate"),
)
State = Literal["on", "paused", "left", "refused"]

_Text = Annotated[str, Form()]
_Texts = Annotated[tuple[str, ...], Form()]
_STATES: Mapping[State, str] = {
    "on": later("on"),
    "paused": later("paused"),
    "left": later("unsubscribed"),
    "refused": later("refused by the mail server"),
}
_SPOKEN: Mapping[str, str] = {
    "en": later("English"),
    "es": later("Spanish"),
    "both": later("both languages"),
}
_DAYS: Mapping[Weekday, str] = {
    "mon": later("Monday"),
    "tue": later("Tuesday"),
    "wed": later("Wednesday"),
    "thu": later("Thursday"),
    "fri": later("Friday"),
    "sat": later("Saturday"),
    "sun": later("Sunday"),
}


@dataclass
class Sent:
    """What the form of a subscriber brings; at first, what it offers."""

    name: _Text = ""
    address: _Text = ""
    language: _Text = "both"
    tz: _Text = ""
    time: _Text = ""
    weekdays: _Texts = ()
    themes: _Texts = ()
    watchlists: _Texts = ()
    length: _Text = "standard"
    translate: _Text = ""
    step: _Text = ""
    """``new`` or ``edit``, for the preview of either."""

    @property
    def form(self) -> Mapping[str, object]:
        """As ``check_subscriber`` takes it; a box that is not ticked says no."""
        said: dict[str, object] = {key: getattr(self, key) for key in FIELDS}
        return said | {"translate": self.translate == "yes"}


def offered() -> Sent:
    """The form before anybody has filled it in."""
    return Sent(
        tz=ZONES[0], time="07:00", weekdays=WEEKDAYS, translate="yes", step="new"
    )


def sent_of(reader: Subscriber) -> Sent:
    """The form as it was filled in for a reader."""
    return Sent(
        name=reader.name,
        address=reader.address,
        language=reader.language,
        tz=reader.tz,
        time=f"{reader.time:%H:%M}",
        weekdays=reader.weekdays,
        themes=reader.themes,
        watchlists=reader.watchlists,
        length=reader.length,
        translate="yes" if reader.translate else "",
        step="edit",
    )


@dataclass(frozen=True, slots=True)
class SubscriberView:
    """One reader in the list."""

    name: str
    address: str
    gets: str
    """``English, 07:00 (America/New_York), every day``"""
    state: State
    told: str
    """The state in words, with its time or the server's."""
    made: str
    """``dana, Mar 2, 05:12``; empty for those of feeds.yaml."""
    rest: str
    """``?name=…``"""


def subscriber_views(
    readers: Iterable[Subscriber],
    kept: Mapping[str, KeptSubscriber],
    known: Sequence[Subscription],
    guide: Guide,
) -> list[SubscriberView]:
    """All readers; ``kept`` are by name those that the database has."""
    return [
        _view(
            each, kept.get(each.name), standing(known, each.name, each.address), guide
        )
        for each in readers
    ]


def weekday_names(guide: Guide) -> list[tuple[Weekday, str]]:
    """The days of the week in the page's language."""
    return [(day, guide.say(_DAYS[day])) for day in WEEKDAYS]


def _view(
    reader: Subscriber,
    kept: KeptSubscriber | None,
    of: Subscription | None,
    guide: Guide,
) -> SubscriberView:
    state = _state(of)
    return SubscriberView(
        name=clean(reader.name),
        address=clean(reader.address),
        gets=", ".join(
            (
                guide.say(_SPOKEN[reader.language]),
                f"{reader.time:%H:%M} ({reader.tz})",
                _days(reader, guide),
            )
        ),
        state=state,
        told=_told(state, of, guide),
        made=f"{kept.by}, {guide.time(kept.made)}" if kept else "",
        rest="?" + urlencode({"name": reader.name}),
    )


def _state(of: Subscription | None) -> State:
    if of and of.stopped:
        return "left" if of.is_left else "paused"
    return "refused" if of and of.refused else "on"


def _told(state: State, of: Subscription | None, guide: Guide) -> str:
    told = guide.say(_STATES[state])
    if of and of.stopped:
        return guide.say(
            "{state} since {time}", state=told, time=guide.time(of.stopped)
        )
    return f"{told}: {clean(of.refused)}" if of and of.refused else told


def _days(reader: Subscriber, guide: Guide) -> str:
    if set(reader.weekdays) == set(WEEKDAYS):
        return guide.say("every day")
    named = [guide.say(_DAYS[day]) for day in WEEKDAYS if day in reader.weekdays]
    return guide.names(named)
