"""The outbox: what was kept is what is sent, once, and what is not sent is not lost."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from bench.deliver import kill_rounds
from builders import NOW, delivery, kept_edition, subscriber
from monitor import outbox
from monitor.digest.delivery import (
    MOST_PATIENT,
    PATIENCE,
    after,
    links,
    pause,
    queued_anew,
    unsubscribe_by_mail,
)
from monitor.digest.edition import edition
from monitor.errors import DeliveryError, StoreError
from monitor.outbox import Forms, Press, SendResult
from monitor.readers import (
    Delivery,
    Image,
    KeptEdition,
    Links,
    RenderedEdition,
    Subscriber,
    Subscription,
)
from monitor.store.database import Store
from monitor.store.schema_coverage import migrations

DAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)
DANA, LUIS = subscriber("dana"), subscriber("luis")
READERS = {reader.name: reader for reader in (DANA, LUIS)}


# --- decisions -----------------------------------------------------------------


def test_tries_lie_further_and_further_apart_up_to_an_hour():
    minutes = [pause(n) // MINUTE for n in range(1, 9)]
    assert minutes == [2, 4, 8, 16, 32, 60, 60, 60]
    assert pause(10**9) == MOST_PATIENT


@given(st.integers(1, 200), st.sampled_from(["later", "server"]))
def test_a_passing_failure_is_tried_again_within_the_hour(attempts, fault):
    made = after(delivery(attempts=attempts), DeliveryError("no", fault), NOW)
    assert made.state == "queued"
    assert made.next_try and NOW < made.next_try <= NOW + MOST_PATIENT


@pytest.mark.parametrize("fault", ["mail", "recipient"])
def test_a_lasting_failure_is_not_tried_again(fault):
    made = after(delivery(), DeliveryError("no such user\r\nX: y", fault), NOW)
    assert (made.state, made.next_try) == ("refused", None)
    assert made.error == "no such user X: y"


SUBSCRIPTION = Subscription("tok-en", "dana", "dana@desk.example", "es")


def test_an_edition_leads_to_its_copy_and_to_the_way_out():
    made = links("https://digest.example", "m@news.example", "ed1", SUBSCRIPTION)
    assert made == Links(
        "https://digest.example/editions/ed1",
        "https://digest.example/unsubscribe/tok-en",
    )


def test_without_a_public_address_the_way_out_is_a_mail():
    made = links("", "m@news.example", "ed1", SUBSCRIPTION)
    assert made == Links(None, "mailto:m@news.example?subject=unsubscribe%20dana")


@given(st.text())
def test_no_name_breaks_out_of_the_mail_address(name):
    made = unsubscribe_by_mail("m@news.example", name)
    assert made.isascii() and made.isprintable()
    assert not set(made) & set('<>, "\r\n')
    assert made.count("?") == made.count("@") == 1


# --- the outbox ----------------------------------------------------------------


def keep(store: Store, *names: str, day: date = DAY, **more) -> list[Delivery]:
    made = [delivery(name, day, **more) for name in names]
    for one in made:
        store.editions.add(kept_edition(one.subscriber, day))
        store.outbox.add(one)
    return made


class Server:
    """What takes mails; fails where it is told to."""

    def __init__(self, **faults: DeliveryError) -> None:
        self.faults = faults
        self.mails: list[tuple[str, str]] = []

    def __call__(self, kept: KeptEdition, to: Delivery) -> None:
        if error := self.faults.get(kept.subscriber):
            raise error
        self.mails.append((to.message_id, to.address))


def mail(store: Store, server: Server, now=NOW) -> list[SendResult]:
    return list(outbox.deliver(store, store.outbox.open(), server, now))


def settle(store: Store, readers: Iterable[Subscriber] = READERS.values(), now=NOW):
    tokens = (f"new{n}" for n in count())
    by_name = {reader.name: reader for reader in readers}
    return outbox.settle(store, by_name, lambda: next(tokens), now)


def states(store: Store) -> dict[str, str]:
    names = ("dana", "luis", "mar")
    found = ((name, store.outbox.one(name, DAY)) for name in names)
    return {name: one.state for name, one in found if one}


def test_what_is_sent_once_is_never_sent_again(store):
    keep(store, "dana", "luis")
    server = Server()
    assert [r.delivery.state for r in mail(store, server)] == ["sent", "sent"]
    assert mail(store, server) == []
    assert len(server.mails) == 2


def test_one_that_is_not_queued_any_more_is_passed_over(store):
    [dana, luis] = keep(store, "dana", "luis")
    stale = store.outbox.open()
    store.outbox.log(dana, NOW)
    server = Server()
    list(outbox.deliver(store, stale, server, NOW))
    assert [name for name, _ in server.mails] == [luis.message_id]


def test_one_refused_recipient_stops_no_other_and_is_left_in_peace(store):
    keep(store, "dana", "luis")
    store.subscriptions.get(DANA, "t")
    server = Server(dana=DeliveryError("550 no such user", "recipient"))
    mail(store, server)
    assert states(store) == {"dana": "refused", "luis": "sent"}
    keep(store, "dana", day=DAY + timedelta(days=1))
    [held] = settle(store)
    assert (held.state, held.error) == ("refused", "550 no such user")
    assert mail(store, Server()) == []


def test_another_address_starts_anew_with_a_token_of_its_own(store):
    old = store.subscriptions.get(DANA, "old-token")
    way_out = "https://d.example/unsubscribe/old-token"
    text = f"Stop this: {way_out}"
    rendered = RenderedEdition("s", f"<p>{text}</p>", text)
    kept = kept_edition(rendered=rendered, links=Links(None, way_out))
    store.editions.add(kept)
    one = delivery()
    store.outbox.add(one)
    mail(store, Server(dana=DeliveryError("550 no such user", "recipient")))
    [moved] = settle(store, [subscriber("dana", address="new@desk.example"), LUIS])
    assert (moved.state, moved.address) == ("queued", "new@desk.example")
    server = Server()
    mail(store, server)
    assert server.mails == [(one.message_id, "new@desk.example")]
    [new] = [s for s in store.subscriptions.all() if s.address == "new@desk.example"]
    sent = store.editions.one(kept.id)
    assert sent and old.token not in sent.rendered.html + sent.rendered.text
    assert sent.links.unsubscribe == f"https://d.example/unsubscribe/{new.token}"


def test_a_server_that_is_down_makes_all_wait_and_is_asked_once(store):
    keep(store, "dana", "luis", "mar")
    asked = []

    def send(kept, to):
        asked.append(to)
        raise DeliveryError("connection refused", "server")

    results = list(outbox.deliver(store, store.outbox.open(), send, NOW))
    assert len(asked) == 1
    assert [r.delivery.next_try for r in results] == [NOW + 2 * MINUTE] * 3
    assert set(states(store).values()) == {"queued"}


def test_a_mail_that_fails_for_now_stops_no_other(store):
    keep(store, "dana", "luis")
    mail(store, Server(dana=DeliveryError("451 later", "later")))
    assert states(store) == {"dana": "queued", "luis": "sent"}


def test_the_back_off_survives_a_restart(tmp_path):
    for expected in (2, 4, 8):
        with Store(tmp_path / "monitor.db") as store:
            if expected == 2:
                keep(store, "dana")
            mail(store, Server(dana=DeliveryError("421 busy")))
            [one] = store.outbox.open()
            assert one.next_try == NOW + expected * MINUTE


def test_what_is_too_late_is_given_up_and_says_why(store):
    keep(store, "dana", error="421 busy")
    assert settle(store, now=NOW + PATIENCE - MINUTE) == []
    [gone] = settle(store, now=NOW + PATIENCE)
    assert (gone.state, gone.error) == ("failed", "not taken within 3 days; 421 busy")
    assert mail(store, Server()) == []


def test_a_reader_who_is_not_in_feeds_yaml_any_more_gets_nothing(store):
    keep(store, "dana", "luis")
    [gone] = settle(store, [DANA])
    assert (gone.subscriber, gone.state) == ("luis", "failed")


def test_unsubscribing_holds_what_waits_and_undoing_it_lets_it_go(store):
    of = store.subscriptions.get(DANA, "t")
    keep(store, "dana", "luis")
    outbox.stop(store, of, "reader", NOW)
    assert states(store) == {"dana": "refused", "luis": "queued"}
    assert outbox.retry(store, "dana", NOW) == []
    [again] = outbox.resume(store, of, "reader", NOW)
    assert again.state == "queued"
    assert states(store) == {"dana": "queued", "luis": "queued"}


def test_a_pause_holds_at_every_address_and_unsubscribing_at_one(store):
    for by, expected in (("reader", "queued"), ("person", "refused")):
        of = store.subscriptions.get(DANA, "t")
        store.subscriptions.resume(of.token, "reader")
        outbox.stop(store, of, by, NOW)
        moved = subscriber("dana", address="new@desk.example")
        [one] = keep(store, "dana", day=DAY + timedelta(days=by == "reader"))
        settle(store, [moved])
        found = store.outbox.one("dana", one.date)
        assert found and found.state == expected


def test_neither_takes_back_what_the_other_has_stopped(store):
    of = store.subscriptions.get(DANA, "t")
    keep(store, "dana")
    for first, second in (("reader", "person"), ("person", "reader")):
        outbox.stop(store, of, first, NOW)
        outbox.stop(store, of, second, NOW + MINUTE)
        assert outbox.resume(store, of, second, NOW) == []
        [stays] = store.subscriptions.all()
        assert (stays.stopped_by, stays.stopped) == (first, NOW)
        assert states(store) == {"dana": "refused"}
        [again] = outbox.resume(store, of, first, NOW)
        assert again.state == "queued"


def test_an_address_changed_twice_still_leads_to_its_own_way_out(store):
    def reader(n: int) -> Subscriber:
        return subscriber("dana", address=f"{n}@desk.example")

    of = store.subscriptions.get(reader(0), "token-0")
    rendered = RenderedEdition("s", "<p>token-0</p>", "token-0")
    kept = kept_edition(rendered=rendered, links=Links(None, "https://d/token-0"))
    store.editions.add(kept)
    store.outbox.add(delivery(address="0@desk.example"))
    outbox.stop(store, of, "person", NOW)
    for n in (1, 2):
        outbox.settle(store, {"dana": reader(n)}, lambda n=n: f"token-{n}", NOW)
    [new] = [s for s in store.subscriptions.all() if s.address == "2@desk.example"]
    found = store.editions.one(kept.id)
    assert found and found.links.unsubscribe == f"https://d/{new.token}"
    assert found.rendered.text == new.token


def test_a_retry_forgets_what_the_server_said(store):
    store.subscriptions.get(DANA, "t")
    keep(store, "dana")
    mail(store, Server(dana=DeliveryError("550 no such user", "recipient")))
    [again] = outbox.retry(store, "dana", NOW + MINUTE)
    assert (again.state, again.attempts) == ("queued", 0)
    assert settle(store, now=NOW + MINUTE) == []
    assert len(mail(store, Server())) == 1


def test_a_retry_by_name_brings_back_no_old_news_but_one_by_id_does(store):
    [old] = keep(store, "dana", queued=NOW - PATIENCE)
    settle(store)
    assert outbox.retry(store, "dana", NOW) == []
    [failed] = store.outbox.open()
    assert outbox.retry_one(store, failed, NOW) == queued_anew(failed, NOW)
    assert old.edition == failed.edition


def test_a_stopped_run_leaves_the_rest_for_the_next(store):
    keep(store, "dana", "luis")
    server = Server()
    stopping = lambda: bool(server.mails)  # noqa: E731
    list(outbox.deliver(store, store.outbox.open(), server, NOW, stopping))
    assert len(server.mails) == 1
    mail(store, server)
    assert len(set(server.mails)) == 2


# --- keeping -------------------------------------------------------------------


def press(**more) -> Press:
    tokens = (f"token{n}" for n in count())

    def make(owed, link):
        for reader, day in owed:
            bare = edition(reader, day, [], [], [], 0, "none")
            yield replace(bare, links=link(reader, day))

    def form(made):
        html = f"<a href='{made.links.web}'>{made.links.unsubscribe}</a>"
        images = (Image("lag", b"\x89PNG", "the lag"),)
        return Forms(RenderedEdition("Agua \ud83d", html, "Agua\n", images), "{}", "a")

    given = {
        "make": make,
        "form": form,
        "message_id": lambda made: f"<{made.date}@news.example>",
        "address": "https://digest.example",
        "sender": "m@news.example",
        "new_token": lambda: next(tokens),
    }
    return Press(**given | more)


def test_an_edition_is_kept_with_its_links_and_its_place_in_the_outbox(store):
    [made] = outbox.fill(store, press(), [(DANA, DAY)], NOW)
    kept = store.editions.one(made.edition)
    [of] = store.subscriptions.all()
    assert kept and kept.links.web == f"https://digest.example/editions/{kept.id}"
    assert f"/unsubscribe/{of.token}" in kept.rendered.html
    assert kept.rendered.images == (Image("lag", b"\x89PNG", "the lag"),)
    assert (kept.rendered.subject, kept.json, kept.atom) == ("Agua ?", "{}", "a")
    assert store.outbox.open() == [made]


def test_an_edition_that_cannot_be_rendered_keeps_back_no_other(store):
    good = press()

    def form(made):
        if made.subscriber == DANA:
            raise ZeroDivisionError
        return good.form(made)

    with pytest.raises(ZeroDivisionError):
        list(outbox.fill(store, press(form=form), [(DANA, DAY), (LUIS, DAY)], NOW))
    assert [kept.subscriber for kept in store.outbox.open()] == [LUIS.name]


def test_an_edition_without_its_place_in_the_outbox_is_not_kept(store):
    keep(store, "dana")
    store._db.execute("delete from editions")
    with pytest.raises(StoreError, match="UNIQUE"):
        list(outbox.fill(store, press(), [(DANA, DAY)], NOW))
    assert store._db.table("editions").count == 0


def test_a_picture_that_many_editions_carry_is_kept_once(store):
    list(outbox.fill(store, press(), [(DANA, DAY), (LUIS, DAY)], NOW))
    assert store._db.table("pictures").count == 1


def test_an_empty_list_makes_nothing(store):
    assert list(outbox.fill(store, press(), [], NOW)) == []


# --- the database of an earlier version -----------------------------------------


def test_what_was_sent_before_editions_were_kept_stays_sent(tmp_path):
    path = tmp_path / "monitor.db"
    old = Database(path)
    names = [migration.name for migration in migrations.pending(old)]
    migrations.apply(old, stop_before=names[names.index("keep_editions")])
    rows = [
        {"subscriber": "dana", "date": "2026-03-01", "sent": "2026-03-01T12:00:00Z"},
        {"subscriber": "dana", "date": "2026-03-02", "sent": None},
    ]
    old.table("deliveries").insert_all(rows)
    old.close()
    with Store(path) as store:
        assert store.outbox.counts()["sent"] == 1
        known = store.outbox.one("dana", date(2026, 3, 1))
        assert known and (known.state, known.edition) == ("sent", "")
        assert store.outbox.one("dana", DAY) is None


# --- kill -9 -------------------------------------------------------------------


def test_no_kill_loses_a_mail_or_repeats_one_outside_the_window(tmp_path: Path):
    tally = kill_rounds(8, tmp_path)
    assert (tally.lost, tally.outside) == ([], [])
    assert tally.killed_midway > 0
    assert tally.twice <= tally.rounds
