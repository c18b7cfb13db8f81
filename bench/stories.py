"""
How good the stories are, against the floors in floors.json.

    python bench/stories.py [FOLDER or FILE ...] [--second-half NAME ...] [--update]

Scores the newsroom's own labelled set and any labelled files named, each as a live day
through the production steps, and fails when a figure falls below its floor or a file's
content is not the one that was pinned. Of the files named with ``--second-half``, and
of those that have a floor for it, the later half is scored as well, by the stories of
the whole. Where the dense channel is installed, all of it is done again with it.

``--update`` pins what was reached; it refuses to lower a floor unless
``--allow-regression`` is given, too.
"""

import argparse
import json
import sys
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from monitor.config.settings import DenseName
from monitor.evaluation.datasets import read
from monitor.evaluation.scores import Report, report
from monitor.newsroom.content import labelled_path
from monitor.stories.dense_model import open_encoder
from monitor.verbs.evaluate import live_day

FLOORS = Path(__file__).with_name("floors.json")
SECOND_HALF = " second half"
DENSE = " dense"
SLACK = 0.005
"""Room for another version of a translator's dictionary; a loss is larger than this."""

COLUMNS = ("bcubed", "en", "es", "multi", "cross", "cross_precision", "share")


def figures(scored: Report) -> dict[str, float]:
    """The figures that are pinned, of one labelled file."""
    s = scored.scores
    return {
        "bcubed": s.all.bcubed.f1,
        "en": s.languages["en"].bcubed.f1,
        "es": s.languages["es"].bcubed.f1,
        "multi": s.multi.f1,
        "cross": s.bilingual.pairs.f1,
        "cross_precision": s.bilingual.pairs.precision,
        "share": s.bilingual.mean_share,
        "found": s.bilingual.found,
        "right": s.bilingual.found_stories - s.bilingual.wrong,
    }


def score(path: Path) -> Report:
    """One labelled file, clustered as a live day with the engine of ``auto``.

    Without the dense channel, so that it scores the same wherever it runs.
    """
    return scores(path, with_half=False)[0]


def scores(path: Path, with_half: bool, dense: DenseName = "none") -> list[Report]:
    """Of one labelled file, clustered once, and of its later half if that is wanted."""
    labelled = read(path)
    found, copies = live_day(labelled, "auto", dense)
    scored = [labelled, labelled.second_half()] if with_half else [labelled]
    return [
        report(labelled.items, labelled.stories, found, part.certain, copies)
        for part in scored
    ]


def row(name: str, scored: Report) -> str:
    """One line of the table; last, what is reached without copies."""
    reached = figures(scored)
    across = scored.scores.bilingual
    return (
        f"{name[:30]:30} {scored.singletons.all.bcubed.f1:6.3f} "
        + " ".join(f"{reached[column]:6.3f}" for column in COLUMNS)
        + f" {across.pairs_besides.f1:6.3f} {across.largest_share:6.3f}"
        + f" {scored.originals_alone.all.bcubed.f1:6.3f}"
        + f" {scored.originals.all.bcubed.f1:6.3f}"
        + f" {scored.originals.bilingual.pairs.f1:6.3f}"
        + f"  {across.found}/{across.true_stories}"
        + f" {across.wrong}/{across.found_stories}"
    )


def broken(pinned: dict[str, Any], reached: dict[str, float]) -> list[str]:
    """The figures that lie below their floors."""
    return [
        f"{name} {reached[name]:.3f} is below its floor {floor:.3f}"
        for name, floor in pinned["floors"].items()
        if reached[name] < floor - SLACK
    ]


def digest(path: Path) -> str:
    """What tells one labelled file from another."""
    return sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Score, print, and pin or compare."""
    wanted = _arguments()
    floors = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    header = " ".join(f"{column[:6]:>6}" for column in COLUMNS)
    print(f"{'':30}{'':71} ---- without copies")
    print(
        f"{'':30} single {header} beside larges single bcubed  cross  found wrong",
    )
    failures = []
    ways: list[DenseName] = ["none", "auto"] if open_encoder() else ["none"]
    for dense, path in product(ways, [labelled_path(), *_files(wanted.paths)]):
        name = "newsroom" if path == labelled_path() else path.stem
        end = DENSE if dense == "auto" else ""
        names = [name + end, name + SECOND_HALF + end]
        with_half = name in wanted.second_half or names[1] in floors
        for part, scored in zip(names, scores(path, with_half, dense), strict=False):
            print(row(part, scored), flush=True)
            worse = _compare(floors, part, digest(path), figures(scored), wanted)
            failures += [f"{part}: {what}" for what in worse]
    if wanted.update:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n")
    print("\n".join(failures))
    sys.exit(bool(failures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--second-half", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    return parser.parse_args()


def _compare(
    floors: dict[str, Any],
    name: str,
    content: str,
    reached: dict[str, float],
    wanted: argparse.Namespace,
) -> list[str]:
    """What is wrong with the figures of one file; pins them if that is wanted."""
    pinned = floors.get(name)
    worse = broken(pinned, reached) if pinned else []
    if pinned and pinned["sha256"] != content and not wanted.update:
        worse.append("its content is not the one that was pinned: --update")
    if wanted.update and (not worse or wanted.allow_regression):
        rounded = {key: round(value, 3) for key, value in reached.items()}
        floors[name] = {"sha256": content, "floors": rounded}
        return []
    return worse


def _files(paths: list[Path]) -> list[Path]:
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.csv")) if path.is_dir() else [path])
    ]


if __name__ == "__main__":
    main()
