import pytest

from monitor.translation.sentences import LIMIT, split_sentences

CASES = {
    "titles": ["El Lic. Paz y la Dra. Ríos llegaron.", "Nadie los esperaba."],
    "spaced EE. UU.": ["El acuerdo con EE. UU. y Canadá sigue.", "Falta la firma."],
    "EE. UU. before a name": ["El puente de EE. UU. Laredo cierra hoy."],
    "EE. UU. before a quotation": ["Vive en EE. UU.", "“Jamás vuelvo”, dice."],
    "abbreviation in quotes": ["Lo llaman “Lic.”", "Luego se va."],
    "EE. UU. at the end": ["El camión va a EE. UU.", "El chofer espera."],
    "U.S. before a name": ["The U.S. Senate meets.", "It will vote."],
    "U.S. at the end": ["She moved to the U.S.", "Her sister stayed."],
    "initials": ["Ana L. Ruiz habló con J. M. Soto."],
    "hidden surnames": ["Detienen a Luis N. en Tijuana.", "Iba solo."],
    "decimals": ["La tasa baja 0.25 puntos.", "El dólar cuesta 17.80 pesos."],
    "figures after an abbreviation": ["No. 5 beats No. 2 on Oct. 7 at home."],
    "No as an answer": ["Will it rain?", "No.", "Bring water anyway."],
    "figures at the start": ["Hay lluvia.", "17 calles cierran."],
    "questions": ["¿Quién paga?", "¿Cuándo?", "Nadie responde."],
    "question inside": ["¿Y el agua? pregunta un vecino."],
    "exclamations": ["¡Basta!", "¡Ya no! dijo la vecina."],
    "ellipsis going on": ["Llovió... pero poco."],
    "ellipsis at the end": ["Llovió…", "Luego salió el sol."],
    "quotations": ["“No iremos.”", "Así respondió el alcalde."],
    "quotation at the start": ["It closed.", "“We had no choice,” he said."],
    "stop inside quotes": ['She said: "Stop."', "They did."],
    "companies": ["Water Inc. Mexico pays.", "He left Water Inc.", "The rest stayed."],
    "times": ["Abre a las 9 a.m.", "Después cierra."],
    "datelines": ["TIJUANA.- La garita abre tarde."],
    "web addresses": ["Visit example.com for maps."],
}


@pytest.mark.parametrize("expected", CASES.values(), ids=CASES.keys())
def test_sentences_end_where_a_reader_ends_them(expected):
    assert split_sentences(" ".join(expected)) == expected


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_text_has_no_sentences(blank):
    assert split_sentences(blank) == []


def test_a_text_without_a_stop_is_one_sentence():
    assert split_sentences("  Cierra el puente  ") == ["Cierra el puente"]


def test_a_sentence_that_is_too_long_is_cut_at_pauses():
    text = "el agua llega muy tarde a la colonia de la sierra, " * 30
    parts = split_sentences(text)
    assert max(map(len, parts)) <= LIMIT
    assert all(part.endswith(",") for part in parts)
    assert " ".join(parts) == text.strip()


def test_a_word_that_is_too_long_is_cut_anywhere_and_loses_nothing():
    assert "".join(split_sentences("x" * 1001)) == "x" * 1001


@pytest.mark.parametrize(
    "text", ["...", "¿?", ". . .", "A.", "U.S.", "«»", "—", "Sr.", "1. 2. 3."]
)
def test_nothing_but_white_space_is_ever_lost(text):
    assert "".join(split_sentences(text)).replace(" ", "") == text.replace(" ", "")
