"""
Argos Translate packages, driven in batches.

argostranslate manages the packages and tokenises; CTranslate2 runs a package's model
over the sentences of many texts at once. ``argostranslate.translate`` is never loaded:
it brings stanza, spaCy and PyTorch only to split sentences, takes seconds to import,
and translates one text at a time.
"""

import os
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from monitor.errors import TranslationError
from monitor.model import LANGUAGES, Language
from monitor.translation.sentences import split_sentences

_LENGTH_PENALTY = 0.2
"""As argostranslate.translate passes it, like every other option of ours not named
here, so that a sentence comes out the same."""

_BATCH_TOKENS = 2048
"""At most, per run of the model; larger batches cost memory and gain no speed."""

_NETWORK_SECONDS = 30.0

_NATIVE_ERRORS = (OSError, RuntimeError, ValueError, LookupError, MemoryError)
"""What CTranslate2 and SentencePiece raise over a damaged model, or for want of RAM."""


@dataclass(frozen=True, slots=True)
class ArgosPackage:
    """One installed translation package."""

    source: str
    """Language codes; a package may be for languages other than ours."""
    target: str
    version: str
    path: Path


class ArgosTranslator:
    """English and Spanish by whatever Argos packages are installed."""

    name = "argos"

    def __init__(self, packages_dir: Path | None = None) -> None:
        """``packages_dir`` None is argostranslate's own, shared by all its users."""
        self._packages_dir = packages_dir
        self._models: dict[tuple[Language, Language], _Model] = {}
        self._lock = Lock()

    @property
    def version(self) -> str:
        """Of the packages between our languages: ``en-es 1.0, es-en 1.9``."""
        return ", ".join(
            f"{package.source}-{package.target} {package.version}"
            for package in installed_packages(self._packages_dir)
            if package.source in LANGUAGES and package.target in LANGUAGES
        )

    def supports(self, source: Language, target: Language) -> bool:
        """Whether a package for this direction is installed and can be looked up."""
        try:
            return _find(source, target, self._packages_dir) is not None
        except TranslationError:  # no folder to look in: another engine may do
            return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """Translate each text; blank ones come back as they are.

        Raises TranslationError if no package is installed, or it cannot be run.
        """
        model = self._model(source, target)
        try:
            return model.translate(texts)
        except _NATIVE_ERRORS as error:
            raise TranslationError(f"argos {source}-{target}: {error}") from error

    def close(self) -> None:
        """Free the models; the next text loads them again."""
        with self._lock:
            self._models.clear()

    def _model(self, source: Language, target: Language) -> "_Model":
        with self._lock:
            if (source, target) not in self._models:
                package = _find(source, target, self._packages_dir)
                if package is None:
                    raise TranslationError(
                        f"argos: no package from {source} to {target};"
                        " see 'monitor models'"
                    )
                self._models[source, target] = _load(package)
            return self._models[source, target]


def installed_packages(packages_dir: Path | None = None) -> list[ArgosPackage]:
    """The packages in the folder, by languages; whatever else is there is ignored."""
    folder = packages_dir or _own_packages_dir()
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [package for path in folders if (package := _read(path))]
    return sorted(found, key=lambda package: (package.source, package.target))


def import_package(file: Path, packages_dir: Path | None = None) -> ArgosPackage:
    """Install an ``.argosmodel`` file; it replaces the one for the same languages.

    Raises TranslationError if the file is not such a package.
    """
    folder = packages_dir or _own_packages_dir()
    folder.mkdir(parents=True, exist_ok=True)
    # Unpacked beside its place and moved there whole: argostranslate's own installer
    # leaves a half package behind when it is interrupted, and loads its translate.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".import-") as unpacked:
        package = _unpack(file, Path(unpacked))
        for old in installed_packages(folder):
            if (old.source, old.target) == (package.source, package.target):
                shutil.rmtree(old.path)
        home = folder / f"translate-{package.source}_{package.target}"
        package.path.rename(home)
    return ArgosPackage(package.source, package.target, package.version, home)


def install_package(
    source: Language, target: Language, packages_dir: Path | None = None
) -> ArgosPackage:
    """Download a package from the Argos index and install it.

    The index is argostranslate's setting ``ARGOS_PACKAGE_INDEX``. Raises
    TranslationError if the index or the package cannot be had.
    """
    wanted = f"argos {source}-{target}"
    with _patience(_NETWORK_SECONDS):
        for offered in _index():
            if (offered.from_code, offered.to_code) == (source, target):
                break
        else:
            raise TranslationError(f"{wanted}: the package index does not have it")
        try:
            file: Path = offered.download()
        except Exception as error:  # argostranslate raises bare Exception
            raise TranslationError(f"{wanted}: {error}") from error
    try:
        return import_package(file, packages_dir)
    finally:
        file.unlink(missing_ok=True)  # a damaged one must not be taken again


class _Model:
    """One direction: a package's tokenizer and its CTranslate2 model."""

    def __init__(self, package: Any, model: Any, beam_size: int) -> None:
        self._tokenizer = package.tokenizer
        self._prefix: str = package.target_prefix
        self._model = model
        self._beam_size = beam_size

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Line by line; argostranslate, too, drops only blank lines at the start."""
        split = [text.split("\n") if text.strip() else [] for text in texts]
        translated = iter(self._translate_lines([line for of in split for line in of]))
        return [
            "\n".join(next(translated) for _ in lines).lstrip("\n") if lines else text
            for text, lines in zip(texts, split, strict=True)
        ]

    def _translate_lines(self, lines: Sequence[str]) -> list[str]:
        """Each line's sentences are translated alone but put into words together."""
        tokenized = [
            [self._tokenizer.encode(sentence) for sentence in split_sentences(line)]
            for line in lines
        ]
        flat = [sentence for line in tokenized for sentence in line]
        results = iter(self._run(flat))
        return [
            self._to_text([token for _ in line for token in next(results)])
            for line in tokenized
        ]

    def _run(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        if not sentences:
            return []
        prefix = [[self._prefix]] * len(sentences) if self._prefix else None
        share = sum(map(len, sentences)) // _cores() + 1
        results = self._model.translate_batch(
            sentences,
            target_prefix=prefix,
            replace_unknowns=True,
            max_batch_size=min(share, _BATCH_TOKENS),  # cut after sorting by length
            batch_type="tokens",
            beam_size=self._beam_size,
            num_hypotheses=1,
            length_penalty=_LENGTH_PENALTY,
        )
        return [result.hypotheses[0] for result in results]

    def _to_text(self, tokens: list[str]) -> str:
        text: str = self._tokenizer.decode(tokens)
        if self._prefix:
            text = text.removeprefix(self._prefix)
        return text.removeprefix(" ")  # one, as argostranslate does


def _find(source: str, target: str, packages_dir: Path | None) -> ArgosPackage | None:
    for package in installed_packages(packages_dir):
        if (package.source, package.target) == (source, target):
            return package
    return None


def _read(path: Path) -> ArgosPackage | None:
    """The package in a folder; None if it is no, or not a whole, package."""
    package, _ = _argostranslate()
    try:
        found = package.Package(path)
    except (OSError, ValueError, AttributeError):  # the last: metadata of another kind
        return None
    if not (path / "model").is_dir() or not hasattr(found, "tokenizer"):
        return None
    if not (isinstance(found.from_code, str) and isinstance(found.to_code, str)):
        return None
    return ArgosPackage(found.from_code, found.to_code, found.package_version, path)


def _load(package: ArgosPackage) -> _Model:
    import ctranslate2  # here: 0.2 s and 60 MB that most commands need not pay

    library, settings = _argostranslate()
    try:
        model = ctranslate2.Translator(
            str(package.path / "model"),
            device=settings.device,
            compute_type=settings.compute_type,  # auto: int8 where the CPU has it
            inter_threads=_cores(),  # batches in parallel
            intra_threads=1,
        )
        return _Model(library.Package(package.path), model, settings.beam_size)
    except _NATIVE_ERRORS as error:
        raise TranslationError(f"{package.path}: cannot be loaded: {error}") from error


def _cores() -> int:
    return os.cpu_count() or 1


def _argostranslate() -> tuple[Any, Any]:
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


def _own_packages_dir() -> Path:
    _, settings = _argostranslate()
    return Path(settings.package_data_dir)


def _unpack(file: Path, into: Path) -> ArgosPackage:
    try:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(into)
    except (OSError, zipfile.BadZipFile) as error:
        raise TranslationError(f"{file}: not an Argos package: {error}") from error
    for folder in into.iterdir():
        if package := _read(folder):
            return package
    raise TranslationError(
        f"{file}: not an Argos package: it lacks metadata.json, model/ or a tokenizer"
    )


def _index() -> list[Any]:
    """The packages on offer, freshly asked for."""
    package, settings = _argostranslate()
    # It logs a failure and keeps the old index, or without one asks for ever.
    settings.local_package_index.unlink(missing_ok=True)
    package.update_package_index()
    if not settings.local_package_index.exists():
        raise TranslationError(
            f"{settings.remote_package_index}: the index of Argos packages cannot be"
            " reached; without a network, 'monitor models import FILE.argosmodel'"
        )
    try:
        offered: list[Any] = package.get_available_packages()
    except (ValueError, TypeError, AttributeError) as error:
        raise TranslationError(
            f"{settings.remote_package_index}: not an index of Argos packages"
        ) from error
    return offered


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """argostranslate opens its connections without a time limit; this sets one."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
