"""Why an item is in its story, in words."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, assignment, item, other
from monitor.change import Change, LoggedChange, Move
from monitor.model import Assignment, Item, Member, Why
from monitor.stories.explain import (
    CHANNEL_WORDS,
    apart,
    arrivals,
    chance,
    in_short,
    in_words,
    membership,
)
from monitor.stories.related import Other
from monitor.stories.similarity import CHANNELS

WIRE = item("Otis hits Acapulco", id="a", outlet="Wire")
LATE = item("Otis golpea Acapulco", "MX", id="b", minutes=240, outlet="Diario")


def told(made: Assignment, others: dict[str, Other] | None = None, **rest) -> str:
    items = {one.id: one for one in (WIRE, LATE)}
    of = rest.pop("of", LATE)
    return in_words(membership(Member(of, made, {}), items, others or {}, **rest))


def logged(change: Change, number: int = 1) -> LoggedChange:
    return LoggedChange(number, NOW, change)


# --- one membership ------------------------------------------------------------------


def test_a_member_is_told_its_probability_neighbour_evidence_and_alternative():
    parts = {"english": 0.55, "names": 0.28, "letters": 0.1, "original": 0.0}
    why = Why(parts, ("Otis", "165 mph"), "a", "s9", 0.12)
    made = assignment(LATE, "sa", score=0.93, why=why)
    assert told(made, {"s9": other("s9", "Storm season ends")}) == (
        "p .93; nearest: «Otis hits Acapulco» (Wire, 4 h apart); "
        "shares Otis, 165 mph; "
        "evidence: English words .55, names and numbers .28, spelling .10; "
        "otherwise: «Storm season ends» .12"
    )


def test_what_is_not_there_is_not_said():
    made = assignment(LATE, "sa", score=0.93, why=Why({"dense": 0.93}, (), "gone"))
    assert told(made) == (
        "p .93; nearest: an item that is not known any more; evidence: meaning .93"
    )


def test_an_opener_is_told_which_story_it_did_not_join():
    why = Why({"english": 0.18}, (), None, "s9", 0.18)
    made = assignment(WIRE, "sa", score=0.18, why=why)
    assert told(made, {"s9": other("s9", "Storms")}, of=WIRE) == (
        "opened the story; the closest other one: «Storms» .18"
    )
    assert told(made, of=WIRE) == (
        "opened the story; the closest other one: had p .18"
    ), "a story that has no items any more has no headline"


def test_an_opener_near_nothing_says_so():
    made = assignment(WIRE, "sa", score=0.0, why=Why({"english": 0.0}))
    assert told(made, of=WIRE) == "opened the story; no other one was close"


def test_a_recurring_column_says_why_it_is_alone():
    column = item("El clima de hoy", "MX", recurring=True)
    made = assignment(column, score=0.0, why=Why({}))
    assert told(made, of=column) == "opened the story; a recurring column stays alone"


def test_a_copy_says_whose_text_it_is():
    made = assignment(LATE, "sa", score=1.0, why=Why({}, (), "a"), copy_of="a")
    assert told(made) == "same text as «Otis hits Acapulco» (Wire, 4 h apart)"


def test_an_item_that_a_person_bound_says_so():
    made = assignment(LATE, "sa", score=1.0, why=Why({"english": 0.0}, (), "a"))
    assert told(made) == "a person put it with «Otis hits Acapulco» (Wire, 4 h apart)"


def test_a_runner_up_that_became_part_of_the_story_is_told_so():
    made = assignment(LATE, "sa", why=Why({"names": 0.5}, (), "a", "s2", 0.35))
    assert told(made, {"s2": other("sa", "Otis")}).endswith(
        "otherwise: what is a part of this story by now .35"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            Change("merge", (), "shared names", 0.9),
            "came here by a merge on 2026-03-02 12:00 UTC by the monitor (linkage .90):",
        ),
        (
            Change("split", (), "", None, 3),
            "split off to here on 2026-03-02 12:00 UTC by a person (correction 3);",
        ),
        (
            Change("undo", (), "", None, 4),
            "came back on 2026-03-02 12:00 UTC by a person (correction 4);",
        ),
    ],
)
def test_what_brought_an_item_later_is_told_first(change, words):
    made = assignment(LATE, "sa", why=Why({}, (), "a"), copy_of="a")
    said = told(made, brought=logged(change))
    assert said.startswith(words)
    assert said.endswith(
        f"{change.reason}; at first: same text as «Otis hits Acapulco»"
        " (Wire, 4 h apart)"
    )


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (assignment(LATE, why=Why({"names": 0.5}, ("Otis",), "a")), "p .50 Otis"),
        (assignment(LATE, why=Why({})), "opened the story"),
        (assignment(LATE, copy_of="a"), "same text as Wire"),
        (assignment(LATE, copy_of="gone"), "same text as another"),
        (assignment(LATE, why=Why({}, (), "a")), "put here by a person"),
    ],
)
def test_in_short_it_is_a_few_words(made, words):
    why = membership(Member(LATE, made, {}), {"a": WIRE}, {})
    assert in_short(why) == words


def test_every_channel_has_words():
    assert CHANNEL_WORDS.keys() == set(CHANNELS)


# --- figures -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "words"),
    [(0, "0"), (1, "1"), (0.004, "<.01"), (0.997, ">.99"), (0.5, ".50"), (0.005, ".01")],
)  # fmt: skip
def test_a_probability_is_two_digits(p, words):
    assert chance(p) == words


@given(st.floats(0, 1), st.floats(0, 1))
def test_only_certainty_reads_as_certain_and_order_is_kept(one, two):
    low, high = sorted((one, two))
    assert (chance(low) in ("0", "1")) == (low in (0, 1))

    def value(p: float) -> float:
        text = chance(p)
        return {"<": 0.001, ">": 0.999}.get(text[0]) or float(text)

    assert value(low) <= value(high)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "same minute"),
        (-20, "20 min apart"),
        (100, "2 h apart"),
        (71 * 60, "71 h apart"),
        (73 * 60, "3 d apart"),
    ],
)
def test_how_long_lies_between_two_items(minutes, words):
    assert apart(WIRE, item(minutes=minutes)) == words


def test_an_undated_item_is_no_time_apart():
    assert apart(WIRE, item(minutes=9, date_source="fetched")) == ""


# --- what brought an item ------------------------------------------------------------


def moved(kind, number: int, *moves: tuple[str, str, str]) -> LoggedChange:
    return logged(Change(kind, tuple(Move(*move) for move in moves), ""), number)


def members(story: str, *items: str) -> list[Member]:
    """Members of a story, from the ids of its items."""
    made = [item(id=each) for each in items]
    return [Member(each, assignment(each, story), {}) for each in made]


def test_the_last_change_that_brought_an_item_is_the_one():
    merge = moved("merge", 1, ("b", "s2", "s1"), ("c", "s2", "s1"))
    away = moved("move", 2, ("b", "s1", "s3"))
    back = moved("move", 3, ("b", "s3", "s1"))
    changes = [merge, away, back]
    assert arrivals(members("s1", "a", "b", "c"), changes) == {"b": back, "c": merge}
    assert arrivals(members("s3", "b"), changes) == {"b": away}
    assert arrivals(members("s2", "d"), changes) == {}


def test_an_undo_that_brings_back_what_had_been_brought_is_the_last_to_bring_it():
    merge = moved("merge", 1, ("b", "s2", "s1"))
    away = moved("split", 2, ("b", "s1", "sb"))
    undone = moved("undo", 3, ("b", "sb", "s1"))
    assert arrivals(members("s1", "b"), [merge, away, undone]) == {"b": undone}


def test_an_item_that_an_undo_put_back_where_it_joined_was_brought_by_nothing():
    away = moved("split", 1, ("b", "s1", "sb"))
    undone = moved("undo", 2, ("b", "sb", "s1"))
    assert arrivals(members("s1", "b"), [away, undone]) == {}
    by_hand = moved("move", 2, ("b", "sb", "s1"))
    brought = arrivals(members("s1", "b"), [away, by_hand])
    assert brought == {"b": by_hand}, "but a person may"


# --- clustered again -----------------------------------------------------------------

FROM_NOW = "clustered again from 2026-03-02 12:00 UTC on"
"""The items of these tests are published at NOW."""
FROM_LATER = "clustered again from 2026-03-02 12:01 UTC on"


def again(number: int, *moves: tuple[str, str, str], reason: str = "") -> LoggedChange:
    return logged(Change("again", tuple(Move(*move) for move in moves), reason), number)


def test_what_clustering_again_moved_is_there_by_its_own_reasons():
    merge = moved("merge", 1, ("b", "s2", "s1"), ("c", "s2", "s1"))
    anew = again(2, ("b", "s1", "s3"))
    assert arrivals(members("s3", "b"), [merge, anew]) == {}
    assert arrivals(members("s1", "c"), [merge, anew]) == {"c": merge}, "not covered"
    away, back = moved("move", 2, ("b", "s1", "s3")), again(3, ("b", "s3", "s1"))
    assert arrivals(members("s1", "b"), [merge, away, back]) == {}


def test_what_clustering_again_left_where_it_was_is_there_by_its_own_reasons():
    merge = moved("merge", 1, ("b", "s2", "s1"))
    assert arrivals(members("s1", "b"), [merge, again(2, reason=FROM_NOW)]) == {}
    older = [merge, again(2, reason=FROM_LATER)]
    assert arrivals(members("s1", "b"), older) == {"b": merge}, "older, so left alone"


def test_what_brings_an_item_after_it_was_clustered_again_is_told():
    merge = moved("merge", 1, ("b", "s2", "s1"))
    anew = again(2, ("b", "s1", "s2"), reason=FROM_NOW)
    later = moved("move", 3, ("b", "s2", "s1"))
    assert arrivals(members("s1", "b"), [merge, anew, later]) == {"b": later}


def test_an_undo_of_what_was_before_clustering_again_brings_an_item():
    away = moved("split", 1, ("b", "s1", "sb"))
    anew = again(2, reason=FROM_NOW)
    undone = moved("undo", 3, ("b", "sb", "s1"))
    assert arrivals(members("s1", "b"), [away, anew, undone]) == {"b": undone}


STORIES = st.sampled_from(["s1", "s2", "s3"])
STEPS = st.tuples(st.sampled_from(["merge", "move", "undo", "again"]), STORIES)


@given(STORIES, st.lists(STEPS), st.lists(STEPS))
def test_nothing_before_the_last_clustering_again_counts(first, before, after):
    def walked(start: str, steps, number: int) -> list[LoggedChange]:
        ways = zip([start, *(to for _, to in steps)], steps, strict=False)
        return [
            moved(kind, number + n, ("b", here, to))
            for n, (here, (kind, to)) in enumerate(ways)
            if here != to
        ]

    there = before[-1][1] if before else first
    end = after[-1][1] if after else there
    past = walked(first, before, 1)
    anew = again(len(before) + 1, reason=FROM_NOW)
    since = walked(there, after, len(before) + 2)
    assert arrivals(members(end, "b"), [*past, anew, *since]) == arrivals(
        members(end, "b"), since
    )
    brought = arrivals(members(end, "b"), [*past, anew, *since])
    assert all(by.change.kind != "again" for by in brought.values())


# --- what it costs -------------------------------------------------------------------


class Counted(tuple[Move, ...]):
    """Moves that count how often they are looked through."""

    times = 0

    def __iter__(self) -> Iterator[Move]:
        self.times += 1
        return super().__iter__()


def test_a_change_is_looked_through_as_often_for_many_stories_as_for_one():
    def times(stories: int) -> int:
        moves = Counted(Move(f"i{n}", "s", f"s{n}") for n in range(stories))
        there = [m for n in range(stories) for m in members(f"s{n}", f"i{n}")]
        change = logged(Change("merge", moves, ""))
        assert len(arrivals(there, [change])) == stories
        return moves.times

    assert times(50) == times(1)


# --- what is too small or too far to tell exactly ------------------------------------


def test_evidence_too_small_to_read_is_left_out():
    parts = {"english": 0.5, "letters": 0.004}
    made = assignment(LATE, score=0.504, why=Why(parts, (), "a"))
    why = membership(Member(LATE, made, {}), {}, {})
    assert why.evidence == (("English words", 0.5),)


def test_a_day_is_told_in_days():
    far: Item = item(published=NOW + timedelta(days=6))
    assert apart(WIRE, far) == "6 d apart"
