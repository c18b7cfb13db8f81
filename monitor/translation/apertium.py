"""
Apertium, the rule-based engine: small, fast, always the same, weak on idiom.

One batch is one run of Debian's ``apertium`` over Apertium's own stream format: each
text ends in a numbered blank and a NUL, at which every stage of the pipe forgets what
came before, so texts cannot run into each other and none can be lost unnoticed.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cached_property
from importlib import resources

from monitor.errors import TranslationError
from monitor.model import Language
from monitor.translation.bridge import bridge
from monitor.translation.glossary import PROPER, Glossary, Kind, Span
from monitor.translation.lexicon import Lexicon, read_lexicon
from monitor.translation.word_order import subject_first

_MODES: dict[tuple[Language, Language], str] = {
    ("es", "en"): "spa-eng",
    ("en", "es"): "eng-spa",
}
_PACKAGE = "apertium-eng-spa"
_CHARACTERS_PER_SECOND = 5_000
"""What to wait for at least; two shared cores do 80,000 to 150,000."""

_STAND_INS: dict[Kind, dict[Language, str]] = {
    "name": {"es": "Texas", "en": "Texas"},
    "person": {"es": "Obama", "en": "Obama"},
    "money": {"es": "dólares", "en": "dollars"},
    "noun.m": {"es": "sombrero", "en": "hat"},
    "noun.f": {"es": "ventana", "en": "window"},
    "nouns.m": {"es": "sombreros", "en": "hats"},
    "nouns.f": {"es": "ventanas", "en": "windows"},
}
"""A word of the same grammar that Apertium knows in both languages, and never as a
verb. It is translated in the term's place, bearing the term's number, then replaced."""

_RESERVED = re.compile(r"([\[\]{}^$/\\<>])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSENDABLE = re.compile(r"[\0\ud800-\udfff]")
_MARKED = re.compile(r"\[\[t:g:(\d+)\]\](.*?)\[\[/\]\]", re.DOTALL)
_CARRIED = re.compile(r"\[([~*#@]| no)\]")
"""Pieces that travel as blanks, since as text Apertium would lose them, or we would
take them for its marks."""
_MARKS = re.compile(r"(\*|\\@)(?!\])|#(?!\])")
"""Apertium's own: before a word that it does not know (*), cannot translate (@, always
escaped) or cannot inflect (#)."""
_UNKNOWN = re.compile(r"(\b[Aa]n? )?\0([^\W_]+)")
"""A marked word once NUL, which no text can hold, stands for the mark; and the article
before it, which Apertium could not fit to it."""

_ENDS_SENTENCE = re.compile(r"[.!?…][\"'»”’)\]]*\s*$")
_QUOTE = re.compile(r"(?<!\w)'(?=\w)")
_THOUSANDS = re.compile(r"(?<![\w.,])(\d{1,3}) mil(?: (\d{1,3}))?\b(?! mill| m[dm])")
_MEASURE = re.compile(
    r"(\w+)-(year|month|week|day|hour|mile)(?:-(old))?\b", re.IGNORECASE
)
_PARTICIPLE = r"\w*(?:[aií]do|cho|[silro]to)\b"
_LOST_NO = re.compile(
    rf"(?<!\bya )\b(no) (habr(?:á|ía)n?)\b(?! {_PARTICIPLE})", re.IGNORECASE
)

_FIRST_WORDS = re.compile(r"\W*([^\W_]+)\W+?([^\W_]+)")
_ADDED_SUBJECT = re.compile(r"\b(it|they) ([A-Z])(?=[a-z])")
_BLANKS = re.compile(r" {2,}")


class ApertiumTranslator:
    """English and Spanish by Debian's apertium-eng-spa, with our glossary around it."""

    name = "apertium"

    def __init__(
        self,
        glossary: Glossary | None = None,
        command: str = "apertium",
        patience_seconds: float = 20.0,
        lexicon: Lexicon | None = None,
    ) -> None:
        """``glossary`` and ``lexicon`` None are the ones in this package.

        ``command`` is a name or a path.

        A run may take ``patience_seconds``, and more the longer its texts are.
        """
        self._glossary = shipped_glossary() if glossary is None else glossary
        self._lexicon = shipped_lexicon() if lexicon is None else lexicon
        self._command = command
        self._patience_seconds = patience_seconds
        self._modes: frozenset[str] = frozenset()

    @cached_property
    def version(self) -> str:
        """The language package's version (where Debian knows it) and our lists'."""
        query = ["dpkg-query", "--show", "--showformat=${Version}", _PACKAGE]
        try:
            found = subprocess.run(query, capture_output=True, text=True, timeout=20)  # noqa: S603
            package = found.stdout.strip() if found.returncode == 0 else ""
        except (OSError, subprocess.TimeoutExpired):
            package = ""
        lists = f"+glossary.{self._glossary.digest}+lexicon.{self._lexicon.digest}"
        return (package or _PACKAGE) + lists

    def supports(self, source: Language, target: Language) -> bool:
        """Whether the program and the mode for this pair are installed."""
        mode = _MODES.get((source, target))
        if mode is None or shutil.which(self._command) is None:
            return False
        if mode not in self._modes:  # asked again: it may be installed while we run
            self._modes = self._installed_modes()
        return mode in self._modes

    def translate(
        self, texts: Sequence[str], source: Language, target: Language
    ) -> list[str]:
        """Translate each text; blank ones come back as they are.

        Raises TranslationError if the program or the mode is missing, dies, hangs, or
        gives back fewer texts than it got.
        """
        mode = _MODES.get((source, target))
        if mode is None:
            raise TranslationError(f"apertium: no mode from {source} to {target}")
        spoken = [i for i, text in enumerate(texts) if text.strip()]
        if not spoken:
            return list(texts)
        ours = [subject_first(texts[i]) if source == "es" else texts[i] for i in spoken]
        spans = [self._glossary.find(text, source) for text in ours]
        streams = [
            _to_stream(text, found, source)
            for text, found in zip(ours, spans, strict=True)
        ]
        answers = self._run_batch(streams, mode)
        translated = list(texts)
        for i, text, found, answer in zip(spoken, ours, spans, answers, strict=True):
            marked = _from_stream(answer, found, target, text)
            translated[i] = self._without_marks(marked, source)
        return translated

    def close(self) -> None:
        """Nothing stays open between batches."""

    def _without_marks(self, text: str, language: Language) -> str:
        """The words Apertium did not know, by our lexicon or as they were."""

        def written(match: re.Match[str]) -> str:
            word = self._lexicon.meaning(match[2], language) or match[2]
            article = match[1] or ""
            return _joined(article, word) if language == "es" else article + word

        return _UNKNOWN.sub(written, text).replace("\0", "")

    def _installed_modes(self) -> frozenset[str]:
        try:
            listing = self._run(["-l"], b"", self._patience_seconds)
        except TranslationError:
            return frozenset()
        return frozenset(listing.decode(errors="replace").split())

    def _run_batch(self, streams: Sequence[str], mode: str) -> list[str]:
        document = "".join(f"{text}[§{i}§]\0" for i, text in enumerate(streams))
        seconds = self._patience_seconds + len(document) / _CHARACTERS_PER_SECOND
        options = ["-z", "-f", "none", mode]
        output = self._run(options, document.encode(), seconds)
        return _split(output.decode(errors="replace"), len(streams), mode)

    def _run(self, options: Sequence[str], document: bytes, seconds: float) -> bytes:
        """Run apertium, a shell script around a pipe; a hung one dies whole."""
        called = " ".join([self._command, *options])
        try:
            child = subprocess.Popen(  # noqa: S603 - no shell; options are ours
                [self._command, *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise TranslationError(
                f"{self._command}: cannot be run; is {_PACKAGE} installed?"
            ) from error
        with child:
            try:
                output, complaint = child.communicate(document, timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise TranslationError(
                    f"{called}: no answer after {seconds:.0f} s"
                ) from error
            finally:
                _end(child)
        if child.returncode != 0:
            said = complaint.decode(errors="replace").strip() or "it gave no reason"
            raise TranslationError(f"{called}: exit {child.returncode}: {said}")
        return output


def shipped_glossary() -> Glossary:
    """The glossary of this package. Raises ConfigError if its file was damaged."""
    return bridge().glossary


def shipped_lexicon() -> Lexicon:
    """The lexicon of this package. Raises ConfigError if its file was damaged."""
    file = resources.files("monitor.translation") / "lexicon.tsv"
    return read_lexicon(file.read_text(encoding="utf-8").splitlines(), "lexicon.tsv")


def _joined(article: str, word: str) -> str:
    """An English article and the word after it: "a measles case", "an ejido"."""
    if article:
        article = article[0] + ("n " if word[0].lower() in "aeiouáéíóú" else " ")
    return article + word


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the pipe; killing the shell alone leaves its stages."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


def _to_stream(text: str, spans: Sequence[Span], language: Language) -> str:
    """The text in Apertium's stream format, with stand-ins for the glossary's terms."""
    # "'medieval'" would be read as "am edieval".
    text = _QUOTE.sub("‘", text)
    parts, at = [], 0
    for number, span in enumerate(spans):
        word = _STAND_INS[span.kind][language]
        if text[span.start].isupper():
            word = word[0].upper() + word[1:]
        parts.append(_plain(text[at : span.start], language))
        parts.append(f"[[t:g:{number}]]{word}[[/]]")
        at = span.end
    parts.append(_plain(text[at:], language))
    # Without a full stop the tagger and the transfer lose or mangle the last word.
    return "".join(parts) + ("" if _ENDS_SENTENCE.search(text) else ".[]")


def _plain(text: str, language: Language) -> str:
    """Text between terms, written so that Apertium neither misreads nor loses it."""
    text = _UNSENDABLE.sub("\ufffd", text)
    if language == "es":
        # "12 mil" would become "12 one thousand"; Mexican style writes 12,000 as well.
        text = _THOUSANDS.sub(_in_figures, text)
    else:
        # "a 62-year-old man" would become "un hombrede62años".
        text = _MEASURE.sub(lambda m: " ".join(filter(None, m.groups())), text)
    # A lone ~ is a command to the last stage.
    text = re.sub(r"[~*#@]", r"[\g<0>]", _RESERVED.sub(r"\\\1", text))
    # "no habrá agua" would become "there will be water".
    return _LOST_NO.sub(r"\2[ no]", text) if language == "es" else text


def _in_figures(match: re.Match[str]) -> str:
    thousands, rest = match.groups()
    return f"{thousands},{int(rest or 0):03}"


def _split(output: str, count: int, mode: str) -> list[str]:
    """Each text's own output, by its numbered blank."""
    texts, at = [], 0
    for number in range(count):
        mark = f"[§{number}§]"
        end = output.find(mark, at)
        if end < 0:
            raise TranslationError(
                f"apertium {mode}: stopped after {number} of {count} texts"
            )
        texts.append(output[at:end].strip("\0"))
        at = end + len(mark)
    return texts


def _from_stream(
    stream: str, spans: Sequence[Span], language: Language, original: str
) -> str:
    """Plain text again, with the terms in ``language`` where their stand-ins are.

    A NUL stands before each word that Apertium did not know.
    """
    stream = stream.removesuffix(".[]").removesuffix("[]")
    stream = _MARKS.sub(lambda mark: "\0" if mark[1] else "", stream)
    stream = _MARKED.sub(lambda marked: _term(marked, spans, language), stream)
    text = _ESCAPED.sub(r"\1", _CARRIED.sub(r"\1", stream))
    if "‘" not in original:
        text = text.replace("‘", "'")
    return _mend_capitals(_BLANKS.sub(" ", text).strip(), original)


def _term(marked: re.Match[str], spans: Sequence[Span], language: Language) -> str:
    """The term for its stand-in; an article that joined it ("los sombreros") stays."""
    span, shown = spans[int(marked[1])], marked[2]
    stand_in = _STAND_INS[span.kind][language]
    at = shown.lower().find(stand_in.lower())
    if at < 0:
        return shown
    target = span.target
    if span.kind not in PROPER and shown[at].isupper():
        target = target[0].upper() + target[1:]
    return shown[:at] + _RESERVED.sub(r"\\\1", target) + shown[at + len(stand_in) :]


def _mend_capitals(text: str, original: str) -> str:
    """Undo the capitals Apertium adds, which a reader of names would take for names.

    It gives a first word one unasked, and hands it on to the second word if the first
    is a name, and to the verb if it adds a subject ("it Follows").
    """
    first = next((c for c in original if c.isalpha()), "")
    if first.islower():
        text = re.sub(r"[^\W\d_]", lambda m: m.group().lower(), text, count=1)
    ours, theirs = _FIRST_WORDS.match(original), _FIRST_WORDS.match(text)
    if ours and theirs and ours[1] == theirs[1] and ours[2].islower():
        at = theirs.start(2)
        text = text[:at] + text[at].lower() + text[at + 1 :]
    return _ADDED_SUBJECT.sub(lambda m: f"{m[1]} {m[2].lower()}", text)
