"""Which of an analyst's watch-lists a story matches, in either language."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from monitor.model import Language, Member, Story
from monitor.readers import Watchlist
from monitor.text import fold, words

_CAPITALS = "^"
"""Marks a word in capitals; no folded word contains it."""
_MARK = re.escape(_CAPITALS)


def matches(story: Story, watchlists: Sequence[Watchlist]) -> tuple[str, ...]:
    """The names of the watch-lists that a story matches, in the order given.

    A term matches whole words, accents and case aside, in the headline or summary of
    any item or of its translations. Words of a term stand together and in order. A
    word in capitals is an acronym and matches capitals alone: ``ICE`` is not ice. A
    term that ends in ``*`` matches any ending: ``migra*`` finds *migrants*. What else
    the terms are called in a language counts in texts of that language.
    """
    texts = [(language, _plain(text)) for language, text in _texts(story)]
    return tuple(
        watchlist.name
        for watchlist in watchlists
        if any(_is_in(text, watchlist, language) for language, text in texts)
    )


def _is_in(text: str, watchlist: Watchlist, language: Language) -> bool:
    others = watchlist.es if language == "es" else watchlist.en
    return any(_pattern(term).search(text) for term in (*watchlist.terms, *others))


def _texts(story: Story) -> Iterator[tuple[Language, str]]:
    for member in story.members:
        yield from _readings(member)


def _readings(member: Member) -> Iterator[tuple[Language, str]]:
    yield member.item.language, member.item.title
    yield member.item.language, member.item.summary
    for language, translation in member.translations.items():
        yield language, translation.title
        yield language, translation.summary or ""


def _plain(text: str) -> str:
    """The words of a text, folded and marked: ``ICE's jefe`` -> `` ice^ jefe ``."""
    return f" {' '.join(_words(text))} "


def _words(text: str) -> Iterator[str]:
    # Composed letters: a word must not fall apart at a combining accent.
    for word in words(unicodedata.normalize("NFC", text)):
        stem = re.sub(r"['’]s$", "", word, flags=re.IGNORECASE).replace("’", "'")
        is_acronym = len(stem) > 1 and stem.isupper()
        yield fold(stem) + (_CAPITALS if is_acronym else "")


@lru_cache(maxsize=4096)
def _pattern(term: str) -> re.Pattern[str]:
    stems = list(_words(term))
    if not stems:
        return re.compile(r"(?!)")
    endings = ["" for _ in stems]
    if term.rstrip().endswith("*"):
        endings[-1] = rf"[^ {_MARK}]*"
    parts = map(_part, stems, endings)
    return re.compile(f" {' '.join(parts)} ")


def _part(word: str, ending: str) -> str:
    stem = re.escape(word.removesuffix(_CAPITALS)) + ending
    return stem + (_MARK if word.endswith(_CAPITALS) else f"(?:{_MARK})?")
