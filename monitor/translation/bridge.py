"""
The bridge: what English and Spanish call the people, places, bodies and matters of the
US-Mexico beat, in one list that translations, stories and watch-lists all go by.

The list is ``bridge.yaml`` beside this file; ``feeds.yaml`` may add to it.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files

from monitor.entry import Entry, Use
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.query import Term as QueryTerm
from monitor.query import widened
from monitor.readers import Watchlist
from monitor.text import fold, words
from monitor.translation.bridge_file import Line, read_lines
from monitor.translation.glossary import WORD, Forms, Glossary, Term
from monitor.translation.glossary import Kind as TermKind

_STANDS_FOR: Mapping[str, TermKind] = {
    "person": "person",
    "given": "given",
    "money": "money",
    "noun.m": "noun.m",
    "noun.f": "noun.f",
    "nouns.m": "nouns.m",
    "nouns.f": "nouns.f",
}
"""Kind of an entry -> how translations treat it; all others are plain names to them."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: ``text[start:end]`` may be any of ``targets``."""

    start: int
    end: int
    entry: Entry
    targets: tuple[str, ...]
    """Its forms in the other language, the one to write first; in capitals if it is."""


class Bridge:
    """Entries, ready for every use."""

    def __init__(self, entries: Iterable[Entry], own: Iterable[Entry] = ()) -> None:
        """``own`` are a person's: a form of theirs loses the meaning it has before."""
        mine = tuple(own)
        self.entries = (*_yielding(entries, mine), *mine)
        self.digest = hashlib.sha256(repr(self.entries).encode()).hexdigest()[:8]
        """Changes when any entry does."""

    @cached_property
    def glossary(self) -> Glossary:
        """What translations replace, and by what."""
        return Glossary(
            Term(
                _STANDS_FOR.get(entry.kind, "name"),
                entry.es,
                entry.en,
                (entry.only,) if entry.only else LANGUAGES,
            )
            for entry in self.entries
            if entry.is_translated
        )

    def find(self, text: str, language: Language) -> list[Mention]:
        """The names in a text, left to right, the longest at each place."""
        return list(self._mentions(text, language))

    def expected(self, text: str, language: Language) -> list[tuple[str, ...]]:
        """The names that a translation must have, each with all that may stand for it.

        Forms for matching alone, such as *estadounidense*, may become anything. A form
        left as it was will do only where ``mend`` leaves it.
        """
        found = self.find(text, language)
        right = {form for mention in found for form in mention.targets}
        names = []
        for name in found:
            written = text[name.start : name.end]
            forms = name.entry.forms(language) if name.entry.is_translated else ()
            if written in forms or written in map(str.upper, forms):
                stays = written in right or _is_joined(text, name)
                names.append((*name.targets, written) if stays else name.targets)
        return names

    def mend(self, text: str, translation: str, source: Language) -> str:
        """A translation with the names that it left as they are in ``text`` put right.

        A form that the other language writes too, that may be the right one for another
        name of the text, or that stands beside the right one, stays: "Supreme Court
        (SCJN)". So does one for matching alone, unless it is an acronym.
        """
        found = self.find(text, source)
        right = {form for mention in found for form in mention.targets}
        wrong = {
            written: mention.targets[0]
            for mention in found
            if mention.entry.is_translated
            and (written := text[mention.start : mention.end]) not in right
            and (written.isupper() or written in mention.entry.forms(source))
            and not _stands(mention.targets, _word([written]).sub(" ", translation))
        }
        if not wrong:
            return translation
        # What is right already is stepped over, though it may hold what is wrong.
        stands = sorted({*wrong, *wrong.values()}, key=lambda form: (-len(form), form))
        choices = "|".join(map(re.escape, stands))
        return re.sub(
            rf"(?<![\w-])(?:{choices})(?![\w-])",
            lambda match: wrong.get(match.group(), match.group()),
            translation,
        )

    def widen(self, watchlist: Watchlist) -> Watchlist:
        """A watch-list that also finds the other forms of what its terms name."""
        if watchlist.query is not None:
            query = widened(watchlist.query, self._widen_term)
            return replace(watchlist, query=query)
        en, es = self.called(watchlist.terms)
        return replace(watchlist, en=en, es=es)

    def _widen_term(self, term: QueryTerm) -> QueryTerm:
        return QueryTerm(term.text, *self.called((term.text,)))

    def called(self, terms: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """All forms, in English and in Spanish, of what terms name."""
        meant = dict.fromkeys(e for term in terms for e in self._meant_by(term))
        return tuple(
            tuple(dict.fromkeys(form for e in meant for form in e.all_forms(language)))
            for language in LANGUAGES
        )

    def _meant_by(self, term: str) -> Sequence[Entry]:
        """The entry that a term is a form of; none if it may be one of several.

        One that says ``match: false`` leaves its forms to another.
        """
        found = self._by_plain.get(_plain(term), ())
        found = [entry for entry in found if entry.match is not False] or found
        return found if len(found) == 1 else ()

    @cached_property
    def _by_plain(self) -> Mapping[str, Sequence[Entry]]:
        """What is left of a form when accents and case are -> the entries it means."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.kind != "given":
                forms = (f for language in LANGUAGES for f in entry.all_forms(language))
                for plain in dict.fromkeys(map(_plain, forms)):
                    found[plain].append(entry)
        return found

    def _mentions(self, text: str, language: Language) -> Iterator[Mention]:
        other: Language = "en" if language == "es" else "es"
        names, end = self._names[language], 0
        for word in WORD.finditer(text):
            if word.start() >= end and (known := names.at(text, word)):
                form, entry = known
                end = word.start() + len(form)
                targets = entry.all_forms(other)
                if form not in entry.all_forms(language):  # it is in capitals
                    targets = tuple(map(str.upper, targets))
                yield Mention(word.start(), end, entry, targets)

    @cached_property
    def _names(self) -> Mapping[Language, Forms[Entry]]:
        return {language: Forms(self._names_in(language)) for language in LANGUAGES}

    def _names_in(self, language: Language) -> Mapping[str, Entry]:
        """Each form of a name; what translations go by counts first."""
        named = [e for e in self.entries if e.is_proper and e.kind != "given"]
        forms: dict[str, Entry] = {}
        for entry in named:
            if entry.only in (None, language):
                for form in entry.forms(language):
                    forms.setdefault(form, entry)
        for entry in named:
            for form in entry.all_forms(language):
                if entry.only in (None, language) or form not in entry.forms(language):
                    forms.setdefault(form, entry)
        for form, entry in list(forms.items()):  # "TRUMP SAYS", "NOGALES, Son."
            forms.setdefault(form.upper(), entry)
        return forms


@cache
def bridge(own: tuple[Entry, ...] = ()) -> Bridge:
    """The bridge we ship, with what a person adds.

    Raises ConfigError if its file was damaged.
    """
    file = files("monitor.translation").joinpath("bridge.yaml")
    return Bridge(read_bridge(file.read_text(encoding="utf-8")), own)


def read_bridge(text: str, name: str = "bridge.yaml") -> list[Entry]:
    """The entries of a bridge file.

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    lines = read_lines(text, name)
    first: dict[Use, Line] = {}
    for line in lines:
        for use in line.entry.uses():
            earlier = first.setdefault(use, line)
            if earlier is not line:
                raise ConfigError(
                    f"{name}:{line.number}: {use[2]!r} is already on line "
                    f"{earlier.number}; remove one or join the two"
                )
    return [line.entry for line in lines]


def _stands(forms: Iterable[str], text: str) -> bool:
    """Whether one of them stands there, and not as a part of a word: US in USMCA."""
    return _word(forms).search(text) is not None


def _word(forms: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)")


def _is_joined(text: str, name: Mention) -> bool:
    """Whether it is a part of a compound, as in *R-LA*."""
    return "-" in (text[name.start - 1 : name.start], text[name.end : name.end + 1])


def _yielding(entries: Iterable[Entry], own: Sequence[Entry]) -> Iterator[Entry]:
    """Entries without the forms that others have taken, where any are left."""
    taken = {
        language: frozenset(form for e in own for form in e.all_forms(language))
        for language in LANGUAGES
    }
    for entry in entries:
        left = entry
        for language in LANGUAGES:
            if taken[language] & set(entry.all_forms(language)):
                left = left.without(language, taken[language])
        if left is entry or not list(left.faults()):
            yield left


def _plain(form: str) -> str:
    """The words of a form, accents and case aside but for acronyms: ICE is no ice."""
    return " ".join(
        word if len(word) > 1 and word.isupper() else fold(word) for word in words(form)
    )
