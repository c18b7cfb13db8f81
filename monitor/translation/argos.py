"""
Argos Translate packages, driven in batches.

argostranslate reads the packages and tokenises; CTranslate2 runs a package's model
over the sentences of many texts at once. ``argostranslate.translate`` is never loaded:
it brings stanza, spaCy and PyTorch only to split sentences, takes seconds to import,
and translates one text at a time.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import Any

from monitor.errors import TranslationError
from monitor.model import LANGUAGES, Language
from monitor.translation.argos_packages import (
    ArgosPackage,
    installed_packages,
    library,
)
from monitor.translation.routes import routes
from monitor.translation.sentences import split_sentences

IDLE_SECONDS = 600.0
"""Without work for so long, a model's memory is given back; loading it anew takes a
second or less."""

_LENGTH_PENALTY = 0.2
"""As argostranslate.translate passes it, like every other option of ours not named
here, so that a sentence comes out the same."""

_BATCH_TOKENS = 2048
"""At most, per run of the model; larger batches cost memory and gain no speed."""

_NATIVE_ERRORS = (OSError, RuntimeError, ValueError, LookupError, MemoryError)
"""What CTranslate2 and SentencePiece raise over a damaged model, or for want of RAM."""


@dataclass(slots=True)
class _Held:
    """A model in memory, and who uses it."""

    model: "_Model"
    last_used: float
    users: int = 0


class ArgosTranslator:
    """
    English and Spanish by whatever Argos packages are installed.

    Where there is no package for a direction, texts go through other languages, as
    argostranslate has it. Each package's model is loaded once, when it is first needed,
    and freed after ``idle_seconds`` without work by ``clock``.
    """

    def __init__(
        self,
        packages_dir: Path | None = None,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = monotonic,
        name: str = "argos",
    ) -> None:
        """``packages_dir`` None is argostranslate's own, shared by all its users."""
        self.name = name
        self._packages_dir = packages_dir
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._held: dict[ArgosPackage, _Held] = {}
        self._lock = Lock()
        self._timer: Timer | None = None

    @property
    def version(self) -> str:
        """Of the packages that we go through: ``en-es 1.0 6f6e2ad4, es-en 1.9 …``.

        A package that was repaired or trained anew may keep its number.
        """
        known = _Roads(self._packages_dir)
        ways = (
            known.way(source, target) for source in LANGUAGES for target in LANGUAGES
        )
        used = {package for way in ways for package in way or ()}
        return ", ".join(
            f"{package.source}-{package.target} {package.version} {package.mark}"
            for package in sorted(used, key=lambda one: (one.source, one.target))
        )

    def supports(self, source: Language, target: Language) -> bool:
        """Whether packages for this direction are installed and can be looked up."""
        try:
            return bool(_Roads(self._packages_dir).way(source, target))
        except TranslationError:  # no folder to look in: another engine may do
            return False

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """Translate each text; blank ones come back as they are.

        Raises TranslationError if no package is installed, or it cannot be run.
        """
        self.release_idle()
        way = _Roads(self._packages_dir).way(source, target)
        if not way:
            raise TranslationError(
                f"{self.name}: no package from {source} to {target};"
                " see 'monitor models'"
            )
        done = list(texts)
        for package in way:
            with self._using(package) as model:
                try:
                    done = model.translate(done)
                except _NATIVE_ERRORS as error:
                    step = f"{package.source}-{package.target}"
                    raise TranslationError(f"{self.name} {step}: {error}") from error
        return done

    def release_idle(self, now: float | None = None) -> None:
        """Free the models without work for ``idle_seconds`` before ``now``."""
        now = self._clock() if now is None else now
        with self._lock:
            for package, held in list(self._held.items()):
                if not held.users and now - held.last_used >= self._idle_seconds:
                    del self._held[package]

    @property
    def loaded(self) -> tuple[ArgosPackage, ...]:
        """The packages whose models are in memory."""
        with self._lock:
            return tuple(self._held)

    def close(self) -> None:
        """Free the models; the next text loads them again."""
        with self._lock:
            self._held.clear()
            if self._timer:
                self._timer.cancel()
                self._timer = None

    @contextmanager
    def _using(self, package: ArgosPackage) -> Iterator["_Model"]:
        with self._lock:
            held = self._held.get(package) or self._hold(package)
            held.users += 1
        try:
            yield held.model
        finally:
            with self._lock:
                held.users -= 1
                held.last_used = self._clock()
                self._wind()

    def _hold(self, package: ArgosPackage) -> _Held:
        """Load a model in place of the one of a package that has been replaced."""
        for old in list(self._held):
            if (old.source, old.target) == (package.source, package.target):
                del self._held[old]
        self._held[package] = _Held(_load(package), self._clock())
        return self._held[package]

    def _wind(self) -> None:
        """Look again when idle time may be over, should no work come before."""
        if self._held and self._timer is None:
            self._timer = Timer(self._idle_seconds, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self.release_idle()
        with self._lock:
            self._timer = None
            self._wind()


class _Roads:
    """The packages as they are installed at this moment, and where they lead."""

    def __init__(self, packages_dir: Path | None) -> None:
        self._packages = {
            (package.source, package.target): package
            for package in installed_packages(packages_dir)
        }
        self._routes = routes(self._packages)

    def way(self, source: str, target: str) -> list[ArgosPackage] | None:
        """The packages to go through, in order; None if they do not lead there."""
        steps = self._routes.get(source, {}).get(target)
        return None if steps is None else [self._packages[step] for step in steps]


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


def _load(package: ArgosPackage) -> _Model:
    import ctranslate2  # here: 0.2 s and 60 MB that most commands need not pay

    argostranslate, settings = library()
    try:
        model = ctranslate2.Translator(
            str(package.path / "model"),
            device=settings.device,
            compute_type=settings.compute_type,  # auto: int8 where the CPU has it
            inter_threads=_cores(),  # batches in parallel; they share the weights
            intra_threads=1,
        )
        found = argostranslate.Package(package.path)
        found.tokenizer.encode("")  # reads it now, before the package is replaced
        return _Model(found, model, settings.beam_size)
    except _NATIVE_ERRORS as error:
        raise TranslationError(f"{package.path}: cannot be loaded: {error}") from error


def _cores() -> int:
    return os.cpu_count() or 1
