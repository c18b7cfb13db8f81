"""The verb that shows how volume changes."""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from monitor import comparing
from monitor.config.settings import Config
from monitor.coverage.trends import By, Quiet, Rise, Step, beginning, series
from monitor.errors import ConfigError
from monitor.marking import themes_since
from monitor.model import SIDES, Country
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.blindspots import cannot_tell
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span

ZONE = "America/Mexico_City"
"""Where days begin, as on the dashboard."""

_RISE_COLUMNS = ("story", "items", "expected", "outlets", "headline")
_QUIET_COLUMNS = ("side", "items", "expected", "state")


def show_trends(
    paths: Paths, days: int, by: By, theme: str | None, as_json: bool
) -> None:
    """Items by side and step, stories that jump, quiet sides, until the newest item."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        now = min(store.items.last_moment() or compose.now(), compose.now())
        steps = _steps(store, config, now, days, by, theme)
        found = comparing.changes(store, config.feeds, now)
        stories = {s.id: s for s in store.stories.some(r.story for r in found.rising)}
    rows = [_step_row(step, by) for step in steps]
    headlines = {
        s.id: s.headline("en") or s.headline("es") or "" for s in stories.values()
    }
    risen = [_rise_row(each, headlines) for each in found.rising]
    states = [_quiet_row(each) for each in found.sides]
    if as_json:
        show_json({"series": rows, "rising": risen, "sides": states})
        return
    show(rows, (by, *SIDES))
    print("\nStories that jump")
    show(risen, _RISE_COLUMNS)
    print("\nLast six hours")
    show(states, _QUIET_COLUMNS)


def _steps(
    store: Store, config: Config, now: datetime, days: int, by: By, theme: str | None
) -> list[Step]:
    start, end = Span(days).times(now)
    # A first day that is cut would look like a quiet one.
    start = beginning(start, by, ZONE)
    counts: list[tuple[Country, datetime, int]]
    if theme is None:
        counts = [(v.side, v.hour, v.items) for v in store.volumes.hours(start, end)]
    else:
        of = _of_theme(store, config, theme, start)
        found = store.volumes.moments(start, end)
        counts = [(side, at, 1) for story, side, _, at in found if story in of]
    return series(counts, start, end, by, ZONE)


def _of_theme(store: Store, config: Config, theme: str, since: datetime) -> set[str]:
    """The stories with an item since then that are of a theme.

    Raises ConfigError for a theme that there is not.
    """
    marker = compose.marker(config)
    names = [each.name for each in marker.lexicon.themes]
    if theme not in names:
        close = get_close_matches(theme, names, n=1)
        hint = (
            f"did you mean {close[0]!r}?" if close else f"there is {', '.join(names)}"
        )
        raise ConfigError(f"--theme: no theme is named {theme!r}; {hint}")
    found = themes_since(store, marker, since)
    return {story for story, themes in found.items() if theme in themes}


def _step_row(step: Step, by: By) -> dict[str, Any]:
    start = step.start.date() if by == "day" else step.start
    return {by: start.isoformat()} | {side: step.items[side] for side in SIDES}


def _rise_row(each: Rise, headlines: Mapping[str, str]) -> dict[str, Any]:
    return {
        "story": each.story,
        "headline": headlines.get(each.story, ""),
        "items": each.items,
        "expected": round(each.expected, 1),
        "outlets": each.outlets,
        "surprise": round(each.surprise, 1),
    }


def _quiet_row(each: Quiet) -> dict[str, Any]:
    return {
        "side": each.side,
        "items": each.items,
        "expected": round(each.expected, 1),
        "surprise": round(each.surprise, 1),
        "is_quiet": each.is_quiet,
        "state": _state(each),
    }


def _state(each: Quiet) -> str:
    if not each.health.can_tell:
        return cannot_tell(each.health)
    if not each.is_known:
        return "no rhythm known yet"
    return "quiet" if each.is_quiet else "usual"
