"""An edition as a mail, and the mail server that takes it."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from socket import gaierror
from typing import Any, Literal

from monitor.errors import DeliveryError
from monitor.readers import Edition, RenderedEdition
from monitor.text import clip, squeeze

Security = Literal["none", "starttls", "tls"]
_REPLY_LENGTH = 200
"""Characters of a mail server's answer that an error repeats."""


def message(
    edition: Edition, rendered: RenderedEdition, sender: str, sent: datetime
) -> EmailMessage:
    """The edition as one mail: text for those who want text, HTML for the others.

    Its Message-ID depends on subscriber, date and the sender's domain alone, so that a
    mail sent twice after a cut connection can be known as one. Raises DeliveryError if
    an address cannot be one.
    """
    made = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    reader = edition.subscriber
    made["Subject"] = _one_line(rendered.subject)
    made["From"] = _address(sender)
    made["To"] = _address(reader.address)
    made["Date"] = format_datetime(sent)
    made["Message-ID"] = f"<{_identity(edition)}@{domain}>"
    made["List-Id"] = f"<us-mexico-coverage.{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    # Quoted-printable: no line of HTML is too long for it, and any server takes it.
    made.set_content(_encodable(rendered.text), cte="quoted-printable")
    made.add_alternative(
        _encodable(rendered.html), subtype="html", cte="quoted-printable"
    )
    return made


def _identity(edition: Edition) -> str:
    reader = edition.subscriber
    mark = sha256(f"{reader.name}\0{reader.address}".encode()).hexdigest()[:16]
    return f"{edition.date.isoformat()}.{mark}"


def _address(mailbox: str) -> Address:
    try:
        return Address(addr_spec=mailbox)
    except (MessageError, ValueError, IndexError) as error:
        raise DeliveryError(f"{_one_line(mailbox)!r}: is not a mail address") from error


def _one_line(text: str) -> str:
    return "".join(c for c in squeeze(_encodable(text)) if c.isprintable())


def _encodable(text: str) -> str:
    """Without half characters, which no mail can carry."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hands mails to one mail server, one connection each."""

    host: str
    port: int
    security: Security
    username: str = ""
    """Empty: the server wants no login."""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 30
    """For each answer of the server's."""
    context: ssl.SSLContext = field(
        default_factory=ssl.create_default_context, repr=False
    )
    """Checks certificate and host name unless the caller says otherwise."""

    def send(self, message: EmailMessage) -> None:
        """Return once the server has taken the mail.

        Raises DeliveryError, in one line without the password, if it did not or if the
        connection broke before its answer.
        """
        with self._explained():
            smtp = self._connected()
            try:
                smtp.send_message(message)
            finally:
                _part(smtp)

    def _connected(self) -> smtplib.SMTP:
        smtp = self._greeted()
        try:
            if self.security == "starttls":
                smtp.starttls(context=self.context)
            if self.username:
                self._login(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _greeted(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_seconds, context=self.context
            )
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)

    def _login(self, smtp: smtplib.SMTP) -> None:
        """Causes are left out here: they may quote the password."""
        try:
            smtp.login(self.username, self.password)
        except smtplib.SMTPAuthenticationError as error:
            reason = f"user name or password refused ({error.smtp_code})"
            raise DeliveryError(f"{self._where}: {reason}") from None
        except UnicodeEncodeError:
            reason = "user name and password must be ASCII to log in"
            raise DeliveryError(f"{self._where}: {reason}") from None

    @property
    def _where(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        # ValueError: a host name that DNS or TLS cannot express.
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{self._where}: {self._reason(error)}") from error

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
            return self._silence(error)
        return next(
            (explain(error) for kind, explain in _REASONS if isinstance(error, kind)),
            _one_line(str(error)),
        )

    def _silence(self, error: Exception) -> str:
        # smtplib tells a time-out as a closed connection.
        if isinstance(error, TimeoutError) or isinstance(
            error.__context__, TimeoutError
        ):
            return (
                f"no answer within {self.timeout_seconds:g} s; "
                f"is security {self.security} right for this port?"
            )
        return "the server closed the connection before it took the mail"


def _refused_recipient(error: smtplib.SMTPRecipientsRefused) -> str:
    [(address, (code, reply)), *_] = error.recipients.items()
    return f"recipient {address} refused: {_reply(code, reply)}"


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return clip(_one_line(f"{code} {text}"), _REPLY_LENGTH)


_REASONS: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
    (smtplib.SMTPRecipientsRefused, _refused_recipient),
    (
        smtplib.SMTPSenderRefused,
        lambda e: f"sender {e.sender} refused: {_reply(e.smtp_code, e.smtp_error)}",
    ),
    (
        smtplib.SMTPDataError,
        lambda e: f"mail refused: {_reply(e.smtp_code, e.smtp_error)}",
    ),
    (
        smtplib.SMTPResponseException,
        lambda e: f"the server answered {_reply(e.smtp_code, e.smtp_error)}",
    ),
    (smtplib.SMTPException, lambda e: f"the server cannot do it: {_one_line(str(e))}"),
    (
        ssl.SSLCertVerificationError,
        lambda e: f"certificate not trusted: {_one_line(e.verify_message)}",
    ),
    (
        ssl.SSLError,
        lambda e: (
            f"TLS failed ({_one_line(e.reason or str(e))}); "
            "is the security setting right for this port?"
        ),
    ),
    (ConnectionRefusedError, lambda _: "connection refused; is a mail server there?"),
    (gaierror, lambda _: "no such host"),
    (UnicodeError, lambda _: "no such host"),
    (OSError, lambda e: _one_line(e.strerror or str(e))),
)
"""The most telling kind first: nearly all of them are OSErrors."""


def _part(smtp: smtplib.SMTP) -> None:
    """Leave; a server that took the mail and then hangs up has still taken it."""
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
