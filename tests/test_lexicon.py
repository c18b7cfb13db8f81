import pytest

from monitor.errors import ConfigError
from monitor.model import LANGUAGES
from monitor.translation.apertium import shipped_lexicon
from monitor.translation.lexicon import Lexicon, read_lexicon

LINES = """\
# a comment

es\tsarampión\tmeasles
es\tmexiquense|mexiquenses\tfrom the State of Mexico
en\tscrewworm\tgusano barrenador
""".splitlines()


@pytest.fixture
def lexicon() -> Lexicon:
    return read_lexicon(LINES)


@pytest.mark.parametrize(
    ("word", "language", "meaning"),
    [
        ("sarampión", "es", "measles"),
        ("sarampion", "es", "measles"),
        ("mexiquenses", "es", "from the State of Mexico"),
        ("screwworm", "en", "gusano barrenador"),
    ],
)
def test_a_word_is_found_by_any_of_its_forms_and_without_accents(
    lexicon, word, language, meaning
):
    assert lexicon.meaning(word, language) == meaning


def test_a_meaning_takes_the_capitals_of_the_word(lexicon):
    assert lexicon.meaning("Sarampión", "es") == "Measles"
    assert lexicon.meaning("SARAMPIÓN", "es") == "MEASLES"


def test_a_word_of_the_other_language_or_of_none_has_no_meaning(lexicon):
    assert lexicon.meaning("sarampión", "en") is None
    assert lexicon.meaning("zzyzx", "es") is None


def test_every_form_counts(lexicon):
    assert len(lexicon) == 4
    assert len(Lexicon({})) == 0


def test_the_digest_changes_with_the_lines_only(lexicon):
    assert read_lexicon(["# other", *LINES]).digest == lexicon.digest
    assert read_lexicon(LINES[:-1]).digest != lexicon.digest


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("es\tcapo", "2 columns"),
        ("es\tcapo\tdrug lord\tes", "4 columns"),
        ("fr\tcapo\tdrug lord", "'fr' is not en or es"),
        ("es\t\tdrug lord", "the word or its meaning is empty"),
        ("es\tcapo\t ", "the word or its meaning is empty"),
        ("es\tcentro nocturno\tnightclub", "'centro nocturno' is not a single word"),
        ("es\tsarampion\trash", "'sarampion' has a line already"),
    ],
)
def test_a_bad_line_is_named(line, complaint):
    with pytest.raises(ConfigError, match=rf"^l.tsv, line 2: {complaint}"):
        read_lexicon(["es\tsarampión\tmeasles", line], "l.tsv")


def test_the_shipped_lexicon_knows_the_border_in_both_directions():
    lexicon = shipped_lexicon()
    assert lexicon.meaning("garitas", "es") == "border crossings"
    assert lexicon.meaning("screwworm", "en") == "gusano barrenador"
    assert all(lexicon.meaning("nearshoring", language) for language in LANGUAGES)
