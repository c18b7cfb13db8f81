"""Who has which role on each side, with the items behind it."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from builders import item, member
from monitor.coverage.actors import actors
from monitor.coverage.roles import roles_by_side
from monitor.coverage.verbs import verbs
from monitor.coverage.voices import voices

EN = [
    "Sheinbaum rejects tariffs",
    "Pemex closes refinery",
    "Juan Robles signs accord",
    "Robles dies at 86",
    "Talks on Monday",
]
ES = ["Sheinbaum rechaza aranceles", "Detienen a Juan Robles", "Pemex cierra planta"]


def told(titles, country, language, start=0):
    return [
        member(item(f"{title} ({n})", country, language, minutes=start + n))
        for n, title in enumerate(titles)
    ]


def sides(members, least=1):
    return roles_by_side(members, actors(), verbs(), least)


def test_an_actor_is_counted_by_role_with_its_items():
    members = told([EN[0], EN[0], EN[1]], "US", "en")
    found = sides(members)["US"].actors
    ids = [m.item.id for m in members]
    assert [(a.name, a.agent, a.quoted) for a in found] == [
        ("Claudia Sheinbaum", (), tuple(ids[:2])),
        ("Pemex", (ids[2],), ()),
    ]


def test_both_languages_meet_in_one_actor():
    found = sides(told(EN[:1], "US", "en") + told(ES[:1], "MX", "es", 9))
    assert found["US"].actors[0].key == found["MX"].actors[0].key


def test_a_surname_joins_the_one_full_name_of_the_period():
    found = sides(told(EN[2:4], "US", "en"))["US"].actors
    assert [(a.name, len(a.agent), len(a.patient)) for a in found] == [
        ("Juan Robles", 1, 1)
    ]


def test_a_surname_of_two_joins_neither():
    titles = ["Juan Robles signs accord", "Ana Robles signs accord", EN[3]]
    found = sides(told(titles, "US", "en"))["US"].actors
    assert sorted(a.name for a in found) == ["Ana Robles", "Juan Robles", "Robles"]


def test_who_is_found_too_seldom_is_left_out_of_both_sides_together():
    members = told(EN[:2], "US", "en") + told(ES[:1], "MX", "es", 9)
    found = sides(members, least=2)
    assert [a.name for a in found["US"].actors] == ["Claudia Sheinbaum"]
    assert [a.name for a in found["MX"].actors] == ["Claudia Sheinbaum"]


def test_texts_of_which_nothing_is_said_are_counted():
    found = sides(told([EN[0], EN[4]], "US", "en"))["US"]
    assert (found.texts, found.telling) == (2, 1)


drawn = st.tuples(
    st.lists(st.sampled_from(EN), max_size=12),
    st.lists(st.sampled_from(ES), max_size=12),
)


@given(drawn, st.randoms())
def test_counts_add_up_whatever_the_order(titles, random):
    members = told(titles[0], "US", "en") + told(titles[1], "MX", "es", 100)
    found = sides(random.sample(members, len(members)))
    assert found == sides(members)
    said = Counter()
    for each in members:
        for voice in voices(each.item.title, each.item.language, actors(), verbs()):
            said[each.item.country, voice.role] += 1
    for side in ("US", "MX"):
        rows = found[side].actors
        for role in ("agent", "patient", "quoted"):
            assert sum(len(getattr(a, role)) for a in rows) == said[side, role]
        assert sum(a.mentions for a in rows) == sum(
            n for (country, _), n in said.items() if country == side
        )
        assert found[side].telling <= found[side].texts
        assert [-a.mentions for a in rows] == sorted(-a.mentions for a in rows)


@given(drawn)
def test_swapped_sides_swap_what_is_found(titles):
    one = sides(told(titles[0], "US", "en") + told(titles[1], "MX", "es", 100))
    other = sides(told(titles[0], "MX", "en") + told(titles[1], "US", "es", 100))
    for side, swapped in (("US", "MX"), ("MX", "US")):
        before = [(a.key, a.mentions) for a in one[side].actors]
        assert before == [(a.key, a.mentions) for a in other[swapped].actors]
