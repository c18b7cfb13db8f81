"""
How fast copies are found, with 20,000 and with 200,000 items in the window.

    python bench/copies.py [ITEMS ...]

The items are made up: words of a vocabulary with a few common and many rare ones, in
texts as long as real ones. One in ten is a copy under a dateline, one in ten is of one
template and differs in a number. So many fill the window; the next 5,000 are timed,
in seconds of the processor, so that a busy machine does not blur them.
"""

import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product

from monitor.model import Item
from monitor.stories.copies import WINDOW_HOURS, Copies, CopyText, copy_text

SIZES = (20_000, 200_000)
TIMED = 5_000
START = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = ["".join(parts) for parts in product(("ba", "ke", "lo", "mi", "su"), repeat=6)]
WEIGHTS = list(accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))
OUTLETS = tuple(f"Outlet {n}" for n in range(20))


def main() -> None:
    """Print one line a size."""
    print(f"{'window':>8} {'texts/s':>8} {'find+add/s':>11} {'copies':>7} {'MB':>5}")
    for size in map(int, sys.argv[1:] or SIZES):
        before = _megabytes()
        known = Copies()
        step = WINDOW_HOURS / size
        made = _items(size + TIMED)
        for n in range(size):
            _take(known, f"i{n}", _text(next(made)), n * step)
        rest = list(made)
        start = time.process_time()
        texts = [_text(item) for item in rest]
        read = time.process_time()
        copies = sum(
            _take(known, f"i{n}", text, n * step) for n, text in enumerate(texts, size)
        )
        end = time.process_time()
        print(
            f"{size:8} {TIMED / (read - start):8.0f} {TIMED / (end - read):11.0f}"
            f" {copies:7} {_megabytes() - before:5}",
            flush=True,
        )


def _take(known: Copies, item: str, text: CopyText, hours: float) -> bool:
    """Whether it is a copy of one before it."""
    original = known.find(text, hours)
    known.add(item, text, hours, original)
    return original is not None


def _text(item: Item) -> CopyText:
    names = {word for word in item.summary.split() if word.istitle()}
    return copy_text(item, (), {name.casefold() for name in names})


def _items(count: int) -> Iterator[Item]:
    draw = random.Random(1)
    told: list[tuple[str, str]] = []
    for n in range(count):
        chance = draw.random()
        if told and chance < 0.1:
            title, summary = draw.choice(told)
            summary = f"CITY (Agency) — {summary}"
        elif chance < 0.2:
            title = f"Winning numbers of draw {n} of this week"
            summary = "All numbers that were drawn, and where the prizes were sold"
        else:
            title, summary = _passage(draw, 10), _passage(draw, draw.randint(8, 45))
            told = [*told[-500:], (title, summary)]
        yield _item(n, title, summary, draw.choice(OUTLETS))


def _passage(draw: random.Random, length: int) -> str:
    found = draw.choices(WORDS, cum_weights=WEIGHTS, k=length)
    return " ".join(w.title() if draw.random() < 0.15 else w for w in found)


def _item(n: int, title: str, summary: str, outlet: str) -> Item:
    published = START + timedelta(seconds=n)
    return Item(
        id=f"i{n}",
        feed="",
        outlet=outlet,
        country="US",
        language="en",
        url="",
        title=title,
        summary=summary,
        published=published,
        published_raw="",
        date_source="feed",
        seen=published,
    )


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
