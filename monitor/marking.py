"""
The step that marks items: what the finder finds in each, searched once and kept.

Editions, trends and blind spots then read names instead of texts. Whoever needs an item
that is not marked yet, or was marked by an older lexicon, searches it in memory; only
this step writes, and that which outlines stories, old ones too.
"""

from collections.abc import Generator, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.coverage.marks import Marker, Marks, by_story
from monitor.model import Story
from monitor.store.database import Store

BATCH = 500
"""Items marked between two commits: a twentieth of a second."""
MOST = 20_000
"""Items marked in one go, so that a changed lexicon holds a tick up for seconds and
not for minutes; the newest come first, and the next ticks do the rest."""
MARKED = timedelta(days=42)
"""How far back items are marked: what blind spots and trends of four weeks read, with
the week before, in which their first stories began. To look for those that are not
takes a second at 7,000 items a day."""
RECENT = timedelta(days=2)
"""How far back a tick looks, of which each minute has one."""


def mark(store: Store, marker: Marker, since: datetime) -> Generator[int]:
    """Mark the items published since then that are not; the number of each batch.

    Texts are read and marks written in one transaction: an item retitled in between
    would keep the marks of its old words.
    """
    waiting = store.marks.unmarked(since, marker.version, MOST)
    for start in range(0, len(waiting), BATCH):
        with store.atomic():
            texts = store.marks.texts(waiting[start : start + BATCH])
            made = {text[0].id: marker.marks(text) for text in texts}
            store.marks.add(made, marker.version)
        yield len(made)


def marks_of(
    store: Store, marker: Marker, stories: Iterable[Story]
) -> dict[str, Marks]:
    """Item -> its marks, kept or found now, of all items of some stories."""
    members = {m.item.id: m for story in stories for m in story.members}
    known = store.marks.get(members, marker.version)
    for item, member in members.items():
        if item not in known:
            known[item] = marker.marks((member.item, member.translations))
    return known


def marks_kept(
    store: Store, marker: Marker, stories: Iterable[Story]
) -> dict[str, Marks]:
    """The same, and those found now are kept.

    To be called in the transaction in which the stories were read.
    """
    stories = list(stories)
    known = marks_of(store, marker, stories)
    ids = [member.item.id for story in stories for member in story.members]
    there = store.marks.get(ids, marker.version)
    store.marks.add({i: m for i, m in known.items() if i not in there}, marker.version)
    return known


def themes_since(
    store: Store, marker: Marker, since: datetime
) -> dict[str, tuple[str, ...]]:
    """Story -> its themes, where it has any, of those with an item since then."""
    tallies = store.marks.tallies(since, marker.version)
    late = [tally.unmarked for tally in tallies if tally.unmarked]
    found = {text[0].id: marker.marks(text).themes for text in store.marks.texts(late)}
    return by_story(
        (
            replace(tally, themes=found[tally.unmarked]) if tally.unmarked else tally
            for tally in tallies
        ),
        marker.lexicon,
    )
