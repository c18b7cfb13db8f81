"""
Whether anybody is told, and when: findings and what was noted before -> messages.

What is so is *noted* once for each alert. A note is ``silent`` if it was so before the
alert was first looked at, ``held`` while it waits, ``told`` once it is in a message.
Stories are known by their items: one that was merged, split or clustered anew is the
same story as far as alerts go.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.alerts.hours import quiet_until
from monitor.alerts.notice import Notice
from monitor.alerts.rules import LASTING, Finding, wants
from monitor.readers import Alert, AlertKind

MOST = 5
"""Messages of one alert at once; what is beyond goes into one that sums it up."""
MOST_NOTICES = 100
"""In one message; of the rest it says the number."""
REFRESH = timedelta(days=1)
"""How often it is kept that something is still so."""

NoteState = Literal["silent", "held", "told"]


@dataclass(frozen=True, slots=True)
class Note:
    """That an alert knows of something."""

    alert: str
    what: str
    """As ``Finding.what``; so are ``about`` and ``items``."""
    about: str
    items: frozenset[str]
    noted: datetime
    state: NoteState
    seen: datetime
    """When it was last looked at and so."""
    notice: Notice
    told: datetime | None = None
    """When the message that tells it was made."""
    is_on: bool = True
    """Whether it was so when last looked at; for what is passing."""
    id: int = 0
    """Its number in the database; 0 before it is kept."""

    @property
    def is_passing(self) -> bool:
        """Whether it ends, and may come again."""
        return self.notice.kind not in LASTING


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one message tells: the notices of one story or side, or of several."""

    notices: tuple[Notice, ...]
    more: int = 0
    """Further notices, which it only counts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be kept and what is to be told."""

    notes: tuple[Note, ...]
    """New or changed."""
    bundles: tuple[Bundle, ...]


def decide(
    alert: Alert,
    found: Iterable[Finding],
    notes: Sequence[Note],
    since: Mapping[AlertKind, datetime],
    now: datetime,
) -> Decision:
    """What one alert notes and tells.

    ``notes`` are those that concern the findings, wait, or were so when last looked
    at; ``since`` says from when on the alert looks for each kind: what was seen by then
    is noted in silence. Decided again with what it says kept, it says nothing.
    """
    known = _Known(alert, notes, now)
    wanted = [finding for finding in found if wants(alert, finding)]
    for finding in wanted:
        known.take(finding, _is_old(finding, since, now))
    known.end(wanted)
    bundles = known.release(now)
    return Decision(tuple(known.changed(notes)), tuple(bundles))


def _is_old(
    finding: Finding, since: Mapping[AlertKind, datetime], now: datetime
) -> bool:
    """Whether it was so before anybody looked for it."""
    start = since.get(finding.kind, now)
    return start >= now or (finding.since is not None and finding.since <= start)


class _Known:
    """The notes of one alert while it is decided on."""

    def __init__(self, alert: Alert, notes: Sequence[Note], now: datetime) -> None:
        self._alert = alert
        self._now = now
        self._notes: list[Note] = []
        self._by_key: dict[tuple[str, str], set[int]] = {}
        """(what, item or about) -> positions of notes; what "" stands for any."""
        for note in sorted(notes, key=lambda n: n.id):
            self._add(note)

    def _add(self, note: Note) -> None:
        self._notes.append(note)
        self._index(len(self._notes) - 1)

    def _index(self, position: int) -> None:
        note = self._notes[position]
        for key in (note.about, *note.items):
            for what in (note.what, ""):
                self._by_key.setdefault((what, key), set()).add(position)

    def _put(self, position: int, note: Note) -> None:
        self._notes[position] = note
        self._index(position)

    def take(self, finding: Finding, is_old: bool) -> None:
        """Note a finding, or that what was noted is still so."""
        positions = self._about(finding.what, finding)
        if positions:
            on = (p for p in positions if self._notes[p].is_on)
            self._go_on(next(on, positions[0]), finding)
            return
        if finding.is_passing and not is_old and self._is_cooling(finding):
            return  # told when the cool-down is over, if it is still so then
        state: NoteState = "silent" if is_old else "held"
        self._add(
            Note(
                *(self._alert.name, finding.what, finding.about, finding.items),
                *(self._now, state, self._now, finding.notice),
            )
        )

    def _go_on(self, position: int, finding: Finding) -> None:
        note = self._notes[position]
        items = note.items | finding.items
        comes_again = finding.is_passing and ":" not in finding.what
        if comes_again and not note.is_on:
            if self._is_cooling(finding):
                return
            new = finding.notice
            note = replace(note, noted=self._now, state="held", notice=new)
        is_due = self._now - note.seen >= REFRESH or items != note.items
        seen = self._now if is_due else note.seen
        self._put(position, replace(note, items=items, is_on=True, seen=seen))

    def end(self, found: Iterable[Finding]) -> None:
        """What is passing and was not found is over."""
        still = {p for f in found for p in self._about(f.what, f)}
        for position, note in enumerate(self._notes):
            if note.is_passing and note.is_on and position not in still:
                self._put(position, replace(note, is_on=False))

    def _about(self, what: str, finding: Finding) -> list[int]:
        keys = (finding.about, *finding.items)
        return sorted({p for k in keys for p in self._by_key.get((what, k), ())})

    def _is_cooling(self, finding: Finding) -> bool:
        return self._cools(self._notes[p] for p in self._about("", finding))

    def _cools(self, notes: Iterable[Note]) -> bool:
        told = [note.told for note in notes if note.told]
        # What was told in time to come, by a clock that was ahead, cools nothing.
        return any(
            timedelta(0) <= self._now - moment < self._alert.cooldown for moment in told
        )

    # --- release ---------------------------------------------------------------------

    def release(self, now: datetime) -> list[Bundle]:
        """Messages of what waits no longer; its notes are told from here on."""
        if quiet_until(self._alert.quiet_hours, now):
            return []
        waited: list[list[int]] = []
        fresh: list[list[int]] = []
        for positions in self._stories():
            held = [p for p in positions if self._notes[p].state == "held"]
            if held and not self._cools(self._notes[p] for p in positions):
                is_fresh = all(self._notes[p].noted == now for p in held)
                (fresh if is_fresh else waited).append(held)
        fits = len(fresh) + bool(waited) <= MOST
        alone = fresh if fits else fresh[: MOST - 1]
        together = [p for held in (*waited, *fresh[len(alone) :]) for p in held]
        made = [*alone, together] if together else alone
        return [self._tell(positions) for positions in made]

    def _stories(self) -> Iterator[list[int]]:
        """The notes of each story or side, in the order of their first."""
        done: set[int] = set()
        for start in range(len(self._notes)):
            if start in done:
                continue
            done.add(start)
            mine, left = [start], [start]
            while left:
                note = self._notes[left.pop()]
                for key in (note.about, *note.items):
                    new = self._by_key.get(("", key), set()) - done
                    done |= new
                    mine += new
                    left += new
            yield sorted(mine)

    def _tell(self, positions: Sequence[int]) -> Bundle:
        notices = tuple(self._notes[p].notice for p in positions)
        for position in positions:
            note = replace(self._notes[position], state="told", told=self._now)
            self._put(position, note)
        return Bundle(notices[:MOST_NOTICES], max(0, len(notices) - MOST_NOTICES))

    def changed(self, before: Iterable[Note]) -> Iterator[Note]:
        """Those that are not as they were."""
        known = {note.id: note for note in before}
        return (n for n in self._notes if n.id == 0 or known[n.id] != n)
