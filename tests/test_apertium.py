import gc
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from builders import item
from monitor.errors import TranslationError
from monitor.model import Language
from monitor.translation.apertium import ApertiumTranslator, stages
from monitor.translation.apertium_pipe import Pipeline
from monitor.translation.apertium_stream import from_stream
from monitor.translation.glossary import Glossary, Span, Term
from monitor.translation.items import translate_items
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
    """Make a stand-in for Apertium whose stages are lines of shell."""

    def make(*lines: str, listing: str = "spa-eng eng-spa") -> str:
        modes, programs = tmp_path / "share/apertium/modes", tmp_path / "bin"
        modes.mkdir(parents=True, exist_ok=True)
        programs.mkdir(exist_ok=True)
        scripts = {f"stage{i}": line for i, line in enumerate(lines)}
        scripts |= {"apertium": "", "apertium-wblank-mode": 'cat "$2"'}
        for name, line in scripts.items():
            (programs / name).write_text(f"#!/bin/sh\n{line}\n")
            (programs / name).chmod(0o755)
        for mode in listing.split():
            stages = " | ".join(f"stage{i} $1 $2" for i in range(len(lines)))
            (modes / f"{mode}.mode").write_text(stages)
        return str(programs / "apertium")

    return make


@cache
def shared(lexicon: Lexicon | None = None) -> ApertiumTranslator:
    """A translator that runs until the end of this file."""
    return ApertiumTranslator(lexicon=lexicon)


@pytest.fixture(scope="module", autouse=True)
def unshared() -> Iterator[None]:
    yield
    for lexicon in (None, OWN, EMPTY):
        shared(lexicon).close()


def spanish(*texts: str, glossary: Glossary | None = None) -> list[str]:
    with closing(ApertiumTranslator(glossary)) as own:
        engine = shared() if glossary is None else own
        return engine.translate(texts, "es", "en")


def english(*texts: str) -> list[str]:
    return shared().translate(texts, "en", "es")


@installed
def test_both_directions_are_translated():
    assert spanish("El perro es negro") == ["The dog is black"]
    assert english("The dog is black") == ["El perro es negro"]


@installed
@pytest.mark.parametrize(("source", "target"), [("es", "en"), ("en", "es")])
def test_as_many_texts_come_back_as_went_in_however_odd(source, target):
    translator = shared()
    together = translator.translate(ODD, source, target)
    backwards = translator.translate(ODD[::-1], source, target)
    assert len(together) == len(ODD)
    assert together == backwards[::-1]


@installed
def test_signs_of_the_stream_format_come_back_as_they_were():
    odd = ["[Mx]", "^Mx$", "{Mx}", "<Mx>", "Mx/Mx", "Mx\\Mx", "@Mx", "~Mx", "[§0§]"]
    assert spanish(*odd) == odd


@installed
@pytest.mark.parametrize("other", ["a lot of", "known", "included", "span"])
def test_no_text_depends_on_those_before_it(other):
    text = 'Danius said, "no".'
    with closing(ApertiumTranslator()) as translator:
        before, _, after = translator.translate([text, other, text], "en", "es")
        assert translator.translate([text], "en", "es") == [before] == [after]


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
    ("text", "translation"),
    [
        ("¡Hola, Mundo! ¿Cómo estás?", "Hello, World! How you are?"),
        ("¿Cómo estás? ¡Hola, Mundo!", "How you are? Hello, World!"),
        ("¡Gol! México gana. ¡Viva!", "Goal! Mexico wins. Alive!"),
        ("¿Qué?", "What?"),
    ],
)
def test_questions_and_exclamations_are_kept_whole(text, translation):
    assert spanish(text) == [translation]


@installed
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Hello, World! How are you?", "¡Hola, Mundo! ¿Cómo eres?"),
        ("¡Hola, World! ¿How are you?", "¡Hola, Mundo! ¿Cómo eres?"),
        ("Texas: is there water?", "Texas: ¿es allí agua?"),
        (
            "Now, who wins the U.S. election?",
            "Ahora, ¿quién gana la elección de EE.UU.?",
        ),
        ('"Nobody!" the dog says.', '"¡Nadie!" El perro dice.'),
        ("The Zzyzx? Never!", "¿El Zzyzx? ¡Nunca!"),
    ],
)
def test_spanish_opens_what_it_closes(text, translation):
    assert english(text) == [translation]


@installed
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Texas voters say no", "Votantes de Texas dicen no"),
        ("Mexico Says No to American Bombs", "México Dice No a Bombas americanas"),
        ("No to war, says Sheinbaum", "No a guerra, dice Sheinbaum"),
        ("Texas voters say NO!", "¡Votantes de Texas dicen NO!"),
        ("Did Trump say no? No.", "¿Trump dice no? No."),
        ("They said no. Then they left.", "Dijeron no. Entonces dejaron."),
        ('Trump says "no."', 'Trump dice "no."'),
        ("He said 'no'", "Dijo 'no'"),
        ("The dog (no) is black", "El perro (no) es negro"),
        ("It was No. 5", "Era Núm. 5"),
        ("They have no. 1,500", "Tienen núm. 1,500"),
        ("They said [no]", "Dijeron [ningún]"),
    ],
)
def test_an_english_no_at_the_end_is_no_number(text, translation):
    assert english(text) == [translation]


@installed
@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Mexican peso falls today", "Peso mexicano cae hoy"),
        ('"Mexican peso falls today"', '"Peso mexicano cae hoy"'),
        ("the dog is black", "el perro es negro"),
        ("US troops leave", "Tropas de EE.UU. dejan"),
        ("5 Mexican dogs", "5 perros mexicanos"),
    ],
)
def test_spanish_begins_with_a_capital_where_english_does(text, translation):
    assert english(text) == [translation]


@pytest.mark.parametrize(
    ("stream", "language", "text"),
    [
        ("peso mexicano", "es", "Peso mexicano"),
        ("¿marcha", "es", "¿Marcha"),
        ("*zzyzx", "es", "\0Zzyzx"),
        ("iPhone", "es", "iPhone"),
        ("12 muertos", "es", "12 muertos"),
        ("it Follows", "en", "it follows"),
    ],
)
def test_only_a_plain_first_word_is_raised(stream, language, text):
    assert from_stream(stream, [], language, "The") == text


@installed
@pytest.mark.parametrize("text", ["^ …", "^Mx …", "Mx ^", "^", "a^b ^ …"])
def test_a_caret_which_wedges_a_stage_is_kept_from_it(text):
    assert spanish(text)[0].count("^") == text.count("^")


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


EMPTY = Lexicon({})


def with_lexicon(text: str, source: Language = "es", lexicon: Lexicon = OWN) -> str:
    target: Language = "en" if source == "es" else "es"
    return shared(lexicon).translate([text], source, target)[0]


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
    with closing(ApertiumTranslator(lexicon=read_lexicon(["es\tperro\tcat"]))) as own:
        assert own.translate(["el perro"], "es", "en") == ["the dog"]


@installed
@pytest.mark.parametrize("source", ["es", "en"])
@pytest.mark.parametrize("sign", ["*", "#", "@", "**", "*#", "\\*", "[*", "\\@"])
def test_a_sign_of_the_text_is_never_taken_for_a_mark(sign, source):
    for text in (f"{sign}Texas", f"Texas{sign}", f"Mx {sign} Mx", f"Mx{sign}Mx"):
        assert with_lexicon(text, source, EMPTY) == text


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
    with pytest.raises(TranslationError, match="is apertium-eng-spa installed"):
        translator.translate(["hola"], "es", "en")


def test_only_installed_modes_are_supported(program):
    translator = ApertiumTranslator(command=program("cat", listing="spa-eng spa-cat"))
    assert translator.supports("es", "en")
    assert not translator.supports("en", "es")
    with pytest.raises(TranslationError, match="no mode eng-spa; is apertium-eng-spa"):
        translator.translate(["hello"], "en", "es")


def test_nothing_is_run_for_blank_texts(program):
    translator = ApertiumTranslator(command=program("exit 1"))
    assert translator.translate(["", " "], "es", "en") == ["", " "]
    assert translator.translate([], "es", "en") == []
    assert translator.pids() == []


def test_a_stage_that_cannot_be_run_is_named(program):
    command = program("cat", "cat")
    (Path(command).parent / "stage1").unlink()
    translator = ApertiumTranslator(command=command)
    with pytest.raises(TranslationError, match="stage1 cannot be run"):
        translator.translate(["hola"], "es", "en")
    assert translator.pids() == []


def test_a_stage_that_fails_is_quoted(program):
    command = program("exec cat", "echo no such file >&2; exit 4", "exec cat")
    with pytest.raises(TranslationError, match="spa-eng: .* stage1: exit 4: no such"):
        ApertiumTranslator(command=command).translate(["hola"], "es", "en")


def test_texts_that_get_lost_are_missed(program):
    translator = ApertiumTranslator(command=program("head -c 3"))
    with pytest.raises(TranslationError, match="spa-eng: stopped"):
        translator.translate(["hola", "agua", "sol"], "es", "en")


@pytest.mark.parametrize("change", ["s/§1§/§2§/", "/agua/d", "s/^hola/&\\x00/"])
def test_texts_that_change_places_are_found_out(program, change):
    translator = ApertiumTranslator(command=program(f"sed -zu '{change}'"))
    with pytest.raises(TranslationError, match="text . came back as another"):
        translator.translate(["hola", "agua", "sol"], "es", "en")
    assert translator.pids() == []


def test_stages_that_stop_reading_are_an_error_of_ours(program):
    translator = ApertiumTranslator(command=program("exit 0"))
    with pytest.raises(TranslationError, match="stopped"):
        translator.translate(["agua"] * 20_000, "es", "en")


def test_stages_that_hang_are_killed(program):
    trap = Trap()
    translator = ApertiumTranslator(
        trap, command=program("cat", "sed -zu 20q; exec sleep 60"), patience_seconds=0.5
    )
    seen: list[int] = []
    trap.at, trap.happens = 30, lambda: seen.extend(translator.pids())
    started = time.monotonic()
    with pytest.raises(TranslationError, match="no answer after"):
        translator.translate(["hola"] * 40, "es", "en")
    assert time.monotonic() - started < 10
    assert len(seen) == 2
    assert not any(exists(pid) for pid in seen)


class Trap(Glossary):
    """An empty glossary; when it is asked for the time ``at``, something happens."""

    def __init__(self) -> None:
        super().__init__(())
        self.asked, self.at, self.happens = 0, -1, list

    def find(self, text: str, language: Language) -> list[Span]:
        self.asked += 1
        if self.asked == self.at:
            self.happens()
        return []


def exists(pid: int) -> bool:
    """Whether there is such a process, be it a dead one that was not buried."""
    return Path(f"/proc/{pid}").exists()


def gone(pids: Iterable[int], seconds: float = 20) -> bool:
    """Whether none of the processes is left, at the latest after so long."""
    end = time.monotonic() + seconds
    while any(exists(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(exists(pid) for pid in pids)


NUMBERED = [f"Hay {n} perros en la plaza" for n in range(2000)]
TRANSLATED = [f"There are {n} dogs in the square" for n in range(2000)]


@installed
def test_one_row_of_processes_serves_every_batch():
    with closing(ApertiumTranslator()) as translator:
        assert translator.pids() == []
        translator.translate(["el agua"], "es", "en")
        there = translator.pids()
        assert len(there) == 12
        assert translator.translate(["la lluvia"], "es", "en") == ["the rain"]
        assert translator.pids() == there
        translator.translate(["the rain"], "en", "es")
        assert len(translator.pids()) == 25
        both = translator.pids()
        translator.close()
        assert translator.pids() == []
        assert not any(exists(pid) for pid in both)
        assert translator.translate(["el sol"], "es", "en") == ["the sun"]


@installed
@pytest.mark.parametrize("stage", range(12))
def test_whichever_stage_is_killed_costs_one_batch_and_mixes_nothing_up(stage):
    trap = Trap()
    with closing(ApertiumTranslator(trap)) as translator:
        assert translator.translate(NUMBERED[:3], "es", "en") == TRANSLATED[:3]
        before = translator.pids()
        trap.at, trap.happens = 1000, lambda: os.kill(before[stage], signal.SIGKILL)
        with pytest.raises(TranslationError, match="stopped.* killed by SIGKILL"):
            translator.translate(NUMBERED, "es", "en")
        assert not any(exists(pid) for pid in before)
        assert translator.translate(NUMBERED[7:90], "es", "en") == TRANSLATED[7:90]


@installed
def test_a_stage_that_died_between_batches_costs_none():
    with closing(ApertiumTranslator()) as translator:
        translator.translate(["el agua"], "es", "en")
        os.kill(translator.pids()[5], signal.SIGKILL)
        time.sleep(0.2)
        assert translator.translate(["la lluvia"], "es", "en") == ["the rain"]


@installed
def test_a_text_that_a_real_stage_swallows_costs_only_its_batch():
    pipeline = Pipeline("test", lambda: stages("apertium", "spa-eng"), 2, 60)
    with closing(pipeline):
        with pytest.raises(TranslationError, match="no answer|came back as another"):
            list(pipeline.answers(iter(["el sol.", "\\^ …", "el agua."])))
        assert pipeline.pids() == []
        assert list(pipeline.answers(iter(["el agua."]))) == ["The water."]


def test_the_programs_see_nothing_of_what_our_environment_keeps_secret(
    program, tmp_path, monkeypatch
):
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", "planted")
    monkeypatch.setenv("DESK_SECRET", "planted")
    seen = tmp_path / "seen"
    command = program(f"env >> {seen}; cat")
    mode = Path(command).with_name("apertium-wblank-mode")
    mode.write_text(f'#!/bin/sh\nenv >> {seen}; cat "$2"\n')
    with closing(ApertiumTranslator(command=command)) as translator:
        assert translator.translate(["el agua"], "es", "en")
    told = seen.read_text()
    names = [line.partition("=")[0] for line in told.splitlines()]
    # Of the program that describes the mode, and of the one stage.
    assert (names.count("PATH"), names.count("LC_ALL")) == (2, 2)
    assert "planted" not in told


def test_a_bad_text_costs_its_own_item_only(program):
    items = [item(f"hola {n}", "MX", id=f"i{n}") for n in range(40)]
    items[23] = item("veneno", "MX", id="i23")
    with closing(ApertiumTranslator(command=program("sed -zu /veneno/Q"))) as engine:
        made = translate_items(items, "en", engine)
    assert [failure.item for failure in made.failures] == ["i23"]
    assert [t.title for t in made.translations] == [
        f"hola {n}" for n in range(40) if n != 23
    ]


def test_more_goes_through_than_the_pipes_hold(program):
    texts = ["x" * 1000 + str(n) for n in range(5000)]
    with closing(ApertiumTranslator(command=program("cat", "cat"))) as translator:
        assert translator.translate(texts, "es", "en") == texts


def test_complaints_do_not_block_the_stages(program):
    noisy = "head -c 300000 /dev/zero >&2; exec cat"
    with closing(ApertiumTranslator(command=program(noisy))) as translator:
        assert translator.translate(["hola"], "es", "en") == ["hola"]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_stage_cannot_take_all_memory(program):
    greedy = f"sleep 0.3; exec {sys.executable} -c 'bytearray(3 << 30)'"
    with pytest.raises(TranslationError, match="(?s)stage0: exit 1: .*MemoryError"):
        ApertiumTranslator(command=program(greedy)).translate(["hola"], "es", "en")


@installed
def test_an_interrupted_batch_leaves_nothing_behind():
    trap = Trap()
    seen: list[int] = []

    def interrupt() -> None:
        seen.extend(translator.pids())
        raise KeyboardInterrupt

    with closing(ApertiumTranslator(trap)) as translator:
        trap.at, trap.happens = 900, interrupt
        with pytest.raises(KeyboardInterrupt):
            translator.translate(NUMBERED, "es", "en")
        assert len(seen) == 12
        assert not any(exists(pid) for pid in seen)
        assert translator.translate(["el agua"], "es", "en") == ["the water"]


@installed
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_stages_end_when_we_are_killed(sign):
    code = (
        "import time; from monitor.translation.apertium import ApertiumTranslator as A;"
        "t = A(); t.translate(['hola'], 'es', 'en'); print(*t.pids(), flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        pids = [int(word) for word in child.stdout.readline().split()]
        assert len(pids) == 12
        assert all(exists(pid) for pid in pids)
        child.send_signal(sign)
    assert gone(pids)


@installed
def test_a_forgotten_translator_leaves_nothing_behind():
    translator = ApertiumTranslator()
    translator.translate(["hola"], "es", "en")
    pids = translator.pids()
    del translator
    gc.collect()
    assert not any(exists(pid) for pid in pids)


def test_idle_stages_are_ended_by_the_clock(program):
    now = 1000.0
    command = program("cat")
    pipeline = Pipeline(
        "test", lambda: stages(command, "spa-eng"), 20, 300, clock=lambda: now
    )
    with closing(pipeline):
        list(pipeline.answers(iter(["hola"])))
        now += 200
        assert pipeline.end_if_idle() == 100
        list(pipeline.answers(iter(["hola"])))
        now += 299
        assert pipeline.end_if_idle() == 1
        assert len(pipeline.pids()) == 1
        now += 2
        assert pipeline.end_if_idle() == 0
        assert pipeline.pids() == []


def test_idle_stages_end_by_themselves(program):
    with closing(
        ApertiumTranslator(command=program("cat"), idle_seconds=0.2)
    ) as translator:
        for _ in range(2):
            translator.translate(["hola"], "es", "en")
            pids = translator.pids()
            assert gone(pids)
            assert translator.pids() == []


def test_a_close_does_not_wait_for_a_batch_that_hangs(program):
    translator = ApertiumTranslator(command=program("exec sleep 60"))
    with ThreadPoolExecutor(1) as threads:
        batch = threads.submit(translator.translate, ["hola"], "es", "en")
        while not translator.pids():
            time.sleep(0.01)
        started = time.monotonic()
        translator.close()
        assert time.monotonic() - started < 5
        with pytest.raises(TranslationError, match="stopped"):
            batch.result()
    assert translator.pids() == []


@installed
def test_threads_may_share_a_translator():
    with closing(ApertiumTranslator()) as translator, ThreadPoolExecutor(4) as threads:
        parts = [range(start, start + 50) for start in range(0, 1000, 50)]
        done = threads.map(
            lambda part: translator.translate([NUMBERED[n] for n in part], "es", "en"),
            parts,
        )
        for part, texts in zip(parts, done, strict=True):
            assert texts == [TRANSLATED[n] for n in part]
        assert len(translator.pids()) == 12


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
