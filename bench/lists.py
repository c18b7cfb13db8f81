"""
Time what lists, exports and the dashboard read, over a large database.

    python -m bench.lists [--items 1000000] [--stories 50000] [--keep FOLDER]

Makes the database of ``bench/coverage.py``, or takes the one in FOLDER. Then it
outlines the stories that are due, all of them the first time, and times a page of 50
stories under each filter and in each order, first and next; the count of each; the same
of items; the stories of a day; and the numbers of the outlets. Words are drawn at
random and stories have no themes, so each is given some, of names that are common and
rare. What is told is the best of five.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bench import coverage
from bench.coverage import END, START
from monitor.coverage.marks import Marker
from monitor.outline import Order, Selection
from monitor.outlining import outline_due
from monitor.store.database import Store

ORDERS: tuple[Order, ...] = ("newest", "first", "largest", "lag")
THEMES = {"common": 3, "some": 20, "few": 300, "rare": 20_000}
"""Name -> of how many stories one is of it."""
WEEK = timedelta(days=7)

T = TypeVar("T")


def main() -> None:
    """One database and its figures."""
    args = _arguments()
    with TemporaryDirectory(prefix="lists-") as folder:
        path = (args.keep or Path(folder)) / f"{args.items}-{args.stories}.db"
        if not path.exists():
            coverage.make_aside(path, args.items, args.stories)
        with Store(path) as store:
            _outline_all(store)
            _give_themes(store)
            for name, selection in _selections().items():
                _time_stories(store, name, selection)
            for name, selection in _selections().items():
                _time_items(store, name, selection)
            _time_days(store)


def _outline_all(store: Store) -> None:
    desk = coverage.open_desk()
    marker = Marker(desk.themes, tuple(desk.watchlists))
    wall, cpu, stories = time.perf_counter(), time.process_time(), 0
    while made := sum(outline_due(store, marker, desk.owners)):
        stories += made
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"outlined {stories} stories: {wall:.0f} s (CPU {cpu:.0f} s)", flush=True)


def _give_themes(store: Store) -> None:
    for name, of in THEMES.items():
        store._db.execute(
            "insert or ignore into outline_themes"
            f" select '{name}', id from outlines where id % {of} = 0"
        )
        store._db.execute(
            "insert or ignore into item_themes select theme, published, items.id"
            " from outline_themes join outlines on outlines.id = outline_themes.story"
            " join assignments on assignments.story = outlines.story"
            f" join items on items.id = item where theme = '{name}'"
        )
    store._db.conn.commit()


def _selections() -> dict[str, Selection]:
    themes = {f"theme {name}": Selection(theme=name) for name in THEMES}
    return {
        "everything": Selection(),
        "last week": Selection(start=END - WEEK, end=END),
        "second week": Selection(start=START + WEEK, end=START + 2 * WEEK),
        "both sides": Selection(side="both"),
        "MX alone": Selection(side="only-MX"),
        "Spanish": Selection(language="es"),
        "large outlet": Selection(outlet="US en Daily 0"),
        "small outlet": Selection(outlet="US en Daily 59"),
        "no outlet": Selection(outlet="Nobody"),
        **themes,
        "watch-list": Selection(watchlist="list 5"),
        "poll-bounded": Selection(certainty="poll-bounded"),
        "led by MX": Selection(leader="MX"),
        "several": Selection(
            START, END, "both", "es", "MX es Daily 3", "common", "feed", "MX"
        ),
    }


def _time_stories(store: Store, name: str, selection: Selection) -> None:
    told = []
    for order in ORDERS:
        first, page = _best(
            lambda order=order: store.outlines.page(selection, order)  # type: ignore[misc]
        )
        following, _ = _best(
            lambda order=order, after=page.after: store.outlines.page(  # type: ignore[misc]
                selection, order, after
            )
        )
        told.append(f"{order} {first:.1f} {following:.1f}")
    counting, count = _best(lambda: store.outlines.count(selection))
    print(f"stories, {name}: {', '.join(told)}; {count.number} in {counting:.1f} ms")


def _time_items(store: Store, name: str, selection: Selection) -> None:
    first, page = _best(lambda: store.items.page(selection))
    following, _ = _best(lambda: store.items.page(selection, page.after))
    counting, count = _best(lambda: store.items.count(selection, 1_000))
    print(
        f"items, {name}: {first:.1f} {following:.1f}; "
        f"{count.number} in {counting:.1f} ms",
        flush=True,
    )


def _time_days(store: Store) -> None:
    for ago in (1, 50):
        start = END - timedelta(days=ago)
        spent, day = _best(
            lambda start=start: store.outlines.on_day(  # type: ignore[misc]
                start, start + timedelta(days=1)
            )
        )
        print(f"{len(day.ids)} stories of a day: {spent:.1f} ms")
    for days in (1, 7, 30):
        since = END - timedelta(days=days)
        spent, _ = _best(
            lambda since=since: store.volumes.outlets(since, END)  # type: ignore[misc]
        )
        print(f"outlets of {days} days: {spent:.1f} ms")


def _best(ask: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds, and what was asked for."""
    answer, spent = ask(), []
    for _ in range(5):
        begin = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - begin)
    return min(spent) * 1000, answer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--stories", type=int, default=50_000)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
