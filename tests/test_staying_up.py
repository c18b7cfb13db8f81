"""The dashboard in trouble: its real processes, a real small disk, a real lock."""

import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from test_web import Browser, on_linux, posted, serve_verb, serving, until, water

from disks import small_disk
from monitor.store.database import Store

LOCKED_SECONDS = 6.0
"""Longer than a write waits."""
READ = ("/", "/stories", "/health", "/metrics", "/readyz")


@contextmanager
def dashboard(folder: Path) -> Iterator[tuple[Browser, list[int]]]:
    """A dashboard of two processes, and their numbers; both must last."""
    with Store(folder / "monitor.db") as store:
        water(store)
    with serve_verb(folder, "--port", "0", "--processes", "2") as running:
        assert running.stdout
        port = urlsplit(running.stdout.readline().split()[1]).port
        assert port
        until(lambda: len(serving(running.pid)) == 1)
        both = [running.pid, *serving(running.pid)]
        yield Browser(port), both
        assert running.poll() is None
        assert serving(running.pid) == both[1:]
        running.terminate()
        assert "Traceback" not in running.communicate(timeout=20)[1]


def write(browser: Browser, name: str) -> int:
    """The status of a form that makes a watch-list."""
    page = browser.get("/watchlists/new").text
    [token] = set(re.findall(r'name="_csrf" value="(\w+)"', page))
    form = {"_csrf": token, "name": name, "query": "rain", "step": "save"}
    return posted(browser.port, "/watchlists", form)


@on_linux
def test_the_dashboard_stays_up_while_another_holds_the_database(tmp_path):
    with dashboard(tmp_path) as (browser, _):
        with closing(sqlite3.connect(tmp_path / "monitor.db")) as other:
            other.execute("begin immediate")
            end = time.monotonic() + LOCKED_SECONDS
            while time.monotonic() < end:
                start = time.monotonic()
                for path in READ:
                    assert browser.get(path).status == 200, path
                assert time.monotonic() - start < LOCKED_SECONDS
            assert write(browser, "Rain") == 503
            other.rollback()
        assert write(browser, "Rain") == 303


@on_linux
def test_the_dashboard_stays_up_while_the_disk_is_full(tmp_path):
    with small_disk(tmp_path / "disk", "12m") as disk, dashboard(disk) as (browser, _):
        assert browser.get("/stories").status == 200  # has it open
        full = disk / "full"
        with suppress(OSError), full.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        for path in READ * 2:
            assert browser.get(path).status == 200, path
        assert write(browser, "Rain") == 503
        full.unlink()
        assert write(browser, "Rain") == 303


@on_linux
def test_the_dashboard_stays_up_while_its_folder_is_read_only(tmp_path):
    with (
        small_disk(tmp_path / "disk", "12m") as disk,
        dashboard(disk) as (browser, _),
    ):
        assert browser.get("/stories").status == 200
        for words in (f"--bind {disk} {disk}", f"-o remount,ro,bind {disk}"):
            subprocess.run(["mount", *words.split()], check=True)
        try:
            for path in READ * 2:
                assert browser.get(path).status in (200, 503), path
            assert browser.get("/livez").status == 200
        finally:
            subprocess.run(["umount", disk], check=True)
        until(lambda: browser.get("/stories").status == 200)
        assert write(browser, "Rain") == 303
