"""The verbs that show what is there: stories, export."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import export, pipeline
from monitor.coverage.sides import compare
from monitor.digest.phrases import Speaker
from monitor.errors import ConfigError
from monitor.model import SIDES, Coverage, LagCertainty, LoggedChange
from monitor.terminal import facts, show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)


# --- stories -------------------------------------------------------------------

_ITEM_COLUMNS = ("id", "published", "country", "outlet", "title", "why")
_STORY_COLUMNS = ("id", "US", "MX", "leader", "lag_minutes", "last_seen", "headline")


def list_stories(paths: Paths, days: int, as_json: bool) -> None:
    """The stories of the last days, the largest first."""
    found = _coverages(paths, days)
    found.sort(key=lambda c: (not c.crosses_border, -len(c.story.members), c.story.id))
    rows = [export.story_dict(coverage) for coverage in found]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        row |= {side: row["sides"][side]["items"] for side in SIDES}
        row["headline"] = row["headline"]["en"] or row["headline"]["es"]
    show(rows, _STORY_COLUMNS)


def show_story(paths: Paths, story: str, as_json: bool) -> None:
    """One story: its items side by side in time, and why each is in it."""
    owners = paths.read_config().owners
    with paths.open_known_store() as store:
        known = store.stories.one(story)
        if known is None:
            raise ConfigError(
                f"no story has the id {story!r}; see 'monitor stories list'"
            )
        brought = _brought(known.id, store.stories.changes_around(known.id))
    row = export.story_dict(compare(known, owners))
    if as_json:
        show_json(row)
        return
    if known.id != story:
        print(f"note: {story} was merged into {known.id}")
    lag, certainty = row["lag_minutes"], row["lag_certainty"]
    facts(
        row["headline"]["en"] or row["headline"]["es"],
        [
            ("leader", row["leader"]),
            ("lag", None if lag is None else _duration(lag)),
            ("certainty", certainty and _CERTAINTIES[certainty]),
        ],
    )
    print()
    for item in row["items"]:
        item["why"] = brought.get(item["id"]) or _why(item["why"])
    show(row["items"], _ITEM_COLUMNS)


_CERTAINTIES: Mapping[LagCertainty, str] = {
    "feed": "by the outlets' own dates",
    "default-zone": "one date read in its outlet's zone",
    "poll-bounded": "one side has an earlier, undated item",
}


def _duration(minutes: int) -> str:
    return Speaker("en", "UTC").duration(minutes) if minutes else "same minute"


def _brought(story: str, changes: Iterable[LoggedChange]) -> dict[str, str]:
    """Item -> what brought it to this story, for those that did not join it at once."""
    return {
        move.item: f"{logged.change.kind}: {logged.change.reason}"
        for logged in changes
        for move in logged.change.moves
        if move.after == story
    }


def _why(why: Mapping[str, Any]) -> str:
    """An opener's score is its closeness to a story that it did not join."""
    if why["nearest"] is None:
        return "opened the story"
    return f"{why['score']:.2f} {', '.join(why['shared'])}".rstrip()


def _coverages(paths: Paths, days: int) -> list[Coverage]:
    config = paths.read_config()
    with paths.open_known_store() as store:
        end = store.items.last_moment() or compose.now()
        start = max(end - timedelta(days=days), _BEGINNING)
        return pipeline.compare(store, config.owners, start, end + timedelta(seconds=1))


# --- export --------------------------------------------------------------------


def export_stories(paths: Paths, form: str, days: int, out: Path | None) -> None:
    """Stories of the last days as json, csv or atom."""
    found = _coverages(paths, days)
    match form:
        case "json":
            text = export.stories_json(found)
        case "csv":
            text = export.stories_csv(found)
        case _:
            contact = paths.read_config().contact
            text = export.stories_atom(found, contact, _latest(found))
    _put(text, out)


def export_items(paths: Paths, form: str, days: int, out: Path | None) -> None:
    """Items of the last days as json, csv or atom."""
    with paths.open_known_store() as store:
        end = store.items.last_moment() or compose.now()
        found = store.items.all(max(end - timedelta(days=days), _BEGINNING))
    match form:
        case "json":
            text = export.items_json(found)
        case "csv":
            text = export.items_csv(found)
        case _:
            newest = max((item.published for item in found), default=compose.now())
            text = export.items_atom(found, paths.read_config().contact, newest)
    _put(text, out)


def _latest(coverages: Iterable[Coverage]) -> datetime:
    return max((c.story.last_seen for c in coverages), default=compose.now())


def _put(text: str, out: Path | None) -> None:
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from error
    print(out)
