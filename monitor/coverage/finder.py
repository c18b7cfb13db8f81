"""
Finding many terms in a text at once, in time linear in its words.

A term matches whole words, accents and case aside. Words of a term stand together and
in order. A word in capitals is an acronym and matches capitals alone: ``ICE`` is not
ice. A term that ends in ``*`` matches any ending: ``migra*`` finds *migrants*.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from monitor.text import WORD, fold, words

K = TypeVar("K", bound=Hashable)

_KNOWN_WORDS = 1 << 16
"""Words that a finder remembers: news of six weeks in two languages has 90,000."""
_POSSESSIVE = re.compile(r"['’][sS]$")


@dataclass(frozen=True, slots=True)
class Hit(Generic[K]):
    """One term where it stands: ``text[start:end]``, the text with accents composed."""

    key: K
    """What the term was given for."""
    term: str
    """As it was given."""
    start: int
    end: int
    """Before an English possessive: *ICE* of *ICE's*."""


class Finder(Generic[K]):
    """Finds terms, each given for a key: a watch-list, a theme, a side's word."""

    def __init__(self, terms: Iterable[tuple[K, str]]) -> None:
        """Terms of one key or of several; one without words is never found."""
        exact: dict[str, list[_Term[K]]] = defaultdict(list)
        begun: dict[str, list[_Term[K]]] = defaultdict(list)
        for key, written in dict.fromkeys(terms):
            if parts := tuple(map(_part, _composed_words(written))):
                is_open, is_one = written.rstrip().endswith("*"), len(parts) == 1
                is_sure = is_one and not parts[0].is_acronym
                term = _Term(key, written, parts, is_open, is_sure)
                starts = begun if is_open and is_one else exact
                starts[parts[0].plain].append(term)
        self._exact, self._begun = dict(exact), dict(begun)
        self._lengths = sorted({len(start) for start in begun})
        # News repeats its words: what each is and may begin is worked out once.
        self._known = lru_cache(maxsize=_KNOWN_WORDS)(self._read)

    def hits(self, text: str) -> list[Hit[K]]:
        """Every place of every term, by (start, end); places may overlap.

        Spans count in the text with its accents composed, as items keep theirs.
        """
        text = unicodedata.normalize("NFC", text)
        found = list(self._found(text))
        if not found:
            return []
        spans = [
            (word.start(), word.start() + _part(word[0]).length)
            for word in WORD.finditer(text)
        ]
        hits = [
            Hit(term.key, term.written, spans[n][0], spans[n + len(term.parts) - 1][1])
            for n, term in found
        ]
        return sorted(hits, key=lambda hit: (hit.start, hit.end))

    def keys(self, text: str) -> set[K]:
        """The keys of which any term stands in the text."""
        found = self._found(unicodedata.normalize("NFC", text))
        return {term.key for _, term in found}

    def _found(self, text: str) -> Iterator[tuple[int, "_Term[K]"]]:
        """Terms and the number, from 0, of the word where each begins."""
        known = list(map(self._known, WORD.findall(text)))
        for n, (_, terms) in enumerate(known):
            for term in terms:
                if term.is_sure or term.stands(known, n):
                    yield n, term

    def _read(self, word: str) -> tuple["_Part", Sequence["_Term[K]"]]:
        """A word of a text and the terms that may begin with it."""
        part = _part(word)
        plain = part.plain
        found = list(self._exact.get(plain, ()))
        for length in self._lengths:
            if length > len(plain):
                break
            found += self._begun.get(plain[:length], ())
        return part, found


def longest(hits: Iterable[Hit[K]]) -> list[Hit[K]]:
    """Hits that do not overlap: from left to right the longest at each place.

    *Illegal immigrants* then does not count as *immigrants* too. Of several terms for
    the same words one without ``*`` stays, and among those the one given first.
    """
    kept: list[Hit[K]] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


class _Part(NamedTuple):
    """One word of a text or term."""

    plain: str
    """Folded, without a possessive."""
    is_acronym: bool
    length: int
    """Characters as written, without a possessive."""


@dataclass(frozen=True, slots=True)
class _Term(Generic[K]):
    key: K
    written: str
    parts: tuple[_Part, ...]
    is_open: bool
    """Whether its last word may end in any way."""
    is_sure: bool
    """Whether it stands wherever its first word does."""

    def stands(self, known: Sequence[tuple[_Part, object]], n: int) -> bool:
        """Whether it stands among the words of a text, from the nth on."""
        if n + len(self.parts) > len(known):
            return False
        last = len(self.parts) - 1
        for k, part in enumerate(self.parts):
            word = known[n + k][0]
            if part.is_acronym and not word.is_acronym:
                return False
            if word.plain != part.plain and not (
                k == last and self.is_open and word.plain.startswith(part.plain)
            ):
                return False
        return True


def _composed_words(text: str) -> list[str]:
    # A word must not fall apart at a combining accent.
    return words(unicodedata.normalize("NFC", text))


def _part(word: str) -> _Part:
    stem = word if word.isalnum() else _POSSESSIVE.sub("", word)
    is_acronym = len(stem) > 1 and stem.isupper()
    return _Part(fold(stem.replace("’", "'")), is_acronym, len(stem))
