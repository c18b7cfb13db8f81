"""``monitor translate``: what a person reads."""

from threading import Event

import pytest
from engines import Shouter
from typer.testing import CliRunner

from builders import item, show
from monitor.cli import app
from monitor.pipeline import Plan
from monitor.store.database import Store
from monitor.translation.translator import NoTranslator
from monitor.verbs import compose
from monitor.verbs.steps import translate_pending

FEEDS_YAML = """\
contact: desk@example.org
feeds:
  - url: https://gaceta.example/feed.xml
    outlet: Gaceta
    country: MX
    language: es
    kind: national
    owner: Gaceta
    tz: America/Mexico_City
"""
NOTHING = "translate: nothing is due\n"


@pytest.fixture
def translate(tmp_path, monkeypatch):
    """The command in a folder of its own, by an engine; its stdout."""
    (tmp_path / "feeds.yaml").write_text(FEEDS_YAML)

    def run(engine, *words: str) -> str:
        monkeypatch.setattr(compose, "open_translator", lambda name, own: engine)
        flags = [f"--config={tmp_path}/feeds.yaml", f"--db={tmp_path}/monitor.db"]
        done = CliRunner().invoke(app, [*flags, "translate", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_nothing_to_do_is_one_line(translate, tmp_path):
    assert translate(Shouter()) == NOTHING
    with Store(tmp_path / "monitor.db") as store:
        show(store, [item(language="es", published=compose.now())], compose.now())
    assert translate(Shouter()).startswith("translate: 1 headlines into en")
    assert translate(Shouter()) == NOTHING
    assert translate(Shouter(), "--again") == NOTHING
    assert translate(Shouter(version="2")) == NOTHING
    assert NOTHING not in translate(Shouter(version="2"), "--again")


def test_without_an_engine_nothing_is_said_to_be_done(translate):
    assert NOTHING not in translate(NoTranslator())


def test_a_long_run_does_not_say_so_every_minute(store):
    said: list[str] = []
    when = compose.now()
    translate_pending(store, Shouter(), Plan(("en",)), when, said.append, Event())
    assert said == []
