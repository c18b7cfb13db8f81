"""
The named actors of a headline, under one name whatever the language or the form.

Places, bodies and people that the bridge knows have its name: *EE. UU.* and *US* are
one, *SCJN* and *Supreme Court* too. All others are called by their words, accents
aside; a surname leads to the one person of the bridge who has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from monitor.entry import Entry
from monitor.model import LANGUAGES, Language
from monitor.stories.aliases import Aliases
from monitor.stories.background import background
from monitor.stories.names import name_flags, runs, written
from monitor.stories.tokens import Token
from monitor.text import fold, words
from monitor.translation.bridge import bridge

_ENDINGS = ("an", "ans", "ian", "ians", "ese", "ish")
"""Of English words for people of a place: they are no actor by themselves."""


@dataclass(frozen=True, slots=True)
class Span:
    """An actor where it stands in a text: ``tokens[start:end]``."""

    start: int
    end: int
    key: str
    """The same in both languages; begins with ``@`` where the bridge knows it."""
    written: str


class Actors:
    """Finds actors and knows what to call them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        proper = [e for e in entries if e.is_proper and e.kind != "given"]
        known = [e for e in map(_named, proper) if not list(_nameless(e))]
        self._aliases = Aliases(known)
        self._people, self._fuller = _people(known)
        self._names = {_key(e): e.all_forms("en")[0] for e in reversed(known)}
        self._places = frozenset(_key(e) for e in known if e.kind in {"place", "river"})
        self._demonyms = frozenset(
            fold(form)
            for e in proper
            for language in LANGUAGES
            for form in _demonyms(e, language)
        )

    def find(self, tokens: Sequence[Token], language: Language) -> list[Span]:
        """The actors that a text names, in order; none overlaps another."""
        places = [
            place
            for place in self._aliases.find(tokens, language)
            if any(token.is_capital for token in tokens[place.start : place.end])
        ]
        flags = [
            (flag or _is_acronym(token)) and not self._is_demonym(token)
            for flag, token in zip(
                name_flags(tokens, places, language, background()), tokens, strict=True
            )
        ]
        for place in places:
            flags[place.start : place.end] = [False] * (place.end - place.start)
        spans = [
            Span(
                place.start,
                place.end,
                self._fuller.get(place.alias.key, place.alias.key),
                written(tokens[place.start : place.end]),
            )
            for place in places
        ]
        for start, end in runs(tokens, flags):
            words_of = written(tokens[start:end])
            spans.append(Span(start, end, self.key(words_of), words_of))
        return sorted(spans, key=lambda span: span.start)

    def key(self, name: str) -> str:
        """What a name that no form of the bridge covers is counted under."""
        plain = fold(name)
        return self._people.get(plain, plain)

    def name(self, key: str) -> str | None:
        """The bridge's English name of an actor; None if it does not know one."""
        return self._names.get(key)

    def is_place(self, key: str) -> bool:
        """Whether an actor is a place, which may act and say, or only be where."""
        return key in self._places

    def _is_demonym(self, token: Token) -> bool:
        return token.folded in self._demonyms or token.lemma in self._demonyms


@cache
def actors(own: tuple[Entry, ...] = ()) -> Actors:
    """By the bridge we ship, with what a person adds."""
    return Actors(bridge(own).entries)


def _named(entry: Entry) -> Entry:
    """An entry by its names alone: without the words for people of a place."""
    left = {
        language: tuple(
            form
            for form in (entry.match_es if language == "es" else entry.match_en)
            if form not in _demonyms(entry, language)
        )
        for language in LANGUAGES
    }
    return replace(entry, match=True, match_en=left["en"], match_es=left["es"])


def _nameless(entry: Entry) -> Iterator[Language]:
    return (language for language in LANGUAGES if not entry.all_forms(language))


def _demonyms(entry: Entry, language: Language) -> frozenset[str]:
    """What people of a place are called, which stories take for the place."""
    if entry.kind != "place":
        return frozenset()
    forms = entry.all_forms(language)
    if language == "es":
        return frozenset(form for form in forms if form[0].islower())
    return frozenset(
        form for form in forms[1:] if form.endswith(_ENDINGS) and " " not in form
    )


def _key(entry: Entry) -> str:
    """The key that ``Aliases`` gives it."""
    return "@" + "-".join(words(fold(entry.all_forms("en")[0])))


def _people(entries: Iterable[Entry]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Folded name or part of one -> the key of the one person it may mean; and the key
    of one who is listed by surname alone -> that of the fuller entry."""
    people = [entry for entry in entries if entry.kind == "person"]
    meant: dict[str, set[str]] = defaultdict(set)
    for entry in people:
        for form in (*entry.all_forms("en"), *entry.all_forms("es")):
            for part in parts_of(fold(form).split()):
                meant[part].add(_key(entry))
    fuller = {
        _key(entry): min(others)
        for entry in people
        if len(others := meant[fold(entry.all_forms("en")[0])] - {_key(entry)}) == 1
    }
    one = {part: {fuller.get(key, key) for key in keys} for part, keys in meant.items()}
    return {part: min(keys) for part, keys in one.items() if len(keys) == 1}, fuller


def parts_of(name: Sequence[str]) -> Iterator[str]:
    """What a person is called: by all names, by all but the first, by the last two.

    Not by the last alone where there are more: of *Nemesio Oseguera Cervantes* that is
    a name that many have.
    """
    yield " ".join(name)
    if len(name) > 1:
        yield " ".join(name[1:])
    if len(name) > 2:
        yield " ".join(name[-2:])


def _is_acronym(token: Token) -> bool:
    return 2 < len(token.text) < 7 and token.text.isupper()
