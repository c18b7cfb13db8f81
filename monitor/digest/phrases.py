"""Values in words: counts, times, lags and silences, in one language or both."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.numbers import format_decimal, format_percent

from monitor.change import LoggedChange
from monitor.comparison import (
    BlindSpot,
    Coverage,
    FeedHealth,
    SideCoverage,
    SideHealth,
)
from monitor.digest.sections import Broken, SectionKey
from monitor.digest.wording import WORDING, Plural
from monitor.model import SIDES, Country, Item, Language
from monitor.readers import News, Subscriber
from monitor.translation.checks import MEANINGS

_LOCALES: dict[Language, str] = {"en": "en_US", "es": "es_MX"}
_HOURS_UNTIL_DAYS = 72
"""From here a lag is told in days and hours: its minutes say nothing any more."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in one language, as the page must mark them."""

    language: Language
    text: str


Said = tuple[Phrase, ...]
"""One thing said in each of the reader's languages; once where they agree."""


class Speaker:
    """Says things in one language and time zone."""

    def __init__(self, language: Language, tz: str) -> None:
        self.language = language
        self.words = WORDING[language]
        self._locale = _LOCALES[language]
        self._zone = ZoneInfo(tz)

    def number(self, n: int) -> str:
        """``1,234``"""
        return _number(n, self._locale)

    def count(self, n: int, plural: Plural, **fields: str) -> str:
        """A wording for one or for many, with its number."""
        return plural[n != 1].format(n=self.number(n), **fields)

    def long_date(self, day: date) -> str:
        """``Monday, March 2, 2026``"""
        return format_date(day, "full", locale=self._locale)

    def day(self, moment: datetime | date) -> str:
        """``Mar 2``, in the reader's zone if it is a moment."""
        return self._skeleton("MMMd", moment)

    def moment(self, moment: datetime) -> str:
        """``Mon, Mar 2, 07:00``"""
        return f"{self._skeleton('MMMEd', moment)}, {self.clock(moment)}"

    def when(self, item: Item) -> str:
        """``Mar 2, 05:12``, or that it is undated and when it was seen."""
        time = self.time(item.published)
        undated = item.date_source == "fetched"
        return self.words.seen.format(time=time) if undated else time

    def city(self) -> str:
        """``New York``: whose clock the times are on."""
        return get_timezone_location(
            self._zone, locale=self._locale, return_city=True
        ).rpartition("/")[2]

    def names(self, names: Sequence[str]) -> str:
        """``A, B and C``"""
        *most, last = names
        return f"{', '.join(most)} {self.words.and_} {last}" if most else last

    def lag(self, coverage: Coverage) -> str:
        """``Mexico first by 2 h 15 min``, or why nobody can be called first."""
        if coverage.no_leader == "copies":
            return self.words.copies_alone
        if coverage.lag_minutes is None:
            return self._undated(coverage)
        if coverage.leader is None:
            return self.words.together
        side = self.words.side[coverage.leader]
        lag = self.duration(coverage.lag_minutes)
        return self.words.first_by.format(side=side, lag=lag)

    def firsts(self, led: SideCoverage, followed: SideCoverage) -> str:
        """Which items, and when: what the lag is measured between."""
        ahead, behind = led.first, followed.first
        assert ahead and behind, "a side without a dated item has no lag"
        return self.words.firsts.format(
            leader=ahead.outlet,
            led_at=self.when(ahead),
            follower=behind.outlet,
            followed_at=self.when(behind),
        )

    def duration(self, minutes: int) -> str:
        """``45 min``, ``2 h 15 min``, ``4 d 3 h``: symbols alike in both languages."""
        hours, rest = divmod(minutes, 60)
        days = hours // 24
        if hours >= _HOURS_UNTIL_DAYS:
            return _joined((days, "d"), (hours - days * 24, "h"))
        return _joined((hours, "h"), (rest, "min"))

    def silence(self, side: Country, health: Sequence[FeedHealth]) -> str:
        """What a side's silence is worth, given how its feeds did."""
        here = [h for h in health if h.feed.country == side]
        down = sum(not h.is_healthy for h in here)
        name = self.words.side[side]
        if not here:
            return self.words.unfollowed.format(side=name)
        if down == len(here):
            return self.count(down, self.words.unknown, side=name)
        feeds = self.words.feeds[side][len(here) != 1]
        if not down:
            return self.count(len(here), self.words.silent, side=name, feeds=feeds)
        total = self.number(len(here))
        words = self.words.silent_but
        return self.count(down, words, side=name, total=total, feeds=feeds)

    def cannot_tell(self, health: SideHealth) -> str:
        """``Cannot tell what Mexico leaves out: 7 of 31 Mexican feeds were down.``"""
        if not health.feeds:
            name = self.words.side[health.side]
            return self.words.unfollowed.format(side=name)
        return self.count(
            health.down,
            self.words.cannot_tell,
            side=self.words.the_side[health.side],
            total=self.number(health.feeds),
            feeds=self.words.feeds[health.side][health.feeds != 1],
        )

    def partly_read(self, health: SideHealth) -> str:
        """How much of a side was not read, by its feeds and by their volume."""
        return self.count(
            health.down,
            self.words.partly_read,
            side=self.words.side[health.side],
            total=self.number(health.feeds),
            share=format_percent(health.share_down, locale=self._locale),
        )

    def blind(self, spot: BlindSpot, now: datetime) -> str:
        """Why a silence counts: what was to be expected of that side by now."""
        expected = round(spot.expected)
        words = self.words
        lasting = self._length(now - spot.since)
        silent = {"side": words.side[spot.silent], "time": lasting}
        said = [
            self.count(expected, words.expected, **silent)
            if expected
            else words.one_expected.format(**silent)
        ]
        if spot.of:
            covered = self.number(spot.covered)
            said.append(self.count(spot.of, words.took_up, covered=covered))
        return " ".join(said)

    def broken(self, silence: Broken) -> str:
        """``After 14 h of silence in Mexico.``"""
        side = self.words.the_side[silence.silent]
        return self.words.broken.format(side=side, time=self._length(silence.lasted))

    def _length(self, of: timedelta) -> str:
        return self.duration(max(of // timedelta(minutes=1), 1))

    def heading(self, key: SectionKey) -> str:
        """Of a section."""
        if key == "US" or key == "MX":
            return self.words.only[key]
        return self.words.section[key]

    def continuing(self, first: datetime) -> str:
        """``Continuing since Feb 27, 05:12``: that may be the day the window opens."""
        return self.words.continuing.format(time=self.time(first))

    def age(self, news: News, first: datetime) -> str:
        """``New``, or ``Continuing since Feb 27, 05:12: +6 items, 3 more outlets``."""
        if news.is_new:
            return self.words.new
        since = self.continuing(first)
        changes = ", ".join(self._changes(news))
        return f"{since}: {changes}" if changes else since

    def _changes(self, news: News) -> Iterator[str]:
        if news.items:
            yield self.count(news.items, self.words.added)
        if news.outlets:
            yield self.count(news.outlets, self.words.joined)
        if news.crossed:
            yield self.words.now_in.format(side=self.words.the_side[news.crossed])
        if news.retitled:
            yield self.count(news.retitled, self.words.retitled)

    def change(self, logged: LoggedChange) -> str:
        """``Mar 2, 05:12. Merged into one story: 4 items``"""
        moves, kind = logged.change.moves, logged.change.kind
        what = self.count(len(moves), self.words.change[kind])
        return f"{self.time(logged.at)}. {what}"

    def themes(self, names: Sequence[str]) -> str:
        """``Themes: water and trade``"""
        return self.words.themes.format(names=self.names(names))

    def watched(self, names: Sequence[str]) -> str:
        """``Watch-list: Water and Trade``"""
        return self.words.watched.format(names=self.names(names))

    def last_read(self, moment: datetime | None) -> str:
        """``last read Mon, Mar 2, 05:10``, or that a feed never was."""
        if moment is None:
            return self.words.never_read
        return self.words.last_read.format(time=self.moment(moment))

    def doubts(self, warnings: Iterable[str]) -> str:
        """Why a translation is doubtful; a code without a meaning stands for itself."""
        reasons = (MEANINGS.get(code, {}).get(self.language, code) for code in warnings)
        return self.words.doubtful.format(reasons="; ".join(reasons))

    def _undated(self, coverage: Coverage) -> str:
        sides = [self.words.side[s] for s in SIDES if not coverage.sides[s].first]
        return self.words.undated_sides.format(sides=self.names(sides))

    def time(self, moment: datetime) -> str:
        """``Mar 2, 05:12``

        On the 24-hour clock in both languages: readers compare across columns.
        """
        return f"{self.day(moment)}, {self.clock(moment)}"

    def clock(self, moment: datetime) -> str:
        """``05:12``"""
        return f"{self.local(moment):%H:%M}"

    def local(self, moment: datetime) -> datetime:
        """In the reader's zone."""
        return moment.astimezone(self._zone)

    def _skeleton(self, skeleton: str, moment: datetime | date) -> str:
        day = self.local(moment).date() if isinstance(moment, datetime) else moment
        return _day(skeleton, day, self._locale)


@lru_cache(maxsize=4096)
def _day(skeleton: str, day: date, locale: str) -> str:
    """A page may name one day two hundred times, and Babel takes 0.1 ms for each."""
    return format_skeleton(skeleton, day, locale=locale)


@lru_cache(maxsize=4096)
def _number(n: int, locale: str) -> str:
    return format_decimal(n, locale=locale)


class Voice:
    """Says things in each of a reader's languages."""

    def __init__(self, *speakers: Speaker, translates: bool = True) -> None:
        """``translates``: whether a reader wants translations beside the originals."""
        self.speakers = speakers
        self.translates = translates

    @classmethod
    def of(cls, reader: Subscriber) -> "Voice":
        """In the reader's language or languages, on the reader's clock."""
        speakers = (Speaker(language, reader.tz) for language in reader.languages)
        return cls(*speakers, translates=reader.translate)

    @property
    def languages(self) -> tuple[Language, ...]:
        """Which ones it speaks, the page's own first."""
        return tuple(s.language for s in self.speakers)

    def beside(self, language: Language) -> "Voice":
        """For fine print beside a text: in its language, if the reader reads that.

        A reader of both languages is spared everything twice.
        """
        same = [s for s in self.speakers if s.language == language]
        return Voice(*(same or self.speakers))

    def say(self, what: Callable[[Speaker], str]) -> Said:
        """The same thing by every speaker, without saying the same words twice."""
        said = [Phrase(s.language, what(s)) for s in self.speakers]
        return tuple(p for n, p in enumerate(said) if p.text not in _texts(said[:n]))


def _texts(phrases: Iterable[Phrase]) -> set[str]:
    return {phrase.text for phrase in phrases}


def _joined(*parts: tuple[int, str]) -> str:
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
