"""A clock that was ahead and is set right again: nothing waits until it was right."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, delivery, feed, item, jump, kept_edition, show, story
from monitor.alerts.decide import Note, decide
from monitor.alerts.delivery import LONGEST_RETRY, Standing
from monitor.alerts.message import Message
from monitor.alerts.notice import Notice
from monitor.alerts.rules import Picture, findings
from monitor.clustering import Clustering, Waiting
from monitor.coverage.sides import compare
from monitor.digest.delivery import MOST_PATIENT, may_try
from monitor.feeds.learn import conditions
from monitor.model import FeedState
from monitor.readers import ALERT_KINDS, Alert
from monitor.store.translations import MAX_FAILURES
from monitor.verbs.run import _Live

ONE = feed("Uno", "MX")
AHEAD = NOW + timedelta(days=40)
HOUR = timedelta(hours=1)


def test_a_feed_that_was_polled_in_time_to_come_is_due(store):
    store.feeds.put(FeedState(ONE.url, last_poll=AHEAD, next_poll=AHEAD + HOUR))
    assert len(store.feeds.due([ONE], NOW)) == 1
    store.feeds.put(FeedState(ONE.url, last_poll=NOW, next_poll=NOW + HOUR))
    assert store.feeds.due([ONE], NOW) == []


def test_a_retired_feed_stays_retired_whatever_the_clock_was(store):
    store.feeds.put(FeedState(ONE.url, last_poll=AHEAD, retired=AHEAD))
    assert store.feeds.due([ONE], NOW) == []


def test_a_document_that_was_read_whole_in_time_to_come_is_read_whole_again():
    state = FeedState(ONE.url, etag='"1"', last_full=AHEAD)
    assert conditions(state, NOW).etag is None
    assert conditions(replace(state, last_full=NOW), NOW).etag == '"1"'


def test_what_could_not_be_translated_in_time_to_come_is_tried_now(store):
    one = item("Agua", "MX")
    show(store, [one])
    store.translations.fail(one.id, "en", "down", AHEAD)
    assert store.translations.pending("en", NOW - HOUR, NOW) == [one]
    for _ in range(MAX_FAILURES):
        store.translations.fail(one.id, "en", "down", AHEAD)
    assert store.translations.pending("en", NOW - HOUR, NOW) == []


@pytest.mark.parametrize("country", ["US", "MX"])
def test_an_item_seen_in_time_to_come_gets_its_story_now(store, country):
    show(store, [item("Water", country, published=NOW, seen=AHEAD)])
    waiting = Waiting(NOW, timedelta(0))
    assert [len(made) for made in Clustering().assign(store, waiting)] == [1]


def test_an_item_seen_in_time_to_come_waits_where_a_past_night_is_lived_again(store):
    show(store, [item("Water", published=NOW, seen=AHEAD)])
    night = Waiting(NOW, timedelta(0), seen_by=NOW)
    assert list(Clustering().assign(store, night)) == []


@pytest.mark.parametrize("scope", ["hour", "window"])
def test_second_thoughts_had_in_time_to_come_are_had_again(store, scope):
    store.stories.log_pass("window", NOW)
    store.stories.log_pass(scope, AHEAD)
    assert Clustering().due(store, NOW) == scope


def test_what_was_compared_in_time_to_come_is_compared_now(tmp_path):
    live = _Live.__new__(_Live)
    live._compared = AHEAD
    assert live._is_time_to_compare(NOW)
    live._compared = NOW
    assert not live._is_time_to_compare(NOW)


def test_mail_that_is_due_later_than_any_pause_is_tried_now():
    queued = delivery(next_try=NOW + MOST_PATIENT)
    assert not may_try(queued, NOW)
    assert may_try(replace(queued, next_try=AHEAD), NOW)
    assert not may_try(replace(queued, next_try=AHEAD, state="refused"), NOW)


def test_an_edition_made_in_time_to_come_is_not_made_twice(store):
    made = kept_edition(made=AHEAD)
    store.editions.add(made)
    store.outbox.add(delivery(queued=AHEAD, next_try=AHEAD))
    assert store.outbox.one("dana", made.date) is not None


def test_an_alert_that_is_due_later_than_any_pause_is_offered_now(store):
    message = Message("m1", "Desk", ("en",), NOW, (Notice("crossing", NOW, "s1"),))
    store.alerts.queue([message])
    store.alerts.address(message, {"c1": "chat"})
    [sending] = store.alerts.due(NOW)
    for due, found in ((NOW + LONGEST_RETRY, 0), (AHEAD, 1)):
        store.alerts.stand(sending, Standing("queued", 1, due))
        assert len(store.alerts.due(NOW)) == found


def test_what_was_told_in_time_to_come_cools_down_no_longer():
    alert = Alert("Desk", on=ALERT_KINDS, to="DESK")
    since = dict.fromkeys(ALERT_KINDS, NOW - timedelta(days=9))
    one = story(item("Water", id="u1"), id="s1")
    picture = Picture((compare(one, {}),), jumps={"s1": jump("s1")})
    told = Note(
        *("Desk", "crossing", "s1", frozenset({"u1"}), NOW, "told", NOW),
        *(Notice("crossing", NOW, "s1"), NOW),
        id=1,
    )
    for moment, bundles in ((NOW, 0), (AHEAD, 1)):
        notes = [replace(told, told=moment)]
        made = decide(alert, findings(picture, NOW), notes, since, NOW)
        assert len(made.bundles) == bundles
