"""Addresses of lists: what they ask for, and what they cannot."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.outline import Selection
from monitor.web import filters
from monitor.web.filters import FilterError


def test_nothing_asked_narrows_nothing():
    assert filters.read({}) == Selection()
    assert filters.read({"since": " ", "side": "", "page": "3"}) == Selection()


def test_days_are_those_of_the_dashboards_clock_with_both_ends():
    found = filters.read({"since": "2026-03-01", "until": "2026-03-01"})
    assert found.start == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert found.end == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_a_moment_names_its_offset():
    found = filters.read({"since": "2026-03-01T06:00:00-06:00"})
    assert found.start == datetime(2026, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(FilterError, match="offset"):
        filters.read({"since": "2026-03-01T06:00:00"})
    with pytest.raises(FilterError, match="expected a day"):
        filters.read({"since": "0001-01-01T00:00:00+14:00"})


def test_every_fault_is_told_with_what_was_expected():
    asked = {"since": "soon", "side": "CA", "language": "fr", "theme": "moon"}
    with pytest.raises(FilterError) as caught:
        filters.read(asked, {"theme": ["trade", "water"]})
    told = {fault.key: fault.told for fault in caught.value.faults}
    assert set(told) == set(asked)
    assert "2025-04-08" in told["since"]
    assert "MX, US, both, only-MX, only-US" in told["side"]
    assert "trade, water" in told["theme"]


def test_a_stretch_that_ends_before_it_begins_is_refused():
    with pytest.raises(FilterError, match="exchange"):
        filters.read({"since": "2026-03-02", "until": "2026-03-01"})


def test_names_that_nobody_lists_are_taken_as_they_are():
    assert filters.read({"outlet": "El Faro"}).outlet == "El Faro"


def test_an_address_is_changed_one_filter_at_a_time():
    query = {"side": "MX", "theme": "trade", "after": "xyz", "lang": "es"}
    assert filters.query_of(query) == "?side=MX&theme=trade"
    assert filters.query_of(query, theme=None) == "?side=MX"
    assert filters.query_of(query, side="US", since="2026-03-01") == (
        "?side=US&theme=trade&since=2026-03-01"
    )
    assert filters.query_of({}) == ""


def test_orders_are_known():
    assert filters.order("") == "newest"
    assert filters.order("lag") == "lag"
    with pytest.raises(FilterError, match="largest"):
        filters.order("loudest")


@given(st.dictionaries(st.sampled_from(filters.KEYS), st.text(max_size=40)))
def test_any_query_is_read_or_refused(query):
    try:
        assert isinstance(filters.read(query, {"theme": ["trade"]}), Selection)
    except FilterError as error:
        assert {fault.key for fault in error.faults} <= set(filters.KEYS)
