"""An edition as mail parts: HTML that fits a mail client, and plain text."""

import re
import textwrap
from collections.abc import Callable, Mapping

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

from monitor.digest.page import Caps, EditionView
from monitor.digest.phrases import Phrase, Said
from monitor.digest.view import view
from monitor.model import Language
from monitor.readers import Edition, RenderedEdition

MAX_HTML_BYTES = 90_000
"""Gmail cuts a mail off at 102 kB; transfer encoding adds up to a tenth."""

TEXT_WIDTH = 78

_CAPS = tuple(
    Caps(both, only=max(both // 2, 1), briefs=both, feeds=12)
    for both in (16, 14, 12, 10, 8, 6, 4, 2, 1)
)
"""From what a reader takes in over a coffee to what always fits."""

PALETTE: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper": "#f4f2ed",
        "sheet": "#ffffff",
        "ink": "#1d1c1a",
        "muted": "#625e57",
        "rule": "#e2ded5",
        "US": "#1c4f96",
        "MX": "#9f3a1b",
        "both": "#4a4266",
        "doubt": "#7d4f00",
    },
    "dark": {
        "paper": "#111214",
        "sheet": "#1a1b1e",
        "ink": "#ebe9e4",
        "muted": "#a8a49c",
        "rule": "#36373b",
        "US": "#8db7f2",
        "MX": "#f0a487",
        "both": "#bdb3dd",
        "doubt": "#e6b765",
    },
}
"""One colour per side, one for both. Texts reach WCAG AA on paper and on sheet."""

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def render(edition: Edition) -> RenderedEdition:
    """The edition in its subscriber's language, zone and, if many, in short.

    Both parts show the same stories; how many are left out is said in each section.
    """
    for caps in _CAPS:
        page = view(edition, caps)
        html = _html(page)
        if len(html.encode()) <= MAX_HTML_BYTES:
            break
    return RenderedEdition(subject=_spoken(page.subject), html=html, text=_text(page))


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
