"""An edition -> what its reader sees, in the reader's words, links checked, capped."""

from collections.abc import Callable, Iterable, Sequence

from monitor.comparison import Coverage, FeedHealth, SideCoverage
from monitor.coverage.lag import first_dated
from monitor.digest.edition import is_new, items_within
from monitor.digest.headline import clean, headline
from monitor.digest.page import (
    Caps,
    EditionView,
    FeedView,
    Remark,
    SectionView,
    SideView,
    StoryView,
    TallyView,
)
from monitor.digest.phrases import Said, Speaker, Voice
from monitor.model import SIDES, Country, Item
from monitor.readers import Edition
from monitor.text import clip

_REASON_LENGTH = 120
_ALSO = 4
"""Items linked per side besides its headline."""


def view(edition: Edition, caps: Caps) -> EditionView:
    """What the subscriber sees of an edition."""
    return _View(edition, caps).edition()


class _View:
    def __init__(self, edition: Edition, caps: Caps) -> None:
        self._edition = edition
        self._caps = caps
        self._voice = Voice.of(edition.subscriber)
        self._say = self._voice.say

    def edition(self) -> EditionView:
        edition, say = self._edition, self._say
        down = [h for h in edition.health if not h.is_healthy]
        return EditionView(
            languages=self._voice.languages,
            title=say(lambda s: s.words.title),
            date=say(lambda s: s.long_date(edition.date)),
            preface=say(self._preface),
            subject=say(self._subject),
            tallies=tuple(self._tallies()),
            leads=say(self._leads) if edition.both else (),
            sections=(self._both(), *(self._only(side) for side in SIDES)),
            colophon=say(lambda s: s.words.colophon),
            feeds_title=say(self._feeds_title) if edition.health else (),
            feeds_down=tuple(self._feed(h) for h in down[: self._caps.feeds]),
            more_feeds=self._if_any(len(down) - self._caps.feeds, "more_feeds"),
            notes=tuple(note for note in self._notes() if note),
        )

    # --- head ------------------------------------------------------------------

    def _preface(self, s: Speaker) -> str:
        edition = self._edition
        return s.words.preface.format(
            start=s.moment(edition.start),
            end=s.moment(edition.end),
            city=s.city(),
            name=clean(edition.subscriber.name),
        )

    def _subject(self, s: Speaker) -> str:
        edition = self._edition
        return s.words.subject.format(
            title=s.words.title,
            date=s.day(edition.date),
            both=s.number(len(edition.both)),
            us=s.number(len(edition.only["US"])),
            mx=s.number(len(edition.only["MX"])),
        )

    def _tallies(self) -> Iterable[TallyView]:
        only = self._edition.only
        yield self._tally("US", len(only["US"]), lambda s: s.words.tally_only["US"])
        yield self._tally("both", len(self._edition.both), lambda s: s.words.tally_both)
        yield self._tally("MX", len(only["MX"]), lambda s: s.words.tally_only["MX"])

    def _tally(self, key: str, n: int, label: Callable[[Speaker], str]) -> TallyView:
        edition = self._edition
        total = len(edition.both) + sum(map(len, edition.only.values()))
        share = round(100 * n / total) if total else 0
        number = self._say(lambda s: s.number(n))
        return TallyView(key, number, self._say(label), share)

    def _leads(self, s: Speaker) -> str:
        leaders = [coverage.leader for coverage in self._edition.both]
        us, mx = (s.number(leaders.count(side)) for side in SIDES)
        return s.words.leads.format(us=us, mx=mx)

    # --- sections --------------------------------------------------------------

    def _both(self) -> SectionView:
        stories = self._edition.both
        title = self._say(lambda s: s.words.both_sides)
        return self._section("both", title, (), stories, stories[: self._caps.both])

    def _only(self, side: Country) -> SectionView:
        stories = self._edition.only[side]
        [silent] = set(SIDES) - {side}
        title = self._say(lambda s: s.words.only[side])
        note = self._say(lambda s: s.silence(silent, self._edition.health))
        full = [c for c in stories if self._is_full(c)][: self._caps.only]
        return self._section(side, title, note, stories, full)

    def _section(
        self,
        key: str,
        title: Said,
        note: Said,
        stories: Sequence[Coverage],
        full: Sequence[Coverage],
    ) -> SectionView:
        told = {c.story.id for c in full}
        rest = [c for c in stories if c.story.id not in told]
        return SectionView(
            key=key,
            title=title,
            note=note if stories else (),
            stories=tuple(map(self._story, full)),
            briefs_title=self._say(lambda s: s.words.briefs),
            briefs=tuple(map(self._story, rest[: self._caps.briefs])),
            more=self._if_any(len(rest) - self._caps.briefs, "more_stories"),
            empty=() if stories else self._say(lambda s: s.words.no_stories),
        )

    def _is_full(self, coverage: Coverage) -> bool:
        is_watched = coverage.story.id in self._edition.watched
        return is_watched or len(coverage.story.members) > 1

    def _if_any(self, n: int, words: str, voice: Voice | None = None) -> Said:
        """A number in words; nothing if there is none to tell."""
        if n <= 0:
            return ()
        return (voice or self._voice).say(lambda s: s.count(n, getattr(s.words, words)))

    # --- stories ---------------------------------------------------------------

    def _story(self, coverage: Coverage) -> StoryView:
        sides = [self._side(coverage, side) for side in SIDES]
        return StoryView(
            leader=coverage.leader,
            lag=self._say(lambda s: s.lag(coverage)) if coverage.crosses_border else (),
            is_bounded=coverage.lag_certainty == "poll-bounded",
            remarks=tuple(self._remark(s, coverage) for s in self._voice.speakers),
            sides=tuple(side for side in sides if side),
        )

    def _remark(self, s: Speaker, coverage: Coverage) -> Remark:
        certainty = coverage.lag_certainty
        watched = self._edition.watched.get(coverage.story.id, ())
        first = coverage.story.first_seen
        is_news = is_new(self._edition, coverage)
        return Remark(
            language=s.language,
            certainty=s.words.certainty[certainty] if certainty else "",
            firsts=self._firsts(s, coverage),
            age=s.words.new if is_news else s.continuing(first),
            watched=s.watched(watched) if watched else "",
        )

    def _firsts(self, s: Speaker, coverage: Coverage) -> str:
        if coverage.leader is None:
            return ""
        [other] = set(SIDES) - {coverage.leader}
        led, followed = coverage.sides[coverage.leader], coverage.sides[other]
        if led.first == self._lead(led) and followed.first == self._lead(followed):
            return ""
        return s.firsts(led, followed)

    def _side(self, coverage: Coverage, side: Country) -> SideView | None:
        covered = coverage.sides[side]
        if not covered.items:
            return None
        members = {m.item.id: m for m in coverage.story.members}
        lead = self._lead(covered)
        first = covered.first if coverage.crosses_border else None
        if first == lead:
            first = None
        also = self._also(covered, lead, first)
        fine_print = self._voice.beside(lead.language)
        shown = [headline(members[item.id], fine_print) for item in also[:_ALSO]]
        return SideView(
            side=side,
            name=self._say(lambda s: s.words.side[side]),
            headline=headline(members[lead.id], self._voice),
            counts=tuple(self._counts(covered, fine_print)),
            also_label=fine_print.say(lambda s: s.words.also),
            first=shown[0] if first else None,
            also=tuple(shown),
            more=self._if_any(len(also) - _ALSO, "more_outlets", fine_print),
        )

    def _lead(self, covered: SideCoverage) -> Item:
        """What stands for a side: its first item of the window, dated if any is.

        A side that said nothing in the window is shown by its newest.
        """
        within = list(items_within(self._edition, covered.items))
        if not within:
            return covered.items[-1]
        return first_dated(within) or within[0]

    def _also(
        self, covered: SideCoverage, lead: Item, first: Item | None
    ) -> list[Item]:
        """One item of each further outlet; ahead of all, what the lag rests on.

        That ``first`` may be of the lead's own outlet. Else items of the window come
        before earlier ones.
        """
        within = items_within(self._edition, covered.items)
        firsts = {first.outlet: first} if first else {}
        for item in (*within, *covered.items):
            if item.outlet != lead.outlet:
                firsts.setdefault(item.outlet, item)
        return list(firsts.values())

    def _counts(self, covered: SideCoverage, voice: Voice) -> Iterable[Said]:
        yield voice.say(lambda s: s.count(len(covered.items), s.words.items))
        if len(covered.items) > 1:
            yield voice.say(lambda s: s.count(len(covered.outlets), s.words.outlets))
            yield voice.say(lambda s: s.count(len(covered.owners), s.words.owners))

    # --- colophon --------------------------------------------------------------

    def _feeds_title(self, s: Speaker) -> str:
        health = self._edition.health
        down = sum(not h.is_healthy for h in health)
        if not down:
            return s.count(len(health), s.words.all_feeds_well)
        return s.count(down, s.words.feeds_down, total=s.number(len(health)))

    def _feed(self, health: FeedHealth) -> FeedView:
        last = health.state.last_good
        return FeedView(
            outlet=clean(health.feed.outlet),
            side=self._say(lambda s: s.words.side[health.feed.country]),
            reason=clip(clean(health.state.error or ""), _REASON_LENGTH),
            last_read=self._say(lambda s: s.last_read(last)),
        )

    def _notes(self) -> Iterable[Said]:
        untranslated = self._edition.untranslated
        engine = clean(self._edition.translator)
        yield self._if_any(self._undated(), "undated")
        yield self._if_any(untranslated, "untranslated")
        yield self._say(lambda s: s.words.translator.format(engine=engine))
        yield self._say(lambda s: s.words.method)
        yield self._say(lambda s: s.words.claims)

    def _undated(self) -> int:
        edition = self._edition
        stories = (*edition.both, *edition.only["US"], *edition.only["MX"])
        items = (m.item for coverage in stories for m in coverage.story.members)
        within = items_within(edition, items)
        return sum(item.date_source == "fetched" for item in within)
