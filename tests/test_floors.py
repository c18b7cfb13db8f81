"""The gate on quality: stories of the newsroom do not fall below bench/floors.json."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from builders import item
from monitor.evaluation.scores import Report, report
from monitor.newsroom.content import labelled_path
from monitor.translation.apertium import ApertiumTranslator

PATH = Path(__file__).parent.parent / "bench" / "stories.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_stories", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BENCH = load()

installed = pytest.mark.skipif(
    not ApertiumTranslator().supports("es", "en"),
    reason="needs Debian's apertium-eng-spa",
)


@pytest.fixture(scope="module")
def newsroom() -> Report:
    return BENCH.score(labelled_path())


# --- the gate ------------------------------------------------------------------------


@installed
def test_the_newsroom_does_not_fall_below_its_floors(newsroom):
    floors = json.loads(BENCH.FLOORS.read_text()) if BENCH.FLOORS.exists() else {}
    if "newsroom" not in floors:
        pytest.skip("bench/floors.json pins no newsroom yet")
    pinned = floors["newsroom"]
    assert pinned["sha256"] == BENCH.digest(labelled_path()), (
        "bench/stories.py --update"
    )
    assert set(pinned["floors"]) == set(BENCH.figures(newsroom))
    assert BENCH.broken(pinned, BENCH.figures(newsroom)) == []


@installed
def test_the_newsroom_is_told_better_than_by_singletons(newsroom):
    found, alone = newsroom.scores, newsroom.singletons
    assert found.all.bcubed.f1 > alone.all.bcubed.f1
    assert found.multi.f1 > alone.multi.f1
    assert found.bilingual.found > found.bilingual.wrong
    assert newsroom.unscored > 0


# --- what the gate does --------------------------------------------------------------


def small() -> dict[str, float]:
    """Figures of one bilingual story found and two items alone."""
    items = [
        item(id=i, language=s) for i, s in zip("abcd", ["en", "es"] * 2, strict=True)
    ]
    truth = {"a": "A", "b": "A", "c": "C", "d": "D"}
    return BENCH.figures(report(items, truth, truth, set(truth)))


def test_figures_that_are_reached_pass():
    assert BENCH.broken({"floors": small()}, small()) == []


@pytest.mark.parametrize("name", small())
def test_a_lowered_figure_is_reported(name):
    lowered = small() | {name: small()[name] - 0.02}
    [said] = BENCH.broken({"floors": small()}, lowered)
    assert said.startswith(f"{name} ")
    assert "below its floor" in said


def test_a_raised_figure_passes_and_so_does_a_trifle():
    higher = {name: value + 0.1 for name, value in small().items()}
    assert BENCH.broken({"floors": small()}, higher) == []
    less = {name: value - BENCH.SLACK / 2 for name, value in small().items()}
    assert BENCH.broken({"floors": small()}, less) == []


def test_slack_is_smaller_than_what_a_loss_looks_like():
    assert 0 <= BENCH.SLACK <= 0.01


def test_the_second_half_is_scored_by_the_stories_of_the_whole(tmp_path):
    path = tmp_path / "day.csv"
    rows = (
        f"i{n},en,US,Ledger,2026-03-02T1{n}:00,Dam breaks above Elk Creek,,{story}"
        for n, story in enumerate("aabb")
    )
    heading = "id,language,country,outlet,published,title,summary,story"
    path.write_text("\n".join([heading, *rows]) + "\n")
    whole, half = BENCH.scores(path, with_half=True)
    assert (whole.scores.all.items, half.scores.all.items) == (4, 2)
    assert half.unscored == 2
    assert half.scores.all.found_stories == 1
    assert len(BENCH.scores(path, with_half=False)) == 1


def test_another_content_has_another_digest(tmp_path):
    copy = tmp_path / "items.csv"
    copy.write_bytes(labelled_path().read_bytes())
    assert BENCH.digest(copy) == BENCH.digest(labelled_path())
    copy.write_bytes(copy.read_bytes() + b"\n")
    assert BENCH.digest(copy) != BENCH.digest(labelled_path())
