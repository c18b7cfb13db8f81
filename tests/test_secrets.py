"""
Secrets that are planted in every place where one may stand, and looked for wherever the
monitor speaks or writes: real processes, a mail server, a webhook, a browser's requests.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from test_access import Answer, Browser

from builders import NOW, assignment, item, show
from monitor.store.database import Store

ROOT = Path(__file__).parents[1]
PLANTED = {
    "mail password": "planted-smtp-5e1f",
    "webhook secret": "planted-hook-77ab",
    "chat password": "planted-chat-90cd",
    "chat path": "planted-path-31ef",
    "environment token": "planted-token-" + "b8" * 16,
    "wrong token": "planted-guess-" + "c9" * 16,
    "feed password": "planted-feed-12ab",
    "user password": "planted-user-64cc",
    "other password": "planted-next-65cc",
    "wrong password": "planted-miss-66cc",
}
SIGNING = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
LOGIN = f"//me:{PLANTED['feed password']}@"


@dataclass
class Said:
    """Everything that was said or written, by where."""

    places: dict[str, bytes] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=lambda: dict(PLANTED))

    def tells(self) -> dict[str, list[str]]:
        """Which secrets are told, by secret, and where."""
        wanted = {
            name: [secret.encode(), b64encode(secret.encode()), secret.encode().hex().encode()]
            for name, secret in self.secrets.items()
        }  # fmt: skip
        for number, line in enumerate(SIGNING.decode().splitlines()[1:-1]):
            wanted[f"line {number} of the signing key"] = [line.encode()]
        found = {
            name: [
                place
                for place, said in self.places.items()
                if any(way in said for way in ways)
            ]
            for name, ways in wanted.items()
        }
        return {name: places for name, places in found.items() if places}


# --- servers that repeat what they are told ------------------------------------------


class Echo(BaseHTTPRequestHandler):
    """Fails, and repeats all that it was sent; redirects where a login is asked for."""

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        told = f"{self.requestline}\n{self.headers}".encode() + body
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", f"http:{LOGIN}127.0.0.1:9/rss")
        else:
            # In the reason, too, which clients like to log.
            self.send_response(500, re.sub(r"\s+", " ", str(self.headers))[:900])
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def refusing_mail() -> Iterator[int]:
    """A mail server that refuses a login by repeating it."""

    def refuse(server, session, envelope, mechanism, login) -> AuthResult:
        said = f"535 5.7.8 no such login {login.login!r} {login.password!r}"
        return AuthResult(success=False, handled=False, message=said)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        object(),
        hostname="127.0.0.1",
        port=port,
        authenticator=refuse,
        auth_require_tls=False,
    )
    controller.start()
    yield port
    controller.stop()


VERBS = """
import json, os, pkgutil, sys, importlib, tempfile
import monitor.cli, monitor.verbs
for found in pkgutil.iter_modules(monitor.verbs.__path__, "monitor.verbs."):
    importlib.import_module(found.name)
for name in ("alerts.send", "alerts.send_webhook", "web.app", "digest.charts"):
    importlib.import_module(f"monitor.{name}")
from monitor.coverage.themes import lexicon
from monitor.translation.bridge import bridge
bridge(()), lexicon(())
for line in sys.stdin:
    asked = json.loads(line)
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(asked["typed"].encode())
    files[0].seek(0)
    child = os.fork()
    if not child:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        sys.stdin = open(0, closefd=False)
        os.environ.clear()
        os.environ.update(asked["environ"])
        sys.argv = asked["words"]
        try:
            monitor.cli.main()
        except SystemExit:
            pass
        except BaseException:
            import traceback
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
    told = []
    for file in files[1:]:
        file.seek(0)
        told.append(file.read().decode())
    print(json.dumps(told), flush=True)
"""
"""Runs verbs, each in a process of its own that need not load everything anew."""


# --- the run -------------------------------------------------------------------------


class Machine:
    """A folder with everything planted, and the command as a person runs it."""

    def __init__(self, folder: Path, echo: int, mail: int) -> None:
        self.folder, self.echo, self.mail = folder, echo, mail
        self.said = Said()
        self.verbs = subprocess.Popen(
            [sys.executable, "-c", VERBS],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "MONITOR_SMTP_PASSWORD": PLANTED["mail password"],
            "MONITOR_DKIM_KEY": SIGNING.decode(),
            "MONITOR_TOKEN": PLANTED["environment token"],
            "DESK_SECRET": PLANTED["webhook secret"],
            "DESK_CHAT": f"json://me:{PLANTED['chat password']}@127.0.0.1:{echo}"
            f"/{PLANTED['chat path']} nonsense://{PLANTED['chat password']}",
        }
        self.write_feeds()

    def write_feeds(self, *more: dict[str, object]) -> None:
        base = f"http://127.0.0.1:{self.echo}"
        feeds = [
            {"url": f"{base}/{name}", "outlet": name, "country": side, "owner": name}
            | {"language": language, "kind": "wire", "tz": "Etc/UTC", "local": True}
            for name, side, language in (("down", "US", "en"), ("moved", "MX", "es"))
        ]
        mail = {"host": "127.0.0.1", "port": self.mail, "security": "none"}
        mail |= {"sender": "m@news.example", "username": "me"}
        mail |= {"dkim": {"selector": "s", "domain": "news.example"}}
        reader = {"name": "Dana", "address": "dana@desk.example", "tz": "Etc/UTC"}
        alerts = [
            {"name": "Chat", "on": ["watchlist"], "to": "DESK_CHAT"},
            {"name": "Hook", "on": ["watchlist"], "webhook": f"{base}/hook"}
            | {"secret": "DESK_SECRET", "local": True},
        ]
        tree = {
            "contact": "desk@example.org",
            "translation": {"engine": "none"},
            "poll": {"gap_seconds": 0},
            "feeds": [*feeds, *more],
            "alerts": alerts,
            "watchlists": [{"name": "Water", "terms": ["agua"]}],
            "digest": {"mail": mail, "subscribers": [reader]},
        }
        self.folder.joinpath("feeds.yaml").write_text(json.dumps(tree, indent=1))

    def __call__(self, *words: str, typed: str = "", **environ: str) -> str:
        """Run a verb with ``-v``; what it says is kept, and its output returned."""
        asked = {"words": ["monitor", "-v", *words], "typed": typed}
        asked |= {"environ": self.environ | environ}
        self.verbs.stdin.write(json.dumps(asked) + "\n")
        self.verbs.stdin.flush()
        out, err = json.loads(self.verbs.stdout.readline())
        assert "Traceback" not in err, err
        number = len(self.said.places)
        self.said.places[f"{number} {' '.join(words)}"] = f"{out}\n{err}".encode()
        return out

    @contextmanager
    def serving(self) -> Iterator[int]:
        running = subprocess.Popen(
            [sys.executable, "-m", "monitor", "-v", "serve", "--port", "0"],
            cwd=self.folder,
            env=self.environ | {"MONITOR_LOG_FORMAT": "json"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            first = running.stdout.readline()
            yield int(first.rstrip("/\n").rpartition(":")[2])
        finally:
            running.terminate()
            out, err = running.communicate(timeout=20)
            self.said.places["serve"] = f"{out}{err}".encode()

    def run(self, *told: str) -> None:
        """A run, logged as JSON, until it has told all of these."""
        path = self.folder.parent / "run.log"
        with path.open("wb") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", "monitor", "-v", "--log-format", "json", "run"],
                cwd=self.folder,
                env=self.environ,
                stderr=log,
            )
            end = time.monotonic() + 90
            while time.monotonic() < end and not has_warned(path.read_bytes(), told):
                time.sleep(0.2)
            running.terminate()
            running.wait(timeout=30)
        self.said.places["run"] = path.read_bytes()

    def files(self) -> None:
        """Everything that lies in the folder, but what the person wrote there."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in ("theirs.opml", "login.yaml"):
                name = str(path.relative_to(self.folder))
                self.said.places[f"file {name}"] = path.read_bytes()


def has_warned(log: bytes, told: Iterable[str]) -> bool:
    """Whether a log in JSON has all of these among its warnings and errors."""
    whole = [line for line in log.splitlines(keepends=True) if line.endswith(b"\n")]
    lines = [json.loads(line) for line in whole]
    said = [x["message"] for x in lines if x["level"] in ("warning", "error")]
    return all(any(words in message for message in said) for words in told)


FAILING = ("password refused (535)", "does not understand it (nonsense://)")
"""What a run logs of the mail server and the chat."""


@pytest.fixture(scope="module")
def said(tmp_path_factory, echo, refusing_mail) -> Said:
    """All that a day with every failure says."""
    machine = Machine(tmp_path_factory.mktemp("machine"), echo, refusing_mail)
    with Store(machine.folder / "monitor.db") as store:
        shown = [item("El agua", "MX", id="a"), item("Water", id="b")]
        show(store, shown, NOW)
        store.stories.assign(assignment(one, "s1") for one in shown)
    machine("check")
    machine("poll")
    machine("cluster")
    machine("compare")
    machine("alerts", "check")
    machine("alerts", "test")
    machine("alerts", "list", "--json")
    machine("digest", "--send", "--date", "2026-03-02")
    machine.run(*FAILING)
    broken = SIGNING.decode()[:700]
    machine("digest", "--send", "--date", "2026-03-03", MONITOR_DKIM_KEY=broken)
    machine("outbox", "list", "--json")
    logins(machine)
    users(machine)
    with machine.serving() as port:
        browse(machine, port)
    for words in (
        *(
            ("stats",),
            ("feeds", "list", "--json"),
            ("feeds", "export"),
            ("search", "agua"),
        ),
        *(
            ("export", "items", "--days", "36500"),
            ("export", "stories", "--days", "36500"),
        ),
        *(("users", "list", "--json"), ("subscribers", "list", "--json")),
        *(("export", "datasette", "--out", "datasette"), ("models", "list")),
        *(("backup", "copy.db"), ("size", "--json"), ("doctor",)),
        ("--log-format", "json", "poll", "--all"),
    ):
        machine(*words)
    machine.verbs.stdin.close()
    machine.verbs.wait(10)
    machine.verbs.stdout.close()
    machine.files()
    return machine.said


def logins(machine: Machine) -> None:
    """Addresses with a login in them, wherever one may be written."""
    url = f"http:{LOGIN}127.0.0.1:{machine.echo}/rss"
    known = ["--country", "US", "--language", "en", "--kind", "wire"]
    machine("feeds", "add", url, "--outlet", "X", "--local", *known)
    machine("feeds", "add", f"{LOGIN[2:]}host.example/rss", *known)
    machine("feeds", "probe", url)
    machine("feeds", "remove", url)
    machine.folder.joinpath("theirs.opml").write_text(
        f'<opml version="2.0"><body><outline text="X" xmlUrl="{url}"/></body></opml>'
    )
    machine("feeds", "import", "theirs.opml", *known)
    machine("--config", "login.yaml", "check")
    text = machine.folder.joinpath("feeds.yaml").read_text()
    for old, new in (
        ("http://127.0.0.1", f"http:{LOGIN}127.0.0.1"),
        (
            '"alerts"',
            f'"http:{LOGIN}a.example": 1, "http:{LOGIN}a.example": 2, "alerts"',
        ),
        ('"desk@example.org"', f'"http:{LOGIN}a.example/{"x" * 90}"'),
        ('"DESK_CHAT"', f'"json://me:{PLANTED["chat password"]}@a.example"'),
        ('"DESK_SECRET"', f'"{PLANTED["webhook secret"]}"'),
        ('"username"', f'"password": "{PLANTED["mail password"]}", "username"'),
    ):
        assert old in text
        machine.folder.joinpath("login.yaml").write_text(text.replace(old, new))
        machine("--config", "login.yaml", "check")
    machine("--config", "login.yaml", "poll")
    machine(
        "models", "list", "--available", "--index", f"https:{LOGIN}a.example/i.json"
    )


def users(machine: Machine) -> None:
    """A user, another password, and a token for a program."""
    typed = PLANTED["user password"] + "\n"
    machine("users", "add", "dana", "--role", "editor", "--password-stdin", typed=typed)
    machine("users", "add", "dana", "--password-stdin", typed=typed)
    out = machine("users", "token", "add", "dana", "--label", "nightly")
    [token] = re.findall(r"^\S{32,}$", out, re.MULTILINE)
    shown = [name for name in machine.said.places if "token add" in name]
    del machine.said.places[shown[-1]]  # it is printed this once
    machine.said.secrets["token of a program"] = token


def browse(machine: Machine, port: int) -> None:
    """Sign in, wrongly and rightly; look at pages; change the password."""
    said, secrets = machine.said, machine.said.secrets

    def keep(what: str, answer: Answer) -> Answer:
        told = "".join(
            f"{k}: {v}\n" for k, v in answer.headers.items() if k != "set-cookie"
        )
        said.places[f"page {what}"] = (told + answer.text).encode()
        return answer

    browser = Browser(port)
    keep("refused", browser.sign_in("dana", PLANTED["wrong password"]))
    assert browser.sign_in("dana", PLANTED["user password"]).status == 303
    [secrets["session"]] = browser.cookies.values()
    for path in (
        *(
            "/",
            "/account",
            "/stories",
            "/story/s1",
            "/health",
            "/search?q=agua",
            "/nowhere",
        ),
        *(
            "/stories.json",
            "/api/v1/feeds/health",
            "/api/v1/version",
            "/metrics",
            "/readyz",
        ),
    ):
        keep(path, browser.ask(path))
    for name in ("environment token", "wrong token", "token of a program"):
        for path in ("/api/v1/stories", "/api/v1/nowhere", "/api/v1/stories?after=x"):
            bearer = f"Bearer {secrets[name]}"
            keep(f"{name} {path}", Browser(port).ask(path, Authorization=bearer))
    form = {"username": "dana", "current": PLANTED["wrong password"]}
    form |= dict.fromkeys(("new", "again"), PLANTED["other password"])
    csrf = browser.ask("/account").csrf
    keep("no other password", browser.post("/account/password", form, csrf))
    form["current"] = PLANTED["user password"]
    keep("another password", browser.post("/account/password", form, csrf))


# --- what was told -------------------------------------------------------------------


def test_every_failure_was_had(said):
    """Else the run below looks for nothing."""
    told = b"\n".join(said.places.values()).decode(errors="replace")
    for words in (
        "user name or password refused",
        "carries a user name",
        "answered 500",
        "did not take it",
        "no RSA private key",
        "dana: added as editor",
        "expected no user name or password",
        # Of doctor, /metrics and /readyz.
        "fail\tsmtp\t127.0.0.1:",
        "monitor_database_up 1",
        '"ready":true',
    ):
        assert words in told, words
    assert b"Water" in said.places["file copy.db"]
    assert {"session", "token of a program"} <= said.secrets.keys()
    assert said.places["page another password"]


def test_failures_were_logged_as_json_too(said):
    assert has_warned(said.places["run"], FAILING)


def test_no_secret_is_told_or_kept(said):
    assert said.tells() == {}


def test_a_secret_that_is_told_would_be_found():
    said = Said({"log": b"x " + PLANTED["mail password"].encode() + b" y"})
    assert said.tells() == {"mail password": ["log"]}
    said = Said({"db": b64encode(PLANTED["user password"].encode())})
    assert said.tells() == {"user password": ["db"]}
