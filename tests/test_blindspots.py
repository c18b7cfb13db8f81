"""What one side covers and the other does not, and when that is claimed."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from monitor.comparison import Part, SideHealth
from monitor.coverage.blindspots import (
    FADED,
    LEAST_HOURS,
    Background,
    is_claimed,
    ranked,
    revisions,
    silence,
    silent_side,
    surprise,
    unclaimed,
)
from monitor.coverage.naming import names_other, naming
from monitor.coverage.precedents import Precedents, told
from monitor.coverage.volumes import WEEK, Rhythm
from monitor.model import OTHER_SIDE

HOUR = timedelta(hours=1)
FLAT = Rhythm((10.0,) * WEEK, 28)
NO_PRECEDENTS = Precedents((), NOW)


def part(outlet="Ledger", side="US", story="s", hours=20.0, items=2, **more):
    first = NOW - hours * HOUR
    last = NOW - more.pop("last", min(hours, 1.0)) * HOUR
    return Part(story, side, outlet, first, last, items, more.pop("texts", items))


def parts(story="s", side="US", outlets=3, items=2, hours=20.0, **more):
    return [
        part(f"{side} {n}", side, story, hours - n / 10, items, **more)
        for n in range(outlets)
    ]


def can_tell(side, since):
    return SideHealth(side, 31, 0, 0.0)


def cannot_tell(side, since):
    return SideHealth(side, 31, 7, 0.25)


def against(**more):
    usual = {"US": FLAT, "MX": FLAT}
    known = Background({}, usual, NO_PRECEDENTS, can_tell, lambda side, since: 1.0)
    return replace(known, **more)


# --- one silence -----------------------------------------------------------------


def test_a_story_of_several_owners_that_the_other_side_lacks_is_claimed():
    found = silence(parts(), against(), NOW)
    assert (found.silent, found.items, found.outlets, found.owners) == ("MX", 6, 3, 3)
    assert found.since == NOW - 20 * HOUR
    assert found.expected == pytest.approx(6)
    assert is_claimed(found, NOW)


@pytest.mark.parametrize(
    "of",
    [
        parts(outlets=1, items=9),
        parts(outlets=3, items=4, texts=0),
        parts(hours=LEAST_HOURS - 0.1),
        parts(outlets=2, items=1),
    ],
    ids=["one owner", "copies alone", "too soon", "too few"],
)
def test_too_little_is_not_claimed(of):
    assert not is_claimed(silence(of, against(), NOW), NOW)


def test_outlets_of_one_owner_are_one():
    owners = {f"US {n}": "Ledger Group" for n in range(3)}
    found = silence(parts(), against(owners=owners), NOW)
    assert (found.outlets, found.owners) == (3, 1)
    assert not is_claimed(found, NOW)


def test_a_side_that_usually_brings_less_is_expected_to_have_less():
    small = Rhythm((2.0,) * WEEK, 28)
    found = silence(parts(), against(usual={"US": FLAT, "MX": small}), NOW)
    assert found.expected == pytest.approx(6 / 5)
    assert not is_claimed(found, NOW)


def test_a_holiday_of_the_silent_side_lowers_what_is_expected():
    holiday = against(activity=lambda side, since: 0.25 if side == "MX" else 1.0)
    assert silence(parts(), holiday, NOW).expected == pytest.approx(1.5)
    busy = against(activity=lambda side, since: 3.0)
    assert silence(parts(), busy, NOW).expected == pytest.approx(6)


def test_a_theme_has_a_volume_of_its_own():
    themes = {
        "themes": {"s": ("baseball", "water")},
        "ratios": {
            "baseball": {"US": 96.0, "MX": 10.0},  # six of them this story's own
            "water": {"US": 16.0, "MX": 40.0},
        },
    }
    assert silence(parts(), against(**themes), NOW).expected == pytest.approx(3)


def test_a_side_that_never_takes_such_stories_up_is_not_claimed_to_be_blind():
    history = [p for n in range(30) for p in parts(f"h{n}", hours=200.0)]
    known = {}
    for each in history:
        known.setdefault(each.story, []).append(each)
    precedents = Precedents(told(known, {}, frozenset()), NOW)
    found = silence(parts(), against(precedents=precedents), NOW)
    assert (found.covered, found.of) == (0, 30)
    assert not is_claimed(found, NOW)


def test_nothing_is_claimed_of_a_side_that_was_not_read():
    found = silence(parts(), against(read=cannot_tell), NOW)
    assert not is_claimed(found, NOW)
    assert unclaimed({"s": parts()}, against(read=cannot_tell), NOW) == [found]
    assert unclaimed({"s": parts()}, against(), NOW) == []


# --- precedents ------------------------------------------------------------------


def pair(story, taken_after, hours=300.0, outlets=3):
    other = [part("MX 0", "MX", story, hours - taken_after)] if taken_after else []
    return parts(story, outlets=outlets, hours=hours) + other


def precedents(*stories, named=()):
    by_story = {of[0].story: of for of in stories}
    return Precedents(told(by_story, {}, frozenset(named)), NOW)


def test_precedents_are_counted_within_the_hours_that_have_passed():
    known = precedents(pair("a", 5), pair("b", 30), pair("c", None))
    assert known.like("s", "US", 3, 20.5, names_other=False) == (1, 3)
    assert known.like("s", "US", 3, 40, names_other=False) == (2, 3)


def test_a_story_is_no_precedent_of_itself():
    known = precedents(pair("a", 5), pair("b", None))
    assert known.like("a", "US", 3, 20, names_other=False) == (0, 1)


def test_precedents_are_of_the_same_side_size_and_kind():
    known = precedents(
        pair("small", 5, outlets=2),
        pair("named", 5),
        pair("fits", None),
        named=["named"],
    )
    assert known.like("s", "US", 4, 20, names_other=False) == (0, 1)
    assert known.like("s", "US", 4, 20, names_other=True) == (1, 1)
    assert known.like("s", "US", 2, 20, names_other=False) == (1, 1)
    assert known.like("s", "MX", 4, 20, names_other=False) == (0, 0)


def test_what_the_silent_side_had_first_was_not_taken_up():
    first = [part("MX 0", "MX", "a", 310.0), *parts("a", hours=300.0)]
    assert precedents(first).like("s", "US", 3, 20, names_other=False) == (0, 0)


def test_a_story_that_both_had_at_once_is_no_precedent():
    both = [*parts("a", hours=300.0), *parts("a", "MX", hours=300.0)]
    for side in ("US", "MX"):
        assert precedents(both).like("s", side, 3, 20, names_other=False) == (0, 0)


def test_a_story_too_young_or_too_old_is_no_precedent():
    known = precedents(pair("young", None, hours=10), pair("old", None, hours=24 * 29))
    assert known.like("s", "US", 3, 20, names_other=False) == (0, 0)


@pytest.mark.parametrize(
    ("side", "text", "named"),
    [
        ("US", "Mexico sends troops", True),
        ("US", "Polls open in New Mexico", False),
        ("US", "A ship in the Gulf of Mexico", False),
        ("US", "Texas closes a border bridge", True),
        ("MX", "Reunión en la Casa Blanca", True),
        ("MX", "Crece el comercio con EU", True),
        ("MX", "Hablan del presupuesto, eu digo", False),
        ("MX", "Congreso de los Estados Unidos", True),
        ("MX", "Sube el peaje a Cuernavaca", False),
    ],
)
def test_a_text_names_the_other_side_in_so_many_words(side, text, named):
    assert names_other(side, text) is named


def test_half_of_the_items_have_to_name_the_other_side():
    texts = [("s", "US", "Mexico"), ("s", "US", "Maine"), ("t", "US", "Maine")]
    assert naming(texts) == {"s"}
    assert naming([*texts, ("s", "US", "Ohio")]) == frozenset()


# --- over time -------------------------------------------------------------------


def step(kept, stories, leads=None, at=NOW, **more):
    leads = leads or {spot.story: spot.story for spot in kept}
    return revisions(kept, stories, leads, against(**more), at)


def opened(story="s"):
    [made] = step([], {story: parts(story)})
    assert made.before is None
    return made.after


def test_a_blind_spot_opens_once():
    spot = opened()
    assert (spot.opened, spot.closed, spot.end) == (NOW, None, None)
    assert step([spot], {"s": parts()}) == []


def test_it_goes_on_with_new_figures_even_below_the_threshold():
    spot = opened()
    less = against(activity=lambda side, since: 0.1).activity
    [made] = step([spot], {"s": parts()}, activity=less)
    assert made.after.closed is None
    assert made.after.expected == pytest.approx(0.6)


def test_it_ends_when_the_silent_side_takes_it_up():
    spot = opened()
    [made] = step([spot], {"s": [*parts(), part("Gaceta", "MX", hours=1)]})
    assert (made.after.end, made.after.closed) == ("picked-up", NOW)
    assert made.after.items == spot.items


def test_it_ends_by_a_merge_with_a_story_of_the_silent_side():
    spot = opened()
    both = [*parts("t"), part("Gaceta", "MX", "t", hours=1)]
    [made] = step([spot], {"t": both}, {"s": "t"})
    assert (made.after.story, made.after.end) == ("s", "picked-up")


def test_it_follows_a_story_that_was_merged():
    spot = opened()
    [made] = step([spot], {"t": parts("t")}, {"s": "t"})
    assert (made.after.story, made.after.opened, made.after.end) == ("t", NOW, None)


def test_two_that_became_one_go_on_as_the_older():
    older = replace(opened("a"), opened=NOW - HOUR)
    younger = opened("b")
    made = step([younger, older], {"b": parts("b")}, {"a": "b", "b": "b"})
    ends = {(m.before.story, m.after.story): m.after.end for m in made}
    assert ends == {("a", "b"): None, ("b", "b"): "corrected"}


def test_it_ends_when_its_items_went_elsewhere():
    spot = opened()
    for left in ([], parts(outlets=1)):
        [made] = step([spot], {"s": left} if left else {})
        assert made.after.end == "corrected"
    [old, new] = step([spot], {"s": parts(side="MX")})
    assert (old.after.silent, old.after.end) == ("MX", "corrected")
    assert (new.after.silent, new.after.end) == ("US", None)


def test_it_fades_without_a_new_item():
    spot = opened()
    [made] = step([spot], {"s": parts()}, at=NOW + FADED)
    assert made.after.end == "faded"
    assert step([], {"s": parts()}, at=NOW + FADED) == []


# --- laws ------------------------------------------------------------------------

SIDES = st.sampled_from(["US", "MX"])
STORIES = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.lists(
        st.tuples(
            st.integers(0, 9),
            SIDES,
            st.floats(0, 200),
            st.integers(1, 6),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=6,
    ),
)


def built(drawn, mirrored=False):
    return {
        story: [
            Part(
                story,
                OTHER_SIDE[side] if mirrored else side,
                f"{n}",
                NOW - hours * HOUR,
                NOW - hours * HOUR / 2,
                items + copies,
                items,
            )
            for n, side, hours, items, copies in of
        ]
        for story, of in drawn.items()
    }


def judged(stories, mirrored=False, **more):
    sides = [Rhythm((v,) * WEEK, 28) for v in (10.0, 8.0)]
    us, mx = sides[::-1] if mirrored else sides
    known = Precedents(told(stories, {}, frozenset()), NOW)
    found = against(usual={"US": us, "MX": mx}, precedents=known, **more)
    return [r.after for r in revisions([], stories, {}, found, NOW)]


@given(STORIES)
def test_mirrored_sides_have_mirrored_blind_spots(drawn):
    found = judged(built(drawn))
    other = judged(built(drawn, mirrored=True), mirrored=True)
    assert [
        replace(
            s,
            silent=OTHER_SIDE[s.silent],
            health=replace(s.health, side=OTHER_SIDE[s.silent]),
        )
        for s in found
    ] == other


@given(STORIES)
def test_no_side_is_blind_to_what_it_covers_and_counts_add_up(drawn):
    stories = built(drawn)
    for spot in judged(stories):
        of = stories[spot.story]
        assert silent_side(of) == spot.silent
        assert {p.side for p in of} == {OTHER_SIDE[spot.silent]}
        assert spot.items == sum(p.items for p in of)
        assert 0 < spot.owners <= spot.outlets <= len(of)
        assert spot.texts <= spot.items
        assert 0 <= spot.covered <= spot.of


@given(STORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(drawn, rng: random.Random):
    stories = built(drawn)
    names = rng.sample(list(stories), len(stories))
    shuffled = {s: rng.sample(stories[s], len(stories[s])) for s in names}
    assert judged(shuffled) == judged(stories)
    found = judged(stories)
    assert ranked(rng.sample(found, len(found))) == ranked(found)


@given(STORIES)
def test_nothing_opens_while_nobody_can_tell(drawn):
    assert judged(built(drawn), read=cannot_tell) == []


@given(STORIES, st.floats(0, 1), st.floats(0, 1))
def test_more_expected_never_unclaims(drawn, one, other):
    low, high = sorted((one, other))
    stories = built(drawn)
    few = {s.story for s in judged(stories, activity=lambda side, since: low)}
    many = {s.story for s in judged(stories, activity=lambda side, since: high)}
    assert few <= many


@given(STORIES, STORIES)
def test_asked_again_nothing_changes(before, after):
    kept = judged(built(before))
    stories = built(after)
    leads = {spot.story: spot.story for spot in kept}
    made = step(kept, stories, leads)
    ends = {m.before.story for m in made if m.before and m.after.end}
    kept = [
        s for s in kept if s.story not in {m.before.story for m in made if m.before}
    ]
    kept += [m.after for m in made if m.after.closed is None]
    again = [m for m in step(kept, stories, leads) if m.after.story not in ends]
    assert again == []


@given(st.integers(0, 400), st.integers(0, 400))
def test_surprise_is_a_share(covered, of):
    spot = replace(opened(), covered=min(covered, of), of=of)
    assert 0 < surprise(spot) < 1
