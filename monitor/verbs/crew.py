"""Who does the heavy work: each step as it sees fit, or those that ``--workers`` names.

Only what needs no database is handed out: documents are read, items translated, texts
encoded. One thread writes, and one clusterer decides.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from monitor.config.settings import EngineName
from monitor.errors import ConfigError
from monitor.parsers import Processes, open_parsers
from monitor.pipeline import Hands
from monitor.stories.dense import Encoder, Vectors, stacked
from monitor.verbs import errands
from monitor.verbs.workers import Cluster, checked_address

MOST_PROCESSES = 256
SHARE = 64
"""Items in a share of the translating: see ``bench/cluster.py``."""
AHEAD = 32
"""Shares under way at once: enough for 16 workers, and 2,000 items for a kill."""
TEXTS = 32
"""Texts encoded as one errand, two thirds of a second of a core."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does what can be done without the database."""

    executor: Executor | None = None
    """None: each step as it sees fit, in processes or in its own thread."""
    is_elsewhere: bool = False
    """Whether other machines may be among them."""

    def parsers(self, feeds: int) -> AbstractContextManager[Executor]:
        """Where the documents of so many feeds are read."""
        return open_parsers(feeds) if self.executor is None else _lent(self.executor)

    def hands(self, engine: EngineName) -> Hands | None:
        """Who translates by an engine; None if nobody but the one who asks."""
        if self.executor is None:
            return None
        return Hands(self.executor, partial(errands.translate, engine), SHARE, AHEAD)

    def encoder(self, own: Encoder | None) -> Encoder | None:
        """Who makes dense vectors, if any are made.

        Processes of this machine would not be quicker: the model runs on every core.
        """
        if own is None or self.executor is None or not self.is_elsewhere:
            return own
        return SharedEncoder(own.version, self.executor)


HERE = Workers()


def _lent(executor: Executor) -> AbstractContextManager[Executor]:
    return nullcontext(executor)  # whoever opened it closes it


@contextmanager
def open_workers(said: str | None) -> Iterator[Workers]:
    """Those that ``--workers`` names, until the end of the block.

    Raises ConfigError, naming the remedy, if there can be none.
    """
    if not said:
        yield HERE
        return
    with _open(said) as executor:
        yield Workers(executor, isinstance(executor, Cluster))


def _open(said: str) -> Executor:
    if said.isascii() and said.isdigit():
        if not 1 <= int(said) <= MOST_PROCESSES:
            raise ConfigError(
                f"--workers: {said}: from 1 to {MOST_PROCESSES} processes"
            )
        return Processes(int(said))
    return Cluster(checked_address(said, os.environ))


@dataclass(frozen=True, slots=True)
class SharedEncoder:
    """The encoder that all workers have."""

    version: str
    executor: Executor

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See ``monitor.stories.dense.Encoder``."""
        starts = range(0, len(texts), TEXTS)
        made = [
            self.executor.submit(errands.encode, self.version, texts[n : n + TEXTS])
            for n in starts
        ]
        return stacked([each.result() for each in made])
