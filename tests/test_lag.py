from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, story
from monitor.comparison import Coverage
from monitor.coverage.lag import first_dated, lag
from monitor.coverage.sides import compare
from monitor.model import Item


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


@given(st.lists(items, min_size=1, max_size=8))
def test_swapping_the_countries_swaps_the_leader_and_nothing_else(some):
    sides = coverage(*some).sides
    here, there = lag(sides["US"], sides["MX"]), lag(sides["MX"], sides["US"])
    swap = {"US": "MX", "MX": "US", None: None}
    if here is None or there is None:
        assert here is there
    else:
        assert (here.minutes, here.certainty) == (there.minutes, there.certainty)
        assert here.leader == swap[there.leader]
        assert (here.leader is None) == (here.minutes == 0)


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
