"""What feeds.yaml says of alerts."""

from datetime import time, timedelta

import pytest

from monitor.config.mistakes import MistakesError
from monitor.config.read import read_config
from monitor.config.schema import known_keys
from monitor.readers import ALERT_KINDS, Alert, QuietHours

FEEDS = """\
contact: desk@example.org
watchlists:
  - {name: Water, terms: [CILA]}
feeds:
  - {url: "https://ledger.example/rss", outlet: The Ledger, country: US, language: en,
     kind: national, owner: Ledger Group, tz: America/New_York}
"""
GOOD = """\
alerts:
  - name: Desk
    on: [watchlist, crossing, jump, blind-spot, quiet]
    to: DESK_CHANNELS
    watchlists: [Water]
    themes: [border]
    language: es
    cooldown_minutes: 90
    quiet_hours: {from: "22:00", to: "07:00", tz: America/Tijuana}
  - name: Program
    on: [crossing]
    webhook: http://127.0.0.1:9000/hook
    secret: HOOK_SECRET
    local: true
"""


@pytest.fixture
def read(tmp_path):
    """Reads what stands below the feeds."""
    path = tmp_path / "feeds.yaml"

    def reader(text: str):
        path.write_text(FEEDS + text, encoding="utf-8")
        return read_config(path, {}).alerts

    return reader


@pytest.fixture
def mistakes(read):
    def found(text: str) -> list[str]:
        with pytest.raises(MistakesError) as caught:
            read(text)
        return [line.partition("feeds.yaml:")[2] for line in caught.value.mistakes]

    return found


def test_every_setting_arrives(read):
    night = QuietHours(time(22), time(7), "America/Tijuana")
    assert read(GOOD) == (
        Alert(
            name="Desk",
            on=ALERT_KINDS,
            to="DESK_CHANNELS",
            watchlists=("Water",),
            themes=("border",),
            language="es",
            cooldown=timedelta(minutes=90),
            quiet_hours=night,
        ),
        Alert(
            name="Program",
            on=("crossing",),
            webhook="http://127.0.0.1:9000/hook",
            secret="HOOK_SECRET",
            local=True,
        ),
    )


def test_what_is_left_out_has_defaults(read):
    assert read("") == ()
    [desk] = read("alerts: [{name: Desk, on: [quiet], to: DESK}]\n")
    assert desk == Alert("Desk", ("quiet",), "DESK")
    assert desk.languages == ("en", "es")


def test_every_key_is_in_the_right_file():
    keys = {key.rpartition(".")[2] for key in known_keys() if key.startswith("alerts")}
    assert [key for key in keys if f"{key}:" not in GOOD] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "to: DESK_CHANNELS",
            "to: slack://T0KEN/x",
            "10: alerts[0].to: expected the name of an environment variable such as DESK_CHANNELS: secrets stay out of this file",
        ),
        (
            "to: DESK_CHANNELS",
            "to: [slack://T0KEN/x]",
            "10: alerts[0].to: expected the name of an environment variable such as DESK_CHANNELS: secrets stay out of this file",
        ),
        (
            "secret: HOOK_SECRET",
            "secret: T0KEN!",
            "19: alerts[1].secret: expected the name of an environment variable such as DESK_CHANNELS: secrets stay out of this file",
        ),
        (
            "    to: DESK_CHANNELS\n",
            "",
            "8: alerts[0].name: goes nowhere; give it to or webhook",
        ),
        (
            "to: DESK_CHANNELS",
            "to: DESK_CHANNELS\n    webhook: https://x.example/\n    secret: S",
            "11: alerts[0].webhook: an alert has one of to and webhook; remove one",
        ),
        (
            "to: DESK_CHANNELS",
            "to: DESK_CHANNELS\n    secret: S",
            "11: alerts[0].secret: signs webhooks alone; remove it",
        ),
        (
            "to: DESK_CHANNELS",
            "to: DESK_CHANNELS\n    local: true",
            "11: alerts[0].local: is about webhooks alone; remove it",
        ),
        (
            "    secret: HOOK_SECRET\n",
            "",
            "18: alerts[1].webhook: secret is missing: the name of the variable to sign with",
        ),
        (
            "    local: true\n",
            "",
            "18: alerts[1].webhook: expected an https address; local: true allows http in your own network",
        ),
        (
            "[Water]",
            "[Watre]",
            "11: alerts[0].watchlists[0]: no watch-list is named 'Watre'; did you mean 'Water'?",
        ),
        (
            "name: Program",
            "name: Desk",
            "16: alerts[1].name: Desk is already on line 8; remove one",
        ),
        (
            'to: "07:00"',
            'to: "22:00"',
            "15: alerts[0].quiet_hours: from and to are the same; leave quiet_hours out",
        ),
        (
            'from: "22:00"',
            'form: "22:00"',
            "15: alerts[0].quiet_hours.form: unknown key; did you mean 'from'?",
        ),
        (
            "cooldown_minutes: 90",
            "cooldown_minutes: -1",
            "14: alerts[0].cooldown_minutes: expected greater than or equal to 0, found -1",
        ),
    ],
)
def test_a_mistake_names_its_place_and_a_remedy(mistakes, old, new, expected):
    assert GOOD.count(old) == 1
    assert mistakes(GOOD.replace(old, new)) == [expected]


def test_an_alert_on_watch_lists_needs_one(mistakes, read, tmp_path):
    bare = FEEDS.replace("watchlists:\n  - {name: Water, terms: [CILA]}\n", "")
    path = tmp_path / "feeds.yaml"
    path.write_text(bare + "alerts: [{name: D, on: [watchlist], to: D}]\n")
    with pytest.raises(MistakesError, match="there is no watch-list to tell of"):
        read_config(path, {})
