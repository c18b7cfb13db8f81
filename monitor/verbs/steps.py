"""The verbs that move the data: check, poll, translate, cluster, digest, run."""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event

from monitor import pipeline, schedule
from monitor.config import Config, EngineName, MistakesError
from monitor.digest.edition import due_date
from monitor.digest.mail import message
from monitor.digest.render import render
from monitor.errors import ConfigError, MonitorError, TranslationError
from monitor.feeds.fetch import Fetcher
from monitor.model import Edition, Feed, FeedState, Language, Subscriber
from monitor.store.database import Store
from monitor.store.lock import running_alone
from monitor.terminal import watched
from monitor.text import fold, words
from monitor.translation.translator import Translator
from monitor.verbs import compose
from monitor.verbs.compose import Paths

log = logging.getLogger("monitor")

Say = Callable[[str], None]
"""Where a line for each unit of work goes: stdout, or the log of a long run."""

TICK_SECONDS = 60.0
STOP_SECONDS = 8.0
"""How long a stop waits for work to reach its next commit."""


def check(paths: Paths) -> None:
    """Say that feeds.yaml is right, or every mistake in it."""
    try:
        config = paths.read_config()
    except MistakesError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        raise ConfigError(f"{paths.config}: {len(error.mistakes)} to mend") from error
    cells = {(f.country, f.language) for f in config.feeds}
    counts = ", ".join(
        f"{sum((f.country, f.language) == cell for f in config.feeds)} {'+'.join(cell)}"
        for cell in sorted(cells, reverse=True)
    )
    print(f"{paths.config}: {len(config.feeds)} feeds ({counts})")
    print(
        f"{len(config.subscribers)} subscribers, {len(config.watchlists)} watch-lists"
    )
    if not compose.translates(compose.open_translator(config.engine)):
        print(f"note: {compose.NO_TRANSLATOR}")


def poll(paths: Paths, wanted: Sequence[str], *, say: Say = print) -> None:
    """Ask the feeds that are due, or those of the outlets named."""
    config, now = paths.read_config(), compose.now()
    with paths.open_store() as store, compose.open_fetcher(config) as fetcher:
        if wanted:
            due = store.feeds.states(_named(config.feeds, wanted))
        else:
            due = store.feeds.due(config.feeds, now)
        poll_due(config, store, fetcher, due, now, say, Event())
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
) -> None:
    """One line a feed, as answers come in; ends early when told to stop."""
    pool = ThreadPoolExecutor(config.poll.workers, thread_name_prefix="fetch")
    results = pipeline.poll(
        due, fetcher.fetch, store, now, config.poll.interval_minutes, pool
    )
    with closing(results):
        for result in watched("polling", results, len(due)):
            say(_poll_line(result))
            if stop.is_set():
                break
    pool.shutdown(wait=not stop.is_set(), cancel_futures=True)


def translate(paths: Paths, engine: EngineName | None, *, say: Say = print) -> None:
    """Translate what still waits."""
    config = paths.read_config()
    with (
        paths.open_store() as store,
        closing(compose.open_translator(engine or config.engine)) as translator,
    ):
        if not compose.translates(translator):
            say(f"translate: {compose.NO_TRANSLATOR}")
        wanted = compose.targets(config)
        translate_pending(store, translator, wanted, compose.now(), say, Event())


def translate_pending(
    store: Store,
    translator: Translator,
    targets: Iterable[Language],
    now: datetime,
    say: Say,
    stop: Event,
) -> None:
    """One line a batch; ends early when told to stop."""
    with closing(pipeline.translate(store, translator, targets, now)) as results:
        for result in results:
            failed = f", {result.failed} failed" if result.failed else ""
            say(f"translate: {result.translated} into {result.target}{failed}")
            if stop.is_set():
                break


def cluster(paths: Paths, *, say: Say = print) -> None:
    """Give every item without a story its story."""
    engine = paths.read_config().engine
    with (
        paths.open_known_store() as store,
        closing(compose.open_translator(engine)) as translator,
    ):
        cluster_waiting(store, translator, compose.now(), say, Event())


def cluster_waiting(
    store: Store, translator: Translator, now: datetime, say: Say, stop: Event
) -> None:
    """One line a batch; ends early when told to stop."""
    patience = pipeline.PATIENCE if compose.translates(translator) else timedelta(0)
    with closing(pipeline.cluster(store, now, patience)) as results:
        for assignments in results:
            opened = sum(a.why.nearest is None for a in assignments)
            joined = len(assignments) - opened
            say(f"cluster: {opened} stories opened, {joined} items joined one")
            if stop.is_set():
                break


# --- digest --------------------------------------------------------------------


def digest(
    paths: Paths, day: date | None, wanted: str | None, out: Path | None, send: bool
) -> None:
    """Make editions: written to a folder, sent, or the text printed."""
    config, now = paths.read_config(), compose.now()
    readers = _subscribers(config, wanted)
    with paths.open_known_store() as store:
        editions = [(reader, day or due_date(reader, now)) for reader in readers]
        if send:
            _send(config, store, editions, now, print)
            return
        desk = _desk(config)
        for reader, when in editions:
            made = pipeline.make_edition(store, desk, reader, when, now)
            if out:
                for path in write_edition(made, compose.sender(config), out, now):
                    print(path)
            else:
                print(render(made).text)


def write_edition(
    edition: Edition, sender: str, out: Path, now: datetime, stem: str | None = None
) -> list[Path]:
    """HTML, text and mail of one edition; the files written.

    Raises ConfigError if the folder cannot be written.
    """
    rendered = render(edition)
    name = stem or f"{edition.date}-{_slug(edition.subscriber.name)}"
    mail = message(edition, rendered, sender, now)
    parts = {
        "html": rendered.html.encode(),
        "txt": rendered.text.encode(),
        "eml": mail.as_bytes(),
    }
    return [
        write_file(out / f"{name}.{suffix}", body) for suffix, body in parts.items()
    ]


def write_file(path: Path, body: bytes) -> Path:
    """Write one file whole; raises ConfigError, naming it, if that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def _desk(config: Config) -> pipeline.Desk:
    with closing(compose.open_translator(config.engine)) as translator:
        return compose.desk(config, translator)


def _send(
    config: Config,
    store: Store,
    editions: Sequence[tuple[Subscriber, date]],
    now: datetime,
    say: Say,
) -> None:
    """Send what was not sent yet; raises the last DeliveryError after trying all."""
    mailer, desk = compose.open_mailer(config), _desk(config)

    def deliver(reader: Subscriber, day: date) -> str:
        made = pipeline.make_edition(store, desk, reader, day, now)
        mail = message(made, render(made), compose.sender(config), now)
        mailer.send(mail)
        return str(mail["Message-ID"])

    failed: MonitorError | None = None
    for reader, day in editions:
        if store.deliveries.is_sent(reader.name, day):
            say(f"digest: {day} for {reader.name} was sent before")
            continue
        for result in pipeline.send_editions([(reader, day)], deliver, store, now):
            failed = result.error or failed
            outcome = f"not sent: {result.error}" if result.error else "sent"
            say(f"digest: {day} for {reader.name} {outcome}")
    if failed:
        raise failed


# --- run -----------------------------------------------------------------------


def run(
    paths: Paths, open_dashboard: Callable[[], Callable[[Event], None]] | None
) -> None:
    """Do what is due, every minute, for ever; end cleanly on SIGTERM or SIGINT."""
    config = paths.read_config()
    translator = compose.open_translator(config.engine)
    if not compose.translates(translator):
        log.warning(compose.NO_TRANSLATOR)
    with running_alone(paths.db), compose.open_fetcher(config) as fetcher:
        paths.open_store().close()
        serve = open_dashboard() if open_dashboard else None
        with schedule.stopping_on_signals() as stop:
            log.info(
                "run: %d feeds into %s, pid %d",
                len(config.feeds),
                paths.db,
                os.getpid(),
            )
            busy = _Busy()
            work: dict[str, Callable[[], None]] = {
                "tick": busy.around(
                    lambda: _tick(paths, config, fetcher, translator, stop)
                ),
                "digest": busy.around(lambda: _due_digests(paths, config)),
            }
            if serve:
                work["serve"] = lambda: serve(stop)
            schedule.run(work, TICK_SECONDS, stop)
            is_done = busy.wait(STOP_SECONDS)
            log.info("run: stopped")
    if not is_done:
        # A thread still waits for a silent server. Nothing of it is committed, and
        # the interpreter would wait for it past the time a stop may take.
        sys.stderr.flush()
        os._exit(0)


class _Busy:
    """Counts the pieces of work under way, to wait for them at the end."""

    def __init__(self) -> None:
        self._free: list[Event] = []

    def around(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work, known to ``wait``."""
        free = Event()
        free.set()
        self._free.append(free)

        def counted() -> None:
            free.clear()
            try:
                work()
            except MonitorError as error:
                log.error("%s", error)
            finally:
                free.set()

        return counted

    def wait(self, seconds: float) -> bool:
        """Whether all of it ended, each within ``seconds``."""
        return all(free.wait(seconds) for free in self._free)


def _tick(
    paths: Paths, config: Config, fetcher: Fetcher, translator: Translator, stop: Event
) -> None:
    now = compose.now()
    with paths.open_store() as store:
        due = store.feeds.due(config.feeds, now)
        poll_due(config, store, fetcher, due, now, log.info, stop)
        if not stop.is_set():
            wanted = compose.targets(config)
            try:
                translate_pending(store, translator, wanted, now, log.info, stop)
            except TranslationError as error:
                log.error("translate: %s", error)
        if not stop.is_set():
            cluster_waiting(store, translator, now, log.info, stop)


def _due_digests(paths: Paths, config: Config) -> None:
    if config.mail is None:
        return
    now = compose.now()
    with paths.open_store() as store:
        due = pipeline.due_editions(config.subscribers, store, now)
        if due:
            _send(config, store, due, now, log.info)


def _poll_line(result: pipeline.PollResult) -> str:
    name = f"poll: {result.feed.outlet}"
    if result.error:
        return f"{name}: failed: {result.error}"
    if not result.items:
        return f"{name}: unchanged"
    return f"{name}: {result.new} new of {result.items}"


def _named(feeds: Iterable[Feed], wanted: Sequence[str]) -> list[Feed]:
    found = [feed for feed in feeds if feed.outlet in wanted or feed.url in wanted]
    missing = set(wanted) - {name for f in found for name in (f.outlet, f.url)}
    if missing:
        raise ConfigError(f"no outlet or url in feeds.yaml is {sorted(missing)[0]!r}")
    return found


def _subscribers(config: Config, wanted: str | None) -> tuple[Subscriber, ...]:
    found = tuple(s for s in config.subscribers if wanted in (None, s.name))
    if not found:
        names = ", ".join(repr(s.name) for s in config.subscribers) or "none"
        raise ConfigError(f"no subscriber is named {wanted!r}; known: {names}")
    return found


def _slug(name: str) -> str:
    return "-".join(words(fold(name)))
