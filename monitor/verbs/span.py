"""Which days a verb speaks of, as flags say it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days in UTC, or so many before the newest item; or one story."""

    days: int
    """Before the newest item, where ``since`` is None."""
    since: date | None = None
    until: date | None = None
    """The last day; up to the newest item if None."""
    story: str | None = None
    """Its id, where one story alone is meant."""

    def times(self, newest: datetime) -> tuple[datetime, datetime]:
        """Its first moment, and the one after its last."""
        end = newest + timedelta(seconds=1)
        if self.until and self.until < date.max:
            end = _midnight(self.until) + timedelta(days=1)
        elif self.until:  # no day comes after it
            end = datetime.combine(self.until, time(23, 59, 59), UTC)
        if self.since:
            return _midnight(self.since), end
        # A feed may date its items by any year, so that no day is so many days before.
        return end - min(timedelta(days=self.days), end - _BEGINNING), end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
