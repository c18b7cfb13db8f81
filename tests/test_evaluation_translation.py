import json

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.entry import Entry
from monitor.errors import ConfigError
from monitor.evaluation.translation import score, score_as_read
from monitor.translation.bridge import Bridge
from monitor.verbs import compose

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


# --- names as readers see them --------------------------------------------------------

BRIDGE = Bridge(
    (
        Entry("law", ("USMCA",), ("T-MEC", "TMEC")),
        Entry("place", ("U.S.", "United States"), ("EU", "Estados Unidos")),
        Entry("place", ("Mexico",), ("México",)),
    )
)


@pytest.mark.parametrize(
    ("made", "bleu", "kept"),
    [
        ("The USMCA binds the U.S. and Mexico.", 100, 100),
        ("The T-MEC binds the U.S. and México.", 100, 100),  # both are put right
        ("The T-MEC binds the United States and Mexico.", 35, 100),
        ("The treaty binds the USA and Mexico.", 19, 100 / 3),
        ("It binds.", 4, 0),
    ],
)
def test_names_are_put_right_and_counted(made, bleu, kept):
    text, meant = "El T-MEC ata a EU y México.", "The USMCA binds the U.S. and Mexico."
    result = score_as_read([text], [made], [meant], "es", BRIDGE)
    assert result.bleu == pytest.approx(bleu, abs=5)
    assert result.bridge == pytest.approx(kept)


def test_a_name_left_as_the_source_has_it_is_not_kept():
    forms = [[("USMCA",), ("U.S.", "United States")]]
    result = score(["T-MEC, EU"], ["T-MEC, Europe"], ["USMCA, U.S."], forms)
    assert result.bridge == 0
    result = score(["T-MEC, EU"], ["T-MEC, United States"], ["USMCA, U.S."], forms)
    assert result.bridge == 50


def test_where_no_name_is_expected_none_is_kept():
    result = score_as_read(["Llueve."], ["It rains."], ["It rains."], "es", BRIDGE)
    assert result.bridge is None
    assert score(["Llueve."], ["It rains."], ["It rains."]).bridge is None


# --- the verb -------------------------------------------------------------------------


class Parrot:
    """Gives every text back."""

    name, version = "parrot", "1"

    def supports(self, source, target):
        return True

    def translate(self, texts, source, target):
        return list(texts)

    def close(self):
        """Nothing to do."""


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Files of these contents, scored by the command."""
    monkeypatch.setattr(compose, "open_translator", lambda engine: Parrot())

    def run(source: bytes, reference: bytes):
        (tmp_path / "a.es").write_bytes(source)
        (tmp_path / "a.en").write_bytes(reference)
        flags = ["--from", "es", "--to", "en", "--json"]
        files = [str(tmp_path / "a.es"), str(tmp_path / "a.en")]
        done = CliRunner().invoke(app, ["eval", "translation", *flags, *files])
        if done.exception:
            raise done.exception
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("nothing", [b"", b"\n", b" \r\n\r\n"])
def test_an_empty_file_is_named(evaluate, nothing):
    for source, reference, name in (
        (nothing, b"a\n", "a.es"),
        (b"a\n", nothing, "a.en"),
    ):
        with pytest.raises(ConfigError, match=rf"/{name}: is empty; give one sentence"):
            evaluate(source, reference)


def test_lines_end_at_line_ends_alone(evaluate):
    text = "uno\x85dos\u2028tres\x0b\r\ncuatro\rcinco\n\n".encode()
    assert evaluate(text, b"a\nb\nc")["sentences"] == 3
    with pytest.raises(ConfigError, match="a.en: has 2 lines, .*a.es 3"):
        evaluate(text, b"a\nb\n")


def test_what_is_scored_is_what_readers_see(evaluate):
    found = evaluate(
        b"El T-MEC, para los trabajadores", b"El USMCA, para los trabajadores"
    )
    assert found["bleu"] == 100
    assert found["bridge_kept"] == 100
