from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import feed, health, item, story, subscriber, watchlist
from monitor.comparison import Coverage
from monitor.coverage.sides import compare
from monitor.digest.edition import (
    Window,
    due_date,
    edition,
    is_new,
    items_within,
    news,
    window,
)
from monitor.model import Item
from monitor.readers import WEEKDAYS, Edition, News, Subscriber

BORDER = ["America/New_York", "America/Tijuana", "America/Ciudad_Juarez"]
MEXICO = ["America/Mexico_City", "America/Monterrey", "America/Hermosillo"]
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
"""When the United States and the border towns change their clocks in 2026."""
DAY = date(2026, 3, 2)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The window of DAY for a reader in New York at seven."""


def reader(tz: str, at: time = time(7)) -> Subscriber:
    return subscriber(tz=tz, at=at)


def hours(tz: str, day: date, at: time = time(7)) -> float:
    start, end = window(reader(tz, at), day)
    return (end - start) / timedelta(hours=1)


def local(tz: str, day: date, at: time) -> datetime:
    """When the edition of a day is due, on the reader's clock."""
    return window(reader(tz, at), day)[1].astimezone(ZoneInfo(tz))


# --- window ----------------------------------------------------------------------


def test_a_window_ends_at_the_subscribers_hour_and_lasts_a_day():
    assert window(subscriber(tz="America/New_York", at=time(7)), DAY) == (START, END)


def test_a_window_is_in_utc():
    start, end = window(reader("America/Tijuana"), DAY)
    assert start.tzinfo is UTC
    assert end.tzinfo is UTC


@pytest.mark.parametrize("tz", BORDER)
def test_a_window_over_the_spring_night_lasts_23_hours(tz):
    assert hours(tz, SPRING) == 23
    assert local(tz, SPRING, time(7)).time() == time(7)


@pytest.mark.parametrize("tz", BORDER)
def test_a_window_over_the_autumn_night_lasts_25_hours(tz):
    assert hours(tz, AUTUMN) == 25
    assert local(tz, AUTUMN, time(7)).time() == time(7)


@pytest.mark.parametrize("tz", MEXICO)
@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 4, 5), date(2026, 10, 25)])
def test_mexico_changes_no_clocks_any_more(tz, day):
    assert hours(tz, day) == 24


@pytest.mark.parametrize("day", [date(2022, 4, 3), date(2022, 10, 30)])
def test_mexico_changed_clocks_until_2022(day):
    assert hours("America/Mexico_City", day) == (23 if day.month == 4 else 25)


@pytest.mark.parametrize("tz", BORDER)
def test_an_hour_that_the_clocks_skip_comes_as_long_after_midnight(tz):
    due = local(tz, SPRING, time(2, 30))
    assert (due.date(), due.time()) == (SPRING, time(3, 30))


@pytest.mark.parametrize("tz", BORDER)
def test_an_hour_that_comes_twice_means_the_first(tz):
    due = local(tz, AUTUMN, time(1, 30))
    assert (due.time(), due.fold) == (time(1, 30), 0)
    assert hours(tz, AUTUMN, time(1, 30)) == 24
    assert hours(tz, AUTUMN + timedelta(days=1), time(1, 30)) == 25


def test_the_border_and_mexico_city_read_at_different_moments_in_summer():
    summer = date(2026, 7, 1)
    juarez = window(reader("America/Ciudad_Juarez"), summer)[1]
    mexico = window(reader("America/Mexico_City"), summer)[1]
    assert juarez == mexico
    winter = date(2026, 1, 15)
    juarez = window(reader("America/Ciudad_Juarez"), winter)[1]
    mexico = window(reader("America/Mexico_City"), winter)[1]
    assert juarez - mexico == timedelta(hours=1)


# --- due -------------------------------------------------------------------------


def test_an_edition_is_due_from_its_minute_on():
    dana = subscriber(tz="America/New_York", at=time(7))
    assert due_date(dana, END - timedelta(seconds=1)) == DAY - timedelta(days=1)
    assert due_date(dana, END) == DAY


def test_an_edition_stays_due_until_the_next_so_downtime_cannot_lose_it():
    dana = subscriber(tz="America/New_York", at=time(7))
    for late in (timedelta(hours=1), timedelta(hours=12), timedelta(hours=23.99)):
        assert due_date(dana, END + late) == DAY


def test_after_days_of_downtime_the_newest_edition_is_due():
    dana = subscriber(tz="America/New_York", at=time(7))
    assert due_date(dana, END + timedelta(days=5, hours=2)) == DAY + timedelta(days=5)


def test_two_readers_have_different_dates_at_one_moment():
    now = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert due_date(reader("America/New_York"), now) == date(2026, 3, 2)
    assert due_date(reader("America/Tijuana"), now) == date(2026, 3, 1)


@pytest.mark.parametrize("tz", [*BORDER, *MEXICO])
@pytest.mark.parametrize(
    "at", [time(0), time(1, 30), time(2, 30), time(7), time(23, 59)]
)
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_each_date_falls_due_once_in_order_over_both_nights(tz, at, day):
    dana = reader(tz, at)
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    seen = [due_date(dana, now + timedelta(minutes=15 * n)) for n in range(4 * 96)]
    distinct = list(dict.fromkeys(seen))
    assert distinct == sorted(distinct)
    steps = {b - a for a, b in zip(distinct, distinct[1:], strict=False)}
    assert steps == {timedelta(days=1)}
    assert {day - timedelta(days=1), day, day + timedelta(days=1)} <= set(distinct)


moments = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from([*BORDER, *MEXICO, "America/Havana", "Asia/Beirut", "UTC"])
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(moments, zones, clocks)
def test_windows_tile_time(now, tz, at):
    dana = reader(tz, at)
    day = due_date(dana, now)
    start, end = window(dana, day)
    following = window(dana, day + timedelta(days=1))
    assert end <= now < following[1]
    assert following[0] == end
    assert timedelta(hours=22) <= end - start <= timedelta(hours=26)


# --- edition ---------------------------------------------------------------------


def coverage(*items: Item, name: str | None = None) -> Coverage:
    return compare(story(*items, id=name), {})


def made(
    *coverages: Coverage, watchlists=(), reader: Subscriber | None = None
) -> Edition:
    reader = reader or subscriber()
    return edition(reader, DAY, coverages, watchlists, [], 0, "none")


def us(title: str, minutes: float = -60, outlet: str = "Hudson Dispatch") -> Item:
    return item(title, "US", minutes=minutes, outlet=outlet)


def mx(title: str, minutes: float = -60, outlet: str = "Diario Anáhuac") -> Item:
    return item(title, "MX", minutes=minutes, outlet=outlet)


def test_stories_are_told_apart_by_who_covers_them():
    both, american, mexican = (
        coverage(us("a"), mx("a")),
        coverage(us("b")),
        coverage(mx("c")),
    )
    found = made(mexican, both, american)
    assert found.both == (both,)
    assert found.only == {"US": (american,), "MX": (mexican,)}


INSIDE, BEFORE = START + timedelta(hours=1), START - timedelta(hours=1)
AFTER = END + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("published", "seen", "is_told"),
    [
        (INSIDE, INSIDE, True),
        (INSIDE, AFTER, True),
        (BEFORE, INSIDE, True),
        (START, START, True),
        (BEFORE, BEFORE, False),
        (BEFORE, AFTER, False),
        (END, END, False),
    ],
)
def test_a_story_counts_if_published_or_first_seen_in_the_window(
    published, seen, is_told
):
    told = coverage(item("t", published=published, seen=seen))
    assert made(told).only["US"] == ((told,) if is_told else ())


def test_an_older_story_with_one_new_item_is_told_whole():
    old = coverage(us("first", minutes=-3000), us("latest"))
    found = made(old)
    assert found.only["US"] == (old,)
    assert [i.title for i in items_within(found, old.sides["US"].items)] == ["latest"]


def test_more_outlets_then_more_items_then_newer_come_first():
    newer = coverage(us("d", minutes=-10))
    older = coverage(us("e", minutes=-20))
    twice = coverage(*(us(f"c{n}", minutes=-600) for n in range(3)))
    wide = coverage(us("a", minutes=-900), us("b", minutes=-900, outlet="Zeta"))
    assert made(older, twice, newer, wide).only["US"] == (wide, twice, newer, older)


def test_items_before_the_window_give_a_story_no_weight():
    long = coverage(
        *(us(str(n), minutes=-2000, outlet=str(n)) for n in range(9)), us("z")
    )
    wide = coverage(us("a"), us("b", outlet="Zeta"))
    assert made(long, wide).only["US"] == (wide, long)


def test_watched_stories_come_first_and_say_why():
    wide = coverage(us("Rain"), us("Rain", outlet="Zeta"))
    watched = coverage(us("Steel tariffs are back"))
    lists = [watchlist("Trade", "tariffs"), watchlist("Water")]
    found = made(
        wide, watched, watchlists=lists, reader=subscriber(watchlists=("Trade",))
    )
    assert found.only["US"] == (watched, wide)
    assert found.watched == {watched.story.id: ("Trade",)}


def test_a_watch_list_the_subscriber_does_not_follow_counts_for_nothing():
    found = made(
        coverage(us("Steel tariffs")), watchlists=[watchlist("Trade", "tariffs")]
    )
    assert found.watched == {}


def test_order_of_arrival_does_not_matter():
    stories = [coverage(us("same", outlet=str(n)), name=f"s{n}") for n in range(6)]
    assert made(*stories).only["US"] == made(*reversed(stories)).only["US"]


def test_a_story_is_new_if_no_earlier_edition_can_have_told_it():
    late = item("t", published=START - timedelta(hours=2), seen=START)
    fresh, seen_late = coverage(us("a")), coverage(late)
    continuing = coverage(us("b", minutes=-3000), us("c"))
    found = made(fresh, seen_late, continuing)
    assert is_new(found, fresh)
    assert is_new(found, seen_late)
    assert not is_new(found, continuing)


def test_an_item_ahead_of_its_time_is_new_in_the_edition_that_tells_it():
    minutes = timedelta(minutes=5)
    ahead = item("a", published=START + minutes, seen=START - minutes)
    found = made(coverage(ahead), coverage(ahead, mx("b", -60), name="s"))
    assert all(is_new(found, c) for c in (*found.both, *found.only["US"]))
    assert all(n.is_new and n.crossed is None for n in found.news.values())


def test_an_edition_keeps_health_and_counts_as_given():
    down = health(feed("Eco", "MX"), "HTTP 500")
    found = edition(subscriber(), DAY, [], [], [down], 17, "apertium 3.8")
    assert found.health == (down,)
    assert (found.untranslated, found.translator) == (17, "apertium 3.8")
    assert (found.start, found.end) == (START, END)


# --- weekdays --------------------------------------------------------------------

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)


def weekly(*days: str, tz: str = "America/New_York", at: time = time(7)) -> Subscriber:
    return subscriber(tz=tz, at=at, weekdays=days)


@pytest.mark.parametrize("tz", [*BORDER, *MEXICO])
def test_mondays_edition_holds_the_weekend_whatever_its_nights_do(tz):
    dana = weekly(*WORKDAYS, tz=tz)
    start, end = window(dana, MONDAY)
    assert start == window(dana, FRIDAY)[1]
    assert end - start == timedelta(hours=71 if tz in BORDER else 72)


@pytest.mark.parametrize("tz", BORDER)
def test_a_weekend_of_the_autumn_night_is_an_hour_longer(tz):
    start, end = window(weekly(*WORKDAYS, tz=tz), date(2026, 11, 2))
    assert end - start == timedelta(hours=73)


def test_over_the_weekend_fridays_edition_stays_due():
    dana = weekly(*WORKDAYS)
    for later in (timedelta(0), timedelta(days=1), timedelta(days=2, hours=22.9)):
        assert due_date(dana, window(dana, FRIDAY)[1] + later) == FRIDAY
    assert due_date(dana, window(dana, MONDAY)[1]) == MONDAY


def test_an_edition_of_one_weekday_holds_a_week():
    start, end = window(weekly("mon"), date(2026, 3, 2))
    assert end - start == timedelta(days=7)


def test_a_day_without_an_edition_can_be_asked_for():
    dana = weekly(*WORKDAYS)
    assert window(dana, SATURDAY)[0] == window(dana, FRIDAY)[1]
    assert window(dana, SATURDAY)[1] - window(dana, SATURDAY)[0] == timedelta(days=1)


day_sets = st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(tuple)


@given(moments, zones, clocks, day_sets)
def test_windows_of_some_weekdays_tile_time_as_well(now, tz, at, days):
    dana = subscriber(tz=tz, at=at, weekdays=days)
    day = due_date(dana, now)
    assert WEEKDAYS[day.weekday()] in days
    following = next(
        later
        for n in range(1, 8)
        if WEEKDAYS[(later := day + timedelta(days=n)).weekday()] in days
    )
    assert window(dana, day)[1] <= now < window(dana, following)[1]
    assert window(dana, following)[0] == window(dana, day)[1]


# --- themes ----------------------------------------------------------------------


def of_themes(*themes: str, watchlists=()) -> Edition:
    dana = subscriber(themes=themes, watchlists=tuple(w.name for w in watchlists))
    stories = [
        coverage(us("Rain"), name="rain"),
        coverage(us("Steel"), name="steel"),
        coverage(us("Ball"), name="ball"),
    ]
    beside = Window(themes={"rain": ("water",), "steel": ("trade", "energy")})
    return edition(dana, DAY, stories, watchlists, [], 0, "none", beside)


def names(found: Edition) -> set[str]:
    return {c.story.id for c in found.only["US"]}


def test_a_subscriber_without_themes_gets_every_story():
    assert names(of_themes()) == {"rain", "steel", "ball"}
    assert of_themes().left_out == 0


def test_stories_of_other_themes_are_left_out_and_counted():
    found = of_themes("energy", "sport")
    assert names(found) == {"steel"}
    assert found.left_out == 2
    assert found.themes == {"steel": ("trade", "energy")}
    assert found.news.keys() == {"steel"}
    assert sum(found.timeline["US"]) == 1


def test_a_watch_list_brings_a_story_of_any_theme():
    found = of_themes("energy", watchlists=[watchlist("Ball")])
    assert names(found) == {"steel", "ball"}


# --- news ------------------------------------------------------------------------


def news_of(*items: Item, retitled: int = 0) -> News:
    found = coverage(*items, name="s")
    return news(found, START, END, {"s": retitled})


def test_news_counts_what_came_in_the_window():
    found = news_of(
        us("a", -3000),
        us("b", -100),
        us("c", -90, outlet="Rio Bend"),
        us("d", -80, outlet="Rio Bend"),
        retitled=2,
    )
    assert found == News(is_new=False, items=3, outlets=1, crossed=None, retitled=2)


def test_a_new_story_counts_all_of_its_outlets():
    found = news_of(us("a"), mx("b"))
    assert found == News(is_new=True, items=2, outlets=2, crossed=None, retitled=0)


@pytest.mark.parametrize(
    ("before", "now", "side"),
    [(us, mx, "MX"), (mx, us, "US"), (us, us, None)],
)
def test_a_story_crosses_when_the_other_side_takes_it_up(before, now, side):
    assert news_of(before("a", -3000), now("b", -60)).crossed == side


def test_a_story_that_had_crossed_before_does_not_cross_again():
    assert news_of(us("a", -3000), mx("b", -2900), mx("c", -60)).crossed is None


def test_an_item_that_comes_late_crosses_when_it_is_seen():
    late = item("b", "MX", published=BEFORE, seen=INSIDE)
    assert news_of(us("a", -3000), late).crossed == "MX"


def test_who_prints_an_agencys_dispatch_has_not_taken_the_story_up():
    dispatch = replace(mx("b", -60), summary="MADRID (EFE).- Llueve.")
    assert news_of(us("a", -3000), dispatch).crossed is None
    assert news_of(us("a", -3000), dispatch, mx("c", -50)).crossed == "MX"
    earlier = replace(dispatch, published=BEFORE, seen=BEFORE)
    assert news_of(us("a", -3000), earlier, mx("c", -50)).crossed == "MX"


# --- timeline --------------------------------------------------------------------


def test_the_timeline_counts_items_by_side_and_hour():
    found = made(
        coverage(us("a", -60), us("b", -61, outlet="Z"), mx("c", -24 * 60)),
        coverage(item("late", "MX", published=BEFORE, seen=START)),
    )
    assert found.timeline["US"] == (*[0] * 22, 1, 1)
    assert found.timeline["MX"] == (2, *[0] * 23)


@given(
    st.lists(st.tuples(st.sampled_from([us, mx]), st.integers(-3000, 60)), min_size=1)
)
def test_the_timeline_holds_each_item_of_the_window_once(found):
    shown = made(coverage(*(of(str(n), m) for n, (of, m) in enumerate(found))))
    told = (*shown.both, *shown.only["US"], *shown.only["MX"])
    within = [i for c in told for i in items_within(shown, _items(c))]
    assert sum(map(sum, shown.timeline.values())) == len(within)
    assert {len(hours) for hours in shown.timeline.values()} == {24}


def _items(found: Coverage) -> list[Item]:
    return [m.item for m in found.story.members]


def test_the_timeline_of_the_autumn_night_has_25_hours():
    dana = reader("America/Tijuana")
    found = edition(dana, AUTUMN, [], [], [], 0, "none")
    assert {len(hours) for hours in found.timeline.values()} == {25}
