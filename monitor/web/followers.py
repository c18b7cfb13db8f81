"""Who follows whom -> a matrix of outlets and rows, the stories behind each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from monitor.comparison import Coverage
from monitor.coverage.followers import (
    NO_THEME,
    Following,
    Name,
    Outlet,
    by_outlet,
    by_side,
    by_theme,
    leader_first,
    ranked,
)
from monitor.coverage.themes import Lexicon
from monitor.digest.headline import clean
from monitor.model import SIDES, Country
from monitor.web.evidence import StoryList, story_link, story_list
from monitor.web.guide import Guide

By = Literal["outlet", "theme", "side"]
WAYS: tuple[By, ...] = get_args(By)
LEAST_OF_OUTLETS = 5
"""Stories; the median of fewer says little of two outlets."""
_ROWS = 60
_OUTLETS = 16
"""Of a side, in the matrix: those that have most pairs."""
_STORIES = 10
"""Behind each row."""

Pair = tuple[Following, Sequence[Coverage]]
"""What two come to, and the stories that both cover."""


@dataclass(frozen=True, slots=True)
class NameView:
    """An outlet, or a side as a whole."""

    text: str
    side: Country


@dataclass(frozen=True, slots=True)
class FollowingView:
    """One pair, the one that was first more often ahead."""

    mark: str
    """Its place on the page."""
    label: str
    """Its theme; empty where outlets or sides are compared."""
    leader: NameView
    follower: NameView
    leads: bool
    """Whether the first was ahead more often, or by the median, at all."""
    stories: str
    first: str
    """``7 : 3``, and how often neither was."""
    lag: str
    """The median; empty without one."""
    spread: str
    """``2 min to 3 h``: half of all lags."""
    unsure: str
    links: StoryList


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One outlet of one side and one of the other."""

    mark: str
    """The row it leads to; empty where that is not shown."""
    text: str
    """Empty below the least count of stories."""
    leads: Country | None


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Outlets of the US by those of Mexico."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]


@dataclass(frozen=True, slots=True)
class FollowersPage:
    """All of it."""

    by: By
    stories: str
    """How many both sides cover."""
    least: int
    matrix: MatrixView | None
    followings: tuple[FollowingView, ...]
    more: int


def followers_page(
    coverages: Sequence[Coverage],
    by: By,
    lexicon: Lexicon,
    named: Mapping[str, tuple[str, ...]],
    guide: Guide,
) -> FollowersPage:
    """Who follows whom over the stories of a period.

    ``named`` has the names of each story's themes, where it is by theme.
    """
    crossing = [c for c in coverages if c.crosses_border]
    labelled = _labelled(crossing, by, lexicon, named, guide)
    shown = labelled[:_ROWS]
    return FollowersPage(
        by=by,
        stories=guide.number(len(crossing)),
        least=LEAST_OF_OUTLETS if by == "outlet" else 1,
        matrix=_matrix([f for _, (f, _) in labelled]) if by == "outlet" else None,
        followings=tuple(
            _view(n, label, pair, guide) for n, (label, pair) in enumerate(shown)
        ),
        more=len(labelled) - len(shown),
    )


def _labelled(
    coverages: Sequence[Coverage],
    by: By,
    lexicon: Lexicon,
    named: Mapping[str, tuple[str, ...]],
    guide: Guide,
) -> list[tuple[str, Pair]]:
    """(theme, pair), in the order of the page."""
    if by == "side":
        found = leader_first(by_side(coverages))
        return [("", (found, coverages))] if found.stories else []
    if by == "outlet":
        kept = ranked(by_outlet(coverages), LEAST_OF_OUTLETS)
        shared = _shared(coverages)
        return [("", (f, shared[frozenset({f.leader, f.follower})])) for f in kept]
    labels = {theme.name: theme.label(guide.language) for theme in lexicon.themes}
    labels[NO_THEME] = guide.say("No theme")
    told = by_theme(coverages, named)
    sorted_names = sorted(told, key=lambda n: (n == NO_THEME, -told[n].stories, n))
    return [
        (
            labels[name],
            (
                leader_first(told[name]),
                [c for c in coverages if name in (named[c.story.id] or (NO_THEME,))],
            ),
        )
        for name in sorted_names
    ]


def _shared(
    coverages: Iterable[Coverage],
) -> Mapping[frozenset[Name], list[Coverage]]:
    """Two outlets, one of each side -> the stories that both cover."""
    found: dict[frozenset[Name], list[Coverage]] = defaultdict(list)
    for coverage in coverages:
        us, mx = ([Outlet(s, o) for o in coverage.sides[s].outlets] for s in SIDES)
        for one in us:
            for other in mx:
                found[frozenset({one, other})].append(coverage)
    return found


def _view(n: int, label: str, pair: Pair, guide: Guide) -> FollowingView:
    f, coverages = pair
    newest = sorted(coverages, key=lambda c: c.story.last_seen, reverse=True)
    links = [story_link(c.story, guide, guide.lag(c)) for c in newest]
    ties = guide.say(" ({n} even)", n=guide.number(f.ties)) if f.ties else ""
    return FollowingView(
        mark=f"f-{n}",
        label=label,
        leader=_name(f.leader, guide),
        follower=_name(f.follower, guide),
        leads=_leads(f),
        stories=guide.say_n("{n} story", "{n} stories", f.stories),
        first=f"{guide.number(f.led)} : {guide.number(f.followed)}{ties}",
        lag=lag_words(f.median, guide),
        spread=(
            guide.say(
                "{low} to {high}",
                low=lag_words(f.low, guide),
                high=lag_words(f.high, guide),
            )
            if f.low is not None
            else ""
        ),
        unsure=guide.number(f.bounded + f.unclear) if f.bounded + f.unclear else "",
        links=story_list(links, _STORIES),
    )


def lag_words(minutes: float | None, guide: Guide) -> str:
    """``2 h 5 min``; with a minus where the follower was first."""
    if minutes is None:
        return ""
    whole = round(abs(minutes))
    if not whole:
        return "0 min"
    return ("−" if minutes < 0 else "") + guide.duration(whole)


def _name(name: Name, guide: Guide) -> NameView:
    if isinstance(name, Outlet):
        return NameView(clean(name.name), name.side)
    return NameView(guide.words.side[name], name)


def _matrix(found: Sequence[Following]) -> MatrixView | None:
    """The pairs, in the order of the rows, as a table of outlets with most pairs."""
    cells: dict[tuple[str, str], MatrixCell] = {}
    for n, f in enumerate(found):
        assert isinstance(f.leader, Outlet)
        is_us = f.leader.side == "US"
        seen = f if is_us else f.turned()
        us, mx = (clean(name[1]) for name in (seen.leader, seen.follower))
        cells[us, mx] = MatrixCell(
            f"f-{n}" if n < _ROWS else "",
            f"{seen.led} : {seen.followed}",
            f.leader.side if _leads(f) else None,
        )
    rows, columns = (_outlets(cells, n) for n in (0, 1))
    return (
        MatrixView(
            columns,
            tuple(
                (row, tuple(cells.get((row, c), _NOTHING) for c in columns))
                for row in rows
            ),
        )
        if cells
        else None
    )


_NOTHING = MatrixCell("", "", None)


def _outlets(cells: Iterable[tuple[str, str]], n: int) -> tuple[str, ...]:
    pairs = Counter(key[n] for key in cells)
    return tuple(sorted(pairs, key=lambda name: (-pairs[name], name))[:_OUTLETS])


def _leads(f: Following) -> bool:
    return f.led != f.followed or bool(f.median)
