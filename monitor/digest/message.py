"""An edition as a mail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, ClassVar, Literal

from monitor.digest.delivery import unsubscribe_by_mail
from monitor.errors import DeliveryError
from monitor.readers import (
    Delivery,
    Edition,
    Image,
    KeptEdition,
    RenderedEdition,
)
from monitor.text import squeeze


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above an edition in its mail."""

    subscriber: str
    recipient: str
    sender: str
    message_id: str
    date: datetime
    """When the edition was made, however often it is sent."""
    unsubscribe: str | None = None
    """The page that stops the mail; mail to the sender does so anyway."""


def message(
    edition: Edition, rendered: RenderedEdition, sender: str, sent: datetime
) -> EmailMessage:
    """The edition as one mail, as ``compose_mail`` makes it."""
    reader, link = edition.subscriber, edition.links.unsubscribe
    name = message_id(edition, sender)
    head = Head(reader.name, reader.address, sender, name, sent, link)
    return compose_mail(rendered, head)


def kept_message(kept: KeptEdition, delivery: Delivery, sender: str) -> EmailMessage:
    """A kept edition as one mail, as ``compose_mail`` makes it."""
    head = Head(
        subscriber=kept.subscriber,
        recipient=delivery.address,
        sender=sender,
        message_id=delivery.message_id,
        date=kept.made,
        unsubscribe=kept.links.unsubscribe,
    )
    return compose_mail(kept.rendered, head)


def compose_mail(rendered: RenderedEdition, head: Head) -> EmailMessage:
    """One mail: text for those who want text, HTML with its pictures for the others.

    The same values give the same bytes. Raises DeliveryError if an address cannot be
    one.
    """
    made = EmailMessage(policy=POLICY)
    domain = head.sender.rpartition("@")[2]
    made["Subject"] = one_line(rendered.subject)
    made["From"] = _address(head.sender)
    made["To"] = _address(head.recipient)
    made["Date"] = format_datetime(head.date)
    made["Message-ID"] = one_line(head.message_id)
    made["List-Id"] = f"<us-mexico-coverage.{domain}>"
    for name, value in _ways_out(head):
        made[name] = value
    made["Auto-Submitted"] = "auto-generated"
    # Quoted-printable: no line of HTML is too long for it, and any server takes it.
    made.set_content(_encodable(rendered.text), cte="quoted-printable")
    made.add_alternative(
        _encodable(rendered.html), subtype="html", cte="quoted-printable"
    )
    _add_images(made, rendered.images)
    _name_boundaries(made, head.message_id)
    return made


def message_id(edition: Edition, sender: str) -> str:
    """Of the mail that carries an edition.

    It depends on subscriber, address, date and the sender's domain alone, so that a
    mail sent twice after a cut connection can be known as one.
    """
    reader, domain = edition.subscriber, sender.rpartition("@")[2]
    mark = sha256(f"{reader.name}\0{reader.address}".encode()).hexdigest()[:16]
    return f"<{edition.date.isoformat()}.{mark}@{domain}>"


def _ways_out(head: Head) -> Iterator[tuple[str, str]]:
    """How a mail program offers to stop the mail (RFC 2369 and RFC 8058)."""
    by_mail = f"<{unsubscribe_by_mail(head.sender, head.subscriber)}>"
    if head.unsubscribe and not head.unsubscribe.startswith("mailto:"):
        yield "List-Unsubscribe", f"<{head.unsubscribe}>, {by_mail}"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    else:
        yield "List-Unsubscribe", by_mail


def _add_images(made: EmailMessage, images: tuple[Image, ...]) -> None:
    [_, html] = made.iter_parts()
    for image in images:
        html.add_related(
            image.png,
            maintype="image",
            subtype="png",
            cid=f"<{image.cid}>",
            disposition="inline",
            filename=f"{image.cid}.png",
        )


def _name_boundaries(made: EmailMessage, seed: str) -> None:
    """Random ones would make each sending of an edition another mail."""
    wholes = (part for part in made.walk() if part.is_multipart())
    for n, whole in enumerate(wholes):
        mark = sha256(f"{n}\0{seed}".encode()).hexdigest()[:32]
        # Quoted-printable never writes "=_".
        whole.set_boundary(f"=_{mark}")


class _Verbatim(BaseHeader):
    """A header of addresses in angle brackets, which must not be folded inside them.

    The library would encode a long one as words that no mail program takes for a link.
    """

    max_count: ClassVar[Literal[1]] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = None
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        lines = str(self).replace(">, <", f">,{policy.linesep} <")
        return f"{self.name}: {lines}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Verbatim)
POLICY = SMTP.clone(header_factory=_headers)


def _address(mailbox: str) -> Address:
    try:
        return Address(addr_spec=mailbox)
    except (MessageError, ValueError, IndexError) as error:
        reason = f"{one_line(mailbox)!r}: is not a mail address"
        raise DeliveryError(reason, "mail") from error


def one_line(text: str) -> str:
    """On one line, without characters that a header or a log would obey."""
    return "".join(c for c in squeeze(_encodable(text)) if c.isprintable())


def _encodable(text: str) -> str:
    """Without half characters, which no mail can carry."""
    return text.encode(errors="replace").decode()
