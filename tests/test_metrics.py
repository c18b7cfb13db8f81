"""What /metrics and /readyz tell: real servers, real databases, a real run."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read
from test_access import HASH, serving
from test_end_to_end import environment, feeds_yaml, wait_for
from test_store import HOLD

from builders import NOW, delivery, feed, item, show
from monitor.access import User, digest
from monitor.model import FeedState
from monitor.newsroom.content import FIRST_HOUR
from monitor.newsroom.server import Newsroom, serve
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.store.integrity import Schema
from monitor.store.lock import PROBED_SECONDS, Running, running, running_alone
from monitor.web.app import create_app
from monitor.web.probes import STUCK, run_check, schema_check
from monitor.web.reach import Reach
from monitor.web.site import Site

TOKEN = "t" * 43
HERE = Reach()
FEEDS = (
    feed(),
    feed(country="MX"),
    feed(country="MX", url="https://diario.example/sports"),
    feed('A "quoted"\\outlet\n', url="https://q.example/f"),
)
Samples = dict[tuple[str, ...], float]


def get(port: int, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, type and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=said)
        got = connection.getresponse()
        return got.status, got.headers["content-type"] or "", got.read().decode()


def scraped(text: str) -> dict[str, Samples]:
    """Name of a sample -> values of its labels, by their names -> its value."""
    found: dict[str, Samples] = {}
    for family in read(text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


@contextmanager
def dashboard(path: Path, reach: Reach = HERE, now: datetime = NOW) -> Iterator[int]:
    desk = Desk(FEEDS, {}, (), "none")
    site = Site(lambda: Store(path), lambda: desk, lambda: now, reach)
    with serving(create_app(site), reach) as port:
        yield port


@pytest.fixture
def port(store) -> Iterator[int]:
    with dashboard(Path(store.path)) as port:
        yield port


def metrics(port: int) -> dict[str, Samples]:
    status, _, text = get(port, "/metrics")
    assert status == 200
    return scraped(text)


# --- what is told -----------------------------------------------------------------


def test_feeds_are_told_by_state_and_by_outlet_and_never_by_address(store, port):
    day = timedelta(days=1)
    good = FeedState(FEEDS[0].url, last_poll=NOW, last_good=NOW, next_poll=NOW + day)
    down = FeedState(
        *(FEEDS[1].url, None, None, None, 3, "answered 500"),
        last_poll=NOW,
        last_good=NOW - day,
        next_poll=NOW - timedelta(minutes=9),
    )
    for state in (good, down):
        store.feeds.put(state)
    found = metrics(port)
    assert found["monitor_feeds"] == {
        ("healthy",): 1,
        ("failing",): 1,
        ("stale",): 0,
        ("new",): 2,
        ("ended",): 0,
    }
    diario, ledger = (FEEDS[1].outlet, "MX"), (FEEDS[0].outlet, "US")
    assert found["monitor_outlet_failures"][diario] == 3
    told = found["monitor_outlet_last_good_timestamp_seconds"]
    assert told[ledger] == NOW.timestamp()
    assert told[diario] == 0  # its other feed was never read
    assert (FEEDS[3].outlet, "US") in told
    assert found["monitor_queue_length"]["poll",] == 3
    assert found["monitor_queue_age_seconds"]["poll",] == 9 * 60
    assert "https:" not in get(port, "/metrics")[2]


def test_queues_items_and_mails_are_told(store, port):
    show(store, [item("Agua", "MX", seen=NOW - timedelta(minutes=7))], NOW)
    store.outbox.add(delivery(queued=NOW - timedelta(hours=2)))
    found = metrics(port)
    assert found["monitor_items"] == {("MX",): 1}
    assert found["monitor_queue_length"]["translation",] == 1
    assert found["monitor_queue_age_seconds"]["translation",] == 7 * 60
    assert found["monitor_queue_age_seconds"]["outbox",] == 2 * 3600
    assert found["monitor_mails_total"] == {("queued",): 1}
    assert found["monitor_database_size_bytes"][()] > 10_000


def test_steps_are_a_histogram_that_adds_up(store, port):
    for seconds, is_good in ((0.2, True), (2.0, False), (9_999.0, True)):
        store.step_runs.note("poll", seconds, is_good, NOW)
    found = metrics(port)
    buckets = found["monitor_step_seconds_bucket"]
    assert buckets["0.5", "poll"] == 1
    assert buckets["5.0", "poll"] == buckets["1800.0", "poll"] == 2
    assert buckets["+Inf", "poll"] == found["monitor_step_seconds_count"]["poll",] == 3
    assert found["monitor_step_seconds_sum"]["poll",] == pytest.approx(10_001.2)
    assert found["monitor_step_failures_total"]["poll",] == 1


def test_requests_are_told_by_route_and_never_by_address(store, port):
    get(port, "/stories/secret-1")
    get(port, "/stories/secret-2")
    get(port, "/api/v1/stories/secret-3")
    get(port, "/static/style.css")
    get(port, "/wp-admin/secret-4")
    get(port, "/stories", Host="evil.example")
    found = metrics(port)
    asked = found["monitor_dashboard_requests_total"]
    assert asked["GET", "/stories/{story}", "404"] == 2
    assert asked["GET", "/static", "200"] == 1
    assert asked["GET", "other", "404"] == 1
    assert asked["GET", "other", "400"] == 1
    assert asked["GET", "/api/stories/{story}", "404"] == 1
    assert found["monitor_dashboard_request_seconds_count"]["/stories/{story}",] == 2
    assert "secret" not in get(port, "/metrics")[2]


def test_a_database_that_cannot_be_read_is_told(tmp_path, store):
    with dashboard(Path(store.path)) as port:
        assert metrics(port)["monitor_database_up"][()] == 1
        store._db.execute("drop table step_runs")
        found = metrics(port)
        assert found["monitor_database_up"][()] == 0
        assert "monitor_items" not in found
        assert "process_resident_memory_bytes" in found


def test_a_scraper_that_asks_for_openmetrics_gets_it(store, port):
    store.step_runs.note("poll", 0.2, True, NOW)
    status, kind, text = get(port, "/metrics", Accept="application/openmetrics-text")
    assert (status, kind.partition(";")[0]) == (200, "application/openmetrics-text")
    assert {"monitor_step_seconds", "monitor_items"} <= {
        family.name for family in read_openmetrics(text)
    }


NAME = re.compile(r"(monitor|process)_[a-z]+(_[a-z]+)*")
UNITS = ("_seconds", "_bytes", "_total", "_info", "_timestamp_seconds")


def test_names_follow_the_rules_and_say_their_unit(store, port):
    families = list(read(get(port, "/metrics")[2]))
    for family in families:
        assert NAME.fullmatch(family.name), family.name
        assert family.documentation.endswith("."), family.name
        if family.type == "counter":
            assert {s.name for s in family.samples} <= {f"{family.name}_total"}
        # What is neither a time nor a size is a number of something, or yes and no.
        words = ("seconds", "bytes", "age", "time")
        if any(word in family.name.split("_") for word in words):
            assert family.name.endswith(UNITS), family.name


# --- who may ask ------------------------------------------------------------------


def test_with_users_a_scraper_needs_a_token_and_gets_no_page_to_sign_in(store, port):
    assert store.users.add(User("dana", "reader", NOW), HASH)
    store.api_tokens.add("dana", "prometheus", digest(TOKEN), NOW)
    status, kind, _ = get(port, "/metrics")
    assert (status, kind) == (401, "application/problem+json")
    assert get(port, "/metrics", Authorization="Bearer wrong")[0] == 401
    status, _, text = get(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert TOKEN not in text


def test_who_comes_through_a_proxy_is_nobody_without_a_token(store):
    reach = Reach(public="https://desk.example", token=TOKEN)
    with dashboard(Path(store.path), reach) as port:
        for headers in ({"Host": "desk.example"}, {"X_Forwarded_For": "192.0.2.7"}):
            assert get(port, "/metrics", **headers)[0] == 401
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            assert get(port, "/metrics", **headers, **bearer)[0] == 200
    with dashboard(Path(store.path), Reach(public="https://desk.example")) as port:
        assert get(port, "/metrics", Host="desk.example")[0] == 400


def test_anybody_may_ask_whether_it_is_ready_and_learns_no_name(store, port):
    assert store.users.add(User("dana", "reader", NOW), HASH)
    status, kind, text = get(port, "/readyz", X_Forwarded_For="192.0.2.7")
    assert (status, kind) == (200, "application/json")
    assert "dana" not in text
    store._db.execute("drop table _sqlite_migrations")
    status, _, text = get(port, "/readyz")
    assert status == 503
    assert store.path not in text


# --- ready ------------------------------------------------------------------------


def readyz(port: int) -> tuple[int, dict[str, dict[str, object]]]:
    status, _, text = get(port, "/readyz")
    found = json.loads(text)
    assert found["ready"] is (status == 200)
    return status, found["checks"]


def test_without_a_run_the_dashboard_alone_is_ready(store, port):
    status, checks = readyz(port)
    assert status == 200
    assert list(checks) == ["database", "schema", "run"]
    assert "none is expected" in checks["run"]["said"]


def test_a_run_that_was_killed_is_missed_and_one_that_ended_is_not(store):
    path = Path(store.path)
    now = datetime.now(UTC)
    command = [sys.executable, "-c", HOLD, str(path)]
    pipe = subprocess.PIPE
    with dashboard(path, now=now) as port:
        for number, status, said in (
            (signal.SIGKILL, 503, "was killed"),
            (None, 200, "none is expected"),
        ):
            with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as held:
                assert held.stdout.readline() == "held\n"
                assert readyz(port)[1]["run"]["said"] == "is at work"
                if number:
                    held.send_signal(number)
                held.stdin.close()
            got, checks = readyz(port)
            assert (got, said in checks["run"]["said"]) == (status, True)
            if status == 503:
                assert checks["run"]["remedy"] == "start 'monitor run' again"
                path.with_name(f"{path.name}.pid").unlink()


def test_a_run_without_a_sign_of_life_is_stuck(tmp_path):
    path = tmp_path / "monitor.db"
    with Store(path), running_alone(path) as show_life:
        now = datetime.now(UTC)
        old = (now - STUCK).timestamp() - 90
        os.utime(f"{path}.pid", (old, old))
        with dashboard(path, now=now) as port:
            status, checks = readyz(port)
            said = checks["run"]["said"]
            assert (status, said) == (503, "has shown no sign of life for 16 minutes")
            show_life()
            assert readyz(port)[0] == 200


def test_whether_one_runs_can_be_asked_at_any_time(tmp_path):
    path = tmp_path / "monitor.db"
    assert running(path) == Running(False)
    with running_alone(path):
        assert running(path).is_alive
    assert not running(path).is_expected


def test_asking_whether_one_runs_keeps_none_from_starting(tmp_path):
    path = tmp_path / "monitor.db"
    with running_alone(path):
        pass
    asked, free = threading.Event(), threading.Event()

    def ask() -> None:  # as ``running`` does, and slowly
        with FileLock(f"{path}.lock"):
            asked.set()
            free.wait(PROBED_SECONDS / 4)

    asker = threading.Thread(target=ask)
    asker.start()
    asked.wait(5)
    with running_alone(path):
        pass
    asker.join()


def test_a_clock_that_was_set_back_makes_no_run_stuck():
    assert run_check(Running(True, "1", NOW + STUCK), NOW).is_good
    assert run_check(Running(True, "1", NOW - STUCK), NOW).is_good
    assert not run_check(Running(True, "1", NOW - STUCK), NOW + timedelta(1)).is_good


def test_a_schema_of_another_version_is_not_ready(store, port):
    with store._db.atomic():
        store._db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('monitor', 'of_tomorrow', '')"
        )
    status, checks = readyz(port)
    assert (status, checks["schema"]["ok"]) == (503, False)
    assert "newest version" in checks["schema"]["remedy"]
    assert not schema_check(Schema(("keep_tallies",), ())).is_good


def test_a_locked_database_is_ready_all_the_same(store, port):
    with closing(sqlite3.connect(store.path)) as other:
        other.execute("begin immediate")
        assert readyz(port)[0] == 200


# --- after a real tick ------------------------------------------------------------


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(20)
        yield manager


def test_a_run_tells_of_its_steps_to_scrapers_probes_logs_and_systemd(tmp_path):
    address = tmp_path / "notify"
    words = ("--log-format", "json", "run", "--serve", "--port", "0")
    with serve() as newsroom, listening(address) as manager:
        newsroom.now = FIRST_HOUR + timedelta(hours=6)
        few_feeds(tmp_path, newsroom)
        with (
            (tmp_path / "log").open("w") as log,
            subprocess.Popen(
                [sys.executable, "-m", "monitor", *words],
                cwd=tmp_path,
                env=environment() | {"NOTIFY_SOCKET": str(address)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as process,
        ):
            try:
                port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
                assert manager.recv(99) == b"READY=1"
                found = _after_the_first_tick(port)
                assert manager.recv(99) == b"WATCHDOG=1"
                status, checks = readyz(port)
                assert (status, checks["run"]["said"]) == (200, "is at work")
            finally:
                process.terminate()
                process.wait(20)
        assert b"STOPPING=1" in _rest(manager)
    _holds_what_the_tick_did(found)
    _is_one_object_a_line((tmp_path / "log").read_text())


def few_feeds(folder: Path, newsroom: Newsroom) -> None:
    path = feeds_yaml(folder, newsroom)
    tree = json.loads(path.read_text())
    feeds = [f for f in tree["feeds"] if newsroom.answer(_path(f["url"]))[0] == 200]
    tree |= {"feeds": feeds[:8], "translation": {"engine": "none"}}
    path.write_text(json.dumps(tree))


def _path(url: str) -> str:
    return "/" + url.rpartition("/")[2]


def _after_the_first_tick(port: int) -> dict[str, Samples]:
    def ticked() -> bool:
        time.sleep(0.5)  # a scrape takes from the tick what it waits for
        try:
            found.update(metrics(port))
        except OSError:
            return False
        return ("tick",) in found.get("monitor_step_last_success_timestamp_seconds", {})

    found: dict[str, Samples] = {}
    wait_for(ticked, 60)
    return found


def _rest(manager: socket.socket) -> list[bytes]:
    """What it was told beside, all of which is here by now."""
    manager.setblocking(False)
    found = []
    with suppress(BlockingIOError):
        while True:
            found.append(manager.recv(99))
    return found


def _holds_what_the_tick_did(found: dict[str, Samples]) -> None:
    steps = {step for (step,) in found["monitor_step_last_success_timestamp_seconds"]}
    assert {"tick", "poll", "translate", "cluster", "mark", "outline"} <= steps
    assert found["monitor_run_alive"][()] == 1
    assert sum(found["monitor_items"].values()) >= 4
    assert sum(found["monitor_stories"].values()) >= 2
    assert found["monitor_polls_total"]["good",] == 8
    assert found["monitor_queue_length"]["cluster",] == 0
    assert found["monitor_feeds"]["healthy",] == 8


def _is_one_object_a_line(log: str) -> None:
    lines = [json.loads(line) for line in log.splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    polled = [line for line in lines if line.get("step") == "poll"]
    assert polled
    assert all({"outlet", "feed", "new", "items"} <= line.keys() for line in polled)
    clustered = [line for line in lines if line.get("step") == "cluster"]
    assert all(line["opened"] + line["joined"] > 0 for line in clustered)
