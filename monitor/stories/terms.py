"""
What an item says, as terms that can be compared: words, names and numbers.

Three channels. *English*: lemmas of the English text, with one key for what English
and Spanish write differently; a Spanish item adds the keys of its own words, so that
what the translator broke still counts. *Original*: lemmas of the item's own language,
compared within that language only. *Names*: names and numbers of the original, without
accents; they pass around the translator and cross the language.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from monitor.model import Language, Reading
from monitor.stories.aliases import Aliases, Found
from monitor.stories.background import Background, Table
from monitor.stories.tokens import Token, tokenize
from monitor.text import clip

_TABLES: Mapping[Language, Table] = {"en": "plain", "es": "spanish"}
_TITLE_LIMIT = 300
_SUMMARY_LIMIT = 300
"""Characters read; longer summaries are boilerplate more often than news."""
_COMMON_SHARE = 0.04
"""A word in more items than this says nothing, unless it is a name."""
_TITLE_CASE_SHARE = 0.6
"""An English title with more capitals than this among its longer words has them all."""
_DATELINE = re.compile(
    r"[A-ZÁÉÍÓÚÑÜ][\w.'’]*(?:[ ,/]+(?:de|del|la|y|of|[A-ZÁÉÍÓÚÑÜ][\w.'’]*)){0,5}"
    r"\s*(?:\([\w /]{2,20}\))?\s*(?:\.?[-—–]+|\.|:)(?:\s+|$)"
)
"""``MONCLOVA, COAH.``, ``CDMX.-``, ``WASHINGTON (AP) —`` at the start of a summary."""
_DATELINE_LIMIT = 45
_PROMOTION = re.compile(r"TE PUEDE INTERESAR|LEE TAMBIÉN|READ MORE|\bRELATED:", re.I)
_LINKS = frozenset({"de", "del", "la", "las", "los", "y", "of", "the"})
"""Words that may stand inside a name."""
_SCALES: Mapping[str, float] = {
    "mil": 1e3,
    "thousand": 1e3,
    "millon": 1e6,
    "millones": 1e6,
    "mdd": 1e6,
    "mdp": 1e6,
    "million": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
_PERCENT = frozenset({"percent", "pct"})
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SPANISH_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")


@dataclass(frozen=True, slots=True)
class Bag:
    """Terms of one channel and their weights; each mapping has length 1, or is empty."""

    whole: Mapping[str, float]
    """Over title and summary."""
    title: Mapping[str, float]
    """Over the title alone; no terms but those of the whole."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one item says."""

    language: Language
    english: Bag
    original: Bag
    names: Bag
    surfaces: Mapping[str, str]
    """Term -> how the item writes it, for showing."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A title or a summary, read."""

    tokens: Sequence[Token]
    found: Sequence[Found]
    """Aliases in it, in order."""

    def words(self) -> Iterator[tuple[str, str]]:
        """(lemma or alias, as written), in order."""
        end = 0
        for place in self.found:
            yield from self.lemmas(end, place.start)
            yield place.alias.key, self.span(place.start, place.end)
            end = place.end
        yield from self.lemmas(end, len(self.tokens))

    def aliases(self) -> Iterator[tuple[str, str]]:
        """(alias, as written), in order."""
        for place in self.found:
            yield place.alias.key, self.span(place.start, place.end)

    def lemmas(self, start: int, end: int) -> Iterator[tuple[str, str]]:
        """(lemma, as written) of the words among those tokens."""
        for token in self.tokens[start:end]:
            if not token.is_number:
                yield token.lemma, token.text

    def span(self, start: int, end: int) -> str:
        """Those tokens as a reader would write them."""
        return " ".join(token.text for token in self.tokens[start:end])


class TermReader:
    """Reads the terms of items, by the word counts and the aliases it is given."""

    def __init__(self, background: Background, aliases: Aliases) -> None:
        self._background = background
        self._aliases = aliases

    def read(self, reading: Reading) -> Terms:
        """The terms of one item; a text with nothing to say has empty bags."""
        item = reading.item
        original = self._texts(item.title, item.summary, item.language)
        english = original
        if item.language != "en":
            english = self._texts(reading.english_title, reading.english_summary, "en")
        surfaces: dict[str, str] = {}
        names = [self._names(text, item.language) for text in original]
        for pairs in (*names, *(text.words() for text in (*original, *english))):
            for key, written in pairs:
                surfaces.setdefault(key, written)
        return Terms(
            language=item.language,
            english=self._bag(
                "english",
                *(
                    [*text.words(), *own.aliases()] if text is not own else text.words()
                    for text, own in zip(english, original, strict=True)
                ),
            ),
            original=self._bag(
                _TABLES[item.language],
                *(text.lemmas(0, len(text.tokens)) for text in original),
            ),
            names=self._bag("names", *names),
            surfaces=surfaces,
        )

    def _texts(self, title: str, summary: str, language: Language) -> list[_Text]:
        return [
            self._text(clip(title, _TITLE_LIMIT), language),
            self._text(_lead(summary), language),
        ]

    def _text(self, text: str, language: Language) -> _Text:
        tokens = tokenize(text, language)
        return _Text(tokens, list(self._aliases.find(tokens, language)))

    def _bag(
        self,
        table: Table,
        title: Iterable[tuple[str, str]],
        summary: Iterable[tuple[str, str]],
    ) -> Bag:
        heading = Counter(key for key, _ in title if self._counts(table, key))
        whole = heading + Counter(key for key, _ in summary if self._counts(table, key))
        return Bag(self._weights(table, whole), self._weights(table, heading))

    def _counts(self, table: Table, key: str) -> bool:
        return len(key) > 1 and not (
            self._background.is_common(table, key, _COMMON_SHARE)
            and key not in self._background.proper
        )

    def _weights(self, table: Table, counts: Counter[str]) -> Mapping[str, float]:
        """Rarity times damped frequency, scaled to length 1."""
        raw = {
            key: (1 + log(n)) * self._background.rarity(table, key)
            for key, n in sorted(counts.items())
        }
        length = sqrt(sum(weight * weight for weight in raw.values()))
        return {key: weight / length for key, weight in raw.items()}

    def _names(self, text: _Text, language: Language) -> list[tuple[str, str]]:
        """(key, as written) of the names and numbers of a text."""
        is_name = self._name_test(text, language)
        names = [
            (place.alias.key, text.span(place.start, place.end))
            for place in text.found
            if place.alias.is_name
        ]
        taken = {
            i
            for place in text.found
            if place.alias.is_name
            for i in range(place.start, place.end)
        }
        flags = [
            i not in taken and is_name(token) for i, token in enumerate(text.tokens)
        ]
        for start, end in _runs(text.tokens, flags):
            written = text.span(start, end)
            names += [
                (text.tokens[i].folded, written) for i in range(start, end) if flags[i]
            ]
        return names + list(_numbers(text.tokens, language))

    def _name_test(self, text: _Text, language: Language) -> Callable[[Token], bool]:
        """How to tell a name in a text, by the way the text uses capitals."""
        proper = self._background.proper
        lexicon = self._background.counts[_TABLES[language]]
        longer = [t for t in text.tokens if len(t.text) > 3 and not t.is_number]
        capitals = sum(t.is_capital for t in longer)
        if not any(t.is_capital for t in text.tokens):
            return lambda t: t.folded in proper
        if capitals > _TITLE_CASE_SHARE * len(longer):
            return lambda t: t.is_capital and (
                t.folded in proper or t.lemma not in lexicon
            ) and len(t.text)>1
        return lambda t: (
            t.is_capital
            and len(t.text) > 1
            and (not t.is_first or t.folded in proper or t.lemma not in lexicon)
        )


def _lead(summary: str) -> str:
    """What of a summary tells the story: its beginning, without where it was written."""
    text = _PROMOTION.split(summary, maxsplit=1)[0]
    dateline = _DATELINE.match(text)
    if dateline and dateline.end() <= _DATELINE_LIMIT:
        text = text[dateline.end() :]
    return clip(text, _SUMMARY_LIMIT)


def _runs(tokens: Sequence[Token], flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(start, end) of the names: flagged tokens in a row, linking words inside."""
    i = 0
    while i < len(tokens):
        if not flags[i]:
            i += 1
            continue
        end = i + 1
        while end < len(tokens) and not tokens[end].is_first and (
            flags[end]
            or (
                tokens[end].text in _LINKS
                and end + 1 < len(tokens)
                and flags[end + 1]
            )
        ):
            end += 1
        yield i, end
        i = end


def _numbers(tokens: Sequence[Token], language: Language) -> Iterator[tuple[str, str]]:
    """(key, as written) of the numbers; ``13 mil`` and ``13,000`` have one key."""
    for i, token in enumerate(tokens):
        if not token.is_number:
            continue
        value = _value(token.text.rstrip("%"), language)
        end = i + 1
        percent = token.text.endswith("%")
        while end < len(tokens) and end < i + 4:
            word = tokens[end].folded
            if word in _SCALES:
                value *= _SCALES[word]
            elif word in _PERCENT or (word=="por" and end+1<len(tokens) and tokens[end+1].folded=="ciento"):
                percent = True
            else: break
            end += 1
        yield f"#{value:.12g}{'%' if percent else ''}", " ".join(
            t.text for t in tokens[i:end]
        )


def _value(written: str, language: Language) -> float:
    if _THOUSANDS.fullmatch(written):
        return float(written.replace(",", ""))
    if language == "es" and _SPANISH_THOUSANDS.fullmatch(written):
        return float(written.replace(".", "").replace(",", "."))
    try: return float(written.replace(",","."))
    except ValueError: return float(re.sub(r"\D", "", written))
