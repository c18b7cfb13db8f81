"""``monitor models``: what a person types and reads."""

import hashlib
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.errors import MonitorError, TranslationError
from monitor.translation.argos_packages import import_package, installed_packages

PACKAGES = Path(__file__).parent / "packages"
ES_EN = PACKAGES / "tiny_es_en.argosmodel"
EN_ES = PACKAGES / "tiny_en_es.argosmodel"
DIGESTS = {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in (ES_EN, EN_ES)}
FEEDS_YAML = """\
contact: desk@example.org
translation:
  index: {index}
  sha256:
    es_en: {es_en}
feeds:
  - url: https://ledger.example/feed.xml
    outlet: Ledger
    country: US
    language: en
    kind: national
    owner: Ledger
    tz: America/New_York
"""

pytestmark = pytest.mark.usefixtures("argos_home")


@pytest.fixture
def monitor(tmp_path):
    """Run the command in a folder of its own; its stdout."""

    def run(*words: object, status: int = 0) -> str:
        flags = ["--config", tmp_path / "feeds.yaml", "--db", tmp_path / "monitor.db"]
        done = CliRunner().invoke(app, [str(word) for word in (*flags, *words)])
        if isinstance(done.exception, MonitorError):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.stdout if status == 0 else done.stderr

    return run


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def index(tmp_path):
    """The address of an index of both directions."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        offers = [
            {"from_code": a, "to_code": b, "package_version": "1.0",
             "links": [f"{address}/tiny_{a}_{b}.argosmodel"]}
            for a, b in (("es", "en"), ("en", "es"), ("es", "fr"))
        ]  # fmt: skip
        (folder / "index.json").write_text(json.dumps(offers))
        for file in (ES_EN, EN_ES):
            (folder / file.name).write_bytes(file.read_bytes())
        yield f"{address}/index.json"
        server.shutdown()
        thread.join()


def test_both_directions_are_installed_and_their_sums_told(monitor, index):
    told = monitor("models", "install", "--index", index).splitlines()
    assert told[0].startswith("es-en 1.0: /")
    assert told[1] == f"sha256 {DIGESTS[ES_EN]}"
    assert told[2].startswith("en-es 1.0: /")
    assert told[3] == f"sha256 {DIGESTS[EN_ES]}"
    assert len(installed_packages()) == 2


def test_one_direction_is_installed(monitor, index):
    monitor("models", "install", "en", "es", "--index", index)
    assert [p.source for p in installed_packages()] == ["en"]
    with pytest.raises(
        TranslationError, match="fr-en: the package index does not have"
    ):
        monitor("models", "install", "fr", "en", "--index", index)


def test_a_sum_may_be_demanded(monitor, index):
    words = ("models", "install", "es", "en", "--index", index, "--sha256")
    monitor(*words, DIGESTS[ES_EN])
    with pytest.raises(TranslationError, match="has the SHA-256"):
        monitor(*words, DIGESTS[EN_ES])


def test_feeds_yaml_names_the_index_and_demands_sums(monitor, index, tmp_path):
    yaml = tmp_path / "feeds.yaml"
    yaml.write_text(FEEDS_YAML.format(index=index, es_en=DIGESTS[ES_EN].upper()))
    monitor("models", "install")
    assert len(installed_packages()) == 2
    yaml.write_text(FEEDS_YAML.format(index=index, es_en=DIGESTS[EN_ES]))
    for words in (("install",), ("import", ES_EN)):
        with pytest.raises(TranslationError, match="has the SHA-256"):
            monitor("models", *words)
    monitor("models", "import", ES_EN, "--sha256", DIGESTS[ES_EN])
    monitor("models", "import", EN_ES)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("install", "es"), "FROM TO"),
        (("install", "--sha256", "0" * 64), "FROM and TO"),
        (("install", "es", "en", "--sha256", "0" * 63), "64 hexadecimal digits"),
        (("list", "--index", "https://mirror.example/"), "--available"),
        (("remove", "es"), "FROM TO"),
        (("remove", "es-en", "en"), "FROM TO"),
        (("install", "es-en", "en"), "FROM TO"),
    ],
)
def test_what_makes_no_sense_is_refused(monitor, words, says):
    assert says in monitor("models", *words, status=2)


def test_what_is_on_offer_is_listed_beside_what_is_installed(monitor, index):
    import_package(ES_EN)
    told = monitor("models", "list", "--available", "--index", index).splitlines()
    base = index.removesuffix("index.json")
    assert told == [
        "engine\tfrom\tto\tversion\tinstalled\tlinks",
        f"argos\ten\tes\t1.0\t-\t{base}tiny_en_es.argosmodel",
        f"argos\tes\ten\t1.0\t1.0\t{base}tiny_es_en.argosmodel",
    ]
    words = ("models", "list", "--available", "--index", index, "--json")
    assert json.loads(monitor(*words))[1] == {
        "engine": "argos",
        "from": "es",
        "to": "en",
        "version": "1.0",
        "installed": "1.0",
        "links": [f"{base}tiny_es_en.argosmodel"],
        "sha256": "",
    }


def test_what_is_installed_is_listed_with_its_sum(monitor):
    made = import_package(ES_EN)
    assert f"argos\tes\ten\t1.0\t{made.path}\n" in monitor("models", "list")
    [row] = [
        r for r in json.loads(monitor("models", "list", "--json")) if r["path"]
    ]  # not Apertium's
    assert row["sha256"] == DIGESTS[ES_EN]


def test_a_package_is_imported_and_removed(monitor):
    told = monitor("models", "import", ES_EN)
    assert told.splitlines()[1] == f"sha256 {DIGESTS[ES_EN]}"
    assert monitor("models", "remove", "es", "en") == "removed es-en 1.0\n"
    assert installed_packages() == []
    with pytest.raises(TranslationError, match="es-en: no such package is installed"):
        monitor("models", "remove", "es", "en")


def test_a_direction_may_be_named_as_messages_name_it(monitor, index):
    monitor("models", "install", "es-en", "--index", index)
    assert [p.source for p in installed_packages()] == ["es"]
    words = ("models", "install", "es-en", "--index", index, "--sha256")
    monitor(*words, DIGESTS[ES_EN])
    assert monitor("models", "remove", "es-en") == "removed es-en 1.0\n"
    assert installed_packages() == []


def test_a_file_that_is_not_there_is_not_called_damaged(monitor, tmp_path):
    missing = tmp_path / "none.argosmodel"
    with pytest.raises(TranslationError) as caught:
        monitor("models", "import", missing)
    assert str(caught.value) == f"{missing}: no such file"
    with pytest.raises(TranslationError) as caught:
        monitor("models", "import", tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be read: Is a directory"


def test_offline_is_one_line_with_the_way_out(monitor):
    with pytest.raises(TranslationError, match="monitor models import FILE") as caught:
        monitor("models", "install")
    assert "\n" not in str(caught.value)
