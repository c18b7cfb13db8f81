"""
Names and news words that English and Spanish write differently, under one key each.

They are those entries of the bridge that stories go by.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from monitor.entry import Entry
from monitor.model import LANGUAGES, Language
from monitor.stories.tokens import Token, tokenize
from monitor.text import fold, words
from monitor.translation.bridge import bridge

Kind = Literal["name", "word", "routine"]


@dataclass(frozen=True, slots=True)
class Alias:
    """One thing that the two languages write differently."""

    key: str
    """``@`` and its first English form, so that it meets no ordinary word."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Place:
    """An alias where it stands in a text."""

    alias: Alias
    start: int
    """Index of its first token."""
    end: int
    """Index after its last."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write an alias in one language."""

    alias: Alias
    tokens: tuple[Token, ...]

    def is_at(self, tokens: Sequence[Token], start: int) -> bool:
        there = tokens[start : start + len(self.tokens)]
        return len(there) == len(self.tokens) and all(map(_agree, self.tokens, there))


class Aliases:
    """The entries that stories go by, ready to be looked for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._forms: dict[tuple[Language, str], list[_Form]] = defaultdict(list)
        for entry in entries:
            if entry.is_matched:
                self._add(entry)
        for forms in self._forms.values():
            forms.sort(key=lambda form: -len(form.tokens))

    def find(self, tokens: Sequence[Token], language: Language) -> list[Place]:
        """The aliases in a text, in order; none overlaps another."""
        return list(self._places(tokens, language))

    def _places(self, tokens: Sequence[Token], language: Language) -> Iterator[Place]:
        start = 0
        while start < len(tokens):
            form = self._form_at(tokens, start, language)
            if form is None:
                start += 1
            else:
                yield Place(form.alias, start, start + len(form.tokens))
                start += len(form.tokens)

    def _form_at(
        self, tokens: Sequence[Token], start: int, language: Language
    ) -> _Form | None:
        for opening in dict.fromkeys((tokens[start].folded, tokens[start].lemma)):
            for form in self._forms.get((language, opening), ()):
                if form.is_at(tokens, start):
                    return form
        return None

    def _add(self, entry: Entry) -> None:
        name = "-".join(words(fold(entry.all_forms("en")[0])))
        alias = Alias(f"@{name}", _kind(entry))
        for language in LANGUAGES:
            for written in entry.all_forms(language):
                form = _Form(alias, tuple(tokenize(written, language)))
                self._forms[language, form.tokens[0].folded].append(form)


@cache
def aliases(own: tuple[Entry, ...] = ()) -> Aliases:
    """Those of the bridge we ship, with what a person adds."""
    return Aliases(bridge(own).entries)


def _kind(entry: Entry) -> Kind:
    if entry.kind == "routine":
        return "routine"
    return "name" if entry.is_proper else "word"


def _agree(form: Token, token: Token) -> bool:
    """Whether a token is what the form has in its place."""
    if form.text.isupper() and len(form.text) > 1:
        return token.text == form.text
    return form.folded in (token.folded, token.lemma)
