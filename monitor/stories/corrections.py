"""
What persons said belongs together or apart, and what follows from it.

A person's command becomes a Correction (``merge``, ``split``, ``move``), and the
corrections in force become Rules. Whoever clusters asks the Rules first.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC

from monitor.change import NEW, Correction, LoggedCorrection, Wanted
from monitor.errors import ConfigError
from monitor.model import Story

_IDS_TOLD = 3
"""Items of a correction that a message names; the others are counted."""

PAIRS = 200
"""Labelled pairs of one correction, true and false each: two stories of 100 items make
10,000, which say little more and would outvote all else."""


# --- what a person says --------------------------------------------------------------


def check(wanted: Wanted) -> None:
    """Raises ConfigError for a wish that does not name what its verb needs."""
    stories = 2 if wanted.verb == "merge" else 1
    if len(wanted.stories) != stories:
        number = "two stories" if stories == 2 else "one story"
        raise ConfigError(f"a {wanted.verb} names {number}")
    if NEW in wanted.stories and wanted.verb != "move":
        raise ConfigError(f"a {wanted.verb} names stories that exist, not {NEW!r}")
    if wanted.verb == "move" and not wanted.items:
        raise ConfigError("a move names the items that go")


def said(wanted: Wanted, found: Sequence[Story]) -> Correction:
    """What a wish but ``undo`` says of items, once it was checked.

    ``found`` are the stories it names, in its order, and for a move the one that its
    items are in.
    """
    match wanted.verb:
        case "merge":
            (asked, other), (ours, theirs) = wanted.stories, found
            if ours.id == theirs.id and asked != other:
                what = f"{other}: is one story with {asked} already: {ours.id}"
                raise ConfigError(what)
            return merge(ours, theirs, wanted.reason)
        case "split":
            return split(found[0], wanted.items, wanted.reason)
    target = found[0] if found[1:] else None
    return move(wanted.items, found[-1], target, wanted.reason)


def merge(kept: Story, other: Story, reason: str = "") -> Correction:
    """Both stories are one, under the id of the first."""
    if kept.id == other.id:
        raise ConfigError(f"{kept.id}: cannot be merged with itself; name two stories")
    return Correction("merge", reason, together=(*_ids(kept), *_ids(other)))


def split(story: Story, items: Iterable[str], reason: str = "") -> Correction:
    """These items of a story are one of their own, apart from each that remains."""
    named, members = set(items), _ids(story)
    for item in sorted(named - set(members)):
        raise ConfigError(
            f"{item}: no item of story {story.id}; see 'monitor stories show'"
        )
    parted = tuple(item for item in members if item in named)
    remaining = tuple(item for item in members if item not in named)
    if not parted or not remaining:
        raise ConfigError(
            f"{story.id}: a split leaves items on both sides; name some of its items"
        )
    return Correction("split", reason, together=parted, apart=(parted, remaining))


def move(
    items: Iterable[str], source: Story, target: Story | None, reason: str = ""
) -> Correction:
    """Items belong to another story, or without one to a story of their own."""
    named, members = set(items), _ids(source)
    for item in sorted(named - set(members)):
        raise ConfigError(f"{item}: no item of story {source.id}; name items of one")
    going = tuple(item for item in members if item in named)
    left = tuple(item for item in members if item not in named)
    if not going:
        raise ConfigError(f"{source.id}: a move names the items that go")
    if target is None:
        if not left:
            raise ConfigError(f"{going[0]}: is alone in its story already")
        together = going if len(going) > 1 else ()
        return Correction("move", reason, together=together, apart=(going, left))
    if target.id == source.id:
        raise ConfigError(
            f"{going[0]}: is in story {target.id} already; name another one"
        )
    together = (*_ids(target), *going)
    return Correction("move", reason, together, apart=(going, left))


def _ids(story: Story) -> tuple[str, ...]:
    return tuple(member.item.id for member in story.members)


def describe(correction: Correction) -> str:
    """What a correction says, in a few words and the ids of some items."""
    said = []
    if len(correction.together) > 1:
        said.append(f"{_some(correction.together)} together")
    if all(correction.apart):
        first, second = correction.apart
        said.append(f"{_some(first)} apart from {_some(second)}")
    return "; ".join(said) or "nothing"


def _some(items: Sequence[str]) -> str:
    told = ", ".join(items[:_IDS_TOLD])
    more = len(items) - _IDS_TOLD
    return f"{told} and {more} more" if more > 0 else told


def name(logged: LoggedCorrection) -> str:
    """How a message calls a correction that is kept."""
    at = logged.made.astimezone(UTC)
    said = describe(logged.correction)
    return (
        f"correction {logged.id} ({logged.correction.verb} of {at:%Y-%m-%d %H:%M} UTC:"
        f" {said})"
    )


# --- what follows from all of it -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """A correction that is obeyed, and how a message calls it."""

    correction: Correction
    name: str
    number: int | None


class Rules:
    """Which items must, and which must not, be in one story.

    What is bound to the same item is bound; what is apart from an item is apart from
    all that is bound to it. Most items are under no rule, and cost a look into a table.
    """

    def __init__(self, corrections: Iterable[LoggedCorrection] = ()) -> None:
        """Those taken back do not count; raises ConfigError as ``add`` does."""
        self._said: list[_Said] = []
        self._bound: dict[str, frozenset[str]] = {}
        self._opposite: dict[str, list[frozenset[str]]] = {}
        """Item -> the sides from which a correction keeps it."""
        self._barred: dict[frozenset[str], frozenset[str]] = {}
        """Bound items -> those barred from them, as far as anyone has asked."""
        for logged in corrections:
            if not logged.undone:
                self.add(logged.correction, name(logged), logged.id)

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self._said)

    def bound(self, item: str) -> frozenset[str]:
        """The items that must be with this one, itself included."""
        return self._bound.get(item) or frozenset((item,))

    def barred(self, item: str) -> frozenset[str]:
        """The items that must not be with this one."""
        if item not in self._bound:
            return frozenset()
        mine = self._bound[item]
        if mine not in self._barred:
            sides = {side for i in mine for side in self._opposite.get(i, ())}
            others = {other for side in sides for other in side}
            self._barred[mine] = frozenset().union(*map(self.bound, others))
        return self._barred[mine]

    def is_barred(self, items: AbstractSet[str], others: AbstractSet[str]) -> bool:
        """Whether any item of one must not be with any of the other.

        Costs about as much as there are items under a rule, in the smaller of the two.
        """
        few, many = sorted((items, others), key=len)
        asked: set[frozenset[str]] = set()
        for item in self._bound.keys() & few:
            mine = self._bound[item]
            if mine not in asked and not self.barred(item).isdisjoint(many):
                return True
            asked.add(mine)
        return False

    def add(self, correction: Correction, name: str, number: int | None = None) -> None:
        """Obey one more correction, which a message calls by its name.

        ``number`` is its id, if it is kept. Raises ConfigError, naming it, those it
        contradicts and the remedy, and obeys on as before, if what must be together
        must be apart as well.
        """
        said = _Said(correction, name, number)
        joined = self._joined(correction.together)
        if clash := self._clash(correction, joined):
            raise ConfigError(self._contradiction(said, *clash))
        self._said.append(said)
        self._barred.clear()
        for item in joined:
            self._bound[item] = joined
        for side, other in (correction.apart, correction.apart[::-1]):
            opposite = frozenset(other)  # one for all: sides may be of thousands
            for item in side if opposite else ():
                self._bound.setdefault(item, frozenset((item,)))
                self._opposite.setdefault(item, []).append(opposite)

    def _joined(self, together: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*map(self.bound, together))

    def _clash(
        self, correction: Correction, joined: frozenset[str]
    ) -> tuple[str, str] | None:
        """Two items that would have to be together and apart, if there are any."""
        for mine in sorted({self.bound(item) for item in joined}, key=min):
            for other in sorted(self.barred(min(mine)) & joined):
                return min(mine), other
        first, second = correction.apart
        for item in first:
            mine = joined if item in joined else self.bound(item)
            for other in second:
                if other in mine:
                    return item, other
        return None

    def _contradiction(self, new: _Said, item: str, other: str) -> str:
        """In words, which corrections keep the new one from holding for two items."""
        old = [said for said in self._involved(new, item, other) if said is not new]
        if not old:
            return (
                f"{new.name} contradicts itself: {item} and {other} cannot be together"
                " and apart; leave one of the two out"
            )
        kept = next((said.number for said in old if said.number), None)
        remedy = (
            f"take an earlier one back with 'monitor stories undo {kept}', or leave the"
            " new one out"
            if kept
            else "leave one of them out"
        )
        return (
            f"{new.name} contradicts {' and '.join(said.name for said in old)}: {item}"
            f" and {other} would have to be together and apart; {remedy}"
        )

    def _involved(self, new: _Said, item: str, other: str) -> list[_Said]:
        """The correction that parts two bound sets, and those that join them."""
        said = [*self._said, new]
        ones, others = self.bound(item), self.bound(other)
        joined = self._joined(new.correction.together)
        ones = joined if ones & joined else ones
        others = joined if others & joined else others
        for parting in said:
            first, second = map(set, parting.correction.apart)
            for one in sorted((first | second) & ones):
                facing = (second if one in first else first) & others
                if facing:
                    joining = _chain(said, one, min(facing))
                    return [parting, *(j for j in joining if j is not parting)]
        return []


def _chain(said: Sequence[_Said], item: str, other: str) -> list[_Said]:
    """The fewest corrections that bind one item to another."""
    reached: dict[str, list[_Said]] = {item: []}
    waiting = deque((item,))
    while other not in reached and waiting:
        here = waiting.popleft()
        for one in said:
            if here in one.correction.together:
                for there in one.correction.together:
                    if there not in reached:
                        reached[there] = [*reached[here], one]
                        waiting.append(there)
    return reached.get(other, [])


# --- as labels -----------------------------------------------------------------------


def labelled_pairs(
    corrections: Iterable[LoggedCorrection], most: int = PAIRS
) -> Iterator[tuple[str, str, bool]]:
    """(item, other, whether they are one story) as the corrections in force say.

    Of one correction at most ``most`` true and as many false pairs, spread evenly. A
    move says nothing of the items that its item joins, but of the item and each.
    """
    for logged in corrections:
        if logged.undone:
            continue
        said = logged.correction
        moved = said.apart[0] if said.verb == "move" else ()
        joined = [item for item in said.together if item not in moved]
        true = _across(moved, joined, most) if moved else _within(joined, most)
        yield from ((*pair, True) for pair in true)
        yield from ((*pair, False) for pair in _across(*said.apart, most))


def _within(items: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """Pairs of items, as if read row by row from a triangle."""
    row, start = 0, 0
    for place in _spread(len(items) * (len(items) - 1) // 2, most):
        while place - start >= len(items) - 1 - row:
            start += len(items) - 1 - row
            row += 1
        yield items[row], items[row + 1 + place - start]


def _across(
    items: Sequence[str], others: Sequence[str], most: int
) -> Iterator[tuple[str, str]]:
    for place in _spread(len(items) * len(others), most):
        yield items[place // len(others)], others[place % len(others)]


def _spread(total: int, most: int) -> Iterator[int]:
    """At most so many numbers below a total, evenly apart."""
    count = min(total, most)
    return (i * total // count for i in range(count))
