import pytest

from monitor.errors import ConfigError
from monitor.translation.apertium import shipped_glossary
from monitor.translation.glossary import Glossary, Span, read_glossary

LINES = """\
# a comment

name\tT-MEC|TMEC\tUSMCA
name\tNuevo León
name\tLeón\tLeon
person\tTrump
money\tmdp\tmillion pesos\tes
nouns.m\taranceles\ttariffs
given\tMario|Ana\t
""".splitlines()


@pytest.fixture
def glossary() -> Glossary:
    return read_glossary(LINES)


def found(glossary, text, language):
    return {
        text[span.start : span.end]: span.target
        for span in glossary.find(text, language)
    }


def test_a_term_is_found_in_either_language(glossary):
    assert found(glossary, "el T-MEC sigue", "es") == {"T-MEC": "USMCA"}
    assert found(glossary, "USMCA talks", "en") == {"USMCA": "T-MEC"}


def test_every_spelling_means_the_first_form_of_the_other_language(glossary):
    assert found(glossary, "el TMEC", "es") == {"TMEC": "USMCA"}


def test_a_span_says_where_the_term_stands_and_of_what_kind_it_is(glossary):
    assert glossary.find("con Trump", "es") == [Span(4, 9, "person", "Trump")]


def test_an_empty_second_form_is_the_same_in_both_languages(glossary):
    assert found(glossary, "Nuevo León", "en") == {"Nuevo León": "Nuevo León"}


def test_the_longest_term_wins(glossary):
    assert found(glossary, "de Nuevo León a León", "es") == {
        "Nuevo León": "Nuevo León",
        "León": "Leon",
    }


def test_a_term_inside_a_word_is_not_found(glossary):
    assert found(glossary, "Trumpismo y mdpx", "es") == {}


def test_a_line_for_one_language_is_read_in_that_language_only(glossary):
    assert found(glossary, "5 mdp", "es") == {"mdp": "million pesos"}
    assert found(glossary, "5 million pesos", "en") == {}


def test_names_match_as_written_and_other_words_with_a_capital_too(glossary):
    assert found(glossary, "un león y aranceles", "es") == {"aranceles": "tariffs"}
    assert found(glossary, "Aranceles nuevos", "es") == {"Aranceles": "tariffs"}


def test_a_person_is_found_in_capitals_and_kept_in_them(glossary):
    assert found(glossary, "TRUMP SAYS NO", "en") == {"TRUMP": "TRUMP"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dice Mario Delgado hoy", "Mario Delgado"),
        ("llega Ana de la Torre hoy", "Ana de la Torre"),
        ("Mario Luna Piedra Blanca gana", "Mario Luna Piedra Blanca"),
        ("habla Mario O'Higgins hoy", "Mario O'Higgins"),
    ],
)
def test_a_given_name_makes_the_words_after_it_a_name(glossary, text, name):
    assert found(glossary, text, "es") == {name: name}


def test_a_given_name_alone_is_left_to_the_engine(glossary):
    assert found(glossary, "Mario llega", "es") == {}


def test_an_english_headline_lends_a_given_name_one_word_only(glossary):
    assert found(glossary, "Mario Stone Says No", "en") == {
        "Mario Stone": "Mario Stone"
    }


def test_a_possessive_is_not_part_of_a_name(glossary):
    assert found(glossary, "Ana Stone's plan", "en") == {"Ana Stone": "Ana Stone"}


def test_the_digest_changes_with_the_terms_only(glossary):
    assert read_glossary(["# other", *LINES]).digest == glossary.digest
    assert read_glossary(LINES[:-1]).digest != glossary.digest


def test_an_empty_glossary_finds_nothing():
    assert Glossary(()).find("Trump", "en") == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("place\tTexas", "kind 'place' is none of name, person"),
        ("name", "Spanish, is empty"),
        ("name\t \tUSMCA", "Spanish, is empty"),
        ("name\tT-MEC\tUSMCA\tfr", "'fr' is not en or es"),
    ],
)
def test_a_bad_line_is_named(line, complaint):
    with pytest.raises(ConfigError, match=rf"^g.tsv, line 2: .*{complaint}"):
        read_glossary(["# one", line], "g.tsv")


def test_the_shipped_glossary_can_be_read_and_knows_the_border():
    glossary = shipped_glossary()
    assert found(glossary, "la Casa Blanca y el Río Bravo", "es") == {
        "la Casa Blanca": "the White House",
        "Río Bravo": "Rio Grande",
    }
    assert found(glossary, "EE. UU., EE.UU. y EU", "es") == {
        "EE. UU.": "U.S.",
        "EE.UU.": "U.S.",
        "EU": "U.S.",
    }


def test_the_shipped_glossary_says_nothing_twice():
    forms = [
        (language, form)
        for term in shipped_glossary().terms
        for language in term.languages
        for form in term.forms(language)
        if term.kind != "given"
    ]
    assert [form for form in forms if forms.count(form) > 1] == []
