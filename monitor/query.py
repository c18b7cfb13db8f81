"""
What an analyst asks for: terms joined by AND, OR and NOT, as a watch-list writes it.

    (tariff* OR arancel*) AND NOT "steel dumping"

A term is one word, or several in quotes. Operators are in capitals. Nothing is guessed:
words side by side and AND beside OR are refused, with what to write instead.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from monitor.errors import ConfigError
from monitor.model import Language
from monitor.text import squeeze, words

MAX_DEPTH = 50
"""Parentheses and NOTs inside one another; a person writes three."""

_QUOTES = '"“”„«»'
_TOKEN = re.compile(rf"[()]|[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]?|[^\s(){_QUOTES}]+")
_DENIALS = "-!−–"
"""What search engines take for NOT before a term; here it would ask for the term."""
_OPERATORS = ("AND", "OR", "NOT")
_CALLED: dict[str, str] = {
    **dict.fromkeys(("and", "y", "e", "&", "&&", "+"), "AND"),
    **dict.fromkeys(("or", "o", "u", "|", "||"), "OR"),
    **dict.fromkeys(("not", "no"), "AND NOT"),
}
"""What people write between two terms -> what they mean."""


@dataclass(frozen=True, slots=True)
class Term:
    """Holds where its words stand; ``coverage/finder.py`` says when they do."""

    text: str
    en: tuple[str, ...] = ()
    """What else it is called, looked for in texts of that language alone."""
    es: tuple[str, ...] = ()

    def forms(self, language: Language) -> tuple[str, ...]:
        """All that it is looked for by in texts of a language."""
        return (self.text, *(self.es if language == "es" else self.en))

    def __str__(self) -> str:
        is_bare = (
            _TOKEN.fullmatch(self.text)
            and self.text.upper() not in _OPERATORS
            and self.text[0] not in _DENIALS
        )
        return self.text if is_bare else f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where ``of`` does not."""

    of: "Query"

    def __str__(self) -> str:
        return f"NOT {_inner(self.of)}"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where each of its parts, two or more, does."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where one of its parts, two or more, does."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.parts))


Query = Term | Not | And | Or


def holds(query: Query, present: Collection[str]) -> bool:
    """Whether a query holds where these of its terms, by text, stand and no others."""
    match query:
        case Term(text):
            return text in present
        case Not(of):
            return not holds(of, present)
        case And(parts):
            return all(holds(part, present) for part in parts)
        case Or(parts):
            return any(holds(part, present) for part in parts)


def terms(query: Query) -> Iterator[Term]:
    """Its terms in order, those it denies too."""
    match query:
        case Term():
            yield query
        case Not(of):
            yield from terms(of)
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)


def widened(query: Query, widen: Callable[[Term], Term]) -> Query:
    """The same query of other terms."""
    match query:
        case Term():
            return widen(query)
        case Not(of):
            return Not(widened(of, widen))
        case And(parts):
            return And(tuple(widened(part, widen) for part in parts))
        case Or(parts):
            return Or(tuple(widened(part, widen) for part in parts))


def parse_query(text: str) -> Query:
    """A query from its text; ``parse_query(str(query)) == query``.

    Raises ConfigError with the place, by characters from 1, what was expected there
    and a remedy; and for a query that would hold where none of its terms stands.
    """
    query = _Parser(text).whole()
    if holds(query, ()):
        raise ConfigError(
            f"{text!r} holds for every item that has none of its terms; "
            "join what it denies to a term by AND, as in 'steel AND NOT dumping'"
        )
    return query


def term_fault(term: str) -> str | None:
    """Why a term would never be found, and what to do; None for one that may be."""
    if not words(term):
        return f"{term!r} holds no word; write one, or remove it"
    if "*" in term.strip()[:-1]:
        return f"{term!r} has a * inside; it may stand at the end alone"
    return None


def _inner(query: Query) -> str:
    return f"({query})" if isinstance(query, And | Or) else str(query)


class _Token(NamedTuple):
    text: str
    """Empty at the end."""
    start: int


class _Parser:
    """Recursive descent: one method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        found = [_Token(match[0], match.start()) for match in _TOKEN.finditer(text)]
        self._tokens = [*found, _Token("", len(text))]
        self._next = 0
        self._depth = 0

    def whole(self) -> Query:
        """A query and nothing after it."""
        query = self._joined()
        if self._look().text == ")":
            self._fault("has no ( before it; remove it")
        return query

    def _joined(self) -> Query:
        """Parts with AND between them all, or OR."""
        parts, operator = [self._part()], self._look().text
        if operator not in ("AND", "OR"):
            self._refuse_neighbour()
            return parts[0]
        while self._look().text == operator:
            self._next += 1
            parts.append(self._part())
        self._refuse_neighbour()
        return And(tuple(parts)) if operator == "AND" else Or(tuple(parts))

    def _part(self) -> Query:
        """A term, NOT and a part, or a query in parentheses."""
        token = self._look()
        if token.text not in ("NOT", "("):
            return self._term()
        self._next += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fault(f"is nested more than {MAX_DEPTH} deep; write it flatter")
        inner = (
            Not(self._part()) if token.text == "NOT" else self._in_parentheses(token)
        )
        self._depth -= 1
        return inner

    def _in_parentheses(self, opening: _Token) -> Query:
        query = self._joined()
        if self._look().text != ")":
            self._fault(f"expected ) for the ( at character {opening.start + 1}")
        self._next += 1
        return query

    def _term(self) -> Query:
        token = self._look()
        if token.text in ("", ")", "AND", "OR"):
            self._fault("expected a term; write one, or remove the operator before it")
        is_quoted = token.text[0] in _QUOTES
        if is_quoted and (len(token.text) < 2 or token.text[-1] not in _QUOTES):
            self._fault("opens a quote that is never closed; close it")
        if token.text.upper() in _OPERATORS:
            self._fault("is written like an operator; use capitals, or quote it")
        if token.text[0] in _DENIALS:
            self._fault(f"{token.text[0]} denies nothing; write NOT, or quote the term")
        text = squeeze(token.text.strip(_QUOTES))
        if fault := term_fault(text):
            self._fault(fault)
        self._next += 1
        return Term(text)

    def _refuse_neighbour(self) -> None:
        """Only the end or a closing parenthesis may follow what is joined."""
        token = self._look()
        if token.text in ("AND", "OR"):
            self._fault("AND and OR stand side by side; put parentheses around one")
        if token.text == "NOT":
            self._fault("expected an operator; write AND NOT or OR NOT")
        if operator := _CALLED.get(token.text.casefold()):
            self._fault(f"expected an operator in capitals; write {operator}")
        if token.text not in ("", ")"):
            self._fault("expected AND or OR; put words of one phrase into quotes")

    def _look(self) -> _Token:
        return self._tokens[self._next]

    def _fault(self, what: str) -> NoReturn:
        token = self._look()
        found = repr(token.text) if token.text else "the end"
        raise ConfigError(f"character {token.start + 1}, {found}: {what}")
