"""
The step that outlines stories: what lists show of each, kept in one row.

Whatever changes a story, by whichever step, puts it into a queue in the database. The
step empties the queue, the last change first, and then makes anew what was made by
another lexicon, other watch-lists or other owners.
"""

from collections.abc import Collection, Generator, Mapping

from monitor.coverage.marks import Marker
from monitor.coverage.outlines import outline, version
from monitor.coverage.sides import compare
from monitor.marking import marks_kept
from monitor.store.database import Store

BATCH = 100
"""Stories outlined between two commits."""
MOST = 2_000
"""Stories outlined in one go, so that a changed lexicon does not hold up a tick; the
next ticks do the rest."""


def outline_due(
    store: Store, marker: Marker, owners: Mapping[str, str]
) -> Generator[int]:
    """Outline the stories that are due; the number of each batch."""
    made_by = version(marker, owners)
    due = store.outlines.due(made_by, MOST)
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        outline_now(store, marker, owners, batch)
        yield len(batch)


def outline_now(
    store: Store,
    marker: Marker,
    owners: Mapping[str, str],
    stories: Collection[str],
) -> None:
    """Outline these stories at once, due or not; those without items lose theirs.

    Read and written in one transaction: what changes in between is due again.
    """
    with store.atomic():
        found = store.stories.some(stories, is_explained=False)
        marks = marks_kept(store, marker, found)
        made = [
            outline(compare(story, owners), marker.from_marks(story, marks))
            for story in found
        ]
        store.outlines.put(stories, made, version(marker, owners))
