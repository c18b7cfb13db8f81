"""The independent texts of each side."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from builders import assignment, item, member
from monitor.coverage.texts import independent


def copy(of, country="US", minutes=0, title="Again"):
    it = item(title, country, "en", minutes=minutes)
    return replace(member(it), assignment=assignment(it, "s", copy_of=of.item.id))


def test_a_text_counts_once_a_side_as_the_first_that_had_it_there():
    first = member(item("Dam opens", "US"))
    here, there = copy(first, minutes=5), copy(first, "MX", minutes=9)
    again = copy(there, "MX", minutes=20, title="And again")
    found = independent([again, there, here, first])
    assert found == {"US": (first.item,), "MX": (there.item,)}


def test_an_original_outside_the_period_is_one_text_all_the_same():
    gone = member(item("Dam opens", "US", minutes=-9000))
    first, then = copy(gone, minutes=1, title="One"), copy(gone, minutes=2, title="Two")
    assert independent([first, then])["US"] == (first.item,)


def test_copies_in_a_circle_end():
    one = member(item("One", "US"))
    two = copy(one, title="Two", minutes=1)
    one = replace(one, assignment=assignment(one.item, "s", copy_of=two.item.id))
    assert independent([one, two])["US"]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8), st.randoms())
def test_order_does_not_matter_and_every_text_is_kept(copied, random):
    members = [member(item(f"Text {n}", "US", minutes=n)) for n in range(len(copied))]
    made = [
        replace(m, assignment=assignment(m.item, "s", copy_of=members[of].item.id))
        if of < n
        else m
        for n, (m, of) in enumerate(zip(members, copied, strict=True))
    ]
    shuffled = random.sample(made, len(made))
    found = independent(shuffled)
    assert found == independent(made)
    assert len(found["US"]) == sum(m.assignment.copy_of is None for m in made)
