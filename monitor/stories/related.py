"""
Related stories: near each other, and about different happenings.

Most are found by *runners-up*: items of one that would be in the other otherwise. What
else shares rare names, such as yesterday's news of the same person, comes after those.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.model import LANGUAGES, Language, Story
from monitor.stories.shared import rarest_written
from monitor.stories.terms import Terms

LEAST_RUNNER_UP = 0.05
"""Probability below which a runner-up ties no two stories. Of 16 pairs looked at from
.05 to .1, on real days and the newsroom's, 13 are related; of 16 up to .2, 12."""

_MOST = 5
_RARE = 5.0
"""Rarity of names and words that relate stories: commoner ones are in the news of every
second day."""
_RELATED_MASS = 14.0
"""Rarity of shared names and words by which two stories are related; a place alone
does not do. Of the stories found on the newsroom's days, 17 of 22 are related, at 10
half of 48."""
_SOUGHT = 3
"""Names by which other stories are looked for."""


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """One item of one story that would otherwise be in another."""

    item: str
    story: str
    other: str
    score: float
    """How likely it belongs to the other, 0 to 1."""


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
class Related:
    """Another story near one."""

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


def related(
    story: str, runners_up: Iterable[RunnerUp], others: Mapping[str, Other]
) -> tuple[Related, ...]:
    """The stories related to one, the closest first, then those with more ties.

    ``others`` are those that have items, by id: of ``tied``, enough of the first ones.
    """
    known = {id_: score for id_, score in tied(story, runners_up) if id_ in others}
    return tuple(Related(others[id_], known[id_]) for id_ in list(known)[:_MOST])


def tied(story: str, runners_up: Iterable[RunnerUp]) -> list[tuple[str, float]]:
    """(story tied to one, its closest tie), in the order of ``related``."""
    ties: dict[str, list[float]] = defaultdict(list)
    for tie in runners_up:
        if story in (tie.story, tie.other) and tie.score >= LEAST_RUNNER_UP:
            ties[tie.other if tie.story == story else tie.story].append(tie.score)
    ties.pop(story, None)
    ranked = sorted(ties, key=lambda id_: (-max(ties[id_]), -len(ties[id_]), id_))
    return [(id_, max(ties[id_])) for id_ in ranked]


def with_names(
    near: Sequence[Related],
    names: Mapping[str, tuple[str, ...]],
    others: Mapping[str, Other],
) -> tuple[Related, ...]:
    """Those near, then the stories that share rare names alone, as ``sharing``
    orders them."""
    known = {each.other.id for each in near}
    far = [
        Related(others[each], 0.0, those)
        for each, those in names.items()
        if each in others and each not in known
    ]
    return (*near, *far)[:_MOST]


def sought_names(read: Sequence[Terms]) -> tuple[str, ...]:
    """The names, as items write them, by which to look for related stories."""
    masses = _masses(read)
    ranked = sorted(masses, key=lambda key: (-masses[key], key))
    texts = (t.surfaces[key] for key in ranked for t in read if key in t.names)
    return tuple(dict.fromkeys(texts))[:_SOUGHT]


def sharing(
    read: Sequence[Terms], others: Mapping[str, Sequence[Terms]]
) -> dict[str, tuple[str, ...]]:
    """Of other stories those that share rare names and words with one: the names.

    The stories that share the most come first. They are read in English, too.
    """
    names, said = _masses(read), _words(read)
    masses = {}
    shared = {}
    for story, theirs in others.items():
        those = _least(names, _masses(theirs))
        words = _least(said, _words(theirs))
        if those and words:
            masses[story] = sum(those.values()) + sum(words.values())
            shared[story] = rarest_written(those, read)
    close = [story for story in shared if masses[story] >= _RELATED_MASS]
    close.sort(key=lambda story: (-masses[story], story))
    return {story: shared[story] for story in close}


def _least(mine: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, float]:
    """What both have, each as much as the one has that has less of it."""
    return {key: min(mass, theirs[key]) for key, mass in mine.items() if key in theirs}


def _masses(read: Sequence[Terms]) -> dict[str, float]:
    """Rare name of half of the items -> its rarity; of a part of a name, its part."""
    found = [{k: r * part for k, (r, part) in t.masses.items()} for t in read]
    rare = {k for t in read for k, (rarity, _) in t.masses.items() if rarity >= _RARE}
    return {key: mass for key, mass in _of_half(found).items() if key in rare}


def _words(read: Sequence[Terms]) -> dict[str, float]:
    """Rare word of half of the items, in English -> its rarity."""
    found = _of_half([terms.words for terms in read])
    return {key: rarity for key, rarity in found.items() if rarity >= _RARE}


def _of_half(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Term of at least half of the items -> its greatest mass."""
    met = Counter(chain.from_iterable(found))
    masses: dict[str, float] = {}
    for each in found:
        for key, mass in each.items():
            if 2 * met[key] >= len(found):
                masses[key] = max(mass, masses.get(key, 0.0))
    return masses
