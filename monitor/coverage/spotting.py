"""
Finds the terms of a lexicon in a text, in one pass over its words.

Terms match as those of watch-lists do: whole words that stand together and in order,
accents and case aside; a word in capitals matches capitals alone; a term that ends in
``*`` matches any ending.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from monitor.model import LANGUAGES, Language
from monitor.text import fold

K = TypeVar("K")
K_co = TypeVar("K_co", covariant=True)

# A combining accent belongs to its letter: a word must not fall apart there.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:['’](?:[^\W_])+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_WORDS_KEPT = 100_000
"""Distinct words whose terms are remembered; a week of news has some 60,000."""


@dataclass(frozen=True, slots=True)
class Hit(Generic[K_co]):
    """A term found: ``text[start:end]``."""

    key: K_co
    """Whose term it is."""
    start: int
    end: int


class Finder(Protocol[K_co]):
    """Anything that finds the terms of a lexicon."""

    def find(self, text: str, language: Language) -> Sequence[Hit[K_co]]:
        """The hits in a text, by (start, -end)."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as terms and texts compare it."""

    folded: str
    is_acronym: bool

    def fits(self, other: "_Word") -> bool:
        """Whether it is what a term's word asks for."""
        is_loud_enough = self.is_acronym or not other.is_acronym
        return self.folded == other.folded and is_loud_enough

    def begins(self, other: "_Word") -> bool:
        """The same for a term's last word before a ``*``."""
        is_loud_enough = self.is_acronym or not other.is_acronym
        return self.folded.startswith(other.folded) and is_loud_enough


@dataclass(frozen=True, slots=True)
class _Term(Generic[K]):
    words: tuple[_Word, ...]
    is_open: bool
    key: K
    at: int
    """Which of its words it is looked for by: the longest, hence a rare one."""


class Spotter(Generic[K]):
    """The terms of a lexicon, ready to be found."""

    def __init__(self, terms: Iterable[tuple[Language, str, K]]) -> None:
        """``terms`` are (language, term, key)."""
        self._exact: dict[tuple[Language, str], list[_Term[K]]] = defaultdict(list)
        self._open: dict[tuple[Language, str], list[_Term[K]]] = defaultdict(list)
        for language, term, key in terms:
            read = tuple(_read(match.group()) for match in _WORD.finditer(term))
            if not read:
                continue
            is_open = term.rstrip().endswith("*")
            whole = range(len(read) - is_open) or range(len(read))
            at = max(whole, key=lambda n: len(read[n].folded))
            by = self._open if is_open and len(read) == 1 else self._exact
            by[language, read[at].folded].append(_Term(read, is_open, key, at))
        self._sizes = sorted({len(stem) for _, stem in self._open})
        self._known: dict[Language, dict[str, tuple[_Word, list[_Term[K]]]]] = {
            language: {} for language in LANGUAGES
        }
        """Words met: what they are and the terms looked for by them."""

    def find(self, text: str, language: Language) -> list[Hit[K]]:
        """The hits in a text, by (start, -end); they may overlap."""
        known = self._known[language]
        raw = _WORD.findall(text)
        starts = [known.get(word) or self._learn(language, word) for word in raw]
        if not any(terms for _, terms in starts):
            return []
        fitting = [
            (n - term.at, term)
            for n, (_, terms) in enumerate(starts)
            for term in terms
            if _fits(term, n - term.at, starts)
        ]
        if not fitting:
            return []
        places = [match.span() for match in _WORD.finditer(text)]
        hits = (
            Hit(term.key, places[n][0], places[n + len(term.words) - 1][1])
            for n, term in fitting
        )
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))

    def _learn(self, language: Language, raw: str) -> tuple[_Word, list[_Term[K]]]:
        """A word and the terms that are looked for by it."""
        word = _read(raw)
        found = list(self._exact.get((language, word.folded), ()))
        for size in self._sizes:
            if size <= len(word.folded):
                found += self._open.get((language, word.folded[:size]), ())
        known = self._known[language]
        if len(known) >= _WORDS_KEPT:
            known.clear()
        known[raw] = word, found
        return word, found


def _fits(term: _Term[K], start: int, found: Sequence[tuple[_Word, object]]) -> bool:
    """Whether a term stands in a text from a word on."""
    if start < 0 or start + len(term.words) > len(found):
        return False
    here = found[start : start + len(term.words)]
    *before, last = zip((word for word, _ in here), term.words, strict=True)
    is_end = last[0].begins(last[1]) if term.is_open else last[0].fits(last[1])
    return is_end and all(word.fits(asked) for word, asked in before)


def _read(raw: str) -> _Word:
    stem = _POSSESSIVE.sub("", raw).replace("’", "'")
    return _Word(fold(stem), len(stem) > 1 and stem.isupper())
