"""Who acts, undergoes and is quoted in a headline. All headlines are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.coverage.actors import actors
from monitor.coverage.verbs import verbs
from monitor.coverage.voices import voices


def read(text, language):
    found = voices(text, language, actors(), verbs())
    return {(voice.role, voice.written) for voice in found}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sheinbaum rejects tariffs on tomatoes", {("quoted", "Sheinbaum")}),
        ("Texas Gov. Greg Abbott signs border bill", {("agent", "Greg Abbott")}),
        ("Biden administration is sending water pumps", {("agent", "Biden")}),
        ("Pemex to close refinery in Tula", {("agent", "Pemex")}),
        ("Pemex won't close the refinery", {("agent", "Pemex")}),
        ("Pemex has closed its refinery", {("agent", "Pemex")}),
        ("Ebrard, who met miners, warns of delays", {("quoted", "Ebrard")}),
        ("Boat seized by FBI near Galveston", {("agent", "FBI")}),
        ("Ana Robles arrested by FBI", {("patient", "Ana Robles"), ("agent", "FBI")}),
        ("Ana Robles was detained in Laredo", {("patient", "Ana Robles")}),
        ("Ana Robles dies at 86", {("patient", "Ana Robles")}),
        ("US and Mexico sign water deal", {("agent", "US"), ("agent", "Mexico")}),
        ("Water will flow in May, Ebrard says", {("quoted", "Ebrard")}),
        ("Water will flow, says US President Joe Biden", {("quoted", "Joe Biden")}),
        ("Exports fell, according to Inegi", {("quoted", "Inegi")}),
        ("Sheinbaum: 'We will not close the dam'", {("quoted", "Sheinbaum")}),
        ("Despite the rain, Pemex opens two wells", {("agent", "Pemex")}),
    ],
)
def test_english(text, said):
    assert read(text, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("La presidenta Sheinbaum rechaza aranceles", {("quoted", "Sheinbaum")}),
        ("Rechaza Sheinbaum aranceles al tomate", {("quoted", "Sheinbaum")}),
        ("Pemex cierra refinería en Tula", {("agent", "Pemex")}),
        ("Pemex no cerrará la refinería", {("agent", "Pemex")}),
        ("Cierra Pemex la refinería", {("agent", "Pemex")}),
        ("Pemex ha cerrado la refinería", {("agent", "Pemex")}),
        ("Gobierno de México envía bombas", {("agent", "México")}),
        ("El dibujante Juan Robles deja el diario", {("agent", "Juan Robles")}),
        ("Detienen a Juan Robles en Tijuana", {("patient", "Juan Robles")}),
        (
            "Juan Robles es detenido por la FGR",
            {("patient", "Juan Robles"), ("agent", "FGR")},
        ),
        ("Juan Robles fue abatido en la sierra", {("patient", "Juan Robles")}),
        ("Muere Juan Robles a los 86 años", {("patient", "Juan Robles")}),
        ("Morena y Pemex firman acuerdo", {("agent", "Morena"), ("agent", "Pemex")}),
        ("Habrá agua en mayo, asegura Ebrard", {("quoted", "Ebrard")}),
        ("Habrá agua en mayo, según Ebrard", {("quoted", "Ebrard")}),
        ("Caen las exportaciones de mayo: Inegi", {("quoted", "Inegi")}),
        ("‘No vamos a cerrar la presa’: Sheinbaum", {("quoted", "Sheinbaum")}),
        ("Sheinbaum: ‘No vamos a cerrar la presa’", {("quoted", "Sheinbaum")}),
    ],
)
def test_spanish(text, said):
    assert read(text, "es") == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Why Pemex closes its refinery", "en"),
        ("Will Pemex close its refinery?", "en"),
        ("Suspect in Laredo shooting signs confession", "en"),
        ("Pemex strikes kill the mood", "en"),
        ("Judge orders Pemex to close refinery", "en"),
        ("Pemex accused of delays", "en"),
        ("Pemex criticized over delays", "en"),
        ("Ukraine: what we know of the talks", "en"),
        ("¿Cierra Pemex la refinería?", "es"),
        ("Multa a Pemex sigue en pie", "es"),
        ("Anuncian obras en Tula", "es"),
        ("Chihuahua: cierra la presa por obras", "es"),
        ("Diputados de Morena firman acuerdo", "es"),
        ("Clima en Tijuana hoy: Chihuahua", "es"),
        ("", "es"),
        ("!!! ... :", "en"),
    ],
)
def test_it_says_nothing_when_unsure(text, language):
    assert read(text, language) == set()


def test_an_actor_has_the_key_of_the_bridge_in_both_languages():
    (english,) = voices("US sends water", "en", actors(), verbs())
    (spanish,) = voices("EE. UU. envía agua", "es", actors(), verbs())
    assert english.key == spanish.key == "@u-s"


PIECES = st.sampled_from(
    [
        *("Sheinbaum", "EE. UU.", "Pemex", "says", "dice", "is", "fue", "arrested"),
        *("by", "por", "a", "to", ":", ",", ";", "‘", "’", '"', "?", "¿", "y", "and"),
        *("detenido", "según", "according to", "se", "de", "2", "—", "...", "won't"),
    ]
)


@given(st.lists(PIECES, max_size=14), st.sampled_from(["en", "es"]))
def test_any_words_are_read_and_each_role_is_said_once(pieces, language):
    found = voices(" ".join(pieces), language, actors(), verbs())
    assert len({(v.role, v.key) for v in found}) == len(found)
    assert all(v.written for v in found)
