"""
The outbox: editions are made and kept, then mailed as they were kept.

``fill`` keeps an edition and queues its delivery in one transaction; ``deliver`` hands
what is queued to a mail server, one mail at a time, and logs each acceptance before it
goes on. Killed anywhere, the next run goes on where it stopped: nothing that was kept
is made again, and nothing that was logged is sent again. Between the server's
acceptance and the log's commit lies the one window in which a kill can repeat a mail.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.digest.delivery import (
    after,
    held,
    is_late,
    links,
    queued_anew,
    settled,
    standing,
)
from monitor.errors import DeliveryError
from monitor.readers import (
    Delivery,
    Edition,
    KeptEdition,
    Links,
    RenderedEdition,
    Stopper,
    Subscriber,
    Subscription,
)
from monitor.store.database import Store

Owed = Sequence[tuple[Subscriber, date]]
"""Editions to make."""
Link = Callable[[Subscriber, date], Links]
"""Where the edition that is about to be made will lead."""
Send = Callable[[KeptEdition, Delivery], None]
"""Hand one mail over; raises DeliveryError if it was not taken."""


@dataclass(frozen=True, slots=True)
class Forms:
    """One edition as mail, and as files for programs."""

    rendered: RenderedEdition
    json: str = ""
    atom: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """How editions are made."""

    make: Callable[[Owed, Link], Iterable[Edition]]
    form: Callable[[Edition], Forms]
    message_id: Callable[[Edition], str]
    address: str
    """The dashboard's public one; empty if there is none."""
    sender: str
    new_token: Callable[[], str]
    """128 random bits."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """What one try came to."""

    delivery: Delivery
    """As it is now."""
    error: DeliveryError | None = None


# --- keep ----------------------------------------------------------------------


def fill(store: Store, press: Press, owed: Owed, now: datetime) -> Iterator[Delivery]:
    """Make each edition that is owed, keep it and queue it for its reader.

    One that cannot be rendered is a bug; it is raised once all others are kept.
    """
    broken: Exception | None = None
    ids = {(reader.name, day): press.new_token() for reader, day in owed}

    def link(reader: Subscriber, day: date) -> Links:
        of = store.subscriptions.get(reader, press.new_token())
        return links(press.address, press.sender, ids[reader.name, day], of)

    for edition in press.make(owed, link):
        reader, day = edition.subscriber, edition.date
        try:
            forms = press.form(edition)
        except Exception as error:
            broken = broken or error
            continue
        kept = KeptEdition(
            id=ids[reader.name, day],
            subscriber=reader.name,
            date=day,
            made=now,
            rendered=forms.rendered,
            links=edition.links,
            json=forms.json,
            atom=forms.atom,
        )
        delivery = Delivery(
            edition=kept.id,
            subscriber=reader.name,
            date=day,
            address=reader.address,
            message_id=press.message_id(edition),
            queued=now,
            next_try=now,
        )
        with store.atomic():
            store.editions.add(kept)
            store.outbox.add(delivery)
        yield delivery
    if broken:
        raise broken


# --- deliver -------------------------------------------------------------------


def settle(
    store: Store,
    subscribers: Mapping[str, Subscriber],
    new_token: Callable[[], str],
    now: datetime,
) -> list[Delivery]:
    """Give up what is too old and hold what nobody wants; returns what that changed.

    ``subscribers`` are those of today by name. What is not sent yet to one whose
    address has changed goes to the new one.
    """
    changed = []
    for delivery in store.outbox.open():
        made = _readdressed(store, delivery, subscribers, new_token, now)
        if made.state == "queued":
            is_listed = made.subscriber in subscribers
            made = settled(made, is_listed, _standing(store, made), now)
        if made != delivery:
            store.outbox.put(made)
            changed.append(made)
    return changed


def deliver(
    store: Store,
    deliveries: Iterable[Delivery],
    send: Send,
    now: datetime,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[SendResult]:
    """Mail what is queued; one refused mail never stops the next.

    That the log can be written is tried before each mail: a locked or full database
    sends nothing. Once the server itself fails, the rest waits as if it had been tried.
    """
    down: DeliveryError | None = None
    for delivery in deliveries:
        if is_stopped():
            return
        begun = store.outbox.begin(delivery)
        if begun is None:  # stopped by its reader meanwhile
            continue
        error = down or _tried(store, begun, send)
        if error is None:
            store.outbox.log(begun, now)
            yield SendResult(replace(begun, state="sent", sent=now))
            continue
        down = error if error.fault == "server" else None
        yield _failed(store, begun, error, now)


def _tried(store: Store, begun: Delivery, send: Send) -> DeliveryError | None:
    kept = store.editions.one(begun.edition)
    if kept is None:
        return DeliveryError(f"edition {begun.edition}: is not kept any more", "mail")
    try:
        send(kept, begun)
    except DeliveryError as error:
        return error
    return None


def _failed(
    store: Store, begun: Delivery, error: DeliveryError, now: datetime
) -> SendResult:
    made = after(begun, error, now)
    with store.atomic():
        store.outbox.put(made)
        if error.fault == "recipient":
            store.subscriptions.refuse(made.subscriber, made.address, made.error)
    return SendResult(made, error)


def _readdressed(
    store: Store,
    delivery: Delivery,
    subscribers: Mapping[str, Subscriber],
    new_token: Callable[[], str],
    now: datetime,
) -> Delivery:
    """To where its reader is now, with a link that stops the mail there."""
    reader = subscribers.get(delivery.subscriber)
    is_over = delivery.state == "failed" or is_late(delivery, now)
    if reader is None or reader.address == delivery.address or is_over:
        return delivery
    old = replace(reader, address=delivery.address)
    before, now_at = (store.subscriptions.get(r, new_token()) for r in (old, reader))
    store.editions.replace_token(delivery.edition, before.token, now_at.token)
    return replace(queued_anew(delivery, now), address=reader.address)


def _standing(store: Store, delivery: Delivery) -> Subscription | None:
    known = store.subscriptions.all()
    return standing(known, delivery.subscriber, delivery.address)


# --- what persons decide -------------------------------------------------------


def stop(store: Store, of: Subscription, by: Stopper, now: datetime) -> None:
    """No more mail to this reader, nor what is queued already."""
    with store.atomic():
        store.subscriptions.stop(of.token, by, now)
        for delivery in store.outbox.open():
            if delivery.state == "queued" and delivery.subscriber == of.subscriber:
                store.outbox.put(held(delivery, _standing(store, delivery)))


def resume(
    store: Store, of: Subscription, by: Stopper, now: datetime
) -> list[Delivery]:
    """Mail again; returns what of the last days goes out after all.

    What the reader and a person have both stopped, both must resume.
    """
    with store.atomic():
        store.subscriptions.resume(of.token, by)
        return retry(store, of.subscriber, now)


def retry(store: Store, subscriber: str, now: datetime) -> list[Delivery]:
    """Offer again what was not taken in the last days; returns it.

    Forgets what a mail server has said against the subscriber's addresses. What its
    reader or a person has stopped stays stopped.
    """
    with store.atomic():
        for of in store.subscriptions.all():
            if of.subscriber == subscriber and of.refused:
                store.subscriptions.refuse(subscriber, of.address, "")
        found = [
            delivery
            for delivery in store.outbox.open()
            if delivery.subscriber == subscriber
            and delivery.state != "queued"
            and not is_late(delivery, now)
        ]
        return [made for d in found if (made := retry_one(store, d, now))]


def retry_one(store: Store, delivery: Delivery, now: datetime) -> Delivery | None:
    """Offer one again, however old; None if its reader or a person has stopped it."""
    of = _standing(store, delivery)
    if of and of.stopped:
        return None
    made = queued_anew(delivery, now)
    with store.atomic():
        store.subscriptions.refuse(made.subscriber, made.address, "")
        store.outbox.put(made)
    return made
