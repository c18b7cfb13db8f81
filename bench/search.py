"""
Time searches over a large database.

    python -m bench.search DATABASE

The database is one that ``bench.coverage --keep`` has made. Its words are drawn at
random and none is common, so words of the news are put into a copy of it, about as
often as the news has them; the copy is indexed as an old database is. Then it times
pages of items and of stories, one after the other, with and without bounds.
"""

import argparse
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from monitor.coverage.search import Bounds, Sought, sought
from monitor.coverage.typed import understand
from monitor.indexing import index_waiting
from monitor.store.database import Store
from monitor.translation.bridge import bridge

PAGES = 20
"""Pages of each kind, one after the other."""
QUERIES = (
    *("Trump", "aranceles", "México OR Mexico", "migra*", '"Guardia Nacional"'),
    *("Trump aranceles", "Trump -aranceles", "Zihuatanejo", "US"),
)
_BOUNDS = {
    "": Bounds(),
    "of one side in January": Bounds(
        datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC), "MX"
    ),
    "of one outlet": Bounds(outlet="MX es Daily 40"),
}
_PLANTED = (
    *(("en", " Trump", 90), ("es", " Trump", 70), ("es", " México", 150)),
    *(("en", " Mexico", 120), ("es", " aranceles", 25), ("en", " tariffs", 20)),
    *(("en", " tariff", 6), ("es", " migrantes", 20), ("en", " migrants", 15)),
    *(("es", " Guardia Nacional", 7), ("en", " National Guard", 7)),
    *(("en", " told us", 50), ("en", " US", 30)),
)
"""Language, words, and how many headlines of 1,000 have them."""


def main() -> None:
    """Copy, plant, index, search."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument("database", type=Path)
    made_by_coverage = parser.parse_args().database
    with TemporaryDirectory(prefix="search-") as folder:
        path = Path(folder) / "search.db"
        shutil.copy(made_by_coverage, path)
        plant(path)
        index(path)
        with Store(path) as store:
            for text in QUERIES:
                _time(store, text)


def plant(path: Path) -> None:
    """Words into headlines, the same into those of one item and its translation."""
    number = {"items": "rowid", "translations": "(select i.rowid from items i"}
    number["translations"] += " where i.id = item)"
    with closing(sqlite3.connect(path)) as db, db:
        for table, row in number.items():
            planted = {
                language: " || ".join(
                    f"iif({row} * {7919 + 30030 * n} / 1000 % 1000 < {share},"
                    f" '{words}', '')"
                    for n, (spoken, words, share) in enumerate(_PLANTED)
                    if spoken == language
                )
                for language in ("en", "es")
            }
            db.execute(
                f"update {table} set title = title ||"
                f" iif(language = 'en', {planted['en']}, {planted['es']}) ||"
                f" iif({row} % 20011 = 0, ' Zihuatanejo', '')"
            )


def index(path: Path) -> None:
    before, begin = path.stat().st_size, time.perf_counter()
    with Store(path) as store:
        while sum(index_waiting(store)):
            pass
    grown = (path.stat().st_size - before) / 2**20
    print(f"indexed in {time.perf_counter() - begin:.0f} s: {grown:.0f} MB", flush=True)


def _time(store: Store, text: str) -> None:
    asked = sought(understand(text), bridge().called)
    print(text)
    for name, bounds in _BOUNDS.items():
        _tell(f"items {name}", list(_item_pages(store, asked, bounds)))
        _tell(f"stories {name}", list(_story_pages(store, asked, bounds)))
    best = lambda: store.search.items(asked, is_best_first=True)  # noqa: E731
    _tell("the best items", [_spent(best) for _ in range(PAGES)])


def _item_pages(store: Store, asked: Sought, bounds: Bounds) -> Iterator[float]:
    after = None
    for _ in range(PAGES):
        begin = time.perf_counter()
        after = store.search.items(asked, bounds, after=after).after
        yield time.perf_counter() - begin


def _story_pages(store: Store, asked: Sought, bounds: Bounds) -> Iterator[float]:
    after = None
    for _ in range(PAGES):
        begin = time.perf_counter()
        after = store.search.stories(asked, bounds, after=after).after
        yield time.perf_counter() - begin


def _spent(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _tell(what: str, seconds: list[float]) -> None:
    each = [1000 * one for one in seconds]
    p95 = quantiles(each, n=20)[-1]
    print(
        f"  {what:30} median {median(each):6.1f}, p95 {p95:6.1f},"
        f" worst {max(each):6.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
