"""
Time what analysts wait for, over a large database.

    python -m bench.coverage [--items 1000000] [--stories 50000] [--subscribers 100]
        [--keep FOLDER]

Makes a database of so many items in so many stories: a hundred days, 160 outlets of
both sides and languages, few large stories and many small ones, copies, credits,
undated items, translations of the last month. Its words are drawn at random. Then it
times comparing one story, read from the database; who follows whom over a week and a
month; marking the items of five weeks; one edition; and one edition for each
subscriber, who sit in 12 zones and hours. Seconds on the clock mean little where others
are busy: those of the processor are beside them.
``--keep`` makes the database in that folder or takes the one that is there.
"""

import argparse
import json
import multiprocessing
import random
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from monitor import pipeline
from monitor.coverage.followers import by_outlet, by_side
from monitor.coverage.marks import Marker
from monitor.coverage.sides import compare
from monitor.coverage.themes import lexicon
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.render import render
from monitor.editing import make_editions
from monitor.marking import MARKED, mark, themes_since
from monitor.model import Country, Feed, Language
from monitor.readers import Edition, RenderedEdition, Subscriber, Watchlist
from monitor.store import rows
from monitor.store.database import Store
from monitor.verbs.outbox import warm_up_charts

DAYS = 100
START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=DAYS)
LAST_DAY = (END - timedelta(days=1)).date()
TRANSLATED_DAYS = 30
CHUNK = 20_000
COMPARED = 400
"""Stories compared one at a time."""

_OUTLETS: tuple[tuple[Country, Language, int], ...] = (
    *(("US", "en", 78), ("US", "es", 22), ("MX", "es", 54), ("MX", "en", 6)),
)
_ZONES = ("America/New_York", "America/Mexico_City", "America/Tijuana", "UTC")
_HOURS = (6, 7, 8)
_AGENCIES = ("(AP) — ", "MEXICO CITY (Reuters) - ", "MÉXICO (EFE).- ")


def main() -> None:
    """One database, made in a process of its own, and its figures."""
    args = _arguments()
    with TemporaryDirectory(prefix="coverage-") as folder:
        path = (args.keep or Path(folder)) / f"{args.items}-{args.stories}.db"
        if not path.exists():
            make_aside(path, args.items, args.stories)
        with Store(path) as store:
            _time_stories(store, args.stories)
            _time_followers(store)
            _time_editions(store, args.subscribers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


# --- what is timed -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spent:
    """Seconds on the clock, and of the processor: others may be busy as well."""

    wall: float
    cpu: float

    def __add__(self, other: "_Spent") -> "_Spent":
        return _Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.2f} s (CPU {self.cpu:.2f} s)"


def _timed(act: Callable[[], Any]) -> tuple[Any, _Spent]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = act()
    return done, _Spent(time.perf_counter() - wall, time.process_time() - cpu)


def _time_stories(store: Store, stories: int) -> None:
    chosen = random.Random(5).sample(range(stories), min(COMPARED, stories))

    def one(number: int) -> int:
        found = store.stories.one(_story(number))
        assert found is not None
        return len(compare(found, _owners()).story.members)

    timed = [_timed(lambda number=number: one(number)) for number in chosen]
    items = max(count for count, _ in timed)
    print(f"compare one story of up to {items} items, ms:")
    _tell("wall", [spent.wall * 1000 for _, spent in timed])
    _tell("CPU", [spent.cpu * 1000 for _, spent in timed])


def _tell(what: str, each: list[float]) -> None:
    p95 = quantiles(each, n=20)[-1]
    print(
        f"  {what}: median {median(each):.2f}, p95 {p95:.2f}, worst {max(each):.2f}",
        flush=True,
    )


def _time_followers(store: Store) -> None:
    for days in (7, 30):
        since = END - timedelta(days=days)
        stories, reading = _timed(
            lambda since=since: store.stories.opened(since, END, on_both_sides=True)
        )
        found, comparing = _timed(
            lambda stories=stories: [compare(story, _owners()) for story in stories]
        )
        pairs, outlets = _timed(lambda found=found: by_outlet(found))
        total, sides = _timed(lambda found=found: by_side(found))
        print(
            f"who follows whom over {days} days, {total.stories} stories on both sides:"
        )
        print(f"  read in {reading}, compared in {comparing}")
        print(f"  {len(pairs)} pairs of outlets in {outlets}, the sides in {sides}")


def _time_editions(store: Store, subscribers: int) -> None:
    """From making to all the forms that are kept, with the items marked before."""
    desk = open_desk()
    marker = Marker(desk.themes, tuple(desk.watchlists))
    since = END - MARKED
    items, spent = _timed(lambda: _mark_all(store, marker, since))
    print(f"marked {items} items: {spent}", flush=True)
    _, spent = _timed(lambda: list(mark(store, marker, since)))
    print(f"looked for more of {MARKED.days} days: {spent}", flush=True)
    _, spent = _timed(lambda: themes_since(store, marker, since))
    print(f"themes of the stories of {MARKED.days} days: {spent}", flush=True)
    readers = [_subscriber(n) for n in range(subscribers)]
    _time_some("one edition", store, desk, readers[:1])
    _time_some(f"{subscribers} editions", store, desk, readers)


def _mark_all(store: Store, marker: Marker, since: datetime) -> int:
    marked = 0
    while made := sum(mark(store, marker, since)):
        marked += made
    return marked


def _time_some(
    what: str, store: Store, desk: pipeline.Desk, readers: Sequence[Subscriber]
) -> None:
    warm_up_charts()
    owed = [(reader, LAST_DAY) for reader in readers]
    editions, making = _timed(lambda: list(make_editions(store, desk, owed, END)))
    mails, rendering = _timed(lambda: [render(each) for each in editions])
    sizes, forming = _timed(
        lambda: [_form(*each) for each in zip(editions, mails, strict=True)]
    )
    stories = [len(e.both) + sum(map(len, e.only.values())) for e in editions]
    print(f"{what} of {min(stories)} to {max(stories)} stories: {making + rendering}")
    longest = max(len(mail.html) for mail in mails)
    print(f"  made in {making}, rendered in {rendering}, up to {longest} bytes")
    print(f"  as JSON and Atom, up to {max(sizes)} bytes, in {forming}", flush=True)


def _form(edition: Edition, mail: RenderedEdition) -> int:
    told = mail.told
    return len(edition_json(edition, told)) + len(edition_atom(edition, told))


@cache
def _feeds() -> tuple[Feed, ...]:
    made: list[Feed] = []
    for country, language, count in _OUTLETS:
        for n in range(count):
            name = f"{country} {language} Daily {n}"
            url = f"https://{country}-{language}-{n}.example/feed.xml".lower()
            owner = f"{country} Owner {n % (count // 2)}"
            zone = "America/New_York" if country == "US" else "America/Mexico_City"
            made.append(Feed(url, name, country, language, "national", owner, zone))
    return tuple(made)


@cache
def _owners() -> dict[str, str]:
    return {feed.outlet: feed.owner for feed in _feeds()}


def open_desk() -> pipeline.Desk:
    draw = random.Random(7)
    lists = [
        Watchlist(f"list {n}", tuple(draw.sample(_vocabulary(), 6))) for n in range(10)
    ]
    return pipeline.Desk(_feeds(), _owners(), lists, "apertium 3.8", themes=lexicon())


def _subscriber(number: int) -> Subscriber:
    zone = _ZONES[number % len(_ZONES)]
    hour = _HOURS[number // len(_ZONES) % len(_HOURS)]
    lists = tuple(f"list {(number + n) % 10}" for n in range(3))
    name = f"reader {number}"
    return Subscriber(name, f"r{number}@desk.example", "both", zone, clock(hour), lists)


# --- the database --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Member:
    story: int
    feed: int
    published: datetime


def make_aside(path: Path, items: int, stories: int) -> None:
    """In a process of its own, so that its memory is not counted."""
    begin = time.perf_counter()
    process = multiprocessing.get_context("spawn").Process(
        target=_make, args=(path, items, stories)
    )
    process.start()
    process.join()
    assert process.exitcode == 0, "the database could not be made"
    size = path.stat().st_size / 2**20
    seconds = time.perf_counter() - begin
    print(f"made {items} items in {stories} stories: {size:.0f} MB, {seconds:.0f} s")


def _make(path: Path, items: int, stories: int) -> None:
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute("pragma synchronous = off")
    db.execute("pragma cache_size = -400000")
    draw = random.Random(11)
    members = _members(draw, items, stories)
    texts = _Texts(draw)
    copied: dict[tuple[int, str], str] = {}
    for begin in range(0, len(members), CHUNK):
        kept = _rows(draw, texts, members[begin : begin + CHUNK], begin, copied)
        with db:
            for table, made in kept.items():
                marks = ", ".join(f":{column}" for column in made[0]) if made else ""
                columns = ", ".join(made[0]) if made else ""
                sql = f"insert into {table} ({columns}) values ({marks})"
                db.executemany(sql, made) if made else None
    db.execute("analyze")
    db.close()


def _members(draw: random.Random, items: int, stories: int) -> list[_Member]:
    """Who publishes what when, by time: sizes of stories follow a power law."""
    sizes = [draw.paretovariate(1.1) for _ in range(stories)]
    sizes = [min(size, 200.0) for size in sizes]
    scale = (items - stories) / sum(sizes)
    weights = [1 / (n % 60 + 4) for n in range(len(_feeds()))]
    sides = {
        side: [n for n, feed in enumerate(_feeds()) if feed.country == side]
        for side in ("US", "MX")
    }
    everyone = list(range(len(_feeds())))
    members: list[_Member] = []
    owed = 0.0
    for story, size in enumerate(sizes):
        owed += size * scale
        count, owed = 1 + int(owed), owed % 1
        kind = draw.random()
        pool = sides["US"] if kind < 0.45 else sides["MX"] if kind < 0.75 else everyone
        opened = START + timedelta(days=draw.random() * DAYS)
        for feed in draw.choices(pool, [weights[n] for n in pool], k=count):
            after = timedelta(hours=min(draw.expovariate(1 / 14), 160))
            if opened + after >= END:
                after = (END - opened) * draw.random()
            published = (opened + after).replace(microsecond=0)
            members.append(_Member(story, feed, published))
    return sorted(members, key=lambda m: (m.published, m.story))


class _Texts:
    """Headlines and summaries to draw from."""

    def __init__(self, draw: random.Random) -> None:
        words = _vocabulary()
        self.titles = [" ".join(draw.choices(words, k=10)) for _ in range(5000)]
        self.summaries = [" ".join(draw.choices(words, k=30)) for _ in range(5000)]


@cache
def _vocabulary() -> list[str]:
    draw = random.Random(3)
    syllables = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]
    return ["".join(draw.choices(syllables, k=3)) for _ in range(6000)]


def _rows(
    draw: random.Random,
    texts: _Texts,
    members: Sequence[_Member],
    begin: int,
    copied: dict[tuple[int, str], str],
) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {
        "items": [],
        "assignments": [],
        "translations": [],
    }
    for number, member in enumerate(members, begin):
        feed = _feeds()[member.feed]
        item = _item_row(draw, texts, member, number)
        made["items"].append(item)
        made["assignments"].append(_assignment(draw, member, feed, item, copied))
        if member.published > END - timedelta(days=TRANSLATED_DAYS):
            made["translations"] += _translations(draw, texts, feed, item)
    return made


def _item_row(
    draw: random.Random, texts: _Texts, member: _Member, number: int
) -> dict[str, Any]:
    feed, published = _feeds()[member.feed], rows.to_text(member.published)
    chance = draw.random()
    source = "fetched" if chance < 0.03 else "default-zone" if chance < 0.1 else "feed"
    credit = draw.choice(_AGENCIES) if draw.random() < 0.02 else ""
    seen = member.published + timedelta(minutes=0 if source == "fetched" else 9)
    # Ids of real items are hashes: neighbours in time are none on the disk.
    item_id = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}"
    return {
        "id": item_id,
        "feed": feed.url,
        "outlet": feed.outlet,
        "country": feed.country,
        "language": feed.language,
        "url": f"{feed.url}/{item_id}",
        "title": draw.choice(texts.titles),
        "summary": credit + draw.choice(texts.summaries),
        "published": published,
        "published_raw": "" if source == "fetched" else published,
        "date_source": source,
        "seen": rows.to_text(seen),
        "recurring": 0,
    }


def _assignment(
    draw: random.Random,
    member: _Member,
    feed: Feed,
    item: dict[str, Any],
    copied: dict[tuple[int, str], str],
) -> dict[str, Any]:
    key = member.story, feed.language
    original = copied.setdefault(key, item["id"])
    is_copy = original != item["id"] and draw.random() < 0.05
    shared = draw.sample(_vocabulary(), 5)
    parts = {"english": 0.41, "names": 0.2, "letters": 0.1, "original": 0.02}
    return {
        "item": item["id"],
        "story": _story(member.story),
        "score": 0.73,
        "parts": json.dumps(parts),
        "shared": json.dumps(shared),
        "nearest": original if original != item["id"] else None,
        "copy_of": original if is_copy else None,
        "runner_up": _story(draw.randrange(member.story + 1)),
        "runner_up_score": 0.1,
    }


def _translations(
    draw: random.Random, texts: _Texts, feed: Feed, item: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    yield {
        "item": item["id"],
        "language": "en" if feed.language == "es" else "es",
        "engine": "apertium",
        "engine_version": "3.8",
        "title": draw.choice(texts.titles),
        "summary": draw.choice(texts.summaries),
        "warnings": "[]",
        "made": item["seen"],
    }


def _story(number: int) -> str:
    return f"s{number * 0xD1B54A32D192ED03 % 2**64:016x}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--stories", type=int, default=50_000)
    parser.add_argument("--subscribers", type=int, default=100)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
