"""An item -> its headline as a reader sees it: original, meaning, outlet and link."""

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.digest.page import HeadlineView, TranslationView
from monitor.digest.phrases import Voice
from monitor.digest.wording import WORDING
from monitor.model import Member, Translation
from monitor.text import clip, squeeze
from monitor.translation.checks import of_headline

_TITLE_LENGTH = 220
"""Characters of a headline shown. Longer ones are bodies in the wrong element."""
_REMEMBERED = 1 << 16
"""Texts and addresses that were looked at: the editions of one morning tell the same
ones, and those of 7,000 items a day have 30,000 items."""
_UNSEEN = {"Cc", "Cf", "Cs"}
"""Unicode categories that are invisible, turn the line around or cannot be encoded."""


def headline(member: Member, voice: Voice) -> HeadlineView:
    """The headline in its own words, and in the reader's if those are others."""
    item = member.item
    translation = _translation(member, voice)
    is_foreign = any(language != item.language for language in voice.languages)
    fine_print = voice.beside(item.language)
    is_missing = is_foreign and voice.translates and translation is None
    return HeadlineView(
        text=clip(clean(item.title), _TITLE_LENGTH) or "…",
        language=item.language,
        href=web_link(item.url),
        outlet=clean(item.outlet),
        when=fine_print.say(lambda s: s.when(item)),
        translation=translation,
        untranslated=(
            voice.say(lambda s: s.words.not_translated) if is_missing else ()
        ),
    )


@lru_cache(maxsize=_REMEMBERED)
def clean(text: str) -> str:
    """Text on one line, without characters that hide, reorder or break it."""
    line = _cleaned(text)
    return text if line == text else line  # one of the two is enough to remember


def _cleaned(text: str) -> str:
    line = squeeze(text)
    if line.isprintable():  # nearly every text is, and has nothing of _UNSEEN
        return line
    return "".join(c for c in line if unicodedata.category(c) not in _UNSEEN)


def _translation(member: Member, voice: Voice) -> TranslationView | None:
    """Into a language the reader reads, if wanted; an empty one is none."""
    found = [
        member.translations[language]
        for language in voice.languages
        if voice.translates and language in member.translations
    ]
    return _view(found[0], voice) if found and clean(found[0].title) else None


def _view(made: Translation, voice: Voice) -> TranslationView:
    engine, codes = clean(made.engine), of_headline(made.warnings)
    voice = voice.beside(made.language)
    return TranslationView(
        text=clip(clean(made.title), _TITLE_LENGTH),
        language=made.language,
        label=WORDING[made.language].in_this_language,
        by=voice.say(lambda s: s.words.translated_by.format(engine=engine)),
        doubts=voice.say(lambda s: s.doubts(codes)) if codes else (),
    )


@lru_cache(maxsize=_REMEMBERED)
def web_link(url: str) -> str | None:
    """The address if it is one of the web; a feed may link to anything."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return url if is_web and url == _cleaned(url) and " " not in url else None
