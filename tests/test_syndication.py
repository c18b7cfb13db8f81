from dataclasses import replace
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from builders import assignment, item, member, story
from monitor.coverage.originals import originals
from monitor.coverage.syndication import copies, independent, texts
from monitor.model import Member


def repeats(name: str, original: str | None = None) -> Member:
    return member(item(f"title {name}", id=name), copy_of=original)


def test_an_item_that_repeats_none_is_its_own_text():
    assert texts([repeats("a"), repeats("b")]) == {"a": "a", "b": "b"}


def test_a_chain_of_copies_leads_to_its_root():
    chain = [repeats("a"), repeats("b", "a"), repeats("c", "b")]
    assert texts(chain) == {"a": "a", "b": "a", "c": "a"}


def test_a_long_chain_is_walked_once():
    chain = [repeats(str(n), str(n - 1) if n else None) for n in range(1500)]
    begun = process_time()
    assert set(texts(reversed(chain)).values()) == {"0"}
    assert process_time() - begun < 1


def test_a_root_outside_the_story_is_a_text_all_the_same():
    found = texts([repeats("a", "elsewhere"), repeats("b", "elsewhere")])
    assert found == {"a": "elsewhere", "b": "elsewhere"}


def test_copies_that_name_each_other_are_one_text():
    circle = [repeats("b", "c"), repeats("c", "b"), repeats("a", "c")]
    assert texts(circle) == {"a": "b", "b": "b", "c": "b"}


def test_a_credited_item_is_a_copy_and_a_text_of_its_own():
    credited = member(item(id="a", summary="LAREDO (Reuters) - Rain."))
    assert copies([credited, repeats("b")]) == {"a"}
    assert texts([credited]) == {"a": "a"}


def test_of_a_text_the_item_published_first_is_no_copy_whichever_came_first():
    early, late = item(id="early", minutes=-120), item(id="late")
    assert copies([member(early), member(late, copy_of="early")]) == {"late"}
    assert copies([member(early, copy_of="late"), member(late)]) == {"late"}


def test_an_undated_item_that_others_repeat_stays_the_first():
    undated = member(item(id="root", minutes=5, date_source="fetched"))
    assert copies([undated, member(item(id="b"), copy_of="root")]) == {"b"}


def test_all_are_copies_where_the_original_is_in_another_story():
    assert copies([repeats("a", "elsewhere")]) == {"a"}


ids = st.sampled_from("abcdefg")


@given(st.dictionaries(ids, st.none() | ids, min_size=1), st.randoms())
def test_texts_do_not_depend_on_the_order_of_members(originals, chance):
    members = [repeats(name, original) for name, original in originals.items()]
    found = texts(members)
    assert found == texts(chance.sample(members, len(members)))
    assert found.keys() == originals.keys()
    for name, original in originals.items():
        if original is None:
            assert found[name] == name
        else:
            assert found[name] == found.get(original, original)


# --- of each side ----------------------------------------------------------------


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


def test_copies_in_a_circle_are_one_text_of_which_the_first_counts():
    one = member(item("One", "US"))
    two = copy(one, title="Two", minutes=1)
    one = replace(one, assignment=assignment(one.item, "s", copy_of=two.item.id))
    assert independent([one, two])["US"] == (one.item,)


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


def test_a_story_is_printed_from_the_roots_of_its_copies():
    chain = [repeats("a", "elsewhere"), repeats("b", "a"), repeats("c")]
    told = {each.item.id: each.text for each in originals(story(*chain))}
    assert told == {"a": "elsewhere", "b": "elsewhere", "c": "c"}
