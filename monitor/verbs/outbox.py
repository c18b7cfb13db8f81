"""The verbs that mail editions, and those that show and steer what is mailed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

from monitor import outbox, pipeline
from monitor.config.settings import Config
from monitor.digest import charts
from monitor.digest.delivery import PATIENCE, may_try, standing
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.message import kept_message, message_id
from monitor.digest.render import render
from monitor.editing import make_editions
from monitor.errors import ConfigError, DeliveryError
from monitor.logs import Line
from monitor.outbox import Forms, Owed, Press, SendResult
from monitor.readers import Delivery, Edition, Subscriber, Subscription
from monitor.store.database import Store
from monitor.store.lock import sending_alone
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths

SHOWN = timedelta(days=7)
"""Of editions that were sent; the others are shown however old."""


# --- mail ----------------------------------------------------------------------


def send_due(
    paths: Paths, config: Config, store: Store, now: datetime, stop: Event
) -> Iterator[Delivery]:
    """Keep what is due, mail what waits and may be tried; what became of each.

    One process sends at a time, so that two cannot send one edition. Raises StoreError
    if another holds the outbox for long.
    """
    due = pipeline.due_editions(config.subscribers, store, now)
    if not due and not store.outbox.open():
        return
    with sending_alone(paths.db):
        # What waits goes first: an edition that cannot be made holds up no other.
        yield from _mail_waiting(config, store, now, stop)
        # Another process may have made some of them while this one waited.
        _fill(config, store, _not_made(store, due), now, stop)
        yield from _mail_waiting(config, store, now, stop)


def _mail_waiting(
    config: Config, store: Store, now: datetime, stop: Event
) -> Iterator[Delivery]:
    yield from _settle(config, store, now)
    waiting = [d for d in store.outbox.open() if may_try(d, now)]
    for result in _mail(config, store, waiting, now, stop):
        yield result.delivery


def send_asked(paths: Paths, config: Config, store: Store, owed: Owed) -> None:
    """Mail these editions now, each unless it was sent; prints a line on each.

    Raises DeliveryError after trying all if one was not sent.
    """
    now = compose.now()
    with sending_alone(paths.db):
        wanted = list(_not_stopped(store, owed))
        _fill(config, store, _not_made(store, wanted), now, Event())
        for delivery in _asked(store, wanted):
            if delivery.state == "failed":
                outbox.retry_one(store, delivery, now)
        _settle(config, store, now)
        failed = _told_before(_asked(store, wanted))
        waiting = [d for d in _asked(store, wanted) if d.state == "queued"]
        for result in _mail(config, store, waiting, now, Event()):
            failed = result.error or failed
            print(told(result.delivery))
    if failed:
        raise failed


def _not_made(store: Store, owed: Owed) -> Owed:
    return [one for one in owed if store.outbox.one(one[0].name, one[1]) is None]


def _not_stopped(store: Store, owed: Owed) -> Iterator[tuple[Subscriber, date]]:
    """Those whose readers want mail; prints a line on each of the others."""
    known = store.subscriptions.all()
    for reader, day in owed:
        of = standing(known, reader.name, reader.address)
        if of and of.stopped:
            print(f"digest: {day} not sent: {_stopped(of)}")
        else:
            yield reader, day


def _told_before(asked: Iterable[Delivery]) -> DeliveryError | None:
    """Prints a line on each that is not to be mailed now; the last that should be."""
    failed = None
    for delivery in asked:
        if delivery.state == "sent":
            print(f"digest: {delivery.date} for {delivery.subscriber} was sent before")
        elif delivery.state != "queued":
            print(told(delivery))
            remedy = f"'monitor outbox retry {delivery.edition}' tries again"
            reason = f"{delivery.address}: {delivery.error}; {remedy}"
            failed = DeliveryError(reason, "recipient")
    return failed


def told(delivery: Delivery) -> Line:
    """One line on where an edition is."""
    return Line(
        _told(delivery),
        subscriber=delivery.subscriber,
        date=delivery.date,
        edition=delivery.edition,
        state=delivery.state,
        attempts=delivery.attempts,
        error=delivery.error or None,
    )


def _told(delivery: Delivery) -> str:
    what = f"digest: {delivery.date} for {delivery.subscriber}"
    match delivery.state:
        case "sent":
            return f"{what} sent"
        case "queued" if delivery.error and delivery.next_try:
            again = f"tried again from {delivery.next_try:%H:%M} UTC"
            return f"{what} not sent, {again}: {delivery.error}"
        case "queued":
            return f"{what} queued for {delivery.address}"
    return f"{what} {delivery.state}: {delivery.error}"


def _fill(config: Config, store: Store, owed: Owed, now: datetime, stop: Event) -> None:
    if not owed:
        return
    warm_up_charts()
    with closing(compose.open_translator(config.engine, config.bridge)) as translator:
        desk = compose.desk(config, translator)

    sender = compose.sender(config)
    press = Press(
        make=lambda owed, link: make_editions(store, desk, owed, now, link),
        form=_forms,
        message_id=lambda edition: message_id(edition, sender),
        address=config.web_address,
        sender=sender,
        new_token=compose.new_token,
    )
    for _ in outbox.fill(store, press, owed, now):
        if stop.is_set():
            return


def _forms(edition: Edition) -> Forms:
    """Its mail, and the same stories for programs."""
    rendered = render(edition)
    told = rendered.told
    return Forms(rendered, edition_json(edition, told), edition_atom(edition, told))


def warm_up_charts() -> None:
    """Have the first chart's extra time pass beside the reading of stories.

    The library draws without holding other threads up.
    """
    Thread(target=charts.warm_up, name="charts").start()


def _settle(config: Config, store: Store, now: datetime) -> list[Delivery]:
    readers = {reader.name: reader for reader in config.subscribers}
    return outbox.settle(store, readers, compose.new_token, now)


def _mail(
    config: Config,
    store: Store,
    waiting: Sequence[Delivery],
    now: datetime,
    stop: Event,
) -> Iterator[SendResult]:
    if not waiting:
        return
    sender = compose.sender(config)
    with compose.open_mailer(config).session() as session:
        yield from outbox.deliver(
            store,
            waiting,
            lambda kept, delivery: session.send(kept_message(kept, delivery, sender)),
            now,
            stop.is_set,
        )


def _asked(store: Store, owed: Owed) -> list[Delivery]:
    found = (store.outbox.one(reader.name, day) for reader, day in owed)
    return [delivery for delivery in found if delivery]


def _stopped(of: Subscription) -> str:
    by = "unsubscribed" if of.is_left else "is paused"
    return (
        f"{of.subscriber} {by} since {of.stopped:%Y-%m-%d}; "
        "see 'monitor subscribers resume'"
    )


# --- look and steer ------------------------------------------------------------


def list_outbox(paths: Paths, as_json: bool) -> None:
    """What waits, was refused or given up, and what was sent in the last days."""
    since = compose.now().date() - SHOWN
    with paths.open_known_store() as store:
        found = store.outbox.all(since)
    if as_json:
        show_json([asdict(delivery) for delivery in found])
        return
    columns = ("state", "date", "subscriber", "address", "attempts", "next_try")
    show([asdict(d) for d in found], (*columns, "error", "edition"))


def retry(paths: Paths, wanted: str) -> None:
    """Offer again what was refused or given up: one edition, or a subscriber's.

    Raises ConfigError if there is nothing of that id or name to retry.
    """
    now = compose.now()
    with paths.open_known_store() as store, sending_alone(paths.db):
        found = [d for d in store.outbox.open() if wanted in (d.edition, d.subscriber)]
        ended = [d for d in found if d.state != "queued"]
        if not ended:
            raise ConfigError(_nothing_to_retry(wanted, found))
        [first, *_] = ended
        of = standing(store.subscriptions.all(), first.subscriber, first.address)
        if of and of.stopped:
            raise ConfigError(_stopped(of))
        if wanted == first.edition:
            made = [outbox.retry_one(store, first, now)]
        else:
            made = [*outbox.retry(store, wanted, now)]
    for delivery in filter(None, made):
        print(told(replace(delivery, error="")))
    if not any(made):
        days = PATIENCE // timedelta(days=1)
        print(f"{wanted}: nothing of the last {days} days; name an edition by its id")


def list_subscribers(paths: Paths, as_json: bool) -> None:
    """The subscribers, where each comes from, and whether mail goes to them."""
    filed, now = paths.read_config(), compose.now()
    with paths.open_known_store() as store:
        config = compose.with_kept(filed, store).config
        known, deliveries = store.subscriptions.all(), store.outbox.all(now.date())
        rows = [_row(reader, known, deliveries) for reader in config.subscribers]
    names = {reader.name for reader in filed.subscribers}
    for row in rows:
        row["from"] = "feeds.yaml" if row["subscriber"] in names else "database"
    if as_json:
        show_json(rows)
        return
    columns = ("subscriber", "address", "language", "mail", "since", "waiting")
    show(rows, (*columns, "from"))


def pause(paths: Paths, name: str) -> None:
    """Mail a subscriber nothing until resumed."""
    config, now = paths.read_config(), compose.now()
    with paths.open_known_store() as store:
        [reader] = subscribers(compose.with_kept(config, store).config, name)
        of = store.subscriptions.get(reader, compose.new_token())
        outbox.stop(store, of, "person", now)
    print(f"{reader.name}: paused; 'monitor subscribers resume' undoes it")


def resume(paths: Paths, name: str) -> None:
    """Mail a subscriber again who was paused or, if not paused, has unsubscribed."""
    config, now = paths.read_config(), compose.now()
    with paths.open_known_store() as store:
        [reader] = subscribers(compose.with_kept(config, store).config, name)
        known = store.subscriptions.all()
        mine = [s for s in known if s.subscriber == reader.name and s.stopped]
        paused = [s for s in mine if s.is_paused]
        asked = paused or mine
        made = [d for of in asked for d in outbox.resume(store, of, "person", now)]
        of = standing(store.subscriptions.all(), reader.name, reader.address)
    if of and of.stopped:
        print(f"{reader.name}: paused no more, but {_stopped(of)}")
    else:
        print(f"{reader.name}: {'resumed' if mine else 'was not stopped'}")
    for delivery in made:
        print(told(replace(delivery, error="")))


def subscribers(config: Config, wanted: str | None) -> tuple[Subscriber, ...]:
    """All of them, or the one of this name; raises ConfigError for none."""
    found = tuple(s for s in config.subscribers if wanted in (None, s.name))
    if not found:
        names = ", ".join(repr(s.name) for s in config.subscribers) or "none"
        raise ConfigError(f"no subscriber is named {wanted!r}; known: {names}")
    return found


def _row(
    reader: Subscriber, known: Iterable[Subscription], deliveries: Iterable[Delivery]
) -> dict[str, Any]:
    of = standing(known, reader.name, reader.address)
    waiting = [d for d in deliveries if d.subscriber == reader.name]
    return {
        "subscriber": reader.name,
        "address": reader.address,
        "language": reader.language,
        "mail": _mail_state(of),
        "since": of.stopped if of else None,
        "waiting": sum(d.state == "queued" for d in waiting),
        "reason": of.refused if of else "",
    }


def _mail_state(of: Subscription | None) -> str:
    if of and of.stopped:
        return "unsubscribed" if of.is_left else "paused"
    return "refused" if of and of.refused else "yes"


def _nothing_to_retry(wanted: str, found: Sequence[Delivery]) -> str:
    if found:
        return f"{wanted}: is queued already; see 'monitor outbox list'"
    return (
        f"{wanted}: no edition of this id or subscriber was refused or given up; "
        "see 'monitor outbox list'"
    )
