"""What the items of a story have in common, in each language."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from monitor.model import LANGUAGES, Language, Member, Reading, Story
from monitor.stories.terms import Bag, Terms
from monitor.text import fold, words

MOST_READ = 24
"""Items of a story that are read: each takes half a millisecond, and what half of them
say, half of all but surely say."""
_TERMS = 8
TELLING = 4.0
"""Rarity of words worth showing: commoner ones, such as "still", explain nothing."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the members of a story have in common, the most telling first."""

    terms: Mapping[Language, tuple[str, ...]]
    """In each language: names, numbers and words of half its items, as they write
    them."""
    both: tuple[str, ...]
    """Names and numbers of half the items of either language, as English has them."""


def read_members(
    story: Story, read: Callable[[Reading], Terms], *, in_english: bool = False
) -> list[Terms]:
    """The terms of a story's items; of copies, the original's alone.

    Their English takes as long again to read as what they say themselves. Of a story of
    more than ``MOST_READ`` items, so many are read, as many of any time as of another.
    """
    members = [m for m in story.members if m.assignment.copy_of is None]
    step = max(len(members) / MOST_READ, 1)
    chosen = (members[int(n * step)] for n in range(min(len(members), MOST_READ)))
    return [read(_reading(member, in_english)) for member in chosen]


def _reading(member: Member, in_english: bool) -> Reading:
    made = member.translations.get("en") if in_english else None
    if made is None:
        return Reading(member.item, "", "")
    return Reading(member.item, made.title, made.summary or "", made.warnings)


def shared_terms(read: Sequence[Terms]) -> Shared:
    """What at least half of the items of each language share, by rarity times share.

    At least two items must have it: a single item of a language shares names and
    numbers with items of the other, or nothing.
    """
    by_language = {
        code: [terms for terms in read if terms.language == code] for code in LANGUAGES
    }
    met = _met([terms.names for terms in read])
    names = {
        code: _common([terms.names for terms in those], met)
        for code, those in by_language.items()
    }
    words_of = {
        code: [_telling_words(terms) for terms in those]
        for code, those in by_language.items()
    }
    found = {
        code: rarest_written(
            names[code] | _common(words_of[code], _met(words_of[code])), those
        )
        for code, those in by_language.items()
    }
    both = {key: rank for key, rank in names["en"].items() if key in names["es"]}
    return Shared(found, rarest_written(both, by_language["en"]))


def _met(bags: Iterable[Bag]) -> Counter[str]:
    """Term -> in how many items it is."""
    return Counter(chain.from_iterable(bags))


def _common(bags: Sequence[Bag], met: Mapping[str, int]) -> dict[str, float]:
    """Term of at least half of one language's items -> its rarity times that share.

    Only those that at least two items of all, as ``met`` counts them, have.
    """
    here = _met(bags)
    rarity = {key: weight.rarity for bag in bags for key, weight in bag.items()}
    return {
        key: rarity[key] * n / len(bags)
        for key, n in here.items()
        if 2 * n >= len(bags) and met[key] > 1
    }


def _telling_words(terms: Terms) -> Bag:
    return {
        key: weight
        for key, weight in terms.original.items()
        if weight.rarity >= TELLING and key not in terms.names
    }


def rarest_written(
    ranks: Mapping[str, float], read: Sequence[Terms]
) -> tuple[str, ...]:
    """Terms as items write them, the highest rank first, without words said before."""
    unshared = {key for terms in read for key in terms.names} - ranks.keys()
    ranked = sorted(ranks, key=lambda key: (-ranks[key], key))
    return distinct(_surface(key, read, unshared) for key in ranked)[:_TERMS]


def distinct(surfaces: Iterable[str]) -> tuple[str, ...]:
    """Texts that add a word to those before: not ``Haley`` after ``Nikki Haley``."""
    shown: list[str] = []
    said: set[str] = set()
    for surface in surfaces:
        words_in = set(words(fold(surface)))
        if not words_in <= said:
            shown.append(surface)
            said |= words_in
    return tuple(shown)


def _surface(key: str, read: Iterable[Terms], unshared: Set[str]) -> str:
    """How items write a term: best with no other name that is not shared, then as most
    of them do, then in full."""
    met = Counter(terms.surfaces[key] for terms in read if key in terms.surfaces)

    def order(text: str) -> tuple[bool, int, int, int, str]:
        parts = words(fold(text))
        says_more = not unshared.isdisjoint(parts)
        return says_more, -met[text], -len(parts), len(text), text

    return min(met, key=order)
