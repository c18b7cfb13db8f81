"""
Files of corrections: a text is corrections that a database can hold, or a ConfigError
that names file and line; what was read, written again, reads as the same.
"""

from contextlib import suppress

from builders import NOW
from fuzz.driver import bounded
from monitor.change import LoggedCorrection
from monitor.errors import ConfigError
from monitor.stories.corrections_file import (
    Stated,
    read_corrections,
    write_corrections,
)

MAX_LENGTH = 4_096
WORDS = (
    *('{"verb": "', 'merge"', 'split"', 'move"', 'undo"', ', "together": ['),
    *(
        '{"id": "a"}',
        ', "apart": [[',
        "], [",
        ', "made": "',
        "2026-03-02T06:00:00-06:00",
    ),
    *(', "by": "', ', "reason": "', "\\ud83d", "\\u0000", "9999-12-31T23:59:59-12:00"),
    *("0001-01-01", "null", "true", "NaN", "1e999", "9" * 400, "[" * 50, "}", "\u2028"),
)


def seeds() -> list[bytes]:
    """Two lines."""
    first = '{"verb": "merge", "together": [{"id": "a"}, {"id": "b"}], "reason": "x"}'
    second = (
        '{"verb": "split", "apart": [[{"id": "a"}], [{"id": "b", "title": "T"}]],'
        ' "made": "2026-03-02T06:00:00-06:00", "by": "ana", "together": []}'
    )
    return [f"{first}\n\n{second}\r\n".encode()]


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many corrections a file has; AssertionError if a promise is broken."""
    with suppress(UnicodeDecodeError):
        text = data.decode()
        try:
            with bounded(data, allowance):
                stated = read_corrections(text, "said.jsonl")
        except ConfigError as error:
            assert str(error).startswith("said.jsonl:"), error
            assert str(error).split(":")[1].isdigit(), error
            return 0
        for one in stated:
            _check_one(one)
        _check_again(stated)
        return len(stated)
    return 0


def _check_one(stated: Stated) -> None:
    said = stated.correction
    assert len(said.together) > 1 or all(said.apart), "about no two items"
    for text in (said.reason, *said.together, *said.apart[0], *said.apart[1]):
        text.encode()  # what no database can hold breaks here
    assert stated.by is None or stated.by.name.isprintable()


def _check_again(stated: list[Stated]) -> None:
    logged = [
        LoggedCorrection(n, one.made or NOW, one.correction, by=one.by)
        for n, one in enumerate(stated, 1)
    ]
    again = read_corrections(write_corrections(logged, {}), "again.jsonl")
    assert [(a.correction, a.made, a.by) for a in again] == [
        (one.correction, one.made or NOW, one.by) for one in stated
    ]
