"""
Whose text an item says it is: the agency that it credits before its first sentence.

Papers run an agency's dispatch under its mark, in words of which we hold no original:
*CIUDAD DE MÉXICO (EFE).-*, *(AP) —*, *Reuters –*. An agency that is named later, as in
*told The Associated Press*, is quoted and not copied.

Of 46,125 real items of 17 outlets, 28 open with a credit, all of them right when read;
48 more name one of these agencies within their first 90 characters and do not.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from monitor.feeds.prefixes import dateline
from monitor.model import Item
from monitor.text import fold, words

_SPELLINGS = {
    "AFP": ("AFP", "Agence France-Presse"),
    "Agencia Reforma": ("Agencia Reforma",),
    "ANSA": ("ANSA",),
    "AP": ("AP", "Associated Press", "The Associated Press"),
    "Apro": ("Apro",),
    "Canadian Press": ("Canadian Press", "The Canadian Press"),
    "dpa": ("dpa", "Deutsche Presse-Agentur"),
    "EFE": ("EFE", "Agencia EFE"),
    "El Universal": ("El Universal", "Agencia El Universal"),
    "Europa Press": ("Europa Press",),
    "Kyodo": ("Kyodo", "Kyodo News"),
    "Notimex": ("Notimex",),
    "PA Media": ("PA Media",),
    "Prensa Latina": ("Prensa Latina",),
    "Quadratín": ("Quadratín", "Agencia Quadratín"),
    "Reuters": ("Reuters",),
    "Sputnik": ("Sputnik",),
    "TASS": ("TASS",),
    "UPI": ("UPI", "United Press International"),
    "Xinhua": ("Xinhua",),
}
"""Agencies that outlets of either country print, as they write them."""

_READ = 120
"""Characters: a dateline with its credit is shorter."""
_LONGEST_NAME = 40
_PLAIN = re.compile(r"\s*([^\W\d_][\w /&]{1,30}?)(?:\s*\.\s*[-–—]+|\s+[-–—]+\s|\s*—)")
"""``EFE.-``, ``Reuters –`` at the very start."""
_BRACKETED = re.compile(r"\(\s*([^()]{2,40}?)\s*\)\s*(\.?\s*[-–—:]+)?")
_DASH = re.compile("[-–—]")
_AND = re.compile(r"\s*(?:[/,&+]|\by\b|\band\b)\s*")


def agencies(item: Item) -> frozenset[str]:
    """The agencies that an item credits at its start; its own outlet is none of them.

    An outlet is an agency if its name holds the agency's: *AP News*, *Agencia EFE*.
    """
    found = _credited(item.summary[:_READ]) | _credited(item.title[:_READ])
    return found - _own(item.outlet) if found else found


def _credited(text: str) -> frozenset[str]:
    # Nearly every text ends here: it has neither so early.
    if "(" not in text and not _DASH.search(text, 0, _LONGEST_NAME):
        return frozenset()
    if (plain := _PLAIN.match(text)) and (found := _named(plain[1])):
        return found
    bracketed = _BRACKETED.search(text)
    if bracketed is None or not (found := _named(bracketed[1])):
        return frozenset()
    return found if _is_credit(text, bracketed) else frozenset()


def _is_credit(text: str, bracketed: re.Match[str]) -> bool:
    """Whether nothing but a place and a date stands before the brackets.

    Those of *Americans for Prosperity (AFP) said* only shorten a name. After a place in
    capitals no dash is needed.
    """
    place = text[: bracketed.start()].strip()
    if not place:
        return bool(bracketed[2])
    _, rest = dateline(text)
    return place.isupper() or len(text) - len(rest) >= bracketed.end(1)


def _named(written: str) -> frozenset[str]:
    """``Reuters/AP`` -> both; nothing unless every word is an agency's name."""
    known = [_AGENCIES.get(_key(part)) for part in _AND.split(written)]
    return frozenset(a for a in known if a) if all(known) else frozenset()


@lru_cache(maxsize=4096)
def _own(outlet: str) -> frozenset[str]:
    name = f" {_key(outlet)} "
    return frozenset(a for key, a in _AGENCIES.items() if f" {key} " in name)


def _key(name: str) -> str:
    return " ".join(words(fold(name)))


_AGENCIES: Mapping[str, str] = {
    _key(spelling): agency
    for agency, all_of in _SPELLINGS.items()
    for spelling in all_of
}
