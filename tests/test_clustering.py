"""The clustering step against a real database: one process or many decide the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, item, show, sighting, translation
from monitor import clustering as module
from monitor import correcting
from monitor.change import Change, Move, Wanted
from monitor.clustering import EVERY, PATIENCE, Clustering, Waiting
from monitor.errors import ConfigError
from monitor.model import Item
from monitor.store.database import Store
from monitor.stories.cluster import WINDOW
from monitor.stories.dense_model import open_encoder
from monitor.stories.terms import TermReader

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)

BARGE = [
    "Barge strikes Duluth bridge, injuring 14 as the span collapses",
    "Duluth bridge span collapses after barge strike; 14 injured",
    "Fourteen injured in Duluth as barge strike collapses bridge span",
    "14 injured as Duluth bridge collapses, struck by barge",
]
ZOO = [
    "Toledo zoo recovers stolen quetzals from a garage",
    "Stolen quetzals are found in a garage and return to Toledo zoo",
    "Garage search returns stolen quetzals to Toledo zoo",
]


def news(title: str, after: timedelta = timedelta(0), **kept) -> Item:
    """An item seen ten minutes after it was published."""
    return item(title, published=NOW + after, **kept)


def bridge(n: int, after: timedelta = timedelta(0), **kept) -> Item:
    given = {"id": f"b{n}", "outlet": f"Outlet {n}"} | kept
    return news(BARGE[n], after, **given)


def waiting(now: datetime = NOW + DAY, patience: timedelta = timedelta(0)) -> Waiting:
    return Waiting(now, patience, seen_by=now)


def assign(store: Store, by: Clustering | None = None, now: datetime = NOW + DAY):
    batches = (by or Clustering()).assign(store, waiting(now))
    return [made for batch in batches for made in batch]


def put(store: Store, story: str, *items: Item) -> None:
    """Items that were assigned to a story before."""
    show(store, items)
    store.stories.assign([assignment(of, story) for of in items])


def kept(store: Store) -> str:
    """All decisions and changes, to the byte."""
    since = NOW - 999 * DAY
    return repr([made for _, made in store.stories.window(since)]) + repr(
        store.stories.changes()
    )


# --- assigning -----------------------------------------------------------------------


def test_each_item_gets_one_story_and_only_once(store):
    show(store, [bridge(0), bridge(1, MINUTE), news(ZOO[0], MINUTE, id="z")])
    clustering = Clustering()
    made = assign(store, clustering)
    assert {one.item: one.story for one in made} == store.stories.found()
    assert store.stories.found() == {"b0": "sb0", "b1": "sb0", "z": "sz"}
    assert assign(store, clustering) == assign(store) == []


def test_items_come_in_the_order_of_publication_a_batch_at_a_time(store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    show(store, [bridge(n, -n * MINUTE) for n in range(4)] + [news(ZOO[0], id="z")])
    batches = Clustering().assign(store, waiting())
    assert [[made.item for made in batch] for batch in batches] == [
        ["b3", "b2"],
        ["b1", "b0"],
        ["z"],
    ]


def test_what_was_seen_later_is_left_for_later(store):
    show(store, [bridge(0), bridge(1, HOUR)])
    assert [made.item for made in assign(store, now=NOW + 30 * MINUTE)] == ["b0"]
    assert [made.item for made in assign(store)] == ["b1"]


def test_a_spanish_item_waits_for_its_english_but_not_for_ever(store):
    spanish = news("Puente de Duluth colapsa", language="es", id="p")
    show(store, [bridge(0), spanish])

    def assigned(after: timedelta) -> list[str]:
        due = Waiting(spanish.seen + after, PATIENCE)
        return [m.item for batch in Clustering().assign(store, due) for m in batch]

    assert assigned(timedelta(0)) == ["b0"]
    assert assigned(PATIENCE - MINUTE) == []
    assert assigned(PATIENCE) == ["p"]


def test_a_translated_item_does_not_wait(store):
    spanish = news("Barcaza choca y colapsa puente de Duluth", language="es", id="p")
    show(store, [bridge(0), spanish])
    english = "Barge strikes and collapses Duluth bridge"
    store.translations.add([translation(spanish, english)], NOW)
    due = Waiting(spanish.seen, PATIENCE)
    [made] = Clustering().assign(store, due)
    assert {one.item: one.story for one in made} == {"b0": "sb0", "p": "sb0"}


def test_feeds_that_no_one_translates_do_not_wait(store):
    one, other = (
        news(f"Puente {n} de Duluth", language="es", outlet=n, id=n) for n in "ab"
    )
    show(store, [one, other])
    due = Waiting(one.seen, PATIENCE, untranslated=frozenset([other.feed]))
    [made] = Clustering().assign(store, due)
    assert [assigned.item for assigned in made] == ["b"]


# --- when second thoughts are due ----------------------------------------------------


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 3, day, tzinfo=NOW.tzinfo) + hour * HOUR


def test_second_thoughts_are_due_every_hour_and_every_night(store):
    put(store, "sx", bridge(0, -DAY))
    clustering = Clustering()
    due = clustering.due
    assert due(store, at(8)) == "window"  # never had before
    clustering.consolidate(store, "window", at(8))
    assert due(store, at(8.9)) is None
    assert due(store, at(9)) == "window"  # nine in the morning, UTC
    clustering.consolidate(store, "window", at(9.1))
    assert due(store, at(10)) is None
    assert due(store, at(10.1)) == "hour"
    clustering.consolidate(store, "hour", at(10.1))
    assert due(store, at(11)) is None
    assert due(store, at(11.1)) == "hour"
    assert due(store, at(8.99, day=3)) == "hour"
    assert due(store, at(9, day=3)) == "window"
    assert due(store, at(9, day=30)) == "window"
    assert timedelta(hours=1) == EVERY


def test_a_pass_is_logged_for_whoever_comes_next(store):
    assert store.stories.last_pass("hour") is None
    put(store, "sx", bridge(0))
    assert Clustering().consolidate(store, "hour", NOW + HOUR) == []
    assert store.stories.last_pass("hour") == NOW + HOUR
    assert store.stories.last_pass("window") is None
    Clustering().consolidate(store, "window", NOW + 2 * HOUR)
    assert Clustering().due(store, NOW + 2.5 * HOUR) is None


def test_a_monitor_without_stories_has_no_second_thoughts(store):
    assert Clustering().consolidate(store, "window", NOW) == []
    show(store, [bridge(0)])
    assert Clustering().consolidate(store, "window", NOW) == []


# --- second thoughts -----------------------------------------------------------------


def test_changes_are_kept_and_logged(store):
    put(store, "sx", bridge(0), bridge(1, MINUTE))
    put(store, "sy", bridge(2, 2 * MINUTE), bridge(3, 3 * MINUTE))
    [change] = Clustering().consolidate(store, "hour", NOW + HOUR)
    assert change.kind == "merge"
    assert set(store.stories.found().values()) == {"sx"}
    assert store.stories.resolve("sy") == "sx"
    [logged] = store.stories.changes()
    assert (logged.change, logged.at) == (change, NOW + HOUR)
    assert Clustering().consolidate(store, "window", NOW + 2 * HOUR) == []


def test_an_hours_thoughts_are_about_what_came_since_the_last(store):
    clustering = Clustering()
    put(store, "sx", bridge(0), bridge(1, MINUTE))
    put(store, "sy", bridge(2, 2 * MINUTE), bridge(3, 3 * MINUTE))
    store.stories.log_pass("hour", NOW + HOUR)
    show(store, [news(ZOO[0], MINUTE, id="z")])
    assign(store, clustering)
    assert clustering.consolidate(store, "hour", NOW + HOUR) == []
    assert len(clustering.consolidate(store, "window", NOW + HOUR)) == 1


def test_old_items_of_a_story_that_is_merged_away_come_along(store):
    put(store, "sx", *(bridge(n, n * MINUTE) for n in range(3)))
    weeks = [news(title, -n * 6 * DAY, id=f"w{n}") for n, title in enumerate(BARGE[1:])]
    column = news("Bridges of the week", -DAY, id="column", recurring=True)
    put(store, "sy", *weeks[::-1], column)
    changes = Clustering().consolidate(store, "hour", NOW + HOUR)
    assert "merge" in {change.kind for change in changes}
    moved = {move.item for change in changes for move in change.moves}
    assert moved == {"w0", "w1", "w2", "column"}
    assert set(store.stories.found().values()) == {"sx"}
    assert store.stories.resolve("sy") == "sx"


def test_what_memory_does_not_hold_goes_all_the_way_through_a_chain_of_merges(store):
    put(store, "sx", bridge(0))
    put(store, "sy", bridge(1, MINUTE))
    again = news("Duluth bridge span is struck by a barge and collapses", id="again")
    put(store, "sz", bridge(2, 2 * MINUTE), bridge(3, 3 * MINUTE), again)
    column = news("Bridges of the week", 5 * MINUTE, id="column", recurring=True)
    put(store, "sy", column)
    changes = Clustering().consolidate(store, "window", NOW + HOUR)
    ways = [(move.before, move.after) for c in changes for move in c.moves[:1]]
    assert ways == [("sy", "sx"), ("sx", "sz")]
    assert all("column" in {move.item for move in c.moves} for c in changes)
    assert set(store.stories.found().values()) == {"sz"}
    assert [logged.change for logged in store.stories.changes()] == changes


# --- what others do meanwhile --------------------------------------------------------


@contextmanager
def beside(store: Store) -> Iterator[Store]:
    """The database, as another process has it."""
    with Store(Path(store.stories.path)) as other:
        yield other


def test_a_correction_by_another_process_is_obeyed_at_the_next_tick(store):
    clustering = Clustering()
    show(store, [bridge(0), bridge(1, MINUTE), news(ZOO[0], id="z")])
    assign(store, clustering)
    with beside(store) as other:
        correcting.make(other, Wanted("move", ("new",), ("b1",)), NOW)
    show(store, [bridge(2, 2 * MINUTE), bridge(3, 3 * MINUTE)])
    assign(store, clustering)
    assert clustering.consolidate(store, "window", NOW + HOUR) == []
    found = store.stories.found()
    assert found["b1"] != found["b0"]
    with beside(store) as other:
        correcting.make(other, Wanted("merge", (found["z"], found["b1"])), NOW)
    show(store, [news(ZOO[1], HOUR, id="y", outlet="Outlet 9")])
    [made] = assign(store, clustering)
    assert made.story == store.stories.found()["b1"] == found["z"]
    assert clustering.consolidate(store, "window", NOW + HOUR) == []


def test_a_correction_taken_back_is_forgotten_at_the_next_tick(store):
    clustering = Clustering()
    show(store, [bridge(0), bridge(1, MINUTE)])
    assign(store, clustering)
    with beside(store) as other:
        correcting.make(other, Wanted("move", ("new",), ("b1",)), NOW)
    assert clustering.consolidate(store, "window", NOW + HOUR) == []
    with beside(store) as other:
        correcting.make(other, Wanted("undo"), NOW)
    show(store, [bridge(2, 2 * MINUTE)])
    [made] = assign(store, clustering)
    assert made.story == "sb0"
    assert set(store.stories.found().values()) == {"sb0"}


def test_items_of_a_story_merged_away_are_together_when_clustered_again(store):
    bridges = [bridge(n, (n + 1) * HOUR) for n in range(3)]
    show(store, [news(ZOO[0], id="z"), *bridges])
    assign(store)
    merged = Change("merge", tuple(Move(b.id, "sb0", "sz") for b in bridges), "alike")
    store.stories.change(merged, NOW)
    found = {"z": "sz", "b0": "sb0", "b1": "sb0", "b2": "sb0"}
    for _ in range(2):
        correcting.again(store, NOW - DAY, lambda: assign(store), NOW)
        assert store.stories.found() == found


def test_what_another_process_assigned_is_known_at_the_next_tick(store):
    clustering = Clustering()
    show(store, [news(ZOO[0], id="z")])
    assign(store, clustering)
    with beside(store) as other:
        show(other, [bridge(0)])
        assign(other)
    show(store, [bridge(1, MINUTE)])
    [made] = assign(store, clustering)
    assert made.story == "sb0"


class Slow(Clustering):
    """Once it is ready to decide, something else happens first."""

    def __init__(self, happening: Callable[[], object]) -> None:
        super().__init__()
        self._happening = iter([happening])

    def _ready(self, store: Store):
        ready = super()._ready(store)
        for happens in self._happening:
            happens()
        return ready


def test_what_another_process_assigns_meanwhile_is_not_assigned_twice(store):
    show(store, [bridge(0), news(ZOO[0], id="z")])
    with beside(store) as other:

        def someone_is_faster() -> None:
            assert len(assign(other)) == 2
            show(other, [bridge(1, MINUTE)])

        made = assign(store, Slow(someone_is_faster))
    assert [(one.item, one.story) for one in made] == [("b1", "sb0")]
    assert store.stories.found() == {"b0": "sb0", "b1": "sb0", "z": "sz"}


def test_a_batch_that_others_assigned_meanwhile_is_no_batch(store):
    show(store, [bridge(0)])
    with beside(store) as other:
        assert assign(store, Slow(lambda: assign(other))) == []


def test_what_another_process_assigns_between_batches_is_not_assigned_twice(
    store, monkeypatch
):
    monkeypatch.setattr(module, "BATCH", 1)
    show(store, [bridge(0), bridge(1, MINUTE)])
    batches = Clustering().assign(store, waiting())
    assert [made.item for made in next(batches)] == ["b0"]
    with beside(store) as other:
        assert [made.item for made in assign(other)] == ["b1"]
        show(other, [bridge(2, 2 * MINUTE)])
    assert [made.item for batch in batches for made in batch] in ([], ["b2"])
    assert set(store.stories.found().values()) == {"sb0"}


# --- killed --------------------------------------------------------------------------


class Killed(Exception):
    """What a test raises in the middle of a step."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, item_id: str) -> Iterator[None]:
    """Whoever reads that item dies."""
    read = TermReader.read

    def dies(self, reading):
        if reading.item.id == item_id:
            raise Killed
        return read(self, reading)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(TermReader, "read", dies)
        yield


@pytest.mark.parametrize("is_new", [False, True])
def test_killed_in_a_batch_the_next_tick_goes_on_as_if_nothing_was(
    store, monkeypatch, is_new
):
    monkeypatch.setattr(module, "BATCH", 2)
    stream = [bridge(n, n * MINUTE) for n in range(4)]
    show(store, [*stream, news(ZOO[0], HOUR, id="z")])
    clustering = Clustering()
    with dying(monkeypatch, "b3"):
        assign(store, clustering)
    assert store.stories.found().keys() == {"b0", "b1"}
    made = assign(store, Clustering() if is_new else clustering)
    assert [one.item for one in made] == ["b2", "b3", "z"]
    with TemporaryDirectory() as folder, Store(Path(folder) / "m.db") as whole:
        show(whole, [*stream, news(ZOO[0], HOUR, id="z")])
        assign(whole)
        assert kept(whole) == kept(store)


def test_killed_in_second_thoughts_nothing_is_half_done(store, monkeypatch):
    clustering = Clustering()
    put(store, "sx", bridge(0), bridge(1, MINUTE))
    put(store, "sy", bridge(2, 2 * MINUTE), bridge(3, 3 * MINUTE))
    show(store, [news(ZOO[0], id="z")])
    assign(store, clustering)
    before = kept(store)

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(type(store.stories), "log_pass", dies)
        clustering.consolidate(store, "window", NOW + HOUR)
    assert kept(store) == before
    assert clustering.due(store, NOW + HOUR) == "window"
    assert len(clustering.consolidate(store, "window", NOW + HOUR)) == 1


def test_a_generator_left_early_has_kept_what_it_gave(store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    clustering = Clustering()
    show(store, [bridge(n, n * MINUTE) for n in range(3)])
    batches = clustering.assign(store, waiting())
    assert [made.item for made in next(batches)] == ["b0"]
    batches.close()
    assert store.stories.found() == {"b0": "sb0"}
    assert [made.item for made in assign(store, clustering)] == ["b1", "b2"]


# --- one process or many -------------------------------------------------------------

TITLES = [
    *BARGE,
    *ZOO,
    "Duluth mayor asks who pays for the collapsed bridge",
    "Hailstorm flattens tomato fields in Culiacán",
]
SPANISH = {
    "Barcaza choca y colapsa puente de Duluth": "Barge strikes, Duluth bridge collapses",
    "Zoológico de Toledo recupera quetzales": "Toledo zoo recovers quetzals",
    "Granizo arrasa con tomate en Culiacán": "Hail destroys tomato in Culiacán",
}
EVERYTHING = [*TITLES, *SPANISH]
ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from(EVERYTHING),
        st.sampled_from([MINUTE, 40 * MINUTE, 7 * HOUR, DAY, 3 * DAY, WINDOW]),
        st.sampled_from([timedelta(0)] * 2 + [5 * HOUR, 2 * DAY, WINDOW, 9 * DAY]),
        st.booleans(),
        st.sampled_from([0, 0, 0, 1, 2, 3, 4]),
    ),
    min_size=4,
    max_size=18,
)
"""(title, since the one before, how late it is shown, whether English comes along,
what happens then: 1 and 2 a person corrects, 3 an older item gets another headline, 4
all get their English)."""


def live(path: Path, arrivals: Sequence[tuple], is_new: Callable[[int], bool]) -> str:
    """All that is decided, where another process takes over now and then."""
    clustering, now = Clustering(), NOW
    with Store(path) as store:
        for n, (title, gap, late, has_english, does) in enumerate(arrivals):
            now += gap
            language = "es" if title in SPANISH else "en"
            kept_as = {"id": f"i{n:02}", "outlet": f"Outlet {n % 3}", "seen": now}
            came = item(title, language=language, published=now - late, **kept_as)
            show(store, [came], now)
            if language == "es" and has_english:
                store.translations.add([translation(came, SPANISH[title])], now)
            if is_new(n):
                clustering = Clustering()
            list(clustering.assign(store, Waiting(now, HOUR)))
            if scope := clustering.due(store, now):
                clustering.consolidate(store, scope, now)
            stories = sorted(set(store.stories.found().values()))
            if does == 1 and len(stories) > 1:
                with suppress(ConfigError):
                    correcting.make(
                        store, Wanted("merge", (stories[0], stories[-1])), now
                    )
            elif does == 2 and came.id in store.stories.found():
                with suppress(ConfigError):
                    correcting.make(store, Wanted("move", ("new",), (came.id,)), now)
            elif does == 3:
                retitle(store, f"i{n // 2:02}", TITLES[n % len(TITLES)], now)
            elif does == 4:
                translate_all(store, now)
        return kept(store)


def retitle(store: Store, item_id: str, title: str, now: datetime) -> None:
    """Its feed shows it under another headline."""
    was = store.items.named([item_id])[item_id]
    said = sighting(replace(was, title=title))
    store.items.add([replace(said, digest=f"{item_id} {now}")], was.feed, (), now)


def translate_all(store: Store, now: datetime) -> None:
    """An engine that was away is back."""
    items = store.items.named(store.stories.found()).values()
    made = [translation(i, SPANISH[i.title]) for i in items if i.title in SPANISH]
    store.translations.add(made, now)


@given(ARRIVALS, st.sets(st.integers(0, 17), max_size=4))
@settings(max_examples=9, deadline=None, phases=UNSHRUNK)
def test_any_number_of_processes_decide_as_one(arrivals, places):
    with TemporaryDirectory() as folder:
        whole = live(Path(folder) / "whole.db", arrivals, lambda n: False)
        each = live(Path(folder) / "each.db", arrivals, lambda n: True)
        some = live(Path(folder) / "some.db", arrivals, places.__contains__)
    assert each == whole
    assert some == whole


def lived_alike(arrivals: Sequence[tuple]) -> bool:
    """Whether one process decides as one that begins anew with every item."""
    with TemporaryDirectory() as folder:
        whole = live(Path(folder) / "whole.db", arrivals, lambda n: False)
        return whole == live(Path(folder) / "each.db", arrivals, lambda n: True)


def test_a_parted_copy_is_compared_when_its_original_is_too_old_to_be_recalled():
    no_time = timedelta(0)
    nothing, away = 0, 2
    zoo = "Zoológico de Toledo recupera quetzales"
    assert lived_alike(
        [
            (zoo, MINUTE, no_time, False, nothing),
            (TITLES[6], 4 * DAY, no_time, False, nothing),
            (TITLES[7], 40 * MINUTE, no_time, False, nothing),
            (BARGE[1], DAY, no_time, False, nothing),
            (zoo, 7 * HOUR, no_time, True, away),
            (BARGE[2], 3 * DAY, no_time, False, nothing),
            (ZOO[0], 3 * DAY, no_time, False, nothing),
        ]
    )


def test_a_copy_that_is_with_its_original_again_is_no_item_of_its_own(store):
    original, copy = bridge(0), bridge(0, MINUTE, id="again", outlet="Outlet 9")
    show(store, [original, copy])
    clustering = Clustering()
    assign(store, clustering)
    away = Change("move", (Move("again", "sb0", "sagain"),), "by hand")
    store.stories.change(away, NOW)
    # No rule keeps the two apart, so second thoughts bring them together.
    [merged] = clustering.consolidate(store, "window", NOW + HOUR)
    assert merged.kind == "merge"
    show(store, [bridge(1, HOUR), bridge(2, 2 * HOUR)])
    assign(store, clustering)
    with TemporaryDirectory() as folder, Store(Path(folder) / "m.db") as other:
        show(other, [original, copy])
        assign(other)
        other.stories.change(away, NOW)
        Clustering().consolidate(other, "window", NOW + HOUR)
        show(other, [bridge(1, HOUR), bridge(2, 2 * HOUR)])
        assign(other)
        assert kept(other) == kept(store)


@pytest.mark.parametrize("happens", [3, 4])
def test_what_an_item_says_later_is_read_alike_after_a_restart(happens):
    nothing, no_time = 0, timedelta(0)
    spanish = next(iter(SPANISH))
    assert lived_alike(
        [
            (spanish, 6 * DAY, no_time, False, nothing),
            (BARGE[3], 7 * HOUR, no_time, False, nothing),
            (ZOO[0], 7 * HOUR, no_time, False, happens),
            (BARGE[2], 2 * HOUR, no_time, False, nothing),
            (BARGE[0], 2 * HOUR, no_time, False, nothing),
            (BARGE[1], DAY, no_time, False, nothing),
        ]
    )


def test_second_thoughts_of_the_night_read_what_items_say_by_now(store):
    clustering = Clustering()
    spanish = news("Barcaza choca", language="es", id="p", outlet="Outlet 9")
    show(store, [bridge(0), bridge(1, MINUTE), spanish])
    assign(store, clustering)
    assert store.stories.found() == {"b0": "sb0", "b1": "sb0", "p": "sp"}
    store.translations.add([translation(spanish, BARGE[2])], NOW + HOUR)
    assert clustering.consolidate(store, "hour", NOW + HOUR) == []
    [change] = clustering.consolidate(store, "window", NOW + 2 * HOUR)
    assert change.kind == "merge"
    assert set(store.stories.found().values()) == {"sb0"}


def test_an_item_of_a_date_to_come_sees_the_window_like_any_other(store):
    show(store, [bridge(0)])
    assign(store)
    ahead = replace(bridge(1), published=NOW + 30 * DAY, seen=NOW + HOUR)
    show(store, [ahead])
    [made] = assign(store)
    assert made.story == "sb0"


# --- the dense channel ---------------------------------------------------------------


class Counting:
    """The encoder, and how many texts it was given."""

    def __init__(self, encoder) -> None:
        self._encoder = encoder
        self.version = encoder.version
        self.texts: list[str] = []

    def encode(self, texts):
        self.texts += texts
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def encoder():
    found = open_encoder()
    if found is None:
        pytest.skip("the dense channel is not installed")
    return found


def test_vectors_are_kept_and_made_once(store, encoder):
    first, second = Counting(encoder), Counting(encoder)
    show(store, [bridge(0), bridge(1, MINUTE)])
    assign(store, Clustering(encoder=first))
    assert sorted(first.texts) == sorted(BARGE[:2])
    show(store, [bridge(2, 2 * MINUTE)])
    [made] = assign(store, Clustering(encoder=second))
    assert second.texts == [BARGE[2]]
    assert made.why.parts["dense"] > 0
    assert made.story == "sb0"


def test_an_encoder_that_comes_later_encodes_the_window(store, encoder):
    show(store, [bridge(0), bridge(1, MINUTE)])
    assign(store)
    counted = Counting(encoder)
    assert Clustering(encoder=counted).consolidate(store, "hour", NOW + HOUR) == []
    assert sorted(counted.texts) == sorted(BARGE[:2])


def test_a_restart_decides_alike_with_vectors(tmp_path, encoder):
    made = []
    for name, is_new in (("one", False), ("two", True)):
        clustering = Clustering(encoder=encoder)
        with Store(tmp_path / f"{name}.db") as store:
            for n in range(4):
                show(store, [bridge(n, n * MINUTE)])
                clustering = Clustering(encoder=encoder) if is_new else clustering
                assign(store, clustering)
            made.append(kept(store))
    assert made[0] == made[1]


# --- bad input -----------------------------------------------------------------------

BAD = [
    "", " ", "Duluth", "puente", "😀🌊🚢", "\x00\x01\x1b[31m", "a\u200bb\ufeff\u202e",
    "انهيار جسر دولوث بعد اصطدام", "橋が崩落", "agua " * 2_000, "x" * 10_000,
    "Barcaza choca con el puente", "<b>&amp;</b>", "'; drop table items; --",
]  # fmt: skip


def test_whatever_comes_gets_exactly_one_story(store):
    shown = []
    for n, text in enumerate(BAD):
        for language in ("en", "es"):
            for date_source in ("feed", "fetched"):
                of = news(
                    text,
                    n * MINUTE,
                    language=language,
                    summary=BAD[-n],
                    date_source=date_source,
                    id=f"{n}{language}{date_source}",
                    outlet=f"{language} {date_source}",
                )
                shown.append(of)
    shown.append(news(BARGE[0], 400 * DAY, id="future", seen=NOW))
    shown.append(news(BARGE[0], -400 * DAY, id="past", seen=NOW))
    show(store, shown)
    spanish = [of for of in shown if of.language == "es"][::2]
    store.translations.add([translation(of, of.title[::-1]) for of in spanish], NOW)
    made = assign(store, now=NOW + DAY)
    assert sorted(one.item for one in made) == sorted(of.id for of in shown)
    assert store.stories.found().keys() == {of.id for of in shown}
    clustering = Clustering()
    clustering.consolidate(store, "window", NOW + DAY)
    assert store.stories.found().keys() == {of.id for of in shown}
    assert np.isfinite([one.score for one in made]).all()


def test_the_window_is_recalled_with_a_day_to_spare():
    assert module._RECALLED == WINDOW + DAY
