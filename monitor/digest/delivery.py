"""
What becomes of an edition on its way: when it is tried again, and when no more.

Pure: the steps in ``monitor/outbox.py`` ask, and keep the answers.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.errors import DeliveryError
from monitor.readers import Delivery, DeliveryState, Links, Subscriber, Subscription
from monitor.text import clip, printable, squeeze

PATIENCE = timedelta(days=3)
"""How late an edition may be sent; older news is no digest any more."""

MOST_PATIENT = timedelta(hours=1)
"""The longest pause before anything is offered again."""

UNSUBSCRIBED = "its reader has unsubscribed"
PAUSED = "paused; see 'monitor subscribers resume'"
_REASON_LENGTH = 300
"""Characters kept of why a try failed."""


def links(address: str, sender: str, edition: str, of: Subscription) -> Links:
    """Where an edition leads; ``address`` is the dashboard's public one, or empty."""
    if not address:
        return Links(unsubscribe=unsubscribe_by_mail(sender, of.subscriber))
    base = address.rstrip("/")
    return Links(f"{base}/editions/{edition}", f"{base}/unsubscribe/{of.token}")


def unsubscribe_by_mail(sender: str, subscriber: str) -> str:
    """A mailto: address by which a person is asked to stop one subscriber's mail."""
    subject = squeeze(printable(f"unsubscribe {subscriber}"))
    return f"mailto:{quote(sender, safe='@+')}?subject={quote(subject, safe='')}"


def pause(attempts: int) -> timedelta:
    """How long to wait: a minute doubled so many times, an hour at most.

    Mail that was tried once waits two minutes, an alert one.
    """
    return min(timedelta(minutes=2 ** min(attempts, 10)), MOST_PATIENT)


def after(delivery: Delivery, error: DeliveryError, now: datetime) -> Delivery:
    """What a try that failed makes of a delivery."""
    reason = clip(squeeze(printable(str(error))), _REASON_LENGTH)
    if error.fault in ("mail", "recipient"):
        return replace(delivery, state="refused", next_try=None, error=reason)
    when = now + pause(delivery.attempts)
    return replace(delivery, next_try=when, error=reason)


def queued_anew(delivery: Delivery, now: datetime) -> Delivery:
    """As if it had just been made; why it was not sent before is kept."""
    return replace(delivery, state="queued", queued=now, next_try=now, attempts=0)


def standing(
    subscriptions: Iterable[Subscription], subscriber: str, address: str
) -> Subscription | None:
    """What decides whether mail goes to this subscriber at this address.

    What a person paused is paused at every address; what a reader or a mail server does
    not want, at that one alone.
    """
    mine = [s for s in subscriptions if s.subscriber == subscriber]
    paused = (s for s in mine if s.is_paused)
    return next(paused, next((s for s in mine if s.address == address), None))


def is_stopped(subscriptions: Iterable[Subscription], reader: Subscriber) -> bool:
    """Whether the reader, or a person, wants no mail sent."""
    of = standing(subscriptions, reader.name, reader.address)
    return of is not None and of.stopped is not None


def held(delivery: Delivery, of: Subscription | None) -> Delivery:
    """What the reader's wish, or the server's, makes of a delivery that is queued."""
    if of and of.stopped:
        by = UNSUBSCRIBED if of.is_left else PAUSED
        return _ended(delivery, "refused", by)
    if of and of.refused:
        return _ended(delivery, "refused", of.refused)
    return delivery


def settled(
    delivery: Delivery, is_listed: bool, of: Subscription | None, now: datetime
) -> Delivery:
    """What time and people have made of a delivery that is queued.

    ``is_listed``: whether its subscriber still is one.
    """
    if not is_listed:
        why = f"{delivery.subscriber} is no subscriber any more"
        return _ended(delivery, "failed", why)
    if is_late(delivery, now):
        days = PATIENCE // timedelta(days=1)
        why = f"not taken within {days} days; {delivery.error}".rstrip("; ")
        return _ended(delivery, "failed", why)
    return held(delivery, of)


def may_try(delivery: Delivery, now: datetime) -> bool:
    """Whether a delivery is queued and its pause over.

    A pause longer than any of ours was set by a clock that was ahead.
    """
    if delivery.state != "queued":
        return False
    due = delivery.next_try
    return due is None or not now < due <= now + MOST_PATIENT


def is_late(delivery: Delivery, now: datetime) -> bool:
    """Whether it has lain in the outbox for longer than news keep."""
    return delivery.queued is not None and now - delivery.queued >= PATIENCE


def _ended(delivery: Delivery, state: DeliveryState, why: str) -> Delivery:
    return replace(
        delivery, state=state, next_try=None, error=clip(why, _REASON_LENGTH)
    )
