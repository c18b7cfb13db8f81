"""
Names and news words that English and Spanish write differently, under one key each.

The table is ``aliases.tsv`` beside this file, which says how to write its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from monitor.model import Language
from monitor.stories.tokens import Token, tokenize

Kind = Literal["name", "word", "routine"]

_KINDS: Mapping[str, Kind] = {"name": "name", "word": "word", "routine": "routine"}
_COLUMNS: Mapping[Language, int] = {"en": 2, "es": 3}


@dataclass(frozen=True, slots=True)
class Alias:
    """One thing that the two languages write differently."""

    key: str
    """``@`` and its name in the table, so that it meets no ordinary word."""
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
    """A table of aliases, ready to be looked for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._forms: dict[tuple[Language, str], list[_Form]] = defaultdict(list)
        for line in lines:
            if line.strip() and not line.startswith("#"):
                self._add(line.rstrip("\n").split("\t"))
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

    def _add(self, cells: Sequence[str]) -> None:
        alias = Alias(f"@{cells[1]}", _KINDS[cells[0]])
        for language, column in _COLUMNS.items():
            for written in cells[column].split("|"):
                form = _Form(alias, tuple(tokenize(written, language)))
                self._forms[language, form.tokens[0].folded].append(form)


@cache
def aliases() -> Aliases:
    """The table we ship."""
    table = files("monitor.stories").joinpath("aliases.tsv")
    return Aliases(table.read_text(encoding="utf-8").splitlines())


def _agree(form: Token, token: Token) -> bool:
    """Whether a token is what the form has in its place."""
    if form.text.isupper() and len(form.text) > 1:
        return token.text == form.text
    return form.folded in (token.folded, token.lemma)
