"""What the store knows around stories -> why their items are in them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from monitor.change import LoggedChange
from monitor.entry import Entry
from monitor.model import Item, Member, Reading, Story
from monitor.store.database import Store
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.explain import Explanation, Membership, arrivals, membership
from monitor.stories.related import (
    LEAST_RUNNER_UP,
    Other,
    RunnerUp,
    other,
    related,
    sharing,
    sought_names,
    tied,
    with_names,
)
from monitor.stories.shared import Shared, read_members, shared_terms
from monitor.stories.terms import TermReader, Terms

NEAR = timedelta(days=7)
"""How long before and after a story related ones are looked for by names."""
_READ = 30
"""Stories that are read to find those which share rare names."""
_LOOKED_AT = 20
"""Stories tied to one that are looked at, of which the first five that have items are
shown; a story of 500 items is tied to hundreds."""
_REMEMBERED = 1_000
"""Items whose terms are remembered, of 10 kB each: all that a study reads, 24 items of
a story and of 30 beside it."""


def explain(
    store: Store, stories: Sequence[Story], own: tuple[Entry, ...] = ()
) -> dict[str, Explanation]:
    """Story -> why its items are in it, what they share, and what is near it.

    ``own`` is what a person adds to the bridge.
    """
    shared = {story.id: shared_by(story, own) for story in stories}
    members = [member for story in stories for member in story.members]
    return _explained(store, stories, members, shared)


def explain_one(store: Store, story: Story, own: tuple[Entry, ...] = ()) -> Explanation:
    """The same of one story, and those that share rare names alone are near it, too."""
    near = near_by_names(store, story, own)
    return explain_read(store, story, story.members, shared_by(story, own), near)


def explain_read(
    store: Store,
    story: Story,
    members: Sequence[Member],
    shared: Shared,
    near: Mapping[str, tuple[str, ...]],
) -> Explanation:
    """The same of some members of a story whose items were read before.

    ``near`` are the stories that shared rare names then, as ``near_by_names`` has them.
    """
    made = _explained(store, [story], members, {story.id: shared})[story.id]
    living = store.relations.living(near)
    others = _others(store, (), living.values())
    names = {
        living[was]: those
        for was, those in near.items()
        if living.get(was, story.id) != story.id
    }
    return replace(made, related=with_names(made.related, names, others))


def shared_by(story: Story, own: tuple[Entry, ...] = ()) -> Shared:
    """What a story's items have in common: half a millisecond for each that is read."""
    # One item alone shares nothing, and reading is what takes the time.
    read = read_members(story, _reader(own)) if len(story.members) > 1 else []
    return shared_terms(read)


def near_by_names(
    store: Store, story: Story, own: tuple[Entry, ...] = ()
) -> Mapping[str, tuple[str, ...]]:
    """Story that shares rare names with this one -> the names, the nearest first."""
    reader = _reader(own)
    read = read_members(story, reader, in_english=True)
    start, end = story.first_seen - NEAR, story.last_seen + NEAR
    found = store.relations.mentioning(sought_names(read), start, end, _READ)
    near = [s for s in store.stories.some(found) if s.id != story.id]
    return sharing(read, {s.id: read_members(s, reader, in_english=True) for s in near})


def _explained(
    store: Store,
    stories: Sequence[Story],
    members: Sequence[Member],
    shared: Mapping[str, Shared],
) -> dict[str, Explanation]:
    """Story -> why these of its members are in it, and what is near it."""
    ids = [story.id for story in stories]
    ties = _ties(store.relations.runners_up(ids, LEAST_RUNNER_UP))
    brought = _brought(store, ids, members)
    items, living = _items(store, members), _living(store, members)
    near = (tied(id_, ties.get(id_, ()))[:_LOOKED_AT] for id_ in ids)
    named = {*living.values(), *(other for some in near for other, _ in some)}
    others = _others(store, [s for s in stories if s.id in named], named)
    runners_up = {was: others[now] for was, now in living.items() if now in others}
    memberships: dict[str, dict[str, Membership]] = {id_: {} for id_ in ids}
    for m in members:
        name = m.item.id
        why = membership(m, items, runners_up, brought.get(name))
        memberships[m.assignment.story][name] = why
    return {
        story.id: Explanation(
            memberships[story.id],
            shared[story.id],
            related(story.id, ties.get(story.id, ()), others),
        )
        for story in stories
    }


@lru_cache(maxsize=2)
def _reader(own: tuple[Entry, ...]) -> Callable[[Reading], Terms]:
    """Reads an item once while it is among those read last: pages of one day's stories
    read the same neighbours."""
    return lru_cache(_REMEMBERED)(TermReader(background(), aliases(own)).read_briefly)


def _ties(runners_up: Iterable[RunnerUp]) -> Mapping[str, Sequence[RunnerUp]]:
    """Story, at either end -> its ties."""
    found = defaultdict(list)
    for tie in runners_up:
        found[tie.story].append(tie)
        found[tie.other].append(tie)
    return found


def _brought(
    store: Store, stories: Iterable[str], members: Iterable[Member]
) -> Mapping[str, LoggedChange]:
    """Item -> what brought it to its story."""
    changes = store.stories.changes_around(*stories)
    first = next((c for c in changes if c.change.kind != "again"), None)
    if first is None:
        return {}
    # Items that were clustered again and stayed are in no move: ask for all the times
    # that could have covered them.
    later = store.stories.changes(first.at)
    again = (logged for logged in later if logged.change.kind == "again")
    known = {logged.id: logged for logged in (*changes, *again)}
    return arrivals(members, (known[id_] for id_ in sorted(known)))


def _items(store: Store, members: Sequence[Member]) -> Mapping[str, Item]:
    """Id -> item, of these members and those that are near them or copied."""
    here = {member.item.id: member.item for member in members}
    made = (member.assignment for member in members)
    named = {name for each in made for name in (each.why.nearest, each.copy_of) if name}
    return here | store.items.named(named - here.keys())


def _living(store: Store, members: Iterable[Member]) -> Mapping[str, str]:
    """Runner-up of any member -> where its id leads by now."""
    named = {member.assignment.why.runner_up for member in members}
    return store.relations.living(name for name in named if name)


def _others(
    store: Store, stories: Iterable[Story], ids: Iterable[str]
) -> Mapping[str, Other]:
    """Id -> story, of these ids and stories, where they have items.

    Their outlines tell what they are called; one that is due is read itself.
    """
    here = {story.id: other(story) for story in stories}
    named = {*ids} - here.keys()
    told = store.outlines.headlines(named)
    outlined = {story: Other(story, texts) for story, texts in told.items()}
    found = store.stories.some(named - outlined.keys(), is_explained=False)
    return here | outlined | {story.id: other(story) for story in found}
