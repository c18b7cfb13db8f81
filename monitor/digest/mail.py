"""The mail server that takes editions."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from socket import gaierror
from typing import Any, Literal

from monitor.digest.message import POLICY, one_line
from monitor.errors import DeliveryError, Fault
from monitor.text import clip

Security = Literal["none", "starttls", "tls"]
_REPLY_LENGTH = 200
"""Characters of a mail server's answer that an error repeats."""

VERDICT_SECONDS = 600.0
"""How long a server may look at a mail before it says whether it takes it (RFC 5321,
4.5.3.2.6). One that takes it after we have left is offered it again: the reader gets
it twice, and once more with each further try."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hands mails to one mail server."""

    host: str
    port: int
    security: Security
    username: str = ""
    """Empty: the server wants no login."""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 30
    """For each answer of the server's but the last."""
    verdict_seconds: float = VERDICT_SECONDS
    """For its word on a mail that it has been handed."""
    context: ssl.SSLContext = field(
        default_factory=ssl.create_default_context, repr=False
    )
    """Checks certificate and host name unless the caller says otherwise."""
    sign: Callable[[bytes], bytes] | None = field(default=None, repr=False)
    """A mail -> the same, signed."""

    def send(self, message: EmailMessage) -> None:
        """Return once the server has taken the mail.

        Raises DeliveryError, in one line without the password, if it did not or if the
        connection broke before its answer.
        """
        with self.session() as session:
            session.send(message)

    @contextmanager
    def session(self) -> "Iterator[MailSession]":
        """Many mails over one connection, which is opened for the first."""
        session = MailSession(self)
        try:
            yield session
        finally:
            session.close()

    def connect(self) -> smtplib.SMTP:
        """A connection over which mails can be sent; raises DeliveryError."""
        with self.explained():
            return self._connected()

    def _connected(self) -> smtplib.SMTP:
        smtp = self._greeted()
        try:
            if self.security == "starttls":
                smtp.starttls(context=self.context)
            if self.username:
                self._login(smtp)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _greeted(self) -> smtplib.SMTP:
        host, port, seconds = self.host, self.port, self.timeout_seconds
        made = (
            _PatientTLS(host, port, timeout=seconds, context=self.context)
            if self.security == "tls"
            else _Patient(host, port, timeout=seconds)
        )
        made.verdict_seconds = self.verdict_seconds
        return made

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
    def explained(
        self, fault: Callable[[Exception], Fault] = lambda _: "server"
    ) -> Iterator[None]:
        """What smtplib and below raise, as a DeliveryError of that fault."""
        try:
            yield
        # ValueError: a host name that DNS or TLS cannot express.
        except (OSError, ValueError) as error:
            reason = f"{self._where}: {self._reason(error)}"
            raise DeliveryError(reason, fault(error)) from error

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
            return self._silence(error)
        return next(
            (explain(error) for kind, explain in _REASONS if isinstance(error, kind)),
            one_line(str(error)),
        )

    def _silence(self, error: Exception) -> str:
        if _is_late(error):
            return (
                f"no answer within {self.timeout_seconds:g} s; "
                f"is security {self.security} right for this port?"
            )
        return "the server closed the connection before it took the mail"


class _NoVerdictError(OSError):
    """The mail was handed over, and nothing was heard of it."""


class _Patient(smtplib.SMTP):
    """Waits longer for the word on a mail than for any other."""

    verdict_seconds = VERDICT_SECONDS

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As smtplib has it; raises _NoVerdictError if time runs out."""
        assert self.sock is not None, "nobody has connected"
        self.sock.settimeout(self.verdict_seconds)
        try:
            return super().data(msg)
        except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
            if not _is_late(error):
                raise
            said = f"no word on the mail within {self.verdict_seconds:g} s"
            raise _NoVerdictError(said) from error
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class _PatientTLS(_Patient, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _is_late(error: Exception) -> bool:
    """Whether time ran out, which smtplib tells as a closed connection."""
    return isinstance(error, TimeoutError) or isinstance(
        error.__context__, TimeoutError
    )


MOST_LOST = 3
"""Connections lost in a row after which the server counts as down."""


class MailSession:
    """One connection at a time; a lost one is opened anew for the next mail."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._smtp: smtplib.SMTP | None = None
        self._lost = 0

    def send(self, message: EmailMessage) -> None:
        """Return once the server has taken the mail; raises DeliveryError if not.

        A server that has closed an idle connection, or takes so many mails over one and
        no more, is connected to again.
        """
        raw, utf8 = _wire(message, self._mailer.sign)
        is_fresh = self._smtp is None
        smtp = self._smtp = self._alive() or self._mailer.connect()
        try:
            with self._mailer.explained(_fault):
                _hand_over(smtp, message, raw, utf8=utf8)
        except DeliveryError as error:
            if not is_fresh and _is_closing(error.__cause__):
                self.close()
                self.send(message)
                return
            raise self._judged(error) from error.__cause__
        self._lost = 0

    def close(self) -> None:
        """Leave; a server that hangs up now has still taken the mails."""
        if self._smtp is not None:
            _part(self._smtp)
            self._smtp = None

    def _alive(self) -> smtplib.SMTP | None:
        """The connection if it is still open; what was said before is forgotten."""
        if self._smtp is None:
            return None
        with suppress(smtplib.SMTPException, OSError):
            if self._smtp.rset()[0] == _OK:
                return self._smtp
        self.close()
        return None

    def _judged(self, error: DeliveryError) -> DeliveryError:
        """The server counts as down once it has broken off several mails in a row."""
        if not _is_loss(error.__cause__):
            return error
        self.close()
        self._lost += 1
        if self._lost < MOST_LOST:
            return error
        return DeliveryError(str(error), "server")


def _hand_over(
    smtp: smtplib.SMTP, message: EmailMessage, raw: bytes, *, utf8: bool
) -> None:
    if utf8 and not smtp.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("it takes no address with accents")
    [sender] = message["From"].addresses
    [recipient] = message["To"].addresses
    options = ("SMTPUTF8", "BODY=8BITMIME") if utf8 else ()
    smtp.sendmail(sender.addr_spec, [recipient.addr_spec], raw, options)


def _wire(
    message: EmailMessage, sign: Callable[[bytes], bytes] | None
) -> tuple[bytes, bool]:
    """The mail as it is sent, and whether only SMTPUTF8 can take its addresses."""
    addresses = (*message["From"].addresses, *message["To"].addresses)
    utf8 = not all(address.addr_spec.isascii() for address in addresses)
    raw = message.as_bytes(policy=POLICY.clone(utf8=utf8))
    return (sign(raw) if sign else raw), utf8


_OK, _CLOSING, _LASTING, _FULL = 250, 421, 500, 552
"""Answers of a mail server (RFC 5321): done, good-bye, the first that last, no room."""
_NO_LOGIN = (503, 530)
"""It wants a login first (RFC 4954), for whomever the mail is."""


def _fault(error: Exception) -> Fault:
    """Whose fault it is that one mail was not taken over an open connection."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            [(code, reply), *_] = recipients.values()
            return _fault_at_recipient(code, reply)
        case smtplib.SMTPSenderRefused(smtp_code=code):
            return "mail" if code == _FULL else "server"
        case smtplib.SMTPDataError(smtp_code=code):
            return "mail" if code >= _LASTING else "later"
        case smtplib.SMTPNotSupportedError():
            return "mail"
        case smtplib.SMTPResponseException():
            return "server"
        case _:
            return "later"


def _fault_at_recipient(code: int, reply: bytes) -> Fault:
    """A server that wants none of our mail often says so only here."""
    # A mailbox that is full may be emptied (RFC 5321, 4.5.3.1.10).
    if code < _LASTING or code == _FULL:
        return "later"
    if code in _NO_LOGIN:
        return "server"
    # Of who may send what, not of whether the mailbox is there (RFC 3463, 3.8).
    return "mail" if reply.startswith(b"5.7.") else "recipient"


def _is_loss(error: BaseException | None) -> bool:
    """Whether the connection is gone without a word."""
    is_silence = isinstance(error, smtplib.SMTPServerDisconnected)
    is_smtp = isinstance(error, smtplib.SMTPException)
    return is_silence or (isinstance(error, OSError) and not is_smtp)


def _is_closing(error: BaseException | None) -> bool:
    """Whether the server ends the session before it heard of the mail."""
    return isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == _CLOSING


def _refused_recipient(error: smtplib.SMTPRecipientsRefused) -> str:
    [(address, (code, reply)), *_] = error.recipients.items()
    return f"recipient {address} refused: {_reply(code, reply)}"


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return clip(one_line(f"{code} {text}"), _REPLY_LENGTH)


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
    (smtplib.SMTPException, lambda e: f"the server cannot do it: {one_line(str(e))}"),
    (
        ssl.SSLCertVerificationError,
        lambda e: f"certificate not trusted: {one_line(e.verify_message)}",
    ),
    (
        ssl.SSLError,
        lambda e: (
            f"TLS failed ({one_line(e.reason or str(e))}); "
            "is the security setting right for this port?"
        ),
    ),
    (ConnectionRefusedError, lambda _: "connection refused; is a mail server there?"),
    (gaierror, lambda _: "no such host"),
    (UnicodeError, lambda _: "no such host"),
    (OSError, lambda e: one_line(e.strerror or str(e))),
)
"""The most telling kind first: nearly all of them are OSErrors."""


def _part(smtp: smtplib.SMTP) -> None:
    """Leave; a server that took the mail and then hangs up has still taken it."""
    with suppress(smtplib.SMTPException, OSError):
        smtp.quit()
    smtp.close()
