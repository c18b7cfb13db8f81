"""How the log is written: as lines for a person, or as one JSON object a line.

Strangers' words are quoted in it, of feeds and of servers: no control character of
theirs gets out, and no line of theirs looks like one of ours. Nor does an address's
user name and password, wherever it comes from.
"""

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

from monitor.text import printable, without_login

LogFormat = Literal["text", "json"]

STEP: ContextVar[str] = ContextVar("step", default="")
"""Which step of the monitor is at work in this thread; empty for none."""

_CHATTY = (
    *("urllib3", "apscheduler", "tzlocal", "argostranslate", "asyncio"),
    "distributed",
)
# As config.mistakes leaves them out of what it quotes.


class Line(str):
    """A line for a person, with what it says as fields for programs."""

    __slots__ = ("fields",)
    fields: Mapping[str, object]

    def __new__(cls, text: str, **fields: object) -> "Line":
        """``fields`` are plain values; those that are None are left out."""
        line = super().__new__(cls, text)
        line.fields = {k: v for k, v in fields.items() if v is not None}
        return line


def log_to_stderr(level: int, log_format: LogFormat = "text") -> None:
    """Log what matters to whoever runs the monitor; libraries' lines look the same."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_json() if log_format == "json" else Plain())
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def in_force() -> LogFormat:
    """How this process logs, for one that it starts."""
    formatters = (handler.formatter for handler in logging.getLogger().handlers)
    return "json" if any(getattr(f, "is_json", False) for f in formatters) else "text"


def harmless(text: str) -> str:
    """One line that nobody's terminal obeys, without logins in addresses.

    >>> harmless("https://me:secret@diario.example/rss\\n2026-03-02 INFO all is well")
    'https://…@diario.example/rss 2026-03-02 INFO all is well'
    """
    return printable(without_login(text))


class Plain(logging.Formatter):
    """Lines for a person; those of a traceback are set in."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback's below it."""
        time = self.formatTime(record)
        lines = [f"{time} {record.levelname} {harmless(record.getMessage())}"]
        lines += [f"  {harmless(line)}" for line in _traceback(self, record)]
        return "\n".join(lines)


def _json() -> logging.Formatter:
    """One object a line; the library is loaded only where it is asked for."""
    from pythonjsonlogger.json import JsonFormatter

    class Json(JsonFormatter):
        is_json = True

        def add_fields(
            self,
            log_data: dict[str, Any],
            record: logging.LogRecord,
            message_dict: dict[str, Any],
        ) -> None:
            log_data.update(_fields(self, record))

    return Json()


def _fields(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, Any]:
    """Ours last: no field of a line takes the place of one that every line has."""
    line = record.msg
    fields: dict[str, Any] = {
        "time": _rfc_3339(record.created),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": harmless(record.getMessage()),
    }
    if step := STEP.get():
        fields["step"] = step
    more = line.fields if isinstance(line, Line) else getattr(record, "fields", {})
    fields |= {key: _value(more[key]) for key in more if key not in fields}
    if traceback := _traceback(formatter, record):
        fields["traceback"] = "\n".join(map(harmless, traceback))
    return fields


def _value(value: object) -> object:
    if isinstance(value, int | float | bool):
        return value
    return harmless(value.isoformat() if isinstance(value, datetime) else str(value))


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    found = []
    if record.exc_info:
        found.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        found.append(record.stack_info)
    # By every line break that a reader of the log may know, not by "\n" alone.
    return "\n".join(found).splitlines()


def _rfc_3339(seconds: float) -> str:
    """``2026-03-02T12:00:00.123Z``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
