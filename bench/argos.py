"""
Our Argos engine beside ``argostranslate.translate``: the same package, the same
sentences, equal text, in one run.

    python bench/argos.py [--count N] [--large N]

Two packages are made for it. The tiny one (--count sentences, 1,000) shows what is
spent around the model; the other (--large sentences, 200) has the size of the official
packages, 6 + 6 layers of width 512 and 32,000 pieces, and so their cost: what its other
layers add is nothing, but they are computed. Beam search and the number of threads are
as each side sets them.

Where all that argostranslate declares is installed (make argos-check), the other side
is argostranslate whole, but that a spaCy pipeline of rules ends sentences: the trained
ones need a network. Elsewhere it is the same work without any splitter, one sentence at
a time, as argostranslate does it. Machines are noisy: read the ratios, that of CPU time
where others use the machine too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).parents[1] / "tests" / "packages"
sys.path[:0] = [str(PACKAGES), str(PACKAGES.parents[1])]

import make_tiny  # noqa: E402
from monitor.translation.argos import ArgosTranslator  # noqa: E402
from monitor.translation.argos_packages import import_package  # noqa: E402

GOAL = 4.0


def main() -> None:
    """Print a line for each side and package; exit status 1 if texts differ."""
    parser = argparse.ArgumentParser(description="Sentences a second.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--large", type=int, default=200)
    wanted = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; es to en")
    print(f"{'':34} {'sentences':>9} {'seconds':>8} {'a second':>9} {'cpu':>7}")
    is_equal = _compare("tiny", make_tiny.TINY, wanted.count)
    is_equal &= _compare("official size", make_tiny.OFFICIAL, wanted.large)
    sys.exit(not is_equal)


def _compare(name: str, shape: make_tiny.Shape, count: int) -> bool:
    """Whether both sides say the same."""
    texts = make_tiny.sentences("es", count)
    with tempfile.TemporaryDirectory() as folder:
        # argostranslate makes folders here when it is imported, on our side, too.
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        os.environ["XDG_CACHE_HOME"] = folder
        packages, file = Path(folder) / "packages", Path(folder) / "made.argosmodel"
        file.write_bytes(make_tiny.package("es", "en", shape))
        import_package(file, packages)
        ours, theirs = _ours(packages, texts), _theirs(packages, texts)
    _tell(f"{name}, ours", count, ours)
    _tell(f"{name}, argostranslate ({theirs['set']})", count, theirs)
    differ = sum(a != b for a, b in zip(ours["texts"], theirs["texts"], strict=True))
    ratio, cpu = (theirs[key] / ours[key] for key in ("seconds", "cpu"))
    print(f"{name}: {ratio:.1f} times as fast (goal {GOAL:.0f}),", end=" ")
    print(f"CPU time {cpu:.1f} to 1, {differ} of {count} texts differ")
    return differ == 0


def _ours(packages: Path, texts: list[str]) -> dict[str, Any]:
    argos = ArgosTranslator(packages)
    argos.translate(["1"], "es", "en")  # loads the model
    start, cpu = time.perf_counter(), time.process_time()
    translated = argos.translate(texts, "es", "en")
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    argos.close()
    return {"texts": translated, "seconds": seconds, "cpu": used}


def _theirs(packages: Path, texts: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PACKAGES / "theirs.py")],
        input=json.dumps({"from": "es", "to": "en", "texts": texts}),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"ARGOS_PACKAGES_DIR": str(packages)},
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _tell(what: str, count: int, side: dict[str, Any]) -> None:
    rate = count / side["seconds"]
    print(f"{what:34} {count:9} {side['seconds']:8.2f} {rate:9.1f} {side['cpu']:7.2f}")


if __name__ == "__main__":
    main()
