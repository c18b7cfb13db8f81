"""
Campaigns against one target, guided by coverage (atheris), and inputs tried again.

    python tests/fuzz feeds --seconds 600    a campaign
    python tests/fuzz feeds FILE...          the same checks on saved inputs

A campaign goes on past a failure, saves the first input of each kind, and says at the
end how to see them again; those worth keeping go to tests/fuzz/saved, which
tests/test_fuzz.py replays.
"""

# ruff: noqa: T201 - it speaks on stdout

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

try:
    import atheris
except ImportError:  # it has no wheel for this machine; replaying needs none
    atheris = None

HERE = Path(__file__).parent
TARGETS = tuple(sorted(p.stem for p in HERE.glob("[a-z]*.py") if p.stem != "driver"))
SLOWEST = 1.0  # seconds of CPU time for an input, and for each of its megabytes
_INSTRUMENTED = 5.0  # how much slower coverage counting makes it
_FOLLOWED = {"feeds": ["monitor.feeds", "feedparser"]}
"""Modules whose coverage guides a campaign; else all of the monitor's."""


def target(name: str) -> ModuleType:
    """The module of a target: ``check``, ``seeds``, ``WORDS`` and ``MAX_LENGTH``."""
    return import_module(f"fuzz.{name}")


def saved(name: str) -> list[Path]:
    """Inputs that once broke something."""
    return sorted((HERE / "saved" / name).glob("*.bin"))


def seeds(name: str) -> list[bytes]:
    """What a campaign starts from."""
    return [*target(name).seeds(), *(path.read_bytes() for path in saved(name))]


@contextmanager
def bounded(data: bytes, allowance: float) -> Iterator[None]:
    """AssertionError if the block takes too long for an input of this size."""
    start = time.process_time()
    yield
    spent = time.process_time() - start
    limit = SLOWEST * max(1.0, len(data) / 1e6) * allowance
    assert spent <= limit, f"slow: {spent:.1f} s for {len(data)} bytes"


# --- inputs made worse ---------------------------------------------------------------

_PIECES = re.compile(rb"[\w.-]+|\s+|[^\w\s]")


def splice(
    data: bytes, choice: random.Random, others: Sequence[bytes], words: Sequence[bytes]
) -> bytes:
    """An input changed by its words and pieces, or crossed with another."""
    how = choice.randrange(5)
    at = choice.randrange(len(data) + 1)
    if how == 0:
        return (
            data[:at]
            + choice.choice(words) * choice.choice((1, 1, 1, 2, 50))
            + data[at:]
        )
    if how == 1:
        other = choice.choice(others)
        return data[:at] + other[choice.randrange(len(other) + 1) :]
    pieces = _PIECES.findall(data)
    if not pieces:
        return choice.choice(words)
    place = choice.randrange(len(pieces))
    if how == 2:  # a piece left out, doubled or moved
        piece = pieces.pop(place)
        for _ in range(choice.randrange(3)):
            pieces.insert(choice.randrange(len(pieces) + 1), piece)
    elif how == 3:
        pieces[place] = choice.choice(words)
    else:
        pieces = pieces[:place]
    return b"".join(pieces)


def in_bytes(words: Sequence[str | bytes]) -> list[bytes]:
    """Words as an input holds them."""
    return [w if isinstance(w, bytes) else w.encode(errors="replace") for w in words]


def dictionary(words: Sequence[bytes]) -> str:
    """Words as libFuzzer reads them: quoted, bytes in hex."""
    return "".join(f'"{_in_hex(word)}"\n' for word in words)


def _in_hex(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


# --- the campaign --------------------------------------------------------------------


def work(name: str, seconds: int, runs: int, seed: int, into: Path) -> None:
    """Fuzz in this process until time or runs are over; libFuzzer then ends it."""
    with atheris.instrument_imports(include=_FOLLOWED.get(name, ["monitor"])):
        module = target(name)
    others, kinds = seeds(name), set()
    words = in_bytes(module.WORDS)

    def try_one(data: bytes) -> None:
        try:
            module.check(data, _INSTRUMENTED)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = re.sub(r"\W+", "_", str(error))[:12]
            kind = f"{type(error).__name__}-{place.name}-{place.lineno}-{said}"
            if kind not in kinds and len(kinds) < 50:
                kinds.add(kind)
                into.joinpath(f"{kind}.bin").write_bytes(data)
                traceback.print_exc()

    def change(data: bytes, longest: int, random_seed: int) -> bytes:
        choice = random.Random(random_seed)
        if choice.random() < 0.5:
            return atheris.Mutate(data, longest)
        if hasattr(module, "mutate"):
            return module.mutate(data, choice, others)[:longest]
        return splice(data, choice, others, words)[:longest]

    corpus = into / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(others):
        corpus.joinpath(f"{number:04}").write_bytes(data)
    into.joinpath("words.dict").write_text(dictionary(words), encoding="ascii")
    longest = module.MAX_LENGTH
    flags = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={longest}"]
    flags += [f"-runs={runs + len(others) + 1 if runs >= 0 else -1}"]  # one is empty
    flags += [f"-dict={into / 'words.dict'}", "-rss_limit_mb=4096"]
    flags += ["-timeout=60", f"-artifact_prefix={into}/", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], try_one, custom_mutator=change)
    atheris.Fuzz()


def campaign(name: str, seconds: int, runs: int, seed: int, into: Path) -> int:
    """Run a worker and say what it found: 0 if nothing, otherwise 1."""
    if atheris is None:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    into.mkdir(parents=True, exist_ok=True)
    told = f"seed={seed} seconds={seconds} runs={runs} into={into}"
    print(f"fuzz {name} {told}", flush=True)
    options = [f"--seconds={seconds}", f"--runs={runs}", f"--seed={seed}"]
    worker = [sys.executable, str(HERE), name, "--worker", *options, f"--into={into}"]
    done = subprocess.run(worker, check=False)
    # libFuzzer's own names begin so: it saves what hangs or takes all memory.
    libfuzzers = [
        p for kind in ("crash", "timeout", "oom") for p in into.glob(f"{kind}-*")
    ]
    found = sorted([*into.glob("*.bin"), *libfuzzers])
    for path in found:
        print(f"failed: {sys.executable} {HERE} {name} {path}")
    print(f"fuzz {name} found={len(found)} exit={done.returncode}")
    return int(bool(found) or done.returncode != 0)


def replay(name: str, paths: Sequence[Path]) -> int:
    """Check saved inputs one by one; the first broken promise is a traceback."""
    for path in paths:
        print(f"{path}: {target(name).check(path.read_bytes())}")
    return 0


def main() -> int:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests/fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--runs", type=int, default=-1, help="beyond the seeds; -1: no limit"
    )
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    name = given.target
    if given.files:
        return replay(name, given.files)
    into = given.into or Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    if given.worker:
        work(name, given.seconds, given.runs, given.seed, into)
        return 0
    return campaign(name, given.seconds, given.runs, given.seed, into)
