"""An edition -> what its reader sees, in the reader's words, links checked, capped."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from monitor.comparison import Coverage, FeedHealth, SideHealth
from monitor.digest.edition import items_within
from monitor.digest.headline import clean, headline, web_link
from monitor.digest.page import (
    Caps,
    CorrectionView,
    EditionView,
    FeedView,
    Picture,
    SectionView,
    StoryView,
    TallyView,
)
from monitor.digest.phrases import Said, Speaker, Voice
from monitor.digest.pictures import pictures
from monitor.digest.sections import SILENT, Section, SectionKey, sections
from monitor.digest.telling import Telling
from monitor.model import SIDES
from monitor.readers import Corrected, Edition, Links
from monitor.text import clip

_REASON_LENGTH = 120
_CORRECTED = 3
"""Stories named per correction."""
_BLIND: frozenset[SectionKey] = frozenset({"blind-US", "blind-MX"})
_FOREMOST: frozenset[SectionKey] = frozenset({"watched", "crossed", "new"})
_COLOURS: dict[SectionKey, str] = {
    "blind-US": "MX",
    "blind-MX": "US",
    "US": "US",
    "MX": "MX",
}
"""That of the side that speaks."""


def led(edition: Edition) -> list[Coverage]:
    """Stories that came to both sides in the window, with a leader beyond doubt.

    As the edition tells them: those that crossed the border ahead of the others.
    """
    told = {s.key: s.stories for s in sections(edition)}
    return [
        c
        for c in (*told["watched"], *told["crossed"], *told["new"])
        if c.leader
        and c.lag_certainty != "poll-bounded"
        and (edition.news[c.story.id].crossed or edition.news[c.story.id].is_new)
    ]


def _checked(links: Links) -> Links:
    """Without addresses that no mail should lead to."""
    leave = links.unsubscribe or ""
    is_mail = leave.startswith("mailto:") and leave == clean(leave)
    return Links(
        web=web_link(links.web or ""),
        unsubscribe=leave if is_mail else web_link(leave),
    )


class View:
    """What the subscriber sees of an edition, in full or in short."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._voice = Voice.of(edition.subscriber)
        self._say = self._voice.say
        self._telling = Telling(edition, self._voice)
        self._stories: dict[str, StoryView] = {}
        self._found = sections(edition)
        drawn = pictures(edition, led(edition), self._voice)
        self._timeline = [p for p in drawn if p.image.cid == "timeline"]
        self._lags = [p for p in drawn if p.image.cid == "lags"]

    def edition(self, caps: Caps) -> EditionView:
        """As much of it as the caps let through."""
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
            pictures=tuple(self._timeline),
            empty=() if self._total() else say(lambda s: s.words.no_stories),
            sections=tuple(self._sections(caps)),
            corrections_title=say(lambda s: s.words.corrections),
            corrections=tuple(map(self._correction, edition.corrected[: caps.feeds])),
            more_corrections=self._if_any(
                len(edition.corrected) - caps.feeds, "more_corrections"
            ),
            colophon=say(lambda s: s.words.colophon),
            feeds_title=say(self._feeds_title) if edition.health else (),
            feeds_down=tuple(self._feed(h) for h in down[: caps.feeds]),
            more_feeds=self._if_any(len(down) - caps.feeds, "more_feeds"),
            notes=self._notes,
            links=_checked(edition.links),
            view_in_browser=say(lambda s: s.words.view_in_browser),
            unsubscribe=say(lambda s: s.words.unsubscribe),
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
        total = self._total()
        share = round(100 * n / total) if total else 0
        number = self._say(lambda s: s.number(n))
        return TallyView(key, number, self._say(label), share)

    def _total(self) -> int:
        edition = self._edition
        return len(edition.both) + sum(map(len, edition.only.values()))

    def _leads(self, s: Speaker) -> str:
        leaders = [coverage.leader for coverage in self._edition.both]
        us, mx = (s.number(leaders.count(side)) for side in SIDES)
        return s.words.leads.format(us=us, mx=mx)

    # --- sections --------------------------------------------------------------

    def _sections(self, caps: Caps) -> Iterator[SectionView]:
        drawn = [s.key for s in self._found if s.stories and s.key not in SILENT]
        for section in self._found:
            pictures = self._lags if section.key in drawn[-1:] else ()
            note = self._note(section)
            if section.stories or (note and section.key in _BLIND):
                yield self._section(section, note, pictures, caps)

    def _section(
        self, section: Section, note: Said, pictures: Sequence[Picture], caps: Caps
    ) -> SectionView:
        key, stories = section.key, section.stories
        cap = caps.full if key in _FOREMOST else caps.less
        full = [c for c in stories if self._is_full(key, c)][:cap]
        told = {c.story.id for c in full}
        rest = [c for c in stories if c.story.id not in told]
        return SectionView(
            key=key,
            colour=_COLOURS.get(key, "both"),
            title=self._say(lambda s: s.heading(key)),
            note=note,
            stories=tuple(self._told(c) for c in full),
            briefs_title=self._say(lambda s: s.words.briefs),
            briefs=tuple(self._told(c) for c in rest[: caps.briefs]),
            more=self._if_any(len(rest) - caps.briefs, "more_stories"),
            pictures=tuple(pictures),
        )

    def _told(self, coverage: Coverage) -> StoryView:
        """Worded once, however often the page is tried for its size."""
        story = coverage.story.id
        if story not in self._stories:
            self._stories[story] = self._telling.story(coverage)
        return self._stories[story]

    def _note(self, section: Section) -> Said:
        """What the silence of the section's other side is worth."""
        silent = SILENT.get(section.key)
        if silent is None:
            return ()
        health = self._edition.sides.get(silent)
        if health and not health.can_tell:
            return self._say(lambda s: s.cannot_tell(health))
        if section.key in _BLIND or not section.stories:
            return ()
        return self._say(lambda s: s.silence(silent, self._edition.health))

    def _is_full(self, key: SectionKey, coverage: Coverage) -> bool:
        """Of a side's own stories, those that only one item tells come in brief."""
        return key not in {"US", "MX"} or len(coverage.story.members) > 1

    def _if_any(self, n: int, words: str) -> Said:
        """A number in words; nothing if there is none to tell."""
        if n <= 0:
            return ()
        return self._say(lambda s: s.count(n, getattr(s.words, words)))

    # --- corrections -------------------------------------------------------------

    def _correction(self, corrected: Corrected) -> CorrectionView:
        logged = corrected.logged
        reason = clip(clean(logged.change.reason), _REASON_LENGTH)
        members = [story.members[0] for story in corrected.stories[:_CORRECTED]]
        return CorrectionView(
            what=self._say(lambda s: s.change(logged)),
            reason=self._say(lambda s: s.words.reason.format(reason=reason))
            if reason
            else (),
            stories=tuple(headline(member, self._voice) for member in members),
        )

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

    @cached_property
    def _notes(self) -> tuple[Said, ...]:
        return tuple(note for note in self._noted() if note)

    def _noted(self) -> Iterable[Said]:
        untranslated = self._edition.untranslated
        engine = clean(self._edition.translator)
        for side in SIDES:
            health = self._edition.sides.get(side)
            if health and health.down:
                yield self._partly_read(health)
        yield self._if_any(self._edition.left_out, "left_out")
        yield self._if_any(self._undated(), "undated")
        yield self._if_any(untranslated, "untranslated")
        yield self._say(lambda s: s.words.translator.format(engine=engine))
        yield self._say(lambda s: s.words.method)
        yield self._say(lambda s: s.words.claims)

    def _partly_read(self, health: SideHealth) -> Said:
        return self._say(lambda s: s.partly_read(health))

    def _undated(self) -> int:
        edition = self._edition
        stories = (*edition.both, *edition.only["US"], *edition.only["MX"])
        items = (m.item for coverage in stories for m in coverage.story.members)
        within = items_within(edition, items)
        return sum(item.date_source == "fetched" for item in within)
