from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, member, story
from monitor.coverage.sides import compare
from monitor.model import SIDES, Story

OWNERS = {"Diario Anáhuac": "Grupo Anáhuac", "Mercado Hoy": "Grupo Anáhuac"}


def test_compare_splits_a_story_by_country_whatever_the_language():
    english = item(country="MX", language="en")
    spanish = item(country="US", language="es")
    found = compare(story(english, spanish), {})
    assert found.sides["MX"].items == (english,)
    assert found.sides["US"].items == (spanish,)
    assert found.crosses_border


def test_a_silent_side_is_there_and_empty():
    found = compare(story(item(country="MX")), {})
    silent = found.sides["US"]
    assert (silent.items, silent.outlets, silent.owners) == ((), (), ())
    assert silent.first is None
    assert not found.crosses_border


def test_outlets_come_in_the_order_in_which_they_had_the_story():
    found = compare(
        story(
            item(outlet="Zeta", minutes=0),
            item(outlet="Alfa", minutes=5),
            item(outlet="Zeta", minutes=9),
        ),
        {},
    )
    assert found.sides["US"].outlets == ("Zeta", "Alfa")


def test_outlets_of_one_owner_count_as_one_owner():
    found = compare(
        story(
            item(country="MX", outlet="Diario Anáhuac"),
            item(country="MX", outlet="Mercado Hoy"),
        ),
        OWNERS,
    )
    assert len(found.sides["MX"].outlets) == 2
    assert found.sides["MX"].owners == ("Grupo Anáhuac",)


def test_an_outlet_nobody_is_known_to_own_owns_itself():
    found = compare(story(item(outlet="Hudson Dispatch")), OWNERS)
    assert found.sides["US"].owners == ("Hudson Dispatch",)


def test_first_is_the_earliest_dated_item_even_after_an_undated_one():
    undated = item(minutes=-30, date_source="fetched")
    dated = item(minutes=0)
    side = compare(story(undated, dated), {}).sides["US"]
    assert side.items == (undated, dated)
    assert side.first == dated


members = st.builds(
    lambda country, outlet, minutes, date_source, n: member(
        item(
            f"headline {n}",
            country,
            outlet=f"{country} {outlet}",
            published=NOW + timedelta(minutes=minutes),
            date_source=date_source,
        )
    ),
    st.sampled_from(SIDES),
    st.sampled_from(["Alfa", "Beta", "Zeta"]),
    st.integers(-3000, 3000),
    st.sampled_from(["feed", "default-zone", "fetched"]),
    st.integers(0, 10**6),
)
some_members = st.lists(members, min_size=1, max_size=9, unique_by=lambda m: m.item.id)


@given(some_members, st.randoms())
def test_order_of_arrival_does_not_matter(some, chance):
    shuffled = chance.sample(some, len(some))
    here, there = (compare(Story("s", tuple(ms)), OWNERS) for ms in (some, shuffled))
    assert here.sides == there.sides
    assert here.leader == there.leader
    assert here.lag_minutes == there.lag_minutes
    assert here.lag_certainty == there.lag_certainty


@given(some_members)
def test_counts_add_up(some):
    sides = compare(Story("s", tuple(some)), {}).sides
    assert set(sides) == set(SIDES)
    assert sum(len(side.items) for side in sides.values()) == len(some)
    assert {i for side in sides.values() for i in side.items} == {m.item for m in some}
    for side in sides.values():
        assert set(side.outlets) == {i.outlet for i in side.items}
        assert len(side.owners) <= len(side.outlets) <= len(side.items)
        assert list(side.items) == sorted(side.items, key=lambda i: (i.published, i.id))


@given(some_members)
def test_the_leaders_first_item_comes_before_the_other_sides(some):
    found = compare(Story("s", tuple(some)), {})
    if found.leader:
        [other] = set(SIDES) - {found.leader}
        ahead, behind = found.sides[found.leader].first, found.sides[other].first
        assert ahead and behind
        assert behind.published - ahead.published >= timedelta(minutes=1)
