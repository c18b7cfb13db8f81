"""
What a search asks for, in both languages, and where it stands in an item.

A term is looked for by whatever the bridge knows it as, and in the other number:
*aranceles* by *arancel*, *tariff* and *tariffs* too. That happens to the query and not
to what is indexed: quotes and capitals then mean what they say, the bridge may change
from one day to the next, and the index serves whatever is asked of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from monitor.coverage.finder import Finder, longest
from monitor.coverage.watch import matches_of
from monitor.model import LANGUAGES, Country, Item, Language, Translation
from monitor.query import Not, Query, Term, widened
from monitor.readers import Watchlist
from monitor.stories.tokens import forms
from monitor.text import words

Called = Callable[[Sequence[str]], tuple[tuple[str, ...], ...]]
"""Forms -> what else their meanings are called in English, and in Spanish."""

_ENDINGS: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (("", "s"), ("", "es"), ("y", "ies")),
    "es": (("", "s"), ("", "es"), ("z", "ces")),
}
"""Of a singular and of its plural."""
_LEAST_LETTERS = 4
"""Of a word that is looked for in the other number: *gas* is no plural."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which items are searched; None leaves that open."""

    start: datetime | None = None
    """Published from then on."""
    end: datetime | None = None
    """Published before that."""
    side: Country | None = None
    language: Language | None = None
    outlet: str | None = None

    def holds(self, item: Item) -> bool:
        """Whether an item is one of them."""
        return (
            (self.start is None or item.published >= self.start)
            and (self.end is None or item.published < self.end)
            and self.side in (None, item.country)
            and self.language in (None, item.language)
            and self.outlet in (None, item.outlet)
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; the pieces of a text, joined, are the text."""

    text: str
    is_hit: bool
    """Whether it is what was looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found."""

    item: Item
    title: tuple[Piece, ...]
    summary: tuple[Piece, ...]
    translation: Translation | None
    """The one that stands in its story; None if there is none."""
    translated_title: tuple[Piece, ...] = ()
    translated_summary: tuple[Piece, ...] = ()
    """Of the translation."""
    story: str | None = None
    """The story it is in; None as long as it has none."""


@dataclass(frozen=True, slots=True)
class StoryHits:
    """A story of which items were found."""

    story: str
    hits: tuple[Hit, ...]
    """The newest of them, that first."""
    items: int
    """How many of its items are hits."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A query ready to be looked for: widened, with what finds its terms in texts."""

    query: Query
    _finders: Mapping[Language, Finder[str]] = field(repr=False, compare=False)

    def holds(self, item: Item, translations: Mapping[Language, Translation]) -> bool:
        """Whether an item, with its translations, is what is asked for.

        It is if a watch-list of the same query finds it.
        """
        return bool(matches_of(item, translations, (Watchlist("", query=self.query),)))

    def pieces(self, text: str, language: Language) -> tuple[Piece, ...]:
        """A text of a language, cut where terms stand that are asked for."""
        made, at = [], 0
        for hit in longest(self._finders[language].hits(text)):
            made += [Piece(text[at : hit.start], False)] if hit.start > at else []
            made.append(Piece(text[hit.start : hit.end], True))
            at = hit.end
        return (*made, *([Piece(text[at:], False)] if at < len(text) else []))


def sought(query: Query, called: Called) -> Sought:
    """A query widened by the bridge and by the other number of its words."""
    return _ready(widened(query, lambda term: widen(term, called)))


def followed(watchlist: Watchlist) -> Sought:
    """What a watch-list asks as it stands: a search for what it finds, and no more."""
    return _ready(watchlist.asks)


def _ready(wide: Query) -> Sought:
    asked = list(_asked(wide))
    finders = {
        language: Finder((form, form) for t in asked for form in t.forms(language))
        for language in LANGUAGES
    }
    return Sought(wide, finders)


def widen(term: Term, called: Called) -> Term:
    """A term with all that it is looked for by in either language.

    >>> widen(Term("aranceles"), lambda forms: ((), ()))
    Term(text='aranceles', en=(), es=('arancel',))
    """
    en, es = (numbers(term.text, language) for language in LANGUAGES)
    known_en, known_es = called((term.text, *en, *es))
    return Term(
        term.text,
        tuple(dict.fromkeys((*en, *known_en))),
        tuple(dict.fromkeys((*es, *known_es))),
    )


@lru_cache(maxsize=1000)
def numbers(term: str, language: Language) -> tuple[str, ...]:
    """A word's plural or singular, if it is one in lower case and the language has it.

    A capital makes it a name: *Morales* is no plural, though *morales* may be one.
    """
    if len(term) < _LEAST_LETTERS or words(term) != [term] or term != term.lower():
        return ()
    endings = _ENDINGS[language]
    singulars = (_ended(term, plural, singular) for singular, plural in endings)
    plurals = (_ended(term, singular, plural) for singular, plural in endings)
    lemma = _lemma(term, language)

    def known(others: Iterable[str]) -> tuple[str, ...]:
        there = (other for other in dict.fromkeys(others) if other not in ("", term))
        return tuple(other for other in there if _lemma(other, language) == lemma)

    return known(singulars) or known(plurals)


def _ended(word: str, ending: str, other: str) -> str:
    """A word with another ending; empty if it has not the one."""
    return word.removesuffix(ending) + other if word.endswith(ending) else ""


def _lemma(word: str, language: Language) -> str:
    return " ".join(lemma for _, _, lemma in forms(word, language))


def _asked(query: Query) -> Iterator[Term]:
    """The terms that are not denied."""
    match query:
        case Term():
            yield query
        case Not(of):
            yield from _denied(of)
        case _:
            for part in query.parts:
                yield from _asked(part)


def _denied(query: Query) -> Iterator[Term]:
    """The terms that are denied where the query is asked for: those asked for, here."""
    match query:
        case Not(of):
            yield from _asked(of)
        case Term():
            return
        case _:
            for part in query.parts:
                yield from _denied(part)
