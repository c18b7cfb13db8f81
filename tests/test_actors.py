"""The named actors of a headline, under one name in both languages."""

import pytest

from monitor.coverage.actors import actors, parts_of
from monitor.entry import Entry
from monitor.stories.tokens import tokenize

OURS = actors()


def keys(text, language):
    return [span.key for span in OURS.find(tokenize(text, language), language)]


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Yesterday in the U.S. they met", "Ayer en EE. UU. se reunieron"),
        ("Then the Supreme Court ruled", "Luego la SCJN falló a su favor"),
        ("Yesterday Sheinbaum met her", "Ayer Claudia Sheinbaum Pardo la vio"),
        ("Then López Obrador left", "Luego AMLO se fue de viaje"),
    ],
)
def test_an_actor_has_one_key_in_both_languages(english, spanish):
    assert keys(english, "en") == keys(spanish, "es") != []


def test_a_surname_leads_to_the_one_person_who_has_it():
    assert OURS.key("Ebrard") == OURS.key("Marcelo Ebrard") == "@marcelo-ebrard"
    assert OURS.key("Cervantes") == "cervantes"  # a second surname of many


def test_the_bridge_names_whom_it_knows():
    assert OURS.name(OURS.key("Claudia Sheinbaum")) == "Claudia Sheinbaum"
    assert OURS.name("juan perez") is None


def test_people_of_a_place_are_not_the_place():
    assert keys("La mexicana y el estadounidense ganan", "es") == []
    assert keys("Then the Mexican won a prize", "en") == []
    assert "@mexico" not in keys("Two Mexicans and a guide were found", "en")


def test_places_are_told_from_others():
    assert OURS.is_place(*keys("Ayer en Chihuahua hubo viento", "es"))
    assert not OURS.is_place("@claudia-sheinbaum")


def test_a_person_s_own_entries_count():
    own = Entry("body", en=("Water Board",), es=("Junta de Aguas",))
    found = actors((own,)).find(tokenize("Dijo la Junta de Aguas", "es"), "es")
    assert [span.key for span in found] == ["@water-board"]


def test_parts_leave_out_a_second_surname_alone():
    assert list(parts_of(["ana", "robles"])) == ["ana robles", "robles"]
    assert "paz" not in set(parts_of(["ana", "robles", "paz"]))
