"""``monitor digest``: what it writes and what it shows, from a real database."""

import json
import re
import stat
import sys
from email import message_from_bytes
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from builders import NOW, assignment, item, show
from monitor.cli import app
from monitor.errors import ConfigError
from monitor.store.database import Store

CONFIG = """\
contact: desk@example.org
digest:
  subscribers:
    - {name: Mesa Norte, address: mesa@example.org, tz: America/New_York, language: es}
feeds:
  - url: https://hudson.example/rss
    outlet: Hudson Dispatch
    country: US
    language: en
    kind: national
    owner: Hudson
    tz: America/New_York
"""


@pytest.fixture
def desk(tmp_path):
    """Runs the monitor over a database with one item of the day."""
    (tmp_path / "feeds.yaml").write_text(CONFIG, encoding="utf-8")
    with Store(tmp_path / "m.db") as kept:
        show(kept, [item("Snow closes schools", minutes=-60)])
        of = item("Snow closes schools", minutes=-60)
        kept.stories.assign([assignment(of)])

    def run(*words: object):
        paths = ["--config", tmp_path / "feeds.yaml", "--db", tmp_path / "m.db"]
        return CliRunner().invoke(app, [str(w) for w in (*paths, "digest", *words)])

    return run


def test_out_writes_an_edition_in_five_forms(desk, tmp_path):
    done = desk("--date", f"{NOW:%Y-%m-%d}", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    written = {p.suffix: p for p in (tmp_path / "out").iterdir()}
    assert set(written) == {".html", ".txt", ".eml", ".json", ".atom"}
    assert {p.stem for p in written.values()} == {"2026-03-02-mesa-norte"}
    assert [Path(line) for line in done.output.split()] == list(
        map(written.get, (".html", ".txt", ".eml", ".json", ".atom"))
    )
    [told] = json.loads(written[".json"].read_text(encoding="utf-8"))["stories"]
    assert told["headline"]["en"] == "Snow closes schools"
    html = written[".html"].read_text(encoding="utf-8")
    assert "data:image/png;base64," in html
    assert "cid:" not in html


@pytest.fixture
def browser(tmp_path, monkeypatch) -> Path:
    """A browser that writes down which address it was sent to."""
    log, command = tmp_path / "opened", tmp_path / "browser"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(log)!r}, 'w').write(sys.argv[1])\n"
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{command} %s")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("webbrowser._tryorder", None)
    return log


def test_preview_opens_the_edition_with_its_charts(desk, browser, tmp_path):
    done = desk("--date", f"{NOW:%Y-%m-%d}", "--preview")
    assert done.exit_code == 0, done.output
    path = Path(done.output.strip())
    assert path.parent == tmp_path
    assert re.fullmatch(r"monitor-2026-03-02-mesa-norte-\w+\.html", path.name)
    assert browser.read_text() == path.as_uri()
    html = path.read_text(encoding="utf-8")
    assert "Snow closes schools" in html
    assert "data:image/png;base64," in html


@pytest.mark.parametrize("other", [("--send",), ("--out", "x")])
def test_preview_goes_with_nothing_else(desk, other):
    done = desk("--preview", *other)
    assert done.exit_code == 2
    assert "--preview" in done.output


def test_readers_with_names_alike_get_files_of_their_own(desk, tmp_path):
    names = ("Ana López", "ana-lopez", "ANA LOPEZ!", "Ana Lopez 2", "日", "✉", "☎")
    readers = [
        {"name": name, "address": f"{n}@desk.example", "tz": "America/Tijuana"}
        for n, name in enumerate(names)
    ]
    config = yaml.safe_load(CONFIG) | {"digest": {"subscribers": readers}}
    (tmp_path / "feeds.yaml").write_text(json.dumps(config), encoding="utf-8")
    done = desk("--date", f"{NOW:%Y-%m-%d}", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    mails = [p.read_bytes() for p in (tmp_path / "out").glob("*.eml")]
    to = {message_from_bytes(mail)["To"] for mail in mails}
    assert to == {reader["address"] for reader in readers}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_off_the_calendar_is_told(desk, day):
    failed = desk("--date", day)
    assert isinstance(failed.exception, ConfigError)
    assert "a day of our times" in str(failed.exception)


def test_without_a_mail_server_nothing_is_kept_to_be_sent(desk, tmp_path):
    failed = desk("--send", "--date", "2026-03-01")
    assert isinstance(failed.exception, ConfigError)
    with Store(tmp_path / "m.db") as kept:
        assert kept.outbox.open() == []


def test_an_unknown_subscriber_is_named(desk):
    done = desk("--preview", "--subscriber", "Nadie")
    assert done.exit_code != 0
    assert isinstance(done.exception, ConfigError | SystemExit)
