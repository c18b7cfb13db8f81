"""The shapes of a page, as the templates read them: words said, links checked."""

from dataclasses import dataclass

from monitor.digest.phrases import Said
from monitor.digest.sections import SectionKey
from monitor.model import Country, Language
from monitor.readers import Image, Links


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of an edition is shown; what is left out is counted aloud."""

    full: int
    """Stories told in full in each section that matters most: watched, crossed, new."""
    less: int
    """In each of the others: continuing, blind spots, of one side alone."""
    briefs: int
    """Stories per section told in a line or two after those."""
    feeds: int
    """Feeds that did not answer; and corrections."""


@dataclass(frozen=True, slots=True)
class TranslationView:
    """A headline in the reader's language, marked as a machine's."""

    text: str
    language: Language
    label: str
    """``In English``, in the language translated into."""
    by: Said
    doubts: Said


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """One item: its headline as published, where, when, and what it means."""

    text: str
    language: Language
    href: str | None
    """None if the feed's link is not one that may be followed."""
    outlet: str
    when: Said
    translation: TranslationView | None
    untranslated: Said
    """Says so where the reader would need a translation and there is none."""


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of one story."""

    side: Country
    name: Said
    headline: HeadlineView
    counts: tuple[Said, ...]
    also_label: Said
    first: HeadlineView | None
    """What the lag is measured from, if the headline is another."""
    also: tuple[HeadlineView, ...]
    """That one, and the first item of each further outlet."""
    more: Said


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said about a story in one language; empty where there is nothing."""

    language: Language
    certainty: str
    firsts: str
    """The two items that the lag lies between, where the headlines shown are others."""
    age: str
    watched: str
    themes: str
    silence: str
    """Why it is a blind spot, or for how long it was one."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story, told by one side or two."""

    id: str
    leader: Country | None
    lag: Said
    """Empty for a story of one side."""
    is_bounded: bool
    """Whether the lag may be quite different."""
    remarks: tuple[Remark, ...]
    sides: tuple[SideView, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart."""

    title: Said
    image: Image
    lines: tuple[str, ...]
    """The same in characters, for whoever reads no pictures."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """Stories of one kind."""

    key: SectionKey
    colour: str
    """``both``, ``US`` or ``MX``."""
    title: Said
    note: Said
    """What the other side's silence is worth."""
    stories: tuple[StoryView, ...]
    briefs_title: Said
    briefs: tuple[StoryView, ...]
    more: Said
    """How many stories are left out."""
    pictures: tuple[Picture, ...]
    """What is drawn of the stories up to here."""


@dataclass(frozen=True, slots=True)
class TallyView:
    """One number at the top."""

    key: str
    number: Said
    label: Said
    share: int
    """Of all stories, in per cent."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """One feed that did not answer."""

    outlet: str
    side: Said
    reason: str
    last_read: Said


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One correction by a person."""

    what: Said
    reason: Said
    stories: tuple[HeadlineView, ...]


@dataclass(frozen=True, slots=True)
class EditionView:
    """The whole page."""

    languages: tuple[Language, ...]
    title: Said
    date: Said
    preface: Said
    subject: Said
    tallies: tuple[TallyView, ...]
    leads: Said
    pictures: tuple[Picture, ...]
    """Of the edition as a whole."""
    empty: Said
    sections: tuple[SectionView, ...]
    """Those with something to say."""
    corrections_title: Said
    corrections: tuple[CorrectionView, ...]
    more_corrections: Said
    colophon: Said
    feeds_title: Said
    feeds_down: tuple[FeedView, ...]
    more_feeds: Said
    notes: tuple[Said, ...]
    links: Links
    view_in_browser: Said
    unsubscribe: Said
