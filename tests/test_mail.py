import asyncio
import re
import smtplib
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from builders import NOW, subscriber
from monitor.digest.edition import edition
from monitor.digest.mail import _REASONS, Mailer
from monitor.digest.message import Head, compose_mail, message
from monitor.errors import DeliveryError
from monitor.readers import Image, RenderedEdition, Subscriber

PASSWORD = "correct-horse-battery"
SENDER = "monitor@news.example"
HTML = "<p>Llegó el agua a Río Bravo</p>" + "x" * 3000


def mail(
    subject: str = "Monday",
    reader: Subscriber | None = None,
    day: date = date(2026, 3, 2),
    sender: str = SENDER,
) -> EmailMessage:
    made = edition(reader or subscriber(), day, [], [], [], 0, "none")
    rendered = RenderedEdition(subject, HTML, "Llegó el agua.\n")
    return message(made, rendered, sender, NOW)


# --- the message -----------------------------------------------------------------


def test_a_message_holds_text_first_and_html_last():
    parts = list(mail().iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert mail().get_content_type() == "multipart/alternative"
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]


def test_a_message_survives_the_wire():
    text, html = message_from_bytes(mail().as_bytes(), policy=default).iter_parts()
    assert text.get_content().split() == ["Llegó", "el", "agua."]
    assert html.get_content().strip() == HTML


def test_no_line_of_a_message_is_longer_than_smtp_allows():
    wire = mail().as_bytes()
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert wire.isascii()


def test_addresses_date_and_list_are_in_the_header():
    made = mail(reader=subscriber(address="dana@desk.example"))
    assert made["To"] == "dana@desk.example"
    assert made["From"] == SENDER
    assert made["Date"].datetime == NOW
    assert made["List-Id"] == "<us-mexico-coverage.news.example>"
    assert made["List-Unsubscribe"] == (
        "<mailto:monitor@news.example?subject=unsubscribe%20dana>"
    )
    assert "List-Unsubscribe-Post" not in made


def test_a_subject_cannot_smuggle_in_a_header():
    made = mail("Water\r\nBcc: all@desk.example\x00\u2028 today")
    assert made["Subject"] == "Water Bcc: all@desk.example today"
    assert made["Bcc"] is None


def test_a_half_character_does_not_stop_a_mail():
    assert mail("Agua \ud83d")["Subject"] == "Agua ?"


def test_a_message_id_is_the_same_for_the_same_reader_and_date():
    assert mail("one")["Message-ID"] == mail("two")["Message-ID"]
    assert mail()["Message-ID"].endswith("@news.example>")


@pytest.mark.parametrize(
    "other",
    [
        mail(day=date(2026, 3, 3)),
        mail(reader=subscriber("luis")),
        mail(reader=subscriber(address="other@desk.example")),
        mail(sender="monitor@other.example"),
    ],
)
def test_a_message_id_differs_for_another_reader_date_or_domain(other):
    assert other["Message-ID"] != mail()["Message-ID"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dana",
        "a@b@c",
        "<a@b.example>",
        "a@b.example, c@d.example",
        "a@b\r\nBcc: c@d",
    ],
)
def test_an_address_that_is_none_is_a_delivery_error(address):
    with pytest.raises(DeliveryError, match="is not a mail address") as caught:
        mail(sender=address)
    assert "\n" not in str(caught.value)


def headed(name: str = "dana", way_out: str | None = None, **more) -> EmailMessage:
    rendered = RenderedEdition("Monday", HTML, "Llegó el agua.\n", **more)
    address = f"{name.split()[0].lower()}@desk.example"
    head = Head(name, address, SENDER, "<1@news.example>", NOW, way_out)
    return compose_mail(rendered, head)


def test_the_same_edition_is_the_same_mail_byte_for_byte():
    images = (Image("lag", b"\x89PNG", "the lag"),)
    assert headed(images=images).as_bytes() == headed(images=images).as_bytes()


@pytest.mark.parametrize("host", ["d.example", "digest." + "long-" * 30 + "x.example"])
def test_a_way_out_stands_in_the_header_whole_however_long(host):
    way_out = f"https://{host}/unsubscribe/{'t' * 22}"
    raw = headed("Dana Ríos", way_out).as_bytes()
    read = message_from_bytes(raw)
    page, by_mail = " ".join(read["List-Unsubscribe"].split()).split(", ")
    assert page == f"<{way_out}>"
    assert by_mail == f"<mailto:{SENDER}?subject=unsubscribe%20Dana%20R%C3%ADos>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("name", ["a\r\nBcc: all@desk.example", "x>, <mailto:y@z"])
def test_a_name_cannot_smuggle_in_a_header_or_another_way_out(name):
    rendered = RenderedEdition("Monday", HTML, "x")
    head = Head(name, "d@desk.example", SENDER, "<1\r\nBcc: x@y>", NOW)
    read = message_from_bytes(compose_mail(rendered, head).as_bytes())
    assert read["Bcc"] is None
    assert read["List-Unsubscribe"].count("mailto:") == 1


@pytest.mark.parametrize("address", ["dana@[127.0.0.1]", "dana@[IPv6:::1]"])
def test_an_address_literal_is_an_address(address):
    assert mail(reader=subscriber(address=address))["To"] == address


def test_pictures_stand_beside_the_html_that_shows_them():
    images = (Image("lag", b"\x89PNG1", "a"), Image("time", b"\x89PNG2", "b"))
    read = message_from_bytes(headed(images=images).as_bytes(), policy=default)
    text, related = read.iter_parts()
    html, *pictures = related.iter_parts()
    kinds = [part.get_content_type() for part in (text, related, html)]
    assert kinds == ["text/plain", "multipart/related", "text/html"]
    assert [p["Content-ID"] for p in pictures] == ["<lag>", "<time>"]
    assert [p.get_content() for p in pictures] == [b"\x89PNG1", b"\x89PNG2"]
    assert {p.get_content_disposition() for p in pictures} == {"inline"}


# --- the server ------------------------------------------------------------------


class Desk:
    """Takes mail, except for the recipients and senders it is told to refuse."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.startswith("refused"):
            return "553 not from here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.startswith("nobody"):
            return "550-no such user\r\n550 ask the desk"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if b"Subject: spam" in (envelope.original_content or b""):
            return "554 looks like spam"
        self.envelopes.append(envelope)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, auth) -> AuthResult:
    assert isinstance(auth, LoginPassword)
    ok = auth == LoginPassword(b"desk", PASSWORD.encode())
    return AuthResult(success=ok, handled=ok)


@contextmanager
def serving(desk: Desk | None = None, **options) -> Iterator[tuple[Desk, int]]:
    desk = desk or Desk()
    controller = Controller(desk, hostname="127.0.0.1", port=0, **options)
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        controller.port = probe.getsockname()[1]
    controller.start()
    try:
        yield desk, controller.port
    finally:
        controller.stop()


AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def refusal(mailer: Mailer, message: EmailMessage | None = None) -> str:
    with pytest.raises(DeliveryError) as caught:
        mailer.send(message or mail())
    shown = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in shown + repr(caught.value) + repr(mailer)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    return str(caught.value)


def test_a_mail_arrives():
    with serving() as (desk, port):
        Mailer("127.0.0.1", port, "none").send(mail())
    [envelope] = desk.envelopes
    assert envelope.mail_from == SENDER
    assert envelope.rcpt_tos == ["dana@desk.example"]
    assert message_from_bytes(envelope.content, policy=default)["Subject"] == "Monday"


def test_a_mail_arrives_over_starttls_with_a_login(server_context, trusting):
    options = {"tls_context": server_context, "require_starttls": True}
    with serving(authenticator=authenticate, auth_required=True, **options) as (
        desk,
        port,
    ):
        mailer = Mailer(
            "localhost", port, "starttls", "desk", PASSWORD, context=trusting
        )
        mailer.send(mail())
    assert len(desk.envelopes) == 1


def test_a_mail_arrives_over_tls_with_a_login(server_context, trusting):
    # The server is told not to ask for STARTTLS before a login: it speaks TLS already.
    options = {"ssl_context": server_context, "auth_require_tls": False}
    with serving(authenticator=authenticate, **options) as (desk, port):
        mailer = Mailer("localhost", port, "tls", "desk", PASSWORD, context=trusting)
        mailer.send(mail())
    assert len(desk.envelopes) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(security, server_context):
    key = "tls_context" if security == "starttls" else "ssl_context"
    with serving(**{key: server_context}) as (desk, port):
        reason = refusal(Mailer("localhost", port, security))
    assert f"localhost:{port}: certificate not trusted: " in reason
    assert desk.envelopes == []


def test_a_certificate_for_another_name_is_refused(trusting):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("mail.other.example").configure_cert(context)
    with serving(ssl_context=context) as (_, port):
        reason = refusal(Mailer("localhost", port, "tls", context=trusting))
    assert "certificate not trusted: Hostname mismatch" in reason


def test_a_server_without_starttls_gets_no_mail():
    with serving() as (desk, port):
        reason = refusal(Mailer("127.0.0.1", port, "starttls"))
    assert "STARTTLS extension not supported by server" in reason
    assert desk.envelopes == []


def test_tls_to_a_plain_server_names_the_setting():
    with serving() as (_, port):
        reason = refusal(Mailer("127.0.0.1", port, "tls"))
    assert "TLS failed (WRONG_VERSION_NUMBER); is the security setting right" in reason


def test_a_wrong_password_is_told_without_it(server_context, trusting):
    with serving(authenticator=authenticate, tls_context=server_context) as (_, port):
        mailer = Mailer(
            "localhost", port, "starttls", "luis", PASSWORD, context=trusting
        )
        reason = refusal(mailer)
    assert reason == f"localhost:{port}: user name or password refused (535)"


def test_a_password_that_cannot_be_sent_is_told_without_it(server_context, trusting):
    password = PASSWORD + "ñ"
    with serving(authenticator=authenticate, tls_context=server_context) as (_, port):
        mailer = Mailer(
            "localhost", port, "starttls", "desk", password, context=trusting
        )
        assert "must be ASCII" in refusal(mailer)


def test_a_server_without_logins_gets_no_password():
    with serving() as (_, port):
        reason = refusal(Mailer("127.0.0.1", port, "none", "desk", PASSWORD))
    assert "AUTH extension not supported" in reason


def test_a_refused_recipient_is_named_with_the_servers_words():
    with serving() as (desk, port):
        mailer = Mailer("127.0.0.1", port, "none")
        reader = subscriber(address="nobody@desk.example")
        reason = refusal(mailer, mail(reader=reader))
    expected = "recipient nobody@desk.example refused: 550 no such user ask the desk"
    assert reason == f"127.0.0.1:{port}: {expected}"
    assert desk.envelopes == []


def test_a_refused_sender_is_named():
    with serving() as (_, port):
        message = mail(sender="refused@news.example")
        reason = refusal(Mailer("127.0.0.1", port, "none"), message)
    assert reason.endswith("sender refused@news.example refused: 553 not from here")


def test_a_refused_mail_is_told():
    with serving() as (_, port):
        reason = refusal(Mailer("127.0.0.1", port, "none"), mail("spam"))
    assert reason.endswith("mail refused: 554 looks like spam")


def test_nobody_listening_is_told():
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    reason = refusal(Mailer("127.0.0.1", port, "none"))
    assert reason == f"127.0.0.1:{port}: connection refused; is a mail server there?"


@pytest.mark.parametrize("host", ["::g", "a" * 70 + ".example", ".example"])
def test_a_host_that_is_none_is_told(host):
    assert refusal(Mailer(host, 25, "none")) == f"{host}:25: no such host"


# --- many mails over one connection ------------------------------------------------


class Counting(Desk):
    """Also counts connections, and closes each after a number of mails."""

    def __init__(self, per_connection: int = 1000) -> None:
        super().__init__()
        self.connections = 0
        self.left = self.per_connection = per_connection

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        self.left = self.per_connection
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if not self.left:
            return "421 enough for one connection"
        self.left -= 1
        return await super().handle_MAIL(server, session, envelope, address, options)


def test_one_connection_carries_many_mails(server_context, trusting):
    with serving(Counting(), ssl_context=server_context) as (desk, port):
        mailer = Mailer("localhost", port, "tls", context=trusting)
        with mailer.session() as session:
            for n in range(20):
                session.send(headed(f"reader{n}"))
    assert (desk.connections, len(desk.envelopes)) == (1, 20)


def test_a_refused_mail_leaves_the_connection_to_the_others():
    with (
        serving(Counting()) as (desk, port),
        Mailer("127.0.0.1", port, "none").session() as session,
    ):
        for name in ("nobody1", "dana", "nobody2", "luis"):
            with suppress(DeliveryError):
                session.send(headed(name))
    assert desk.connections == 1
    assert [e.rcpt_tos for e in desk.envelopes] == [
        ["dana@desk.example"],
        ["luis@desk.example"],
    ]


def test_a_server_that_takes_few_mails_a_connection_is_connected_to_again():
    with (
        serving(Counting(per_connection=2)) as (desk, port),
        Mailer("127.0.0.1", port, "none").session() as session,
    ):
        for n in range(5):
            session.send(headed(f"reader{n}"))
    assert (desk.connections, len(desk.envelopes)) == (3, 5)


def faults(replies: dict[bytes, bytes], until: bytes = b"never") -> str:
    with scripted(answering(POLITE | replies, until)) as port:
        mailer = Mailer("127.0.0.1", port, "none", timeout_seconds=5)
        with pytest.raises(DeliveryError) as caught:
            mailer.send(mail())
    return caught.value.fault


@pytest.mark.parametrize(
    ("word", "reply", "fault"),
    [
        (b"RCPT", b"550 no such user", "recipient"),
        (b"RCPT", b"450 busy", "later"),
        (b"RCPT", b"552 mailbox full", "later"),
        (b"RCPT", b"421 closing", "later"),
        (b"RCPT", b"554 5.7.1 relay access denied", "mail"),
        (b"RCPT", b"550 5.1.1 no such user", "recipient"),
        (b"RCPT", b"530 authentication required", "server"),
        (b"RCPT", b"503 log in first", "server"),
        (b"MAIL", b"550 not from here", "server"),
        (b"MAIL", b"451 slow down", "server"),
        (b"MAIL", b"552 too large", "mail"),
        (b"DATA", b"554 no", "mail"),
        (b".", b"554 spam", "mail"),
        (b".", b"451 try again", "later"),
        (b"EHLO", b"421 closing", "server"),
    ],
)
def test_whose_fault_it_is_follows_from_the_answer(word, reply, fault):
    assert faults({word: reply + b"\r\n"}) == fault


@pytest.mark.parametrize("until", [b"RCPT", b"DATA", b"."])
def test_a_connection_lost_within_a_mail_is_that_mails_bad_luck(until):
    assert faults({}, until) == "later"


def test_nobody_listening_and_a_bad_certificate_are_the_servers_fault(server_context):
    with pytest.raises(DeliveryError) as caught:
        Mailer("127.0.0.1", 1, "none").send(mail())
    assert caught.value.fault == "server"
    with (
        serving(ssl_context=server_context) as (_, port),
        pytest.raises(DeliveryError) as caught,
    ):
        Mailer("localhost", port, "tls").send(mail())
    assert caught.value.fault == "server"


def test_a_server_that_breaks_off_again_and_again_counts_as_down():
    def drops(connection: socket.socket) -> None:
        answering(POLITE, b".")(connection)

    found = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def speak() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    drops(connection)

        thread = threading.Thread(target=speak)
        thread.start()
        port = listener.getsockname()[1]
        with Mailer("127.0.0.1", port, "none", timeout_seconds=5).session() as session:
            for n in range(3):
                with pytest.raises(DeliveryError) as caught:
                    session.send(headed(f"reader{n}"))
                found.append(caught.value.fault)
        thread.join(timeout=5)
    assert found == ["later", "later", "server"]


def test_a_mail_is_signed_on_its_way():
    with serving() as (desk, port):
        sign = lambda raw: b"DKIM-Signature: x\r\n" + raw  # noqa: E731
        Mailer("127.0.0.1", port, "none", sign=sign).send(mail())
    assert desk.envelopes[0].content.startswith(b"DKIM-Signature: x\r\nSubject")


# --- servers that misbehave ---------------------------------------------------------

Script = Callable[[socket.socket], None]


@contextmanager
def scripted(script: Script) -> Iterator[int]:
    """A server that speaks one connection by script, then hangs up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                script(connection)

        thread = threading.Thread(target=speak)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=5)
        assert not thread.is_alive()


def answering(replies: dict[bytes, bytes], until: bytes) -> Script:
    """Greets, answers each command by its first word, hangs up at ``until``."""

    def script(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        with connection.makefile("rb") as lines:
            for line in lines:
                word = line.split()[0].upper() if line.strip() else b""
                if word == until:
                    return
                if word in replies:
                    connection.sendall(replies[word])

    return script


POLITE = {
    b"EHLO": b"250 hello\r\n",
    b"MAIL": b"250 ok\r\n",
    b"RCPT": b"250 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b".": b"250 taken\r\n",
    b"RSET": b"250 ok\r\n",
}


@pytest.mark.parametrize("until", [b"EHLO", b"MAIL", b"RCPT", b"DATA", b"."])
def test_a_server_that_dies_before_it_took_the_mail_is_told(until):
    with scripted(answering(POLITE, until)) as port:
        reason = refusal(Mailer("127.0.0.1", port, "none", timeout_seconds=5))
    assert re.search("closed the connection|reset by peer|Broken pipe", reason)


def test_a_server_that_dies_after_it_took_the_mail_has_taken_it():
    with scripted(answering(POLITE, until=b"QUIT")) as port:
        Mailer("127.0.0.1", port, "none", timeout_seconds=5).send(mail())


@pytest.mark.parametrize("word", [b"EHLO", b"MAIL", b"RCPT"])
def test_a_server_that_says_nothing_runs_out_of_time(word):
    silent = {k: v for k, v in POLITE.items() if k != word}
    with scripted(answering(silent, until=b"never")) as port:
        reason = refusal(Mailer("127.0.0.1", port, "none", timeout_seconds=0.2))
    assert "no answer within 0.2 s; is security none right for this port?" in reason


@pytest.mark.parametrize("word", [b"DATA", b"."])
def test_a_server_that_never_decides_runs_out_of_time_too(word):
    silent = {k: v for k, v in POLITE.items() if k != word}
    with scripted(answering(silent, until=b"never")) as port:
        mailer = Mailer("127.0.0.1", port, "none", verdict_seconds=0.2)
        assert refusal(mailer) == f"127.0.0.1:{port}: no word on the mail within 0.2 s"


class Slow(Desk):
    """Looks at each mail for longer than it takes to answer anything else."""

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(1.5)
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_looks_at_a_mail_for_long_gets_it_once(
    security, server_context, trusting
):
    context = {"none": None, "tls": server_context}.get(security)
    more = {"ssl_context": context} if context else {}
    if security == "starttls":
        more = {"tls_context": server_context}
    with serving(Slow(), **more) as (desk, port):
        mailer = Mailer(
            "localhost", port, security, timeout_seconds=1, context=trusting
        )
        with mailer.session() as session:
            session.send(mail())
            session.send(headed("luis"))
    assert len(desk.envelopes) == 2


def test_a_server_that_never_greets_runs_out_of_time():
    with scripted(lambda connection: connection.recv(1)) as port:
        reason = refusal(Mailer("127.0.0.1", port, "starttls", timeout_seconds=0.2))
    assert "no answer within 0.2 s; is security starttls right" in reason


def test_a_server_that_is_too_busy_is_quoted():
    with scripted(lambda connection: connection.sendall(b"421 too busy\r\n")) as port:
        reason = refusal(Mailer("127.0.0.1", port, "none", timeout_seconds=5))
    assert reason == f"127.0.0.1:{port}: the server answered 421 too busy"


def test_a_server_that_says_nonsense_is_told():
    with scripted(lambda connection: connection.sendall(b"SSH-2.0-x\r\n")) as port:
        assert refusal(Mailer("127.0.0.1", port, "none", timeout_seconds=5))


def test_every_error_of_the_smtp_library_has_words():
    kinds = [
        kind
        for kind in vars(smtplib).values()
        if isinstance(kind, type) and issubclass(kind, smtplib.SMTPException)
    ]
    known = tuple(kind for kind, _ in _REASONS)
    assert len(kinds) > 8
    assert all(
        issubclass(kind, (*known, smtplib.SMTPServerDisconnected)) for kind in kinds
    )


def test_a_mailer_checks_certificates_by_default():
    context = Mailer("localhost", 25, "tls").context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
