"""
feeds.yaml: a text is a Config, or a ConfigError that names the file, mostly the line,
and repeats no password; what is a Config takes another feed, and nothing else changes.
"""

import re
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from builders import feed
from fuzz.driver import bounded
from monitor.config.edit import add_feeds
from monitor.config.mistakes import MistakesError
from monitor.config.read import check as read
from monitor.config.settings import Config
from monitor.errors import ConfigError

MAX_LENGTH = 4_096
WORDS = (
    *("feeds:", "contact:", "poll:", "digest:", "watchlists:", "subscribers:", "- "),
    *("alerts:", "web:", "bridge:", "themes:", "framing:", "name:", "terms:", "query:"),
    *("url: https://me:pa55@a.example/f", "mail:", "host:", "password:", "owner:"),
    *("&a ", "*a", "<<: *a", "!!int ", "!!binary ", "!!set ", "!!omap ", "? ", "|\n"),
    *("%YAML 1.1\n---\n", "---\n", "...\n", "1:1:1", "0o7", "0x", ".inf", ".nan", "~"),
    *("2026-02-30", "24:00", "[", "]", "{", "}", "'", '"', "#", "\n  ", "\t", "\ufeff"),
    *("America/Tijuana", "es", "MX", "national", "true", "null", "9" * 400, "(", "*"),
)
_PLACE = re.compile(r"feeds\.yaml(:\d+)?: ")
_PASSWORD = "pa55"  # in seeds and words it stands in addresses alone


def seeds() -> list[bytes]:
    """A few feeds of our own file, and one with every section in a few lines."""
    ours = Path(__file__).parents[2].joinpath("feeds.yaml").read_text("utf-8")
    _, members = ours.split("\nfeeds:\n", 1)
    whole = members[: members.index("\n  - ", 2000) + 1]
    return [f"contact: a@b.example\nfeeds:\n{whole}".encode(), _SMALL.encode()]


_SMALL = """\
contact: desk@example.org
poll: {interval_minutes: 30, workers: 4}
translation: {engine: none}
watchlists:
  - {name: Water, terms: [CILA, Río Bravo]}
  - {name: Steel, query: (steel OR acero) AND NOT dumping}
digest:
  mail: {host: mail.example, port: 587, sender: desk@example.org}
  subscribers:
    - {name: dana, address: dana@example.org, tz: America/Tijuana}
alerts:
  - {name: Desk, on: [crossing], to: DESK_CHANNELS, quiet_hours: {from: "22:00", to: "06:00",
     tz: America/Tijuana}}
bridge:
  - {en: water, es: agua, kind: word}
themes:
  - {name: dams, en: Dams, es: Presas, terms: {en: [dam], es: [presa]}}
feeds:
  - outlet: The Potomac Ledger
    country: US
    language: en
    url: https://potomac.example/rss
    kind: national
    owner: Potomac
    tz: America/New_York
  - {outlet: Diario, country: MX, language: es, url: "https://d.example/f",
     kind: border, owner: D, tz: America/Tijuana, id_pattern: '/(\\d+)'}
"""


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many feeds a file has; AssertionError if a promise is broken."""
    with suppress(UnicodeDecodeError):
        text = data.decode()
        with bounded(data, 5 * allowance):
            made = _read(text)
        if isinstance(made, Config):
            _check_edit(text, made)
            return len(made.feeds)
    return 0


def _read(text: str) -> Config | None:
    try:
        return read(Path("feeds.yaml"), text)
    except MistakesError as error:
        told = error.mistakes
        assert all(re.match(r"feeds\.yaml:\d+: ", line) for line in told), told
    except ConfigError as error:
        told = (str(error),)
        assert _PLACE.match(told[0]), told
    for line in told:
        assert len(line.splitlines()) == 1, f"several lines: {line!r}"
        assert f":{_PASSWORD}@" not in line, f"tells a password: {line!r}"
    return None


def _check_edit(text: str, before: Config) -> None:
    """A feed is added, and nothing else; or the file is as it was."""
    new = feed("Nuevo Faro", "MX", url="https://nuevo.example/rss")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "feeds.yaml")
        path.write_bytes(text.encode())
        try:
            add_feeds(path, [new])
        except ConfigError:
            assert path.read_bytes() == text.encode(), "changed, and refused"
            return
        after = read(path, path.read_bytes().decode())
    assert set(after.feeds) == {*before.feeds, new}
    assert replace(after, feeds=()) == replace(before, feeds=()), "changes more"
