"""Words that each side uses more, and headlines that were changed -> views."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.coverage.keyness import SURE_OF, Word
from monitor.coverage.retitles import Retitle
from monitor.digest.headline import clean
from monitor.model import SIDES, Country, Language
from monitor.text import clip
from monitor.web.evidence import Evidence, evidence
from monitor.web.guide import Guide

_SHOWN = 12
"""Words of each side."""
_HEADLINES = 20
"""Behind each word."""
_TITLE = 300


@dataclass(frozen=True, slots=True)
class WordView:
    """One word, with what it was counted from."""

    written: str
    language: Language
    z: str
    items: str
    others: str
    """In how many items of the other side it stands, too."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class SideWords:
    """The words of one side."""

    side: Country
    name: str
    against: str
    """What its words were compared with."""
    least: str
    """z from which they are shown."""
    words: tuple[WordView, ...]


@dataclass(frozen=True, slots=True)
class RetitleView:
    """One change of one headline."""

    item: str
    outlet: str
    side: Country
    language: Language
    when: str
    after_hours: str
    """How long after its publication; empty for an undated item."""
    before: str
    after: str
    went: tuple[str, ...]
    came: tuple[str, ...]


def side_words(
    words: Iterable[Word], guide: Guide, here: Collection[str]
) -> tuple[SideWords, ...]:
    """Those of each side that are sure, the surest first; sides without are left out.

    A side may be compared with the other in one language and with what is usual in the
    other; scores of the two do not compare, so that they stand apart.
    """
    sure = [word for word in words if word.is_sure]
    cells = [(side, against) for side in SIDES for against in SURE_OF]
    return tuple(
        SideWords(
            side=side,
            name=guide.words.side[side],
            against=against,
            least=f"{SURE_OF[against]:.2f}",
            words=tuple(_word(word, guide, here) for word in found[:_SHOWN]),
        )
        for side, against in cells
        if (found := [w for w in sure if (w.side, w.against) == (side, against)])
    )


def retitle_views(
    found: Sequence[Retitle], guide: Guide, here: Collection[str]
) -> tuple[RetitleView, ...]:
    """Changes of headlines, in their order; ``here`` are the items on the page."""
    return tuple(
        RetitleView(
            item=each.item.id if each.item.id in here else "",
            outlet=clean(each.item.outlet),
            side=each.item.country,
            language=each.item.language,
            when=guide.moment(each.at),
            after_hours=_after(each, guide),
            before=clip(clean(each.before), _TITLE) or "…",
            after=clip(clean(each.after), _TITLE) or "…",
            went=tuple(map(clean, each.went)),
            came=tuple(map(clean, each.came)),
        )
        for each in found
    )


def _word(word: Word, guide: Guide, here: Collection[str]) -> WordView:
    return WordView(
        written=clean(word.written),
        language=word.language,
        z=f"{word.leaning.z:.1f}",
        items=guide.count(len(word.items), guide.words.items),
        others=guide.number(len(word.others)),
        evidence=evidence(word.items, guide, _HEADLINES, here),
    )


def _after(each: Retitle, guide: Guide) -> str:
    if each.minutes is None or each.minutes < 1:
        return ""
    return guide.duration(each.minutes)
