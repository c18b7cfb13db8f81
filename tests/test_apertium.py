import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.errors import TranslationError
from monitor.model import Language
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.glossary import Glossary, Term
from monitor.translation.lexicon import Lexicon, read_lexicon

installed = pytest.mark.skipif(
    not ApertiumTranslator().supports("es", "en"),
    reason="needs Debian's apertium-eng-spa",
)

ODD = [
    "a [b] c", "^perro$", "{x}", "/etc/hosts", "a\\b", "hola\\", "@usuario", "#lluvia",
    "*palabra", "~1,500 casas", "a~b", "$500", "<b>agua</b>", "&amp; agua", "€ 5 ¥",
    "el perro\nnegro", "\r\nhola\r\n", "\thola", "  hola  ", "😀 hola 👨‍👩‍👧", "日本 y México",
    "", " ", "\n", ".", "...", "¿", "¿Qué?", "«hola»", "‘hola’", "'hola'", "a\0b", "\0",
    "a\ud800b", "\x01\x02", "\u200b", "\u2028", "\ufeffhola", "[§0§]", "§1§ [§2§]",
    ".[]", "[]", "[~]", "[[t:g:0]]Trump[[/]]", "hola.", "hola.[]", "EE. UU.", "EE.UU",
    "x" * 5000, "el agua " * 800,
]  # fmt: skip


@pytest.fixture
def program(tmp_path):
    """Make a stand-in for the ``apertium`` command out of a line of shell."""

    def make(line: str, listing: str = "spa-eng eng-spa") -> str:
        path = tmp_path / "apertium"
        path.write_text(
            f'#!/bin/sh\nif [ "$1" = -l ]; then echo {listing}; exit; fi\n{line}\n'
        )
        path.chmod(0o755)
        return str(path)

    return make


def spanish(*texts: str, glossary: Glossary | None = None) -> list[str]:
    return ApertiumTranslator(glossary).translate(texts, "es", "en")


def english(*texts: str) -> list[str]:
    return ApertiumTranslator().translate(texts, "en", "es")


@installed
def test_both_directions_are_translated():
    assert spanish("El perro es negro") == ["The dog is black"]
    assert english("The dog is black") == ["El perro es negro"]


@installed
@pytest.mark.parametrize(("source", "target"), [("es", "en"), ("en", "es")])
def test_as_many_texts_come_back_as_went_in_however_odd(source, target):
    translator = ApertiumTranslator()
    together = translator.translate(ODD, source, target)
    backwards = translator.translate(ODD[::-1], source, target)
    assert len(together) == len(ODD)
    assert together == backwards[::-1]


@installed
def test_signs_of_the_stream_format_come_back_as_they_were():
    odd = ["[Mx]", "^Mx$", "{Mx}", "<Mx>", "Mx/Mx", "Mx\\Mx", "@Mx", "~Mx", "[§0§]"]
    assert spanish(*odd) == odd


@installed
def test_a_blank_text_stays_as_it_is_between_others():
    assert spanish("el agua", "", " \n", "la lluvia") == [
        "the water", "", " \n", "the rain",
    ]  # fmt: skip


@installed
def test_a_text_does_not_run_into_the_next_one():
    assert spanish("el perro", "negro") == [*spanish("el perro"), *spanish("negro")]


@installed
def test_unknown_words_bear_no_mark():
    assert spanish("Llega la zzyzx") == ["The zzyzx arrives"]


@installed
@pytest.mark.parametrize(
    "name",
    [
        "Trump", "Texas", "Tijuana", "Ciudad Juárez", "Piedras Negras", "Sedena", "SRE",
        "Nuevo León", "Puebla", "Morena", "San Luis Potosí", "Ramos Arizpe",
    ],
)  # fmt: skip
def test_names_are_kept_in_both_directions(name):
    assert name in spanish(f"Anuncian obras en {name} este lunes")[0]
    assert name in english(f"They meet in {name} on Monday")[0]


@installed
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Mexico rejects Trump's tariffs", "aranceles de Trump"),
        ("Trump threatens Mexico", "Trump"),
        ("TRUMP threatens Mexico", "TRUMP"),
        ("The Fed meets in Texas", "Fed"),
        ("They arrest a 62-year-old man", "62 años"),
        ("The 'medieval' wall", "'medieval'"),
        ("They meet at the White House", "la Casa Blanca"),
    ],
)
def test_what_english_headlines_are_full_of(text, part):
    assert part in english(text)[0]


@installed
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Sheinbaum rechaza intervención de Trump", "Sheinbaum refuses"),
        ("EE. UU. y México revisan el T-MEC", "U.S. and Mexico revise the USMCA"),
        ("EE.UU. y EU", "U.S. and U.S."),
        ("No habrá clases el lunes", "There will be no classes"),
        ("Colonias donde NO habría clases", "there would be no classes"),
        ("No habrá llegado el tren", "will not have arrived"),
        ("Ya no habrá clases", "No longer"),
        ("Venden 20 mil 900 casas", "20,900 houses"),
        ("Cuesta 12 mil pesos", "12,000 pesos"),
        ("Debe 30 mil mdp", "30 billion pesos"),
        ("Habla Mario Delgado", "Mario Delgado"),
        ("La Casa Blanca responde", "The White House"),
        ("Aranceles de Trump", "Tariffs of Trump"),
        ("Zzyzx rechaza el acuerdo", "Zzyzx refuses"),
        ("Frío: Sigue la lluvia", "it follows"),
        ("Habla la Fiscalía de Sonora", "the Prosecutor's office of Sonora"),
    ],
)
def test_what_spanish_headlines_are_full_of(text, part):
    assert part in spanish(text)[0]


@installed
def test_the_last_word_is_not_lost_for_want_of_a_full_stop():
    text = "No hay casos de influenza, pero vendrán con el invierno"
    assert spanish(text)[0].endswith("the winter")


@installed
def test_no_blanks_are_left_where_a_word_was_dropped():
    [inside, at_the_end] = spanish("Se esperan lluvias", "Cenan los dos y se van")
    assert inside == "They expect rains"
    assert at_the_end == at_the_end.strip()


@installed
def test_without_a_glossary_names_are_words():
    assert (
        "Black" in spanish("Anuncian obras en Piedras Negras", glossary=Glossary(()))[0]
    )


@installed
def test_an_own_glossary_is_used():
    own = Glossary(
        [
            Term("noun.m", ("zzyzx",), ("widget",)),
            Term("nouns.m", ("zzyzxes",), ("widgets",)),
        ]
    )
    assert spanish("Llega el zzyzx", "Zzyzxes nuevos", glossary=own) == [
        "The widget arrives", "New widgets",
    ]  # fmt: skip


OWN = read_lexicon(
    ["es\tzzyzx\twidget", "es\tyzzyx\tevening", "en\tzzyzx\tcosa", "en\tmx\tno"]
)


def with_lexicon(text: str, source: Language = "es", lexicon: Lexicon = OWN) -> str:
    target: Language = "en" if source == "es" else "es"
    return ApertiumTranslator(lexicon=lexicon).translate([text], source, target)[0]


@installed
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("el perro y el zzyzx", "the dog and the widget"),
        ("Zzyzx negro", "Widget black"),
        ("La lluvia: ZZYZX", "The rain: WIDGET"),
        ("un zzyzx y un yzzyx", "a widget and an evening"),
        ("el 'zzyzx', (zzyzx) y zzyzx.", "the 'widget', (widget) and widget."),
        ("zzyzxes", "zzyzxes"),
    ],
)
def test_words_apertium_does_not_know_are_looked_up(text, translation):
    assert with_lexicon(text) == translation


@installed
def test_the_lexicon_of_the_other_direction_is_another():
    assert with_lexicon("The zzyzx is black", "en") == "El cosa es negro"


@installed
def test_words_apertium_knows_are_not_looked_up():
    own = read_lexicon(["es\tperro\tcat"])
    assert with_lexicon("el perro", lexicon=own) == "the dog"


@installed
@pytest.mark.parametrize("source", ["es", "en"])
@pytest.mark.parametrize("sign", ["*", "#", "@", "**", "*#", "\\*", "[*", "\\@"])
def test_a_sign_of_the_text_is_never_taken_for_a_mark(sign, source):
    for text in (f"{sign}Texas", f"Texas{sign}", f"Mx {sign} Mx", f"Mx{sign}Mx"):
        assert with_lexicon(text, source, Lexicon({})) == text


@installed
def test_a_marked_word_beside_a_literal_asterisk_is_still_looked_up():
    assert with_lexicon("el *zzyzx* [zzyzx]") == "the *widget* [widget]"


@installed
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Aumentan los casos de sarampión", "cases of measles"),
        ("NOGALES, Son.- Hallan túnel", "NOGALES"),
        ("Cierran la garita de Nogales", "border crossing of Nogales"),
        ("Ganan los Filis en Santo Domingo", "Phillies in Santo Domingo"),
        ("Cancelan a la banda Los Tordos del Monte hoy", "Los Tordos del Monte"),
        ("La oposición pide «La Ley del Monte» hoy", "«La Ley del Monte»"),
        ("Mueren dos personas en un centro nocturno", "Two people die in a nightclub"),
    ],
)
def test_border_news_reads_as_news(text, part):
    assert part in spanish(text)[0]


@installed
def test_the_version_names_the_package_and_both_lists():
    package, glossary, lexicon = ApertiumTranslator().version.split("+")
    assert package
    assert re.fullmatch(r"glossary\.[0-9a-f]{8}", glossary)
    assert re.fullmatch(r"lexicon\.[0-9a-f]{8}", lexicon)
    without_glossary = ApertiumTranslator(Glossary(())).version.split("+")
    without_lexicon = ApertiumTranslator(lexicon=Lexicon({})).version.split("+")
    assert [package, lexicon] == [without_glossary[0], without_glossary[2]]
    assert [package, glossary] == without_lexicon[:2]
    assert without_glossary[1] != glossary
    assert without_lexicon[2] != lexicon


@installed
def test_a_pair_without_a_mode_is_not_supported():
    assert not ApertiumTranslator().supports("es", "es")
    with pytest.raises(TranslationError, match="no mode from es to es"):
        ApertiumTranslator().translate(["hola"], "es", "es")


def test_a_missing_program_supports_nothing_and_is_named():
    translator = ApertiumTranslator(command="/nowhere/apertium")
    assert not translator.supports("es", "en")
    with pytest.raises(TranslationError, match="is apertium-eng-spa installed") as why:
        translator.translate(["hola"], "es", "en")
    assert isinstance(why.value.__cause__, OSError)


def test_only_installed_modes_are_supported(program):
    translator = ApertiumTranslator(command=program("cat", listing="spa-eng spa-cat"))
    assert translator.supports("es", "en")
    assert not translator.supports("en", "es")


def test_a_program_that_cannot_list_its_modes_supports_nothing(program):
    broken = program("cat", listing="x; exit 3")
    assert not ApertiumTranslator(command=broken).supports("es", "en")


def test_nothing_is_run_for_blank_texts(program):
    translator = ApertiumTranslator(command=program("exit 1"))
    assert translator.translate(["", " "], "es", "en") == ["", " "]
    assert translator.translate([], "es", "en") == []


def test_a_program_that_fails_is_quoted(program):
    translator = ApertiumTranslator(command=program("echo no such mode >&2; exit 4"))
    with pytest.raises(TranslationError, match="spa-eng: exit 4: no such mode"):
        translator.translate(["hola"], "es", "en")


def test_a_program_that_loses_texts_is_found_out(program):
    translator = ApertiumTranslator(command=program("head -c 20"))
    with pytest.raises(TranslationError, match="spa-eng: stopped after 1 of 3 texts"):
        translator.translate(["hola", "agua", "sol"], "es", "en")


def test_a_program_that_stops_reading_is_an_error_of_ours(program):
    translator = ApertiumTranslator(command=program("exit 0"))
    with pytest.raises(TranslationError, match="stopped after 0 of 20000"):
        translator.translate(["agua"] * 20_000, "es", "en")


def test_a_program_that_hangs_is_killed_with_its_children(program, tmp_path):
    line = f"sleep 60 & echo $! >{tmp_path}/child; wait"
    translator = ApertiumTranslator(command=program(line), patience_seconds=0.5)
    started = time.monotonic()
    with pytest.raises(TranslationError, match="no answer after"):
        translator.translate(["hola"], "es", "en")
    assert time.monotonic() - started < 10
    assert not is_running(int((tmp_path / "child").read_text()))


def is_running(pid: int) -> bool:
    """Whether a process lives; one that waits to be buried does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def test_terms_travel_through_any_program_that_keeps_the_format(program):
    translator = ApertiumTranslator(command=program("cat"))
    [text] = translator.translate(["con [Trump] en EE. UU. y $5"], "es", "en")
    assert text == "con [Trump] en U.S. y $5"


def test_the_module_is_light_to_import():
    code = (
        "import sys, monitor.translation.apertium;"
        "print(sorted({'argostranslate', 'ctranslate2', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
