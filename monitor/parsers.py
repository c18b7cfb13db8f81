"""Where documents are read: at once, or in a process for every core."""

import gc
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context, parent_process
from threading import Thread
from typing import ParamSpec, TypeVar

from monitor.errors import FeedError

MANY_FEEDS = 50
"""From so many due feeds on, processes read faster than they take to start."""

P = ParamSpec("P")
T = TypeVar("T")


def open_parsers(feeds: int) -> Executor:
    """Where the documents of so many feeds are read.

    Processes start when the first document has changed, so a poll that brings nothing
    new starts none. Close it with ``shutdown``.
    """
    if feeds < MANY_FEEDS:
        return Inline()
    if "forkserver" not in get_all_start_methods():
        return ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _begin)
    context = get_context("forkserver")
    context.set_forkserver_preload(["monitor.feeds.parse", __name__])
    return ProcessPoolExecutor(os.cpu_count(), context, _begin)


class Inline(Executor):
    """Does the work at once, in the thread that asks for it."""

    def submit(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """The finished work; what it raises comes out of the future."""
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as exc:
            future.set_exception(exc)
        return future


def attempt(
    work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> T | FeedError:
    """What the work gives, its expected failure as a value."""
    try:
        return work(*args, **kwargs)
    except FeedError as error:
        return error


def collect_seldom() -> None:
    """Let Python look for circles of garbage once in 50,000 new objects, not in 700.

    Reading makes hundreds of objects an item that live for a moment, and every look
    goes through all that modules have loaded: a fifth of a poll's time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _begin() -> None:
    """What a reading process does first."""
    collect_seldom()
    # Ctrl-C and a service's stop reach the whole process group; when to end is the
    # monitor's decision, and where that was killed, this process ends, too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_the_monitor, daemon=True).start()


def _end_with_the_monitor() -> None:
    monitor = parent_process()
    if monitor is not None:
        monitor.join()
        os._exit(0)
