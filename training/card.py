"""The model card: what a package is made of, what it scores, what is wrong with it."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training import mixture
from training.evaluate import read_measured, table
from training.files import read_json, write_whole
from training.gate import Measured, failures

HEAD = """\
# Model card: small translation models, Spanish and English

Written by `python -m training card`; the text is in `training/card.py`.

## What they are

Transformers of 6 + 2 layers unless a note below says otherwise, one a direction, with a
SentencePiece vocabulary of both languages and bytes for what it does not cover. They
run in CTranslate2, their weights in 8 bits, packed as Argos packages.

They are meant for headlines and summaries of news from Mexico and the United States, so
that a reader of one language can follow what the other writes, and for matching stories
across the languages. They are not meant for legal, medical or safety texts, for whole
documents, or for text that nobody reads beside its original.
"""

FAULTS = """\
## Known faults

What the pairs lead one to expect; a reader's findings belong here once a model ships.

- They were taught little news: grammar is better than names. Names that were never seen
  may be spelled wrong or translated; the program puts right those that its bridge knows
  and marks translations that lose one.
- Numbers may change, and most of all long ones: figures are written one by one. The
  program marks translations that lose one.
- Short headlines without a verb may come out as sentences with one. Words with two
  meanings take that of parliaments and documentation.
- Spanish of Spain and of international bodies prevails in what was learnt; Mexican
  words are rare in it.
- Gender is guessed where English leaves it open, and the guess follows the data.
- An underscore comes out as a blank: Argos has it so.
- Part of the documentation is post-edited machine translation, and the headlines have
  one side that a machine wrote. What is wrong there may be learnt.
"""


def card(report: dict[str, Any], measured: Sequence[Measured], note: str = "") -> str:
    """The card, of what prepare reports and evaluate measures."""
    return "\n".join([HEAD, *_data(report), *_scores(measured, note), FAULTS])


def _data(report: dict[str, Any]) -> Iterator[str]:
    yield "## Data\n"
    yield "| dataset | pairs | times shown | licence | attribution |"
    yield "|---|---|---|---|---|"
    for name, count in report["kept"].items():
        found = mixture.source(name)
        yield (
            f"| {name} | {count:,} | {found.times:g} | {found.licence}"
            f" | {found.attribution} |"
        )
    dropped = report["dropped"]
    exact, near = (
        sum(dropped[f"{kind} test sentences"].values()) for kind in ("exact", "near")
    )
    yield (
        f"\nOf the pairs that were read, {exact} exact and {near} near repetitions of"
        " test sentences were dropped before anything was learnt; `held_out.py` says"
        " what near is."
    )
    if report["tests not given"]:
        yield (
            "These sets must not be learnt from either, but were not there to compare"
            f" with: {', '.join(report['tests not given'])}."
        )
    yield ""


def _scores(measured: Sequence[Measured], note: str) -> Iterator[str]:
    yield "## Scores\n"
    if any(map(failures, measured)):
        yield "**What does not ship is no part of the program.**\n"
    if note:
        yield f"{note}\n"
    for found in measured:
        yield (
            f"{found.direction}: {found.bytes / 1e6:.1f} MB,"
            f" {found.sentences_a_second:.0f} sentences a second on {found.cores}"
            f" cores, SHA-256 `{found.sha256}`.\n"
        )
        yield table(found) + "\n"
        against = failures(found)
        yield (
            "\n".join(f"- {found.direction}: does not ship: {why}" for why in against)
            or f"- {found.direction}: ships"
        )
        yield ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--prepared", type=Path, required=True, help="by prepare")
    parser.add_argument(
        "--scores", type=Path, action="append", required=True, help="by evaluate"
    )
    parser.add_argument("--note", default="", help="what to say before the scores")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).with_name("CARD.md"), help="file"
    )


def main(wanted: argparse.Namespace) -> int:
    """Write the card."""
    report = read_json(
        wanted.prepared / "report.json", "run 'python -m training prepare'"
    )
    told = card(report, [read_measured(path) for path in wanted.scores], wanted.note)
    write_whole(wanted.out, told.encode())
    print(wanted.out)
    return 0
