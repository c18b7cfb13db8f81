"""What a person types about mail and its readers, against a real mail server."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner

from builders import NOW, item, show
from monitor import outbox
from monitor.cli import app
from monitor.errors import ConfigError, DeliveryError, MonitorError
from monitor.readers import Delivery
from monitor.store.database import Store
from monitor.verbs import compose

DAY = "2026-03-02"


class Inbox:
    """Takes mail, except for addresses it does not know."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.unknown: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address in self.unknown:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(envelope.content)
        return "250 OK"

    @property
    def readers(self) -> list[str]:
        return [message_from_bytes(mail)["To"] for mail in self.mails]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


class Desk:
    """A folder with a feeds.yaml of two readers, and a database of one item."""

    def __init__(self, folder: Path, inbox: Inbox, port: int) -> None:
        self.folder, self.inbox, self.port = folder, inbox, port
        self.path = folder / "monitor.db"
        self.write()
        with Store(self.path) as store:
            seen = NOW - timedelta(days=1)
            show(store, [item("Snow", published=seen)], seen)

    def write(self, dana: str = "dana@desk.example", **more: object) -> None:
        """The feeds.yaml; JSON is YAML, too."""
        mail = {"host": "127.0.0.1", "port": self.port, "security": "none"}
        mail |= {"sender": "m@news.example"} | more.pop("mail", {})
        readers = [
            {"name": name, "address": address, "tz": "Etc/UTC", "time": "06:00"}
            for name, address in (("Dana", dana), ("Luis", "luis@desk.example"))
        ]
        feed = {"url": "https://a.example/rss", "outlet": "A", "country": "US"}
        feed |= {"language": "en", "kind": "wire", "owner": "A", "tz": "Etc/UTC"}
        tree = {
            "contact": "desk@example.org",
            "translation": {"engine": "none"},
            "feeds": [feed],
            "digest": {"mail": mail, "subscribers": readers},
        }
        (self.folder / "feeds.yaml").write_text(json.dumps(tree | more))

    def __call__(self, *words: str) -> str:
        flags = ["--config", self.folder / "feeds.yaml", "--db", self.path]
        done = CliRunner().invoke(app, [str(word) for word in (*flags, *words)])
        if isinstance(done.exception, MonitorError):
            self.said = done.stdout
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    def send(self, day: str = DAY) -> str:
        return self("digest", "--send", "--date", day)

    @property
    def box(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self("outbox", "list", "--json"))
        return found


@pytest.fixture
def desk(server, tmp_path, monkeypatch) -> Desk:
    inbox, port = server
    inbox.mails.clear()
    inbox.unknown.clear()
    monkeypatch.setattr(compose, "now", lambda: NOW)
    return Desk(tmp_path, inbox, port)


def test_one_refused_reader_stops_no_other_and_a_retry_reaches_them(desk):
    desk.inbox.unknown.add("dana@desk.example")
    with pytest.raises(DeliveryError, match="550 no such user"):
        desk.send()
    assert desk.inbox.readers == ["luis@desk.example"]
    states = {row["subscriber"]: row["state"] for row in desk.box}
    assert states == {"Dana": "refused", "Luis": "sent"}
    with pytest.raises(DeliveryError, match="'monitor outbox retry "):
        desk.send()
    assert f"digest: {DAY} for Luis was sent before" in desk.said
    desk.inbox.unknown.clear()
    assert desk("outbox", "retry", "Dana").endswith("queued for dana@desk.example\n")
    desk.send()
    assert desk.inbox.readers == ["luis@desk.example", "dana@desk.example"]


def test_a_retry_takes_an_editions_id(desk):
    desk.inbox.unknown.add("dana@desk.example")
    with pytest.raises(DeliveryError):
        desk.send()
    [dana] = [row for row in desk.box if row["state"] == "refused"]
    desk("outbox", "retry", str(dana["edition"]))
    with pytest.raises(ConfigError, match="is queued already"):
        desk("outbox", "retry", str(dana["edition"]))


def test_a_retry_of_nothing_says_where_to_look(desk):
    with pytest.raises(ConfigError, match="'monitor outbox list'"):
        desk("outbox", "retry", "Nobody")


def test_a_second_try_sends_the_same_mail(desk, monkeypatch):
    desk.write(mail={"port": 1})
    with pytest.raises(DeliveryError, match="connection refused"):
        desk.send()
    [before, _] = desk.box
    assert before["state"] == "queued"
    with Store(desk.path) as store:
        more = item("Later news", published=NOW - timedelta(hours=20))
        show(store, [more], NOW - timedelta(hours=20))
        kept = store.editions.one(str(before["edition"]))
    desk.write()
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(days=1))
    desk.send()
    [mail, _] = map(message_from_bytes, desk.inbox.mails)
    assert kept and mail["Subject"] and mail["Message-ID"] == before["message_id"]
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    [text, _] = mail.get_payload()
    sent = text.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert sent.strip() == kept.rendered.text.strip()


def test_a_paused_reader_gets_nothing_until_resumed(desk):
    assert "resume" in desk("subscribers", "pause", "Dana")
    assert "Dana is paused since 2026-03-02" in desk.send()
    assert desk.inbox.readers == ["luis@desk.example"]
    states = json.loads(desk("subscribers", "list", "--json"))
    assert [row["mail"] for row in states] == ["paused", "yes"]
    assert json.loads(desk("stats", "--json"))["stopped"] == ["Dana"]
    assert desk("subscribers", "resume", "Dana") == "Dana: resumed\n"
    desk.send()
    assert desk.inbox.readers == ["luis@desk.example", "dana@desk.example"]
    assert "was not stopped" in desk("subscribers", "resume", "Dana")


def test_an_unsubscribed_reader_cannot_be_retried_but_resumed(desk):
    desk.write(mail={"port": 1})
    with pytest.raises(DeliveryError):
        desk.send()
    with Store(desk.path) as store:
        [of] = [s for s in store.subscriptions.all() if s.subscriber == "Dana"]
        outbox.stop(store, of, "reader", NOW)
    with pytest.raises(ConfigError, match="Dana unsubscribed since 2026-03-02"):
        desk("outbox", "retry", "Dana")
    assert "queued for dana@desk.example" in desk("subscribers", "resume", "Dana")


def test_who_unsubscribes_while_paused_stays_so_when_the_pause_ends(desk):
    desk("subscribers", "pause", "Dana")
    with Store(desk.path) as store:
        [of] = [s for s in store.subscriptions.all() if s.subscriber == "Dana"]
        outbox.stop(store, of, "reader", NOW)
    assert "Dana unsubscribed since" in desk("subscribers", "resume", "Dana")
    desk.send()
    assert desk.inbox.readers == ["luis@desk.example"]
    assert desk("subscribers", "resume", "Dana") == "Dana: resumed\n"


def test_a_name_that_no_subscriber_has_is_told(desk):
    for verb in ("pause", "resume"):
        with pytest.raises(ConfigError, match="known: 'Dana', 'Luis'"):
            desk("subscribers", verb, "Dona")


def test_an_outage_of_days_loses_nothing_and_gives_up_what_is_old(desk, monkeypatch):
    desk.write(mail={"port": 1})
    for day in (DAY, "2026-03-01"):
        with pytest.raises(DeliveryError):
            desk.send(day)
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(days=2, hours=23))
    desk.write()
    assert "for Dana sent" in desk.send()
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(days=3))
    desk("digest", "--send", "--date", "2026-03-04", "--subscriber", "Luis")
    failed = [row for row in desk.box if row["state"] == "failed"]
    assert {row["date"] for row in failed} == {"2026-03-01"}
    assert json.loads(desk("stats", "--json"))["deliveries"]["failed"] == 2
    assert "connection refused" in desk("stats")


def test_with_a_public_address_a_mail_leads_to_its_copy_and_the_way_out(desk):
    desk.write(web={"address": "https://digest.example/"})
    desk.send()
    mail = message_from_bytes(desk.inbox.mails[0])
    [dana, _] = desk.box
    with Store(desk.path) as store:
        kept = store.editions.one(str(dana["edition"]))
        [of, _] = store.subscriptions.all()
    assert kept and kept.links.web == f"https://digest.example/editions/{kept.id}"
    way_out = f"<https://digest.example/unsubscribe/{of.token}>"
    assert mail["List-Unsubscribe"].startswith(way_out)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(of.token) == len(kept.id) == 22


def test_check_says_that_a_key_is_missing_and_that_mails_are_signed(desk, monkeypatch):
    desk.write(mail={"dkim": {"selector": "s1", "domain": "news.example"}})
    with pytest.raises(ConfigError, match="MONITOR_DKIM_KEY_FILE"):
        desk("check")
    from test_signing import pem, rsa_key

    (desk.folder / "dkim.pem").write_text(pem(rsa_key()))
    monkeypatch.setenv("MONITOR_DKIM_KEY_FILE", str(desk.folder / "dkim.pem"))
    assert "mails are signed" in desk("check")
    desk.send()
    signature = message_from_bytes(desk.inbox.mails[0])["DKIM-Signature"]
    assert "d=news.example" in signature and "s=s1" in signature


def test_the_list_shows_every_field_of_a_delivery(desk):
    desk.send()
    [row, _] = desk.box
    assert set(row) == set(Delivery.__dataclass_fields__)
