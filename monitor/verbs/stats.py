"""The verb that says how the monitor is: what it holds, which feeds and texts fail."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from monitor import pipeline
from monitor.comparison import FeedHealth
from monitor.feeds.health import FeedReport
from monitor.readers import Subscription
from monitor.terminal import facts, show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths

DOUBTFUL = 0.2
"""Share of a feed's items that are undated or dated ahead, worth a remark: one in five
of its lags is then missing."""


def stats(paths: Paths, as_json: bool) -> None:
    """What the database holds and which feeds and texts fail."""
    config, now = paths.read_config(), compose.now()
    with paths.open_known_store() as store:
        health = pipeline.feed_health(config.feeds, store, now)
        reports = pipeline.feed_reports(config.feeds, store, now)
        found: dict[str, Any] = {
            "outlets": store.items.counts(),
            "retitled": store.items.revisions(),
            "translations": store.translations.engines(),
            "warnings": store.translations.warnings(),
            "quarantined": store.translations.quarantined(),
            **store.stories.count(),
            "deliveries": store.outbox.counts(),
            "undelivered": [asdict(d) for d in store.outbox.open()],
            "stopped": _stopped(store.subscriptions.all()),
            "alerts": store.alerts.count(),
            "feeds": [_row(*pair) for pair in zip(health, reports, strict=True)],
        }
    if as_json:
        show_json(found)
        return
    _show(found)
    _show_remarks(reports)


def _show(found: Mapping[str, Any]) -> None:
    outlets, feeds, alerts = found["outlets"], found["feeds"], found["alerts"]
    down = [feed for feed in feeds if not feed["healthy"]]
    facts(
        "Database",
        [
            ("items", sum(row["items"] for row in outlets)),
            ("outlets", len(outlets)),
            ("undated items", sum(row["undated"] for row in outlets)),
            ("retitled items", found["retitled"]),
            ("translations", _listed(found["translations"])),
            ("  with doubts", _listed(found["warnings"])),
            ("  given up on", len(found["quarantined"])),
            ("stories", found["stories"]),
            ("  of several items", found["shared"]),
            ("  on both sides", found["cross_border"]),
            ("editions sent", found["deliveries"]["sent"]),
            ("  not sent yet", found["deliveries"]["queued"]),
            ("  refused", found["deliveries"]["refused"]),
            ("  given up on", found["deliveries"]["failed"]),
            ("readers stopped", ", ".join(found["stopped"]) or "none"),
            ("alerts", ", ".join(f"{n} {state}" for state, n in alerts.items())),
            ("feeds", f"{len(feeds)}, {len(down)} not healthy"),
        ],
    )
    if down:
        print("\nFeeds that cannot vouch for their side")
        show(down, ("outlet", "country", "failures", "error", "last_good", "url"))
    if found["undelivered"]:
        print("\nEditions that did not arrive ('monitor outbox retry')")
        columns = ("state", "date", "subscriber", "attempts", "error", "edition")
        show(found["undelivered"], columns)


def _stopped(known: Iterable[Subscription]) -> list[str]:
    """Names of those to whom nothing is mailed since they or a person stopped it."""
    return sorted({of.subscriber for of in known if of.stopped})


def _show_remarks(reports: list[FeedReport]) -> None:
    rows = [
        {
            "outlet": report.feed.outlet,
            "country": report.feed.country,
            "remark": remark,
            "url": report.feed.url,
        }
        for report in reports
        for remark in remarks(report)
    ]
    if rows:
        print("\nFeeds to look at")
        show(rows, ("outlet", "country", "remark", "url"))


def remarks(report: FeedReport) -> Iterator[str]:
    """What a person should know of one feed, a sentence each."""
    if report.retired:
        yield (
            f"answered 410 on {report.retired:%Y-%m-%d} and is asked no more;"
            f" 'monitor feeds remove {report.feed.url}', or try it with 'monitor poll'"
        )
    if report.is_silent:
        yield f"has had nothing new for {report.days_silent} days, though it answers"
    if report.is_flooding:
        usual = report.usual_per_day or 0
        yield f"floods: far more new items today than its usual {usual:g}"
    for share, what in (
        (report.share_undated, "have no date that can be read"),
        (report.share_future, "are dated ahead"),
    ):
        if share and share >= DOUBTFUL:
            yield f"{share:.0%} of its new items {what}, so they count in no lag"
    for change in report.change_points[-1:]:
        yield (
            f"brings {change.after:.0f} items a day since {change.day},"
            f" before that {change.before:.0f}"
        )


def _row(health: FeedHealth, report: FeedReport) -> dict[str, Any]:
    feed, state = health.feed, health.state
    about = asdict(report)
    del about["feed"]
    return {
        "outlet": feed.outlet,
        "country": feed.country,
        "language": feed.language,
        "url": feed.url,
        "healthy": health.is_healthy,
        "next_poll": _plain(state.next_poll),
        "interval_minutes": state.interval_minutes,
        "moved_to": state.moved_to,
        "distrusts_validators": state.distrusts_validators,
        **_plain(about),
    }


def _plain(value: Any) -> Any:
    """As JSON has it: moments and days as text."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
