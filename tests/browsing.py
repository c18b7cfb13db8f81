"""Chromium at the real dashboard: what the tests that drive it share.

The dashboard is that of ``monitor serve``, with its gate, sessions and threads, over a
folder with a ``feeds.yaml`` and a ``monitor.db``. Only the time is ours.
"""

import io
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from pathlib import Path
from subprocess import run
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Page,
    expect,
    sync_playwright,
)

from monitor.access import Role, User
from monitor.newsroom.content import LAST_HOUR
from monitor.store.database import Store
from monitor.verbs import compose, web
from monitor.verbs.compose import Paths
from monitor.web.passwords import Passwords

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="needs Chromium: 'make chromium', or 'apt-get install chromium'",
)
PASSWORD = "correct horse battery"

_FLAGS = [
    "--no-sandbox",  # which root may not have
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # Whatever would be asked of another machine ends here.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_PATIENCE = 20_000
"""Milliseconds until something that is expected has not come: machines are busy."""
_ANSWERS = "Failed to load resource: the server responded with a status of"
"""What the console says of pages that are errors on purpose."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for one module: while it runs, no other event loop can."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def dashboard(folder: Path, now: datetime = LAST_HOUR) -> Iterator[str]:
    """The address of a folder's dashboard, which takes it to be ``now``."""
    said, stop = io.StringIO(), threading.Event()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        patch.setattr(compose, "now", lambda: now)
        paths = Paths(folder / "feeds.yaml", folder / "monitor.db")
        serve = web.dashboard(paths, web.Place(0))
    thread = threading.Thread(target=serve, args=(stop,), daemon=True)
    thread.start()
    try:
        yield said.getvalue().split()[1].rstrip("/")
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def make_newsroom(folder: Path) -> Path:
    """The demo's three days, by the command that a person types."""
    words = [sys.executable, "-m", "monitor", "demo", "--out", str(folder)]
    # The same stories wherever this runs, whatever packages a person has.
    env = os.environ | {"ARGOS_PACKAGES_DIR": "/nonexistent"}
    done = run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def copy(newsroom: Path, folder: Path) -> Path:
    """A database and feeds.yaml of its own for a test that writes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("feeds.yaml", "monitor.db"):
        shutil.copy(newsroom / name, folder)
    return folder


def add_users(folder: Path, **roles: Role) -> None:
    """Let people sign in, all with ``PASSWORD``."""
    hashed = Passwords().hash(PASSWORD)
    with Store(folder / "monitor.db") as store:
        for name, role in roles.items():
            assert store.users.add(User(name, role, LAST_HOUR), hashed)


class Visitors:
    """People at browsers, and what went on there that never may."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: list[BrowserContext] = []
        self.faults: list[str] = []
        """Dialogs, scripts that broke or that the policy stopped, foreign requests."""

    def visit(self, address: str, **options: object) -> Page:
        """A page of a new visitor, with cookies of their own, at no address yet."""
        options = {"locale": "en-US", "reduced_motion": "reduce"} | options
        context = self._browser.new_context(base_url=address, **options)
        self._open.append(context)
        context.set_default_timeout(_PATIENCE)
        context.on("request", lambda request: self._asked(request.url))
        context.on("weberror", lambda error: self.faults.append(f"{error.error}"))
        context.on("console", lambda line: self._logged(line.type, line.text))
        context.on("dialog", self._warned)
        return context.new_page()

    def leave(self) -> None:
        """Close everything."""
        for context in self._open:
            context.close()
        self._open.clear()

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname != "127.0.0.1" and parts.scheme not in ("data", "blob"):
            self.faults.append(f"asked for {url}")

    def _logged(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(_ANSWERS):
            self.faults.append(f"console: {text}")

    def _warned(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def sign_in(page: Page, name: str) -> None:
    """As a user of ``add_users``."""
    page.goto("/sign-in")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form.sign-in button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def ask_to_split(page: Page, reason: str = "another event") -> None:
    """Ask on the form of a story to split its last item off, and see the effect."""
    page.locator("input[name=verb][value=split]").check()
    page.locator("input[name=item]").last.check()
    page.locator("#reason").fill(reason)
    page.locator("button[value=preview]").click()
    expect(page.locator("button[value=do]")).to_be_visible()


def stories(folder: Path) -> dict[str, list[str]]:
    """The items of each story, the largest first."""
    held: dict[str, list[str]] = {}
    with Store(folder / "monitor.db") as store:
        for item, story in sorted(store.stories.found().items()):
            held.setdefault(story, []).append(item)
    return dict(sorted(held.items(), key=lambda kept: (-len(kept[1]), kept[0])))
