"""
The fourth step: a package's scores beside Apertium's, as readers would see its work.

The package is imported and run as the program runs it, on two cores, with names put
right by the bridge; numbers, names, BLEU and chrF are those of ``monitor eval``.
"""

import argparse
import os
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from monitor.errors import ConfigError
from monitor.evaluation.translation import score_as_read
from monitor.model import Language
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import ArgosPackage, import_package
from monitor.translation.bridge import bridge
from monitor.translation.sentences import split_sentences
from monitor.translation.translator import Translator
from training.directions import languages
from training.files import read_json, write_json
from training.gate import CORES, Measured, Scores, failures
from training.held_out import TestSet, read_test_sets


def evaluate(file: Path, tests: list[TestSet]) -> Measured:
    """Measure a package. Raises TranslationError if it is none or cannot be run."""
    with tempfile.TemporaryDirectory() as folder:
        package = import_package(file, Path(folder))
        source, target = languages(f"{package.source}-{package.target}")
        with closing(ArgosTranslator(Path(folder))) as ours:
            ours.translate(["1"], source, target)  # loads the model
            speed = sentences_a_second(ours, tests, source, target)
            found = _scores(ours, tests, source, target)
        apertium = ApertiumTranslator(bridge().glossary)
        with closing(apertium):
            is_there = apertium.supports(source, target)
            theirs = _scores(apertium, tests, source, target) if is_there else {}
    return _measured(file, package, speed, found, theirs)


def sentences_a_second(
    engine: Translator, tests: list[TestSet], source: Language, target: Language
) -> float:
    """On all test sets together, tokenising and all."""
    texts = [line for test in tests for line in test.lines[source]]
    count = sum(len(split_sentences(text)) for text in texts)
    start = perf_counter()
    engine.translate(texts, source, target)
    return count / (perf_counter() - start)


def _scores(
    engine: Translator, tests: list[TestSet], source: Language, target: Language
) -> dict[str, Scores]:
    found = {}
    for test in tests:
        texts, references = test.lines[source], test.lines[target]
        made = engine.translate(texts, source, target)
        score = score_as_read(texts, made, references, source, bridge())
        found[test.name] = Scores(score.bleu, score.chrf, score.numbers, score.names)
    return found


def _measured(
    file: Path,
    package: ArgosPackage,
    speed: float,
    ours: dict[str, Scores],
    theirs: dict[str, Scores],
) -> Measured:
    return Measured(
        direction=f"{package.source}-{package.target}",
        sha256=package.sha256,
        bytes=file.stat().st_size,
        sentences_a_second=round(speed, 1),
        cores=_cores(),
        ours=ours,
        apertium=theirs,
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def read_measured(path: Path) -> Measured:
    """What ``evaluate`` wrote. Raises ConfigError if it is not that."""
    remedy = "run 'python -m training evaluate'"
    held = read_json(path, remedy)
    try:
        ours, theirs = (
            {name: Scores(**of) for name, of in held[key].items()}
            for key in ("ours", "apertium")
        )
        return Measured(**held | {"ours": ours, "apertium": theirs})
    except (TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path}: not scores ({error}); {remedy}") from error


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("package", type=Path, help="an .argosmodel file")
    parser.add_argument("--tests", type=Path, required=True, help="folder of test sets")
    parser.add_argument("--out", type=Path, required=True, help="the .json to write")


def main(wanted: argparse.Namespace) -> int:
    """Measure, print a table and what is against shipping, and write the figures."""
    tests = read_test_sets(wanted.tests)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    found = evaluate(wanted.package, tests)
    write_json(wanted.out, asdict(found))
    print(table(found))
    for why in failures(found):
        print(f"does not ship: {why}")
    return 0


def table(found: Measured) -> str:
    """The scores, as a table of Markdown."""
    lines = [
        "| set | direction | engine | BLEU | chrF | numbers, % | names, % |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in found.ours:
        for engine, scores in (("this", found.ours), ("Apertium", found.apertium)):
            if name in scores:
                lines.append(_row(name, found.direction, engine, scores[name]))
    return "\n".join(lines)


def _row(name: str, direction: str, engine: str, scores: Scores) -> str:
    shares: list[Any] = [scores.bleu, scores.chrf, scores.numbers, scores.names]
    told = " | ".join("-" if share is None else f"{share:.1f}" for share in shares)
    return f"| {name} | {direction} | {engine} | {told} |"
