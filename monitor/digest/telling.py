"""One story of an edition -> what its reader sees of it."""

from collections.abc import Iterable

from monitor.comparison import Coverage, SideCoverage
from monitor.coverage.lag import first_dated
from monitor.digest.edition import items_within
from monitor.digest.headline import clean, headline
from monitor.digest.page import Remark, SideView, StoryView
from monitor.digest.phrases import Said, Speaker, Voice
from monitor.digest.sections import silences
from monitor.model import SIDES, Country, Item
from monitor.readers import Edition

_ALSO = 4
"""Items linked per side besides its headline."""


class Telling:
    """Tells the stories of one edition in its reader's words."""

    def __init__(self, edition: Edition, voice: Voice) -> None:
        self._edition = edition
        self._voice = voice
        self._say = voice.say
        self._silences = silences(edition)

    def story(self, coverage: Coverage) -> StoryView:
        """By one side or two."""
        sides = [self._side(coverage, side) for side in SIDES]
        return StoryView(
            id=coverage.story.id,
            leader=coverage.leader,
            lag=self._say(lambda s: s.lag(coverage)) if coverage.crosses_border else (),
            is_bounded=coverage.lag_certainty == "poll-bounded",
            remarks=tuple(self._remark(s, coverage) for s in self._voice.speakers),
            sides=tuple(side for side in sides if side),
        )

    def _remark(self, s: Speaker, coverage: Coverage) -> Remark:
        edition, story = self._edition, coverage.story
        certainty = coverage.lag_certainty
        watched = edition.watched.get(story.id, ())
        themes = [
            clean(edition.labels.get(name, {}).get(s.language, name))
            for name in edition.themes.get(story.id, ())
        ]
        return Remark(
            language=s.language,
            certainty=s.words.certainty[certainty] if certainty else "",
            firsts=self._firsts(s, coverage),
            age=s.age(edition.news[story.id], story.first_seen),
            watched=s.watched(watched) if watched else "",
            themes=s.themes(themes) if themes else "",
            silence=self._silence(s, story.id),
        )

    def _silence(self, s: Speaker, story: str) -> str:
        if spot := self._silences.blind.get(story):
            return s.blind(spot, self._edition.end)
        broken = self._silences.broken.get(story)
        return s.broken(broken) if broken else ""

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
        more = len(also) - _ALSO
        return SideView(
            side=side,
            name=self._say(lambda s: s.words.side[side]),
            headline=headline(members[lead.id], self._voice),
            counts=tuple(self._counts(covered, fine_print)),
            also_label=fine_print.say(lambda s: s.words.also),
            first=shown[0] if first else None,
            also=tuple(shown),
            more=fine_print.say(lambda s: s.count(more, s.words.more_outlets))
            if more > 0
            else (),
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
            yield voice.say(lambda s: s.count(covered.texts, s.words.texts))
