"""
Names and numbers of a text, as keys that both languages share.

A name is found by its capitals, which the two languages use differently: Spanish
titles and all summaries as in a sentence, most English titles on every word, and web
addresses nowhere. Accents are folded away: ``Peña`` and ``PENA`` are one name.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from monitor.model import Language
from monitor.stories.aliases import Place
from monitor.stories.background import LEMMAS, Background
from monitor.stories.tokens import Token

_TITLE_CASE_SHARE = 0.6
"""A text with capitals on more of its longer words than this has them on all."""
_LINKS = frozenset({"de", "del", "la", "las", "los", "of", "the"})
"""Words that may stand inside a name."""
_WEEKDAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december", "enero", "febrero", "marzo"),
    *("abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre"),
    *("noviembre", "diciembre"),
)
CALENDAR = frozenset((*_WEEKDAYS, *_MONTHS))
"""Written like names in English, but every item of a day has them."""
_SCALES: Mapping[str, float] = {
    "mil": 1e3,
    "thousand": 1e3,
    "millon": 1e6,
    "millones": 1e6,
    "mdd": 1e6,
    "mdp": 1e6,
    "million": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
"""Words that multiply the number before them; Mexican papers write millions of dollars
and of pesos as mdd and mdp."""
_PERCENT = ("percent", "pct", "ciento")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
"""Thousands as the United States and Mexico write them: 1,500.75 ..."""
_STOPS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
"""... and as Spain and its agencies do: 1.500,75."""
_LONGEST_NUMBER = 12
"""Digits; longer ones are codes, not amounts."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name or number found in a text."""

    key: str
    """An alias, a folded word, or ``#`` and a value."""
    written: str
    """The whole name it is part of, as written."""
    share: float
    """Its share of that name: 1/3 for each word of ``Claudia Sheinbaum Pardo``."""

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.key.startswith("#")


def name_flags(
    tokens: Sequence[Token],
    places: Sequence[Place],
    language: Language,
    background: Background,
) -> list[bool]:
    """Which tokens are part of a name that no alias covers."""
    is_name = _name_test(tokens, language, background)
    taken = {
        i
        for place in places
        if place.alias.kind == "name"
        for i in range(place.start, place.end)
    }
    return [i not in taken and is_name(token) for i, token in enumerate(tokens)]


def names(
    tokens: Sequence[Token],
    places: Sequence[Place],
    flags: Sequence[bool],
    language: Language,
) -> Iterator[Name]:
    """The names of a text, by aliases first and then by flags, and its numbers."""
    for place in places:
        if place.alias.kind == "name":
            yield Name(place.alias.key, written(tokens[place.start : place.end]), 1.0)
    for start, end in runs(tokens, flags):
        share = 1 / sum(flags[start:end])
        for i in range(start, end):
            if flags[i]:
                yield Name(tokens[i].folded, written(tokens[start:end]), share)
    yield from _numbers(tokens, language)


def has_title_case(tokens: Sequence[Token]) -> bool:
    """Whether a text has capitals on every word that matters."""
    longer = [t.is_capital for t in tokens if len(t.text) > 3 and not t.is_number]
    return sum(longer) > _TITLE_CASE_SHARE * len(longer)


def runs(tokens: Sequence[Token], flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(start, end) of each name: flagged tokens in a row, with links between them."""
    start = 0
    while start < len(tokens):
        if not flags[start]:
            start += 1
            continue
        end = start + 1
        while _goes_on(tokens, flags, end):
            end += 1
        yield start, end
        start = end


def written(tokens: Sequence[Token]) -> str:
    """Tokens as a reader would write them."""
    return " ".join(token.text for token in tokens)


def _name_test(
    tokens: Sequence[Token], language: Language, background: Background
) -> Callable[[Token], bool]:
    """How to tell a name in a text that uses capitals as this one does."""
    lexicon = background.counts[LEMMAS[language]]

    def is_known(token: Token) -> bool:
        return token.folded in background.proper

    def is_unusual(token: Token) -> bool:
        return is_known(token) or token.lemma not in lexicon

    def is_candidate(token: Token) -> bool:
        return token.is_capital and len(token.text) > 1 and token.folded not in CALENDAR

    if not any(token.is_capital for token in tokens):
        return is_known
    if has_title_case(tokens):
        return lambda token: is_candidate(token) and is_unusual(token)
    return lambda token: (
        is_candidate(token) and (not token.is_first or is_unusual(token))
    )


def _goes_on(tokens: Sequence[Token], flags: Sequence[bool], i: int) -> bool:
    """Whether the name before token i goes on with it."""
    if i >= len(tokens) or tokens[i].is_first:
        return False
    is_link = tokens[i].text in _LINKS and i + 1 < len(tokens) and flags[i + 1]
    return flags[i] or is_link


def _numbers(tokens: Sequence[Token], language: Language) -> Iterator[Name]:
    """The numbers: ``13 mil`` and ``13,000`` have one key, ``13`` and ``13%`` two."""
    for i, token in enumerate(tokens):
        if token.is_number and len(token.text) <= _LONGEST_NUMBER:
            value = _value(token.text.rstrip("%"), language)
            end = i + 1
            while end < len(tokens) and tokens[end].folded in _SCALES:
                value *= _SCALES[tokens[end].folded]
                end += 1
            follows = takewhile(lambda t: not t.is_number, tokens[end : end + 2])
            is_percent = token.text.endswith("%") or any(
                t.folded in _PERCENT for t in follows
            )
            key = f"#{value:.12g}{'%' if is_percent else ''}"
            yield Name(key, written(tokens[i:end]), 1.0)


def _value(digits: str, language: Language) -> float:
    """The value of digits with commas and full stops in them."""
    if _COMMAS.fullmatch(digits):
        return float(digits.replace(",", ""))
    if language == "es" and _STOPS.fullmatch(digits):
        return float(digits.replace(".", "").replace(",", "."))
    head, *tail = re.split("[.,]", digits)
    return float(f"{head}.{''.join(tail)}")
