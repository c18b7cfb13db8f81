"""
Charts as PNG: numbers and words in, a picture out. Knows nothing of stories.

Drawn on an opaque light sheet, which reads in dark mode as a figure on paper does. As
narrow as a telephone shows it, so that the letters are not shrunk there.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import pack, unpack
from typing import Any

import vl_convert

from monitor.digest.palette import PALETTE

WIDTH = 340
"""Logical pixels; the picture has twice as many."""
_SCALE = 2
_LIGHT = PALETTE["light"]
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_SMALL, _NORMAL = 12, 13
_ROW = 40
"""Height of one bar of the lag chart with its headline."""
_LINE = 18
"""Height of one line of the key."""
_KEY_LENGTH = 22
"""Characters of a colour's name that leave room for another one beside it."""
_KEPT = 128
"""Charts remembered, at about 60 kB each with what they are drawn from: subscribers of
one window share them."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Tick:
    """One label under a time axis."""

    at: float
    """Hours after the chart's left edge."""
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One side's numbers over time."""

    label: str
    colour: str
    counts: tuple[int, ...]
    """For each step of time."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One story's lag."""

    headline: str
    colour: str
    minutes: int
    """At least 1."""
    label: str
    """The same in words."""


def warm_up() -> None:
    """Draw a dot. The first picture of a process takes 0.4 s longer than the next;
    whoever knows that one is coming can have that done beside other work."""
    timeline_png([Row("", _LIGHT["ink"], (1,))], 1, 1, ())


def timeline_png(
    rows: Sequence[Row], step_hours: int, hours: float, ticks: Sequence[Tick]
) -> bytes:
    """One row of bars a side, on one scale, over so many hours."""
    most = max(1, *(max(row.counts, default=0) for row in rows))
    panels = [_panel(row, step_hours, hours, most, ()) for row in rows[:-1]]
    panels.append(_panel(rows[-1], step_hours, hours, most, ticks))
    return _png(_spec({"vconcat": panels, "spacing": 14}))


def lag_png(bars: Sequence[Bar], ticks: Sequence[Tick], key: Sequence[Row]) -> bytes:
    """One bar a story, longer for a longer lag, on a logarithmic scale of minutes.

    ``ticks`` are in minutes; ``key`` names the colours.
    """
    longest = max(max(bar.minutes for bar in bars), *(tick.at for tick in ticks))
    values = [
        {"row": n, "from": 1, "to": max(b.minutes, 1.15), "end": b.minutes}
        | {"headline": b.headline, "colour": b.colour, "label": b.label}
        for n, b in enumerate(bars)
    ]
    x = {
        "type": "quantitative",
        "scale": {"type": "log", "domain": [1, longest], "range": [0, WIDTH - 90]},
        "axis": _axis(ticks),
    }
    y = {"field": "row", "type": "ordinal", "axis": None}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    plot = {
        "width": WIDTH,
        "height": _ROW * len(bars),
        "data": {"values": values},
        "encoding": {"y": y},
        "layer": [
            {
                "mark": {"type": "bar", "size": 9, "yOffset": 9},
                "encoding": {
                    "x": x | {"field": "from"},
                    "x2": {"field": "to"},
                    "color": colour,
                },
            },
            {
                "mark": _text(align="left", dy=9, dx=6),
                "encoding": {
                    "x": x | {"field": "to"},
                    "text": {"field": "label"},
                    "color": colour,
                },
            },
            {
                "mark": _text(align="left", dy=-8, color=_LIGHT["ink"], limit=WIDTH),
                "encoding": {"x": {"value": 0}, "text": {"field": "headline"}},
            },
        ],
    }
    return _png(_spec({"vconcat": [_key(key), plot], "spacing": 6}))


def _panel(
    row: Row, step: int, hours: float, most: int, ticks: Sequence[Tick]
) -> dict[str, Any]:
    gap = step * 0.08
    values = [
        {"from": n * step + gap, "to": min((n + 1) * step, hours) - gap, "n": count}
        for n, count in enumerate(row.counts)
    ]
    x = {
        "type": "quantitative",
        "field": "from",
        "scale": {"domain": [0, hours], "nice": False},
        "axis": _axis(ticks),
    }
    y = {
        "type": "quantitative",
        "field": "n",
        "scale": {"domain": [0, most], "nice": False},
        "axis": _axis(()) | {"values": [most], "labels": True, "domain": False},
    }
    title = {"text": row.label, "anchor": "start", "color": row.colour}
    return {
        "width": WIDTH - 30,
        "height": 62,
        "title": title | {"fontSize": _NORMAL, "offset": 5, "frame": "group"},
        "data": {"values": values},
        "mark": {"type": "bar", "color": row.colour},
        "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "y2": {"datum": 0}},
    }


def _key(rows: Sequence[Row]) -> dict[str, Any]:
    is_long = max(len(row.label) for row in rows) > _KEY_LENGTH
    columns = 1 if is_long else len(rows)
    values = [
        {"x": n % columns * WIDTH / columns, "y": n // columns * _LINE + _LINE / 2}
        | {"label": row.label, "colour": row.colour}
        for n, row in enumerate(rows)
    ]
    y = {"field": "y", "type": "quantitative", "scale": None, "axis": None}
    x = {"field": "x", "type": "quantitative", "scale": None, "axis": None}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    square = {"type": "square", "size": 90, "xOffset": 6, "opacity": 1, "filled": True}
    return {
        "width": WIDTH,
        "height": _LINE * -(-len(rows) // columns),
        "data": {"values": values},
        "encoding": {"x": x, "color": colour, "y": y},
        "layer": [
            {"mark": square},
            {
                "mark": _text(align="left", dx=18, fontWeight="bold"),
                "encoding": {"text": {"field": "label"}},
            },
        ],
    }


def _axis(ticks: Sequence[Tick]) -> dict[str, Any]:
    """The labels go by the tick's place: Vega's own know one language."""
    at = [tick.at for tick in ticks]
    # Labels of ours alone: an expression must hold nothing that a feed says.
    labels = json.dumps([tick.label for tick in ticks], ensure_ascii=False)
    named = f"{labels}[indexof({json.dumps(at)}, datum.value)]"
    return {
        "values": at,
        "title": None,
        "grid": False,
        "domainColor": _LIGHT["rule"],
        "tickColor": _LIGHT["rule"],
        "labels": bool(ticks),
        "labelColor": _LIGHT["muted"],
        "labelFontSize": _SMALL,
        "labelOverlap": "greedy",
    } | ({"labelExpr": named} if ticks else {})


def _text(**fields: object) -> dict[str, object]:
    return {"type": "text", "baseline": "middle", "fontSize": _NORMAL, **fields}


def _spec(plot: dict[str, Any]) -> str:
    """As text, by which a chart is remembered."""
    frame = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": _LIGHT["sheet"],
        "padding": 10,
        "config": {"font": _FONT, "view": {"stroke": None}},
    }
    return json.dumps(frame | plot, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=_KEPT)
def _png(spec: str) -> bytes:
    return _packed(vl_convert.vegalite_to_png(spec, scale=_SCALE))


def _packed(png: bytes) -> bytes:
    """The same picture in an eighth of the bytes: the library hardly compresses."""
    kinds = list(_chunks(png))
    pixels = zlib.decompress(b"".join(body for kind, body in kinds if kind == b"IDAT"))
    head = [chunk for chunk in kinds if chunk[0] == b"IHDR"]
    body = [*head, (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in body)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (size,) = unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
