"""Argos packages on this machine: read, imported, removed; and archives refused."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from monitor.errors import TranslationError
from monitor.translation import argos_archive, argos_packages
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import (
    MAX_METADATA,
    SUM_FILE,
    import_package,
    installed_packages,
    remove_package,
)

PACKAGES = Path(__file__).parent / "packages"
ES_EN = PACKAGES / "tiny_es_en.argosmodel"
EN_ES = PACKAGES / "tiny_en_es.argosmodel"
DIGEST = hashlib.sha256(ES_EN.read_bytes()).hexdigest()

pytestmark = pytest.mark.usefixtures("argos_home")


@pytest.fixture(scope="module")
def packages_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("argos")
    for file in (ES_EN, EN_ES):
        import_package(file, folder)
    return folder


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
    for _ in range(3):
        made = import_package(ES_EN, tmp_path)
        assert installed_packages(tmp_path) == [made]
        assert list(tmp_path.iterdir()) == [made.path]


def test_a_newer_package_takes_the_place_of_an_older_one(tmp_path):
    folder = tmp_path / "packages"
    older = import_package(ES_EN, folder)
    older.path.rename(folder / "as-argostranslate-calls-it-1_0")
    newer = repacked(tmp_path / "newer.argosmodel", package_version="1.7")
    made = import_package(newer, folder)
    assert installed_packages(folder) == [made]
    assert ArgosTranslator(folder).version.startswith("es-en 1.7 ")


@pytest.mark.parametrize("content", [b"", b"not a zip archive"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, content):
    file = tmp_path / "bad.argosmodel"
    file.write_bytes(content)
    with pytest.raises(TranslationError, match=r"bad.argosmodel: not an Argos package"):
        import_package(file, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(TranslationError, match=r"gone.argosmodel: no such file$"):
        import_package(tmp_path / "gone.argosmodel", tmp_path)


def test_an_archive_without_a_model_is_refused_and_leaves_nothing(tmp_path):
    file = tmp_path / "empty.argosmodel"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("es_en/metadata.json", '{"from_code": "es", "to_code": "en"}')
    with pytest.raises(TranslationError, match="lacks metadata.json, model/ or a"):
        import_package(file, tmp_path / "packages")
    assert list((tmp_path / "packages").iterdir()) == []


def repacked(file: Path, **metadata: str) -> Path:
    """The Spanish package with some of its metadata changed."""
    with zipfile.ZipFile(ES_EN) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("metadata.json"):
                body = json.dumps(json.loads(body) | metadata).encode()
            new.writestr(name, body)
    return file


# --- what is kept ----------------------------------------------------------------


def test_the_sum_of_the_file_is_kept_in_the_package(tmp_path):
    made = import_package(ES_EN, tmp_path)
    assert made.sha256 == DIGEST
    assert (made.path / SUM_FILE).read_text() == f"{DIGEST}\n"
    assert installed_packages(tmp_path) == [made]


def test_a_package_that_argostranslate_unpacked_has_no_sum(tmp_path):
    with zipfile.ZipFile(ES_EN) as archive:
        archive.extractall(tmp_path)
    [found] = installed_packages(tmp_path)
    assert (found.source, found.target, found.sha256) == ("es", "en", "")


@pytest.mark.parametrize("asked", [DIGEST, DIGEST.upper()])
def test_a_sum_that_is_asked_for_may_be_in_capitals(tmp_path, asked):
    assert import_package(ES_EN, tmp_path, asked).sha256 == DIGEST


def test_another_sum_than_asked_for_is_refused_and_the_old_package_stays(tmp_path):
    folder = tmp_path / "packages"
    made = import_package(ES_EN, folder)
    newer = repacked(tmp_path / "newer.argosmodel", package_version="1.7")
    with pytest.raises(TranslationError, match=r"has the SHA-256 \w{64}, not 0{64} as"):
        import_package(newer, folder, "0" * 64)
    with pytest.raises(TranslationError, match="SHA-256"):
        import_package(newer, folder, demands={("es", "en"): "0" * 64})
    assert installed_packages(folder) == [made]
    assert list(folder.iterdir()) == [made.path]


def test_a_sum_demanded_of_another_direction_is_not_asked_for(tmp_path):
    import_package(ES_EN, tmp_path, demands={("en", "es"): "0" * 64})


def test_another_direction_than_asked_for_is_refused(tmp_path):
    with pytest.raises(TranslationError, match="is for es-en, not for en-es"):
        import_package(ES_EN, tmp_path, languages=("en", "es"))
    assert list(tmp_path.iterdir()) == []


# --- replacing and removing ------------------------------------------------------


def test_a_new_package_is_there_before_the_old_one_goes(tmp_path, monkeypatch):
    folder = tmp_path / "packages"
    import_package(ES_EN, folder)
    newer = repacked(tmp_path / "newer.argosmodel", package_version="1.7")

    def killed(package, aside):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(argos_packages, "_drop", killed)
        import_package(newer, folder)
    assert len(list(folder.iterdir())) == 2
    [found] = installed_packages(folder)
    assert found.version == "1.7"
    remove_package("es", "en", folder)
    assert list(folder.iterdir()) == []


def test_an_import_that_is_interrupted_leaves_the_old_package(tmp_path, monkeypatch):
    folder = tmp_path / "packages"
    made = import_package(ES_EN, folder)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "extractall", killed)
    with pytest.raises(KeyboardInterrupt):
        import_package(ES_EN, folder)
    assert installed_packages(folder) == [made]


def test_what_a_kill_left_half_unpacked_is_no_package(tmp_path):
    with zipfile.ZipFile(ES_EN) as archive:
        archive.extractall(tmp_path / ".import-abc")
    (tmp_path / ".import-abc" / "translate-es_en-1_0").rename(tmp_path / ".old")
    assert installed_packages(tmp_path) == []


def test_a_removed_package_is_gone_and_the_other_stays(tmp_path):
    made = import_package(ES_EN, tmp_path)
    other = import_package(EN_ES, tmp_path)
    assert remove_package("es", "en", tmp_path) == made
    assert list(tmp_path.iterdir()) == [other.path]


def test_a_package_that_is_not_there_cannot_be_removed(tmp_path):
    with pytest.raises(TranslationError, match="argos es-en: no such package is inst"):
        remove_package("es", "en", tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TranslationError, match="file/packages: cannot be written"):
        import_package(ES_EN, tmp_path / "file" / "packages")


# --- archives that are refused ---------------------------------------------------


def archive(file: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """A whole package, and more."""
    with zipfile.ZipFile(ES_EN) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, body in members:
            new.writestr(name, body)
    return file


def refused(file: Path, tmp_path: Path, words: str) -> None:
    folder = tmp_path / "deep" / "packages"
    with pytest.raises(TranslationError, match=words):
        import_package(file, folder)
    assert list(folder.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["packages"]


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "translate-es_en-1_0/../../out.txt",
        "/tmp/out.txt",
        "C:/out.txt",
        "a\\..\\..\\out.txt",
        "..",
    ],
)
def test_a_member_that_leads_out_of_its_folder_is_refused(
    tmp_path_factory, tmp_path, name
):
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel", (name, b"x"))
    refused(file, tmp_path, "leads out of its folder")


@pytest.mark.parametrize("kind", [0o120777, 0o020644, 0o010644])
def test_links_and_devices_are_refused(tmp_path_factory, tmp_path, kind):
    link = zipfile.ZipInfo("translate-es_en-1_0/model/link")
    link.external_attr = kind << 16
    file = archive(
        tmp_path_factory.mktemp("made") / "bad.argosmodel", (link, b"/etc/passwd")
    )
    refused(file, tmp_path, "is a link or a device")


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path_factory, tmp_path, monkeypatch
):
    monkeypatch.setattr(argos_archive, "MAX_UNPACKED", 2_000_000)
    file = tmp_path_factory.mktemp("made") / "bad.argosmodel"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("translate-es_en-1_0/zeros", bytes(3_000_000))
    assert file.stat().st_size < 10_000
    refused(file, tmp_path, "1 files of 3,000,000 bytes in all are more than one has")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path_factory, tmp_path):
    file = tmp_path_factory.mktemp("made") / "bad.argosmodel"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("translate-es_en-1_0/zeros", bytes(3_000_000))
    size = (3_000_000).to_bytes(4, "little")
    file.write_bytes(file.read_bytes().replace(size, (10).to_bytes(4, "little")))
    refused(file, tmp_path, "not an Argos package: Bad CRC-32")


def test_too_many_members_are_refused(tmp_path_factory, tmp_path, monkeypatch):
    monkeypatch.setattr(argos_archive, "MAX_MEMBERS", 3)
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel")
    refused(file, tmp_path, "more than one has")


def test_an_encrypted_archive_is_refused(tmp_path_factory, tmp_path):
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel")
    body = bytearray(file.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = body.find(mark)
        while start >= 0:
            body[start + place] |= 1
            start = body.find(mark, start + 4)
    file.write_bytes(body)
    refused(file, tmp_path, "not an Argos package: .*encrypted")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_byte_is_found(tmp_path_factory, tmp_path, place):
    body = bytearray(ES_EN.read_bytes())
    body[int(len(body) * place)] ^= 0xFF
    file = tmp_path_factory.mktemp("made") / "bad.argosmodel"
    file.write_bytes(body)
    refused(file, tmp_path, "not an Argos package")


@pytest.mark.parametrize(
    "metadata",
    [
        {"from_code": "../../out"},
        {"to_code": "en/../../out"},
        {"from_code": ""},
        {"package_version": "1\n2"},
        {"type": "sbd"},
        {"languages": 5},
        {"source_languages": "es"},
        {"padding": "x" * MAX_METADATA},
    ],
)
def test_metadata_that_would_lead_elsewhere_are_refused(
    tmp_path_factory, tmp_path, metadata
):
    file = repacked(tmp_path_factory.mktemp("made") / "bad.argosmodel", **metadata)
    refused(file, tmp_path, "not an Argos package: it lacks")


@pytest.mark.parametrize("metadata", [b"[" * 100_000, b"[]", b"\xff", b"9" * 5_000])
def test_metadata_of_another_kind_are_refused(tmp_path_factory, tmp_path, metadata):
    file = tmp_path_factory.mktemp("made") / "bad.argosmodel"
    with zipfile.ZipFile(ES_EN) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, metadata if name.endswith(".json") else old.read(name))
    refused(file, tmp_path, "not an Argos package")


def test_a_hostile_package_that_is_already_there_hides_no_other(tmp_path):
    import_package(ES_EN, tmp_path)
    bad = tmp_path / "translate-bad"
    (bad / "model").mkdir(parents=True)
    (bad / "metadata.json").write_bytes(b"[" * 100_000)
    assert [found.target for found in installed_packages(tmp_path)] == ["en"]


def test_a_file_that_is_a_folder_too_is_refused(tmp_path_factory, tmp_path):
    name = "translate-es_en-1_0/model"
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel", (name, b"x"))
    refused(file, tmp_path, "is a file and a folder")


def test_names_that_differ_by_capitals_alone_are_refused(tmp_path_factory, tmp_path):
    """On some disks the second would take the place of the first, unseen."""
    name = "translate-es_en-1_0/METADATA.json"
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel", (name, b"{}"))
    refused(file, tmp_path, "comes twice")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_comes_twice_is_refused(tmp_path_factory, tmp_path):
    """A scanner reads one, we the other."""
    with zipfile.ZipFile(ES_EN) as old:
        name = next(n for n in old.namelist() if n.endswith("metadata.json"))
    file = archive(tmp_path_factory.mktemp("made") / "bad.argosmodel", (name, b"{}"))
    refused(file, tmp_path, "comes twice")
