"""``/metrics``: how the monitor is, as Prometheus reads it.

The dashboard serves it, while the work is done by another process; so most of it is
read from the database at each scrape. Only what the dashboard itself does is counted
here, by all its processes together. docs/operation.md says what each metric means.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
)
from prometheus_client import (
    values as kinds,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor import __version__
from monitor.coverage.health import is_fresh
from monitor.errors import MonitorError
from monitor.model import Feed, FeedState
from monitor.store.database import Store
from monitor.store.figures import Queue, Tally
from monitor.store.lock import running
from monitor.store.step_runs import BUCKETS, StepRun
from monitor.web.site import Site

REQUEST_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds. Nine pages in ten take 10 to 100 ms."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "other"
"""The route of an address that no route has, or whose asker was turned away."""


class Metrics:
    """The metrics of one dashboard."""

    def __init__(self, site: Site) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        counted: CollectorRegistry | None = self._registry
        if site.meters:
            _count_together(site.meters)
            MultiProcessCollector(  # type: ignore[no-untyped-call]
                self._registry, str(site.meters)
            )
            counted = None
        self._requests = Counter(
            "monitor_dashboard_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=counted,
        )
        self._seconds = Histogram(
            "monitor_dashboard_request_seconds",
            "From a request to the end of its answer.",
            ("route",),
            buckets=REQUEST_BUCKETS,
            registry=counted,
        )
        if site.meters:
            # Opens this process' files, which stay open if the folder is cleared away.
            self._requests.labels("GET", OTHER, "404")
            self._seconds.labels(OTHER)
        ProcessCollector(registry=self._registry)
        self._registry.register(_OfDatabase(site))

    def add_to(self, app: FastAPI) -> None:
        """Answer ``/metrics``; whoever may see a page may see it."""
        app.add_api_route("/metrics", self.metrics, methods=["GET", "HEAD"])

    def metrics(self, request: Request) -> Response:
        """Everything, as text or OpenMetrics, as the scraper asks."""
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"Content-Type": kind})

    def metered(self, app: ASGIApp) -> ASGIApp:
        """The same app, its answers counted."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            start, statuses = time.perf_counter(), ["500"]

            async def send_and_note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(str(message["status"]))
                await send(message)

            try:
                await app(scope, receive, send_and_note)
            finally:
                route = template(scope)
                method = scope["method"] if scope["method"] in _METHODS else OTHER
                self._requests.labels(method, route, statuses[-1]).inc()
                self._seconds.labels(route).observe(time.perf_counter() - start)

        return answer


def _count_together(folder: Path) -> None:
    """Have this process count in a file of its own there, which all others add up.

    The library takes the folder from the environment alone, and looks there when it is
    loaded, which was before.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    kinds.ValueClass = kinds.MultiProcessValue()  # type: ignore[no-untyped-call]


def template(scope: Scope) -> str:
    """``/stories/{story}``: the route that answered, never the address itself.

    Whoever asks for addresses that there are not makes no new series by it.
    """
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        is_static = scope["path"].startswith("/static/") and "endpoint" in scope
        return "/static" if is_static else OTHER
    return f"{scope.get('root_path', '')}{path}"


class _OfDatabase(Collector):
    """What the database tells at each scrape."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """Whatever can be read; a database that cannot be opened is told of, too."""
        start = time.perf_counter()
        yield _gauge("build_info", "The version.", ("version",), [((__version__,), 1)])
        found: list[Metric] = []
        try:
            with self._site.open_store() as store:
                found = list(self._found(store))
        except MonitorError:
            found = []
        yield _gauge("database_up", "Whether it can be read.", (), [((), bool(found))])
        yield from found
        took = time.perf_counter() - start
        yield _gauge("scrape_seconds", "Of reading all this.", (), [((), took)])

    def _found(self, store: Store) -> Iterator[Metric]:
        now, desk = self._site.clock(), self._site.desk()
        yield from _of_run(Path(store.path))
        yield from _of_steps(store.step_runs.all())
        feeds = store.figures.feeds()
        overdue = _overdue(desk.feeds, feeds, now)
        untranslated = {f.url for f in desk.feeds if f.translate == "none"}
        yield from _of_queues([overdue, *store.figures.queues(untranslated)], now)
        yield from _of_feeds(desk.feeds, feeds, now)
        yield from _of_tallies(store.figures.tallies())
        file = store.figures.file()
        for name, size, about in (
            ("size", file.size, "The database, without its log."),
            ("free", file.free, "Of the size: what further items will fill first."),
            ("wal", file.wal, "The log beside it, of what was written last."),
        ):
            yield _gauge(f"database_{name}_bytes", about, (), [((), size)])


Samples = Iterable[tuple[Sequence[str], float]]
"""Values of the labels, and that of the metric."""


def _gauge(name: str, about: str, labels: Sequence[str], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"monitor_{name}", about, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _counter(name: str, about: str, labels: Sequence[str], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"monitor_{name}", about, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _of_run(path: Path) -> Iterator[Metric]:
    known = running(path)
    for name, value, about in (
        ("alive", known.is_alive, "Whether a 'monitor run' holds the database."),
        ("expected", known.is_expected, "Whether one does, or was killed."),
    ):
        yield _gauge(f"run_{name}", about, (), [((), value)])
    shown = [((), known.shown.timestamp())] if known.shown else []
    about = "When it last got on with its work."
    yield _gauge("run_last_sign_timestamp_seconds", about, (), shown)


def _of_steps(steps: Sequence[StepRun]) -> Iterator[Metric]:
    family = HistogramMetricFamily(
        "monitor_step_seconds", "How long a step of a tick took.", labels=("step",)
    )
    for step in steps:
        total, buckets = 0, []
        for bound, count in zip((*BUCKETS, "+Inf"), step.buckets, strict=True):
            total += count
            buckets.append((str(bound), float(total)))
        family.add_metric((step.step,), buckets, step.seconds)
    yield family
    failures = [((s.step,), s.failures) for s in steps]
    yield _counter("step_failures", "Runs that stopped early.", ("step",), failures)
    ended = [((s.step,), s.last.timestamp()) for s in steps]
    about = "When a step last ended, well or not."
    yield _gauge("step_last_end_timestamp_seconds", about, ("step",), ended)
    good = [((s.step,), s.last_good.timestamp()) for s in steps if s.last_good]
    about = "When a step last ended well."
    yield _gauge("step_last_success_timestamp_seconds", about, ("step",), good)


def _of_queues(queues: Sequence[Queue], now: datetime) -> Iterator[Metric]:
    waiting = [((q.name,), q.waiting) for q in queues]
    about = "What waits for a step, as far as it is counted."
    yield _gauge("queue_length", about, ("queue",), waiting)
    ages = [((q.name,), _age(q.oldest, now)) for q in queues if q.name != "outline"]
    about = "Since when the one waits that waits longest; 0: nothing does."
    yield _gauge("queue_age_seconds", about, ("queue",), ages)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _overdue(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime
) -> Queue:
    """Feeds whose next poll has come. One never asked waits, nobody knows how long."""
    known = [states.get(feed.url) or FeedState(feed.url) for feed in feeds]
    due = [s for s in known if not s.retired and (s.next_poll or now) <= now]
    times = [state.next_poll for state in due if state.next_poll]
    return Queue("poll", len(due), min(times, default=None))


def _of_feeds(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime
) -> Iterator[Metric]:
    """Labels are outlets: a person has listed them. Addresses are never told."""
    outlets: defaultdict[tuple[str, str], list[FeedState]] = defaultdict(list)
    counts = dict.fromkeys(("healthy", "failing", "stale", "new", "ended"), 0)
    for feed in feeds:
        state = states.get(feed.url) or FeedState(feed.url)
        outlets[feed.outlet, feed.country].append(state)
        counts[_standing(state, now)] += 1
    about = "Feeds of feeds.yaml by how they do."
    yield _gauge("feeds", about, ("state",), (((k,), n) for k, n in counts.items()))
    labels = ("outlet", "side")
    failures = [(o, max(s.failures for s in mine)) for o, mine in outlets.items()]
    about = "Polls that failed in a row, of an outlet's worst feed."
    yield _gauge("outlet_failures", about, labels, failures)
    good = [(o, min(map(_last_good, mine))) for o, mine in outlets.items()]
    about = "When an outlet's worst feed was last read; 0: never."
    yield _gauge("outlet_last_good_timestamp_seconds", about, labels, good)


def _last_good(state: FeedState) -> float:
    return state.last_good.timestamp() if state.last_good else 0.0


def _standing(state: FeedState, now: datetime) -> str:
    if state.retired:
        return "ended"
    if state.last_poll is None:
        return "new"
    if state.error is not None:
        return "failing"
    return "healthy" if is_fresh(state, now) else "stale"


_TALLIES = (
    ("items", "items", ("side",), _gauge, "Items kept."),
    ("stories", "stories", ("sides",), _gauge, "Stories by the sides that tell them."),
    ("polls", "polls", ("outcome",), _counter, "Feeds asked, by how it went."),
    (
        *("translations", "translations", ("language", "engine"), _counter),
        "Made, into which language.",
    ),
    (
        *("doubts", "translation_warnings", ("warning", "engine"), _counter),
        "Translations made that carry a warning, by its kind.",
    ),
    ("mails", "mails", ("state",), _counter, "Editions that came to this state."),
    (
        *("alerts", "alert_messages", ("state",), _counter),
        "Messages on a channel that came to this state.",
    ),
)


def _of_tallies(tallies: Sequence[Tally]) -> Iterator[Metric]:
    for what, name, labels, family, about in _TALLIES:
        mine = [tally for tally in tallies if tally.what == what]
        samples = [((t.kind, t.engine)[: len(labels)], float(t.n)) for t in mine]
        yield family(name, about, labels, samples)
