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
from pathlib import Path

from training.files import write_whole
from training.pairs import Pair, write_pairs

SEED = 7

WHO = (
    ("El alcalde", "The mayor"), ("La gobernadora", "The governor"),
    ("El consejo", "The council"), ("La fiscalía", "The prosecutors' office"),
    ("Un juez", "A judge"), ("El sindicato", "The union"),
    ("La empresa", "The company"), ("El hospital", "The hospital"),
    ("Una vecina", "A neighbor"), ("El ejército", "The army"),
)  # fmt: skip
DOES = (
    ("anuncia", "announces"), ("rechaza", "rejects"), ("investiga", "investigates"),
    ("presenta", "presents"), ("defiende", "defends"), ("revisa", "reviews"),
    ("aplaza", "postpones"), ("aprueba", "approves"),
)  # fmt: skip
WHAT = (
    ("el acuerdo sobre el agua", "the agreement on water"),
    ("la obra del puente", "the work on the bridge"),
    ("el plan contra la sequía", "the plan against drought"),
    ("los aranceles al acero", "the tariffs on steel"),
    ("el cierre de la escuela", "the closing of the school"),
    ("la reforma de la policía", "the reform of the police"),
    ("las nuevas reglas de asilo", "the new rules on asylum"),
    ("el precio de la leche", "the price of milk"),
)
WHERE = tuple(
    (f"en {place}", f"in {place}")
    for place in ("Tijuana", "Nogales", "Laredo", "Yuma", "Mexicali", "El Paso")
)
HOW = (
    ("por {n} millones de pesos", "for {n} million pesos"),
    ("tras {n} quejas", "after {n} complaints"),
    ("ante {n} personas", "before {n} people"),
    ("después de {n} días", "after {n} days"),
    ("según Ana Robledo", "according to Ana Robledo"),
    ("dice Luis Armenta", "says Luis Armenta"),
)
DATASETS = ("newstest2012", "europarl_25k", "tatoeba_anki", "msdocs_dev")
"""Whose weights the made-up pairs take, so that these are tried as well."""


def sentences(count: int, chance: random.Random) -> Iterator[Pair]:
    """Different ones, of 7 to 14 words."""
    seen: set[str] = set()
    while len(seen) < count:
        number = chance.randrange(13, 990)
        parts = [chance.choice(of) for of in (WHO, DOES, WHAT, WHERE, HOW)]
        es, en = (" ".join(part[side] for part in parts) for side in (0, 1))
        pair = Pair(f"{es}.", f"{en}.", chance.choice(DATASETS))
        if pair.es not in seen:
            seen.add(pair.es)
            yield Pair(pair.es.format(n=number), pair.en.format(n=number), pair.dataset)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--pairs", type=int, default=8_000)
    parser.add_argument("--lines", type=int, default=200, help="of each test set")


def main(wanted: argparse.Namespace) -> int:
    """Write ``pairs.tsv.xz``, ``tests/`` and ``headlines.csv``."""
    lines = 2 * wanted.lines
    made = list(sentences(wanted.pairs + 2 * lines, random.Random(SEED)))
    tests, heads, pairs = made[:lines], made[lines : 2 * lines], made[2 * lines :]
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
