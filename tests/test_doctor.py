"""``monitor doctor``: real things that are broken, and one line for each."""

import json
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed, item, show
from faults import FEED
from monitor.config.settings import Config, MailSettings, PollSettings
from monitor.digest.signing import is_published
from monitor.errors import StoreError
from monitor.readers import Alert
from monitor.store.database import Store
from monitor.verbs import doctor as verb
from monitor.verbs import doctor_local, doctor_network
from monitor.verbs.compose import Paths
from monitor.verdict import (
    DISK_LEAST,
    Verdict,
    of_certificate,
    of_clock,
    of_disk,
    of_file,
    of_memory,
    of_versions,
    some,
)

ROOT = Path(__file__).parent.parent
DAY = timedelta(days=1)
NOBODY = 65534


def config(*feeds, mail: MailSettings | None = None, **more) -> Config:
    polled = PollSettings(timeout_seconds=5, gap_seconds=0)
    return Config("https://example.org", polled, "none", (), mail, (), feeds, **more)


def is_told(found: Verdict, state: str, *words: str) -> None:
    assert (found.state, [w for w in words if w not in found.said]) == (state, [])
    assert found.remedy or state == "ok"


# --- decisions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "state"), [([0, 1], "ok"), ([-121] * 3, "warn"), ([3600, 3601], "fail")]
)
def test_a_clock_is_judged_by_the_middle_of_what_servers_say(seconds, state):
    is_told(of_clock([timedelta(seconds=s) for s in seconds]), state)


def test_one_server_whose_clock_is_wrong_does_not_make_ours_wrong():
    is_told(of_clock([DAY, timedelta(0), timedelta(seconds=1)]), "ok")
    is_told(of_clock([]), "warn", "no server")


@pytest.mark.parametrize(
    ("free", "size", "days", "state"),
    [
        (50 << 30, 1 << 30, 10, "ok"),
        (2 << 30, 1 << 30, 10, "warn"),  # 20 days left
        (250 << 20, 1 << 30, 10, "fail"),  # two and a half
        (DISK_LEAST - 1, 0, 0, "fail"),
        (DISK_LEAST, 1 << 40, 0.5, "ok"),  # of half a day nothing can be foretold
    ],
)
def test_a_disk_is_judged_by_how_long_it_lasts(free, size, days, state):
    is_told(of_disk(free, size, timedelta(days=days)), state)


@given(st.integers(0, 1 << 50), st.integers(0, 1 << 50), st.integers(0, 9999))
def test_more_room_is_never_worse(free, size, days):
    order = ("fail", "warn", "ok")
    less, more = (of_disk(f, size, days * DAY).state for f in (free, 2 * free))
    assert order.index(less) <= order.index(more)


def test_versions_are_held_to_what_is_needed():
    needs = ["numpy>=2,<3", "Ruamel.yaml >= 0.18", "tzdata"]
    has = {"numpy": "2.1.0", "ruamel-yaml": "0.18.1rc1", "tzdata": "2026a"}
    is_told(of_versions(needs, has, (3, 11, 2)), "ok", "3 libraries")
    for wrong in ({"numpy": "1.26"}, {"numpy": "3.0.0"}, {"numpy": "3"}):
        is_told(of_versions(needs, has | wrong, (3, 12, 0)), "fail", "numpy>=2,<3")
    is_told(of_versions(needs, {"numpy": "2.0"}, (3, 11, 2)), "fail", "tzdata")
    is_told(of_versions(needs, has, (3, 10, 9)), "fail", "Python 3.10.9")


def test_other_decisions():
    is_told(of_memory(10 << 20), "fail")
    is_told(of_memory(300 << 20), "warn")
    is_told(of_memory(None), "ok")
    is_told(of_file(1 << 30, 0, 1 << 30), "warn", "log")
    is_told(of_file(1 << 30, 900 << 20, 0), "warn", "free")
    is_told(of_certificate("c", NOW, NOW), "fail")
    is_told(of_certificate("c", NOW + 5 * DAY, NOW), "warn", "2026-03-07")
    is_told(of_certificate("c", NOW + 50 * DAY, NOW), "ok")
    is_told(some("feeds", ["a"], {}, "x"), "ok", "1 of 1")
    is_told(some("feeds", ["a"], {"b": "down"}, "x"), "warn", "1 of 2", "b: down")
    is_told(some("feeds", [], {"b": "down"}, "x"), "fail", "0 of 1")


# --- this machine -----------------------------------------------------------------


def test_what_is_needed_here_is_here():
    is_told(doctor_local.versions(), "ok", "Python 3")
    is_told(doctor_local.zones(), "ok")
    is_told(doctor_local.memory(), doctor_local.memory().state, "available")


def test_a_file_that_others_may_read_is_told_with_the_command(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    path = tmp_path / "monitor.db"
    Store(path).close()
    path.chmod(0o600)
    is_told(doctor_local.permissions(path), "ok")
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o644)
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD_FILE", str(password))
    found = doctor_local.permissions(path)
    assert (found.state, found.remedy) == ("warn", f"chmod 600 {password}")
    tmp_path.chmod(0o700)  # nobody gets there
    is_told(doctor_local.permissions(path), "ok")


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to become another user")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(0o711)
    code = (
        "import os, sys; sys.path.insert(0, os.environ['HERE']);"
        " from pathlib import Path; from monitor.verbs import doctor_local as d;"
        f" os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY});"
        " print(d.permissions(Path(sys.argv[1])).said)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "monitor.db")],
        env=os.environ | {"HERE": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{tmp_path}: may not be written\n", done.stderr


def broken(path: Path, index: str) -> None:
    """Overwrite the root page of one index or table."""
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        [[root]] = db.execute(
            "select rootpage from sqlite_master where name = ?", [index]
        ).fetchall()
        [[size]] = db.execute("pragma page_size").fetchall()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 100] = b"\xff" * 100
    path.write_bytes(content)


def test_a_damaged_database_is_told_with_the_remedy(tmp_path):
    path = tmp_path / "monitor.db"
    is_told(doctor_local.integrity(path, False), "warn", "no such database")
    with Store(path) as store:
        show(store, [item(str(n)) for n in range(200)], NOW)
    is_told(doctor_local.integrity(path, True), "ok", "indexes included")
    broken(path, "items_volume")
    is_told(doctor_local.integrity(path, False), "fail")
    path.write_bytes(b"my shopping list\n" * 99)
    with pytest.raises(StoreError, match="restore a backup"):
        doctor_local.integrity(path, False)


def test_a_database_of_another_version_is_told_and_left_as_it_is(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path) as store, store._db.atomic():
        store._db.execute("delete from _sqlite_migrations where name = 'keep_tallies'")
    before = path.read_bytes()
    is_told(doctor_local.schema(path), "warn", "older")
    is_told(doctor_local.file(path), "ok", "not looked at")
    is_told(doctor_local.disk(path, NOW), "ok")
    assert path.read_bytes() == before
    with sqlite3.connect(path) as db:
        db.execute("update _sqlite_migrations set name = 'z' where name like 'mark%'")
    is_told(doctor_local.schema(path), "fail", "newer")


def test_a_certificate_that_ends_soon_or_has_no_key_is_told(tmp_path):
    ca = trustme.CA()
    now = datetime.now(UTC)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    until = now + 5 * DAY
    made = ca.issue_cert("desk.example", not_after=until)
    chain.write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
    made.private_key_pem.write_to_path(key)
    found = doctor_local.certificate(chain, key, now)
    is_told(found, "warn", f"until {until:%Y-%m-%d}")
    is_told(doctor_local.certificate(chain, key, now + 6 * DAY), "fail")
    ca.issue_cert("desk.example").private_key_pem.write_to_path(key)
    is_told(doctor_local.certificate(chain, key, now), "fail", str(chain))
    is_told(doctor_local.certificate(tmp_path / "no", key, now), "fail", "No such file")
    old = ca.issue_cert("desk.example", not_after=now - DAY, not_before=now - 2 * DAY)
    old.private_key_pem.write_to_path(key)
    chain.write_bytes(old.cert_chain_pems[0].bytes())
    is_told(doctor_local.certificate(chain, key, now), "fail", "expired")


def test_an_alert_without_its_channel_is_told(tmp_path):
    alert = Alert("Desk", ("crossing",), to="NO_SUCH_VARIABLE")
    found = doctor_local.alerts(tmp_path / "x.db", config(alerts=(alert,)))
    is_told(found, "fail", "Desk: the environment variable NO_SUCH_VARIABLE is not set")


def test_no_translator_is_a_warning():
    is_told(doctor_local.translator(config()), "warn", "nothing translates Spanish")


# --- other machines ---------------------------------------------------------------


@contextmanager
def feeding(ahead: timedelta) -> Iterator[str]:
    """A feed whose server's clock is ahead; its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", format_datetime(datetime.now(UTC) + ahead, True))
            self.send_header("Content-Length", str(len(FEED)))
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    finally:
        server.shutdown()
        server.server_close()


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.parametrize(
    ("ahead", "state"), [(0, "ok"), (-300, "warn"), (7200, "fail")]
)
def test_our_clock_is_held_against_the_feeds(ahead, state):
    with feeding(timedelta(seconds=ahead)) as url:
        answers = doctor_network.ask_feeds(config(feed(url=url, local=True)))()
    is_told(doctor_network.feeds(answers), "ok", "1 of 1")
    found = doctor_network.clock(answers, datetime.now(UTC))
    is_told(found, state, "behind" if ahead > 0 else "")


def test_feeds_and_names_that_do_not_answer_are_told():
    dead = feed(url=f"http://127.0.0.1:{unused_port()}/f", local=True)
    nowhere = feed("Nowhere", url="http://no.such.host.invalid/f")
    found = doctor_network.feeds(doctor_network.ask_feeds(config(dead, nowhere))())
    is_told(found, "fail", "0 of 2", "refuses", "its host name cannot be found")
    is_told(
        doctor_network.dns(config(dead, nowhere)),
        "warn",
        "1 of 2",
        "no.such.host.invalid",
    )


def test_a_few_feeds_of_different_hosts_are_asked():
    feeds = tuple(feed(url=f"https://h{n // 2}.example/{n}") for n in range(40))
    chosen = doctor_network.sample(feeds)
    assert 4 <= len(chosen) <= doctor_network.SAMPLE
    assert len({f.url.split("/")[2] for f in chosen}) == len(chosen)
    assert doctor_network.sample(()) == []


@contextmanager
def mailing(context: ssl.SSLContext | None = None, **options) -> Iterator[int]:
    class Box:
        async def handle_DATA(self, *_: object) -> str:
            raise AssertionError("doctor sends nothing")

    def check(server, session, envelope, mechanism, data) -> AuthResult:
        is_right = data.password == b"right"
        return AuthResult(success=is_right, handled=False)

    controller = Controller(
        *(Box(), "127.0.0.1", 0),
        tls_context=context,
        authenticator=check,
        auth_require_tls=False,
        **options,
    )
    controller.port = unused_port()
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mail(port: int, security="none", password="right") -> Config:
    settings = MailSettings(
        "127.0.0.1", port, security, "monitor", "monitor@news.example", password
    )
    return config(mail=settings)


def look(config: Config) -> Verdict:
    return verb._tried("smtp", lambda: doctor_network.smtp(config))


def test_a_mail_server_is_greeted_logged_in_to_and_sent_nothing():
    with mailing() as port:
        is_told(look(mail(port)), "warn", "logged in")  # in the clear
        found = look(mail(port, password="wrong secret"))
        assert (found.state, "refused (535)" in found.said) == ("fail", True)
        assert "wrong secret" not in found.said
    assert "connection refused" in look(mail(port)).said


def test_a_mail_server_with_a_certificate_of_nobodys_is_told():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with mailing(context) as port:
        found = look(mail(port, "starttls"))
    assert found.state == "fail"
    assert "certificate not trusted" in found.said


KEY_COMMAND = ("openssl", "genrsa", "-traditional", "1024")


def rsa() -> str:
    made = subprocess.run(KEY_COMMAND, capture_output=True, text=True, check=True)
    return made.stdout


def test_the_key_that_a_domain_publishes_is_held_against_ours():
    key = rsa()
    public = subprocess.run(
        ["openssl", "rsa", "-pubout"],
        input=key,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    text = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])
    asked: list[bytes] = []

    def dns(answer: str | None):
        def look_up(name: bytes, timeout: int) -> bytes | None:
            asked.append(name)
            return answer.encode() if answer is not None else None

        return look_up

    assert is_published("s", "news.example", key, dns(text)) is True
    assert asked == [b"s._domainkey.news.example."]
    assert is_published("s", "news.example", rsa(), dns(text)) is False
    for wrong in ("v=DKIM1; p=", "v=DKIM1; k=rsa; p=AAAA", "hello", ""):
        assert is_published("s", "news.example", key, dns(wrong)) is False
    assert is_published("s", "news.example", key, dns(None)) is None


# --- the verb ---------------------------------------------------------------------


def monitor(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def feeds_yaml(folder: Path, url: str) -> None:
    f = feed(url=url, local=True)
    names = ("url", "outlet", "country", "language", "kind", "owner", "tz", "local")
    tree = {
        "contact": "https://example.org",
        "feeds": [{n: getattr(f, n) for n in names}],
        "translation": {"engine": "none"},
    }
    (folder / "feeds.yaml").write_text(json.dumps(tree))


def test_the_verb_tells_all_in_json_and_exits_by_the_worst(tmp_path):
    with feeding(timedelta(0)) as url:
        feeds_yaml(tmp_path, url)
        done = monitor("doctor", "--json", cwd=tmp_path)
        found = {line["check"]: line["state"] for line in json.loads(done.stdout)}
        assert (done.returncode, done.stderr) == (0, "")
        assert "fail" not in found.values()
        assert {"versions", "config", "dns", "feeds", "clock", "run"} <= found.keys()
    assert not (tmp_path / "monitor.db").exists()
    done = monitor("doctor", cwd=tmp_path)  # the server is gone
    assert done.returncode == 1
    lines = [line.split("\t")[:2] for line in done.stdout.splitlines()]
    assert ["fail", "feeds"] in lines
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    offline = {v.check: v.state for v in verb.examine(paths, verb.Asked(offline=True))}
    assert "fail" not in offline.values()
    assert "feeds" not in offline


def test_a_broken_feeds_yaml_stops_no_other_check(tmp_path):
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    paths.config.write_text("feeds: [")
    Store(paths.db).close()
    found = {v.check: v.state for v in verb.examine(paths, verb.Asked())}
    wanted = {"config": "fail", "integrity": "ok", "skipped": "warn"}
    assert wanted.items() <= found.items()


def test_a_check_that_breaks_is_a_line_like_any_other():
    def breaks() -> Verdict:
        raise ZeroDivisionError("x" * 2000)

    found = verb._tried("disk", breaks)
    is_told(found, "fail", "the check itself broke: ZeroDivisionError")
    assert len(found.said) <= verb.LONGEST
