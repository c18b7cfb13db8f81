"""The verbs of headlines: what the list says, and what forms are made of it."""

import pytest

from monitor.coverage.verbs import read_verbs, verbs
from monitor.errors import ConfigError

OURS = verbs()


@pytest.mark.parametrize(
    ("form", "language", "tense"),
    [
        ("signs", "en", "present"),
        ("denies", "en", "present"),
        ("denied", "en", "past"),
        ("launches", "en", "present"),
        ("banned", "en", "participle"),
        ("taken", "en", "participle"),
        ("took", "en", "past"),
        ("proposing", "en", "gerund"),
        ("planning", "en", "gerund"),
        ("anuncia", "es", "present"),
        ("anunció", "es", "past"),
        ("anunciaron", "es", "plural"),
        ("iniciaron", "es", "plural"),
        ("pide", "es", "present"),
        ("pidieron", "es", "plural"),
        ("dijeron", "es", "plural"),
        ("construyeron", "es", "plural"),
        ("detendrá", "es", "past"),
        ("rechazarán", "es", "plural"),
        ("detenidas", "es", "participle"),
    ],
)
def test_forms_are_conjugated(form, language, tense):
    assert tense in OURS[language][form].tenses


def test_a_kind_is_that_of_the_verb():
    assert OURS["en"]["warns"].kind == OURS["es"]["advierte"].kind == "says"
    assert OURS["en"]["arrests"].kind == OURS["es"]["detiene"].kind == "acts"
    assert OURS["en"]["dies"].kind == OURS["es"]["muere"].kind == "undergoes"


def test_a_form_of_two_kinds_belongs_to_the_verb_above():
    made = read_verbs(["says\tsee\tver/ve", "acts\tsaw/see\tir"])
    assert made["en"]["see"].kind == "says"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("acts\tsign", "2 columns"),
        ("does\tsign\tfirmar", "'does' is none of says, acts, undergoes"),
        ("acts\tsign on\tfirmar", "'sign on' is no verb"),
        ("acts\tsign\tfirma", "'firma' is no infinitive"),
        ("acts\tsign|\tfirmar", "'' is no verb"),
    ],
)
def test_a_line_that_cannot_stand_is_named(line, what):
    with pytest.raises(ConfigError, match="verbs.tsv, line 1: ") as error:
        read_verbs([line])
    assert what in str(error.value)


def test_a_verb_that_stands_twice_is_refused():
    with pytest.raises(ConfigError, match="line 2: 'sign' is already on line 1"):
        read_verbs(["acts\tsign\tfirmar", "says\tsign\tdecir"])
