"""The poll against a real database: what is kept, what is learnt, what may fail."""

import logging
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, feed
from monitor import polling
from monitor.errors import FetchError
from monitor.feeds.cadence import Pace
from monitor.feeds.parse import parse
from monitor.model import Document, FeedState, Unchanged
from monitor.parsers import MANY_FEEDS, Inline, open_parsers
from monitor.polling import Crew
from monitor.store.database import Store

A = feed("The Ledger", "US", url="https://a.example/rss")
B = feed("La Gaceta", "MX", url="https://b.example/rss")
PACE = Pace(15, 240)
LATER = NOW + timedelta(days=2)


def rss(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{t}</title><link>https://a.example/{t}</link></item>"
        for t in titles
    )
    return (
        f'<rss version="2.0"><channel><title>A</title>{items}</channel></rss>'.encode()
    )


def serve(body: bytes, **headers: str):
    return lambda feed, state: Document(feed.url, body, headers)


def unchanged(feed, state):
    return Unchanged(feed.url, {})


def refuse(feed, state):
    raise FetchError(feed.url, "refuses the connection", "soft")


def gone(feed, state):
    raise FetchError(feed.url, "answered 410 Gone", "gone")


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def poll(store: Store, threads: Executor):
    def run(feeds, fetch, now=NOW, parsers=None):
        crew = Crew(fetch, threads, parsers or Inline())
        due = store.feeds.due(feeds, now)
        return list(polling.poll(due, crew, store, now, PACE))

    return run


def state(store: Store, of=A) -> FeedState:
    [(_, found)] = store.feeds.states([of])
    return found


# --- items -----------------------------------------------------------------------------


def test_poll_keeps_new_items_once(poll):
    [first] = poll([A], serve(rss("one", "two")))
    [second] = poll([A], serve(rss("one", "two", "three")), LATER)
    assert (first.new, second.new) == (2, 1)
    assert (first.items, second.items) == (2, 3)


def test_poll_leaves_a_feed_alone_until_it_is_due(poll):
    poll([A], serve(rss("one")))
    assert poll([A], refuse) == []


def test_poll_goes_on_past_a_failing_feed(poll):
    def fetch(feed, state):
        return refuse(feed, state) if feed is A else serve(rss("one"))(feed, state)

    results = {r.feed.outlet: r for r in poll([A, B], fetch)}
    assert results["La Gaceta"].new == 1
    assert str(results["The Ledger"].error).endswith("refuses the connection")


def test_the_same_body_is_not_read_again(poll):
    poll([A], serve(rss("one")))
    [again] = poll([A], serve(rss("one")), LATER)
    assert again.items == 0


def test_a_changed_document_is_read_for_what_is_new_alone(poll, threads):
    read = []

    class Parsers(Inline):
        def submit(self, work, /, *args, **kwargs):
            future = super().submit(work, *args, **kwargs)
            read.append(len(future.result().sightings))
            return future

    poll([A], serve(rss("one", "two")), parsers=Parsers())
    poll([A], serve(rss("three", "one", "two")), LATER, parsers=Parsers())
    assert read == [2, 1]


def test_items_and_state_commit_together(poll, store, monkeypatch):
    def die(self, state):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(type(store.feeds), "put", die)
        poll([A], serve(rss("one"), etag="v1"))
    [result] = poll([A], serve(rss("one"), etag="v1"))
    assert result.new == 1


def test_documents_may_be_read_in_other_processes(poll, store):
    feeds = [feed(f"F{n}", url=f"https://f{n}.example/rss") for n in range(5)]

    def fetch(of, state):
        return Document(of.url, rss("one") if of is not feeds[2] else b"<p>", {})

    with open_parsers(MANY_FEEDS) as parsers:
        results = poll(feeds, fetch, parsers=parsers)
    assert {r.feed.outlet: r.new for r in results} == {
        **dict.fromkeys(("F0", "F1", "F3", "F4"), 1),
        "F2": 0,
    }
    [failed] = [r for r in results if r.error]
    assert (failed.feed, failed.error.kind) == (feeds[2], "hard")


def test_more_feeds_than_fit_in_flight_are_polled_once_each(poll, store):
    count = polling.IN_FLIGHT * 2 + 1
    feeds = [feed(f"F{n}", url=f"https://f{n}.example/rss") for n in range(count)]
    results = poll(feeds, serve(rss("one")))
    assert {r.feed for r in results} == set(feeds)
    assert len(results) == count


def test_a_poll_that_is_left_asks_no_further_feed(store, threads):
    asked = []

    def fetch(of, state):
        asked.append(of)
        return serve(rss("one"))(of, state)

    feeds = [feed(f"F{n}", url=f"https://f{n}.example/rss") for n in range(200)]
    crew = Crew(fetch, threads, Inline())
    results = polling.poll(store.feeds.due(feeds, NOW), crew, store, NOW, PACE)
    next(results)
    results.close()
    assert len(asked) < len(feeds)


# --- faults of ours ----------------------------------------------------------------------

FEEDS = [feed(f"F{n}", url=f"https://f{n}.example/rss") for n in range(8)]
BAD = FEEDS[3]


def crash_on_bad(of, document, now, known):
    if of.url == BAD.url:
        raise ValueError("no such\ncase")
    return parse(of, document, now, known)


def die_on_bad(of, document, now, known):
    """As the kernel ends a process whose document is too much for the memory."""
    if of.url == BAD.url:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(of, document, now, known)


def die_once(of, document, now, known):
    flag = Path(document.headers["flag"])
    if of.url == BAD.url and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(of, document, now, known)


def stop_once(of, document, now, known):
    """As a service's stop reaches every process of its group."""
    flag = Path(document.headers["flag"])
    if of.url == BAD.url and not flag.exists():
        flag.touch()
        os.kill(os.getppid(), signal.SIGTERM)  # which starts the readers
        os.kill(os.getpid(), signal.SIGTERM)
    return parse(of, document, now, known)


def assert_only_bad_failed(results, store, reason):
    assert {r.feed.url: r.new for r in results} == {f.url: f is not BAD for f in FEEDS}
    failed = state(store, BAD)
    assert (failed.error, failed.failure, failed.failures) == (reason, "hard", 1)
    assert failed.next_poll > NOW
    assert all(state(store, f).last_good == NOW for f in FEEDS if f is not BAD)


def test_a_fault_of_asking_costs_that_feed_alone(poll, store, caplog):
    def fetch(of, state):
        if of is BAD:
            raise ValueError("no such case")
        return serve(rss("one"))(of, state)

    results = poll(FEEDS, fetch)
    assert_only_bad_failed(results, store, "a fault of ours: ValueError: no such case")
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "in fetch\n" in caplog.text


@pytest.mark.parametrize("feeds", [1, MANY_FEEDS])
def test_a_fault_of_reading_costs_that_feed_alone(
    poll, store, caplog, monkeypatch, feeds
):
    monkeypatch.setattr(polling, "parse", crash_on_bad)
    with open_parsers(feeds) as parsers:
        results = poll(FEEDS, serve(rss("one")), parsers=parsers)
    assert_only_bad_failed(results, store, "a fault of ours: ValueError: no such case")
    assert "in crash_on_bad\n" in caplog.text


def test_a_document_that_ends_its_reader_costs_its_feed_alone(poll, store, monkeypatch):
    monkeypatch.setattr(polling, "parse", die_on_bad)
    with open_parsers(MANY_FEEDS) as parsers:
        results = poll(FEEDS, serve(rss("one")), parsers=parsers)
        again = poll(FEEDS, serve(rss("one", "two")), LATER, parsers)
    reason = "a fault of ours: its document ends the process that reads it"
    assert {r.feed.url: r.new for r in results} == {f.url: f is not BAD for f in FEEDS}
    assert {r.feed.url: r.new for r in again} == {f.url: f is not BAD for f in FEEDS}
    assert (state(store, BAD).error, state(store, BAD).failures) == (reason, 2)


@pytest.mark.parametrize("read", [die_once, stop_once])
def test_a_reader_that_is_killed_once_costs_nothing(poll, monkeypatch, tmp_path, read):
    monkeypatch.setattr(polling, "parse", read)
    with open_parsers(MANY_FEEDS) as parsers:
        fetch = serve(rss("one"), flag=str(tmp_path / "died"))
        results = poll(FEEDS, fetch, parsers=parsers)
    assert (tmp_path / "died").exists()
    assert [r.new for r in results] == [1] * len(FEEDS)


def test_ctrl_c_while_reading_ends_the_poll(poll, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(polling, "parse", interrupt)
    with pytest.raises(KeyboardInterrupt):
        poll([A], serve(rss("one")))


# --- what is learnt ----------------------------------------------------------------------


def test_an_unchanged_feed_keeps_its_validators_and_is_well(poll, store):
    poll([A], serve(rss("one"), etag="v1"))
    poll([A], unchanged, LATER)
    assert (state(store).etag, state(store).last_good) == ("v1", LATER)


def test_a_failure_forgets_the_validators_so_that_304_cannot_hide_it(poll, store):
    poll([A], serve(rss("one"), etag="v1"))
    poll([A], serve(b"<html>not a feed</html>", etag="v2"), LATER)
    assert (state(store).etag, state(store).body_hash) == (None, None)
    assert state(store).last_good == NOW


def test_a_feed_of_garbage_is_a_failure_of_that_feed_alone(poll, store):
    poll([A], serve(b"\x00garbage"))
    assert (state(store).failures, state(store).failure) == (1, "hard")


def test_failures_back_off_and_a_success_forgives_them(poll, store):
    for hour in (0, 24, 48):
        poll([A], refuse, NOW + timedelta(hours=hour))
    assert state(store).failures == 3
    poll([A], serve(rss("one")), NOW + timedelta(hours=96))
    assert (state(store).failures, state(store).error) == (0, None)


def test_a_feed_that_is_gone_is_asked_no_more_unless_by_name(poll, store, threads):
    poll([A], gone)
    assert state(store).retired == NOW
    assert poll([A], serve(rss("one")), NOW + timedelta(days=400)) == []
    crew = Crew(serve(rss("one")), threads, Inline())
    [result] = polling.poll(store.feeds.states([A]), crew, store, LATER, PACE)
    assert (result.new, state(store).retired) == (1, None)


def test_an_etag_that_stays_over_another_body_is_never_trusted_again(poll, store):
    asked = []

    def fetch(of, state):
        asked.append(state.etag)
        return serve(rss(f"item-{len(asked)}"), etag="same")(of, state)

    for day in (0, 2, 4):  # after a day we ask without conditions
        poll([A], fetch, NOW + timedelta(days=day))
    assert asked == [None, None, None]
    assert state(store).distrusts_validators


def test_the_polls_of_a_day_are_counted(poll, store):
    poll([A], serve(rss("one", "two")))
    [day] = store.feeds.days(NOW.date())[A.url]
    assert (day.polls, day.failures, day.new, day.undated) == (1, 0, 2, 2)


def test_an_undated_item_that_is_edited_at_every_poll_is_counted_once(poll, store):
    for n in range(5):
        edited = b"<item><guid>g</guid><title>Live: it rains</title><description>"
        dated = (
            b"<item><title>A</title><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>"
        )
        body = b"<rss><channel>%b%d</description></item>%b</item></channel></rss>"
        poll([A], serve(body % (edited, n, dated)), NOW + timedelta(days=2 * n))
    [day, *rest] = store.feeds.days(NOW.date())[A.url]
    assert (day.new, day.undated) == (2, 1)
    assert {(d.new, d.undated, d.future) for d in rest} == {(0, 0, 0)}


def test_every_failure_is_kept_with_its_reason(poll, store):
    for hour in (0, 24):
        poll([A], refuse, NOW + timedelta(hours=hour))
    [failure] = store.feeds.failures(NOW)[A.url]
    assert (failure.reason, failure.kind) == ("refuses the connection", "soft")
    assert (failure.times, failure.last) == (2, NOW + timedelta(hours=24))
    [day, _] = store.feeds.days(NOW.date())[A.url]
    assert (day.polls, day.failures) == (1, 1)


# --- Inline ------------------------------------------------------------------------------


def test_inline_work_is_done_at_once_and_its_error_comes_with_the_result():
    assert Inline().submit(divmod, 7, 2).result() == (3, 1)
    failed = Inline().submit(divmod, 7, 0)
    with pytest.raises(ZeroDivisionError):
        failed.result()
