"""Items and stories behind a number, as links: the first few, and how many more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from monitor.digest.headline import clean, web_link
from monitor.model import LANGUAGES, Item, Language, Story
from monitor.text import clip
from monitor.web.guide import Guide

_LENGTH = 200
"""Characters of a headline that are shown in a list."""


@dataclass(frozen=True, slots=True)
class ItemLink:
    """One headline as published, and where it leads."""

    id: str
    """Of an item that stands on the same page; else empty."""
    href: str | None
    """Its outlet's page; None if the feed's link may not be followed."""
    text: str
    language: Language
    outlet: str
    when: str
    note: str
    """What is to be seen in it, such as the words that stand there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a number was counted from."""

    links: tuple[ItemLink, ...]
    more: int
    """How many are left out."""


@dataclass(frozen=True, slots=True)
class StoryLink:
    """One story, by its page."""

    id: str
    text: str
    """A headline as published."""
    language: Language
    note: str = ""
    meaning: str = ""
    """What it means in the page's language, by a machine; empty where it needs none."""
    meaning_language: Language = "en"


@dataclass(frozen=True, slots=True)
class StoryList:
    """The stories a number was counted from."""

    links: tuple[StoryLink, ...]
    more: int
    """How many are left out."""


def evidence(
    items: Sequence[Item],
    guide: Guide,
    most: int,
    here: Collection[str] = (),
    notes: Mapping[str, str] | None = None,
) -> Evidence:
    """The first ``most`` of some items; those ``here`` are led to on the page itself.

    ``notes`` are by the ids of items.
    """
    links = (
        ItemLink(
            id=item.id if item.id in here else "",
            href=web_link(item.url),
            text=clip(clean(item.title), _LENGTH) or "…",
            language=item.language,
            outlet=clean(item.outlet),
            when=guide.when(item),
            note=clean((notes or {}).get(item.id, "")),
        )
        for item in items[:most]
    )
    return Evidence(tuple(links), max(len(items) - most, 0))


def story_link(story: Story, guide: Guide, note: str = "") -> StoryLink:
    """By a headline of its own in the guide's language, else by its first one."""
    texts = {x: clean(story.headline(x) or "") for x in LANGUAGES}
    written = [m.item.language for m in story.members]
    own = guide.language
    if written and own not in written:
        own = written[0]
    meaning = texts[guide.language] if own != guide.language else ""
    return StoryLink(
        story.id,
        clip(texts[own], _LENGTH) or "…",
        own,
        note,
        clip(meaning, _LENGTH),
        guide.language,
    )


def story_list(links: Sequence[StoryLink], most: int) -> StoryList:
    """The first ``most`` of some stories."""
    return StoryList(tuple(links[:most]), max(len(links) - most, 0))
