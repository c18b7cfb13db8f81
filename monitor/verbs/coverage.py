"""The verbs that compare the two sides over many stories."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from monitor.config.settings import Config
from monitor.coverage.followers import (
    Following,
    Outlet,
    by_outlet,
    by_side,
    by_theme,
    leader_first,
    ranked,
)
from monitor.coverage.sides import compare
from monitor.coverage.watch import matches
from monitor.digest.phrases import Speaker
from monitor.model import Story
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths

By = Literal["outlet", "watchlist", "side"]

_LEAST_OF_OUTLETS = 5
"""Stories; the median of fewer says little of two outlets."""
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_COLUMNS = ("leader", "follower", "stories", "first", "lag", "middle half", "unsure")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, or so many up to the newest item."""

    since: date | None
    until: date | None
    """The last day; up to the newest item if None."""
    days: int
    """Those before the newest item, where ``since`` is None."""

    def span(self, newest: datetime) -> tuple[datetime, datetime]:
        """Its first moment, and the one after its last."""
        end = newest + timedelta(seconds=1)
        if self.until is not None:
            end = datetime.combine(self.until, time(), UTC) + timedelta(days=1)
        if self.since is not None:
            return datetime.combine(self.since, time(), UTC), end
        # A feed may date its items by any year, so that no day is so many days before.
        return end - min(timedelta(days=self.days), end - _BEGINNING), end


def followers(
    paths: Paths,
    period: Period,
    by: By,
    same_side: bool,
    least: int | None,
    as_json: bool,
) -> None:
    """Who follows whom over the stories that began in a period.

    By outlet, by watch-list or in all; ``same_side`` compares outlets of one side.
    """
    config = paths.read_config()
    with paths.open_known_store() as store:
        newest = store.items.last_moment() or compose.now()
        stories = store.stories.opened(
            *period.span(newest),
            on_both_sides=not same_side,
            is_translated=by == "watchlist",
        )
    found = [compare(story, config.owners) for story in stories]
    titled: list[tuple[str, Following]]
    if by == "outlet":
        pairs = by_outlet(found, "within" if same_side else "across")
        titled = [("", f) for f in ranked(pairs, least or _LEAST_OF_OUTLETS)]
    elif by == "side":
        titled = [("", leader_first(by_side(found)))]
    else:
        names = _namer(config)
        named = {story.id: names(story) for story in stories}
        titled = _by_size(by_theme(found, named))
    titled = [(name, f) for name, f in titled if f.stories >= (least or 1)]
    if as_json:
        show_json([_fields(name, f, by) for name, f in titled])
        return
    extra = () if by in {"outlet", "side"} else (by,)
    show([{by: name or "-"} | _row(f) for name, f in titled], (*extra, *_COLUMNS))


def _namer(config: Config) -> Callable[[Story], tuple[str, ...]]:
    """What tells which of the watch-lists a story is on."""
    lists = compose.watchlists(config)
    return lambda story: matches(story, lists)


def _by_size(themes: Mapping[str, Following]) -> list[tuple[str, Following]]:
    """Those with most stories first; what is of none comes last."""
    return sorted(
        ((name, leader_first(f)) for name, f in themes.items()),
        key=lambda each: (not each[0], -each[1].stories, each[0]),
    )


def _row(f: Following) -> dict[str, object]:
    return {
        "leader": _name(f.leader),
        "follower": _name(f.follower),
        "stories": f.stories,
        "first": f"{f.led}:{f.followed}" + (f" (={f.ties})" if f.ties else ""),
        "lag": _duration(f.median),
        "middle half": _spread(f),
        "unsure": f.bounded + f.unclear,
    }


def _spread(f: Following) -> str | None:
    if f.low is None or f.high is None:
        return None
    return f"{_duration(f.low)} to {_duration(f.high)}"


def _duration(minutes: float | None) -> str | None:
    """``2 h 5 min``; with a minus where the follower was first."""
    if minutes is None:
        return None
    whole = round(abs(minutes))
    if not whole:
        return "0 min"
    return ("-" if minutes < 0 else "") + Speaker("en", "UTC").duration(whole)


def _name(name: Outlet | str) -> str:
    return f"{name.side} {name.name}" if isinstance(name, Outlet) else name


def _fields(name: str, f: Following, by: By) -> dict[str, object]:
    """One row for programs."""
    titled: dict[str, object] = {} if by in {"outlet", "side"} else {by: name or None}
    return titled | {
        "leader": _named(f.leader),
        "follower": _named(f.follower),
        "stories": f.stories,
        "led": f.led,
        "followed": f.followed,
        "ties": f.ties,
        "bounded": f.bounded,
        "unclear": f.unclear,
        "certainty": {"feed": f.feed, "default-zone": f.default_zone},
        "low_minutes": f.low,
        "median_minutes": f.median,
        "high_minutes": f.high,
    }


def _named(name: Outlet | str) -> dict[str, str]:
    if isinstance(name, Outlet):
        return {"country": name.side, "outlet": name.name}
    return {"country": name}
