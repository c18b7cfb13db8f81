from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, member, story
from monitor.comparison import Coverage
from monitor.coverage.lag import first_dated, lag, start
from monitor.coverage.sides import compare
from monitor.model import Country, Item, Member


def coverage(*items: Item) -> Coverage:
    return compare(story(*items), {})


def test_lag_runs_from_the_leaders_first_item_to_the_other_sides_first():
    found = coverage(
        item(country="MX", minutes=0),
        item(country="MX", minutes=300),
        item(country="US", minutes=135),
        item(country="US", minutes=200),
    )
    assert (found.leader, found.lag_minutes, found.lag_certainty) == ("MX", 135, "feed")


def test_a_silent_side_gives_no_lag():
    found = coverage(item(country="MX"))
    assert (found.leader, found.lag_minutes, found.lag_certainty) == (None, None, None)


def test_a_side_with_undated_items_alone_gives_no_lag():
    found = coverage(item(country="MX", date_source="fetched"), item(minutes=60))
    assert found.sides["MX"].items
    assert (found.leader, found.lag_minutes, found.lag_certainty) == (None, None, None)


@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_less_than_a_minute_is_no_lead(seconds):
    found = coverage(item(country="US"), item(country="MX", minutes=seconds / 60))
    assert (found.leader, found.lag_minutes, found.lag_certainty) == (None, 0, "feed")


def test_a_whole_minute_is_a_lead_and_seconds_are_cut():
    found = coverage(item(country="US"), item(country="MX", minutes=119 / 60))
    assert (found.leader, found.lag_minutes) == ("US", 1)


def test_a_first_date_read_in_the_outlets_zone_makes_the_lag_default_zone():
    found = coverage(
        item(country="US", date_source="default-zone"), item(country="MX", minutes=60)
    )
    assert (found.leader, found.lag_certainty) == ("US", "default-zone")


def test_a_later_zoneless_date_leaves_the_lag_certain():
    found = coverage(
        item(country="US"),
        item(country="US", minutes=30, date_source="default-zone"),
        item(country="MX", minutes=60),
    )
    assert found.lag_certainty == "feed"


@pytest.mark.parametrize("side", ["US", "MX"])
def test_an_undated_item_seen_before_the_first_dated_one_bounds_the_lag(side):
    found = coverage(
        item(country="US", minutes=10, date_source="default-zone"),
        item(country="MX", minutes=40),
        item(country=side, minutes=-5, date_source="fetched"),
    )
    assert (found.leader, found.lag_minutes) == ("US", 30)
    assert found.lag_certainty == "poll-bounded"


def test_an_undated_item_seen_later_leaves_the_lag_certain():
    found = coverage(
        item(country="US"),
        item(country="US", minutes=5, date_source="fetched"),
        item(country="MX", minutes=60),
    )
    assert found.lag_certainty == "feed"


def test_first_dated_passes_over_undated_items():
    undated = item(minutes=-60, date_source="fetched")
    dated = item(minutes=0, date_source="default-zone")
    assert first_dated([undated, dated]) is dated
    assert first_dated([undated]) is None
    assert first_dated([]) is None


def test_of_two_items_of_one_minute_the_lower_id_is_first():
    assert first_dated([item(id="b"), item(id="a")]) == item(id="a")


items = st.builds(
    lambda country, seconds, date_source, n: item(
        f"headline {n}",
        country,
        published=NOW + timedelta(seconds=seconds),
        date_source=date_source,
    ),
    st.sampled_from(["US", "MX"]),
    st.integers(-200_000, 200_000),
    st.sampled_from(["feed", "default-zone", "fetched"]),
    st.integers(0, 1000),
)


some_items = st.lists(items, max_size=8, unique_by=lambda i: i.id)
some_copies = st.sets(st.integers(0, 7))


@given(some_items, some_items, some_copies)
def test_the_lag_is_antisymmetric(here, there, copied):
    everything = [*here, *there]
    copies = {i.id for n, i in enumerate(everything) if n in copied}
    one, other = start(here, copies), start(there, copies)
    ours, theirs = lag(one, other), lag(other, one)
    assert ours.ahead == (None if theirs.ahead is None else -theirs.ahead)
    assert ours.certainty == theirs.certainty
    assert ours.no_leader == theirs.no_leader
    assert (ours.no_leader is None) == bool(ours.ahead)
    assert (ours.certainty is None) == (ours.ahead is None)


@given(some_items, some_items, some_copies)
def test_a_copy_never_leads(here, there, copied):
    everything = [*here, *there]
    copies = {i.id for n, i in enumerate(everything) if n in copied}
    one, other = start(here, copies), start(there, copies)
    found = lag(one, other)
    if found.ahead:
        leader = one if found.ahead > 0 else other
        assert not leader.is_copy
        assert leader.first.id not in copies


@given(st.lists(items, min_size=1, max_size=8, unique_by=lambda i: i.id))
def test_a_lag_never_runs_backwards(some):
    found = coverage(*some)
    assert found.lag_minutes is None or found.lag_minutes >= 0


# --- copies ------------------------------------------------------------------------


def told(*members: Member) -> tuple[str | None, int | None, str | None]:
    found = compare(story(*members), {})
    return found.leader, found.lag_minutes, found.no_leader


def own(country: Country, minutes: float, **more: Any) -> Member:
    return member(item(f"own {country} {minutes}", country, minutes=minutes, **more))


def copied(country: Country, minutes: float, of: str = "x", **more: Any) -> Member:
    title = f"copy {country} {minutes}"
    return member(item(title, country, minutes=minutes, **more), copy_of=of)


def test_a_copy_of_the_sides_own_text_leaves_the_lead_with_the_text():
    first = own("US", 0, id="a")
    assert told(first, copied("US", 5, "a"), own("MX", 30)) == ("US", 30, None)


def test_a_copy_dated_before_its_original_does_not_lead():
    assert told(copied("US", -60), own("US", 10), own("MX", 0)) == ("MX", 10, None)


def test_a_side_with_copies_alone_follows_from_its_first_copy():
    assert told(own("US", 0), copied("MX", 40), copied("MX", 20)) == ("US", 20, None)


def test_a_side_that_copied_first_and_wrote_later_is_measured_by_what_it_wrote():
    found = told(own("US", 0), copied("MX", 20), own("MX", 90))
    assert found == ("US", 90, None)


def test_where_a_copy_came_before_the_others_own_text_nobody_leads():
    assert told(copied("MX", 0), own("US", 30)) == (None, None, "copies")


def test_where_both_sides_only_copy_nobody_leads():
    assert told(copied("MX", 0), copied("US", 30)) == (None, None, "copies")


def test_a_copy_in_the_same_minute_is_no_lead_either_way():
    assert told(copied("MX", 0), own("US", 0.5)) == (None, 0, "same-minute")


def test_a_credited_dispatch_leads_only_for_its_agency():
    wire = "TIJUANA (AP) — Water."
    paper = member(item(outlet="Hudson Dispatch", summary=wire))
    agency = member(item(outlet="AP News", summary=wire))
    assert told(paper, own("MX", 30)) == (None, None, "copies")
    assert told(paper, own("US", 10), own("MX", 30)) == ("US", 20, None)
    assert told(agency, own("MX", 30)) == ("US", 30, None)


def test_an_undated_copy_leaves_the_lag_of_own_texts_certain():
    undated = copied("MX", -5, date_source="fetched")
    found = compare(story(own("US", 0), own("MX", 30), undated), {})
    assert found.lag_certainty == "feed"


def test_an_undated_item_bounds_the_lag_of_a_side_that_only_copies():
    undated = copied("MX", -5, date_source="fetched")
    found = compare(story(own("US", 0), copied("MX", 30), undated), {})
    assert found.lag_certainty == "poll-bounded"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([own("US", 0)], "silent"),
        ([own("US", 0), own("MX", 3, date_source="fetched")], "undated"),
        ([own("US", 0), own("MX", 0)], "same-minute"),
        ([own("US", 0), own("MX", 1)], None),
    ],
)
def test_why_nobody_leads_is_told(members, reason):
    assert told(*members)[2] == reason


@given(st.lists(items, min_size=1, max_size=8))
def test_moving_an_undated_item_never_moves_the_lag(some):
    before = coverage(*some)
    late = [
        item(
            i.title,
            i.country,
            published=i.published + timedelta(days=30),
            date_source="fetched",
        )
        if i.date_source == "fetched"
        else i
        for i in some
    ]
    after = coverage(*late)
    assert (before.leader, before.lag_minutes) == (after.leader, after.lag_minutes)
