"""
Which words a side uses more than the other, in its own language, from originals alone.

A word is a lemma that stands in an item's title or summary; what is counted is items,
each text once an outlet. Where both sides write a language they are compared with each
other in it, otherwise each with the background of its language: what that language's
outlets wrote in the weeks before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from monitor.coverage.odds import SURE, Leaning, leanings
from monitor.coverage.originals import Original, once
from monitor.coverage.stopwords import STOPWORDS
from monitor.model import LANGUAGES, SIDES, Country, Item, Language
from monitor.stories.tokens import forms

MIN_TEXTS = 3
"""Independent texts in which the side that leans to a word must have it."""
MIN_OUTLETS = 2
"""And outlets: one paper's house words say nothing of its side."""
MIN_SIDE = 3
"""Texts of a language that a side must have to be compared in it at all."""
MIN_BACKGROUND = 200
"""Items of a language below which its background says nothing."""

Against = Literal["other side", "background"]
SURE_OF: Mapping[Against, float] = {"other side": SURE, "background": 3.29}
"""z from which a word is shown. A few items have hundreds of words, each of which is
compared with thousands of items: against the background it takes what chance would do
once in a thousand times. Measured on real items dealt out at random; see the docs."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word that one side uses more."""

    lemma: str
    """Folded."""
    written: str
    """As the side writes it most often."""
    language: Language
    side: Country
    against: Against
    """Scores against the other side and against the background do not compare."""
    leaning: Leaning
    """Of the side, above 0."""
    items: tuple[Item, ...]
    """Of the side, by (published, id): those in which it stands."""
    others: tuple[Item, ...]
    """Of the other side, in whichever language: those in which it stands, too, spelt
    the same, as names and numbers are."""
    usual: int
    """In how many items of the background it stands."""

    @property
    def is_sure(self) -> bool:
        """Whether chance is a poor reason for it."""
        return self.leaning.z >= SURE_OF[self.against]


@dataclass(frozen=True, slots=True)
class Background:
    """How often each lemma stands in what a language's outlets wrote."""

    items: int
    counts: Mapping[str, int]
    """Lemma -> items."""


class Usual:
    """What a language's items say, and which of them, so that some can be left out."""

    def __init__(self, found: Iterable[Original], language: Language) -> None:
        kept = once(o for o in found if o.item.language == language)
        self._items = len(kept)
        self._counts: Counter[str] = Counter()
        self._named: dict[str, list[Original]] = defaultdict(list)
        for each in kept:
            self._counts.update(lemmas(each.item).keys())
            for name in {each.text, each.item.id}:
                self._named[name].append(each)

    def without(self, names: Iterable[str]) -> Background:
        """The background but for some texts, by the ids of their items."""
        left = {o.item.id: o for name in names for o in self._named.get(name, ())}
        counts = self._counts.copy()
        for each in left.values():
            counts.subtract(lemmas(each.item).keys())
        kept = {lemma: n for lemma, n in counts.items() if n} if left else counts
        return Background(self._items - len(left), kept)


def lemmas(item: Item) -> dict[str, str]:
    """Lemma -> as first written, for the words and numbers of an item."""
    stop = STOPWORDS[item.language]
    found: dict[str, str] = {}
    for text in (item.title, item.summary):
        for written, folded, lemma in forms(text, item.language):
            is_grammar = lemma in stop or folded in stop
            if not is_grammar and (len(lemma) > 1 or lemma.isdecimal()):
                found.setdefault(lemma, written)
    return found


def is_comparable(found: Iterable[Original]) -> bool:
    """Whether a side has texts enough of a language to be compared in it at all."""
    cells: dict[tuple[Country, Language], set[str]] = defaultdict(set)
    for each in found:
        cells[each.item.country, each.item.language].add(each.text)
    return any(len(texts) >= MIN_SIDE for texts in cells.values())


def keyness(
    found: Iterable[Original], backgrounds: Mapping[Language, Background]
) -> tuple[Word, ...]:
    """The words of each side, the surest first; the order of ``found`` does not matter.

    Those below the least counts are left out, and so is a language in which a side has
    too few texts. Those that are not sure are told, too: whoever shows words cuts.
    """
    table = _Table.of(once(found), backgrounds)
    words: list[Word] = []
    for language in LANGUAGES:
        able = [s for s in SIDES if table.uses[s, language].texts >= MIN_SIDE]
        if len(able) == 2:
            words += table.direct(language)
        elif able and table.usual(language).items >= MIN_BACKGROUND:
            words += table.apart(able[0], language)
    return tuple(sorted(words, key=lambda w: (-w.leaning.z, w.language, w.lemma)))


@dataclass(frozen=True, slots=True)
class _Uses:
    """What one side writes in one language."""

    found: Mapping[str, Sequence[tuple[Original, str]]]
    """Lemma -> the items in which it stands, and as they write it."""
    texts: int

    def counts(self) -> dict[str, int]:
        """Lemma -> items."""
        return {lemma: len(of) for lemma, of in self.found.items()}

    def items(self, lemma: str) -> tuple[Item, ...]:
        """Those in which it stands."""
        return tuple(each.item for each, _ in self.found.get(lemma, ()))

    def is_backed(self, lemma: str) -> bool:
        """Whether enough texts and outlets have it."""
        found = [each for each, _ in self.found.get(lemma, ())]
        is_enough = len({each.text for each in found}) >= MIN_TEXTS
        return is_enough and len({each.item.outlet for each in found}) >= MIN_OUTLETS


@dataclass(frozen=True, slots=True)
class _Table:
    """What both sides write in both languages, beside what is usual there."""

    uses: Mapping[tuple[Country, Language], _Uses]
    backgrounds: Mapping[Language, Background]

    @classmethod
    def of(
        cls, kept: Sequence[Original], backgrounds: Mapping[Language, Background]
    ) -> "_Table":
        """That of some originals, each text once an outlet."""
        cells = [(side, language) for side in SIDES for language in LANGUAGES]
        found: dict[tuple[Country, Language], list[Original]] = {c: [] for c in cells}
        for each in kept:
            found[each.item.country, each.item.language].append(each)
        return cls({cell: _read(found[cell]) for cell in cells}, backgrounds)

    def usual(self, language: Language) -> Background:
        """What is usual in a language; nothing if that is not known."""
        return self.backgrounds.get(language, Background(0, {}))

    def direct(self, language: Language) -> Iterable[Word]:
        """The words of either side, compared with the other's."""
        us, mx = (self.uses[side, language] for side in SIDES)
        for lemma, leaning in leanings(us.counts(), mx.counts()).items():
            if leaning.z > 0 and us.is_backed(lemma):
                yield self._word(("US", language), lemma, leaning, "other side")
            elif leaning.z < 0 and mx.is_backed(lemma):
                turned = Leaning(-leaning.log_odds, -leaning.z)
                yield self._word(("MX", language), lemma, turned, "other side")

    def apart(self, side: Country, language: Language) -> Iterable[Word]:
        """The words of one side, compared with what is usual."""
        mine, usual = self.uses[side, language], self.usual(language).counts
        counts = mine.counts()
        for lemma, leaning in leanings(counts, usual, about=counts).items():
            if leaning.z > 0 and mine.is_backed(lemma):
                yield self._word((side, language), lemma, leaning, "background")

    def _word(
        self,
        cell: tuple[Country, Language],
        lemma: str,
        leaning: Leaning,
        against: Against,
    ) -> Word:
        side, language = cell
        mine = self.uses[cell]
        ways = Counter(written for _, written in mine.found[lemma])
        [other] = (s for s in SIDES if s != side)
        theirs = (self.uses[other, x].items(lemma) for x in LANGUAGES)
        return Word(
            lemma=lemma,
            written=min(ways, key=lambda way: (-ways[way], way)),
            language=language,
            side=side,
            against=against,
            leaning=leaning,
            items=mine.items(lemma),
            others=tuple(sorted(chain(*theirs), key=lambda i: (i.published, i.id))),
            usual=self.usual(language).counts.get(lemma, 0),
        )


def _read(kept: Iterable[Original]) -> _Uses:
    found: dict[str, list[tuple[Original, str]]] = defaultdict(list)
    texts = set()
    for each in kept:
        texts.add(each.text)
        for lemma, written in lemmas(each.item).items():
            found[lemma].append((each, written))
    return _Uses(found, len(texts))
