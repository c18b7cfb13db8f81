"""What is filled in on the desk is held to what feeds.yaml is held to."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed, subscriber, watchlist
from monitor.config.kept import LONGEST, check_subscriber, check_watchlist, merged
from monitor.config.mistakes import FormError
from monitor.config.settings import Config, PollSettings
from monitor.query import parse_query
from monitor.readers import KeptSubscriber, KeptWatchlist, Subscriber, Watchlist

LISTS = ["Water", "Tariffs"]
THEMES = ["trade", "migration"]
DANA = {"name": "Dana", "address": "dana@desk.example", "tz": "America/Chicago"}
FILED = Config(
    contact="desk@example.org",
    poll=PollSettings(),
    engine="none",
    watchlists=(watchlist("Water"),),
    mail=None,
    subscribers=(subscriber("Luis"),),
    feeds=(feed(),),
)


def enter(**more: object) -> Subscriber:
    return check_subscriber(DANA | more, ["Luis"], LISTS, THEMES)


def refused(**more: object) -> tuple[str, ...]:
    with pytest.raises(FormError) as caught:
        enter(**more)
    assert str(caught.value) == "; ".join(caught.value.mistakes)
    return caught.value.mistakes


def list_of(name: str = "Water", query: str = "water") -> KeptWatchlist:
    return KeptWatchlist(name, query, "ana", NOW)


def entered(of: Subscriber) -> KeptSubscriber:
    return KeptSubscriber(of, "ana", NOW)


# --- forms -----------------------------------------------------------------------


def test_a_form_takes_the_usual_values_where_it_is_blank():
    blank = {"time": " ", "language": "", "length": "", "translate": None}
    assert enter(**blank) == Subscriber(
        *("Dana", "dana@desk.example", "both", "America/Chicago", time(7))
    )


def test_a_form_says_it_all_in_texts():
    made = enter(
        language="es",
        time="6:30",
        weekdays=["mon", "fri"],
        watchlists=[" Tariffs"],
        themes="trade",
        length="full",
        translate="false",
    )
    assert (made.language, made.time) == ("es", time(6, 30))
    assert (made.weekdays, made.watchlists) == (("mon", "fri"), ("Tariffs",))
    assert (made.themes, made.length, made.translate) == (("trade",), "full", False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "  "}, "name: is missing"),
        ({"name": "Luis"}, "name: Luis is in feeds.yaml already; choose another name"),
        ({"name": "D\x1ban"}, "name: holds a character that cannot be shown; remove it"),
        ({"name": "D\udcffan"}, "name: holds a character that cannot be shown; remove it"),
        ({"name": "D" * 101}, "name: expected at most 100 characters, found 101"),
        ({"address": "dana"}, "address: expected a mail address such as desk@example.org, found 'dana'"),
        ({"tz": "Chicago"}, "tz: expected an IANA time zone such as America/Mexico_City, found 'Chicago'"),
        ({"time": "25:00"}, 'time: expected a time of day such as "07:00", found \'25:00\''),
        ({"weekdays": ["lunes"]}, "weekdays[0]: expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', found 'lunes'"),
        ({"weekdays": []}, "weekdays: expected at least one, found []"),
        ({"language": "fr"}, "language: expected 'en', 'es' or 'both', found 'fr'"),
        ({"length": "long"}, "length: expected 'short', 'standard' or 'full', found 'long'"),
        ({"translate": "perhaps"}, "translate: expected a valid boolean, unable to interpret input, found 'perhaps'"),
        ({"watchlists": "Watr"}, "watchlists[0]: no watch-list is named 'Watr'; did you mean 'Water'?"),
        ({"watchlists": [{"name": "Water", "terms": ["x"]}]}, "watchlists[0]: expected a name"),
        ({"themes": ["trade", "sport"]}, "themes[1]: no theme is named 'sport'; expected one of trade, migration"),
        ({"adress": "x"}, "adress: unknown key; did you mean 'address'?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_form_names_its_field(more, said):
    assert refused(**more) == (said,)


def test_all_mistakes_are_told_at_once():
    said = refused(name="Luis", tz="Chicago", watchlists=["Rivers"], themes=["sport"])
    keys = [line.partition(":")[0] for line in said]
    assert keys == ["tz", "name", "watchlists[0]", "themes[0]"]


def test_a_form_without_anything_asks_for_what_it_needs():
    with pytest.raises(FormError) as caught:
        check_subscriber({}, [], [], [])
    assert caught.value.mistakes == (
        "name: is missing",
        "address: is missing",
        "tz: is missing",
    )


def test_a_watch_list_is_a_query():
    made = check_watchlist(
        {"name": " Steel ", "query": "steel AND  NOT dumping"}, LISTS
    )
    assert made == Watchlist("Steel", query=parse_query("steel AND NOT dumping"))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "Steel", "query": ""}, "query: is missing"),
        ({"name": "Steel", "query": "steel dumping"}, "query: character 7, 'dumping': expected AND or OR"),
        ({"name": "Steel", "query": "NOT steel"}, "query: 'NOT steel' holds for every item"),
        ({"name": "Water", "query": "water"}, "name: Water is in feeds.yaml already"),
        ({"name": "Steel", "query": " OR ".join("abc" for _ in range(400))}, "query: expected at most 2000"),
        ({"name": "Steel", "query": "steel", "terms": ["a"]}, "terms: unknown key"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_watch_list_names_its_field(form, said):
    with pytest.raises(FormError) as caught:
        check_watchlist(form, LISTS)
    [mistake] = caught.value.mistakes
    assert mistake.startswith(said)


def test_the_limit_of_a_query_is_that_of_the_text_that_is_kept():
    typed = " OR ".join(f"(a{n}x AND(b OR c))" for n in range(91))
    assert len(typed) < LONGEST["query"]
    with pytest.raises(FormError, match="expected at most 2000 characters"):
        check_watchlist({"name": "Long", "query": typed}, ())


# --- merged ----------------------------------------------------------------------


def test_both_are_followed_and_those_of_the_file_come_first():
    dana = subscriber("Dana", watchlists=("Water", "Steel"))
    found = merged(FILED, [list_of("Steel", "steel")], [entered(dana)], THEMES)
    assert found.faults == ()
    assert [each.name for each in found.config.watchlists] == ["Water", "Steel"]
    assert found.config.subscribers == (*FILED.subscribers, dana)


def test_of_two_with_one_name_that_of_the_file_counts_and_the_other_is_told():
    luis = subscriber("Luis", address="other@desk.example")
    found = merged(FILED, [list_of("Water", "wine")], [entered(luis)], THEMES)
    assert found.config == FILED
    assert found.faults == (
        (
            "watch-list 'Water' of the database is left out: name: Water is in feeds.yaml"
            " already; choose another name; see 'monitor watchlists remove'"
        ),
        (
            "subscriber 'Luis' of the database is left out: name: Luis is in feeds.yaml"
            " already; choose another name; see 'monitor subscribers remove'"
        ),
    )


def test_what_a_subscriber_names_and_is_no_more_is_left_out_and_told():
    dana = subscriber("Dana", watchlists=("Gone", "Water"), themes=("trade", "old"))
    found = merged(FILED, [], [entered(dana)], THEMES)
    [_, made] = found.config.subscribers
    assert (made.watchlists, made.themes) == (("Water",), ("trade",))
    assert [fault.partition(":")[2] for fault in found.faults] == [
        " watchlists[0]: no watch-list is named 'Gone'; expected one of Water",
        " themes[1]: no theme is named 'old'; expected one of trade, migration",
    ]


def test_a_row_that_cannot_be_read_any_more_stops_no_other():
    rows = [list_of("Broken", "a b"), list_of("Steel", "steel")]
    readers = [
        entered(subscriber("Ana", tz="Mars/Olympus")),
        entered(subscriber("Dana", watchlists=("Broken", "Steel"))),
    ]
    found = merged(FILED, rows, readers, THEMES)
    assert [each.name for each in found.config.watchlists] == ["Water", "Steel"]
    [_, dana] = found.config.subscribers
    assert (dana.name, dana.watchlists) == ("Dana", ("Steel",))
    assert len(found.faults) == 3


names = (
    st.sampled_from(["Water", "Luis", "Steel", "A b", "", " ", "x" * 200]) | st.text()
)
kept_lists = st.builds(
    KeptWatchlist,
    name=names,
    query=st.sampled_from(["water", "a b", "NOT a", "(a", 'a OR "b c"']) | st.text(),
    by=st.just("ana"),
    made=st.just(NOW),
)
kept_readers = st.builds(
    Subscriber,
    name=names,
    address=st.sampled_from(["a@b.example", "a", "", "a b@c.example"]),
    language=st.sampled_from(["en", "es", "both", "fr"]),
    tz=st.sampled_from(["Etc/UTC", "America/Mexico_City", "Mars/Olympus", "", "/etc"]),
    time=st.times(),
    watchlists=st.lists(names, max_size=3).map(tuple),
    translate=st.booleans(),
    weekdays=st.lists(st.sampled_from(["mon", "sun", "dom"]), max_size=2).map(tuple),
    themes=st.lists(st.sampled_from([*THEMES, "old"]), max_size=2).map(tuple),
    length=st.sampled_from(["short", "full", "long"]),
).map(entered)


@given(st.lists(kept_lists, max_size=4), st.lists(kept_readers, max_size=4))
def test_whatever_is_kept_the_settings_in_force_are_right(lists, readers):
    found = merged(FILED, lists, readers, THEMES)
    config = found.config
    assert config.watchlists[:1] == FILED.watchlists
    assert config.subscribers[:1] == FILED.subscribers
    known = [each.name for each in config.watchlists]
    assert len(set(known)) == len(known)
    people = [reader.name for reader in config.subscribers]
    assert len(set(people)) == len(people)
    for each in config.watchlists[1:]:
        form = {"name": each.name, "query": str(each.asks)}
        assert check_watchlist(form, ["Water"]) == each
    for reader in config.subscribers[1:]:
        again = merged(FILED, [], [entered(reader)], THEMES).config.subscribers[1]
        assert reader.weekdays and "@" in reader.address
        assert set(reader.watchlists) <= set(known)
        assert (again.name, again.time) == (reader.name, reader.time)
    left_out = len(lists) - len(known) + len(readers) - len(people) + 2
    assert len(found.faults) >= left_out


words = st.text('abcdefghñ*"() ', min_size=1, max_size=12)


@given(st.lists(words, min_size=1, max_size=4), st.sampled_from([" OR ", " AND "]))
def test_what_a_form_takes_counts_when_it_is_read_again(terms, operator):
    try:
        form = {"name": "N", "query": operator.join(terms)}
        made = check_watchlist(form, ())
    except FormError:
        return
    found = merged(FILED, [list_of(made.name, str(made.asks))], [], THEMES)
    assert found.faults == ()
    assert found.config.watchlists[1] == made
