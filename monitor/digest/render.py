"""An edition as mail parts: HTML that fits a mail client, and plain text."""

import re
import textwrap
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

import css_inline
from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from monitor.digest.page import Caps, EditionView, Picture
from monitor.digest.palette import PALETTE
from monitor.digest.phrases import Phrase, Said
from monitor.digest.view import View
from monitor.model import Language
from monitor.readers import Edition, Length, RenderedEdition

MAX_HTML_BYTES = 90_000
"""Gmail cuts a mail off at 102 kB; transfer encoding adds up to a tenth."""

TEXT_WIDTH = 78

_SHORT = (5, 4, 3, 2, 1)
_STANDARD = (16, 14, 12, 10, 8, 7, 6, *_SHORT)
_SIZES: Mapping[Length, tuple[int, ...]] = {
    "short": _SHORT,
    "standard": _STANDARD,
    "full": (60, 50, 40, 32, 26, 20, *_STANDARD),
}
"""Stories told in full per section: from what a reader takes in over a coffee, or in a
minute, or wants to have seen, to what fits on nearly every day."""


def _caps(length: Length) -> list[Caps]:
    """The most first; the last leaves out every story, and always fits."""
    sizes = [
        Caps(n, less=-(-n // 2), briefs=min(n, 16), feeds=12) for n in _SIZES[length]
    ]
    return [*sizes, Caps(0, 0, 0, 0)]


_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def render(edition: Edition) -> RenderedEdition:
    """The edition in its subscriber's language, zone and, if many, in short.

    Both parts show the same stories; how many are left out is said in each section.
    The HTML refers to the images by ``cid:``.
    """
    page, html = _fitting(edition)
    return RenderedEdition(
        subject=_spoken(page.subject),
        html=html,
        text=_text(page),
        images=tuple(picture.image for picture in _pictures(page)),
        told=frozenset(
            story.id
            for section in page.sections
            for story in (*section.stories, *section.briefs)
        ),
    )


def with_images(rendered: RenderedEdition) -> str:
    """The HTML with its images inside: for a browser, which knows no ``cid:``."""
    html = rendered.html
    for image in rendered.images:
        body = b64encode(image.png).decode()
        # In an element alone: a headline or link of a feed's may say the same.
        shown = re.compile(f'(<img [^<>]*?)src="cid:{re.escape(image.cid)}"')
        html = shown.sub(rf'\1src="data:image/png;base64,{body}"', html)
    return html


def _fitting(edition: Edition) -> tuple[EditionView, str]:
    """As much of the edition as fits into a mail; the more, the longer the HTML."""
    view, caps = View(edition), _caps(edition.subscriber.length)
    tried: dict[int, tuple[EditionView, str]] = {}

    def fits(n: int) -> bool:
        page = view.edition(caps[n])
        tried[n] = page, _html(page)
        return len(tried[n][1].encode()) <= MAX_HTML_BYTES

    if fits(0):
        return tried[0]
    found = bisect_left(range(1, len(caps) - 1), True, key=fits) + 1
    if found not in tried:
        fits(found)
    return tried[found]


def _pictures(page: EditionView) -> Iterator[Picture]:
    yield from page.pictures
    for section in page.sections:
        yield from section.pictures


def _html(page: EditionView) -> str:
    template = _templates.get_template("edition.html")
    return _inliner.inline(template.render(page=page, palette=PALETTE))


def _text(page: EditionView) -> str:
    text = _templates.get_template("edition.txt").render(page=page)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _spoken(said: Said) -> str:
    return " / ".join(phrase.text for phrase in said)


@pass_context
def _marked(context: Context, said: Said) -> Markup:
    """For HTML: words that are not in the page's first language say so."""
    phrases = (_in_language(context["page"].languages[0], phrase) for phrase in said)
    return Markup(" · ").join(phrases)


def _in_language(page: Language, phrase: Phrase) -> Markup:
    if phrase.language == page:
        return escape(phrase.text)
    return Markup('<span lang="{}">{}</span>').format(phrase.language, phrase.text)


def _wrapped(text: str, indent: int = 0, hang: int = 0) -> str:
    """Lines of at most TEXT_WIDTH, but for words that are longer, such as links."""
    return textwrap.fill(
        text,
        TEXT_WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _underlined(text: str, stroke: str) -> str:
    wrapped = _wrapped(text)
    return f"{wrapped}\n{stroke * max(map(len, wrapped.splitlines()))}"


_filters: dict[str, Callable[..., str]] = {
    "marked": _marked,
    "spoken": _spoken,
    "wrapped": _wrapped,
    "underlined": _underlined,
}
_templates = Environment(
    loader=PackageLoader("monitor.digest"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(_filters)
