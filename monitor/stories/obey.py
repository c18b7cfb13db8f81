"""Rules -> moves: what makes today's stories follow a person's word."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from monitor.change import Correction, Move
from monitor.stories.corrections import Rules


def new_story(items: Sequence[str], is_living: Callable[[str], bool]) -> str:
    """The id of a story that opens with these items, the oldest first.

    That of the story which the oldest of them would have opened, unless that one has
    other items; then the next item's.
    """
    ids = [f"s{item}" for item in items]
    number = 2
    while all(map(is_living, ids)):
        ids = [f"s{items[0]}-{number}"]
        number += 1
    return next(story for story in ids if not is_living(story))


def obey(
    correction: Correction,
    rules: Rules,
    current: Mapping[str, str],
    is_living: Callable[[str], bool],
) -> tuple[Move, ...]:
    """The moves that make stories follow a correction, one of those in ``rules``.

    ``current`` is item -> story, the oldest item first, of all the stories that hold
    an item which the correction names or which is bound to one. Items not in it have
    no story yet. What must be together goes to the story of the first item named; with
    a merge the rest of their stories comes along. What must be apart leaves: the first
    side of the correction with all that is bound to it, then whatever other rules keep
    from the items it joined.
    """
    stories = dict(current)
    joined = _gather(correction, rules, stories)
    first = _closed(rules, correction.apart[0])
    for members in _members(stories).values():
        leaving = members & first
        if rules.is_barred(leaving, members - leaving):
            _part(leaving, stories, is_living)
    for members in _members(stories).values():
        if members & joined:
            strangers = {i for i in members - joined if rules.barred(i) & joined}
            _part(strangers, stories, is_living)
    return tuple(
        Move(item, story, stories[item])
        for item, story in current.items()
        if stories[item] != story
    )


def _gather(
    correction: Correction, rules: Rules, stories: dict[str, str]
) -> frozenset[str]:
    """Bring together what must be; returns it."""
    known = [item for item in correction.together if item in stories]
    joined = frozenset(i for i in _closed(rules, known) if i in stories)
    if not joined:
        return joined
    target = stories[known[0]]
    left = {stories[item] for item in joined}
    before = _members(stories)
    stories.update(dict.fromkeys(joined, target))
    if correction.verb == "merge":
        for item in (i for story in left - {target} for i in before[story]):
            if not rules.barred(item) & (joined | before[target]):
                stories[item] = target
    return joined


def _part(
    leaving: AbstractSet[str],
    stories: dict[str, str],
    is_living: Callable[[str], bool],
) -> None:
    """Give items, if there are any, a story of their own."""
    ordered = [item for item in stories if item in leaving]
    if ordered:
        stories.update(dict.fromkeys(ordered, new_story(ordered, is_living)))


def _closed(rules: Rules, items: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(rules.bound, items))


def _members(stories: Mapping[str, str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for item, story in stories.items():
        members.setdefault(story, set()).add(item)
    return members


def permitted(
    moves: Iterable[Move], rules: Rules, current: Mapping[str, str]
) -> tuple[Move, ...]:
    """Those moves that break no rule, where one of them may rest on another.

    ``current`` is item -> story of all the stories that they touch. An item that is
    bound to one that stays does not go, nor does one to where another is barred.
    """
    going = tuple(moves)
    while True:
        after = {**current, **{move.item: move.after for move in going}}
        members = _members(after)
        kept = tuple(
            move
            for move in going
            if all(
                after.get(i, move.after) == move.after for i in rules.bound(move.item)
            )
            and not rules.barred(move.item) & members[move.after]
        )
        if kept == going:
            return going
        going = kept
