"""
Which pairs are fit to learn from, and why the others are not.

A pair teaches what it shows: one that loses a number teaches to lose numbers. So a pair
is dropped whole rather than mended, but for white space.
"""

import re
from collections.abc import Mapping

from monitor.feeds.language import detect
from monitor.model import LANGUAGES
from monitor.text import fold, squeeze
from monitor.translation.checks import figures, figures_to_keep
from training.pairs import Pair

FAULTS: Mapping[str, str] = {
    "empty": "one side is empty",
    "control": "control characters, or characters that were lost",
    "code": "program text: markup, placeholders, paths, names with underscores",
    "letters": "fewer letters than other characters",
    "long": "more than 500 characters on one side: several sentences",
    "length": "one side is more than twice as long as the other",
    "same": "both sides are the same text",
    "language": "one side reads like the other language",
    "numbers": "a number of one side is missing on the other",
}
"""Every reason for which a pair is dropped, in the order of looking."""

LONGEST = 500
"""Characters. Sentences are cut before they are translated, so no longer ones come."""
MOST = 2.0
"""Times as long, past ``_MEASURABLE`` characters. Spanish runs a tenth to a fifth
longer; translations of news lie within 0.55 and 1.9 (monitor/translation/checks.py)."""
_MEASURABLE = 30
_LONELY = 3
"""Words of a text that may rightly be the same in both languages, as names are."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\u2028\u2029\ue000-\uf8ff]")
_CODE = re.compile(
    r"[_{}\[\]<>|\\^~`=]|://|\b\w+\.\w+\(|\w\(\)|%[sdr(]|\$\w|--\w|\w::\w|\.\w+\.\w+\b\S*/"
)
"""Its marks stand in no newspaper. argostranslate, too, turns underscores to blanks."""
_THOUSANDS = re.compile(r"\d mil\b")
_LOOSE = re.compile(r"\s+(?=[,.;:!?)»”](?:\s|$))|(?<=[(«“¡¿])\s+")
"""Blanks that a tokenizer has left before or after a mark."""


def normal(pair: Pair) -> Pair:
    """The pair with its white space in order.

    >>> normal(Pair("¿ Quién  es ?", "Who is it ?", "x"))
    Pair(es='¿Quién es?', en='Who is it?', dataset='x')
    """
    es, en = (_LOOSE.sub("", squeeze(side)) for side in (pair.es, pair.en))
    return Pair(es, en, pair.dataset)


def fault(pair: Pair) -> str:
    """The first of ``FAULTS`` that the pair has; empty if it has none."""
    both = (pair.es, pair.en)
    short, long = sorted(map(len, both))
    if not short:
        return "empty"
    if any(map(_CONTROL.search, both)):
        return "control"
    if any(map(_CODE.search, both)):
        return "code"
    if not all(map(_is_mostly_letters, both)):
        return "letters"
    if long > LONGEST:
        return "long"
    if long > _MEASURABLE and long > MOST * short:
        return "length"
    if fold(pair.es) == fold(pair.en) and len(pair.en.split()) > _LONELY:
        return "same"
    if any(detect(pair.side(x)) not in {x, None} for x in LANGUAGES):
        return "language"
    if not _keeps_numbers(pair):
        return "numbers"
    return ""


def _is_mostly_letters(text: str) -> bool:
    letters = sum(c.isalpha() for c in text)
    return 2 * letters >= len(text) - text.count(" ")


def _keeps_numbers(pair: Pair) -> bool:
    """Either way, by what translations are held to."""
    if not figures_to_keep(pair.es) <= figures(pair.en):
        return False
    is_in_words = _THOUSANDS.search(pair.es)  # 20 mil 900, which in English is 20,900
    return bool(is_in_words) or figures_to_keep(pair.en) <= figures(pair.es)
