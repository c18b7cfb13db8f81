import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from monitor.errors import TranslationError
from monitor.translation import argos as argos_module
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import (
    SUM_FILE,
    import_package,
    installed_packages,
)

PACKAGES = Path(__file__).parent / "packages"
ES_EN = PACKAGES / "tiny_es_en.argosmodel"
EN_ES = PACKAGES / "tiny_en_es.argosmodel"

pytestmark = pytest.mark.usefixtures("argos_home")


@pytest.fixture(scope="module")
def packages_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("argos")
    for file in (ES_EN, EN_ES):
        import_package(file, folder)
    return folder


@pytest.fixture
def argos(packages_dir):
    translator = ArgosTranslator(packages_dir)
    yield translator
    translator.close()


def test_both_directions_are_translated(argos):
    assert argos.translate(["el gobierno rechaza aranceles"], "es", "en") == [
        "the government rejects tariffs"
    ]
    assert argos.translate(["the government rejects tariffs"], "en", "es") == [
        "el gobierno rechaza aranceles"
    ]


TEXTS = [
    "el gobierno anuncia nuevo acuerdo con Texas",
    "agua",
    "",
    " \n ",
    "el puente cierra hoy. la escuela cierra mañana. ¿llega lluvia?",
    "Hoy cierra. Mañana llega. Camiones esperan en Tijuana.",
    "camiones esperan\n\nmaestros cruzan",
    "\n\nagua",
    "_ agua y lluvia",
    "日本 rechaza el acuerdo 😀",
    "Zacatecas, 32 %",
    "el agua llega sin lluvia, " * 80,
    "agua",
]


def test_a_batch_gives_what_each_text_gives_alone(argos):
    together = argos.translate(TEXTS, "es", "en")
    assert together == [argos.translate([text], "es", "en")[0] for text in TEXTS]


def test_order_is_kept_whatever_the_lengths(argos):
    texts = [" ".join(["agua"] * n) for n in (30, 1, 17, 2, 40, 3)]
    assert argos.translate(texts, "es", "en") == [
        text.replace("agua", "water") for text in texts
    ]


def test_a_large_batch_is_cut_and_put_together_again(argos):
    texts = [f"agua {n} sin lluvia" for n in range(1500)]
    assert argos.translate(texts, "es", "en") == [
        f"water {n} without rain" for n in range(1500)
    ]


def test_no_texts_and_blank_texts_need_no_model(argos):
    assert argos.translate([], "es", "en") == []
    assert argos.translate(["", "  \n"], "es", "en") == ["", "  \n"]


def test_every_sentence_of_a_text_is_translated(argos):
    text = "El puente cierra. La ciudad espera."
    [translated] = argos.translate([text], "es", "en")
    assert translated == "El bridge closes. La city espera."


def test_line_breaks_are_kept(argos):
    assert argos.translate(["agua\n\nlluvia"], "es", "en") == ["water\n\nrain"]


def test_a_long_text_is_translated_to_the_end(argos):
    text = "el agua llega sin lluvia, " * 80 + "puente"
    [translated] = argos.translate([text], "es", "en")
    assert translated == "the water arrives without rain, " * 80 + "bridge"


def test_what_the_model_does_not_know_is_copied(argos):
    assert argos.translate(["日本 rechaza 😀"], "es", "en") == ["日本 rejects 😀"]


def test_a_closed_translator_opens_again(argos):
    argos.translate(["agua"], "es", "en")
    argos.close()
    assert argos.translate(["agua"], "es", "en") == ["water"]


def test_a_direction_is_loaded_once_even_by_many_threads(argos, monkeypatch):
    loads, answers = [], []

    def slow_load(package, load=argos_module._load):
        loads.append(package)
        time.sleep(0.05)
        return load(package)

    def ask():
        answers.extend(argos.translate(["agua"] * 20, "es", "en"))

    monkeypatch.setattr(argos_module, "_load", slow_load)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["water"] * 80
    assert len(loads) == 1


def test_the_version_names_each_package_of_our_languages(argos):
    en_es, es_en = (hashlib.sha256(f.read_bytes()).hexdigest() for f in (EN_ES, ES_EN))
    assert argos.version == f"en-es 1.0 {en_es[:8]}, es-en 1.0 {es_en[:8]}"


def test_the_version_tells_packages_of_one_number_apart(tmp_path):
    made = import_package(ES_EN, tmp_path)
    (made.path / SUM_FILE).write_text(f"{'ab' * 32}\n")
    assert ArgosTranslator(tmp_path).version == "es-en 1.0 abababab"


@pytest.mark.parametrize("recorded", [None, "", "none", "ab" * 31])
def test_the_version_of_a_package_without_a_sum_changes_with_its_files(
    tmp_path, recorded
):
    made = import_package(ES_EN, tmp_path)
    (made.path / SUM_FILE).unlink()
    if recorded is not None:
        (made.path / SUM_FILE).write_text(recorded)
    argos = ArgosTranslator(tmp_path)
    versions = [argos.version]
    assert re.fullmatch("es-en 1.0 [0-9a-f]{8}", versions[0])
    assert argos.version == versions[0]
    for name in ("model/model.bin", "metadata.json", "sentencepiece.model"):
        with (made.path / name).open("ab") as file:
            file.write(b" ")
        versions.append(argos.version)
    assert len(set(versions)) == 4


# --- memory ----------------------------------------------------------------------


class Clock:
    """Seconds, as the test has them."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def loaded(translator):
    return [(package.source, package.target) for package in translator.loaded]


def test_a_model_without_work_is_freed_and_loaded_again(packages_dir):
    clock = Clock()
    argos = ArgosTranslator(packages_dir, idle_seconds=600, clock=clock)
    argos.translate(["agua"], "es", "en")
    argos.release_idle(clock.now + 599)
    assert loaded(argos) == [("es", "en")]
    argos.release_idle(clock.now + 600)
    assert loaded(argos) == []
    assert argos.translate(["agua"], "es", "en") == ["water"]
    argos.close()


def test_work_in_one_direction_frees_the_other_if_it_is_idle(packages_dir):
    clock = Clock()
    argos = ArgosTranslator(packages_dir, idle_seconds=600, clock=clock)
    argos.translate(["agua"], "es", "en")
    clock.now += 300
    argos.translate(["water"], "en", "es")
    assert loaded(argos) == [("es", "en"), ("en", "es")]
    clock.now += 300
    argos.translate(["water"], "en", "es")
    assert loaded(argos) == [("en", "es")]
    argos.close()


def test_a_model_at_work_is_not_freed(packages_dir):
    clock = Clock()
    argos = ArgosTranslator(packages_dir, idle_seconds=600, clock=clock)
    [package] = [p for p in installed_packages(packages_dir) if p.source == "es"]
    with argos._using(package):
        clock.now += 6000
        argos.release_idle()
        assert loaded(argos) == [("es", "en")]
    argos.release_idle()
    assert loaded(argos) == [("es", "en")]
    argos.close()


def test_models_are_freed_with_nobody_asking(packages_dir):
    argos = ArgosTranslator(packages_dir, idle_seconds=0.05)
    argos.translate(["agua"], "es", "en")
    end = time.monotonic() + 5
    while argos.loaded and time.monotonic() < end:
        time.sleep(0.01)
    assert loaded(argos) == []
    argos.close()


def test_closing_ends_the_waiting(packages_dir):
    argos = ArgosTranslator(packages_dir)
    argos.translate(["agua"], "es", "en")
    timer = argos._timer
    argos.close()
    timer.join(5)
    assert not timer.is_alive()
    assert loaded(argos) == []


def test_a_package_that_is_replaced_while_we_run_is_used(tmp_path):
    import_package(ES_EN, tmp_path)
    argos = ArgosTranslator(tmp_path)
    assert argos.translate(["agua"], "es", "en") == ["water"]
    [old] = argos.loaded
    made = import_package(ES_EN, tmp_path)
    assert argos.translate(["agua"], "es", "en") == ["water"]
    assert argos.loaded == (made,) != (old,)
    argos.close()


# --- by way of a third language ----------------------------------------------------


@pytest.fixture(scope="module")
def roundabout(tmp_path_factory):
    sys.path.insert(0, str(PACKAGES))
    import make_tiny

    folder = tmp_path_factory.mktemp("argos")
    for pair in (("es", "fr"), ("fr", "en")):
        file = folder / "made.argosmodel"
        file.write_bytes(make_tiny.package(*pair))
        import_package(file, folder / "packages")
    return folder / "packages"


def test_without_a_direct_package_a_third_language_lies_between(roundabout):
    argos = ArgosTranslator(roundabout)
    assert argos.supports("es", "en")
    assert not argos.supports("en", "es")
    assert re.fullmatch("es-fr 1.0 [0-9a-f]{8}, fr-en 1.0 [0-9a-f]{8}", argos.version)
    texts = ["el agua llega sin lluvia", "", "el puente cierra. Llega agua.\nagua"]
    assert argos.translate(texts, "es", "en") == [
        "the water arrives without rain",
        "",
        "the bridge closes. Llega water.\nwater",
    ]
    assert loaded(argos) == [("es", "fr"), ("fr", "en")]
    argos.close()


def test_a_direct_package_is_preferred(roundabout, tmp_path):
    shutil.copytree(roundabout, tmp_path / "packages")
    import_package(ES_EN, tmp_path / "packages")
    argos = ArgosTranslator(tmp_path / "packages")
    argos.translate(["agua"], "es", "en")
    assert loaded(argos) == [("es", "en")]
    assert argos.version.startswith("es-en 1.0 ")
    argos.close()


def test_only_installed_directions_are_supported(tmp_path):
    import_package(ES_EN, tmp_path)
    translator = ArgosTranslator(tmp_path)
    assert translator.supports("es", "en")
    assert not translator.supports("en", "es")
    with pytest.raises(TranslationError, match="no package from en to es"):
        translator.translate(["water"], "en", "es")


def test_a_package_installed_while_we_run_is_found(tmp_path):
    translator = ArgosTranslator(tmp_path)
    assert not translator.supports("es", "en")
    import_package(ES_EN, tmp_path)
    assert translator.translate(["agua"], "es", "en") == ["water"]


def test_a_damaged_model_is_an_error_of_ours(tmp_path):
    made = import_package(ES_EN, tmp_path)
    (made.path / "model" / "model.bin").write_bytes(b"\0" * 100)
    with pytest.raises(TranslationError, match="cannot be loaded"):
        ArgosTranslator(tmp_path).translate(["agua"], "es", "en")


def test_a_damaged_tokenizer_is_an_error_of_ours(tmp_path):
    made = import_package(ES_EN, tmp_path)
    (made.path / "sentencepiece.model").write_bytes(b"\0" * 100)
    with pytest.raises(TranslationError, match="translate-es_en: cannot be loaded"):
        ArgosTranslator(tmp_path).translate(["agua"], "es", "en")


def run_python(code: str, home: Path) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_translating_never_loads_the_heavy_libraries(tmp_path):
    output = run_python(
        f"""
import sys
from pathlib import Path
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import import_package
lazy = {{"argostranslate", "ctranslate2", "sentencepiece"}} & set(sys.modules)
import_package(Path({str(ES_EN)!r}), Path({str(tmp_path)!r}))
print(ArgosTranslator(Path({str(tmp_path)!r})).translate(["agua"], "es", "en"))
heavy = {{"torch", "stanza", "spacy", "minisbd", "argostranslate.translate"}}
print(sorted(lazy), sorted(heavy & set(sys.modules)))
""",
        tmp_path,
    )
    assert output.splitlines() == ["['water']", "[] []"]


def test_without_a_home_another_engine_may_do(tmp_path):
    (tmp_path / "file").write_text("")
    output = run_python(
        """
from monitor.errors import TranslationError
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import installed_packages
print(ArgosTranslator().supports("es", "en"))
try:
    installed_packages()
except TranslationError as error:
    print("XDG_DATA_HOME" in str(error))
""",
        tmp_path / "file",
    )
    assert output.splitlines() == ["False", "True"]


def test_the_packages_of_the_tests_can_be_made_again(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(PACKAGES)
    import make_tiny

    assert sum(file.stat().st_size for file in (ES_EN, EN_ES)) < 1_000_000
    file = tmp_path / "made.argosmodel"
    file.write_bytes(make_tiny.package("es", "en"))
    import_package(file, tmp_path / "packages")
    argos = ArgosTranslator(tmp_path / "packages")
    assert argos.translate(["agua sin lluvia"], "es", "en") == ["water without rain"]
