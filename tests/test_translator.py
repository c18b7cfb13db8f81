import pytest
from engines import Shouter

from monitor.errors import TranslationError
from monitor.translation.translator import (
    FirstOf,
    NoTranslator,
    engine_for,
    engines_for,
)


def test_a_choice_supports_what_any_engine_does():
    auto = FirstOf([NoTranslator(), Shouter(pairs=(("es", "en"),))])
    assert auto.supports("es", "en")
    assert not auto.supports("en", "es")
    assert auto.translate(["agua"], "es", "en") == ["AGUA"]


def test_a_choice_of_engines_that_cannot_says_which_it_tried():
    auto = FirstOf([NoTranslator(), Shouter(pairs=())])
    with pytest.raises(TranslationError, match=r"es to en \(tried none, shouter\)"):
        auto.translate(["agua"], "es", "en")


def test_a_choice_is_called_auto_and_its_version_names_every_engine():
    auto = FirstOf([Shouter("a", "1"), Shouter("b", "2")])
    assert (auto.name, auto.version) == ("auto", "a 1; b 2")


def test_a_choice_closes_every_engine():
    engines = [Shouter("a"), Shouter("b")]
    FirstOf(engines).close()
    assert [engine.is_closed for engine in engines] == [True, True]


def test_no_translator_refuses():
    nobody = NoTranslator()
    assert not nobody.supports("es", "en")
    with pytest.raises(TranslationError, match="from es to en"):
        nobody.translate(["agua"], "es", "en")
    nobody.close()


def test_the_engine_behind_a_choice_can_be_asked_for():
    able = Shouter(pairs=(("es", "en"),))
    assert engine_for(FirstOf([NoTranslator(), able]), "es", "en") is able
    assert engine_for(FirstOf([able]), "en", "es") is None
    assert engine_for(able, "es", "en") is able
    assert engine_for(able, "en", "es") is None


def test_all_engines_that_can_are_told_the_preferred_one_first():
    one, two = Shouter("one"), Shouter("two", pairs=(("en", "es"),))
    auto = FirstOf([two, one])
    assert engines_for(auto, "en", "es") == (two, one)
    assert engines_for(auto, "es", "en") == (one,)
    assert engines_for(NoTranslator(), "es", "en") == ()
