import unicodedata

import pytest

from builders import item, member, story, translation, watchlist
from monitor.coverage.watch import matches
from monitor.readers import Watchlist


def is_match(term: str, title: str) -> bool:
    return bool(matches(story(item(title)), [watchlist("list", term)]))


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("agua", "Acuerdan entregas de agua"),
        ("agua", "AGUA PARA TEXAS"),
        ("mexico", "Llega a México la caravana"),
        ("México", "Mexico agrees"),
        ("Río Bravo", "Crece el rio Bravo"),
        ("Rio Grande", "Drought on the Rio-Grande, again"),
        ("Sheinbaum", "Sheinbaum's answer"),
        ("Sheinbaum", "Sheinbaum’s answer"),
        ("O'Rourke", "O’Rourke returns"),
        ("EE. UU.", "EE.UU. responde"),
        ("T-MEC", "Revisan el T-MEC en julio"),
        ("25%", "Tariff of 25 percent"),
        ("migra*", "Migrants wait in Tijuana"),
        ("migra*", "Deportan a MIGRANTES"),
        ("caravana migra*", "Sale la caravana migrante"),
        ("ICE", "ICE raids a plant"),
        ("ICE", "ICE's new director"),
        ("ice", "ICE raids a plant"),
        ("CBP One", "CBP one app ends"),
        ("USMC*", "La USMCA cambia"),
    ],
)
def test_a_term_matches(term, title):
    assert is_match(term, title)


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("agua", "Aguascalientes crece"),
        ("agua", "Paraguay gana"),
        ("Rio Grande", "Grande is the rio"),
        ("Rio Grande", "Rio and Grande"),
        ("ICE", "Ice storm hits Texas"),
        ("US", "Give us time"),
        ("migra*", "Emigrados"),
        ("caravana migra*", "Caravanas migrantes"),
        ("*", "Anything"),
        ("¿?", "¿Qué pasó?"),
        ("", "Anything"),
    ],
)
def test_a_term_does_not_match(term, title):
    assert not is_match(term, title)


def test_a_decomposed_accent_does_not_split_a_word():
    assert is_match("México", unicodedata.normalize("NFD", "Llega a México hoy"))
    assert is_match(unicodedata.normalize("NFD", "México"), "Llega a México hoy")


def test_a_term_in_the_other_language_matches_through_the_translation():
    spanish = item("Aranceles al acero", country="MX")
    both = member(spanish, translation(spanish, "Steel tariffs"))
    assert matches(story(both), [watchlist("Trade", "tariffs")]) == ("Trade",)
    assert matches(story(spanish), [watchlist("Trade", "tariffs")]) == ()


def test_a_term_matches_in_summaries_too():
    spanish = item("Sube", country="MX", summary="El acero paga aranceles.")
    both = member(spanish, translation(spanish, "Up", "Steel pays tariffs."))
    lists = [watchlist("en", "tariffs"), watchlist("es", "aranceles")]
    assert matches(story(both), lists) == ("en", "es")


def test_a_term_never_spans_headline_and_summary():
    assert not matches(
        story(item("Talks on water", summary="Deliveries begin")),
        [watchlist("list", "water deliveries")],
    )


def test_the_forms_of_a_language_count_in_texts_of_that_language_only():
    wide = Watchlist("US", ("Uncle Sam",), en=("US",), es=("EU",))
    spanish = item("La UE responde a EU", country="MX")
    assert matches(story(spanish), [wide]) == ("US",)
    assert matches(story(item("The EU answers")), [wide]) == ()
    both = member(spanish, translation(spanish, "The EU answers the US"))
    assert matches(story(both), [wide]) == ("US",)
    english = member(
        item("Rain"), translation(item("Rain"), "Llueve en EU", language="es")
    )
    assert matches(story(english), [wide]) == ("US",)


def test_watch_lists_keep_their_order_and_one_term_is_enough():
    lists = [
        watchlist("Trade", "tariff", "steel"),
        watchlist("Water", "river"),
        watchlist("Again", "steel"),
    ]
    assert matches(story(item("Steel is up")), lists) == ("Trade", "Again")
