"""
The step from stories to alerts: note what is so, queue what is to be told, send it.

Deciding and sending are two halves, so that a slow channel holds up nothing. What one
alert decides is committed at once, notes and messages together. Between a channel's
acceptance and the commit that logs it lies the one window in which a kill can repeat a
message; its id stays the same, so that a receiver can tell.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.alerts.decide import Bundle, decide
from monitor.alerts.delivery import Attempt, Standing, after
from monitor.alerts.message import Message
from monitor.alerts.rules import Finding, Picture, findings
from monitor.comparison import BlindSpot
from monitor.coverage.marks import Marker
from monitor.coverage.sides import compare
from monitor.coverage.themes import Lexicon
from monitor.coverage.trends import Quiet, Rise
from monitor.marking import marks_of
from monitor.model import LANGUAGES
from monitor.readers import Alert, AlertKind, Watchlist
from monitor.store.alerts import Sending
from monitor.store.database import Store

LOOK_BACK = timedelta(hours=24)
"""Stories with an item published since then are looked at. What is older is no news,
such as all that the first poll of a new feed brings."""

REMEMBER = timedelta(days=30)
"""How long notes and messages outlast what they are about: stories are joined for a
week after their last item."""


class Channel(Protocol):
    """Where messages of one alert go."""

    @property
    def key(self) -> str:
        """Tells it from the alert's others, today and tomorrow; holds no secret."""

    @property
    def label(self) -> str:
        """What a person calls it; holds no secret."""

    def send(self, message: Message) -> Attempt:
        """Offer it a message."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one alert, or why it has none."""

    channels: Sequence[Channel] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What alerts go by, beside the stories; equal ones find the same in them."""

    owners: Mapping[str, str]
    watchlists: Sequence[Watchlist]
    themes: Lexicon = Lexicon(())
    jumps: tuple[Rise, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    """Open ones."""
    sides: tuple[Quiet, ...] = ()
    """The last hours of each side, quiet or not."""
    counted: datetime | None = None
    """When jumps and sides were counted."""


# --- decide ----------------------------------------------------------------------


def note(
    store: Store, alerts: Sequence[Alert], facts: Facts, now: datetime
) -> list[Message]:
    """Note what is so and queue what is to be told; returns the messages made.

    Nothing is noted before the first item has its story: what is there then was so
    before anybody looked.
    """
    if not alerts or store.stories.mark().assignment is None:
        return []
    found = findings(picture(store, facts, now), now)
    made: list[Message] = []
    store.alerts.retire_all_but(alert.name for alert in alerts)
    for alert in alerts:
        with store.atomic():
            made += _note_for(store, alert, facts, found, now)
    with store.atomic():
        store.alerts.forget(now - REMEMBER)
    return made


def picture(store: Store, facts: Facts, now: datetime) -> Picture:
    """What is so now, as far as alerts can tell it."""
    start = now - LOOK_BACK
    # Items are kept to the second, and those of this second are among them.
    end = now + timedelta(seconds=1)
    stories = store.stories.between(start, end, is_explained=False)
    fresh = {story.id: story for story in stories if story.last_seen >= start}
    jumps = {jump.story: jump for jump in facts.jumps}
    named = {spot.story for spot in facts.blind_spots} | jumps.keys()
    for story in store.stories.some(named - fresh.keys()):
        fresh[story.id] = story
    marker = Marker(facts.themes, tuple(facts.watchlists))
    marks = marks_of(store, marker, fresh.values())
    about = {i: marker.from_marks(story, marks) for i, story in fresh.items()}
    return Picture(
        coverages=tuple(compare(story, facts.owners) for story in fresh.values()),
        matched={i: found.watchlists for i, found in about.items()},
        themes={i: found.themes for i, found in about.items()},
        jumps=jumps,
        blind_spots=facts.blind_spots,
        sides={quiet.side: quiet for quiet in facts.sides},
    )


def _note_for(
    store: Store,
    alert: Alert,
    facts: Facts,
    found: Sequence[Finding],
    now: datetime,
) -> list[Message]:
    scopes = {kind: _scope(alert, kind, facts) for kind in alert.on}
    since = store.alerts.begin(alert.name, scopes, now)
    notes = store.alerts.notes(
        alert.name,
        {finding.about for finding in found},
        {item for finding in found for item in finding.items},
    )
    decision = decide(alert, found, notes, since, now)
    messages = [_message(alert, bundle, now) for bundle in decision.bundles]
    store.alerts.keep(decision.notes)
    store.alerts.queue(messages)
    return messages


def _scope(alert: Alert, kind: AlertKind, facts: Facts) -> str:
    """A hash of what an alert looks for: another one begins anew, in silence."""
    is_told = kind == "watchlist" or bool(alert.watchlists)
    used = [
        [each.name, *each.terms, *([str(each.query)] if each.query else [])]
        for each in facts.watchlists
        if is_told and (not alert.watchlists or each.name in alert.watchlists)
    ]
    themes = [
        [each.name, *(term for language in LANGUAGES for term in each.terms(language))]
        for each in facts.themes.themes
        if each.name in alert.themes
    ]
    said = json.dumps([kind, sorted(themes), sorted(used)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _message(alert: Alert, bundle: Bundle, now: datetime) -> Message:
    told = [(n.kind, n.story, n.side, n.watchlists) for n in bundle.notices]
    said = json.dumps([alert.name, now.isoformat(), told])
    return Message(
        id=hashlib.sha256(said.encode()).hexdigest()[:24],
        alert=alert.name,
        languages=alert.languages,
        made=now,
        notices=bundle.notices,
        more=bundle.more,
        tz=alert.quiet_hours.tz if alert.quiet_hours else "UTC",
    )


# --- send ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendResult:
    """What one message came to on one channel."""

    sending: Sending
    standing: Standing


def send(
    store: Store,
    channels: Mapping[str, Channels],
    clock: Callable[[], datetime],
) -> Generator[SendResult]:
    """Offer what is due; one channel that fails never stops the next.

    ``channels`` are those of each alert, by its name. ``clock`` tells the time, which
    passes while slow channels answer.
    """
    for sending in store.alerts.due(clock()):
        if not sending.channel:
            yield from _address(store, sending, channels, clock())
    stops = store.alerts.stops()
    for sending in store.alerts.due(clock()):
        if sending.channel:
            yield _offer(store, sending, channels, stops, clock)


def _address(
    store: Store,
    sending: Sending,
    channels: Mapping[str, Channels],
    now: datetime,
) -> Generator[SendResult]:
    """Give a message its alert's channels; one that has none yet waits for them."""
    mine = _channels_of(sending, channels)
    if mine.channels:
        labels = {channel.key: channel.label for channel in mine.channels}
        store.alerts.address(sending.message, labels)
        return
    yield _log(store, sending, Attempt("again", mine.fault), now)


def _offer(
    store: Store,
    sending: Sending,
    channels: Mapping[str, Channels],
    stops: dict[tuple[str, str], str],
    clock: Callable[[], datetime],
) -> SendResult:
    alert, key = sending.message.alert, sending.channel
    if reason := stops.get((alert, key)):
        return _log(store, sending, Attempt("refused", f"stopped: {reason}"), clock())
    mine = _channels_of(sending, channels)
    channel = next((c for c in mine.channels if c.key == key), None)
    if channel is None:
        fault = mine.fault or "its address has changed or is gone"
        attempt = Attempt("again" if mine.fault else "refused", fault)
        return _log(store, sending, attempt, clock())
    store.alerts.begin_sending(sending)
    attempt = channel.send(sending.message)
    if attempt.outcome == "gone":
        stops[alert, key] = attempt.reason
        store.alerts.stop(alert, key, attempt.reason, clock())
    return _log(store, sending, attempt, clock())


def _channels_of(sending: Sending, channels: Mapping[str, Channels]) -> Channels:
    name = sending.message.alert
    return channels.get(
        name, Channels(fault=f"feeds.yaml has no alert {name!r} any more")
    )


def _log(store: Store, sending: Sending, attempt: Attempt, now: datetime) -> SendResult:
    attempts = sending.standing.attempts + 1
    standing = after(attempt, attempts, sending.message.made, now)
    store.alerts.stand(sending, standing)
    return SendResult(sending, standing)
