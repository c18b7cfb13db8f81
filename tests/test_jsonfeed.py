import json
from typing import Any

import pytest

from monitor.errors import ParseError
from monitor.feeds.jsonfeed import read_json

URL = "https://diario.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def _feed(*items: Any, **more: Any) -> str:
    return json.dumps({"version": VERSION, "title": "C", "items": items, **more})


def test_an_item_keeps_what_we_read_of_it() -> None:
    [raw] = read_json(
        URL,
        _feed(
            {
                "id": "7",
                "url": "https://diario.example/7",
                "external_url": "https://otro.example/7",
                "title": " T ",
                "content_html": "<p>Todo</p>",
                "summary": "Poco",
                "date_published": "2026-03-02T05:00:00-06:00",
                "date_modified": "2026-03-02T06:00:00-06:00",
                "language": "en",
                "authors": [{"name": "N"}],
                "attachments": [{"url": "https://diario.example/7.mp3"}],
            },
            language="es-MX",
            next_url="https://diario.example/2.json",
        ),
    )
    assert (raw.title, raw.guid, raw.link) == ("T", "7", "https://diario.example/7")
    assert raw.summaries == ("Poco", "<p>Todo</p>")
    assert [date[11:13] for date in raw.dates] == ["05", "06"]
    assert raw.language == "en"


@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        ({"external_url": "https://otro.example/7"}, "link", "https://otro.example/7"),
        ({"id": 7}, "guid", "7"),
        ({"id": "https://diario.example/7"}, "link", "https://diario.example/7"),
        ({"content_text": "a"}, "summaries", ("a",)),
        ({"title": ["a"], "url": {"a": 1}}, "title", ""),
        ({"title": None}, "title", ""),
    ],
)
def test_what_is_missing_or_of_another_type_is_made_good(
    item: dict[str, Any], field: str, expected: object
) -> None:
    [raw] = read_json(URL, _feed(item))
    assert getattr(raw, field) == expected


def test_what_is_no_item_is_left_out() -> None:
    assert read_json(URL, _feed(None, "a", 1, [], {"title": "T"}))[0].title == "T"


def test_the_last_of_two_equal_keys_counts() -> None:
    text = f'{{"version": "{VERSION}", "items": [{{"title": "A", "title": "B"}}]}}'
    assert [raw.title for raw in read_json(URL, text)] == ["B"]


def test_a_number_of_any_length_is_read() -> None:
    huge = "9" * 100_000
    text = f'{{"version": "{VERSION}", "items": [{{"id": {huge}, "x": 1e999999}}]}}'
    assert [raw.guid for raw in read_json(URL, text)] == [huge]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"version":\n x}', "is malformed JSON"),
        (f'{{"version": "{VERSION}", "items": [', "is malformed JSON"),
        ('{"a":' * 100_000, "is JSON nested too deeply to read"),
        ('{"items": []}', "is JSON, but not a JSON Feed"),
        (f'{{"version": "{VERSION}"}}', "is JSON, but not a JSON Feed"),
        (f'{{"version": "{VERSION}", "items": {{}}}}', "is JSON, but not a JSON Feed"),
        ('{"version": 1, "items": []}', "is JSON, but not a JSON Feed"),
    ],
)
def test_what_is_no_json_feed_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_json(URL, text)
    assert caught.value.reason.startswith(reason)
