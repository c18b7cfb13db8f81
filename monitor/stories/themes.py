"""
Stories of the same theme: near each other, and about different happenings.

Most are found by *runners-up*: items of one that would be in the other otherwise. What
else shares rare names, such as yesterday's news of the same person, comes after those.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.model import LANGUAGES, Language, RunnerUp, Story
from monitor.stories.shared import rarest_written, surface
from monitor.stories.terms import Terms

LEAST_RUNNER_UP = 0.05
"""Probability below which a runner-up ties no two stories."""

_THEMES = 5
_RARE = 5.0
"""Rarity of names that are looked for in other stories: names of every second day's
news, as the two countries and their presidents, are in all of them."""
_THEME_MASS = 6.0
"""Rarity of shared names by which two stories have a theme: one rare name in full."""
_SOUGHT = 3
"""Names by which other stories are looked for."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another story, as one names it."""

    id: str
    headlines: Mapping[Language, str]
    """Its first headline in each language, original or translated."""

    @property
    def language(self) -> Language:
        """Of the headline shown."""
        return next((code for code in LANGUAGES if code in self.headlines), "en")

    @property
    def headline(self) -> str:
        """In English, where there is one."""
        return self.headlines.get(self.language, "")


@dataclass(frozen=True, slots=True)
class Theme:
    """Another story of the same theme."""

    other: Other
    score: float
    """How likely the likeliest item of either is to belong to the other, 0 to 1; 0 if
    rare names alone tie the two."""
    names: tuple[str, ...] = ()
    """Those names, if they alone do."""


def other(story: Story) -> Other:
    """A story as another one names it."""
    found = {language: story.headline(language) for language in LANGUAGES}
    return Other(story.id, {code: text for code, text in found.items() if text})


def themes(
    story: str, runners_up: Iterable[RunnerUp], others: Mapping[str, Other]
) -> tuple[Theme, ...]:
    """The stories of a story's theme, the closest first, then those with more ties.

    ``others`` are those that have items, by id.
    """
    ties: dict[str, list[float]] = defaultdict(list)
    for tie in runners_up:
        if story in (tie.story, tie.other) and tie.score >= LEAST_RUNNER_UP:
            ties[tie.other if tie.story == story else tie.story].append(tie.score)
    known = [each for each in ties if each in others and each != story]
    known.sort(key=lambda each: (-max(ties[each]), -len(ties[each]), each))
    return tuple(Theme(others[each], max(ties[each])) for each in known[:_THEMES])


def with_names(
    near: Sequence[Theme],
    names: Mapping[str, tuple[str, ...]],
    others: Mapping[str, Other],
) -> tuple[Theme, ...]:
    """Themes, and after them the stories that share rare names alone, as ``sharing``
    orders them."""
    known = {theme.other.id for theme in near}
    far = [
        Theme(others[each], 0.0, those)
        for each, those in names.items()
        if each in others and each not in known
    ]
    return (*near, *far)[:_THEMES]


def sought_names(read: Sequence[Terms]) -> tuple[str, ...]:
    """The names, as items write them, by which to look for others of a theme."""
    masses = _masses(read)
    ranked = sorted(masses, key=lambda key: (-masses[key], key))
    texts = (surface(key, [t]) for key in ranked for t in read if key in t.names)
    return tuple(dict.fromkeys(texts))[:_SOUGHT]


def sharing(
    read: Sequence[Terms], others: Mapping[str, Sequence[Terms]]
) -> dict[str, tuple[str, ...]]:
    """Of other stories those that share rare names with one: the names, rarest first.

    The stories that share the most come first.
    """
    mine = _masses(read)
    shared = {story: mine.keys() & _masses(terms) for story, terms in others.items()}
    mass = {story: sum(mine[key] for key in keys) for story, keys in shared.items()}
    close = [story for story in others if mass[story] >= _THEME_MASS]
    close.sort(key=lambda story: (-mass[story], story))
    return {
        story: rarest_written({key: mine[key] for key in shared[story]}, read)
        for story in close
    }


def _masses(read: Sequence[Terms]) -> dict[str, float]:
    """Rare name of at least half of the items -> its rarity, of a part in part."""
    met = Counter(chain.from_iterable(terms.masses for terms in read))
    masses: dict[str, float] = {}
    for terms in read:
        for key, (rarity, share) in terms.masses.items():
            if 2 * met[key] >= len(read) and rarity >= _RARE:
                masses[key] = max(rarity * share, masses.get(key, 0.0))
    return masses
