"""
The charts of an edition, each with what it shows in words and in characters.

A reader of both languages gets one chart with its few words in both, and the headlines
that it names as they were published.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from monitor.comparison import Coverage
from monitor.digest.charts import Bar, Row, Tick, lag_png, timeline_png
from monitor.digest.headline import clean
from monitor.digest.page import Picture
from monitor.digest.palette import PALETTE
from monitor.digest.phrases import Speaker, Voice
from monitor.model import SIDES, Country
from monitor.readers import Edition, Image
from monitor.text import clip

MOST_LAGS = 8
"""Bars of the lag chart; the stories that come first in the edition."""
_HEADLINE_LENGTH = 50
"""Characters: what fits above a bar."""
_STEPS = 48
"""Bars a side: more are too thin to tell apart, and as characters too wide."""
_BLOCKS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_HOUR = timedelta(hours=1)
_LAGS = (1, 10, 60, 360, 1440, 7 * 1440, 30 * 1440)
"""Minutes that the lag chart labels."""


def pictures(edition: Edition, led: Sequence[Coverage], voice: Voice) -> list[Picture]:
    """The timeline, and the lags of ``led``; none of what there is nothing to show.

    ``led`` are stories with a leader.
    """
    made = []
    if any(map(sum, edition.timeline.values())):
        made.append(_timeline(edition, voice))
    if led:
        made.append(_lags(led[:MOST_LAGS], voice))
    return made


def _each(voice: Voice, what: Callable[[Speaker], str]) -> str:
    """In each language of the reader: ``Mexico / México``."""
    return " / ".join(phrase.text for phrase in voice.say(what))


def _alt(voice: Voice, what: Callable[[Speaker], str]) -> str:
    """One language after the other, in whole sentences."""
    return " ".join(f"{phrase.text}." for phrase in voice.say(what))


# --- the timeline ------------------------------------------------------------------


def _timeline(edition: Edition, voice: Voice) -> Picture:
    hours = (edition.end - edition.start) / _HOUR
    step = -(-len(edition.timeline["US"]) // _STEPS)
    counts = {side: binned(edition.timeline[side], step) for side in SIDES}
    rows = [
        Row(_each(voice, partial(_name, side=c)), _colour(c), counts[c]) for c in SIDES
    ]

    def peak(s: Speaker, side: Country) -> str:
        return _peak(side, counts[side], step, edition.start, s)

    def all_said(s: Speaker) -> str:
        peaks = " ".join(peak(s, side) for side in SIDES)
        return f"{s.words.timeline}. {peaks}".removesuffix(".")

    said = [[peak(s, side) for s in voice.speakers] for side in SIDES]
    png = timeline_png(rows, step, hours, _clock(edition, voice))
    return Picture(
        voice.say(lambda s: s.words.timeline),
        Image("timeline", png, _alt(voice, all_said)),
        tuple(_drawn(rows, said)),
    )


def binned(counts: Sequence[int], step: int) -> tuple[int, ...]:
    """Sums of so many neighbours each; the last may have fewer."""
    return tuple(sum(counts[n : n + step]) for n in range(0, len(counts), step))


def _peak(
    side: Country, counts: Sequence[int], step: int, start: datetime, s: Speaker
) -> str:
    """``Mexico: 102 items, most from Mar 1, 09:00 to 10:00 (12).``"""
    n = sum(counts)
    items = s.count(n, s.words.items)
    if not n:
        return s.words.timeline_none.format(side=s.words.side[side])
    most = max(counts)
    at = start + counts.index(most) * step * _HOUR
    return s.words.timeline_peak.format(
        side=s.words.side[side],
        items=items,
        start=s.time(at),
        end=s.time(at + step * _HOUR),
        most=s.number(most),
    )


def _drawn(rows: Sequence[Row], said: Sequence[Sequence[str]]) -> Iterator[str]:
    most = max(max(row.counts, default=0) for row in rows)
    for row, words in zip(rows, said, strict=True):
        yield from words
        yield "  " + "".join(_block(count, most) for count in row.counts)


def _block(count: int, most: int) -> str:
    """The smallest block is for what is there at all."""
    return _BLOCKS[(count * len(_BLOCKS) - 1) // most] if count else _NOTHING


def _clock(edition: Edition, voice: Voice) -> list[Tick]:
    """Midnights, and every sixth hour of a window of a day or two, on local clocks."""
    hours = (edition.end - edition.start) / _HOUR
    first = edition.start.replace(minute=0, second=0, microsecond=0)
    moments = [first + n * _HOUR for n in range(int(hours) + 2)]
    inside = [m for m in moments if edition.start <= m < edition.end]
    short = hours <= 2 * 24 + 1
    return [
        Tick((at - edition.start) / _HOUR, label)
        for at in inside
        if (label := _each(voice, partial(_tick, at, short)))
    ]


def _tick(at: datetime, short: bool, s: Speaker) -> str:
    local = s.local(at)
    if local.hour == 0:
        return s.day(at)
    return s.clock(at) if short and local.hour % 6 == 0 else ""


# --- lags -------------------------------------------------------------------------


def _lags(led: Sequence[Coverage], voice: Voice) -> Picture:
    bars = [_bar(coverage, voice) for coverage in led]
    longest = max(bar.minutes for bar in bars)
    shown = next((n for n, at in enumerate(_LAGS) if at >= longest), len(_LAGS) - 1)
    s = voice.speakers[0]  # durations are alike in both languages
    ticks = [Tick(at, s.duration(at)) for at in _LAGS[: max(shown, 3) + 1]]
    key = [
        Row(_each(voice, partial(_is_first, side=side)), _colour(side), ())
        for side in SIDES
    ]

    def lags(s: Speaker) -> list[str]:
        return [f"{s.lag(c)}: {bar.headline}" for c, bar in zip(led, bars, strict=True)]

    alt = _alt(voice, lambda s: f"{s.words.lags}. {'; '.join(lags(s))}")
    said = [
        f"{_each(voice, partial(Speaker.lag, coverage=c))}: {bar.headline}"
        for c, bar in zip(led, bars, strict=True)
    ]
    return Picture(
        voice.say(lambda s: s.words.lags),
        Image("lags", lag_png(bars, ticks, key), alt),
        tuple(said),
    )


def _name(s: Speaker, side: Country) -> str:
    return s.words.side[side]


def _is_first(s: Speaker, side: Country) -> str:
    return s.words.first.format(side=s.words.side[side])


def _bar(coverage: Coverage, voice: Voice) -> Bar:
    assert coverage.leader and coverage.lag_minutes, "a story without a leader"
    return Bar(
        clip(clean(_headline(coverage, voice)), _HEADLINE_LENGTH) or "…",
        _colour(coverage.leader),
        coverage.lag_minutes,
        voice.speakers[0].duration(coverage.lag_minutes),
    )


def _headline(coverage: Coverage, voice: Voice) -> str:
    """In the reader's language; who reads both gets what the leader published."""
    story = coverage.story
    [language, *others] = voice.languages
    first = coverage.sides[coverage.leader].first if coverage.leader else None
    if others and first:
        return first.title
    return story.headline(language) or story.members[0].item.title


def _colour(side: Country) -> str:
    return PALETTE["light"][side]
