"""The verbs of alerts: look and send, list, test."""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from monitor import alerting, comparing
from monitor.alerting import Channel, Channels, Facts, SendResult
from monitor.alerts.message import Message, title
from monitor.comparing import Changes
from monitor.config.settings import Config
from monitor.errors import ConfigError, DeliveryError
from monitor.logs import Line
from monitor.model import Feed
from monitor.readers import Alert
from monitor.store.alerts import Sending
from monitor.store.changes import Mark
from monitor.store.database import Store
from monitor.store.lock import sending_alone
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.steps import Say

LISTED = 200
"""The newest messages that are listed."""


def check(paths: Paths, dry_run: bool) -> None:
    """Note what is so, queue what is to be told, and send it."""
    config, now = paths.read_config(), compose.now()
    _alerts(config, None)
    with paths.open_known_store() as store:
        merged = compose.with_kept(config, store).config
        lookout = Lookout(config.feeds, print)
        if dry_run:
            with store.rehearsal():
                lookout.look(store, merged, now)
            return
        lookout.look(store, merged, now)
        for result in send(paths, store, compose.open_channels(config)):
            print(outcome(result))


class Lookout:
    """Looks at what is so, as often as it is asked to and there is a reason to."""

    def __init__(self, feeds: Sequence[Feed], say: Say) -> None:
        self._feeds = feeds
        self._say = say
        self._changes: Changes | None = None
        self._known: tuple[Mark, Facts] | None = None

    def count(self, store: Store, now: datetime) -> None:
        """Count anew how volumes have changed: seconds, where millions are kept."""
        self._changes = comparing.changes(store, self._feeds, now)

    def look(self, store: Store, config: Config, now: datetime) -> None:
        """Note what is so and queue what is to be told, a line for each message.

        ``config`` has the alerts, and the watch-lists of this moment.

        Nothing is looked at while nothing has changed and nothing is held back. What
        leaves no trace in stories, such as a late translation, is found after the next
        count.
        """
        if self._changes is None:
            self.count(store, now)
        facts = compose.alert_facts(config, store, self._changes)
        known = (store.stories.mark(), facts)
        if known == self._known and not store.alerts.held():
            return
        for message in alerting.note(store, config.alerts, facts, now):
            line = Line(f"alerts: {title(message)}", alert=message.alert)
            self._say(line)
        self._known = known


def send(
    paths: Paths, store: Store, channels: Mapping[str, Channels]
) -> Generator[SendResult]:
    """Send what is due; one process at a time, so that none sends it twice."""
    if not store.alerts.due(compose.now()):
        return
    with sending_alone(paths.db, "alerts"):
        yield from alerting.send(store, channels, compose.now)


def outcome(result: SendResult) -> Line:
    """One line on one message and channel."""
    sending, standing = result.sending, result.standing
    return Line(
        _outcome(result),
        alert=sending.message.alert,
        channel=sending.label,
        state=standing.state,
        attempts=standing.attempts,
        error=standing.reason or None,
    )


def _outcome(result: SendResult) -> str:
    sending, standing = result.sending, result.standing
    to = f" to {sending.label}" if sending.label else ""
    what = f"alerts: {sending.message.alert}{to}"
    match standing.state:
        case "sent":
            return f"{what} sent"
        case "failed":
            return f"{what} failed: {standing.reason}"
    return f"{what} not sent, again at {standing.due:%H:%M} UTC: {standing.reason}"


def list_alerts(paths: Paths, as_json: bool) -> None:
    """What waits and the newest messages."""
    with paths.open_known_store() as store:
        held = [
            {
                "state": "held",
                "alert": note.alert,
                "channel": "",
                "made": f"{note.noted:%Y-%m-%dT%H:%M:%SZ}",
                "attempts": 0,
                "what": note.what,
                "reason": "waits for its cool-down or the end of quiet hours",
            }
            for note in store.alerts.held()
        ]
        rows = held + [_row(each) for each in store.alerts.sendings(LISTED)]
    if as_json:
        show_json(rows)
        return
    show(rows, ("state", "alert", "channel", "made", "attempts", "what", "reason"))


def _row(sending: Sending) -> dict[str, Any]:
    standing = sending.standing
    return {
        "state": standing.state,
        "alert": sending.message.alert,
        "channel": sending.label,
        "made": f"{sending.message.made:%Y-%m-%dT%H:%M:%SZ}",
        "attempts": standing.attempts,
        "what": title(sending.message),
        "reason": standing.reason,
        "id": sending.message.id,
        "due": f"{standing.due:%Y-%m-%dT%H:%M:%SZ}",
    }


# --- test ------------------------------------------------------------------------


def test(paths: Paths, name: str | None) -> None:
    """Send a test through every channel of an alert, or of all; a line for each.

    A channel that was stopped and takes it goes on. Raises DeliveryError, after trying
    all, if one did not take it.
    """
    config, now = paths.read_config(), compose.now()
    wanted = _alerts(config, name)
    channels = compose.open_channels(config)
    failed = 0
    with paths.open_store() as store:
        for alert in wanted:
            mine = channels[alert.name]
            if mine.fault:
                failed += 1
                print(f"{alert.name}: {mine.fault}")
            for channel in mine.channels:
                failed += not _try(store, alert, channel, now)
    if failed:
        raise DeliveryError(f"alerts test: {failed} failed")


def _try(store: Store, alert: Alert, channel: Channel, now: datetime) -> bool:
    mark = sha256(f"test {alert.name} {now.isoformat()}".encode()).hexdigest()[:24]
    message = Message(mark, alert.name, alert.languages, now, (), is_test=True)
    attempt = channel.send(message)
    is_taken = attempt.outcome == "sent"
    if is_taken:
        store.alerts.resume(alert.name, channel.key)
    said = "taken" if is_taken else f"not taken: {attempt.reason}"
    print(f"{alert.name}: {channel.label}: {said}")
    return is_taken


def _alerts(config: Config, wanted: str | None) -> tuple[Alert, ...]:
    found = tuple(a for a in config.alerts if wanted in (None, a.name))
    if not found:
        names = ", ".join(repr(alert.name) for alert in config.alerts) or "none"
        named = (
            f"no alert is named {wanted!r}" if wanted else "feeds.yaml has no alerts"
        )
        raise ConfigError(f"{named}; known: {names}")
    return found
