"""
Names and news words in both languages, for engines that know too few of them.

The list itself is a file that people edit (``glossary.tsv`` says how). Here it is
read, and its terms are found in a text; what to do with them is the engine's affair.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language

Kind = Literal[
    "name", "person", "given", "money", "noun.m", "noun.f", "nouns.m", "nouns.f"
]
PROPER: frozenset[Kind] = frozenset({"name", "person", "given"})
"""Kinds that keep their own capitals; the others follow their place in the sentence."""

_KINDS: tuple[Kind, ...] = get_args(Kind)
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
    """One line of the glossary; the first form of each language is the one written."""

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


class Glossary:
    """Terms, ready to be found in texts of either language."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self.digest = hashlib.sha256(repr(self.terms).encode()).hexdigest()[:8]
        """Changes when any term does, so that translations made with it can be told."""
        self._targets = {lang: _targets(self.terms, lang) for lang in LANGUAGES}
        self._patterns = {
            lang: _pattern(self.terms, self._targets[lang], lang) for lang in LANGUAGES
        }

    def find(self, text: str, language: Language) -> list[Span]:
        """The terms in a text, left to right, the longest at each place."""
        targets = self._targets[language]
        spans = []
        for match in self._patterns[language].finditer(text):
            found = match.group()
            known = targets.get(found) or targets.get(_uncapitalised(found))
            kind, target = known or ("person", found)  # a given name with its surname
            spans.append(Span(match.start(), match.end(), kind, target))
        return spans


def read_glossary(lines: Iterable[str], name: str = "glossary") -> Glossary:
    """Read the tab-separated lines of a glossary file.

    Raises ConfigError naming ``name`` and the line that cannot be understood.
    """
    terms = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            terms.append(_read_term(line.rstrip("\n"), f"{name}, line {number}"))
    return Glossary(terms)


def _read_term(line: str, where: str) -> Term:
    word, es, en, only = (line.split("\t") + ["", "", ""])[:4]
    kind = next((kind for kind in _KINDS if kind == word), None)
    if kind is None:
        raise ConfigError(f"{where}: kind {word!r} is none of {', '.join(_KINDS)}")
    if only and only not in LANGUAGES:
        raise ConfigError(f"{where}: {only!r} is not en or es")
    spanish = _forms(es)
    if not spanish:
        raise ConfigError(f"{where}: the second column, Spanish, is empty")
    languages = tuple(lang for lang in LANGUAGES if only in ("", lang))
    return Term(kind, spanish, _forms(en) or spanish, languages)


def _forms(column: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in column.split("|") if form.strip())


def _targets(terms: Sequence[Term], language: Language) -> dict[str, tuple[Kind, str]]:
    """Each form looked for -> its kind and what it means; earlier lines win."""
    other: Language = "en" if language == "es" else "es"
    found: dict[str, tuple[Kind, str]] = {}
    for term in terms:
        if language in term.languages and term.kind != "given":
            target = term.forms(other)[0]
            for form in term.forms(language):
                found.setdefault(form, (term.kind, target))
                if term.kind in PROPER:  # "TRUMP SAYS", "NOGALES, Son."
                    found.setdefault(form.upper(), (term.kind, target.upper()))
    return found


def _pattern(
    terms: Sequence[Term], targets: Mapping[str, tuple[Kind, str]], language: Language
) -> re.Pattern[str]:
    """Every form, longest first; then given names with the surnames after them."""
    longest_first = sorted(targets, key=lambda form: (-len(form), form))
    choices = [_form_pattern(form, targets[form][0]) for form in longest_first]
    given = [form for t in terms if t.kind == "given" for form in t.forms(language)]
    if given:
        surnames = rf"(?:[ ]{_PARTICLES}{_CAPITALISED}){{1,{_SURNAMES[language]}}}"
        choices.append(rf"(?:{'|'.join(map(re.escape, given))}){surnames}")
        if language == "es":
            choices.append(_ARTICLED)
    return re.compile(rf"(?<!\w)(?:{'|'.join(choices) or '(?!)'})(?!\w)")


def _form_pattern(form: str, kind: Kind) -> str:
    """Proper names match as written; other words also with a first capital."""
    first = form[0]
    if kind in PROPER or first == first.upper():
        return re.escape(form)
    return f"[{first}{first.upper()}]{re.escape(form[1:])}"


def _uncapitalised(word: str) -> str:
    return word[0].lower() + word[1:]
