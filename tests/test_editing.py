"""Editions from a real database: many at once are each as if made alone."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import (
    NOW,
    assignment,
    feed,
    item,
    poll_day,
    show,
    story,
    subscriber,
    watchlist,
)
from editions import blind_spot
from monitor import editing
from monitor.change import Change, Correction, LoggedChange, Move
from monitor.comparison import SideHealth
from monitor.coverage.blindspots import Revision
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon
from monitor.digest.render import render
from monitor.digest.sections import Broken, silences
from monitor.editing import corrected, make_edition, make_editions, story_as_of
from monitor.marking import mark
from monitor.model import FeedState
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
    assert made.labels == {"water": {"en": "Water", "es": "Agua"}}
    assert made.left_out == 4


# --- what a window came to --------------------------------------------------------


def claim(store: Store, of: str, *, opened: float, closed=None, end=None) -> None:
    """Keep Mexico's silence on a story; hours from NOW."""
    at = NOW + timedelta(hours=opened)
    spot = replace(blind_spot(of, "MX", 60 * opened - 900), opened=at)
    store.blind_spots.put([Revision(None, spot)])
    if closed is not None:
        ended = replace(spot, closed=NOW + timedelta(hours=closed), end=end)
        store.blind_spots.put([Revision(spot, ended)])


@pytest.mark.parametrize(
    ("fate", "told_as"),
    [
        ({"opened": -30}, {"open"}),
        ({"opened": -1}, {"open"}),
        ({"opened": 0}, set()),
        ({"opened": -30, "closed": 1, "end": "picked-up"}, {"open"}),
        ({"opened": -30, "closed": 0, "end": "faded"}, {"open"}),
        ({"opened": -30, "closed": -1, "end": "picked-up"}, {"picked-up"}),
        ({"opened": -30, "closed": -24, "end": "picked-up"}, {"picked-up"}),
        ({"opened": -30, "closed": -25, "end": "picked-up"}, set()),
        ({"opened": -30, "closed": -1, "end": "faded"}, set()),
        ({"opened": -30, "closed": -1, "end": "corrected"}, set()),
    ],
)
def test_a_blind_spot_is_told_as_it_stood_when_the_window_closed(store, fate, told_as):
    keep(store, (item("Steel", minutes=-60), "steel"))
    claim(store, "steel", **fate)
    made = make_edition(store, DESK, subscriber(), DAY, NOW + timedelta(hours=2))
    assert made.end == NOW
    assert {spot.end or "open" for spot in made.blind_spots} == told_as


def test_a_blind_spot_goes_by_what_its_story_is_called_now(store):
    one, other = two(store)
    claim(store, "s2", opened=-30)
    change(store, Move(other, "s2", "s1"), by=False)
    [spot] = make_edition(store, DESK, subscriber(), DAY, NOW).blind_spots
    assert spot.story == "s1"


def test_a_silence_that_ended_is_told_in_the_one_edition_of_its_window(store):
    keep(
        store,
        (item("Steel", minutes=-2700), "steel"),
        (item("Acero", "MX", minutes=-60), "steel"),
    )
    claim(store, "steel", opened=-30, closed=-0.5, end="picked-up")
    days = [DAY + timedelta(days=n) for n in (-1, 0, 1)]
    now = NOW + timedelta(days=1)
    made = make_editions(store, DESK, [(subscriber(), day) for day in days], now)
    found = [silences(each) for each in made]
    assert [list(f.blind) for f in found] == [["steel"], [], []]
    broken = Broken("MX", timedelta(minutes=2640))
    assert [f.broken for f in found] == [{}, {"steel": broken}, {}]


def test_changed_headlines_are_counted_by_story(store):
    steel, rain = item("Steel", minutes=-60), item("Rain", minutes=-50)
    keep(store, (steel, "steel"), (rain, "rain"))
    for n, hours in enumerate((-3.0, -2.0, -1.0, 1.0)):
        again = replace(steel, title=f"Steel {n}")
        show(store, [again], NOW + timedelta(hours=hours))
    made = make_edition(store, DESK, subscriber(), DAY, NOW + timedelta(hours=2))
    assert {story: news.retitled for story, news in made.news.items()} == {
        "steel": 3,
        "rain": 0,
    }


def read_on(store: Store, *days: date) -> None:
    """Both feeds answer now, and did on these days."""
    for of in FEEDS:
        store.feeds.put(FeedState(of.url, last_poll=NOW, last_good=NOW))
        for day in days:
            store.feeds.count(poll_day(of, day))


def test_the_health_of_an_edition_is_that_of_its_window(store):
    read_on(store, DAY, DAY - timedelta(days=1))
    keep(store, (item("Steel", minutes=-60), "steel"))
    late = NOW + timedelta(days=2)
    for of in FEEDS:
        store.feeds.put(FeedState(of.url, last_poll=late, error="timed out"))
    days = [DAY, DAY + timedelta(days=2)]
    then, today = make_editions(store, DESK, [(subscriber(), d) for d in days], late)
    assert [h.is_healthy for h in then.health] == [True, True]
    assert [h.is_healthy for h in today.health] == [False, False]
    assert then.sides["MX"] == SideHealth("MX", 1, 0, 0.0)
    assert not today.sides["MX"].can_tell


def test_a_side_that_was_not_read_says_so_where_its_blind_spots_would_stand(store):
    read_on(store, DAY, DAY - timedelta(days=1))
    store.feeds.put(FeedState(FEEDS[1].url, last_poll=NOW, error="timed out"))
    keep(store, (item("Steel", minutes=-60), "steel"))
    text = render(make_edition(store, DESK, subscriber(), DAY, NOW)).text
    said = "Cannot tell what Mexico leaves out: 1 of 1 Mexican feed was down."
    assert said in " ".join(text.split())


def test_what_is_asked_of_a_window_is_asked_once(store, monkeypatch):
    some(store)
    asked = Counter()
    for name in ("blind_spots", "window_health", "window_sides", "retitled"):
        real = getattr(editing, name)

        def counted(*args, name=name, real=real):
            asked[name] += 1
            return real(*args)

        monkeypatch.setattr(editing, name, counted)
    owed = [(subscriber(f"reader {n}"), DAY) for n in range(100)]
    assert len(list(make_editions(store, DESK, owed, NOW))) == 100
    assert set(asked.values()) == {1}


def test_links_are_each_subscribers_own(store):
    def link(reader: Subscriber, day: date) -> Links:
        return Links(f"https://monitor.example/{reader.name}/{day}")

    owed = [(subscriber("ana"), DAY), (subscriber("bo"), DAY)]
    made = make_editions(store, DESK, owed, NOW, link)
    assert [e.links.web for e in made] == [
        f"https://monitor.example/{name}/2026-03-02" for name in ("ana", "bo")
    ]


NIGHTS = (date(2026, 3, 8), date(2026, 11, 1))
"""When clocks change in the United States and in the border towns."""
DESKS = ("New_York", "Tijuana", "Ciudad_Juarez", "Mexico_City")


@pytest.mark.parametrize("night", NIGHTS)
def test_every_item_is_in_one_edition_of_each_zone_over_both_nights(store, night):
    first = datetime.combine(night, time(), UTC) - timedelta(days=1)
    moments = [first + timedelta(minutes=20 * n) for n in range(3 * 3 * 24)]
    items = [
        item(f"Rain {n}", "US" if n % 2 else "MX", published=at, seen=at)
        for n, at in enumerate(moments)
    ]
    keep(store, *((each, f"s{n}") for n, each in enumerate(items)))
    days = [night + timedelta(days=n) for n in range(-2, 5)]
    for zone, at in product(DESKS, (time(1, 30), time(2, 30), time(7))):
        reader = subscriber(tz=f"America/{zone}", at=at)
        owed = [(reader, day) for day in days]
        made = list(make_editions(store, DESK, owed, moments[-1] + timedelta(days=3)))
        assert all(a.end == b.start for a, b in pairwise(made))
        held = Counter(
            i for edition in made for of in told(edition).values() for i in of
        )
        assert held == Counter(each.id for each in items)
        for edition in made:
            counted = sum(map(sum, edition.timeline.values()))
            assert counted == len(told(edition))


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
