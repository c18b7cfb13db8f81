"""
Take real items in as they would arrive, and say what is lost, joined and kept apart.

    python -m bench.ingest FOLDER [--feeds feeds.yaml] [--json] [--pairs]

FOLDER holds item lists as ``.csv`` or ``.csv.xz``, which are no part of this project.
Columns: ``outlet``, ``title``, ``summary``, ``link``; ``published_utc`` or
``published``; and if it has them ``date_raw`` (the date as the feed wrote it),
``first_file`` (in which snapshot it was first seen) and ``n_snapshots`` (in how many).
A list has each link once.

Every outlet is one feed, with the rules that feeds.yaml has for its host. Each snapshot
is one document a day: the items first seen in it and those still shown. They go through
``canonical_url``, ``read_date``, ``keys`` and ``Items.add``, and once more as a second
feed of their outlet, which must bring nothing new.

A *false duplicate* is a pair of lines joined though neither title nor text is alike
(the outlet's own article id excepted: it outlives both). A *missed duplicate* is a
pair kept apart that has one article id, or the same title and text, long enough to
say something, within twelve hours. ``--pairs`` prints both and all joined ones.
Anything lost, joined falsely or missed is a failure.
"""

import argparse
import csv
import json
import lzma
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from monitor.config.read import read_config
from monitor.feeds.dates import read_date
from monitor.feeds.identity import MIN_TEXT, TEXT_HOURS, are_alike, item_id, keys
from monitor.feeds.links import canonical_url
from monitor.model import Feed, Item, Sighting
from monitor.store.database import Store

_COLUMN_HOURS = 20
"""A title that returns after as long heads another item."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list, and how the monitor reads it."""

    sighting: Sighting
    feed: Feed
    snapshot: int
    times: int
    utc: datetime

    @property
    def item(self) -> Item:
        """The item, under the id of its own keys."""
        return self.sighting.item

    @property
    def own_id(self) -> str | None:
        """The outlet's article id."""
        found = re.search(self.feed.id_pattern or "$^()", self.item.url)
        return found[1] if found else None


@dataclass(slots=True)
class Report:
    """What the intake of one list came to; every count is of lines or pairs."""

    items: int = 0
    kept: int = 0
    joined: int = 0
    lost: int = 0
    new_from_second_feed: int = 0
    new_when_repeated: int = 0
    false_duplicates: int = 0
    missed_duplicates: int = 0
    returning_titles_kept_apart: int = 0
    returning_titles_joined: int = 0
    republished_ids_joined: int = 0
    tracked_links_left: int = 0
    dates: dict[str, int] = field(default_factory=dict)
    dates_agree: int = 0
    items_per_second: int = 0


def main() -> None:
    """One report a list."""
    args, is_sound = _arguments(), True
    known = read_config(args.feeds, {}).feeds
    for path in sorted(args.folder.glob("*.csv*")):
        lines = _lines(path, known)
        report, pairs = intake(lines)
        is_sound &= not (
            report.lost or report.false_duplicates or report.missed_duplicates
        )
        if args.json:
            print(json.dumps({"list": path.name} | _values(report)))
            continue
        print(path.name)
        for name, value in _values(report).items():
            print(f"  {name.replace('_', ' '):30} {value}")
        for kind, one, other in pairs if args.pairs else ():
            print(f"\n{kind}: {other.item.published - one.item.published}")
            for line in (one, other):
                print(f"  {line.item.title} | {line.item.summary[:70]}")
                print(f"    {line.item.url}")
    sys.exit(not is_sound)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--feeds", type=Path, default=Path("feeds.yaml"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pairs", action="store_true")
    return parser.parse_args()


def _values(report: Report) -> dict[str, object]:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}


# --- reading ---------------------------------------------------------------------


def _lines(path: Path, known: Iterable[Feed]) -> list[Line]:
    with (lzma.open if path.suffix == ".xz" else open)(
        path, "rt", encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    feeds = {outlet: _feed(outlet, known) for outlet in {r["outlet"] for r in rows}}
    lines = [_line(row, feeds[row["outlet"]]) for row in rows]
    return _numbered(lines, rows)


def _feed(outlet: str, known: Iterable[Feed]) -> Feed:
    """The rules of the first feed of an outlet's host, under an address of our own."""
    rules = next(
        (f for f in known if urlsplit(f.url).netloc.removeprefix("www.") == outlet),
        None,
    ) or next((f for f in known if _domain(f.url) == _domain(f"//{outlet}")), None)
    return Feed(
        url=f"https://{outlet}/feed.xml",
        outlet=outlet,
        country=rules.country if rules else "US",
        language=rules.language if rules else "en",
        kind="national",
        owner=outlet,
        tz=rules.tz if rules else "America/New_York",
        drop_params=rules.drop_params if rules else (),
        id_pattern=rules.id_pattern if rules else None,
        recurring_titles=rules.recurring_titles if rules else (),
    )


def _domain(url: str) -> str:
    """``https://feeds.a.com.mx`` -> ``a``: the name before its endings."""
    names = urlsplit(url).netloc.split(".")
    return next(n for n in reversed(names) if len(n) > 3 or n == names[0])


def _line(row: dict[str, str], feed: Feed) -> Line:
    utc = datetime.fromisoformat(row.get("published_utc") or row["published"])
    raw = row.get("date_raw", utc.isoformat())
    url = canonical_url(row["link"], feed.url, feed.drop_params)
    title, summary = row["title"], row["summary"]
    found = keys(feed, feed.outlet, url, "", title, summary, raw)
    when, source = read_date(raw, feed.tz, datetime.now(UTC))
    item = Item(
        id=item_id(found),
        feed=feed.url,
        outlet=feed.outlet,
        country=feed.country,
        language=feed.language,
        url=url,
        title=title,
        summary=summary,
        published=when,
        published_raw=raw,
        date_source=source,
        seen=utc,
        recurring=any(re.search(name, title) for name in feed.recurring_titles),
    )
    digest = row["link"]
    return Line(
        Sighting(item, found, digest), feed, 0, int(row.get("n_snapshots") or 1), utc
    )


def _numbered(lines: list[Line], rows: list[dict[str, str]]) -> list[Line]:
    """Lines with the number of the snapshot that first shows them; a day without."""
    names = [
        row.get("first_file") or f"{line.utc:%F}"
        for row, line in zip(rows, lines, strict=True)
    ]
    dates: dict[str, list[datetime]] = defaultdict(list)
    for name, line in zip(names, lines, strict=True):
        dates[name].append(line.utc)
    median = {name: sorted(found)[len(found) // 2] for name, found in dates.items()}
    number = {name: n for n, name in enumerate(sorted(median, key=median.__getitem__))}
    return [
        Line(line.sighting, line.feed, number[name], line.times, line.utc)
        for name, line in zip(names, lines, strict=True)
    ]


# --- taking in -------------------------------------------------------------------

Pair = tuple[str, Line, Line]


def intake(lines: list[Line]) -> tuple[Report, list[Pair]]:
    """The report, and the pairs behind it: kind, one line, the other."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "ingest.db") as store:
        start = time.perf_counter()
        kept = _show(store, lines)
        seconds = time.perf_counter() - start
        second = _show(store, lines, "?section=2")
        repeated = _show(store, lines)
        found = _found(store)
    pairs = list(_pairs(lines, found))
    kinds = Counter(kind for kind, _, _ in pairs)
    returning = Counter(_is_joined(pair, found) for pair in _returning(lines))
    return Report(
        items=len(lines),
        kept=kept,
        joined=len(lines) - kept,
        lost=sum(line.sighting.digest not in found for line in lines),
        new_from_second_feed=second,
        new_when_repeated=repeated,
        false_duplicates=kinds["false duplicate"],
        missed_duplicates=kinds["missed duplicate"],
        returning_titles_kept_apart=returning[False],
        returning_titles_joined=returning[True],
        republished_ids_joined=kinds["republished"],
        tracked_links_left=sum("partner=" in line.item.url for line in lines),
        dates=dict(Counter(line.item.date_source for line in lines)),
        dates_agree=sum(
            abs(line.item.published - line.utc) < timedelta(seconds=1) for line in lines
        ),
        items_per_second=round(len(lines) / seconds),
    ), pairs


def _show(store: Store, lines: Iterable[Line], suffix: str = "") -> int:
    """Poll every feed once a snapshot; how many items were new."""
    new = 0
    for (snapshot, url), document in _documents(lines):
        feed_url = url + suffix
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=snapshot)
        with store.atomic():
            known = store.items.digests(feed_url)
            shown = [line.sighting for line in document]
            unread = [s for s in shown if s.digest not in known]
            still = [s.digest for s in shown if s.digest in known]
            new += store.items.add(unread, feed_url, still, now).new
    return new


def _documents(lines: Iterable[Line]) -> list[tuple[tuple[int, str], list[Line]]]:
    """(snapshot, feed) -> what it shows, in order of time; newest first within."""
    shown: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.utc, reverse=True):
        for snapshot in range(line.snapshot, line.snapshot + line.times):
            shown[snapshot, line.feed.url].append(line)
    return sorted(shown.items(), key=lambda pair: pair[0])


def _found(store: Store) -> dict[str, str]:
    """Link as the list has it -> item it was kept as."""
    return dict(store._db.execute("select digest, item from sightings").fetchall())


# --- judging ---------------------------------------------------------------------


def _is_joined(pair: tuple[Line, Line], found: dict[str, str]) -> bool:
    one, other = (found[line.sighting.digest] for line in pair)
    return one == other


def _pairs(lines: list[Line], found: dict[str, str]) -> Iterator[Pair]:
    for one, other in _candidates(lines, found):
        if _is_joined((one, other), found):
            if one.own_id and one.own_id == other.own_id:
                yield "republished", one, other
            else:
                is_alike = are_alike(one.item, other.item)
                yield "joined" if is_alike else "false duplicate", one, other
        elif _is_duplicate(one, other):
            yield "missed duplicate", one, other


def _candidates(
    lines: list[Line], found: dict[str, str]
) -> Iterator[tuple[Line, Line]]:
    """Pairs with one item, one article id or one title, each once."""
    met = set()
    for key in (
        lambda line: found[line.sighting.digest],
        lambda line: line.own_id or line.item.url,
        lambda line: line.item.title.casefold(),
    ):
        of_one: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in lines:
            of_one[line.item.outlet, key(line)].append(line)
        for held in of_one.values():
            for one, other in combinations(held, 2):
                pair = (one.sighting.digest, other.sighting.digest)
                if pair not in met:
                    met.add(pair)
                    yield one, other


def _is_duplicate(one: Line, other: Line) -> bool:
    if one.own_id and one.own_id == other.own_id:
        return True
    apart = abs(one.utc - other.utc)
    is_near = apart <= timedelta(hours=TEXT_HOURS)
    return is_near and _text(one) == _text(other) and len(_text(one)) >= MIN_TEXT


def _text(line: Line) -> str:
    return " ".join(f"{line.item.title} {line.item.summary}".casefold().split())


def _returning(lines: Iterable[Line]) -> Iterator[tuple[Line, Line]]:
    """Neighbours in time with one title and different article ids, a day apart."""
    titled: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        titled[line.item.outlet, line.item.title].append(line)
    for held in titled.values():
        for one, other in pairwise(sorted(held, key=lambda line: line.utc)):
            if other.utc - one.utc >= timedelta(hours=_COLUMN_HOURS):
                yield one, other


if __name__ == "__main__":
    main()
