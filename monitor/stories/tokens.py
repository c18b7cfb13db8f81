"""Text -> tokens with their lemmas: the words as every other part of stories sees them.

The one home of simplemma, whose dictionaries of both languages take about 90 MB.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from simplemma import lemmatize

from monitor.model import Language
from monitor.text import fold

_TOKEN = re.compile(
    r"(?:[^\W\d_]{1,2}\.){2,}"  # EE.UU., U.S., S.E.P.
    r"|\d+(?:[.,]\d+)*%?"  # 1,500 7.1 30%
    r"|[^\W\d_]+\d*(?:['’][^\W\d_]+)*"  # México, O'Rourke, F1
)
_STOP = re.compile(r"[.!?:;|¡¿\"“”«»‘—–]|-\s|\s-|\s['’]")
_POSSESSIVE = re.compile(r"['’]s?$")
_LEMMA_CACHE = 200_000
"""Distinct words kept; six weeks of both languages have about 90,000."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a text."""

    text: str
    """As written, without full stops inside and without the possessive 's."""
    folded: str
    lemma: str
    """Folded too."""
    is_first: bool
    """Whether it opens a sentence, a quotation or what follows a colon."""

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdigit()

    @property
    def is_capital(self) -> bool:
        """Whether it is written with a capital."""
        return self.text[0].isupper()


def tokenize(text: str, language: Language) -> list[Token]:
    """The words and numbers of a text, in order."""
    return list(_tokens(text, language))


def _tokens(text: str, language: Language) -> Iterator[Token]:
    end = 0
    for match in _TOKEN.finditer(text):
        written = match.group()
        word = _POSSESSIVE.sub("", written)
        if "." in word and not word[0].isdigit():
            word = word.replace(".", "")
        folded, lemma = _forms(word, language)
        yield Token(
            word, folded, lemma, end == 0 or bool(_STOP.search(text[end : match.start()]))
        )
        end = match.end()


@lru_cache(maxsize=_LEMMA_CACHE)
def _forms(word: str, language: Language) -> tuple[str, str]:
    """A word folded, and its lemma folded."""
    if word[0].isdigit():
        return word, word
    return fold(word), fold(lemmatize(word.lower(), lang=language))
