import email
import inspect
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from builders import NOW, item, story
from monitor.alerts.message import Message
from monitor.alerts.rules import Picture, findings
from monitor.alerts.send import REFUSED, open_channels
from monitor.coverage.sides import compare
from receivers import receiving, says


def message(title="Water <b>now</b> @everyone", spanish="Agua & sal") -> Message:
    both = story(item(title, id="u1"), item(spanish, "MX", id="m1"), id="s1")
    found = findings(Picture((compare(both, {}),)), NOW)
    return Message("0f" * 12, "Desk", ("en",), NOW, tuple(f.notice for f in found))


def opened(addresses: str):
    channels, faults = open_channels("DESK", addresses)
    assert faults == []
    return channels


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def json_address(receiver, path: str = "hook") -> str:
    return receiver.url.replace("http://", "json://us:T0KEN@").replace("hook", path)


def test_a_message_arrives_at_each_address(receiver):
    both = f"{json_address(receiver, 'a')}\n {json_address(receiver, 'b')}"
    channels = opened(both)
    assert [c.send(message()).outcome for c in channels] == ["sent", "sent"]
    assert len(receiver.taken) == 2
    assert b"Crossed the border" in receiver.taken[0][1]
    assert len({c.key for c in channels}) == 2


def test_keys_stay_the_same(receiver):
    address = json_address(receiver)
    [one], [other] = opened(address), opened(address)
    assert one.key == other.key


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_was_not_taken_is_told_with_its_status_alone(receiver, status):
    receiver.answers = [says(status, Location=receiver.url)]
    attempt = opened(json_address(receiver, "T0KEN"))[0].send(message())
    assert attempt.outcome == "again"
    assert attempt.reason == f"JSON (1) did not take it: it answered {status}"
    assert len(receiver.taken) == 1, "no redirect is followed"


def test_no_redirect_is_followed_even_if_the_address_asks_for_it(receiver):
    receiver.answers = [says(307, Location=receiver.url)]
    [channel] = opened(f"{json_address(receiver)}?redirect=yes")
    assert channel.send(message()).outcome == "again"
    assert len(receiver.taken) == 1


LOUD = """
import logging, sys
logging.basicConfig(level=1, stream=sys.stdout)
from monitor.alerts.send import open_channels
from test_alert_send import message
channels, faults = open_channels("DESK", sys.argv[1])
print(faults, [c.send(message()) for c in channels], channels)
"""


def test_nothing_that_is_logged_or_shown_holds_an_address(receiver):
    """Whatever is logged: pytest would see what is not passed on, too."""
    receiver.answers = [says(500)]
    addresses = f"{json_address(receiver, 'T0KEN')} slack://T0KEN nonsense://T0KEN"
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOUD, addresses],
        env={**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"},
        capture_output=True,
        text=True,
    )
    assert "it answered 500" in done.stdout, done.stderr
    assert "T0KEN" not in done.stdout + done.stderr


class Inbox:
    def __init__(self) -> None:
        self.mails = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"


def test_a_mail_arrives_with_its_words_as_words():
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        [channel] = opened(
            f"mailto://127.0.0.1:{port}/?from=monitor@desk.example&to=ana@desk.example"
        )
        assert channel.send(message()).outcome == "sent"
    finally:
        controller.stop()
    [mail] = inbox.mails
    parts = {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in mail.walk()
        if not part.is_multipart()
    }
    assert "<b>Crossed the border: " in parts["text/html"]
    assert "<b>now" not in parts["text/html"]
    assert "‹b›now‹" in parts["text/html"]
    assert "Agua &amp; sal" in parts["text/html"]


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        ("nonsense://T0KEN", "Apprise does not understand it (nonsense://)"),
        ("T0KEN", "it has no scheme such as slack://"),
        ("slack://T0KEN", "Apprise does not understand it (slack://)"),
        ("macosx://", "macosx:// acts on this machine and is refused"),
        ("syslog://T0KEN", "syslog:// acts on this machine and is refused"),
        ("SYSLOG://T0KEN", "acts on this machine"),
        ("slack://A/B/T0KEN?template=/etc/passwd", "template reads a file"),
        ("workflows://h/T0KEN/x/#x?template=/etc/passwd", "template reads a file"),
        ("workflows://h/T0KEN/x/?a=b;template=/etc/passwd", "template reads a file"),
        ("workflows://h/T0KEN/x/?%20template=/etc/passwd", "template reads a file"),
        ("mailto://u:T0KEN@h.example?PGPpub=file:///x", "pgppub reads a file"),
        ("json://[T0KEN", "address 1 of 1 in DESK: "),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_it(addresses, words, capfd):
    channels, [fault] = open_channels("DESK", addresses)
    assert channels == []
    assert words in fault
    assert fault.startswith("address 1 of 1 in DESK: ")
    out, err = capfd.readouterr()
    assert "T0KEN" not in fault + out + err


def test_a_wrong_address_does_not_stop_the_others(receiver):
    channels, faults = open_channels("DESK", f"nonsense://x {json_address(receiver)}")
    assert len(channels) == len(faults) == 1


def test_every_service_that_runs_commands_or_reads_files_is_refused():
    """So that a new version of Apprise cannot bring one unseen."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    parameters = r'(?:qsd"\]\.get\(|in results\["qsd"\].*)'
    assert apprise
    for plugin in set(NotificationManager().plugins()):
        source = Path(inspect.getfile(plugin)).read_text(encoding="utf-8")
        if re.search(r"^import subprocess|subprocess\.run", source, re.MULTILINE):
            names = {plugin.protocol, plugin.secure_protocol} - {None}
            assert {
                n for each in names for n in ([each] if isinstance(each, str) else each)
            } <= REFUSED
        if "AppriseAttachment(asset=" in source:
            named = re.findall(
                r'"(template|keyfile|subfile)" in results\["qsd"\]', source
            )
            assert named, (
                f"{plugin.__name__}: which parameter names its file? {parameters}"
            )


LIMITED = {
    "sms": "bulksms://user:pass@+15555555555",
    "chat": "discord://1234567890/abcdefghijk",
}


@pytest.mark.parametrize("address", LIMITED.values(), ids=LIMITED)
def test_a_text_keeps_to_the_limit_of_its_service(address):
    from monitor.alerts.message import body, title

    [channel] = opened(address)
    limit = channel.service.body_maxlen
    long = message("Water " * 40, "Agua " * 40)
    assert len(body(long, "text", limit)) <= limit
    assert len(title(long)) <= 120
