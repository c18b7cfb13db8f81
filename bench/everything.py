"""
Every benchmark of the project in a short form, told in one table.

    make bench                                    # an hour; results in bench/results.md
    python -m bench.everything --only poll speed
    python -m bench.everything --long             # the full forms, most of a day

Each runs in a process of its own, one after the other. What cannot run here is skipped
and says why; one that fails or takes too long does not stop the others, and the exit
status is 1. Where a peer was measured in the same run, the ratio to it is in the table:
above 1 is in our favour. Quality has floors of its own: ``make floors``.
"""

import argparse
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.md"
PATIENCE = 5
"""A benchmark is ended after so many times the seconds that it should take."""
LEAST_SECONDS = 300
LONG = 40
"""How many times as long the full forms may take."""
RATIO = re.compile(r"^(.*?)\bratio\s+(.*)$|^(.*?): ([0-9.]+) times as fast", re.M)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One script, and how it is called."""

    name: str
    says: str
    short: str
    """Its module and flags."""
    long: str
    seconds: int
    """What the short form takes, roughly, on two cores."""
    needs: tuple[str, ...] = ()
    """Programs, written as ``!name``, and modules, without which it says nothing."""
    peer: str = ""

    def missing(self) -> str:
        """Why it cannot run here; nothing if it can."""
        lacks = [
            need.removeprefix("!")
            for need in self.needs
            if not (shutil.which(need[1:]) if need[0] == "!" else find_spec(need))
        ]
        return f"{', '.join(lacks)} is not installed" if lacks else ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one came to."""

    benchmark: Benchmark
    outcome: str
    """``done``, ``skipped: ...`` or ``failed: ...``."""
    seconds: float = 0.0
    output: str = ""
    command: str = ""

    @property
    def ratios(self) -> list[str]:
        """What its output says of a peer."""
        found = RATIO.findall(self.output) if self.benchmark.peer else []
        each = [(a.strip() or c.strip(), b or d) for a, b, c, d in found]
        return [f"{name} {' '.join(said.split())}".strip() for name, said in each]


_APERTIUM = ("!apertium",)
BENCHMARKS = (
    Benchmark(
        *("speed", "each step, units a second and memory"),
        *("bench.speed 5", "bench.speed 20", 60),
    ),
    Benchmark(
        *("translate", "each translator, headlines a second"),
        *("bench.translate 300", "bench.translate", 60),
        needs=_APERTIUM,
    ),
    Benchmark(
        *("poll", "a poll, beside reader: seconds, CPU, memory"),
        *("bench.poll --feeds 200", "bench.poll", 40),
        *(("reader",), "reader"),
    ),
    Benchmark(
        *("dense", "the encoder, beside the same model in NumPy"),
        *("bench.dense 64", "bench.dense", 60),
        *(("model2vec",), "NumPy"),
    ),
    Benchmark(
        *("argos", "our way with Argos packages, beside argostranslate"),
        *("bench.argos --count 100 --large 20", "bench.argos", 300),
        *(("argostranslate",), "argostranslate"),
    ),
    Benchmark(
        *("copies", "finding copies, texts a second"),
        *("bench.copies 5000", "bench.copies", 30),
    ),
    Benchmark(
        *("capacity", "what an item costs, by step"),
        *("bench.capacity --copies 2 --windows 1000", "bench.capacity", 90),
        needs=_APERTIUM,
    ),
    Benchmark(
        *("load", "how far 5,000 feeds are from the limit"),
        *("bench.load --windows 5000 20000 --minutes 2", "bench.load", 400),
        needs=_APERTIUM,
    ),
    Benchmark(
        *("cluster", "a Dask cluster: what a task costs"),
        *("bench.cluster --workers 1 --copies 1", "bench.cluster", 120),
        needs=("distributed",),
    ),
    Benchmark(
        *("coverage", "comparing, followers, editions over a large database"),
        "bench.coverage --items 50000 --stories 2500 --subscribers 10",
        *("bench.coverage", 90),
    ),
    Benchmark(
        *("lists", "pages of stories and items under each filter"),
        "bench.lists --items 50000 --stories 2500",
        *("bench.lists", 90),
    ),
    Benchmark(
        *("web", "the dashboard's pages while items come in"),
        "bench.web --items 50000 --stories 2500 --seconds 20 --rate 5",
        *("bench.web", 120),
    ),
    Benchmark(
        *("deliver", "mails after kills: lost, and sent twice"),
        *("bench.deliver --rounds 5", "bench.deliver --rounds 50", 60),
    ),
    Benchmark(
        *("upgrade", "kills while an old database is brought up to date"),
        *("bench.upgrade --kills 10", "bench.upgrade --kills 100", 60),
    ),
    Benchmark(
        *("crash", "kills of a run, and what is left"),
        *("bench.crash --kills 10 --hours 12", "bench.crash", 180),
    ),
    Benchmark(
        *("backup_kills", "kills of backups and restores, and what is left"),
        *("bench.backup_kills --kills 4", "bench.backup_kills", 60),
    ),
    Benchmark(
        *("soak", "days of a run: what grows"),
        *("bench.soak --days 3 --minutes 4 --step 60", "bench.soak", 150),
    ),
)
NOT_HERE = {
    "stories, references": "the floors of quality: make floors",
    "doubts, ingest, shuffle, fit_stories, read_stories, time_stories": (
        "they read lists of real items, which are no part of this project"
    ),
    "search": "it asks a database of yours",
}


def run(benchmark: Benchmark, *, is_long: bool) -> Result:
    """Run one to its end, or until it takes far too long."""
    if missing := benchmark.missing():
        return Result(benchmark, f"skipped: {missing}")
    asked = benchmark.long if is_long else benchmark.short
    most = max(LEAST_SECONDS, benchmark.seconds * PATIENCE) * (LONG if is_long else 1)
    start = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", *asked.split()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, complaints = process.communicate(timeout=most)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # and all that it has started
            return Result(
                benchmark, f"failed: took more than {most} s", most, "", asked
            )
    seconds, outcome = time.monotonic() - start, "done"
    if process.returncode:
        last = (complaints.strip() or output.strip()).splitlines()[-1:]
        outcome = f"failed: exit {process.returncode}: {''.join(last)[:160]}"
    return Result(benchmark, outcome, seconds, output, asked)


def machine() -> str:
    """What it ran on, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; load"
        f" {os.getloadavg()[0]:.1f} when it began"
    )


def table(results: Sequence[Result]) -> Iterator[str]:
    """A line for each, in Markdown."""
    yield "| benchmark | what it says | seconds | outcome | peer and ratio |"
    yield "|---|---|---|---|---|"
    for result in results:
        ratios = "; ".join(result.ratios)
        peer = f"{result.benchmark.peer}: {ratios}" if ratios else ""
        outcome = result.outcome.replace("|", "/")
        yield (
            f"| {result.benchmark.name} | {result.benchmark.says} |"
            f" {result.seconds:.0f} | {outcome} | {peer} |"
        )


def report(results: Sequence[Result], on: str, now: datetime) -> str:
    """All of ``results.md``."""
    lines = [
        "# Results of the benchmarks",
        "",
        "Written by `make bench`; machines are noisy, so read the ratios.",
        "",
        f"- {now:%Y-%m-%d}, version {version('bilingual-coverage-monitor')}",
        f"- {on}",
        *(f"- not run: {names}: {why}" for names, why in NOT_HERE.items()),
        "",
        *table(results),
    ]
    for result in results:
        if result.output.strip():
            of = result.benchmark
            lines += ["", f"## {of.name}", "", f"`python -m {result.command}`", ""]
            lines += ["```", *_shown(result.output), "```"]
    return "\n".join(lines) + "\n"


def _shown(output: str) -> list[str]:
    return [line.rstrip() for line in output.strip("\n").splitlines()]


def chosen(only: Sequence[str]) -> list[Benchmark]:
    """Those of these names, or all; raises SystemExit if there is no such one."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    if unknown := [name for name in only if name not in known]:
        raise SystemExit(
            f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}"
        )
    return [known[name] for name in only] if only else list(BENCHMARKS)


def main() -> None:
    """Run them, print the table, write the results."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    asked.add_argument("--only", nargs="+", default=[], metavar="NAME")
    asked.add_argument("--long", action="store_true")
    asked.add_argument("--results", type=Path, default=RESULTS)
    given = asked.parse_args()
    wanted, on, results = chosen(given.only), machine(), []
    for benchmark in wanted:
        print(f"{benchmark.name} ...", end=" ", flush=True, file=sys.stderr)
        results.append(run(benchmark, is_long=given.long))
        last = results[-1]
        said = f"{last.outcome}, {last.seconds:.0f} s"
        print(said, file=sys.stderr, flush=True)
        # What is there counts, if this is ended early.
        text = report(results, on, datetime.now(UTC))
        given.results.write_text(text, "utf-8")
    print("\n".join(table(results)))
    sys.exit(any(result.outcome.startswith("failed") for result in results))


if __name__ == "__main__":
    main()
