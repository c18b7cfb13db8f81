"""
Finding many terms in a text at once, in time linear in its words.

A term matches whole words, accents and case aside. Words of a term stand together and
in order. A word in capitals is an acronym and matches capitals alone: ``ICE`` is not
ice. A term that ends in ``*`` matches any ending: ``migra*`` finds *migrants*.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from monitor.text import fold

K = TypeVar("K", bound=Hashable)

_KNOWN_WORDS = 10_000
"""Words that are remembered as they are read: 8 of 10 words of 46,125 real items are
among them."""
_OWN_WORDS = 1_000
_OWN_WORDS_A_TERM = 8
"""Words of which a finder remembers what they tell it, of 0.2 kB each: at least so
many, and for each term. Of eleven terms a thousand words are as quick as ten thousand,
45 µs an item; of the 1,170 of themes 10,000 take 50 µs and 1,000 take 67. Finders last
as long as a run does, and every reader's watch-lists have two."""
# A combining accent belongs to its letter: a word must not fall apart there.
_LETTERS = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_POSSESSIVE = re.compile(r"['’][sS]$")


@dataclass(frozen=True, slots=True)
class Hit(Generic[K]):
    """One term where it stands: ``text[start:end]``."""

    key: K
    """What the term was given for."""
    term: str
    """As it was given."""
    start: int
    end: int
    """Before an English possessive: *ICE* of *ICE's*."""


class Finder(Generic[K]):
    """Finds terms, each given for a key: a watch-list, a theme, a frame."""

    def __init__(self, terms: Iterable[tuple[K, str]]) -> None:
        """Terms of one key or of several; one without words is never found."""
        whole: dict[str, list[_Term[K]]] = defaultdict(list)
        begun: dict[str, list[_Term[K]]] = defaultdict(list)
        given = list(dict.fromkeys(terms))
        for number, (key, written) in enumerate(given):
            if parts := tuple(map(_part, _WORD.findall(written))):
                term = _Term(key, written, parts, number)
                by = begun if term.is_open and len(parts) == 1 else whole
                by[parts[term.at].plain].append(term)
        self._whole, self._begun = dict(whole), dict(begun)
        self._lengths = sorted({len(start) for start in begun})
        # News repeats its words: what each is and tells of is worked out once.
        most = min(max(_OWN_WORDS_A_TERM * len(given), _OWN_WORDS), _KNOWN_WORDS)
        self._known = lru_cache(most)(self._read)

    def hits(self, text: str) -> list[Hit[K]]:
        """Every place of every term, by (start, end); places may overlap.

        Of several terms for the same words one without ``*`` comes first, then those
        given first.
        """
        known = self._words(text)
        found = sorted(_standing(known), key=lambda at: (at[0], at[1].order))
        if not found:
            return []
        starts = [word.start() for word in _WORD.finditer(text)]
        ends = [at + word.length for at, (word, _) in zip(starts, known, strict=True)]
        return [
            Hit(term.key, term.written, starts[n], ends[n + len(term.parts) - 1])
            for n, term in found
        ]

    def keys(self, text: str) -> set[K]:
        """The keys of which any term stands in the text."""
        return {term.key for _, term in _standing(self._words(text))}

    def _words(self, text: str) -> list["_Word[K]"]:
        return [*map(self._known, _WORD.findall(text))]

    def _read(self, word: str) -> "_Word[K]":
        telling_nothing = _telling_nothing(word)
        part = telling_nothing[0]
        plain = part.plain
        found = list(self._whole.get(plain, ()))
        for length in self._lengths:
            if length > len(plain):
                break
            found += self._begun.get(plain[:length], ())
        return (part, found) if found else telling_nothing


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

    def fits(self, asked: "_Part") -> bool:
        """Whether it is what a term's word asks for."""
        return self.plain == asked.plain and self.is_acronym >= asked.is_acronym

    def begins(self, asked: "_Part") -> bool:
        """The same for a term's last word before a ``*``."""
        is_loud_enough = self.is_acronym >= asked.is_acronym
        return is_loud_enough and self.plain.startswith(asked.plain)


class _Term(Generic[K]):
    """One term, read."""

    __slots__ = ("at", "is_open", "is_sure", "key", "order", "parts", "written")

    def __init__(
        self, key: K, written: str, parts: tuple[_Part, ...], number: int
    ) -> None:
        self.key, self.written, self.parts = key, written, parts
        self.is_open = written.rstrip().endswith("*")
        """Whether its last word may end in any way."""
        whole = range(len(parts) - self.is_open) or range(1)
        self.at = max(whole, key=lambda n: len(parts[n].plain))
        """Which of its words it is looked for by: the longest, hence a rare one."""
        self.is_sure = len(parts) == 1 and not parts[0].is_acronym
        """Whether it stands wherever that word does."""
        self.order = len(parts), self.is_open, number
        """Among the terms that begin at one place."""

    def stands(self, known: Sequence["_Word[K]"], start: int) -> bool:
        """Whether it stands among the words of a text, from one on."""
        last = start + len(self.parts) - 1
        if start < 0 or last >= len(known):
            return False
        if self.is_open:
            is_end = known[last][0].begins(self.parts[-1])
        else:
            is_end = known[last][0].fits(self.parts[-1])
        return is_end and all(
            known[start + n][0].fits(part) for n, part in enumerate(self.parts[:-1])
        )


_Word = tuple[_Part, Sequence[_Term[K]]]
"""A word of a text, and the terms that are looked for by it."""


def _standing(known: Sequence[_Word[K]]) -> Iterator[tuple[int, _Term[K]]]:
    """Terms and the number, from 0, of the word where each begins."""
    sought = [(n, terms) for n, (_, terms) in enumerate(known) if terms]
    for n, terms in sought:
        for term in terms:
            start = n - term.at
            if term.is_sure or term.stands(known, start):
                yield start, term


@lru_cache(_KNOWN_WORDS)
def _telling_nothing(word: str) -> tuple[_Part, tuple[()]]:
    """What most words are to most finders, which share it."""
    return _part(word), ()


def _part(word: str) -> _Part:
    stem = word if word.isalnum() else _POSSESSIVE.sub("", word)
    is_acronym = len(stem) > 1 and stem.isupper()
    return _Part(fold(stem.replace("’", "'")), is_acronym, len(stem))
