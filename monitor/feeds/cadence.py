"""When a feed is polled next."""

import zlib
from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_DOUBLINGS = 11  # of one minute make more than a day; any more would overflow
_SPREAD = 0.1  # of the interval: 90 s of a quarter of an hour


def next_poll(
    now: datetime, interval_minutes: int, failures: int, url: str
) -> datetime:
    """When to poll a feed again after ``failures`` failed polls in a row.

    The wait doubles with every failure, up to a day (or the interval, if that is
    longer): feeds that answer 404 today do come back. On top comes a tenth of the
    interval or less, always the same for the same ``url``, so that feeds polled
    together drift apart rather than fall due in one tick.
    """
    interval = timedelta(minutes=interval_minutes)
    wait = min(interval * (1 << min(failures, _DOUBLINGS)), max(_DAY, interval))
    return now + wait + interval * _SPREAD * _share(url)


def _share(url: str) -> float:
    """A fixed place between 0 and 1 for every address."""
    return zlib.crc32(url.encode()) / 2**32
