"""Who had a story first, by how much, and how far to trust the answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.comparison import LagCertainty, SideCoverage
from monitor.model import Country, Item


@dataclass(frozen=True, slots=True)
class Lag:
    """From the first side's first item to the other's."""

    leader: Country | None
    """None if both came within the same minute."""
    minutes: int
    certainty: LagCertainty


def first_dated(items: Iterable[Item]) -> Item | None:
    """The earliest item whose date is the feed's own; None if every one is undated."""
    dated = (item for item in items if not _is_undated(item))
    return min(dated, key=lambda item: (item.published, item.id), default=None)


def lag(us: SideCoverage, mx: SideCoverage) -> Lag | None:
    """The lag between two sides; None if one is silent or has undated items alone.

    Feeds date their items to the minute at best, so less than a minute is no lead.
    """
    if us.first is None or mx.first is None:
        return None
    ahead = mx.first.published - us.first.published
    minutes = abs(ahead) // timedelta(minutes=1)
    leader: Country = "US" if ahead > timedelta(0) else "MX"
    return Lag(leader if minutes else None, minutes, _certainty(us, mx))


def _certainty(us: SideCoverage, mx: SideCoverage) -> LagCertainty:
    """The worst of the doubts that ``LagCertainty`` documents."""
    if _may_be_earlier(us) or _may_be_earlier(mx):
        return "poll-bounded"
    firsts = {side.first.date_source for side in (us, mx) if side.first}
    return "default-zone" if "default-zone" in firsts else "feed"


def _may_be_earlier(side: SideCoverage) -> bool:
    first = side.first
    return first is not None and any(
        _is_undated(item) and item.seen < first.published for item in side.items
    )


def _is_undated(item: Item) -> bool:
    return item.date_source == "fetched"
