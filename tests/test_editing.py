"""Editions from a real database: many at once are each as if made alone."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, feed, item, show, story, subscriber, watchlist
from editions import blind_spot
from monitor import editing
from monitor.change import Change, Correction, LoggedChange, Move
from monitor.comparison import SideHealth
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon
from monitor.editing import corrected, make_edition, make_editions, story_as_of
from monitor.marking import mark
from monitor.pipeline import Desk
from monitor.readers import Edition, Links, Subscriber
from monitor.store.database import Store
from monitor.theme import Theme

DAY = NOW.date()
FEEDS = (feed("Hudson Dispatch"), feed("Diario Anáhuac", "MX"))
LISTS = (watchlist("Water", "water"), watchlist("Steel", "steel"))
DESK = Desk(FEEDS, {}, LISTS, "apertium 3.8")
ZONES = ("America/New_York", "America/Tijuana", "America/Ciudad_Juarez", "UTC")


def keep(store: Store, *found) -> None:
    """Items with the stories that hold them."""
    show(store, [of for of, _ in found])
    store.stories.assign([assignment(of, name) for of, name in found])


def some(store: Store) -> None:
    """Five stories of two days, hours apart."""
    titles = ("Water in Texas", "Steel is up", "Rain", "Ball game", "Bridge opens")
    keep(
        store,
        *(
            (
                item(f"{title} {n}", side, minutes=-170 * n - 40 * k),
                f"s{k}",
            )
            for k, title in enumerate(titles)
            for n, side in enumerate(["US", "MX", "US"] * 6)
            if (n + k) % 5
        ),
    )


def told(edition: Edition) -> dict[str, list[str]]:
    stories = (*edition.both, *edition.only["US"], *edition.only["MX"])
    return {c.story.id: [m.item.id for m in c.story.members] for c in stories}


readers = st.builds(
    subscriber,
    st.sampled_from(["ana", "bo", "cy", "di"]),
    st.sampled_from(["en", "es", "both"]),
    tz=st.sampled_from(ZONES),
    at=st.sampled_from([time(5), time(6), time(7, 30)]),
    watchlists=st.sampled_from([(), ("Water",), ("Steel", "Water")]),
    weekdays=st.sampled_from([("mon",), ("sun", "mon"), ("fri", "mon", "tue")]),
)


@given(st.lists(readers, min_size=1, max_size=4), st.randoms())
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_many_editions_are_each_as_if_made_alone(tmp_path_factory, found, random):
    with Store(tmp_path_factory.mktemp("many") / "m.db") as store:
        some(store)
        owed = [
            (reader, DAY - timedelta(days=random.randint(0, 1))) for reader in found
        ]
        together = list(make_editions(store, DESK, owed, NOW))
        alone = [make_edition(store, DESK, *one, NOW) for one in owed]
        assert together == alone


def test_editions_of_no_one_are_none(store):
    assert list(make_editions(store, DESK, [], NOW)) == []


def test_stories_are_read_and_compared_once_for_all(store, monkeypatch):
    some(store)
    calls = Counter()

    def counted(name, real):
        def call(*args, **more):
            calls[name] += 1
            return real(*args, **more)

        return call

    monkeypatch.setattr(editing, "compare", counted("compare", editing.compare))
    between = counted("between", store.stories.between)
    monkeypatch.setattr(store.stories, "between", between)
    searched = counted("searched", Marker.marks)
    monkeypatch.setattr(Marker, "marks", lambda *args: searched(*args))
    owed = [(subscriber(f"reader {n}"), DAY) for n in range(100)]
    assert len(list(make_editions(store, DESK, owed, NOW))) == 100
    items = sum(len(s.members) for s in store.stories.some(f"s{k}" for k in range(5)))
    assert calls["between"] == 1
    assert calls["compare"] == 5
    assert 0 < calls["searched"] <= items


def test_no_text_is_searched_that_was_before(store, monkeypatch):
    some(store)
    list(mark(store, Marker(DESK.themes, LISTS), NOW - timedelta(days=9)))
    followed = subscriber(watchlists=("Water",))
    before = make_edition(store, DESK, followed, DAY, NOW)
    monkeypatch.setattr(Marker, "marks", None)
    assert make_edition(store, DESK, followed, DAY, NOW) == before
    assert before.watched


def test_an_edition_is_as_of_its_end_whatever_a_neighbour_sees(store):
    early = item("Water", minutes=-300, seen=NOW - timedelta(minutes=290))
    late = item("Agua", "MX", minutes=-100, seen=NOW - timedelta(minutes=90))
    keep(store, (early, "s"), (late, "s"))
    before = subscriber("ana", at=time(4), tz="America/New_York")
    after = subscriber("bo", at=time(7), tz="America/New_York")
    first, second = make_editions(store, DESK, [(before, DAY), (after, DAY)], NOW)
    assert told(first) == {"s": [early.id]}
    assert told(second) == {"s": [early.id, late.id]}
    assert first.only["US"][0].leader is None
    assert second.both[0].leader == "US"


def test_each_subscriber_follows_watch_lists_of_their_own(store):
    some(store)
    owed = [
        (subscriber("ana", watchlists=("Water",)), DAY),
        (subscriber("bo", watchlists=("Steel",)), DAY),
        (subscriber("cy"), DAY),
    ]
    watched = [made.watched for made in make_editions(store, DESK, owed, NOW)]
    assert watched == [{"s0": ("Water",)}, {"s1": ("Steel",)}, {}]


def test_themes_choose_stories(store):
    some(store)
    theme = Theme("water", "Water", "Agua", ("water",), ("water",))
    desk = Desk(FEEDS, {}, LISTS, "", themes=Lexicon((theme,)))
    made = make_edition(store, desk, subscriber(themes=("water",)), DAY, NOW)
    assert set(told(made)) == {"s0"}
    assert made.themes == {"s0": ("water",)}
    assert made.left_out == 4


def test_what_the_desk_knows_of_a_window_is_asked_once_and_told(store):
    keep(store, (item("Steel", minutes=-60), "steel"))
    spot, sides = blind_spot("steel", "MX", -60), {"MX": SideHealth("MX", 9, 0, 0.0)}
    asked = []

    def silences(_: Store, start: datetime, end: datetime):
        asked.append((start, end))
        return (spot,), sides

    desk = Desk(FEEDS, {}, (), "", silences=silences, retitled=lambda *_: {"steel": 3})
    owed = [(subscriber("ana"), DAY), (subscriber("bo"), DAY)]
    one, other = make_editions(store, desk, owed, NOW)
    assert one.blind_spots == other.blind_spots == (spot,)
    assert one.sides == sides
    assert one.news["steel"].retitled == 3
    assert asked == [(one.start, one.end)]


def test_links_are_each_subscribers_own(store):
    def link(reader: Subscriber, day: date) -> Links:
        return Links(f"https://monitor.example/{reader.name}/{day}")

    owed = [(subscriber("ana"), DAY), (subscriber("bo"), DAY)]
    made = make_editions(store, DESK, owed, NOW, link)
    assert [e.links.web for e in made] == [
        f"https://monitor.example/{name}/2026-03-02" for name in ("ana", "bo")
    ]


# --- corrections -----------------------------------------------------------------


def change(
    store: Store, *moves: Move, by: bool = True, kind="merge", hours=-2.0
) -> int:
    at = NOW + timedelta(hours=hours)
    asked = Correction("merge", "the same", tuple(m.item for m in moves))
    correction = store.corrections.add(asked, at) if by else None
    return store.stories.change(
        Change(kind, moves, "the same", correction=correction), at
    )


def two(store: Store) -> tuple[str, str]:
    one, other = item("Water", minutes=-200), item("Agua", "MX", minutes=-190)
    keep(store, (one, "s1"), (other, "s2"))
    return one.id, other.id


def test_a_correction_of_the_window_is_told_with_its_story(store):
    _, other = two(store)
    logged = change(store, Move(other, "s2", "s1"))
    [told_of] = make_edition(store, DESK, subscriber(), DAY, NOW).corrected
    assert told_of.logged.id == logged
    assert [s.id for s in told_of.stories] == ["s1"]
    assert len(told_of.stories[0].members) == 2


@pytest.mark.parametrize("hours", [-25.0, 0.0, 1.0])
def test_a_correction_of_another_window_is_not(store, hours):
    _, other = two(store)
    change(store, Move(other, "s2", "s1"), hours=hours)
    assert make_edition(store, DESK, subscriber(), DAY, NOW).corrected == ()


def test_what_the_monitor_thought_over_is_no_correction(store):
    _, other = two(store)
    change(store, Move(other, "s2", "s1"), by=False)
    assert make_edition(store, DESK, subscriber(), DAY, NOW).corrected == ()


def test_a_correction_that_was_taken_back_is_not_told(store):
    change_made = Change("split", (Move("a", "s1", "s2"),), "no", correction=1)
    undone = LoggedChange(1, NOW, change_made, undone=True)
    assert corrected(store, [undone]) == ()


# --- as of ------------------------------------------------------------------------


def test_a_story_as_of_its_own_time_is_itself():
    found = story(item("a", minutes=-60), item("b", minutes=-50))
    assert story_as_of(found, NOW) is found


@given(st.lists(st.integers(-100, 100), min_size=1, unique=True))
def test_a_story_as_of_a_moment_holds_nothing_later(minutes):
    found = story(*(item(f"t{m}", minutes=m) for m in minutes))
    then = story_as_of(found, NOW)
    assert all(m.item.seen < NOW for m in then.members)
    assert {m.item.title for m in then.members} == {
        f"t{m}" for m in minutes if m + 10 < 0
    }
