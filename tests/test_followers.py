from dataclasses import replace
from datetime import timedelta
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, member, story
from monitor.comparison import Coverage
from monitor.coverage.followers import (
    NO_THEME,
    FirstTold,
    Following,
    Outlet,
    by_outlet,
    by_side,
    by_theme,
    first_told,
    leader_first,
    ranked,
)
from monitor.coverage.sides import compare
from monitor.model import Country, Item, Member, Story

LEDGER, DIARIO, HORA = (
    Outlet("US", "Ledger"),
    Outlet("MX", "Diario"),
    Outlet("MX", "Hora"),
)


def told(outlet: Outlet, minutes: float, **more: object) -> Item:
    title = f"{outlet.name} {minutes}"
    return item(title, outlet.side, outlet=outlet.name, minutes=minutes, **more)


def coverage(*members: Member | Item, name: str = "s") -> Coverage:
    return compare(story(*members, id=name), {})


def lagging(*minutes: float) -> list[Coverage]:
    """Stories in which Diario comes so many minutes after Ledger."""
    return [
        coverage(told(LEDGER, 0), told(DIARIO, after), name=f"s{n}")
        for n, after in enumerate(minutes)
    ]


def test_a_pair_is_compared_in_every_story_that_both_cover():
    alone = coverage(told(LEDGER, 0))
    [found] = by_outlet([*lagging(10, 30, -5, 0.5), alone])
    assert (found.leader, found.follower) == (LEDGER, DIARIO)
    [best] = ranked([found])
    assert (best.leader, best.follower) == (LEDGER, DIARIO)
    assert (best.stories, best.led, best.followed, best.ties) == (4, 2, 1, 1)
    assert best.median == 5


def test_quartiles_lie_around_the_median():
    [found] = ranked(by_outlet(lagging(10, 20, 30, 40, 50)))
    assert (found.low, found.median, found.high) == (20, 30, 40)


def test_a_single_lag_is_its_own_quartile():
    [found] = ranked(by_outlet(lagging(10)))
    assert (found.low, found.median, found.high) == (10, 10, 10)


def test_an_outlet_is_taken_by_its_first_item_of_its_own():
    copy = member(told(DIARIO, -60), copy_of="elsewhere")
    [found] = by_outlet([coverage(copy, told(DIARIO, 20), told(LEDGER, 0))])
    assert leader_first(found).leader == LEDGER
    assert leader_first(found).median == 20


def test_a_copy_never_leads_a_pair():
    copy = member(told(DIARIO, -60), copy_of="elsewhere")
    [found] = by_outlet([coverage(copy, told(LEDGER, 0))])
    assert (found.stories, found.unclear, found.led, found.followed) == (1, 1, 0, 0)
    assert found.median is None


def test_poll_bounded_lags_are_counted_apart_and_in_no_median():
    bounded = coverage(
        told(LEDGER, 0),
        told(DIARIO, 500),
        told(DIARIO, 100, date_source="fetched"),
        name="b",
    )
    [found] = ranked(by_outlet([*lagging(10, 20), bounded]))
    assert (found.stories, found.led, found.bounded) == (3, 2, 1)
    assert found.median == 15
    side = by_side([*lagging(10, 20), bounded])
    assert (side.stories, side.led, side.bounded, side.median) == (3, 2, 1, 15)


def test_lags_by_a_zone_that_no_date_names_are_counted_by_themselves():
    zone = coverage(told(LEDGER, 0), told(DIARIO, 9, date_source="default-zone"))
    [found] = ranked(by_outlet([*lagging(10, 20), zone]))
    assert (found.feed, found.default_zone, found.median) == (2, 1, 10)


def test_an_undated_outlet_is_unclear():
    undated = coverage(told(LEDGER, 0), told(DIARIO, 9, date_source="fetched"))
    [found] = by_outlet([undated])
    assert (found.stories, found.unclear) == (1, 1)


def test_outlets_of_one_side_are_compared_when_asked():
    of = coverage(told(LEDGER, 0), told(DIARIO, 10), told(HORA, 30))
    across = {frozenset((f.leader, f.follower)) for f in by_outlet([of])}
    assert across == {frozenset((LEDGER, DIARIO)), frozenset((LEDGER, HORA))}
    [within] = by_outlet([of], "within")
    assert (within.leader, within.follower, within.median) == (DIARIO, HORA, 20)


def test_stories_of_one_side_count_within_it():
    [within] = by_outlet([coverage(told(DIARIO, 0), told(HORA, 30))], "within")
    assert within.stories == 1
    assert by_outlet([coverage(told(DIARIO, 0), told(HORA, 30))]) == []


def test_the_sides_are_compared_theme_by_theme():
    water, trade, other = lagging(10, -30, 50)
    themes = {water.story.id: ("water", "border"), trade.story.id: ("border",)}
    found = by_theme([water, trade, other], themes)
    assert list(found) == [NO_THEME, "border", "water"]
    assert found["water"].median == 10
    assert (found["border"].led, found["border"].followed) == (1, 1)
    assert found[NO_THEME].stories == 1


def test_the_most_stories_come_first_and_few_are_left_out():
    some = lagging(10, 20, 30)
    also = [coverage(told(HORA, 0), told(LEDGER, 5), name=f"h{n}") for n in range(4)]
    found = ranked(by_outlet([*some, *also]), least=1)
    assert [(f.leader, f.follower) for f in found] == [(HORA, LEDGER), (LEDGER, DIARIO)]
    assert [f.stories for f in ranked(found, least=4)] == [4]


def test_where_both_led_as_often_the_median_decides():
    [found] = by_outlet(lagging(-10, 40))
    assert leader_first(found).leader == LEDGER
    [found] = by_outlet(lagging(-40, 10))
    assert leader_first(found).leader == DIARIO


# --- laws ----------------------------------------------------------------------------

outlets = st.sampled_from([LEDGER, DIARIO, HORA, Outlet("US", "Gazette")])


@st.composite
def _coverages(draw: st.DrawFn) -> list[Coverage]:
    return [
        compare(Story(f"s{n}", tuple(draw(_members(n)))), {})
        for n in range(draw(st.integers(0, 4)))
    ]


@st.composite
def _members(draw: st.DrawFn, story_number: int) -> list[Member]:
    made = []
    for n in range(draw(st.integers(1, 7))):
        outlet = draw(outlets)
        one = item(
            f"title {story_number} {n}",
            outlet.side,
            outlet=outlet.name,
            published=NOW + timedelta(seconds=draw(st.integers(-9000, 9000))),
            date_source=draw(st.sampled_from(["feed", "default-zone", "fetched"])),
        )
        made.append(member(one, copy_of=draw(st.sampled_from([None, None, "x"]))))
    return made


def swapped(of: Coverage) -> Coverage:
    """The same story with each item on the other side."""
    other: dict[Country, Country] = {"US": "MX", "MX": "US"}
    members = [
        replace(m, item=replace(m.item, country=other[m.item.country]))
        for m in of.story.members
    ]
    return compare(Story(of.story.id, tuple(members)), {})


@given(_coverages())
def test_swapping_the_sides_turns_the_matrix(some):
    turned = [swapped(c) for c in some]
    here, there = by_side(some), by_side(turned).turned()
    assert replace(there, leader="US", follower="MX") == here
    pairs = {(f.leader.name, f.follower.name): f for f in by_outlet(some)}
    for f in by_outlet(turned):
        back = f.turned()
        assert _counts(pairs[back.leader.name, back.follower.name]) == _counts(back)


def _counts(f: Following) -> tuple[object, ...]:
    certain = (f.bounded, f.unclear, f.default_zone, f.feed)
    return (f.stories, f.led, f.followed, f.ties, *certain, f.low, f.median, f.high)


@given(_coverages())
def test_the_matrix_is_antisymmetric(some):
    for f in (*by_outlet(some), *by_outlet(some, "within"), by_side(some)):
        assert f.turned().turned() == f
        assert (f.turned().led, f.turned().followed) == (f.followed, f.led)
        assert f.turned().median == (None if f.median is None else -f.median)


@given(_coverages())
def test_counts_add_up(some):
    for f in (*by_outlet(some), *by_outlet(some, "within"), by_side(some)):
        assert f.stories == f.led + f.followed + f.ties + f.bounded + f.unclear
        assert f.feed >= 0
        assert (f.median is None) == (f.led + f.followed + f.ties == 0)
        if f.median is not None:
            assert f.low <= f.median <= f.high
    both = sum(c.crosses_border for c in some)
    assert by_side(some).stories == both
    assert sum(f.stories for f in by_theme(some, {}).values()) == both


@given(_coverages())
def test_a_side_leads_as_often_as_its_stories_say(some):
    sure = [c for c in some if c.lag_certainty in {"feed", "default-zone"}]
    found = by_side(some)
    assert found.led == sum(c.leader == "US" for c in sure)
    assert found.followed == sum(c.leader == "MX" for c in sure)
    lags = [c.lag_minutes * (-1 if c.leader == "MX" else 1) for c in sure]
    assert found.median == (median(lags) if lags else None)


@given(_coverages(), st.randoms())
def test_the_order_of_arrival_does_not_matter(some, chance):
    mixed = [
        compare(
            Story(
                c.story.id, tuple(chance.sample(c.story.members, len(c.story.members)))
            ),
            {},
        )
        for c in chance.sample(some, len(some))
    ]
    assert by_outlet(mixed) == by_outlet(some)
    assert by_outlet(mixed, "within") == by_outlet(some, "within")
    assert ranked(by_outlet(mixed)) == ranked(by_outlet(some))


@given(_coverages())
def test_an_outlet_with_copies_alone_never_leads(some):
    copying = [
        compare(
            Story(
                c.story.id,
                tuple(
                    replace(m, assignment=replace(m.assignment, copy_of="x"))
                    if m.item.outlet == "Ledger"
                    else m
                    for m in c.story.members
                ),
            ),
            {},
        )
        for c in some
    ]
    for pairs in ("across", "within"):
        for f in by_outlet(copying, pairs):
            assert f.led == 0 or f.leader != LEDGER
            assert f.followed == 0 or f.follower != LEDGER


@given(_coverages(), st.integers(1, 3))
def test_a_ranked_leader_was_first_at_least_as_often(some, least):
    for f in ranked(by_outlet(some), least):
        assert f.led >= f.followed
        assert f.stories >= least


def test_who_told_a_story_first_is_counted_by_the_item_that_leads():
    bravo, eco = Outlet("US", "Bravo"), Outlet("MX", "Eco")
    undated = told(eco, 210, date_source="fetched")
    found = first_told(
        (
            coverage(told(LEDGER, 0), told(DIARIO, 30)),
            coverage(told(LEDGER, 100), told(DIARIO, 140)),
            coverage(told(LEDGER, 100), told(DIARIO, 10)),
            coverage(told(LEDGER, 300), undated, told(eco, 320)),
            coverage(told(bravo, 200), told(eco, 220)),
            coverage(told(HORA, 0)),
        )
    )
    assert found == {
        LEDGER: FirstTold(2, 35.0),
        DIARIO: FirstTold(1, 90.0),
        bravo: FirstTold(1, 20.0),
    }
