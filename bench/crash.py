"""
Kill ``monitor run`` again and again, and hold what is left against an undisturbed run.

The demo's newsroom publishes its three days on loopback, with faults: besides those of
its outlets, one answer in ten is broken, by outlet and hour. A mail server and a
webhook, real ones on loopback too, write down what they take, and take their time at
random before they say so. Time stands still until all that a moment asks for is done,
so that both runs see the same feeds at the same moments; then it leaps by half an hour.

First a run that nobody disturbs. Then one that is killed (SIGKILL) at moments drawn at
random, spread over the steps: most just before a statement to SQLite that was drawn
among those of the step, the others a while after a step or the process began. After
each kill the database is checked, and a new process is started. In the end both
databases must hold the same.

    python -m bench.crash                    # 200 kills, a quarter of an hour
    python -m bench.crash --kills 20 --seed 3 --hours 24

Exit status 1 if a promise was broken. docs/reliability.md says what is promised.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from shutil import copyfile
from threading import Thread
from zlib import crc32

from bench.aftermath import differences, faults_of
from bench.alive import ROUNDS, STEPS
from monitor.model import Assignment, Item, Sighting, Why
from monitor.newsroom.content import FIRST_HOUR, LAST_HOUR
from monitor.newsroom.server import Newsroom, serve
from monitor.store.database import Store

BUSY_SECONDS = 30.0
"""Six times what a monitor waits for another writer: disks of busy machines stand still
for seconds, and that an undisturbed run logs it is no fault of the run."""
ROOT = Path(__file__).parent.parent
LEAP = timedelta(minutes=30)
WAIT_SECONDS = 0.02
"""At most, before mail or a message is taken, and as much again before that is said."""
PATIENCE_SECONDS = 120.0
ORPHAN_SECONDS = 5.0
"""Until the programs that a killed process had started must have ended."""
FUSED = 0.75
"""The share of kills before a statement; the others are by the clock on the wall."""
TARGETS = tuple(step for step in STEPS if step not in (*ROUNDS, "open"))
SENDING = ("digest", "mail", "tell")
"""Steps that have nothing to do at most moments."""
KEEP_DAYS = 120
LARGE = 14
"""Items of a story, enough to be studied."""
OLD = 240
"""Items in the database at first, of which some become too old on each of the days."""


# --- the world around -----------------------------------------------------------------


@dataclass
class Taken:
    """What a mail server or a webhook has taken: an id each, and by whose hand."""

    chance: random.Random
    by: int = 0
    """The process that runs now, by its number."""
    log: list[tuple[str, int]] = field(default_factory=list)

    def pause(self) -> float:
        return self.chance.uniform(0, WAIT_SECONDS)

    async def handle_DATA(self, server, session, envelope) -> str:
        await asyncio.sleep(self.pause())
        name = message_from_bytes(envelope.content)["Message-ID"]
        self.log.append((name, self.by))
        await asyncio.sleep(self.pause())
        return "250 OK"


@dataclass(frozen=True)
class World:
    """What both runs live in."""

    folder: Path
    newsroom: Newsroom
    mails: Taken
    messages: Taken
    config: Path

    @property
    def clock(self) -> Path:
        """The file that tells the time."""
        return self.folder / "clock"

    @property
    def fuse(self) -> Path:
        """The file that says at which statement to die."""
        return self.folder / "fuse"

    def set(self, moment: datetime) -> None:
        """Let it be so late, in the newsroom first."""
        self.newsroom.now = moment
        self.tell(moment)

    def tell(self, moment: datetime) -> None:
        """Have the clock say that it is so late, rightly or not."""
        new = self.folder / "clock.new"
        new.write_text(moment.isoformat(), "ascii")
        new.replace(self.clock)


@contextmanager
def world(folder: Path, seed: int, engine: str) -> Iterator[World]:
    """A newsroom with faults, a mail server and a webhook, on loopback."""
    mails, messages = Taken(random.Random(seed)), Taken(random.Random(seed + 1))
    with ExitStack() as stack:
        newsroom = stack.enter_context(serve())
        newsroom.answer = _faulty(newsroom)  # type: ignore[method-assign]
        ports = stack.enter_context(_mail(mails)), stack.enter_context(_hook(messages))
        config = folder / "feeds.yaml"
        config.write_text(_yaml(newsroom, *ports, engine), "utf-8")
        yield World(folder, newsroom, mails, messages, config)


def _faulty(newsroom: Newsroom) -> Callable[[str], tuple[HTTPStatus, str, bytes]]:
    """Its answers, one in ten of them broken: which, by outlet and hour alone."""
    sound = newsroom.answer

    def answer(path: str) -> tuple[HTTPStatus, str, bytes]:
        status, kind, body = sound(path)
        match crc32(f"{path} {newsroom.now.isoformat()}".encode()) % 40:
            case 0:
                return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"busy\n"
            case 1:
                return status, "text/html", b"<html><title>Consent</title></html>"
            case 2:
                return status, kind, body[: len(body) // 2]
            case 3:
                return status, kind, b""
        return status, kind, body

    return answer


@contextmanager
def _mail(taken: Taken) -> Iterator[int]:
    from aiosmtpd.controller import Controller

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(taken, "127.0.0.1", port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def _hook(taken: Taken) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(taken.pause())
            taken.log.append((self.headers["X-Monitor-Delivery"], taken.by))
            time.sleep(taken.pause())
            with suppress(OSError):  # who asked may be dead
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is told of single requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _yaml(newsroom: Newsroom, mail: int, hook: int, engine: str) -> str:
    """The newsroom with five readers and two alerts; JSON is YAML, too."""
    names = ("url", "outlet", "country", "language", "kind", "owner", "tz", "local")
    feeds = [
        {name: getattr(feed, name) for name in names}
        | {"recurring_titles": list(feed.recurring_titles)}
        for feed in newsroom.feeds()
    ]
    readers = [
        {"name": f"reader {n}", "address": f"reader{n}@desk.example", "language": code}
        | {"tz": "America/Mexico_City", "time": f"{hour:02}:30"}
        for n, (hour, code) in enumerate(
            [(1, "en"), (7, "es"), (7, "both"), (13, "en"), (19, "es")]
        )
    ]
    hooks = {"webhook": f"http://127.0.0.1:{hook}/", "secret": "HOOK", "local": True}
    return json.dumps(
        {
            "contact": "https://example.org/crash",
            # Half an hour is too soon, an hour is not, whatever the spread.
            "poll": {
                "interval_minutes": 45,
                "longest_minutes": 45,
                "gap_seconds": 0,
                "timeout_seconds": 10,
            },
            "translation": {"engine": engine},
            "stories": {"dense": "none"},
            "retention": {"keep_days": KEEP_DAYS},
            "watchlists": [{"name": "Trade", "terms": ["tariff*", "arancel*"]}],
            "digest": {
                "mail": {
                    "host": "127.0.0.1",
                    "port": mail,
                    "security": "none",
                    "sender": "monitor@news.example",
                },
                "subscribers": readers,
            },
            "alerts": [
                {"name": "border", "on": ["crossing", "blind-spot", "jump"], **hooks},
                {"name": "trade", "on": ["watchlist"], "cooldown_minutes": 0, **hooks},
            ],
            "feeds": feeds,
        },
        ensure_ascii=False,
    )


# --- one process ----------------------------------------------------------------------


class Process:
    """A monitor that runs, and what it says of itself."""

    def __init__(
        self,
        world: World,
        db: Path,
        number: int,
        busy_seconds: float = BUSY_SECONDS,
        module: str = "bench.alive",
    ) -> None:
        world.mails.by = world.messages.by = number
        self.complaints = world.folder / f"{db.stem}.stderr"
        with self.complaints.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module]
                + [str(each) for each in (world.config, db, world.clock, busy_seconds)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT), "HOOK": "a secret of ours"},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
        self.open: list[str] = ["start"]
        """Steps begun and not ended, as far as was read."""
        self.done: Counter[tuple[str, str]] = Counter()
        self.took: dict[str, list[float]] = {}
        self.statements: Counter[str] = Counter()
        """Step -> the most that one round of it has given SQLite."""
        self._began: dict[str, float] = {}
        self._after: set[str] = set()
        self.is_dead = False
        self.fuse = world.fuse
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip())
        self._lines.put(None)

    def next(self, seconds: float) -> str | None:
        """What it says next; raises Empty if that takes longer, None if it has died."""
        line = self._lines.get(timeout=seconds)
        if line is None:
            self.is_dead = True
            return None
        sign, rest = line[0], line[2:]
        step, moment, statements = rest.rsplit(" ", 2)
        if sign == "!":
            self.open.remove(step)
        elif sign == ">":
            self.open = [s for s in self.open if s != "start"] + [step]
            self._began[step] = time.monotonic()
        else:
            self.open.remove(step)
            self.took.setdefault(step, []).append(time.monotonic() - self._began[step])
            self.statements[step] = max(self.statements[step], int(statements))
        self._note(sign, step, moment)
        return line

    def _note(self, sign: str, step: str, moment: str) -> None:
        """A moment is done once a tick of it has ended and then both other rounds."""
        if step not in ROUNDS:
            return
        if step == "tick":
            if sign == "<":
                self.done["tick", moment] += 1
        elif sign == ">" and self.done["tick", moment]:
            self._after.add(step)
        elif sign == "<" and step in self._after:
            self._after.discard(step)
            self.done[step, moment] += 1

    def is_done(self, moment: datetime) -> bool:
        """Whether all that a moment asks for was done."""
        return all(self.done[step, moment.isoformat()] for step in ROUNDS)

    def finish(self, moment: datetime, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for that; raises TimeoutError if it takes longer, ChildProcessError
        if it dies."""
        end = time.monotonic() + seconds
        while not self.is_done(moment):
            try:
                line = self.next(max(0.0, end - time.monotonic()))
            except Empty:
                raise TimeoutError(f"{moment}: still at {self.open}") from None
            if line is None:
                said = self.complaints.read_text("utf-8")[-2000:]
                raise ChildProcessError(f"{moment}: died at {self.open}: {said}")

    def close(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def kill(self) -> list[str]:
        """Kill it; the steps that it was at."""
        if not self.is_dead:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        with suppress(Empty):
            while not self.is_dead and self.next(PATIENCE_SECONDS) is not None:
                pass
        return [step for step in self.open if step not in ROUNDS] or ["between"]

    def orphans(self) -> list[str]:
        """What it had started and does not end by itself."""
        end = time.monotonic() + ORPHAN_SECONDS
        while found := _session(self._process.pid):
            if time.monotonic() > end:
                return found
            time.sleep(0.02)
        return []

    def stop(self) -> None:
        """As a person would; raises TimeoutExpired if it does not end."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)


def _session(leader: int) -> list[str]:
    """The programs of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            state, _, _, session, *_ = rest.split()
            if session == str(leader) and state != "Z":
                found.append(name.partition("(")[2])
    return found


# --- a life ---------------------------------------------------------------------------


@dataclass
class Tally:
    """What a disturbed run came to."""

    kills: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    """Step -> how many kills fell into it; one kill may fall into two."""
    broken: list[str] = field(default_factory=list)
    """What is not as promised."""
    mails: int = 0
    messages: int = 0
    twice: Counter[str] = field(default_factory=Counter)
    """What was sent twice within the window, mails and messages."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Table -> its rows in the end."""


@dataclass(frozen=True)
class Usual:
    """What steps take in an undisturbed run."""

    seconds: dict[str, float]
    statements: Counter[str]


def lay(db: Path) -> None:
    """A database with what is to be pruned, and a story that is large enough to study.

    Of the old, stories of three, some become too old on each of six days, the third of
    which is the first hour's.
    """
    old = FIRST_HOUR - timedelta(days=KEEP_DAYS + 2)
    archive = [
        (f"old-{n // 3}", f"Old {n}", old + timedelta(days=6 * n / OLD))
        for n in range(OLD)
    ]
    large = [
        ("large", f"The port of Lirio counts {n} ships that wait", FIRST_HOUR)
        for n in range(LARGE)
    ]
    with Store(db) as store:
        # A feed may show again what it showed two weeks before its newest.
        for news in (archive, large):
            items = [_item(title, at) for _, title, at in news]
            shown = [Sighting(each, (f"id:{each.id}",), each.id) for each in items]
            store.items.add(shown, items[0].feed, (), items[-1].seen)
            store.stories.assign(
                Assignment(each.id, story, 0.5, Why({}))
                for each, (story, *_) in zip(items, news, strict=True)
            )


def _item(title: str, at: datetime) -> Item:
    name = title.lower().replace(" ", "-")
    feed = "https://archive.example/rss"
    known = (name, feed, "Archive", "US", "en", f"{feed}/{name}", title, "")
    return Item(*known, at, "", "feed", at, False)


def live(world: World, db: Path, moments: Sequence[datetime]) -> Usual:
    """An undisturbed run."""
    world.set(moments[0])
    with closing(Process(world, db, 0)) as process:
        for moment in moments:
            world.set(moment)
            process.finish(moment)
        process.stop()
    _complain(process)
    took = {step: sorted(s)[len(s) * 95 // 100] for step, s in process.took.items()}
    return Usual(took, process.statements)


def live_on(
    world: World,
    db: Path,
    moments: Sequence[datetime],
    kills: int,
    usual: Usual,
    chance: random.Random,
) -> Tally:
    """The same, killed so many times; what was found after each kill."""
    tally = Tally()
    planned = _plan(moments, kills, chance)
    world.set(moments[0])
    process = Process(world, db, 0)
    for moment in moments:
        world.set(moment)
        for target in planned[moment]:
            _light(world.fuse, target, moment, usual, chance)
            if _wait_for(process, target, moment):
                time.sleep(chance.uniform(0, usual.seconds.get(target, 1.0)))
            world.fuse.unlink(missing_ok=True)
            tally.hit.update(process.kill())
            tally.kills += 1
            if orphans := process.orphans():
                tally.broken.append(f"left running after kill {tally.kills}: {orphans}")
            tally.broken += [f"kill {tally.kills}: {f}" for f in faults_of(db)]
            process.close()
            process = Process(world, db, tally.kills)
        process.finish(moment)
    process.stop()
    process.close()
    _complain(process)
    return tally


def _complain(process: Process) -> None:
    said = process.complaints.read_text("utf-8")
    if "Traceback" in said or "ERROR" in said:
        raise RuntimeError(said[-3000:])


def _plan(
    moments: Sequence[datetime], kills: int, chance: random.Random
) -> dict[datetime, list[str]]:
    """At which steps of which moments to kill: a third where editions are due."""
    due = [m for m in moments if f"{m:%H:%M}" in ("07:30", "13:30", "19:30", "01:30")]
    planned: dict[datetime, list[str]] = {moment: [] for moment in moments}
    for number in range(kills):
        if number % 3 == 0 and due:
            planned[chance.choice(due)].append(chance.choice(SENDING))
        else:
            planned[chance.choice(moments)].append(chance.choice(("start", *TARGETS)))
    return planned


def _light(
    fuse: Path, target: str, moment: datetime, usual: Usual, chance: random.Random
) -> None:
    """Have the process kill itself within a step, more often than not."""
    if (statements := usual.statements[target]) and chance.random() < FUSED:
        # The first ones more often: most rounds have less to do than the busiest.
        number = round(statements ** chance.random())
        new = fuse.with_suffix(".new")
        new.write_text(f"{target}|{moment.isoformat()}|{number}", "utf-8")
        new.replace(fuse)


def _wait_for(process: Process, target: str, moment: datetime) -> bool:
    """Until a process begins a step, unless a fuse is lit: then until it is dead.

    Or until it is done with the moment. Whether it is still to be killed in that step.
    """
    is_fused = process.fuse.exists()
    if target == "start":
        return True
    end = time.monotonic() + PATIENCE_SECONDS
    while not process.is_done(moment):
        line = process.next(end - time.monotonic())
        if line is None:
            return False
        if line.startswith(f"> {target} {moment.isoformat()}") and not is_fused:
            return True
    return False


# --- what came of it ------------------------------------------------------------------


def sent_twice(taken: Taken, lives: int) -> tuple[int, list[str]]:
    """What was taken twice within the window, and what outside it.

    Within it is what was the last that a killed process had sent.
    """
    last = {by: name for name, by in taken.log}
    found = Counter(name for name, _ in taken.log)
    outside = []
    for name in (name for name, count in found.items() if count > 1):
        *before, _ = [by for other, by in taken.log if other == name]
        if any(by >= lives or last[by] != name for by in before):
            outside.append(f"sent twice outside the window: {name}")
    return sum(found.values()) - len(found), outside


def crash(
    folder: Path,
    kills: int = 200,
    seed: int = 7,
    hours: float = 0,
    engine: str = "auto",
    leap: timedelta = LEAP,
) -> Tally:
    """Both runs, and how they differ; ``hours`` of the three days, or all of them."""
    last = FIRST_HOUR + timedelta(hours=hours) if hours else LAST_HOUR
    moments = [FIRST_HOUR + n * leap for n in range((last - FIRST_HOUR) // leap + 1)]
    calm, killed = folder / "calm.db", folder / "killed.db"
    lay(calm)
    copyfile(calm, killed)
    with world(folder, seed, engine) as around:
        usual = live(around, calm, moments)
        wanted = [
            {name for name, _ in taken.log} for taken in (around.mails, around.messages)
        ]
        for taken in (around.mails, around.messages):
            taken.log.clear()
        tally = live_on(around, killed, moments, kills, usual, random.Random(seed))
        for what, taken, expected in zip(
            ("mail", "message"), (around.mails, around.messages), wanted, strict=True
        ):
            came = {name for name, _ in taken.log}
            tally.broken += [f"{what} lost: {name}" for name in expected - came]
            tally.broken += [f"{what} invented: {name}" for name in came - expected]
            again, outside = sent_twice(taken, kills)
            tally.twice[what] += again
            tally.broken += outside
        tally.mails, tally.messages = map(len, wanted)
    sizes, found = differences(calm, killed)
    tally.sizes = sizes
    tally.broken += found
    return tally


def main() -> None:
    """Print what the kills came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hours", type=float, default=0)
    parser.add_argument("--translator", default="auto")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(exist_ok=True)
        tally = crash(folder, given.kills, given.seed, given.hours, given.translator)
    print(f"{tally.kills} kills in {time.monotonic() - start:.0f} s, at")
    for step, count in tally.hit.most_common():
        print(f"  {count:4} {step}")
    rows = ", ".join(f"{tally.sizes[name]} {name}" for name in ("items", "editions"))
    print(f"{rows}, {tally.mails} mails, {tally.messages} alert messages")
    print(f"sent twice within the window: {dict(tally.twice)}")
    for what in tally.broken:
        print(f"BROKEN {what}")
    print(f"{len(tally.broken)} promises broken")
    sys.exit(bool(tally.broken))


if __name__ == "__main__":
    main()
