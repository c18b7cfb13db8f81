"""Watch-lists and subscribers in the database: as they were entered, one of a name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, subscriber, watchlist
from monitor.errors import ConfigError, StoreError
from monitor.query import parse_query
from monitor.readers import KeptSubscriber, KeptWatchlist, Subscriber, Watchlist
from monitor.store import rows
from monitor.store.database import Store
from monitor.store.kept import KeptVersion

STEEL = Watchlist("Steel", query=parse_query('(steel OR acero) AND NOT "a b"'))
DANA = subscriber("Dana", watchlists=("Steel", "Water"), themes=("trade",))


def test_a_watch_list_is_kept_with_who_made_it_and_when(store):
    store.kept.add_watchlist(STEEL, "ana", NOW)
    [found] = store.kept.watchlists()
    assert found == KeptWatchlist("Steel", str(STEEL.query), "ana", NOW)
    assert parse_query(found.query) == STEEL.query


def test_a_taken_name_is_refused_and_the_one_there_stays(store):
    store.kept.add_watchlist(STEEL, "ana", NOW)
    store.kept.add_subscriber(DANA, "ana", NOW)
    before, version = store.kept.watchlists(), store.kept.version()
    with pytest.raises(ConfigError, match="'Steel' already.*'monitor watchlists rem"):
        store.kept.add_watchlist(watchlist("Steel", "x"), "luis", NOW)
    with pytest.raises(ConfigError, match="'Dana' already.*'monitor subscribers rem"):
        store.kept.add_subscriber(subscriber("Dana"), "luis", NOW)
    assert store.kept.watchlists() == before
    assert store.kept.subscribers() == [KeptSubscriber(DANA, "ana", NOW)]
    assert store.kept.version() == version


def test_a_change_keeps_who_made_it(store):
    store.kept.add_watchlist(STEEL, "ana", NOW)
    store.kept.add_subscriber(DANA, "ana", NOW)
    store.kept.replace_watchlist(watchlist("Steel", "x"))
    other = subscriber("Dana", language="es", address="d@desk.example")
    store.kept.replace_subscriber(other)
    assert store.kept.watchlists() == [KeptWatchlist("Steel", "x", "ana", NOW)]
    assert store.kept.subscribers() == [KeptSubscriber(other, "ana", NOW)]


def test_a_list_that_is_removed_is_followed_no_more(store):
    store.kept.add_watchlist(STEEL, "ana", NOW)
    store.kept.add_watchlist(watchlist("Water"), "ana", NOW)
    for reader in (DANA, subscriber("Ana", watchlists=("Steel",)), subscriber("Eva")):
        store.kept.add_subscriber(reader, "ana", NOW)
    assert store.kept.remove_watchlist("Steel") == ("Ana", "Dana")
    followed = {
        k.subscriber.name: k.subscriber.watchlists for k in store.kept.subscribers()
    }
    assert followed == {"Ana": (), "Dana": ("Water",), "Eva": ()}
    assert [kept.name for kept in store.kept.watchlists()] == ["Water"]


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.replace_watchlist(STEEL),
        lambda kept: kept.remove_watchlist("Steel"),
        lambda kept: kept.replace_subscriber(DANA),
        lambda kept: kept.remove_subscriber("Dana"),
    ],
)
def test_what_is_not_kept_cannot_be_changed(store, change):
    with pytest.raises(
        ConfigError, match="see 'monitor (watchlists|subscribers) list'"
    ):
        change(store.kept)
    assert store.kept.version() == 0


def test_the_version_rises_with_every_change_and_with_nothing_else(store, tmp_path):
    seen = [store.kept.version()]
    shared = KeptVersion(tmp_path / "monitor.db")
    for change in (
        lambda kept: kept.add_watchlist(STEEL, "ana", NOW),
        lambda kept: kept.replace_watchlist(STEEL),
        lambda kept: kept.add_subscriber(DANA, "ana", NOW),
        lambda kept: kept.replace_subscriber(DANA),
        lambda kept: kept.remove_watchlist("Steel"),
        lambda kept: kept.remove_subscriber("Dana"),
    ):
        change(store.kept)
        seen.append(store.kept.version())
        with ThreadPoolExecutor(1) as another:
            assert another.submit(shared.now).result() == shared.now() == seen[-1]
    shared.close()
    assert seen == sorted(set(seen))
    store.subscriptions.get(DANA, "token")
    store.kept.watchlists()
    assert store.kept.version() == seen[-1]


def test_another_connection_sees_the_version_at_once(store, tmp_path):
    with Store(tmp_path / "monitor.db") as other:
        other.kept.add_watchlist(STEEL, "ana", NOW)
    assert store.kept.version() == 1


def test_a_version_that_cannot_be_read_is_an_error_of_ours(tmp_path: Path):
    with pytest.raises(StoreError, match="no such table"):
        KeptVersion(tmp_path / "empty.db").now()


def test_what_is_undone_raises_no_version(store):
    with store.rehearsal():
        store.kept.add_watchlist(STEEL, "ana", NOW)
    assert (store.kept.version(), store.kept.watchlists()) == (0, [])


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
readers = st.builds(
    Subscriber,
    name=names,
    address=names,
    language=st.sampled_from(["en", "es", "both"]),
    tz=names,
    time=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    watchlists=st.lists(names, max_size=3).map(tuple),
    translate=st.booleans(),
    weekdays=st.lists(st.sampled_from(["mon", "sun"]), min_size=1).map(tuple),
    themes=st.lists(names, max_size=3).map(tuple),
    length=st.sampled_from(["short", "full"]),
)


@given(readers)
def test_a_row_holds_all_of_a_subscriber(reader):
    row = rows.subscriber_row(reader) | {"by": "ana", "made": rows.to_text(NOW)}
    assert rows.kept_subscriber(row) == KeptSubscriber(reader, "ana", NOW)


@given(readers)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_subscriber_comes_back_as_entered(store, reader):
    later = NOW + timedelta(minutes=3)
    store.kept.add_subscriber(reader, "eva", later)
    assert store.kept.subscribers() == [KeptSubscriber(reader, "eva", later)]
    store.kept.remove_subscriber(reader.name)
    assert store.kept.subscribers() == []
