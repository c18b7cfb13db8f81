"""
Lists as rows for other programs, and as files: CSV, JSON and JSON Lines.

A row is what the API states of one member of a list. Files are written a row at a time,
so that a list may be longer than memory.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from monitor.change import LoggedCorrection
from monitor.comparison import BlindSpot
from monitor.coverage.blindspots import surprise
from monitor.coverage.followers import Following, Outlet
from monitor.coverage.search import Hit, Piece, StoryHits
from monitor.export import inert, item_dict
from monitor.model import LANGUAGES, SIDES, Item
from monitor.outline import Headline, Outline, SideOutline

Form = Literal["csv", "json", "jsonl"]
Row = Mapping[str, Any]
Cell = str | int | float | None

_SIDE = ("items", "outlets", "owner_count", "texts")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stories": (
        *("id", "headline_en", "headline_es", "headline_translated"),
        *("first_seen", "last_seen", "leader", "no_leader", "lag_minutes"),
        *("lag_certainty", "texts", "item_count"),
        *(f"{side}_{what}" for side in SIDES for what in _SIDE),
        *("languages", "themes", "watchlists"),
    ),
    "items": (*Item.__dataclass_fields__, "kicker", "dateline", "story"),
    "outlets": (
        "outlet",
        "countries",
        "languages",
        "owner",
        "feeds",
        "items",
        "stories",
    ),
    "blindspots": (
        *("story", "headline_en", "headline_es", "silent", "since", "opened"),
        *("closed", "end", "items", "outlets", "owners", "texts", "expected"),
        *("covered", "of", "surprise", "can_tell", "feeds", "feeds_down"),
        "share_down",
    ),
    "corrections": (
        *(
            "id",
            "made",
            "verb",
            "reason",
            "together",
            "apart_1",
            "apart_2",
            "undone",
            "by",
        ),
    ),
    "lags": (
        *("theme", "leader_country", "leader_outlet", "follower_country"),
        *("follower_outlet", "stories", "led", "followed", "ties", "bounded"),
        *("unclear", "certainty_feed", "certainty_default-zone", "low_minutes"),
        *("median_minutes", "high_minutes"),
    ),
}
"""List -> the columns of its CSV; lists within a cell are separated by ``; ``."""


# --- rows ----------------------------------------------------------------------------


def outline_row(outline: Outline) -> dict[str, Any]:
    """One story as lists show it: stories.json without the items.

    Numbers that have the name of a list there are called counts here.
    """
    headlines = outline.headlines
    return {
        "id": outline.story,
        "headline": {x: _text(headlines.get(x)) for x in LANGUAGES},
        "headline_translated": [
            x for x in LANGUAGES if x in headlines and headlines[x].is_translation
        ],
        "first_seen": outline.first_seen.isoformat(),
        "last_seen": outline.last_seen.isoformat(),
        "leader": outline.leader,
        "no_leader": outline.no_leader,
        "lag_minutes": outline.lag_minutes,
        "lag_certainty": outline.lag_certainty,
        "texts": outline.texts,
        "item_count": outline.items,
        "sides": {side: _side(outline.sides[side]) for side in SIDES},
        "languages": list(outline.languages),
        "themes": list(outline.themes),
        "watchlists": list(outline.watchlists),
    }


def _text(headline: Headline | None) -> str | None:
    return headline.text if headline else None


def _side(side: SideOutline) -> dict[str, Any]:
    return {
        "items": side.items,
        "outlets": list(side.outlets),
        "owner_count": side.owners,
        "texts": side.texts,
    }


def item_row(item: Item, story: str | None) -> dict[str, Any]:
    """One item as published, and the story it is in."""
    return item_dict(item) | {"story": story}


def blind_spot_row(spot: BlindSpot, outline: Outline | None) -> dict[str, Any]:
    """One blind spot; its headline is that of the story as it is now."""
    headlines = outline.headlines if outline else {}
    return {
        "story": outline.story if outline else spot.story,
        "headline": {x: _text(headlines.get(x)) for x in LANGUAGES},
        "silent": spot.silent,
        "since": spot.since.isoformat(),
        "opened": spot.opened.isoformat() if spot.opened else None,
        "closed": spot.closed.isoformat() if spot.closed else None,
        "end": spot.end,
        "items": spot.items,
        "outlets": spot.outlets,
        "owners": spot.owners,
        "texts": spot.texts,
        "expected": round(spot.expected, 1),
        "covered": spot.covered,
        "of": spot.of,
        "surprise": round(surprise(spot), 3),
        "can_tell": spot.health.can_tell,
        "feeds": spot.health.feeds,
        "feeds_down": spot.health.down,
        "share_down": round(spot.health.share_down, 3),
    }


def correction_row(logged: LoggedCorrection) -> dict[str, Any]:
    """One correction, and whether it was taken back."""
    said = logged.correction
    return {
        "id": logged.id,
        "made": logged.made.isoformat(),
        "verb": said.verb,
        "reason": said.reason,
        "together": list(said.together),
        "apart": [list(some) for some in said.apart],
        "undone": logged.undone,
        "by": logged.by.name if logged.by else None,
    }


def following_row(theme: str | None, f: Following) -> dict[str, Any]:
    """Who follows whom, and by how long; ``theme`` where it is that of one theme."""
    named = {"leader": _named(f.leader), "follower": _named(f.follower)}
    return {"theme": theme} | named | following_counts(f)


def following_counts(f: Following) -> dict[str, Any]:
    """How often one led and one followed, and by how many minutes."""
    return {
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


def _named(name: Outlet | str) -> dict[str, str | None]:
    if isinstance(name, Outlet):
        return {"country": name.side, "outlet": name.name}
    return {"country": name, "outlet": None}


# --- files ---------------------------------------------------------------------------


def write_rows(
    form: Form, columns: Sequence[str], rows: Iterable[Row], *, bom: bool = False
) -> Iterator[str]:
    """A file of these rows, piece by piece.

    ``bom`` puts a byte order mark before CSV, without which Excel takes UTF-8 for the
    code page of its country.
    """
    match form:
        case "csv":
            return _csv(columns, rows, bom)
        case "jsonl":
            return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return _json(rows)


def _csv(columns: Sequence[str], rows: Iterable[Row], bom: bool) -> Iterator[str]:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    yield ("\ufeff" if bom else "") + out.getvalue()
    for row in rows:
        out.seek(0)
        out.truncate()
        flat = dict(_flat(row))
        writer.writerow({name: inert(flat.get(name)) for name in columns})
        yield out.getvalue()


def _json(rows: Iterable[Row]) -> Iterator[str]:
    start = "[\n"
    for row in rows:
        yield start + json.dumps(row, ensure_ascii=False)
        start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


def _flat(row: Row, prefix: str = "") -> Iterator[tuple[str, Cell]]:
    """The cells of a row: ``headline.en`` as ``headline_en``, ``sides.US.items`` as
    ``US_items``."""
    for name, value in row.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, "" if key == "sides" else f"{key}_")
        elif isinstance(value, list) and any(isinstance(each, list) for each in value):
            for number, each in enumerate(value, 1):
                yield f"{key}_{number}", "; ".join(each)
        else:
            yield key, _joined(value) if isinstance(value, list) else value


def _joined(some: Sequence[Any]) -> str:
    """Names in one cell; feeds by their addresses."""
    return "; ".join(x["url"] if isinstance(x, Mapping) else str(x) for x in some)


# --- what a search finds -------------------------------------------------------------


def hit_dict(hit: Hit) -> dict[str, Any]:
    """A hit as JSON; texts are lists of pieces."""
    made = hit.translation
    return {
        "id": hit.item.id,
        "story": hit.story,
        "outlet": hit.item.outlet,
        "country": hit.item.country,
        "language": hit.item.language,
        "published": hit.item.published.isoformat(),
        "url": hit.item.url,
        "title": _pieces(hit.title),
        "summary": _pieces(hit.summary),
        "translation": made
        and {
            "language": made.language,
            "title": _pieces(hit.translated_title),
            "summary": _pieces(hit.translated_summary),
        },
    }


def _pieces(pieces: Sequence[Piece]) -> list[dict[str, object]]:
    return [{"text": piece.text, "is_hit": piece.is_hit} for piece in pieces]


def story_hits_dict(story: StoryHits) -> dict[str, Any]:
    """A story and its newest hits as JSON."""
    return {
        "id": story.story,
        "hits": story.items,
        "items": [hit_dict(hit) for hit in story.hits],
    }
