import random

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
    "times of a day": ["It opened at 5 p.m. Monday.", "By 9 p.m. Eastern it shut."],
    "greeting": ["¡Hola, Mundo!", "¿Cómo estás?"],
    "marks in a row": ["¿¡Qué!?", "¡¡No!!", "Eso gritó.", "¿Y?"],
    "only questions": ["¿Quién?", "¿Cuándo?", "¿Por qué?"],
    "a quoted question": ["“¿Quién paga?” preguntó.", "“Nadie”."],
    "guillemets": ["«No hay agua», dijo.", "«Y no la habrá»."],
    "straight quotes": ['"We won\'t pay."', "He left."],
    "a mark inside quotes": ["He said “Stop!” and left.", "They stayed."],
    "joined EE.UU.": [
        "La OEA calla.",
        "EE.UU. responde.",
        "Viajó a EE.UU.",
        "El juez no.",
    ],
    "many titles": ["El Lic. Paz, el Ing. Soto y el Arq. Ruiz hablaron.", "Nada más."],
    "ranks": ["Gen. Smith met Lt. Col. Jones in St. Louis.", "They talked."],
    "lawmakers": ["Sen. Cruz, R-Texas, voted no.", "Rep. Cuellar, D-Laredo, did not."],
    "addresses": ["Vive en la Av. Juárez No. 45, Col. Centro.", "Tiene 30 años."],
    "kilometres": ["Ocurrió en el km. 45 de la carretera.", "Murieron dos."],
    "articles of law": ["Lo dice el art. 27.", "Punto."],
    "companies of Mexico": ["Cemex S.A.B. de C.V. anunció despidos.", "Nadie supo."],
    "courts": ["La S.C.J.N. resolvió.", "El fallo es firme."],
    "thousands": ["Costó 1,250.50 pesos.", "¿Caro?"],
    "money at the start": ["¿Cuánto?", "$5.00.", "¿En serio?"],
    "etcetera": [
        "Compró pan, leche, etc. en Tepic.",
        "Luego pagó, etc.",
        "Luego calló.",
    ],
    "ellipsis, then a question": ["No lo dijo...", "¿Por qué?"],
    "ellipsis, then small": ["Dijo que no sabía… después calló."],
    "agencies": ["CIUDAD DE MÉXICO (AP) — El presidente habló.", "Nadie preguntó."],
    "dates": ["Gov. Abbott signed it Jan. 5.", "The law starts Sept. 1."],
    "years": ["Ganó el 5 de mayo de 1862.", "Ese día llovió."],
    "datelines": ["TIJUANA.- La garita abre tarde."],
    "web addresses": ["Visit example.com for maps."],
}


@pytest.mark.parametrize("expected", CASES.values(), ids=CASES.keys())
def test_sentences_end_where_a_reader_ends_them(expected):
    assert split_sentences(" ".join(expected)) == expected


def test_no_sentence_is_dropped_whatever_they_stand_beside():
    sentences = [sentence for case in CASES.values() for sentence in case]
    chance = random.Random(3)
    for _ in range(200):
        chosen = chance.sample(sentences, 4)
        together = " ".join(split_sentences(" ".join(chosen)))
        assert together == " ".join(chosen)


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
