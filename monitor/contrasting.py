"""What the store holds -> how the two sides word things: words, headlines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.coverage.keyness import Usual, Word, is_comparable, keyness
from monitor.coverage.originals import Original, once, originals
from monitor.coverage.retitles import Retitle, retitles
from monitor.model import LANGUAGES, SIDES, Country, Language, Story
from monitor.store.database import Store

USUAL_DAYS = 28
"""How far back news in general is read: four weeks, so that each weekday counts
alike and the week in question is a small part."""
MOST_USUAL = 20_000
"""Items of those weeks that are read. A share of one in a thousand is then known to
a fifth of itself, and reading them takes seconds, not a minute."""


@dataclass(frozen=True, slots=True)
class Material:
    """The items that are compared, and when they end."""

    found: tuple[Original, ...]
    end: datetime

    @property
    def counted(self) -> Mapping[Country, int]:
        """Items of each side, each text once an outlet."""
        kept = [each.item.country for each in once(self.found)]
        return {side: kept.count(side) for side in SIDES}


def material(store: Store, start: datetime, end: datetime) -> Material:
    """The items published in [start, end)."""
    return Material(tuple(store.originals.between(start, end)), end)


def material_of(story: Story) -> Material:
    """The items of one story."""
    return Material(tuple(originals(story)), story.last_seen + timedelta(seconds=1))


UsualOf = Callable[[Store, datetime], Mapping[Language, Usual]]
"""What is usual in each language before a moment."""


def usual_before(store: Store, end: datetime) -> Mapping[Language, Usual]:
    """What was written in each language in the four weeks before a moment.

    Reading it takes a second or two where four weeks have 20,000 items.
    """
    since = end - timedelta(days=USUAL_DAYS)
    found = store.originals.sample(since, end, MOST_USUAL)
    return {language: Usual(found, language) for language in LANGUAGES}


def contrast(
    store: Store, of: Material, usual: UsualOf = usual_before
) -> tuple[Word, ...]:
    """The words that each side uses more, the surest first.

    Nothing is read of stories so small that no word of theirs could be told.
    """
    if not is_comparable(of.found):
        return ()
    ours = frozenset(i for each in of.found for i in (each.item.id, each.text))
    known = usual(store, of.end)
    return keyness(of.found, {x: known[x].without(ours) for x in LANGUAGES})


def retitled(store: Store, start: datetime, end: datetime) -> list[Retitle]:
    """Headlines that were changed in [start, end)."""
    found = retitles(store.originals.revised(start, end))
    return [each for each in found if start <= each.at < end]


def retitled_in(store: Store, story: Story) -> list[Retitle]:
    """The changes of a story's headlines."""
    return retitles(store.originals.revisions_of(m.item.id for m in story.members))
