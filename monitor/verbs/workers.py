"""
The workers of a cluster, on whatever machines they are.

Dask's scheduler hands work to its workers and, when one dies, to another. Whatever else
becomes of the cluster, an executor of ours keeps its promise: work that it lost, or
that it could not do as we would, is done here. So nothing is lost, and nothing is
written that we would not have written ourselves.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from monitor.errors import ConfigError
from monitor.feeds.addresses import is_public
from monitor.parsers import Processes
from monitor.verbs import errands
from monitor.verbs.errands import Reply

log = logging.getLogger("monitor")

IN_CLEAR = "MONITOR_WORKERS_IN_CLEAR"
"""Set to ``yes``, it lets us speak to a public address without TLS."""
INSTALL = "pip install 'bilingual-coverage-monitor[cluster]'"

CONNECT_SECONDS = 10.0
AGAIN_SECONDS = 60.0
"""How long after losing the scheduler we look for it again, and between complaints."""
EMPTY_SECONDS = 20.0
"""How long a cluster may be without workers before its work is done here."""
ANSWER_SECONDS = 60.0
"""How long an answer that is there may take to come: its worker may have died with it,
and the work be done again."""
GATHERERS = 4
"""Threads that fetch and unpack what workers answer."""

P = ParamSpec("P")
T = TypeVar("T")


# --- the address ---------------------------------------------------------------------


def checked_address(said: str, environ: Mapping[str, str]) -> str:
    """A scheduler's address. Raises ConfigError if we should not speak to it.

    Whoever can reach a scheduler can run what they like on its workers and here: so
    without TLS it must be on a network of our own.
    """
    try:
        parts = urlsplit(said)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("tcp", "tls") or not host or not port:
        raise ConfigError(
            f"--workers: {said!r} is neither a number of processes nor an address such "
            "as tcp://10.0.0.5:8786 or tls://scheduler.example:8786"
        )
    public = [address for address in _addresses(said, host) if is_public(address)]
    if scheme == "tcp" and public and environ.get(IN_CLEAR) != "yes":
        raise ConfigError(
            f"--workers: {said}: {public[0]} is a public address, and whoever reads or "
            "changes what is sent there can run programs here: use tls://, or set "
            f"{IN_CLEAR}=yes if the network between is closed"
        )
    return said


def _addresses(said: str, host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigError(f"--workers: {said}: no such host: {error}") from error
    return [str(each[4][0]).partition("%")[0] for each in found]


def _security(distributed: Any, address: str) -> Any:
    """What TLS takes, as Dask's own settings name it. Raises ConfigError without it."""
    if not address.startswith("tls://"):
        return None
    security = distributed.Security(require_encryption=True)
    wanted = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": security.tls_ca_file,
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": security.tls_client_cert,
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": security.tls_client_key,
    }
    found = {name for name, path in wanted.items() if path and Path(path).is_file()}
    if missing := [name for name in wanted if name not in found]:
        raise ConfigError(
            f"--workers: {address}: set {', '.join(missing)} to files in PEM"
        )
    return security


# --- the cluster ---------------------------------------------------------------------


class Cluster(Executor):
    """
    The workers of a Dask scheduler.

    Work that ends four workers, or as many as the scheduler allows, is tried here in a
    process of its own, and gives BrokenProcessPool if it ends that, too. Work that a
    worker is not fit for, or that was lost with the scheduler or with the last worker,
    is done here; the log says so, once a minute.
    """

    def __init__(self, address: str) -> None:
        """Raises ConfigError if there is no scheduler, or Dask is not installed."""
        self._address = address
        self._client = _connect(address)
        self._looked = time.monotonic()
        self._here = Processes(os.cpu_count() or 1)
        # Not ``Client.get_executor``: what it promised stays open for ever when the
        # scheduler is lost while an answer is on its way.
        self._gatherers = ThreadPoolExecutor(GATHERERS, thread_name_prefix="gather")
        self._under_way: dict[Future[Any], _Piece] = {}
        """What we promised -> what Dask promised us for it."""
        self._changing = Lock()
        self._complained: dict[str, float] = {}
        self._shunned_until = 0.0
        self._closed = Event()
        Thread(target=self._watch, daemon=True, name="workers").start()

    def submit(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """The work, which a worker will do."""
        promise: Future[T] = Future()
        again = partial(work, *args, **kwargs)
        client = self._connected()
        if client is None:
            self._do_here(promise, again)
            return promise
        errand = errands.pack(work, *args, **kwargs)
        try:
            asked = client.submit(errands.do, errands.program(), errand, pure=False)
        except Exception as error:  # the client closed in between, as Dask words it
            self._complain(f"{type(error).__name__}: {error}")
            self._do_here(promise, again)
            return promise
        with self._changing:
            self._under_way[promise] = _Piece(again, asked)
        promise.add_done_callback(lambda done: done.cancelled() and asked.release())
        asked.add_done_callback(partial(self._gather, promise, again))
        return promise

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; its workers stay for others."""
        if not self._closed.is_set():
            self._closed.set()
            with self._changing:
                taken, self._under_way = self._under_way, {}
            for promise in taken:
                promise.cancel()
            with suppress(OSError, TimeoutError):
                self._client.close(timeout=2)
            self._gatherers.shutdown(wait=False, cancel_futures=True)
        self._here.shutdown(wait, cancel_futures=cancel_futures)

    # --- what becomes of work --------------------------------------------------------

    def _gather(self, promise: "Future[T]", again: Callable[[], T], asked: Any) -> None:
        """Leave it to a thread that may wait; Dask has but one for all callbacks."""
        with suppress(RuntimeError):  # we were shut down
            self._gatherers.submit(self._settle, promise, again, asked)

    def _settle(self, promise: "Future[T]", again: Callable[[], T], asked: Any) -> None:
        reply = None if promise.cancelled() else _reply(asked)
        with self._changing:
            is_ours = self._under_way.pop(promise, None) is not None
        if reply is None or not is_ours:
            return  # nobody waits for it, or it was taken back
        if reply.kind == "made":
            _keep(promise, reply.value)
        elif reply.kind == "raised":
            _fail(promise, reply.value)
        else:
            self._complain(reply.value)
            self._do_here(promise, again)

    def _take_back(self) -> None:
        """Do all here that the cluster has and nobody will do there."""
        with self._changing:
            taken, self._under_way = self._under_way, {}
        for promise, piece in taken.items():
            self._do_here(promise, piece.work)
        with suppress(OSError, TimeoutError, CancelledError):
            self._client.cancel([piece.asked for piece in taken.values()], force=True)

    def _do_here(self, promise: "Future[T]", work: Callable[[], T]) -> None:
        ours = self._here.submit(work)
        promise.add_done_callback(lambda done: done.cancelled() and ours.cancel())

        def settle(ours: "Future[T]") -> None:
            if ours.cancelled():
                promise.cancel()
            elif error := ours.exception():
                _fail(promise, error)
            else:
                _keep(promise, ours.result())

        ours.add_done_callback(settle)

    def _complain(self, trouble: str) -> None:
        now = time.monotonic()
        if now - self._complained.get(trouble, -AGAIN_SECONDS) >= AGAIN_SECONDS:
            self._complained[trouble] = now
            log.error("workers: %s: %s; done here", self._address, trouble)

    # --- the connection --------------------------------------------------------------

    def _connected(self) -> Any:
        """The scheduler's client, made anew at times; None while there is none."""
        now = time.monotonic()
        if self._client.status == "running":
            return self._client if now >= self._shunned_until else None
        self._complain("the scheduler does not answer")
        if self._client.status == "closed" and now - self._looked >= AGAIN_SECONDS:
            self._looked = now
            with suppress(ConfigError):
                self._client = _connect(self._address)
                log.info("workers: %s: found again", self._address)
                return self._client
        return None

    def _watch(self) -> None:
        """Take back what waits for workers that are not there."""
        empty = 0.0
        while not self._closed.wait(1):
            empty = empty + 1 if self._under_way and self._is_empty() else 0.0
            if empty >= EMPTY_SECONDS:
                self._complain("no worker is left, or the scheduler is silent")
                self._shunned_until = time.monotonic() + AGAIN_SECONDS
                self._take_back()

    def _is_empty(self) -> bool:
        client = self._client
        if client.status != "running":
            return False  # what it had is lost, which is told to each
        try:
            return not client.sync(client.scheduler.ncores, callback_timeout=5)
        except (OSError, TimeoutError):
            return True


def _connect(address: str) -> Any:
    try:
        # Here: half a second that most commands need not pay, and an extra.
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ConfigError(
            f"--workers: {address}: needs distributed: {INSTALL}, or give a number of "
            "processes"
        ) from error
    try:
        return distributed.Client(
            address,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            security=_security(distributed, address),
            name="monitor",
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise ConfigError(
            f"--workers: {address}: no scheduler answers there: {error}; start one with"
            " 'dask scheduler', or leave --workers out"
        ) from error


@dataclass(frozen=True, slots=True)
class _Piece:
    """Work that the cluster has."""

    work: Callable[[], Any]
    asked: Any
    """Dask's future."""


def _reply(asked: Any) -> Reply:
    """What a worker answered, or why none did."""
    try:
        return errands.unpack(asked.result(timeout=ANSWER_SECONDS))
    except CancelledError:
        return Reply("unfit", "the scheduler or its last worker was lost")
    except Exception as error:  # whatever Dask, or a worker without the monitor, raises
        if type(error).__name__ == "KilledWorker":
            return Reply("unfit", "some work ended every worker that took it up")
        return Reply("unfit", f"{type(error).__name__}: {error}")


def _keep(promise: "Future[T]", value: T) -> None:
    if promise.set_running_or_notify_cancel():
        promise.set_result(value)


def _fail(promise: "Future[Any]", error: BaseException) -> None:
    if promise.set_running_or_notify_cancel():
        promise.set_exception(error)
