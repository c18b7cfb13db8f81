"""
Apertium, the rule-based engine: small, fast, always the same, weak on idiom.

The stages of each direction, as Debian's package lists them, run side by side from the
first batch on; ``apertium_pipe`` keeps them and ``apertium_stream`` speaks to them.
"""

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property, partial
from importlib import resources
from pathlib import Path

from monitor.errors import TranslationError
from monitor.model import Language
from monitor.translation.apertium_pipe import Pipeline, environment
from monitor.translation.apertium_stream import (
    from_stream,
    to_stream,
    with_opening_signs,
    without_marks,
)
from monitor.translation.bridge import bridge
from monitor.translation.glossary import Glossary, Span
from monitor.translation.lexicon import Lexicon, read_lexicon
from monitor.translation.word_order import subject_first

_MODES: dict[tuple[Language, Language], str] = {
    ("es", "en"): "spa-eng",
    ("en", "es"): "eng-spa",
}
_PACKAGE = "apertium-eng-spa"
_FIRST = {"eng-spa": "A lot of known ones included span it.", "spa-eng": "El sol."}
"""What the English tagger remembers for ever, NUL or not: each new kind of ambiguity.
It takes words that it does not know for others from then on. These are the four kinds
that occur and were not in its training, so that no text depends on those before it."""
_OPTIONS = {"$1": "-g", "$2": ""}
"""What a mode leaves open: to mark unknown words; nothing for the tagger."""


class ApertiumTranslator:
    """English and Spanish by Debian's apertium-eng-spa, with our glossary around it.

    Threads may share one; a direction works on one batch at a time.
    """

    name = "apertium"

    def __init__(
        self,
        glossary: Glossary | None = None,
        command: str = "apertium",
        patience_seconds: float = 20.0,
        lexicon: Lexicon | None = None,
        idle_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``glossary`` and ``lexicon`` None are the ones in this package.

        ``command`` is a name or a path; the stages and modes are those beside it.

        A batch may take ``patience_seconds``, and more the longer its texts are. What
        was not used for ``idle_seconds`` by ``clock`` is ended.
        """
        self._glossary = shipped_glossary() if glossary is None else glossary
        self._lexicon = shipped_lexicon() if lexicon is None else lexicon
        self._command = command
        self._pipelines = {
            mode: Pipeline(
                f"apertium {mode}",
                partial(stages, command, mode),
                patience_seconds,
                idle_seconds,
                clock,
                _FIRST[mode],
            )
            for mode in _MODES.values()
        }

    @cached_property
    def version(self) -> str:
        """The language package's version (where Debian knows it) and our lists'."""
        query = ["dpkg-query", "--show", "--showformat=${Version}", _PACKAGE]
        try:
            found = subprocess.run(  # noqa: S603
                query, capture_output=True, text=True, timeout=20, env=environment()
            )
            package = found.stdout.strip() if found.returncode == 0 else ""
        except (OSError, subprocess.TimeoutExpired):
            package = ""
        lists = f"+glossary.{self._glossary.digest}+lexicon.{self._lexicon.digest}"
        return (package or _PACKAGE) + lists

    def supports(self, source: Language, target: Language) -> bool:
        """Whether the program and the mode for this pair are installed."""
        mode = _MODES.get((source, target))
        return mode is not None and _mode_file(self._command, mode) is not None

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """Translate each text; blank ones come back as they are.

        Raises TranslationError if the program or the mode is missing, or if a stage
        dies, hangs, or gives back something else than it got.
        """
        mode = _MODES.get((source, target))
        if mode is None:
            raise TranslationError(f"apertium: no mode from {source} to {target}")
        translated = list(texts)
        sent: list[tuple[int, str, list[Span]]] = []

        def streams() -> Iterator[str]:
            for i, text in enumerate(texts):
                if text.strip():
                    ours = subject_first(text) if source == "es" else text
                    spans = self._glossary.find(ours, source)
                    sent.append((i, ours, spans))
                    yield to_stream(ours, spans, source)

        if not any(text.strip() for text in texts):
            return translated
        with closing(self._pipelines[mode].answers(streams())) as answers:
            for number, answer in enumerate(answers):
                i, ours, spans = sent[number]
                marked = from_stream(answer, spans, target, ours)
                text = without_marks(marked, source, self._lexicon)
                translated[i] = with_opening_signs(text) if target == "es" else text
        return translated

    def pids(self) -> list[int]:
        """Of the processes that run for us now."""
        return [pid for each in self._pipelines.values() for pid in each.pids()]

    def close(self) -> None:
        """End what runs; the next batch starts it again."""
        for each in self._pipelines.values():
            each.close()


def shipped_glossary() -> Glossary:
    """The glossary of this package. Raises ConfigError if its file was damaged."""
    return bridge().glossary


def shipped_lexicon() -> Lexicon:
    """The lexicon of this package. Raises ConfigError if its file was damaged."""
    file = resources.files("monitor.translation") / "lexicon.tsv"
    return read_lexicon(file.read_text(encoding="utf-8").splitlines(), "lexicon.tsv")


def _mode_file(command: str, mode: str) -> Path | None:
    """Where the mode is described, beside the program as its package installs both."""
    program = shutil.which(command)
    if program is None:
        return None
    prefix = Path(program).resolve().parent.parent
    file = prefix / "share" / "apertium" / "modes" / f"{mode}.mode"
    return file if file.is_file() else None


def stages(command: str, mode: str) -> list[list[str]]:
    """The mode's commands, as the script ``apertium -z -f none`` would run them.

    That script's own stages (three of ``cat``, two of ``gawk``) do nothing here.
    """
    file = _mode_file(command, mode)
    if file is None:
        raise TranslationError(
            f"apertium: {command} has no mode {mode}; is {_PACKAGE} installed?"
        )
    folder = Path(str(shutil.which(command))).parent
    writer = [str(folder / "apertium-wblank-mode"), "-z", str(file)]
    try:
        written = subprocess.run(  # noqa: S603
            writer,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            env=environment(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise TranslationError(f"apertium {mode}: {writer[0]}: {error}") from error
    found = [_words(stage) for stage in written.stdout.split("|")]
    return [[shutil.which(s[0], path=str(folder)) or s[0], *s[1:]] for s in found]


def _words(stage: str) -> list[str]:
    words = (_OPTIONS.get(word, word) for word in shlex.split(stage))
    return [word for word in words if word]
