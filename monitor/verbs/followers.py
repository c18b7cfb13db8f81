"""The verbs that compare the two sides over many stories."""

from collections.abc import Mapping, Sequence
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
from monitor.digest.phrases import Speaker
from monitor.export_lists import following_counts
from monitor.marking import marks_of
from monitor.model import Story
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span

By = Literal["outlet", "theme", "watchlist", "side"]

_LEAST_OF_OUTLETS = 5
"""Stories; the median of fewer says little of two outlets."""
_COLUMNS = ("leader", "follower", "stories", "first", "lag", "middle half", "unsure")


def followers(
    paths: Paths,
    span: Span,
    by: By,
    same_side: bool,
    least: int | None,
    as_json: bool,
) -> None:
    """Who follows whom over the stories that began in a period.

    By outlet, by theme, by watch-list or in all; ``same_side`` compares outlets of
    one side.
    """
    config = paths.read_config()
    with paths.open_known_store() as store:
        newest = store.items.last_moment() or compose.now()
        stories = store.stories.opened(
            *span.times(newest),
            on_both_sides=not same_side,
            is_translated=by == "watchlist",
        )
        named = _named_by(store, config, by, stories)
    found = [compare(story, config.owners) for story in stories]
    titled: list[tuple[str, Following]]
    if by == "outlet":
        pairs = by_outlet(found, "within" if same_side else "across")
        titled = [("", f) for f in ranked(pairs, least or _LEAST_OF_OUTLETS)]
    elif by == "side":
        titled = [("", leader_first(by_side(found)))]
    else:
        titled = _by_size(by_theme(found, named))
    titled = [(name, f) for name, f in titled if f.stories >= (least or 1)]
    if as_json:
        show_json([_fields(name, f, by) for name, f in titled])
        return
    extra = () if by in {"outlet", "side"} else (by,)
    show([{by: name or "-"} | _row(f) for name, f in titled], (*extra, *_COLUMNS))


def _named_by(
    store: Store, config: Config, by: By, stories: Sequence[Story]
) -> dict[str, tuple[str, ...]]:
    """Story -> its themes or watch-lists, where they are asked for."""
    if by not in {"theme", "watchlist"}:
        return {}
    marker = compose.marker(compose.with_kept(config, store).config)
    marks = marks_of(store, marker, stories)
    told = {story.id: marker.from_marks(story, marks) for story in stories}
    return {s: m.themes if by == "theme" else m.watchlists for s, m in told.items()}


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
    named = {"leader": _named(f.leader), "follower": _named(f.follower)}
    return titled | named | following_counts(f)


def _named(name: Outlet | str) -> dict[str, str]:
    if isinstance(name, Outlet):
        return {"country": name.side, "outlet": name.name}
    return {"country": name}
