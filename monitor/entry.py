"""
One thing of the US-Mexico beat as the two languages write it: the noun of the bridge.

Entries are read from ``monitor/translation/bridge.yaml`` and from ``feeds.yaml``; what
may not stand in one is decided here, once for both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from monitor.model import LANGUAGES, Language
from monitor.text import fold

# fmt: off
Kind = Literal[
    "person", "given", "place", "river", "body", "group", "law", "company", "team",
    "event", "programme", "name", "money", "noun.m", "noun.f", "nouns.m", "nouns.f",
    "word", "routine",
]
# fmt: on
"""What an entry is. A ``given`` name makes a name of the capitalised words after it.
``money`` and nouns (Spanish gender, plural) are words; ``word`` and ``routine`` are
words too, for matching alone: ``routine`` is that of a column that comes back daily
with another place or number."""

Use = tuple[str, Language, str]
"""What for, in which language, a form: what may mean one thing only."""

KINDS: tuple[Kind, ...] = get_args(Kind)
WORDS: frozenset[Kind] = frozenset({"word", "routine"})
"""Kinds that are never translated by."""
NOUNS: frozenset[Kind] = frozenset(
    {"money", "noun.m", "noun.f", "nouns.m", "nouns.f", *WORDS}
)
"""Kinds that follow their place in the sentence; the others keep their own capitals."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing and its forms; the first of each language is the one written."""

    kind: Kind
    en: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    match_en: tuple[str, ...] = ()
    match_es: tuple[str, ...] = ()
    """Forms that stories and watch-lists know it by and translations do not."""
    match: bool | None = None
    """Whether stories go by it; None leaves that to ``is_matched``."""
    only: Language | None = None
    """The language in which translations look for it, if not in both."""
    office: str = ""
    since: date | None = None
    checked: date | None = None
    """When the office was last compared with the world."""

    def forms(self, language: Language) -> tuple[str, ...]:
        """Those that translations look for and write."""
        return self.es if language == "es" else self.en

    def all_forms(self, language: Language) -> tuple[str, ...]:
        """Every one in a language, those of translations first."""
        more = self.match_es if language == "es" else self.match_en
        return self.forms(language) + more

    @property
    def is_proper(self) -> bool:
        """Whether it is a name, and not a word."""
        return self.kind not in NOUNS

    @property
    def is_translated(self) -> bool:
        """Whether translations look for its forms."""
        return self.kind not in WORDS and bool(self.en and self.es)

    @property
    def is_matched(self) -> bool:
        """Whether stories go by it: unless it says so itself, if it gives forms for
        that, is a word for that, or is a name that differs between the languages.
        """
        if self.match is not None:
            return self.match
        if self.match_en or self.match_es or self.kind in WORDS:
            return True
        if not self.is_proper or self.kind == "given" or self.only:
            return False
        return set(map(fold, self.en)) != set(map(fold, self.es))

    def uses(self) -> Iterator[Use]:
        """All that it is looked for by."""
        for language in LANGUAGES:
            is_read = self.only in (None, language) and self.kind != "given"
            if self.is_translated and is_read:
                for form in self.forms(language):
                    yield "translating", language, form
            if self.is_matched:
                for form in self.all_forms(language):
                    is_acronym = len(form) > 1 and form.isupper()
                    yield "matching", language, form if is_acronym else fold(form)

    def without(self, language: Language, forms: frozenset[str]) -> "Entry":
        """The same without some forms of a language."""

        def rest(of: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(form for form in of if form not in forms)

        if language == "es":
            return replace(self, es=rest(self.es), match_es=rest(self.match_es))
        return replace(self, en=rest(self.en), match_en=rest(self.match_en))

    def faults(self) -> Iterator[tuple[str, str]]:
        """(key, what is wrong with it and what to do) of an entry that cannot stand."""
        if self.kind not in KINDS:
            yield "kind", f"{self.kind!r} is none of {', '.join(KINDS)}"
        if any(not self.all_forms(language) for language in LANGUAGES):
            yield (
                "en" if not self.all_forms("en") else "es",
                "is missing; give a form in each language, or one for both as 'both'",
            )
        elif bool(self.en) != bool(self.es):
            missing = "es" if self.en else "en"
            yield missing, "is missing; translations need a form in each language"
        for language in LANGUAGES:
            forms = self.all_forms(language)
            twice = next((form for form in forms if forms.count(form) > 1), None)
            if twice:
                yield language, f"{twice!r} stands there twice; remove one"
            if bad := next((form for form in forms if not form[0].isalnum()), None):
                yield language, f"{bad!r} begins with a sign; begin with a letter"
        yield from self._facts()

    def _facts(self) -> Iterator[tuple[str, str]]:
        if self.office and self.kind != "person":
            yield "office", f"is of persons; the kind is {self.kind}"
        if self.office and self.checked is None:
            yield "checked", "is missing; say on which date the office was checked"
        if not self.office and (self.since or self.checked):
            yield "office", "is missing; since and checked are of an office"
        if self.since and self.checked and self.since > self.checked:
            yield "since", "lies after checked; correct one of them"
