"""The log: a line for a person or an object for a program, and no line of a stranger's."""

import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import feed
from monitor.errors import FetchError
from monitor.logs import STEP, Line, Plain, _json, harmless, in_force
from monitor.polling import PollResult
from monitor.verbs.steps import _poll_line

ROOT = Path(__file__).parent.parent
TEXT, JSON = Plain(), _json()
FORGED = "agua\n2026-03-02 12:00:00,000 INFO all is well\x1b[2J\u2028{}\r\x85x"


def record(message: object, *args: object, level: int = logging.INFO, **more):
    made = logging.LogRecord("monitor", level, "x.py", 1, message, args, None)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def raised(error: Exception):
    try:
        raise error
    except Exception:
        return sys.exc_info()


def told(*args: object, **more) -> dict[str, object]:
    line = JSON.format(record(*args, **more))
    assert len(line.splitlines()) == 1
    return json.loads(line)


def test_json_has_time_level_logger_message_and_the_lines_fields():
    line = Line("poll: Diario: 2 new of 3", outlet="Diario", new=2, items=3, error=None)
    made = record(line)
    made.created = datetime(2026, 3, 2, 12, 0, 0, 123_000, UTC).timestamp()
    assert json.loads(JSON.format(made)) == {
        "time": "2026-03-02T12:00:00.123Z",
        "level": "info",
        "logger": "monitor",
        "message": "poll: Diario: 2 new of 3",
        "outlet": "Diario",
        "new": 2,
        "items": 3,
    }


def test_json_names_the_step_at_work():
    token = STEP.set("translate")
    try:
        assert told("translate: %s", "down", level=logging.ERROR)["step"] == "translate"
    finally:
        STEP.reset(token)
    assert "step" not in told("run: stopped")


def test_no_field_takes_the_place_of_one_that_every_line_has():
    line = Line("true", message="false", level="none", time="never")
    assert (told(line)["message"], told(line)["level"]) == ("true", "info")


def test_a_traceback_is_a_field_of_json_and_set_in_as_text():
    failed = record("tick stopped", exc_info=raised(ZeroDivisionError("a bug")))
    found = json.loads(JSON.format(failed))
    assert found["traceback"].startswith("Traceback (most recent call last):\n")
    assert found["traceback"].endswith("ZeroDivisionError: a bug")
    first, *rest = TEXT.format(failed).splitlines()
    assert re.fullmatch(r"\S+ \S+ INFO tick stopped", first)
    assert rest[-1] == "  ZeroDivisionError: a bug"


def test_a_feeds_words_forge_no_line_and_obey_no_terminal():
    url = "https://a.example/"
    line = _poll_line(PollResult(feed(url=url), error=_Loud(url, "x")), FORGED)
    for made in (record(line), record("%s", FORGED)):
        text = TEXT.format(made)
        assert len(text.splitlines()) == 1
        assert "\x1b" not in text
        found = json.loads(JSON.format(made))
        assert all(str(value).isprintable() for value in found.values())
    failed = record("stopped", exc_info=raised(ValueError(FORGED)))
    lines = TEXT.format(failed).splitlines()
    assert all(line.startswith("  ") and line.isprintable() for line in lines[1:])


class _Loud(FetchError):
    """One whose reason was not made harmless where it was raised."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.reason = FORGED


@given(st.text())
def test_whatever_is_logged_is_one_line_and_one_object(text):
    made = record(Line(text, error=text))
    assert TEXT.format(made).isprintable()
    found = json.loads(JSON.format(made))
    assert found["message"].isprintable()
    assert found["error"].isprintable()


@pytest.mark.parametrize(
    "address",
    ["https://me:secret@a.example/rss", "smtp://:secret@h", "http://secret@h/"],
)
def test_no_login_of_an_address_is_logged(address):
    assert "secret" not in harmless(f"GET {address} failed")
    failed = record(
        Line(f"poll: {address}", feed=address), exc_info=raised(OSError(address))
    )
    assert "secret" not in TEXT.format(failed)
    assert "secret" not in JSON.format(failed)
    assert "a.example" in harmless("https://me:secret@a.example/rss")


# --- as the command has it --------------------------------------------------------


SAY = """
import logging, sys
from monitor import cli
from monitor.logs import in_force
@cli.app.command()
def say() -> None:
    "Log."
    import uvicorn
    logging.getLogger("uvicorn.error").warning("a library's %s", "line")
    logging.getLogger("apscheduler").warning("another's")
    print(in_force())
sys.argv = ["monitor", *sys.argv[1:], "say"]
cli.main()
"""


def said(*words: str, **environ: str) -> tuple[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SAY, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.splitlines()


def test_libraries_log_in_the_form_that_the_flag_names():
    form, lines = said("--log-format", "json")
    assert form == "json"
    assert [json.loads(line)["logger"] for line in lines] == [
        "uvicorn.error",
        "apscheduler",
    ]


def test_the_environment_names_the_form_and_the_flag_goes_before_it():
    form, lines = said(MONITOR_LOG_FORMAT="json")
    assert (form, json.loads(lines[0])["level"]) == ("json", "warning")
    form, lines = said("--log-format", "text", MONITOR_LOG_FORMAT="json")
    assert (form, lines[0].endswith("WARNING a library's line")) == ("text", True)


def test_a_form_that_there_is_not_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "check"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "MONITOR_LOG_FORMAT": "xml"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "'xml' is not one of 'text', 'json'" in done.stderr


def test_without_a_handler_of_ours_the_form_is_text():
    assert in_force() == "text"
