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
from typing import Literal

from monitor.coverage.odds import Leaning, leanings, prior
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
PRIOR_WORDS = 1000.0
"""How many words the prior weighs, about what eighty headlines with summaries have: a
word as common as in any news must be said by most items of a story to stand out."""

Against = Literal["other side", "background"]


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
    """Of the other side, in the same language."""
    usual: int
    """In how many items of the background it stands."""


@dataclass(frozen=True, slots=True)
class Background:
    """How often each lemma stands in what a language's outlets wrote."""

    items: int
    counts: Mapping[str, int]
    """Lemma -> items."""


def read_background(
    found: Iterable[Original], language: Language, without: frozenset[str] = frozenset()
) -> Background:
    """What a language's items have, but for the texts ``without``: ids of items."""
    kept = [
        each
        for each in once(o for o in found if o.item.language == language)
        if not {each.text, each.item.id} & without
    ]
    counts: Counter[str] = Counter()
    for each in kept:
        counts.update(lemmas(each.item).keys())
    return Background(len(kept), counts)


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


def keyness(
    found: Iterable[Original], backgrounds: Mapping[Language, Background]
) -> tuple[Word, ...]:
    """The words of each side, the surest first; the order of ``found`` does not matter.

    Those below the least counts are left out, and so is a language in which a side has
    too few texts. ``z`` is kept as it is: whoever shows words cuts at ``odds.SURE``.
    """
    kept = once(found)
    words: list[Word] = []
    for language in LANGUAGES:
        uses = {s: _uses(kept, s, language) for s in SIDES}
        usual = backgrounds.get(language, Background(0, {}))
        able = [side for side in SIDES if uses[side].texts >= MIN_SIDE]
        if len(able) == 2:
            words += _direct(uses, usual, language)
        elif able and usual.items >= MIN_BACKGROUND:
            words += _apart(uses, able[0], usual, language)
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


def _uses(kept: Iterable[Original], side: Country, language: Language) -> _Uses:
    found: dict[str, list[tuple[Original, str]]] = defaultdict(list)
    texts = set()
    for each in kept:
        if (each.item.country, each.item.language) == (side, language):
            texts.add(each.text)
            for lemma, written in lemmas(each.item).items():
                found[lemma].append((each, written))
    return _Uses(found, len(texts))


def _direct(
    uses: Mapping[Country, _Uses], usual: Background, language: Language
) -> Iterable[Word]:
    us, mx = uses["US"].counts(), uses["MX"].counts()
    told = leanings(us, mx, prior({*us, *mx}, usual.counts, PRIOR_WORDS))
    for lemma, leaning in told.items():
        side: Country = "US" if leaning.z > 0 else "MX"
        way = 1 if leaning.z > 0 else -1
        turned = Leaning(way * leaning.log_odds, way * leaning.z)
        if turned.z > 0 and _is_backed(uses[side], lemma):
            yield _word(uses, side, lemma, turned, usual, language, "other side")


def _apart(
    uses: Mapping[Country, _Uses], side: Country, usual: Background, language: Language
) -> Iterable[Word]:
    mine = uses[side].counts()
    told = leanings(mine, usual.counts, prior(mine, usual.counts, PRIOR_WORDS))
    for lemma, leaning in told.items():
        if leaning.z > 0 and _is_backed(uses[side], lemma):
            yield _word(uses, side, lemma, leaning, usual, language, "background")


def _is_backed(uses: _Uses, lemma: str) -> bool:
    found = [each for each, _ in uses.found.get(lemma, ())]
    is_enough = len({each.text for each in found}) >= MIN_TEXTS
    return is_enough and len({each.item.outlet for each in found}) >= MIN_OUTLETS


def _word(
    uses: Mapping[Country, _Uses],
    side: Country,
    lemma: str,
    leaning: Leaning,
    usual: Background,
    language: Language,
    against: Against,
) -> Word:
    ways = Counter(written for _, written in uses[side].found[lemma])
    [other] = (s for s in SIDES if s != side)
    return Word(
        lemma=lemma,
        written=min(ways, key=lambda way: (-ways[way], way)),
        language=language,
        side=side,
        against=against,
        leaning=leaning,
        items=uses[side].items(lemma),
        others=uses[other].items(lemma),
        usual=usual.counts.get(lemma, 0),
    )
