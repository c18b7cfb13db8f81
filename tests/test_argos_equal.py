"""A sentence comes out as ``argostranslate.translate`` itself puts it.

``make argos-check`` runs this where all of argostranslate's own dependents are
installed, too; elsewhere they are stood in for.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_sentences import CASES

from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import import_package
from monitor.translation.sentences import split_sentences

PACKAGES = Path(__file__).parent / "packages"
sys.path.insert(0, str(PACKAGES))
import make_tiny  # noqa: E402
import theirs  # noqa: E402

pytestmark = pytest.mark.usefixtures("argos_home")

full = pytest.mark.skipif(
    not theirs.is_full(), reason="needs stanza, spacy and minisbd: make argos-check"
)
sets = pytest.mark.parametrize("flags", [("--lean",), pytest.param((), marks=full)])
HARD = [
    "agua",
    "_ agua y lluvia",
    "日本 rechaza el acuerdo 😀",
    "Zacatecas, 32 %",
    "el agua llega sin lluvia, " * 14,
    "¿Cierra hoy el puente?",
]


@pytest.fixture(scope="module")
def packages_dir(tmp_path_factory):
    """Both directions, and from Spanish to French."""
    folder = tmp_path_factory.mktemp("argos")
    for pair in (("es", "en"), ("en", "es"), ("es", "fr")):
        file = folder / "made.argosmodel"
        file.write_bytes(make_tiny.package(*pair))
        import_package(file, folder / "packages")
    return folder / "packages"


@pytest.fixture(scope="module")
def roundabout(tmp_path_factory):
    """From Spanish to English by way of French alone."""
    folder = tmp_path_factory.mktemp("argos")
    for pair in (("es", "fr"), ("fr", "en")):
        file = folder / "made.argosmodel"
        file.write_bytes(make_tiny.package(*pair))
        import_package(file, folder / "packages")
    return folder / "packages"


def ask(
    folder: Path, home: Path, source: str, target: str, texts: list[str], *flags: str
):
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ARGOS_PACKAGES_DIR": str(folder),
        "ARGOS_INTRA_THREADS": "1",  # more of them spin, where machines are busy
    }
    done = subprocess.run(
        [sys.executable, str(PACKAGES / "theirs.py"), *flags],
        input=json.dumps({"from": source, "to": target, "texts": texts}),
        capture_output=True,
        text=True,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def texts_in(language: str, count: int) -> list[str]:
    """Single sentences: by our rules, and by any that cut at the three marks."""
    ours = [sentence for case in CASES.values() for sentence in case]
    single = [t for t in HARD + ours if not set(t[:-1]) & set(".!?…¡¿")]
    made = make_tiny.sentences(language, count)
    found = [text.replace(".", "") for text in made] + single
    assert all(len(split_sentences(text)) == 1 for text in found)
    return found


@pytest.mark.parametrize(("source", "target"), [("es", "en"), ("en", "es")])
@sets
def test_single_sentences_come_out_the_same(
    packages_dir, tmp_path, source, target, flags
):
    texts = texts_in(source, 20 if flags else 300)
    answer = ask(packages_dir, tmp_path, source, target, texts, *flags)
    assert answer["set"] == ("lean" if flags else "full")
    assert (
        ArgosTranslator(packages_dir).translate(texts, source, target)
        == answer["texts"]
    )


@sets
def test_so_they_do_by_way_of_a_third_language(roundabout, tmp_path, flags):
    texts = texts_in("es", 20 if flags else 300)
    answer = ask(roundabout, tmp_path, "es", "en", texts, *flags)
    assert ArgosTranslator(roundabout).translate(texts, "es", "en") == answer["texts"]
