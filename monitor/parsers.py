"""Where documents are read: at once, or in a process for every core."""

import gc
import os
import signal
from collections.abc import Callable
from concurrent.futures import (
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from threading import Lock, Thread
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
    return Processes(os.cpu_count() or 1)


class Inline(Executor):
    """Does the work at once, in the thread that asks for it."""

    def submit(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """The finished work; what it raises comes out of the future."""
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as exc:  # not Ctrl-C, which goes to who asked
            future.set_exception(exc)
        return future


class Processes(Executor):
    """
    Reads in processes, and outlives their deaths.

    When one dies, killed for its memory perhaps, the work of all is lost, and nobody
    can say whose document it was. So each piece of it is done once more in a process
    of its own; what ends that one, too, gives BrokenProcessPool.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool = _open(processes, _quick_context())
        self._renewing = Lock()
        self._alone = Lock()
        # As many again as processes, so that none waits for its next document.
        self._threads = ThreadPoolExecutor(2 * processes, thread_name_prefix="read")

    def submit(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """The work, which a process will do."""
        return self._threads.submit(self._do, partial(work, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their work is done."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _do(self, work: Callable[[], T]) -> T:
        pool = self._pool
        try:
            return pool.submit(work).result()
        except (BrokenProcessPool, OSError):  # or the server that starts them is dead
            self._renew(pool)
        with self._alone, _open(1, get_context("spawn")) as process:
            return process.submit(work).result()

    def _renew(self, broken: Executor) -> None:
        with self._renewing:
            if self._pool is broken:
                self._pool = _open(self._processes, _quick_context())


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


def _open(processes: int, context: BaseContext) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, context, _begin)


def _quick_context() -> BaseContext:
    """Where there is one, a server that has all loaded forks the processes."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["monitor.feeds.parse", __name__])
    return context


def _begin() -> None:
    """What a reading process does first."""
    collect_seldom()
    # Ctrl-C reaches the whole process group; when to end is the monitor's decision,
    # and where that was killed, this process ends, too. SIGTERM ends it: so the pool
    # ends those that are left when one has died, and waits until they have.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_monitor, daemon=True).start()


def _end_with_the_monitor() -> None:
    monitor = parent_process()
    if monitor is not None:
        monitor.join()
        os._exit(0)
