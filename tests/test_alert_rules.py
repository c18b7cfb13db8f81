from dataclasses import replace

import pytest

from builders import NOW, feed, health, item, member, story
from monitor.alerts.rules import (
    Jump,
    Picture,
    Volume,
    crossed,
    findings,
    side_health,
)
from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.sides import compare

WELL = SideHealth("US", 40, 1, 0.02)
SPOT = BlindSpot("s1", "US", NOW, 6, 4, 4, 5, 3.2, 7, 9, WELL, opened=NOW)
MEXICAN = story(item("Agua", "MX", id="m1"), id="s1")


def kinds(**picture) -> list[str]:
    return [found.what for found in findings(Picture(**picture), NOW)]


def of(*stories):
    return tuple(compare(each, {}) for each in stories)


def copied(of):
    made = member(of)
    return replace(made, assignment=replace(made.assignment, copy_of="another"))


def test_nothing_is_found_where_nothing_is():
    assert kinds() == []


def test_a_story_on_two_lists_is_two_findings():
    found = kinds(coverages=of(MEXICAN), matched={"s1": ("Water", "Trade")})
    assert found == ["watchlist:Trade", "watchlist:Water"]


def test_a_story_crosses_when_the_second_side_is_first_seen():
    both = story(item(id="a"), item("x", "MX", minutes=5), item("y", "MX", minutes=9))
    seen = sorted(m.item.seen for m in both.members)
    assert crossed(both) == seen[1]
    assert crossed(MEXICAN) is None


def test_a_reprint_of_the_other_sides_text_crosses_no_border():
    original, reprint = item(id="a"), item("Agua", "MX", id="b", minutes=3)
    assert (
        crossed(replace(story(), members=(member(original), copied(reprint)))) is None
    )
    own = item("Agua", "MX", id="c", minutes=7)
    both = replace(story(), members=(member(original), copied(reprint), member(own)))
    assert crossed(both) == own.seen


def test_a_jump_is_found():
    [found] = findings(
        Picture(coverages=of(MEXICAN), jumps={"s1": Jump(14, 2.0, 3.0)}), NOW
    )
    assert found.what == "jump"
    assert found.notice.counts == {"items": 14, "usual": 2.0, "hours": 3.0}


def test_an_open_blind_spot_is_found_by_when_it_was_opened():
    [found] = findings(Picture(coverages=of(MEXICAN), blind_spots=(SPOT,)), NOW)
    assert found.what == "blind-spot:2026-03-02T12:00:00Z"
    assert found.notice.side == "US"
    assert found.notice.counts["expected"] == 3.2


@pytest.mark.parametrize(
    "spot",
    [
        replace(SPOT, opened=None),
        replace(SPOT, closed=NOW, end="picked-up"),
        replace(SPOT, health=SideHealth("US", 40, 20, 0.5)),
        replace(SPOT, story="s2"),
    ],
    ids=["never claimed", "closed", "cannot tell", "of no story we know"],
)
def test_no_other_blind_spot_is(spot):
    assert kinds(coverages=of(MEXICAN), blind_spots=(spot,)) == []


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        (SideHealth("MX", 31, 7, 0.3), ["quiet"]),
        (SideHealth("MX", 31, 7, 0.2), []),
        (SideHealth("MX", 0, 0, 0.0), []),
    ],
)
def test_a_side_is_quiet_if_too_much_of_it_is_not_read(sides, expected):
    assert kinds(sides={"MX": sides}) == expected


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        (Volume(3, 12.0, 3.0), ["quiet"]),
        (Volume(4, 12.0, 3.0), []),
        (Volume(0, 11.9, 3.0), []),
    ],
)
def test_a_side_is_quiet_if_far_less_comes_than_usual(volume, expected):
    assert kinds(volumes={"US": volume}) == expected


def test_what_is_down_and_what_is_low_is_one_finding():
    [found] = findings(
        Picture(
            sides={"US": SideHealth("US", 4, 3, 0.7)},
            volumes={"US": Volume(0, 20.0, 3.0)},
        ),
        NOW,
    )
    assert found.notice.counts == {
        "feeds": 4,
        "down": 3,
        "items": 0,
        "usual": 20.0,
        "hours": 3.0,
    }


def test_the_health_of_sides_counts_their_feeds():
    sides = side_health(
        [
            health(feed("A")),
            health(feed("B"), "timed out"),
            health(feed("C", "MX")),
        ]
    )
    assert sides["US"] == SideHealth("US", 2, 1, 0.5)
    assert sides["MX"] == SideHealth("MX", 1, 0, 0.0)
    assert side_health([])["MX"] == SideHealth("MX", 0, 0, 0.0)
