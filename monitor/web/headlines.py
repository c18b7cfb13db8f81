"""One item as a page shows it: the original, what it means, where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.digest.headline import clean, web_link
from monitor.model import Item, Language, Member, Translation
from monitor.text import clip
from monitor.translation.checks import of_headline, of_summary
from monitor.web.guide import Guide

_TITLE_LENGTH = 300
_SUMMARY_LENGTH = 600
"""Characters shown. Longer ones are bodies in the wrong element."""


@dataclass(frozen=True, slots=True)
class TranslationView:
    """What a headline means, marked as a machine's."""

    text: str
    summary: str
    language: Language
    by: str
    """``machine translation, apertium``"""
    version: str
    doubts: str
    """Of the headline; empty when every check passed."""
    summary_doubts: str


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """A headline as published."""

    text: str
    summary: str
    language: Language
    href: str | None
    """None if the feed's link is not one that may be followed."""
    outlet: str
    at: str
    """ISO 8601, for programs."""
    when: str
    translation: TranslationView | None
    untranslated: str
    """Says so where an English reader would need a translation and there is none."""


def headline_view(member: Member, guide: Guide) -> HeadlineView:
    """One item of a story, in the guide’s words and on its clock."""
    return headline_of(member.item, member.translations, guide)


def headline_of(
    item: Item, translations: Mapping[Language, Translation], guide: Guide
) -> HeadlineView:
    """The same of an item by itself."""
    made = _translation(item, translations, guide)
    is_missing = item.language != guide.language and made is None
    return HeadlineView(
        text=clip(clean(item.title), _TITLE_LENGTH) or "…",
        summary=clip(clean(item.summary), _SUMMARY_LENGTH),
        language=item.language,
        href=web_link(item.url),
        outlet=clean(item.outlet),
        at=item.published.isoformat(),
        when=guide.when(item),
        translation=made,
        untranslated=guide.words.not_translated if is_missing else "",
    )


def _translation(
    item: Item, translations: Mapping[Language, Translation], guide: Guide
) -> TranslationView | None:
    made = translations.get(other_language(item))
    if made is None or not clean(made.title):
        return None
    return TranslationView(
        text=clip(clean(made.title), _TITLE_LENGTH),
        summary=clip(clean(made.summary or ""), _SUMMARY_LENGTH),
        language=made.language,
        by=guide.words.translated_by.format(engine=clean(made.engine)),
        version=clean(made.engine_version),
        doubts=_doubts(of_headline(made.warnings), guide),
        summary_doubts=_doubts(of_summary(made.warnings), guide),
    )


def _doubts(codes: tuple[str, ...], guide: Guide) -> str:
    return guide.doubts(codes) if codes else ""


def other_language(item: Item) -> Language:
    """The one an item is not written in."""
    return "en" if item.language == "es" else "es"
