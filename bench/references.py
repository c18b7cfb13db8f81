"""
How good the translations are, against the floors in floors.json.

    python bench/references.py FOLDER [--update]

FOLDER holds test sets, no part of this project, as pairs of ``NAME.es`` and ``NAME.en``
with one sentence a line. Each goes both ways through every engine that is installed;
fails when BLEU, chrF or what survives of numbers and names falls below its floor, or a
file's content is not the one that was pinned.
"""

import argparse
import json
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from monitor.evaluation.datasets import read_lines
from monitor.evaluation.translation import score_as_read
from monitor.translation.bridge import bridge
from monitor.translation.translator import Translator
from monitor.verbs.compose import DIRECTIONS, open_translator

FLOORS = Path(__file__).with_name("floors.json")
SLACK = 0.1
"""Of 100: room for another version of Apertium's dictionaries."""


def main() -> None:
    """Score, print, and pin or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--update", action="store_true")
    wanted = parser.parse_args()
    floors = json.loads(FLOORS.read_text())
    print(f"{'':36} {'BLEU':>6} {'chrF':>6} {'numbers':>8} {'names':>8} {'bridge':>8}")
    failures = []
    with closing(open_translator("auto")) as auto:
        for engine in getattr(auto, "translators", (auto,)):
            for spanish in sorted(wanted.folder.glob("*.es")):
                failures += _check(engine, spanish, floors, wanted.update)
    if wanted.update:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    print("\n".join(failures))
    sys.exit(bool(failures))


def _check(
    engine: Translator, spanish: Path, floors: dict[str, Any], update: bool
) -> list[str]:
    """What lies below its floor, in both directions."""
    worse = []
    for source, target in DIRECTIONS:
        if not engine.supports(source, target):
            continue
        paths = [spanish.with_suffix(f".{code}") for code in (source, target)]
        texts, references = map(read_lines, paths)
        made = engine.translate(texts, source, target)
        found = score_as_read(texts, made, references, source, bridge())
        reached = {
            "bleu": found.bleu,
            "chrf": found.chrf,
            "numbers": found.numbers or 0.0,
            "names": found.names or 0.0,
            "bridge": found.bridge or 0.0,
        }
        name = f"{spanish.stem} {source}-{target} {engine.name}"
        bleu, chrf, *kept = reached.values()
        shares = " ".join(f"{share:8.1f}" for share in kept)
        print(f"{name:36} {bleu:6.2f} {chrf:6.2f} {shares}")
        digest = sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
        pinned = floors.get(name)
        if update:
            rounded = {key: round(value, 2) for key, value in reached.items()}
            floors[name] = {"sha256": digest, "floors": rounded}
        elif pinned and pinned["sha256"] != digest:
            worse.append(f"{name}: its content is not the one that was pinned")
        elif pinned:
            worse += [
                f"{name}: {key} {reached[key]:.2f} is below its floor {floor:.2f}"
                for key, floor in pinned["floors"].items()
                if reached[key] < floor - SLACK
            ]
    return worse


if __name__ == "__main__":
    main()
