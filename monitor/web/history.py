"""What happened to a story since it opened, and which corrections hold in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.change import (
    Change,
    ChangeKind,
    CorrectionVerb,
    LoggedChange,
    LoggedCorrection,
)
from monitor.digest.headline import clean
from monitor.model import Story
from monitor.stories.explain import chance
from monitor.web.catalogue import later
from monitor.web.guide import Guide


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """Items that came from another story or went there."""

    count: str
    """``2 items``"""
    is_arrival: bool
    story: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change, as this story has seen it."""

    when: str
    kind: str
    by: str
    """A correction, or the monitor and how sure it was."""
    exchanges: tuple[ExchangeView, ...]
    reason: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One correction that names items of this story."""

    id: int
    when: str
    verb: str
    said: str
    """What it says of the items here."""
    reason: str
    is_undone: bool
    by: str
    """Who made it; empty where nobody noted it, as with the next two."""
    undone_by: str
    why_undone: str


@dataclass(frozen=True, slots=True)
class History:
    """Both, in their order."""

    changes: tuple[ChangeView, ...]
    corrections: tuple[CorrectionView, ...]


def history(
    story: Story,
    changes: Iterable[LoggedChange],
    corrections: Iterable[LoggedCorrection],
    guide: Guide,
) -> History:
    """Of all changes and corrections, those around a story."""
    here = {member.item.id for member in story.members}
    return History(
        tuple(_change(story.id, logged, guide) for logged in changes),
        tuple(
            _correction(here, logged, guide)
            for logged in corrections
            if not here.isdisjoint(_named(logged))
        ),
    )


def brought_words(logged: LoggedChange, guide: Guide) -> str:
    """What brought an item here: when, by whom and why."""
    change = logged.change
    return guide.say(
        "Brought here on {moment} by {who}: {reason}.",
        moment=guide.moment(logged.at),
        who=_by(change, guide),
        reason=clean(change.reason) or guide.say(_KINDS[change.kind]).lower(),
    )


_KINDS: Mapping[ChangeKind, str] = {
    "merge": later("Merge"),
    "move": later("Move"),
    "split": later("Split"),
    "again": later("Clustered again"),
    "undo": later("Undo"),
}
_MEASURES: Mapping[ChangeKind, str] = {
    "merge": later("linkage {n}"),
    "split": later("apartness {n}"),
}
_VERBS: Mapping[CorrectionVerb, str] = {
    "merge": later("merge"),
    "move": later("move"),
    "split": later("split"),
    "undo": later("undo"),
}


def _change(story: str, logged: LoggedChange, guide: Guide) -> ChangeView:
    change = logged.change
    return ChangeView(
        when=guide.moment(logged.at),
        kind=guide.say(_KINDS[change.kind]),
        by=_by(change, guide),
        exchanges=tuple(_exchanges(story, change, guide)),
        reason=clean(change.reason),
        is_undone=logged.undone,
    )


def _by(change: Change, guide: Guide) -> str:
    if change.correction is not None:
        return guide.say("correction {n}", n=change.correction)
    return ", ".join(filter(None, (guide.say("monitor"), _sureness(change, guide))))


def _sureness(change: Change, guide: Guide) -> str:
    if change.score is None:
        return ""
    return guide.say(_MEASURES.get(change.kind, "p {n}"), n=chance(change.score))


def _exchanges(story: str, change: Change, guide: Guide) -> Iterable[ExchangeView]:
    came = Counter(m.before for m in change.moves if m.after == story)
    went = Counter(m.after for m in change.moves if m.before == story)
    for is_arrival, others in ((True, came), (False, went)):
        for other, n in others.items():
            count = guide.count(n, guide.words.items)
            yield ExchangeView(count, is_arrival, other)


def _correction(
    here: set[str], logged: LoggedCorrection, guide: Guide
) -> CorrectionView:
    said, taken = logged.correction, logged.taken_back

    def count(items: Sequence[str]) -> str:
        return guide.count(len(items), guide.words.items)

    words = []
    if len(said.together) > 1 and here & {*said.together}:
        words.append(guide.say("{items} together", items=count(said.together)))
    if all(said.apart):
        one, other = map(count, said.apart)
        words.append(guide.say("{items} apart from {others}", items=one, others=other))
    return CorrectionView(
        id=logged.id,
        when=guide.moment(logged.made),
        verb=guide.say(_VERBS[said.verb]),
        said="; ".join(words),
        reason=clean(said.reason),
        is_undone=logged.undone,
        by=clean(logged.by.name) if logged.by else "",
        undone_by=clean(taken.by.name) if taken and taken.by else "",
        why_undone=clean(taken.reason) if taken else "",
    )


def _named(logged: LoggedCorrection) -> tuple[str, ...]:
    said = logged.correction
    return (*said.together, *said.apart[0], *said.apart[1])
