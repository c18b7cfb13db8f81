"""The short forms of benchmarks: a minute's load, a day of a run, one command for all."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench import everything
from bench.everything import BENCHMARKS, Benchmark, Result, report, run, table
from bench.load import START, load, slope, told
from bench.news import World, newsroom, renamed
from bench.soak import Plan, Soak, run_days
from monitor.newsroom.content import FIRST_HOUR

ROOT = Path(__file__).parent.parent
SMALL = World(40, 4_000, START)


# --- news ----------------------------------------------------------------------------


def test_a_feed_shows_what_was_published_by_then_and_nothing_more():
    now = START + timedelta(hours=7)
    for feed in range(SMALL.feeds):
        shown = SMALL.shown(feed, now)
        times = [SMALL.notice(feed, nth)[0].published for nth in range(shown + 1)]
        assert times == sorted(times)
        assert times[-2] <= now < times[-1] + timedelta(seconds=1)


def test_feeds_bring_as_many_items_as_were_asked_for():
    later = START + timedelta(days=1)
    total = sum(SMALL.shown(feed, later) for feed in range(SMALL.feeds))
    assert total == pytest.approx(4_000, rel=0.02)


def test_another_telling_has_other_names_and_the_same_common_words():
    [first, *_] = [item for item in newsroom()[0] if item.language == "en"]
    told = {renamed(first.title, telling) for telling in range(50)}
    assert len(told) == 50
    common = [word for word in first.title.split() if word in ("in", "and", "of")]
    assert common
    assert all(word in title.split() for title in told for word in common)


# --- load and soak -------------------------------------------------------------------


def test_a_line_is_found_again():
    assert slope([(x, 3 + 2 * x) for x in range(5)]) == pytest.approx((3, 2))


def test_load_measures_each_step_of_the_minutes_news(tmp_path):
    [stage] = load(tmp_path, SMALL, [80], 2, "none")
    assert stage.new == pytest.approx(4_000 / 1440, rel=0.8)
    assert {"poll", "cluster", "mark", "outline", "second thoughts"} <= set(stage.steps)
    assert stage.headroom > 1
    [*_, last] = told([stage, replace(stage, window=160)], SMALL)
    assert last.startswith("  a week of 28,000 items")


def test_a_soak_takes_notes_each_hour_and_finds_nothing_late(tmp_path):
    plan = Plan(3 / 24, 2, timedelta(hours=1), 14, "none", serve=False)
    soak = run_days(tmp_path, plan)
    assert soak.broken == []
    assert {note["waits"]["cluster"] for note in soak.notes} == {0.0}
    assert [note["at"] for note in soak.notes] == [
        (FIRST_HOUR + timedelta(hours=n)).isoformat() for n in range(4)
    ]
    assert soak.notes[-1]["items"] > soak.notes[0]["items"]
    assert soak.notes[-1]["handles"] > 3
    assert soak.notes[-1]["megabytes"] > soak.notes[-1]["mapped"] > 10


def noted(day: float, **other: float) -> dict[str, object]:
    at = (FIRST_HOUR + timedelta(days=day)).isoformat()
    waits = dict.fromkeys(("translation", "cluster", "outbox", "alerts"), 0.0)
    waits |= {name: other.pop(name) for name in list(other) if name in waits}
    held = {"megabytes": 300.0, "beside": 200.0, "mapped": 70.0, "file": 1e6}
    held |= {"kiloblocks": 2000.0}
    held |= {"handles": 20, "threads": 9} | other
    return {"at": at, "waits": waits, **held}


@pytest.mark.parametrize(
    ("grown", "said"),
    [
        ({"megabytes": 2.0}, "megabytes grow by 2.00 a day"),
        ({"beside": 3.0}, "beside grow by 3.00 a day"),
        ({"handles": 1.0}, "handles grow by 1.00 a day"),
        ({"cluster": 60.0}, "cluster: something waited for 1440 minutes"),
    ],
)
def test_a_soak_tells_what_grows(grown, said):
    notes = [noted(n, **{k: v * n for k, v in grown.items()}) for n in range(25)]
    soak = Soak(days=24, ticks=[0.1] * 25, notes=notes)
    assert list(soak.faults()) == [said]
    assert list(replace(soak, notes=[noted(n) for n in range(25)]).faults()) == []


def test_memory_that_rises_and_falls_is_no_growth():
    sawtooth = [noted(n, megabytes=300.0 + 8 * (n % 4)) for n in range(31)]
    soak = Soak(days=30, ticks=[0.1] * 31, notes=sawtooth)
    assert list(soak.faults()) == []


def test_memory_that_fills_is_no_growth():
    filling = [noted(n, megabytes=300.0 + 10 * min(n, 15)) for n in range(25)]
    soak = Soak(days=24, ticks=[0.1] * 25, notes=filling)
    assert list(soak.faults()) == []
    assert soak.slopes()["megabytes"] == pytest.approx(0)
    of_days = replace(soak, days=12, ticks=[0.1] * 13, notes=filling[:13])
    assert of_days.slopes()["megabytes"] == pytest.approx(10)
    assert list(of_days.faults()) == []


# --- all of them ---------------------------------------------------------------------


def made(name: str, code: str, folder: Path) -> Benchmark:
    (folder / f"{name}.py").write_text(code, "utf-8")
    return Benchmark(name, "what it says", name, name, 1, peer="the peer")


def test_one_that_fails_is_told_and_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    results = [
        run(each, is_long=False)
        for each in (
            made("good", "print('cold  ratio  2.5  1.1')", tmp_path),
            made("bad", "raise SystemExit('no such luck')", tmp_path),
            Benchmark("gone", "", "gone", "gone", 1, needs=("no_such_module",)),
        )
    ]
    assert [result.outcome for result in results] == [
        "done",
        "failed: exit 1: no such luck",
        "skipped: no_such_module is not installed",
    ]
    _, _, good, *_ = table(results)
    assert good.endswith("| done | the peer: cold 2.5 1.1 |")
    text = report(results, "a machine", datetime(2026, 3, 2, tzinfo=UTC))
    assert "- 2026-03-02, version" in text
    assert "no such luck" in text
    assert "cold  ratio  2.5  1.1" in text


def test_one_that_takes_far_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    monkeypatch.setattr(everything, "LEAST_SECONDS", 0.5)
    slow = replace(made("slow", "import time; time.sleep(60)", tmp_path), seconds=0)
    assert run(slow, is_long=False).outcome.startswith("failed: took more than")


def test_every_script_is_run_or_said_not_to_be():
    run_here = {b.short.split()[0].removeprefix("bench.") for b in BENCHMARKS}
    left_out = {
        name.strip() for names in everything.NOT_HERE for name in names.split(",")
    }
    parts = {"aftermath", "alive", "everything", "make_background", "news", "soaked"}
    scripts = {path.stem for path in (ROOT / "bench").glob("*.py")}
    assert scripts == run_here | left_out | parts | {"plain_minilm"}


@pytest.mark.parametrize("flags", [["--only", "no-such"], ["--what"]])
def test_a_wrong_flag_is_refused(flags):
    done = subprocess.run(
        [sys.executable, "-m", "bench.everything", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "no-such" in done.stderr or "--what" in done.stderr


def test_results_are_of_a_run(tmp_path):
    result = Result(BENCHMARKS[0], "done", 1.0, "said\n", "bench.speed 5")
    text = report([result], "2 cores", datetime(2026, 3, 2, tzinfo=UTC))
    assert "`python -m bench.speed 5`" in text
