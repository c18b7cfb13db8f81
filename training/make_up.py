"""
Made-up pairs, test sets and headlines: to try every step where there is no real text.

Sentences are put together from lists of our own, so a small model learns them in a
minute or two. What it scores on them says that the steps work, and nothing of news.
"""

import argparse
import csv
import io
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from training.files import write_whole
from training.pairs import Pair, write_pairs

SEED = 7

PARTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("El alcalde", "The mayor"), ("La gobernadora", "The governor"),
        ("El consejo", "The council"), ("La fiscalía", "The prosecution"),
        ("Un juez", "A judge"), ("El sindicato", "The union"),
        ("La empresa", "The company"), ("El hospital", "The hospital"),
        ("Una vecina", "A neighbor"), ("El ejército", "The army"),
    ),
    (
        ("anuncia", "announces"), ("rechaza", "rejects"), ("revisa", "reviews"),
        ("presenta", "presents"), ("defiende", "defends"), ("aplaza", "postpones"),
        ("aprueba", "approves"), ("critica", "criticizes"), ("retira", "withdraws"),
    ),
    (
        ("el acuerdo", "the agreement"), ("la obra", "the works"),
        ("el plan", "the plan"), ("los aranceles", "the tariffs"),
        ("el cierre", "the closing"), ("la reforma", "the reform"),
        ("las reglas", "the rules"), ("el precio", "the price"),
        ("el muro", "the wall"), ("la huelga", "the strike"),
    ),
    (
        ("este lunes", "this Monday"), ("otra vez", "once again"),
        ("sin prisa", "without haste"), ("por fin", "at last"),
        ("esta semana", "this week"), ("en secreto", "in secret"),
        ("con calma", "with calm"), ("a tiempo", "in time"),
    ),
    tuple(
        (f"en {place}", f"in {place}")
        for place in ("Tijuana", "Nogales", "Laredo", "Yuma", "Mexicali", "Ojinaga")
    ),
    (
        ("tras {n} quejas", "after {n} protests"), ("con {n} votos", "by {n} votes"),
        ("ante {n} personas", "before {n} people"), ("por {n} pesos", "for {n} pesos"),
        ("según Robledo", "according to Robledo"), ("dice Armenta", "says Armenta"),
    ),
)  # fmt: skip
"""Of a sentence, in their order: what each may be, in Spanish and English."""
_APART = 3
"""Of so many ways of joining two parts, one is for tests alone, so that no three words
of a test sentence come in the same order in a pair to learn from."""

DATASETS = ("newstest2012", "europarl_25k", "tatoeba_anki", "msdocs_dev")
"""Whose weights the made-up pairs take, so that these are tried as well."""


def sentences(count: int, for_tests: bool, chance: random.Random) -> Iterator[Pair]:
    """Different ones, of 11 or 12 words."""
    seen: set[str] = set()
    while len(seen) < count:
        places = [chance.randrange(len(part)) for part in PARTS]
        joins = {(a + b) % _APART == 0 for a, b in pairwise(places)}
        if joins != {for_tests}:
            continue
        number = chance.randrange(13, 990)
        parts = [part[place] for part, place in zip(PARTS, places, strict=True)]
        es, en = (
            " ".join(part[side] for part in parts).format(n=number) for side in (0, 1)
        )
        if es not in seen:
            seen.add(es)
            yield Pair(f"{es}.", f"{en}.", chance.choice(DATASETS))


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--pairs", type=int, default=8_000)
    parser.add_argument("--lines", type=int, default=200, help="of each test set")


def main(wanted: argparse.Namespace) -> int:
    """Write ``pairs.tsv.xz``, ``tests/`` and ``headlines.csv``."""
    chance = random.Random(SEED)
    tests = list(sentences(2 * wanted.lines, True, chance))
    made = list(sentences(wanted.pairs + wanted.lines, False, chance))
    heads, pairs = made[: wanted.lines], made[wanted.lines :]
    write_pairs(wanted.out / "pairs.tsv.xz", pairs)
    for number, name in enumerate(("newstest2013", "flores_devtest")):
        test = tests[number::2]
        for language, texts in (
            ("es", [p.es for p in test]),
            ("en", [p.en for p in test]),
        ):
            body = "".join(f"{text}\n" for text in texts)
            write_whole(wanted.out / "tests" / f"{name}.{language}", body.encode())
    table = io.StringIO()
    csv.writer(table).writerows([("title", "summary"), *((p.es, p.en) for p in heads)])
    write_whole(wanted.out / "headlines.csv", table.getvalue().encode())
    print(f"{wanted.out}: {len(pairs):,} pairs, 2 test sets, {len(heads)} headlines")
    return 0
