"""
The tone of one headline: how good or bad its words say that the news is.

The words are a list that people edit, ``tone.tsv`` beside this file: every meaning has
its forms in both languages and one valence, so that both are measured with the same
net. Here the list is read, and a headline of either language is measured by it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt

from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.stories.names import has_title_case
from monitor.stories.tokens import Token, tokenize
from monitor.text import fold, words

_STRONGEST = 3
"""The farthest that a valence lies from zero."""
_SPREAD = 5.0
"""How slowly tone nears 1 as valences add up: one mild word is worth .41, two .67, one
of the strongest .80."""
_TURNED = -0.5
"""What a negated or lessened word's valence is multiplied by: *not happy* is bad, less
so than *sad*, and *fewer murders* is good, less so than *saved*."""
_REACH = 3
"""How many words before a word may negate it."""
_NEGATIONS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        words(
            "no not never without neither nor cannot cant wont isnt arent wasnt werent "
            "dont doesnt didnt hasnt havent couldnt shouldnt wouldnt"
        )
    ),
    "es": frozenset(words("no sin ni nunca jamas tampoco")),
}
"""Folded, without apostrophes."""
_NEAR = 2
"""How many words before a word may lessen it."""
_LESSENS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        words("less few fewer reduce lower decrease prevent avoid avert end stop")
    ),
    "es": frozenset(
        words("menos reducir bajar disminuir prevenir evitar impedir contrarrestar")
    ),
}
"""Lemmas."""
_FALLS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(words("fall drop decline decrease slow ease")),
    "es": frozenset(words("caer bajar disminuir descender ceder")),
}
"""Lemmas that lessen the word right before them: *murders fall*."""
_BACKGROUND = 0.5
"""What a word counts after one of these: *wins after cancer* is about winning."""
_BACKGROUNDS: Mapping[Language, frozenset[str]] = {
    "en": frozenset({"after", "despite", "following"}),
    "es": frozenset({"tras", "despues", "pese"}),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the list."""

    valence: int
    """-3 to 3, not 0."""
    forms: Mapping[Language, tuple[str, ...]]
    """As written; at least one in each language."""


@dataclass(frozen=True, slots=True)
class Tone:
    """What the words of one text come to."""

    value: float
    """In (-1, 1); negative for bad news."""
    words: tuple[str, ...]
    """Those it rests on, as the text writes them; before one that is turned round, the
    word that turns it: ``not … happy``."""


class Valences:
    """The list, ready to measure texts by."""

    def __init__(self, meanings: Iterable[Meaning]) -> None:
        self.meanings = tuple(meanings)
        self._forms: dict[Language, dict[str, list[tuple[tuple[str, ...], int]]]] = {
            language: defaultdict(list) for language in LANGUAGES
        }
        for meaning in self.meanings:
            for language in LANGUAGES:
                for form in meaning.forms[language]:
                    parts = tuple(
                        _bare(t.folded, language) for t in tokenize(form, language)
                    )
                    self._forms[language][parts[0]].append((parts, meaning.valence))
        for forms in self._forms.values():
            for several in forms.values():
                several.sort(key=lambda form: -len(form[0]))

    def tone(self, text: str, language: Language) -> Tone | None:
        """The tone of a headline; None if it has no word of the list.

        Names do not count: *La Paz* is a town. They are told by their capitals, where
        not every word has one.
        """
        tokens = tokenize(text, language)
        hits = list(self._hits(tokens, language))
        turned = {hit: _turned_by(tokens, hit, language) for hit in hits}
        spent = set(turned.values())
        kept = [hit for hit in hits if hit.start not in spent]
        if not kept:
            return None
        total = sum(
            hit.valence
            * (_TURNED if turned[hit] is not None else 1)
            * (_BACKGROUND if _is_background(tokens, hit.start, language) else 1)
            for hit in kept
        )
        return Tone(
            total / sqrt(total * total + _SPREAD),
            tuple(_written(tokens, hit, turned[hit]) for hit in kept),
        )

    def _hits(self, tokens: Sequence[Token], language: Language) -> Iterator["_Hit"]:
        is_name = _name_test(tokens)
        start = 0
        while start < len(tokens):
            hit = self._at(tokens, start, language)
            if hit and not is_name(tokens[start]):
                yield hit
                start = hit.end
            else:
                start += 1

    def _at(
        self, tokens: Sequence[Token], start: int, language: Language
    ) -> "_Hit | None":
        """The longest form that begins there."""
        for key in dict.fromkeys(_keys(tokens[start], language)):
            for parts, valence in self._forms[language].get(key, ()):
                there = tokens[start : start + len(parts)]
                if len(there) == len(parts) and all(
                    part in _keys(token, language)
                    for part, token in zip(parts, there, strict=True)
                ):
                    return _Hit(start, start + len(parts), valence)
        return None


@dataclass(frozen=True, slots=True)
class _Hit:
    """A form of the list where it stands in a text: ``tokens[start:end]``."""

    start: int
    end: int
    valence: int


@cache
def valences() -> Valences:
    """The list we ship.

    Raises ConfigError if its file was damaged.
    """
    file = files("monitor.coverage").joinpath("tone.tsv")
    return Valences(read_meanings(file.read_text(encoding="utf-8").splitlines()))


def read_meanings(lines: Iterable[str], name: str = "tone.tsv") -> list[Meaning]:
    """The meanings of a list such as ``tone.tsv``.

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    first: dict[tuple[Language, str], int] = {}
    meanings = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            where = f"{name}, line {number}"
            meaning = _meaning(line, where)
            for language in LANGUAGES:
                for form in meaning.forms[language]:
                    earlier = first.setdefault((language, fold(form)), number)
                    if earlier != number:
                        raise ConfigError(
                            f"{where}: {form!r} is already on line {earlier}; "
                            "remove one"
                        )
            meanings.append(meaning)
    return meanings


def _meaning(line: str, where: str) -> Meaning:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) != 3:
        raise ConfigError(
            f"{where}: {len(columns)} columns; write valence, English and Spanish "
            "with a tab between"
        )
    valence, *forms = columns
    allowed = {str(v): v for v in range(-_STRONGEST, _STRONGEST + 1) if v}
    if valence not in allowed:
        raise ConfigError(
            f"{where}: valence {valence!r} is none of {', '.join(allowed)}"
        )
    by_language = {
        language: _split(cell, language, where)
        for language, cell in zip(LANGUAGES, forms, strict=True)
    }
    return Meaning(allowed[valence], by_language)


def _split(cell: str, language: Language, where: str) -> tuple[str, ...]:
    forms = tuple(form.strip() for form in cell.split("|") if form.strip())
    if not forms:
        raise ConfigError(f"{where}: no {language} form; give both languages one")
    if odd := next((form for form in forms if not tokenize(form, language)), None):
        raise ConfigError(f"{where}: {odd!r} is no word; write letters")
    return forms


def _name_test(tokens: Sequence[Token]) -> Callable[[Token], bool]:
    """How to tell a name in a text that uses capitals as this one does."""
    if has_title_case(tokens):
        return lambda token: False
    return lambda token: token.is_capital and not token.is_first


def _bare(word: str, language: Language) -> str:
    """A verb as it is met: *graduarse* is listed, *graduar* is the lemma."""
    return word[:-2] if language == "es" and word.endswith("rse") else word


def _keys(token: Token, language: Language) -> tuple[str, str]:
    return _bare(token.folded, language), _bare(token.lemma, language)


def _turned_by(tokens: Sequence[Token], hit: _Hit, language: Language) -> int | None:
    """The index of the word that turns a hit round: *not*, *fewer*, *falls*."""
    for i in range(hit.start - 1, max(-1, hit.start - 1 - _REACH), -1):
        if tokens[i + 1].is_first:
            break
        if _plain(tokens[i]) in _NEGATIONS[language]:
            return i
        if hit.start - i <= _NEAR and tokens[i].lemma in _LESSENS[language]:
            return i
    follows = hit.end < len(tokens) and not tokens[hit.end].is_first
    return hit.end if follows and tokens[hit.end].lemma in _FALLS[language] else None


def _plain(token: Token) -> str:
    return token.folded.replace("'", "").replace("’", "")


def _is_background(tokens: Sequence[Token], i: int, language: Language) -> bool:
    """Whether token i only says what came before the news, in its clause."""
    for j in range(i, -1, -1):
        if tokens[j].folded in _BACKGROUNDS[language]:
            return True
        if tokens[j].is_first:
            return False
    return False


def _written(tokens: Sequence[Token], hit: _Hit, turned: int | None) -> str:
    form = " ".join(token.text for token in tokens[hit.start : hit.end])
    return form if turned is None else f"{tokens[turned].text} … {form}"
