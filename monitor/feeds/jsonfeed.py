"""JSON Feed, versions 1 and 1.1, to raw items: https://www.jsonfeed.org/version/1.1/"""

import json
from typing import Any

from monitor.errors import ParseError
from monitor.feeds.encoding import drop_controls
from monitor.feeds.raw import Raw
from monitor.text import squeeze

_VERSION = "jsonfeed.org/version/1"


def looks_like_json(text: str) -> bool:
    """Whether a document can be JSON and nothing else."""
    return text.startswith("{")


def read_json(url: str, text: str) -> list[Raw]:
    """The items of a JSON Feed in its order; what is no item is left out.

    ``url`` names the feed in errors. Raises ParseError if the text is no JSON Feed.
    """
    try:
        # Ids are numbers in some feeds: as text they are never too long to read.
        found = json.loads(text, parse_int=str, parse_float=str, strict=False)
    except json.JSONDecodeError as exc:
        raise ParseError(url, "is malformed JSON") from exc
    except RecursionError as exc:
        raise ParseError(url, "is JSON nested too deeply to read") from exc
    items = found.get("items")
    if _VERSION not in _text(found, "version") or not isinstance(items, list):
        raise ParseError(url, "is JSON, but not a JSON Feed")
    return [_raw(item) for item in items if isinstance(item, dict)]


def _raw(item: dict[str, Any]) -> Raw:
    summaries = (_text(item, k) for k in ("summary", "content_html", "content_text"))
    dates = (_line(item, key) for key in ("date_published", "date_modified"))
    return Raw(
        title=_text(item, "title"),
        summaries=tuple(filter(None, summaries)),
        # external_url is where a link blog points; the item itself is at url.
        link=_line(item, "url") or _line(item, "external_url") or _address(item),
        guid=_line(item, "id"),
        dates=tuple(filter(None, dates)),
        language=_text(item, "language"),
    )


def _address(item: dict[str, Any]) -> str:
    """Its id, where that is a link."""
    guid = _line(item, "id")
    return guid if guid.lower().startswith("http") else ""


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return drop_controls(value).strip() if isinstance(value, str) else ""


def _line(values: dict[str, Any], key: str) -> str:
    return squeeze(_text(values, key))
