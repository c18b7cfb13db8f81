"""The verbs that move the data: check, poll, translate, cluster."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from threading import Event

from monitor import correcting, pipeline
from monitor.change import ChangeKind
from monitor.clustering import Clustering, Scope, Waiting
from monitor.config.mistakes import MistakesError
from monitor.config.settings import Config, EngineName
from monitor.contrasting import UsualOf
from monitor.errors import ConfigError
from monitor.feeds.fetch import Fetcher
from monitor.indexing import index_waiting
from monitor.logs import Line
from monitor.marking import MARKED, mark
from monitor.model import Feed, FeedState
from monitor.outlining import outline_due
from monitor.pipeline import Hands, Plan
from monitor.polling import Crew, PollResult
from monitor.polling import poll as poll_feeds
from monitor.store.database import Store
from monitor.stories.dense_model import open_encoder
from monitor.studying import UsualOfWeeks, study_due
from monitor.terminal import watched
from monitor.translation.translator import Translator
from monitor.verbs import compose
from monitor.verbs.choose import choose
from monitor.verbs.compose import Paths
from monitor.verbs.crew import HERE, Workers, open_workers

log = logging.getLogger("monitor")

Say = Callable[[str], None]
"""Where a line for each unit of work goes: stdout, or the log of a long run. A Line has
the same as fields, too."""


def check(paths: Paths) -> None:
    """Say that feeds.yaml is right, or every mistake in it."""
    try:
        config = paths.read_config()
    except MistakesError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        raise ConfigError(f"{paths.config}: {len(error.mistakes)} mistakes") from error
    themes = compose.themes(config).themes
    cells = {(f.country, f.language) for f in config.feeds}
    counts = ", ".join(
        f"{sum((f.country, f.language) == cell for f in config.feeds)} {'+'.join(cell)}"
        for cell in sorted(cells, reverse=True)
    )
    print(f"{paths.config}: {len(config.feeds)} feeds ({counts})")
    print(f"{_readers(config)}, {len(themes)} themes")
    if paths.db.exists():
        _check_kept(paths, config)
    if not compose.translates(compose.open_translator(config.engine, config.bridge)):
        print(f"note: {compose.NO_TRANSLATOR}")
    if config.mail and compose.open_mailer(config).sign:
        print("mails are signed (DKIM)")
    for name, found in compose.open_channels(config).items():
        if found.fault:
            print(f"note: alert {name}: {found.fault}")
    if config.dense == "auto":
        is_there = open_encoder() is not None
        print(f"dense channel: {'on' if is_there else 'not installed, see make dense'}")


def _check_kept(paths: Paths, config: Config) -> None:
    """Say what the database keeps beside feeds.yaml, and what of it does not count."""
    with paths.open_known_store() as store:
        found = compose.with_kept(config, store)
    if found.faults or found.config != config:
        print(f"{paths.db}: with what it keeps {_readers(found.config)}")
    for fault in found.faults:
        print(f"note: {fault}")


def _readers(config: Config) -> str:
    subscribers, watchlists = len(config.subscribers), len(config.watchlists)
    return f"{subscribers} subscribers, {watchlists} watch-lists"


def poll(
    paths: Paths,
    wanted: Sequence[str],
    *,
    workers: str | None = None,
    say: Say = print,
) -> None:
    """Ask the feeds that are due, or those of the outlets named."""
    config, now = paths.read_config(), compose.now()
    named = choose(paths, config.feeds, wanted)
    with (
        open_workers(workers) as crew,
        paths.open_store() as store,
        compose.open_fetcher(config) as fetcher,
    ):
        if wanted:
            due = store.feeds.states(named)
        else:
            due = store.feeds.due(config.feeds, now)
        poll_due(config, store, fetcher, due, now, say, Event(), crew)
        if not due:
            say("poll: nothing is due")


def poll_due(
    config: Config,
    store: Store,
    fetcher: Fetcher,
    due: Sequence[tuple[Feed, FeedState]],
    now: datetime,
    say: Say,
    stop: Event,
    workers: Workers = HERE,
) -> None:
    """One line a feed, as answers come in; ends early when told to stop."""
    names = _names(config.feeds)
    threads = ThreadPoolExecutor(config.poll.workers, thread_name_prefix="fetch")
    with workers.parsers(len(due)) as parsers:
        crew = Crew(fetcher.fetch, threads, parsers)
        with closing(
            poll_feeds(due, crew, store, now, compose.pace(config))
        ) as results:
            for result in watched("polling", results, len(due)):
                say(_poll_line(result, names[result.feed]))
                if stop.is_set():
                    break
    threads.shutdown(wait=not stop.is_set(), cancel_futures=True)


def translate(
    paths: Paths,
    engine: EngineName | None,
    *,
    again: bool = False,
    workers: str | None = None,
    say: Say = print,
) -> None:
    """Translate what still waits; ``again``, what another engine has made as well."""
    config = paths.read_config()
    with (
        open_workers(workers) as crew,
        paths.open_store() as store,
        closing(
            compose.open_translator(engine or config.engine, config.bridge)
        ) as translator,
    ):
        if not compose.translates(translator):
            say(f"translate: {compose.NO_TRANSLATOR}")
        merged, now = compose.with_kept(config, store).config, compose.now()
        plan = compose.plan(merged)
        hands = crew.hands(engine or config.engine)
        is_idle = not translate_pending(
            store, translator, plan, now, say, Event(), again=again, hands=hands
        )
        if not is_idle:
            outline_stories(store, config, Event())
        elif compose.translates(translator):
            say("translate: nothing is due")


def translate_pending(
    store: Store,
    translator: Translator,
    plan: Plan,
    now: datetime,
    say: Say,
    stop: Event,
    *,
    again: bool = False,
    hands: Hands | None = None,
) -> bool:
    """One line a batch, and whether there was any; ends early when told to stop."""
    is_busy = False
    with closing(
        pipeline.translate(store, translator, plan, now, again=again, hands=hands)
    ) as results:
        for result in results:
            is_busy = True
            say(_translate_line(result))
            if stop.is_set():
                break
    return is_busy


def _translate_line(result: pipeline.TranslateResult) -> str:
    what = {"headline": "headlines", "whole": "items"}[result.part]
    doubted = f", {result.doubted} doubted" if result.doubted else ""
    failed = f", {result.failed} failed" if result.failed else ""
    return Line(
        f"translate: {result.translated} {what} into {result.target}{doubted}{failed}",
        target=result.target,
        part=result.part,
        translated=result.translated,
        doubted=result.doubted,
        failed=result.failed,
    )


def cluster(
    paths: Paths,
    since: date | None = None,
    *,
    workers: str | None = None,
    say: Say = print,
) -> None:
    """Give every item without a story its story, and stories their second thoughts.

    With ``since``, items published from that day on, in UTC, get theirs anew.
    """
    config = paths.read_config()
    with (
        open_workers(workers) as crew,
        paths.open_known_store() as store,
        closing(compose.open_translator(config.engine)) as translator,
    ):
        config, now = compose.with_kept(config, store).config, compose.now()
        plan = compose.plan(config)
        clustering = compose.open_clustering(config, crew.encoder)
        if since is None:
            waiting = compose.waiting(plan, translator, now)
            cluster_waiting(store, clustering, waiting, say, Event())
            think_again(store, clustering, now, say)
            mark_items(store, config, now - MARKED, Event())
            outline_stories(store, config, Event())
            index_items(store, Event())
            return
        start = datetime.combine(since, time(), UTC)
        # What had a story gets one at once: nothing waits for its translation.
        waiting = replace(compose.waiting(plan, translator, now), patience=timedelta(0))

        def cluster_all() -> None:
            for night in _nights(start, now):
                seen = replace(waiting, now=night, seen_by=night)
                cluster_waiting(store, clustering, seen, say, Event())
                think_again(store, clustering, night, say, "window")

        moves = correcting.again(store, start, cluster_all, now)
        outline_stories(store, config, Event())
        say(f"cluster: items in another story than before: {len(moves)}")


def _nights(start: datetime, now: datetime) -> list[datetime]:
    """The ends of the days from one moment to another, and that one."""
    days = (now - start) // timedelta(days=1)
    return [*(start + timedelta(days=n) for n in range(1, days + 1)), now]


def cluster_waiting(
    store: Store, clustering: Clustering, waiting: Waiting, say: Say, stop: Event
) -> None:
    """One line a batch; ends early when told to stop."""
    with closing(clustering.assign(store, waiting)) as results:
        for assignments in results:
            opened = sum(a.why.nearest is None for a in assignments)
            copies = sum(a.copy_of is not None for a in assignments)
            joined = len(assignments) - opened
            copied = f", {copies} of them copies" if copies else ""
            text = (
                f"cluster: {opened} stories opened, {joined} items joined one{copied}"
            )
            say(Line(text, opened=opened, joined=joined, copies=copies))
            if stop.is_set():
                break


def think_again(
    store: Store,
    clustering: Clustering,
    now: datetime,
    say: Say,
    scope: Scope | None = None,
) -> None:
    """Merge, move and split, if it is time to or a scope is named; a line if any."""
    scope = scope or clustering.due(store, now)
    if scope is None:
        return
    kinds = Counter(change.kind for change in clustering.consolidate(store, scope, now))
    if kinds:
        done = (f"{kinds[kind]} {word}" for kind, word in _DONE.items() if kinds[kind])
        text = f"cluster: on second thoughts {', '.join(done)}"
        say(Line(text, **{word: kinds[kind] for kind, word in _DONE.items()}))


def mark_items(store: Store, config: Config, since: datetime, stop: Event) -> None:
    """Find themes and watch-lists in items published since then that wait for it.

    Ends early when told to stop.
    """
    with closing(mark(store, compose.marker(config), since)) as batches:
        for _ in batches:
            if stop.is_set():
                return


def outline_stories(
    store: Store, config: Config, stop: Event, usual: UsualOf | None = None
) -> None:
    """Outline and study the stories that are due; ends early when told to stop."""
    by = compose.lexicons(config, usual or UsualOfWeeks())
    with (
        closing(outline_due(store, compose.marker(config), config.owners)) as batches,
        closing(study_due(store, by, compose.now())) as studies,
    ):
        for _ in chain(batches, studies):
            if stop.is_set():
                return


def index_items(store: Store, stop: Event) -> None:
    """Bring items kept before there was an index into it; ends early when told to."""
    with closing(index_waiting(store)) as batches:
        while not stop.is_set() and next(batches, 0):
            pass


_DONE: Mapping[ChangeKind, str] = {
    "merge": "merged",
    "move": "moved",
    "split": "split",
}


def _poll_line(result: PollResult, name: str) -> Line:
    feed, error = result.feed, result.error
    if error:
        came_to = f"failed: {error}"
    elif not result.is_read:
        came_to = "unchanged"
    elif not result.items:
        came_to = "0 items"
    else:
        came_to = f"{result.new} new of {result.items}"
    return Line(
        f"poll: {name}: {came_to}",
        outlet=feed.outlet,
        feed=feed.url,
        items=result.items,
        new=result.new,
        failure=error.kind if error else None,
        error=error.reason if error else None,
    )


def _names(feeds: Iterable[Feed]) -> Mapping[Feed, str]:
    """What a feed is called: its outlet and, if that has several, its address."""
    feeds = list(feeds)
    count = Counter(feed.outlet for feed in feeds)
    return {
        feed: feed.outlet if count[feed.outlet] == 1 else f"{feed.outlet} ({feed.url})"
        for feed in feeds
    }
