"""Packages that come with the program stand between installed ones and Apertium."""

import sys
from pathlib import Path

import pytest

from monitor.translation import argos_embedded
from monitor.translation.argos_embedded import open_embedded
from monitor.translation.argos_packages import import_package
from monitor.translation.translator import FirstOf, engine_for
from monitor.verbs import compose, models

PACKAGES = Path(__file__).parent / "packages"
TINY = PACKAGES / "tiny_es_en.argosmodel"

pytestmark = pytest.mark.usefixtures("argos_home")


@pytest.fixture
def none_came(tmp_path, monkeypatch) -> Path:
    """An empty folder where packages of the program would lie."""
    folder = tmp_path / "models"
    monkeypatch.setattr(argos_embedded, "EMBEDDED_DIR", folder)
    return folder


@pytest.fixture
def embedded(none_came) -> Path:
    """The tiny package from Spanish, in that folder."""
    import_package(TINY, none_came)
    return none_came


def engines(translator: FirstOf) -> list[str]:
    return [engine.name for engine in translator.translators]


def test_where_none_has_come_nothing_is_different(none_came, capsys):
    assert engines(compose.open_translator("auto")) == ["argos", "apertium"]
    models.list_models(as_json=True)
    assert "embedded" not in capsys.readouterr().out


def test_one_that_has_come_stands_before_apertium(embedded):
    auto = compose.open_translator("auto")
    assert engines(auto) == ["argos", "embedded", "apertium"]
    chosen = engine_for(auto, "es", "en")
    assert chosen.name == "embedded"
    assert chosen.version.startswith("es-en 1.0 ")
    assert auto.translate(["agua"], "es", "en") == ["water"]
    auto.close()


def test_it_serves_its_direction_alone(embedded):
    auto = compose.open_translator("auto")
    other = engine_for(auto, "en", "es")
    assert other is None or other.name == "apertium"


def test_an_installed_package_stands_before_it(embedded, argos_home):
    import_package(TINY)
    auto = compose.open_translator("auto")
    assert engine_for(auto, "es", "en").name == "argos"


def test_the_list_of_models_tells_them_apart_in_the_order_of_auto(embedded, capsys):
    import_package(TINY)
    models.list_models(as_json=True)
    told = capsys.readouterr().out
    places = [told.find(f'"engine": "{name}"') for name in ("argos", "embedded")]
    assert 0 <= places[0] < places[1]
    assert str(embedded) in told


def test_a_fault_in_one_is_told_by_its_name(embedded):
    (embedded / "translate-es_en" / "model" / "model.bin").write_bytes(b"no model")
    engine = open_embedded()
    with pytest.raises(Exception, match="cannot be loaded") as told:
        engine.translate(["agua"], "es", "en")
    assert str(embedded) in str(told.value)
    with pytest.raises(Exception, match="^embedded: no package from en to es"):
        engine.translate(["water"], "en", "es")


def test_to_look_for_them_loads_no_library(none_came, monkeypatch):
    monkeypatch.setitem(sys.modules, "argostranslate", None)  # an import would fail
    assert open_embedded() is None
