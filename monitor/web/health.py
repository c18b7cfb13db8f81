"""How far today's numbers can be trusted: feeds, dates and translations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.comparison import FeedHealth
from monitor.coverage.health import HEALTHY_HOURS
from monitor.digest.headline import clean, web_link
from monitor.model import SIDES, Country, Language
from monitor.readers import Delivery, DeliveryState
from monitor.store.database import Store
from monitor.translation.checks import MEANINGS, SUMMARY
from monitor.web.catalogue import later
from monitor.web.guide import Guide


@dataclass(frozen=True, slots=True)
class FeedView:
    """One feed, and whether it can vouch for its side."""

    outlet: str
    href: str | None
    country: Country
    side: str
    language: Language
    is_healthy: bool
    status: str
    reason: str
    failures: int
    last_good: str
    next_poll: str


@dataclass(frozen=True, slots=True)
class OutletView:
    """What one outlet brought, in one country and language."""

    outlet: str
    country: str
    language: str
    items: str
    undated: str
    newest: str


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A text given up on."""

    item: str
    language: str
    failures: str
    reason: str
    last: str


@dataclass(frozen=True, slots=True)
class MailView:
    """An edition that has not arrived."""

    subscriber: str
    date: str
    state: str
    attempts: str
    reason: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The whole page."""

    polled: str
    """When a feed was last asked; empty if none ever was."""
    idle: str
    """Says so if that is too long ago; empty if the monitor is at work."""
    well: str
    feeds: tuple[FeedView, ...]
    outlets: tuple[OutletView, ...]
    undated: str
    engines: tuple[tuple[str, str], ...]
    """Engine and how many translations it made."""
    doubts: tuple[tuple[str, str], ...]
    """Warning in words and how many translations carry it."""
    quarantined: tuple[QuarantineView, ...]
    mails: tuple[tuple[str, str], ...]
    """What became of editions, and of how many; none if none was ever made."""
    undelivered: tuple[MailView, ...]


def idle(polled: datetime | None, now: datetime, guide: Guide) -> str:
    """Says so if nothing has been polled for longer than health lasts."""
    if polled is None:
        return guide.say("No feed was ever polled: start ‘monitor run’.")
    if now - polled < timedelta(hours=HEALTHY_HOURS):
        return ""
    days = (now - polled) // timedelta(days=1)
    return guide.say_n(
        "Nothing was polled for {n} day.", "Nothing was polled for {n} days.", days
    )


def health_page(
    store: Store,
    health: Sequence[FeedHealth],
    polled: datetime | None,
    now: datetime,
    guide: Guide,
) -> HealthPage:
    """What the database says about its own gaps; ``health`` as of ``polled``."""
    rows = store.items.counts()
    undated = sum(int(str(row["undated"])) for row in rows)
    engines, doubts = store.translations.engines(), store.translations.warnings()
    return HealthPage(
        polled=_full_moment(polled, guide) if polled else "",
        idle=idle(polled, now, guide),
        well=well(health, guide),
        feeds=tuple(feed_view(h, guide) for h in sorted(health, key=_worst_first)),
        outlets=tuple(_outlet(row, guide) for row in rows),
        undated=guide.count(undated, guide.words.undated) if undated else "",
        engines=tuple((clean(e), guide.number(n)) for e, n in engines.items()),
        doubts=tuple((_meaning(c, guide), guide.number(n)) for c, n in doubts.items()),
        quarantined=tuple(
            _quarantine(row, guide) for row in store.translations.quarantined()
        ),
        mails=_mails(store, guide),
        undelivered=tuple(_mail(d, guide) for d in store.outbox.open()),
    )


def _mails(store: Store, guide: Guide) -> tuple[tuple[str, str], ...]:
    counts = store.outbox.counts()
    named = tuple(
        (guide.say(_STATES[state]), guide.number(n)) for state, n in counts.items()
    )
    return named if any(counts.values()) else ()


_STATES: Mapping[DeliveryState, str] = {
    "sent": later("sent"),
    "queued": later("waiting"),
    "refused": later("refused"),
    "failed": later("given up on"),
}


def _mail(delivery: Delivery, guide: Guide) -> MailView:
    return MailView(
        subscriber=clean(delivery.subscriber),
        date=guide.day(delivery.date),
        state=guide.say(_STATES[delivery.state]),
        attempts=guide.number(delivery.attempts),
        reason=clean(delivery.error),
    )


def well(health: Sequence[FeedHealth], guide: Guide) -> str:
    """``25 of 27 feeds well``"""
    good = guide.number(sum(h.is_healthy for h in health))
    return guide.say_n(
        "{good} of {n} feed well", "{good} of {n} feeds well", len(health), good=good
    )


def _worst_first(health: FeedHealth) -> tuple[bool, int, str]:
    feed = health.feed
    return health.is_healthy, SIDES.index(feed.country), feed.outlet.casefold()


def feed_view(health: FeedHealth, guide: Guide) -> FeedView:
    """One feed, in the guide's words."""
    feed, state = health.feed, health.state
    return FeedView(
        outlet=clean(feed.outlet),
        href=web_link(feed.url),
        country=feed.country,
        side=guide.words.side[feed.country],
        language=feed.language,
        is_healthy=health.is_healthy,
        status=guide.say(_status(health)),
        reason=clean(state.error or ""),
        failures=state.failures,
        last_good=guide.moment(state.last_good)
        if state.last_good
        else guide.say("never"),
        next_poll=(
            guide.moment(state.next_poll) if state.next_poll else guide.say("next tick")
        ),
    )


def _status(health: FeedHealth) -> str:
    if health.is_healthy:
        return later("well")
    if health.state.error:
        return later("failing")
    return later("late") if health.state.last_poll else later("never polled")


def _outlet(row: dict[str, object], guide: Guide) -> OutletView:
    return OutletView(
        outlet=clean(str(row["outlet"])),
        country=str(row["country"]),
        language=str(row["language"]),
        items=guide.number(int(str(row["items"]))),
        undated=guide.number(int(str(row["undated"]))),
        newest=guide.moment(datetime.fromisoformat(str(row["newest"]))),
    )


def _quarantine(row: dict[str, object], guide: Guide) -> QuarantineView:
    item, _, language = str(row["unit"]).rpartition(":")
    return QuarantineView(
        item=clean(item),
        language=clean(language),
        failures=str(row["failures"]),
        reason=clean(str(row["reason"])),
        last=guide.moment(datetime.fromisoformat(str(row["last"]))),
    )


def _full_moment(moment: datetime, guide: Guide) -> str:
    return f"{guide.moment(moment)} ({moment.year})"


def _meaning(code: str, guide: Guide) -> str:
    """A summary’s doubts are told as those of a summary."""
    of_headline = code.removeprefix(SUMMARY)
    told = clean(MEANINGS.get(of_headline, {}).get(guide.language, of_headline))
    if of_headline == code:
        return told
    return guide.say("summary: {doubt}", doubt=told)
