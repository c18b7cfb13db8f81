"""Heavy work elsewhere: real Dask processes, killed at the worst moments."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import dask
import pytest
import trustme
from engines import Shouter, die_over_tequila
from fleet import Fleet

from builders import NOW, item, show
from monitor import pipeline
from monitor.errors import ConfigError, TranslationError, UnfitError
from monitor.newsroom.content import FIRST_HOUR, LAST_HOUR
from monitor.newsroom.server import Newsroom, serve
from monitor.parsers import Processes
from monitor.pipeline import Hands, Plan
from monitor.store.database import Store
from monitor.translation.memory import Route
from monitor.translation.shares import check, share, translate_share
from monitor.verbs import compose, crew, demo, errands, workers
from monitor.verbs.crew import HERE, Workers, open_workers
from monitor.verbs.steps import poll_due, translate_pending
from monitor.verbs.workers import checked_address

SOON = 60.0
"""Seconds for what takes one, on a busy machine."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with closing(Fleet(tmp_path_factory.mktemp("fleet"))) as fleet:
        fleet.add(2)
        yield fleet


@pytest.fixture
def own_fleet(tmp_path: Path) -> Iterator[Fleet]:
    """One to be harmed: a scheduler without workers."""
    with closing(Fleet(tmp_path)) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with serve() as newsroom:
        yield newsroom


# --- the same as without ------------------------------------------------------------


def live(path: Path, newsroom: Newsroom, by: Workers, say=lambda line: None) -> dict:
    """Three days of the newsroom, polled and translated; what the database holds."""
    config = demo._config(newsroom, "auto")
    plan = Plan(("en",))
    with (
        Store(path) as store,
        compose.open_fetcher(config) as fetcher,
        closing(compose.open_translator("auto")) as translator,
    ):
        for now in (FIRST_HOUR, LAST_HOUR):
            newsroom.now = now
            due = store.feeds.states(config.feeds)
            poll_due(config, store, fetcher, due, now, say, Event(), by)
            hands = by.hands("auto")
            translate_pending(store, translator, plan, now, say, Event(), hands=hands)
    return dump(path)


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Table -> its rows, in whatever order they were written."""
    with closing(sqlite3.connect(path)) as db:
        tables = ["items", "translations", "memory", "feed_states", "faults"]
        return {
            name: sorted(db.execute(f"select * from {name}"), key=repr)
            for name in tables
        }


@pytest.fixture(scope="module")
def undisturbed(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict:
    found = live(tmp_path_factory.mktemp("here") / "monitor.db", newsroom, HERE)
    assert len(found["items"]) > 300
    return found


def test_a_cluster_makes_what_we_would_have_made(
    fleet, newsroom, undisturbed, tmp_path, caplog
):
    with open_workers(fleet.address) as by:
        assert live(tmp_path / "monitor.db", newsroom, by) == undisturbed
    assert "done here" not in caplog.text


def test_processes_make_what_we_would_have_made(newsroom, undisturbed, tmp_path):
    with open_workers("2") as by:
        assert live(tmp_path / "monitor.db", newsroom, by) == undisturbed


@pytest.mark.parametrize("at", ["poll", "translate"])
def test_a_worker_that_is_killed_costs_nothing(
    at, fleet, newsroom, undisturbed, tmp_path
):
    fleet.add(1)
    lines = []

    def say(line: str) -> None:
        lines.append(line)
        if sum(each.startswith(at) for each in lines) == 2 and line.startswith(at):
            fleet.kill(1)

    left = len(fleet.workers) - 1
    with open_workers(fleet.address) as by:
        assert live(tmp_path / "monitor.db", newsroom, by, say) == undisturbed
    assert len(fleet.workers) == left or not undisturbed["translations"]


def test_a_scheduler_that_is_killed_costs_nothing(
    own_fleet, newsroom, undisturbed, tmp_path, caplog
):
    own_fleet.add(1)

    def say(line: str) -> None:
        if not own_fleet.scheduler.poll() and "new of" in line:
            own_fleet.scheduler.kill()

    with open_workers(own_fleet.address) as by:
        assert live(tmp_path / "monitor.db", newsroom, by, say) == undisturbed
    assert f"workers: {own_fleet.address}: the scheduler" in caplog.text
    assert "done here" in caplog.text


# --- work that fails ----------------------------------------------------------------


def test_what_work_raises_comes_back(fleet):
    with open_workers(fleet.address) as by:
        with pytest.raises(ZeroDivisionError) as caught:
            by.executor.submit(divmod, 1, 0).result(SOON)
        assert "in a worker on" in caught.value.__notes__[0]
        assert by.executor.submit(divmod, 7, 2).result(SOON) == (3, 1)


def test_work_that_ends_every_worker_fails_alone(own_fleet, monkeypatch, caplog):
    own_fleet.add(2)
    with open_workers(own_fleet.address) as by:
        by.executor._client.wait_for_workers(2, timeout=SOON)
        monkeypatch.setattr(workers, "EMPTY_SECONDS", 1.0)
        bad = by.executor.submit(os.abort)
        good = [by.executor.submit(abs, -n) for n in range(6)]
        with pytest.raises(BrokenExecutor):
            bad.result(SOON)
        assert [each.result(SOON) for each in good] == list(range(6))
    assert all(worker.wait(SOON) == -signal.SIGABRT for worker in own_fleet.workers)
    assert "ended every worker" in caplog.text


def test_without_workers_work_is_done_here(own_fleet, monkeypatch, caplog):
    monkeypatch.setattr(workers, "EMPTY_SECONDS", 1.0)
    with open_workers(own_fleet.address) as by:
        assert by.executor.submit(abs, -3).result(SOON) == 3
        assert "no worker is left" in caplog.text
        start = time.monotonic()
        assert by.executor.submit(abs, -4).result(SOON) == 4
        assert time.monotonic() - start < 1  # it does not wait for them again


def test_what_nobody_waits_for_is_given_up(fleet):
    with open_workers(fleet.address) as by:
        slow = [by.executor.submit(time.sleep, 600) for _ in range(2)]
        time.sleep(0.2)
    assert all(each.cancelled() for each in slow)
    fleet.kill(2)
    fleet.add(2)


def test_a_text_that_ends_processes_costs_its_item_alone(store):
    show(store, [item(t, language="es") for t in ("Agua", "Tequila")])
    with Processes(1) as pool:
        hands = Hands(pool, die_over_tequila, size=2)
        plan, engine = Plan(("en",)), Shouter()
        made = list(
            pipeline.translate(store, engine, plan, NOW, again=True, hands=hands)
        )
    assert [(each.translated, each.failed) for each in made] == [(1, 1)]
    [fault] = dump(Path(store.path))["faults"]
    assert "ends the process that translates it" in repr(fault)


# --- who is fit to help ---------------------------------------------------------------


def test_another_program_is_not_believed():
    reply = errands.unpack(errands.do("monitor 0.1 on another", errands.pack(abs, -1)))
    assert reply.kind == "unfit"
    assert "has monitor" in reply.value and "monitor 0.1 on another" in reply.value
    assert (
        errands.unpack(errands.do(errands.program(), errands.pack(abs, -1))).value == 1
    )


def test_another_engine_is_not_used(fleet, caplog):
    """Its words would be kept under the name of ours."""
    ours = share([item("Agua", language="es")], "en", "whole", Shouter(), NoKnown())
    with open_workers(fleet.address) as by:
        asked = by.executor.submit(errands.translate, "auto", ours)
        with pytest.raises(TranslationError, match="was asked for shouter 1"):
            asked.result(SOON)
    assert "a worker on" in caplog.text and "install the same engine" in caplog.text


class NoKnown:
    def recall(self, keys):
        return {}

    def keep(self, made):
        raise AssertionError


def test_an_answer_must_be_to_the_question():
    ours = share([item("Agua", language="es")], "en", "whole", Shouter(), NoKnown())
    check(ours, translate_share(ours, Shouter()))
    with pytest.raises(TranslationError, match="not asked"):
        check(ours, translate_share(ours, Shouter(version="2")))
    theirs = share([item("Sal", language="es")], "en", "whole", Shouter(), NoKnown())
    with pytest.raises(TranslationError, match="not asked"):
        check(ours, translate_share(theirs, Shouter()))


def test_a_share_carries_what_is_remembered():
    route = Route("es", "en", "shouter", "1")
    known = {route.key("Agua"): "Water"}

    class Known(NoKnown):
        def recall(self, keys):
            return {key: known[key] for key in keys if key in known}

    engine = Shouter()
    ours = share(
        [item(t, language="es") for t in ("Agua", "Sal")],
        "en",
        "headline",
        engine,
        Known(),
    )
    done = translate_share(ours, engine)
    assert [t.title for t in done.batch.translations] == ["Water", "SAL"]
    assert done.learnt == {route.key("Sal"): "SAL"}
    assert engine.calls == [["Sal"]]


def test_the_dense_model_of_workers_gives_our_vectors(fleet):
    own = compose.open_encoder()
    if own is None:
        pytest.skip("needs the dense model")
    texts = [f"The bridge at lane {n} is closed." for n in range(5)]
    with open_workers(fleet.address) as by:
        made = by.encoder(own).encode(texts)
        assert (made == own.encode(texts)).all()
    with pytest.raises(UnfitError, match="was asked for another"):
        errands.encode("another", texts)
    assert HERE.encoder(own) is own


# --- the flag ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("0", "from 1 to 256"),
        ("257", "from 1 to 256"),
        ("many", "neither a number"),
        ("-2", "neither a number"),
        ("http://10.0.0.5:8786", "neither a number"),
        ("tcp://10.0.0.5", "neither a number"),
        ("tcp://10.0.0.5:99999", "neither a number"),
        ("tcp://[::1:8786", "neither a number"),
        ("tcp://8.8.8.8:8786", "public address"),
        ("tcp://[2001:4860:4860::8888]:8786", "public address"),
        ("tcp://nowhere.invalid:8786", "no such host"),
        ("tls://127.0.0.1:8786", "DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
    ],
)
def test_a_wrong_address_is_told(said, complaint):
    with pytest.raises(ConfigError, match=complaint), open_workers(said):
        pass


def test_a_person_may_vouch_for_the_network():
    said = "tcp://8.8.8.8:8786"
    assert checked_address(said, {"MONITOR_WORKERS_IN_CLEAR": "yes"}) == said
    assert checked_address("tls://8.8.8.8:8786", {}) == "tls://8.8.8.8:8786"


def test_where_nobody_listens_is_told(monkeypatch):
    monkeypatch.setattr(workers, "CONNECT_SECONDS", 0.3)
    with (
        pytest.raises(ConfigError, match="tcp://127.0.0.1:9: no scheduler answers"),
        open_workers("tcp://127.0.0.1:9"),
    ):
        pass


def test_without_the_extra_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install .*\[cluster\]"):
        crew._open("tcp://127.0.0.1:9")


def test_with_tls_both_ends_show_certificates(tmp_path, monkeypatch):
    ca, own = trustme.CA(), trustme.CA().issue_cert("127.0.0.1")
    own = ca.issue_cert("127.0.0.1")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")}
    ca.cert_pem.write_to_path(files["ca"])
    own.cert_chain_pems[0].write_to_path(files["cert"])
    own.private_key_pem.write_to_path(files["key"])
    flags = [
        word
        for name, flag in (("ca", "ca-file"), ("cert", "cert"), ("key", "key"))
        for word in (f"--tls-{flag}", files[name])
    ]
    with closing(Fleet(tmp_path, *flags, protocol="tls")) as fleet:
        fleet.add(1)
        assert fleet.address.startswith("tls://")
        tls = "distributed.comm.tls"
        with (
            dask.config.set(
                {
                    f"{tls}.ca-file": files["ca"],
                    f"{tls}.client.cert": files["cert"],
                    f"{tls}.client.key": files["key"],
                }
            ),
            open_workers(fleet.address) as by,
        ):
            assert by.executor.submit(abs, -3).result(SOON) == 3
        monkeypatch.setattr(workers, "CONNECT_SECONDS", 1.0)
        plain = fleet.address.replace("tls://", "tcp://")
        with pytest.raises(ConfigError, match="no scheduler"), open_workers(plain):
            pass
