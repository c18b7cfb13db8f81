"""
How fast each engine translates headlines, how long it takes to start, what it holds.

    python bench/translate.py [HEADLINES]

Headlines (2,000) are put together at random, always the same way, from a vocabulary
below; no two are equal. ``once a batch`` starts the engine anew for each batch, as was
done before it could stay: on a noisy machine the ratio says more than the figures. CPU
is of all processes, per headline; memory is theirs and ours, shared pages once.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from monitor.model import Language
from monitor.pipeline import BATCH
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.translator import Translator

HEADLINES = 2_000

WORDS: dict[Language, str] = {
    "es": """
        Gobierno de {place}|Alcalde de {place}|Fiscalía de Sonora|Vecinos de {place}
        anuncia|rechaza|investiga|presenta|cierra|revisa|defiende|pide|inaugura|niega
        {n} nuevas obras|plan contra sequía|ley de aguas|{n} casos de sarampión
        en {place}|tras las lluvias|por falta de agua|frente a {n} vecinos
        este lunes|en noviembre|; no habrá clases|, según autoridades|: esto se sabe
    """,
    "en": """
        Governor of {place}|{place} mayor|Sonora prosecutors|{place} residents
        announces|rejects|investigates|presents|closes|reviews|defends|opens|denies
        {n} new projects|plan against drought|the water law|{n} cases of measles
        in {place}|after the rain|for lack of water|before {n} neighbors
        on Monday|in November|; schools stay closed|, officials say|: what we know
    """,
}
"""One line for each part of a headline, of which one choice is taken."""
PLACES = ("Nogales", "Tijuana", "El Paso", "Tucson", "Mexicali", "San Diego", "Yuma")


@dataclass(frozen=True, slots=True)
class Engine:
    """How to make one, and which processes work for it."""

    name: str
    make: Callable[[], Translator]
    pids: Callable[[Translator], list[int]]


ENGINES = (Engine("apertium", ApertiumTranslator, lambda made: made.pids()),)


def main() -> None:
    """Print one line for each engine and direction that there is."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else HEADLINES
    print(
        f"{'engine':10} {'':6} {'start s':>8} {'stays/s':>8} {'once a batch/s':>15}"
        f" {'ratio':>6} {'CPU us':>7} {'MB':>5} {'processes':>10}"
    )
    for engine in ENGINES:
        for source, target in (("es", "en"), ("en", "es")):
            _measure(engine, headlines(source, count), source, target)


def _measure(
    engine: Engine, texts: list[str], source: Language, target: Language
) -> None:
    with closing(engine.make()) as translator:
        if not translator.supports(source, target):
            print(f"{engine.name:10} {source}-{target} is not installed")
            return
        start = _seconds(lambda: translator.translate(texts[:1], source, target))
        cpu = _cpu(engine.pids(translator))
        stays = _seconds(lambda: _all(translator, texts, source, target, close=False))
        pids = engine.pids(translator)
        cpu = _cpu(pids) - cpu
        megabytes = _megabytes(pids)
        once = _seconds(lambda: _all(translator, texts, source, target, close=True))
    count = len(texts)
    print(
        f"{engine.name:10} {source}-{target:3} {start:8.2f} {count / stays:8.0f}"
        f" {count / once:15.0f} {once / stays:6.2f} {1e6 * cpu / count:7.0f}"
        f" {megabytes:5.0f} {len(pids) + 1:10}",
        flush=True,
    )


def _all(
    translator: Translator,
    texts: list[str],
    source: Language,
    target: Language,
    close: bool,
) -> None:
    for at in range(0, len(texts), BATCH):
        translator.translate(texts[at : at + BATCH], source, target)
        if close:
            translator.close()


def headlines(language: Language, count: int) -> list[str]:
    """Different ones, of about 12 words."""
    rng = random.Random(count)
    made: dict[str, None] = {}
    while len(made) < count:
        made.setdefault("".join(_parts(language, rng)))
    return list(made)


def _parts(language: Language, rng: random.Random) -> Iterator[str]:
    for number, choices in enumerate(WORDS[language].strip().splitlines()):
        part = rng.choice(choices.strip().split("|"))
        if number and part[0] not in " ,;:":
            yield " "
        yield part.format(place=rng.choice(PLACES), n=rng.randrange(2, 9_000))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _cpu(pids: list[int]) -> float:
    """Seconds that processes and ours have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") + time.process_time()


def _megabytes(pids: list[int]) -> float:
    """What processes and ours hold; a page that several share counts once."""
    kilobytes = 0
    for pid in [*pids, os.getpid()]:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line[:4] == "Pss:")
    return kilobytes / 1024


if __name__ == "__main__":
    main()
