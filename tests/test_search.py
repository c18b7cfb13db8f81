"""
Searching finds in both languages what is asked for, and nothing that is denied.

The database and its full-text index are real.
"""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import NOW, assignment, item, show, sighting, translation
from monitor.coverage.search import Bounds, Piece, sought, widen
from monitor.coverage.typed import understand
from monitor.coverage.watch import matches_of
from monitor.errors import ConfigError
from monitor.indexing import index_waiting
from monitor.query import And, Not, Or, Query, Term, holds
from monitor.readers import Watchlist
from monitor.store import schema_search, search
from monitor.store.database import Store
from monitor.store.schema_search import migrations
from monitor.translation.bridge import bridge


def seek(text: str):
    return sought(understand(text), bridge().called)


def found(store: Store, text: str, bounds: Bounds | None = None, **more) -> list[str]:
    """The ids of the items that a query finds."""
    return [h.item.id for h in store.search.items(seek(text), bounds, **more).hits]


def hits(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_hit]


def check_index(store: Store) -> None:
    """Raises if the index does not hold what the tables say."""
    store._db.execute("insert into search (search, rank) values ('integrity-check', 1)")


TARIFF = item("New tariff on steel from Monday", id="en1", minutes=1)
TARIFFS = item("Tariffs on cars", summary="Mexico objects", id="en2", minutes=2)
ARANCEL = item("México responde al arancel", "MX", id="es1", minutes=3)
ARANCELES = item("Los ARANCELES 🎉 de Trump", "MX", id="es2", minutes=4)
GUARD = item("The National Guard arrives", id="en3", minutes=5)
GUARDIA = item("Llega la Guardia Nacional", "MX", id="es3", minutes=6)
WATER = item("Se abre la presa", "MX", summary="Llega el agua", id="es4", minutes=7)
ALL = (TARIFF, TARIFFS, ARANCEL, ARANCELES, GUARD, GUARDIA, WATER)


@pytest.fixture
def stocked(store: Store) -> Store:
    show(store, ALL)
    return store


# --- what is found -------------------------------------------------------------------


@pytest.mark.parametrize("word", ["aranceles", "tariffs", "arancel", "tariff"])
def test_either_language_and_number_finds_all(stocked, word):
    assert found(stocked, word) == ["es2", "es1", "en2", "en1"]


@pytest.mark.parametrize("phrase", ['"Guardia Nacional"', '"national guard"'])
def test_a_phrase_finds_what_the_other_language_calls_it(stocked, phrase):
    assert found(stocked, phrase) == ["es3", "en3"]


def test_words_of_a_phrase_stand_together_and_in_order(stocked):
    assert found(stocked, '"presa abre"') == []
    assert found(stocked, "presa abre") == ["es4"]
    assert found(stocked, '"abre la presa"') == ["es4"]


@pytest.mark.parametrize("word", ["México", "mexico", "MÉXICO", "Me\u0301xico"])
def test_accents_and_case_do_not_matter(store, word):
    show(store, [item("Me\u0301xico gana", "MX", id="a"), item("MEXICO wins", id="b")])
    expected = ["b", "a"] if not word.isupper() else ["b"]
    assert found(store, word) == expected


def test_an_acronym_finds_capitals_alone(store):
    show(store, [item("Ice storm", id="a"), item("ICE raid", id="b")])
    assert found(store, "ICE") == ["b"]
    assert found(store, "ice") == ["b", "a"]
    assert found(store, "(raid OR storm) -ICE") == ["a"]


def test_a_beginning_finds_every_ending(store):
    shown = [item(f"{word} news", id=word) for word in ("migrants", "Migración", "mig")]
    show(store, shown)
    assert set(found(store, "migra*")) == {"migrants", "Migración"}


def test_a_possessive_hides_nothing(store):
    show(store, [item("Trump's tariffs", id="a"), item("Trump’s tariffs", id="b")])
    assert found(store, '"Trump tariffs"') == ["b", "a"]
    assert found(store, "Trump") == ["b", "a"]
    assert found(store, "Trump's") == ["b", "a"]


def test_a_word_of_the_bridge_counts_in_its_language_alone(store):
    show(store, [item("El sat llega", "MX", id="a"), item("tariff", "MX", id="b")])
    assert found(store, "arancel") == []
    assert found(store, "tariff") == ["b"]


def test_a_translation_is_found_and_shown(stocked):
    made = translation(WATER, "The lid opens", "Water comes")
    stocked.translations.add([made], NOW)
    [hit] = stocked.search.items(seek("lid water")).hits
    assert hit.item == WATER
    assert hit.translation == made
    assert hits(hit.title) == hits(hit.summary) == []
    assert hits(hit.translated_title) == ["lid"]
    assert hits(hit.translated_summary) == ["Water"]


def test_what_is_denied_stands_neither_in_an_item_nor_in_its_translation(stocked):
    assert found(stocked, "presa -water") == ["es4"]
    stocked.translations.add([translation(WATER, "The lid", "Water comes")], NOW)
    assert found(stocked, "presa -water") == []
    assert found(stocked, "lid -agua") == []
    assert found(stocked, "lid -rain") == ["es4"]


# --- where it stands -----------------------------------------------------------------


def test_the_right_words_are_marked_beside_accents_and_emoji(stocked):
    [hit] = stocked.search.items(seek("aranceles trump")).hits
    assert hit.title == (
        Piece("Los ", False),
        Piece("ARANCELES", True),
        Piece(" 🎉 de ", False),
        Piece("Trump", True),
    )


def test_what_is_denied_is_not_marked():
    pieces = seek("agua -(presa -luz)").pieces("agua presa luz", "es")
    assert hits(pieces) == ["agua", "luz"]


@given(st.text(), st.sampled_from(["agua", "a*", '"x y"', "é"]))
def test_pieces_joined_are_the_text(text, word):
    made = sought(Term(word.strip('"')), lambda _: ((), ())).pieces(text, "es")
    assert "".join(piece.text for piece in made) == text
    assert all(piece.text for piece in made)


@pytest.mark.parametrize(
    ("word", "en", "es"),
    [
        ("aranceles", (), ("arancel",)),
        ("tariff", ("tariffs",), ()),
        ("cities", ("city",), ()),
        ("juez", (), ("jueces",)),
        ("news", (), ()),
        ("Morales", (), ()),
        ("migra*", (), ()),
        ("los jueces", (), ()),
    ],
)
def test_a_word_is_also_looked_for_in_the_other_number(word, en, es):
    made = widen(Term(word), lambda _: ((), ()))
    assert (made.en, made.es) == (en, es)


# --- bounds --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Bounds(side="US"), ["en2", "en1"]),
        (Bounds(language="es"), ["es2", "es1"]),
        (Bounds(outlet="Diario Anáhuac"), ["es2", "es1"]),
        (Bounds(outlet='no "such* outlet'), []),
        (Bounds(start=NOW + timedelta(minutes=3)), ["es2", "es1"]),
        (Bounds(end=NOW + timedelta(minutes=3)), ["en2", "en1"]),
        (Bounds(NOW, NOW + timedelta(minutes=2)), ["en1"]),
        (Bounds(end=NOW - timedelta(days=1)), []),
        (Bounds(NOW - timedelta(days=9000), NOW + timedelta(days=9000)), "all"),
    ],
)
def test_bounds_hold(stocked, bounds, expected):
    expected = ["es2", "es1", "en2", "en1"] if expected == "all" else expected
    assert found(stocked, "tariff", bounds) == expected


@given(
    st.lists(st.datetimes().map(lambda at: at.replace(microsecond=0)), max_size=5),
    st.datetimes(),
    st.datetimes(),
)
def test_periods_hold_whatever_their_ends(times, start, end):
    start, end = (at.replace(tzinfo=NOW.tzinfo) for at in (start, end))
    with Store(":memory:") as store:
        dated = [
            item("agua", published=at.replace(tzinfo=NOW.tzinfo), id=str(n))
            for n, at in enumerate(times)
        ]
        if dated:
            show(store, dated)
        expected = {i.id for i in dated if start <= i.published < end}
        assert set(found(store, "agua", Bounds(start, end))) == expected
        assert set(found(store, "agua", Bounds(start))) == {
            i.id for i in dated if start <= i.published
        }


# --- the same as watch-lists ---------------------------------------------------------

WORDS = ("agua", "Agua", "water", "presa", "US", "us", "México", "mexico")
texts = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
leaves = st.sampled_from(["agua", "water", "US", "México", "pre*", "agua presa"])
queries = st.recursive(
    leaves.map(Term),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: And(tuple(p))),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: Or(tuple(p))),
    ),
    max_leaves=5,
).filter(lambda query: not holds(query, ()))


AGUA = Term("agua")


@example([("", "agua", None)], Not(Or((Not(AGUA), And((AGUA, AGUA))))))
@example([("", "agua", None)], And((AGUA, And((Not(AGUA), Not(AGUA))))))
@given(
    st.lists(st.tuples(texts, texts, st.none() | texts), min_size=1, max_size=5),
    queries,
)
def test_a_search_finds_what_a_watch_list_of_the_same_query_does(told, query: Query):
    asked = sought(query, bridge().called)
    with Store(":memory:") as store:
        shown, made = [], {}
        for n, (title, summary, english) in enumerate(told):
            shown.append(item(title, "MX", summary=summary, id=str(n)))
            if english is not None:
                made[str(n)] = translation(shown[-1], english)
        show(store, shown)
        store.translations.add(made.values(), NOW)
        expected = {
            i.id
            for i in shown
            if matches_of(
                i,
                {"en": made[i.id]} if i.id in made else {},
                [Watchlist("w", query=asked.query)],
            )
        }
        page = store.search.items(asked)
        assert {hit.item.id for hit in page.hits} == expected


@given(
    st.one_of(st.text(), st.sampled_from(['a" OR "b', "{x} : y", "NEAR(a b)", "^a"]))
)
def test_the_indexs_own_language_is_never_spoken(text):
    with Store(":memory:") as store:
        show(store, [item("agua")])
        try:
            asked = sought(understand(text), bridge().called)
        except ConfigError:
            return
        store.search.items(asked)
        store.search.items(asked, is_best_first=True)
        store.search.stories(asked)


def test_nobody_can_type_what_bounds_are_found_by(stocked):
    for typed in ("cUS", "len", "y2026", "\ue000cUS", "d20260302"):
        try:
            assert found(stocked, typed) == []
        except ConfigError:
            assert typed[0] == "\ue000"


# --- pages ---------------------------------------------------------------------------


def many(store: Store, count: int = 23) -> None:
    """Items in stories of three; every fifth has none of the word."""
    made = [
        item("lluvia" if n % 5 == 0 else "agua", "MX", id=f"i{n:02}", minutes=n)
        for n in range(count)
    ]
    show(store, made)
    store.stories.assign([assignment(i, f"s{n % 7}") for n, i in enumerate(made)])


@pytest.mark.parametrize("limit", [1, 2, 5, 40])
@pytest.mark.parametrize("is_best_first", [False, True])
def test_pages_of_items_join_to_all_of_them(store, limit, is_best_first):
    many(store)
    asked, after, read = seek("agua"), None, []
    while True:
        page = store.search.items(
            asked, after=after, limit=limit, is_best_first=is_best_first
        )
        assert len(page.hits) <= limit
        read += [hit.item.id for hit in page.hits]
        if (after := page.after) is None:
            break
    whole = [f"i{n:02}" for n in range(22, -1, -1) if n % 5]
    assert sorted(read) == sorted(whole)
    assert is_best_first or read == whole


@pytest.mark.parametrize("limit", [1, 2, 3, 40])
@pytest.mark.parametrize("word", ["agua", "AGUA OR agua"])
def test_pages_of_stories_join_to_all_of_them_once(store, limit, word):
    many(store)
    asked, after, read = seek(word), None, []
    while True:
        page = store.search.stories(asked, after=after, limit=limit)
        read += page.stories
        if (after := page.after) is None:
            break
    own = {
        f"s{n}": [m for m in range(22, -1, -1) if m % 7 == n and m % 5]
        for n in range(7)
    }
    newest = sorted(own, key=lambda story: -own[story][0])
    assert [s.story for s in read] == newest
    assert {s.story: s.items for s in read} == {k: len(v) for k, v in own.items()}
    for story in read:
        shown = [f"i{n:02}" for n in own[story.story][:3]]
        assert [hit.item.id for hit in story.hits] == shown
        assert {hit.story for hit in story.hits} == {story.story}


def test_an_item_without_a_story_is_an_item_all_the_same(stocked):
    assert stocked.search.stories(seek("agua")).stories == ()
    [hit] = stocked.search.items(seek("agua")).hits
    assert hit.story is None


def test_a_page_that_finds_little_leads_on(store, monkeypatch):
    monkeypatch.setattr(search, "MOST_READ", 3)
    shown = [item(f"us {n}" if n else "US", id=f"i{n}", minutes=n) for n in range(6)]
    show(store, shown)
    first = store.search.items(seek("US"))
    assert first.hits == ()
    second = store.search.items(seek("US"), after=first.after)
    assert [hit.item.id for hit in second.hits] == ["i0"]


def test_the_best_say_it_in_the_headline_and_more_often(store):
    weak = item("Nada", "MX", summary="agua", id="weak", minutes=9)
    strong = item("Agua", "MX", summary="agua y más agua", id="strong")
    show(store, [strong, weak])
    assert found(store, "agua") == ["weak", "strong"]
    assert found(store, "agua", is_best_first=True) == ["strong", "weak"]


# --- the index -----------------------------------------------------------------------


def test_a_retitled_item_is_found_by_what_it_says_now(stocked):
    stocked.translations.add([translation(WATER, "The lid opens", "Now")], NOW)
    told = sighting(item("Cierra el dique", "MX", id="es4", summary="Nada"))
    stocked.items.add([told], WATER.feed, (), NOW + timedelta(hours=1))
    assert found(stocked, "presa") == found(stocked, "agua") == []
    assert found(stocked, "dique") == ["es4"]
    check_index(stocked)


def test_a_new_translation_replaces_what_was_found_by_the_last(stocked):
    for n, title in enumerate(("The lid opens", "The weir opens", "A gate opens")):
        made = translation(WATER, title, engine_version=str(n % 2))
        stocked.translations.add([made], NOW + timedelta(minutes=n))
        check_index(stocked)
    assert found(stocked, "lid") == found(stocked, "weir") == []
    assert found(stocked, "gate") == ["es4"]


def test_what_is_deleted_is_not_found(stocked):
    stocked.translations.add([translation(WATER, "The lid opens")], NOW)
    stocked._db.execute("delete from translations")
    assert found(stocked, "lid") == []
    assert found(stocked, "presa") == ["es4"]
    stocked._db.execute("delete from items where id = 'es4'")
    assert found(stocked, "presa") == []
    check_index(stocked)


def test_what_is_shown_twice_is_indexed_once(stocked):
    show(stocked, ALL)
    check_index(stocked)
    assert found(stocked, "presa") == ["es4"]


def test_a_vacuum_moves_nothing(tmp_path: Path):
    with Store(tmp_path / "monitor.db") as store:
        show(store, ALL)
        store._db.execute("delete from items where id = 'en2'")
        store._db.conn.commit()
        store._db.execute("vacuum")
        assert found(store, "presa") == ["es4"]
        check_index(store)


@pytest.fixture
def old(tmp_path: Path, monkeypatch) -> Path:
    """A database as it was before the index, of 10 items."""
    path = tmp_path / "old.db"
    with Store(path) as store:
        shown = [item("agua", "MX", id=f"i{n}", minutes=n) for n in range(10)]
        show(store, shown)
        store.translations.add([translation(shown[2], "water")], NOW)
    connection = sqlite3.connect(path)
    with connection:
        found = connection.execute(
            "select type, name from sqlite_master where type = 'trigger'"
            " and name like 'search_%'"
        ).fetchall()
        for _, name in found:
            connection.execute(f"drop trigger {name}")
        connection.execute("drop table search")
        connection.execute("drop table search_reach")
        connection.execute("drop view search_texts")
        connection.execute("delete from _sqlite_migrations where name = 'search_items'")
    connection.close()
    monkeypatch.setattr(schema_search, "AT_ONCE", 4)
    return path


def test_an_old_database_is_indexed_the_newest_first(old, monkeypatch):
    with Store(old) as store:
        assert not migrations.pending(store._db)
        assert found(store, "agua") == ["i9", "i8", "i7", "i6"]
        reach = store.search.reach()
        assert (reach.items, reach.since) == (6, NOW + timedelta(minutes=16))
        with store.atomic():
            assert store.search.index(3) == 3
        assert found(store, "agua") == [f"i{n}" for n in range(9, 2, -1)]
        assert list(index_waiting(store)) == [3]
        assert len(found(store, "agua")) == 10
        assert found(store, "water") == ["i2"]
        assert store.search.reach().since is None
        assert list(index_waiting(store)) == []
        check_index(store)


def test_what_is_not_indexed_yet_may_change_meanwhile(old):
    with Store(old) as store:
        first = item("agua", "MX", id="i0", minutes=0)
        told = sighting(item("lluvia", "MX", id="i0", minutes=0))
        store.items.add([told], first.feed, (), NOW + timedelta(hours=1))
        store.translations.add([translation(first, "rain")], NOW + timedelta(hours=2))
        show(store, [item("agua", "MX", id="new", minutes=60)])
        assert found(store, "agua")[0] == "new"
        assert found(store, "lluvia") == []
        list(index_waiting(store))
        assert found(store, "lluvia") == found(store, "rain") == ["i0"]
        assert len(found(store, "agua")) == 10
        check_index(store)
