import pytest

from monitor.evaluation.translation import score

REFERENCES = ["The bridge closes today at noon.", "Rain is expected in the north."]


def test_the_reference_itself_scores_full_marks():
    result = score(REFERENCES, REFERENCES)
    assert result.bleu == pytest.approx(100)
    assert result.chrf == pytest.approx(100)


def test_a_translation_with_nothing_in_common_scores_near_nothing():
    result = score(["Xyzzy.", "Qwop."], REFERENCES)
    assert result.bleu < 5
    assert result.chrf < 5


def test_order_matters():
    assert score(REFERENCES[::-1], REFERENCES).bleu < 20


def test_the_signature_tells_how_it_was_computed():
    assert "tok:13a" in score(REFERENCES, REFERENCES).signature


@pytest.mark.parametrize("hypotheses", [[], ["one"]])
def test_sets_that_do_not_match_are_refused(hypotheses):
    with pytest.raises(ValueError, match="for 2 references"):
        score(hypotheses, REFERENCES)


def test_an_empty_set_has_no_score():
    with pytest.raises(ValueError, match="0 translations"):
        score([], [])
