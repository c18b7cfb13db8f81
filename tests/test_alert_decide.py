from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, item, jump, last_hours, story
from monitor.alerts.decide import MOST, MOST_NOTICES, Bundle, Note, decide
from monitor.alerts.rules import Finding, Picture, findings
from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.sides import compare
from monitor.coverage.trends import Rise
from monitor.model import Story
from monitor.readers import ALERT_KINDS, Alert, QuietHours

HOUR = timedelta(hours=1)
DESK = Alert("Desk", on=ALERT_KINDS, to="DESK")
DOWN = SideHealth("MX", 31, 7, 0.3)
LONG_AGO = dict.fromkeys(ALERT_KINDS, NOW - timedelta(days=9))


class Desk:
    """Decides again and again, and keeps what was decided as a database would."""

    def __init__(self, alert: Alert = DESK, since=LONG_AGO) -> None:
        self.alert = alert
        self.since = since
        self.notes: dict[int, Note] = {}

    def look(self, now: datetime, found: Iterable[Finding]) -> list[Bundle]:
        decision = decide(self.alert, found, list(self.notes.values()), self.since, now)
        for note in decision.notes:
            number = note.id or len(self.notes) + 1
            self.notes[number] = replace(note, id=number)
        return list(decision.bundles)


def seen(
    *stories: Story,
    now: datetime = NOW,
    lists: dict[str, tuple[str, ...]] | None = None,
    jumps: dict[str, Rise] | None = None,
    down: bool = False,
) -> tuple[Finding, ...]:
    return findings(
        Picture(
            coverages=tuple(compare(each, {}) for each in stories),
            matched=lists or {},
            jumps=jumps or {},
            sides={"MX": last_hours(health=DOWN)} if down else {},
        ),
        now,
    )


def crossing(number: int, *more) -> Story:
    return story(
        item(f"Water {number}", id=f"u{number}"),
        item(f"Agua {number}", "MX", id=f"m{number}"),
        *more,
        id=f"s{number}",
    )


def told(bundles: Iterable[Bundle]) -> list[list[tuple[str, str]]]:
    return [[(n.kind, n.story or n.side) for n in each.notices] for each in bundles]


def test_what_is_new_is_told_once():
    desk = Desk()
    assert told(desk.look(NOW, seen(crossing(1)))) == [[("crossing", "s1")]]
    assert desk.look(NOW, seen(crossing(1))) == []
    assert desk.look(NOW + 30 * HOUR, seen(crossing(1))) == []


def test_what_is_true_of_one_story_at_once_is_one_message():
    made = Desk().look(NOW, seen(crossing(1), lists={"s1": ("Water",)}))
    assert told(made) == [[("crossing", "s1"), ("watchlist", "s1")]]


def test_what_was_so_when_an_alert_is_first_looked_at_is_noted_in_silence():
    desk = Desk(since={})
    assert desk.look(NOW, seen(crossing(1), down=True)) == []
    assert {note.state for note in desk.notes.values()} == {"silent"}
    desk.since = dict.fromkeys(ALERT_KINDS, NOW)
    assert desk.look(NOW + HOUR, seen(crossing(1), down=True)) == []


def test_what_was_seen_before_and_clustered_late_is_noted_in_silence():
    """Items wait for their translation, an hour at most."""
    first = NOW + timedelta(minutes=10)  # when the builders' items are seen
    desk = Desk(since=dict.fromkeys(ALERT_KINDS, first))
    assert desk.look(first + HOUR, seen(crossing(1))) == []


def test_a_crossing_after_the_first_look_is_told_of_an_older_story():
    desk = Desk(since=dict.fromkeys(ALERT_KINDS, NOW + HOUR))
    late = item("Agua", "MX", id="m1", minutes=120)
    grown = story(item("Water", id="u1"), late, id="s1")
    assert told(desk.look(NOW + 3 * HOUR, seen(grown))) == [[("crossing", "s1")]]


def test_a_cool_down_holds_what_happens_to_the_same_story():
    desk = Desk()
    first = story(item("Water", id="u1"), id="s1")
    assert len(desk.look(NOW, seen(first, lists={"s1": ("Water",)}))) == 1
    both = seen(crossing(1), lists={"s1": ("Water",)})
    assert desk.look(NOW + HOUR, both) == []
    assert [n.state for n in desk.notes.values()] == ["told", "held"]
    assert desk.look(NOW + 6 * HOUR - timedelta(seconds=1), both) == []
    assert told(desk.look(NOW + 6 * HOUR, both)) == [[("crossing", "s1")]]


def test_what_waited_is_told_even_if_its_story_is_out_of_sight():
    desk = Desk()
    first = story(item("Water", id="u1"), id="s1")
    desk.look(NOW, seen(first, lists={"s1": ("Water",)}))
    desk.look(NOW + HOUR, seen(crossing(1)))
    assert told(desk.look(NOW + 6 * HOUR, ())) == [[("crossing", "s1")]]


def test_a_cool_down_does_not_hold_other_stories():
    desk = Desk()
    desk.look(NOW, seen(crossing(1)))
    made = desk.look(NOW + HOUR, seen(crossing(1), crossing(2)))
    assert told(made) == [[("crossing", "s2")]]


def test_what_is_passing_is_told_again_when_it_comes_again():
    desk = Desk()
    assert told(desk.look(NOW, seen(down=True))) == [[("quiet", "MX")]]
    assert desk.look(NOW + 12 * HOUR, seen(down=True)) == []
    assert desk.look(NOW + 13 * HOUR, seen()) == []
    assert told(desk.look(NOW + 14 * HOUR, seen(down=True))) == [[("quiet", "MX")]]


def test_what_is_passing_is_not_told_late():
    """Within the cool-down it is left out, and told if it is so when that is over."""
    desk = Desk()
    desk.look(NOW, seen(down=True))
    desk.look(NOW + HOUR, seen())
    assert desk.look(NOW + 2 * HOUR, seen(down=True)) == []
    assert desk.look(NOW + 3 * HOUR, seen()) == []
    assert desk.look(NOW + 7 * HOUR, seen()) == []
    desk.look(NOW + 8 * HOUR, seen())
    assert told(desk.look(NOW + 9 * HOUR, seen(down=True))) == [[("quiet", "MX")]]


def test_a_jump_within_the_cool_down_of_another_thing_is_not_told_late():
    jumping = {"s1": jump()}
    desk = Desk()
    desk.look(NOW, seen(crossing(1)))
    assert desk.look(NOW + HOUR, seen(crossing(1), jumps=jumping)) == []
    assert desk.look(NOW + 7 * HOUR, seen(crossing(1))) == []
    made = desk.look(NOW + 8 * HOUR, seen(crossing(1), jumps=jumping))
    assert told(made) == [[("jump", "s1")]]


def test_a_blind_spot_that_could_not_be_told_for_a_while_is_told_once():
    well = SideHealth("US", 40, 1, 0.02)
    spot = BlindSpot("s1", "US", NOW, 6, 4, 4, 5, 3.2, 7, 9, well, opened=NOW)
    mexican = (compare(story(item(country="MX", id="m1"), id="s1"), {}),)
    desk = Desk()
    found = findings(Picture(mexican, blind_spots=(spot,)), NOW)
    assert told(desk.look(NOW, found)) == [[("blind-spot", "s1")]]
    assert desk.look(NOW + 8 * HOUR, ()) == []
    assert desk.look(NOW + 16 * HOUR, found) == []
    again = replace(spot, opened=NOW + 20 * HOUR)
    found = findings(Picture(mexican, blind_spots=(again,)), NOW + 20 * HOUR)
    assert told(desk.look(NOW + 20 * HOUR, found)) == [[("blind-spot", "s1")]]


def test_a_story_merged_into_another_is_the_same_story():
    desk = Desk()
    desk.look(NOW, seen(crossing(1)))
    merged = replace(crossing(1, item("More", id="u9", minutes=3)), id="s9")
    assert desk.look(NOW + 9 * HOUR, seen(merged)) == []


def test_a_story_split_off_is_the_same_story():
    desk = Desk()
    desk.look(NOW, seen(crossing(1, item("X", id="u2"), item("Y", "MX", id="m2"))))
    assert desk.look(NOW + 9 * HOUR, seen(crossing(2))) == []


def test_what_joined_later_belongs_to_the_story_too():
    desk = Desk()
    desk.look(NOW, seen(crossing(1)))
    desk.look(NOW + HOUR, seen(crossing(1, item("X", id="u2"))))
    moved = story(item("X", id="u2"), item("Y", "MX", id="m7"), id="s7")
    assert desk.look(NOW + 9 * HOUR, seen(moved)) == []


def test_a_flood_is_summed_up():
    made = Desk().look(NOW, seen(*(crossing(n) for n in range(40))))
    assert len(made) == MOST
    assert [len(each.notices) for each in made] == [1, 1, 1, 1, 36]


def test_a_great_flood_is_counted():
    made = Desk().look(NOW, seen(*(crossing(n) for n in range(300))))
    assert len(made[-1].notices) == MOST_NOTICES
    assert sum(len(each.notices) + each.more for each in made) == 300


NIGHT = replace(DESK, quiet_hours=QuietHours(time(22), time(7), "UTC"))


def test_quiet_hours_hold_all_and_release_it_as_one():
    desk = Desk(NIGHT)
    night = NOW.replace(hour=23)
    for n in range(3):
        now = night + n * HOUR
        assert desk.look(now, seen(crossing(n), now=now)) == []
    morning = night.replace(hour=7) + timedelta(days=1)
    assert desk.look(morning - timedelta(seconds=1), seen()) == []
    [one] = desk.look(morning, seen())
    assert told([one]) == [[("crossing", f"s{n}") for n in range(3)]]
    assert [n.at for n in one.notices] == [night + n * HOUR for n in range(3)]


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (replace(DESK, on=("watchlist",)), [("watchlist", "s1"), ("watchlist", "s2")]),
        (replace(DESK, on=("crossing",), watchlists=("Trade",)), [("crossing", "s2")]),
        (
            replace(DESK, watchlists=("Trade",)),
            [("crossing", "s2"), ("quiet", "MX"), ("watchlist", "s2")],
        ),
        (replace(DESK, on=("jump",)), []),
        (replace(DESK, on=("quiet",), watchlists=("Trade",)), [("quiet", "MX")]),
        (replace(DESK, themes=("energy",)), [("quiet", "MX")]),
    ],
)
def test_an_alert_tells_what_it_is_asked_for(alert, expected):
    found = seen(
        *(crossing(1), crossing(2)),
        lists={"s1": ("Water",), "s2": ("Trade",)},
        down=True,
    )
    made = Desk(alert).look(NOW, found)
    assert sorted(n for each in told(made) for n in each) == expected


# --- laws ------------------------------------------------------------------------

LOOKS = st.lists(
    st.tuples(
        st.integers(1, 400),  # minutes since the last look
        st.sets(st.integers(0, 5)),  # stories that have crossed
        st.sets(st.integers(0, 5)),  # stories on the list
        st.sets(st.integers(0, 5)),  # stories that jump
        st.booleans(),  # whether feeds are down
    ),
    max_size=12,
)


def histories(looks):
    now = NOW
    for minutes, crossed, listed, jumping, down in looks:
        now += timedelta(minutes=minutes)
        stories = [
            crossing(n) if n in crossed else story(item(id=f"u{n}"), id=f"s{n}")
            for n in crossed | listed | jumping
        ]
        yield (
            now,
            seen(
                *stories,
                now=now,
                lists={f"s{n}": ("Water",) for n in listed},
                jumps={f"s{n}": jump(f"s{n}") for n in jumping},
                down=down,
            ),
        )


@settings(max_examples=60, deadline=None)
@given(LOOKS)
def test_decided_again_nothing_is_new(looks):
    desk = Desk(NIGHT)
    for now, found in histories(looks):
        desk.look(now, found)
        before = dict(desk.notes)
        assert desk.look(now, found) == []
        assert desk.notes == before


@settings(max_examples=60, deadline=None)
@given(st.permutations([crossing(n) for n in range(8)]))
def test_the_order_of_stories_does_not_matter(stories):
    lists = {f"s{n}": ("Water",) for n in (1, 4)}
    ordered = sorted(stories, key=lambda each: each.id)
    assert seen(*stories, lists=lists) == seen(*ordered, lists=lists)


@settings(max_examples=60, deadline=None)
@given(LOOKS)
def test_a_cool_down_never_lets_two_messages_through(looks):
    desk = Desk(NIGHT)
    last: dict[str, datetime] = {}
    for now, found in histories(looks):
        for bundle in desk.look(now, found):
            for about in {n.story or n.side for n in bundle.notices}:
                assert about not in last or now - last[about] >= desk.alert.cooldown
                last[about] = now


@settings(max_examples=60, deadline=None)
@given(LOOKS)
def test_what_lasts_is_told_exactly_once_in_the_end(looks):
    desk = Desk(NIGHT)
    bundles = (b for now, found in histories(looks) for b in desk.look(now, found))
    made = [notice for bundle in bundles for notice in bundle.notices]
    end = NOW + timedelta(days=30)
    for hours in range(0, 48, 4):
        made += [n for b in desk.look(end + hours * HOUR, ()) for n in b.notices]
    lasting = [(n.kind, n.story) for n in made if n.kind in {"watchlist", "crossing"}]
    wanted = {
        (f.kind, f.about)
        for _, found in histories(looks)
        for f in found
        if f.kind in {"watchlist", "crossing"}
    }
    assert sorted(lasting) == sorted(wanted)
    assert all(note.state == "told" for note in desk.notes.values())
