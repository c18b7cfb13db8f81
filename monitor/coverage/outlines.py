"""A story's Coverage -> its Outline: what lists show of it."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from monitor.comparison import Coverage
from monitor.coverage.marks import Marker, Marks
from monitor.model import LANGUAGES, SIDES, Language, Story
from monitor.outline import Headline, Outline, SideOutline

RULES = 1
"""To be raised whenever outlines are made otherwise: they are all made anew."""


def outline(coverage: Coverage, marks: Marks) -> Outline:
    """What lists show of a story; ``marks`` are the story's own."""
    story = coverage.story
    spoken = {member.item.language for member in story.members}
    return Outline(
        story=story.id,
        headlines=dict(_headlines(story, spoken)),
        first_seen=story.first_seen,
        last_seen=story.last_seen,
        seen=max(member.item.seen for member in story.members),
        leader=coverage.leader,
        no_leader=coverage.no_leader,
        lag_minutes=coverage.lag_minutes,
        lag_certainty=coverage.lag_certainty,
        texts=coverage.texts,
        sides={
            side: SideOutline(
                len(covered.items),
                covered.outlets,
                len(covered.owners),
                covered.texts,
            )
            for side, covered in ((side, coverage.sides[side]) for side in SIDES)
        },
        languages=tuple(language for language in LANGUAGES if language in spoken),
        themes=marks.themes,
        watchlists=marks.watchlists,
    )


def version(marker: Marker, owners: Mapping[str, str]) -> str:
    """Another one after any change of what outlines are made by, beside the items.

    32 hexadecimal digits. Outlines of another version are due again.
    """
    said = repr((RULES, marker.version, sorted(owners.items())))
    return sha256(said.encode(errors="replace")).hexdigest()[:32]


def _headlines(
    story: Story, spoken: set[Language]
) -> Iterator[tuple[Language, Headline]]:
    for language in LANGUAGES:
        text = story.headline(language)
        if text is not None:
            yield language, Headline(text, language not in spoken)
