"""What an alert of feeds.yaml says that no one of its keys alone shows to be wrong."""

from collections.abc import Iterator, Sequence

from monitor.config.mistakes import hint
from monitor.config.tree import Loc
from monitor.readers import Alert


def alert_faults(alert: Alert, watchlists: Sequence[str]) -> Iterator[tuple[Loc, str]]:
    """Where in the alert, and what: keys that do not go together, dangling names.

    ``watchlists`` are the names of those that there are.
    """
    yield from _channel_faults(alert)
    quiet = alert.quiet_hours
    if quiet and quiet.start == quiet.end:
        yield ("quiet_hours",), "from and to are the same; leave quiet_hours out"
    for k, name in enumerate(alert.watchlists):
        if name not in watchlists:
            what = f"no watch-list is named {name!r}; {hint(name, watchlists)}"
            yield ("watchlists", k), what
    if "watchlist" in alert.on and not watchlists:
        yield ("on",), "there is no watch-list to tell of; add one under watchlists"


def _channel_faults(alert: Alert) -> Iterator[tuple[Loc, str]]:
    if alert.to and alert.webhook:
        yield ("webhook",), "an alert has one of to and webhook; remove one"
    if not alert.to and not alert.webhook:
        yield ("name",), "goes nowhere; give it to or webhook"
    if alert.webhook and not alert.secret:
        yield ("webhook",), "secret is missing: the name of the variable to sign with"
    if alert.secret and not alert.webhook:
        yield ("secret",), "signs webhooks alone; remove it"
    if alert.local and not alert.webhook:
        yield ("local",), "is about webhooks alone; remove it"
    if alert.webhook.lower().startswith("http:") and not alert.local:
        what = "expected an https address; local: true allows http in your own network"
        yield ("webhook",), what
