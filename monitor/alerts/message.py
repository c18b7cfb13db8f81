"""
What an alert says: notices -> a title and a text, or a document for programs.

Headlines are strangers' words. Whatever a channel makes of its texts, they stay words:
they form no markup, mention nobody, and lead nowhere. Only links to the items, and to
the dashboard where its address is known, are links.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.alerts.notice import Headline, Notice, as_json
from monitor.alerts.wording import WORDS, Words
from monitor.digest.phrases import Speaker
from monitor.model import OTHER, SIDES, Language
from monitor.text import clip

VERSION = 1
"""Of the document that webhooks get; raised when a field goes or changes meaning."""

TITLE_LENGTH = 120
"""Characters of a title; channels cut later ones, at 250 most of them."""

_WAITED = timedelta(minutes=1)
"""What was noticed so long before it is told says when."""

Form = Literal["text", "markdown", "html"]

_GAP = "\u200b"  # zero width space: takes no room and breaks what it stands in


@dataclass(frozen=True, slots=True)
class Message:
    """What one alert tells at once."""

    id: str
    """Stable: the same whenever it is offered again."""
    alert: str
    languages: tuple[Language, ...]
    made: datetime
    notices: tuple[Notice, ...]
    more: int = 0
    """Further notices, which it only counts."""
    is_test: bool = False
    tz: str = "UTC"
    """On whose clock it says when what waited was noticed."""


def document(message: Message, base: str = "") -> dict[str, Any]:
    """The message for programs, as docs/alerts.md has it.

    ``base`` is the dashboard's address, without a slash at the end; empty: none.
    """
    return {
        "version": VERSION,
        "id": message.id,
        "alert": message.alert,
        "made": message.made.isoformat(timespec="seconds"),
        "test": message.is_test,
        "notices": [
            as_json(notice) | {"page": _page(notice, base)}
            for notice in message.notices
        ],
        "more": message.more,
    }


def title(message: Message) -> str:
    """One line: which alert, what, and of one story its headline."""
    language = message.languages[0]
    words = WORDS[language]
    if message.is_test:
        return tame(clip(f"[{message.alert}] {words.test}", TITLE_LENGTH))
    count = len(message.notices) + message.more
    stories = {notice.story or notice.side for notice in message.notices}
    if message.more or len(stories) > 1:
        return tame(clip(f"[{message.alert}] {words.many.format(n=count)}", 120))
    first = message.notices[0]
    what = f"[{message.alert}] {words.kinds[first.kind]}"
    named = _best(first, language)
    return tame(clip(f"{what}: {named}" if named else what, TITLE_LENGTH))


def body(message: Message, form: Form, limit: int, base: str = "") -> str:
    """The text, in at most ``limit`` characters of its form.

    What does not fit is left out by the story, from the end, and counted; of a story
    that does not fit alone, the sources and then the links are left out.
    """
    marks = _FORMS[form]
    if message.is_test:
        tests = (marks.escape(WORDS[each].test_text) for each in message.languages)
        return marks.line.join(tests)[:limit]
    blocks = [_block(each, message, marks, base) for each in _by_story(message.notices)]
    for shown in range(len(blocks), 0, -1):
        left = len(blocks) - shown + message.more
        rest = [_more(left, message, marks)] if left else []
        text = marks.gap.join([*blocks[:shown], *rest])
        if len(text) <= limit:
            return text
    return _short(message, marks, limit)


def _short(message: Message, marks: "_Marks", limit: int) -> str:
    """The bare statement of the first notice, as much as fits of it."""
    first = message.notices[0]
    lines = [_statement(first, message.languages[0])]
    if named := _best(first, message.languages[0]):
        lines.append(named)
    plain = tame(" · ".join(lines))
    for length in range(min(len(plain), limit), 0, -1):
        text = marks.escape(clip(plain, length))
        if len(text) <= limit:
            return text
    return ""


# --- blocks ----------------------------------------------------------------------


def _by_story(notices: Sequence[Notice]) -> list[list[Notice]]:
    """Notices of one story, or of one side, together."""
    found: dict[str, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.story or f"side {notice.side}", []).append(notice)
    return list(found.values())


def _block(
    notices: Sequence[Notice], message: Message, marks: "_Marks", base: str
) -> str:
    """What happened to one story, and its headlines."""
    newest = notices[-1]
    said = [
        marks.bold(
            marks.escape(
                tame(_statement(notice, language)) + _noticed(notice, message, language)
            )
        )
        for notice in notices
        for language in message.languages
    ]
    shown = [
        line
        for headline in newest.headlines
        for line in _headline_lines(headline, message.languages, marks)
    ]
    page, words = _page(newest, base), WORDS[message.languages[0]]
    sources = words.sources.format(
        items=newest.items, outlets=newest.outlets, owners=newest.owners
    )
    last = [marks.escape(sources)] if newest.story else []
    links = [marks.link(marks.escape(words.page), page)] if page else []
    return marks.line.join([*said, *shown, *last, *links])


def _noticed(notice: Notice, message: Message, language: Language) -> str:
    """When, of what waited for a cool-down or the end of quiet hours."""
    if message.made - notice.at < _WAITED:
        return ""
    zone = notice.at.astimezone(ZoneInfo(message.tz))
    time = f"{Speaker(language, message.tz).time(notice.at)} {zone:%Z}"
    return " " + WORDS[language].noticed.format(time=time)


def _headline_lines(
    headline: Headline, languages: Sequence[Language], marks: "_Marks"
) -> Iterator[str]:
    """The original with its outlet; a translation a reader needs, marked as one."""
    named = marks.escape(tame(headline.text))
    url = _safe_address(headline.url)
    linked = marks.link(named, url) if url else named
    outlet = marks.escape(f"{headline.side} · {tame(headline.outlet)}: ")
    yield outlet + linked
    other = OTHER[headline.language]
    made = headline.translations.get(other)
    if made and other in languages:
        words = WORDS[other]
        doubt = f", {words.doubtful}" if made.doubts else ""
        by = f"({words.translated.format(engine=tame(made.engine))}{doubt})"
        yield marks.escape(f"= {tame(made.text)} {by}")


def _more(count: int, message: Message, marks: "_Marks") -> str:
    words = (WORDS[language].more.format(n=count) for language in message.languages)
    return marks.escape(" / ".join(words))


def _best(notice: Notice, language: Language) -> str:
    """A headline for who reads this language: an original before a translation."""
    own = [h.text for h in notice.headlines if h.language == language]
    made = [
        h.translations[language].text
        for h in notice.headlines
        if language in h.translations
    ]
    return next(iter((*own, *made, *(h.text for h in notice.headlines))), "")


def _page(notice: Notice, base: str) -> str:
    """The story's page on the dashboard; empty without one."""
    return (
        f"{base}/stories/{quote(notice.story, safe='')}"
        if base and notice.story
        else ""
    )


# --- statements ------------------------------------------------------------------


def _statement(notice: Notice, language: Language) -> str:
    """What happened, in one sentence without a full stop."""
    words = WORDS[language]
    match notice.kind:
        case "watchlist":
            return words.watchlist.format(names=", ".join(notice.watchlists))
        case "crossing":
            return _crossing(notice, language)
        case "quiet":
            return _quiet(notice, words)
    figures = {name: _figure(value) for name, value in (notice.counts or {}).items()}
    sentence = words.jump if notice.kind == "jump" else words.blind_spot
    silent = notice.side or "US"
    covering = next(side for side in SIDES if side != silent)
    sides = {"silent": words.side[silent], "covering": words.side[covering]}
    return sentence.format(**figures, **sides)


def _crossing(notice: Notice, language: Language) -> str:
    words = WORDS[language]
    if notice.lag_minutes is None:
        return words.crossed_unknown
    doubt = words.certainty.get(notice.lag_certainty or "", "")
    if notice.leader is None:
        return words.crossed_together + doubt
    second = next(side for side in SIDES if side != notice.leader)
    lag = Speaker(language, "UTC").duration(notice.lag_minutes)
    sides = {"leader": words.side[notice.leader], "second": words.side[second]}
    return words.crossed.format(lag=lag, **sides) + doubt


def _quiet(notice: Notice, words: Words) -> str:
    counts = notice.counts or {}
    figures = {name: _figure(value) for name, value in counts.items()}
    side = words.side[notice.side or "US"]
    parts = [
        *([words.down.format(**figures)] if "down" in counts else []),
        *([words.low.format(**figures)] if "usual" in counts else []),
    ]
    return f"{words.quiet.format(side=side)}: {'; '.join(parts)}"


def _figure(value: float) -> str:
    """``3.2``; ``14``."""
    return f"{value:.1f}".removesuffix(".0")


# --- strangers' words --------------------------------------------------------------

_TAMED = (
    (re.compile(r"[<\uff1c]"), "‹"),
    (re.compile(r"[>\uff1e]"), "›"),
    (re.compile(r"\*"), "\u2217"),
    (re.compile(r"`"), "\u02cb"),
    (re.compile(r"\|"), "\u2223"),
    (re.compile(r"~"), "\u223c"),
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "\u02cd"),
    (re.compile(r"@"), f"@{_GAP}"),
    (re.compile(r"(?<=\w):(?=//)"), f":{_GAP}"),
    (re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})"), f".{_GAP}"),
    (re.compile(r"\](?=[(\[])"), f"]{_GAP}"),
    (re.compile(r"([#&/!])(?=\w)"), rf"\1{_GAP}"),
)
"""Tags of HTML and of chats (``<!channel>``); marks of emphasis, code and spoilers,
which chats read in titles and plain texts too; mentions, addresses that chats make
links of by themselves, links of Markdown, channels and commands."""


def tame(text: str) -> str:
    """Words that stay words, whatever a channel makes of its texts.

    >>> tame("<b>") + tame("@everyone").replace("\\u200b", "|")
    '‹b›@|everyone'
    """
    for pattern, instead in _TAMED:
        text = pattern.sub(instead, text)
    return text


_UNSAFE = re.compile(r"[\s<>()\[\]{}\"'`|\\^*@]")


def _safe_address(url: str) -> str:
    """An address that ends no link and no markup that it stands in."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), url)


@dataclass(frozen=True, slots=True)
class _Marks:
    """How one form of text marks things."""

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    """From an escaped text and a safe address."""
    line: str
    """Between lines."""
    gap: str
    """Between stories."""


def _as_is(text: str) -> str:
    return text


_MARKDOWN = re.compile(r"([\\`*_\[\]~|#])")

_FORMS: Mapping[Form, _Marks] = {
    "text": _Marks(_as_is, _as_is, lambda text, url: f"{text}\n{url}", "\n", "\n\n"),
    "markdown": _Marks(
        lambda text: _MARKDOWN.sub(r"\\\1", text),
        lambda text: f"**{text}**",
        lambda text, url: f"[{text}]({url})",
        "  \n",
        "\n\n",
    ),
    "html": _Marks(
        lambda text: html.escape(text),
        lambda text: f"<b>{text}</b>",
        lambda text, url: f'<a href="{html.escape(url)}">{text}</a>',
        "<br>\n",
        "<br>\n<br>\n",
    ),
}
