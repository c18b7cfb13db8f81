from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from builders import item, member
from monitor.coverage.syndication import copies, texts
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
