import pytest

from monitor.translation.word_order import subject_first


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("Mueren dos fotógrafos al caer una grúa", "Dos fotógrafos mueren al caer una grúa"),
        ("Muere niña en Texas", "Niña muere en Texas"),
        ("Llega el frente frío", "El frente frío llega"),
        ("Renuncia el rector; no hay más", "El rector renuncia; no hay más"),
        ("Aumentan los robos", "Los robos aumentan"),
    ],
)  # fmt: skip
def test_a_subject_after_the_first_verb_goes_before_it(text, ordered):
    assert subject_first(text) == ordered


@pytest.mark.parametrize(
    "text",
    [
        "Detienen a tres en Tijuana",
        "Mueren en choque dos personas",
        "Llegan a Juárez los migrantes",
        "Sube y baja el dólar",
        "Baja California pide agua",
        "Cae de un puente",
        "Sube más el dólar",
        "Mueren",
        "Inicia Pemex obras en Cadereyta",
        "Llega una lista tan larga de nombres y nombres y nombres",
        "",
    ],
)
def test_a_text_that_is_not_surely_such_a_headline_stays(text):
    assert subject_first(text) == text
