from dataclasses import replace

import pytest

from builders import NOW, item, jump, last_hours, member, story
from monitor.alerts.rules import Picture, crossed, findings
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
    assert crossed(compare(both, {})) == seen[1]
    assert crossed(compare(MEXICAN, {})) is None


def test_a_reprint_of_the_other_sides_text_crosses_no_border():
    original, reprint = item(id="a"), item("Agua", "MX", id="b", minutes=3)
    [printed] = of(replace(story(), members=(member(original), copied(reprint))))
    assert crossed(printed) is None
    own = item("Agua", "MX", id="c", minutes=7)
    members = (member(original), copied(reprint), member(own))
    [written] = of(replace(story(), members=members))
    assert crossed(written) == own.seen


def test_an_agencys_dispatch_crosses_no_border_though_we_have_no_original():
    dispatch = replace(item("Agua", "MX", id="b"), summary="MADRID (EFE).- El agua.")
    [printed] = of(story(item(id="a"), dispatch))
    assert printed.sides["MX"].copies == {"b"}
    assert crossed(printed) is None


def test_a_jump_is_found():
    [found] = findings(
        Picture(coverages=of(MEXICAN), jumps={"s1": jump("s1", 14, 2.0)}), NOW
    )
    assert found.what == "jump"
    assert found.notice.counts == {"items": 14, "usual": 2.0, "hours": 6.0}


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
    ("health", "expected"),
    [
        (SideHealth("MX", 31, 7, 0.3), ["quiet"]),
        (SideHealth("MX", 31, 7, 0.2), []),
        (SideHealth("MX", 0, 0, 0.0), []),
    ],
)
def test_a_side_is_quiet_if_too_much_of_it_is_not_read(health, expected):
    assert kinds(sides={"MX": last_hours(health=health)}) == expected


@pytest.mark.parametrize(
    ("surprise", "before", "is_known", "expected"),
    [
        (7.0, 0.0, True, ["quiet"]),
        (6.9, 0.0, True, []),
        (7.0, 7.0, True, []),
        (7.0, 0.0, False, []),
    ],
    ids=["rare", "not rare", "was so before", "not known"],
)
def test_a_side_is_quiet_if_far_less_comes_than_usual(
    surprise, before, is_known, expected
):
    quiet = replace(
        last_hours("US", 1, 20.0, surprise), before=before, is_known=is_known
    )
    assert kinds(sides={"US": quiet}) == expected


def test_what_is_down_and_what_is_low_is_one_finding():
    [found] = findings(
        Picture(
            sides={"US": last_hours("US", 0, 20.0, 9.0, SideHealth("US", 4, 3, 0.7))},
        ),
        NOW,
    )
    assert found.notice.counts == {
        "feeds": 4,
        "down": 3,
        "items": 0,
        "usual": 20.0,
        "hours": 6.0,
    }
