"""The verbs that write stories and items for other programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, TextIO

from monitor import export, pipeline
from monitor.comparison import Coverage
from monitor.config.settings import Config
from monitor.coverage.sides import compare
from monitor.errors import ConfigError
from monitor.explaining import explain
from monitor.model import Item
from monitor.outline import Selection
from monitor.store.database import Store
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span
from monitor.verbs.steps import outline_stories

_AT_ONCE = 200
"""Stories, with all of their items, that lie in memory where they are written one by
one."""


def export_stories(
    paths: Paths, form: str, span: Span, narrowed: Mapping[str, Any], out: Path | None
) -> None:
    """Stories of the span as json, jsonl, csv or atom."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        start, end = span.times(store.items.last_moment() or compose.now())
        if narrowed:
            chosen = _selection(config, narrowed, start, end)
            batches = _chosen(store, config, chosen)
        else:
            batches = iter([pipeline.compare(store, config.owners, start, end)])
        with _written(out) as file:
            if form == "jsonl":
                for some in batches:
                    _write_lines(file, _whole(store, config, some))
                return
            found = [coverage for some in batches for coverage in some]
            found.sort(key=lambda coverage: coverage.story.id)
            file.write(_stories(store, config, form, found))


def _chosen(
    store: Store, config: Config, chosen: Selection
) -> Iterator[list[Coverage]]:
    """The stories of a selection, the newest first, some at a time."""
    outline_stories(store, config, Event())
    after: str | None = None
    while True:
        page = store.outlines.page(chosen, "newest", after, _AT_ONCE)
        found = store.stories.some(outline.story for outline in page.rows)
        yield [compare(story, config.owners) for story in found]
        if (after := page.after) is None:
            return


def _stories(store: Store, config: Config, form: str, found: list[Coverage]) -> str:
    match form:
        case "json":
            why = explain(store, [c.story for c in found], config.bridge)
            return export.stories_json(found, why)
        case "csv":
            return export.stories_csv(found)
    latest = max((c.story.last_seen for c in found), default=compose.now())
    return export.stories_atom(found, config.contact, latest)


def _whole(
    store: Store, config: Config, found: list[Coverage]
) -> Iterator[dict[str, Any]]:
    why = explain(store, [c.story for c in found], config.bridge)
    return (export.story_dict(c, why[c.story.id]) for c in found)


def export_items(
    paths: Paths, form: str, span: Span, narrowed: Mapping[str, Any], out: Path | None
) -> None:
    """Items of the span as json, jsonl, csv or atom."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        start, end = span.times(store.items.last_moment() or compose.now())
        if narrowed or span.since or span.until:
            chosen = _selection(config, narrowed, start, end)
            outline_stories(store, config, Event())
            found = _items(store, chosen)
        else:
            found = iter(store.items.all(start))
        with _written(out) as file:
            if form == "jsonl":
                _write_lines(file, map(export.item_dict, found))
                return
            listed = sorted(found, key=lambda item: (item.published, item.id))
            file.write(_of_items(listed, form, config.contact))


def _items(store: Store, chosen: Selection) -> Iterator[Item]:
    after: str | None = None
    while True:
        page = store.items.page(chosen, after, 1_000)
        yield from page.rows
        if (after := page.after) is None:
            return


def _of_items(found: list[Item], form: str, contact: str) -> str:
    match form:
        case "json":
            return export.items_json(found)
        case "csv":
            return export.items_csv(found)
    newest = max((item.published for item in found), default=compose.now())
    return export.items_atom(found, contact, newest)


def _selection(
    config: Config, narrowed: Mapping[str, Any], start: datetime, end: datetime
) -> Selection:
    """Raises ConfigError for a theme that there is not."""
    known = [theme.name for theme in compose.themes(config).themes]
    theme = narrowed.get("theme")
    if theme is not None and theme not in known:
        raise ConfigError(
            f"no theme is named {theme!r}; expected one of {', '.join(known)}"
        )
    return Selection(start=start, end=end, **narrowed)


def _write_lines(file: TextIO, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    """The file that is written, or stdout; raises ConfigError if it cannot be."""
    if out is None:
        yield sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from error
    print(out)
