"""
Whether a story of one side names the other: what both countries have to do with is
taken up far more often than what happens in one of them.

Plain words of news, in both languages; no list of people, who change.
"""

import re
from collections.abc import Iterable, Mapping

from monitor.model import Country

_NAMES: Mapping[Country, re.Pattern[str]] = {
    "MX": re.compile(
        r"(?<!new )(?<!nuevo )(?<!gulf of )(?<!golfo de )m[eé]xic|\bborder\b(?! town)"
        r"|\bfronter(?:a|izo|iza)s?\b|\btijuana\b|\bju[aá]rez\b|\bcartels?\b",
        re.IGNORECASE,
    ),
    "US": re.compile(
        r"\bestados unidos\b|\bestadounidenses?\b|\buni[oó]n americana\b"
        r"|\bEE\. ?UU\b|\bEEUU\b|\bE\.? ?U\.|\bEU\b|\bwashington\b"
        r"|\bcasa blanca\b|\bfrontera (?:norte|sur)\b|\bunited states\b"
        r"|\bU\. ?S\.|\bUS\b|\bwhite house\b"
    ),
}
"""By the side that is named. The first is read whatever the case; of the second, names
in letters alone mean something else in small ones, so both spellings are tried."""
_SHARE = 0.5


def names_other(side: Country, text: str) -> bool:
    """Whether a text that an outlet of one side wrote names the other side."""
    if side == "US":
        return _NAMES["MX"].search(text) is not None
    pattern = _NAMES["US"]
    return bool(pattern.search(text) or pattern.search(text.lower()))


def naming(texts: Iterable[tuple[str, Country, str]]) -> frozenset[str]:
    """The stories of which half of the items or more name the other side.

    ``texts`` are one an item: its story, its side, its title and summary.
    """
    items: dict[str, int] = {}
    named: dict[str, int] = {}
    for story, side, text in texts:
        items[story] = items.get(story, 0) + 1
        named[story] = named.get(story, 0) + names_other(side, text)
    return frozenset(s for s, count in items.items() if named[s] >= _SHARE * count)
