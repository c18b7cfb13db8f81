"""What is usual: by the hour of the week, by healthy days alone."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, TODAY, feed, item, poll_day, show
from monitor.comparison import Part
from monitor.coverage.volumes import (
    NO_RHYTHM,
    WEEK,
    Rhythm,
    Volume,
    brought,
    by_hour,
    evenness,
    healthy_days,
    per_day,
    rhythms,
    side_rhythms,
    surprise,
    theme_ratios,
)

A = feed("The Ledger", "US", url="https://a.example/rss")
B = feed("La Gaceta", "MX", url="https://b.example/rss")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MIDNIGHT = datetime.combine(TODAY, datetime.min.time(), UTC)
WELL = frozenset(TODAY - n * DAY for n in range(60))


def hourly(of=A, days=28, items=lambda hour: 2):
    """Volumes of every hour of the days before today."""
    hours = (MIDNIGHT - n * HOUR for n in range(1, 24 * days + 1))
    return [Volume(of.url, of.country, h, items(h)) for h in hours if items(h)]


def test_a_day_is_healthy_if_any_poll_of_it_went_well():
    days = [poll_day(day=TODAY, failures=95), poll_day(day=TODAY - DAY, failures=96)]
    assert healthy_days(days) == {TODAY}


def test_a_steady_feed_has_a_steady_rhythm():
    found = rhythms(hourly(), {A.url: WELL}, NOW)[A.url]
    assert found.days == 28
    assert found.means == pytest.approx((2.0,) * WEEK)
    assert found.per_day == pytest.approx(48)
    assert found.between(NOW, NOW + 7 * DAY) == pytest.approx(7 * 48)
    assert found.between(NOW, NOW + HOUR / 2) == pytest.approx(1)


def test_the_hour_of_the_week_is_learnt():
    mondays = hourly(items=lambda h: 7 if h.weekday() == 0 and h.hour == 9 else 0)
    found = rhythms(mondays, {A.url: WELL}, NOW)[A.url]
    assert max(range(WEEK), key=found.means.__getitem__) == 9
    assert 6 < found.means[9] < 7
    assert found.means[33] < 0.2


def test_days_on_which_a_feed_was_not_read_do_not_count():
    broken = frozenset(TODAY - n * DAY for n in range(8, 60))
    gap = [v for v in hourly() if v.hour.date() in broken]
    assert rhythms(gap, {A.url: broken}, NOW)[A.url].per_day == pytest.approx(48)
    assert rhythms(gap, {A.url: WELL}, NOW)[A.url].per_day < 40


def test_what_came_on_a_day_without_a_good_poll_does_not_count():
    stray = Volume(A.url, "US", MIDNIGHT - 3 * DAY, 999)
    volumes = [v for v in hourly() if v.hour.date() != TODAY - 3 * DAY]
    found = rhythms([*volumes, stray], {A.url: WELL - {TODAY - 3 * DAY}}, NOW)
    assert found[A.url].per_day == pytest.approx(48)


def test_today_and_what_lies_before_four_weeks_do_not_count():
    flood = [
        Volume(A.url, "US", MIDNIGHT, 999),
        Volume(A.url, "US", MIDNIGHT - 29 * DAY, 999),
    ]
    found = rhythms([*hourly(), *flood], {A.url: WELL}, NOW)[A.url]
    assert found.per_day == pytest.approx(48)


def test_a_feed_without_a_healthy_day_has_no_rhythm():
    assert rhythms(hourly(), {A.url: frozenset()}, NOW) == {}
    assert per_day([(A.url, TODAY - DAY, 9)], {A.url: frozenset()}, NOW) == {}
    assert side_rhythms([A, B], {})["MX"] == NO_RHYTHM


def test_a_side_is_the_sum_of_its_feeds():
    other = feed("The Courier", "US", url="https://c.example/rss")
    volumes = [*hourly(A), *hourly(other), *hourly(B)]
    found = rhythms(volumes, dict.fromkeys([A.url, B.url, other.url], WELL), NOW)
    sides = side_rhythms([A, B, other], found)
    assert sides["US"].per_day == pytest.approx(96)
    assert sides["MX"].per_day == pytest.approx(48)


@given(st.randoms(use_true_random=False))
def test_the_order_of_volumes_does_not_matter(rng: random.Random):
    volumes = [*hourly(A, 9), *hourly(B, 5, lambda h: h.hour % 3)]
    shuffled = rng.sample(volumes, len(volumes))
    healthy = {A.url: WELL, B.url: WELL}
    assert rhythms(shuffled, healthy, NOW) == rhythms(volumes, healthy, NOW)
    assert by_hour(shuffled, "US") == by_hour(volumes, "US")


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3))
def test_what_came_adds_up_over_time(minutes):
    one, two, three = (NOW - timedelta(minutes=m) for m in sorted(minutes)[::-1])
    hours = by_hour(hourly(days=2), "US")
    parts = brought(hours, one, two) + brought(hours, two, three)
    assert parts == pytest.approx(brought(hours, one, three))


def test_themes_have_a_ratio_of_their_own_once_there_are_items_of_them():
    def parts(theme, us, mx):
        return [
            Part(theme, side, "x", NOW, NOW, items, items)
            for side, items in (("US", us), ("MX", mx))
        ]

    found = theme_ratios(
        [*parts("s1", 10, 400), *parts("s2", 1, 0)],
        {"s1": ("water",), "s2": ("sport",)},
        {"US": 100.0, "MX": 100.0},
    )
    assert found["water"]["MX"] / found["water"]["US"] > 20
    assert 0.8 < found["sport"]["MX"] / found["sport"]["US"] < 1.2


@given(st.floats(0.1, 1e4), st.floats(1, 1e6), st.integers(0, 10_000))
def test_surprise_is_none_at_the_mean_and_never_negative(mean, k, count):
    assert surprise(mean, mean, k) == pytest.approx(0, abs=1e-6)
    assert surprise(count, mean, k) >= -1e-6


def test_bursts_are_less_surprising_than_a_steady_stream():
    steady = evenness([(10, 10.0), (9, 10.0), (11, 10.0)] * 9)
    bursts = evenness([(0, 10.0), (30, 10.0), (0, 10.0)] * 9)
    assert bursts < steady
    assert surprise(0, 10, bursts) < surprise(0, 10, steady)


def test_the_rhythm_of_nothing_is_nothing():
    assert Rhythm((0.0,) * WEEK, 0).between(NOW, NOW + DAY) == 0


# --- counted where they lie ------------------------------------------------------


def test_the_store_counts_by_hour_and_feed(store):
    at = [item("One", minutes=1), item("Two", minutes=59), item("Three", minutes=60)]
    show(store, at)
    show(store, [item("Uno", "MX", minutes=2)])
    found = store.volumes.hours(NOW, NOW + 2 * HOUR)
    assert [(v.side, v.hour, v.items) for v in found] == [
        ("MX", NOW, 1),
        ("US", NOW, 2),
        ("US", NOW + HOUR, 1),
    ]
    assert store.volumes.hours(NOW + HOUR, NOW + HOUR) == []


def test_hours_are_read_from_the_index_alone(store):
    plan = store._db.execute(
        "explain query plan select feed, country, substr(published, 1, 13), count(*)"
        " from items where published >= '2026' and published < '2027'"
        " group by 3, country, feed"
    ).fetchall()
    assert any("COVERING INDEX items_volume" in row[3] for row in plan)


def test_items_a_day_are_those_of_healthy_days_that_are_over():
    healthy = {
        A.url: frozenset({TODAY - DAY, TODAY - 2 * DAY, TODAY, TODAY - 40 * DAY})
    }
    days = (TODAY - DAY, TODAY - DAY, TODAY - 2 * DAY, TODAY - 3 * DAY, TODAY)
    counts = [(A.url, day, 6) for day in (*days, TODAY - 40 * DAY)]
    assert per_day(counts, healthy, NOW) == {A.url: 9.0}
