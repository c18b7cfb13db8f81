from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, member, story
from monitor.coverage.sides import compare
from monitor.model import SIDES, Member, Story

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


# --- texts and copies ----------------------------------------------------------------


def test_a_text_that_three_outlets_carry_is_one():
    first = item(outlet="Alfa", id="a")
    found = compare(
        story(
            first,
            member(item(outlet="Beta", minutes=1), copy_of="a"),
            member(item(outlet="Zeta", minutes=2), copy_of="a"),
            item(outlet="Zeta", minutes=3),
        ),
        {},
    )
    assert (found.sides["US"].texts, found.texts) == (2, 2)
    assert len(found.sides["US"].copies) == 2


def test_a_text_of_both_sides_counts_once_in_all():
    here = item(id="a")
    there = member(item(country="MX", language="en", minutes=9), copy_of="a")
    found = compare(story(here, there), {})
    assert [found.sides[side].texts for side in SIDES] == [1, 1]
    assert found.texts == 1


def test_two_copies_of_a_text_outside_the_story_are_one_text():
    one = member(item(country="MX", minutes=0), copy_of="elsewhere")
    two = member(item(country="MX", minutes=9), copy_of="elsewhere")
    found = compare(story(one, two), {})
    assert found.sides["MX"].texts == found.texts == 1


def test_two_dispatches_of_one_agency_in_other_words_are_two_texts_and_two_copies():
    one = item("Rain", outlet="Alfa", summary="TEXAS (AP) — Rain fell.")
    two = item("Floods", outlet="Beta", summary="TEXAS (AP) — Streets are flooded.")
    side = compare(story(one, two), {}).sides["US"]
    assert side.texts == 2
    assert side.copies == {one.id, two.id}


def test_pickups_tell_how_a_story_spread():
    found = compare(
        story(
            member(item(outlet="Beta", minutes=-30, id="b"), copy_of="x"),
            item(outlet="Alfa", minutes=0),
            item(outlet="Alfa", minutes=5),
            item(country="MX", outlet="Diario", minutes=90),
            item(country="MX", outlet="Hora", minutes=99, date_source="fetched"),
        ),
        {},
    )
    assert [(p.side, p.outlet, p.minutes, p.is_copy) for p in found.pickups] == [
        ("US", "Beta", -30, True),
        ("US", "Alfa", 0, False),
        ("MX", "Diario", 90, False),
        ("MX", "Hora", None, False),
    ]


def test_without_a_dated_text_of_its_own_a_story_has_no_minutes():
    copy = member(item(), copy_of="x")
    undated = item(minutes=5, outlet="Hora", date_source="fetched")
    found = compare(story(copy, undated), {})
    assert [p.minutes for p in found.pickups] == [None, None]


def test_an_outlet_of_two_sides_picks_up_twice():
    found = compare(story(item(outlet="Border"), item(None, "MX", outlet="Border")), {})
    assert len(found.pickups) == 2


def with_copy(of: Member, original: str | None) -> Member:
    return replace(of, assignment=replace(of.assignment, copy_of=original))


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


@st.composite
def _some_members(draw: st.DrawFn) -> list[Member]:
    """Members of which any may repeat any other, or a text from elsewhere."""
    made = draw(
        st.lists(members, min_size=1, max_size=9, unique_by=lambda m: m.item.id)
    )
    texts = st.sampled_from([None, "elsewhere", *(m.item.id for m in made)])
    originals = [draw(texts) for _ in made]
    return [
        with_copy(m, original if original != m.item.id else None)
        for m, original in zip(made, originals, strict=True)
    ]


some_members = _some_members()


@given(some_members, st.randoms())
def test_order_of_arrival_does_not_matter(some, chance):
    shuffled = chance.sample(some, len(some))
    here, there = (compare(Story("s", tuple(ms)), OWNERS) for ms in (some, shuffled))
    assert here.sides == there.sides
    assert here.leader == there.leader
    assert here.lag_minutes == there.lag_minutes
    assert here.lag_certainty == there.lag_certainty
    assert here.no_leader == there.no_leader
    assert here.texts == there.texts
    assert here.pickups == there.pickups


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
        assert bool(side.items) <= side.texts <= len(side.items)


@given(some_members)
def test_texts_and_pickups_add_up(some):
    found = compare(Story("s", tuple(some)), {})
    texts = [found.sides[side].texts for side in SIDES]
    assert max(texts) <= found.texts <= sum(texts)
    originals = sum(m.assignment.copy_of is None for m in some)
    assert originals <= found.texts <= len(some)
    for side in SIDES:
        spread = [p.outlet for p in found.pickups if p.side == side]
        assert spread == list(found.sides[side].outlets)


@given(some_members)
def test_copies_never_lead(some):
    found = compare(Story("s", tuple(some)), {})
    copies = frozenset[str]().union(*(s.copies for s in found.sides.values()))
    originals = sum(m.assignment.copy_of is None for m in some)
    assert originals <= len(some) - len(copies) <= found.texts
    if found.leader:
        assert found.sides[found.leader].first.id not in copies


@given(some_members, st.randoms())
def test_which_item_of_a_text_was_seen_first_does_not_matter(some, chance):
    dated = [m for m in some if m.item.date_source != "fetched"]
    texts = {m.item.id: m.assignment.copy_of or m.item.id for m in dated}
    shown = {text: sorted(i for i in texts if texts[i] == text) for text in texts}
    roots = {t: chance.choice(of) for t, of in shown.items() if t in of}
    anew = [
        with_copy(m, None if (root := roots[texts[m.item.id]]) == m.item.id else root)
        for m in dated
        if texts[m.item.id] in roots
    ]
    kept = [m for m in dated if texts[m.item.id] in roots]
    here, there = (compare(Story("s", tuple(ms)), {}) for ms in (kept, anew))
    assert (here.leader, here.lag_minutes) == (there.leader, there.lag_minutes)
    assert here.pickups == there.pickups


@given(some_members)
def test_the_leaders_first_item_comes_before_the_other_sides(some):
    found = compare(Story("s", tuple(some)), {})
    if found.leader:
        [other] = set(SIDES) - {found.leader}
        ahead, behind = found.sides[found.leader].first, found.sides[other].first
        assert ahead and behind
        assert behind.published - ahead.published >= timedelta(minutes=1)
