import io
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime

import pytest

from monitor.terminal import downloading, facts, progress, show, show_json, watched

UNTRUSTED = "red\x1b[31m bell\x07 csi\x9b5m line\nbidi\u202e end"
HARMLESS = "red [31m bell  csi 5m line bidi  end"


class Screen(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_screen(monkeypatch):
    """What ``show`` puts on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")

    def shown(rows, columns) -> str:
        with redirect_stdout(Screen()) as screen:
            show(rows, columns)
        return screen.getvalue()

    return shown


# --- tables --------------------------------------------------------------------


def test_rows_are_plain_lines_below_their_columns_where_stdout_is_no_terminal(capsys):
    show([{"a": "x" * 300, "b": None}, {"a": 0.12345}], ("a", "b"))
    assert capsys.readouterr().out == f"a\tb\n{'x' * 300}\t-\n0.123\t-\n"


def test_a_terminal_gets_a_table_with_a_header(on_screen):
    table = on_screen([{"outlet": "Diario Anáhuac", "items": 3}], ("outlet", "items"))
    header, row = re.sub("\x1b\\[[0-9;]*m", "", table).splitlines()
    assert header.split() == ["outlet", "items"]
    assert row.split() == ["Diario", "Anáhuac", "3"]


@pytest.mark.parametrize(
    "title", ["[bold]not markup[/bold]", r"\[red]", "[/]", ":flag_mx: :smile:"]
)
def test_a_title_is_never_read_as_markup(on_screen, title):
    assert title in on_screen([{"title": title}], ("title",))


def test_no_control_character_of_a_feed_reaches_a_table(on_screen):
    table = on_screen([{"title": UNTRUSTED}], ("title",))
    assert HARMLESS in table
    assert not set("\x07\x9b\u202e") & set(table)


def test_no_control_character_of_a_feed_reaches_plain_lines(capsys):
    show([{"title": UNTRUSTED}], ("title",))
    assert capsys.readouterr().out == f"title\n{HARMLESS}\n"


# --- facts and JSON --------------------------------------------------------------


def test_facts_are_aligned_below_their_title(capsys):
    facts("Database", [("items", 3), ("outlets", None)])
    assert capsys.readouterr().out == "Database\n  items    3\n  outlets  -\n"


def test_facts_may_be_empty(capsys):
    facts("Nothing", [])
    assert capsys.readouterr().out == "Nothing\n"


def test_no_control_character_reaches_the_facts_or_their_title(capsys):
    facts(UNTRUSTED, [("a", UNTRUSTED)])
    assert capsys.readouterr().out == f"{HARMLESS}\n  a  {HARMLESS}\n"


def test_json_is_readable_by_programs_and_people(capsys):
    show_json({"título": "¿Qué?", "at": datetime(2026, 3, 2, tzinfo=UTC), "n": None})
    out = capsys.readouterr().out
    assert "¿Qué?" in out
    assert json.loads(out) == {
        "título": "¿Qué?",
        "at": "2026-03-02 00:00:00+00:00",
        "n": None,
    }


# --- progress --------------------------------------------------------------------


def test_watched_gives_every_unit_in_order_and_stays_silent_unwatched(capsys):
    assert list(watched("polling", iter("abc"), 3)) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_watched_closes_its_bar_when_left_early(capsys):
    units = watched("polling", range(9), 9)
    assert next(units) == 0
    units.close()
    with progress("another", 1):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_download_is_silent_unwatched(capsys):
    with downloading("es-en") as tell:
        tell(1000, None)
        tell(2000, 2000)
    assert capsys.readouterr() == ("", "")


def test_a_download_has_a_bar_on_a_terminal():
    code = (
        "from monitor.terminal import downloading\n"
        "with downloading('[/]es-en') as tell: tell(1_000_000, 2_000_000)"
    )
    master, slave = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-c", code],
            stderr=slave,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
            check=True,
        )
        on_terminal = os.read(master, 100_000).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert "[/]es-en" in on_terminal
    assert "1.0/2.0 MB" in on_terminal


def test_lines_reach_a_file_while_the_bar_is_on_a_terminal():
    """As in ``monitor poll > poll.txt``: rich would send them to the terminal."""
    code = (
        "from monitor.terminal import watched\n"
        "for n in watched('polling', range(3), 3): print('line', n)"
    )
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=slave,
            env=os.environ | {"TERM": "xterm"},
            check=True,
            text=True,
        )
        on_terminal = os.read(master, 100_000).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert done.stdout == "line 0\nline 1\nline 2\n"
    assert "polling" in on_terminal
    assert "line" not in on_terminal
