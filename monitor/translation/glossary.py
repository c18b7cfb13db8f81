"""
Names and news words in both languages, for engines that know too few of them.

The bridge makes it of its entries. Here its terms are found in a text; what to do with
them is the engine's affair.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from monitor.model import LANGUAGES, Language

T = TypeVar("T")

Kind = Literal[
    "name", "person", "given", "money", "noun.m", "noun.f", "nouns.m", "nouns.f"
]
PROPER: frozenset[Kind] = frozenset({"name", "person", "given"})
"""Kinds that keep their own capitals; the others follow their place in the sentence."""

WORD = re.compile(r"\w+")
_CAPITALISED = (  # García, O'Rourke, DeSantis, Ocasio-Cortez; not II, EXCLUSIVE
    r"[A-ZÀ-ÖØ-Þ](?:['’][A-Z])?[a-zß-öø-ÿ](?:[^\W_]|-(?=[^\W_]))*"
)
_PARTICLES = r"(?:(?:de|del|la|las|los|von|van)[ ])*"
_ARTICLED = (
    rf"(?:(?<=[a-zß-öø-ÿ,] )(?:Los|Las)|(?<=[\"“'‘«])(?:Los|Las|El|La))"
    rf"(?:[ ]{_PARTICLES}{_CAPITALISED})+"
)
"""A Spanish article with a capital inside a sentence, or in quotes: a band, a nickname,
a place ("los integrantes de Los Alegres del Barranco")."""
_SURNAMES: dict[Language, int] = {"es": 3, "en": 1}
"""How many capitalised words after a given name are a name too. English headlines may
capitalise every word, so there only the first one is safe."""


@dataclass(frozen=True, slots=True)
class Term:
    """One meaning; the first form of each language is the one written."""

    kind: Kind
    es: tuple[str, ...]
    en: tuple[str, ...]
    languages: tuple[Language, ...] = LANGUAGES
    """The languages it is looked for in."""

    def forms(self, language: Language) -> tuple[str, ...]:
        """Its spellings in one language."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Span:
    """A term found in a text: ``text[start:end]`` means ``target``."""

    start: int
    end: int
    kind: Kind
    target: str


class Forms(Generic[T]):
    """Spellings and what each stands for, found in a text wherever a word begins."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._by_word: dict[str, list[tuple[str, T]]] = defaultdict(list)
        for form in sorted(meanings, key=lambda form: (-len(form), form)):
            if first := WORD.match(form):
                self._by_word[first.group()].append((form, meanings[form]))

    def at(self, text: str, word: re.Match[str]) -> tuple[str, T] | None:
        """The longest form that begins with this word and ends where a word does."""
        for form, meaning in self._by_word.get(word.group(), ()):
            end = word.start() + len(form)
            if text.startswith(form, word.start()) and not WORD.match(text, end):
                return form, meaning
        return None


class Glossary:
    """Terms, ready to be found in texts of either language."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self.digest = hashlib.sha256(repr(self.terms).encode()).hexdigest()[:8]
        """Changes when any term does, so that translations made with it can be told."""
        self._forms = {lang: Forms(_targets(self.terms, lang)) for lang in LANGUAGES}
        self._people = {lang: _people(self.terms, lang) for lang in LANGUAGES}

    def find(self, text: str, language: Language) -> list[Span]:
        """The terms in a text, left to right, the longest at each place."""
        forms, people = self._forms[language], self._people[language]
        spans: list[Span] = []
        end = 0
        for word in WORD.finditer(text):
            start = word.start()
            if start < end:
                continue
            if known := forms.at(text, word):
                form, (kind, target) = known
                end = start + len(form)
                spans.append(Span(start, end, kind, target))
            elif person := people.match(text, start):
                end = person.end()
                spans.append(Span(start, end, "person", person.group()))
        return spans


def _targets(terms: Sequence[Term], language: Language) -> dict[str, tuple[Kind, str]]:
    """Each form looked for -> its kind and what it means; earlier terms win."""
    other: Language = "en" if language == "es" else "es"
    found: dict[str, tuple[Kind, str]] = {}
    for term in terms:
        if language in term.languages and term.kind != "given":
            theirs = term.forms(other)
            for form in term.forms(language):
                # A person named in full, or by surname, stays so.
                is_theirs = term.kind == "person" and form in theirs
                target = form if is_theirs else theirs[0]
                found.setdefault(form, (term.kind, target))
                if term.kind in PROPER:  # "TRUMP SAYS", "NOGALES, Son."
                    found.setdefault(form.upper(), (term.kind, target.upper()))
    for form, (kind, target) in list(found.items()):
        if kind not in PROPER:  # words may open a sentence
            found.setdefault(form[0].upper() + form[1:], (kind, target))
    return found


def _people(terms: Sequence[Term], language: Language) -> re.Pattern[str]:
    """Given names with the surnames after them."""
    given = [form for t in terms if t.kind == "given" for form in t.forms(language)]
    if not given:
        return re.compile(r"(?!)")
    surnames = rf"(?:[ ]{_PARTICLES}{_CAPITALISED}){{1,{_SURNAMES[language]}}}"
    choices = [rf"(?:{'|'.join(map(re.escape, given))}){surnames}"]
    if language == "es":
        choices.append(_ARTICLED)
    return re.compile(rf"(?<!\w)(?:{'|'.join(choices)})(?!\w)")
