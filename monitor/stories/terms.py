"""
What an item says, as terms that can be compared.

Three channels. *English*: lemmas of the English text, with one key for what English
and Spanish write differently; a Spanish item adds the keys of its own words, so that
what the translator broke still counts. *Original*: lemmas of the item's own words.
*Names*: names and numbers of the original; they pass around the translator. An item
without English has its own lemmas and the keys in the English channel.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from math import log, sqrt
from typing import NamedTuple

from monitor.model import Item, Language, Reading
from monitor.stories.aliases import Aliases, Place
from monitor.stories.background import LEMMAS, Background, Table
from monitor.stories.names import Name, has_title_case, name_flags, names, written
from monitor.stories.templates import Heading
from monitor.stories.tokens import Token, tokenize
from monitor.text import clip
from monitor.translation.checks import UNREADABLE, of_headline, of_summary

_CHARACTERS_READ = 300
"""Of a title and of a summary; what follows is boilerplate more often than news."""
_COMMON_SHARE = 0.04
"""A word in more of the background's items than this says nothing, unless a name."""
_RUN = 4
"""Letters in a run."""
_RUNS_KEPT = 10_000
"""Distinct words whose runs are kept, of 0.6 kB each; making them takes 1.5 µs."""
_DATELINE = re.compile(
    r"[A-ZÁÉÍÓÚÑÜ][\w.'’]*(?:[ ,/]+(?:de|del|la|y|of|[A-ZÁÉÍÓÚÑÜ][\w.'’]*)){0,5}"
    r"(?: ?\([\w /]{2,20}\))? ?(?:\.?[-—–]+|\.|:)(?: |$)"
)
"""``MONCLOVA, COAH.``, ``CDMX.-``, ``WASHINGTON (AP) —`` at the start of a summary."""
_DATELINE_CHARACTERS = 45
_PROMOTION = re.compile(
    r"TE PUEDE INTERESAR|LEE TAMBIÉN|READ MORE|\bRELATED:", re.IGNORECASE
)

_Pairs = Iterable[tuple[str, str]]
"""(term, as written)"""


class Weight(NamedTuple):
    """How much one term weighs in an item; all items' vectors have length 1."""

    whole: float
    """In the vector of title and summary."""
    title: float
    """In that of the title alone; 0 if it is not there."""
    rarity: float
    """Inverse document frequency in the background."""


Bag = Mapping[str, Weight]
"""Term -> weight, of one channel."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one item says."""

    language: Language
    english: Bag
    original: Bag
    names: Bag
    """Of names and numbers."""
    masses: Mapping[str, tuple[float, float]]
    """Name -> its rarity and its share of the name it is part of."""
    words: Mapping[str, float]
    """English lemma or alias that is no name -> its rarity."""
    letters: Mapping[str, float]
    """Four letters in a row of an own word, ``^`` and ``$`` at its ends -> weight."""
    heading: Heading
    surfaces: Mapping[str, str]
    """Term -> how the item writes it."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """A title or a summary in one language, read."""

    tokens: Sequence[Token]
    places: Sequence[Place]
    flags: Sequence[bool]
    names: Sequence[Name]

    def heading(self) -> Heading:
        """What its form depends on."""
        aliases = (place.alias for place in self.places)
        return Heading(
            words=tuple(token.folded for token in self.tokens),
            routine=frozenset(
                alias.key for alias in aliases if alias.kind == "routine"
            ),
            names=frozenset(name.key for name in self.names if not name.is_number),
            numbers=frozenset(name.key for name in self.names if name.is_number),
        )

    def lemmas(self) -> _Pairs:
        """Of all words."""
        return ((t.lemma, t.text) for t in self.tokens if not t.is_number)

    def aliases(self) -> _Pairs:
        """Of all kinds."""
        return (
            (place.alias.key, written(self.tokens[place.start : place.end]))
            for place in self.places
        )

    def terms(self) -> Iterator[tuple[str, str]]:
        """Aliases, and lemmas where there is none."""
        yield from self.aliases()
        yield from ((t.lemma, t.text) for t, _ in self._plain())

    def words(self) -> Iterator[str]:
        """The terms that are no names."""
        for place in self.places:
            if place.alias.kind != "name":
                yield place.alias.key
        yield from (t.lemma for t, is_name in self._plain() if not is_name)

    def _plain(self) -> Iterator[tuple[Token, bool]]:
        """(word, whether it is part of a name) outside aliases."""
        taken = {i for p in self.places for i in range(p.start, p.end)}
        for i, token in enumerate(self.tokens):
            if i not in taken and not token.is_number:
                yield token, self.flags[i]


def english_texts(reading: Reading) -> tuple[str, str]:
    """Title and summary; empty where the translation cannot be what the original says.

    What is left then are names, numbers and the original's own words.
    """
    title, summary = reading.english_title, reading.english_summary
    if not UNREADABLE.isdisjoint(of_headline(reading.doubts)):
        title = ""
    if not UNREADABLE.isdisjoint(of_summary(reading.doubts)):
        summary = ""
    return title, summary


class TermReader:
    """Reads the terms of items, by the word counts and the aliases it is given."""

    def __init__(self, background: Background, aliases: Aliases) -> None:
        self._background = background
        self._aliases = aliases

    def read(self, reading: Reading) -> Terms:
        """The terms of one item; of a text that says nothing, none."""
        original, english, table = self._told(reading)
        lemmas = LEMMAS[reading.item.language]
        return replace(
            self._brief(reading, original, english, table),
            english=self._english(table, english, original),
            letters=self._letters(lemmas, original),
        )

    def read_briefly(self, reading: Reading) -> Terms:
        """The same without ``english`` and ``letters``, by which items are compared.

        It takes two thirds of the time.
        """
        return self._brief(reading, *self._told(reading))

    def _told(self, reading: Reading) -> tuple[list[_Passage], list[_Passage], Table]:
        """An item's own texts, its English ones, and the table that counts those."""
        item = reading.item
        original = self._passages(item.title, item.summary, item.language)
        english, table = original, LEMMAS[item.language]
        translated = english_texts(reading)
        if item.language == "en" or any(map(str.strip, translated)):
            table = "english"
        if item.language != "en" and table == "english":
            english = self._passages(*translated, "en")
        return original, english, table

    def _brief(
        self,
        reading: Reading,
        original: Sequence[_Passage],
        english: Sequence[_Passage],
        table: Table,
    ) -> Terms:
        language = reading.item.language
        found = list(chain.from_iterable(passage.names for passage in original))
        return Terms(
            language=language,
            english={},
            original=self._bag(
                LEMMAS[language], *([k for k, _ in p.lemmas()] for p in original)
            ),
            names=self._bag("names", [name.key for name in found], []),
            masses=self._masses(found),
            words=self._words(table, english, original),
            letters={},
            heading=original[0].heading(),
            surfaces=_surfaces(found, [*original, *english]),
        )

    def occurring(self, reading: Reading) -> Iterator[tuple[Table, frozenset[str]]]:
        """(table of the background, all terms of the item in it), to count them."""
        item = reading.item
        original = self._passages(item.title, item.summary, item.language)
        translated = english_texts(reading)
        english = (
            original if item.language == "en" else self._passages(*translated, "en")
        )
        own = (passage.aliases() for passage in original)
        terms = (passage.terms() for passage in english)
        yield "english", frozenset(key for key, _ in chain(*own, *terms))
        lemmas = chain.from_iterable(passage.lemmas() for passage in original)
        yield LEMMAS[item.language], frozenset(key for key, _ in lemmas)
        found = chain.from_iterable(passage.names for passage in original)
        yield "names", frozenset(name.key for name in found)

    def _passages(self, title: str, summary: str, language: Language) -> list[_Passage]:
        return [
            self._passage(clip(title, _CHARACTERS_READ), language),
            self._passage(lead(summary), language),
        ]

    def _passage(self, text: str, language: Language) -> _Passage:
        tokens = tokenize(text, language)
        places = self._aliases.find(tokens, language)
        flags = name_flags(tokens, places, language, self._background)
        found = list(names(tokens, places, flags, language))
        return _Passage(tokens, places, flags, found)

    def _english(
        self, table: Table, english: Sequence[_Passage], original: Sequence[_Passage]
    ) -> Bag:
        parts = []
        for text, own in zip(english, original, strict=True):
            added = own.aliases() if text is not own else ()
            parts.append([key for key, _ in chain(text.terms(), added)])
        return self._bag(table, *parts)

    def _words(
        self, table: Table, english: Sequence[_Passage], original: Sequence[_Passage]
    ) -> Mapping[str, float]:
        keys = set(chain.from_iterable(passage.words() for passage in english))
        for passage in original:
            keys |= {p.alias.key for p in passage.places if p.alias.kind != "name"}
        return {k: self._rarity(table, k) for k in sorted(keys) if self._says(table, k)}

    def _letters(
        self, table: Table, original: Sequence[_Passage]
    ) -> Mapping[str, float]:
        """What the languages spell alike: a word's rarity is spread over its letters.

        So the runs of letters need no frequencies of their own.
        """
        raw: dict[str, float] = {}
        for token in {
            t.folded: t for t in chain(*(p.tokens for p in original))
        }.values():
            if len(token.folded) >= _RUN and self._says(table, token.lemma):
                runs = _runs_of(token.folded)
                each = self._rarity(table, token.lemma) / sqrt(len(runs))
                for run in runs:
                    raw[run] = max(each, raw.get(run, 0.0))
        length = sqrt(sum(weight * weight for weight in raw.values()))
        return {run: weight / length for run, weight in raw.items()}

    def _masses(self, found: Iterable[Name]) -> Mapping[str, tuple[float, float]]:
        shares: dict[str, float] = {}
        for name in found:
            if not name.is_number:
                shares[name.key] = max(name.share, shares.get(name.key, 0.0))
        return {k: (self._rarity("names", k), s) for k, s in shares.items()}

    def _bag(self, table: Table, title: Iterable[str], summary: Iterable[str]) -> Bag:
        heading = Counter(key for key in title if self._says(table, key))
        whole = heading + Counter(key for key in summary if self._says(table, key))
        rarity = {key: self._rarity(table, key) for key in sorted(whole)}
        of_whole, of_title = _vector(whole, rarity), _vector(heading, rarity)
        return {
            key: Weight(of_whole[key], of_title.get(key, 0.0), rarity[key])
            for key in rarity
        }

    def _says(self, table: Table, key: str) -> bool:
        """Whether a term says anything about its story."""
        if key.startswith("@") or key in self._background.proper:
            return True
        return len(key) > 1 and self._background.share(table, key) <= _COMMON_SHARE

    def _rarity(self, table: Table, key: str) -> float:
        is_alias = key.startswith("@") and table != "names"
        return self._background.rarity("english" if is_alias else table, key)


@lru_cache(maxsize=_RUNS_KEPT)
def _runs_of(word: str) -> tuple[str, ...]:
    marked = f"^{word}$"
    return tuple({marked[i : i + _RUN]: 0 for i in range(len(marked) - _RUN + 1)})


def _vector(counts: Counter[str], rarity: Mapping[str, float]) -> Mapping[str, float]:
    """Damped frequency times rarity, scaled to length 1."""
    raw = {key: (1 + log(n)) * rarity[key] for key, n in sorted(counts.items())}
    length = sqrt(sum(weight * weight for weight in raw.values()))
    return {key: weight / length for key, weight in raw.items()}


def proper_words(item: Item) -> Iterator[tuple[str, bool]]:
    """(word, whether it has a capital) where a text could show that it is a name's."""
    texts = [lead(item.summary)]
    if item.language == "es":  # English titles have capitals on every word
        texts.append(item.title)
    for text in texts:
        tokens = tokenize(text, item.language)
        if not has_title_case(tokens):
            for token in tokens:
                if not (token.is_number or token.is_first) and len(token.text) > 1:
                    yield token.folded, token.is_capital


def lead(summary: str) -> str:
    """What of a summary tells the story: its start, without where it was written."""
    text = _PROMOTION.split(summary, maxsplit=1)[0]
    dateline = _DATELINE.match(text)
    if dateline and dateline.end() <= _DATELINE_CHARACTERS:
        text = text[dateline.end() :]
    return clip(text, _CHARACTERS_READ)


def _surfaces(found: Iterable[Name], passages: Iterable[_Passage]) -> Mapping[str, str]:
    """How terms are written: names in full first, then as the texts come."""
    surfaces: dict[str, str] = {}
    for name in found:
        surfaces.setdefault(name.key, name.written)
    for passage in passages:
        for key, text in chain(passage.terms(), passage.lemmas()):
            surfaces.setdefault(key, text)
    return surfaces
