import json
import re
import socket
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from builders import NOW, item, story
from monitor.alerts.delivery import Attempt
from monitor.alerts.message import Message, document
from monitor.alerts.rules import Picture, findings
from monitor.alerts.send_webhook import WebhookChannel, signature
from monitor.coverage.sides import compare
from monitor.feeds.addresses import is_public
from receivers import SECRET, babbles, drips, hangs_up, receiving, says, verify


def clock() -> datetime:
    return datetime.now(UTC)


def message() -> Message:
    both = story(item("Water", id="u1"), item("Agua ñ", "MX", id="m1"), id="s1")
    found = findings(Picture((compare(both, {}),)), NOW)
    notices = tuple(each.notice for each in found)
    return Message("0f" * 12, "Desk", ("en",), NOW, notices)


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def channel(url: str, **more) -> WebhookChannel:
    return WebhookChannel(url, SECRET, clock, is_public, **{"local": True, **more})


def test_a_message_arrives_signed_with_its_id(receiver):
    assert channel(receiver.url).send(message()) == Attempt("sent")
    [(delivery, body)] = receiver.taken
    assert delivery == "0f" * 12
    assert json.loads(body) == document(message())
    assert receiver.forged == 0


def test_another_secret_does_not_verify(receiver):
    replace(channel(receiver.url), secret="another").send(message())
    assert receiver.forged == 1


def test_an_old_signature_does_not_verify():
    moment = int(time.time())
    assert verify(signature(SECRET, moment, b"x"), b"x")
    assert not verify(signature(SECRET, moment - 301, b"x"), b"x")
    assert not verify(signature(SECRET, moment, b"x"), b"y")
    assert not verify(
        signature(SECRET, moment - 1, b"x").replace(f"t={moment - 1}", f"t={moment}"),
        b"x",
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "sent"),
        (204, "sent"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (401, "refused"),
        (404, "refused"),
        (408, "again"),
        (410, "gone"),
        (425, "again"),
        (429, "again"),
        (500, "again"),
        (503, "again"),
        (599, "again"),
    ],
)
def test_an_answer_s_status_decides(receiver, status, outcome):
    receiver.answers = [says(status, Location="http://127.0.0.1:1/")]
    attempt = channel(receiver.url).send(message())
    assert attempt.outcome == outcome
    assert outcome == "sent" or str(status) in attempt.reason
    assert len(receiver.taken) == 1, "no redirect is followed"


def test_retry_after_is_heard_in_seconds_and_as_a_date(receiver):
    when = format_datetime(clock() + timedelta(minutes=5), usegmt=True)
    receiver.answers = [
        says(503, Retry_After="90"),
        says(503, Retry_After=when),
        says(503, Retry_After="soon"),
        says(503, Retry_After="99999999999999"),
    ]
    pauses = [channel(receiver.url).send(message()).retry_after for _ in range(4)]
    assert pauses[0] == timedelta(seconds=90)
    assert timedelta(minutes=4) < pauses[1] <= timedelta(minutes=5)
    assert pauses[2] is None
    assert pauses[3] == timedelta(hours=6)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(hangs_up, "broke off"), (babbles, "proper HTTP"), (drips, "no answer within")],
)
def test_a_receiver_that_fails_midway_gets_it_again(receiver, answer, words):
    receiver.answers = [answer]
    start = time.monotonic()
    attempt = channel(receiver.url, seconds=0.6).send(message())
    assert attempt.outcome == "again"
    assert words in attempt.reason
    assert time.monotonic() - start < 3


def test_one_that_never_answers_runs_out_of_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        attempt = channel(url, seconds=0.3).send(message())
    assert attempt == Attempt("again", "webhook 127.0.0.1: no answer within 0.3 s")


def test_nobody_there_is_told():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    attempt = channel(url).send(message())
    assert attempt == Attempt("again", "webhook 127.0.0.1: refuses the connection")


def test_an_unknown_host_is_told():
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    attempt = channel("https://no.example/", resolve=nowhere).send(message())
    assert attempt.outcome == "again"
    assert attempt.reason.endswith("its host name cannot be found")


def test_an_address_inside_is_refused_unless_it_may_be(receiver):
    attempt = channel(receiver.url, local=False).send(message())
    assert attempt.outcome == "refused"
    assert "not a public address" in attempt.reason
    assert receiver.taken == []


def test_a_name_that_leads_inside_is_refused_whatever_it_said_before(receiver):
    """The addresses that were checked are those connected to: one look-up."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1", "169.254.169.254"] if len(asked) == 1 else ["127.0.0.1"]

    url = receiver.url.replace("127.0.0.1", "hook.example")
    attempt = channel(url, local=False, resolve=rebinding).send(message())
    assert attempt.outcome == "refused"
    assert asked == ["hook.example"]
    assert receiver.taken == []


def test_tls_is_checked(tmp_path):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hook.example").configure_cert(context)

    def encrypted(server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with receiving(encrypted) as receiver:
        url = receiver.url.replace("http://127.0.0.1", "https://hook.example")
        here = {"resolve": lambda host, port: ["127.0.0.1"]}
        assert channel(url, context=trusting, **here).send(message()).outcome == "sent"
        stranger = channel(url, **here).send(message())
        other = channel(url.replace("hook.", "other."), context=trusting, **here).send(
            message()
        )
    for attempt in (stranger, other):
        assert attempt.outcome == "again"
        assert "certificate is not trusted" in attempt.reason
    assert len(receiver.taken) == 1
    assert receiver.forged == 0


def test_nothing_shown_holds_the_secret_or_the_path():
    made = channel("https://hook.example/T0KEN?key=T0KEN")
    assert "T0KEN" not in made.label + made.key
    assert SECRET not in repr(made)


def test_the_receiver_in_the_docs_takes_ours_and_fails_on_nothing():
    docs = (Path(__file__).parents[1] / "docs" / "alerts.md").read_text("utf-8")
    [example] = re.findall(r"```python\n(.*?)```", docs, re.S)
    known: dict[str, Any] = {}
    exec(example, known)
    is_ours, now = known["is_ours"], int(time.time())
    assert is_ours("key", signature("key", now, b"{}"), b"{}")
    for odd in (
        signature("key", now - 400, b"{}"),
        signature("other", now, b"{}"),
        f"t={now},v1=\xe9",
        "t=\xb2,v1=aa",
        f"t={'9' * 5000},v1=aa",
        "t,v1",
        "",
    ):
        assert not is_ours("key", odd, b"{}"), odd
