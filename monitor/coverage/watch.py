"""Which of an analyst's watch-lists a story matches, in either language."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.coverage.finder import Finder
from monitor.model import LANGUAGES, Item, Language, Story, Translation
from monitor.query import Query, holds, terms
from monitor.readers import Watchlist


@dataclass(frozen=True, slots=True)
class _Asked:
    """What several watch-lists ask for."""

    queries: tuple[Query, ...]
    finders: Mapping[Language, Finder[tuple[int, str]]]
    """Each finds the number of a query and its term."""


def matches(story: Story, watchlists: Sequence[Watchlist]) -> tuple[str, ...]:
    """The names of the watch-lists that a story matches, in the order given.

    A term stands in an item if ``finder`` finds it in the headline or summary of the
    item or of one of its translations; what else it is called in a language counts in
    texts of that language. A story matches if what the list asks holds for one of its
    items, whatever the others say.
    """
    asked = _asked(tuple(watchlists))
    matched: set[int] = set()
    for member in story.members:
        for n, present in _present(member.item, member.translations, asked).items():
            if n not in matched and holds(asked.queries[n], present):
                matched.add(n)
    return tuple(watchlists[n].name for n in sorted(matched))


def matches_of(
    item: Item,
    translations: Mapping[Language, Translation],
    watchlists: Sequence[Watchlist],
) -> tuple[str, ...]:
    """The names of the watch-lists that one item matches; its story matches them."""
    asked = _asked(tuple(watchlists))
    found = _present(item, translations, asked)
    return tuple(
        watchlists[n].name for n in sorted(found) if holds(asked.queries[n], found[n])
    )


def _present(
    item: Item, translations: Mapping[Language, Translation], asked: _Asked
) -> Mapping[int, Collection[str]]:
    """The watch-lists of which a term stands in an item -> those terms.

    Of a list that is not among them nothing holds: no query does without its terms.
    """
    present: dict[int, set[str]] = defaultdict(set)
    for language, text in _readings(item, translations):
        for n, term in asked.finders[language].keys(text):
            present[n].add(term)
    return present


def _readings(
    item: Item, translations: Mapping[Language, Translation]
) -> Iterator[tuple[Language, str]]:
    yield item.language, item.title
    yield item.language, item.summary
    for language, translation in translations.items():
        yield language, translation.title
        yield language, translation.summary or ""


@lru_cache(maxsize=64)
def _asked(watchlists: tuple[Watchlist, ...]) -> _Asked:
    queries = tuple(watchlist.asks for watchlist in watchlists)
    finders = {
        language: Finder(
            ((n, term.text), form)
            for n, query in enumerate(queries)
            for term in terms(query)
            for form in term.forms(language)
        )
        for language in LANGUAGES
    }
    return _Asked(queries, finders)
