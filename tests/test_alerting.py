import json
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as Clock
from pathlib import Path

import pytest

from builders import NOW, assignment, item, last_hours, show, watchlist
from monitor.alerting import Channels, Facts, note, send
from monitor.alerts.delivery import GIVE_UP, Attempt, Standing, after
from monitor.alerts.message import Message
from monitor.change import Change, Move
from monitor.comparison import SideHealth
from monitor.query import parse_query
from monitor.readers import ALERT_KINDS, Alert, QuietHours, Watchlist
from monitor.store.database import Store
from receivers import SECRET, receiving, says

HOUR = timedelta(hours=1)
DESK = Alert("Desk", on=ALERT_KINDS, to="DESK", language="en")
FACTS = Facts({}, (watchlist("Water", "water"),))
ROOT = Path(__file__).parents[1]


def take(store: Store, *items, story: str = "s1", now: datetime = NOW) -> None:
    """Items come in and are put into a story."""
    show(store, items, now)
    store.stories.assign(assignment(each, story) for each in items)


def us(number: int = 1, hours: float = 0, title: str = "Trade"):
    moment = NOW + hours * HOUR
    return item(title, id=f"u{number}", published=moment, seen=moment)


def mx(number: int = 1, hours: float = 0):
    moment = NOW + hours * HOUR
    return item("Comercio", "MX", id=f"m{number}", published=moment, seen=moment)


@pytest.fixture
def watching(store) -> Store:
    """A database that alerts have looked at, with one old story on each side."""
    take(store, us(), mx())
    assert note(store, [DESK], FACTS, NOW) == []
    return store


def look(store: Store, hours: float, facts: Facts = FACTS, alert: Alert = DESK):
    """What one look makes: the kinds and stories of each message."""
    made = note(store, [alert], facts, NOW + hours * HOUR)
    return [[(n.kind, n.story or n.side) for n in each.notices] for each in made]


# --- noting ------------------------------------------------------------------------


def test_nothing_is_noted_before_there_is_any_story(store):
    assert note(store, [DESK], FACTS, NOW) == []
    take(store, us(title="Water"), mx())
    assert look(store, 0) == []


def test_what_is_there_at_the_first_look_is_never_told(watching):
    assert look(watching, 7) == []


def test_what_comes_later_is_told_once(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    assert look(watching, 1) == [[("crossing", "s2")]]
    assert look(watching, 1) == []
    assert look(watching, 20) == []


def test_a_watched_story_is_told(watching):
    take(watching, us(3, 1, "Water for Juárez"), story="s3", now=NOW + HOUR)
    assert look(watching, 1) == [[("watchlist", "s3")]]


def test_old_items_that_are_seen_now_are_no_news(watching):
    """As a new feed brings them with its first poll."""
    old = [replace(each, seen=NOW + HOUR) for each in (us(4, -60), mx(4, -59))]
    take(watching, *old, story="s4", now=NOW + HOUR)
    assert look(watching, 1) == []


def test_a_changed_watch_list_begins_anew_in_silence(watching):
    take(watching, us(5, 1, "Energy"), story="s5", now=NOW + HOUR)
    wider = replace(FACTS, watchlists=(watchlist("Water", "water", "energy"),))
    assert look(watching, 1, wider) == []
    take(watching, us(6, 2, "Energy again"), story="s6", now=NOW + 2 * HOUR)
    assert look(watching, 2, wider) == [[("watchlist", "s6")]]


def test_a_changed_query_begins_anew_in_silence(watching):
    def asking(query: str) -> Facts:
        return replace(FACTS, watchlists=(Watchlist("W", query=parse_query(query)),))

    take(watching, us(5, 1, "Energy"), story="s5", now=NOW + HOUR)
    assert look(watching, 1, asking("water")) == []
    take(watching, us(6, 2, "Energy again"), story="s6", now=NOW + 2 * HOUR)
    assert look(watching, 2, asking("water OR energy")) == []


def test_an_alert_or_a_kind_that_comes_back_begins_anew_in_silence(watching):
    crossing = replace(DESK, on=("crossing",))
    look(watching, 1, alert=crossing)
    take(watching, us(3, 2, "Water"), story="s3", now=NOW + 2 * HOUR)
    assert look(watching, 2) == []
    look(watching, 3, alert=replace(DESK, name="Other"))
    take(watching, us(4, 4, "More water"), story="s4", now=NOW + 4 * HOUR)
    assert look(watching, 4) == []


def test_a_story_told_of_and_merged_into_another_is_not_told_again(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    look(watching, 1)
    merged = Change("merge", (Move("u2", "s2", "s1"), Move("m2", "s2", "s1")), "alike")
    watching.stories.change(merged, NOW + 2 * HOUR)
    assert look(watching, 9) == []


def test_a_story_told_of_is_known_by_its_items_under_another_id(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    assert look(watching, 1) == [[("crossing", "s2")]]
    moves = (Move("u2", "s2", "s9"), Move("m2", "s2", "s9"))
    watching.stories.change(Change("split", moves, "apart"), NOW + 2 * HOUR)
    assert look(watching, 9) == []


def test_a_side_that_goes_quiet_is_told(watching):
    down = SideHealth("MX", 31, 7, 0.3)
    quiet = replace(FACTS, sides=(last_hours(health=down),))
    assert look(watching, 1, quiet) == [[("quiet", "MX")]]
    assert look(watching, 9, quiet) == []


def test_what_is_noted_survives_a_restart(watching, tmp_path):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    look(watching, 1)
    with Store(watching.path) as again:
        assert look(again, 2) == []
        assert [s.message.notices[0].kind for s in again.alerts.sendings(9)] == [
            "crossing"
        ]


def test_a_rehearsal_keeps_nothing(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    with watching.rehearsal():
        assert look(watching, 1) == [[("crossing", "s2")]]
    assert look(watching, 1) == [[("crossing", "s2")]]


def test_a_message_keeps_on_whose_clock_its_alert_is_read(watching):
    night = QuietHours(Clock(1), Clock(2), "America/Tijuana")
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    look(watching, 1, alert=replace(DESK, quiet_hours=night))
    [kept] = watching.alerts.sendings(9)
    assert kept.message.tz == "America/Tijuana"


def test_a_message_keeps_its_id_when_it_is_made_again(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    with watching.rehearsal():
        [first] = note(watching, [DESK], FACTS, NOW + HOUR)
    [second] = note(watching, [DESK], FACTS, NOW + HOUR)
    assert first.id == second.id


def test_what_is_long_over_is_forgotten(watching):
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    look(watching, 1)
    for sending in watching.alerts.due(NOW + HOUR):
        watching.alerts.stand(sending, Standing("sent", 1, NOW))
    look(watching, 24 * 32)
    assert watching.alerts.sendings(9) == []
    assert watching.alerts.notes("Desk", ["s2"], ["u2"]) == []


# --- sending -----------------------------------------------------------------------


@dataclass
class Fake:
    """A channel that answers as it is told."""

    key: str = "k1"
    label: str = "Fake"
    answers: list[Attempt] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Attempt:
        self.taken.append(message)
        return self.answers.pop(0) if self.answers else Attempt("sent")


@pytest.fixture
def queued(watching) -> Store:
    """A database with one message to send."""
    take(watching, us(2, 1), mx(2, 1), story="s2", now=NOW + HOUR)
    look(watching, 1)
    return watching


def offer(store: Store, hours: float, *channels: Fake, fault: str = "") -> list[str]:
    results = send(
        store, {"Desk": Channels(channels, fault)}, lambda: NOW + hours * HOUR
    )
    return [f"{r.standing.state} {r.standing.attempts}" for r in results]


def test_a_message_goes_to_every_channel_once(queued):
    one, two = Fake("a"), Fake("b")
    assert offer(queued, 1, one, two) == ["sent 1", "sent 1"]
    assert offer(queued, 2, one, two) == []
    assert len(one.taken) == len(two.taken) == 1
    assert queued.alerts.count() == {"queued": 0, "held": 0, "sent": 2, "failed": 0}


def test_one_channel_that_fails_is_asked_again_alone(queued):
    one, two = Fake("a", answers=[Attempt("again", "down")]), Fake("b")
    assert offer(queued, 1, one, two) == ["queued 1", "sent 1"]
    assert offer(queued, 1, one, two) == []
    assert offer(queued, 1 + 1 / 60, one, two) == ["sent 2"]
    assert (len(one.taken), len(two.taken)) == (2, 1)
    assert one.taken[0].id == one.taken[1].id


def test_a_channel_that_is_gone_gets_nothing_more_until_it_is_tested(queued):
    gone = Fake(answers=[Attempt("gone", "answered 410 Gone")])
    assert offer(queued, 1, gone) == ["failed 1"]
    take(queued, us(7, 2), mx(7, 2), story="s7", now=NOW + 2 * HOUR)
    look(queued, 2)
    assert offer(queued, 2, gone) == ["failed 1"]
    assert len(gone.taken) == 1
    [newest, *_] = queued.alerts.sendings(9)
    assert newest.standing.reason == "stopped: answered 410 Gone"
    queued.alerts.resume("Desk", "k1")
    take(queued, us(8, 3), mx(8, 3), story="s8", now=NOW + 3 * HOUR)
    look(queued, 3)
    assert offer(queued, 3, gone) == ["sent 1"]


def test_a_message_waits_for_channels_that_cannot_be_had_yet(queued):
    missing = "the environment variable DESK is not set"
    assert offer(queued, 1, fault=missing) == ["queued 1"]
    [waiting] = queued.alerts.sendings(9)
    assert waiting.standing.reason == missing
    channel = Fake()
    assert offer(queued, 2, channel) == ["sent 1"]


def test_nothing_is_lost_when_an_alert_is_no_more(queued):
    [result] = list(send(queued, {}, lambda: NOW + HOUR))
    assert result.standing.state == "queued"
    assert "no alert 'Desk'" in result.standing.reason
    [result] = list(send(queued, {}, lambda: NOW + 26 * HOUR))
    assert result.standing.state == "failed"


def test_a_kill_between_acceptance_and_log_repeats_the_same_id(queued):
    """The one window in which a message is sent twice."""

    class Killed(Fake):
        def send(self, message: Message) -> Attempt:
            super().send(message)
            raise KeyboardInterrupt

    killed, channel = Killed(), Fake()
    with pytest.raises(KeyboardInterrupt):
        offer(queued, 1, killed)
    assert offer(queued, 1, channel) == ["sent 2"]
    assert killed.taken[0].id == channel.taken[0].id


@pytest.mark.parametrize(
    ("attempts", "retry_after", "minutes"),
    [(1, None, 1), (2, None, 2), (3, None, 4), (7, None, 60), (12, None, 60)]
    + [(1, timedelta(minutes=7), 7), (7, timedelta(minutes=7), 60)],
)
def test_pauses_double_up_to_an_hour(attempts, retry_after, minutes):
    standing = after(Attempt("again", "x", retry_after), attempts, NOW, NOW)
    assert standing.due == NOW + timedelta(minutes=minutes)


def test_a_message_is_given_up_on_after_a_day():
    late = NOW + GIVE_UP - timedelta(seconds=30)
    standing = after(Attempt("again", "down"), 30, NOW, late)
    assert standing.state == "failed"
    assert standing.reason == "given up on after 30 attempts: down"


# --- the command line ----------------------------------------------------------------

CONFIG = """\
contact: desk@example.org
translation: {{engine: none}}
watchlists:
  - {{name: Water, terms: [water]}}
feeds:
  - {{url: "https://ledger.example/rss", outlet: The Potomac Ledger, country: US,
     language: en, kind: national, owner: Ledger, tz: America/New_York}}
alerts:
  - name: Desk
    on: [watchlist, crossing]
    webhook: {hook}
    secret: DESK_SECRET
    local: true
    cooldown_minutes: 0
  - name: Chat
    on: [watchlist]
    to: CHAT
"""


@dataclass
class Desk:
    folder: Path
    hook: str

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), env=self.env(environ), capture_output=True, text=True
        )

    def command(self, *words: str) -> list[str]:
        names = ["--config", self.folder / "feeds.yaml", "--db", self.db]
        return [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "monitor",
            *map(str, names),
            *words,
        ]

    def env(self, environ: dict[str, str]) -> dict[str, str]:
        secrets = {"DESK_SECRET": SECRET, "CHAT": self.chat}
        return {**os.environ, "PYTHONPATH": str(ROOT), **secrets, **environ}

    @property
    def db(self) -> Path:
        return self.folder / "monitor.db"

    @property
    def chat(self) -> str:
        return self.hook.replace("http://", "json://")


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def desk(receiver, tmp_path) -> Desk:
    made = Desk(tmp_path, receiver.url)
    text = CONFIG.format(hook=receiver.url)
    (tmp_path / "feeds.yaml").write_text(text, encoding="utf-8")
    with Store(made.db) as store:
        now = datetime.now(UTC).replace(microsecond=0) - HOUR
        take(store, item("Old", published=now, seen=now), now=now)
    return made


def arrive(desk: Desk, *stories: int) -> None:
    """Watched stories that have crossed come in."""
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(UTC) < now:
        time.sleep(0.05)
    with Store(desk.db) as store:
        for n in stories:
            here = item(f"Water {n}", id=f"u{n}", published=now, seen=now)
            there = item(f"Agua {n}", "MX", id=f"m{n}", published=now, seen=now)
            take(store, here, there, story=f"s{n}", now=now)


def test_from_items_to_a_signed_post_and_a_chat(desk, receiver):
    done = desk.run("alerts", "check")
    assert (done.returncode, done.stdout, receiver.taken) == (0, "", []), done.stderr
    arrive(desk, 7)
    dry = desk.run("alerts", "check", "--dry-run")
    assert "[Desk]" in dry.stdout, dry.stderr
    assert receiver.taken == []
    receiver.answers = [says(500)]
    done = desk.run("alerts", "check")
    assert done.stdout.count(" sent\n") == 1, done.stdout + done.stderr
    assert done.stdout.count("not sent, again at") == 1
    assert len(receiver.taken) == 2
    with Store(desk.db) as store:
        states = {s.message.alert: s.standing.state for s in store.alerts.sendings(9)}
    assert sorted(states.values()) == ["queued", "sent"]
    posted = [body for delivery, body in receiver.taken if delivery]
    assert [n["kind"] for n in json.loads(posted[0])["notices"]] == [
        "crossing",
        "watchlist",
    ]
    listed = json.loads(desk.run("alerts", "list", "--json").stdout)
    assert {row["state"] for row in listed} == {"queued", "sent"}
    assert "1 queued, 0 held, 1 sent, 0 failed" in desk.run("stats").stdout
    assert receiver.forged == 1, "the chat's alone, which signs nothing"


def test_a_test_reports_each_channel_and_is_marked(desk, receiver):
    receiver.answers = [says(200), says(500)]
    done = desk.run("alerts", "test")
    assert done.returncode == 1
    assert "Desk: webhook 127.0.0.1: taken" in done.stdout
    assert "Chat: JSON (1): not taken: JSON (1) did not take it: it answered 500" in (
        done.stdout
    )
    assert json.loads(receiver.taken[0][1])["test"] is True
    assert desk.run("alerts", "test", "Chat").returncode == 0


def test_check_tells_what_is_missing_without_a_secret(desk):
    done = desk.run("check", DESK_SECRET="", CHAT="nonsense://T0KEN")
    assert (
        "note: alert Desk: the environment variable DESK_SECRET is not set"
        in done.stdout
    )
    assert "note: alert Chat: address 1 of 1 in CHAT: Apprise does not" in done.stdout
    assert "T0KEN" not in done.stdout + done.stderr


def test_an_unknown_alert_is_one_line(desk):
    done = desk.run("alerts", "test", "Nobody")
    assert done.returncode == 1
    assert done.stderr == (
        "monitor: no alert is named 'Nobody'; known: 'Desk', 'Chat'\n"
    )


def test_apprise_is_not_loaded_without_an_alert_that_needs_it(desk):
    script = (
        "import sys; from monitor.cli import app;"
        f" app({desk.command('stats')[5:]!r}, standalone_mode=False);"
        " assert 'apprise' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], env=desk.env({}))
    assert done.returncode == 0


def test_run_sends_what_is_due(desk, receiver):
    now = datetime.now(UTC).replace(microsecond=0)
    with Store(desk.db) as store:
        store.alerts.queue([Message("0f" * 12, "Desk", ("en",), now, (), is_test=True)])
    with closing(Killed(desk, "run")) as run:
        while not receiver.taken and run.is_alive:
            time.sleep(0.02)
    assert [delivery for delivery, _ in receiver.taken] == ["0f" * 12]


def test_killed_while_sending_every_message_arrives_and_few_twice(desk, receiver):
    """At most one message a kill: the one that was accepted and not yet logged."""
    kills, messages = 6, 24
    with Store(desk.db) as store:
        now = datetime.now(UTC).replace(microsecond=0)
        store.alerts.queue(
            Message(f"{n:024x}", "Desk", ("en",), now, (), is_test=True)
            for n in range(messages)
        )
    receiver.answers = [slow] * 10_000
    draw = random.Random(7)
    for _ in range(kills):
        before = len(receiver.taken)
        with closing(Killed(desk)) as run:
            while len(receiver.taken) == before and run.is_alive:
                time.sleep(0.005)
            time.sleep(draw.uniform(0, 0.1))
    assert desk.run("alerts", "check").returncode == 0
    ids = [delivery for delivery, _ in receiver.taken]
    assert set(ids) == {f"{n:024x}" for n in range(messages)}
    assert len(ids) - messages <= kills
    with Store(desk.db) as store:
        assert store.alerts.count()["sent"] == messages


def slow(call) -> None:
    time.sleep(0.02)
    says(200)(call)


class Killed:
    """A process that sends, until it is killed."""

    def __init__(self, desk: Desk, *words: str) -> None:
        self._process = subprocess.Popen(
            desk.command(*(words or ("alerts", "check"))),
            env=desk.env({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
