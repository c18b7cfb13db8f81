"""What every page of one dashboard is made from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.settings import Config, PollSettings
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.web.reach import Reach

_NOTHING = Config("", PollSettings(), "none", (), None, (), ())


@dataclass(frozen=True, slots=True)
class Site:
    """One dashboard over one database."""

    open_store: Callable[[], Store]
    """Routes run in threads, and a connection belongs to one thread."""
    desk: Callable[[], Desk]
    """Which feeds, owners, watch-lists and themes there are at this moment."""
    clock: Callable[[], datetime]
    """This moment in UTC."""
    reach: Reach = Reach()
    """From where it can be reached."""
    settles: timedelta = timedelta(0)
    """So long a page that takes long to make is shown as made, whatever comes."""
    filed: Config = _NOTHING
    """feeds.yaml, which pages do not change: what the database keeps lies beside it."""
    secret: bytes = field(default=b"", repr=False)
    """What the forms of all processes that serve it go by; b"" for one alone."""
    processes: int = 1
    """How many serve it."""
    meters: Path | None = None
    """Where several count together what they answer."""

    def polled(self, store: Store) -> datetime | None:
        """When any feed was last asked: what is said of feeds is true of that moment.

        A monitor that was stopped is no fault of its feeds.
        """
        states = (state for _, state in store.feeds.states(self.desk().feeds))
        return max((s.last_poll for s in states if s.last_poll), default=None)
