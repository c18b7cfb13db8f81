import pytest

from monitor.evaluation.translation import score

REFERENCES = ["The bridge closes today at noon.", "Rain is expected in the north."]

SOURCES = ["El puente cierra hoy al mediodía.", "Se espera lluvia en el norte."]


def scored(hypotheses):
    return score(SOURCES, hypotheses, REFERENCES)


def test_the_reference_itself_scores_full_marks():
    result = scored(REFERENCES)
    assert result.bleu == pytest.approx(100)
    assert result.chrf == pytest.approx(100)


def test_a_translation_with_nothing_in_common_scores_near_nothing():
    result = scored(["Xyzzy.", "Qwop."])
    assert result.bleu < 5
    assert result.chrf < 5


def test_order_matters():
    assert scored(REFERENCES[::-1]).bleu < 20


def test_the_signature_tells_how_it_was_computed():
    assert "tok:13a" in scored(REFERENCES).signature


@pytest.mark.parametrize("hypotheses", [[], ["one"]])
def test_sets_that_do_not_match_are_refused(hypotheses):
    with pytest.raises(ValueError, match="for 2 references"):
        scored(hypotheses)


def test_an_empty_set_has_no_score():
    with pytest.raises(ValueError, match="0 translations"):
        score([], [], [])


LINE = "Ayer, el gobernador García dijo en Tijuana que son 1,250 casas y 3 puentes."
MEANT = "Governor Garcia said in Tijuana that it is 1,250 houses and three bridges."


@pytest.mark.parametrize(
    ("made", "numbers", "names"),
    [
        (MEANT, 100, 100),
        ("The governor García said in TIJUANA: 1250 houses.", 100, 100),
        ("The governor said in Tijuana that it is 1,250 houses.", 100, 50),
        ("The governor said that it is 125 houses.", 0, 0),
    ],
)
def test_what_survives_is_counted_in_percent(made, numbers, names):
    result = score([LINE], [made], [MEANT])
    assert (result.numbers, result.names) == (numbers, names)


def test_what_the_reference_lacks_is_not_expected():
    result = score(["Hoy Juan paga 200."], ["Nothing."], ["Today he pays."])
    assert (result.numbers, result.names) == (None, None)


def test_the_first_word_of_a_sentence_is_no_sign_of_a_name():
    result = score(["Laredo espera. Tijuana, no."], ["No."], ["Laredo. Tijuana."])
    assert result.names is None
