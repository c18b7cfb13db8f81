"""
Marks: what the finder finds in one item, kept so that no text is read twice.

A story's themes and watch-lists follow from the marks of its items, by the same rules
as from their texts: ``from_marks`` gives what ``themes.tag`` and ``watch.matches`` do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from monitor.coverage.themes import Lexicon, chosen, themes_of
from monitor.coverage.watch import matches_of
from monitor.model import Item, Language, Story, Translation
from monitor.readers import Watchlist

RULES = 1
"""To be raised whenever terms are found otherwise than before: marks are made anew."""

Text = tuple[Item, Mapping[Language, Translation]]
"""All that is read of an item: itself, and its present translations."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one item was found to be about."""

    themes: tuple[str, ...] = ()
    """In the order of the lexicon."""
    watchlists: tuple[str, ...] = ()
    """In the order of feeds.yaml."""


@dataclass(frozen=True)
class Marker:
    """What items are marked by: the lexicon in force, and every watch-list."""

    lexicon: Lexicon = Lexicon(())
    watchlists: tuple[Watchlist, ...] = ()
    """With what else their terms are called."""

    @cached_property
    def version(self) -> str:
        """Another one after any change of a theme or a watch-list.

        32 hexadecimal digits. Marks of another version are none.
        """
        return _hash((self.themes_version, self.watchlists))

    @cached_property
    def themes_version(self) -> str:
        """Another one after any change of a theme.

        Of marks of this version the themes are right, whatever the watch-lists were.
        """
        return _hash((RULES, self.lexicon.themes))

    def marks(self, text: Text) -> Marks:
        """What is found in an item and its translations."""
        item, translations = text
        found = themes_of(item, self.lexicon)
        return Marks(
            tuple(t.name for t in self.lexicon.themes if t.name in found),
            matches_of(item, translations, self.watchlists) if self.watchlists else (),
        )

    def from_marks(self, story: Story, marks: Mapping[str, Marks]) -> Marks:
        """What a story is about, by the marks of its items."""
        own = [m for m in story.members if m.assignment.copy_of is None]
        told = [marks[m.item.id].themes for m in own or story.members]
        named = {n for m in story.members for n in marks[m.item.id].watchlists}
        return Marks(
            chosen(((names, 1) for names in told), self.lexicon),
            tuple(w.name for w in self.watchlists if w.name in named),
        )


def _hash(said: object) -> str:
    return sha256(repr(said).encode(errors="replace")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a story's items are of the same themes."""

    story: str
    is_copy: bool
    themes: tuple[str, ...]
    items: int
    unmarked: str | None = None
    """Of one item that has no marks, so that its themes are not known: its id."""


def by_story(tallies: Iterable[Tally], lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """Story -> its themes; of those that have any."""
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.story, []).append(tally)
    named = {story: _chosen(some, lexicon) for story, some in found.items()}
    return {story: names for story, names in named.items() if names}


def _chosen(tallies: Sequence[Tally], lexicon: Lexicon) -> tuple[str, ...]:
    own = [tally for tally in tallies if not tally.is_copy]
    told = ((tally.themes, tally.items) for tally in own or tallies)
    return chosen(told, lexicon)
