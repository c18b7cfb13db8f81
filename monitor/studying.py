"""
The step that studies large stories: what reading their items comes to, kept for pages.

A story that grows is read again when it has grown by an eighth, so that an item costs
the same however large its story gets; or half an hour later. And once more a week after
its last item, when its last neighbours have come.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from monitor.contrasting import UsualOf, contrast, material_of, usual_before
from monitor.coverage.actors import actors
from monitor.coverage.framing import Framing
from monitor.coverage.keyness import Usual
from monitor.coverage.roles import roles_by_side
from monitor.coverage.study import Study, from_text, surest, to_text, version
from monitor.coverage.themes import Lexicon, tag
from monitor.coverage.tone import tone_by_side
from monitor.coverage.valence import valences
from monitor.coverage.verbs import verbs
from monitor.entry import Entry
from monitor.explaining import NEAR, near_by_names, shared_by
from monitor.model import Language, Story
from monitor.store.database import Store

STANDS = timedelta(minutes=30)
"""So long the study of a story that changes a little stands."""
WEEKS = 3
"""Of which is known what is usual, of 1 MB each: every tick has stories of this week,
and of the one before that are read a last time."""
MOST = 5_000
"""Items read in one go, seven seconds' worth, so that a changed lexicon does not hold
up a tick; the next ticks do the rest."""


@dataclass(frozen=True)
class Lexicons:
    """What stories are read by."""

    themes: Lexicon
    framing: Framing
    own: tuple[Entry, ...]
    """What a person adds to the bridge."""
    usual: UsualOf = usual_before

    @cached_property
    def version(self) -> str:
        """Another one after any change of them."""
        return version(self.themes, self.framing.concepts, self.own)


class UsualOfWeeks:
    """What is usual before the end of a week: stories that end in it share it.

    To read it takes three seconds, and stories of one week follow each other. What four
    weeks say changes slowly: a run that goes on for days makes another one each day.
    """

    def __init__(self) -> None:
        self._known: dict[datetime, Mapping[Language, Usual]] = {}

    def __call__(self, store: Store, end: datetime) -> Mapping[Language, Usual]:
        """As ``usual_before``, for the week of ``end``."""
        week = week_end(end)
        if week not in self._known:
            self._known[week] = usual_before(store, week)
            while len(self._known) > WEEKS:
                del self._known[next(iter(self._known))]
        return self._known[week]


def week_end(moment: datetime) -> datetime:
    """The midnight in UTC in which the moment's week ends."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - moment.weekday())


def read_lists(own: tuple[Entry, ...]) -> None:
    """Read the word lists that studying takes: two seconds, once in a process."""
    actors(own)
    verbs()
    valences()


def study(store: Store, story: Story, by: Lexicons) -> Study:
    """Read a story's items: a millisecond and a half each."""
    material = material_of(story)
    is_one = len(story.members) == 1
    return Study(
        tag(story, by.themes),
        roles_by_side(story.members, actors(by.own), verbs()),
        None if is_one else tone_by_side(story.members, valences()),
        by.framing.compare(material.found),
        surest(contrast(store, material, by.usual)),
        shared_by(story, by.own),
        near_by_names(store, story, by.own),
    )


def study_due(store: Store, by: Lexicons, now: datetime) -> Generator[str]:
    """Study the stories that are due; each by its id.

    Reading takes seconds, in which others may write: mail that was taken waits five at
    most to be logged. A story that changes meanwhile stays due.
    """
    left = MOST
    for name, items in store.studies.due(by.version, now, STANDS, NEAR, MOST):
        if (left := left - items) < 0 and left + items < MOST:
            return
        stories = store.stories.some([name], is_explained=False)
        made = [to_text(study(store, story, by)) for story in stories]
        with store.atomic():
            if stories == store.stories.some([name], is_explained=False):
                for story, text in zip(stories, made, strict=True):
                    count = len(story.members)
                    store.studies.put(story.id, count, now, by.version, text)
        yield name


@dataclass(frozen=True, slots=True)
class Studied:
    """A study, and of when it is."""

    study: Study
    of: tuple[datetime, int] | None = None
    """When it was made and of how many items, if the story has changed since."""


def studied(store: Store, story: Story, by: Lexicons) -> Studied | None:
    """What was kept of a story, if it says nothing of items that have left it."""
    kept = store.studies.of(story.id, by.version)
    if kept is None:
        return None
    found = from_text(kept.text, {m.item.id: m.item for m in story.members})
    if found is None:
        return None
    return Studied(found, (kept.at, kept.items) if kept.is_stale else None)
