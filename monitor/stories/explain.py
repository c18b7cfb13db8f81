"""
Why an item is in its story, in words.

Three relations are kept apart. *Same text*: an item repeats another's. *Same story*:
it belongs with the others. *Related*: see ``related.py``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.change import Change, ChangeKind, LoggedChange
from monitor.model import Item, Member
from monitor.stories.related import Other, Related
from monitor.stories.shared import Shared

Entrance = Literal["opened", "joined", "repeats", "put"]
"""How an item came into the story that it was in first: it opened it; it was likely
enough to belong there; its text is another's; or a person had said so."""

_LEAST_SHARE = 0.005
"""Shares of a probability below this are not shown: they would read .00."""

CHANNEL_WORDS: Mapping[str, str] = {
    "english": "English words",
    "original": "words of its own language",
    "names": "names and numbers",
    "letters": "spelling",
    "dense": "meaning",
}


@dataclass(frozen=True, slots=True)
class Membership:
    """Why one item is in its story: ``Assignment.why`` with what its ids stand for."""

    item: Item
    entrance: Entrance
    score: float
    """How likely it belongs there, 0 to 1; for an opener, to the runner-up."""
    evidence: tuple[tuple[str, float], ...]
    """(a channel's words, its share of the score), the largest first; of an opener,
    of the runner-up's."""
    shared: tuple[str, ...]
    nearest: Item | None
    """The item it is closest to, or whose text it repeats; None if it is not known."""
    runner_up: Other | None
    """What the runner-up is by now; this very story if it was merged since."""
    runner_up_score: float
    is_own: bool
    """Whether the runner-up is a part of this story now."""
    brought: LoggedChange | None
    """What brought it here since, from the story that all the rest is about; never an
    ``again``, which changes the rest as well."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One story, explained."""

    memberships: Mapping[str, Membership]
    """By item."""
    shared: Shared
    related: tuple[Related, ...]
    """The closest first."""


def membership(
    member: Member,
    items: Mapping[str, Item],
    others: Mapping[str, Other],
    brought: LoggedChange | None = None,
) -> Membership:
    """Why an item is in its story.

    ``items`` are those that explain it, by id; ``others`` the stories, by the ids under
    which they were runners-up. What is in neither is not known any more.
    """
    made = member.assignment
    why = made.why
    runner_up = others.get(why.runner_up or "")
    shares = sorted(why.parts.items(), key=lambda part: (-part[1], part[0]))
    return Membership(
        item=member.item,
        entrance=_entrance(member),
        score=made.score,
        evidence=tuple(
            (CHANNEL_WORDS.get(channel, channel), share)
            for channel, share in shares
            if share >= _LEAST_SHARE
        ),
        shared=why.shared,
        nearest=items.get(made.copy_of or why.nearest or ""),
        runner_up=runner_up,
        runner_up_score=why.runner_up_score,
        is_own=runner_up is not None and runner_up.id == made.story,
        brought=brought,
    )


def _entrance(member: Member) -> Entrance:
    made = member.assignment
    if made.copy_of is not None:
        return "repeats"
    if made.why.nearest is None:
        return "opened"
    return "joined" if any(made.why.parts.values()) else "put"


def arrivals(
    members: Iterable[Member], changes: Iterable[LoggedChange]
) -> dict[str, LoggedChange]:
    """Item -> what brought it to its story last, for those not in it at once.

    ``members`` may be of many stories: each change is looked through once for all. An
    item that was taken away and put back by an undo is where it was: nothing brought
    it. Clustering all again gives an item new reasons, about where it went: that brings
    nothing, and whatever happened before is forgotten.
    """
    members = tuple(members)
    stories = {member.item.id: member.assignment.story for member in members}
    brought: dict[str, LoggedChange] = {}
    away: set[str] = set()
    for logged in changes:
        if logged.change.kind == "again":
            anew = _assigned_anew(members, logged.change)
            brought = {item: by for item, by in brought.items() if item not in anew}
            away -= anew
            continue
        is_undo = logged.change.kind == "undo"
        for move in logged.change.moves:
            story = stories.get(move.item)
            if move.before == story and move.item not in brought:
                away.add(move.item)
            elif move.after == story and not (is_undo and move.item in away):
                brought[move.item] = logged
    return brought


def _assigned_anew(members: Iterable[Member], again: Change) -> set[str]:
    """The items that were clustered again: those it moved, and those that stayed."""
    moved = {move.item for move in again.moves}
    since = _clustered_from(again)
    return moved | {
        member.item.id
        for member in members
        if since is not None and member.item.published >= since
    }


def _clustered_from(again: Change) -> datetime | None:
    """From when on items were clustered again; None if the reason does not tell.

    The log keeps it in the reason alone.
    """
    if told := _FROM.search(again.reason):
        return datetime.fromisoformat(f"{told[1]}Z")
    return None


_FROM = re.compile(r"from (\d{4}-\d\d-\d\d \d\d:\d\d) UTC on$")


def in_words(why: Membership) -> str:
    """A membership in one line of English."""
    told = "; ".join(part for part in _parts(why) if part)
    return f"{came(why.brought)}; at first: {told}" if why.brought else told


def in_short(why: Membership) -> str:
    """The same in a few words, without other headlines."""
    if why.brought:
        return came(why.brought)
    match why.entrance:
        case "repeats":
            return f"same text as {why.nearest.outlet if why.nearest else 'another'}"
        case "put":
            return "put here by a person"
        case "opened":
            return "opened the story"
        case "joined":
            return f"p {chance(why.score)} {', '.join(why.shared)}".rstrip()


def _parts(why: Membership) -> Iterable[str]:
    match why.entrance:
        case "repeats":
            yield f"same text as {_quoted(why)}"
        case "put":
            yield f"a person put it with {_quoted(why)}"
        case "opened":
            yield opening(why)
        case "joined":
            yield f"p {chance(why.score)}"
            yield f"nearest: {_quoted(why)}"
            yield f"shares {', '.join(why.shared)}" if why.shared else ""
            yield f"evidence: {evidence(why)}" if why.evidence else ""
            yield f"otherwise: {_otherwise(why)}" if why.runner_up else ""


def opening(why: Membership) -> str:
    """Why an opener joined no other story."""
    if why.item.recurring:
        return "opened the story; a recurring column stays alone"
    if why.score < _LEAST_SHARE:
        return "opened the story; no other one was close"
    closest = _otherwise(why) if why.runner_up else f"had p {chance(why.score)}"
    return f"opened the story; the closest other one: {closest}"


def evidence(why: Membership) -> str:
    """``English words .55, names and numbers .28``: they add up to the probability."""
    return ", ".join(f"{channel} {chance(share)}" for channel, share in why.evidence)


def came(logged: LoggedChange) -> str:
    """``moved here on 2026-03-02 12:00 UTC by a person (correction 3): two fires``."""
    change = logged.change
    reason = f": {change.reason}" if change.reason else ""
    return f"{_CAME[change.kind]} on {_moment(logged.at)} by {_who(logged)}{reason}"


_CAME: Mapping[ChangeKind, str] = {
    "merge": "came here by a merge",
    "move": "moved here",
    "split": "split off to here",
    "undo": "came back",
}


def _who(logged: LoggedChange) -> str:
    change = logged.change
    if change.correction is not None:
        return f"a person (correction {change.correction})"
    return f"the monitor ({sureness(change)})" if sureness(change) else "the monitor"


_MEASURES: Mapping[ChangeKind, str] = {"merge": "linkage", "split": "apartness"}


def sureness(change: Change) -> str:
    """``p .93`` of a move; a merge and a split are measured, but no probabilities."""
    if change.score is None:
        return ""
    return f"{_MEASURES.get(change.kind, 'p')} {chance(change.score)}"


def chance(p: float) -> str:
    """A probability as readers see it: ``.93``, ``<.01``, ``1``."""
    if 0 < p < _LEAST_SHARE:
        return "<.01"
    if 1 - _LEAST_SHARE <= p < 1:
        return ">.99"
    return f"{p:.2f}".removeprefix("0") if 0 < p < 1 else f"{p:.0f}"


def apart(one: Item, other_one: Item) -> str:
    """How long lies between two items: ``20 min apart``, ``4 h apart``, ``3 d apart``.

    Of an item whose date is only when we saw it, that is not known: empty.
    """
    minutes = minutes_apart(one, other_one)
    if minutes is None:
        return ""
    if minutes == 0:
        return "same minute"
    if minutes < 60:
        return f"{minutes} min apart"
    hours = round(minutes / 60)
    return f"{hours} h apart" if hours < 72 else f"{round(hours / 24)} d apart"


def minutes_apart(one: Item, other_one: Item) -> int | None:
    """The same in minutes; None where that is not known."""
    if "fetched" in (one.date_source, other_one.date_source):
        return None
    return abs(one.published - other_one.published) // timedelta(minutes=1)


def _quoted(why: Membership) -> str:
    near = why.nearest
    if near is None:
        return "an item that is not known any more"
    gap = apart(why.item, near)
    return f"«{near.title}» ({near.outlet}{', ' + gap if gap else ''})"


def _otherwise(why: Membership) -> str:
    assert why.runner_up is not None
    score = chance(why.runner_up_score)
    if why.is_own:
        return f"what is a part of this story by now {score}"
    return f"«{why.runner_up.headline or why.runner_up.id}» {score}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
