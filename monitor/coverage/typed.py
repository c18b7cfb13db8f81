"""
What people type into a search box, as a query.

Kinder than ``query.parse_query``, which guesses nothing: words side by side must all
stand, ``-word`` denies one, small words and punctuation count for nothing, and whatever
is left open is closed. ``str`` of the query says what was understood, in the language
of watch-lists.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from monitor.errors import ConfigError
from monitor.query import MAX_DEPTH, And, Not, Or, Query, Term, holds, terms
from monitor.text import WORD, squeeze

MAX_CHARACTERS = 500
MAX_TERMS = 40
LEAST_BEGINNING = 3
"""Letters before a ``*``: every third word begins with one of a few letters, and to
look up all of them among 1,000,000 items takes seconds."""

_OPERATORS = {
    **dict.fromkeys(("AND", "Y", "E", "&", "&&", "+"), "AND"),
    **dict.fromkeys(("OR", "O", "U", "|", "||"), "OR"),
    **dict.fromkeys(("NOT", "NO"), "NOT"),
}
"""In capitals: in lower case they are words of the news."""
_SMALL_WORDS = frozenset(
    (
        *("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the"),
        *("to", "with", "al", "con", "de", "del", "e", "el", "en", "la", "las", "lo"),
        *("los", "o", "para", "por", "que", "se", "su", "sus", "u", "un", "una", "y"),
    )
)
"""A text need not have them: an English one has none of the Spanish."""
_QUOTES = '"“”„«»'
_TOKEN = re.compile(
    rf"-?\(|\)|-?[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]?|[^\s(){_QUOTES}]+"
)
_DASHES = str.maketrans("−–", "--")


class _Token(NamedTuple):
    kind: str
    """``term``, ``(``, ``)``, ``AND``, ``OR`` or ``NOT``."""
    text: str = ""


def understand(text: str) -> Query:
    """What a person means by what they typed; ``parse_query(str(query)) == query``.

    Raises ConfigError, with a remedy, where nothing is asked for, or too much.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(
            f"the query has {len(text)} characters of {MAX_CHARACTERS}; shorten it"
        )
    query = _Reader([*_spared(list(_tokens(squeeze(text))))]).whole()
    if query is None:
        raise ConfigError(f"{text!r} holds no word to look for; write one")
    asked = list(terms(query))
    if len(asked) > MAX_TERMS:
        raise ConfigError(
            f"the query has {len(asked)} terms; {MAX_TERMS} are read, leave some out"
        )
    if short := next(filter(_is_too_open, asked), None):
        raise ConfigError(
            f"{short.text!r} begins too many words; "
            f"write {LEAST_BEGINNING} letters or more before the *"
        )
    if holds(query, ()):
        raise ConfigError(
            f"{text!r} only says what is not wanted; "
            "add a word that is, as in 'steel -dumping'"
        )
    return query


def _tokens(text: str) -> Iterator[_Token]:
    """Terms and operators in order; what holds no word is none."""
    for found in _TOKEN.findall(text.translate(_DASHES)):
        if found in _OPERATORS:
            yield _Token(_OPERATORS[found])
            continue
        bare = found.lstrip("-!")
        if bare != found:
            yield _Token("NOT")
        if bare in ("(", ")"):
            yield _Token(bare)
        elif term := _term(bare):
            yield _Token("term", term)
        elif bare != found:
            yield _Token("nothing")


def _term(written: str) -> str:
    """From its first word to its last, with the ``*`` that may follow that."""
    found = list(WORD.finditer(written))
    if not found:
        return ""
    start, end = found[0].start(), found[-1].end()
    is_open = written[end:].startswith("*")
    # A * inside stands for nothing.
    inner = squeeze(written[start:end].replace("*", " "))
    return inner + "*" if is_open else inner


def _spared(tokens: Sequence[_Token]) -> Iterator[_Token]:
    """Without small words that stand beside others, unless one of them is denied."""
    if all(_is_small(t.text) for t in tokens if t.kind == "term"):
        yield from tokens
        return
    previous = ""
    for token in tokens:
        is_plain = token.kind == "term" and previous not in ("NOT", "OR")
        if not (is_plain and _is_small(token.text)):
            yield token
        previous = token.kind


def _is_small(text: str) -> bool:
    """*El* is, at the start of a title; *LA* is a city."""
    is_acronym = len(text) > 1 and text.isupper()
    return text.lower() in _SMALL_WORDS and not is_acronym


def _is_too_open(term: Term) -> bool:
    last = WORD.findall(term.text)[-1]
    return term.text.endswith("*") and len(last) < LEAST_BEGINNING


class _Reader:
    """Recursive descent that never refuses: AND binds closer than OR."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = [*tokens, _Token("")]
        self._next = 0
        self._depth = 0

    def whole(self) -> Query | None:
        """All of it; a ``)`` without a ``(`` is passed over."""
        parts = []
        while self._look().kind:
            parts.append(self._any())
            if self._look().kind == ")":
                self._next += 1
        return _joined(And, parts)

    def _any(self) -> Query | None:
        parts = [self._all()]
        while self._look().kind == "OR":
            self._next += 1
            parts.append(self._all())
        return _joined(Or, parts)

    def _all(self) -> Query | None:
        parts = []
        while self._look().kind not in ("", ")", "OR"):
            parts.append(self._part())
        return _joined(And, parts)

    def _part(self) -> Query | None:
        token = self._look()
        self._next += 1
        match token.kind:
            case "term":
                return Term(token.text)
            case "NOT" if self._look().kind in ("term", "(", "NOT"):
                inner = self._deeper(self._part)
                return Not(inner) if inner else None
            case "(":
                inner = self._deeper(self._any)
                if self._look().kind == ")":
                    self._next += 1
                return inner
        return None

    def _look(self) -> _Token:
        return self._tokens[self._next]

    def _deeper(self, read: Callable[[], Query | None]) -> Query | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ConfigError(
                f"the query is nested more than {MAX_DEPTH} deep; write it flatter"
            )
        inner = read()
        self._depth -= 1
        return inner


def _joined(kind: type[And] | type[Or], parts: Sequence[Query | None]) -> Query | None:
    """What is there of the parts, those of the same kind among themselves."""
    there: list[Query] = []
    for part in parts:
        if isinstance(part, kind):
            there += part.parts
        elif part is not None:
            there.append(part)
    there = list(dict.fromkeys(there))
    if len(there) < 2:
        return there[0] if there else None
    return kind(tuple(there))
