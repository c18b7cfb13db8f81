"""The whole path on the embedded newsroom: three simulated days in a few seconds."""

import json
import shlex
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from threading import Event

from monitor import pipeline
from monitor.comparison import Coverage
from monitor.config.settings import Config, EngineName, PollSettings
from monitor.digest.edition import due_date
from monitor.editing import make_edition
from monitor.errors import ConfigError
from monitor.explaining import explain
from monitor.export import stories_json
from monitor.marking import RECENT
from monitor.model import LANGUAGES, SIDES
from monitor.newsroom.content import FIRST_HOUR, LAST_HOUR
from monitor.newsroom.server import Newsroom, serve
from monitor.readers import Subscriber, Watchlist
from monitor.store.database import Store
from monitor.terminal import facts, program, watched
from monitor.translation.translator import Translator
from monitor.verbs import compose
from monitor.verbs.blindspots import compare_all
from monitor.verbs.digest import write_edition, write_file
from monitor.verbs.steps import (
    cluster_waiting,
    mark_items,
    outline_stories,
    poll_due,
    think_again,
    translate_pending,
)

HOURS = 4
"""Between two simulated polls: short enough that no item scrolls off a feed."""

READER = Subscriber(
    name="Demo desk",
    address="demo-desk@example.org",
    language="both",
    tz="America/Mexico_City",
    time=time(7),
    watchlists=("Sovereignty and security", "Trade"),
)
WATCHLISTS = (
    Watchlist("Sovereignty and security", ("drone*", "drones", "designation")),
    Watchlist("Trade", ("tariff*", "arancel*", "T-MEC", "USMCA")),
)


_HEADER = "# The embedded newsroom of 'monitor demo': fictional outlets, closed by now."


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a demo leaves behind."""

    folder: Path

    @property
    def db(self) -> Path:
        """The database of the three days."""
        return self.folder / "monitor.db"

    @property
    def config(self) -> Path:
        """The newsroom's outlets as a feeds.yaml, for every other verb."""
        return self.folder / "feeds.yaml"

    def clear(self) -> None:
        """Remove the database of an earlier demo; the other files are overwritten.

        Raises ConfigError if what is there is not a demo's.
        """
        for path in (self.config, self.db):
            if path.exists() and not self._is_demo():
                raise ConfigError(
                    f"{path}: is not of a demo; name another folder with --out"
                )
        for end in ("", "-wal", "-shm"):
            Path(f"{self.db}{end}").unlink(missing_ok=True)

    def _is_demo(self) -> bool:
        try:
            return self.config.read_text(encoding="utf-8").startswith(_HEADER)
        except (OSError, UnicodeDecodeError):
            return False


def demo(out: Path, engine: EngineName) -> None:
    """Poll, translate, cluster, compare and write the digest of 9 April 2025."""
    files = DemoFiles(out)
    with (
        closing(compose.open_translator(engine)) as translator,
        serve() as newsroom,
    ):
        config = _config(newsroom, engine)
        files.clear()
        write_file(files.config, _yaml(config).encode())
        with Store(files.db) as store:
            _live_through(newsroom, config, store, translator)
            coverages = pipeline.compare(store, config.owners, FIRST_HOUR, LAST_HOUR)
            written = _write(files, config, store, translator, coverages)
            _summarise(config, store, translator, coverages)
    print("\nFiles")
    for path in written:
        print(f"  {path}")
    there = ["--config", str(files.config), "--db", str(files.db), "serve"]
    print(f"\nOpen the dashboard later with\n  {shlex.join([*program(), *there])}")


def _live_through(
    newsroom: Newsroom, config: Config, store: Store, translator: Translator
) -> None:
    """Every few simulated hours, what a live monitor does every minute."""
    span = timedelta(hours=HOURS)
    hours = [FIRST_HOUR + n * span for n in range((LAST_HOUR - FIRST_HOUR) // span + 1)]
    moments = [*hours, LAST_HOUR]
    quiet: Callable[[str], None] = lambda line: None  # noqa: E731
    clustering = compose.open_clustering(config)
    with compose.open_fetcher(config) as fetcher:
        for now in watched("three days of news", moments, len(moments)):
            newsroom.now = now
            due = store.feeds.due(config.feeds, now)
            poll_due(config, store, fetcher, due, now, quiet, Event())
            plan = compose.plan(config)
            translate_pending(store, translator, plan, now, quiet, Event())
            waiting = compose.waiting(plan, translator, now)
            cluster_waiting(store, clustering, waiting, quiet, Event())
            think_again(store, clustering, now, quiet)
            mark_items(store, config, now - RECENT, Event())
            outline_stories(store, config, Event())
            compare_all(config, store, now, quiet)


def _write(
    files: DemoFiles,
    config: Config,
    store: Store,
    translator: Translator,
    coverages: list[Coverage],
) -> list[Path]:
    desk = compose.desk(config, translator)
    day = due_date(READER, LAST_HOUR)
    edition = make_edition(store, desk, READER, day, LAST_HOUR)
    sender = compose.sender(config)
    why = explain(store, [c.story for c in coverages], config.bridge)
    told = stories_json(coverages, why).encode()
    return [
        *write_edition(edition, sender, files.folder, LAST_HOUR, stem="digest"),
        write_file(files.folder / "stories.json", told),
        files.db,
        files.config,
    ]


def _summarise(
    config: Config, store: Store, translator: Translator, coverages: list[Coverage]
) -> None:
    both = [c for c in coverages if c.crosses_border]
    counts = store.items.counts()
    cells = {
        f"{country}+{language}": sum(
            int(str(row["items"]))
            for row in counts
            if (row["country"], row["language"]) == (country, language)
        )
        for country in SIDES
        for language in LANGUAGES
    }
    health = pipeline.feed_health(config.feeds, store, LAST_HOUR)
    down = [h.feed.outlet for h in health if not h.is_healthy]
    made = store.translations.engines()
    print("Three days of an invented newsroom, 6 to 8 April 2025\n")
    facts(
        "Result",
        [
            ("feeds", f"{len(config.feeds)}, {len(down)} down: {', '.join(down)}"),
            ("items", f"{sum(cells.values())}: {_listed(cells)}"),
            ("translations", _listed(made) or compose.NO_TRANSLATOR),
            ("stories", len(coverages)),
            ("  on both sides", f"{len(both)}: {_leaders(both)}"),
            *((f"  {side} only", _only(coverages, side)) for side in SIDES),
            *((f"  {side} blind to", _blind(store, side)) for side in SIDES),
        ],
    )
    print()
    facts("Largest stories on both sides", _largest(both))


def _leaders(both: list[Coverage]) -> str:
    leaders = [c.leader for c in both]
    named = [f"{leaders.count(side)} led by {side}" for side in SIDES]
    return ", ".join([*named, f"{leaders.count(None)} by neither"])


def _only(coverages: list[Coverage], side: str) -> int:
    return sum(
        not c.crosses_border and c.story.members[0].item.country == side
        for c in coverages
    )


def _blind(store: Store, side: str) -> int:
    return sum(spot.silent == side for spot in store.blind_spots.open())


def _largest(both: list[Coverage]) -> list[tuple[str, object]]:
    largest = sorted(both, key=lambda c: -len(c.story.members))[:8]
    return [
        (
            "  ".join(f"{side} {len(c.sides[side].items):2}" for side in SIDES),
            c.story.headline("en"),
        )
        for c in largest
    ]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _config(newsroom: Newsroom, engine: EngineName) -> Config:
    return Config(
        contact="https://example.org/monitor-demo",
        # Shorter than the simulated hours between two polls, whatever the jitter.
        poll=PollSettings(
            interval_minutes=HOURS * 60 // 2,
            longest_minutes=HOURS * 60 // 2,
            gap_seconds=0,
            timeout_seconds=10,
        ),
        engine=engine,
        watchlists=WATCHLISTS,
        mail=None,
        dense="none",  # the same stories wherever it runs
        subscribers=(READER,),
        feeds=newsroom.feeds(),
    )


def _yaml(config: Config) -> str:
    """The configuration as a feeds.yaml; JSON values are YAML, too."""
    reader = {
        "name": READER.name,
        "address": READER.address,
        "language": READER.language,
        "tz": READER.tz,
        "time": f"{READER.time:%H:%M}",
        "watchlists": READER.watchlists,
    }
    watchlists = [{"name": w.name, "terms": w.terms} for w in config.watchlists]
    names = ("url", "outlet", "country", "language", "kind", "owner", "tz", "local")
    feeds = [
        json.dumps(
            {name: getattr(feed, name) for name in names}
            | {"recurring_titles": feed.recurring_titles},
            ensure_ascii=False,
        )
        for feed in config.feeds
    ]
    return (
        f"{_HEADER}\n"
        f"contact: {config.contact}\n"
        f"translation: {{engine: {config.engine}}}\n"
        f"stories: {{dense: {config.dense}}}\n"
        f"watchlists: {json.dumps(watchlists, ensure_ascii=False)}\n"
        f"digest: {json.dumps({'subscribers': [reader]}, ensure_ascii=False)}\n"
        "feeds:\n" + "".join(f"  - {feed}\n" for feed in feeds)
    )
