import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.errors import TranslationError
from monitor.translation import argos as argos_module
from monitor.translation.argos import (
    ArgosTranslator,
    import_package,
    install_package,
    installed_packages,
)

PACKAGES = Path(__file__).parent / "packages"
ES_EN = PACKAGES / "tiny_es_en.argosmodel"
EN_ES = PACKAGES / "tiny_en_es.argosmodel"


@pytest.fixture(autouse=True)
def argos_home(tmp_path, monkeypatch):
    """argostranslate makes folders where these point when it is first imported, and
    keeps the paths; later tests need them moved by hand."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    from argostranslate import settings

    (tmp_path / "downloads").mkdir()
    (tmp_path / "own").mkdir()
    monkeypatch.setattr(settings, "package_data_dir", tmp_path / "own")
    monkeypatch.setattr(settings, "downloads_dir", tmp_path / "downloads")
    monkeypatch.setattr(settings, "local_package_index", tmp_path / "index.json")
    return settings


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
    assert argos.version == "en-es 1.0, es-en 1.0"


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


def test_without_a_folder_argostranslates_own_is_used(argos_home):
    made = import_package(ES_EN)
    assert made.path.parent == argos_home.package_data_dir
    assert installed_packages() == [made]
    assert ArgosTranslator().supports("es", "en")


def test_packages_are_listed_by_languages(packages_dir):
    assert [
        (p.source, p.target, p.version) for p in installed_packages(packages_dir)
    ] == [
        ("en", "es", "1.0"),
        ("es", "en", "1.0"),
    ]


def test_what_is_not_a_whole_package_is_not_listed(tmp_path):
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "empty").mkdir()
    for name, metadata in (("broken", "{"), ("list", "[]"), ("modelless", "{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metadata.json").write_text(metadata)
    assert installed_packages(tmp_path) == []
    assert installed_packages(tmp_path / "missing") == []


def test_importing_again_replaces_the_package(tmp_path):
    assert import_package(ES_EN, tmp_path) == import_package(ES_EN, tmp_path)
    assert len(installed_packages(tmp_path)) == 1


def test_a_newer_package_takes_the_place_of_an_older_one(tmp_path):
    folder = tmp_path / "packages"
    older = import_package(ES_EN, folder)
    older.path.rename(folder / "as-argostranslate-calls-it-1_0")
    newer = repacked(tmp_path / "newer.argosmodel", package_version="1.7")
    made = import_package(newer, folder)
    assert installed_packages(folder) == [made]
    assert ArgosTranslator(folder).version == "es-en 1.7"


@pytest.mark.parametrize("content", [b"", b"not a zip archive"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    file = tmp_path / "bad.argosmodel"
    file.write_bytes(content)
    with pytest.raises(TranslationError, match=r"bad.argosmodel: not an Argos package"):
        import_package(file, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(TranslationError, match=r"gone.argosmodel: not an Argos"):
        import_package(tmp_path / "gone.argosmodel", tmp_path)


def test_an_archive_without_a_model_is_refused_and_leaves_nothing(tmp_path):
    file = tmp_path / "empty.argosmodel"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("es_en/metadata.json", '{"from_code": "es", "to_code": "en"}')
    with pytest.raises(TranslationError, match="lacks metadata.json, model/ or a"):
        import_package(file, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_damaged_model_is_an_error_of_ours(tmp_path):
    made = import_package(ES_EN, tmp_path)
    (made.path / "model" / "model.bin").write_bytes(b"\0" * 100)
    with pytest.raises(TranslationError, match="cannot be loaded"):
        ArgosTranslator(tmp_path).translate(["agua"], "es", "en")


def test_a_damaged_tokenizer_is_an_error_of_ours(tmp_path):
    made = import_package(ES_EN, tmp_path)
    (made.path / "sentencepiece.model").write_bytes(b"\0" * 100)
    with pytest.raises(TranslationError, match="argos es-en"):
        ArgosTranslator(tmp_path).translate(["agua"], "es", "en")


def repacked(file: Path, **metadata: str) -> Path:
    """The Spanish package with some of its metadata changed."""
    with zipfile.ZipFile(ES_EN) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("metadata.json"):
                body = json.dumps(json.loads(body) | metadata).encode()
            new.writestr(name, body)
    return file


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def site(tmp_path, argos_home, monkeypatch):
    """A package index on loopback; files put into the folder it returns are served."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(argos_home, "remote_package_index", f"{address}/index.json")
        offer = {"from_code": "es", "to_code": "en", "package_version": "1.0"}
        links = [f"{address}/es_en.argosmodel"]
        (folder / "index.json").write_text(json.dumps([offer | {"links": links}]))
        yield folder
        server.shutdown()
        thread.join()


def test_a_package_is_installed_from_the_index(site, tmp_path, argos_home):
    (site / "es_en.argosmodel").write_bytes(ES_EN.read_bytes())
    made = install_package("es", "en", tmp_path / "packages")
    assert installed_packages(tmp_path / "packages") == [made]
    assert list(argos_home.downloads_dir.iterdir()) == []


def test_a_language_that_is_not_on_offer_is_named(site, tmp_path):
    with pytest.raises(TranslationError, match="en-es: the package index does not"):
        install_package("en", "es", tmp_path)


def test_a_package_that_cannot_be_downloaded_is_named(site, tmp_path):
    with pytest.raises(TranslationError, match="es-en: Download failed"):
        install_package("es", "en", tmp_path)


def test_a_damaged_download_is_not_kept(site, tmp_path, argos_home):
    (site / "es_en.argosmodel").write_bytes(ES_EN.read_bytes()[:1000])
    with pytest.raises(TranslationError, match="not an Argos package"):
        install_package("es", "en", tmp_path / "packages")
    assert list(argos_home.downloads_dir.iterdir()) == []
    (site / "es_en.argosmodel").write_bytes(ES_EN.read_bytes())
    assert install_package("es", "en", tmp_path / "packages").version == "1.0"


@pytest.mark.parametrize("content", ["<html>", "{}", '["es"]', "7"])
def test_an_index_that_is_none_is_named(site, tmp_path, content):
    (site / "index.json").write_text(content)
    with pytest.raises(TranslationError, match="index"):
        install_package("es", "en", tmp_path)


def test_offline_the_way_out_is_told(tmp_path, argos_home, monkeypatch):
    monkeypatch.setattr(
        argos_home, "remote_package_index", "http://127.0.0.1:9/index.json"
    )
    argos_home.local_package_index.write_text("[]")  # from better days
    with pytest.raises(TranslationError, match="monitor models import FILE"):
        install_package("es", "en", tmp_path)


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
from monitor.translation.argos import ArgosTranslator, import_package
lazy = {{"argostranslate", "ctranslate2", "sentencepiece"}} & set(sys.modules)
import_package(Path({str(ES_EN)!r}), Path({str(tmp_path)!r}))
print(ArgosTranslator(Path({str(tmp_path)!r})).translate(["agua"], "es", "en"))
heavy = {{"torch", "stanza", "spacy", "minisbd", "argostranslate.translate"}}
print(sorted(lazy), sorted(heavy & set(sys.modules)))
""",
        tmp_path,
    )
    assert output.splitlines() == ["['water']", "[] []"]


def test_a_sentence_comes_out_as_argostranslate_itself_puts_it(tmp_path, packages_dir):
    """Its sentence splitters are stood in for where they are not installed; all that
    is done to a sentence is its own."""
    output = run_python(
        f"""
import importlib.util, sys, types
from pathlib import Path
for name in ("stanza", "minisbd"):
    if importlib.util.find_spec(name) is None:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].SBDetect = sys.modules[name].models = types.SimpleNamespace()
import ctranslate2
from argostranslate import package, translate
from monitor.translation.argos import ArgosTranslator
from monitor.translation.sentences import split_sentences
folder = Path({str(packages_dir)!r})
texts = [text for text in {TEXTS!r} if text.strip()]
class Splitter:
    def split_sentences(self, text):
        return split_sentences(text)
source = package.Package(folder / "translate-es_en")
theirs = translate.PackageTranslation.__new__(translate.PackageTranslation)
theirs.pkg, theirs.translator, theirs.sentencizer = source, None, Splitter()
ours = ArgosTranslator(folder).translate(texts, "es", "en")
print(ours == [theirs.translate(text) for text in texts], len(texts))
""",
        tmp_path,
    )
    assert output == f"True {len(TEXTS) - 2}"


def test_without_a_home_another_engine_may_do(tmp_path):
    (tmp_path / "file").write_text("")
    output = run_python(
        """
from monitor.errors import TranslationError
from monitor.translation import argos as argos_module
from monitor.translation.argos import ArgosTranslator, installed_packages
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
