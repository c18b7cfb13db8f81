"""
Items that repeat another's text: an agency's dispatch in five papers, an item that its
own outlet publishes again under a trimmed title.

They are found before anything is clustered, within one language, by what is on the page
and not by what it means. Two texts where each has a number, a day or a name that the
other lacks are no copies, however alike: they are one template filled in twice, such
as the weather of two cities.

The *original* is the first of its text in the order of the stream. Only originals are
remembered, so a copy of a copy is held against the original, and a text that changes a
little from copy to copy is not followed.

Of 46,125 real items of 17 outlets, 120 are found to be copies; all 120 were read.
"""

import re
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.model import Item, Language
from monitor.stories.names import CALENDAR
from monitor.stories.terms import lead
from monitor.text import clip, fold, words

_Hashes = NDArray[np.uint32]
_Wide = NDArray[np.uint64]
"""Arithmetic on these wraps around at 2 to the 64th."""

WINDOW_HOURS = 7 * 24.0
"""An original older than this is forgotten; what repeats it then is an original."""
_CHARACTERS_READ = 300
"""Of a title; of a summary ``lead`` reads as many. So most cuts are the same cut."""
_SHINGLE = 3
"""Words in a row."""
_BANDS = 16
_ROWS = 4
"""Two texts that share 80 % of their shingles meet in one of 16 bands of 4 hashes with
a chance of .9998; those that share half with one of .64, a fifth with one of .03."""
_OPENING = 8
"""Words: texts that are cut at different lengths meet by how they begin."""
_SAME = 0.8
"""Least share of the shingles of title and summary that both have."""
_CONTAINED = 0.9
"""Least share of the shorter summary's shingles that the longer one has."""
_LEAST_WORDS = 5
"""In title and summary together; less is a label."""
_LEAST_TITLE = 6
_LEAST_SUMMARY = 12
"""Words of a summary that may speak for itself whatever the title says; shorter ones,
such as *Get caught up on the day's political news*, stand under anything."""
_COLUMN_HOURS = 18.0
"""An outlet that says the same again a day later may have a column of that name ..."""
_COLUMN_WORDS = 25
"""... unless it says at least so much: *Five Things You Need to Know to Start Your Day*
has 20 words with its summary, and appears every morning."""
_WEEKLY_HOURS = 6 * 24.0
"""... and a week later, it is a column however much it says."""
_RECENT = (256, 2048)
"""Originals between two sortings of the postings: a quarter of all, but at least and at
most so many. The postings of one that waits take 3 kB, of one that is sorted 0.3; a
sorting takes 6 µs for each."""
_WORDS_KEPT = 20_000
"""Distinct words whose hash is kept, of 0.2 kB each: 9 of 10 words are among them."""

_AGENCY = re.compile(r"^\s*\([^()]{2,30}\)\s*[-–—:.]*\s*")
"""``(Reuters) -`` at the start of a summary."""
_POSSESSIVE = re.compile(r"'s?$")
_FIGURES = CALENDAR.union(
    ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ("eleven", "twelve", "second", "third", "fourth", "fifth", "sixth"),
    ("dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
    ("once", "doce", "segundo", "segunda", "tercer", "tercero", "tercera"),
    ("cuarto", "cuarta", "quinto", "quinta", "sexto", "sexta"),
)
"""Words that tell two fillings of a template apart as digits do."""


@dataclass(frozen=True, slots=True)
class CopyText:
    """What tells whether an item repeats another.

    Bytes are 32-bit hashes of folded words; they say the same in every process.
    """

    language: Language
    outlet: str
    title: bytes
    """The words of the title, in order."""
    summary: bytes
    """Those of the summary, without where it was written and by which agency."""
    numbers: bytes
    """Numbers, weekdays and months of both, each as often as it is there."""
    names: bytes
    """Of people, places and bodies in both, each once."""
    keys: bytes
    """What it may meet its likes by; none if it says too little to be a copy."""


@dataclass(frozen=True, slots=True)
class _Original:
    """An item that repeats none before it."""

    item: str
    hours: float
    text: CopyText


class Copies:
    """The originals of the last seven days."""

    def __init__(self) -> None:
        self._originals: list[_Original] = []
        self._postings = _Postings()
        self._latest = float("-inf")

    def __len__(self) -> int:
        return len(self._originals)

    def find(self, text: CopyText, hours: float) -> str | None:
        """The id of the original that a text repeats; ``hours`` are of the epoch.

        Of several, the one that is most alike, then the oldest. The answer depends on
        which items were added, not on the order in which they were.
        """
        start = max(self._latest, hours) - WINDOW_HOURS
        rows = self._postings.find(text.keys, _mark(text))
        met = (self._originals[row] for row in rows)
        repeated = [
            original
            for original in met
            if original.hours >= start
            and is_copy(text, original.text, abs(hours - original.hours))
        ]
        nearest = min(
            repeated,
            key=lambda o: (-resemblance(text, o.text), o.hours, o.item),
            default=None,
        )
        return nearest.item if nearest else None

    def add(
        self, item: str, text: CopyText, hours: float, original: str | None
    ) -> None:
        """Remember an item, if it is an original and not the copy of one."""
        self._latest = max(self._latest, hours)
        if original is not None or not text.keys:
            return
        self._postings.add(text.keys, _mark(text))
        # The postings have the keys.
        self._originals.append(_Original(item, hours, replace(text, keys=b"")))
        least, most = _RECENT
        if self._postings.recent >= min(max(len(self) // 4, least), most):
            self._forget()

    def _forget(self) -> None:
        """Sweep out what no item can see any more, and sort the postings.

        It changes no answer: what is swept out is out of sight.
        """
        start = self._latest - WINDOW_HOURS
        kept = [row for row, o in enumerate(self._originals) if o.hours >= start]
        self._postings.keep(kept)
        self._originals = [self._originals[row] for row in kept]


def copy_text(item: Item, numbers: Iterable[str], names: Iterable[str]) -> CopyText:
    """An item's text, in the language that it is written in.

    ``numbers`` and ``names`` are the keys under which the item's terms have them: the
    numbers of ``Terms.heading`` and ``Terms.names``, the names of ``Terms.masses``.
    Digits and days are found here as well.
    """
    title = words(clip(item.title, _CHARACTERS_READ))
    summary = words(_AGENCY.sub("", lead(_AGENCY.sub("", item.summary))))
    read = [_word(word) for word in (*title, *summary)]
    hashes = np.array([word for word, _ in read], np.uint32)
    figures = [word for word, is_figure in read if is_figure]
    figures += [_crc(number) for number in set(numbers)]
    return CopyText(
        language=item.language,
        outlet=item.outlet,
        title=hashes[: len(title)].tobytes(),
        summary=hashes[len(title) :].tobytes(),
        numbers=np.array(sorted(figures), np.uint32).tobytes(),
        names=np.array(sorted({_crc(name) for name in names}), np.uint32).tobytes(),
        keys=_keys(item.language, hashes, len(title)).tobytes(),
    )


def is_copy(one: CopyText, other: CopyText, gap_hours: float) -> bool:
    """Whether two items show one text; whichever came first.

    One of three holds: both texts are the same but for a few words; the titles are
    equal, and one summary begins as, or lies within, the other; the summaries are such,
    and long enough to leave no doubt whatever the titles say.
    """
    least = min(_length(one), _length(other))
    if one.language != other.language or least < _LEAST_WORDS or _clash(one, other):
        return False
    is_same = resemblance(one, other) >= _SAME
    if one.outlet == other.outlet != "" and gap_hours > _COLUMN_HOURS:
        says_enough = least >= _COLUMN_WORDS and gap_hours < _WEEKLY_HOURS
        return is_same and says_enough and one.numbers == other.numbers
    return is_same or _is_cut(one, other)


def resemblance(one: CopyText, other: CopyText) -> float:
    """The share of their shingles that two texts have in common, 0 to 1 (Jaccard)."""
    mine, theirs = (_shingles(t.title) | _shingles(t.summary) for t in (one, other))
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0


class _Postings:
    """Key -> the rows that have it, in 8 bytes each: key and row side by side, sorted.

    The newest wait in a table of their own until they are worth a sorting. A template
    can fill a key with thousands of rows, most of which the marks of their numbers
    rule out at once.
    """

    def __init__(self) -> None:
        self._sorted = np.empty(0, np.uint64)
        self._table: dict[int, list[int]] = defaultdict(list)
        self._marks = array("Q")
        self.recent = 0
        """Rows added since the last sorting."""

    def add(self, keys: bytes, mark: Sequence[int]) -> None:
        """A row more, with these keys."""
        row = len(self._marks) // 2
        for key in _read(keys):
            self._table[key].append(row)
        self._marks.extend(mark)
        self.recent += 1

    def find(self, keys: bytes, mark: Sequence[int]) -> list[int]:
        """The rows with any of these keys whose numbers may not clash, in order."""
        wanted = np.frombuffer(keys, np.uint32).astype(np.uint64)
        starts = np.searchsorted(self._sorted, wanted << _HALF)
        ends = np.searchsorted(self._sorted, (wanted + _ONE) << _HALF)
        marks = np.frombuffer(self._marks, np.uint64).reshape(-1, 2)
        is_met = np.zeros(len(marks), np.bool_)
        for i in np.flatnonzero(ends > starts):
            is_met[(self._sorted[starts[i] : ends[i]] & _LOW).view(np.int64)] = True
        for key in wanted.tolist():
            if key in self._table:
                is_met[self._table[key]] = True
        rows = np.flatnonzero(is_met)
        if not len(rows):
            return []
        mine, theirs = np.array(mark, np.uint64), marks[rows]
        is_part = ((theirs & ~mine) == 0).all(axis=1)
        is_part |= ((mine & ~theirs) == 0).all(axis=1)
        found: list[int] = rows[is_part].tolist()
        return found

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all rows but these, number them anew and sort."""
        marks = np.frombuffer(self._marks, np.uint64).reshape(-1, 2)
        new_rows = np.full(len(marks), -1, np.int64)
        new_rows[np.array(rows, np.intp)] = np.arange(len(rows))
        recent = [
            key << 32 | row for key, owners in self._table.items() for row in owners
        ]
        cells = np.concatenate([self._sorted, np.array(recent, np.uint64)])
        renumbered = new_rows[(cells & _LOW).astype(np.intp)]
        is_kept = renumbered >= 0
        cells = (cells & ~_LOW)[is_kept] | renumbered[is_kept].astype(np.uint64)
        cells.sort()
        self._sorted = cells
        self._marks = array("Q", marks[np.array(rows, np.intp)].tobytes())
        self._table.clear()
        self.recent = 0


_ONE, _HALF, _LOW = np.uint64(1), np.uint64(32), np.uint64(2**32 - 1)


def _mark(text: CopyText) -> tuple[int, int]:
    """Two bits a number: numbers that are a part of others' have a part of theirs."""
    low = high = 0
    for number in _read(text.numbers):
        low |= 1 << (number & 63)
        high |= 1 << (number >> 6 & 63)
    return low, high


def _clash(one: CopyText, other: CopyText) -> bool:
    """Whether each has a number or name that the other lacks.

    A name that the other has as a plain word is none: two outlets use capitals as they
    please.
    """
    mine, theirs = (Counter(_read(text.numbers)) for text in (one, other))
    if mine - theirs and theirs - mine:
        return True
    here, there = (set(_read(t.names)) for t in (one, other))
    said, told = ({*_read(t.title), *_read(t.summary)} for t in (one, other))
    return bool(here - there - told) and bool(there - here - said)


def _is_cut(one: CopyText, other: CopyText) -> bool:
    """Whether one is the other with its summary cut, or under another title."""
    short, long = sorted((_shingles(t.summary) for t in (one, other)), key=len)
    if len(short & long) < _CONTAINED * len(short):
        return False
    if one.title == other.title and len(_read(one.title)) >= _LEAST_TITLE:
        return True
    return min(len(_read(t.summary)) for t in (one, other)) >= _LEAST_SUMMARY


def _length(text: CopyText) -> int:
    """Words of title and summary."""
    return len(_read(text.title)) + len(_read(text.summary))


def _read(hashes: bytes) -> list[int]:
    return memoryview(hashes).cast("I").tolist()


def _shingles(hashes: bytes) -> set[tuple[int, ...]]:
    """Its words three by three; a shorter text is one shingle."""
    run = _read(hashes)
    if len(run) < _SHINGLE:
        return {tuple(run)} if run else set()
    return set(zip(*(run[i:] for i in range(_SHINGLE)), strict=False))


# --- what texts meet by --------------------------------------------------------------


def _keys(language: Language, hashes: _Hashes, titled: int) -> _Hashes:
    """What a text meets its likes by; its first ``titled`` words are its title."""
    if len(hashes) < _LEAST_WORDS:
        return np.empty(0, np.uint32)
    runs = (hashes[:titled], hashes[titled : titled + _OPENING])
    exact = [
        zlib.crc32(run.tobytes(), i)
        for i, run in enumerate(runs)
        if len(run) >= _LEAST_WORDS
    ]
    salt = np.uint32(zlib.crc32(language.encode()))
    keys = np.concatenate([_bands(hashes, titled), np.array(exact, np.uint32)])
    return np.unique(keys ^ salt)


def _bands(hashes: _Hashes, titled: int) -> _Hashes:
    """One hash a band of the text's MinHash signature."""
    wide = hashes.astype(np.uint64)
    parts = [part for part in (wide[:titled], wide[titled:]) if len(part)]
    shingles = np.concatenate([_hashed_shingles(part) for part in parts])
    hashed = (shingles[:, None] * _FACTORS + _ADDENDS) >> _HALF
    signature = hashed.min(axis=0).reshape(_BANDS, _ROWS)
    mixed = (signature * _FACTORS[:_ROWS]).sum(axis=1, dtype=np.uint64)
    return (_mixed(mixed + _FACTORS[:_BANDS]) >> _HALF).astype(np.uint32)


def _hashed_shingles(run: _Wide) -> _Wide:
    """As ``_shingles``, each as one number of 32 bits."""
    width = min(_SHINGLE, len(run))
    count = len(run) - width + 1
    made = np.zeros(count, np.uint64)
    for i in range(width):
        made += run[i : i + count] * _FACTORS[i]
    return _mixed(made) >> _HALF


def _mixed(values: _Wide) -> _Wide:
    """Numbers whose every bit depends on every bit of the given (SplitMix64's end)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


_FACTORS = _mixed(np.arange(1, _BANDS * _ROWS + 1, dtype=np.uint64)) | _ONE
_ADDENDS = _mixed(np.arange(1, _BANDS * _ROWS + 1, dtype=np.uint64) + np.uint64(1000))
"""Of the 64 hash functions: factor times shingle plus addend, the upper half of it."""


@lru_cache(maxsize=_WORDS_KEPT)
def _word(word: str) -> tuple[int, bool]:
    """(hash of a word without accents and possessive 's, whether it is a figure)."""
    folded = _POSSESSIVE.sub("", fold(word).replace("’", "'"))
    return _crc(folded), folded[:1].isdecimal() or folded in _FIGURES


def _crc(text: str) -> int:
    return zlib.crc32(text.encode(errors="replace"))
