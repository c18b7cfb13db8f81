"""What happened to a story since it opened, and which corrections hold in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.change import Change, ChangeKind, LoggedChange, LoggedCorrection
from monitor.digest.headline import clean
from monitor.digest.phrases import Speaker
from monitor.model import Story
from monitor.stories.explain import sureness


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
    speaker: Speaker,
) -> History:
    """Of all changes and corrections, those around a story."""
    here = {member.item.id for member in story.members}
    return History(
        tuple(_change(story.id, logged, speaker) for logged in changes),
        tuple(
            _correction(here, logged, speaker)
            for logged in corrections
            if not here.isdisjoint(_named(logged))
        ),
    )


def brought_words(logged: LoggedChange, speaker: Speaker) -> str:
    """What brought an item here: when, by whom and why."""
    change = logged.change
    reason = clean(change.reason) or _KINDS[change.kind].lower()
    return f"Brought here on {speaker.moment(logged.at)} by {_by(change)}: {reason}."


_KINDS: Mapping[ChangeKind, str] = {
    "merge": "Merge",
    "move": "Move",
    "split": "Split",
    "again": "Clustered again",
    "undo": "Undo",
}


def _change(story: str, logged: LoggedChange, speaker: Speaker) -> ChangeView:
    change = logged.change
    return ChangeView(
        when=speaker.moment(logged.at),
        kind=_KINDS[change.kind],
        by=_by(change),
        exchanges=tuple(_exchanges(story, change, speaker)),
        reason=clean(change.reason),
        is_undone=logged.undone,
    )


def _by(change: Change) -> str:
    if change.correction is not None:
        return f"correction {change.correction}"
    return ", ".join(filter(None, ("monitor", sureness(change))))


def _exchanges(story: str, change: Change, speaker: Speaker) -> Iterable[ExchangeView]:
    came = Counter(m.before for m in change.moves if m.after == story)
    went = Counter(m.after for m in change.moves if m.before == story)
    for is_arrival, others in ((True, came), (False, went)):
        for other, n in others.items():
            count = speaker.count(n, speaker.words.items)
            yield ExchangeView(count, is_arrival, other)


def _correction(
    here: set[str], logged: LoggedCorrection, speaker: Speaker
) -> CorrectionView:
    said, taken = logged.correction, logged.taken_back

    def count(items: Sequence[str]) -> str:
        return speaker.count(len(items), speaker.words.items)

    words = []
    if len(said.together) > 1 and here & {*said.together}:
        words.append(f"{count(said.together)} together")
    if all(said.apart):
        words.append(" apart from ".join(map(count, said.apart)))
    return CorrectionView(
        id=logged.id,
        when=speaker.moment(logged.made),
        verb=said.verb,
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
