"""The verb that shows blind spots, and the line that the step prints for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor import comparing
from monitor.comparing import REMEMBERED, Followed
from monitor.comparison import BlindSpot, BlindSpotEnd, SideHealth
from monitor.config.settings import Config
from monitor.coverage.blindspots import Revision, ranked, surprise
from monitor.marking import themes_since
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.steps import Say

ENDED_DAYS = 28
"""How far back ``--all`` shows those that ended."""

_COLUMNS = (
    *("story", "silent", "since", "items", "owners", "expected", "taken_up"),
    *("state", "headline"),
)


def followed(config: Config, store: Store, now: datetime) -> Followed:
    """Whose silence is judged, as feeds.yaml has it, and what stories are about."""
    themes = themes_since(store, compose.marker(config), now - REMEMBERED)
    return Followed(config.feeds, config.owners, themes)


def compare(paths: Paths, *, say: Say = print) -> None:
    """Open, go on with and end blind spots; a line for each that opened or ended."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        is_idle = not compare_all(config, store, compose.now(), say)
    if is_idle:
        say("compare: no blind spot opened or ended")


def compare_all(config: Config, store: Store, now: datetime, say: Say) -> bool:
    """One line a blind spot that opened or ended, and whether there was any."""
    judged = followed(config, store, now)
    lines = list(_lines(comparing.compare(store, judged, now)))
    for line in lines:
        say(line)
    return bool(lines)


def _lines(revisions: Iterable[Revision]) -> Iterator[str]:
    for revision in revisions:
        spot = revision.after
        if spot.end:
            yield f"compare: {spot.story}: {spot.silent} silent no more: {spot.end}"
        elif revision.before is None:
            yield (
                f"compare: {spot.story}: {spot.silent} silent on {spot.items} items"
                f" of {spot.owners} owners"
            )


def list_blind_spots(paths: Paths, every: bool, as_json: bool) -> None:
    """Those that are claimed, the oddest first; with ``every`` the others, too."""
    config, now = paths.read_config(), compose.now()
    with paths.open_known_store() as store:
        found = ranked(store.blind_spots.open())
        if every:
            found += comparing.unclaimed(store, followed(config, store, now), now)
            kept = store.blind_spots.since(now - timedelta(days=ENDED_DAYS))
            found += [spot for spot in kept if spot.closed]
        headlines = _headlines(store, found)
    rows = [_row(spot, headlines) for spot in found]
    if not every:
        rows = [row for row in rows if row["state"] == "open"]
    if as_json:
        show_json(rows)
        return
    show([_cells(row) for row in rows], _COLUMNS)


def _headlines(store: Store, spots: Sequence[BlindSpot]) -> dict[str, str]:
    leads = store.relations.living(spot.story for spot in spots)
    stories = {story.id: story for story in store.stories.some(set(leads.values()))}
    return {
        old: stories[new].headline("en") or stories[new].headline("es") or ""
        for old, new in leads.items()
        if new in stories
    }


def _row(spot: BlindSpot, headlines: Mapping[str, str]) -> dict[str, Any]:
    return {
        "story": spot.story,
        "headline": headlines.get(spot.story, ""),
        "silent": spot.silent,
        "state": _state(spot),
        "since": spot.since.isoformat(),
        "opened": spot.opened.isoformat() if spot.opened else None,
        "closed": spot.closed.isoformat() if spot.closed else None,
        "items": spot.items,
        "outlets": spot.outlets,
        "owners": spot.owners,
        "texts": spot.texts,
        "expected": round(spot.expected, 1),
        "covered": spot.covered,
        "of": spot.of,
        "surprise": round(surprise(spot), 3),
        "feeds": spot.health.feeds,
        "feeds_down": spot.health.down,
        "share_down": round(spot.health.share_down, 3),
    }


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "taken_up": f"{row['covered']} of {row['of']}"}


def _state(spot: BlindSpot) -> str:
    if spot.end:
        return _ENDS[spot.end]
    return "open" if spot.health.can_tell else cannot_tell(spot.health)


def cannot_tell(health: SideHealth) -> str:
    """Why a silence says nothing: ``cannot tell: 7 of 31 MX feeds down``."""
    if not health.feeds:
        return f"cannot tell: no feed of {health.side} is followed"
    return f"cannot tell: {health.down} of {health.feeds} {health.side} feeds down"


_ENDS: Mapping[BlindSpotEnd, str] = {
    "picked-up": "picked up",
    "faded": "faded",
    "corrected": "corrected",
}
