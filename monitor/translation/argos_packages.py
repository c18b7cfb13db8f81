"""
The Argos packages of this machine: read, imported and removed.

argostranslate says where they lie and what they hold. Its own ``install_from_path``
and ``uninstall`` are not called: they load ``argostranslate.translate`` and with it
PyTorch, leave half a package behind when interrupted, and trust every archive.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.errors import TranslationError
from monitor.translation.argos_archive import check_sum, unpack

MAX_METADATA = 1_000_000
"""Bytes of a package's metadata.json; the official ones have a few hundred."""
SUM_FILE = "argosmodel.sha256"
"""In a package's folder: the SHA-256 of the file that it was unpacked from."""

_CODE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")
"""A language, as metadata name it; it becomes a part of the folder's name."""

_VERSION = re.compile(r"[\w.+-]{0,40}")
_SHA256 = re.compile("[0-9A-Fa-f]{64}")


@dataclass(frozen=True, slots=True)
class ArgosPackage:
    """One installed translation package."""

    source: str
    """Language codes; a package may be for languages other than ours."""
    target: str
    version: str
    path: Path
    sha256: str = ""
    """Of the file it was unpacked from; empty if argostranslate itself unpacked it."""

    @property
    def mark(self) -> str:
        """Eight digits that tell it from other packages of its version.

        Where no SHA-256 is recorded they are made of the files' names, sizes and times.
        """
        if _SHA256.fullmatch(self.sha256):
            return self.sha256[:8].lower()
        return hashlib.sha256(repr(_files(self.path)).encode()).hexdigest()[:8]


def installed_packages(packages_dir: Path | None = None) -> list[ArgosPackage]:
    """The packages in the folder, by languages; whatever else is there is ignored.

    Of two for the same languages, only the one that came last.
    """
    folder = packages_dir or own_packages_dir()
    by_languages = {(one.source, one.target): one for one in _all(folder)}
    return [by_languages[languages] for languages in sorted(by_languages)]


def find(source: str, target: str, packages_dir: Path | None) -> ArgosPackage | None:
    """The installed package from one language to another."""
    for package in installed_packages(packages_dir):
        if (package.source, package.target) == (source, target):
            return package
    return None


def import_package(
    file: Path,
    packages_dir: Path | None = None,
    sha256: str = "",
    languages: tuple[str, str] | None = None,
    demands: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> ArgosPackage:
    """Install an ``.argosmodel`` file; it replaces the one for the same languages.

    ``demands`` are SHA-256 by languages, where ``sha256`` is for any. Raises
    TranslationError if the file is not such a package, or is for other languages than
    those asked for, or has another SHA-256; what was installed then stays.
    """
    folder = packages_dir or own_packages_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Unpacked beside its place and moved there whole. The old one goes only then:
        # whenever this is interrupted, there is one whole package or two.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".import-") as unpacked:
            digest = unpack(file, Path(unpacked), sha256)
            package = _package_in(Path(unpacked), file, languages)
            demanded = demands.get((package.source, package.target), "")
            check_sum(file, digest, sha256 or demanded)
            (package.path / SUM_FILE).write_text(f"{digest}\n", encoding="ascii")
            home = _free_name(folder, package)
            package.path.rename(home)
            for old in _all(folder):
                is_same = (old.source, old.target) == (package.source, package.target)
                if is_same and old.path != home:
                    _drop(old, Path(unpacked))
    except OSError as error:
        raise TranslationError(f"{folder}: cannot be written: {error}") from error
    return ArgosPackage(package.source, package.target, package.version, home, digest)


def remove_package(
    source: str, target: str, packages_dir: Path | None = None
) -> ArgosPackage:
    """Remove the package from one language to another, and say which it was.

    Raises TranslationError if there is none.
    """
    folder = packages_dir or own_packages_dir()
    package = find(source, target, folder)
    if package is None:
        raise TranslationError(
            f"argos {source}-{target}: no such package is installed;"
            " see 'monitor models list'"
        )
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".remove-") as aside:
            for one in _all(folder):
                if (one.source, one.target) == (source, target):
                    _drop(one, Path(aside))
    except OSError as error:
        raise TranslationError(f"{folder}: cannot be written: {error}") from error
    return package


def library() -> tuple[Any, Any]:
    """argostranslate's ``package`` and ``settings`` modules.

    Imported on first use: the import makes folders under the home directory.
    """
    try:
        from argostranslate import package, settings
    except OSError as error:
        raise TranslationError(
            f"argostranslate: cannot make its folders ({error});"
            " point HOME or XDG_DATA_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME elsewhere"
        ) from error
    return package, settings


def own_packages_dir() -> Path:
    """argostranslate's own folder, shared by all its users."""
    _, settings = library()
    return Path(settings.package_data_dir)


def is_language(code: object) -> bool:
    """Whether a language code is one, and nothing more."""
    return isinstance(code, str) and _CODE.fullmatch(code) is not None


def _all(folder: Path) -> list[ArgosPackage]:
    """Every whole package, in the order in which they came."""
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [package for path in folders if (package := _read(path))]
    return sorted(found, key=lambda package: _moment(package.path))


def _moment(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # it is being replaced
        return 0


def _read(path: Path) -> ArgosPackage | None:
    """The package in a folder; None if it is no, or not a whole, package."""
    if path.name.startswith("."):  # on its way in or out
        return None
    package, _ = library()
    try:
        if (path / "metadata.json").stat().st_size > MAX_METADATA:
            return None
        found = package.Package(path)
    except (OSError, ValueError):
        return None
    except (AttributeError, TypeError, RecursionError):  # metadata of another kind
        return None
    if not (path / "model").is_dir() or not hasattr(found, "tokenizer"):
        return None
    if found.type != "translate" or not _VERSION.fullmatch(str(found.package_version)):
        return None
    if not (is_language(found.from_code) and is_language(found.to_code)):
        return None
    version = str(found.package_version)
    return ArgosPackage(found.from_code, found.to_code, version, path, _recorded(path))


def _recorded(path: Path) -> str:
    try:
        return (path / SUM_FILE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """What a package's files look like from outside; none if it is being replaced."""
    try:
        seen = [
            (p, p.stat()) for of in (folder, folder / "model") for p in of.iterdir()
        ]
    except OSError:
        return []
    return sorted(
        (str(path.relative_to(folder)), stat.st_size, stat.st_mtime_ns)
        for path, stat in seen
        if path.is_file() and path.name != SUM_FILE
    )


def _package_in(
    folder: Path, file: Path, languages: tuple[str, str] | None
) -> ArgosPackage:
    """The package that was unpacked into a folder."""
    for path in sorted(folder.iterdir()):
        if package := _read(path):
            break
    else:
        raise TranslationError(
            f"{file}: not an Argos package: it lacks metadata.json, model/ or a"
            " tokenizer"
        )
    found = (package.source, package.target)
    if languages and found != languages:
        raise TranslationError(
            f"{file}: is for {'-'.join(found)}, not for {'-'.join(languages)}"
        )
    return package


def _free_name(folder: Path, package: ArgosPackage) -> Path:
    """Where a new package goes while the old one is still there."""
    name = f"translate-{package.source}_{package.target}"
    number, home = 1, folder / name
    while home.exists():
        number += 1
        home = folder / f"{name}-{number}"
    return home


def _drop(package: ArgosPackage, aside: Path) -> None:
    """Out of sight at once; what takes time happens there."""
    home = aside / f"old-{package.path.name}"
    package.path.rename(home)
    shutil.rmtree(home)
